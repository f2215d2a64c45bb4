package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/playground/internal/api"
)

// A tableRow is what the page shows of a result in its table.
type tableRow struct {
	Lead, Model, Status, Grade, Label string
	Score                             int64
	SalesReady                        bool `json:"sales_ready"`
	Dimensions                        map[string]struct {
		Score int64
		Grade string
	}
}

// linesOf returns the results and failures in the lines of score.
func linesOf(t *testing.T, text []byte) (rows []tableRow, failures []string) {
	t.Helper()
	var a struct {
		Lines []struct {
			Result  *tableRow
			Failure *struct{ Error string }
		}
	}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	for _, l := range a.Lines {
		if l.Result != nil {
			rows = append(rows, *l.Result)
		}
		if l.Failure != nil {
			failures = append(failures, l.Failure.Error)
		}
	}
	return rows, failures
}

// columnsOf returns the results and failures in the columns of scores.
func columnsOf(t *testing.T, text []byte) (rows []tableRow, failures []string) {
	t.Helper()
	var a struct {
		Value struct {
			Leads  []string
			Models []struct {
				Name                               string
				Statuses, Grades, Labels           []string
				Status, Score, Grade, Label, Ready []int64
				Dimensions                         []struct {
					Name         string
					Grades       []string
					Score, Grade []int64
				}
			}
			Failures []struct{ Error string }
		}
	}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	for i, lead := range a.Value.Leads {
		for _, m := range a.Value.Models {
			r := tableRow{
				Lead: lead, Model: m.Name, Status: m.Statuses[m.Status[i]], Score: m.Score[i],
				Grade: m.Grades[m.Grade[i]], Label: m.Labels[m.Label[i]], SalesReady: m.Ready[i] == 1,
			}
			if r.Status == "" {
				continue
			}
			for _, d := range m.Dimensions {
				if r.Status != "scored" {
					break
				}
				if r.Dimensions == nil {
					r.Dimensions = map[string]struct {
						Score int64
						Grade string
					}{}
				}
				r.Dimensions[d.Name] = struct {
					Score int64
					Grade string
				}{d.Score[i], d.Grades[d.Grade[i]]}
			}
			rows = append(rows, r)
		}
	}
	for _, f := range a.Value.Failures {
		failures = append(failures, f.Error)
	}
	return rows, failures
}

// TestScores: the columns of scores have what the lines of score have, for all conformance
// cases.
func TestScores(t *testing.T) {
	cases := casesOf(t)
	t.Chdir(t.TempDir())
	compared, dimensions := 0, 0
	for _, c := range cases {
		var s api.Session
		for _, p := range pagesOf(t, c) {
			if p.method != "open" && (p.method != "score" || p.params["explain"] != nil) {
				continue
			}
			params := maps.Clone(p.params)
			if p.method == "score" {
				params["quick"] = true
			}
			text, err := json.Marshal(params)
			if err != nil {
				t.Fatal(err)
			}
			answer := s.Handle(t.Context(), p.method, text)
			if p.method == "open" {
				continue
			}
			delete(params, "quick")
			if text, err = json.Marshal(params); err != nil {
				t.Fatal(err)
			}
			want, wantFailures := linesOf(t, answer)
			got, gotFailures := columnsOf(t, s.Handle(t.Context(), "scores", text))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: the columns differ from the lines:\n%s", c.Name, diff)
			}
			if !slices.Equal(gotFailures, wantFailures) {
				t.Errorf("%s: the failures are %q instead of %q", c.Name, gotFailures, wantFailures)
			}
			compared += len(got)
			for _, r := range got {
				dimensions += len(r.Dimensions)
			}
		}
	}
	if compared < 500 || dimensions < 30 {
		t.Errorf("there are only %d results, with %d dimensions", compared, dimensions)
	}
}

// TestScoresAgain: scores follow the data and the rules, and say what is wrong.
func TestScoresAgain(t *testing.T) {
	var s api.Session
	handle := func(method, params string) string { return string(s.Handle(t.Context(), method, []byte(params))) }
	lead := func(ids string) string {
		return fmt.Sprintf(`{"data": [{"name": "Lead.csv", "text": %q}, {"name": "Contact.csv", "text": "id\nada\n"}]}`, ids)
	}
	rules := func(points string) string {
		return `{"rules": [{"name": "a.score", "text": "model \"M\" { target contact condition \"C\" { has Lead score ` + points + ` } grade \"G\" from 0 }"}]}`
	}
	const asOf = `{"as_of": "2026-06-01"}`
	for _, step := range []struct{ method, params, want string }{
		{"scores", asOf, `{"status":2,"error":"open rules first"}`},
		{"open", rules("+3"), `{"status":0}`},
		{"scores", asOf, `{"status":2,"error":"open data first"}`},
		{"open", lead("id,ParentContact\na,ada\nb,\n"), `{"status":0}`},
		{
			"scores", asOf, `{"status":0,"value":{"leads":["a","b"],"models":[{"name":"M","statuses":["scored","no parent"],"status":[0,1],"score":[3,0],` +
				`"grades":["G",""],"grade":[0,1],"labels":[""],"label":[0,0],"ready":[0,0],"dimensions":[]}],"failures":[]}}`,
		},
		{"open", lead("id,ParentContact\nc,ada\n"), `{"status":0}`},
		{"open", rules("+4"), `{"status":0}`},
		{
			"scores", asOf, `{"status":0,"value":{"leads":["c"],"models":[{"name":"M","statuses":["scored"],"status":[0],"score":[4],` +
				`"grades":["G"],"grade":[0],"labels":[""],"label":[0],"ready":[0],"dimensions":[]}],"failures":[]}}`,
		},
		{"open", lead("id,ParentContact\n"), `{"status":0}`},
		{
			"scores", asOf, `{"status":0,"value":{"leads":[],"models":[{"name":"M","statuses":[],"status":[],"score":[],` +
				`"grades":[],"grade":[],"labels":[],"label":[],"ready":[],"dimensions":[]}],"failures":[]}}`,
		},
		{"scores", `{"as_of": "soon"}`, `{"status":2,"error":"as_of \"soon\" is not a time; write 2026-05-31, 2026-05-31T09:30 or 2026-05-31T09:30:00Z"}`},
	} {
		if got := handle(step.method, step.params); got != step.want+"\n" {
			t.Errorf("%s %s:\n%s\ninstead of\n%s", step.method, step.params, got, step.want)
		}
	}
	if got := handle("open", rules("+")); got != "{\"status\":0}\n" {
		t.Error(got)
	}
	var a struct {
		Status int
		Error  string
	}
	if err := json.Unmarshal([]byte(handle("scores", asOf)), &a); err != nil || a.Status != 1 || a.Error == "" {
		t.Errorf("rules with mistakes give %+v, %v", a, err)
	}
}
