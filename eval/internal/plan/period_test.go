package plan_test

import (
	"testing"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/internal/plan"
)

// TestPeriodText shows periods of all kinds, also before 1970 and where the clock shows an
// hour twice.
func TestPeriodText(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		kind dsl.Period
		at   string
		zone *time.Location
		want string
	}{
		{dsl.PerHour, "2026-05-10T12:34:56Z", berlin, "2026-05-10T14:00+02:00"},
		{dsl.PerHour, "2026-10-25T00:30:00Z", berlin, "2026-10-25T02:00+02:00"},
		{dsl.PerHour, "2026-10-25T01:30:00Z", berlin, "2026-10-25T02:00+01:00"},
		{dsl.PerHour, "1969-12-31T23:59:59Z", time.UTC, "1969-12-31T23:00Z"},
		{dsl.PerDay, "2026-05-10T22:00:00Z", berlin, "2026-05-11"},
		{dsl.PerWeek, "2026-05-10T12:00:00Z", time.UTC, "2026-05-04"}, // a Sunday
		{dsl.PerWeek, "1960-02-29T12:00:00Z", time.UTC, "1960-02-29"}, // a Monday
		{dsl.PerMonth, "2026-12-31T23:00:00Z", berlin, "2027-01"},
		{dsl.PerMonth, "2026-12-31T22:00:00Z", berlin, "2026-12"},
		{dsl.PerMonth, "0000-02-01T00:00:00Z", time.UTC, "0000-02"},
		{dsl.PerYear, "2026-12-31T22:00:00Z", berlin, "2026"},
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := plan.PeriodOf(test.kind, at.UnixMicro(), false, test.zone).Text(test.kind); got != test.want {
			t.Errorf("the %s of %s is shown as %s, want %s", test.kind, test.at, got, test.want)
		}
	}
	if got := plan.PeriodOf(dsl.PerWeek, -1, true, berlin).Text(dsl.PerWeek); got != "1969-12-29" {
		t.Errorf("the week of a day is shown as %s", got)
	}
}
