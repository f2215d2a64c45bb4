package tables_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

// testSchema has what the language reference shows, and a field of each type.
func testSchema(t testing.TB) *traverse.Schema {
	t.Helper()
	s, err := traverse.NewSchema(
		traverse.Definition{Name: "Lead", Fields: []traverse.Field{{Name: "Topic", Type: traverse.Text}},
			Relationships: []traverse.Relationship{
				{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"},
				{Name: "Orders", Target: "Order", Via: "Lead"},
			}},
		traverse.Definition{
			Name: "Contact",
			Fields: []traverse.Field{
				{Name: "City", Type: traverse.Text},
				{Name: "JobTitle", Type: traverse.Text},
				{Name: "Birthday", Type: traverse.Date},
				{Name: "Created", Type: traverse.Time},
				{Name: "Visits", Type: traverse.Number},
				{Name: "Subscribed", Type: traverse.Bool},
				{Name: "Rating", Type: traverse.Choice, Values: []string{"Hot"}},
				{Name: "Interests", Type: traverse.Choices, Values: []string{"Coffee", "Tea"}},
			},
			Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}},
		},
		traverse.Definition{Name: "Account", Fields: []traverse.Field{{Name: "id", Type: traverse.Number}},
			Relationships: []traverse.Relationship{{Name: "Contacts", Target: "Contact", Via: "ParentAccount"}}},
		traverse.Definition{Name: "Order", Relationships: []traverse.Relationship{{Name: "Lead", Target: "Lead"}}},
		traverse.Definition{Name: "EmailClicked", Kind: traverse.Interaction, Fields: []traverse.Field{{Name: "Url", Type: traverse.Text}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

// dump returns the records that d holds under the given ids of an entity, as
// <id>: and the fields that are not null.
func dump(t testing.TB, d *tables.Data, schema *traverse.Schema, entity string, ids ...string) []string {
	t.Helper()
	e := schema.Entity(entity)
	names := slices.Collect(e.FieldNames())
	for r := range e.Relationships() {
		if !r.Many() {
			names = append(names, r.Name)
		}
	}
	need, err := schema.NewNeed(entity, "", names, "")
	if err != nil {
		t.Fatal(err)
	}
	q := &traverse.Query{Need: need, Keys: ids}
	out := traverse.NewRows(q)
	if err := d.Fetch(t.Context(), q, out); err != nil {
		t.Fatal(err)
	}
	if err := out.Err(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for row := range out.All() {
		if err := out.Failed(row.Key); err != nil {
			t.Error(err)
		}
		line := row.ID + ":"
		for i, v := range row.Values {
			if v.Kind() != traverse.KindNull {
				line += fmt.Sprintf(" %s=%s %q", names[i], v.Kind(), v)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func TestReading(t *testing.T) {
	schema := testSchema(t)
	const full = `c1: City=text "São Paulo" JobTitle=text " CEO, \"boss\" " Birthday=date "1990-12-31" Created=time "2026-05-31T12:30:00.123456Z" ` +
		`Visits=number "-12500" Subscribed=bool "true" Rating=text "unlisted" Interests=choices "Tea; Milk; Coffee" ParentAccount=text "7"`
	for _, test := range []struct {
		name, path string
		fsys       fstest.MapFS
		entity     string
		ids        []string
		want       []string
	}{
		{
			"csv", "data", files("data/Contact.csv", "\xef\xbb\xbfid, City ,JobTitle,Birthday,Created,Visits,Subscribed,Rating,Interests,ParentAccount\r\n"+
				`c1,São Paulo," CEO, ""boss"" ",1990-12-31,2026-05-31T14:30:00.1234569999999+02:00,-1.25e4,TRUE,unlisted," Tea ;;Milk;Coffee; ",7`+"\r\n"+
				"\r\n"+
				"c2,,,,2026-05-31,,False,, ; ,\r\n"+
				"c3,\"two\nlines\",,,,,,,,"),
			"Contact", []string{"c1", "c2", "c3"},
			[]string{full, `c2: Created=time "2026-05-31T00:00:00Z" Subscribed=bool "false"`, `c3: City=text "two\nlines"`},
		},
		{
			"ndjson", "data", files("data/Contact.ndjson", "\xef\xbb\xbf"+
				`{"id":"c1","City":"S\u00e3o Paulo","JobTitle":" CEO, \"boss\" ","Birthday":"1990-12-31","Created":"2026-05-31T14:30:00.1234569999999+02:00",`+
				`"Visits":-1.25e4,"Subscribed":true,"Rating":"unlisted","Interests":["Tea","","Milk","Coffee"],"ParentAccount":7}`+"\n"+
				" \r\n\n"+
				"\t{ \"id\" : 2 , \"City\" : null , \"Created\":\"2026-05-31\" , \"Subscribed\" : false,\"Interests\" : [ ] } \r\n"+
				`{"Visits":0,"id":"c3"}`),
			"Contact", []string{"c1", "2", "c3"},
			[]string{full, `2: Created=time "2026-05-31T00:00:00Z" Subscribed=bool "false"`, `c3: Visits=number "0"`},
		},
		{
			"json", "all.json", files("all.json", "\xef\xbb\xbf"+` { "Lead" : [ ] , "Contact":[{"id":"c1","City":"S\u00e3o Paulo","JobTitle":" CEO, \"boss\" ",`+
				`"Birthday":"1990-12-31","Created":"2026-05-31T14:30:00.1234569999999+02:00",`+
				`"Visits":-1.25e4,"Subscribed":true,"Rating":"unlisted","Interests":["Tea","Milk","Coffee"],"ParentAccount":7},{"id":"c2"}] } `),
			"Contact", []string{"c1", "c2"},
			[]string{full, `c2:`},
		},
		{
			"both files of an entity", ".", files("Contact.csv", "id\nc1\n", "Contact.NDJSON", `{"id":"c2"}`),
			"Contact", []string{"c1", "c2"}, []string{"c1:", "c2:"},
		},
		{
			"ids are made up for interactions", ".", files(
				"EmailClicked.csv", "Url,Contact,id,Timestamp\n/a,c1,,2026-01-01\n\"/\nb\",c1,given,\n/c,,,\n",
				"EmailClicked.ndjson", "\n{\"Url\":\"/d\"}\n"),
			"EmailClicked", []string{"EmailClicked.csv:2", "given", "EmailClicked.csv:5", "EmailClicked.ndjson:2"},
			[]string{
				`EmailClicked.csv:2: Url=text "/a" Timestamp=time "2026-01-01T00:00:00Z" Contact=text "c1"`, `given: Url=text "/\nb" Contact=text "c1"`,
				`EmailClicked.csv:5: Url=text "/c"`, `EmailClicked.ndjson:2: Url=text "/d"`,
			},
		},
		{
			"ids are made up for several interactions on a line", "x/all.json", files("x/all.json", "{\"EmailClicked\":[{},{\"Url\":\"/b\"},\n{\"id\":\"\"} ,  \n\n {\"id\":null}]}"),
			"EmailClicked", []string{"all.json:1", "all.json:1#2", "all.json:2", "all.json:4"},
			[]string{"all.json:1:", `all.json:1#2: Url=text "/b"`, "all.json:2:", "all.json:4:"},
		},
		{
			"a declared id", ".", files("Account.csv", "id\n007\n", "Account.ndjson", `{"id":12345678901234567890}`),
			"Account", []string{"007", "12345678901234567890"},
			[]string{`007: id=number "7"`, `12345678901234567890: id=number "12345678901234567000"`},
		},
		{
			"escapes", ".", files("Contact.ndjson", `{"\u0069d":"c1","City":"\ud83d\ude42 \ufffd \\ \" } ] , :","JobTitle":"{[\\"}`),
			"Contact", []string{"c1"}, []string{"c1: City=text \"🙂 \ufffd \\\\ \\\" } ] , :\" JobTitle=text \"{[\\\\\""},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := tables.LoadFS(t.Context(), test.fsys, test.path, schema, tables.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := dump(t, d, schema, test.entity, test.ids...); !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			if n := d.Len(test.entity); n != len(test.want) {
				t.Errorf("%d records, want %d", n, len(test.want))
			}
			if len(d.Report.Notes) > 0 {
				t.Errorf("notes: %q", d.Report.Notes)
			}
		})
	}
}

func TestLeadsInTheOrderOfTheFile(t *testing.T) {
	d, err := tables.LoadFS(t.Context(), files("Lead.csv", "id\nz\na\nm\n", "Lead.ndjson", "{\"id\":5}\n{\"id\":\"b\"}"), ".", testSchema(t), tables.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for id, err := range d.Leads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, id)
	}
	if want := []string{"z", "a", "m", "5", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestProblems loads what is wrong in one way each. With SkipBad either the
// problems are the same and so many records are skipped, or, with -1, it is an
// error all the same.
func TestProblems(t *testing.T) {
	schema := testSchema(t)
	for _, test := range []struct {
		name, path string
		fsys       fstest.MapFS
		want       string
		skipped    int
	}{
		{"values in csv", "data", files("data/Contact.csv", strings.Join([]string{
			"id,Birthday,Created,Visits,Subscribed,City",
			"c1,31.12.1990,,,,",
			"c2,,2026-05-31T10:00:00,,,",
			"c3,,yesterday,,,",
			"c4,,,0x10,,",
			"c5,,,1_000,,",
			"c6,,,NaN,,",
			"c7,,,inf,,",
			"c8,,,1e999,,",
			"c9,,,,yes,",
			"c10,,,,,\xff",
			"c11,2026-02-30,,,1,",
			"c12, 2026-02-03,,,,",
			"fine,,,,,",
		}, "\n")), `data/Contact.csv:2: Birthday: "31.12.1990" is not a date; write YYYY-MM-DD
data/Contact.csv:3: Created: "2026-05-31T10:00:00" has no offset from UTC; end it with Z or an offset such as +02:00
data/Contact.csv:4: Created: "yesterday" is not a time; write YYYY-MM-DDTHH:MM:SSZ, or an offset such as +02:00 for the Z
data/Contact.csv:5: Visits: "0x10" is not a number; write decimal digits, such as 1234.5
data/Contact.csv:6: Visits: "1_000" is not a number; write decimal digits, such as 1234.5
data/Contact.csv:7: Visits: "NaN" is not a number; write decimal digits, such as 1234.5
data/Contact.csv:8: Visits: "inf" is not a number; write decimal digits, such as 1234.5
data/Contact.csv:9: Visits: "1e999" is too large for a number
data/Contact.csv:10: Subscribed: "yes" is not a bool; write true or false
data/Contact.csv:11: City: the text is not valid UTF-8; save the file as UTF-8, or give its "encoding" in a mapping
data/Contact.csv:12: Birthday: "2026-02-30" is not a date; write YYYY-MM-DD
data/Contact.csv:12: Subscribed: "1" is not a bool; write true or false
data/Contact.csv:13: Birthday: " 2026-02-03" is not a date; write YYYY-MM-DD`, 12},
		{"lines behind cells with several", ".", files("Contact.csv", "id,City,Birthday\nc1,\"a\nb\nc\",x\nc2,,y\n"),
			`Contact.csv:4: Birthday: "x" is not a date; write YYYY-MM-DD
Contact.csv:5: Birthday: "y" is not a date; write YYYY-MM-DD`, 2},
		{"rows in csv", ".", files("Contact.csv", "id,City\nc1\nc2,a,b\n,c\nc4,\"d\" x\nc5,e\"f\nc1,g\nc1,h\nc1,i\n"),
			`Contact.csv:2: the record has 1 cell and the header 2: there is none for City
Contact.csv:3: the record has 3 cells and the header 2
Contact.csv:4: id: is missing; every record of a profile needs one
Contact.csv:5: a quote that is not closed, or not doubled; write " in a cell as ""
Contact.csv:6: a quote in a cell without quotes; write the cell in quotes, and " in it as ""
Contact.csv:8: id: "c1" appears twice: Contact.csv:7 has another City
Contact.csv:9: id: "c1" appears twice: Contact.csv:7 has another City`, 7},
		{"an open quote in csv", ".", files("Contact.csv", "id,City\nc1,\"a\nc2,b\nc3,c\n"),
			`Contact.csv:4: a quote is missing or not doubled: the cell that begins on line 2 runs to here`, -1},
		{"an open quote in the header", ".", files("Contact.csv", "id,\"City\nc1,\"a\n"),
			`Contact.csv:2: a quote is missing or not doubled: the cell that begins on line 1 runs to here`, -1},
		{"an empty csv", ".", files("Contact.csv", ""), `Contact.csv:1: the file is empty; its first line names the columns`, -1},
		{"repeated columns", ".", files("Contact.csv", "\nid,City,City,Fax,Fax,Fax,,\n"), `Contact.csv:2: the column City appears twice`, -1},
		{"no id", ".", files("Contact.csv", "City\na\nb\n"), `Contact.csv:1: there is no column id; every record of a profile needs one`, -1},
		{"ID", ".", files("Contact.csv", "City,ID\na\nb\n"), `Contact.csv:1: there is no column id; every record of a profile needs one; rename the column ID`, -1},
		{"semicolons", ".", files("Contact.csv", "id;City\na;b\n"), `Contact.csv:1: there is no column id; every record of a profile needs one; the columns are separated by semicolons: separate them by commas, or give a mapping`, -1},
		{"tabs", ".", files("Contact.csv", "id\tCity\na\tb\n"), `Contact.csv:1: there is no column id; every record of a profile needs one; the columns are separated by tabs: separate them by commas, or give a mapping`, -1},
		{"unknown entities", "data", files("data/Contct.csv", "id\nc1\n", "data/Lead.csv", "id\nl1,l2\n", "data/Interaction.ndjson", "{}", "data/x\ny.csv", ""),
			`data/Contct.csv: unknown entity Contct; did you mean Contact?
data/Interaction.ndjson: unknown entity Interaction
data/Lead.csv:2: the record has 2 cells and the header 1
"data/x\ny.csv": unknown entity "x\ny"`, -1},
		{"a bad id", ".", files("Account.csv", "id\nx\n"), `Account.csv:2: id: "x" is not a number; write decimal digits, such as 1234.5`, 1},
		{"made-up ids are taken", ".", files("EmailClicked.csv", "id,Url\nEmailClicked.csv:3,\n,x\n"),
			`EmailClicked.csv:3: id: "EmailClicked.csv:3", made up for this record, is the id of another`, 1},
		{"values in ndjson", ".", files("Contact.ndjson", strings.Join([]string{
			`{"id":"c1","Birthday":"31.12.1990","Visits":"12"}`,
			`{"id":"c2","Birthday":19901231}`,
			`{"id":"c3","Created":1e9}`,
			`{"id":"c4","Visits":1e999}`,
			`{"id":"c5","Subscribed":"true"}`,
			`{"id":"c6","Subscribed":0}`,
			`{"id":"c7","City":5}`,
			`{"id":"c8","City":["a"]}`,
			`{"id":"c9","City":{"a":1}}`,
			`{"id":"c10","Interests":"Tea"}`,
			`{"id":"c11","Interests":["Tea",null]}`,
			`{"id":"c12","ParentAccount":1.5}`,
			`{"id":"c13","ParentAccount":true}`,
			`{"id":{}}`,
			`{"id":1e3}`,
			`{"id":"c16","City":"a","City":"a"}`,
			`{"id":"c17","Fax":"a","F\u0061x":null}`,
			`{"id":"c18","City":"` + "\xff" + `"}`,
			`{"id":"c19","City":"\ud800"}`,
			`{"id":"c20","` + "\xff" + `":1}`,
			`{"City":"Chicago"}`,
			`{"id":""}`,
			`[]`,
			`"c24"`,
			`{"id":"c25"`,
			`{"id":"c26"} {}`,
			`{id:"c27"}`,
			`{"id":"c28","Rating":true}`,
			`{"id":"c29","City":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
			`{"id":"fine","Fax":{"deep":[[]]}}`,
		}, "\n")), `Contact.ndjson:1: Birthday: "31.12.1990" is not a date; write YYYY-MM-DD
Contact.ndjson:1: Visits: want a number, not the text "12"
Contact.ndjson:2: Birthday: want a date as the text "YYYY-MM-DD", not the number 19901231
Contact.ndjson:3: Created: want a time as the text "YYYY-MM-DDTHH:MM:SSZ", not the number 1e9
Contact.ndjson:4: Visits: "1e999" is too large for a number
Contact.ndjson:5: Subscribed: want true or false, not the text "true"
Contact.ndjson:6: Subscribed: want true or false, not the number 0
Contact.ndjson:7: City: want a text, not the number 5
Contact.ndjson:8: City: want a text, not an array
Contact.ndjson:9: City: want a text, not an object
Contact.ndjson:10: Interests: want an array of texts, not the text "Tea"
Contact.ndjson:11: Interests: want an array of texts, not null in it
Contact.ndjson:12: ParentAccount: want an id, which is text or an integer, not the number 1.5
Contact.ndjson:13: ParentAccount: want an id, which is text or an integer, not true
Contact.ndjson:14: id: want an id, which is text or an integer, not an object
Contact.ndjson:15: id: want an id, which is text or an integer, not the number 1e3
Contact.ndjson:16: City: appears twice
Contact.ndjson:17: Fax: appears twice
Contact.ndjson:18: City: the text is not valid UTF-8; save the file as UTF-8
Contact.ndjson:19: City: a \u escape is half of a character
Contact.ndjson:20: a key: the text is not valid UTF-8; save the file as UTF-8
Contact.ndjson:21: id: is missing; every record of a profile needs one
Contact.ndjson:22: id: is missing; every record of a profile needs one
Contact.ndjson:23: want an object for the record, not an array
Contact.ndjson:24: want an object for the record, not the text "c24"
Contact.ndjson:25: broken JSON: unexpected end of JSON input
Contact.ndjson:26: broken JSON: invalid character '{' after top-level value
Contact.ndjson:27: broken JSON: invalid character 'i' looking for beginning of object key string
Contact.ndjson:28: Rating: want a text, not true
Contact.ndjson:29: broken JSON: it is nested too deeply`, 29},
		{"values in json", "data/all.json", files("data/all.json", `{
  "Contact": [
    {
      "id": "c1",
      "Birthday":
        "31.12.1990",
      "Fax": [
        {}
      ],
      "Visits": "12"
    }, {
      "id": "c2", "City": "a" }, {"id": "c2",
      "City": "b"},
    7,
    {"City":
      5}
  ],
  "EmailClicked": [
    {"Timestamp": "now"}
  ]
}
`), `data/all.json:6: Birthday: "31.12.1990" is not a date; write YYYY-MM-DD
data/all.json:10: Visits: want a number, not the text "12"
data/all.json:12: id: "c2" appears twice: data/all.json:11 has another City
data/all.json:14: want an object for the record, not the number 7
data/all.json:15: id: is missing; every record of a profile needs one
data/all.json:16: City: want a text, not the number 5
data/all.json:19: Timestamp: "now" is not a time; write YYYY-MM-DDTHH:MM:SSZ, or an offset such as +02:00 for the Z`, 5},
		{"structure of json", "a.json", files("a.json", `{"Contact":[{"id":1}],
"Contct":[{"id":1},{}],
"Contact":[{"id":2}],
"Lead":{"id":3},
"Account":null,
"Order":[{}]
}`), `a.json:2: unknown entity Contct; did you mean Contact?
a.json:3: Contact appears twice
a.json:4: want an array of records for Lead
a.json:5: want an array of records for Account
a.json:6: id: is missing; every record of a profile needs one`, -1},
		{"json that is no object", "a.json", files("a.json", `[{"id":1}]`), `a.json:1: want an object of entity names, each with an array of records`, -1},
		{"json that is empty", "a.json", files("a.json", "\n \n"), `a.json:2: broken JSON: unexpected end of JSON input`, -1},
		{"broken json", "a.json", files("a.json", "{\n\"Contact\":[{\"id\":1},{}\n,{\"id\":\n2,\"City\" \"a\"},{\"id\":3}]}"),
			`a.json:2: id: is missing; every record of a profile needs one
a.json:4: broken JSON: invalid character '"' after object key`, -1},
		{"json cut short", "a.json", files("a.json", "{\"Contact\":[\n{\"id\":1},\n"), `a.json:2: broken JSON: unexpected end of JSON input`, -1},
		{"json with a comma too much", "a.json", files("a.json", "{\"Contact\":[{\"id\":1},\n]}"), `a.json:2: broken JSON: invalid character ']' looking for beginning of value`, -1},
		{"json with more behind", "a.json", files("a.json", "{}\n{}"), `a.json:2: broken JSON: invalid character '{' after top-level value`, -1},
		{"json with a comma behind", "a.json", files("a.json", "{}\n,"), `a.json:2: broken JSON: invalid character ',' after top-level value`, -1},
		{"deep json", "a.json", files("a.json", `{"Contact":`+strings.Repeat("[", 1_000_000)), `a.json:1: broken JSON: it is nested too deeply`, -1},
		{"deep objects", "a.json", files("a.json", `{"Contact":[`+strings.Repeat(`{"a":`, 100_000)), `a.json:1: broken JSON: it is nested too deeply`, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := tables.LoadFS(t.Context(), test.fsys, test.path, schema, tables.Options{})
			var problems *tables.Problems
			if !errors.As(err, &problems) || d != nil {
				t.Fatalf("got %v, %v", d, err)
			}
			if err.Error() != test.want {
				t.Errorf("got\n%v\nwant\n%s", err, test.want)
			}
			d, err = tables.LoadFS(t.Context(), test.fsys, test.path, schema, tables.Options{SkipBad: true})
			if test.skipped < 0 {
				if err == nil || err.Error() != test.want {
					t.Errorf("with SkipBad: got\n%v", err)
				}
				return
			}
			if err != nil {
				t.Fatalf("with SkipBad: %v", err)
			}
			if got := d.Report.Problems.Error(); got != test.want {
				t.Errorf("with SkipBad: got\n%v\nwant\n%s", got, test.want)
			}
			if n := d.Report.Skipped(); n != test.skipped {
				t.Errorf("%d were skipped, want %d", n, test.skipped)
			}
		})
	}
}

func TestSkipBadKeepsTheRest(t *testing.T) {
	schema := testSchema(t)
	d, err := tables.LoadFS(t.Context(), files(
		"Contact.csv", "id,Visits\nc1,1\nc2,x\nc3,3\n",
		"Contact.ndjson", "{\"id\":\"c1\"}\n{\"id\":\"c2\",\"Visits\":2}\n",
		"Lead.csv", "id\nl1\n",
	), ".", schema, tables.Options{SkipBad: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`c1: Visits=number "1"`, `c2: Visits=number "2"`, `c3: Visits=number "3"`}
	if got := dump(t, d, schema, "Contact", "c1", "c2", "c3"); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if want := []tables.Count{{Entity: "Contact", Records: 3, Skipped: 2}, {Entity: "Lead", Records: 1}}; !slices.Equal(d.Report.Entities, want) {
		t.Errorf("got %v", d.Report.Entities)
	}
	if d.Report.Records() != 4 || d.Report.Skipped() != 2 || d.Report.Problems.Len() != 2 {
		t.Errorf("%d records, %d skipped, %d problems", d.Report.Records(), d.Report.Skipped(), d.Report.Problems.Len())
	}
}

func TestManyProblems(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,Visits,Birthday\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "%d,x,y\n", i)
	}
	_, err := tables.LoadFS(t.Context(), files("Contact.csv", b.String(), "Lead.csv", "id,Topic\n1,\n1,x\n"), ".", testSchema(t), tables.Options{})
	var problems *tables.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	if len(problems.List) != tables.MaxProblems || problems.More != 1901 || problems.Len() != 2001 {
		t.Errorf("%d listed and %d more", len(problems.List), problems.More)
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != tables.MaxProblems+1 || lines[100] != "and 1901 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

func TestNotes(t *testing.T) {
	many := make([]string, 30)
	for i := range many {
		many[i] = fmt.Sprintf("Q%d", i)
	}
	for _, test := range []struct {
		name, path string
		fsys       fstest.MapFS
		want       []string
	}{
		{"columns", ".", files("Contact.csv", "id,Fax,Jobtitle,City,Cities,,Nick\tname\n"), []string{
			`Contact.csv: ignored columns Fax, Jobtitle (did you mean JobTitle?), Cities, "", "Nick\tname"`,
		}},
		{"inverse relationships", ".", files("Lead.csv", "id,Orders\n", "Account.ndjson", `{"id":1,"Contacts":[]}`), []string{
			`Account.ndjson: ignored keys Contacts (which follows from Contact.ParentAccount)`,
			`Lead.csv: ignored columns Orders (which follows from Order.Lead)`,
		}},
		{"keys, once", "d/a.json", files("d/a.json", `{"Contact":[{"id":1,"Fax":1},{"id":2,"Fax":2,"city":3}],"Lead":[{"id":1,"x":null}]}`), []string{
			`a.json: Contact: ignored keys Fax, city (did you mean City?)`,
			`a.json: Lead: ignored keys x`,
		}},
		{"many", ".", files("Contact.csv", "id,"+strings.Join(many, ",")+"\n"), []string{
			`Contact.csv: ignored columns ` + strings.Join(many[:20], ", ") + ` and more`,
		}},
		{"files", "data", files("data/Lead.csv", "id\n", "data/readme.txt", "", "data/all.json", "", "data/.hidden.csv", "", "data/Contact", "",
			"data/sub.d/x", "", "data/Contact.csv/x", "", "data/Account.csv.bak", ""), []string{
			`data: ignored files Account.csv.bak, Contact, Contact.csv, all.json, readme.txt, sub.d`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := tables.LoadFS(t.Context(), test.fsys, test.path, testSchema(t), tables.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(d.Report.Notes, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(d.Report.Notes, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// failing is a file system in which some files cannot be read to their ends.
type failing struct {
	fstest.MapFS
	bad string
}

var errDisk = errors.New("disk on fire")

func (f failing) Open(name string) (fs.File, error) {
	file, err := f.MapFS.Open(name)
	if err == nil && strings.Contains(name, f.bad) {
		return failingFile{file}, nil
	}
	return file, err
}

func (f failing) ReadFile(name string) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(file)
}

type failingFile struct{ fs.File }

func (f failingFile) Read(p []byte) (int, error) {
	if n, err := f.File.Read(p[:min(len(p), 10)]); n > 0 {
		return n, err
	}
	return 0, errDisk
}

func TestUnreadable(t *testing.T) {
	schema := testSchema(t)
	for _, name := range []string{"Contact.csv", "Contact.ndjson"} {
		fsys := failing{files(name, map[string]string{
			"Contact.csv":    "id,City\nc1,a\nc2,b\n",
			"Contact.ndjson": "{\"id\":\"c1\"}\n{\"id\":\"c2\"}",
		}[name], "Lead.csv", "id,Topic\n1,\n1,x\n"), "Contact"}
		for _, skip := range []bool{false, true} {
			d, err := tables.LoadFS(t.Context(), fsys, ".", schema, tables.Options{SkipBad: skip})
			if !errors.Is(err, errDisk) || d != nil {
				t.Errorf("%s: got %v, %v", name, d, err)
			}
			var problems *tables.Problems
			if errors.As(err, &problems) == skip {
				t.Errorf("%s: with SkipBad %v the error is %v", name, skip, err)
			}
		}
	}
	if _, err := tables.LoadFS(t.Context(), failing{files("a.json", `{"Contact":[]}`), "a"}, "a.json", schema, tables.Options{SkipBad: true}); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
	for _, test := range []struct {
		fsys       fs.FS
		path, want string
	}{
		{files("data/readme.txt", ""), "data", "tables: data has no tables; name them <Entity>.csv or <Entity>.ndjson, or give a mapping"},
		{files("data/crm.json", "{}", "data/other.json", "{}"), "data", "tables: data has no tables; to load data/crm.json, name it in place of the folder"},
		{files("data/Contact.csv/x", ""), "data", "tables: data has no tables; name them <Entity>.csv or <Entity>.ndjson, or give a mapping"},
		{files("Contact.csv", "id\n"), "Contact.csv", "tables: Contact.csv is neither a folder nor a .json file"},
		{files(), "nowhere", "tables: open nowhere: file does not exist"},
	} {
		if _, err := tables.LoadFS(t.Context(), test.fsys, test.path, schema, tables.Options{}); err == nil || err.Error() != test.want {
			t.Errorf("got  %v\nwant %s", err, test.want)
		}
	}
}

func TestLoadFromDisk(t *testing.T) {
	schema := testSchema(t)
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	contacts := write("Contact.csv", "id,Visits\nc1,x\n")
	all := write("all.json", `{"Contact":[{}]}`)
	for path, want := range map[string]string{
		dir:       contacts + `:2: Visits: "x" is not a number; write decimal digits, such as 1234.5`,
		dir + "/": contacts + `:2: Visits: "x" is not a number; write decimal digits, such as 1234.5`,
		all:       all + `:1: id: is missing; every record of a profile needs one`,
		contacts:  "tables: " + contacts + ` is neither a folder nor a .json file`,
	} {
		if _, err := tables.Load(t.Context(), path, schema, tables.Options{}); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	d, err := tables.Load(t.Context(), dir, schema, tables.Options{SkipBad: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{dir + ": ignored files all.json"}; !slices.Equal(d.Report.Notes, want) {
		t.Errorf("notes: %q", d.Report.Notes)
	}
	if _, err := tables.Load(t.Context(), filepath.Join(dir, "nowhere"), schema, tables.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestHuge(t *testing.T) {
	schema := testSchema(t)
	long := strings.Repeat("long ", 1<<18)
	for name, fsys := range map[string]fstest.MapFS{
		"csv":    files("Contact.csv", "id,City,Fax\nc1,\""+long+"\",\""+long+"\"\n"),
		"ndjson": files("Contact.ndjson", `{"id":"c1","City":"`+long+`","Fax":"`+long+`"}`),
	} {
		d, err := tables.LoadFS(t.Context(), fsys, ".", schema, tables.Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		if got := dump(t, d, schema, "Contact", "c1"); len(got) != 1 || len(got[0]) < len(long) {
			t.Errorf("%s: %d records", name, len(got))
		}
	}
	_, err := tables.LoadFS(t.Context(), files("Contact.csv", "id,Visits\nc1,"+long+"\n"), ".", schema, tables.Options{})
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("an error of %d bytes", len(fmt.Sprint(err)))
	}
	_, err = tables.LoadFS(t.Context(), files(long[:len(long)-1]+".csv", ""), ".", schema, tables.Options{})
	if err == nil {
		t.Error("no error")
	}
}

// TestManyKeysTwice: a record with as many problems as it has keys takes no time
// that grows with their square.
func TestManyKeysTwice(t *testing.T) {
	const keys = 50_000
	var b strings.Builder
	b.WriteString(`{"id": 1`)
	for i := range keys {
		fmt.Fprintf(&b, `, "k%d": 1, "k%[1]d": 2`, i)
	}
	b.WriteString("}")
	_, err := tables.LoadFS(t.Context(), files("Contact.ndjson", b.String()), ".", testSchema(t), tables.Options{})
	if problems, ok := errors.AsType[*tables.Problems](err); !ok || problems.Len() != keys {
		t.Errorf("got %v", err)
	}
}

// text writes a value as the files have it.
func text(v traverse.Value) any {
	switch v.Kind() {
	case traverse.KindNull:
		return nil
	case traverse.KindNumber:
		return v.Number()
	case traverse.KindBool:
		return v.Bool()
	case traverse.KindTime:
		return v.Time().In(time.FixedZone("", -(3*60+30)*60)).Format(time.RFC3339Nano)
	case traverse.KindChoices:
		return v.Choices()
	}
	return v.String()
}

func columns(e *traverse.Entity) []string {
	names := slices.Collect(e.FieldNames())
	for r := range e.Relationships() {
		if !r.Many() {
			names = append(names, r.Name)
		}
	}
	return names
}

func byEntity(records []sourcetest.Record) map[string][]sourcetest.Record {
	m := map[string][]sourcetest.Record{}
	for _, r := range records {
		m[r.Entity] = append(m[r.Entity], r)
	}
	return m
}

// writeRows writes records as rows of their ids and the fields in names, with
// separator between choices.
func writeRows(t *testing.T, w *csv.Writer, header, names []string, records []sourcetest.Record, separator string) {
	t.Helper()
	w.Write(header)
	for _, r := range records {
		cells := []string{r.ID}
		for _, name := range names {
			switch x := text(r.Values[name]).(type) {
			case nil:
				cells = append(cells, "")
			case []string:
				cells = append(cells, strings.Join(x, separator))
			default:
				cells = append(cells, fmt.Sprint(x))
			}
		}
		w.Write(cells)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
}

func TestContract(t *testing.T) {
	writeCSV := func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) (fstest.MapFS, string) {
		m := fstest.MapFS{}
		for entity, records := range byEntity(records) {
			var b bytes.Buffer
			w := csv.NewWriter(&b)
			names := columns(schema.Entity(entity))
			writeRows(t, w, append([]string{"id"}, names...), names, records, " ; ")
			m["x/"+entity+".csv"] = &fstest.MapFile{Data: b.Bytes()}
		}
		return m, "x"
	}
	object := func(r sourcetest.Record) map[string]any {
		o := map[string]any{"id": r.ID}
		for name, v := range r.Values {
			o[name] = text(v)
		}
		return o
	}
	writeNDJSON := func(t *testing.T, _ *traverse.Schema, records []sourcetest.Record) (fstest.MapFS, string) {
		m := fstest.MapFS{}
		for entity, records := range byEntity(records) {
			var b bytes.Buffer
			w := json.NewEncoder(&b)
			for _, r := range records {
				if err := w.Encode(object(r)); err != nil {
					t.Fatal(err)
				}
			}
			m[entity+".ndjson"] = &fstest.MapFile{Data: b.Bytes()}
		}
		return m, "."
	}
	writeJSON := func(t *testing.T, _ *traverse.Schema, records []sourcetest.Record) (fstest.MapFS, string) {
		all := map[string][]map[string]any{}
		for _, r := range records {
			all[r.Entity] = append(all[r.Entity], object(r))
		}
		data, err := json.MarshalIndent(all, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		return fstest.MapFS{"data.json": &fstest.MapFile{Data: data}}, "data.json"
	}
	for name, write := range map[string]func(*testing.T, *traverse.Schema, []sourcetest.Record) (fstest.MapFS, string){
		"csv": writeCSV, "ndjson": writeNDJSON, "json": writeJSON,
	} {
		t.Run(name, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
				fsys, path := write(t, schema, records)
				d, err := tables.LoadFS(t.Context(), fsys, path, schema, tables.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if n := d.Report.Records(); n != len(records) {
					t.Fatalf("%d records of %d", n, len(records))
				}
				return d
			})
		})
	}
}

func TestReportsAreEqual(t *testing.T) {
	schema := testSchema(t)
	fsys := files("Contact.ndjson", `{"id":1,"Fax":2,"Nickname":3,"Visits":"x","Birthday":"y"}`, "Lead.csv", "id,a,b\n1,2,3\n")
	first, err := tables.LoadFS(t.Context(), fsys, ".", schema, tables.Options{SkipBad: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		again, err := tables.LoadFS(t.Context(), fsys, ".", schema, tables.Options{SkipBad: true})
		if err != nil || !reflect.DeepEqual(first.Report, again.Report) {
			t.Fatalf("got %v, %v", again.Report, err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	schema := testSchema(b)
	var c, n bytes.Buffer
	c.WriteString("id,Timestamp,Contact,Url\n")
	for i := range 50_000 {
		fmt.Fprintf(&c, "%d,2026-05-31T14:30:00Z,c%d,https://example.com/%d\n", i, i%5000, i%100)
		fmt.Fprintf(&n, `{"id":%d,"Timestamp":"2026-05-31T14:30:00Z","Contact":"c%d","Url":"https://example.com/%d"}`+"\n", i, i%5000, i%100)
	}
	mapping := &tables.Mapping{Tables: []tables.Table{{
		File: "EmailClicked.csv", Entity: "EmailClicked", ID: tables.Column{Name: "id"},
		Columns: map[string]tables.Column{"Timestamp": {Name: "Timestamp"}, "Contact": {Name: "Contact"}, "Url": {Name: "Url"}},
	}}}
	for _, f := range []struct {
		name, file string
		data       []byte
		mapping    *tables.Mapping
	}{
		{"csv", "EmailClicked.csv", c.Bytes(), nil},
		{"csv/mapped", "EmailClicked.csv", c.Bytes(), mapping},
		{"csv/packed", "EmailClicked.csv.gz", []byte(packed(c.String())), nil},
		{"ndjson", "EmailClicked.ndjson", n.Bytes(), nil},
		{"json", "all.json", slices.Concat([]byte(`{"EmailClicked": [`), bytes.ReplaceAll(bytes.TrimSpace(n.Bytes()), []byte("\n"), []byte(",\n")), []byte("]}")), nil},
	} {
		b.Run(f.name, func(b *testing.B) {
			fsys := fstest.MapFS{f.file: {Data: f.data}}
			path := "."
			if f.name == "json" {
				path = f.file
			}
			b.SetBytes(int64(len(f.data)))
			for b.Loop() {
				if _, err := tables.LoadFS(b.Context(), fsys, path, schema, tables.Options{Mapping: f.mapping}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestLend: the engine reads loaded records where they lie, but not those of a
// source that embeds them and may answer otherwise.
func TestLend(t *testing.T) {
	data, err := tables.LoadFS(t.Context(), fstest.MapFS{"Lead.csv": {Data: []byte("id,ParentContact\nl,c\n")}}, ".", traverse.Standard(), tables.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if data.Lend(data) == nil {
		t.Error("loaded records are not lent")
	}
	if (struct{ *tables.Data }{data}).Lend(struct{ *tables.Data }{data}) != nil {
		t.Error("records are lent behind the back of the source that embeds them")
	}
}

// TestZone: a day where a time is wanted begins in the zone of the options, unless
// the mapping has one; a time without an offset stays in UTC.
func TestZone(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	schema := traverse.Standard()
	for _, test := range []struct{ text, format, mapping, want string }{
		{"2026-06-01", "", "", "2026-06-01T04:00:00Z"},
		{"2026-06-01T00:00:00Z", "", "", "2026-06-01T00:00:00Z"},
		{"2026-06-01", "", "-", "2026-06-01T04:00:00Z"},
		{"2026-06-01 10:00", "", "-", "2026-06-01T10:00:00Z"},
		{"06/01/2026", "01/02/2006", "-", "2026-06-01T04:00:00Z"},
		{"06/01/2026 23:00", "01/02/2006 15:04", "-", "2026-06-01T23:00:00Z"},
		{"2026-06-01", "", "Europe/Berlin", "2026-05-31T22:00:00Z"},
		{"2026-06-01 10:00", "", "Europe/Berlin", "2026-06-01T08:00:00Z"},
		{"06/01/2026", "01/02/2006", "Europe/Berlin", "2026-05-31T22:00:00Z"},
	} {
		fsys := fstest.MapFS{"Lead.csv": {Data: []byte("id,ParentContact,CreatedOn\nl1,c1," + test.text + "\n")}}
		opts := tables.Options{Zone: newYork}
		if test.mapping != "" {
			created := tables.Column{Name: "CreatedOn"}
			if test.format != "" {
				created.Format = []string{test.format}
			}
			opts.Mapping = &tables.Mapping{Zone: strings.Trim(test.mapping, "-"), Tables: []tables.Table{{
				Entity: "Lead", File: "Lead.csv", ID: tables.Column{Name: "id"},
				Columns: map[string]tables.Column{"CreatedOn": created},
			}}}
		}
		data, err := tables.LoadFS(t.Context(), fsys, ".", schema, opts)
		if err != nil {
			t.Errorf("%+v: %v", test, err)
			continue
		}
		need, err := schema.NewNeed("Lead", "", []string{"CreatedOn"}, "")
		if err != nil {
			t.Fatal(err)
		}
		q := &traverse.Query{Need: need, Keys: []string{"l1"}}
		rows := traverse.NewRows(q)
		if err := data.Fetch(t.Context(), q, rows); err != nil {
			t.Fatal(err)
		}
		for row := range rows.All() {
			if got := row.Values[0].Time().Format(time.RFC3339); got != test.want {
				t.Errorf("%+v: got %s", test, got)
			}
		}
	}
}
