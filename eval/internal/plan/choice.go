package plan

import (
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A Choice is the plan of `choose model`: which records to ask for, and which of their
// fields names a model.
type Choice struct {
	// Routes has a model for each line, which needs the records of the line.
	Routes *Routes
	Lines  []ChoiceLine
}

// A ChoiceLine is the plan of one line.
type ChoiceLine struct {
	Checked *check.ChoiceLine
	Ref     int     // the first relationship, in the layout of Lead
	Nodes   []*Node // of the hops
	Field   int     // in the layout of the last node
}

// NewChoice plans a choice over a schema. Days are those of UTC.
func NewChoice(c *check.Choice, schema *traverse.Schema) *Choice {
	models := make([]*check.Model, len(c.Lines))
	for i := range c.Lines {
		l := &c.Lines[i]
		where := &check.Comparison{Step: len(l.Path) - 1, Field: l.Field, Predicate: check.IsEmpty{Not: true}}
		child := check.Child{Each: true, Path: l.Path, Dated: -1, Where: []check.Expr{where}}
		models[i] = &check.Model{
			Target: dsl.TargetLead, Zone: time.UTC, Schema: schema, Source: &dsl.Model{},
			Conditions: []check.Condition{{Children: []check.Child{child}}},
		}
	}
	out := &Choice{Routes: NewRoutes(models)}
	for i, m := range out.Routes.Models {
		steps := m.Conditions[0].Children[0].Steps
		line := ChoiceLine{Checked: &c.Lines[i], Ref: steps[1].Node.Ref}
		for _, s := range steps[1:] {
			line.Nodes = append(line.Nodes, s.Node)
		}
		line.Field = steps[len(steps)-1].Node.Layout.Index(c.Lines[i].Field.Name)
		out.Lines = append(out.Lines, line)
	}
	return out
}
