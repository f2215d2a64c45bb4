package calendar_test

import (
	"testing"
	"time"

	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/traverse"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func utc(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestInstant checks local times against instants worked out by hand from the
// rules of the zones.
func TestInstant(t *testing.T) {
	tests := []struct {
		name, zone string
		y          int
		m          time.Month
		d, h, min  int
		want       string
	}{
		{"UTC", "UTC", 2026, 5, 31, 9, 30, "2026-05-31T09:30:00Z"},
		{"summer time", "Europe/Berlin", 2026, 5, 31, 9, 30, "2026-05-31T07:30:00Z"},
		{"winter time", "Europe/Berlin", 2026, 1, 31, 9, 30, "2026-01-31T08:30:00Z"},
		{"the last before a skip", "Europe/Berlin", 2026, 3, 29, 1, 59, "2026-03-29T00:59:00Z"},
		{"skipped: 02:00 becomes 03:00", "Europe/Berlin", 2026, 3, 29, 2, 0, "2026-03-29T01:00:00Z"},
		{"skipped: 02:30 becomes 03:30", "Europe/Berlin", 2026, 3, 29, 2, 30, "2026-03-29T01:30:00Z"},
		{"the first after a skip", "Europe/Berlin", 2026, 3, 29, 3, 0, "2026-03-29T01:00:00Z"},
		{"twice: the first of 02:00", "Europe/Berlin", 2026, 10, 25, 2, 0, "2026-10-25T00:00:00Z"},
		{"twice: the first of 02:30", "Europe/Berlin", 2026, 10, 25, 2, 30, "2026-10-25T00:30:00Z"},
		{"after the repetition", "Europe/Berlin", 2026, 10, 25, 3, 0, "2026-10-25T02:00:00Z"},
		{"skipped in New York", "America/New_York", 2026, 3, 8, 2, 30, "2026-03-08T07:30:00Z"},
		{"twice in New York", "America/New_York", 2026, 11, 1, 1, 30, "2026-11-01T05:30:00Z"},
		{"half an hour skipped", "Australia/Lord_Howe", 2026, 10, 4, 2, 15, "2026-10-03T15:45:00Z"},
		{"half an hour twice", "Australia/Lord_Howe", 2026, 4, 5, 1, 45, "2026-04-04T14:45:00Z"},
		{"midnight skipped", "America/Santiago", 2026, 9, 6, 0, 0, "2026-09-06T04:00:00Z"},
		{"midnight skipped, a quarter past", "America/Santiago", 2026, 9, 6, 0, 15, "2026-09-06T04:15:00Z"},
		{"a whole day skipped", "Pacific/Apia", 2011, 12, 30, 12, 0, "2011-12-30T22:00:00Z"},
		{"the day after it", "Pacific/Apia", 2011, 12, 31, 0, 0, "2011-12-30T10:00:00Z"},
		{"quarter hours", "Asia/Kathmandu", 2026, 1, 1, 5, 45, "2026-01-01T00:00:00Z"},
		{"the far east", "Pacific/Kiritimati", 2026, 1, 1, 0, 0, "2025-12-31T10:00:00Z"},
		{"the far west", "Etc/GMT+12", 2026, 1, 1, 0, 0, "2026-01-01T12:00:00Z"},
		{"the last day of a leap year, by the last rule", "Europe/Berlin", 2040, 12, 31, 12, 0, "2040-12-31T11:00:00Z"},
		{"its midnight", "America/New_York", 2040, 12, 31, 0, 0, "2040-12-31T05:00:00Z"},
		{"its last minute, in the south", "Australia/Sydney", 2040, 12, 31, 23, 59, "2040-12-31T12:59:00Z"},
		{"the first of the year after it", "America/New_York", 2041, 1, 1, 0, 0, "2041-01-01T05:00:00Z"},
		{"far ahead, by the last rule", "Europe/Berlin", 2100, 7, 1, 12, 0, "2100-07-01T10:00:00Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := calendar.Wall{Day: traverse.DayNumber(test.y, test.m, test.d), Micros: int64(test.h*60+test.min) * 60 * 1_000_000}
			got := time.UnixMicro(calendar.Instant(w, zone(t, test.zone))).UTC()
			if want := utc(t, test.want); !got.Equal(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestDayStart checks the first instants of days against hand-computed ones.
func TestDayStart(t *testing.T) {
	for _, test := range []struct {
		name, zone string
		y          int
		m          time.Month
		d          int
		want       string
	}{
		{"UTC", "UTC", 2026, 5, 31, "2026-05-31T00:00:00Z"},
		{"Berlin in summer", "Europe/Berlin", 2026, 5, 31, "2026-05-30T22:00:00Z"},
		{"Berlin, the day the clock springs forward", "Europe/Berlin", 2026, 3, 29, "2026-03-28T23:00:00Z"},
		{"Berlin, the day after", "Europe/Berlin", 2026, 3, 30, "2026-03-29T22:00:00Z"},
		{"midnight is skipped", "America/Santiago", 2026, 9, 6, "2026-09-06T04:00:00Z"},
		{"midnight comes twice: 24:00 goes back to 23:00 of the day before", "America/Santiago", 2026, 4, 5, "2026-04-05T04:00:00Z"},
		{"midnight comes twice: 01:00 goes back to 00:00 of the same day", "America/Havana", 2026, 11, 1, "2026-11-01T04:00:00Z"},
		{"the day was left out: it starts where the next does", "Pacific/Apia", 2011, 12, 30, "2011-12-30T10:00:00Z"},
		{"the day after it", "Pacific/Apia", 2011, 12, 31, "2011-12-30T10:00:00Z"},
		{"the day before it", "Pacific/Apia", 2011, 12, 29, "2011-12-29T10:00:00Z"},
		{"Kwajalein left out August 21, 1993", "Pacific/Kwajalein", 1993, 8, 21, "1993-08-21T12:00:00Z"},
		{"before 1970", "Europe/Berlin", 1969, 12, 31, "1969-12-30T23:00:00Z"},
		{"the last day of a leap year, by the last rule", "Europe/Berlin", 2040, 12, 31, "2040-12-30T23:00:00Z"},
		{"the day after it", "Europe/Berlin", 2041, 1, 1, "2040-12-31T23:00:00Z"},
		{"the same in the south", "America/Santiago", 2044, 12, 31, "2044-12-31T03:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := time.UnixMicro(calendar.DayStart(traverse.DayNumber(test.y, test.m, test.d), zone(t, test.zone))).UTC()
			if want := utc(t, test.want); !got.Equal(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestWallOf checks local times around every change of a clock, and around midnight,
// against those of package time.
func TestWallOf(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"} {
		zone := zone(t, name)
		at := time.Date(-1, time.January, 1, 0, 0, 0, 0, time.UTC)
		for at.Year() < 2101 {
			_, next := at.In(zone).ZoneBounds()
			if !next.After(at) || next.After(at.AddDate(0, 0, 31)) {
				next = at.AddDate(0, 0, 31)
			}
			for _, micros := range []int64{next.UnixMicro() - 1, next.UnixMicro(), next.UnixMicro() + 1, at.UnixMicro() + 1_234_567_890_123} {
				shown := time.UnixMicro(micros).In(zone)
				year, month, day := shown.Date()
				hour, minute, second := shown.Clock()
				want := calendar.Wall{
					Day:    traverse.DayNumber(year, month, day),
					Micros: int64(hour*3600+minute*60+second)*1_000_000 + int64(shown.Nanosecond()/1000),
				}
				if got := calendar.WallOf(micros, zone); got != want {
					t.Fatalf("a clock in %s shows %v at %d, want %v", name, got, micros, want)
				}
			}
			at = next
		}
	}
}
