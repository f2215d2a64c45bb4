package tables

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// The formats of times in a mapping, besides layouts of package time.
const (
	unixSeconds = "UnixSeconds"
	unixMillis  = "UnixMillis"
	excelDays   = "ExcelDays"
)

// isLayout reports whether a format is a layout of package time.
func isLayout(format string) bool {
	return format != unixSeconds && format != unixMillis && format != excelDays
}

// A timeStyle describes how times and dates are written.
type timeStyle struct {
	zone    *time.Location // of times without an offset
	days    *time.Location // of days
	formats []timeFormat   // none = roughly as in ISO 8601
}

// A timeFormat is one way in which times are written.
type timeFormat struct {
	name   string
	day    bool   // it is a layout without a time of day
	marker string // AM or am, as a layout has it, or ""
}

// use sets the formats.
func (s *timeStyle) use(formats []string) {
	for _, name := range formats {
		f := timeFormat{name: name}
		if isLayout(name) {
			read, err := writtenAs(name)
			f.day = err == nil && read.Hour() == 0
			switch {
			case strings.Contains(name, "PM"):
				f.marker = "AM"
			case strings.Contains(name, "pm"):
				f.marker = "am"
			}
		}
		s.formats = append(s.formats, f)
	}
}

// read reads a time or date.
func (s *timeStyle) read(typ traverse.Type, text string) (traverse.Value, error) {
	plain := plainBlanks(text)
	if plain == "" {
		return traverse.Value{}, nil
	}
	t, err := s.time(typ, plain)
	switch {
	case err != nil:
		return traverse.Value{}, err
	case typ == traverse.Date:
		return traverse.DateValue(t.Date()), nil
	}
	return traverse.TimeValue(t), nil
}

// plainBlanks returns text without outer blanks, and with a space for every other
// blank: browsers write a narrow one before PM.
func plainBlanks(text string) string {
	for i := range len(text) {
		if text[i] >= 0x80 {
			text = strings.Map(func(c rune) rune {
				if unicode.IsSpace(c) {
					return ' '
				}
				return c
			}, text)
			break
		}
	}
	return strings.TrimSpace(text)
}

// time reads a time by the formats. It is an error if two of them read different
// times.
func (s *timeStyle) time(typ traverse.Type, text string) (time.Time, error) {
	days := s.days
	if typ == traverse.Date {
		days = time.UTC // a date is the day as written, even if clocks skip its midnight
	}
	if len(s.formats) == 0 {
		zone := s.zone
		if typ == traverse.Date || isDay(text) {
			zone = days
		}
		if t, ok := looseTime(text, zone); ok {
			return t, nil
		}
		advice := "write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, or give its format in the mapping"
		if strings.Trim(text, "0-/:. ") == "" {
			advice = `if it means that there is none, list it in "null" in the mapping`
		}
		return time.Time{}, fmt.Errorf("%s is not a %v; %s", shown.Quote(text), typ, advice)
	}
	var found time.Time
	var by string
	var failed error
	for i := range s.formats {
		f := &s.formats[i]
		t, err := s.as(f, typ, text, days)
		switch {
		case err != nil:
			if failed == nil {
				failed = err
			}
		case by == "":
			found, by = t, f.name
		case !t.Equal(found):
			return t, fmt.Errorf("%s is one %v as %s, and another as %s", shown.Quote(text), typ, printable(by), printable(f.name))
		}
	}
	switch {
	case by != "":
		return found, nil
	case len(s.formats) > 1:
		names := make([]string, len(s.formats))
		for i, f := range s.formats {
			names[i] = printable(f.name)
		}
		return found, fmt.Errorf("%s is not a %v written as %s or %s", shown.Quote(text), typ, strings.Join(names[:len(names)-1], ", "), names[len(names)-1])
	}
	return found, failed
}

// isDay reports whether a time in a form that needs no format is a day without a time
// of day.
func isDay(text string) bool { return !strings.ContainsAny(text, ": Tt") }

// as reads a time in a format.
func (s *timeStyle) as(f *timeFormat, typ traverse.Type, text string, days *time.Location) (t time.Time, err error) {
	zone := s.zone
	if typ == traverse.Date || f.day {
		zone = days
	}
	switch f.name {
	case unixSeconds, unixMillis:
		t, err = unixTime(f.name, text)
		t = t.In(s.zone)
	case excelDays:
		t, err = excelTime(text, zone, days)
	default:
		t, err = s.layout(f, typ, text, zone)
	}
	if err != nil {
		return t, err
	}
	if _, err := traverse.ValueOf(t); err != nil {
		return t, fmt.Errorf("%s: %w", shown.Quote(text), err)
	}
	return t, nil
}

