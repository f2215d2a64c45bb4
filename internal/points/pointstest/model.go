// Package pointstest draws models and what their conditions count, for tests of what counts are
// worth.
package pointstest

import (
	"fmt"
	"math"
	"math/big"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
)

// A modeler draws models with all that the second layer of the language has.
type modeler struct {
	t     *rapid.T
	m     *check.Model
	names int
}

func (d *modeler) name(kind string) string {
	d.names++
	return fmt.Sprintf("%s %d", kind, d.names)
}

func (d *modeler) chance(what string) bool { return rapid.IntRange(0, 3).Draw(d.t, what) == 0 }

// season draws a season, or nil. As of is from 0 to 3.
func (d *modeler) season() *check.Window {
	if !d.chance("season") {
		return nil
	}
	w := &check.Window{}
	at := rapid.Int64Range(0, 3)
	if rapid.Bool().Draw(d.t, "from") {
		w.Lo = check.Bound{Kind: check.Fixed, At: at.Draw(d.t, "lo")}
	}
	if rapid.Bool().Draw(d.t, "until") {
		w.Hi = check.Bound{Kind: check.Fixed, At: at.Draw(d.t, "hi")}
	}
	return w
}

func (d *modeler) limit() check.Limit {
	var l check.Limit
	if d.chance("limit") {
		l.HasLo, l.HasHi = rapid.Bool().Draw(d.t, "from"), rapid.Bool().Draw(d.t, "up to")
		l.Lo = rapid.Int64Range(-40, 20).Draw(d.t, "lo")
		l.Hi = rapid.Int64Range(max(l.Lo, 1), 60).Draw(d.t, "hi")
	}
	return l
}

func (d *modeler) scale() grades.Scale {
	if d.chance("no grades") {
		return grades.Scale{}
	}
	low := rapid.Int64Range(-20, 40).Draw(d.t, "low")
	bands := []grades.Band{grades.Below("C", low), grades.Between("B", low, low+10), grades.AtLeast("A", low+11)}
	s, err := grades.NewScale(bands[rapid.IntRange(0, 1).Draw(d.t, "first grade"):]...)
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// holding draws a child that holds or does not.
func (d *modeler) holding() check.Child {
	low := rapid.Uint64Range(0, 3).Draw(d.t, "min")
	high := rapid.Uint64Range(0, 4).Draw(d.t, "max")
	return check.Child{Min: low, Max: high}
}

func (d *modeler) aging() *check.Aging {
	kind := check.AgingKind(rapid.IntRange(0, 3).Draw(d.t, "kind"))
	return &check.Aging{Kind: kind, Percent: 30, Newest: rapid.Bool().Draw(d.t, "newest"), Steps: rapid.IntRange(1, 33).Draw(d.t, "steps")}
}

// condition draws a condition and returns its index.
func (d *modeler) condition(row bool) int {
	c := check.Condition{Name: d.name("condition"), Points: rapid.Int64Range(-30, 30).Draw(d.t, "points")}
	if rapid.IntRange(0, 9).Draw(d.t, "large points") == 0 {
		c.Points = rapid.SampledFrom([]int64{-1_000_000_000, 1_000_000_000}).Draw(d.t, "points")
	}
	if !row {
		c.Season = d.season()
		if d.chance("bound") {
			c.Bound = c.Points * rapid.Int64Range(1, 4).Draw(d.t, "bound")
		}
	}
	add := func(ch check.Child) check.ChildItem {
		c.Children = append(c.Children, ch)
		return check.ChildItem(len(c.Children) - 1)
	}
	var block func(depth int) *check.Block
	block = func(depth int) *check.Block {
		b := &check.Block{Any: rapid.Bool().Draw(d.t, "any")}
		for range rapid.IntRange(1, 3).Draw(d.t, "items") {
			if depth < 3 && d.chance("block") {
				b.Items = append(b.Items, block(depth+1))
			} else {
				b.Items = append(b.Items, add(d.holding()))
			}
		}
		return b
	}
	decays := d.chance("decays")
	blocks := false
	for range rapid.IntRange(0, 3).Draw(d.t, "items") {
		switch kind := rapid.IntRange(0, 6).Draw(d.t, "item"); {
		case kind == 0:
			c.Items, blocks = append(c.Items, block(1)), true
		case kind == 1 && !decays:
			c.Items, blocks = append(c.Items, &check.Same{Children: []int{int(add(d.holding()))}}), true
		case kind < 4 && !decays:
			every := rapid.SampledFrom([]uint64{0, 0, 2}).Draw(d.t, "every")
			c.Items = append(c.Items, add(check.Child{Each: true, Every: every}))
		default:
			c.Items = append(c.Items, add(d.holding()))
		}
	}
	if decays {
		a := d.aging()
		c.Items = append(c.Items, add(check.Child{Each: !a.Newest, Min: 1, Aging: a}))
	}
	if !blocks {
		c.Items = nil
	}
	d.m.Conditions = append(d.m.Conditions, c)
	return len(d.m.Conditions) - 1
}

func (d *modeler) parts(depth int) []check.Part {
	list := []check.Part{}
	for range rapid.IntRange(1, 4).Draw(d.t, "parts") {
		switch kind := rapid.IntRange(0, 6).Draw(d.t, "part"); {
		case kind == 0 && depth < 3:
			list = append(list, &check.Group{Name: d.name("group"), Season: d.season(), Limit: d.limit(), Parts: d.parts(depth + 1)})
		case kind == 1 && depth == 0:
			dim := &check.Dimension{Name: d.name("dimension"), Season: d.season(), Limit: d.limit(), Parts: d.parts(1), Grades: d.scale()}
			dim.Weight = rapid.SampledFrom([]int64{100, 100, 1, 50, 33, 150, 1000}).Draw(d.t, "weight")
			if dim.Limit.HasHi && rapid.Bool().Draw(d.t, "out of") {
				dim.OutOf = rapid.Int64Range(1, 120).Draw(d.t, "out of")
			}
			list = append(list, dim)
			if rapid.Bool().Draw(d.t, "in label") {
				d.m.Label = append(d.m.Label, dim)
			}
		case kind == 2:
			tiers := &check.Tiers{Name: d.name("tiers"), Season: d.season()}
			for range rapid.IntRange(1, 4).Draw(d.t, "tiers") {
				tiers.Conditions = append(tiers.Conditions, d.condition(false))
			}
			list = append(list, tiers)
		default:
			list = append(list, check.ConditionPart(d.condition(false)))
		}
	}
	return list
}

func (d *modeler) decision(depth int) check.Decision {
	several := func() (list []check.Decision) {
		for range rapid.IntRange(1, 3).Draw(d.t, "terms") {
			list = append(list, d.decision(depth+1))
		}
		return list
	}
	var of *check.Dimension
	if len(d.m.Label) > 0 && rapid.Bool().Draw(d.t, "of") {
		of = rapid.SampledFrom(d.m.Label).Draw(d.t, "dimension")
	}
	switch kind := rapid.IntRange(0, 5).Draw(d.t, "decision"); {
	case kind == 0 && depth < 3:
		return check.AllDecisions(several())
	case kind == 1 && depth < 3:
		return check.AnyDecision(several())
	case kind == 2 && depth < 3:
		return check.NotDecision{Decision: d.decision(depth + 1)}
	case kind == 3 && len(d.m.Conditions) > 0:
		return check.HoldsDecision{Condition: rapid.IntRange(0, len(d.m.Conditions)-1).Draw(d.t, "condition")}
	case kind == 4:
		values := rapid.SliceOfN(rapid.SampledFrom([]string{"A", "B", "C", "AA", "AB", "CA"}), 1, 3).Draw(d.t, "values")
		g := check.GradeDecision{Of: of, Values: values, Not: rapid.Bool().Draw(d.t, "not")}
		if of == nil {
			g.Label = rapid.Bool().Draw(d.t, "label")
		}
		return g
	}
	bound := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.Int64Range(-30, 60).Draw(t, "bound")) })
	if rapid.Bool().Draw(d.t, "in") {
		return check.ScoreDecision{Of: of, Predicate: check.NumberIn{Values: []float64{0, bound.Draw(d.t, "value")}, Not: rapid.Bool().Draw(d.t, "not")}}
	}
	p := check.NumberBetween{Lo: bound.Draw(d.t, "lo"), Hi: bound.Draw(d.t, "hi"), LoOpen: rapid.Bool().Draw(d.t, "open"), HiOpen: rapid.Bool().Draw(d.t, "open")}
	return check.ScoreDecision{Of: of, Predicate: p}
}

