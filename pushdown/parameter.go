package pushdown

import (
	"fmt"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/traverse"
)

// A parameter is a value of a statement that is worked out for as of.
type parameter struct {
	typ   ArgumentType
	value func(at *instant) int64
}

// An instant is the one that arguments are worked out for.
type instant struct {
	asOf  time.Time
	since time.Time          // the earlier one of a [Changed]; otherwise as of
	edges map[string][]int64 // by what they are edges of
}

// The days and instants that a record can have: those of the years 0 to 9999.
var (
	firstDay = traverse.DayNumber(0, time.January, 1)
	lastDay  = traverse.DayNumber(9999, time.December, 31)
)

const microsPerDay = int64(secondsPerDay) * 1_000_000

// within returns a bound, or the nearest one that means the same for any record and that a
// database has.
func within(at int64, days bool) int64 {
	first, last := firstDay, lastDay
	if !days {
		first, last = first*microsPerDay, (last+1)*microsPerDay-1
	}
	return min(max(at, first-1), last+1)
}

// boundParameter returns the name of the parameter for a bound of a window, in days or not.
func (c *scope) boundParameter(b check.Bound, days bool) string {
	if b.N == 0 {
		b.Unit = 0
	}
	name := fmt.Sprintf("bound %d %d %d %t", b.Unit, b.N, b.Plus, days)
	zone := c.zone
	if b.Steady(days) {
		zone = time.UTC
	} else {
		name += " " + zone.String()
	}
	p := parameter{InstantArgument, func(at *instant) int64 {
		lo, _ := check.Window{Days: days, Lo: b}.Resolve(at.asOf, zone)
		return within(lo, days)
	}}
	if days {
		p.typ = DayArgument
	}
	c.parameters[name] = p
	return name
}

// numberParameter returns a parameter that is a number.
func (l *lowering) numberParameter(name string, value func(at *instant) int64) *scalar.Expr {
	l.parameters[name] = parameter{NumberArgument, value}
	first, last := firstDay*microsPerDay, (lastDay+1)*microsPerDay
	return l.Param(name, scalar.Whole, scalar.Between(first-1, last))
}
