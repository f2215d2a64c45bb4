package tables_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

var update = flag.Bool("update", false, "write the golden files anew")

// readMapping reads a mapping that is right.
func readMapping(t testing.TB, text string) *tables.Mapping {
	t.Helper()
	m, err := tables.ReadMapping("mapping.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// packed packs a text, as gzip does.
func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

// TestMappingProblems checks the problems of wrong mappings: the golden file has each
// mapping, followed by its problems.
func TestMappingProblems(t *testing.T) {
	const golden, between = "testdata/mapping.golden", "-- problems --\n"
	fsys := files(
		"data/people.csv", "person,town,role,company,born,visits,pages,pages\n",
		"data/clicks.csv", "contact,url\n",
		"data/semi.csv", "person;town\n",
		"data/empty.csv", "",
		"data/companies.csv", "id,name\n",
		"data/sub.csv/clicks.csv", "url\n",
		"data/odd\x1b[31m.csv", "job\u202e,\x1b[31mperson\n",
		"data/._clicks.csv", "\x00\x05\x16\x07",
		"data/tabs.tsv", "a\tb\n",
	)
	fsys["data/gone.csv"] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("nowhere.csv")}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, part := range strings.Split("\n"+string(text), "\n== ")[1:] {
		part = strings.TrimSuffix(part, "\n") + "\n"
		name, rest, _ := strings.Cut(part, "\n")
		mapping, want, _ := strings.Cut(rest, between)
		got := "none"
		m, err := tables.ReadMapping("mapping.json", []byte(mapping))
		if err == nil {
			_, err = tables.LoadFS(t.Context(), fsys, "data", testSchema(t), tables.Options{Mapping: m, SkipBad: true})
		}
		if err != nil {
			got = err.Error()
			if _, ok := errors.AsType[*tables.Problems](err); !ok {
				t.Errorf("%s: an error without problems: %v", name, err)
			}
		}
		if got += "\n"; got != want && !*update {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
		fmt.Fprintf(&out, "== %s\n%s%s%s", name, mapping, between, got)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMapped reads files through mappings.
func TestMapped(t *testing.T) {
	schema := testSchema(t)
	for _, test := range []struct {
		name    string
		mapping string
		fsys    fstest.MapFS
		entity  string
		ids     []string
		want    []string
		notes   []string
	}{
		{
			"names, nulls and ways of writing", `{"null": ["Select"], "zone": "Europe/Berlin", "tables": [{
				"file": "people.csv", "entity": "Contact", "id": "No.",
				"columns": {
					"City": "Town (now)", "JobTitle": {"name": "Job", "null": ["-"]}, "Rating": {"name": "Rating", "null": []},
					"Subscribed": "Mail", "Created": "Since", "Birthday": "Born", "Visits": "Visits",
					"Interests": {"name": "Likes", "separator": "|"}, "ParentAccount": "Firm"
				}
			}]}`,
			files("people.csv", "No.,Town (now),Job,Rating,Mail,Since,Born,Visits,Likes,Firm,Other,Other\n"+
				"1,Select,Select,Select,Yes,2021-07-01 3:15:52,2021-07-01 03:15:52,2.50,Tea | Milk;Cream |,9,x,y\n"+
				"2,Roma,-,,NO,2021-01-01,,,Select,Select,x,\n"+
				"3,,,,1,2021-07-01T03:15:52.1234567 UTC,,,,,,\n"+
				"4,,,,0,2021-07-01 03:15+0230,,,,,,\n"+
				"5,,,,tRUE,2021-10-31t02:30:00z,,,,,,\n"),
			"Contact", []string{"1", "2", "3", "4", "5"},
			[]string{
				`1: JobTitle=text "Select" Birthday=date "2021-07-01" Created=time "2021-07-01T01:15:52Z" Visits=number "2.5" Subscribed=bool "true" Rating=text "Select" Interests=choices "Tea; Milk;Cream" ParentAccount=text "9"`,
				`2: City=text "Roma" Created=time "2020-12-31T23:00:00Z" Subscribed=bool "false"`,
				`3: Created=time "2021-07-01T03:15:52.123456Z" Subscribed=bool "true"`,
				`4: Created=time "2021-07-01T00:45:00Z" Subscribed=bool "false"`,
				`5: Created=time "2021-10-31T02:30:00Z" Subscribed=bool "true"`,
			}, nil,
		},
		{
			"formats of times", `{"zone": "America/Chicago", "tables": [{
				"file": "people.csv", "entity": "Contact", "id": "id",
				"columns": {"Created": {"name": "ms", "format": "UnixMillis"}, "Birthday": {"name": "s", "format": "UnixSeconds"}}
			}, {
				"file": "slashes.csv", "entity": "Contact", "id": "id",
				"columns": {"Created": {"name": "at", "format": "02/01/2006 15:04"}, "Birthday": {"template": "1-{m}-{y}", "format": "2-Jan-2006"}}
			}]}`,
			files("people.csv", "id,ms,s\n1,1609459200123,1609459200\n2,-1,-1\n", "slashes.csv", "id,at,m,y\n3,31/12/2020 23:00,Feb,2021\n"),
			"Contact", []string{"1", "2", "3"},
			[]string{
				`1: Birthday=date "2020-12-31" Created=time "2021-01-01T00:00:00.123Z"`,
				`2: Birthday=date "1969-12-31" Created=time "1969-12-31T23:59:59.999Z"`,
				`3: Birthday=date "2021-02-01" Created=time "2021-01-01T05:00:00Z"`,
			}, nil,
		},
		{
			"times that clocks skip or show twice", `{"zone": "Europe/Berlin", "tables": [{"file": "*.csv", "entity": "Contact", "id": "id", "columns": {
				"Created": "at", "Birthday": "at"}}]}`,
			files("a.csv", "id,at\n1,2021-03-28 01:59:59\n2,2021-03-28 02:30\n3,2021-03-28 03:00\n4,2021-10-31 01:59\n5,2021-10-31 02:30\n6,2021-10-31 03:00\n7,2021-10-31 12:00\n8,2021-10-31 02:30+01:00\n"),
			"Contact", []string{"1", "2", "3", "4", "5", "6", "7", "8"},
			[]string{
				`1: Birthday=date "2021-03-28" Created=time "2021-03-28T00:59:59Z"`,
				`2: Birthday=date "2021-03-28" Created=time "2021-03-28T01:30:00Z"`,
				`3: Birthday=date "2021-03-28" Created=time "2021-03-28T01:00:00Z"`,
				`4: Birthday=date "2021-10-31" Created=time "2021-10-30T23:59:00Z"`,
				`5: Birthday=date "2021-10-31" Created=time "2021-10-31T00:30:00Z"`,
				`6: Birthday=date "2021-10-31" Created=time "2021-10-31T02:00:00Z"`,
				`7: Birthday=date "2021-10-31" Created=time "2021-10-31T11:00:00Z"`,
				`8: Birthday=date "2021-10-31" Created=time "2021-10-31T01:30:00Z"`,
			}, nil,
		},
		{
			"days without a midnight", `{"zone": "America/Sao_Paulo", "tables": [{"file": "a.csv", "entity": "Contact", "id": "id", "columns": {"Created": "at", "Birthday": "at"}},
				{"file": "b.csv", "entity": "Contact", "id": "id", "columns": {"Created": {"name": "at", "format": "2.1.2006"}, "Birthday": {"name": "at", "format": "2.1.2006"}}},
				{"file": "c.csv", "entity": "Contact", "id": "id", "columns": {"Created": {"name": "at", "format": "2.1.2006 15:04 -0700"}, "Birthday": {"name": "at", "format": "2.1.2006 15:04 -0700"}}}]}`,
			files("a.csv", "id,at\n1,2018-11-04\n", "b.csv", "id,at\n2,4.11.2018\n", "c.csv", "id,at\n3,4.11.2018 00:30 +0200\n"),
			"Contact", []string{"1", "2", "3"},
			[]string{
				`1: Birthday=date "2018-11-04" Created=time "2018-11-04T03:00:00Z"`, `2: Birthday=date "2018-11-04" Created=time "2018-11-04T03:00:00Z"`,
				`3: Birthday=date "2018-11-04" Created=time "2018-11-03T22:30:00Z"`,
			}, nil,
		},
		{
			"hidden files, and templates that look null", `{"null": ["NA"], "tables": [{"file": "*/*.csv", "entity": "EmailClicked", "id": "{a}{b}"}]}`,
			files("x/a.csv", "a,b\nN,A\nNA,\nNA,x\n", "x/._a.csv", "\x00", ".x/a.csv", "c\n"),
			"EmailClicked", []string{"NA", "x/a.csv:3", "x/a.csv:4"}, []string{"NA:", "x/a.csv:3:", "x/a.csv:4:"}, nil,
		},
		{
			"several entities, and rows of each", `{"tables": [
				{"file": "people.csv", "entity": "Contact", "id": "id", "where": {"deleted": ["no", ""]}, "columns": {"City": "town"}},
				{"file": "people.csv", "entity": "Lead", "id": "lead-{id}", "where": {"deleted": ["no", ""], "kind": ["a"]}, "columns": {"ParentContact": "id", "Topic": "{town}: {{{kind}}}"}},
				{"file": "people.csv", "entity": "Account", "id": "id", "where": {"kind": ["firm"]}}
			]}`,
			files("people.csv", "id,town,deleted,kind\n1,Roma,no,a\n2,Bern,yes,a\n3,Bonn,,b\n4,,no,a\n"),
			"Lead", []string{"lead-1", "lead-4"},
			[]string{`lead-1: Topic=text "Roma: {a}" ParentContact=text "1"`, `lead-4: ParentContact=text "4"`},
			[]string{"people.csv: the mapping's where leaves none of the 4 rows for Account"},
		},
		{
			"several files", `{"tables": [{"file": "*/clicks_?.*", "entity": "EmailClicked", "columns": {"Url": "url"}},
				{"file": "clicks.tsv", "entity": "EmailClicked", "columns": {"Url": "url"}},
				{"file": "odd[1].txt", "delimiter": ";", "entity": "EmailClicked", "columns": {"Url": "url"}}]}`,
			files("a/clicks_1.csv", "url\n/a\n", "b/clicks_1.csv.gz", packed("url\n/b\n"), "b/clicks_2.ndjson", `{"url": "/c"}`, "b/clicks_3.json", `[{"url": "/d"}, {"url": "/e"}]`,
				"b/clicks_4.xlsx", "x", "clicks.tsv", "no\turl\n1\t/f\n", "odd[1].txt", "no;url\n1;/g,h\n"),
			"EmailClicked",
			[]string{"a/clicks_1.csv:2", "b/clicks_1.csv.gz:2", "b/clicks_2.ndjson:1", "b/clicks_3.json:1", "b/clicks_3.json:1#2", "clicks.tsv:2", "odd[1].txt:2"},
			[]string{
				`a/clicks_1.csv:2: Url=text "/a"`, `b/clicks_1.csv.gz:2: Url=text "/b"`, `b/clicks_2.ndjson:1: Url=text "/c"`,
				`b/clicks_3.json:1: Url=text "/d"`, `b/clicks_3.json:1#2: Url=text "/e"`, `clicks.tsv:2: Url=text "/f"`, `odd[1].txt:2: Url=text "/g,h"`,
			}, nil,
		},
		{
			"two interactions a row", `{"tables": [
				{"file": "mails.csv", "entity": "EmailClicked", "columns": {"Url": "first"}},
				{"file": "mails.csv", "entity": "EmailClicked", "columns": {"Url": "second"}}
			]}`,
			files("mails.csv", "first,second\n/a,/b\n"),
			"EmailClicked", []string{"mails.csv:2", "mails.csv:2#2"}, []string{`mails.csv:2: Url=text "/a"`, `mails.csv:2#2: Url=text "/b"`}, nil,
		},
		{
			"lookups", `{"null": ["NULL"], "tables": [
				{"file": "mails.csv", "entity": "EmailClicked", "id": "{id}/{to}", "columns": {
					"Contact": {"name": "to", "lookup": {"file": "people*", "by": "email", "name": "id"}},
					"Timestamp": {"name": "id", "lookup": {"file": "mails.csv", "by": "id", "name": "at"}},
					"Url": {"template": "{id}-{to}", "lookup": {"file": "urls.json.gz", "by": "key", "name": "url"}}}}
			]}`,
			files("mails.csv", "id,to,at\n1,a@x,2021-01-01\n1,b@x,2021-01-01\n2,c@x,2021-01-02\n3,,NULL\n4,d@x,\n",
				"people1.csv", "id,email\n7,a@x\n7,a@x\n,c@x\n9,\n", "people2.ndjson", `{"email": "b@x", "id": 8}`,
				"urls.json.gz", packed(`[{"key": "1-a@x", "url": "/a"}, {"key": "1-b@x", "url": "NULL"}]`), "urls.json", "ignored", "more.csv", ""),
			"EmailClicked", []string{"1/a@x", "1/b@x", "2/c@x", "mails.csv:5", "4/d@x"},
			[]string{
				`1/a@x: Url=text "/a" Timestamp=time "2021-01-01T00:00:00Z" Contact=text "7"`,
				`1/b@x: Timestamp=time "2021-01-01T00:00:00Z" Contact=text "8"`,
				`2/c@x: Timestamp=time "2021-01-02T00:00:00Z"`,
				`mails.csv:5:`, `4/d@x:`,
			},
			[]string{
				"mails.csv: to: 1 of 4 keys are not in people*, so EmailClicked.Contact is null there",
				"mails.csv: {id}-{to}: 2 of 4 keys are not in urls.json.gz, so EmailClicked.Url is null there",
				".: the mapping does not name the files more.csv",
			},
		},
		{
			"lookups in files with other delimiters", `{"tables": [
				{"file": "mails.csv", "entity": "EmailClicked", "columns": {
					"Contact": {"name": "to", "lookup": {"file": "people.csv", "by": "mail", "name": "id"}},
					"Url": {"name": "to", "lookup": {"file": "urls.csv", "by": "mail", "name": "url", "delimiter": "|"}}}},
				{"file": "people.csv", "delimiter": ";", "entity": "Contact", "id": "id"}
			]}`,
			files("mails.csv", "to\na@x\n", "people.csv", "id;mail\n7;a@x\n", "urls.csv", "mail|url\na@x|/a,b\n"),
			"EmailClicked", []string{"mails.csv:2"}, []string{`mails.csv:2: Url=text "/a,b" Contact=text "7"`}, nil,
		},
		{
			"json", `{"null": ["NULL"], "tables": [{"file": "people.ndjson", "entity": "Contact", "id": "no", "where": {"kind": ["7", "true", ""]}, "columns": {
				"City": "town", "Created": {"name": "ms", "format": "UnixMillis"}, "Visits": "visits", "Subscribed": "mail", "Interests": "likes",
				"JobTitle": "{town}-{kind}", "ParentAccount": "firm", "Birthday": "born"}}]}`,
			files("people.ndjson", `{"no": 1, "town": "Roma", "kind": 7, "ms": 1609459200123, "visits": 2.5, "mail": true, "likes": ["a;b", "c"], "firm": 9, "Born": "2021-01-01"}
{"no": "2", "town": "NULL", "kind": true, "ms": "1609459200123", "visits": "2.5", "mail": 0, "likes": "a;b", "firm": "NULL"}
{"no": 3, "kind": "b"}
{"no": 4, "kind": null, "town": 5, "visits": null}
`),
			"Contact", []string{"1", "2", "4"},
			[]string{
				`1: City=text "Roma" JobTitle=text "Roma-7" Created=time "2021-01-01T00:00:00.123Z" Visits=number "2.5" Subscribed=bool "true" Interests=choices "a;b; c" ParentAccount=text "9"`,
				`2: Created=time "2021-01-01T00:00:00.123Z" Visits=number "2.5" Subscribed=bool "false" Interests=choices "a; b"`,
				`4: City=text "5"`,
			},
			[]string{"people.ndjson: no record has the key born; did you mean Born?"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := readMapping(t, test.mapping)
			d, err := tables.LoadFS(t.Context(), test.fsys, ".", schema, tables.Options{Mapping: m})
			if err != nil {
				t.Fatal(err)
			}
			if got := dump(t, d, schema, test.entity, test.ids...); !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			if n := d.Len(test.entity); n != len(test.want) {
				t.Errorf("%d records, want %d", n, len(test.want))
			}
			if !slices.Equal(d.Report.Notes, test.notes) {
				t.Errorf("notes\n%s\nwant\n%s", strings.Join(d.Report.Notes, "\n"), strings.Join(test.notes, "\n"))
			}
		})
	}
}

// TestMappedProblems loads what is wrong in files that a mapping names: the
// problems, and how many records are skipped with SkipBad; -1 is an error.
func TestMappedProblems(t *testing.T) {
	for _, test := range []struct {
		name    string
		mapping string
		fsys    fstest.MapFS
		want    string
		skipped int
	}{
		{
			"values", `{"tables": [{"file": "p.csv", "entity": "Contact", "id": "No", "columns": {
				"Visits": "How many", "Created": "Since", "Birthday": {"name": "Born", "format": "02.01.2006"}, "Subscribed": "Mail", "City": "{Town} {Street}"}}]}`,
			files("p.csv", "No,How many,Since,Born,Mail,Town,Street\n1,x,yesterday,2021-01-01,perhaps,a,\xff\n2,,2021-02-29,,,,\n3,,2021-01-01 25:00,,,,\n,1,,,,,\n"),
			`data/p.csv:2: Born: "2021-01-01" is not a date written as 02.01.2006
data/p.csv:2: {Town} {Street}: the text is not valid UTF-8; save the file as UTF-8, or give its "encoding" in a mapping
data/p.csv:2: Since: "yesterday" is not a time; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, or give its format in the mapping
data/p.csv:2: Mail: "perhaps" is not a bool; write true or false, yes or no, 1 or 0, or give the column its words for "true" and "false" in the mapping
data/p.csv:2: How many: "x" is not a number; write decimal digits, such as 1234.5
data/p.csv:3: Since: "2021-02-29" is not a time; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, or give its format in the mapping
data/p.csv:4: Since: "2021-01-01 25:00" is not a time; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, or give its format in the mapping
data/p.csv:5: No: is missing; every record of a profile needs one`, 4,
		},
		{
			"unix", `{"tables": [{"file": "p.csv", "entity": "Contact", "id": "No", "columns": {
				"Created": {"name": "s", "format": "UnixSeconds"}, "Birthday": {"name": "ms", "format": "UnixMillis"}}}]}`,
			files("p.csv", "No,s,ms\n1,1.5s,1_000\n2,9223372036854775807,9223372036854775807\n3,-9223372036854775808,-9223372036854775808\n4,253402300800,253402300800000\n5,253402300799,253402300799999\n"),
			`data/p.csv:2: ms: "1_000" is not a number of UnixMillis
data/p.csv:2: s: "1.5s" is not a number of UnixSeconds
data/p.csv:3: ms: "9223372036854775807": the year is outside 0 to 9999
data/p.csv:3: s: "9223372036854775807": the year is outside 0 to 9999
data/p.csv:4: ms: "-9223372036854775808": the year is outside 0 to 9999
data/p.csv:4: s: "-9223372036854775808": the year is outside 0 to 9999
data/p.csv:5: ms: "253402300800000": the year 10000 is outside 0 to 9999
data/p.csv:5: s: "253402300800": the year 10000 is outside 0 to 9999`, 4,
		},
		{
			"lines that are quoted as a whole", `{"tables": [
				{"file": "p.csv", "entity": "Contact", "id": "Id", "columns": {"City": "Special", "Visits": "Visits"}},
				{"file": "p.csv", "entity": "Lead", "id": "Id", "columns": {"ParentContact": "Id"}}]}`,
			files("p.csv", "Id,Special,Visits\r\n1,\"Banking, Insurance\",1\r\n\"2,\"\"Banking, Insurance\"\",2\"\r\n\"3,Finance\"\r\n4,Finance,x\r\n5\r\n"),
			`data/p.csv:3: the record has 1 cell and the header 3: the whole line is quoted as one cell; remove the quotes around it, and write "" in it as "
data/p.csv:4: the record has 1 cell and the header 3: there is none for Special, Visits
data/p.csv:5: Visits: "x" is not a number; write decimal digits, such as 1234.5
data/p.csv:6: the record has 1 cell and the header 3: there is none for Special, Visits`, 7,
		},
		{
			"the same once for several entities", `{"tables": [
				{"file": "p.csv", "entity": "Contact", "id": "Id", "columns": {"Created": "Since"}},
				{"file": "p.csv", "entity": "Lead", "id": "Id", "columns": {"Topic": "Since"}},
				{"file": "p.csv", "entity": "Account", "id": "Id"}]}`,
			files("p.csv", "Id,Since\nx,x\nx,2021-01-01\n"),
			`data/p.csv:2: Since: "x" is not a time; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, or give its format in the mapping
data/p.csv:2: Id: "x" is not a number; write decimal digits, such as 1234.5
data/p.csv:3: Id: "x" appears twice: data/p.csv:2 has another Topic
data/p.csv:3: Id: "x" is not a number; write decimal digits, such as 1234.5`, 4,
		},
		{
			"lookups", `{"tables": [{"file": "m.csv", "entity": "EmailClicked", "columns": {"Contact": {"name": "to", "lookup": {"file": "p.csv", "by": "mail", "name": "id"}}}}]}`,
			files("m.csv", "to\na\nb\n", "p.csv", "id,mail\n1,a\n2,a\n3,b\n4\n"),
			`data/p.csv:5: the record has 1 cell and the header 2: there is none for mail
data/m.csv:2: to: "a" is in several rows of p.csv, and their id differ`, 1,
		},
		{
			"a broken line is told once", `{"tables": [{"file": "p.csv", "entity": "Contact", "id": "id", "columns": {"City": {"name": "mail", "lookup": {"file": "p.csv", "by": "mail", "name": "id"}}}}]}`,
			files("p.csv", "id,mail\n1,a\n2\n"),
			`data/p.csv:3: the record has 1 cell and the header 2: there is none for mail`, 1,
		},
		{
			"json", `{"tables": [{"file": "p.*", "entity": "Contact", "id": "no", "columns": {"City": "town", "Interests": "likes", "JobTitle": "{town}{a}", "ParentAccount": "firm"}}]}`,
			files("p.ndjson", `[]
{"no": 1, "town": {"a": 1}}
{"no": 2, "town": "a", "a": []}
{"no": 3, "likes": [1]}
{"no": 4, "firm": 1.5}
{"no": {}}
{"no": 7, "no": 8}
{"no": 8, "town": "\ud800"}
{"no": 9`, "p.json", "[\n7, {\"no\": 1,\n\"town\": []}]"),
			`data/p.json:2: want an object for the record, not the number 7
data/p.json:3: town: want a text, a number, true or false, not an array
data/p.ndjson:1: want an object for the record, not an array
data/p.ndjson:2: town: want a text, a number, true or false, not an object
data/p.ndjson:3: {town}{a}: want a text, a number, true or false, not an array
data/p.ndjson:4: likes: want an array of texts, not the number 1 in it
data/p.ndjson:5: firm: want an id, which is text or an integer, not the number 1.5
data/p.ndjson:6: no: want a text, a number, true or false, not an object
data/p.ndjson:7: no: appears twice
data/p.ndjson:8: town: a \u escape is half of a character
data/p.ndjson:8: {town}{a}: a \u escape is half of a character
data/p.ndjson:9: broken JSON: unexpected end of JSON input`, 11,
		},
		{
			"keys and values of a lookup", `{"tables": [{"file": "m.csv", "entity": "EmailClicked", "columns": {"Url": {"name": "to", "lookup": {"file": "p.*", "by": "mail", "name": "id"}}}}]}`,
			files("m.csv", "to\na\nb\nc\nd\n", "p.csv", "id,mail\n\xff,a\n1,\xff\n2,d\n",
				"p.ndjson", `{"mail": "b", "id": ["x"]}`+"\n"+`{"mail": "c", "id": "\ud800"}`+"\n"+`{"mail": {}, "id": 1}`+"\n"+`{"mail": "\ud800", "id": 1}`+"\n"+`{"mail": "d", "id": 2}`),
			`data/p.csv:3: mail: the text is not valid UTF-8; save the file as UTF-8, or give its "encoding" in a mapping
data/p.ndjson:3: mail: want a text, a number, true or false, not an object
data/p.ndjson:4: mail: a \u escape is half of a character
data/m.csv:2: to: id of "a" in p.*: the text is not valid UTF-8; save the file as UTF-8, or give its "encoding" in a mapping
data/m.csv:3: to: id of "b" in p.*: want a text, a number, true or false, not an array
data/m.csv:4: to: id of "c" in p.*: a \u escape is half of a character`, 3,
		},
		{
			"two lookups in a file", `{"tables": [{"file": "m.csv", "entity": "EmailClicked", "columns": {"Url": {"name": "to", "lookup": {"file": "p.*", "by": "mail", "name": "url"}},
				"Contact": {"name": "to", "lookup": {"file": "p.*", "by": "mail", "name": "id"}}, "Timestamp": {"name": "to", "lookup": {"file": "p.*", "by": "id", "name": "at"}}}}]}`,
			files("m.csv", "to\na\n", "p.csv", "id,mail,url,at\n1,\xff,,\n2\n\xff,b,,\n", "p.ndjson", "[]\n"),
			`data/p.csv:3: the record has 1 cell and the header 4: there is none for mail, url, at
data/p.csv:4: id: the text is not valid UTF-8; save the file as UTF-8, or give its "encoding" in a mapping
data/p.ndjson:1: want an object for the record, not an array
data/p.csv:2: mail: the text is not valid UTF-8; save the file as UTF-8, or give its "encoding" in a mapping`, 0,
		},
		{
			"a lookup in a table's file", `{"tables": [{"file": "p.ndjson", "entity": "Contact", "id": "id", "columns": {"City": "mail", "JobTitle": {"name": "boss", "lookup": {"file": "p.ndjson", "by": "mail", "name": "job"}}}},
				{"file": "q.ndjson", "entity": "Contact", "id": "id", "columns": {"JobTitle": {"name": "boss", "lookup": {"file": "q.ndjson", "by": "mail", "name": "job"}}}}]}`,
			files("p.ndjson", `{"id": 1, "mail": "\ud800"}`+"\n"+`{"id": 2, "mail": "b", "job": "\ud800"}`+"\n"+`{"id": 3, "boss": "b"}`, "q.ndjson", `{"id": 4, "mail": "\ud800"}`),
			`data/p.ndjson:1: mail: a \u escape is half of a character
data/q.ndjson:1: mail: a \u escape is half of a character
data/p.ndjson:3: boss: job of "b" in p.ndjson: a \u escape is half of a character`, 2,
		},
		{
			"bad for some", `{"tables": [{"file": "p.*", "entity": "Contact", "id": "id", "columns": {"City": "town"}, "where": {"kind": ["a"]}},
				{"file": "p.*", "entity": "Lead", "id": "id", "columns": {"Topic": "topic"}}]}`,
			files("p.csv", "id,town,kind,topic\n1,\xff,b,\n2,\xff,a,\n3,,\xff,\n",
				"p.ndjson", `{"id": 4, "town": "\ud800", "kind": "b"}`+"\n"+`{"id": 5, "town": "\ud800", "kind": "a"}`+"\n"+`{"id": 6, "kind": "\ud800"}`),
			`data/p.csv:3: town: the text is not valid UTF-8; save the file as UTF-8, or give its "encoding" in a mapping
data/p.csv:4: kind: the text is not valid UTF-8; save the file as UTF-8, or give its "encoding" in a mapping
data/p.ndjson:2: town: a \u escape is half of a character
data/p.ndjson:3: kind: a \u escape is half of a character`, 4,
		},
		{
			"names of zones", `{"zone": "Europe/Berlin", "tables": [{"file": "p.csv", "entity": "Contact", "id": "id", "columns": {
				"Created": {"name": "at", "format": "2006-01-02 15:04 MST"}, "Birthday": {"name": "at", "format": "2006-01-02 15:04 MST"}}}]}`,
			files("p.csv", "id,at\n1,2021-07-01 00:30 CEST\n2,2021-07-01 00:30 PST\n3,2021-07-01 00:30 UTC\n4,2021-07-01 00:30 GMT\n"),
			`data/p.csv:3: at: "2021-07-01 00:30 PST" is in a time zone PST, which clocks in Europe/Berlin do not show; give the zone of these times in the mapping`, 1,
		},
		{
			"a format with a sign that nobody sees", `{"tables": [{"file": "p.csv", "entity": "Contact", "id": "id", "columns": {"Created": {"name": "at", "format": "2006-01-02\u202e"}}}]}`,
			files("p.csv", "id,at\n1,x\n"), `data/p.csv:2: at: "x" is not a time written as "2006-01-02\u202e"`, 1,
		},
		{"no array", `{"tables": [{"file": "p.json", "entity": "Contact", "id": "no"}]}`, files("p.json", `{"Contact": []}`),
			`data/p.json:1: want an array of records`, -1},
		{"a broken array", `{"tables": [{"file": "p.json", "entity": "Contact", "id": "no"}]}`, files("p.json", "[{\"no\": 1}\n{\"no\": 2}]"),
			`data/p.json:2: broken JSON: invalid character '{' after array element`, -1},
		{"an open quote", `{"tables": [{"file": "p.csv", "entity": "Contact", "id": "no"}]}`, files("p.csv", "no\n\"1\n2\n"),
			`data/p.csv:3: a quote is missing or not doubled: the cell that begins on line 2 runs to here`, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, f := range test.fsys {
				fsys["data/"+name] = f
			}
			opts := tables.Options{Mapping: readMapping(t, test.mapping)}
			d, err := tables.LoadFS(t.Context(), fsys, "data", testSchema(t), opts)
			if d != nil || err == nil || err.Error() != test.want {
				t.Errorf("got\n%v\nwant\n%s", err, test.want)
			}
			opts.SkipBad = true
			d, err = tables.LoadFS(t.Context(), fsys, "data", testSchema(t), opts)
			switch {
			case test.skipped < 0:
				if err == nil || err.Error() != test.want {
					t.Errorf("with SkipBad: got\n%v", err)
				}
			case err != nil:
				t.Errorf("with SkipBad: %v", err)
			case d.Report.Skipped() != test.skipped || d.Report.Problems.Error() != test.want:
				t.Errorf("%d were skipped, want %d:\n%v", d.Report.Skipped(), test.skipped, &d.Report.Problems)
			}
		})
	}
}

// TestLockedFile: a file that cannot be opened is an error that a terminal shows,
// whatever its name.
func TestLockedFile(t *testing.T) {
	m := readMapping(t, `{"tables": [{"file": "*.csv", "entity": "EmailClicked"}]}`)
	if _, err := tables.LoadFS(t.Context(), locked{files("a\x1b[31m.csv", "url\n")}, ".", testSchema(t), tables.Options{Mapping: m}); !errors.Is(err, fs.ErrPermission) ||
		err.Error() != `tables: open "a\x1b[31m.csv": permission denied` {
		t.Errorf("got %v", err)
	}
}

// locked is a file system of which no file can be opened.
type locked struct{ fstest.MapFS }

func (l locked) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".csv") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.Open(name)
}

// changing is a file system in which a file becomes another when it is opened
// again.
type changing struct {
	fstest.MapFS
	name string
	next []byte
}

func (c *changing) Open(name string) (fs.File, error) {
	f, err := c.MapFS.Open(name)
	if name == c.name {
		c.MapFS[name] = &fstest.MapFile{Data: c.next}
	}
	return f, err
}

// TestChangedFile: a file that changes once its header has been checked is a
// problem, not another file that is read.
func TestChangedFile(t *testing.T) {
	m := readMapping(t, `{"tables": [{"file": "c.csv", "entity": "EmailClicked", "columns": {"Url": {"name": "url", "lookup": {"file": "u.csv", "by": "k", "name": "v"}}}}]}`)
	for name, want := range map[string]string{
		"c.csv": "mapping.json:1:77: EmailClicked of c.csv: Url: c.csv has no column url",
		"u.csv": "mapping.json:1:120: EmailClicked of c.csv: Url: u.csv has no column k\nmapping.json:1:131: EmailClicked of c.csv: Url: u.csv has no column v",
	} {
		fsys := &changing{files("c.csv", "url\na\n", "u.csv", "k,v\na,b\n"), name, []byte("other\na\n")}
		if d, err := tables.LoadFS(t.Context(), fsys, ".", testSchema(t), tables.Options{Mapping: m, SkipBad: true}); d != nil || err == nil || err.Error() != want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestGzip reads packed files, and refuses those that are damaged, whatever the
// options: of such a file nothing is loaded.
func TestGzip(t *testing.T) {
	schema := testSchema(t)
	var long strings.Builder
	long.WriteString("id,City\n")
	for i := range 6_000 {
		fmt.Fprintf(&long, "%d,Town %d\n", i, i*i)
	}
	d, err := tables.LoadFS(t.Context(), files(
		"Contact.csv.gz", packed("\xef\xbb\xbfid,City\nc1,Roma\n")+packed("c2,Bern\n"), // two members
		"Contact.NDJSON.GZ", packed(`{"id": "c3"}`),
		"EmailClicked.csv.gz", packed("Url\n/a\n"),
	), ".", schema, tables.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := dump(t, d, schema, "Contact", "c1", "c2", "c3"), []string{`c1: City=text "Roma"`, `c2: City=text "Bern"`, "c3:"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got, want := dump(t, d, schema, "EmailClicked", "EmailClicked.csv.gz:2"), []string{`EmailClicked.csv.gz:2: Url=text "/a"`}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if d, err = tables.LoadFS(t.Context(), files("all.json.gz", packed(`{"Contact": [{"id": 1}, {"id": 2}]}`)), "all.json.gz", schema, tables.Options{}); err != nil || d.Len("Contact") != 2 {
		t.Errorf("got %v, %v", d, err)
	}

	whole := packed(long.String())
	broken := []byte(whole)
	broken[len(broken)-5] ^= 1 // of the checksum or the length
	const damaged = "Contact.csv.gz: the file is damaged, or not a gzip file, so none of it is loaded; copy or export it again: "
	for name, test := range map[string]struct {
		text, want string
		is         error
	}{
		"cut short":  {whole[:len(whole)/2], "Contact.csv.gz: the gzip file is cut short, so none of it is loaded; copy or export it again: unexpected EOF", io.ErrUnexpectedEOF},
		"no end":     {whole[:len(whole)-8], "Contact.csv.gz: the gzip file is cut short, so none of it is loaded; copy or export it again: unexpected EOF", io.ErrUnexpectedEOF},
		"empty":      {"", "Contact.csv.gz: the gzip file is cut short, so none of it is loaded; copy or export it again: unexpected EOF", io.ErrUnexpectedEOF},
		"a bit":      {string(broken), damaged + "gzip: invalid checksum", gzip.ErrChecksum},
		"more":       {packed("id\nc1\n") + "more behind it", damaged + "gzip: invalid header", gzip.ErrHeader},
		"not packed": {"id\nc1\nc2\n", damaged + "gzip: invalid header", gzip.ErrHeader},
	} {
		for _, opts := range []tables.Options{{}, {SkipBad: true}, {SkipBad: true, Mapping: readMapping(t, `{"tables": [{"file": "Contact.csv.gz", "entity": "Contact", "id": "id"}]}`)}} {
			d, err := tables.LoadFS(t.Context(), files("Contact.csv.gz", test.text), ".", schema, opts)
			if d != nil || !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: got %v, %v", name, d, err)
			}
		}
	}
	if _, err := tables.LoadFS(t.Context(), files("Contact.csv", whole), ".", schema, tables.Options{}); err == nil || err.Error() != "Contact.csv: this is a gzip file; its name must end with .gz" {
		t.Errorf("got %v", err)
	}
}

// endless is a file system with one file that never ends.
type endless struct {
	t       *testing.T
	name    string
	head    string
	forever byte
}

func (e endless) Open(name string) (fs.File, error) {
	file, err := files(e.name, "").Open(name)
	if err != nil || name != e.name {
		return file, err
	}
	return &endlessFile{File: file, t: e.t, head: e.head, forever: e.forever}, nil
}

type endlessFile struct {
	fs.File
	t       *testing.T
	head    string
	forever byte
	read    int
}

func (f *endlessFile) Read(p []byte) (int, error) {
	if f.read += len(p); f.read > 4**tables.MaxRecord {
		f.t.Fatal("so much is read of one record")
	}
	n := copy(p, f.head)
	f.head = f.head[n:]
	for i := n; i < len(p); i++ {
		p[i] = f.forever
	}
	return len(p), nil
}

// TestEndless reads records that never end, as a packed file of a few kilobytes
// can have them: memory must not grow without end.
func TestEndless(t *testing.T) {
	const tooLong = "a record has more than 64 MiB; is a quote or a line end missing?"
	if *tables.MaxRecord != 64<<20 {
		t.Errorf("the limit is %d bytes", *tables.MaxRecord)
	}
	defer func(n int) { *tables.MaxRecord = n }(*tables.MaxRecord)
	*tables.MaxRecord = 1 << 20
	for _, test := range []struct {
		name, head string
		forever    byte
		want       string
	}{
		{"Contact.csv", "id,City\nc1,Roma\nc2,\"", 'a', "Contact.csv:2: after this record, " + tooLong},
		{"Contact.csv", "id,", ' ', "Contact.csv:1: " + tooLong},
		{"Contact.csv", "id\nc1\n", '\n', "Contact.csv:2: after this record, " + tooLong},
		{"Contact.ndjson", "{\"id\": 1}\n", '[', "Contact.ndjson:2: " + tooLong},
		{"all.json", "{\"Contact\": [{\"id\": 1},\n", '[', "all.json:2: " + tooLong},
		{"all.json", "{\"Contact\": [{\"id\": 1},\n", ' ', "all.json:2: " + tooLong},
		{"all.json", "{\"Contact\": [{\"id\": 1}]}", ' ', "all.json:1: " + tooLong},
		{"all.json", "\"", 'a', "all.json:1: " + tooLong},
	} {
		path := "."
		if test.name == "all.json" {
			path = test.name
		}
		_, err := tables.LoadFS(t.Context(), endless{t, test.name, test.head, test.forever}, path, testSchema(t), tables.Options{SkipBad: true})
		if err == nil || err.Error() != test.want {
			t.Errorf("%s, %q: got %v", test.name, test.head, err)
		}
	}
}

// TestContractMapped runs the contract on records that a mapping finds: names of
// columns differ, ids are put together, contacts are looked up, and files are
// packed.
func TestContractMapped(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
		fsys := fstest.MapFS{}
		var m tables.Mapping
		for entity, records := range byEntity(records) {
			var b bytes.Buffer
			w := csv.NewWriter(&b)
			w.Comma = ';'
			table := tables.Table{File: "in/" + entity + "*.csv.gz", Entity: entity, ID: tables.Column{Template: "{No}"}, Columns: map[string]tables.Column{}, Delimiter: ";"}
			names := columns(schema.Entity(entity))
			header := []string{"No"}
			for _, name := range names {
				header = append(header, "the "+name)
				table.Columns[name] = tables.Column{Name: "the " + name, Separator: "|"}
				if f, ok := schema.Entity(entity).Field(name); !ok || f.Type != traverse.Choices {
					table.Columns[name] = tables.Column{Name: "the " + name}
				}
			}
			delete(table.Columns, "id")
			writeRows(t, w, header, names, records, "|")
			fsys["x/in/"+entity+"1.csv.gz"] = &fstest.MapFile{Data: []byte(packed(b.String()))}
			m.Tables = append(m.Tables, table)
		}
		d, err := tables.LoadFS(t.Context(), fsys, "x", schema, tables.Options{Mapping: &m})
		if err != nil {
			t.Fatal(err)
		}
		if n := d.Report.Records(); n != len(records) {
			t.Fatalf("%d records of %d", n, len(records))
		}
		return d
	})
}

// TestMappingInGo checks the problems of a mapping that is made in Go, which have no
// place.
func TestMappingInGo(t *testing.T) {
	fsys := files("people.csv", "id\n1\n")
	m := &tables.Mapping{Tables: []tables.Table{{File: "people.csv", Entity: "Contact", ID: tables.Column{Name: "Id"}}}}
	_, err := tables.LoadFS(t.Context(), fsys, ".", testSchema(t), tables.Options{Mapping: m})
	if want := "mapping: Contact of people.csv: id: people.csv has no column Id; did you mean id?"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	m.Tables[0].ID.Name = "id"
	if d, err := tables.LoadFS(t.Context(), fsys, ".", testSchema(t), tables.Options{Mapping: m}); err != nil || d.Len("Contact") != 1 {
		t.Errorf("got %v, %v", d, err)
	}
	if _, err := tables.LoadFS(t.Context(), files("all.json", "{}"), "all.json", testSchema(t), tables.Options{Mapping: m}); err == nil || err.Error() != "tables: all.json is not a folder; a mapping names the files of a folder" {
		t.Errorf("got %v", err)
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var again tables.Mapping
	if err := json.Unmarshal(data, &again); err != nil || !reflect.DeepEqual(*m, again) {
		t.Errorf("%s reads as %v, %v", data, again, err)
	}
	if err := json.Unmarshal([]byte(`{"tables": [], "nul": 1}`), &again); err == nil || !strings.Contains(err.Error(), "mapping:1:16: ") {
		t.Errorf("got %v", err)
	}
}

// TestManyPlaces: neither many parts of a mapping nor many problems take long to
// be found in their lines.
func TestManyPlaces(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"tables": [`)
	for i := range 20_000 {
		fmt.Fprintf(&b, `{"file": "f", "fiel%d": 1}, `, i)
	}
	b.WriteString(`{}]}`)
	_, err := tables.ReadMapping("m", []byte(b.String()))
	if problems, ok := errors.AsType[*tables.Problems](err); !ok || problems.Len() != 20_000 {
		t.Errorf("got %v", err)
	}
}
