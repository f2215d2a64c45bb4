package reference

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/traverse"
)

// TestFindingsAreTrue draws models that contradict and repeat themselves, and checks
// that what package findings reports of them is true of every lead of the data.
func TestFindingsAreTrue(t *testing.T) {
	cases, odd := 0, 0
	codes, witnessed := map[dsl.Code]int{}, map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		g := newGenerator(t)
		rules := g.oddRules(rapid.Bool().Draw(t, "layered"))
		file, problems := dsl.Parse("model.score", rules, dsl.Limits{})
		if len(problems) > 0 {
			t.Fatalf("%v\n%s", problems, rules)
		}
		_, models, problems := check.Files(g.schema, file)
		if len(problems) > 0 {
			t.Fatalf("%v\n%s", problems, rules)
		}
		found := findings.Of(models, file)
		t.Logf("as of %s\n%s%s", g.asOf.Format(time.RFC3339Nano), rules, found.Error())
		cases++
		warned := false
		w := newWithout(found, file)
		for _, d := range found {
			codes[d.Code]++
			switch d.Code {
			case findings.CodeGrade, findings.CodeReadyNever, findings.CodeReadyAlways: // drawn scores give these easily
			default:
				warned = warned || d.Severity == dsl.Warning
			}
		}
		if warned {
			odd++
		}
		g.collectEdges(file)
		var ranges []findings.Scores
		for _, m := range models {
			ranges = append(ranges, findings.Range(m))
		}
		g.random = g.seeded("data")
		for range 4 { // drawing data costs less than drawing rules
			data := g.data()
			for _, lead := range data[traverse.Lead] {
				results, err := Score([]*dsl.File{file}, g.schema, data, lead.ID, g.asOf)
				if err != nil {
					t.Fatal(err)
				}
				less := results
				if w.file != file {
					if less, err = Score([]*dsl.File{w.file}, g.schema, data, lead.ID, g.asOf); err != nil {
						t.Fatal(err)
					}
				}
				for i, r := range results {
					if err := judgeFindings(found, models[i], ranges[i], w, r, less[i], witnessed); err != nil {
						t.Fatalf("lead %s: %v\n%s%s", lead.ID, err, g.schemaText, described(data))
					}
				}
			}
		}
	})
	t.Logf("%d cases, %d with warnings about conditions", cases, odd)
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		t.Logf("%7d %s", codes[code], code)
	}
	for _, what := range slices.Sorted(maps.Keys(witnessed)) {
		t.Logf("%7d %s", witnessed[what], what)
	}
	if odd*2 < cases {
		t.Errorf("of %d cases only %d have warnings about conditions: the property checks next to nothing", cases, odd)
	}
}
