package fetch

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// opens are emails of the contact ada, and of leads.
const opens = people + `
EmailOpened both  Contact=ada Lead=l1 Timestamp=2026-05-02
EmailOpened mine  Contact=ben Lead=l1 Timestamp=2026-05-03
EmailOpened deals Contact=ada Lead=deal Timestamp=2026-05-04
EmailOpened loose Lead=free
`

// TestTargetLead checks which interactions the leads of each target have, each once.
func TestTargetLead(t *testing.T) {
	rules := evaltest.Model("C", "contact", `each EmailOpened score +1`) + evaltest.Model("A", "account", `each EmailOpened score +1`) +
		evaltest.Model("L", "lead", `each EmailOpened score +1`) + evaltest.Model("W", "lead with contact", `each EmailOpened score +1`)
	f := newFixture(t, rules, opens)
	b := f.load(t, keys, "l1", "deal", "free")
	for i, want := range [][4][]string{
		{plan.ContactBased: {"o1", "both", "deals"}, plan.EveryLead: {"both", "mine"}, plan.EveryLeadWithContact: {"o1", "deals", "both", "mine"}},
		{plan.AccountBased: {"o1", "both", "deals", "mine"}, plan.EveryLead: {"deals"}, plan.EveryLeadWithContact: {"deals"}},
		{plan.EveryLead: {"loose"}, plan.EveryLeadWithContact: {"loose"}},
	} {
		l := &b.Leads[i]
		for j, m := range f.plan.Models {
			if !m.Scores(l.Kind) {
				continue
			}
			var got []string
			for r := range b.Roots(m.Conditions[0].Children[0].Steps[0].Node, l) {
				got = append(got, r.ID)
			}
			if diff := cmp.Diff(want[j], got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", l.ID, m.Checked.Name, diff)
			}
		}
	}
	asked := cut(f.source.Asked)
	if n := len(slices.DeleteFunc(asked, func(q string) bool { return q != "EmailOpened by Lead: l1 deal free" })); n != 1 {
		t.Errorf("what refers to the leads is asked for %d times in %q", n, f.source.Asked)
	}
}

// cut drops the ranges of time of queries.
func cut(asked []string) []string {
	var list []string
	for _, q := range asked {
		for i, r := range q {
			if r == '(' {
				q = q[:i-1]
				break
			}
		}
		list = append(list, q)
	}
	return list
}

// TestTargetLeadFails checks that a lead fails if what refers to it cannot be fetched,
// whether or not it has a parent.
func TestTargetLeadFails(t *testing.T) {
	down := errors.New("down")
	f := newFixture(t, evaltest.Model("L", "lead", `each EmailOpened.Contact score +1`), opens)
	f.source.Before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.By == traverse.Lead {
			out.Fail("free", down)
		}
		return nil
	}
	b := f.load(t, keys, "free", "l1", "l2")
	if got, want := text(b), []string{"free: EmailOpened (EmailOpened): down", "l1: contact-based ada", "l2: contact-based ben"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestTargetLeadLimit checks that the limit names the way to what refers to a lead.
func TestTargetLeadLimit(t *testing.T) {
	f := newFixture(t, evaltest.Model("A", "account", `each EmailClicked score +1`)+evaltest.Model("L", "lead", `each EmailOpened score +1`), opens)
	var b Batch
	err := b.Load(t.Context(), f.plan, f.source, []string{"l1"}, evaltest.AsOf, Options{MaxKeys: 9, MaxRecords: 2})
	limit, ok := errors.AsType[*LimitError](err)
	if !ok || limit.Path != "EmailOpened" || limit.Entity != "EmailOpened" {
		t.Errorf("got %v, %+v", err, limit)
	}
}
