package eval_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/traverse"
)

// TestNeeds checks that Needs returns every need of every query.
func TestNeeds(t *testing.T) {
	f := newFixture(t, failingRules, people)
	needs := f.program.Needs()
	var got []string
	for _, n := range needs {
		got = append(got, strings.TrimSuffix(fmt.Sprintf("%s by %s", n.Entity, n.By), " by "))
	}
	want := []string{"Lead", "EmailOpened by Contact", "Contact", "Account", "Contact by ParentAccount", "Contact by ParentAccount"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, opts := range options {
		for how, source := range map[string]*evaltest.Recorder{"fetched": f.fetched(), "lent": f.lent().Recorder} {
			source.Before = func(q *traverse.Query, _ *traverse.Rows) error {
				if !slices.Contains(needs, q.Need) {
					t.Errorf("%s, %s: %s by %s is asked, and is not among the needs", name, how, q.Entity, q.By)
				}
				return nil
			}
			f.run(t, source, opts, 9, everyLead...)
		}
	}
}

// TestPlan checks the description of a program.
func TestPlan(t *testing.T) {
	got := newFixture(t, failingRules, people).program.Plan()
	want := `contact-based leads
  Lead, once: 1 expression on City
  EmailOpened, in one pass: 1 count by window alone
account-based leads
  EmailOpened, in one pass: 1 count in word 0 by no field
1 condition left to counting routes
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestConcurrently checks that goroutines can share a program.
func TestConcurrently(t *testing.T) {
	f := newFixture(t, failingRules, people)
	want, _ := f.run(t, f.data, options["scores"], 9, everyLead...)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			names := []string{"scores", "counts", "lists"}
			for j := range 10 {
				source := traverse.Source(f.data)
				if (i+j)%2 == 0 {
					source = f.fetched()
				}
				var out eval.Outcomes
				if err := f.program.Run(t.Context(), source, everyLead, new(options[names[(i+j)%3]]), &out); err != nil {
					t.Error(err)
					return
				}
				for k, id := range everyLead {
					if got := outcome(id, &out, k); got != want[k] {
						t.Errorf("got %s, want %s", got, want[k])
					}
				}
			}
		})
	}
	group.Wait()
}

// TestNewRecords checks that a batch sees the records that were added before it.
func TestNewRecords(t *testing.T) {
	f := newFixture(t, failingRules, people)
	for name, opts := range options {
		for i, want := range []string{"new: 1, not targeted", "new: 2, not targeted"} {
			id := name + "-new"
			if i == 0 {
				evaltest.Add(t, f.data, "Lead "+id+" ParentContact="+name+"\n")
			}
			evaltest.Add(t, f.data, fmt.Sprintf("EmailOpened %s%d Contact=%s EmailName=%s%d", name, i, name, name, i))
			for how, source := range map[string]traverse.Source{"lent": f.data, "fetched": f.fetched()} {
				if got, _ := f.run(t, source, opts, 1, id); got[0] != name+"-"+want {
					t.Errorf("%s, %s: got %s, want %s", name, how, got[0], want)
				}
			}
		}
	}
}

// TestExplanationStays checks that explanations do not change while more leads are
// scored, and that All can be left early.
func TestExplanationStays(t *testing.T) {
	var conditions []string
	for i := range 30 {
		conditions = append(conditions, fmt.Sprintf(`at least %d EmailOpened has Lead score +1`, i+1))
	}
	conditions = append(conditions, `each Lead.ParentContact.Leads score +100`, `has Lead score +1000`)
	const leads = 300
	var records strings.Builder
	var ids []string
	for i := range leads {
		ids = append(ids, fmt.Sprint("l", i))
		fmt.Fprintf(&records, "Lead l%d ParentContact=c%d\n", i, i)
		for j := range i % 30 {
			fmt.Fprintf(&records, "EmailOpened o%d-%d Contact=c%d\n", i, j, i)
		}
		fmt.Fprintf(&records, "Contact c%d\n", i)
	}
	f := newFixture(t, evaltest.Model("M", "contact", conditions...), records.String())
	for how, source := range map[string]traverse.Source{"lent": f.data, "fetched": f.fetched()} {
		var kept []*eval.Explanation
		var out eval.Outcomes
		for batch := range slices.Chunk(ids, 7) {
			if err := f.program.Run(t.Context(), source, batch, new(options["counts"]), &out); err != nil {
				t.Fatal(err)
			}
			for i := range batch {
				kept = append(kept, out.Models(i)[0].Explained)
			}
			out.Forget()
		}
		for i, e := range kept {
			sum, n := int64(0), 0
			for c := range e.All() {
				if want := fmt.Sprint(n + 1); c.Condition != want {
					t.Fatalf("%s: condition %s comes where %s belongs", how, c.Condition, want)
				}
				sum, n = sum+c.Score, n+1
			}
			if want := int64(i%30 + 100 + 1000); sum != want || n != len(conditions) {
				t.Errorf("%s: lead %d has %d contributions of %d, want %d", how, i, n, sum, want)
			}
		}
		if err := f.program.Run(t.Context(), source, ids[:1], new(options["lists"]), &out); err != nil {
			t.Fatal(err)
		}
		for _, e := range []*eval.Explanation{kept[0], out.Models(0)[0].Explained} {
			for stop := range conditions { // whether it was counted over columns or by routes
				n := 0
				for range e.All() {
					if n++; n > stop {
						break
					}
				}
				if n != stop+1 {
					t.Errorf("%s: %d contributions come before a break, want %d", how, n, stop+1)
				}
			}
		}
	}
}

// TestNoModel checks that a program of no models asks for nothing.
func TestNoModel(t *testing.T) {
	p := newFixture(t, "", people).program
	if got := p.Needs(); len(got) != 0 {
		t.Errorf("%d needs", len(got))
	}
	if got, want := p.Plan(), "0 conditions left to counting routes\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestUnmetString checks the text of an Unmet.
func TestUnmetString(t *testing.T) {
	for _, test := range []struct {
		unmet eval.Unmet
		want  string
	}{
		{eval.Unmet{Rule: `City = "A"`, Entity: "Contact", ID: "c", Value: "B ", Kind: "text"}, `City = "A": Contact "c" has "B "`},
		{eval.Unmet{Rule: `City = "A"`, Entity: "Contact", ID: "\u00a0c", Value: "\u0410 B"}, `City = "A": Contact "\u00a0c" has "А B"`},
		{eval.Unmet{Rule: `Fee > 3`, Entity: "Contact", ID: "c", Value: "2.5", Kind: "number"}, `Fee > 3: Contact "c" has 2.5`},
		{eval.Unmet{Rule: `since 2026-01-01`, Entity: "Visit", ID: "v", Value: "2025-12-31", Kind: "date"}, `since 2026-01-01: Visit "v" has 2025-12-31`},
		{eval.Unmet{Rule: `City = "A"`, Entity: "Contact", ID: "c"}, `City = "A": Contact "c" has nothing`},
	} {
		if got := test.unmet.String(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// TestPlansAtTheSameTime checks, with the race detector, that the plans that are made
// when they are first wanted can be made while others run.
func TestPlansAtTheSameTime(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact",
		`each EmailOpened score +1`,
		`each Lead.ParentContact.ParentAccount.Contacts score +10`), people)
	var running sync.WaitGroup
	for _, opts := range options {
		for _, source := range []traverse.Source{f.data, f.fetched()} {
			running.Go(func() {
				var out eval.Outcomes
				if err := f.program.Run(t.Context(), source, []string{"ada-lead"}, &opts, &out); err != nil || out.Errs[0] != nil {
					t.Error(err, out.Errs)
				}
			})
		}
	}
	running.Wait()
}
