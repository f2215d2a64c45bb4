package pushdown

import (
	"fmt"
	"math/big"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/traverse"
)

// A date is when an occurrence was, null if it has no date.
type date struct {
	ticks  *scalar.Expr // in microseconds, or in days
	native *scalar.Expr // as the database has it, or nil
	days   bool
}

// dateOf returns the date of a record whose entity is dated.
func (r record) dateOf() date {
	f, _ := r.entity.Dated()
	at := r.date()
	return date{r.ticks(at, f.Type == traverse.Date), at, f.Type == traverse.Date}
}

// ticks returns an instant or a day as a number.
func (l *lowering) ticks(at *scalar.Expr, days bool) *scalar.Expr {
	call := callMicros
	if days {
		call = callDays
	}
	return l.Call(call, scalar.Whole, at.Nullable(), ticksRange(days), at)
}

// maxEdges is how many instants an age may be told by that have no formula: those of months and
// years.
const maxEdges = 1500

// weightOf returns what an occurrence weighs by its date, as a multiple of 1/[check.Aging.Scale]:
// 0 without a date.
func (c *scope) weightOf(a *check.Aging, at date) *scalar.Expr {
	if a.Kind != check.Halving {
		if span, ok := steadySpan(a.Span); ok {
			return c.If(c.IsNull(at.ticks), c.Whole(0), c.byAge(a, c.age(span, a.Steps, at)))
		}
	}
	if a.Steps > maxEdges {
		refuse(fmt.Sprintf("the age of an occurrence takes %d different values, told by months or years", a.Steps), "write a shorter time, days in place of months, or points that reach their bound sooner")
	}
	whens := []scalar.When{{If: c.IsNull(at.ticks), Then: c.Whole(0)}}
	for k := range a.Steps {
		whens = append(whens, scalar.When{If: c.younger(a, k+1, at), Then: c.weighs(a, k)})
	}
	return c.Case(c.weighs(a, a.Steps), whens...)
}

func (c *scope) weighs(a *check.Aging, k int) *scalar.Expr {
	return c.Const(scalar.BigOf(new(big.Int).SetUint64(a.Weight(k))))
}

// younger returns whether an occurrence is not k spans old.
func (c *scope) younger(a *check.Aging, k int, at date) *scalar.Expr {
	days := a.Span.Days
	of := fmt.Sprintf("%d %d %t %s", a.Span.N, a.Span.Unit, days, c.zone)
	zone := c.zone
	value := func(at *instant) int64 {
		edges := at.edges[of]
		if len(edges) < k {
			all := *a
			all.Steps = max(a.Steps, k)
			edges = all.Edges(at.asOf, zone, nil)
			at.edges[of] = edges
		}
		return within(edges[k-1], days)
	}
	name := fmt.Sprintf("edge %d %s", k, of)
	if at.native == nil {
		return c.MoreEqual(c.Coalesce(at.ticks, c.Whole(firstDay*microsPerDay-1)), c.numberParameter(name+" number", value))
	}
	p := parameter{InstantArgument, value}
	if days {
		p.typ = DayArgument
	}
	c.parameters[name] = p
	return c.is(callAt+">=", at.native, c.Param(name, scalar.Other, scalar.Range{}))
}

// steadySpan returns a span in ticks, if it has always as many.
func steadySpan(s check.Span) (ticks int64, ok bool) {
	day := microsPerDay
	if s.Days {
		day = 1
	}
	switch s.Unit {
	case dsl.Minutes:
		return s.N * (microsPerDay / (24 * 60)), !s.Days
	case dsl.Hours:
		return s.N * (microsPerDay / 24), !s.Days
	case dsl.Days:
		return s.N * day, true
	case dsl.Weeks:
		return s.N * 7 * day, true
	}
	return 0, false
}

// age returns how many spans old an occurrence with a date is, at most steps: the largest k
// such that it is before as of - k spans.
func (c *scope) age(span int64, steps int, at date) *scalar.Expr {
	return c.ageAt("", func(at *instant) time.Time { return at.asOf }, span, steps, at)
}

// ageSince is age as of the first of two instants: see [Changed].
func (c *scope) ageSince(span int64, steps int, at date) *scalar.Expr {
	return c.ageAt("first ", func(at *instant) time.Time { return at.since }, span, steps, at)
}

// ageAt is age as of an instant, which has a name if it is not as of.
func (c *scope) ageAt(which string, asOf func(*instant) time.Time, span int64, steps int, at date) *scalar.Expr {
	name := which + "now"
	zone := c.zone
	value := func(at *instant) int64 { return asOf(at).UnixMicro() }
	if at.days {
		name = which + "today " + zone.String()
		value = func(at *instant) int64 { return check.AsOfDay(asOf(at), zone) }
	}
	passed := c.Sub(c.Sub(c.numberParameter(name, value), c.Coalesce(at.ticks, c.Whole(0))), c.Whole(1))
	k := c.Quo(c.Greatest(passed, c.Whole(0)), big.NewInt(span))
	return c.Least(k, c.Whole(int64(steps)))
}

// byAge returns the weight of an occurrence that is k spans old.
func (c *scope) byAge(a *check.Aging, k *scalar.Expr) *scalar.Expr {
	switch a.Kind {
	case check.Losing:
		return c.Greatest(c.Sub(c.Whole(100), c.Mul(k, c.Whole(a.Percent))), c.Whole(0))
	case check.Fading:
		return c.Sub(c.Whole(int64(a.Steps)), k)
	}
	return k
}
