package eval

import "github.com/leadscore/leadscore/internal/points"

// SalesReady reports whether the lead is sales ready by the structured model that e is of.
func (e *Explanation) SalesReady() bool { return e.outcome.SalesReady }

// DimensionScore returns the score of a dimension of the structured model that e is of,
// and whether the dimension is in season.
func (e *Explanation) DimensionScore(dimension int) (score int64, inSeason bool) {
	d := e.outcome.Dimensions[dimension]
	return d.Score, d.Active
}

// Structured reports whether a model of the program is structured.
func (p *Program) Structured(model int) bool { return p.programs[model] != nil }

// Dimensions returns how many dimensions a model of the program has.
func (p *Program) Dimensions(model int) int {
	if p.programs[model] == nil {
		return 0
	}
	return len(p.programs[model].Dimensions())
}

// Numbers returns the explanation that a structured model of the program gives to a lead with
// a score, if nothing is to be explained: that of which these are the numbers. dimension
// returns what [Explanation.DimensionScore] does.
func (p *Program) Numbers(model int, score int64, ready bool, dimension func(int) (score int64, inSeason bool)) *Explanation {
	e := &Explanation{program: p.programs[model], outcome: points.Outcome{Score: score, SalesReady: ready}}
	for i := range p.Dimensions(model) {
		var d points.Dimension
		d.Score, d.Active = dimension(i)
		e.outcome.Dimensions = append(e.outcome.Dimensions, d)
	}
	return e
}
