package measure

import (
	"slices"
	"time"
)

// A Scaling is two contests of a scorer on several cores against the same on one,
// and so of how well the two scale.
type Scaling struct{ Base, Other Contest }

// Contests returns both contests.
func (s *Scaling) Contests() []Contest { return []Contest{s.Base, s.Other} }

// Scaled is the result of a scaling. A factor is how many times as many leads are
// scored on several cores as on one.
type Scaled struct {
	Base, Other Outcome // of the contests
	// Other's factor in parts of Base's, and its range over the runs.
	Quotient, Least, Most float64
}

// Factor returns how many times as much the other side of a contest does.
func (o Outcome) Factor() float64 { return 1 / o.Ratio }

// Run runs both contests in turns, as [Contest.Run] runs one.
func (s *Scaling) Run(runs int, length time.Duration) (Scaled, error) {
	base, stop := s.Base.Start()
	defer stop()
	other, stop := s.Other.Start()
	defer stop()
	round := func() error {
		if err := base.Round(); err != nil {
			return err
		}
		return other.Round()
	}
	if err := round(); err != nil {
		return Scaled{}, err
	}
	var first, second []Figures
	var quotients []float64
	for range runs {
		base.Reset()
		other.Reset()
		for n := 1; ; n++ {
			if err := round(); err != nil {
				return Scaled{}, err
			}
			if base.enough(n, length) && other.enough(n, length) {
				break
			}
		}
		f, g := base.Figures(), other.Figures()
		first, second = append(first, f), append(second, g)
		quotients = append(quotients, f.Ratio/g.Ratio)
	}
	return Scaled{
		Base: outcome(first), Other: outcome(second),
		Quotient: median(quotients), Least: slices.Min(quotients), Most: slices.Max(quotients),
	}, nil
}
