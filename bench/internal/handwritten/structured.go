package handwritten

import (
	"slices"
)

// day is the length of a day in microseconds.
const day = 24 * 60 * 60 * 1_000_000

// Seen is the values that have occurred. There are so few of them that looking through
// them takes less time than a map. Only those of a busy contact need memory of their own.
type Seen struct {
	first [16]string
	n     int // how many of first are used
	more  []string
}

// Add reports whether a value occurs for the first time.
func (s *Seen) Add(value string) bool {
	if slices.Contains(s.first[:s.n], value) || slices.Contains(s.more, value) {
		return false
	}
	if s.n < len(s.first) {
		s.first[s.n] = value
		s.n++
	} else {
		s.more = append(s.more, value)
	}
	return true
}

// age returns how many spans of so many days old something is: it is k spans old if it
// happened strictly before the instant so long ago.
func age(micros int64, days int) int { return int((micros - 1) / (int64(days) * day)) }

// Halved returns the weight of something that loses half of it every so many days, in
// parts of 1 << 32.
func Halved(micros int64, days int) int { return 1 << 32 >> uint(age(micros, days)) }

// Lost returns the weight, in percent, of something that loses some percent every so
// many days.
func Lost(micros int64, days, percent int) int { return max(0, 100-percent*age(micros, days)) }

// Faded returns the weight of something that fades over n days, in parts of n.
func Faded(micros int64, n int) int { return max(0, n-age(micros, 1)) }

// Spans returns how many spans of so many days before an instant the newest of some
// others lies, which is 0 if there is none.
func Spans(asOf, newest int64, days int) int {
	if newest == 0 {
		return 0
	}
	return age(asOf-newest, days)
}

// Rounded returns a / b rounded to the nearest whole number, halves away from zero. b is
// above 0.
func Rounded(a, b int) int {
	if a < 0 {
		return -((-a + b/2) / b)
	}
	return (a + b/2) / b
}