// layout reads a time in a layout of package time.
func (s *timeStyle) layout(f *timeFormat, typ traverse.Type, text string, zone *time.Location) (time.Time, error) {
	offset := strings.Contains(f.name, "-07") || strings.Contains(f.name, "Z07")
	named := !offset && strings.Contains(f.name, "MST")
	in := time.UTC
	if named {
		in = zone
	}
	t, err := time.ParseInLocation(f.name, withMarker(text, f.marker), in)
	if err != nil {
		return t, fmt.Errorf("%s is not a %v written as %s", shown.Quote(text), typ, printable(f.name))
	}
	switch {
	case named && typ == traverse.Time:
		// Package time accepts any name of a zone, and treats unknown ones as UTC, and
		// GMT+3 as a name for that.
		name, seconds := t.Zone()
		offset := strings.HasPrefix(name, "GMT") && name != "GMT"
		if (seconds == 0 || offset) && t.Location() != zone && t.Location() != time.UTC && name != "GMT" {
			return t, fmt.Errorf("%s is in a time zone %s, which clocks in %v do not show; give the zone of these times in the mapping", shown.Quote(text), name, zone)
		}
	case !offset && !named:
		t = onClock(t, zone)
	}
	return t, nil
}

// withMarker returns text with its am or pm, in letters of any case and with or
// without points, written as AM or PM, or in small letters if marker is small. It
// changes nothing if marker is "" or the text has none.
func withMarker(text, marker string) string {
	if marker == "" {
		return text
	}
	letter := func(i int) bool { return i < len(text) && ('a' <= text[i]|0x20 && text[i]|0x20 <= 'z') }
	for i := range len(text) {
		if c := text[i] | 0x20; c != 'a' && c != 'p' || i > 0 && letter(i-1) {
			continue
		}
		end := i + 1
		if end < len(text) && text[end] == '.' {
			end++
		}
		if end >= len(text) || text[end]|0x20 != 'm' || letter(end+1) {
			continue
		}
		if end++; end-i == 3 && end < len(text) && text[end] == '.' {
			end++
		}
		return text[:i] + string(text[i]&^0x20|marker[0]&0x20) + marker[1:] + text[end:]
	}
	return text
}

// unixTime reads a number of seconds or milliseconds since 1970. It may have a
// fraction and an exponent, as programs write numbers that are not theirs.
func unixTime(format, text string) (time.Time, error) {
	wrong := fmt.Errorf("%s is not a number of %s", shown.Quote(text), format)
	if strings.Trim(text, "0123456789+-.eE") != "" || len(text) > 60 {
		return time.Time{}, wrong
	}
	// A large exponent would make a number of as many digits.
	f, err := strconv.ParseFloat(text, 64)
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	far := fmt.Errorf("%s: the year is outside 0 to 9999", shown.Quote(text))
	if err != nil && math.IsInf(f, 0) || math.Abs(f) > 1e18 {
		return time.Time{}, far
	}
	switch {
	case err != nil, f != 0 && math.Abs(f) < 1e-9, len(exponent) > 4:
		return time.Time{}, wrong
	case f == 0 && strings.Trim(mantissa, "+-0.") != "":
		return time.Time{}, wrong // too small for a float64
	}
	exact, ok := new(big.Rat).SetString(text)
	if !ok {
		return time.Time{}, wrong
	}
	unit := int64(time.Second)
	if format == unixMillis {
		unit = int64(time.Millisecond)
	}
	exact.Mul(exact, new(big.Rat).SetInt64(unit))
	seconds, nanos := new(big.Int), new(big.Int)
	seconds.Div(exact.Num(), exact.Denom()) // rounds down
	seconds.DivMod(seconds, big.NewInt(int64(time.Second)), nanos)
	if !seconds.IsInt64() || seconds.BitLen() > 40 {
		return time.Time{}, far
	}
	return time.Unix(seconds.Int64(), nanos.Int64()), nil
}

// excelTime reads a number of days as Excel counts them, whose fraction is the time
// of day on clocks in a zone, to the millisecond. A number without a fraction is a day,
// which begins in the zone days.
func excelTime(text string, zone, dayZone *time.Location) (time.Time, error) {
	const march1900, year10000 = 61, 2_958_466
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case strings.Trim(text, "0123456789+-.eE") != "" || err != nil:
		return time.Time{}, fmt.Errorf("%s is not a number of %s", shown.Quote(text), excelDays)
	case n < march1900 || n >= year10000:
		return time.Time{}, fmt.Errorf("%s is outside the days that Excel counts as the calendar does, which are 61, 1 March 1900, to 2958465", shown.Quote(text))
	}
	days, fraction := math.Modf(n)
	if fraction == 0 {
		zone = dayZone
	}
	millis := math.Round(fraction * 24 * 60 * 60 * 1000)
	shows := time.Date(1899, time.December, 30+int(days), 0, 0, 0, 0, time.UTC).Add(time.Duration(millis) * time.Millisecond)
	return onClock(shows, zone), nil
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

