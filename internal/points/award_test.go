package points

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/check"
)

// frequencies draws frequencies of all kinds, with small and large bounds.
func frequencies() *rapid.Generator[Frequency] {
	bounds := rapid.OneOf(rapid.Uint64Range(1, 4), rapid.Uint64Range(1, math.MaxUint64), rapid.Just[uint64](math.MaxUint64))
	return rapid.Custom(func(t *rapid.T) Frequency {
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0:
			return Frequency{Each: true}
		case 1:
			return Frequency{}
		case 2:
			return Frequency{Each: true, Every: rapid.Uint64Range(2, 4).Draw(t, "every")}
		case 3:
			return Frequency{Max: bounds.Draw(t, "max")}
		case 4: // exactly, from … to …, or a row that no count satisfies
			return Frequency{Min: bounds.Draw(t, "min"), Max: bounds.Draw(t, "max")}
		}
		return Frequency{Min: bounds.Draw(t, "min")}
	})
}

// smallCounts draws counts whose worth fits in 64 bits.
func smallCounts() *rapid.Generator[uint64] {
	return rapid.OneOf(rapid.Uint64Range(0, 4), rapid.Uint64Range(0, math.MaxUint32))
}

func drawAward(t *rapid.T, children *rapid.Generator[int]) Award {
	n := children.Draw(t, "children")
	return Award{
		Points:   rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "points"),
		Children: rapid.SliceOfN(frequencies(), n, n).Draw(t, "frequencies"),
	}
}

func worth(a *Award, counts []uint64) int64 {
	list := make([]Count, len(counts))
	for i, n := range counts {
		list[i] = a.Children[i].Of(CountOf(n))
	}
	total := a.Worth(a.Multiplier(list...))
	return total.Clamp()
}

