package whatif

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/internal/points"
)

func conditionOf(name string, multiplier uint64, worth int64, each bool) condition {
	return condition{name, points.Award{Points: worth, Children: []points.Frequency{{Each: each, Min: 1}}}, points.CountOf(multiplier)}
}

func TestSets(t *testing.T) {
	a := conditionOf("A", 0, 10, false)
	b := conditionOf("B", 1, 20, false)
	c := conditionOf("C", 1, -15, false)
	d := conditionOf("D", 2, 5, true)
	e := conditionOf("E", 0, 3, false)
	for _, test := range []struct {
		conditions []condition
		threshold  int64
		want       string
	}{
		{[]condition{b}, 20, "[]"},
		{[]condition{b}, 21, "[]"},
		{nil, 1, "[]"},
		{[]condition{a, b}, 30, `["A" holds (+10)]`},
		{[]condition{a, b, c}, 15, `["C" does not count (+15) "A" holds (+10)]`},
		{[]condition{a, b, c, e}, 30, `["C" does not count (+15) and "A" holds (+10)]`},
		{[]condition{a, b, c, e}, 33, `["C" does not count (+15) and "A" holds (+10) and "E" holds (+3)]`},
		{[]condition{a, b, c, e}, 34, "[]"},
		{[]condition{a, b, d}, 36, `["A" holds (+10) "D" counts 4 times (+10)]`},
		{[]condition{b, d}, 31, `["D" counts 3 times (+5)]`},
	} {
		if got := fmt.Sprint(sets(test.conditions, test.threshold)); got != test.want {
			t.Errorf("%v to %d: got %s, want %s", test.conditions, test.threshold, got, test.want)
		}
	}
}

// TestSetsSuffice: every set is enough, no smaller one is, and if there is a set
// of that size there is one in the list.
func TestSetsSuffice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var conditions []condition
		for i := range rapid.IntRange(0, 7).Draw(t, "conditions") {
			conditions = append(conditions, conditionOf(
				fmt.Sprint(i),
				rapid.OneOf(rapid.Just[uint64](0), rapid.Uint64Range(0, 3), rapid.Uint64()).Draw(t, "multiplier"),
				rapid.OneOf(rapid.Int64Range(-5, 5), rapid.Int64Range(-1_000_000, 1_000_000)).Filter(func(n int64) bool { return n != 0 }).Draw(t, "points"),
				rapid.IntRange(0, 3).Draw(t, "each") == 0,
			))
		}
		threshold := rapid.OneOf(rapid.Int64Range(-20, 20), rapid.Int64()).Draw(t, "threshold")
		score := func(changed map[string]uint64) *big.Int {
			sum := new(big.Int)
			for _, c := range conditions {
				n := c.multiplier.Clamp()
				if to, ok := changed[c.name]; ok {
					n = to
				}
				product := new(big.Int).SetUint64(n)
				sum.Add(sum, product.Mul(product, big.NewInt(c.award.Points)))
			}
			return sum
		}
		ready := func(n *big.Int) bool { return n.Cmp(big.NewInt(threshold)) >= 0 }
		found := sets(conditions, threshold)
		for _, set := range found {
			changed := map[string]uint64{}
			for _, c := range set {
				if !c.Times.IsUint64() {
					return // beyond what the property counts with
				}
				changed[c.Condition] = c.Times.Uint64()
			}
			if !ready(score(changed)) {
				t.Fatalf("%v of %v is not enough for %d", set, conditions, threshold)
			}
			if len(set) != len(found[0]) || len(set) > MaxConditions {
				t.Fatalf("sets of %d and of %d conditions", len(found[0]), len(set))
			}
			for name := range changed { // without any of them it is not
				n := changed[name]
				delete(changed, name)
				if ready(score(changed)) {
					t.Fatalf("%v is more than enough: %s need not change", set, name)
				}
				changed[name] = n
			}
		}
		// No smaller set: what each condition can do at its best, with a bound on
		// what counts any number of times.
		if len(found) == 0 && !ready(score(nil)) {
			best := map[string]uint64{}
			kinds := 0
			for _, c := range conditions {
				if c.award.Points > 0 && c.award.Children[0].Each {
					t.Fatalf("%q can count as often as one likes", c.name)
				}
				if c.award.Points < 0 && !c.multiplier.IsZero() {
					best[c.name] = 0
					kinds++
				}
				if c.award.Points > 0 && c.multiplier.IsZero() {
					best[c.name] = 1
					kinds++
				}
			}
			if kinds <= MaxConditions && ready(score(best)) {
				t.Fatalf("%v suffices, and nothing was found", best)
			}
		}
	})
}

// TestManyConditions: also among very many conditions an answer comes at once.
func TestManyConditions(t *testing.T) {
	var conditions []condition
	for i := range 10_000 {
		conditions = append(conditions, conditionOf(fmt.Sprint(i), 0, int64(1+i%7), false))
	}
	if got := sets(conditions, 22); got != nil {
		t.Errorf("got %v", got)
	}
	if got := sets(conditions, 21); len(got) != 20 || len(got[0]) != 3 {
		t.Errorf("%d sets", len(got))
	}
}
