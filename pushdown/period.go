package pushdown

import (
	"math/big"
	"sync"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// noDate stands for no date where a number is needed: it is in no period of a date, and older
// than all.
var noDate = (firstDay - 1500) * microsPerDay

// noDay is noDate in days.
var noDay = firstDay - 1500

func bigOf(n uint64) *big.Int { return new(big.Int).SetUint64(n) }

// ticksRange returns the ticks that a date can have.
func ticksRange(days bool) scalar.Range {
	if days {
		return scalar.Between(firstDay, lastDay)
	}
	return scalar.Between(firstDay*microsPerDay, (lastDay+1)*microsPerDay)
}

// byPeriod tells occurrences that are told apart by their dates apart by the period of the date,
// beside what they are told apart by.
func (c *scope) byPeriod(g group, ch *check.Child) group {
	field, _ := ch.Path[ch.Dated].Entity.Dated()
	days := field.Type.String() == "date"
	missing := noDate
	if days {
		missing = noDay
	}
	at := c.Coalesce(c.atOf(days), c.Whole(missing))
	local := c.over(g.relation) // with the time that the clock showed
	keep := func(rel *relation) {
		for i := range g.values {
			rel.renameAlways(each, c.other(valueColumn(i)), valueColumn(i))
		}
		rel.renameAlways(each, c.atOf(days), columnAt)
		rel.renameAlways(each, c.whole(columnCount, g.span), columnCount)
	}
	keep(local)
	offset := c.Whole(0)
	if !days {
		offset = c.offset(at)
	}
	local.renameAlways(each, offset, "offset")
	in := c.over(local)
	keep(in)
	off := c.whole("offset", scalar.Between(-100_000, 100_000))
	wall := at
	if !days {
		wall = c.Add(at, c.Mul(off, c.Whole(1_000_000)))
	}
	period := c.period(ch.Cap.Period, wall, days)
	in.renameAlways(each, period, valueColumn(g.values))
	values := g.values + 1
	if ch.Cap.Period == dsl.PerHour { // an hour that the clock shows twice is two
		in.renameAlways(each, off, valueColumn(values))
		values++
	}
	return c.regroup(in, values, ch.Aging != nil)
}

// period returns the number of the period in which a local time lies, or a day.
func (c *scope) period(p dsl.Period, wall *scalar.Expr, days bool) *scalar.Expr {
	floor := func(x *scalar.Expr, n int64) *scalar.Expr { return c.Floor(x, big.NewInt(n)) }
	if p == dsl.PerHour {
		return floor(wall, microsPerDay/24)
	}
	day := wall
	if !days {
		day = floor(wall, microsPerDay)
	}
	switch p {
	case dsl.PerDay:
		return day
	case dsl.PerWeek: // 1970-01-01 was a Thursday
		return floor(c.Add(day, c.Whole(3)), 7)
	}
	month := c.Call(callMonth, scalar.Whole, false, scalar.Between(-1_000_000, 1_000_000), day)
	if p == dsl.PerMonth {
		return month
	}
	return floor(c.Sub(month, c.Whole(1)), 12)
}

// lastOffset is the last year whose changes of clocks are in statements.
const lastOffset = 2150

// A clock is the seconds by which a local time is ahead of UTC from an instant on.
type clock struct {
	from   int64 // in microseconds
	offset int64
}

var (
	clocksMutex sync.Mutex
	clocksKnown = map[string][]clock{}
)

// clocks returns the changes of the clock of a zone.
func clocks(zone *time.Location) []clock {
	clocksMutex.Lock()
	defer clocksMutex.Unlock()
	if list, ok := clocksKnown[zone.String()]; ok {
		return list
	}
	var list []clock
	for at := time.Date(-1, time.January, 1, 0, 0, 0, 0, time.UTC); at.Year() <= lastOffset; {
		_, offset := at.In(zone).Zone()
		if n := len(list); n == 0 || list[n-1].offset != int64(offset) {
			list = append(list, clock{at.UnixMicro(), int64(offset)})
		}
		_, end := at.In(zone).ZoneBounds()
		switch {
		case end.IsZero():
			at = time.Date(lastOffset+1, time.January, 1, 0, 0, 0, 0, time.UTC)
		case !end.After(at):
			// After the last change in its tables, package time counts 365 days to a year: on
			// the last day of a leap year ZoneBounds ends before t.
			at = time.Date(at.UTC().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC)
		default:
			at = end.UTC()
		}
	}
	clocksKnown[zone.String()] = list
	return list
}

// offset returns the seconds by which the local time in the zone of the model is ahead of UTC.
func (c *scope) offset(at *scalar.Expr) *scalar.Expr {
	c.lasting = true
	if c.d.nested {
		c.zones[c.zone.String()] = c.zone
		return c.Call(callClock+c.zone.String(), scalar.Whole, false, scalar.Between(-100_000, 100_000), at)
	}
	var tree func(list []clock) *scalar.Expr
	tree = func(list []clock) *scalar.Expr {
		if len(list) == 1 {
			return c.Whole(list[0].offset)
		}
		half := len(list) / 2
		return c.If(c.Less(at, c.Whole(list[half].from)), tree(list[:half]), tree(list[half:]))
	}
	return tree(clocks(c.zone))
}
