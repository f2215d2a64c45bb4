package command

import (
	"time"

	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/calendar"
)

// A timeFlag is a flag whose value is a time.
type timeFlag struct {
	name string
	text *string
}

// parse parses the value of the flag: a day and a local time are those of a zone. given
// reports whether there is a value.
func (f *timeFlag) parse(zone *time.Location) (at time.Time, given bool, err error) {
	text := *f.text
	if text == "" {
		return time.Time{}, false, nil
	}
	if t, ok := answer.ParseTime(text, zone); ok {
		return t, true, nil
	}
	return time.Time{}, true, badUsage("--%s %q is not a time; write 2026-05-31, 2026-05-31T09:30 or 2026-05-31T09:30:00Z", f.name, text)
}

// periodFlags defines the flags of a dataInput that has --from and --to in place of --as-of.
func (inv *invocation) periodFlags() *dataInput {
	in := inv.dataFlagsAsOf("from", "begin as of "+timeForms+"; required")
	in.to = &timeFlag{"to", inv.flags.String("to", "", "end as of `TIME`, which may be in the future (default now)")}
	inv.checks = append(inv.checks, func() error {
		if *in.asOfText == "" {
			return badUsage("--from is required")
		}
		return nil
	})
	return in
}

// end returns the instant of --to, or otherwise if that is not given. It fails if that is
// before --from or --as-of.
func (in *dataInput) end(otherwise time.Time) (time.Time, error) {
	to, given, err := in.to.parse(in.zone)
	if !given {
		to = otherwise
	}
	if err == nil && to.Before(in.asOf) {
		return to, badUsage("--to is before --%s: %s is before %s", in.asOfFlag, in.shownTime(to), in.shownTime(in.asOf))
	}
	in.until = to
	return to, err
}

// shownTime returns an instant for people, in the zone of days.
func (in *dataInput) shownTime(t time.Time) string {
	return calendar.Local(time.UnixMicro(t.UnixMicro()), in.zone).Format(time.RFC3339Nano)
}
