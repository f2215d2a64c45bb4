package reference

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// What makes a set a large one.
const (
	manyOccurrences = 100_000
	manyPoints      = 1_000_000
)

// TestEngineMatchesReferenceInLargeSets compares some large sets, of which
// TestEngineMatchesReferenceSecondLayerAtScale draws few, and checks that they are large.
func TestEngineMatchesReferenceInLargeSets(t *testing.T) {
	for _, set := range []struct {
		kind large
		seed uint64
	}{{byHops, 1}, {byHops, 2}, {byHops, 4}, {byInteractions, 6}} {
		g := &generator{random: rand.New(rand.NewPCG(set.seed, 0)), large: set.kind}
		g.begin()
		if c := g.compare(silent{t}, (*generator).largeRules, (*generator).largeData); !c.isLarge() {
			t.Errorf("the set of seed %d is not large: its first condition counts %s", set.seed, c.results[0].Contributions[0].Children[0].Count)
		}
	}
}

// silent is a test that does not log the data, which would take long.
type silent struct{ *testing.T }

func (silent) Logf(string, ...any) {}

// isLarge reports whether the first condition has a million points or more and counts a
// hundred thousand occurrences of a lead, some of which are 32 halvings old.
func (c *compared) isLarge() bool {
	i := slices.IndexFunc(c.file.Blocks, func(b dsl.Block) bool { _, ok := b.(*dsl.Model); return ok })
	m := c.file.Blocks[i].(*dsl.Model)
	i = slices.IndexFunc(m.Clauses, func(c dsl.Clause) bool { _, ok := c.(*dsl.Condition); return ok })
	if i < 0 {
		return false
	}
	condition := m.Clauses[i].(*dsl.Condition)
	child, ok := condition.Items[0].(*dsl.Child)
	if !ok || child.Decay == nil || child.Decay.Kind != dsl.Halving {
		return false
	}
	if points := integer(condition.Score.Points); points.CmpAbs(big.NewInt(manyPoints)) < 0 {
		return false
	}
	s, oldest := newScoring(m, c.schema, nil, nil, c.asOf), big.NewRat(1, 1<<32)
	return slices.ContainsFunc(c.results, func(r Result) bool {
		if r.Model != m.Name.Value || r.Status != "scored" || r.Contributions[0].Condition != condition.Name.Value {
			return false
		}
		routes := r.Contributions[0].Children[0].Routes
		return len(routes) >= manyOccurrences && slices.ContainsFunc(routes, func(route []Stop) bool {
			at, typ, ok := date(route)
			return ok && s.weightOf(child.Decay, at, typ).Cmp(oldest) == 0
		})
	})
}