// TestAward: the language reference's rules, one by one.
func TestAward(t *testing.T) {
	each, has, none, three := Frequency{Each: true}, Frequency{Min: 1}, Frequency{}, Frequency{Min: 3}
	two, fromTo, most := Frequency{Each: true, Every: 2}, Frequency{Min: 2, Max: 4}, Frequency{Max: 2}
	never, always := Frequency{Min: 2, Max: 1}, Frequency{Max: math.MaxUint64}
	for _, test := range []struct {
		name     string
		children []Frequency
		counts   []uint64
		want     int64
	}{
		{"each counts every occurrence", []Frequency{each}, []uint64{4}, 4},
		{"each of nothing", []Frequency{each}, []uint64{0}, 0},
		{"has counts once", []Frequency{has}, []uint64{4}, 1},
		{"has of nothing", []Frequency{has}, []uint64{0}, 0},
		{"at least 3 of 2", []Frequency{three}, []uint64{2}, 0},
		{"at least 3 of 3", []Frequency{three}, []uint64{3}, 1},
		{"none of nothing", []Frequency{none}, []uint64{0}, 1},
		{"none of one", []Frequency{none}, []uint64{1}, 0},
		{"the least of several each", []Frequency{each, each}, []uint64{5, 2}, 2},
		{"each, if all others hold", []Frequency{each, has, none}, []uint64{5, 1, 0}, 5},
		{"each, if one does not hold", []Frequency{each, has, none}, []uint64{5, 1, 1}, 0},
		{"has and has", []Frequency{has, has}, []uint64{9, 8}, 1},
		{"every 2 of 7", []Frequency{two}, []uint64{7}, 3},
		{"every 2 of 1", []Frequency{two}, []uint64{1}, 0},
		{"every 2 of 7, and each of 2", []Frequency{two, each}, []uint64{7, 2}, 2},
		{"from 2 to 4 of 1", []Frequency{fromTo}, []uint64{1}, 0},
		{"from 2 to 4 of 2", []Frequency{fromTo}, []uint64{2}, 1},
		{"from 2 to 4 of 4", []Frequency{fromTo}, []uint64{4}, 1},
		{"from 2 to 4 of 5", []Frequency{fromTo}, []uint64{5}, 0},
		{"at most 2 of nothing", []Frequency{most}, []uint64{0}, 1},
		{"at most 2 of 2", []Frequency{most}, []uint64{2}, 1},
		{"at most 2 of 3", []Frequency{most}, []uint64{3}, 0},
		{"a row that no count satisfies", []Frequency{never}, []uint64{2}, 0},
		{"a row that every count satisfies", []Frequency{always}, []uint64{math.MaxUint64}, 1},
	} {
		a := Award{Points: 1, Children: test.children}
		if got := worth(&a, test.counts); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// TestTooFew: a child that does not hold counts too few, unless it counts too many.
func TestTooFew(t *testing.T) {
	for _, test := range []struct {
		f     Frequency
		count uint64
		want  bool
	}{
		{Frequency{Each: true}, 0, true}, {Frequency{Each: true}, 1, false}, {Frequency{Min: 3}, 2, true}, {Frequency{Min: 3}, 3, false},
		{Frequency{}, 0, false}, {Frequency{}, 1, false}, {Frequency{Max: 2}, 3, false},
		{Frequency{Min: 2, Max: 4}, 1, true}, {Frequency{Min: 2, Max: 4}, 5, false},
	} {
		if got := test.f.TooFew(CountOf(test.count)); got != test.want {
			t.Errorf("%+v counts %d, which is too few: %t", test.f, test.count, got)
		}
	}
}

// TestAwardOf checks that an award has the points and the frequencies of a checked
// condition, in the memory that AwardOf is given.
func TestAwardOf(t *testing.T) {
	c := check.Condition{Points: -7, Children: []check.Child{
		{Each: true}, {Min: 1}, {Min: 3}, {}, {Each: true, Every: 2}, {Min: 1, Max: 4}, {Min: 1, Aging: &check.Aging{Newest: true}},
	}}
	want := []Frequency{{Each: true}, {Min: 1}, {Min: 3}, {}, {Each: true, Every: 2}, {Min: 1, Max: 4}, {Each: true}}
	room := make([]Frequency, 1, 7)
	a := AwardOf(&c, room)
	if a.Points != -7 || !slices.Equal(a.Children, want) || &a.Children[0] != &room[0] {
		t.Errorf("got %+v, want the frequencies %+v", a, want)
	}
	for i := range c.Children {
		f := FrequencyOf(&c.Children[i])
		if f != want[i] || f.None() != c.Children[i].None() {
			t.Errorf("child %d has the frequency %+v, want %+v", i, f, want[i])
		}
	}
}

// TestHoldsDecides: a child that does not hold makes the multiplier 0, and only
// such a child does.
func TestHoldsDecides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAward(t, rapid.IntRange(1, 4))
		var m Multiplier
		all := true
		for _, f := range a.Children {
			n := counts().Draw(t, "count")
			holds := m.Add(f, n)
			if holds != f.Holds(n) {
				t.Fatalf("%+v holds for %v: Add says %t", f, n.Big(), holds)
			}
			all = all && holds
		}
		if got := m.Count(); got.IsZero() == all {
			t.Fatalf("all children hold: %t; the multiplier is %v", all, got.Big())
		}
	})
}

// TestSingleIsAward: the form for one child gives what the award gives.
func TestSingleIsAward(t *testing.T) {
	others := 0
	rapid.Check(t, func(t *rapid.T) {
		a := drawAward(t, rapid.Just(1))
		n := smallCounts().Draw(t, "count")
		s, base, ok := a.Single()
		if f := a.Children[0]; !ok {
			if f.Each && f.Every == 0 || f.Min > 0 && f.Max == 0 || f.Min == 0 && f.Max < math.MaxUint64 && !f.Each {
				t.Fatalf("%+v is not a Single", a)
			}
			others++
			return
		}
		if got, want := base+s.Worth(n), worth(&a, []uint64{n}); got != want {
			t.Fatalf("%+v of %d is worth %d, want %d", a, n, got, want)
		}
	})
	if others == 0 {
		t.Error("no frequency without the form was tried")
	}
	two := Award{Children: make([]Frequency, 2)}
	if _, _, ok := two.Single(); ok {
		t.Error("an award of two children is a Single")
	}
}

