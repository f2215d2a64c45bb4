package reference

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/traverse"
)

// A failer is a test, or a case of a property.
type failer interface {
	Fatalf(format string, args ...any)
}

// scoresAlone means no explanation, where another number means one with at most so
// many occurrences of each condition.
const scoresAlone = -1

// compareAll scores leads with both evaluators, explained in each of the ways that
// explain lists, and fails if they differ. It returns the results of the reference.
func compareAll(t failer, set *leadscore.Set, file *dsl.File, schema *traverse.Schema, data Data, leads []string,
	source leadscore.Source, asOf time.Time, explain []int, options ...leadscore.Option,
) (all []Result) {
	type answer struct {
		results []Result
		err     error
	}
	answers := map[string]answer{}
	for _, id := range leads {
		if _, ok := answers[id]; !ok {
			results, err := Score([]*dsl.File{file}, schema, data, id, asOf)
			answers[id] = answer{results, err}
			all = append(all, results...)
		}
	}
	options = append(options, leadscore.AsOf(asOf))
	for _, occurrences := range explain {
		opts := slices.Clip(options)
		if occurrences != scoresAlone {
			opts = append(opts, leadscore.Explain(occurrences))
		}
		reference := func(id string) ([]Result, error) { return answers[id].results, answers[id].err }
		compareOnce(t, set, leads, source, occurrences, reference, opts...)
		if occurrences == scoresAlone {
			compareColumns(t, set, leads, source, reference, opts...)
		}
	}
	return all
}

// compareColumns compares the scores that a set writes into columns, which have held those
// of other leads.
func compareColumns(t failer, set *leadscore.Set, leads []string, source leadscore.Source, reference func(id string) ([]Result, error), options ...leadscore.Option) {
	var scores leadscore.Scores
	for _, leads := range [][]string{leads[len(leads)/2:], leads} {
		if err := set.ScoreInto(context.Background(), leads, source, &scores, options...); err != nil {
			t.Fatalf("in columns: %v", err)
		}
	}
	if scores.Len() != len(leads) {
		t.Fatalf("%d leads in columns, of %d", scores.Len(), len(leads))
	}
	for i, lead := range leads {
		want, wantErr := reference(lead)
		if err := scores.Err(i); !sameError(wantErr, err) {
			t.Fatalf("lead %q in columns: error %v, want %v", lead, err, wantErr)
		}
		for j, w := range want {
			r := scores.Result(i, j)
			compareResults(t, w, r, scoresAlone)
			if status, score := scores.Status(j)[i], scores.Score(j)[i]; status != r.Status || score != r.Score {
				t.Fatalf("lead %q: %v and %d in columns, and the result is %v", lead, status, score, r)
			}
		}
	}
}

// sameError reports whether the engine has the error of the reference, or none if that has
// none.
func sameError(reference, engine error) bool {
	if _, ok := errors.AsType[*UnknownModel](reference); ok {
		return errors.Is(engine, leadscore.ErrUnknownModel)
	}
	return (reference != nil) == errors.Is(engine, leadscore.ErrNoLead) && (reference != nil || engine == nil)
}

func compareOnce(t failer, set *leadscore.Set, leads []string, source leadscore.Source, occurrences int,
	reference func(id string) ([]Result, error), options ...leadscore.Option,
) {
	i := 0
	for got, err := range set.ScoreAll(context.Background(), leadscore.IDs(leads...), source, options...) {
		if i >= len(leads) || got.Lead != leads[i] {
			t.Fatalf("result %d is lead %q of %q", i, got.Lead, leads)
		}
		want, wantErr := reference(got.Lead)
		i++
		if wantErr != nil {
			if !sameError(wantErr, err) {
				t.Fatalf("lead %q: error %v, want %v", got.Lead, err, wantErr)
			}
			continue
		}
		if err != nil || len(got.Results) != len(want) {
			t.Fatalf("lead %q: %d results, error %v, want %d", got.Lead, len(got.Results), err, len(want))
		}
		ready := false
		for j, w := range want {
			ready = ready || w.SalesReady
			g := got.Results[j]
			if occurrences > 0 {
				g = compareDetailed(t, g)
			}
			compareResults(t, w, g, occurrences)
			if occurrences != scoresAlone && g.Status == leadscore.Scored {
				addsUp(t, g)
			}
			ofSet := g.Status == leadscore.Stopped || g.Status == leadscore.NoModel || g.Status == leadscore.NotChosen
			if occurrences != scoresAlone && !ofSet { // a model gives the same result alone as in the set
				alone, err := set.Models()[j].Score(context.Background(), got.Lead, source, options...)
				if err == nil && occurrences > 0 {
					alone, err = alone.Detailed(context.Background())
				}
				if err != nil || !alone.Equal(g) {
					t.Fatalf("lead %s: alone (+) it is another result than in the set (-): %v\n%s", got.Lead, err, cmp.Diff(g, alone))
				}
			}
		}
		// "In a set, a lead is sales-ready as soon as any model says so."
		if got.SalesReady != ready {
			t.Fatalf("lead %q: sales ready %v in the set, want %v", got.Lead, got.SalesReady, ready)
		}
	}
	if i != len(leads) {
		t.Fatalf("%d results for %d leads", i, len(leads))
	}
}

