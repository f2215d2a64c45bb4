package whatif

import (
	"fmt"
	"math/big"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestSets(t *testing.T) {
	a := Condition{"A", 0, 10, false}
	b := Condition{"B", 1, 20, false}
	c := Condition{"C", 1, -15, false}
	d := Condition{"D", 2, 5, true}
	e := Condition{"E", 0, 3, false}
	for _, test := range []struct {
		conditions []Condition
		threshold  int64
		want       string
	}{
		{[]Condition{b}, 20, "[]"},
		{[]Condition{b}, 21, "[]"},
		{nil, 1, "[]"},
		{[]Condition{a, b}, 30, `[["A" holds (+10)]]`},
		{[]Condition{a, b, c}, 15, `[["C" does not count (+15)] ["A" holds (+10)]]`},
		{[]Condition{a, b, c, e}, 30, `[["C" does not count (+15) "A" holds (+10)]]`},
		{[]Condition{a, b, c, e}, 33, `[["C" does not count (+15) "A" holds (+10) "E" holds (+3)]]`},
		{[]Condition{a, b, c, e}, 34, "[]"},
		{[]Condition{a, b, d}, 36, `[["A" holds (+10)] ["D" counts 4 times (+10)]]`},
		{[]Condition{b, d}, 31, `[["D" counts 3 times (+5)]]`},
	} {
		if got := fmt.Sprint(Sets(test.conditions, test.threshold)); got != test.want {
			t.Errorf("%v to %d: got %s, want %s", test.conditions, test.threshold, got, test.want)
		}
	}
}

// TestSetsSuffice: every set is enough, no smaller one is, and if there is a set
// of that size there is one in the list.
func TestSetsSuffice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var conditions []Condition
		for i := range rapid.IntRange(0, 7).Draw(t, "conditions") {
			conditions = append(conditions, Condition{
				Name:       fmt.Sprint(i),
				Multiplier: rapid.OneOf(rapid.Just[uint64](0), rapid.Uint64Range(0, 3), rapid.Uint64()).Draw(t, "multiplier"),
				Points:     rapid.OneOf(rapid.Int64Range(-5, 5), rapid.Int64Range(-1_000_000, 1_000_000)).Filter(func(n int64) bool { return n != 0 }).Draw(t, "points"),
				Each:       rapid.IntRange(0, 3).Draw(t, "each") == 0,
			})
		}
		threshold := rapid.OneOf(rapid.Int64Range(-20, 20), rapid.Int64()).Draw(t, "threshold")
		score := func(changed map[string]uint64) *big.Int {
			sum := new(big.Int)
			for _, c := range conditions {
				if n, ok := changed[c.Name]; ok {
					c.Multiplier = n
				}
				sum.Add(sum, c.product())
			}
			return sum
		}
		ready := func(n *big.Int) bool { return n.Cmp(big.NewInt(threshold)) >= 0 }
		found := Sets(conditions, threshold)
		for _, set := range found {
			changed := map[string]uint64{}
			for _, c := range set {
				n, err := strconv.ParseUint(c.Times, 10, 64)
				if err != nil {
					return // beyond what the property counts with
				}
				changed[c.Condition] = n
			}
			if !ready(score(changed)) {
				t.Fatalf("%v of %v is not enough for %d", set, conditions, threshold)
			}
			if len(set) != len(found[0]) || len(set) > Most {
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
				if c.Points > 0 && c.Each {
					t.Fatalf("%q can count as often as one likes", c.Name)
				}
				if c.Points < 0 && c.Multiplier > 0 {
					best[c.Name] = 0
					kinds++
				}
				if c.Points > 0 && c.Multiplier == 0 {
					best[c.Name] = 1
					kinds++
				}
			}
			if kinds <= Most && ready(score(best)) {
				t.Fatalf("%v suffices, and nothing was found", best)
			}
		}
	})
}

// TestManyConditions: also among very many conditions an answer comes at once.
func TestManyConditions(t *testing.T) {
	var conditions []Condition
	for i := range 10_000 {
		conditions = append(conditions, Condition{Name: fmt.Sprint(i), Points: int64(1 + i%7)})
	}
	if got := Sets(conditions, 22); got != nil {
		t.Errorf("got %v", got)
	}
	if got := Sets(conditions, 21); len(got) != 20 || len(got[0]) != 3 {
		t.Errorf("%d sets", len(got))
	}
}
