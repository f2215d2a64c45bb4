// Package whatif finds what would have to be different for a lead to be sales
// ready: the smallest sets of conditions.
package whatif

import (
	"fmt"
	"math/big"
	"slices"
)

// A Condition is what one condition says of a lead.
type Condition struct {
	Name       string
	Multiplier uint64
	Points     int64
	Each       bool // it can count any number of times
}

// A Change is one condition that says something else.
type Change struct {
	Condition string `json:"condition"`
	Times     string `json:"times"` // how often it counts then, in digits
	Points    string `json:"points"`
}

// String says the change in words.
func (c Change) String() string {
	switch c.Times {
	case "0":
		return fmt.Sprintf("%q does not count (%s)", c.Condition, c.Points)
	case "1":
		return fmt.Sprintf("%q holds (%s)", c.Condition, c.Points)
	}
	return fmt.Sprintf("%q counts %s times (%s)", c.Condition, c.Times, c.Points)
}

// A gain is what a change of a condition adds to the score.
type gain struct {
	change Change
	points *big.Int
}

// Most is how many conditions a set has at the most, and sets how many are listed.
const (
	Most = 3
	sets = 20
)

// Sets lists the smallest sets of conditions whose change brings a score from
// where it is up to threshold or more: at most Most conditions a set, and at most
// twenty sets, first those whose conditions add most. A condition that can count
// any number of times is a set by itself, and counts as often as it must. Sets
// lists nothing for a score that is there already. Whether a condition can hold at
// all it does not know.
func Sets(conditions []Condition, threshold int64) [][]Change {
	missing := big.NewInt(threshold)
	for i := range conditions {
		missing.Sub(missing, conditions[i].product())
	}
	if missing.Sign() <= 0 {
		return nil
	}
	var gains []gain
	for i := range conditions {
		if g, ok := conditions[i].gain(missing); ok {
			gains = append(gains, g)
		}
	}
	slices.SortStableFunc(gains, func(a, b gain) int { return b.points.Cmp(a.points) })
	for size := 1; size <= Most; size++ {
		c := chooser{gains: gains, size: size}
		if c.choose(0, missing); len(c.found) > 0 {
			return c.found
		}
	}
	return nil
}

func (c *Condition) product() *big.Int {
	p := new(big.Int).SetUint64(c.Multiplier)
	return p.Mul(p, big.NewInt(c.Points))
}

// gain returns the most that a change of the condition adds, or as much as is
// missing if there is no most.
func (c *Condition) gain(missing *big.Int) (gain, bool) {
	times, points := new(big.Int), big.NewInt(c.Points)
	switch {
	case c.Points < 0 && c.Multiplier > 0:
		points.Neg(c.product())
	case c.Points > 0 && c.Each:
		// As many times more as it takes, rounded up.
		times.Add(missing, big.NewInt(c.Points-1))
		times.Quo(times, points)
		points.Mul(points, times)
		times.Add(times, new(big.Int).SetUint64(c.Multiplier))
	case c.Points > 0 && c.Multiplier == 0:
		times.SetInt64(1)
	default:
		return gain{}, false
	}
	return gain{Change{c.Name, times.String(), signed(points)}, points}, true
}

// chooser finds sets of one size among gains, the largest of which come first.
type chooser struct {
	gains  []gain
	size   int
	chosen []Change
	found  [][]Change
}

// choose goes on with the gains from a place on, while some are missing. It looks
// at nothing that cannot suffice with the next largest, so it ends soon.
func (c *chooser) choose(from int, missing *big.Int) {
	left := c.size - len(c.chosen)
	if left == 0 {
		c.found = append(c.found, slices.Clone(c.chosen))
		return
	}
	for i := from; i+left <= len(c.gains) && len(c.found) < sets; i++ {
		sum := new(big.Int)
		for _, g := range c.gains[i : i+left] {
			sum.Add(sum, g.points)
		}
		if sum.Cmp(missing) < 0 {
			return
		}
		c.chosen = append(c.chosen, c.gains[i].change)
		c.choose(i+1, new(big.Int).Sub(missing, c.gains[i].points))
		c.chosen = c.chosen[:len(c.chosen)-1]
	}
}

func signed(n *big.Int) string {
	if n.IsInt64() {
		return fmt.Sprintf("%+d", n.Int64())
	}
	return "+" + n.String()
}