// compareDetailed returns a result with all lists. It checks that without them the result
// says the same, and that those of one condition are the same if they are read alone.
func compareDetailed(t failer, r leadscore.Result) leadscore.Result {
	all, err := r.Detailed(context.Background())
	if err != nil || r.Moved() {
		t.Fatalf("lead %s: lists: %v, moved: %t", r.Lead, err, r.Moved())
	}
	full := slices.Collect(all.Contributions())
	some, chosen := r, -1
	if len(full) > 0 {
		chosen = len(r.Lead) % len(full)
		if some, err = r.Detailed(context.Background(), full[chosen].Condition); err != nil {
			t.Fatalf("lead %s: lists of %q: %v", r.Lead, full[chosen].Condition, err)
		}
	}
	bare, alone := slices.Collect(r.Contributions()), slices.Collect(some.Contributions())
	for i := range full {
		without := withoutLists(full[i])
		want := without
		if full[i].Condition == full[chosen].Condition {
			want = full[i]
		}
		if len(bare) != len(full) || !bare[i].Equal(without) || !alone[i].Equal(want) {
			t.Fatalf("lead %s: before lists are read\n%+v\nwith those of %q\n%+v\nwith all\n%+v", r.Lead, bare, full[chosen].Condition, alone[i], full[i])
		}
	}
	if a, b := r.Audience(), all.Audience(); a != nil || b != nil {
		if !a.Equal(&eval.Audience{Children: withoutLists(eval.Contribution{Children: b.Children}).Children, Blocks: b.Blocks}) {
			t.Fatalf("lead %s: the audience is %+v, and with lists %+v", r.Lead, a, b)
		}
	}
	return all
}

// withoutLists returns a contribution as it is before lists are read.
func withoutLists(c eval.Contribution) eval.Contribution {
	c.Children = slices.Clone(c.Children)
	for i := range c.Children {
		ch := &c.Children[i]
		ch.Occurrences, ch.Next, ch.Full, ch.Nearest, ch.Missing = nil, time.Time{}, nil, nil, nil
	}
	return c
}

// addsUp checks that the exact sum of the contributions, clamped, is the score, or that the
// lines of the ledger add up to it.
func addsUp(t failer, r leadscore.Result) {
	if r.Structured() {
		sum := new(big.Int)
		for l := range r.Ledger() {
			sum.Add(sum, l.Amount)
		}
		if sum.Cmp(big.NewInt(r.Score)) != 0 {
			t.Fatalf("the lines add up to %d, and the score is %d", sum, r.Score)
		}
		return
	}
	sum := new(big.Int)
	for c := range r.Contributions() {
		if c.Multiplier == math.MaxUint64 {
			return // or more: the contribution does not show it
		}
		sum.Add(sum, new(big.Int).Mul(new(big.Int).SetUint64(c.Multiplier), big.NewInt(c.Points)))
	}
	if clamped := Clamp(sum); clamped != r.Score {
		t.Fatalf("contributions add up to %d, and the score is %d", clamped, r.Score)
	}
}

func head(model, lead, status string, score int64, grade string, ready bool) string {
	return fmt.Sprintf("%s, lead %s: %s %d %q ready=%v\n", model, lead, status, score, grade, ready)
}

// compareResults compares two results in every field: their contributions and ledgers, too,
// unless only the scores are asked for.
func compareResults(t failer, want Result, got leadscore.Result, occurrences int) {
	a, b := headOfReference(want), headOfEngine(got)
	if a == b && occurrences != scoresAlone {
		a, b = a+partsOfReference(want, got), b+partsOfEngine(got)
	}
	if a == b && occurrences > 0 {
		compareListed(t, want, got, occurrences)
	}
	if a != b {
		t.Fatalf("lead %s (-reference +engine):\n%s\nthe reference in full:\n%s", want.Lead, cmp.Diff(strings.Split(a, "\n"), strings.Split(b, "\n")), reportLayered(want))
	}
}

