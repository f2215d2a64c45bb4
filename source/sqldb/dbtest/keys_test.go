package dbtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// TestInjection has names and values that end quotes and statements.
func TestInjection(t *testing.T) {
	names := []string{`x"; DROP TABLE "Lead"; --`, `it's`, `日本 "語"`, `a.b`, `$1 ? :x %s`, `semi;colon`, `back\slash`}
	var fields []traverse.Field
	refs := []traverse.Relationship{{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"}}
	for i, n := range names {
		fields = append(fields, traverse.Field{Name: n, Type: traverse.Text})
		refs = append(refs, traverse.Relationship{Name: fmt.Sprintf(`%s "ref %d"`, n, i), Target: names[0]})
	}
	definitions := []traverse.Definition{
		{Name: "Lead", Fields: fields, Relationships: refs},
		{Name: "Contact", Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}}},
		{Name: "Account"},
	}
	for _, n := range names {
		definitions = append(definitions, traverse.Definition{Name: n, Fields: fields})
	}
	schema, err := traverse.NewSchema(definitions...)
	if err != nil {
		t.Fatal(err)
	}
	ids := append(slices.Clone(names), `'`, `"`, `''`, `{a,b}`, `{"a"}`, `NULL`, `null`, `\`, `\\`, `a,b`, ` `, `ü`, `🙂`, "line\nbreak", "tab\t", `' OR '1'='1`, `%`, `_`)
	forDatabases(t, func(t *testing.T, d database) {
		ids := ids
		if d.name == "SQLite" {
			ids = append(slices.Clone(ids), "nul\x00", "nul\x00byte")
		}
		var records []sourcetest.Record
		for i, id := range ids {
			values := map[string]traverse.Value{}
			for _, f := range fields {
				values[f.Name] = traverse.TextValue(ids[(i+1)%len(ids)])
			}
			for _, n := range names {
				records = append(records, sourcetest.Record{Entity: n, ID: id, Values: values})
			}
			lead := map[string]traverse.Value{}
			for j, r := range refs[2:] {
				lead[r.Name] = traverse.TextValue(ids[(i+j)%len(ids)])
			}
			records = append(records, sourcetest.Record{Entity: "Lead", ID: id, Values: lead})
		}
		s := d.styles[0]
		db := d.open(t, nil)
		create(t, db, d, s, schema)
		fill(t, db, d, s, schema, records)
		mapping := sqldb.Mapping{Tables: map[string]sqldb.Table{}}
		for e := range schema.Entities() {
			table := sqldb.Table{Name: e.Name(), ID: "id", Columns: map[string]sqldb.Column{}}
			for _, c := range columnsOf(e) {
				table.Columns[c.name] = sqldb.Column{Name: c.name}
			}
			mapping.Tables[e.Name()] = table
		}
		source := open(t, db, d, schema, mapping)
		if err := sourcetest.Check(source, schema, records); err != nil {
			t.Error(err)
		}
		need, err := schema.NewNeed("Lead", "", []string{names[0]}, "")
		if err != nil {
			t.Fatal(err)
		}
		q := &traverse.Query{Need: need, Keys: []string{"a\x00b", "\xff", "'", strings.Repeat("x", 100_000)}}
		out := traverse.NewRows(q)
		if err := source.Fetch(t.Context(), q, out); err != nil || out.Len() != 1 {
			t.Errorf("%d rows, %v", out.Len(), err)
		}
	})
}

// TestKindsOfIDs tries columns of several types: a key that a column cannot hold is
// not the id of a record, and not an error.
func TestKindsOfIDs(t *testing.T) {
	tests := []struct {
		database, id, ref string
		lead, contact     string
		ids, unknown      []string // of contacts
	}{
		{"SQLite", "INTEGER PRIMARY KEY", "INT", "1", "7", []string{"7"}, []string{"007", "+7", "7.0", "abc", "", " 7", "9223372036854775808", "8"}},
		{"SQLite", "", "", "1", "7", []string{"7"}, []string{"007", "abc"}},
		{"SQLite", "", "", "1", "'7'", []string{"7"}, []string{"007", "abc"}},
		{"SQLite", "TEXT COLLATE NOCASE", "TEXT COLLATE NOCASE", "1", "'Ab'", []string{"Ab"}, []string{"ab", "AB"}},
		{"SQLite", "INTEGER", "INTEGER", "1", "'c1'", []string{"c1"}, []string{"c2", "7"}}, // which stores any value
		{"PostgreSQL", "mood", "mood", "'A'", "'B'", []string{"B"}, []string{"b", "C"}},
		{"PostgreSQL", "bigint PRIMARY KEY", "integer", "1", "7", []string{"7"}, []string{"007", "+7", "abc", "9223372036854775808", "8"}},
		{"PostgreSQL", "smallint", "smallint", "1", "7", []string{"7"}, []string{"70000", "7 "}},
		{"PostgreSQL", "uuid", "uuid", "'123e4567-e89b-12d3-a456-426614174000'", "'123e4567-e89b-12d3-a456-4266141740ff'",
			[]string{"123e4567-e89b-12d3-a456-4266141740ff"}, []string{"123E4567-E89B-12D3-A456-4266141740FF", "123e4567e89b12d3a4564266141740ff", "x", "{123e4567-e89b-12d3-a456-4266141740ff}"}},
		{"PostgreSQL", "char(5)", "char(5)", "'1'", "'ab'", []string{"ab"}, []string{"ab ", "ab   ", "AB"}},
		{"PostgreSQL", "varchar(5)", "text", "'1'", "'ab'", []string{"ab"}, []string{"ab "}},
	}
	forDatabases(t, func(t *testing.T, d database) {
		for _, test := range tests {
			if test.database != d.name {
				continue
			}
			t.Run(test.id+" "+test.contact, func(t *testing.T) {
				schema, err := traverse.NewSchema(
					traverse.Definition{Name: "Lead", Relationships: []traverse.Relationship{
						{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"}}},
					traverse.Definition{Name: "Contact", Relationships: []traverse.Relationship{
						{Name: "ParentAccount", Target: "Account"}, {Name: "Leads", Target: "Lead", Via: "ParentContact"}}},
					traverse.Definition{Name: "Account"},
				)
				if err != nil {
					t.Fatal(err)
				}
				db := d.open(t, nil)
				if test.id == "mood" {
					exec(t, db, "CREATE TYPE mood AS ENUM ('A', 'B')")
				}
				test.unknown = append(test.unknown, "a\x00", "7\x00", "\xff", strings.Repeat("7", 100_000))
				exec(t, db, fmt.Sprintf("CREATE TABLE leads (id %s, parent_contact_id %s)", test.id, test.ref))
				exec(t, db, fmt.Sprintf("CREATE TABLE contacts (id %s)", test.id))
				exec(t, db, fmt.Sprintf("INSERT INTO leads VALUES (%s, %s), (%s, NULL)", test.lead, test.contact, test.contact))
				exec(t, db, fmt.Sprintf("INSERT INTO contacts VALUES (%s)", test.contact))
				source := open(t, db, d, schema, sqldb.Mapping{Absent: []string{"Account", "Lead.ParentAccount", "Contact.ParentAccount"}})
				for _, ask := range []struct{ entity, by string }{{"Contact", ""}, {"Lead", "ParentContact"}} {
					need, err := schema.NewNeed(ask.entity, ask.by, nil, "")
					if err != nil {
						t.Fatal(err)
					}
					q := &traverse.Query{Need: need, Keys: append(slices.Clone(test.unknown), test.ids...)}
					out := traverse.NewRows(q)
					if err := source.Fetch(t.Context(), q, out); err != nil || out.Err() != nil {
						t.Fatal(err, out.Err())
					}
					var keys []string
					for r := range out.All() {
						keys = append(keys, r.Key)
					}
					if !slices.Equal(keys, test.ids) {
						t.Errorf("%s by %q: found %q, want %q", ask.entity, ask.by, keys, test.ids)
					}
				}
				if ids := listed(t, source.Leads(t.Context())); len(ids) != 2 || ids[0] != strings.Trim(test.lead, "'") {
					t.Errorf("leads %q", ids)
				}
				model, err := leadscore.Compile("m.score", `model "M" { target contact
					condition "C" { has Lead.ParentContact score +1 } }`, schema)
				if err != nil {
					t.Fatal(err)
				}
				lead := strings.Trim(test.lead, "'")
				if r, err := model.Score(t.Context(), lead, source); err != nil || r.Score != 1 {
					t.Errorf("%+v, %v", r, err)
				}
				// In one batch with a lead that is there, too.
				set, err := leadscore.NewSet(model)
				if err != nil {
					t.Fatal(err)
				}
				scored := 0
				for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(append(test.unknown, lead)...), source) {
					var e *leadscore.LeadError
					switch {
					case err == nil && r.Lead == lead:
						scored++
					case !errors.Is(err, leadscore.ErrNoLead) || !errors.As(err, &e) || !slices.Contains(test.unknown, e.Lead):
						t.Errorf("unknown: %+v, %v", r, err)
					}
				}
				if scored != 1 {
					t.Errorf("%d leads were scored", scored)
				}
			})
		}
	})
}

// TestManyLeads lists more than a page of them, each once.
func TestManyLeads(t *testing.T) {
	alone(t)
	forDatabases(t, func(t *testing.T, d database) {
		schema := sourcetest.Schema()
		var records []sourcetest.Record
		want := map[string]bool{}
		for i := range 3000 {
			id := fmt.Sprintf("%c-%d", "aBä"[i%3], i)
			want[id] = true
			records = append(records, sourcetest.Record{Entity: "Lead", ID: id})
		}
		var log statements
		db, source := load(t, d, d.styles[0], schema, records, &log)
		db.SetMaxOpenConns(1) // the loop holds none
		log.take()
		for id, err := range source.Leads(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if !want[id] {
				t.Errorf("%q came twice, or from nowhere", id)
			}
			delete(want, id)
			if len(want)%1000 == 0 {
				exec(t, db, "DELETE FROM "+d.dialect.Quote("Account"))
			}
		}
		if len(want) != 0 {
			t.Errorf("%d leads did not come", len(want))
		}
		if n := len(log.take()); n != 4 {
			t.Errorf("%d statements", n)
		}
		for range source.Leads(t.Context()) {
			break
		}
		if n := db.Stats().InUse; n != 0 {
			t.Errorf("%d connections in use", n)
		}
	})
}

// TestPages lists several pages of leads with ids of many types.
func TestPages(t *testing.T) {
	alone(t)
	const n = 2500
	tests := []struct{ database, typ, id string }{
		{"SQLite", "INTEGER PRIMARY KEY", "i"},
		{"SQLite", "", "CASE i % 2 WHEN 0 THEN i ELSE 'l' || i END"},
		{"SQLite", "TEXT COLLATE NOCASE", "'L' || i"},
		{"PostgreSQL", "bigint PRIMARY KEY", "i - 1000"},
		{"PostgreSQL", "smallint", "i"},
		{"PostgreSQL", "uuid PRIMARY KEY", "md5(i::text)::uuid"},
		{"PostgreSQL", "char(9) PRIMARY KEY", "'l ' || i"},
		{"PostgreSQL", "varchar", "'l ' || i"},
	}
	forDatabases(t, func(t *testing.T, d database) {
		for _, test := range tests {
			if test.database != d.name {
				continue
			}
			t.Run(test.typ, func(t *testing.T) {
				var log statements
				source := leadsOnly(t, d, &log, test.typ, n, test.id)
				log.take()
				ids := listed(t, source.Leads(t.Context()))
				slices.Sort(ids)
				if len(slices.Compact(ids)) != n || len(log.take()) != 3 {
					t.Errorf("%d leads", len(ids))
				}
				need, err := valuesSchema(t, traverse.Text).NewNeed("Lead", "", nil, "")
				if err != nil {
					t.Fatal(err)
				}
				q := &traverse.Query{Need: need, Keys: ids}
				out := traverse.NewRows(q)
				if err := source.Fetch(t.Context(), q, out); err != nil || out.Len() != n {
					t.Errorf("%d of them are found, %v", out.Len(), err)
				}
			})
		}
	})
	t.Run("bytes", func(t *testing.T) {
		for _, id := range []string{"CAST('l' || i AS BLOB)", "CASE WHEN i < 1700 THEN 'l' || i ELSE CAST('l' || i AS BLOB) END"} {
			var last error
			seen := map[string]bool{}
			for lead, err := range leadsOnly(t, databases[0], nil, "", n, id).Leads(t.Context()) {
				if last = err; seen[lead] {
					t.Fatalf("%s: %s came twice", id, lead)
				}
				seen[lead] = true
			}
			if last == nil || !strings.Contains(last.Error(), `is stored as bytes; an id is text or an integer`) {
				t.Errorf("%s: %d leads, %v", id, len(seen), last)
			}
		}
	})
}

// leadsOnly returns a source of n leads, whose ids are an expression of i.
func leadsOnly(t *testing.T, d database, log *statements, typ string, n int, id string) *sqldb.Source {
	t.Helper()
	db := d.open(t, log)
	exec(t, db, "CREATE TABLE leads (id "+typ+", v text)")
	exec(t, db, fmt.Sprintf("INSERT INTO leads WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT %s, NULL FROM n", n, id))
	return open(t, db, d, valuesSchema(t, traverse.Text), sqldb.Mapping{Absent: []string{"Contact", "Account", "Lead.ParentContact", "Lead.ParentAccount"}})
}