// looseTime reads times in the forms that exports use: a day, whose year comes first;
// or a day, a space or T, an hour of one or two digits, minutes, optional seconds with
// an optional fraction, an optional AM or PM, and optionally, after an optional space,
// Z, UTC or an offset. Without these the time is in zone. The time is truncated to
// nanoseconds.
func looseTime(text string, zone *time.Location) (time.Time, bool) {
	s := scan{text: text, ok: true}
	year := s.number(4, 4)
	between := byte('-')
	if s.accept('/') {
		between = '/'
	} else {
		s.expect('-')
	}
	month := s.number(1, 2)
	s.expect(between)
	day := s.number(1, 2)
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
			if s.accept('.') || s.accept(',') {
				nanos = s.fraction()
			}
		}
		if len(s.text) > 1 {
			s.accept(' ')
		}
		hour = s.halfDay(hour)
		zone = s.offset(zone)
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

// halfDay reads AM or PM, if it is there, and a space after it. It returns the hour of
// the day.
func (s *scan) halfDay(hour int) int {
	marker := withMarker(s.text, "AM")
	am, pm := strings.HasPrefix(marker, "AM"), strings.HasPrefix(marker, "PM")
	if !am && !pm {
		return hour
	}
	s.ok = s.ok && hour >= 1 && hour <= 12
	s.text = marker[len("AM"):]
	s.accept(' ')
	if hour %= 12; pm {
		hour += 12
	}
	return hour
}

// offset reads Z, UTC or an offset from UTC, if it is there, and returns the zone of
// the time.
func (s *scan) offset(zone *time.Location) *time.Location {
	switch {
	case s.text == "":
		return zone
	case strings.EqualFold(s.text, "Z"), strings.EqualFold(s.text, "UTC"):
		s.text = ""
		return time.UTC
	}
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
	return time.FixedZone("", sign*(hours*60+minutes)*60)
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
		return "does not name the year, month and day; write 2006-01-02 15:04:05 the way the times are written, or UnixSeconds, UnixMillis or ExcelDays"
	case hour != 0 && hour != 23:
		return "has an hour up to 12 without PM, or PM without such an hour; write 15 for the hour of the day, or add PM"
	case minute != 45 && (second == 56 || strings.Count(layout, "01") > 1):
		return "has no minutes; write 04 for them, as 01 is the month"
	}
	twice, rest := elementsOf(layout)
	switch literal := literalZone.FindString(rest); {
	case twice != "":
		return "has " + twice + " twice; 01 is the month, 02 the day, 04 the minute, 05 the second and 06 the year, and an offset is written -07:00 or Z07:00"
	case typ == traverse.Time && zone != "" && zone != "UTC" && strings.HasSuffix(layout, "Z"):
		return "ends with a Z that has no meaning, so times would be in " + plain(zone) + "; write Z07:00"
	case typ == traverse.Time && zone != "" && zone != "UTC" && literal != "":
		return "has " + strings.TrimSpace(literal) + ", which has no meaning in a layout, so times would be in " + plain(zone) + "; write MST for the name of a zone, and -0700, -07:00 or Z07:00 for an offset"
	}
	return ""
}

// literalZone finds a zone in the part of a layout that has no elements.
var literalZone = regexp.MustCompile(`\b(UTC|GMT|Z)\b|[+-]00:?00`)

// layoutElements are the elements of layouts of package time, in the order in which it
// looks for them, each with what it is of a time.
var layoutElements = []struct{ text, is string }{
	{"January", "month"}, {"Jan", "month"}, {"Monday", ""}, {"Mon", ""}, {"MST", ""}, {"002", ""},
	{"01", "month"}, {"02", "day"}, {"03", "hour"}, {"04", "minute"}, {"05", "second"}, {"06", "year"},
	{"15", "hour"}, {"1", "month"}, {"2006", "year"}, {"_2006", "year"}, {"__2", ""}, {"_2", "day"}, {"2", "day"},
	{"3", "hour"}, {"4", "minute"}, {"5", "second"}, {"PM", ""}, {"pm", ""},
	{"-07:00:00", ""}, {"-070000", ""}, {"-07:00", ""}, {"-0700", ""}, {"-07", ""},
	{"Z07:00:00", ""}, {"Z070000", ""}, {"Z07:00", ""}, {"Z0700", ""}, {"Z07", ""},
}

// elementsOf returns an element that a layout has twice, as the month or so, or "", and
// the rest of the layout with a space for each element.
func elementsOf(layout string) (twice, rest string) {
	seen := map[string]bool{}
	var b strings.Builder
next:
	for layout != "" {
		for _, e := range layoutElements {
			if !strings.HasPrefix(layout, e.text) || e.text == "Jan" && len(layout) > 3 && 'a' <= layout[3] && layout[3] <= 'z' {
				continue
			}
			if e.is != "" && seen[e.is] {
				twice = "the " + e.is
			}
			seen[e.is] = true
			layout = layout[len(e.text):]
			b.WriteByte(' ')
			continue next
		}
		b.WriteByte(layout[0])
		layout = layout[1:]
	}
	return twice, b.String()
}