// compareListed compares what is told of the children of conditions: the occurrences, what
// kept others from counting, and what is missing.
func compareListed(t failer, want Result, got leadscore.Result, occurrences int) {
	i := 0
	for c := range got.Contributions() {
		w := want.Contributions[i]
		i++
		if w.Row == nil {
			compareChildren(t, want.Lead, w.Children, c.Children, c.Blocks, occurrences)
		}
	}
	if want.Audience != nil {
		compareChildren(t, want.Lead, want.Audience.Children, got.Audience().Children, got.Audience().Blocks, occurrences)
	}
}

// compareChildren does that for the children of one condition, or of an audience.
func compareChildren(t failer, lead string, want []Child, got []eval.ChildResult, blocks []eval.BlockResult, occurrences int) {
	left := occurrences
	for k, ch := range got {
		wc := want[k]
		var listed []string
		for _, o := range ch.Occurrences {
			listed = append(listed, fmt.Sprintf("      %s %s %s ×%d\n", o.Entity, o.ID, o.Time.UTC().Format(time.RFC3339Nano), o.Routes))
		}
		if inSame(blocks, k) {
			left -= len(listed)
			continue
		}
		lines := occurrenceLines(wc.Routes)
		lines = lines[:min(left, len(lines))]
		left -= len(listed)
		if !slices.Equal(lines, listed) {
			t.Fatalf("lead %s: %s: occurrences (-reference +engine):\n%s", lead, ch.Rule, cmp.Diff(lines, listed))
		}
		var unmet []string
		for _, u := range ch.Nearest {
			unmet = append(unmet, u.Rule)
		}
		if wc.TooFew && len(wc.Nearest) > 0 {
			if !slices.ContainsFunc(wc.Nearest, func(o []string) bool { return slices.Equal(o, unmet) }) {
				t.Fatalf("%s: %q is reported as unmet, want one of %q", ch.Rule, unmet, wc.Nearest)
			}
		} else if unmet != nil {
			t.Fatalf("%s: %q is reported as unmet, and nothing is unmet", ch.Rule, unmet)
		}
		full, found := 0, uint64(0)
		if f := ch.Full; f != nil {
			full, found = f.Others+1, f.Found
		}
		if full != wc.Full || found != uint64(wc.Found) {
			t.Fatalf("lead %s: %s: %d values are full, one with %d occurrences, want %d, %d", lead, ch.Rule, full, found, wc.Full, wc.Found)
		}
		if missing := missingOf(ch); !slices.Equal(wc.Missing, missing) {
			t.Fatalf("lead %s: %s: missing\n%+v, want\n%+v", lead, ch.Rule, missing, wc.Missing)
		}
	}
}

func headOfReference(r Result) string {
	var b strings.Builder
	b.WriteString(head(r.Model, r.Lead, r.Status, r.Score, r.Grade, r.SalesReady))
	fmt.Fprintf(&b, "  label %q\n", r.Label)
	for _, d := range r.Dimensions {
		fmt.Fprintf(&b, "  dimension %s: %d %q\n", d.Name, d.Score, d.Grade)
	}
	return b.String()
}

func headOfEngine(r leadscore.Result) string {
	var b strings.Builder
	b.WriteString(head(r.Model, r.Lead, r.Status.String(), r.Score, r.Grade, r.SalesReady))
	label, _ := r.Label()
	fmt.Fprintf(&b, "  label %q\n", label)
	for _, d := range r.Dimensions() {
		fmt.Fprintf(&b, "  dimension %s: %d %q\n", d.Name, d.Score, d.Grade)
	}
	return b.String()
}

// partsOfReference writes contributions and the ledger as partsOfEngine does. The
// reference counts what a row asks for in another way.
func partsOfReference(r Result, engine leadscore.Result) string {
	var b strings.Builder
	i := 0
	theirs := slices.Collect(engine.Contributions())
	for _, c := range r.Contributions {
		fmt.Fprintf(&b, "  %s: %s × %d = %d taken=%v\n", c.Condition, c.Multiplier.RatString(), c.Points, Clamp(c.Score), c.holds())
		if c.Row == nil {
			var blocks []eval.BlockResult
			if i < len(theirs) {
				blocks = theirs[i].Blocks
			}
			childrenOfReference(&b, &c, blocks)
		}
		i++
	}
	if a := engine.Audience(); r.Audience != nil {
		b.WriteString("  audience\n")
		childrenOfReference(&b, r.Audience, a.Blocks)
	}
	if engine.Structured() {
		for _, l := range r.Ledger {
			fmt.Fprintf(&b, "  line %s %q: %d\n", l.Kind, l.Name, l.Amount)
		}
	}
	return b.String()
}

