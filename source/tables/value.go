package tables

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// How a column of a mapping can write times, beside a layout of package time.
const (
	unixSeconds = "UnixSeconds"
	unixMillis  = "UnixMillis"
)

// A style is how the values of a mapped column are written.
type style struct {
	layout    string // of times and dates; "" = as ISO 8601 has it, more or less
	zone      *time.Location
	separator string // of choices
}

// read reads a field from text, which may outlive the call.
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
	return traverse.Value{}, fmt.Errorf("%s is no bool; write true or false, yes or no, 1 or 0", quote(text))
}

func (s *style) time(typ traverse.Type, text string) (time.Time, error) {
	var t time.Time
	switch s.layout {
	case "":
		if t, ok := looseTime(text, s.zone); ok {
			return t, nil
		}
		return t, fmt.Errorf("%s is no %v; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, or let the mapping give its format", quote(text), typ)
	case unixSeconds, unixMillis:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return t, fmt.Errorf("%s is no %s, a whole number", quote(text), s.layout)
		}
		if s.layout == unixMillis {
			t = time.UnixMilli(n)
		} else if t = time.Unix(n, 0); n > math.MaxInt64/1000 || n < math.MinInt64/1000 {
			t = time.Time{}.AddDate(20_000, 0, 0) // what package time cannot count is out of range
		}
		t = t.In(s.zone)
	default:
		var err error
		if t, err = time.ParseInLocation(s.layout, text, s.zone); err != nil {
			return t, fmt.Errorf("%s is no %v written as %s", quote(text), typ, s.layout)
		}
	}
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return t, fmt.Errorf("%s is a time outside the years 0 to 9999", quote(text))
	}
	return t, nil
}

// looseTime reads times as exports write them: a day; or a day, a space or T, an
// hour of one or two digits, minutes, perhaps seconds and a fraction of them,
// and perhaps, behind a space or none, Z, UTC or an offset. Without it the time
// is in zone. What is finer than a nanosecond is cut off.
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
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, zone)
	if day > 28 && time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() != day {
		return time.Time{}, false
	}
	utc := t.UTC().Year() // an offset may lead out of the years that there are
	return t, utc >= 0 && utc <= 9999
}

// A scan is text that is being read from its front.
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

// goodLayout reports whether a layout of package time says which day it is.
func goodLayout(layout string) bool {
	t := time.Date(2031, time.December, 28, 23, 45, 56, 0, time.UTC)
	read, err := time.Parse(layout, t.Format(layout))
	if err != nil {
		return false
	}
	y, m, d := read.Date()
	return y == 2031 && m == time.December && d == 28
}
