package eval

import (
	"iter"
	"math/big"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
)

// A Line is a line of the account of a score: what a condition adds, or what a limit, the
// weight of a dimension or the like changes. The amounts of all lines add up to the
// score. Those of the lines in a place add up to what the place adds; for a dimension
// without its weight, they add up to its score.
type Line struct {
	// Kind is condition, limit, out of, weight or clamp. Each condition has a line, and
	// each row of a table; the others are there only if they change a sum. A clamp is
	// what a reported score lacks because it has 64 bits.
	Kind      string   `json:"kind"`
	In        []Place  `json:"in,omitempty"` // the places that hold the line, the outermost first; nil for the model itself
	Condition string   `json:"condition,omitempty"`
	Row       string   `json:"row,omitempty"`    // as in [Contribution]
	Times     string   `json:"times,omitempty"`  // how often the points of the condition count: see [Contribution.Times]
	Points    int64    `json:"points,omitempty"` // of the condition
	Rule      string   `json:"rule,omitempty"`   // for another kind, what changes the sum, such as `limit up to 40`
	Amount    *big.Int `json:"amount"`           // may have more than 64 bits; must not be changed
	Why       Why      `json:"why,omitempty"`    // as in [Contribution]
}

// A Place is a part of a model that has lines.
type Place struct {
	Kind string `json:"kind"` // dimension, group, first of or table
	Name string `json:"name"`
}

// Equal reports whether l and o are equal. Package go-cmp uses it.
func (l Line) Equal(o Line) bool {
	amounts := l.Amount == o.Amount || l.Amount != nil && o.Amount != nil && l.Amount.Cmp(o.Amount) == 0
	return l.Kind == o.Kind && slices.Equal(l.In, o.In) && l.Condition == o.Condition && l.Row == o.Row && l.Times == o.Times &&
		l.Points == o.Points && l.Rule == o.Rule && amounts && l.Why == o.Why
}

// Lines yields the account of the score, in the order of the rules.
func (e *Explanation) Lines() iter.Seq[Line] {
	if e.Structured() {
		return slices.Values(e.more().lines)
	}
	return func(yield func(Line) bool) {
		var sum points.Total
		for c := range e.All() {
			if !yield(lineOf(&c)) {
				return
			}
			sum = sum.Plus(c.amount)
		}
		if clamp := points.TotalOf(sum.Clamp()).Minus(sum); !clamp.IsZero() {
			yield(Line{Kind: points.ClampLine.String(), Rule: points.ClampRule, Amount: clamp.Big()})
		}
	}
}

// lineOf returns the line of a condition, without the place.
func lineOf(c *Contribution) Line {
	return Line{
		Kind: points.ConditionLine.String(), Condition: c.Condition, Row: c.Row, Times: c.Times(), Points: c.Points, Amount: c.amount.Big(), Why: c.Why,
	}
}

// account completes the contributions of a structured model by its ledger, and writes
// the lines.
func (d *details) account(p *points.Program, m *plan.Model, counts []points.Count, l *points.Ledger) {
	places := map[*points.Place][]Place{}
	d.lines = make([]Line, 0, len(l.Lines))
	for _, from := range l.Lines {
		var line Line
		if from.Kind == points.ConditionLine {
			c := &d.walked[from.Condition]
			c.sum(from.Multiplier, from.Amount)
			c.Why = Why(from.Why)
			holds := func(b *check.Block) bool { return p.BlockHolds(from.Condition, b, counts) }
			c.Blocks = blocksOf(m.Checked.Conditions[from.Condition].Items, counts[p.First(from.Condition)+len(c.Children):], holds)
			line = lineOf(c)
		} else {
			line = Line{Kind: from.Kind.String(), Rule: from.Rule, Amount: from.Amount.Big()}
		}
		in, ok := places[from.In]
		if !ok {
			in = placesOf(from.In)
			places[from.In] = in
		}
		line.In = in
		d.lines = append(d.lines, line)
	}
}

// placesOf returns a place and those that hold it, the outermost first, without the model.
func placesOf(p *points.Place) []Place {
	var list []Place
	for ; p.In != nil; p = p.In {
		list = append(list, Place{p.Kind.String(), p.Name})
	}
	slices.Reverse(list)
	return list
}

// blocksOf returns the results of the blocks of a condition. sames begins with what its
// same blocks count.
func blocksOf(items []check.Item, sames []points.Count, holds func(*check.Block) bool) []BlockResult {
	var list []BlockResult
	child := 0
	var visit func(items []check.Item)
	visit = func(items []check.Item) {
		for _, item := range items {
			at := len(list)
			switch item := item.(type) {
			case check.ChildItem:
				child++
				continue
			case *check.Same:
				n := sames[0]
				sames = sames[1:]
				list = append(list, BlockResult{Label: item.Label, Rule: blockText(item.Source), First: child, Count: n.Clamp(), Holds: !n.IsZero()})
				child += len(item.Children)
			case *check.Block:
				if item.Source == nil {
					visit(item.Items) // of a row of a table
					continue
				}
				list = append(list, BlockResult{Label: item.Label, Rule: blockText(item.Source), First: child, Holds: holds(item)})
				visit(item.Items)
			}
			list[at].Children = child - list[at].First
		}
	}
	visit(items)
	return list
}

// blockText returns the beginning of a block as the rules have it.
func blockText(b *dsl.ItemBlock) string {
	switch b.Kind {
	case dsl.AnyOf:
		return "any of"
	case dsl.AllOf:
		return "all of"
	}
	return sameRule + dotted(b.Ref)
}

// sameRule is what the Rule of a same block begins with.
const sameRule = "same "

// dotted returns a reference as the rules have it.
func dotted(ref []*dsl.Name) string {
	names := make([]string, len(ref))
	for i, n := range ref {
		names[i] = n.String()
	}
	return strings.Join(names, ".")
}

// rowText returns a row of a table as the rules have it, without its points.
func rowText(r *dsl.Row) string {
	text := r.String()
	if at := strings.LastIndex(text, " score "); at >= 0 {
		return text[:at]
	}
	return text
}
