package columnar

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// drawTallied draws a child with a cap, a burst or a decay, and the points of its
// condition.
func drawTallied(t *rapid.T) string {
	c := drawChild(t, 2, true)
	pick := func(list ...string) string { return rapid.SampledFrom(list).Draw(t, "pick") }
	caps := []string{"", "once per day", "up to 2 per week", "once per month", "up to 3 per year", "once per Contact", "up to 2 per Timestamp", "once per hour"}
	if c.kind != "Interaction" {
		caps = append(caps, "once per EmailName", "up to 2 per CustomerJourney", "once per EmailName", "once per EmailName")
	}
	if !strings.Contains(c.kind, " or ") {
		caps = append(caps, "up to 2 per "+c.kind)
	}
	limit := pick(caps...)
	switch rapid.IntRange(0, 4).Draw(t, "form") {
	case 4:
		return drawSame(t) + " score +3"
	case 0: // a burst
		c.frequency = points.Frequency{Min: 3}
		c.extra = "within any " + pick("1 day", "2 days", "1 week", "30 minutes")
	case 1: // a decay
		c.frequency = rapid.SampledFrom([]points.Frequency{{Each: true}, {Each: true}, {Min: 1}}).Draw(t, "counts")
		decay := pick("halving every 1 day", "halving every 1 month", "losing 30% every 3 days", "fading over 10 days", "losing 100% every 1 week")
		c.extra = strings.TrimSpace(limit + " " + decay)
		return strings.Replace(c.String(), "at least 1 ", "has ", 1) + " score +7"
	case 2:
		text := c.String()
		_, rest, _ := strings.Cut(text, c.kind)
		return fmt.Sprintf("every %s without %s%s score -5 down to -%s", pick("1 day", "3 days", "1 month"), c.kind, rest, pick("50", "500"))
	default:
		c.extra = limit
		if rapid.Bool().Draw(t, "every") {
			c.frequency = points.Frequency{Each: true, Every: 2}
		}
	}
	return c.String() + " score +3 up to +9"
}

// drawSame draws a block of which the values count. Its first child needs a record.
func drawSame(t *rapid.T) string {
	pick := func(list ...string) string { return rapid.SampledFrom(list).Draw(t, "pick") }
	text := "same " + pick("EmailName", "EmailName", "Contact", "Timestamp", "CustomerJourney") + " {"
	for i := range rapid.IntRange(1, 3).Draw(t, "children") {
		c := drawChild(t, 2, true)
		c.kind = pick("EmailOpened", "EmailClicked", bothKinds)
		c.frequency = points.Frequency{Min: rapid.Uint64Range(1, 3).Draw(t, "min")}
		if i > 0 && rapid.Bool().Draw(t, "at most") {
			c.frequency = points.Frequency{Max: rapid.Uint64Range(0, 2).Draw(t, "max")}
		}
		if c.extra = pick("", "", "once per day", "up to 2 per CustomerJourney", "within any 2 days"); c.extra == "within any 2 days" {
			c.frequency = points.Frequency{Min: 2}
		}
		text += " " + c.String()
	}
	return text + " }"
}

// byRoutes is a condition that needs routes, so that the plan says where the counts of the
// others are.
const byRoutes = `has Lead.ParentAccount.Contacts score +1`

// TestTallies checks that the executor counts what a walk counts for structured models,
// with caps, bursts and decays.
func TestTallies(t *testing.T) {
	over, sames := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		rules := ""
		for i, target := range []string{"contact", "account", "lead", "lead with contact"} {
			conditions := []string{byRoutes}
			for range rapid.IntRange(1, 2).Draw(t, "conditions") {
				conditions = append(conditions, drawTallied(t))
			}
			rules += evaltest.Model(fmt.Sprint(i), target, conditions...)
		}
		data := evaltest.Data(t, traverse.Standard(), smallWorld)
		for i := range rapid.SampledFrom([]int{5, 30}).Draw(t, "emails") {
			e := drawEmail(t)
			e.add(t, data, i)
		}
		o, s := compareTallies(t, rules, data)
		over, sames = over+o, sames+s
	})
	if over == 0 || sames == 0 {
		t.Error("no condition was counted over columns")
	}
}

// TestTalliesOfMany is TestTallies for more records than are looked at together.
func TestTalliesOfMany(t *testing.T) {
	conditions := []string{
		byRoutes,
		`each EmailClicked up to 2 per EmailName where CustomerJourney = "x" score +1 up to +9`,
		`each EmailClicked up to 3 per day where CustomerJourney = "y" score +1 up to +9`,
		`at least 3 EmailClicked within any 2 days where EmailName = "b" score +1`,
		`each EmailClicked fading over 60 days where CustomerJourney = "y" score +1`,
		`has EmailClicked halving every 3 days where EmailName = "c" and CustomerJourney = "y" score +1`,
		`each EmailClicked once per EmailName losing 3% every 1 day where CustomerJourney = "x" score +1`,
		`same EmailName { at least 100 EmailClicked where CustomerJourney = "x" } score +1`,
	}
	rules := evaltest.Model("C", "contact", conditions...) + evaltest.Model("A", "account", conditions...) +
		evaltest.Model("L", "lead", conditions...) + evaltest.Model("W", "lead with contact", conditions...)
	data := evaltest.Data(t, traverse.Standard(), smallWorld)
	for i := range 4 * (2*atOnce + 3) {
		e := email{kind: "EmailClicked", contact: []string{"ada", "ada", "cleo", "ben"}[i%4], lead: []string{"ada-lead", "", "deal"}[i%3], days: i * i % 43}
		e.values = [4]string{string("abc"[i%7%3]), string("xy"[i%5%2])}
		e.add(t, data, i)
	}
	if over, _ := compareTallies(t, rules, data); over == 0 {
		t.Error("no condition was counted over columns")
	}
}