// Model draws a checked model. Its seasons are of instants from 0 to 3, in microseconds.
func Model(t *rapid.T) *check.Model {
	d := &modeler{t: t, m: &check.Model{Name: "M", Zone: time.UTC, Limit: check.Limit{}}}
	d.m.Parts = d.parts(0)
	d.m.Limit, d.m.Grades = d.limit(), d.scale()
	if rapid.Bool().Draw(t, "decides") {
		d.m.Decision = d.decision(0)
	} else {
		d.m.SalesReady = grades.ReadyAt(rapid.Int64Range(-10, 40).Draw(t, "ready"))
	}
	return d.m
}

// Counts draws what the conditions of a model counted, by condition: see points.Program.
func Counts(t *rapid.T, m *check.Model) (list [][]*big.Int) {
	count := rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64Range(0, 3), rapid.Uint64Range(0, 200), rapid.Uint64())
	if rapid.IntRange(0, 3).Draw(t, "all small") > 0 {
		count = rapid.Uint64Range(0, 4)
	}
	for i := range m.Conditions {
		c := &m.Conditions[i]
		n := len(c.Children)
		for _, item := range c.Items {
			if _, ok := item.(*check.Same); ok {
				n++
			}
		}
		var mine []*big.Int
		for k := range n {
			x := new(big.Int).SetUint64(count.Draw(t, "count"))
			if k < len(c.Children) {
				if a := c.Children[k].Aging; a != nil {
					x.Mul(x, new(big.Int).SetUint64(a.Weight(rapid.IntRange(0, 33).Draw(t, "age"))))
				}
			}
			if rapid.IntRange(0, 50).Draw(t, "huge") == 0 {
				x.Mul(x, new(big.Int).SetUint64(math.MaxUint64))
			}
			mine = append(mine, x)
		}
		list = append(list, mine)
	}
	return list
}