// childrenOfReference writes children and blocks as childrenOfEngine does. blocks are those
// of the engine.
func childrenOfReference(b *strings.Builder, c *Contribution, blocks []eval.BlockResult) {
	for k, ch := range c.Children {
		if inSame(blocks, k) {
			continue
		}
		weight := ""
		if ch.Weight != nil {
			weight = ch.Weight.RatString()
		}
		fmt.Fprintf(b, "    %q %s: %d %q %v\n", ch.Label, ch.Rule, saturate(ch.Count), weight, ch.Holds)
	}
	for _, block := range c.Blocks {
		n := new(big.Int)
		if block.Count != nil {
			n = block.Count
		}
		fmt.Fprintf(b, "    %q block: %d %v\n", block.Label, n, block.Holds)
	}
}

func childrenOfEngine(b *strings.Builder, children []eval.ChildResult, blocks []eval.BlockResult) {
	for k, ch := range children {
		if !inSame(blocks, k) {
			fmt.Fprintf(b, "    %q %s: %d %q %v\n", ch.Label, ch.Rule, ch.Count, ch.Weight, ch.Holds)
		}
	}
	for _, block := range blocks {
		fmt.Fprintf(b, "    %q block: %d %v\n", block.Label, block.Count, block.Holds)
	}
}

func partsOfEngine(r leadscore.Result) string {
	var b strings.Builder
	for c := range r.Contributions() {
		times := fmt.Sprint(c.Multiplier)
		if c.Fraction != "" {
			times = c.Fraction
		}
		fmt.Fprintf(&b, "  %s: %s × %d = %d taken=%v\n", c.Condition, times, c.Points, c.Score, c.Taken())
		if c.Row != "" {
			continue
		}
		childrenOfEngine(&b, c.Children, c.Blocks)
	}
	if a := r.Audience(); a != nil {
		b.WriteString("  audience\n")
		childrenOfEngine(&b, a.Children, a.Blocks)
	}
	if r.Structured() {
		for l := range r.Ledger() {
			name := r.Model
			switch {
			case l.Kind == "condition":
				name = l.Condition
			case len(l.In) > 0:
				name = l.In[len(l.In)-1].Name
			}
			fmt.Fprintf(&b, "  line %s %q: %d\n", l.Kind, name, l.Amount)
		}
	}
	return b.String()
}

// inSame reports whether a child is in a block `same`, where its own count means nothing.
func inSame(blocks []eval.BlockResult, child int) bool {
	return slices.ContainsFunc(blocks, func(b eval.BlockResult) bool {
		return strings.HasPrefix(b.Rule, "same ") && b.First <= child && child < b.First+b.Children
	})
}

// missingOf returns what the engine says is missing, as the reference has it.
func missingOf(ch eval.ChildResult) []Missing {
	var list []Missing
	for _, m := range ch.Missing {
		list = append(list, Missing{Reason: string(m.Reason), Path: m.Path, Entity: m.Entity, Reference: m.Reference, Count: m.Count, ID: m.ID, When: m.When})
	}
	return list
}

func saturate(n *big.Int) uint64 {
	if n.IsUint64() {
		return n.Uint64()
	}
	return math.MaxUint64
}

// occurrenceLines lists the records that date the routes, by time, entity and id.
func occurrenceLines(routes [][]Stop) []string {
	count := map[*Record]int{}
	at := map[*Record]time.Time{}
	var stops []Stop
	for _, route := range routes {
		stop := Dated(route)
		if count[stop.Record]++; count[stop.Record] == 1 {
			stops = append(stops, stop)
			if f, ok := stop.Entity.Dated(); ok {
				at[stop.Record] = stop.Record.Values[f.Name].Time()
			}
		}
	}
	slices.SortFunc(stops, func(a, b Stop) int {
		if c := at[a.Record].Compare(at[b.Record]); c != 0 {
			return c
		}
		if c := strings.Compare(a.Entity.Name(), b.Entity.Name()); c != 0 {
			return c
		}
		return strings.Compare(a.Record.ID, b.Record.ID)
	})
	var lines []string
	for _, s := range stops {
		lines = append(lines, fmt.Sprintf("      %s %s %s ×%d\n", s.Entity.Name(), s.Record.ID,
			at[s.Record].UTC().Format(time.RFC3339Nano), count[s.Record]))
	}
	return lines
}
