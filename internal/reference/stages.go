package reference

import (
	"slices"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A Staged is the stage of a lead in one block of stages.
type Staged struct {
	Lead, Stages, Stage string
	From                string // the stage before, if the lead moved, or ""
	Then                string // the text of the stage that it entered, or ""
}

// Stage returns the stage of a lead in every block of stages of files, in their order.
// before gives the stage before in a block, or "". stopped are the models that are stopped.
// It returns an error if there is no such lead.
func Stage(files []*dsl.File, schema *traverse.Schema, data Data, lead string, asOf time.Time, before func(stages string) string, stopped ...string) ([]Staged, error) {
	results, err := Score(files, schema, data, lead, asOf)
	if err != nil {
		return nil, err
	}
	results = Stopped(results, stopped...)
	var list []Staged
	for _, f := range files {
		for _, b := range f.Blocks {
			if b, ok := b.(*dsl.Stages); ok {
				at := &staging{
					audience: newScoring(populace, schema, data, data.find(traverse.Lead, lead), asOf),
					results:  results,
				}
				list = append(list, at.stage(b, lead, before(b.Name.Value)))
			}
		}
	}
	return list, nil
}

// populace has the target and time zone of an audience of stages: "The interactions in it
// are those of a model with `target lead with contact`, and its dates are in UTC."
var populace = &dsl.Model{Clauses: []dsl.Clause{&dsl.Target{Kind: dsl.TargetLeadWithContact}}}

// A staging is what says which stage a lead has.
type staging struct {
	audience *scoring
	results  []Result
}

func (s *staging) stage(b *dsl.Stages, lead, before string) Staged {
	var stages []*dsl.Stage
	holds := true
	for _, c := range b.Clauses {
		switch c := c.(type) {
		case *dsl.Stage:
			stages = append(stages, c)
		case *dsl.Audience:
			holds = s.audience.multiplier(c.Items, nil, &Contribution{}).Sign() > 0
		}
	}
	if before == "" { // "Every lead begins in the first"
		before = stages[0].Name.Value
	}
	from := slices.IndexFunc(stages, func(s *dsl.Stage) bool { return s.Name.Value == before })
	out := Staged{Lead: lead, Stages: b.Name.Value, Stage: before}
	if !holds { // "A lead that is not in it keeps its stage."
		return out
	}
	// "It is the highest stage that the lead keeps or enters. A lead enters a stage above the
	// one before if the `when` of that stage holds. It keeps the one before, and each below
	// it, unless that is lost."
	to := 0
	for i, stage := range stages {
		if i > 0 && (i <= from && s.keeps(stage) || i > from && s.decides(stage.When)) {
			to = i
		}
	}
	if to != from {
		out.From, out.Stage = before, stages[to].Name.Value
	}
	if to > from && stages[to].Then != nil {
		out.Then = stages[to].Then.Value
	}
	return out
}

// keeps reports whether a lead keeps a stage that it has reached.
func (s *staging) keeps(stage *dsl.Stage) bool {
	switch {
	case stage.Sticky != nil: // "A `sticky` stage is never lost."
		return true
	case s.unscored(stage.When) || s.unscored(stage.Until):
		// "Neither is the first, nor one of whose `when` or `until` a part other than
		// `status of` names a model that did not score the lead."
		return true
	case stage.Until != nil: // "A stage is lost when its `until` holds"
		return !s.decides(stage.Until)
	}
	return s.decides(stage.When) // "or, without one, when its `when` does not"
}

// result returns the result of a model.
func (s *staging) result(model string) *Result {
	return &s.results[slices.IndexFunc(s.results, func(r Result) bool { return r.Model == model })]
}

// unscored reports whether some part of a decision but `status of` names a model that did
// not score the lead.
func (s *staging) unscored(e dsl.Expr) bool {
	found := false
	if e != nil {
		dsl.Walk(e, func(n dsl.Node) bool {
			if j, ok := n.(*dsl.Judgment); ok && j.Subject != dsl.SubjectStatus && s.result(j.Model.Value).Status != "scored" {
				found = true
			}
			return true
		})
	}
	return found
}

// decides reports whether a decision over the models holds.
func (s *staging) decides(e dsl.Expr) bool {
	switch e := e.(type) {
	case *dsl.And:
		return !slices.ContainsFunc(e.Terms, func(e dsl.Expr) bool { return !s.decides(e) })
	case *dsl.Or:
		return slices.ContainsFunc(e.Terms, s.decides)
	case *dsl.Not:
		return !s.decides(e.Expr)
	}
	j := e.(*dsl.Judgment)
	r := s.result(j.Model.Value)
	switch {
	case j.Subject == dsl.SubjectStatus:
		return judgesName(j, r.Status)
	case r.Status != "scored": // "A part about a model that did not score the lead does not hold"
		return false
	case j.Subject == dsl.SubjectSalesReady:
		return r.SalesReady
	}
	return r.judges(j)
}
