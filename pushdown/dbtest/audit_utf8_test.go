package dbtest

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
)

// bytesOf returns a text of a database that has these bytes, as SQL.
func (d *database) bytesOf(text string) string {
	if d.name == "SQLite" {
		return "CAST(x'" + hex.EncodeToString([]byte(text)) + "' AS TEXT)"
	}
	return "unhex('" + hex.EncodeToString([]byte(text)) + "')"
}

// brokenTexts returns texts of whole characters, of parts of some, and of bytes that are in none.
func brokenTexts() []string {
	pieces := []string{
		"a", "~", "\x7f", "ü", "\u0080", "\u07ff", "ﬀ", "\ufffd", "\ufffe", "\uffff", "\ud7ff", "\ue000", "😀", "\U0010ffff",
		"\xc3", "\xfc", "\x80", "\xbf", "\xff", "\xc0\x80", "\xc1\xbf", "\xe0\x80\xaf", "\xe2\x82", "\xf0\x9f\x98", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5", "\xf0\x80\x80\x80", "\xbf\xc3",
	}
	random := rand.New(rand.NewPCG(1, 2))
	texts := append([]string{""}, pieces...)
	for _, a := range pieces {
		for _, b := range pieces {
			texts = append(texts, a+b)
		}
	}
	for range 1000 {
		text := ""
		for range 3 + random.IntN(5) {
			text += pieces[random.IntN(len(pieces))]
		}
		texts = append(texts, text)
	}
	return texts
}

// TestTextsThatAreNotUTF8 compares what a dialect says of texts with package utf8.
func TestTextsThatAreNotUTF8(t *testing.T) {
	forDatabases(t, func(t *testing.T, d *database) {
		dialect := d.dialect()
		if dialect.NotUTF8 == nil {
			t.Skip("the database takes no such text")
		}
		db := d.open(t, d.styles[0])
		exec(t, db, "CREATE TABLE texts (id "+d.integer()+", text "+d.text()+")"+d.engine)
		texts := brokenTexts()
		var values []string
		var want []int64
		for i, text := range texts {
			values = append(values, fmt.Sprintf("(%d, %s)", i, d.bytesOf(text)))
			if !utf8.ValidString(text) {
				want = append(want, int64(i))
			}
		}
		for part := range slices.Chunk(values, 100) {
			exec(t, db, "INSERT INTO texts VALUES "+strings.Join(part, ", "))
		}
		rows, err := db.Query("SELECT id FROM texts WHERE " + dialect.NotUTF8("text") + " ORDER BY id")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var got []int64
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			got = append(got, id)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		for i, text := range texts {
			if said, valid := slices.Contains(got, int64(i)), utf8.ValidString(text); said == valid {
				t.Errorf("%q: not UTF-8 is %t", text, said)
			}
		}
		if len(want) < 100 || len(texts)-len(want) < 100 {
			t.Errorf("%d of %d texts are not UTF-8", len(want), len(texts))
		}
	})
}

// TestAuditOfTexts finds texts that are not UTF-8 in ids, references and fields.
func TestAuditOfTexts(t *testing.T) {
	schema, err := leadscore.ParseSchema("schema", "profile Lead {\n  Topic text\n  ParentContact -> Contact\n  ParentAccount -> Account\n}\nprofile Contact {\n  ParentAccount -> Account\n}\nprofile Account {\n}\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: "model \"M\" {\n  target contact\n  condition \"Lead\" {\n    has Lead where Topic = \"x\"\n    score +1\n  }\n}\n"}})
	if err != nil {
		t.Fatal(err)
	}
	forDatabases(t, func(t *testing.T, d *database) {
		if d.dialect().NotUTF8 == nil {
			t.Skip("the database takes no such text")
		}
		db := d.open(t, d.styles[0])
		exec(t, db, fmt.Sprintf("CREATE TABLE leads (id %[1]s, topic %[1]s, contact %[1]s, account %[1]s)%[2]s", d.text(), d.engine))
		exec(t, db, fmt.Sprintf("INSERT INTO leads VALUES ('1', %s, 'a', NULL), ('2', 'Müller', %s, NULL), (%s, NULL, NULL, '')", d.bytesOf("M\xfcller"), d.bytesOf("\xe4"), d.bytesOf("\xc3")))
		text := func(name string) pushdown.Column { return pushdown.Column{Name: name, Type: d.text()} }
		checks, err := pushdown.Audit(set, d.dialect(), pushdown.Mapping{Tables: map[string]pushdown.Table{
			"Lead": {Name: "leads", ID: text("id"), Columns: map[string]pushdown.Column{"Topic": text("topic"), "ParentContact": text("contact"), "ParentAccount": text("account")}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int64{}
		for _, c := range checks {
			if found, err := c.Run(t.Context(), db); err != nil {
				t.Errorf("%v\n%s", err, c.Text)
			} else if found.Rows > 0 {
				got[c.Field+" "+c.Code] = found.Rows
			}
		}
		for _, name := range []string{"id", "Topic", "ParentContact"} {
			if got[name+" no-utf-8"] != 1 {
				t.Errorf("%s: %d rows are found, want 1", name, got[name+" no-utf-8"])
			}
		}
		if len(got) != 3 {
			t.Errorf("found: %v", got)
		}
	})
}

// text returns the type of a text, which may be null.
func (d *database) text() string {
	if d.name == "ClickHouse" {
		return "Nullable(String)"
	}
	return "TEXT"
}

// integer returns the type of a whole number.
func (d *database) integer() string {
	if d.name == "ClickHouse" {
		return "Int64"
	}
	return "INTEGER"
}
