package reference

import (
	"math/big"

	"github.com/leadscore/leadscore/dsl"
)

// A Line is a line of a ledger: an amount that a sum gains or loses. There is a line for
// each condition and each row of a table, and one wherever something else changes a sum.
//
// The amounts of all lines add up to the score, and those of the lines in a dimension to the
// dimension's score.
type Line struct {
	// Kind is "condition", "limit", "out of", "weight" or "clamp".
	Kind string
	// Name is the name of the condition or of the table of the row; of the group, dimension
	// or model that has the limit; or of the dimension or model.
	Name string
	// Dimension is the dimension in which the line is, or "". The line for the weight of a
	// dimension is not in it.
	Dimension string
	Amount    *big.Int
}

// totals adds up the score of a model.
type totals struct {
	*scoring
	result    *Result
	dimension string // the one that is being added up, or ""
}

// line adds a line to the ledger if it changes a sum.
func (t *totals) line(kind, name string, amount *big.Int) {
	if amount.Sign() != 0 {
		t.result.Ledger = append(t.result.Ledger, Line{kind, name, t.dimension, amount})
	}
}

// changed adds a line for what has made a sum another one, which it returns.
func (t *totals) changed(kind, name string, before, after *big.Int) *big.Int {
	t.line(kind, name, new(big.Int).Sub(after, before))
	return after
}

// clamped returns a sum as a result has it: "what is reported is clamped to 64 bits, with
// a line for it".
func (t *totals) clamped(name string, sum *big.Int) int64 {
	return t.changed("clamp", name, sum, big.NewInt(Clamp(sum))).Int64()
}

// model adds up the score of a model: "The model's score is the sum of its dimensions'
// scores, each times its weight and rounded likewise, and of what stands outside of
// dimensions." "A model's limit acts on its score, after weights."
func (t *totals) model(m *dsl.Model) {
	t.result.Score = t.clamped(m.Name.Value, t.sum(m.Clauses, m.Name.Value, true))
	t.result.Grade = grade(m.Clauses, t.result.Score)
}

// sum adds up the parts of a model, group or dimension, whose holder is in season or not.
func (t *totals) sum(clauses []dsl.Clause, name string, inSeason bool) *big.Int {
	inSeason = inSeason && t.allActive(clauses)
	sum := new(big.Int)
	for _, c := range clauses {
		switch c := c.(type) {
		case *dsl.Condition:
			sum.Add(sum, t.add(t.condition(c), inSeason, true))
		case *dsl.Group:
			sum.Add(sum, t.sum(c.Clauses, c.Name.Value, inSeason))
		case *dsl.FirstOf:
			sum.Add(sum, t.firstOf(c, inSeason))
		case *dsl.Table:
			sum.Add(sum, t.table(c, inSeason))
		case *dsl.Dimension:
			sum.Add(sum, t.addDimension(c))
		}
	}
	if !inSeason { // "as of an instant outside, it adds 0 and its limit does not act"
		return sum
	}
	for _, c := range clauses {
		if l, ok := c.(*dsl.Limit); ok {
			sum = t.changed("limit", name, sum, limited(sum, l))
		}
	}
	return sum
}

// limited "keeps the sum of what it holds in between".
func limited(sum *big.Int, l *dsl.Limit) *big.Int {
	if l.From != nil && sum.Cmp(integer(l.From)) < 0 {
		return integer(l.From)
	}
	if l.To != nil && sum.Cmp(integer(l.To)) > 0 {
		return integer(l.To)
	}
	return sum
}

// add lists a condition, and returns what it adds.
func (t *totals) add(c Contribution, inSeason, taken bool) *big.Int {
	c.InSeason = c.InSeason && inSeason
	c.Taken = taken
	if !c.InSeason || !taken {
		c.Score = new(big.Int)
	}
	t.result.Contributions = append(t.result.Contributions, c)
	t.result.Ledger = append(t.result.Ledger, Line{"condition", c.Condition, t.dimension, c.Score})
	return c.Score
}

// firstOf follows "of its conditions (tiers), in their order, only the first that holds
// contributes", and "in `first of` it is passed over" of one that is not in season.
func (t *totals) firstOf(f *dsl.FirstOf, inSeason bool) *big.Int {
	inSeason = inSeason && t.active(f.Active)
	sum, taken := new(big.Int), false
	for _, tier := range f.Tiers {
		c := t.condition(tier)
		first := !taken && inSeason && c.InSeason && c.Multiplier.Sign() > 0 // "A multiplier above 0 holds"
		taken = taken || first
		sum.Add(sum, t.add(c, inSeason, first))
	}
	return sum
}

// addDimension adds up a dimension, and returns what it adds to the model.
func (t *totals) addDimension(d *dsl.Dimension) *big.Int {
	name, weight := d.Name.Value, big.NewInt(100) // "100 if not said"
	var outOf, bound *big.Int
	for _, c := range d.Clauses {
		switch c := c.(type) {
		case *dsl.Weight:
			weight = integer(c.Percent)
		case *dsl.OutOf:
			outOf = integer(c.Number)
		case *dsl.Limit:
			if c.To != nil {
				bound = integer(c.To)
			}
		}
	}
	t.dimension = name
	score := t.sum(d.Clauses, name, true) // "Its score is the sum within its limit"
	if outOf != nil {
		// "with `out of N`, which needs a limit with an upper bound B above 0, N × that / B,
		// rounded to the nearest, halves away from zero"
		share := new(big.Rat).SetFrac(new(big.Int).Mul(outOf, score), bound)
		score = t.changed("out of", name, score, rounded(share))
	}
	reported := t.clamped(name, score)
	t.dimension = ""

	out := Dimension{Name: name, Score: reported}
	if t.allActive(d.Clauses) { // "a dimension has score 0 and no grade"
		out.Grade = grade(d.Clauses, reported)
	}
	t.result.Dimensions = append(t.result.Dimensions, out)
	// "each times its weight and rounded likewise". What is reported is clamped, "Sums are
	// exact".
	weighted := rounded(new(big.Rat).SetFrac(new(big.Int).Mul(weight, score), big.NewInt(100)))
	return t.changed("weight", name, big.NewInt(reported), weighted)
}
