package tables

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// The formats of times in a mapping, besides layouts of package time.
const (
	unixSeconds = "UnixSeconds"
	unixMillis  = "UnixMillis"
)

// A style describes how the values of a mapped column are written.
type style struct {
	layout    string         // of times and dates; "" = roughly as in ISO 8601
	zone      *time.Location // of times without an offset
	days      *time.Location // of days without a layout
	separator string         // of choices
}

// read reads a field from text, which must not change afterwards.
func (s *style) read(typ traverse.Type, text string) (traverse.Value, error) {
	switch typ {
	case traverse.Bool:
		return readBool(text)
	case traverse.Time, traverse.Date:
		t, err := s.time(typ, text)
		switch {
		case err != nil:
			return traverse.Value{}, err
		case typ == traverse.Date:
			return traverse.DateValue(t.Date()), nil
		}
		return traverse.TimeValue(t), nil
	case traverse.Choices:
		if s.separator == "" {
			break
		}
		var chosen []string
		for piece := range strings.SplitSeq(text, s.separator) {
			if piece = strings.TrimSpace(piece); piece != "" {
				chosen = append(chosen, piece)
			}
		}
		if chosen == nil {
			return traverse.Value{}, nil
		}
		return traverse.ChoicesValue(chosen...), nil
	}
	return memory.Parse(typ, text)
}

func readBool(text string) (traverse.Value, error) {
	for i, word := range []string{"true", "false", "yes", "no", "1", "0"} {
		if strings.EqualFold(text, word) {
			return traverse.BoolValue(i%2 == 0), nil
		}
	}
	return traverse.Value{}, fmt.Errorf("%s is not a bool; write true or false, yes or no, 1 or 0", shown.Quote(text))
}

func (s *style) time(typ traverse.Type, text string) (time.Time, error) {
	zone := s.zone
	switch {
	case typ == traverse.Date:
		zone = time.UTC // a date is the day as written, even if clocks skip its midnight
	case s.layout == "" && len(text) == len(time.DateOnly):
		zone = s.days
	}
	var t time.Time
	switch s.layout {
	case "":
		if t, ok := looseTime(text, zone); ok {
			return t, nil
		}
		return t, fmt.Errorf("%s is not a %v; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, or give its format in the mapping", shown.Quote(text), typ)
	case unixSeconds, unixMillis:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return t, fmt.Errorf("%s is not a whole number of %s", shown.Quote(text), s.layout)
		}
		if s.layout == unixMillis {
			t = time.UnixMilli(n)
		} else if t = time.Unix(n, 0); n > math.MaxInt64/1000 || n < math.MinInt64/1000 {
			t = time.Time{}.AddDate(20_000, 0, 0) // beyond the range of package time
		}
		t = t.In(s.zone)
	default:
		offset := strings.Contains(s.layout, "-07") || strings.Contains(s.layout, "Z07")
		named := !offset && strings.Contains(s.layout, "MST")
		in := time.UTC
		if named {
			in = zone
		}
		var err error
		if t, err = time.ParseInLocation(s.layout, text, in); err != nil {
			return t, fmt.Errorf("%s is not a %v written as %s", shown.Quote(text), typ, printable(s.layout))
		}
		switch {
		case named && typ == traverse.Time:
			// Package time accepts any name of a zone, and treats unknown ones as UTC.
			name, seconds := t.Zone()
			if seconds == 0 && t.Location() != zone && t.Location() != time.UTC && !strings.HasPrefix(name, "GMT") {
				return t, fmt.Errorf("%s is in a time zone %s, which clocks in %v do not show; give the zone of these times in the mapping", shown.Quote(text), name, zone)
			}
		case !offset && !named:
			t = onClock(t, zone)
		}
	}
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return t, fmt.Errorf("%s is a time outside the years 0 to 9999", shown.Quote(text))
	}
	return t, nil
}

// newStyle returns the style of a column. Times without an offset are in zone, and
// days begin in the zone days.
func newStyle(layout string, zone, days *time.Location, separator string) *style {
	s := &style{layout: layout, zone: zone, days: days, separator: separator}
	if layout == "" || layout == unixSeconds || layout == unixMillis {
		return s
	}
	if read, err := writtenAs(layout); err == nil && read.Hour() == 0 {
		s.zone = days // the layout is that of a day
	}
	return s
}

// writtenAs returns what is left of 2031-12-28 23:45:56 once it has been written and
// read with a layout of package time.
func writtenAs(layout string) (time.Time, error) {
	t := time.Date(2031, time.December, 28, 23, 45, 56, 0, time.UTC)
	return time.Parse(layout, t.Format(layout))
}

