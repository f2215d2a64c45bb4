package reference

import (
	"math/big"
	"testing"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

func instantOf(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func spanOf(n string, unit dsl.Unit) *dsl.TimeSpan {
	return &dsl.TimeSpan{Count: &dsl.Number{Text: n}, Unit: unit}
}

// TestAge compares ages in spans with ages worked out by hand.
func TestAge(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		asOf, at string
		span     *dsl.TimeSpan
		limit    int
		typ      traverse.Type
		want     int
	}{
		{"2026-05-31T10:00:00Z", "2026-05-31T10:00:00Z", spanOf("1", dsl.Minutes), 33, traverse.Time, 0},
		{"2026-05-31T10:00:00Z", "2026-05-31T09:59:00Z", spanOf("1", dsl.Minutes), 33, traverse.Time, 0},
		{"2026-05-31T10:00:00Z", "2026-05-31T09:58:59.999999Z", spanOf("1", dsl.Minutes), 33, traverse.Time, 1},
		{"2026-05-31T10:00:00Z", "2026-05-31T09:00:00Z", spanOf("1", dsl.Minutes), 33, traverse.Time, 33},
		// In Berlin a month before noon on 31 May is noon on 30 April, and three months
		// before it is noon on 28 February, in winter time.
		{"2026-05-31T10:00:00Z", "2026-04-30T10:00:00Z", spanOf("1", dsl.Months), 33, traverse.Time, 0},
		{"2026-05-31T10:00:00Z", "2026-04-30T09:59:59Z", spanOf("1", dsl.Months), 33, traverse.Time, 1},
		{"2026-05-31T10:00:00Z", "2026-02-28T11:00:00Z", spanOf("1", dsl.Months), 33, traverse.Time, 2},
		{"2026-05-31T10:00:00Z", "2026-02-28T10:59:59Z", spanOf("1", dsl.Months), 33, traverse.Time, 3},
		// Days are 24 hours, also over the change of 29 March.
		{"2026-03-30T10:00:00Z", "2026-03-28T10:00:00Z", spanOf("1", dsl.Days), 33, traverse.Time, 1},
		{"2026-05-31T10:00:00Z", "2026-05-01T00:00:00Z", spanOf("30", dsl.Days), 33, traverse.Date, 0},
		{"2026-05-31T10:00:00Z", "2026-04-30T00:00:00Z", spanOf("30", dsl.Days), 33, traverse.Date, 1},
		// It is 1 June in Berlin.
		{"2026-05-31T22:00:00Z", "2026-05-31T00:00:00Z", spanOf("1", dsl.Days), 33, traverse.Date, 0},
		{"2026-05-31T22:00:00Z", "2026-05-30T00:00:00Z", spanOf("1", dsl.Days), 33, traverse.Date, 1},
		{"2026-05-31T10:00:00Z", "0026-05-31T09:00:00Z", spanOf("100", dsl.Years), 1_000_000_000, traverse.Time, 20},
		{"2026-05-31T10:00:00Z", "2026-05-21T10:00:00Z", spanOf("1", dsl.Minutes), 1_000_000_000, traverse.Time, 14_399},
	} {
		cal := calendar{zone: berlin, asOf: instantOf(t, c.asOf)}
		if got := cal.age(instantOf(t, c.at), c.span, c.limit, c.typ); got != c.want {
			t.Errorf("as of %s, %s is %d times %s %s old, want %d", c.asOf, c.at, got, c.span.Count.Text, c.span.Unit, c.want)
		}
	}
}

// TestPeriods checks which instants lie in one period.
func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		zone   string
		period dsl.Period
		a, b   string
		want   bool
	}{
		{"Europe/Berlin", dsl.PerHour, "2026-10-25T00:00:00Z", "2026-10-25T00:59:59.999999Z", true},
		{"Europe/Berlin", dsl.PerHour, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", false}, // 02:30, twice
		{"Australia/Lord_Howe", dsl.PerHour, "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z", false},
		{"Asia/Kolkata", dsl.PerHour, "2026-05-31T10:15:00Z", "2026-05-31T10:45:00Z", false}, // 15:45 and 16:15
		{"Europe/Berlin", dsl.PerDay, "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", true},
		{"Europe/Berlin", dsl.PerDay, "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z", false},
		{"Europe/Berlin", dsl.PerWeek, "2026-05-24T22:00:00Z", "2026-05-31T21:59:59Z", true}, // from Monday to Sunday
		{"Europe/Berlin", dsl.PerWeek, "2026-05-31T21:59:59Z", "2026-05-31T22:00:00Z", false},
		{"UTC", dsl.PerWeek, "2025-12-29T00:00:00Z", "2026-01-04T23:59:59Z", true}, // over the end of the year
		{"UTC", dsl.PerMonth, "2026-05-01T00:00:00Z", "2026-05-31T23:59:59Z", true},
		{"UTC", dsl.PerMonth, "2025-05-01T00:00:00Z", "2026-05-01T00:00:00Z", false},
		{"America/Sao_Paulo", dsl.PerYear, "2026-01-01T03:00:00Z", "2027-01-01T02:59:59Z", true},
		{"America/Sao_Paulo", dsl.PerYear, "2026-01-01T02:59:59Z", "2026-01-01T03:00:00Z", false},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		cal := calendar{zone: zone}
		a := cal.inPeriod(c.period, instantOf(t, c.a), traverse.Time)
		b := cal.inPeriod(c.period, instantOf(t, c.b), traverse.Time)
		if (a == b) != c.want {
			t.Errorf("%s: %s is in %s %s, and %s in %s", c.zone, c.a, c.period, a, c.b, b)
		}
	}
}

// TestRounded checks that halves are rounded away from zero.
func TestRounded(t *testing.T) {
	for _, c := range []struct{ num, denom, want int64 }{
		{0, 1, 0}, {5, 2, 3}, {-5, 2, -3}, {1, 2, 1}, {-1, 2, -1}, {49, 100, 0}, {-49, 100, 0}, {7, 3, 2}, {8, 3, 3}, {-8, 3, -3}, {4, 1, 4},
	} {
		if got := rounded(big.NewRat(c.num, c.denom)); got.Int64() != c.want {
			t.Errorf("%d/%d is %d, want %d", c.num, c.denom, got, c.want)
		}
	}
}
