package tables_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/leadscore/leadscore/source/tables"
)

// inUTF16 returns a text in UTF-16.
func inUTF16(order binary.ByteOrder, text string) string {
	var b bytes.Buffer
	binary.Write(&b, order, utf16.Encode([]rune(text)))
	return b.String()
}

// TestFilesWithoutMapping reads files named after entities as programs write them.
func TestFilesWithoutMapping(t *testing.T) {
	marked := "\ufeffid,City\n1,Zürich 😀\n2,Rome\n"
	for _, test := range []struct {
		name, text string
		want       []string
		notes      []string
	}{
		{"UTF-16, little endian", inUTF16(binary.LittleEndian, marked), []string{`1: City=text "Zürich 😀"`, `2: City=text "Rome"`}, nil},
		{"UTF-16, big endian", inUTF16(binary.BigEndian, marked), []string{`1: City=text "Zürich 😀"`, `2: City=text "Rome"`}, nil},
		{"two marks", "\ufeff" + marked, []string{`1: City=text "Zürich 😀"`, `2: City=text "Rome"`}, nil},
		{"lines that end with CR", "id,City\r1,Oslo\r\r2,\"a\rb\"\r", []string{`1: City=text "Oslo"`, `2: City=text "a\nb"`}, nil},
		{"a line for Excel", "sep=;\r\nid;City\r\n1;Oslo, Norway\r\n", []string{`1: City=text "Oslo, Norway"`}, nil},
		{"a quoted line for Excel", "\"SEP=\t\"\nid\tCity\n1\tOslo\n", []string{`1: City=text "Oslo"`}, nil},
		{"formulas that keep zeros", "=\"id\",City\n=\"001\",\"=\"\"007\"\"\"\n\"002\",=1+1\n=\"003\",\"x,=\"\"5\"\"\"\n", []string{`001: City=text "007"`, `002: City=text "=1+1"`, `003: City=text "x,=\"5\""`}, nil},
		{"rows without values", "id,City\n1,Oslo\n,\n \t, \n,,,\n2,Rome\n", []string{`1: City=text "Oslo"`, `2: City=text "Rome"`}, nil},
		{"repeated headers", "id,City\n1,Oslo\nid,City\n2,Rome\n id ,City\n", []string{`1: City=text "Oslo"`, `2: City=text "Rome"`}, []string{"Contact.csv: left out 2 rows that repeat the header"}},
		{"equal rows", "id,City,Fax\n1,Oslo,7\n2,Rome,8\n1,Oslo,9\n1,Oslo,7\n", []string{`1: City=text "Oslo"`, `2: City=text "Rome"`}, []string{
			"Contact.csv: ignored columns Fax", "Contact: left out 2 records that equal another in all that is read of them"}},
		{"files joined", "\ufeffid,City\n1,Oslo\n\ufeffid,City\n2,Rome\n", []string{`1: City=text "Oslo"`, `2: City=text "Rome"`}, []string{"Contact.csv: left out 1 row that repeat the header"}},
		{"files for Excel, joined", "sep=,\nid,City\n1,Oslo\nsep=,\nid,City\n2,Rome\n", []string{`1: City=text "Oslo"`, `2: City=text "Rome"`}, []string{"Contact.csv: left out 1 row that repeat the header"}},
		{"a formula for nothing", "id,City\n1,=\"\"\n2,\"=\"\"\"\"\"\n", []string{`1:`, `2:`}, nil},
		{"choices in another order", "id,Interests\n1,Tea;Coffee\n1,Coffee;Tea\n", []string{`1: Interests=choices "Tea; Coffee"`}, []string{"Contact: left out 1 record that equal another in all that is read of them"}},
		{"columns that nothing asks for, twice", "id,Fax,City,Fax\n1,a,Oslo,b\n", []string{`1: City=text "Oslo"`}, []string{"Contact.csv: ignored columns Fax"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			schema := testSchema(t)
			data, err := tables.LoadFS(t.Context(), files("Contact.csv", test.text), ".", schema, tables.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := dump(t, data, schema, "Contact", "1", "2", "001", "002", "003"); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
			if !slices.Equal(data.Report.Notes, test.notes) {
				t.Errorf("notes %q\nwant  %q", data.Report.Notes, test.notes)
			}
		})
	}
}

// TestNotWhatTheNameSays: a file that is not text is named by what it is.
func TestNotWhatTheNameSays(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"PK\x03\x04\x14\x00", "this is a zip file, such as a workbook of Excel (.xlsx); save the sheet as CSV, or unpack the file"},
		{"\xd0\xcf\x11\xe0\xa1\xb1", "this is a workbook of an old Excel (.xls); save the sheet as CSV"},
		{"\n<!DOCTYPE HTML><html>", "this is a web page, perhaps one that asks to log in; export the file again"},
		{"<html xmlns=", "this is a web page, or a spreadsheet saved as one; export the file again, as CSV"},
		{"\xef\xbb\xbf<?xml version=", "this is XML; export the data as CSV or JSON"},
		{"%PDF-1.7", "this is a PDF document; export the data as CSV"},
		{"\x1f\x8b\x08\x00", "this is a gzip file; its name must end with .gz"},
		{inUTF16(binary.LittleEndian, "id,City\n1,Oslo\n"), `this looks like UTF-16 without its mark; save the file as UTF-8, or give its table "encoding": "utf-16le" in the mapping`},
		{inUTF16(binary.BigEndian, "id,City\n1,Oslo\n"), `this looks like UTF-16 without its mark; save the file as UTF-8, or give its table "encoding": "utf-16be" in the mapping`},
		{"\xff\xfei\x00d\x00\n\x00\x00\xd8\n\x00", "the text is not valid UTF-16: half of a character is missing"},
		{"\xff\xfei\x00d\x00\n\x001", "the text is not valid UTF-16: it ends with half of a character"},
	} {
		for _, name := range []string{"Contact.csv", "Contact.ndjson"} {
			_, err := tables.LoadFS(t.Context(), files(name, test.text), ".", testSchema(t), tables.Options{SkipBad: true})
			problems, ok := errors.AsType[*tables.Problems](err)
			if want := name + ": " + test.want; !ok || problems.List[len(problems.List)-1].String() != want {
				t.Errorf("%q: got %v\nwant %s", test.text, err, want)
			}
		}
	}
	_, err := tables.LoadFS(t.Context(), files("Contact.csv.gz", packed(packed("id\n1\n"))), ".", testSchema(t), tables.Options{})
	if err == nil || err.Error() != "Contact.csv.gz: this is packed by gzip twice; unpack it once" {
		t.Errorf("packed twice: %v", err)
	}
}

