package findings

import (
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

const (
	microsPerMinute = int64(60_000_000)
	minutesPerDay   = int64(24 * 60)
)

// distance returns how much later b is than a, in microseconds or days, at least
// and at most, whatever as of is. ok is false if there are no such limits.
func distance(a, b check.Bound, days bool) (least, greatest int64, ok bool) {
	switch {
	case a.Kind == check.Open || b.Kind == check.Open || a.Kind != b.Kind:
		return 0, 0, false
	case a.Kind == check.Fixed:
		return b.At - a.At, b.At - a.At, true
	}
	day := int64(1)
	if !days {
		day = minutesPerDay * microsPerMinute
	}
	fromMonths, from := shift(a, day)
	toMonths, to := shift(b, day)
	least, greatest = to-from, to-from
	// A month has 28 to 31 days. Clock changes, and days that a time zone skips, move
	// a local time by less than the slack.
	const shortest, longest, slack = 28, 31, 3
	switch months := toMonths - fromMonths; {
	case months > 0:
		least += (shortest*months - slack) * day
		greatest += (longest*months + slack) * day
	case months < 0:
		least += (longest*months - slack) * day
		greatest += (shortest*months + slack) * day
	}
	return least, greatest, true
}

// shift splits the distance from as of to b into calendar months and the rest.
func shift(b check.Bound, day int64) (months, rest int64) {
	switch b.Unit {
	case dsl.Years:
		return 12 * b.N, b.Plus
	case dsl.Months:
		return b.N, b.Plus
	case dsl.Weeks:
		return 0, 7*day*b.N + b.Plus
	case dsl.Days:
		return 0, day*b.N + b.Plus
	case dsl.Hours:
		return 0, 60*microsPerMinute*b.N + b.Plus
	}
	return 0, microsPerMinute*b.N + b.Plus
}
