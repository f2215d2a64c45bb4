// Package award says with expressions what a model makes of the counts of its conditions: who is
// scored, the score, the grades, the label, and whether the lead is sales ready. It is what
// internal/points is for counts in Go, and tests hold it equal to that.
package award

import (
	"fmt"
	"math"
	"math/big"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// Audience is the condition of a [Counts] for the audience of the model.
const Audience = -1

// Counts returns what a child of a condition counts, never null and never negative. condition
// is an index into check.Model.Conditions, or [Audience]; child is one into
// check.Condition.Children, or their number plus k for the k-th check.Same of the condition's
// items, which counts values.
//
// A child counts its occurrences, as far as a cap lets them count; `every N` does, too. With a
// decay it counts the sum of their weights, or for `has` the weight of the newest, as a multiple
// of 1/check.Aging.Scale; `every SPAN without` counts how often the span has passed.
type Counts func(condition, child int) *scalar.Expr

// An Award is what a model gives to a lead, as expressions over counts and over parameters:
// see [Award.Seasons]. What is after InAudience holds for leads that are scored.
type Award struct {
	Active     *scalar.Expr // a truth: as of is in the season of the model
	InAudience *scalar.Expr // a truth
	Score      *scalar.Expr // of 64 bits
	Grade      *scalar.Expr // a text, null without a grade
	SalesReady *scalar.Expr // a truth
	Label      *scalar.Expr // a text, null without a label
	Dimensions []Dimension  // in the order of the rules

	// Seasons has the parameters that the expressions may have, by name: each is a truth.
	Seasons map[string]Season

	lowering *lowering
}

// A Dimension is what one dimension gives.
type Dimension struct {
	Name  string
	Score *scalar.Expr // before its weight, of 64 bits; 0 out of season
	Grade *scalar.Expr // a text, null without a grade
}

// A Condition is what one condition adds, of a lead that is scored.
type Condition struct {
	// Times is how often its points count, as a multiple of 1/Of, whatever the season and the
	// tiers before it. Of is 1 unless a child has a decay.
	Times *scalar.Expr
	Of    uint64
	// Taken is a truth: Times is above 0, in season, and no earlier tier was taken.
	Taken *scalar.Expr
	// Amount is what it adds to the sum of what holds it. It may have more than 64 bits.
	Amount *scalar.Expr
}

// Conditions returns what the conditions of the model add, in the order of
// check.Model.Conditions.
func (a *Award) Conditions() []Condition {
	l := a.lowering
	out := make([]Condition, len(l.model.Conditions))
	for i := range out {
		times, of := l.times(i)
		taken := l.counting(i)
		out[i] = Condition{l.If(l.holds(i), times, l.Whole(0)), of, taken, l.If(taken, l.worth(i), l.Whole(0))}
	}
	return out
}

// A Season is the instants, in microseconds since 1970-01-01 UTC, at which something counts.
type Season struct{ From, To int64 }

// Holds reports whether a season includes an instant.
func (s Season) Holds(asOf time.Time) bool {
	at := asOf.UnixMicro()
	return s.From <= at && at <= s.To
}

// Of returns the award of a checked model. It asks for each count that it needs, perhaps more
// than once.
func Of(b *scalar.Builder, m *check.Model, counts Counts) *Award {
	a := &Award{Seasons: map[string]Season{}}
	l := &lowering{Builder: b, model: m, counts: counts, award: a, in: make([]*holder, len(m.Conditions)), dimensions: map[*check.Dimension]int{}}
	a.lowering = l
	a.Active = l.season(m.Season)
	a.InAudience = b.Truth(true)
	if m.Audience != nil {
		a.InAudience = l.holds(Audience)
	}
	parts := m.Parts
	if parts == nil {
		for i := range m.Conditions {
			parts = append(parts, check.ConditionPart(i))
		}
	}
	root := &holder{active: b.Truth(true)} // whoever is scored is in season
	a.Score = b.Clamp(l.limited(l.sum(root, parts), m.Limit))
	a.Grade = l.grade(&m.Grades, a.Score)
	a.Label = l.label()
	a.SalesReady = l.salesReady()
	return a
}

// A lowering makes the expressions of one model.
type lowering struct {
	*scalar.Builder
	model      *check.Model
	counts     Counts
	award      *Award
	in         []*holder // by condition: what holds it
	dimensions map[*check.Dimension]int
}

// A holder is what holds conditions: a model, a group, a dimension or tiers.
type holder struct {
	active *scalar.Expr // it is in season, with all that hold it
	tiers  *check.Tiers // or nil
}

// within returns a part of h, with a season of its own.
func (l *lowering) within(h *holder, w *check.Window) *holder {
	return &holder{active: l.And(h.active, l.season(w))}
}

// season returns the parameter for a season: true if there is none.
func (l *lowering) season(w *check.Window) *scalar.Expr {
	if w == nil {
		return l.Truth(true)
	}
	from, to := w.Resolve(time.Time{}, l.model.Zone) // no season depends on as of
	name := fmt.Sprintf("season %d %d", from, to)
	l.award.Seasons[name] = Season{from, to}
	return l.Param(name, scalar.Truth, scalar.Range{})
}

// sum returns the sum of what a holder has, apart from seasons of the holder.
func (l *lowering) sum(in *holder, parts []check.Part) *scalar.Expr {
	var list []*scalar.Expr
	for _, p := range parts {
		switch p := p.(type) {
		case check.ConditionPart:
			i := int(p)
			l.in[i] = in
			list = append(list, l.If(l.And(l.season(l.model.Conditions[i].Season), l.holds(i)), l.worth(i), l.Whole(0)))
		case *check.Group:
			sum := l.limited(l.sum(l.within(in, p.Season), p.Parts), p.Limit)
			list = append(list, l.If(l.season(p.Season), sum, l.Whole(0)))
		case *check.Tiers:
			list = append(list, l.If(l.season(p.Season), l.tiers(in, p), l.Whole(0)))
		case *check.Dimension:
			list = append(list, l.dimension(in, p))
		}
	}
	return l.Add(list...)
}

// tiers returns what the first tier gives that holds.
func (l *lowering) tiers(in *holder, t *check.Tiers) *scalar.Expr {
	here := l.within(in, t.Season)
	here.tiers = t
	var whens []scalar.When
	for _, i := range t.Conditions {
		l.in[i] = here
		whens = append(whens, scalar.When{If: l.And(l.season(l.model.Conditions[i].Season), l.holds(i)), Then: l.worth(i)})
	}
	return l.Case(l.Whole(0), whens...)
}

// dimension returns what a dimension adds: its score times its weight.
func (l *lowering) dimension(in *holder, d *check.Dimension) *scalar.Expr {
	here := l.within(in, d.Season)
	at := len(l.award.Dimensions)
	l.dimensions[d] = at
	l.award.Dimensions = append(l.award.Dimensions, Dimension{})
	sum := l.limited(l.sum(here, d.Parts), d.Limit)
	if d.OutOf > 0 {
		sum = l.Rounded(sum, big.NewInt(d.OutOf), big.NewInt(d.Limit.Hi))
	}
	weight := d.Weight
	if weight == 0 {
		weight = 100
	}
	score := l.If(here.active, l.Clamp(sum), l.Whole(0))
	l.award.Dimensions[at] = Dimension{d.Name, score, l.If(here.active, l.grade(&d.Grades, score), l.Null(scalar.Text))}
	return l.If(here.active, l.Rounded(sum, big.NewInt(weight), big.NewInt(100)), l.Whole(0))
}

// limited returns a sum within a limit.
func (l *lowering) limited(sum *scalar.Expr, limit check.Limit) *scalar.Expr {
	if limit.HasLo {
		sum = l.Greatest(sum, l.Whole(limit.Lo))
	}
	if limit.HasHi {
		sum = l.Least(sum, l.Whole(limit.Hi))
	}
	return sum
}

// An item is what a condition has in a row: each must hold.
type item struct {
	holds *scalar.Expr // a truth
	times *scalar.Expr // how often the points count for it, or nil
	scale uint64       // what times is a multiple of one of
}

// items returns the items of a condition.
func (l *lowering) items(condition int) []item {
	c := l.condition(condition)
	list := c.Items
	if list == nil {
		for i := range c.Children {
			list = append(list, check.ChildItem(i))
		}
	}
	var out []item
	same := len(c.Children)
	for _, it := range list {
		switch it := it.(type) {
		case check.ChildItem:
			out = append(out, l.child(condition, int(it)))
		case *check.Same:
			n := l.counts(condition, same)
			same++
			out = append(out, item{l.some(n), n, 1})
		case *check.Block:
			out = append(out, item{holds: l.block(condition, it)})
		}
	}
	return out
}

func (l *lowering) condition(i int) *check.Condition {
	if i == Audience {
		return l.model.Audience
	}
	return &l.model.Conditions[i]
}

func (l *lowering) some(n *scalar.Expr) *scalar.Expr { return l.More(n, l.Whole(0)) }

// child returns a child as an item.
func (l *lowering) child(condition, child int) item {
	c := &l.condition(condition).Children[child]
	n := l.counts(condition, child)
	switch {
	case c.Aging != nil:
		return item{l.some(n), n, c.Aging.Scale()}
	case c.Each && c.Every > 1:
		every := new(big.Int).SetUint64(c.Every)
		return item{l.MoreEqual(n, l.Const(scalar.BigOf(every))), l.Quo(n, every), 1}
	case c.Each:
		return item{l.some(n), n, 1}
	}
	return item{holds: l.frequency(c, n)}
}

// frequency returns whether a child holds that does not count.
func (l *lowering) frequency(c *check.Child, n *scalar.Expr) *scalar.Expr {
	least, most := new(big.Int).SetUint64(c.Min), new(big.Int).SetUint64(c.Max)
	bound := func(n *big.Int) *scalar.Expr { return l.Const(scalar.BigOf(n)) }
	switch {
	case c.Max == math.MaxUint64 || c.Max == 0 && c.Min > 0:
		return l.MoreEqual(n, bound(least))
	case c.Min == c.Max:
		return l.Equal(n, bound(least))
	}
	return l.And(l.MoreEqual(n, bound(least)), l.LessEqual(n, bound(most)))
}

// block returns whether a block holds.
func (l *lowering) block(condition int, b *check.Block) *scalar.Expr {
	var list []*scalar.Expr
	for _, it := range b.Items {
		switch it := it.(type) {
		case check.ChildItem:
			list = append(list, l.child(condition, int(it)).holds)
		case *check.Block:
			list = append(list, l.block(condition, it))
		}
	}
	if b.Any {
		return l.Or(list...)
	}
	return l.And(list...)
}

// holds returns whether the multiplier of a condition is above 0.
func (l *lowering) holds(condition int) *scalar.Expr {
	var list []*scalar.Expr
	for _, it := range l.items(condition) {
		list = append(list, it.holds)
	}
	return l.And(list...)
}

// times returns how often the points of a condition count if it holds, as a multiple of
// 1/scale.
func (l *lowering) times(condition int) (n *scalar.Expr, scale uint64) {
	var list []*scalar.Expr
	scale = 1
	for _, it := range l.items(condition) {
		if it.times != nil {
			list, scale = append(list, it.times), it.scale // one that decays is the only one that counts
		}
	}
	if list == nil {
		return l.Whole(1), 1
	}
	return l.Least(list...), scale
}

// worth returns what a condition adds if it holds: its points, as often as they count, rounded
// once, up to its bound.
func (l *lowering) worth(condition int) *scalar.Expr {
	c := l.condition(condition)
	times, scale := l.times(condition)
	sum := l.Rounded(times, big.NewInt(c.Points), new(big.Int).SetUint64(scale))
	switch {
	case c.Bound > 0:
		return l.Least(sum, l.Whole(c.Bound))
	case c.Bound < 0:
		return l.Greatest(sum, l.Whole(c.Bound))
	}
	return sum
}
