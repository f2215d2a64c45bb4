package columnar

import (
	"testing"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse/columns"
)

// TestPeriodMark checks that every period of a kind has a mark of its own, for all half
// hours of two years, with a clock that changes by half an hour.
func TestPeriodMark(t *testing.T) {
	zone, err := time.LoadLocation("Australia/Lord_Howe")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []dsl.Period{dsl.PerHour, dsl.PerDay, dsl.PerWeek, dsl.PerMonth, dsl.PerYear} {
		tally := plan.Tally{Checked: &check.Child{Cap: &check.Cap{Count: 1, Period: kind}}, Zone: zone}
		marks, periods := map[plan.Period]mark{}, map[mark]plan.Period{}
		first := time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
		for at := first; at.Before(first.AddDate(2, 0, 0)); at = at.Add(30 * time.Minute) {
			p, m := plan.PeriodOf(kind, at.UnixMicro(), false, zone), periodMark(&tally, at.UnixMicro())
			if have, ok := periods[m]; ok && have != p {
				t.Fatalf("the periods %v and %v have the mark %d", have, p, m)
			}
			if have, ok := marks[p]; ok && have != m {
				t.Fatalf("the period %v has the marks %d and %d", p, have, m)
			}
			marks[p], periods[m] = m, p
		}
		if m := periodMark(&tally, columns.NoTime); m != empty {
			t.Errorf("no date has the mark %d, want that of all that is empty", m)
		}
	}
}