// onClock returns the instant at which a clock in a zone shows the time that shown
// has in UTC. If clocks show it twice, as they are set back, it returns the first
// instant. If they skip it, it uses the offset from before the change.
func onClock(shown time.Time, zone *time.Location) time.Time {
	if zone == time.UTC {
		return shown
	}
	at := func(offset int) (time.Time, bool) {
		t := shown.Add(-time.Duration(offset) * time.Second).In(zone)
		_, real := t.Zone()
		return t, real == offset
	}
	t := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), shown.Nanosecond(), zone)
	_, offset := t.Zone()
	_, before := t.Add(-24 * time.Hour).Zone()
	first, ok := at(before)
	if !ok && offset != before {
		if later, ok := at(offset); ok {
			return later
		}
	}
	return first
}

// looseTime reads times in the forms that exports use: a day; or a day, a space or T,
// an hour of one or two digits, minutes, optional seconds with an optional fraction,
// and optionally, after an optional space, Z, UTC or an offset. Without these the
// time is in zone. The time is truncated to nanoseconds.
func looseTime(text string, zone *time.Location) (time.Time, bool) {
	s := scan{text: text, ok: true}
	year := s.number(4, 4)
	s.expect('-')
	month := s.number(2, 2)
	s.expect('-')
	day := s.number(2, 2)
	var hour, minute, second, nanos int
	if s.ok && len(s.text) > 0 {
		if !s.accept('T') && !s.accept('t') {
			s.expect(' ')
		}
		hour = s.number(1, 2)
		s.expect(':')
		minute = s.number(2, 2)
		if s.accept(':') {
			second = s.number(2, 2)
			if s.accept('.') {
				nanos = s.fraction()
			}
		}
		if len(s.text) > 1 {
			s.accept(' ')
		}
		switch {
		case s.text == "":
		case strings.EqualFold(s.text, "Z"), strings.EqualFold(s.text, "UTC"):
			zone, s.text = time.UTC, ""
		default:
			sign := 1
			if s.accept('-') {
				sign = -1
			} else {
				s.expect('+')
			}
			hours := s.number(2, 2)
			s.accept(':')
			minutes := 0
			if s.text != "" {
				minutes = s.number(2, 2)
			}
			s.ok = s.ok && hours < 24 && minutes < 60
			zone = time.FixedZone("", sign*(hours*60+minutes)*60)
		}
	}
	if !s.ok || s.text != "" || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	if t.Day() != day {
		return time.Time{}, false
	}
	t = onClock(t, zone)
	utc := t.UTC().Year() // an offset may lead to a year out of range
	return t, utc >= 0 && utc <= 9999
}

// A scan is text that is read from its beginning.
type scan struct {
	text string
	ok   bool
}

func (s *scan) accept(c byte) bool {
	if s.text == "" || s.text[0] != c {
		return false
	}
	s.text = s.text[1:]
	return true
}

func (s *scan) expect(c byte) {
	if !s.accept(c) {
		s.ok = false
	}
}

// number reads a number of least to most digits.
func (s *scan) number(least, most int) int {
	n, i := 0, 0
	for i < most && i < len(s.text) && '0' <= s.text[i] && s.text[i] <= '9' {
		n = 10*n + int(s.text[i]-'0')
		i++
	}
	s.ok = s.ok && i >= least
	s.text = s.text[i:]
	return n
}

// fraction reads the digits of a fraction of a second, and returns nanoseconds.
func (s *scan) fraction() int {
	n, i := 0, 0
	for unit := 100_000_000; i < len(s.text) && '0' <= s.text[i] && s.text[i] <= '9'; i++ {
		n += unit * int(s.text[i]-'0')
		unit /= 10
	}
	s.ok = s.ok && i > 0
	s.text = s.text[i:]
	return n
}

// layoutProblem returns a message about a layout of package time, or "" if it is
// usable.
func layoutProblem(layout string, typ traverse.Type, zone string) string {
	read, err := writtenAs(layout)
	y, m, d := read.Date()
	hour, minute, second := read.Clock()
	switch {
	case err != nil || y != 2031 || m != time.December || d != 28:
		return "does not name the year, month and day; write 2006-01-02 15:04:05 the way the times are written, or UnixSeconds or UnixMillis"
	case hour != 0 && hour != 23:
		return "has an hour up to 12 without PM, or PM without such an hour; write 15 for the hour of the day, or add PM"
	case minute != 45 && (second == 56 || strings.Count(layout, "01") > 1):
		return "has no minutes; write 04 for them, as 01 is the month"
	case typ == traverse.Time && zone != "" && zone != "UTC" && strings.HasSuffix(layout, "Z"):
		return "ends with a Z that has no meaning, so times would be in " + plain(zone) + "; write Z07:00"
	}
	return ""
}

// An interner makes equal short texts share their memory, up to a limit: most
// columns have few different values.
type interner map[string]string

// text returns a copy of s that keeps no other memory alive.
func (in interner) text(s string) string {
	const longest, most = 64, 1 << 16
	if len(s) > longest {
		return strings.Clone(s)
	}
	shared, ok := in[s]
	if !ok {
		shared = strings.Clone(s)
		if len(in) < most {
			in[shared] = shared
		}
	}
	return shared
}
