package reference

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// TestSecondLayerAddsUp draws models of the second layer, and checks that they compile,
// that the lines of each sum add up to it, and that "the order of records never matters".
func TestSecondLayerAddsUp(t *testing.T) {
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		if rapid.Bool().Draw(t, "sharp") {
			scoreLayered(t, seen, (*generator).layeredSharpRules, (*generator).layeredSharpData)
		} else {
			scoreLayered(t, seen, (*generator).layeredRules, (*generator).layeredData)
		}
	})
	for _, what := range slices.Sorted(maps.Keys(seen)) {
		t.Logf("%7d %s", seen[what], what)
	}
	for _, what := range []string{
		"status scored", "status not targeted", "sales ready", "a row taken", "a block that holds", "line limit", "line out of", "line weight",
	} {
		if seen[what] == 0 {
			t.Errorf("there was no %s: the property checks too little", what)
		}
	}
}

func scoreLayered(t *rapid.T, seen map[string]int, drawRules func(*generator) string, drawData func(*generator) Data) {
	g := newGenerator(t)
	rules := drawRules(g)
	file, problems := dsl.Parse("model.score", rules, dsl.Limits{})
	if problems.Err() != nil {
		t.Fatalf("%v\n%s", problems, rules)
	}
	if _, _, problems := check.Files(g.schema, file); problems.Err() != nil {
		t.Fatalf("%v\n%s", problems, rules)
	}
	g.collectEdges(file)
	data := drawData(g)
	t.Logf("as of %s\n%s%s%s", g.asOf.Format(time.RFC3339Nano), rules, g.schemaText, described(data))
	shuffled := g.shuffled(data)
	for _, lead := range data[traverse.Lead] {
		results, err := Score([]*dsl.File{file}, g.schema, data, lead.ID, g.asOf)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Score([]*dsl.File{file}, g.schema, shuffled, lead.ID, g.asOf)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range results {
			if err := r.addsUp(); err != nil {
				t.Fatalf("lead %s: %v\n%s", lead.ID, err, reportLayered(r))
			}
			if a, b := reportLayered(r), reportLayered(again[i]); a != b {
				t.Fatalf("with records in another order\n%sin place of\n%s", b, a)
			}
			r.count(seen)
		}
	}
}

// addsUp returns an error if the lines of a ledger do not add up to a score of r.
func (r *Result) addsUp() error {
	sums := map[string]*big.Int{"": new(big.Int)}
	for _, d := range r.Dimensions {
		sums[d.Name] = new(big.Int)
	}
	for _, l := range r.Ledger {
		if l.Kind != "condition" && l.Amount.Sign() == 0 {
			return fmt.Errorf("the line %v changes nothing", l)
		}
		if l.Dimension != "" {
			sums[l.Dimension].Add(sums[l.Dimension], l.Amount)
		}
		sums[""].Add(sums[""], l.Amount)
	}
	for _, d := range append(slices.Clone(r.Dimensions), Dimension{Score: r.Score}) {
		if sums[d.Name].Cmp(big.NewInt(d.Score)) != 0 {
			return fmt.Errorf("the lines of %q add up to %d, and not to %d", d.Name, sums[d.Name], d.Score)
		}
	}
	return nil
}

// count notes what a result shows.
func (r *Result) count(seen map[string]int) {
	note := func(ok bool, what string) {
		if ok {
			seen[what]++
		}
	}
	seen["status "+r.Status]++
	note(r.Label != "", "label")
	note(r.SalesReady, "sales ready")
	for _, l := range r.Ledger {
		seen["line "+l.Kind]++
	}
	for _, c := range r.Contributions {
		exact := new(big.Rat).Mul(c.Multiplier, new(big.Rat).SetInt64(c.Points))
		adds := c.InSeason && c.Taken
		note(!c.Multiplier.IsInt(), "a fraction as multiplier")
		note(!c.InSeason, "out of season")
		note(c.Row == nil && !c.Taken && c.InSeason && c.Multiplier.Sign() > 0, "a tier not taken")
		note(c.Row != nil && c.Taken, "a row taken")
		note(adds && rounded(exact).Cmp(c.Score) != 0, "bounded")
		note(adds && !exact.IsInt(), "rounded")
		for _, b := range c.Blocks {
			note(b.Kind == dsl.SameValue && b.Holds, "a block same that counts")
			note(b.Kind != dsl.SameValue && b.Holds, "a block that holds")
		}
	}
}

// reportLayered writes all of a result but the records that count.
func reportLayered(r Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, lead %s: %s %d %q ready=%v label %q\n", r.Model, r.Lead, r.Status, r.Score, r.Grade, r.SalesReady, r.Label)
	for _, d := range r.Dimensions {
		fmt.Fprintf(&b, "dimension %s: %d %q\n", d.Name, d.Score, d.Grade)
	}
	for _, c := range r.Contributions {
		fmt.Fprintf(&b, "  %s: %s × %d = %d in season=%v taken=%v\n", c.Condition, c.Multiplier, c.Points, c.Score, c.InSeason, c.Taken)
		for _, ch := range c.Children {
			fmt.Fprintf(&b, "    %q %s: %d %v %v\n", ch.Label, ch.Rule, ch.Count, ch.Weight, ch.Holds)
		}
		for _, block := range c.Blocks {
			fmt.Fprintf(&b, "    %q block %d: %v %v\n", block.Label, block.Kind, block.Count, block.Holds)
		}
	}
	for _, l := range r.Ledger {
		fmt.Fprintf(&b, "  line %s %q of %q: %d\n", l.Kind, l.Name, l.Dimension, l.Amount)
	}
	return b.String()
}

// shuffled returns the data with its records in another order.
func (g *generator) shuffled(data Data) Data {
	out := Data{}
	for name, records := range sorted(data) {
		out[name] = rapid.Permutation(records).Draw(g.T, "order")
	}
	return out
}
