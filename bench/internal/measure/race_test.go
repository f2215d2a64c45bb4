package measure_test

import (
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
	race := measure.NewRace(note(&first), note(&second), measure.Cold(3000))
	defer race.Stop()
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
