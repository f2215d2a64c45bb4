package follow_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/follow"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/internal/points"
)

// rules have a model for each kind of what is watched.
var rules = strings.Join([]string{
	evaltest.Model("Plain", "contact",
		"each EmailOpened within last 10 days score +1", "each WebsiteVisited score +100", "at least 2 EmailOpened within last 1 month score +1000",
		"none EmailOpened between 5 and 2 days ago score +10000", "each EmailOpened since 2026-03-20 where EmailName = \"May\" score +100000"),
	evaltest.Model("Dates", "contact",
		"has Lead where CreatedOn within last 1 month score +1", "has Lead.ParentContact where Birthday within next 3 days score +10",
		"each EmailOpened where Contact.CreatedOn older than 2 weeks score +100"),
	evaltest.Model("Ages", "contact",
		"each EmailOpened halving every 3 days score +1000", "has EmailOpened losing 30% every 1 week score +1000",
		"every 2 days without Interaction score -1 down to -20", "each WebsiteVisited up to 2 per day fading over 5 days score +7"),
	evaltest.Model("Routes", "contact",
		"same EmailName { has EmailOpened within last 10 days none EmailOpened within last 1 day } score +1", "at least 2 EmailOpened within any 3 days score +10",
		"each EmailOpened within last 20 days once per EmailName score +100"),
	`model "Parts" {
    target contact
    active from 2026-03-10 to 2026-05-20
    audience { has EmailOpened within last 20 days }
    dimension "D" {
        active from 2026-04-01
        limit up to 3
        condition "C" { each EmailOpened within last 30 days score +1 }
        grade "G" from 0
    }
    sales ready when score >= 2
}
`,
}, "")

// outcomes returns what a follower says of each model.
func outcomes(f *follow.Follower, models []*plan.Model) string {
	var b strings.Builder
	for i := range models {
		o := f.Outcome(i)
		fmt.Fprintf(&b, "%d %d", i, o.State)
		if o.State == follow.Scored {
			fmt.Fprintf(&b, " %d %t %v", o.Score, o.SalesReady, o.Dimensions)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestFollow: what a follower comes to is what another one begins with, as of the same
// instant, and as of any instant before the next.
func TestFollow(t *testing.T) {
	models := evaltest.Models(t, rules)
	p := plan.NewRoutes(models)
	var programs []*points.Program
	for _, m := range models {
		programs = append(programs, points.ProgramOf(m))
	}
	var first, fresh follow.Follower // used again and again
	changes := 0
	rapid.Check(t, func(t *rapid.T) {
		day := func(label string) string {
			at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 80*24*3600).Draw(t, label)) * time.Second)
			return at.Truncate(rapid.SampledFrom([]time.Duration{time.Second, 24 * time.Hour}).Draw(t, "exact")).Format(time.RFC3339)
		}
		records := "Lead l ParentContact=c CreatedOn=" + day("lead") + "\nContact c CreatedOn=" + day("contact") + " Birthday=" + day("birthday")[:10] + "\n"
		for i := range rapid.IntRange(0, 6).Draw(t, "records") {
			records += fmt.Sprintf("EmailOpened o%d Contact=c EmailName=%s", i, rapid.SampledFrom([]string{"May", "June"}).Draw(t, "name"))
			if rapid.IntRange(0, 9).Draw(t, "dated") > 0 {
				records += " Timestamp=" + day("opened")
			}
			records += fmt.Sprintf("\nWebsiteVisited v%d Contact=c Timestamp=%s\n", i, day("visited"))
		}
		data := evaltest.Data(t, models[0].Schema, records)
		from := time.Date(2026, 3, rapid.IntRange(1, 60).Draw(t, "from"), 0, 0, 0, 0, time.UTC)
		to := from.AddDate(0, 0, rapid.IntRange(0, 100).Draw(t, "days"))
		var batch fetch.Batch
		if err := batch.Load(t.Context(), p, data, []string{"l"}, to, fetch.Options{Since: from}); err != nil {
			t.Fatal(err)
		}
		as := func(f *follow.Follower, asOf time.Time) string {
			var w walk.Walker
			f.Begin(t.Context(), &batch, &w, p, programs, &batch.Leads[0], asOf, to)
			return outcomes(f, p.Models)
		}
		var w walk.Walker
		first.Begin(t.Context(), &batch, &w, p, programs, &batch.Leads[0], from, to)
		last := from
		state := outcomes(&first, p.Models)
		for {
			at, changed, err := first.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			end := to.Add(time.Microsecond)
			if at != math.MaxInt64 {
				end = time.UnixMicro(at)
			}
			between := last.Add(time.Duration(rapid.Int64Range(0, end.Sub(last).Microseconds()-1).Draw(t, "between")) * time.Microsecond)
			for _, asOf := range []time.Time{between, end.Add(-time.Microsecond)} {
				if got := as(&fresh, asOf); got != state {
					t.Fatalf("as of %v, and until %v,\n%sbut as of %v\n%s%s", last, end, state, asOf, got, records)
				}
			}
			if at == math.MaxInt64 {
				return
			}
			changes++
			next := outcomes(&first, p.Models)
			if next == state || len(changed) == 0 {
				t.Fatalf("nothing changes as of %v: %v", end, changed)
			}
			first.Moved() // as fresh has set the instant of the batch
			last, state = end, next
			if got := as(&fresh, end); got != state {
				t.Fatalf("as of %v\n%sbut\n%s%s", end, state, got, records)
			}
			first.Moved()
		}
	})
	t.Logf("%d changes", changes)
	if changes == 0 {
		t.Error("nothing changes")
	}
}

// TestEnds: following ends with the context.
func TestEnds(t *testing.T) {
	models := evaltest.Models(t, evaltest.Model("M", "contact", "each EmailOpened score +1"))
	p := plan.NewRoutes(models)
	data := evaltest.Data(t, models[0].Schema, "Lead l ParentContact=c\nEmailOpened o Contact=c Timestamp=2026-05-01\n")
	from := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	var batch fetch.Batch
	if err := batch.Load(t.Context(), p, data, []string{"l"}, evaltest.AsOf, fetch.Options{Since: from}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var f follow.Follower
	var w walk.Walker
	f.Begin(ctx, &batch, &w, p, []*points.Program{points.ProgramOf(models[0])}, &batch.Leads[0], from, evaltest.AsOf)
	cancel()
	if _, _, err := f.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
