package reference

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/traverse"
)

// TestEngineMatchesReferenceSecondLayer draws models of the second layer, and compares
// results in every field.
func TestEngineMatchesReferenceSecondLayer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		compareLayered(t, (*generator).layeredRules, (*generator).layeredData)
	})
}

// TestEngineMatchesReferenceSecondLayerAtEdges draws conditions with one child or block
// each, and many records around every edge.
func TestEngineMatchesReferenceSecondLayerAtEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		compareLayered(t, (*generator).layeredSharpRules, (*generator).layeredSharpData)
	})
}

func compareLayered(t *rapid.T, drawRules func(*generator) string, drawData func(*generator) Data) {
	g := &generator{T: t}
	schemaText := g.schemaText()
	schema, err := leadscore.ParseSchema("schema.score", schemaText, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, schemaText)
	}
	g.schema = schema
	g.setting()
	rules := drawRules(g)
	t.Logf("as of %s\n%s", g.asOf.Format(time.RFC3339Nano), rules)
	defer time.AfterFunc(time.Minute, func() { panic("no end in sight:\n" + rules) }).Stop()

	file, problems := dsl.Parse("model.score", rules, dsl.Limits{})
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: rules}})
	if err != nil {
		t.Fatal(err)
	}
	g.collectEdges(file)
	data := drawData(g)
	t.Logf("%s%s", schemaText, describe(data))

	leads := []string{"nobody"}
	for _, r := range data[traverse.Lead] {
		leads = append(leads, r.ID)
	}
	options := []leadscore.Option{
		leadscore.AsOf(g.asOf), leadscore.Batch(pick(g, "batch", 256, 1, 2, 3)), leadscore.Workers(pick(g, "workers", 1, 1, 2)),
	}
	source := g.source(schema, data)
	told := pick(g, "occurrences", 100, 1, 3)
	for _, occurrences := range []int{scoresAlone, 0, told} {
		opts := slices.Clip(options)
		if occurrences != scoresAlone {
			opts = append(opts, leadscore.Explain(occurrences))
		}
		for got, err := range set.ScoreAll(context.Background(), leadscore.IDs(leads...), source, opts...) {
			want, wantErr := Score([]*dsl.File{file}, schema, data, got.Lead, g.asOf)
			if wantErr != nil {
				if !errors.Is(err, leadscore.ErrNoLead) {
					t.Fatalf("lead %q: error %v, want %v", got.Lead, err, wantErr)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			ready := false
			for i, w := range want {
				ready = ready || w.SalesReady
				compareStructured(t, w, got.Results[i], occurrences)
				alone, err := set.Models()[i].Score(context.Background(), got.Lead, source, opts...)
				if err != nil || !alone.Equal(got.Results[i]) {
					t.Fatalf("model %s alone gives another result for lead %q: %v", w.Model, got.Lead, err)
				}
			}
			if got.SalesReady != ready {
				t.Fatalf("lead %q: sales ready %v in the set, want %v", got.Lead, got.SalesReady, ready)
			}
		}
	}
}

// compareStructured compares two results: their contributions and ledgers, too, unless
// only the scores are asked for.
func compareStructured(t failer, want Result, got leadscore.Result, occurrences int) {
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
		if w.Row != nil {
			continue
		}
		left := occurrences
		for k, ch := range c.Children {
			wc := w.Children[k]
			var listed []string
			for _, o := range ch.Occurrences {
				listed = append(listed, fmt.Sprintf("      %s %s %s ×%d\n", o.Entity, o.ID, o.Time.UTC().Format(time.RFC3339Nano), o.Routes))
			}
			if inSame(c.Blocks, k) {
				left -= len(listed)
				continue
			}
			lines := occurrenceLines(wc.Routes)
			lines = lines[:min(left, len(lines))]
			left -= len(listed)
			if diff := cmp.Diff(lines, listed, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("lead %s: %s: occurrences (-reference +engine):\n%s", want.Lead, ch.Rule, diff)
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
			if diff := cmp.Diff(wc.Missing, missingOf(ch), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Missing{})); diff != "" {
				t.Fatalf("lead %s: %s: missing (-reference +engine):\n%s", want.Lead, ch.Rule, diff)
			}
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
			for k, ch := range c.Children {
				if i < len(theirs) && inSame(theirs[i].Blocks, k) {
					continue
				}
				weight := ""
				if ch.Weight != nil {
					weight = ch.Weight.RatString()
				}
				fmt.Fprintf(&b, "    %q %s: %d %q %v\n", ch.Label, ch.Rule, saturate(ch.Count), weight, ch.Holds)
			}
			for _, block := range c.Blocks {
				n := new(big.Int)
				if block.Count != nil {
					n = block.Count
				}
				fmt.Fprintf(&b, "    %q block: %d %v\n", block.Label, n, block.Holds)
			}
		}
		i++
	}
	if engine.Structured() {
		for _, l := range r.Ledger {
			fmt.Fprintf(&b, "  line %s %q: %d\n", l.Kind, l.Name, l.Amount)
		}
	}
	return b.String()
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
		for k, ch := range c.Children {
			if !inSame(c.Blocks, k) {
				fmt.Fprintf(&b, "    %q %s: %d %q %v\n", ch.Label, ch.Rule, ch.Count, ch.Weight, ch.Holds)
			}
		}
		for _, block := range c.Blocks {
			fmt.Fprintf(&b, "    %q block: %d %v\n", block.Label, block.Count, block.Holds)
		}
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
