package check

import (
	"slices"
	"strconv"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A Set is what rule files are checked to: models, and the blocks that build on the
// results of all of them. It must not be changed.
type Set struct {
	Schema *traverse.Schema
	Models []*Model  // in the order of the files
	Stages []*Stages // in the order of the files
	// Choice says which model scores a lead; nil if all of them do.
	Choice    *Choice
	Creations []*Creation // in the order of the files
	// Assignments say who gets a lead, in the order of the files.
	Assignments []*Assignment
	// Auxiliary are models that rules do not have by name: each says whether the children of
	// one block of the set hold for a lead, or whether a condition that a decision asks for
	// does. It holds if the status is scored and, if the model has a Decision, the lead is
	// sales ready. They are scored with Models, and their results are not shown.
	Auxiliary []*Model
}

// NewSet checks the files of one compilation together: their schema blocks add to
// base, which may be nil, and apply to all their models. It does not repeat the
// problems that the parser found. It returns the set as far as it could understand it:
// its models and blocks are fit to run only if neither the parser nor NewSet reported a
// problem.
func NewSet(base *traverse.Schema, files ...*dsl.File) (*Set, dsl.Diagnostics) {
	c := &checker{listed: map[*string]map[string]bool{}, roots: map[string]traverse.Path{}}
	c.schema = c.lower(base, files)
	if hasSetBlocks(files) {
		c.byName = map[string]*modelChecker{}
	}
	set := &Set{Schema: c.schema, Models: c.models(files)}
	s := &setChecker{checker: c, set: set, asked: map[asked]int{}}
	s.blocks(files)
	c.stages, c.assignments = set.Stages, set.Assignments
	c.tests(files, set.Models)
	c.explainValues(files)
	c.diags.Sort()
	for _, f := range files {
		if n := c.dropped[f]; n > 0 {
			c.diags = append(c.diags, dsl.Diagnostics{{File: f.Name, More: n}}.Limit(0)...)
		}
	}
	return set, c.diags
}

// Files returns the schema and the models of [NewSet].
func Files(base *traverse.Schema, files ...*dsl.File) (*traverse.Schema, []*Model, dsl.Diagnostics) {
	set, diags := NewSet(base, files...)
	return set.Schema, set.Models, diags
}

// A setChecker checks the blocks that build on all models of a set.
type setChecker struct {
	*checker
	set   *Set
	asked map[asked]int // indexes into Set.Auxiliary
}

// An asked is a condition of a model that a decision asks for.
type asked struct {
	model     *Model
	condition int
}

// hasSetBlocks reports whether some file has a block that builds on all models.
func hasSetBlocks(files []*dsl.File) bool {
	return slices.ContainsFunc(files, func(f *dsl.File) bool {
		return slices.ContainsFunc(f.Blocks, func(b dsl.Block) bool {
			switch b.(type) {
			case *dsl.Stages, *dsl.Assignment:
				return true
			}
			return false
		})
	})
}

// blocks checks the blocks of the set.
func (c *setChecker) blocks(files []*dsl.File) {
	stages, creations, assignments := map[string]named{}, map[string]named{}, map[string]named{}
	for _, f := range files {
		c.file = f
		for _, b := range f.Blocks {
			switch b := b.(type) {
			case *dsl.Stages:
				if b.Name != nil {
					c.unique(stages, b.Name, "block of stages")
				}
				c.set.Stages = append(c.set.Stages, c.stages(b))
			case *dsl.ChooseModel:
				c.onlyChoice(b)
			case *dsl.Assignment:
				if b.Name != nil {
					c.unique(assignments, b.Name, "assignment")
				}
				c.set.Assignments = append(c.set.Assignments, c.assignment(b))
			case *dsl.LeadCreation:
				if b.Name != nil {
					c.unique(creations, b.Name, "lead creation")
				}
				c.set.Creations = append(c.set.Creations, c.creation(b))
			}
		}
	}
}

// holding returns the index in Set.Auxiliary of a model that says for which leads the items
// of a block hold, as those of an audience do. The interactions are those of a lead and of
// its contact, and the time zone is UTC. in says for messages what the items are in, and
// name what the block is called.
func (c *setChecker) holding(name string, at dsl.Span, items []dsl.Item, in string) int {
	m := &Model{
		Name: name, Target: dsl.TargetLeadWithContact, Zone: time.UTC, Schema: c.schema, Parts: []Part{},
		Source: &dsl.Model{Span: at}, File: c.file.Name,
	}
	k := &modelChecker{checker: c.checker, model: m}
	c.target = m.Target
	m.Audience = &Condition{Source: &dsl.Condition{Span: at, Items: items}}
	m.Audience.Items = k.items(m, m.Audience, items, in)
	return c.auxiliary(m)
}

// auxiliary adds a model to Set.Auxiliary and returns its index there.
func (c *setChecker) auxiliary(m *Model) int {
	c.set.Auxiliary = append(c.set.Auxiliary, m)
	return len(c.set.Auxiliary) - 1
}

// holds returns the index in Set.Auxiliary of a model that says for which leads a condition
// of a model holds.
func (c *setChecker) holds(m *Model, condition int) int {
	key := asked{m, condition}
	at, ok := c.asked[key]
	if !ok {
		at = c.auxiliary(alone(m, condition))
		c.asked[key] = at
	}
	return at
}

// alone returns a model in which a lead is sales ready if a condition of m holds: that
// condition, with what holds it and, if it is a tier, the tiers before it. It scores every
// lead of the target of m, whatever the season and the audience of m.
func alone(m *Model, condition int) *Model {
	out := &Model{Name: m.Name, Target: m.Target, Zone: m.Zone, Schema: m.Schema, Source: m.Source, File: m.File}
	parts := m.Parts
	if parts == nil {
		parts = []Part{ConditionPart(condition)}
	}
	out.Parts = out.keep(m, parts, condition)
	out.Decision = HoldsDecision{Condition: len(out.Conditions) - 1}
	return out
}

// keep returns the one of parts, which are those of m, that has a condition, with what else
// says whether it holds, and adds its conditions to out. It returns nil if none of parts
// has the condition.
func (out *Model) keep(m *Model, parts []Part, condition int) []Part {
	add := func(i int) int {
		out.Conditions = append(out.Conditions, m.Conditions[i])
		return len(out.Conditions) - 1
	}
	for _, p := range parts {
		switch p := p.(type) {
		case ConditionPart:
			if int(p) == condition {
				return []Part{ConditionPart(add(condition))}
			}
		case *Tiers:
			if i := slices.Index(p.Conditions, condition); i >= 0 {
				tiers := *p
				tiers.Conditions = nil
				for _, earlier := range p.Conditions[:i+1] {
					tiers.Conditions = append(tiers.Conditions, add(earlier))
				}
				return []Part{&tiers}
			}
		case *Group:
			if kept := out.keep(m, p.Parts, condition); kept != nil {
				group := *p
				group.Parts = kept
				return []Part{&group}
			}
		case *Dimension:
			if kept := out.keep(m, p.Parts, condition); kept != nil {
				dimension := *p
				dimension.Parts = kept
				return []Part{&dimension}
			}
		}
	}
	return nil
}

// modelCalled returns the checker of the model that a decision names. It reports one that
// the set does not have.
func (c *setChecker) modelCalled(name *dsl.String) *modelChecker {
	if name.Bad {
		return nil
	}
	if k := c.byName[name.Value]; k != nil {
		return k
	}
	names := make([]string, len(c.set.Models))
	for i, m := range c.set.Models {
		names[i] = m.Name
		if m.Source.Name == nil {
			return nil // it may be that one
		}
	}
	d := c.problem(name.Span, CodeName, "there is no model %s", brief(name.Raw))
	if len(names) > 0 {
		c.nearestText(d, name, names)
	}
	return nil
}

// setDecision checks a decision over the models of the set. It reports what is wrong and
// then returns nil.
func (c *setChecker) setDecision(e dsl.Expr) Decision {
	switch e := e.(type) {
	case *dsl.And:
		if list, ok := c.setDecisions(e.Terms); ok {
			return AllDecisions(list)
		}
	case *dsl.Or:
		if list, ok := c.setDecisions(e.Terms); ok {
			return AnyDecision(list)
		}
	case *dsl.Not:
		if d := c.setDecision(e.Expr); d != nil {
			return NotDecision{d}
		}
	case *dsl.Judgment:
		return c.setJudgment(e)
	}
	return nil
}

func (c *setChecker) setDecisions(terms []dsl.Expr) ([]Decision, bool) {
	sound := true
	list := make([]Decision, len(terms))
	for i, t := range terms {
		list[i] = c.setDecision(t)
		sound = sound && list[i] != nil
	}
	return list, sound
}

func (c *setChecker) setJudgment(j *dsl.Judgment) Decision {
	k := c.modelCalled(j.Model)
	if k == nil {
		return nil
	}
	switch j.Subject {
	case dsl.SubjectSalesReady:
		return ModelDecision{Model: k.model, Decision: ReadyDecision{}, Auxiliary: -1, Source: j}
	case dsl.SubjectStatus:
		if values, ok := c.statuses(j); ok {
			not := j.Op == dsl.NotEqual || j.Op == dsl.NotIn
			return StatusDecision{Model: k.model, Values: values, Not: not, Source: j}
		}
		return nil
	}
	of := k.judgment(j)
	if of == nil {
		return nil
	}
	d := ModelDecision{Model: k.model, Decision: of, Auxiliary: -1, Source: j}
	if holds, ok := of.(HoldsDecision); ok {
		d.Auxiliary = c.holds(k.model, holds.Condition)
	}
	return d
}

// Statuses are the statuses of the language reference, Which leads a model scores.
var Statuses = []string{"no model", "not chosen", "stopped", "no parent", "not targeted", "not active", "not in audience", "scored"}

// statuses reads the statuses that a judgment names, and reports those that no lead can
// have.
func (c *setChecker) statuses(j *dsl.Judgment) (values []string, sound bool) {
	if j.Op.List() && len(j.Operands) == 0 {
		c.problem(dsl.Span{Start: j.OpSpan.Start, End: j.End}, dsl.CodeEmpty, "the list is empty: %s needs at least one value", j.Op)
		return nil, false
	}
	sound = true
	for _, o := range j.Operands {
		s, ok := o.(*dsl.String)
		switch {
		case !ok:
			text, _ := c.operandText(o)
			c.problem(o.At(), CodeType, "a status is a text, and %s is not", brief(text)).Expected = quoted(Statuses)
			sound = false
		case s.Bad:
			sound = false
		case !slices.Contains(Statuses, s.Value):
			d := c.problem(s.Span, CodeValue, "there is no status %s", brief(s.Raw))
			c.nearestText(d, s, Statuses)
			sound = false
		default:
			values = append(values, s.Value)
		}
	}
	return values, sound
}

// quoted returns texts in double quotes.
func quoted(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = strconv.Quote(t)
	}
	return out
}
