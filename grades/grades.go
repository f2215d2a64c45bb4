// Package grades holds a model's grade bands and its sales-ready threshold:
// it validates them and looks scores up in them (language reference, Grades and
// sales ready; designer: the Grades tab).
package grades

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Band is one grade and the scores that it covers, both bounds included.
// Scores are 64-bit integers, so a From of [math.MinInt64] means no lower bound
// and a To of [math.MaxInt64] no upper bound.
type Band struct {
	Name     string
	From, To int64
}

// Below returns the band of all scores below n. No score is below
// [math.MinInt64]: that gives a band without scores, which [NewScale] rejects.
func Below(name string, n int64) Band {
	if n == math.MinInt64 {
		return Band{Name: name, From: 0, To: -1}
	}
	return Band{Name: name, From: math.MinInt64, To: n - 1}
}

// Between returns the band of the scores from a to b.
func Between(name string, a, b int64) Band { return Band{Name: name, From: a, To: b} }

// AtLeast returns the band of all scores from n on.
func AtLeast(name string, n int64) Band { return Band{Name: name, From: n, To: math.MaxInt64} }

// String returns the band for people, such as `"Warm" from 40 to 69`.
func (b Band) String() string {
	switch {
	case b.From == math.MinInt64 && b.To < math.MaxInt64:
		return fmt.Sprintf("%q below %d", b.Name, b.To+1)
	case b.To == math.MaxInt64:
		return fmt.Sprintf("%q from %d", b.Name, b.From)
	}
	return fmt.Sprintf("%q from %d to %d", b.Name, b.From, b.To)
}

// A Scale is a valid list of bands. The zero Scale has no grades. It is
// immutable and safe for concurrent use.
type Scale struct {
	bands []Band // ascending
}

// A Problem is one thing that is wrong with a list of bands.
type Problem struct {
	Band    int    // index of the band at fault
	Other   int    // index of the band that it conflicts with, or -1
	Summary string // what is wrong, without a final period
}

// An Error lists every problem of a list of bands.
type Error []Problem

// Error returns the problems, one per line.
func (e Error) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = "grades: " + p.Summary
	}
	return strings.Join(lines, "\n")
}

// NewScale returns the scale of bands, which must be in ascending or
// descending order, without gaps or overlaps. The error is an [Error].
func NewScale(bands ...Band) (Scale, error) {
	var problems Error
	report := func(band, other int, format string, args ...any) {
		problems = append(problems, Problem{band, other, fmt.Sprintf(format, args...)})
	}
	names := map[string]int{}
	order := make([]int, 0, len(bands)) // of the bands that hold scores, ascending
	for i, b := range bands {
		if b.Name == "" {
			report(i, -1, "a grade needs a name")
		} else if first, ok := names[b.Name]; ok {
			report(i, first, "two grades are called %q", b.Name)
		} else {
			names[b.Name] = i
		}
		if b.From > b.To {
			report(i, -1, "grade %q holds no score: its bounds are out of order", b.Name)
			continue
		}
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(bands[i].From, bands[j].From), cmp.Compare(bands[i].To, bands[j].To))
	})
	sound := len(order) == len(bands)
	for k := 1; k < len(order); k++ {
		low, high := bands[order[k-1]], bands[order[k]]
		at, other := max(order[k-1], order[k]), min(order[k-1], order[k])
		switch {
		case high.From <= low.To:
			report(at, other, "grades %q and %q overlap: both hold %s", low.Name, high.Name, scores(high.From, min(low.To, high.To)))
			sound = false
		case high.From > low.To+1: // low.To is less than high.From, so + 1 cannot overflow
			report(at, other, "no grade holds %s, between %q and %q", scores(low.To+1, high.From-1), low.Name, high.Name)
			sound = false
		}
	}
	if sound && !slices.IsSorted(order) {
		descending := slices.Clone(order)
		slices.Reverse(descending)
		if !slices.IsSorted(descending) {
			report(misplaced(order), -1, "grades must be in ascending or descending order")
		}
	}
	if len(problems) > 0 {
		slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Band, b.Band) })
		return Scale{}, problems
	}
	s := Scale{bands: make([]Band, len(bands))}
	for k, i := range order {
		s.bands[k] = bands[i]
	}
	return s, nil
}

// misplaced returns the first band that turns the direction of those before it.
func misplaced(order []int) int {
	rank := make([]int, len(order))
	for k, i := range order {
		rank[i] = k
	}
	for i := 2; i < len(rank); i++ {
		if (rank[1] > rank[0]) != (rank[i] > rank[i-1]) {
			return i
		}
	}
	return len(rank) - 1
}

func scores(from, to int64) string {
	low, high := strconv.FormatInt(from, 10), strconv.FormatInt(to, 10)
	switch {
	case from == to:
		return low
	case from == math.MinInt64 && to == math.MaxInt64:
		return "every score"
	case from == math.MinInt64:
		return "every score up to " + high
	case to == math.MaxInt64:
		return "every score from " + low + " on"
	}
	return low + " to " + high
}

// Grade returns the grade of a score. ok is false for a score outside all bands.
func (s Scale) Grade(score int64) (name string, ok bool) {
	i, found := slices.BinarySearchFunc(s.bands, score, func(b Band, score int64) int {
		switch {
		case b.To < score:
			return -1
		case b.From > score:
			return 1
		}
		return 0
	})
	if !found {
		return "", false
	}
	return s.bands[i].Name, true
}

// Bands yields the bands in ascending order.
func (s Scale) Bands() iter.Seq[Band] { return slices.Values(s.bands) }

// A Threshold is a sales-ready score. No score reaches the zero
// Threshold.
type Threshold struct {
	at  int64
	set bool
}

// ReadyAt returns the threshold that every score of n or more reaches.
func ReadyAt(n int64) Threshold { return Threshold{n, true} }

// Ready reports whether a score reaches the threshold.
func (t Threshold) Ready(score int64) bool { return t.set && score >= t.at }

// At returns the sales-ready score. ok is false if there is none.
func (t Threshold) At() (n int64, ok bool) { return t.at, t.set }