// compareTallies checks what the executor counts for structured models against what a walk
// counts. It returns for how many conditions it did, and for how many blocks.
func compareTallies(t evaltest.TB, rules string, data *memory.Source) (over, sames int) {
	routes := plan.NewRoutes(evaltest.Models(t, rules))
	x := New(plan.NewColumns(routes, false))
	var batch fetch.Batch
	ctx := context.Background()
	if err := batch.Load(ctx, routes, data, []string{"ada-lead", "ben-lead", "deal", "walk-in"}, evaltest.AsOf, fetch.Options{MaxKeys: 9}); err != nil {
		t.Fatalf("%v", err)
	}
	var w walk.Walker
	w.Begin(ctx, &batch)
	store := storeOf(data)
	err := store.Use(ctx, x.Layouts(), func() error {
		if !x.Bind(store) {
			t.Fatalf("the store lacks something")
		}
		x.SetAsOf(evaltest.AsOf)
		for i := range batch.Leads {
			l := &batch.Leads[i]
			kind, _ := x.Score(x.Find(l.ID))
			for j, m := range routes.Models {
				counted := x.plan.Counted[j]
				if !m.Scores(kind) || counted == nil {
					continue
				}
				for k := range m.Conditions {
					if counted.Conditions[k].ByRoutes {
						continue
					}
					over++
					got := x.AppendCounts(m.Target, nil, counted.Conditions[k].Slots)
					if c := &m.Conditions[k]; len(c.Sames) > 0 {
						if got, want := got[len(c.Children)], w.Same(c, &c.Sames[0], l); got.Clamp() != want.Clamp() {
							t.Fatalf("%s has %d values, want %d: %s", l.ID, got.Clamp(), want.Clamp(), rules)
						}
						sames++
						continue
					}
					ch := &m.Conditions[k].Children[0]
					want := w.Count(ch, l)
					if a := ch.Checked.Aging; a != nil && a.Kind != check.Without {
						want = w.Weigh(ch, l)
					}
					if got[0].Clamp() != want.Clamp() {
						t.Fatalf("%s counts %d, want %d: %s", l.ID, got[0].Clamp(), want.Clamp(), ch.Rule())
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return over, sames
}

// A lookedAt is a context that counts how often it is looked at.
type lookedAt struct {
	context.Context
	looks *int
}

func (c lookedAt) Err() error {
	*c.looks++
	return c.Context.Err()
}

// TestTalliesStop checks that the context is looked at while many records are listed and
// while tallies count, and that nothing of a lead that was given up reaches the next one.
func TestTalliesStop(t *testing.T) {
	const records, tallies = many + many/4, 7
	var conditions []string
	for i := range tallies {
		conditions = append(conditions, fmt.Sprintf("each EmailClicked up to %d per EmailName losing 100%% every 1 year score +1", i+1))
	}
	routes := plan.NewRoutes(evaltest.Models(t, evaltest.Model("M", "contact", append(conditions, byRoutes)...)))
	x := New(plan.NewColumns(routes, false))
	store := storeOf(evaltest.Data(t, traverse.Standard(), "Lead l ParentContact=c\n"+
		evaltest.Numbered(records, "EmailClicked", "e", "Contact=c EmailName=A Timestamp=2026-05-01")))
	err := store.Use(t.Context(), x.Layouts(), func() error {
		if !x.Bind(store) {
			t.Fatal("the store lacks something")
		}
		x.SetAsOf(evaltest.AsOf)
		score := func(ctx context.Context, work int) {
			x.Begin(ctx)
			defer x.End()
			x.stop.work = work
			x.Score(x.Find("l"))
		}
		looks := 0
		// The first look is when many records are listed. The last tally makes the second.
		score(lookedAt{t.Context(), &looks}, often-many*listing-records)
		if looks != 2 {
			t.Errorf("the context is looked at %d times, want 2", looks)
		}
		ended, end := context.WithCancel(t.Context())
		end()
		score(ended, often)
		score(t.Context(), 0)
		for i, c := range x.plan.Counted[0].Conditions[:tallies] {
			if got, want := x.Counts(plan.ContactBased)[c.Slots[0].Index], 100*uint64(i+1); got != want {
				t.Errorf("after a lead that was given up, condition %d counts %d, want %d", i, got, want)
			}
		}
		for i := range x.targets[plan.ContactBased].tallies.all {
			if n := cap(x.targets[plan.ContactBased].tallies.all[i].list); n > mostKept {
				t.Errorf("tally %d has memory for %d records", i, n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
