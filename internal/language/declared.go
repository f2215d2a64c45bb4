package language

import (
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
)

// models returns the models of all files.
func (s *Snapshot) models() []*modelIndex {
	var list []*modelIndex
	for _, f := range s.files {
		list = append(list, f.index().models...)
	}
	return list
}

// model returns the first model with a name, or nil.
func (s *Snapshot) model(name string) *modelIndex {
	for _, m := range s.models() {
		if m.model.Name != nil && m.model.Name.Value == name {
			return m
		}
	}
	return nil
}

// testAt returns the test of a file that is at an offset or, as a test that is being typed
// may end too early, the last one before it; or nil.
func (f *file) testAt(offset int) *dsl.Test {
	var found *dsl.Test
	for _, t := range f.index().tests {
		if t.Start.Offset <= offset {
			found = t
		}
	}
	return found
}

// tested returns the model of a test: the one that it names, or else the only one of its
// file or of all files; or nil.
func (s *Snapshot) tested(f *file, t *dsl.Test) *modelIndex {
	for _, clause := range t.Clauses {
		if m, ok := clause.(*dsl.TestModel); ok && m.Name != nil {
			return s.model(m.Name.Value)
		}
	}
	models := f.index().models
	if len(models) == 0 {
		models = s.models()
	}
	if len(models) != 1 {
		return nil
	}
	return models[0]
}

// used returns the values that all files use.
func (s *Snapshot) used() *used {
	if len(s.files) == 1 {
		return s.files[0].used()
	}
	all := &used{ofFields: map[string]tally{}}
	merge := func(into *tally, from tally) {
		for text, n := range from {
			into.add(text, n)
		}
	}
	for _, f := range s.files {
		u := f.used()
		merge(&all.spans, u.spans)
		merge(&all.moments, u.moments)
		merge(&all.points, u.points)
		for name, t := range u.ofFields {
			into := all.ofFields[name]
			merge(&into, t)
			all.ofFields[name] = into
		}
	}
	return all
}

// checked returns the model that a block was checked to if the rules have no errors, or nil.
func (s *Snapshot) checked(n *dsl.Model) *check.Model {
	if len(s.errors) > 0 {
		return nil
	}
	for _, m := range s.set.Models {
		if m.Source == n {
			return m
		}
	}
	return nil
}

// scores returns the scores that a model can give.
func (s *Snapshot) scores(m *check.Model) findings.Scores {
	return s.once(m, func() any { return findings.Range(m) }).(findings.Scores)
}
