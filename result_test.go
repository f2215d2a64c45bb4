package leadscore_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
)

func TestMarshalJSON(t *testing.T) {
	data := scoretest.Source(t, scoretest.Records{
		"Lead":        {"lead-1": {"ParentContact": "anna"}, "lead-2": {}, "lead-3": {"ParentAccount": "contoso"}},
		"EmailOpened": {"o1": {"Contact": "anna", "Timestamp": time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)}, "o2": {"Contact": "anna"}},
	})
	m := scoretest.Compile(t, `model "Coffee & <Tea>" {
		target contact
		condition "C" { "L": each EmailOpened score +5 }
		grade "Cold" below 100
		sales ready at 10
	}`)
	for _, test := range []struct {
		lead string
		opts []leadscore.Option
		want string
	}{
		{"lead-1", nil, `{"model":"Coffee & <Tea>","lead":"lead-1","as_of":"2026-05-31T12:00:00Z","status":"scored","score":10,"grade":"Cold","sales_ready":true}`},
		{"lead-2", []leadscore.Option{leadscore.Explain(100)}, `{"model":"Coffee & <Tea>","lead":"lead-2","as_of":"2026-05-31T12:00:00Z","status":"no parent"}`},
		{"lead-3", nil, `{"model":"Coffee & <Tea>","lead":"lead-3","as_of":"2026-05-31T12:00:00Z","status":"not targeted"}`},
		{"lead-1", []leadscore.Option{leadscore.Explain(100)}, `{"model":"Coffee & <Tea>","lead":"lead-1","as_of":"2026-05-31T12:00:00Z","status":"scored","score":10,"grade":"Cold","sales_ready":true,` +
			`"contributions":[{"condition":"C","multiplier":2,"points":5,"score":10,"children":[{"label":"L","rule":"\"L\": each EmailOpened","count":2,"holds":true,` +
			`"occurrences":[{"entity":"EmailOpened","id":"o2","routes":1},{"entity":"EmailOpened","id":"o1","time":"2026-05-01T09:00:00Z","routes":1}]}]}]}`},
	} {
		r, err := m.Score(t.Context(), test.lead, data, append(test.opts, scoretest.AsOf)...)
		if err != nil {
			t.Fatal(err)
		}
		b, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, string(b)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.lead, diff)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Error(err)
		}
		if err := json.Unmarshal(b, &leadscore.Result{}); err == nil || err.Error() != "leadscore: a Result cannot be read from JSON; use explain.Ledger" {
			t.Errorf("%s is read, or fails with %v", b, err)
		}
	}
}

func TestSetResultJSON(t *testing.T) {
	m, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.NewSet(m)
	if err != nil {
		t.Fatal(err)
	}
	r, err := set.Score(t.Context(), "lead-42", crm(), may)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"lead":"lead-42","sales_ready":true,"results":[{"model":"Coffee geeks","lead":"lead-42","as_of":"2026-05-01T00:00:00Z","status":"scored","score":35,"grade":"Hot","sales_ready":true}]}`
	if string(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if err := json.Unmarshal(got, &leadscore.SetResult{}); err == nil {
		t.Error("a set result is read, although results cannot be")
	}
}

// TestResultEqual: results that differ in anything are not equal.
func TestResultEqual(t *testing.T) {
	m := scoretest.Compile(t, scoretest.Model("M", "each EmailOpened"))
	score := func(opts ...leadscore.Option) leadscore.Result {
		r, err := m.Score(t.Context(), "lead-a", scoretest.Source(t, scoretest.ThreeLeads()), append(opts, scoretest.AsOf)...)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	a := score(leadscore.Explain(100))
	if b := score(leadscore.Explain(100)); !a.Equal(b) {
		t.Errorf("the same lead gives %v and %v", a, b)
	}
	if b := score(); a.Equal(b) || b.Equal(a) {
		t.Error("one has contributions, and they are equal")
	}
	for name, change := range map[string]func(*leadscore.Result){
		"Model": func(r *leadscore.Result) { r.Model = "N" }, "Lead": func(r *leadscore.Result) { r.Lead = "lead-b" },
		"Status": func(r *leadscore.Result) { r.Status = leadscore.NoParent }, "Score": func(r *leadscore.Result) { r.Score++ },
		"Grade": func(r *leadscore.Result) { r.Grade = "Hot" }, "SalesReady": func(r *leadscore.Result) { r.SalesReady = true },
	} {
		b := a
		if change(&b); a.Equal(b) || b.Equal(a) {
			t.Errorf("%s differs, and they are equal", name)
		}
	}
}

func TestResultString(t *testing.T) {
	for _, test := range []struct {
		r    leadscore.Result
		want string
	}{
		{leadscore.Result{}, `"", : no status`},
		{leadscore.Result{Model: "M", Lead: "l", Status: leadscore.NoParent, Score: 3}, `"l", M: no parent`},
		{leadscore.Result{Model: "M", Lead: "l", Status: leadscore.Scored}, `"l", M: score 0`},
		{leadscore.Result{Model: "a\nb", Lead: "\x1b[1m", Status: leadscore.Scored, Score: -70, Grade: "H\tot", SalesReady: true}, "\"\\x1b[1m\", a\ufffdb: score -70, H\ufffdot, sales ready"},
	} {
		if got := test.r.String(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestStatusString(t *testing.T) {
	var zero leadscore.Result
	got := fmt.Sprint(zero.Status, ", ", leadscore.Scored, ", ", leadscore.NotTargeted, ", ", leadscore.NoParent, ", ", leadscore.Status(9))
	if got != "no status, scored, not targeted, no parent, status 9" {
		t.Error(got)
	}
}

// TestStatusText: a status that is written, in JSON too, can be read.
func TestStatusText(t *testing.T) {
	for _, s := range []leadscore.Status{leadscore.NoStatus, leadscore.Scored, leadscore.NotTargeted, leadscore.NoParent} {
		b, err := json.Marshal(s)
		if err != nil || string(b) != strconv.Quote(s.String()) {
			t.Errorf("%v is written as %s, %v", s, b, err)
		}
		var read leadscore.Status
		if err := json.Unmarshal(b, &read); err != nil || read != s {
			t.Errorf("%v is read as %v, %v", s, read, err)
		}
	}
	if b, err := leadscore.Status(9).MarshalText(); err == nil {
		t.Errorf("status 9 is written as %s", b)
	}
	s := leadscore.NoParent
	if err := s.UnmarshalText([]byte("Scored")); err == nil || s != leadscore.NoParent {
		t.Errorf("a status that is not one is read as %v", s)
	}
}
