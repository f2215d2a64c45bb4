package measure

import (
	"cmp"
	"runtime"
	"slices"
	"time"

	"github.com/leadscore/leadscore/bench/internal/engine"
)

// A Contest is one line of the table: what is measured, and against what.
type Contest struct {
	Name        string
	What        string // what is measured
	Against     string // what it is measured against
	Base, Other engine.Scorer
	Slices      []Slice
	Procs       int // cores; 0 means one
	BaseProcs   int // cores of Base; 0 means as many as Other has
}

// Start begins the contest's race. stop ends it.
func (c *Contest) Start() (race *Race, stop func()) {
	before := runtime.GOMAXPROCS(0)
	procs := max(c.Procs, 1)
	race = newRace(runner{score: c.Base, procs: cmp.Or(c.BaseProcs, procs)}, runner{score: c.Other, procs: procs}, c.Slices)
	return race, func() {
		race.stop()
		runtime.GOMAXPROCS(before)
	}
}

// Outcome is the medians of several runs of a contest, and the range of the
// ratio.
type Outcome struct {
	Figures
	Least, Most float64
}

// Run runs the contest so many times, each for about that long, and at least
// once over all slices unless that takes three times as long.
func (c *Contest) Run(runs int, length time.Duration) (Outcome, error) {
	race, stop := c.Start()
	defer stop()
	// Build everything that is built lazily before anything counts.
	if err := race.Round(); err != nil {
		return Outcome{}, err
	}
	var all []Figures
	for range runs {
		race.Reset()
		for n := 1; ; n++ {
			if err := race.Round(); err != nil {
				return Outcome{}, err
			}
			if race.enough(n, length) {
				break
			}
		}
		all = append(all, race.Figures())
	}
	return outcome(all), nil
}

// outcome combines the results of several runs.
func outcome(all []Figures) Outcome {
	ratios := values(all, func(f Figures) float64 { return f.Ratio })
	return Outcome{
		Figures: Figures{
			Base:   median(values(all, func(f Figures) float64 { return f.Base })),
			Other:  median(values(all, func(f Figures) float64 { return f.Other })),
			Ratio:  median(ratios),
			Allocs: median(values(all, func(f Figures) float64 { return f.Allocs })),
		},
		Least: slices.Min(ratios),
		Most:  slices.Max(ratios),
	}
}

func values(all []Figures, of func(Figures) float64) []float64 {
	var list []float64
	for _, f := range all {
		list = append(list, of(f))
	}
	return list
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	n := len(list)
	return (list[(n-1)/2] + list[n/2]) / 2
}
