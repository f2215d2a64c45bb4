package reference

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/traverse"
)

// Assignments of drawn sets are compared with those of this package:
//
//	go test ./internal/reference -run Assignment -rapid.checks=100000 -timeout=0

func TestAssignmentsMatchReference(t *testing.T) {
	checkAssignments(t, (*generator).rules, (*generator).data)
}

func TestAssignmentsMatchReferenceSecondLayer(t *testing.T) {
	checkAssignments(t, (*generator).layeredRules, (*generator).layeredData)
}

// assignments draws assignments over the models of rules.
func (g *generator) assignments(rules string) string {
	file, _ := dsl.Parse("model.score", rules, dsl.Limits{})
	g.fileLets = &strings.Builder{}
	g.modelLets = g.fileLets
	g.target = "lead with contact"
	var b strings.Builder
	items := func() { g.holding(&b, &scene{zone: "UTC", target: g.target}, 1) }
	set := func() {
		b.WriteString("set Topic = " + pick(g, "topic", `"A"`, `one of ("A", "B", "C")`, `one of ("A")`))
		b.WriteString(pick(g, "more", "", `, Budget = one of (1, 2.5)`, `, Qualified = true, Due = 2026-05-31`, `, Rating = one of ("Hot", "Warm")`) + "\n")
	}
	for n := range g.number("assignments", 1, 2) {
		fmt.Fprintf(&b, "assignment \"A%d\" {\n", n)
		if g.chance(1, "audience") {
			b.WriteString("audience {\n")
			items()
			b.WriteString("}\n")
		}
		for i := range g.number("rules", 1, 4) {
			fmt.Fprintf(&b, "rule \"R%d\" {\n", i)
			children := g.chance(1, "children")
			if children {
				items()
			}
			if !children || g.chance(1, "when") {
				fmt.Fprintf(&b, "when %s\n", g.logic(2, "", func() string { return g.setJudgment(file) }))
			}
			set()
			b.WriteString("}\n")
		}
		if g.chance(1, "otherwise") {
			b.WriteString("otherwise ")
			set()
		}
		b.WriteString("}\n")
	}
	return b.String() + g.fileLets.String()
}

// assignedLine writes what a lead gets.
func assignedLine(assignment, rule string, otherwise bool, values []string) string {
	return fmt.Sprintf("%s: %q, otherwise %t: %s", assignment, rule, otherwise, strings.Join(values, ", "))
}

func checkAssignments(t *testing.T, drawRules func(*generator) string, drawData func(*generator) Data) {
	byRule, otherwise, none, said := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := newGenerator(t)
		rules := drawRules(g)
		rules += g.assignments(rules)
		if g.chance(2, "choose") {
			rules += g.drawChoice()
		}
		file, problems := dsl.Parse("model.score", rules, dsl.Limits{})
		if problems.Err() != nil {
			t.Fatalf("%v\n%s", problems, rules)
		}
		set, err := leadscore.CompileSet(g.schema, []leadscore.File{{Name: "model.score", Text: rules}})
		if err != nil {
			t.Fatal(err)
		}
		g.collectEdges(file)
		data := drawData(g)
		var names, stopped []string
		for _, m := range set.Models() {
			names = append(names, m.Name())
			if g.chance(3, "stopped") {
				stopped = append(stopped, m.Name())
			}
		}
		g.nameModels(data, names)
		if set, err = set.Stop(stopped...); err != nil {
			t.Fatal(err)
		}
		useless := map[string]bool{} // rules that are said never to apply
		for _, d := range findings.OfSet(set.Checked(), time.Time{}, file) {
			if d.Code == findings.CodeRuleNever || d.Code == findings.CodeRuleHidden {
				for _, a := range set.Assignments() {
					for _, r := range a.Checked().Rules {
						if r.Source.Name.Span == d.Span {
							useless[a.Name()+"/"+r.Name] = true
							said++
						}
					}
				}
			}
		}
		t.Logf("as of %s, without %q\n%s\n%s%s", g.asOf, stopped, rules, g.schemaText, described(data))
		var leads []string
		want := map[string][]string{}
		for _, r := range data[traverse.Lead] {
			list, err := Assign([]*dsl.File{file}, g.schema, data, r.ID, g.asOf, stopped...)
			if _, unknown := err.(*UnknownModel); unknown {
				continue
			}
			leads = append(leads, r.ID)
			for _, a := range list {
				var values []string
				for _, v := range a.Values {
					values = append(values, v.Field+" = "+literalsText(v.Values))
				}
				want[r.ID] = append(want[r.ID], assignedLine(a.Assignment, a.Rule, a.NoRule, values))
				if useless[a.Assignment+"/"+a.Rule] {
					t.Fatalf("rule %s of %s applies to lead %s, and is said never to", a.Rule, a.Assignment, r.ID)
				}
				switch {
				case a.Rule != "":
					byRule++
				case a.NoRule:
					otherwise++
				default:
					none++
				}
			}
		}
		opts := []leadscore.Option{leadscore.AsOf(g.asOf), leadscore.Batch(pick(g, "batch", 256, 1, 2))}
		if g.chance(1, "explained") {
			opts = append(opts, leadscore.Explain(0))
		}
		for r, err := range set.ScoreAll(context.Background(), leadscore.IDs(leads...), g.source(g.schema, data), opts...) {
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range set.Assignments() {
				is, err := a.Assign(r)
				if err != nil {
					t.Fatal(err)
				}
				var values []string
				for _, v := range is.Values {
					values = append(values, v.Field+" = "+v.Value.String())
				}
				got = append(got, assignedLine(is.Assignment, is.Rule, is.Otherwise, values))
				if n := len(is.Reasons); n > 0 && is.Reasons[n-1].Holds != (is.Rule != "") {
					t.Fatalf("lead %s gets %q because of %v", r.Lead, is.Rule, is.Reasons)
				}
			}
			if !slices.Equal(got, want[r.Lead]) {
				t.Fatalf("lead %s gets\n%s\nand by the reference\n%s", r.Lead, strings.Join(got, "\n"), strings.Join(want[r.Lead], "\n"))
			}
		}
	})
	t.Logf("%d rules are said never to apply", said)
	if byRule == 0 || otherwise == 0 || none == 0 {
		t.Errorf("%d leads got something by a rule, %d because none held, %d were not in the audience", byRule, otherwise, none)
	}
}

// TestOneOfIsEven checks that each of some values comes about as often over many leads.
func TestOneOfIsEven(t *testing.T) {
	const leads, values = 30_000, 3
	count := make([]int, values)
	for i := range leads {
		count[place(strconv.Itoa(i), "Seats", values)]++
	}
	for i, n := range count {
		if n < leads/values*97/100 || n > leads/values*103/100 {
			t.Errorf("value %d comes %d times of %d", i, n, leads)
		}
	}
}
