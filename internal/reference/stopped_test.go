package reference

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// TestStoppedModelsMatchReference stops some of the models of drawn sets, or all of them:
// one after the other, or together.
func TestStoppedModelsMatchReference(t *testing.T) {
	stopped, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := newGenerator(t)
		drawRules, drawData := (*generator).rules, (*generator).data
		if g.chance(2, "second layer") {
			drawRules, drawData = (*generator).layeredRules, (*generator).layeredData
		}
		rules := drawRules(g)
		file, problems := dsl.Parse("model.score", rules, dsl.Limits{})
		if problems.Err() != nil {
			t.Fatal(problems)
		}
		set, err := leadscore.CompileSet(g.schema, []leadscore.File{{Name: "model.score", Text: rules}})
		if err != nil {
			t.Fatal(err)
		}
		g.collectEdges(file)
		data := drawData(g)
		var names []string
		for _, m := range set.Models() {
			if g.chance(2, "stopped") {
				names = append(names, m.Name())
			}
		}
		t.Logf("as of %s, without %q\n%s\n%s%s", g.asOf, names, rules, g.schemaText, described(data))
		less, err := set.Stop(names...)
		for i := 0; i < len(names) && err == nil && g.chance(2, "one by one"); i++ {
			less, err = less.Stop(names[i])
		}
		if err != nil || !slices.Equal(less.Stopped(), names) || len(set.Stopped()) > 0 {
			t.Fatalf("stopped %q, and before %q: %v", less.Stopped(), set.Stopped(), err)
		}
		leads := []string{"nobody"}
		for _, r := range data[traverse.Lead] {
			leads = append(leads, r.ID)
		}
		reference := func(id string) ([]Result, error) {
			results, err := Score([]*dsl.File{file}, g.schema, data, id, g.asOf)
			return Stopped(results, names...), err
		}
		source, asOf := g.source(g.schema, data), leadscore.AsOf(g.asOf)
		for _, occurrences := range []int{scoresAlone, 0, 100} {
			opts := []leadscore.Option{asOf, leadscore.Batch(pick(g, "batch", 256, 1, 2))}
			if occurrences != scoresAlone {
				opts = append(opts, leadscore.Explain(occurrences))
			}
			compareOnce(t, less, leads, source, occurrences, reference, opts...)
		}
		compareColumns(t, less, leads, source, reference, asOf)
		if len(names) > 0 {
			stopped++
		}
		if len(names) == len(set.Models()) {
			all++
		}
	})
	if stopped == 0 {
		t.Error("no set had a stopped model")
	}
	t.Logf("%d sets with stopped models, %d of them without another model", stopped, all)
}
