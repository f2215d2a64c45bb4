// Package whatif finds what would have to be different for a lead to be sales
// ready: the smallest sets of conditions.
package whatif

import (
	"fmt"
	"math/big"
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

// A gain is the most that a change of a condition can add to the score, or what
// one more time adds.
type gain struct {
	condition *Condition
	points    *big.Int
	unlimited bool // as often as one likes
}

// Most is how many conditions a set has at the most, and how many sets are listed.
const (
	Most = 3
	sets = 20
)

// Sets lists the smallest sets of conditions whose change brings a score from
// where it is up to threshold or more: at most Most conditions a set, and at most
// twenty sets, in the order of the conditions. It lists nothing for a score that
// is there already. Whether a condition can hold at all it does not know.
func Sets(conditions []Condition, threshold int64) [][]Change {
	score := new(big.Int)
	for i := range conditions {
		score.Add(score, conditions[i].product())
	}
	missing := new(big.Int).Sub(big.NewInt(threshold), score)
	if missing.Sign() <= 0 {
		return nil
	}
	var gains []gain
	for i := range conditions {
		c := &conditions[i]
		switch {
		case c.Points < 0 && c.Multiplier > 0:
			gains = append(gains, gain{c, new(big.Int).Neg(c.product()), false})
		case c.Points > 0 && (c.Each || c.Multiplier == 0):
			gains = append(gains, gain{c, big.NewInt(c.Points), c.Each})
		}
	}
	for size := 1; size <= Most; size++ {
		if found := choose(gains, size, missing, nil); len(found) > 0 {
			return found
		}
	}
	return nil
}

func (c *Condition) product() *big.Int {
	p := new(big.Int).SetUint64(c.Multiplier)
	return p.Mul(p, big.NewInt(c.Points))
}

// choose lists the sets of so many of gains that, with those that are chosen
// already, make up for what is missing.
func choose(gains []gain, size int, missing *big.Int, chosen []gain) [][]Change {
	if size == 0 {
		if set := enough(chosen, missing); set != nil {
			return [][]Change{set}
		}
		return nil
	}
	var found [][]Change
	for i := range gains {
		found = append(found, choose(gains[i+1:], size-1, missing, append(chosen[:len(chosen):len(chosen)], gains[i]))...)
		if len(found) >= sets {
			return found[:sets]
		}
	}
	return found
}

// enough returns the changes if they make up for what is missing, or nil. What
// can count any number of times counts as often as the others leave it to.
func enough(chosen []gain, missing *big.Int) []Change {
	left := new(big.Int).Set(missing)
	var open *gain
	for i := range chosen {
		if chosen[i].unlimited && open == nil {
			open = &chosen[i]
			continue
		}
		left.Sub(left, chosen[i].points)
	}
	more := big.NewInt(1)
	switch {
	case open != nil && left.Sign() > 0:
		more.Add(left, new(big.Int).Sub(open.points, big.NewInt(1)))
		more.Quo(more, open.points)
	case open == nil && left.Sign() > 0:
		return nil
	}
	var set []Change
	for i := range chosen {
		c := chosen[i].condition
		times, points := new(big.Int).SetUint64(c.Multiplier), new(big.Int).Set(chosen[i].points)
		switch {
		case c.Points < 0:
			times.SetInt64(0)
		case &chosen[i] == open:
			times.Add(times, more)
			points.Mul(points, more)
		default:
			times.Add(times, big.NewInt(1))
		}
		set = append(set, Change{c.Name, times.String(), signed(points)})
	}
	return set
}

func signed(n *big.Int) string {
	if n.IsInt64() {
		return fmt.Sprintf("%+d", n.Int64())
	}
	return "+" + n.String()
}
