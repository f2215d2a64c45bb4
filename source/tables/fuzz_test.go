package tables_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

// FuzzTables loads any bytes as each kind of file. Whatever they are, every
// record in them is either loaded or counted as skipped, and what is loaded can
// be fetched.
func FuzzTables(f *testing.F) {
	names := []string{"Lead.csv", "EmailClicked.csv", "Lead.ndjson", "EmailClicked.ndjson", "all.json"}
	for _, seed := range []string{
		"",
		"\xef\xbb\xbfid,Topic,When,Day,Size,Open,Kind,Tags,ParentContact,Fax\r\n1,\"a \"\"b\"\"\nc\",2026-05-31T14:30:00.1+02:00,2024-02-29,-1.5e3,TRUE,x,a;b,7,\r\n1,,,,,,,,,\n2\n",
		"id,Topic\n1,\"a\n2,b\n3,c\"d\n\"e\"f\n",
		"Topic,Topic\n", "Topic;id\n1;2\n", "\xff\xfei\x00", "id\n\xff\n",
		"{\"id\":1,\"Topic\":\"\\ud83d\\ude42\",\"When\":\"2026-05-31\",\"Size\":1e999,\"Open\":true,\"Tags\":[\"a\",null],\"Fax\":{\"a\":[1]}}\n\n {\"id\":\"2\",\"id\":2} \r\n[]\n{\"a\\u0062\":\"\\ud800\",\"\\\"}\":[]",
		"{\"Lead\":[{\"id\":1,\"Day\":\n\"x\"},7,{}, {\"id\":2}],\n\"EmailClicked\":[{},{},\n{\"id\":\"all.json:1\"}]}",
		`{"Led":{},"Lead":[],"Lead":null}`, `{"Lead":[{"id":1},]}`, `[] {}`, `{},`, "{}\x00", "{\"Lead\":[\x00]}",
		`{"Lead":[` + strings.Repeat(`{"a":[`, 200),
		"sep=;\r\nid;a\r\n=\"01\";\"=\"\"2\"\"\"\r\n;\r\nid;a\r\n", "id,a\r1,=\"x\r\"\r", "\xff\xfei\x00d\x00\n\x001\x00", "\ufeff\ufeffid\n1",
		"0\n\ufeff", "0,1\nsep=,\n", "a,b\n\"1,5\" pipe,=\"2\"\n2,5\" pipe\n=\"3\",x\n",
		"id,=\"\"\n\"a,=\"\"b\"\"\",c\n", "PK\x03\x04", "i\x00d\x00,\x00a\x00\n\x001\x00",
	} {
		for i := range names {
			f.Add(uint8(i), []byte(seed))
		}
	}
	kinds := map[string]uint8{".csv": 0, ".ndjson": 2, ".json": 4}
	err := fs.WalkDir(os.DirFS("../../testdata/conformance"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".txtar" {
			return err
		}
		text, err := os.ReadFile("../../testdata/conformance/" + name)
		for _, part := range strings.Split(string(text), "\n-- ")[1:] {
			name, data, _ := strings.Cut(part, " --\n")
			if kind, ok := kinds[path.Ext(name)]; ok {
				f.Add(kind, []byte(data))
			}
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	schema, err := traverse.NewSchema(
		traverse.Definition{
			Name: "Lead",
			Fields: []traverse.Field{
				{Name: "Topic", Type: traverse.Text}, {Name: "When", Type: traverse.Time}, {Name: "Day", Type: traverse.Date},
				{Name: "Size", Type: traverse.Number}, {Name: "Open", Type: traverse.Bool},
				{Name: "Kind", Type: traverse.Choice, Values: []string{"x"}}, {Name: "Tags", Type: traverse.Choices, Values: []string{"a"}},
			},
			Relationships: []traverse.Relationship{{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"}},
			DatedBy:       "When",
		},
		traverse.Definition{Name: "Contact", Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}}},
		traverse.Definition{Name: "Account"},
		traverse.Definition{Name: "EmailClicked", Kind: traverse.Interaction},
	)
	if err != nil {
		f.Fatal(err)
	}
	need, err := schema.NewNeed("Lead", "", columns(schema.Entity("Lead")), "When")
	if err != nil {
		f.Fatal(err)
	}

	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		name := names[int(kind)%len(names)]
		from := "."
		if name == "all.json" {
			from = name
		}
		fsys := fstest.MapFS{name: {Data: data}}
		strict, strictErr := tables.LoadFS(t.Context(), fsys, from, schema, tables.Options{})
		d, err := tables.LoadFS(t.Context(), fsys, from, schema, tables.Options{SkipBad: true})
		for _, err := range []error{strictErr, err} {
			if err != nil {
				checkProblems(t, err, data)
			}
		}
		if err != nil {
			if strictErr == nil {
				t.Fatalf("an error with SkipBad alone: %v", err)
			}
			return
		}
		report := &d.Report
		if (strictErr == nil) != (report.Skipped() == 0) || (report.Skipped() == 0) != (report.Problems.Len() == 0) {
			t.Fatalf("%d skipped, %d problems, but strictly: %v", report.Skipped(), report.Problems.Len(), strictErr)
		}
		if strictErr == nil && strict.Report.Records() != report.Records() {
			t.Fatalf("%d records, %d with SkipBad", strict.Report.Records(), report.Records())
		}
		if got, want := report.Records()+report.Skipped()+repeated(report), count(t, name, data); got != want {
			t.Fatalf("%d records and %d skipped of %d", report.Records(), report.Skipped(), want)
		}
		if d.Len("Lead")+d.Len("EmailClicked")+d.Len("Contact")+d.Len("Account") != report.Records() {
			t.Fatalf("%d leads and %d clicks, but the report is %v", d.Len("Lead"), d.Len("EmailClicked"), report.Entities)
		}
		var ids []string
		for id, err := range d.Leads(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		if len(ids) != d.Len("Lead") {
			t.Fatalf("%d leads listed of %d", len(ids), d.Len("Lead"))
		}
		if len(ids) == 0 {
			return
		}
		q := &traverse.Query{Need: need, Keys: ids}
		out := traverse.NewRows(q)
		if err := d.Fetch(t.Context(), q, out); err != nil {
			t.Fatal(err)
		}
		if out.Err() != nil || out.Len() != len(ids) {
			t.Fatalf("%d of %d fetched: %v", out.Len(), len(ids), out.Err())
		}
		for row := range out.All() {
			for i, v := range row.Values {
				if !utf8.ValidString(v.String()) {
					t.Fatalf("%s of %s is not valid UTF-8: %q", q.Fields[i], row.ID, v)
				}
			}
		}
	})
}

// repeated returns how many records a report counts as equal to others.
func repeated(r *tables.Report) int {
	n := 0
	for _, c := range r.Entities {
		n += c.Repeated
	}
	return n
}

// checkProblems checks that an error's problems are in order, point into the
// file and can be read.
func checkProblems(t *testing.T, err error, data []byte) {
	t.Helper()
	var problems *tables.Problems
	if !errors.As(err, &problems) || problems.Len() == 0 {
		t.Fatalf("an error without problems: %v", err)
	}
	last, lines := 0, 1+bytes.Count(data, []byte("\n"))+bytes.Count(data, []byte("\r"))
	for _, p := range problems.List {
		notText := p.Line == 0 && (strings.HasPrefix(p.Message, "this ") || strings.Contains(p.Message, "UTF-16"))
		if !notText && (p.Line < last || p.Line > lines || p.Line < 1) {
			t.Fatalf("line %d after line %d of %d: %v", p.Line, last, lines, p)
		}
		last = p.Line
		if s := p.String(); !utf8.ValidString(s) || len(s) > 2000 {
			t.Fatalf("a message of %d bytes: %q", len(s), s)
		}
	}
}

// count counts the records in a file that is not broken as a whole.
func count(t *testing.T, name string, data []byte) int {
	t.Helper()
	data = []byte(plainText(data))
	n := 0
	switch {
	case strings.HasSuffix(name, ".csv"):
		var header []string
		for cells := range records(string(data)) {
			isText := func(c string) bool { return strings.TrimSpace(c) != "" }
			if header != nil {
				cells[0] = strings.TrimLeft(cells[0], "\ufeff")
			}
			blank := !slices.ContainsFunc(cells, isText) || strings.EqualFold(cells[0], "sep=") && !slices.ContainsFunc(cells[1:], isText)
			switch {
			case header == nil:
				for _, cell := range cells {
					header = append(header, strings.TrimSpace(cell))
				}
				continue
			case blank, slices.EqualFunc(cells, header, func(c, name string) bool { return strings.TrimSpace(c) == name }):
			default:
				n++
			}
		}
	case strings.HasSuffix(name, ".ndjson"):
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			if len(bytes.TrimSpace(line)) > 0 {
				n++
			}
		}
	default:
		var all map[string][]json.RawMessage
		if err := json.Unmarshal(data, &all); err != nil {
			t.Fatal(err)
		}
		for _, records := range all {
			n += len(records)
		}
	}
	return n
}

// plainText returns a file as UTF-8 without marks.
func plainText(data []byte) string {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if len(data) < 2 || order.Uint16(data) != 0xfeff {
			continue
		}
		var units []uint16
		for i := 0; i+1 < len(data); i += 2 {
			units = append(units, order.Uint16(data[i:]))
		}
		data = []byte(string(utf16.Decode(units)))
		break
	}
	text := string(data)
	for strings.HasPrefix(text, "\ufeff") {
		text = strings.TrimPrefix(text, "\ufeff")
	}
	return text
}

