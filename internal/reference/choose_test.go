package reference

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// drawChoice draws a block `choose model`.
func (g *generator) drawChoice() string {
	lines := map[string][]string{
		"ParentContact": {"City", "JobTitle", "Manager.City", "ParentAccount.Name", "Manager.ParentAccount.Name", "ParentAccount.`Parent account`.Name"},
		"ParentAccount": {"Name", "`Parent account`.Name", "`Parent account`.`Parent account`.Name"},
	}
	var text strings.Builder
	text.WriteString("choose model {\n")
	order := []string{"ParentContact", "ParentAccount"}
	if g.chance(1, "account first") {
		slices.Reverse(order)
	}
	for _, first := range order[:g.number("lines", 1, 2)] {
		fmt.Fprintf(&text, "    by %s.%s\n", first, pick(g, "line", lines[first]...))
	}
	return text.String() + "}\n"
}

// nameModels makes most texts of data names of models.
func (g *generator) nameModels(data Data, names []string) {
	for _, entity := range []string{traverse.Contact, traverse.Account} {
		for _, r := range data[entity] {
			for _, field := range []string{"City", "JobTitle", "Name"} {
				if _, ok := g.schema.Entity(entity).Field(field); ok && g.chance(1, "names a model") {
					r.Values[field] = traverse.TextValue(pick(g, "model", names...))
				}
			}
		}
	}
}

// TestChoiceMatchesReference draws sets of models of which one is chosen for each lead, with
// some of them stopped, and compares all ways to score leads.
func TestChoiceMatchesReference(t *testing.T) {
	chosen, none, unknown := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := newGenerator(t)
		drawRules, drawData := (*generator).rules, (*generator).data
		if g.chance(2, "second layer") {
			drawRules, drawData = (*generator).layeredRules, (*generator).layeredData
		}
		rules := drawRules(g) + g.drawChoice()
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
		names := []string{"nobody's model"}
		var stopped []string
		for _, m := range set.Models() {
			names = append(names, m.Name(), m.Name(), m.Name())
			if g.chance(3, "stopped") {
				stopped = append(stopped, m.Name())
			}
		}
		g.nameModels(data, names)
		if set, err = set.Stop(stopped...); err != nil {
			t.Fatal(err)
		}
		t.Logf("as of %s, without %q\n%s\n%s%s", g.asOf, stopped, rules, g.schemaText, described(data))
		leads := []string{"nobody"}
		for _, r := range data[traverse.Lead] {
			results, err := Score([]*dsl.File{file}, g.schema, data, r.ID, g.asOf)
			if _, ok := errors.AsType[*UnknownModel](err); ok {
				unknown++
				leads = append(leads, r.ID)
				continue
			}
			leads = append(leads, r.ID)
			if results[0].Status == "no model" {
				none++
			} else {
				chosen++
			}
		}
		reference := func(id string) ([]Result, error) {
			results, err := Score([]*dsl.File{file}, g.schema, data, id, g.asOf)
			return Stopped(results, stopped...), err
		}
		source, asOf := g.source(g.schema, data), leadscore.AsOf(g.asOf)
		for _, occurrences := range []int{scoresAlone, 0, 100} {
			opts := []leadscore.Option{asOf, leadscore.Batch(pick(g, "batch", 256, 1, 2))}
			if occurrences != scoresAlone {
				opts = append(opts, leadscore.Explain(occurrences))
			}
			compareOnce(t, set, leads, source, occurrences, reference, opts...)
		}
		compareColumns(t, set, leads, source, reference, asOf)
	})
	if chosen == 0 || none == 0 || unknown == 0 {
		t.Errorf("%d leads with a model, %d without, %d with an unknown one", chosen, none, unknown)
	}
}
