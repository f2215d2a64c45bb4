// Package whatif finds what would have to change for a lead to become sales ready:
// the smallest sets of conditions that would have to hold, count more often or stop
// counting.
//
// It considers only what conditions are worth, and not whether a condition can hold,
// or whether two of them can hold together.
package whatif

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/internal/shown"
)

// Limits of an [Answer].
const (
	MaxConditions = 3  // of a set
	MaxSets       = 20 // of an answer
)

// A Change is one condition with another result.
type Change struct {
	Condition string
	Times     *big.Int // how often the condition counts after the change
	// Points is what the change adds to the score by itself. It is above 0, except for a
	// structured model, in which other changes may have to come with it.
	Points *big.Int
}

// String describes the change, such as `"Opened" counts 2 times (+10)`.
func (c Change) String() string {
	switch times := c.Times.String(); times {
	case "0":
		return fmt.Sprintf("%q does not count (%+d)", c.Condition, c.Points)
	case "1":
		return fmt.Sprintf("%q holds (%+d)", c.Condition, c.Points)
	default:
		return fmt.Sprintf("%q counts %s times (%+d)", c.Condition, times, c.Points)
	}
}

// MarshalJSON returns an object with condition, times and points. The numbers are
// strings, as they can exceed 64 bits. Points have a sign.
func (c Change) MarshalJSON() ([]byte, error) {
	return shown.JSON(changeJSON{c.Condition, c.Times.String(), fmt.Sprintf("%+d", c.Points)})
}

// UnmarshalJSON reads what [Change.MarshalJSON] returns. It fails if times or points
// are missing or are not whole numbers.
func (c *Change) UnmarshalJSON(text []byte) error {
	var v changeJSON
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	times, ok := new(big.Int).SetString(v.Times, 10)
	if !ok {
		return fmt.Errorf("whatif: times: %q is not a whole number", v.Times)
	}
	gain, ok := new(big.Int).SetString(v.Points, 10)
	if !ok {
		return fmt.Errorf("whatif: points: %q is not a whole number", v.Points)
	}
	*c = Change{v.Condition, times, gain}
	return nil
}

// changeJSON is a [Change] in JSON.
type changeJSON struct {
	Condition string `json:"condition"`
	Times     string `json:"times"`
	Points    string `json:"points"`
}

// A Set is a list of changes that together make a lead sales ready, and of which
// none can be omitted. The change that adds most comes first.
type Set []Change

// String joins the changes with "and".
func (s Set) String() string {
	texts := make([]string, len(s))
	for i, c := range s {
		texts[i] = c.String()
	}
	return strings.Join(texts, " and ")
}

// An Answer says what would make a lead sales ready for a model.
type Answer struct {
	Result    leadscore.Result
	Threshold grades.Threshold // the model's sales-ready score
	Sets      []Set            // see [SalesReady]

	decides bool // the model has a decision in place of a threshold
}

// MarshalJSON returns an object with result, as [leadscore.Result.MarshalJSON]
// returns it; sales_ready_at, the threshold, which is omitted if there is none; and
// what_if, the sets, which are omitted if there are none. An Answer cannot be read
// back as a whole, because a result cannot.
func (a Answer) MarshalJSON() ([]byte, error) {
	v := struct {
		Result leadscore.Result `json:"result"`
		At     *int64           `json:"sales_ready_at,omitempty"`
		Sets   []Set            `json:"what_if,omitempty"`
	}{Result: a.Result, Sets: a.Sets}
	if at, ok := a.Threshold.At(); ok {
		v.At = &at
	}
	return shown.JSON(v)
}

// SalesReady returns the smallest sets of changes that would raise the score of r to
// the sales-ready score of m: sets of one change if there are any, otherwise of two,
// otherwise of three ([MaxConditions]). It returns at most [MaxSets] sets, and those
// whose changes add most come first. A condition with an each child and positive
// points can always reach the score by itself; then every set has one change.
//
// For a structured model, whose score is more than the sum of its conditions or which
// says when a lead is sales ready in another way than by a score, each set is tried: the
// changes of a set are those that its limits, tiers, weights and decision ask for. Of
// very many sets only the first are tried.
//
// There are no sets if the lead is sales ready, if the model did not score it, if
// the model has no sales-ready score, or if no set of [MaxConditions] is enough.
//
// SalesReady fails if r is not a result of m. It needs contributions only if there
// may be sets: it then fails if r was scored without [leadscore.Explain], or by a
// model of the same name with other conditions.
func SalesReady(m *leadscore.Model, r leadscore.Result) (Answer, error) {
	a := Answer{Result: r, Threshold: m.SalesReady(), decides: m.Checked().Decision != nil}
	if r.Model != m.Name() {
		return Answer{}, fmt.Errorf("whatif: the result is of model %q, not of %q", r.Model, m.Name())
	}
	threshold, ok := a.Threshold.At()
	if !ok && !a.decides || r.Status != leadscore.Scored || r.SalesReady {
		return a, nil
	}
	checked := m.Checked().Conditions
	contributions := slices.Collect(r.Contributions())
	if len(contributions) == 0 && len(checked) > 0 {
		return Answer{}, fmt.Errorf("whatif: the result of lead %q has no contributions; score it with leadscore.Explain", r.Lead)
	}
	same := slices.EqualFunc(contributions, checked, func(c leadscore.Contribution, of check.Condition) bool {
		return c.Condition == of.Name && c.Points == of.Points
	})
	if !same {
		return Answer{}, fmt.Errorf("whatif: the result's conditions are not those of model %q; score the lead with this model", m.Name())
	}
	if r.Structured() {
		a.Sets = newSearch(m.Checked(), r, contributions).sets(m.Checked())
		return a, nil
	}
	conditions := make([]condition, len(checked))
	for i, c := range contributions {
		conditions[i] = condition{c.Condition, points.AwardOf(&checked[i], nil), points.CountOf(c.Multiplier)}
	}
	a.Sets = sets(conditions, threshold)
	return a, nil
}

