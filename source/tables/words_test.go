package tables_test

import (
	"slices"
	"testing"

	"github.com/leadscore/leadscore/source/tables"
)

// TestAlmost: a row that where leaves out, a text that is not null and a key that is
// not found are warnings if letter case and outer blanks make the difference, and with
// fold they make none.
func TestAlmost(t *testing.T) {
	fsys := files(
		"people.csv", "id,mail,town\n1,ada@example.com,Select\n2,Ben@example.com,select \n3,cleo@example.com,Rome\n",
		"events.csv", "type,who,url\nCLICK,ada@example.com,a\nclick,ben@example.com,b\n CLICK, CLEO@example.com,c\nOPEN,ada@example.com,d\nCLICK,nobody,\n",
	)
	const people = `{"file": "people.csv", "entity": "Contact", "id": "id", "columns": {"City": "town"}}`
	events := func(lookup string) string {
		return `{"file": "events.csv", "entity": "EmailClicked", "where": {"type": ["CLICK"]}, "columns": {"Url": "url",
			"Contact": {"name": "who", "lookup": {"file": "people.csv", "by": "mail", "name": "id"` + lookup + `}}}}`
	}
	for _, test := range []struct {
		name, mapping string
		want          []string // of the events and people
		warnings      []string
	}{
		{
			"exact", `{"null": ["Select"], "tables": [` + people + `, ` + events("") + `]}`,
			[]string{`1:`, `2: City=text "select "`, `3: City=text "Rome"`, `events.csv:2: Url=text "a" Contact=text "1"`, `events.csv:6:`},
			[]string{
				`near-null Contact.City in people.csv: 1 of 3 texts is almost a word for null: "select " is not "Select", it differs in letter case and blanks`,
				`near-where EmailClicked. in events.csv: 2 of 5 rows are left out for a type that is almost what the mapping's where lists: "click" is not "CLICK", it differs in letter case`,
			},
		},
		{
			"a lookup that folds", `{"null": ["select "], "tables": [` + people + `, ` + events(`, "fold": true`) + `]}`,
			[]string{`1: City=text "Select"`, `2:`, `3: City=text "Rome"`, `events.csv:2: Url=text "a" Contact=text "1"`, `events.csv:6:`},
			[]string{
				`near-null Contact.City in people.csv: 1 of 3 texts is almost a word for null: "Select" is not "select ", it differs in letter case and blanks`,
				`near-where EmailClicked. in events.csv: 2 of 5 rows are left out for a type that is almost what the mapping's where lists: "click" is not "CLICK", it differs in letter case`,
			},
		},
		{
			"folded", `{"null": ["Select"], "fold": true, "tables": [` + people + `, ` + events("") + `]}`,
			[]string{`1:`, `2:`, `3: City=text "Rome"`, `events.csv:2: Url=text "a" Contact=text "1"`, `events.csv:3: Url=text "b" Contact=text "2"`,
				`events.csv:4: Url=text "c" Contact=text "3"`, `events.csv:6:`}, nil,
		},
		{
			"keys", `{"tables": [{"file": "events.csv", "entity": "EmailClicked",
				"columns": {"Contact": {"name": "who", "lookup": {"file": "people.csv", "by": "mail", "name": "id"}}}}]}`,
			[]string{`events.csv:2: Contact=text "1"`, `events.csv:3:`, `events.csv:4:`, `events.csv:5: Contact=text "1"`, `events.csv:6:`},
			[]string{
				`near-key EmailClicked.Contact in events.csv: 2 of 5 keys are not in people.csv, but almost are: "ben@example.com" is not "Ben@example.com", it differs in letter case`,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			schema := testSchema(t)
			data, err := tables.LoadFS(t.Context(), fsys, ".", schema, tables.Options{Mapping: readMapping(t, test.mapping)})
			if err != nil {
				t.Fatal(err)
			}
			got := dump(t, data, schema, "Contact", "1", "2", "3")
			got = append(got, dump(t, data, schema, "EmailClicked", "events.csv:2", "events.csv:3", "events.csv:4", "events.csv:5", "events.csv:6")...)
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
			var warnings []string
			for _, w := range data.Report.Warnings {
				warnings = append(warnings, string(w.Kind)+" "+w.Entity+"."+w.Field+" in "+w.File+": "+w.Message)
			}
			if !slices.Equal(warnings, test.warnings) {
				t.Errorf("warnings %q\nwant     %q", warnings, test.warnings)
			}
		})
	}
}

// TestFoldedWords: a word is found wherever it is in the list, and a blank key names
// nobody.
func TestFoldedWords(t *testing.T) {
	m := readMapping(t, `{"fold": true, "tables": [{"file": "events.csv", "entity": "EmailClicked", "where": {"type": ["SignUp", "sign up"]},
		"columns": {"Url": "type", "Contact": {"name": "who", "lookup": {"file": "people.csv", "by": "mail", "name": "id"}}}}]}`)
	schema := testSchema(t)
	data, err := tables.LoadFS(t.Context(), files("people.csv", "id,mail\n1,\" \"\n", "events.csv", "type,who\nSign Up,\" \"\n"), ".", schema, tables.Options{Mapping: m})
	if err != nil {
		t.Fatal(err)
	}
	if got := dump(t, data, schema, "EmailClicked", "events.csv:2"); !slices.Equal(got, []string{`events.csv:2: Url=text "Sign Up"`}) {
		t.Errorf("got %q", got)
	}
}

// TestFoldedKeysDiffer: rows whose keys are the same once folded must have the same
// value.
func TestFoldedKeysDiffer(t *testing.T) {
	m := readMapping(t, `{"fold": true, "tables": [{"file": "events.csv", "entity": "EmailClicked",
		"columns": {"Contact": {"name": "who", "lookup": {"file": "people.csv", "by": "mail", "name": "id"}}}}]}`)
	fsys := files("people.csv", "id,mail\n1,ada@example.com\n2,ADA@example.com\n", "events.csv", "who\nAda@example.com\n")
	_, err := tables.LoadFS(t.Context(), fsys, ".", testSchema(t), tables.Options{Mapping: m})
	if want := `events.csv:2: who: "Ada@example.com" is in several rows of people.csv, and their id differ`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
