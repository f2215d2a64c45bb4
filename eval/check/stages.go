package check

import (
	"iter"
	"slices"

	"github.com/leadscore/leadscore/dsl"
)

// Stages is a checked block of stages (language reference, Stages).
type Stages struct {
	Name string
	// Audience is the index in Set.Auxiliary of the model that says which leads move; -1 if
	// all do.
	Audience int
	Stages   []Stage // lowest first
	Source   *dsl.Stages
	File     string
}

// A Stage is one of [Stages].
type Stage struct {
	Name   string
	When   Decision // nil for the first stage, and for no other
	Until  Decision // nil if the stage is lost when When does not hold, and if it is sticky
	Sticky bool
	Then   string   // the text after then, or ""
	Models []*Model // that When and Until name, but for their status: without their scores the stage is kept
	Source *dsl.Stage
}

// stages checks a block of stages.
func (c *setChecker) stages(b *dsl.Stages) *Stages {
	out := &Stages{Audience: -1, Source: b, File: c.file.Name}
	head := b.Span
	if b.Name != nil {
		out.Name, head = b.Name.Value, b.Name.Span
	}
	names := map[string]named{}
	var audience *dsl.Audience
	for _, clause := range b.Clauses {
		switch clause := clause.(type) {
		case *dsl.Audience:
			if audience != nil {
				d := c.problem(clause.Span, dsl.CodeRepeated, "stages have only one audience")
				d.Related = []dsl.Related{{Summary: "the first is here", File: c.file.Name, Span: audience.Span}}
				continue
			}
			audience = clause
			out.Audience = c.holding(out.Name, clause.Span, clause.Items, inAudience)
		case *dsl.Stage:
			c.unique(names, clause.Name, "stage")
			out.Stages = append(out.Stages, c.stage(clause, len(out.Stages) == 0, !b.Incomplete))
		}
	}
	if len(out.Stages) == 0 && !b.Incomplete {
		c.problem(head, CodeMissing, "there is no stage").Help = `begin with the one in which every lead begins, such as stage "Inquiry"`
	}
	return out
}

// stage checks a stage. first says that it is the first one, and sure that none before it
// could not be read.
func (c *setChecker) stage(s *dsl.Stage, first, sure bool) Stage {
	out := Stage{Name: s.Name.Value, Sticky: s.Sticky != nil, Source: s}
	if s.Then != nil {
		if out.Then = s.Then.Value; out.Then == "" && !s.Then.Bad {
			c.problem(s.Then.Span, dsl.CodeEmpty, "the text after then must not be empty").Help = "say what is to happen, or leave out then"
		}
	}
	if s.When != nil {
		out.When = c.setDecision(s.When)
	}
	if s.Until != nil {
		out.Until = c.setDecision(s.Until)
	}
	switch {
	case first && sure:
		c.firstStage(s)
	case !first && s.When == nil:
		c.problem(s.Name.Span, CodeMissing, "stage %s has no when, and only the first stage has none", brief(s.Name.Raw)).Help =
			`say when a lead reaches it, such as when score of "B2B" >= 50`
	}
	if s.Sticky != nil && s.Until != nil {
		c.problem(s.Sticky.Span, CodeStage, "a sticky stage is never lost, but until says when").Help = "leave out sticky or until"
	}
	for _, d := range []Decision{out.When, out.Until} {
		for m := range modelsOf(d) {
			if !slices.Contains(out.Models, m) {
				out.Models = append(out.Models, m)
			}
		}
	}
	return out
}

// firstStage reports what the first stage cannot have.
func (c *setChecker) firstStage(s *dsl.Stage) {
	at, word := dsl.Span{}, ""
	switch {
	case s.When != nil:
		at, word = s.When.At(), "when"
	case s.Until != nil:
		at, word = s.Until.At(), "until"
	case s.Sticky != nil:
		at, word = s.Sticky.Span, "sticky"
	default:
		return
	}
	d := c.problem(at, CodeStage, "the first stage has no %s: every lead begins in it, and nobody loses it", word)
	d.Help = `write a stage before it, such as stage "Inquiry"`
}

// modelsOf yields the models that a decision over several models names, but for those of
// whose status alone it asks.
func modelsOf(d Decision) iter.Seq[*Model] {
	return func(yield func(*Model) bool) { eachModel(d, yield) }
}

func eachModel(d Decision, yield func(*Model) bool) bool {
	list := []Decision(nil)
	switch d := d.(type) {
	case AllDecisions:
		list = d
	case AnyDecision:
		list = d
	case NotDecision:
		return eachModel(d.Decision, yield)
	case ModelDecision:
		return yield(d.Model)
	}
	for _, d := range list {
		if !eachModel(d, yield) {
			return false
		}
	}
	return true
}