// TestLayouts reads files through mappings that say how the files are laid out.
func TestLayouts(t *testing.T) {
	report := "Leads of May\n\"as of today, 1 June\"\n\nRecord,Town\n1,Oslo\n"
	for _, test := range []struct {
		name, file, text, mapping string
		want                      []string // the contacts, or the problems
	}{
		{"a header further down", "c.csv", report, `"header": 4, "id": "Record", "columns": {"City": "Town"}`, []string{`1: City=text "Oslo"`}},
		{"lines of problems", "c.csv", report + "2\n", `"header": 4, "id": "Record", "columns": {"City": "Town"}`, []string{`c.csv:6: the record has 1 cell and the header 2: there is none for Town`}},
		{"a header that is not said", "c.csv", report, `"id": "Record", "columns": {"City": "Town"}`, []string{`mapping.json:1:14: Contact of c.csv: line 4 of c.csv has the names of the columns; give the table "header": 4`}},
		{"a header beyond the file", "c.csv", report, `"header": 40, "id": "Record", "columns": {"City": "Town"}`, []string{`c.csv:1: the file ends before its header on line 40`}},
		{"a header and a separator", "c.csv", "sep=;\nLeads\nRecord;Town\n1;Oslo\n", `"header": 3, "id": "Record", "columns": {"City": "Town"}`, []string{`1: City=text "Oslo"`}},
		{"a separator that the mapping knows better", "c.csv", "sep=,\nRecord;Town\n1;Oslo, Norway\n", `"delimiter": ";", "id": "Record", "columns": {"City": "Town"}`, []string{`1: City=text "Oslo, Norway"`}},
		{"the second of two columns", "c.csv", "id,Town,Town,Town#3\n1,a,b,c\n", `"id": "id", "columns": {"City": "Town#2", "JobTitle": "Town#3"}`, []string{`1: City=text "b" JobTitle=text "c"`}},
		{"one of two columns, and nobody says which", "c.csv", "id,Town,Town\n1,a,b\n", `"id": "id", "columns": {"City": "Town"}`, []string{`mapping.json:1:84: Contact of c.csv: City: c.csv has the column Town twice; write "Town#2" for the second`}},
		{"a third of two", "c.csv", "id,Town,Town\n1,a,b\n", `"id": "id", "columns": {"City": "Town#3"}`, []string{`mapping.json:1:84: Contact of c.csv: City: c.csv has no column Town#3; did you mean Town?`}},
		{"Windows-1252", "c.csv", "id,Town\n1,Z\xfcrich \x80\n", `"encoding": "windows-1252", "id": "id", "columns": {"City": "Town"}`, []string{`1: City=text "Zürich €"`}},
		{"Windows-1252, and it is UTF-8", "c.csv", "id,Town\n1,Zürich\n", `"encoding": "windows-1252", "id": "id", "columns": {"City": "Town"}`, []string{`c.csv: this is UTF-8, and not windows-1252 as the mapping says`}},
		{"a byte that Windows-1252 does not have", "c.csv", "id,Town\n1,Z\x81\n", `"encoding": "windows-1252", "id": "id", "columns": {"City": "Town"}`, []string{`c.csv: the text is not Windows-1252: that has no character 0x81`}},
		{"UTF-16 without a mark", "c.csv", inUTF16(binary.BigEndian, "id,Town\n1,Oslo\n"), `"encoding": "utf-16be", "id": "id", "columns": {"City": "Town"}`, []string{`1: City=text "Oslo"`}},
		{"an encoding of the program", "c.csv", "id,Town\n1,olsO\n", `"encoding": "loud", "id": "id", "columns": {"City": "Town"}`, nil},
		{"an encoding that nobody knows", "c.csv", "id,Town\n", `"encoding": "windows-1253", "id": "id", "columns": {"City": "Town"}`, []string{`mapping.json:1:52: Contact of c.csv: unknown encoding "windows-1253"; did you mean windows-1252?`}},
		{"keys inside of keys", "c.ndjson", `{"id": 1, "p": {"city": {"value": "Oslo"}, "jobs": ["a", {"title": "CEO"}]}}` + "\n" + `{"id": 2, "p": null}` + "\n" + `{"id": 3, "p": {"city": 5, "jobs": []}}`,
			`"id": "/id", "columns": {"City": "/p/city/value", "JobTitle": "/p/jobs/1/title"}`, []string{`1: City=text "Oslo" JobTitle=text "CEO"`, `2:`, `3:`}},
		{"a key with a slash", "c.ndjson", `{"id": 1, "a/b": "x", "~": {"/c": "y"}}`, `"id": "id", "columns": {"City": "/a~1b", "JobTitle": "/~0/~1c"}`, []string{`1: City=text "x" JobTitle=text "y"`}},
		{"a key twice, inside", "c.ndjson", `{"id": 1, "p": {"c": "x", "c": "y"}}`, `"id": "id", "columns": {"City": "/p/c"}`, []string{`c.ndjson:1: p: c appears twice`}},
		{"an object where a text is wanted", "c.ndjson", `{"id": 1, "p": {"c": {}}}`, `"id": "id", "columns": {"City": "/p/c"}`, []string{`c.ndjson:1: /p/c: want a text, a number, true or false, not an object`}},
		{"records further inside", "c.json", `{"paging": {"next": [1, {}]}, "data": {"total": 1, "people": [{"id": 1, "town": "Oslo"}]}, "x": {}}`, `"records": "/data/people", "id": "id", "columns": {"City": "town"}`, []string{`1: City=text "Oslo"`}},
		{"records that are not there", "c.json", `{"data": {"persons": []}}`, `"records": "/data/people", "id": "id", "columns": {"City": "town"}`, []string{`c.json:1: there is nothing at "/data/people", where the mapping says the records are`}},
		{"records that are no array", "c.json", "{\"data\":\n{}}", `"records": "/data", "id": "id", "columns": {"City": "town"}`, []string{`c.json:2: want an array of records`}},
		{"records twice", "c.json", `{"data": [], "data": []}`, `"records": "/data", "id": "id", "columns": {"City": "town"}`, []string{`c.json:1: data appears twice`}},
		{"broken after the records", "c.json", "{\"data\": [],\n \"x\": {\"y\": 1,}}", `"records": "/data", "id": "id", "columns": {"City": "town"}`, []string{`c.json:2: broken JSON: invalid character '}' looking for beginning of object key string`}},
		{"Windows-1252, and it is UTF-8 far inside", "c.csv", "id,Town\n1," + strings.Repeat("x", 70_000) + "ü\n", `"encoding": "windows-1252", "id": "id", "columns": {"City": "Town"}`, []string{`c.csv: this is UTF-8, and not windows-1252 as the mapping says`}},
		{"records in an element", "c.json", `[0, {"items": [{"id": 1, "town": "Oslo"}]}, {"items": 5}]`, `"records": "/1/items", "id": "id", "columns": {"City": "town"}`, []string{`1: City=text "Oslo"`}},
		{"where and an array", "c.ndjson", `{"id": 1, "type": ["OPEN"]}`, `"where": {"type": ["OPEN"]}, "id": "id"`, []string{`c.ndjson:1: type: want a text, a number, true or false, not an array`}},
		{"words for null in an array", "c.ndjson", `{"id": 1, "i": ["-", " Tea "]}`, `"id": "id", "columns": {"Interests": {"name": "i", "null": ["-"]}}`, []string{`1: Interests=choices "Tea"`}},
		{"two kinds of line ends", "c.csv", "id,Town\r1,Oslo\r2,Rome\n", `"id": "id", "columns": {"City": "Town"}`, []string{`c.csv:1: some lines end with CR alone and some with LF; save the file with one kind of line end`}},
		{"a header far beyond the file", "c.csv", "id,Town\n", `"header": 2000000000, "id": "id"`, []string{`c.csv:1: the file ends before its header on line 2000000000`}},
		{"a layout with the month twice", "c.csv", "id,at\n", `"id": "id", "columns": {"Created": {"name": "at", "format": "2006-01-02T15:04:05+01:00"}}`, []string{`mapping.json:1:102: Contact of c.csv: Created: the format "2006-01-02T15:04:05+01:00" has the month twice; 01 is the month, 02 the day, 04 the minute, 05 the second and 06 the year, and an offset is written -07:00 or Z07:00`}},
		{"a code with a blank", "c.csv", "id,r\n", `"id": "id", "columns": {"Rating": {"name": "r", "codes": {" 0": "Hot"}}}`, []string{`mapping.json:1:100: Contact of c.csv: Rating: the code " 0" has blanks around it, which do not count in the file`}},
		{"unequal rows", "c.csv", "id,Town\n1,Oslo\n2,Rome\n1,Bergen\n", `"id": "id", "columns": {"City": "Town"}`, []string{`c.csv:4: id: "1" appears twice: c.csv:2 has another City`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			schema := testSchema(t)
			loud := func(r io.Reader) io.Reader {
				text, err := io.ReadAll(r)
				return io.MultiReader(strings.NewReader(strings.Replace(string(text), "olsO", "Oslo", 1)), iotest.ErrReader(errors.Join(err, errors.New("not loud enough"))))
			}
			opts := tables.Options{Encodings: map[string]func(io.Reader) io.Reader{"loud": loud}}
			opts.Mapping = readMapping(t, fmt.Sprintf(`{"tables": [{"file": %q, "entity": "Contact", %s}]}`, test.file, test.mapping))
			data, err := tables.LoadFS(t.Context(), files(test.file, test.text), ".", schema, opts)
			if test.want == nil {
				test.want = []string{"c.csv: not loud enough"}
			}
			var got []string
			switch problems, ok := errors.AsType[*tables.Problems](err); {
			case ok:
				for _, p := range problems.List {
					got = append(got, p.String())
				}
				got = slices.Compact(got)
			case err != nil:
				t.Fatal(err)
			default:
				got = dump(t, data, schema, "Contact", "1", "2", "3")
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// TestRecordsOfOneFile: tables can read different arrays of a file, and equal records
// of two files name both.
func TestRecordsOfOneFile(t *testing.T) {
	m := readMapping(t, `{"tables": [
		{"file": "all.json", "records": "/people", "entity": "Contact", "id": "id", "columns": {"City": "town"}},
		{"file": "all.json", "records": "/leads", "entity": "Lead", "id": "id", "columns": {"Topic": "/about/0"}},
		{"file": "more.csv", "entity": "Contact", "id": "id", "columns": {"City": "town"}}]}`)
	schema := testSchema(t)
	all := `{"leads": [{"id": 7, "about": ["CRM", "x"]}], "people": [{"id": 1, "town": "Oslo"}]}`
	data, err := tables.LoadFS(t.Context(), files("all.json", all, "more.csv", "id,town\n1,Oslo\n"), ".", schema, tables.Options{Mapping: m})
	if err != nil {
		t.Fatal(err)
	}
	got := append(dump(t, data, schema, "Contact", "1"), dump(t, data, schema, "Lead", "7")...)
	if want := []string{`1: City=text "Oslo"`, `7: Topic=text "CRM"`}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	_, err = tables.LoadFS(t.Context(), files("all.json", all, "more.csv", "id,town\n2,Rome\n1,Bergen\n"), ".", schema, tables.Options{Mapping: m})
	if want := `more.csv:3: id: "1" appears twice: all.json:1 has another City`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// TestFormulasInPieces reads formulas that lie across the pieces in which a file is
// read.
func TestFormulasInPieces(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,City\n")
	const n = 20_000
	for i := range n {
		fmt.Fprintf(&b, "=\"%06d\",\"%s=\"\"x\"\"\"\n", i, strings.Repeat("ab,", i%5))
	}
	schema := testSchema(t)
	for _, name := range []string{"Contact.csv", "Contact.csv.gz"} {
		text := b.String()
		if strings.HasSuffix(name, ".gz") {
			text = packed(text)
		}
		data, err := tables.LoadFS(t.Context(), files(name, text), ".", schema, tables.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range []int{0, 1, 4321, n - 1} {
			id := fmt.Sprintf("%06d", i)
			want := fmt.Sprintf("%s: City=text %q", id, strings.Repeat("ab,", i%5)+`="x"`)
			if i%5 == 0 {
				want = fmt.Sprintf("%s: City=text %q", id, "x")
			}
			if got := dump(t, data, schema, "Contact", id); len(got) != 1 || got[0] != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
}

// TestLongFiles reads files of each encoding that are longer than what is read at once.
func TestLongFiles(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,Town\n")
	for i := range 20_000 {
		fmt.Fprintf(&b, "%d,Oslo\n", i)
	}
	for encoding, text := range map[string]string{"windows-1252": b.String() + "x,Z\xfcrich\n", "utf-16le": inUTF16(binary.LittleEndian, b.String()), "utf-8": b.String()} {
		m := readMapping(t, fmt.Sprintf(`{"encoding": %q, "tables": [{"file": "c.csv", "entity": "Contact", "id": "id", "columns": {"City": "Town"}}]}`, encoding))
		data, err := tables.LoadFS(t.Context(), files("c.csv", text), ".", testSchema(t), tables.Options{Mapping: m})
		if err != nil || data.Len("Contact") < 20_000 {
			t.Errorf("%s: %v", encoding, err)
		}
	}
}

// TestNumbersOfLookups: a number of JSON is one also where a lookup or a template finds
// it, whatever the decimal sign of texts.
func TestNumbersOfLookups(t *testing.T) {
	schema := testSchema(t)
	for column, want := range map[string]string{
		`{"template": "{v}"}`: "0.5", `{"name": "k", "lookup": {"file": "p.ndjson", "by": "k", "name": "v"}}`: "1.234",
		`{"name": "k", "lookup": {"file": "all.json", "by": "k", "name": "v", "records": "/b"}}`: "7",
	} {
		m := readMapping(t, `{"decimal": ",", "tables": [
			{"file": "c.ndjson", "entity": "Contact", "id": "id", "columns": {"Visits": `+column+`}},
			{"file": "all.json", "entity": "EmailClicked", "records": "/a"}, {"file": "all.json", "entity": "EmailClicked", "records": "/b"}]}`)
		fsys := files("c.ndjson", `{"id": 1, "v": 0.5, "k": "a"}`, "p.ndjson", `{"k": "a", "v": 1.234}`, "all.json", `{"a": [{"k": "a", "v": 6}], "b": [{"k": "a", "v": 7}]}`)
		data, err := tables.LoadFS(t.Context(), fsys, ".", schema, tables.Options{Mapping: m})
		if err != nil {
			t.Errorf("%s: %v", column, err)
			continue
		}
		if got := dump(t, data, schema, "Contact", "1")[0]; got != fmt.Sprintf("1: Visits=number %q", want) {
			t.Errorf("%s: got %s", column, got)
		}
	}
	m := readMapping(t, `{"tables": [
		{"file": "c.ndjson", "entity": "Contact", "id": "id", "columns": {"Visits": {"name": "k", "lookup": {"file": "all.json", "by": "k", "name": "v"}}}},
		{"file": "all.json", "entity": "EmailClicked", "records": "/a"}, {"file": "all.json", "entity": "EmailClicked", "records": "/b"}]}`)
	_, err := tables.LoadFS(t.Context(), files("c.ndjson", "", "all.json", "{}"), ".", schema, tables.Options{Mapping: m})
	if want := `mapping.json:2:104: Contact of c.ndjson: Visits: the tables read several arrays of all.json; give the lookup its "records"`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// TestWhatFailsIsListed: problems that skipping does not solve are listed however many
// others there are.
func TestWhatFailsIsListed(t *testing.T) {
	text := "id,Visits\n"
	for i := range 2 * tables.MaxProblems {
		text += fmt.Sprintf("%d,x\n", i)
	}
	m := readMapping(t, `{"tables": [{"file": "c.csv", "entity": "Contact", "id": "id", "columns": {"Visits": "Visits"}}]}`)
	_, err := tables.LoadFS(t.Context(), files("c.csv", text+"a,350.000\n"), ".", testSchema(t), tables.Options{Mapping: m, SkipBad: true})
	if err == nil || !strings.Contains(err.Error(), "350.000 is 350") {
		t.Errorf("got %v", err)
	}
}
