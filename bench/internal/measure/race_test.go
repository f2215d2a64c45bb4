package measure_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/measure"
)

func TestRaceScoresTheSameLeadsWithBoth(t *testing.T) {
	var first, second []int
	note := func(seen *[]int) func([]int, []int64) error {
		return func(leads []int, scores []int64) error {
			*seen = append(*seen, leads...)
			return nil
		}
	}
	c := measure.Contest{Base: note(&first), Other: note(&second), Slices: measure.Cold(3000)}
	race, stop := c.Start()
	defer stop()
	for range race.Rounds() {
		if err := race.Round(); err != nil {
			t.Fatal(err)
		}
	}
	if len(first) != 3000 || len(second) != 3000 || first[2999] != 2999 || second[2999] != 2999 {
		t.Errorf("%d and %d leads", len(first), len(second))
	}
	if hot := measure.Hot(3000); len(hot) != 1 || len(hot[0].Leads) != 100 || hot[0].Leads[99] != 2970 {
		t.Errorf("hot leads: %v", hot)
	}
}

func TestSidesHaveTheirCores(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	var seen []int
	note := func([]int, []int64) error {
		seen = append(seen, runtime.GOMAXPROCS(0))
		return nil
	}
	for _, test := range []struct {
		procs, base int
		want        []int
	}{
		{0, 0, []int{1, 1}},
		{2, 0, []int{2, 2}},
		{2, 1, []int{1, 1, 2, 2}}, // each turn begins with one that does not count
	} {
		c := measure.Contest{Base: note, Other: note, Procs: test.procs, BaseProcs: test.base, Slices: measure.Cold(1)}
		race, stop := c.Start()
		seen = nil
		if err := race.Round(); err != nil {
			t.Fatal(err)
		}
		stop()
		if !slices.Equal(seen, test.want) {
			t.Errorf("%d cores, %d of the base: scorers ran on %v", test.procs, test.base, seen)
		}
	}
	if after := runtime.GOMAXPROCS(0); after != before {
		t.Errorf("%d cores afterwards, %d before", after, before)
	}
}