// String returns the sets as text, one per line below a heading, or a line that says
// why there are none. It returns "" if the lead is sales ready or was not scored.
func (a Answer) String() string {
	threshold, ok := a.Threshold.At()
	switch {
	case a.Result.Status != leadscore.Scored:
		return ""
	case !ok && !a.decides:
		return "the model has no sales-ready score\n"
	case a.Result.SalesReady:
		return ""
	}
	heading, none := "the lead would be sales ready if", "make the lead sales ready"
	if ok {
		none = fmt.Sprintf("reach the sales-ready score of %d", threshold)
		heading = fmt.Sprintf("it would %s if", none)
	}
	if len(a.Sets) == 0 {
		return fmt.Sprintf("no change of up to %d conditions would %s\n", MaxConditions, none)
	}
	var b strings.Builder
	fmt.Fprintln(&b, heading)
	for _, s := range a.Sets {
		fmt.Fprintf(&b, "  %s\n", s)
	}
	return b.String()
}

// A condition is one condition with what it counted for a lead.
type condition struct {
	name       string
	award      points.Award
	multiplier points.Count
}

// worth returns the points for a multiplier. The caller must not change it.
func (c *condition) worth(multiplier points.Count) *big.Int {
	t := c.award.Worth(multiplier)
	return t.Big()
}

// gain returns what another multiplier would add to the score.
func (c *condition) gain(multiplier points.Count) *big.Int {
	return new(big.Int).Sub(c.worth(multiplier), c.worth(c.multiplier))
}

// change returns the change of the condition that adds most points or, if there is
// no limit, just as many as are missing. It returns false if no change adds points.
func (c *condition) change(missing *big.Int) (Change, bool) {
	one := points.CountOf(1)
	times := points.Count{}
	switch {
	case c.each() && c.gain(c.multiplier.Plus(one)).Sign() > 0:
		times = c.atLeast(missing)
	case c.multiplier.IsZero() && c.gain(one).Sign() > 0:
		times = one
	}
	gain := c.gain(times)
	return Change{c.name, times.Big(), gain}, gain.Sign() > 0
}

// each reports whether the condition can count any number of times.
func (c *condition) each() bool {
	return slices.ContainsFunc(c.award.Children, func(f points.Frequency) bool { return f.Each })
}

// atLeast returns the smallest multiplier that adds n or more. Greater multipliers
// must add more than smaller ones.
func (c *condition) atLeast(n *big.Int) points.Count {
	enough := func(m points.Count) bool { return c.gain(m).Cmp(n) >= 0 }
	steps := []points.Count{points.CountOf(1)} // powers of two, up to one that is enough
	for last := steps[0]; !enough(c.multiplier.Plus(last)); {
		last = last.Plus(last)
		steps = append(steps, last)
	}
	most := c.multiplier // the greatest known to be too small
	for _, step := range slices.Backward(steps) {
		if m := most.Plus(step); !enough(m) {
			most = m
		}
	}
	return most.Plus(points.CountOf(1))
}

// sets returns the smallest sets of changes that raise the sum of conditions to
// threshold, as [SalesReady] does. It returns nil if the sum has reached it.
func sets(conditions []condition, threshold int64) []Set {
	missing := big.NewInt(threshold)
	for i := range conditions {
		missing.Sub(missing, conditions[i].worth(conditions[i].multiplier))
	}
	if missing.Sign() <= 0 {
		return nil
	}
	var changes []Change
	for i := range conditions {
		if c, ok := conditions[i].change(missing); ok {
			changes = append(changes, c)
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return b.Points.Cmp(a.Points) })
	for size := 1; size <= MaxConditions; size++ {
		c := chooser{changes: changes, size: size}
		if c.choose(0, missing); len(c.found) > 0 {
			return c.found
		}
	}
	return nil
}

// A chooser finds sets of one size among changes, which are sorted: those that add
// most come first.
type chooser struct {
	changes []Change
	size    int
	chosen  Set
	found   []Set
}

// choose completes the chosen set with changes from an index on that add what is
// missing. It stops where even the changes that add most are not enough.
func (c *chooser) choose(from int, missing *big.Int) {
	left := c.size - len(c.chosen)
	if left == 0 {
		c.found = append(c.found, slices.Clone(c.chosen))
		return
	}
	for i := from; i+left <= len(c.changes) && len(c.found) < MaxSets; i++ {
		sum := new(big.Int)
		for _, next := range c.changes[i : i+left] {
			sum.Add(sum, next.Points)
		}
		if sum.Cmp(missing) < 0 {
			return
		}
		c.chosen = append(c.chosen, c.changes[i])
		c.choose(i+1, new(big.Int).Sub(missing, c.changes[i].Points))
		c.chosen = c.chosen[:len(c.chosen)-1]
	}
}
