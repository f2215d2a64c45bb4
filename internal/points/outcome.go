package points

import (
	"slices"
)

// An Outcome is what a model gives to a lead that it scores. The grades follow from it:
// see [Program.Grade], [Program.DimensionGrade] and [Program.Label].
type Outcome struct {
	Score      int64 // clamped to 64 bits
	SalesReady bool
	Dimensions []Dimension // in the order of the rules
}

// A Dimension is the outcome of a dimension.
type Dimension struct {
	Score  int64 // before its weight, clamped to 64 bits
	Active bool  // whether it is in season
}

// Grade returns the grade of an outcome, or "" if its score has none.
func (p *Program) Grade(o *Outcome) string {
	grade, _ := p.model.Grades.Grade(o.Score)
	return grade
}

// DimensionGrade returns the grade of a dimension of an outcome, or "" if its score has
// none, or if the dimension is out of season.
func (p *Program) DimensionGrade(dimension int, o *Outcome) string {
	d := o.Dimensions[dimension]
	if !d.Active {
		return ""
	}
	grade, _ := p.dimensions[dimension].Grades.Grade(d.Score)
	return grade
}

// Label returns the grades of the label's dimensions in a row: "" if one of them has no
// grade, or if the model has no label.
func (p *Program) Label(o *Outcome) string {
	label := ""
	for _, d := range p.label {
		grade := p.DimensionGrade(d, o)
		if grade == "" {
			return ""
		}
		label += grade
	}
	return label
}

// Score writes into out what the model gives to a lead that belongs to its audience, as
// of an instant at which the model is active, in microseconds. It uses the memory of out
// again. If ledger is not nil, Score writes into it how the score came about.
func (p *Program) Score(asOf int64, counts []Count, out *Outcome, ledger *Ledger) {
	s := scorer{Program: p, asOf: asOf, counts: counts, out: out, ledger: ledger}
	s.score()
}

// ScoreMultipliers is [Program.Score] for conditions whose points count so often,
// whatever their children count.
func (p *Program) ScoreMultipliers(asOf int64, multipliers []Fraction, out *Outcome) {
	s := scorer{Program: p, asOf: asOf, multipliers: multipliers, out: out}
	s.score()
}

// A scorer scores one lead.
type scorer struct {
	*Program
	asOf        int64
	counts      []Count
	multipliers []Fraction // by condition, in place of counts; or nil
	fast        *FastProgram
	sums        []int64  // by place, and
	slots       []uint64 // in place of counts, if fast is not nil
	out         *Outcome
	ledger      *Ledger // or nil
}

func (s *scorer) score() {
	p, out := s.Program, s.out
	*out = Outcome{Dimensions: slices.Grow(out.Dimensions[:0], len(p.dimensions))[:len(p.dimensions)]}
	if s.ledger != nil {
		s.ledger.begin(len(p.conditions))
	}
	root := &p.root
	sum := s.sum(root, true)
	out.Score = s.clamp(root, sum)
	if p.model.Decision != nil {
		out.SalesReady = s.decides(p.model.Decision)
	} else {
		out.SalesReady = p.model.SalesReady.Ready(out.Score)
	}
}

// multiplier returns how often the points of a condition count, whatever the season and
// the tiers before it.
func (s *scorer) multiplier(i int) Fraction {
	switch {
	case s.fast != nil:
		return s.fast.multiplier(i, s.slots)
	case s.multipliers != nil:
		return s.multipliers[i]
	}
	return s.Multiplier(i, s.counts)
}

// holds reports whether a condition counts at all, whatever the season and the tiers before
// it.
func (s *scorer) holds(i int) bool {
	if s.fast != nil {
		return s.fast.holds(i, s.slots)
	}
	return !s.multiplier(i).IsZero()
}

// add returns what a part adds to the sum of the part that holds it. active says whether
// that one is in season, with all that hold it.
func (s *scorer) add(at *part, active bool) Total {
	active = active && at.season.holds(s.asOf)
	switch {
	case at.place == nil:
		return s.condition(at.in, at.condition, active, OutOfSeason)
	case at.tiers != nil:
		return s.tiers(at, active)
	case at.dimension != nil:
		return s.dimension(at, active)
	}
	return s.sum(at, active)
}

