package api_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/playground/internal/api"
)

const coffee = `model "Coffee" {
    target contact
    condition "Opened" {
        each EmailOpened
        score +10
    }
    sales ready at 20
}
`

// TestOpen: what is opened stays until it is opened again or removed with null.
func TestOpen(t *testing.T) {
	var s api.Session
	handle := func(method, params string) string {
		t.Helper()
		return string(s.Handle(t.Context(), method, []byte(params)))
	}
	for _, step := range []struct{ method, params, want string }{
		{"score", "", "open rules first"},
		{"nothing", "", `there is no method \"nothing\"`},
		{"open", `{"rule": []}`, "unknown field"},
		{"open", `{"zone": "Europe/Berln"}`, "is not a time zone"},
		{"open", `{"rules": [{"name": "a.score", "text": "model \"M\" { target contact condition \"C\" { has Lead score +1 } }"}]}`, `{"status":0}`},
		{"score", "", "open data first"},
		{"open", `{"data": [{"name": "Lead.csv", "text": "id,ParentContact,Shoes\na,ada,42\n"}, {"name": "Contact.csv", "text": "id\nada\n"}]}`, `{"status":0}`},
		{"score", `{"as_of": "2026-06-01"}`, `"score":1,`},
		{"score", `{"as_of": "2026-06-01"}`, "ignored columns Shoes"},
		{"score", `{"as_of": "2026-06-01", "quick": true}`, `{"begin":{"command":"score","format":1}},{"result":`},
		{"score", `{"as_of": "soon"}`, "is not a time"},
		{"history", `{"lead": "a", "from": "2026-06-01", "to": "2026-05-01"}`, "to is before from"},
		{"open", `{"schema": {"name": "s.score", "text": "profile Lead { ParentContact -> Contact ParentAccount -> Account }\nprofile Contact { ParentAccount -> Account }\nprofile Account { }\n"}}`, `{"status":0}`},
		{"schema", "", `"status":0`},
		{"open", `{"rules": [{"name": "a.score", "text": "model \"M\" { target contact condition \"C\" { has EmailOpened score +1 } }"}]}`, `{"status":0}`},
		{"check", "", "unknown entity EmailOpened"},
		{"open", `{"schema": null}`, `{"status":0}`},
		{"check", "", `"status":0`},
		{"format", `{"name": "a.score", "text": "model \"M\" { target contact }"}`, `"value":"model \"M\" {\n    target contact\n}\n"`},
		{"format", `{"name": "a.score", "text": "model {"}`, `"status":1`},
		{"open", `{"data": null}`, `{"status":0}`},
		{"score", "", "open data first"},
	} {
		if got := handle(step.method, step.params); !strings.Contains(got, step.want) {
			t.Errorf("%s %s: %s, without %s", step.method, step.params, got, step.want)
		}
	}
}

// FuzzHandle: no request makes a session panic, and each answer is JSON.
func FuzzHandle(f *testing.F) {
	f.Add("open", `{"rules": [{"name": "a.score", "text": "model \"M\" {"}]}`)
	f.Add("open", `{"data": [{"name": "../Lead.csv", "text": "id\na"}]}`)
	f.Add("open", `{"data": [{"name": "", "data": "eA=="}], "mapping": {"name": "m.json", "text": "{}"}}`)
	f.Add("score", `{"as_of": "2026-01-01", "leads": ["a"]}`)
	f.Fuzz(func(t *testing.T, method, params string) {
		var s api.Session
		ask(t, &s, page{method: "open", params: map[string]any{
			"rules": []api.File{{Name: "c.score", Text: coffee}},
			"data":  []api.File{{Name: "Lead.csv", Text: "id,ParentContact\na,ada\n"}},
		}})
		answerIn(t, s.Handle(t.Context(), method, []byte(params)))
		for _, name := range []string{"check", "score", "scores", "test", "schema", "diff"} {
			answerIn(t, s.Handle(t.Context(), name, nil))
		}
	})
}
