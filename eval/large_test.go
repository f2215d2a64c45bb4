package eval

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// TestLargeSums: the routes of a lead whose sums may not fit in 64 bits are counted.
// No rules that a file can hold, over data that memory can hold, come near it, so
// the limit is lowered.
func TestLargeSums(t *testing.T) {
	models := evaltest.Models(t, evaltest.Model("M", "contact",
		`each EmailOpened score +3`, `each EmailOpened where EmailName = "A" score +10`, `has Lead.ParentContact.Leads score +100`)+
		evaltest.Model("N", "account", `each EmailOpened score +1`)+
		evaltest.Model("S", "contact", `each EmailOpened score +3 up to +6`, `each EmailOpened where EmailName = "A" score +10`)+
		evaltest.Model("R", "contact", `each EmailOpened score +3 up to +6`, `has Lead.ParentContact.Leads score +100`))
	data := evaltest.Data(t, traverse.Standard(), `
		Contact c
		Lead few ParentContact=d
		Lead many ParentContact=c
		EmailOpened 0 Contact=c EmailName=a
		EmailOpened 1 Contact=c EmailName=A
		EmailOpened 2 Contact=c EmailName=b`)
	opts := Options{AsOf: time.Unix(0, 0), Keys: 10}
	ids := []string{"few", "many", "nobody", "many"}
	for how, source := range map[string]traverse.Source{"columns": data, "columns, explained": data, "rows": struct{ traverse.Source }{data}} {
		p := New(models)
		for _, c := range []*columnPlan{p.scores, p.explained} {
			targets := &c.planned().columns.Targets
			for i := range targets {
				targets[i].MaxRecords = 2
			}
		}
		opts.Explain = how == "columns, explained"
		var got Outcomes
		if err := p.Run(t.Context(), source, ids, &opts, &got); err != nil {
			t.Fatal(err)
		}
		for i, want := range []int64{0, 3*3 + 2*10 + 100, 0, 3*3 + 2*10 + 100} {
			failed, models := got.Errs[i], got.Models(i)
			if i == 2 {
				if failed == nil || failed.Err != ErrNoLead {
					t.Errorf("%s: %s: %v", how, ids[i], failed)
				}
			} else if failed != nil || models[0].Score != want || models[1].Status != NotTargeted {
				t.Errorf("%s: %s: %+v, %v, want %d", how, ids[i], models, failed, want)
			} else if scores := [2]int64{models[2].Score, models[3].Score}; want != 0 && scores != [2]int64{6 + 2*10, 6 + 100} {
				t.Errorf("%s: %s: scores of %v by structured models", how, ids[i], scores)
			} else if opts.Explain {
				var sum int64
				for c := range models[0].Explained.All() {
					sum += c.Score
				}
				if sum != want {
					t.Errorf("%s: %s: contributions of %d, want %d", how, ids[i], sum, want)
				}
			}
		}
	}
}

// TestClampLine: where 64 bits take something off a sum, a line says so, and all lines
// add up to the score.
func TestClampLine(t *testing.T) {
	huge := points.CountOf(math.MaxInt64)
	e := &Explanation{details: &details{walked: make([]Contribution, 2)}}
	for i := range e.details.walked {
		e.details.walked[i].sum(points.Whole(huge), points.Whole(huge).Worth(2))
	}
	sum := new(big.Int)
	var last Line
	for l := range e.Lines() {
		sum.Add(sum, l.Amount)
		last = l
	}
	if last.Kind != "clamp" || !sum.IsInt64() || sum.Int64() != math.MaxInt64 {
		t.Errorf("the lines add up to %v; the last is %+v", sum, last)
	}
}