// sum returns the sum of the parts of a model, group or dimension, within its limit.
func (s *scorer) sum(at *part, active bool) Total {
	var sum Total
	if !active && s.ledger == nil {
		return sum
	}
	if s.fast != nil {
		small := s.sums[at.sum]
		for i := range s.fast.bounded[at.sum] {
			small += s.fast.bounded[at.sum][i].worth(s.slots)
		}
		sum = TotalOf(small)
		for _, part := range s.fast.rest[at.sum] {
			sum = sum.Plus(s.add(part, active))
		}
	} else {
		for i := range at.parts {
			sum = sum.Plus(s.add(&at.parts[i], active))
		}
	}
	if !active {
		return Total{}
	}
	limited := sum.Within(at.limit)
	s.line(LimitLine, at, sum, limited)
	return limited
}

// condition returns what a condition adds. If it does not count, whatever its multiplier,
// why says so.
func (s *scorer) condition(in *part, i int, counts bool, why Why) Total {
	if s.ledger == nil {
		switch {
		case !counts:
			return Total{}
		case s.fast != nil:
			return s.fast.worth(i, s.slots)
		}
	}
	m := s.multiplier(i)
	var sum Total
	if counts {
		sum, why = s.conditions[i].contribution(m), ""
		if s.ledger != nil && s.conditions[i].Bound != 0 && !sum.Minus(m.Worth(s.conditions[i].Points)).IsZero() {
			why = Bounded
		}
	}
	if s.ledger != nil {
		s.ledger.add(Line{Kind: ConditionLine, In: in.place, Condition: i, Multiplier: m, Taken: counts && !m.IsZero(), Amount: sum, Why: why})
	}
	return sum
}

// tiers returns what the first tier adds that holds.
func (s *scorer) tiers(at *part, active bool) Total {
	taken := -1
	if active {
		taken = s.taken(at)
	}
	if s.ledger == nil {
		if taken < 0 {
			return Total{}
		}
		return s.condition(at, taken, true, "")
	}
	var sum Total
	later := false
	for _, i := range at.tiers {
		why := Why("")
		switch {
		case !active || !s.conditions[i].season.holds(s.asOf):
			why = OutOfSeason
		case later && at.place.Kind == TablePlace:
			why = EarlierRow
		case later:
			why = EarlierTier
		}
		sum = sum.Plus(s.condition(at, i, why == "", why))
		later = later || i == taken
	}
	return sum
}

// taken returns the first of the tiers that holds and is in season, or -1.
func (s *scorer) taken(at *part) int {
	for _, i := range at.tiers {
		if s.holds(i) && s.conditions[i].season.holds(s.asOf) {
			return i
		}
	}
	return -1
}

// dimension returns what a dimension adds: its score times its weight.
func (s *scorer) dimension(at *part, active bool) Total {
	d := at.dimension
	sum := s.sum(at, active)
	out := Dimension{Active: active}
	if active {
		if d.OutOf > 0 {
			scaled := sum.Times(d.OutOf, d.Limit.Hi)
			s.line(OutOfLine, at, sum, scaled)
			sum = scaled
		}
		out.Score = s.clamp(at, sum)
		weighted := sum.Times(weightOf(d), 100)
		s.line(WeightLine, at, TotalOf(out.Score), weighted)
		sum = weighted
	}
	s.out.Dimensions[at.index] = out
	return sum
}

// clamp returns a sum as it is reported.
func (s *scorer) clamp(at *part, sum Total) int64 {
	n := sum.Clamp()
	s.line(ClampLine, at, sum, TotalOf(n))
	return n
}

// line adds a line to the ledger for a change of a part's sum.
func (s *scorer) line(kind LineKind, at *part, from, to Total) {
	if s.ledger == nil {
		return
	}
	if change := to.Minus(from); !change.IsZero() {
		s.ledger.add(Line{Kind: kind, In: at.place, Condition: -1, Amount: change, Rule: at.rule(kind)})
	}
}
