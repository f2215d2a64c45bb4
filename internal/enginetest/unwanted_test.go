package enginetest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// chicago has leads in two cities. As of is in May 2026.
func chicago() scoretest.Records {
	return scoretest.Records{
		"Lead": {
			"in": {"ParentContact": "ada", "City": "CHICAGO"}, "out": {"ParentContact": "ben", "City": "Boston"},
			"deal": {"ParentAccount": "a", "City": "Chicago"}, "far": {"ParentAccount": "b", "City": "Boston"},
		},
		"Contact":      {"ada": {"ParentAccount": "a"}, "ben": {"ParentAccount": "b"}},
		"Account":      {"a": {}, "b": {}},
		"EmailOpened":  {"1": {"Contact": "ada"}, "2": {"Contact": "ben"}},
		"EmailClicked": {"1": {"Contact": "ada"}, "2": {"Contact": "ben"}},
	}
}

// asked describes the queries of a recorder, in order.
func asked(r *scoretest.Recorder) []string {
	var list []string
	for _, q := range r.Asked {
		text := q.Entity
		if q.By != "" {
			text += " by " + q.By
		}
		text += ": " + strings.Join(q.Keys, " ")
		if !q.From.IsZero() {
			text += " from " + q.From.Format("2006-01-02")
		}
		list = append(list, text)
	}
	return list
}

// TestUnwantedIsNotAsked: a source is asked for nothing that only models need that are not
// in season, or whose audience the fields of the lead keep it out of. It takes no more
// queries than without such models.
func TestUnwantedIsNotAsked(t *testing.T) {
	const (
		over  = "active until 2026-01-01"
		local = `audience { has Lead where City = "Chicago" }`
	)
	model := func(name, target, clauses, rule string) string {
		return fmt.Sprintf("model %q { target %s %s condition \"C\" { %s score +1 } }\n", name, target, clauses, rule)
	}
	const clicked = "each EmailClicked.Contact.ParentAccount"
	for _, test := range []struct {
		name, rules string
		leads, want []string
	}{
		{"all out of season", model("A", "contact", over, "each EmailOpened") + model("B", "account", over, "each EmailOpened"), []string{"in", "deal"},
			[]string{"Lead: in deal"}},
		{"one out of season", model("A", "contact", over, "each EmailOpened") + model("B", "contact", "", "each EmailClicked"), []string{"in"},
			[]string{"Lead: in", "EmailClicked by Contact: ada"}},
		{"the date range of one in season", model("A", "contact", over, "each EmailOpened") + model("B", "contact", "", "each EmailOpened within last 7 days"), []string{"in"},
			[]string{"Lead: in", "EmailOpened by Contact: ada from 2026-05-24"}},
		{"the audience", model("A", "contact", local, clicked), []string{"in", "out"},
			[]string{"Lead: in out", "EmailClicked by Contact: ada", "Contact: ada", "Account: a"}},
		{"outside the audience", model("A", "contact", local, clicked), []string{"out"},
			[]string{"Lead: out"}},
		{"the audience of an account", model("A", "account", local, "each EmailClicked"), []string{"deal", "far"},
			[]string{"Lead: deal far", "Contact by ParentAccount: a", "EmailClicked by Contact: ada"}},
		{"what another model needs", model("A", "contact", local, clicked) + model("B", "contact", "", "each EmailClicked each Lead.ParentContact"), []string{"in", "out"},
			[]string{"Lead: in out", "EmailClicked by Contact: ada ben", "Contact: ada ben", "Account: a b"}},
		{"what another model needs of a lead alone", model("A", "contact", local, clicked) + model("B", "contact", "", "each EmailClicked"), []string{"out"},
			[]string{"Lead: out", "EmailClicked by Contact: ben"}},
		{"an audience with a reference", model("A", "contact", `audience { has Lead.ParentContact }`, "each EmailClicked"), []string{"in", "out"},
			[]string{"Lead: in out", "EmailClicked by Contact: ada ben", "Contact: ada ben"}},
		{"an audience over interactions", model("A", "contact", `audience { has EmailOpened }`, "each EmailClicked"), []string{"in", "out"},
			[]string{"Lead: in out", "EmailClicked by Contact: ada ben", "EmailOpened by Contact: ada ben"}},
		{"an audience with a reference in an expression", model("A", "contact", `audience { has Lead where ParentContact.City is empty }`, "each EmailClicked"), []string{"in", "out"},
			[]string{"Lead: in out", "EmailClicked by Contact: ada ben", "Contact: ada ben"}},
	} {
		for _, opts := range [][]leadscore.Option{{scoretest.AsOf}, {scoretest.AsOf, leadscore.Explain(0)}} {
			src := scoretest.Source(t, chicago())
			set := scoretest.CompileSet(t, test.rules)
			for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(test.leads...), src, opts...) {
				if err != nil {
					t.Errorf("%s: %s: %v", test.name, r.Lead, err)
				}
			}
			if diff := cmp.Diff(test.want, asked(src)); diff != "" {
				t.Errorf("%s: queries (-want +got):\n%s", test.name, diff)
			}
		}
	}
}

// TestUnwantedDoesNotFail: a lead does not fail for what only models need that do not
// score it, whatever other leads of its batch need.
func TestUnwantedDoesNotFail(t *testing.T) {
	src := scoretest.Source(t, chicago())
	src.Before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == "Account" {
			return errors.New("down")
		}
		return nil
	}
	set := scoretest.CompileSet(t, `model "A" { target contact audience { has Lead where City = "Chicago" } condition "C" { each EmailClicked.Contact.ParentAccount score +1 } }
		model "B" { target contact condition "C" { each EmailClicked score +1 } }`)
	for _, leads := range [][]string{{"in", "out"}, {"out"}, {"out", "in"}} {
		for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(leads...), src, scoretest.AsOf) {
			switch {
			case r.Lead == "in" && err == nil:
				t.Errorf("%v: a lead of the audience does not fail", leads)
			case r.Lead == "out" && (err != nil || r.Results[0].Status != leadscore.NotInAudience || r.Results[1].Score != 1):
				t.Errorf("%v: a lead outside of the audience: %+v, %v", leads, r, err)
			}
		}
	}
}

// TestLenderIsNotAskedForKnown: of a source that lends, what models need whose score is
// known is not asked for with what others need.
func TestLenderIsNotAskedForKnown(t *testing.T) {
	src := scoretest.Source(t, chicago())
	l := &lending{Source: src.Source.(*memory.Source), needs: map[*traverse.Need]bool{}}
	set := scoretest.CompileSet(t, `model "A" { target contact audience { has Lead where City = "Chicago" } limit up to 9 condition "C" { each Lead.ParentContact.ParentAccount.Contacts score +1 } condition "D" { has Lead score +1 } }
		model "B" { target contact condition "C" { each Lead.ParentContact.Leads score +1 } }`)
	for _, n := range set.Needs() {
		l.needs[n] = true
	}
	count := func(lead string) int {
		l.asked = 0
		if r, err := set.Score(t.Context(), lead, l, scoretest.AsOf); err != nil || r.Results[1].Score != 1 {
			t.Errorf("%s: %+v, %v", lead, r, err)
		}
		return l.asked
	}
	if in, out := count("in"), count("out"); in != 5 || out != 3 {
		t.Errorf("%d queries for a lead of the audience, want 5, and %d for another, want 3", in, out)
	}
}
