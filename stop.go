package leadscore

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/nearest"
)

// Stop returns a set of the same models, in the same order, in which those with the given
// names are stopped, as well as those that are stopped in s, which does not change. A
// stopped model gives every lead the status [Stopped], or [NotChosen] or [NoModel] if the
// set chooses another model for the lead or none, and makes nobody sales ready (language
// reference, Which leads a model scores). It is not evaluated: a source is not asked for
// what it alone needs, and a lead does not fail because of it. A lead that the source does
// not have is an error even if all models are stopped.
//
// Stop fails if the set has no model of a name. It plans the new set, so it takes about as
// long as [NewSet]. To let a model score again, use the set in which it is not stopped. A
// stopped model that is used alone, by [Model.Score], scores leads.
func (s *Set) Stop(names ...string) (*Set, error) {
	stopped := make([]bool, len(s.models))
	copy(stopped, s.stopped)
	for _, name := range names {
		i := slices.IndexFunc(s.models, func(m *Model) bool { return m.Name() == name })
		if i < 0 {
			return nil, fmt.Errorf("leadscore: the set has no model %q%s", name, nearest.Hint(quotedNearest(name, s.names())))
		}
		stopped[i] = true
	}
	return newSet(s.schema, s.models, stopped, s.blocks), nil
}

// Stopped returns the names of the models that are stopped, in the order of the set: see
// [Set.Stop].
func (s *Set) Stopped() []string {
	var names []string
	for i, m := range s.models {
		if s.isStopped(i) {
			names = append(names, m.Name())
		}
	}
	return names
}

// isStopped reports whether a model of the set is stopped.
func (s *Set) isStopped(model int) bool { return s.stopped != nil && s.stopped[model] }

// names yields the names of the models.
func (s *Set) names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, m := range s.models {
			if !yield(m.Name()) {
				return
			}
		}
	}
}

// quotedNearest returns the name that is nearest to name, in quotes, or "".
func quotedNearest(name string, names iter.Seq[string]) string {
	if near := nearest.Name(name, names); near != "" {
		return strconv.Quote(near)
	}
	return ""
}

// lookUp returns a group that only looks leads up, for a set all of whose models are
// stopped.
func lookUp(schema *Schema) group {
	m := &check.Model{Target: dsl.TargetLead, Zone: time.UTC, Schema: schema, Source: &dsl.Model{}}
	return group{program: eval.New([]*check.Model{m})}
}