// records yields the records of a CSV file, character by character where the package
// reads blocks. A record whose quotes are wrong is yielded as one cell.
func records(text string) iter.Seq[[]string] {
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	comma := ','
	first, rest, _ := strings.Cut(text, "\n")
	first = strings.Trim(strings.TrimSuffix(first, "\r"), `"`)
	if c := []rune(first); len(c) == 5 && strings.EqualFold(first[:4], "sep=") && !strings.ContainsRune("\x00\"\r\ufffd", c[4]) {
		comma, text = c[4], rest
	}
	var plain []byte
	quoted, atStart, closed := false, true, -1 // where the last cell was closed
	for i := range len(text) {
		c := text[i]
		if c == '=' && atStart && !quoted && strings.HasPrefix(text[i:], `="`) {
			continue
		}
		if c == '"' && quoted {
			quoted, closed = false, i
		} else if c == '"' && (atStart || closed == i-1) {
			quoted = true // from there, or half of two quotes
		}
		atStart = c == string(comma)[len(string(comma))-1] || c == '\n' || c == '\r'
		plain = append(plain, c)
	}
	return func(yield func([]string) bool) {
		r := csv.NewReader(bytes.NewReader(plain))
		r.FieldsPerRecord, r.Comma = -1, comma
		for {
			cells, err := r.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				cells = []string{"a record with a problem"}
			}
			if !yield(cells) {
				return
			}
		}
	}
}

