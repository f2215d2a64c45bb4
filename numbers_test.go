package leadscore_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
)

// TestResultOf: numbers make the result that they are of, and others are refused.
func TestResultOf(t *testing.T) {
	m, err := leadscore.Compile("rules.score", `model "M" {
    target contact
    audience { has Lead.ParentContact }
    dimension "Fit" {
        condition "Opened" {
            each EmailOpened
            score +10
        }
        grade "A" from 10
        grade "B" below 10
    }
    label "Fit"
    sales ready at 10
}`, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(leadscore.StandardSchema())
	add := func(entity, id string, r memory.Record) {
		if err := data.Add(entity, id, r); err != nil {
			t.Fatal(err)
		}
	}
	add("Lead", "in", memory.Record{"ParentContact": "ada"})
	add("Lead", "out", memory.Record{"ParentContact": "ben"})
	add("Contact", "ada", memory.Record{})
	for _, id := range []string{"e1", "e2"} {
		add("EmailOpened", id, memory.Record{"Contact": "ada"})
	}
	counts := func(n ...int64) leadscore.Counted {
		c := leadscore.Counted{}
		for _, n := range n {
			c.Counts = append(c.Counts, big.NewInt(n))
		}
		return c
	}
	fit := []leadscore.Dimension{{Name: "Fit", Score: 20, Grade: "A"}}
	for _, test := range []struct {
		lead string
		n    leadscore.Numbers
		opts []leadscore.Option
	}{
		{"in", leadscore.Numbers{Status: leadscore.Scored, Score: 20, SalesReady: true, Dimensions: fit}, nil},
		{"in", leadscore.Numbers{Status: leadscore.Scored, Score: 20, SalesReady: true, Dimensions: fit, Counted: []leadscore.Counted{counts(2)}}, []leadscore.Option{leadscore.Explain(0)}},
		{"out", leadscore.Numbers{Status: leadscore.NotInAudience}, nil},
		{"out", leadscore.Numbers{Status: leadscore.NotInAudience, Counted: []leadscore.Counted{counts(0)}}, []leadscore.Option{leadscore.Explain(0)}},
	} {
		want, err := m.Score(t.Context(), test.lead, data, append(test.opts, scoretest.AsOf)...)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.ResultOf(test.lead, want.AsOf(), test.n); err != nil || !got.Equal(want) {
			t.Errorf("got %v, error %v, want %v", got, err, want)
		}
	}
	for want, n := range map[string]leadscore.Numbers{
		"the score is 30, and the counts give 20":                            {Status: leadscore.Scored, Score: 30, Counted: []leadscore.Counted{counts(2)}},
		`the model "M" has 1 conditions, and there are counts of 2`:          {Status: leadscore.Scored, Counted: []leadscore.Counted{counts(2), counts(1)}},
		`the condition "Opened" has 1 children and 0 same blocks, and there`: {Status: leadscore.Scored, Counted: []leadscore.Counted{counts(2, 3)}},
		`the condition "Opened", child 1: -2 is not a count`:                 {Status: leadscore.Scored, Counted: []leadscore.Counted{counts(-2)}},
		`these are not the counts of the audience of the model "M"`:          {Status: leadscore.NotInAudience, Counted: []leadscore.Counted{}},
		`leadscore: model "M", lead "in": the model "M" has no season`:       {Status: leadscore.NotActive, Counted: []leadscore.Counted{}},
		`the condition "Opened", child 1: <nil> is not a count`:              {Status: leadscore.Scored, Counted: []leadscore.Counted{{Counts: []*big.Int{nil}}}},
	} {
		if _, err := m.ResultOf("in", time.Time{}, n); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", n, err, want)
		}
	}
}
