package whatif_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/whatif"
)

var asOf = leadscore.AsOf(time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC))

// scored compiles a model of clauses and scores a lead whose contact opened two
// emails.
func scored(t *testing.T, clauses string, opts ...leadscore.Option) (*leadscore.Model, leadscore.Result) {
	t.Helper()
	m, err := leadscore.Compile("m.score", "model \"M\" {\n"+clauses+"\n}", leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(m.Schema())
	for _, r := range []struct {
		entity, id string
		record     memory.Record
	}{
		{"Lead", "lead", memory.Record{"ParentContact": "ada"}},
		{"Contact", "ada", nil},
		{"EmailOpened", "1", memory.Record{"Contact": "ada"}},
		{"EmailOpened", "2", memory.Record{"Contact": "ada"}},
	} {
		if err := data.Add(r.entity, r.id, r.record); err != nil {
			t.Fatal(err)
		}
	}
	r, err := m.Score(t.Context(), "lead", data, append(opts, asOf)...)
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

func TestSalesReady(t *testing.T) {
	const (
		opened  = `target contact condition "Opened" { each EmailOpened score +10 } `
		visited = `condition "Visited" { has WebsiteVisited score +5 } `
		spam    = `condition "Known" { has Lead.ParentContact score -7 } `
	)
	for _, test := range []struct {
		name, clauses, want string
	}{
		{"one more", opened + "sales ready at 30", "it would reach the sales-ready score of 30 if\n  \"Opened\" counts 3 times (+10)\n"},
		{"ready already", opened + "sales ready at 20", ""},
		{"no threshold", opened, "the model has no sales-ready score\n"},
		{"not scored", `target account condition "A" { has Lead score +1 } sales ready at 1`, ""},
		{"several conditions", "target contact " + visited + spam + "sales ready at 4",
			"it would reach the sales-ready score of 4 if\n  \"Known\" does not count (+7) and \"Visited\" holds (+5)\n"},
		{"out of reach", "target contact " + visited + spam + "sales ready at 6",
			"no change of up to 3 conditions would reach the sales-ready score of 6\n"},
		{"no conditions", "target contact sales ready at 6", "no change of up to 3 conditions would reach the sales-ready score of 6\n"},
	} {
		m, r := scored(t, test.clauses, leadscore.Explain(0))
		a, err := whatif.SalesReady(m, r)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, a.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if (len(a.Sets) > 0) != strings.Contains(test.want, "if\n") || a.Result.Lead != "lead" {
			t.Errorf("%s: %d sets, lead %q", test.name, len(a.Sets), a.Result.Lead)
		}
	}
}

// TestBeyond64Bits: how often a condition would have to count is exact, however
// large it is.
func TestBeyond64Bits(t *testing.T) {
	m, r := scored(t, `target contact
		condition "Opened" { each EmailOpened score +1 }
		condition "Known" { has Lead.ParentContact score -1000000 }
		sales ready at 9223372036854775807`, leadscore.Explain(0))
	a, err := whatif.SalesReady(m, r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(a.Sets)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[[{"condition":"Opened","times":"9223372036855775807","points":"+9223372036855775805"}]]`
	if string(got) != want || r.Score != 2-1_000_000 || a.Sets[0][0].Times.Uint64() != math.MaxInt64+1_000_000 {
		t.Errorf("got %s for a score of %d", got, r.Score)
	}
	var read []whatif.Set
	if err := json.Unmarshal(got, &read); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(read); string(again) != want || err != nil || read[0].String() != a.Sets[0].String() {
		t.Errorf("%s is read as %s, %v", got, again, err)
	}
}

func TestReadingChanges(t *testing.T) {
	for text, want := range map[string]string{
		`{"condition":"A","times":"2","points":"+1"}`: "",
		`{"condition":"A","points":"+1"}`:             `whatif: times: "" is not a whole number`,
		`{"condition":"A","times":"2.5"}`:             `whatif: times: "2.5" is not a whole number`,
		`{"condition":"A","times":"2"}`:               `whatif: points: "" is not a whole number`,
		`{"condition":"A","times":2,"points":"+1"}`:   "json: cannot unmarshal number into Go struct field changeJSON.times of type string",
	} {
		c := whatif.Change{Condition: "before"}
		err := json.Unmarshal([]byte(text), &c)
		if got := fmt.Sprint(err); err != nil && got != want || err == nil && want != "" {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
		if name := map[bool]string{true: "A", false: "before"}[err == nil]; c.Condition != name {
			t.Errorf("%s: condition %q", text, c.Condition)
		}
	}
}

func TestAnswerJSON(t *testing.T) {
	const head = `{"result":{"model":"M","lead":"lead","as_of":"2026-06-01T00:00:00Z","status":"scored",`
	const opened = `target contact condition "a < b" { each EmailOpened score +10 } `
	const explained = `,"contributions":[{"condition":"a < b","multiplier":2,"points":10,"score":20,"children":[{"rule":"each EmailOpened","count":2,"holds":true}]}]}`
	for clauses, want := range map[string]string{
		opened + "sales ready at 30": head + `"score":20,"grade":"","sales_ready":false` + explained +
			`,"sales_ready_at":30,"what_if":[[{"condition":"a < b","times":"3","points":"+10"}]]}`,
		opened + "sales ready at 20":      head + `"score":20,"grade":"","sales_ready":true` + explained + `,"sales_ready_at":20}`,
		opened:                            head + `"score":20,"grade":"","sales_ready":false` + explained + `}`,
		"target contact sales ready at 0": head + `"score":0,"grade":"","sales_ready":true},"sales_ready_at":0}`,
		"target account sales ready at 1": `{"result":{"model":"M","lead":"lead","as_of":"2026-06-01T00:00:00Z","status":"not targeted"},"sales_ready_at":1}`,
	} {
		m, r := scored(t, clauses, leadscore.Explain(0))
		a, err := whatif.SalesReady(m, r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := a.MarshalJSON()
		if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
}

func TestSalesReadyRefuses(t *testing.T) {
	m, r := scored(t, `target contact condition "A" { none Lead score +1 } sales ready at 1`)
	if _, err := whatif.SalesReady(m, r); err == nil || !strings.Contains(err.Error(), "leadscore.Explain") {
		t.Errorf("without an explanation: %v", err)
	}
	const others = "whatif: the result's conditions are not those of model \"M\"; score the lead with this model"
	for _, clauses := range []string{
		`target contact condition "B" { none Lead score +1 } sales ready at 1`,
		`target contact condition "A" { none Lead score +2 } sales ready at 1`,
		`target contact condition "A" { none Lead score +1 } condition "B" { none Lead score +1 } sales ready at 1`,
		`target contact sales ready at 1`,
	} {
		other, r := scored(t, clauses, leadscore.Explain(0))
		want := others
		if len(other.Checked().Conditions) == 0 { // the result cannot have contributions
			want = `whatif: the result of lead "lead" has no contributions; score it with leadscore.Explain`
		}
		if _, err := whatif.SalesReady(m, r); err == nil || err.Error() != want {
			t.Errorf("a result of %s: %v", clauses, err)
		}
		_, r = scored(t, `target contact condition "A" { none Lead score +1 } sales ready at 1`, leadscore.Explain(0))
		if _, err := whatif.SalesReady(other, r); err == nil || err.Error() != others {
			t.Errorf("for %s: %v", clauses, err)
		}
	}
	r.Model = "N"
	if _, err := whatif.SalesReady(m, r); err == nil || err.Error() != `whatif: the result is of model "N", not of "M"` {
		t.Errorf("a result of another model: %v", err)
	}
}
