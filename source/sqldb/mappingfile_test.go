package sqldb_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/source/sqldb"
)

func TestReadMapping(t *testing.T) {
	got, err := sqldb.ReadMapping("crm.json", []byte("\ufeff"+`{
		"tables": {
			"Contact": "people",
			"EmailOpened": {
				"schema": "events", "name": "opened", "id": "event_id",
				"columns": {
					"Contact": "person_id",
					"Timestamp": {"name": "at", "format": "UnixMillis"},
					"Topics": {"format": "JSONArray"},
					"Tags": {"separator": "|", "codes": {"0": "Open", "-": ""}},
					"Mobile": {"true": "Y", "false": "N"}
				}
			}
		},
		"absent": ["WebsiteVisited", "Lead.Rating"]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := sqldb.Mapping{
		Tables: map[string]sqldb.Table{
			"Contact": {Name: "people"},
			"EmailOpened": {Schema: "events", Name: "opened", ID: "event_id", Columns: map[string]sqldb.Column{
				"Contact":   {Name: "person_id"},
				"Timestamp": {Name: "at", Format: sqldb.UnixMillis},
				"Topics":    {Format: sqldb.JSONArray},
				"Tags":      {Separator: "|", Codes: map[string]string{"0": "Open", "-": ""}},
				"Mobile":    {True: "Y", False: "N"},
			}},
		},
		Absent: []string{"WebsiteVisited", "Lead.Rating"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, format := range map[string]sqldb.Format{"UnixSeconds": sqldb.UnixSeconds, "UnixMicros": sqldb.UnixMicros, "DecimalText": sqldb.DecimalText} {
		got, err := sqldb.ReadMapping("m", []byte(`{"tables": {"E": {"columns": {"F": {"format": "`+name+`"}}}}}`))
		if err != nil || got.Tables["E"].Columns["F"].Format != format {
			t.Errorf("the format %s is read as %v, %v", name, got, err)
		}
	}
	if got, err := sqldb.ReadMapping("m", []byte("{}")); err != nil || got.Tables != nil || got.Absent != nil {
		t.Errorf("an empty mapping is read as %v, %v", got, err)
	}
}

// Every mistake in a mapping file has its place, and all are listed.
func TestReadMappingProblems(t *testing.T) {
	for text, want := range map[string]string{
		``:                                   "m:1:1: this is no JSON: unexpected EOF",
		`{"tables": `:                        "m:1:11: this is no JSON: unexpected EOF",
		`{"absent": [1 2]}`:                  "m:1:15: this is no JSON: invalid character '2' after array element",
		`{} {}`:                              "m:1:5: this is no JSON: the file must end after the mapping",
		strings.Repeat("[", 1_000_000):       "m:1:22: this is no JSON: values are nested too deeply",
		`[]`:                                 "m:1:1: want an object, not an array",
		`null`:                               "m:1:1: want an object, not null",
		`{"tables": 5}`:                      "m:1:12: want an object, not a number",
		`{"absent": "x"}`:                    "m:1:12: want an array of texts, not a text",
		`{"absent": {"x": "y"}}`:             "m:1:12: want an array of texts, not an object",
		`{"absent": [true, {}]}`:             "m:1:13: want a text, not true or false\nm:1:19: want a text, not an object",
		`{"table": {}}`:                      `m:1:2: a mapping has no key "table"; the keys are absent, tables; did you mean tables?`,
		"{\"tables\": {\n  \"Ü\": 5}}":       "m:2:8: want an object, not a number",
		`{"tables": {"A": "a", "A": "b"}}`:   `m:1:23: the key "A" appears twice`,
		`{"tables": {"A": {"nmae": "a"}}}`:   `m:1:19: a table has no key "nmae"; the keys are columns, id, name, schema; did you mean name?`,
		`{"tables": {"A": {"columns": []}}}`: "m:1:30: want an object, not an array",
		`{"tables": {"A": {"columns": {"F": {"format": "Unix", "codes": {"1": 1}}}}}}`: `m:1:47: there is no format "Unix"; there are DecimalText, JSONArray, UnixMicros, UnixMillis, UnixSeconds` +
			"\nm:1:70: want a text, not a number",
	} {
		_, err := sqldb.ReadMapping("m", []byte(text))
		problems, ok := errors.AsType[sqldb.Problems](err)
		if !ok || len(problems) == 0 {
			t.Errorf("%.80s: %v", text, err)
			continue
		}
		var lines []string
		for _, p := range problems {
			lines = append(lines, p.String())
		}
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("%.80s:\n%s\nwant\n%s", text, got, want)
		}
	}
}

// FuzzReadMapping: whatever a file contains, it is a mapping or has problems with places.
func FuzzReadMapping(f *testing.F) {
	f.Add([]byte(`{"tables": {"Contact": "people", "A": {"schema": "s", "columns": {"F": {"name": "f", "format": "JSONArray", "codes": {"0": ""}}}}}, "absent": ["B"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := sqldb.ReadMapping("m", data)
		problems, _ := errors.AsType[sqldb.Problems](err)
		if err != nil && len(problems) == 0 {
			t.Fatal(err)
		}
		for _, p := range problems {
			if !strings.HasPrefix(p.Place, "m:") || p.Message == "" {
				t.Errorf("%+v", p)
			}
		}
	})
}
