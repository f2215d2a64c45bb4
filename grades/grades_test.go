package grades_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/grades"
)

func TestNewScale(t *testing.T) {
	tests := []struct {
		name  string
		bands []grades.Band
		want  []string // the problems; none = accepted
	}{
		{"no bands", nil, nil},
		{"one band", []grades.Band{grades.Between("A", 0, 10)}, nil},
		{"one score", []grades.Band{grades.Between("A", 5, 5)}, nil},
		{"everything", []grades.Band{grades.AtLeast("A", math.MinInt64)}, nil},
		{"ascending", []grades.Band{grades.Below("Cold", 40), grades.Between("Warm", 40, 69), grades.AtLeast("Hot", 70)}, nil},
		{"descending", []grades.Band{grades.AtLeast("Hot", 70), grades.Between("Warm", 40, 69), grades.Below("Cold", 40)}, nil},
		{"a gap of one", []grades.Band{grades.Below("Cold", 40), grades.AtLeast("Hot", 41)},
			[]string{`no grade holds 40, between "Cold" and "Hot"`}},
		{"two gaps", []grades.Band{grades.Between("A", -10, -5), grades.Between("B", 0, 1), grades.Between("C", 5, 6)},
			[]string{`no grade holds -4 to -1, between "A" and "B"`, `no grade holds 2 to 4, between "B" and "C"`}},
		{"a gap, descending", []grades.Band{grades.AtLeast("Hot", 70), grades.Below("Cold", 40)},
			[]string{`no grade holds 40 to 69, between "Cold" and "Hot"`}},
		{"an overlap of one", []grades.Band{grades.Between("Warm", 40, 70), grades.AtLeast("Hot", 70)},
			[]string{`grades "Warm" and "Hot" overlap: both hold 70`}},
		{"one inside the other", []grades.Band{grades.Below("All", 100), grades.Between("Part", 10, 20)},
			[]string{`grades "All" and "Part" overlap: both hold 10 to 20`}},
		{"two open below", []grades.Band{grades.Below("A", 10), grades.Below("B", 20)},
			[]string{`grades "A" and "B" overlap: both hold every score up to 9`}},
		{"two open above", []grades.Band{grades.AtLeast("A", 10), grades.AtLeast("B", 20)},
			[]string{`grades "A" and "B" overlap: both hold every score from 20 on`}},
		{"open below in the middle", []grades.Band{grades.Between("A", 0, 9), grades.Below("B", 20)},
			[]string{`grades "B" and "A" overlap: both hold 0 to 9`}},
		{"bounds out of order", []grades.Band{grades.Between("A", 10, 5)},
			[]string{`grade "A" holds no score: its bounds are out of order`}},
		{"below the lowest score", []grades.Band{grades.Below("A", math.MinInt64)},
			[]string{`grade "A" holds no score: its bounds are out of order`}},
		{"no order", []grades.Band{grades.Below("Cold", 40), grades.AtLeast("Hot", 70), grades.Between("Warm", 40, 69)},
			[]string{"grades must be in ascending or descending order"}},
		{"no order, and a gap", []grades.Band{grades.Below("Cold", 40), grades.AtLeast("Hot", 80), grades.Between("Warm", 40, 69)},
			[]string{`no grade holds 70 to 79, between "Warm" and "Hot"`}},
		{"no order, and an overlap", []grades.Band{grades.Below("Cold", 40), grades.AtLeast("Hot", 70), grades.Between("Warm", 40, 70)},
			[]string{`grades "Warm" and "Hot" overlap: both hold 70`}},
		{"a name twice", []grades.Band{grades.Below("A", 0), grades.AtLeast("A", 0)}, []string{`two grades are called "A"`}},
		{"no name", []grades.Band{grades.AtLeast("", 0)}, []string{"a grade needs a name"}},
		{"every problem at once", []grades.Band{grades.Between("", 5, 1), grades.Between("B", 0, 10), grades.Between("B", 10, 20)},
			[]string{"a grade needs a name", `grade "" holds no score: its bounds are out of order`, `two grades are called "B"`,
				`grades "B" and "B" overlap: both hold 10`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := grades.NewScale(test.bands...)
			var got []string
			problems, ok := errors.AsType[grades.Error](err)
			for _, p := range problems {
				got = append(got, p.Summary)
			}
			if ok != (err != nil) {
				t.Errorf("the error is a %T", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if err != nil {
				if want := "grades: " + strings.Join(test.want, "\ngrades: "); err.Error() != want {
					t.Errorf("the error reads %q, want %q", err, want)
				}
				if n := len(slices.Collect(s.Bands())); n != 0 {
					t.Errorf("a scale with problems has %d bands", n)
				}
			}
		})
	}
}

// TestProblemPlaces checks which band a problem blames, and which other.
func TestProblemPlaces(t *testing.T) {
	// Four grades that are a scale, in order.
	a, b, c, d := grades.Below("A", 10), grades.Between("B", 10, 19), grades.Between("C", 20, 29), grades.AtLeast("D", 30)
	for _, test := range []struct {
		name  string
		bands []grades.Band
		want  [][2]int
	}{
		{"an overlap and a gap", []grades.Band{grades.AtLeast("Hot", 70), grades.Between("Warm", 40, 70), grades.Below("Cold", 30)}, [][2]int{{1, 0}, {2, 1}}},
		{"up, then down", []grades.Band{a, c, b, d}, [][2]int{{2, -1}}},
		{"up and up, then down", []grades.Band{a, b, d, c}, [][2]int{{3, -1}}},
		{"down, then up", []grades.Band{d, b, c, a}, [][2]int{{2, -1}}},
		{"down and down, then up", []grades.Band{d, c, a, b}, [][2]int{{3, -1}}},
		{"two grades of one name", []grades.Band{a, grades.AtLeast("A", 10)}, [][2]int{{1, 0}}},
		{"no score", []grades.Band{a, grades.Between("B", 9, 8), grades.AtLeast("C", 10)}, [][2]int{{1, -1}}},
		{"no name", []grades.Band{a, grades.AtLeast("", 10)}, [][2]int{{1, -1}}},
	} {
		_, err := grades.NewScale(test.bands...)
		problems, _ := errors.AsType[grades.Error](err)
		var got [][2]int
		for _, p := range problems {
			got = append(got, [2]int{p.Band, p.Other})
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%v", test.name, diff, err)
		}
	}
}

// bounds draws bounds that are often neighbours and sometimes at the ends of
// the 64-bit integers.
func bounds() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64Range(-6, 6),
		rapid.Int64Range(-6, 6),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64 - 1, math.MaxInt64}),
	)
}