// TestConjunctionIsAward: the forms for several children give what the award
// gives, wherever the counts are.
func TestConjunctionIsAward(t *testing.T) {
	pairs := 0
	rapid.Check(t, func(t *rapid.T) {
		a := drawAward(t, rapid.IntRange(1, 4))
		counts := rapid.SliceOfN(smallCounts(), 5, 5).Draw(t, "counts")
		slots, mine := make([]int, len(a.Children)), make([]uint64, len(a.Children))
		for i := range slots {
			slots[i] = rapid.IntRange(0, len(counts)-1).Draw(t, "slot")
			mine[i] = counts[slots[i]]
		}
		want := worth(&a, mine)
		c := a.Conjunction(slots)
		if got := c.Worth(counts); got != want {
			t.Fatalf("%+v of %d is worth %d, want %d", a, mine, got, want)
		}
		p, ok := c.Pair()
		every := slices.ContainsFunc(a.Children, func(f Frequency) bool { return f.Every > 1 })
		if ok != (len(a.Children) <= 2 && !every) {
			t.Fatalf("%+v are a pair: %t", a.Children, ok)
		}
		if !ok {
			return
		}
		pairs++
		if got := p.Worth(counts); got != want {
			t.Fatalf("as a pair %+v of %d is worth %d, want %d", a, mine, got, want)
		}
	})
	if pairs == 0 {
		t.Error("no pair was tried")
	}
}

// TestMultiplierRange: counts in the ranges give multipliers in the range, and both
// ends are reached.
func TestMultiplierRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAward(t, rapid.IntRange(1, 3))
		for i := range a.Children {
			f := &a.Children[i]
			f.Min = min(f.Min, 4)
			if f.Max != math.MaxUint64 {
				f.Max = min(f.Max, 5)
			}
		}
		const far = 6 // beyond every bound
		ranges := make([]Range, len(a.Children))
		lo, hi := make([]uint64, len(ranges)), make([]uint64, len(ranges))
		for i := range ranges {
			lo[i] = rapid.Uint64Range(0, 5).Draw(t, "least")
			hi[i] = rapid.Uint64Range(lo[i], 5).Draw(t, "greatest")
			ranges[i] = Range{Least: CountOf(lo[i]), Greatest: CountOf(hi[i])}
			if rapid.Bool().Draw(t, "unbounded") {
				ranges[i], hi[i] = Range{Least: CountOf(lo[i]), Unbounded: true}, far
			}
		}
		got := a.MultiplierRange(ranges)
		least, greatest := uint64(math.MaxUint64), uint64(0)
		counts := make([]Count, len(ranges))
		var try func(i int)
		try = func(i int) {
			if i == len(ranges) {
				n := a.Multiplier(counts...).Clamp()
				least, greatest = min(least, n), max(greatest, n)
				return
			}
			for n := lo[i]; n <= hi[i]; n++ {
				counts[i] = CountOf(n)
				try(i + 1)
			}
		}
		try(0)
		if got.Least.Clamp() != least {
			t.Fatalf("%+v of %d to %d: the least multiplier is %d, want %d", a.Children, lo, hi, got.Least.Clamp(), least)
		}
		if got.Unbounded {
			if greatest != far {
				t.Fatalf("%+v of %d to %d: the multiplier has no limit, but %d is the greatest", a.Children, lo, hi, greatest)
			}
		} else if got.Greatest.Clamp() != greatest {
			t.Fatalf("%+v of %d to %d: the greatest multiplier is %d, want %d", a.Children, lo, hi, got.Greatest.Clamp(), greatest)
		}
	})
}

// TestTooMany: a child that does not hold counts too few, or so many too many that it
// holds without them.
func TestTooMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, n := frequencies().Draw(t, "frequency"), CountOf(smallCounts().Draw(t, "count"))
		over := f.TooMany(n)
		switch {
		case f.Each || f.None() || f.Max < f.Min || f.Holds(n) || f.TooFew(n):
			if !over.IsZero() {
				t.Fatalf("%+v: %d of %d are too many", f, over.Big(), n.Big())
			}
		case over.IsZero() || !f.Holds(n.Minus(over)) || f.Holds(n.Minus(over).Plus(CountOf(1))):
			t.Fatalf("%+v: %d of %d are too many", f, over.Big(), n.Big())
		}
	})
}
