package dsl

import (
	"fmt"
	"slices"
	"strings"
)

// parseMoment parses a date, or a date and time. problem is a message if it is not
// valid, and "" otherwise.
func parseMoment(raw string) (m Moment, problem string) {
	m.Raw = raw
	const forms = "a date is written 2026-05-31"
	day, clock, hasTime := strings.Cut(raw, "T")
	if len(day) != len("2026-05-31") || day[4] != '-' || day[7] != '-' ||
		!number(day[:4], &m.Year) || !number(day[5:7], &m.Month) || !number(day[8:], &m.Day) {
		return m, fmt.Sprintf("%s is not a date; %s", raw, forms)
	}
	if m.Month < 1 || m.Month > 12 || m.Day < 1 || m.Day > daysIn(m.Year, m.Month) {
		return m, fmt.Sprintf("there is no day %s", day)
	}
	if !hasTime {
		return m, ""
	}
	m.HasTime = true
	if rest, ok := strings.CutSuffix(clock, "Z"); ok {
		m.HasOffset, clock = true, rest
	} else if at := strings.LastIndexAny(clock, "+-"); at >= 0 {
		zone := clock[at+1:]
		var h, min int
		if len(zone) != len("02:00") || zone[2] != ':' || !number(zone[:2], &h) || !number(zone[3:], &min) || h > 23 || min > 59 {
			return m, badTime(raw)
		}
		m.HasOffset, m.Offset = true, h*60+min
		if clock[at] == '-' {
			m.Offset = -m.Offset
		}
		clock = clock[:at]
	}
	clock, fraction, hasFraction := strings.Cut(clock, ".")
	switch len(clock) {
	case len("09:30"):
		if hasFraction {
			return m, badTime(raw)
		}
	case len("09:30:00"):
		if clock[5] != ':' || !number(clock[6:], &m.Second) || m.Second > 59 {
			return m, badTime(raw)
		}
	default:
		return m, badTime(raw)
	}
	if clock[2] != ':' || !number(clock[:2], &m.Hour) || !number(clock[3:5], &m.Minute) || m.Hour > 23 || m.Minute > 59 {
		return m, badTime(raw)
	}
	if hasFraction {
		if fraction == "" || prefixLen(fraction, func(r rune) bool { return '0' <= r && r <= '9' }) != len(fraction) {
			return m, badTime(raw)
		}
		number((fraction + "000000")[:6], &m.Micro)
	}
	return m, ""
}

func badTime(raw string) string {
	return fmt.Sprintf("%s is not a time; a date and time is written 2026-05-31T09:30, optionally with :SS, a fraction, and Z or an offset such as +02:00", raw)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// momentLen returns the length of what looks like a date or time at the start of
// s, or 0. It accepts more than is valid, so that messages can call it a date.
func momentLen(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n == 0 || n+1 >= len(s) || s[n] != '-' || !isDigit(s[n+1]) {
		return 0
	}
	for n < len(s) {
		c := s[n]
		switch {
		case isDigit(c), c == 'T', c == 't', c == 'Z', c == 'z', c == ':':
		case c == '-' || c == '+' || c == '.' || c == ',':
			if n+1 >= len(s) || !isDigit(s[n+1]) || c == ',' && !strings.Contains(s[:n], ":") {
				return n
			}
		default:
			return n
		}
		n++
	}
	return n
}

// foreignDateLen returns the length of a date such as 31.05.2026 or 05/31/2026 at the
// start of s, or 0.
func foreignDateLen(s string) int {
	n := 0
	digits := func(least, most int) bool {
		start := n
		for n < len(s) && n-start <= most && isDigit(s[n]) {
			n++
		}
		return n-start >= least && n-start <= most
	}
	if !digits(1, 4) || n == len(s) || s[n] != '.' && s[n] != '/' {
		return 0
	}
	sign := s[n]
	n++
	if !digits(1, 2) || n == len(s) || s[n] != sign {
		return 0
	}
	n++
	if !digits(2, 4) {
		return 0
	}
	return n
}

// clockLen returns the length of a space and a time of day at the start of s, or 0.
func clockLen(s string) int {
	const least = " 00:00"
	if len(s) < len(least) || s[0] != ' ' || !isDigit(s[1]) || !isDigit(s[2]) || s[3] != ':' || !isDigit(s[4]) || !isDigit(s[5]) {
		return 0
	}
	n := len(least)
	for n < len(s) && (isDigit(s[n]) || s[n] == ':' || s[n] == 'Z' || (s[n] == '.' || s[n] == '+' || s[n] == '-') && n+1 < len(s) && isDigit(s[n+1])) {
		n++
	}
	return n
}

// likelyMoments returns the dates or times that raw, a moment in another form, may
// mean: none, one, or two as for 05/04/2026.
func likelyMoments(raw string) []string {
	var list []string
	add := func(year, month, day string) {
		pad := func(s string) string { return strings.Repeat("0", max(0, len("05")-len(s))) + s }
		date := year + "-" + pad(month) + "-" + pad(day)
		if _, problem := parseMoment(date); problem == "" && !slices.Contains(list, date) {
			list = append(list, date)
		}
	}
	if upper := strings.ToUpper(raw); upper != raw {
		if _, problem := parseMoment(upper); problem == "" {
			return []string{upper}
		}
	}
	for _, sign := range []string{"-", ".", "/"} {
		parts := strings.Split(raw, sign)
		if len(parts) != 3 {
			continue
		}
		switch first, middle, last := parts[0], parts[1], parts[2]; {
		case len(first) == len("2026"):
			add(first, middle, last)
		case len(last) != len("2026") || len(first) > len("31"):
		case sign == "/":
			add(last, first, middle)
			add(last, middle, first)
		default:
			add(last, middle, first) // with points and hyphens, the day comes first
		}
	}
	return list
}