func bandList() *rapid.Generator[[]grades.Band] {
	band := rapid.Custom(func(t *rapid.T) grades.Band {
		name := rapid.SampledFrom([]string{"A", "B", "C", "D", "E", "F"}).Draw(t, "name")
		return grades.Between(name, bounds().Draw(t, "from"), bounds().Draw(t, "to"))
	})
	// Random bands are hardly ever a scale: cut one up, and sometimes spoil it.
	scale := rapid.Custom(func(t *rapid.T) []grades.Band {
		cuts := rapid.SliceOfNDistinct(bounds(), 2, 7, rapid.ID).Draw(t, "cuts")
		slices.Sort(cuts)
		var bands []grades.Band
		for i := 1; i < len(cuts); i++ {
			to := cuts[i] - 1
			if i == len(cuts)-1 {
				to = cuts[i]
			}
			bands = append(bands, grades.Between(string(rune('A'+i)), cuts[i-1], to))
		}
		if rapid.Bool().Draw(t, "descending") {
			slices.Reverse(bands)
		}
		switch i := rapid.IntRange(0, len(bands)-1).Draw(t, "at"); rapid.IntRange(0, 4).Draw(t, "spoil") {
		case 0:
			bands[i].From = bounds().Draw(t, "from")
		case 1:
			j := rapid.IntRange(0, len(bands)-1).Draw(t, "with")
			bands[i], bands[j] = bands[j], bands[i]
		}
		return bands
	})
	return rapid.OneOf(scale, scale, rapid.SliceOfN(band, 0, 4))
}

// continuous says, bound by bound, whether a list is a scale: names differ,
// every band holds a score, and each begins right after the one before it, in
// one direction.
func continuous(bands []grades.Band) bool {
	names := map[string]bool{}
	for _, b := range bands {
		if b.From > b.To || names[b.Name] {
			return false
		}
		names[b.Name] = true
	}
	follows := func(a, b grades.Band) bool { return a.To != math.MaxInt64 && a.To+1 == b.From }
	up, down := true, true
	for i := 1; i < len(bands); i++ {
		up = up && follows(bands[i-1], bands[i])
		down = down && follows(bands[i], bands[i-1])
	}
	return up || down
}

func TestScaleProperties(t *testing.T) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		bands := bandList().Draw(t, "bands")
		s, err := grades.NewScale(bands...)
		if want := continuous(bands); want != (err == nil) {
			t.Fatalf("continuous: %t, but the error is %v", want, err)
		}
		if err != nil {
			return
		}
		accepted++
		score := bounds().Draw(t, "score")
		want, held := "", false
		for _, b := range bands {
			if b.From <= score && score <= b.To {
				want, held = b.Name, true
			}
		}
		if got, ok := s.Grade(score); got != want || ok != held {
			t.Fatalf("the grade of %d is %q, %t; want %q, %t", score, got, ok, want, held)
		}
		sorted := slices.Collect(s.Bands())
		if !slices.IsSortedFunc(sorted, func(a, b grades.Band) int {
			if a.From < b.From {
				return -1
			}
			return 1
		}) || len(sorted) != len(bands) {
			t.Fatalf("the bands come as %v", sorted)
		}
	})
	if accepted == 0 {
		t.Error("no scale was accepted: the property was not tried")
	}
}

func TestBandString(t *testing.T) {
	for _, test := range []struct {
		band grades.Band
		want string
	}{
		{grades.Below("Cold", 40), `"Cold" below 40`},
		{grades.Between("Warm", 40, 69), `"Warm" from 40 to 69`},
		{grades.AtLeast("Hot", 70), `"Hot" from 70`},
		{grades.AtLeast("All", math.MinInt64), `"All" from -9223372036854775808`},
	} {
		if got := test.band.String(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestThreshold(t *testing.T) {
	var none grades.Threshold
	if _, ok := none.At(); ok || none.Ready(math.MaxInt64) {
		t.Error("the zero threshold is reached")
	}
	for _, test := range []struct {
		at, score int64
		want      bool
	}{
		{70, 69, false}, {70, 70, true}, {70, 71, true}, {0, 0, true}, {0, -1, false}, {-5, -5, true},
		{math.MinInt64, math.MinInt64, true}, {math.MaxInt64, math.MaxInt64 - 1, false},
	} {
		r := grades.ReadyAt(test.at)
		if at, ok := r.At(); at != test.at || !ok {
			t.Errorf("At gives %d, %t", at, ok)
		}
		if got := r.Ready(test.score); got != test.want {
			t.Errorf("ready at %d: %d gives %t", test.at, test.score, got)
		}
	}
}
