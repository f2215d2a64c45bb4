package reference

import (
	"slices"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval"
)

// compareMissing checks what the engine says is missing where the paths of children lead.
func compareMissing(t failer, want Result, got leadscore.Result) {
	i := 0
	for c := range got.Contributions() {
		for j, ch := range c.Children {
			is := missingOf(ch)
			if w := want.Contributions[i].Children[j]; !slices.Equal(is, w.Missing) {
				t.Fatalf("lead %s: %s: missing\n%+v, want\n%+v", got.Lead, ch.Rule, is, w.Missing)
			}
		}
		i++
	}
}

// missingOf returns what the engine says is missing, as the reference has it.
func missingOf(ch eval.ChildResult) []Missing {
	var list []Missing
	for _, m := range ch.Missing {
		list = append(list, Missing{Reason: string(m.Reason), Path: m.Path, Entity: m.Entity, Reference: m.Reference, Count: m.Count, ID: m.ID, When: m.When})
	}
	return list
}
