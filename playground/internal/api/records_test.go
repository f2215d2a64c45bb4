package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/playground/internal/api"
)

// TestRecords: the records are those of the files, of every format and of a mapping, with the
// columns that some record has.
func TestRecords(t *testing.T) {
	mapping := &api.File{Name: "mapping.json", Text: `{"tables": [
		{"file": "people.csv", "entity": "Contact", "id": "Key", "columns": {"FirstName": "Name"}},
		{"file": "people.csv", "entity": "Lead", "id": "lead-{Key}", "columns": {"ParentContact": "Key"}}]}`}
	for _, test := range []struct {
		name    string
		files   []api.File
		mapping *api.File
		params  string
		want    string
	}{
		{
			"csv", []api.File{{Name: "Lead.csv", Text: "id,ParentContact,City\na,ada,\nb,,Rome\n"}, {Name: "EmailOpened.csv", Text: "id,Contact,Timestamp\n1,ada,2026-04-01T08:00:00+02:00\n"}}, nil, "",
			`{"entities":[{"name":"Lead","records":2},{"name":"EmailOpened","records":1}],"entity":"Lead","columns":["City","ParentContact"],"ids":["a","b"],"rows":[["","ada"],["Rome",""]]}`,
		},
		{
			"interactions", []api.File{{Name: "Lead.csv", Text: "id\na\n"}, {Name: "EmailOpened.csv", Text: "id,Contact,Timestamp\n1,ada,2026-04-01T08:00:00+02:00\n"}}, nil, `{"entity": "EmailOpened"}`,
			`{"entities":[{"name":"Lead","records":1},{"name":"EmailOpened","records":1}],"entity":"EmailOpened","columns":["Timestamp","Contact"],"ids":["1"],"rows":[["2026-04-01T06:00:00Z","ada"]]}`,
		},
		{
			"ndjson", []api.File{{Name: "Lead.ndjson", Text: "{\"id\": \"a\", \"City\": \"<b>\"}\n{\"id\": \"b\"}\n"}}, nil, `{"limit": 1}`,
			`{"entities":[{"name":"Lead","records":2}],"entity":"Lead","columns":["City"],"ids":["a"],"rows":[["<b>"]]}`,
		},
		{
			"json", []api.File{{Name: "data.json", Text: `{"Contact": [{"id": "ada", "JobTitle": "Boss"}]}`}}, nil, `{"entity": "Lead"}`,
			`{"entities":[{"name":"Contact","records":1}],"entity":"Contact","columns":["JobTitle"],"ids":["ada"],"rows":[["Boss"]]}`,
		},
		{
			"mapping", []api.File{{Name: "people.csv", Text: "Key,Name\n9,Ada\n"}}, mapping, `{"entity": "Contact"}`,
			`{"entities":[{"name":"Lead","records":1},{"name":"Contact","records":1}],"entity":"Contact","columns":["FirstName"],"ids":["9"],"rows":[["Ada"]]}`,
		},
		{"none", []api.File{{Name: "Lead.csv", Text: "id\n"}}, nil, "", `{"entities":[],"entity":"","columns":[],"ids":[],"rows":[]}`},
	} {
		var s api.Session
		rules := []api.File{{Name: "c.score", Text: coffee}}
		ask(t, &s, page{method: "open", params: map[string]any{"rules": rules, "data": test.files, "mapping": test.mapping}})
		var a struct {
			Status int
			Error  string
			Value  json.RawMessage
		}
		if err := json.Unmarshal(s.Handle(t.Context(), "records", []byte(test.params)), &a); err != nil || a.Status != 0 {
			t.Errorf("%s: %v, %+v", test.name, err, a)
			continue
		}
		var got, want any
		if err := json.Unmarshal(a.Value, &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(test.want), &want); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", test.name, d, a.Value)
		}
	}
	var s api.Session
	for params, want := range map[string]string{"": "open rules first", `{"limt": 1}`: "unknown field"} {
		if got := string(s.Handle(t.Context(), "records", []byte(params))); !strings.Contains(got, want) {
			t.Errorf("%s: %s, without %q", params, got, want)
		}
	}
}
