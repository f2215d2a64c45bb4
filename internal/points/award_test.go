package points

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/check"
)

// frequencies draws frequencies of all kinds, with small and large minimums.
func frequencies() *rapid.Generator[Frequency] {
	return rapid.Custom(func(t *rapid.T) Frequency {
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			return Frequency{Each: true}
		case 1:
			return Frequency{}
		}
		return Frequency{Min: rapid.OneOf(rapid.Uint64Range(1, 4), rapid.Uint64Range(1, math.MaxUint64)).Draw(t, "min")}
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
		list[i] = CountOf(n)
	}
	total := a.Worth(a.Multiplier(list...))
	return total.Clamp()
}

// TestAward: the language reference's rules, one by one.
func TestAward(t *testing.T) {
	each, has, none, three := Frequency{Each: true}, Frequency{Min: 1}, Frequency{}, Frequency{Min: 3}
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
	} {
		a := Award{Points: 1, Children: test.children}
		if got := worth(&a, test.counts); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// TestAwardOf checks that an award has the points and the frequencies of a checked
// condition, in the memory that AwardOf is given.
func TestAwardOf(t *testing.T) {
	c := check.Condition{Points: -7, Children: []check.Child{{Each: true}, {Min: 1}, {Min: 3}, {}}}
	want := []Frequency{{Each: true}, {Min: 1}, {Min: 3}, {}}
	room := make([]Frequency, 1, 4)
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
	rapid.Check(t, func(t *rapid.T) {
		a := drawAward(t, rapid.Just(1))
		n := smallCounts().Draw(t, "count")
		s, base, ok := a.Single()
		if !ok {
			t.Fatal("an award of one child is not a Single")
		}
		if got, want := base+s.Worth(n), worth(&a, []uint64{n}); got != want {
			t.Fatalf("%+v of %d is worth %d, want %d", a, n, got, want)
		}
	})
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
		if ok != (len(a.Children) <= 2) {
			t.Fatalf("%d children are a pair: %t", len(a.Children), ok)
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
			a.Children[i].Min = min(a.Children[i].Min, 4)
		}
		const far = 6 // beyond every minimum
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
