package language

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/findings"
)

// A Hint is something that rules do not say, shown between their words.
type Hint struct {
	Offset  int // after which it is shown
	Label   string
	Tooltip string
}

// Hints returns what a part of a file does not say: the scores that a model can give, after its
// name, and the points of a tier.
func (s *Snapshot) Hints(name string, start, end int) []Hint {
	f := s.file(name)
	if f == nil {
		return nil
	}
	var list []Hint
	add := func(at dsl.Span, label, tooltip string) {
		if offset := at.End.Offset; start <= offset && offset <= end {
			list = append(list, Hint{offset, label, tooltip})
		}
	}
	for _, m := range f.index().models {
		if at := m.model.At(); at.End.Offset < start || at.Start.Offset > end || m.model.Name == nil {
			continue
		}
		if checked := s.checked(m.model); checked != nil {
			scores := s.scores(checked)
			add(m.model.Name.Span, "scores "+scores.String(), scoresTooltip(scores))
		}
		for _, part := range m.conditions {
			first, ok := part.node.(*dsl.FirstOf)
			if !ok {
				continue
			}
			for _, tier := range first.Tiers {
				if tier.Name != nil && tier.Score != nil {
					add(tier.Name.Span, pointsText(tier.Score), fmt.Sprintf("Only the first tier of %s that holds adds its points.", part.name.Raw))
				}
			}
		}
	}
	sortBy(list, func(h Hint) int { return h.Offset })
	return list
}

// scoresTooltip says because of what scores have no bounds.
func scoresTooltip(scores findings.Scores) string {
	text := "The scores that the model can give, whatever the data are."
	if n := len(scores.Rising); n > 0 {
		text += fmt.Sprintf(" %s can add any number of points", quote(scores.Rising[0]))
		if n > 1 {
			text += fmt.Sprintf(", and so can %s", counted(n-1, "other condition"))
		}
		text += "."
	}
	return text
}

// A Lens is a command that is offered above a model or a test.
type Lens struct {
	Range     // the name of the model or the test
	Title     string
	Command   string
	Arguments []string
}

// The commands of lenses.
const (
	CommandTest  = "leadscore.test"  // runs a test: the names of its model and its own
	CommandTests = "leadscore.tests" // runs the tests of a model: its name
	CommandScore = "leadscore.score" // scores the data of the project by a model: its name
)

// Lenses returns the commands about the models and the tests of a file.
func (s *Snapshot) Lenses(name string) []Lens {
	f := s.file(name)
	if f == nil {
		return nil
	}
	tests := map[*modelIndex]int{}
	for _, other := range s.files {
		for _, t := range other.index().tests {
			if m := s.tested(other, t); m != nil {
				tests[m]++
			}
		}
	}
	var list []Lens
	for _, m := range f.index().models {
		if m.model.Name == nil {
			continue
		}
		at, args := f.rangeOf(m.model.Name.Span), []string{m.model.Name.Value}
		list = append(list, Lens{at, "Score the data", CommandScore, args})
		if n := tests[m]; n > 0 {
			list = append(list, Lens{at, "Run " + counted(n, "test"), CommandTests, args})
		}
	}
	for _, t := range f.index().tests {
		if m := s.tested(f, t); m != nil && m.model.Name != nil && t.Name != nil {
			list = append(list, Lens{f.rangeOf(t.Name.Span), "Run test", CommandTest, []string{m.model.Name.Value, t.Name.Value}})
		}
	}
	sortBy(list, func(l Lens) int { return l.Start })
	return list
}