// FuzzMapping reads any bytes as a mapping file. Problems lie in the text; a
// mapping that can be read writes back to an equal one; and loading through it
// gives data that were counted, or problems that lie in the mapping or in a file.
func FuzzMapping(f *testing.F) {
	golden, err := os.ReadFile("testdata/mapping.golden")
	if err != nil {
		f.Fatal(err)
	}
	for _, part := range strings.Split("\n"+string(golden), "\n== ")[1:] {
		_, rest, _ := strings.Cut(part, "\n")
		mapping, _, _ := strings.Cut(rest, "-- problems --")
		f.Add([]byte(mapping))
	}
	ready, err := fs.Glob(os.DirFS("../../examples/mappings"), "*.json")
	if err != nil || len(ready) == 0 {
		f.Fatal(ready, err)
	}
	for _, name := range ready {
		text, err := os.ReadFile("../../examples/mappings/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("1"))
	f.Add([]byte(`"萐`))
	f.Add([]byte("\xef\xbb\xbf {\"null\": [], \"zone\": \"Asia/Kolkata\", \"tables\": [{\"file\": \"p*\", \"entity\": \"Contact\", \"id\": \"{id}-{id}\", \"where\": {\"town\": [\"\", \"Roma\"]},\n" +
		"\"columns\": {\"Created\": {\"name\": \"since\", \"format\": \"2006-01-02\", \"null\": []}, \"City\": {\"name\": \"id\", \"lookup\": {\"file\": \"people.csv\", \"by\": \"id\", \"name\": \"town\"}}}}]}\n"))
	schema := testSchema(f)
	fsys := files(
		"people.csv", "id,town,since,visits\n1,Roma,2021-01-01 3:15:52,5\n2,,x,y\n2,Bern\n",
		"people.ndjson.gz", packed("{\"id\": 3, \"town\": [\"a\"], \"since\": null}\n{\"id\": \"4\"\n"),
		"clicks.json", `[{"id": 1, "contact": 1}, 7]`,
	)
	f.Fuzz(func(t *testing.T, data []byte) {
		const name = "m.json"
		m, err := tables.ReadMapping(name, data)
		lines := strings.Split(strings.TrimPrefix(string(data), "\xef\xbb\xbf"), "\n")
		if err != nil {
			inMapping(t, err, name, lines)
			return
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := tables.ReadMapping(name, text)
		if err != nil {
			t.Fatalf("%s is not read: %v", text, err)
		}
		var bare, bareAgain tables.Mapping // without places, which differ
		if err := errors.Join(json.Unmarshal(text, &bareAgain), json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &bare)); err != nil || !reflect.DeepEqual(bare, bareAgain) {
			t.Fatalf("%s reads as %v, %v", text, bareAgain, err)
		}
		_, strictErr := tables.LoadFS(t.Context(), fsys, ".", schema, tables.Options{Mapping: m})
		d, err := tables.LoadFS(t.Context(), fsys, ".", schema, tables.Options{Mapping: m, SkipBad: true})
		for _, err := range []error{strictErr, err} {
			if err != nil {
				inMapping(t, err, name, lines)
			}
		}
		if _, err2 := tables.LoadFS(t.Context(), fsys, ".", schema, tables.Options{Mapping: again, SkipBad: true}); (err == nil) != (err2 == nil) {
			t.Fatalf("once the error is %v, and once %v", err, err2)
		}
		if err != nil {
			return
		}
		n := 0
		for e := range schema.Entities() {
			n += d.Len(e.Name())
		}
		if n != d.Report.Records() || (strictErr == nil) != (d.Report.Problems.Len() == 0) {
			t.Fatalf("%d records, but the report is %v; strictly: %v", n, d.Report, strictErr)
		}
	})
}

// inMapping checks that an error is one of people's, and that the places of its
// problems lie in the mapping's text, or in one of the files.
func inMapping(t *testing.T, err error, name string, lines []string) {
	t.Helper()
	problems, ok := errors.AsType[*tables.Problems](err)
	if !ok || problems.Len() == 0 {
		t.Fatalf("an error without problems: %v", err)
	}
	for _, p := range problems.List {
		if s := p.String(); !utf8.ValidString(s) || p.Message == "" {
			t.Fatalf("a message %q", s)
		}
		switch {
		case p.File != name && p.Char == 0 && p.Line >= 0 && p.Line < 10:
		case p.File != name:
			t.Fatalf("%v lies in no file", p)
		case p.Line == 0 && p.Char == 0:
		case p.Line < 1 || p.Line > len(lines) || p.Char < 1 || p.Char > 1+utf8.RuneCountInString(lines[p.Line-1]):
			t.Fatalf("%v lies outside of the text", p)
		}
	}
}
