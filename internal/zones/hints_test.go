package zones

import (
	"strings"
	"testing"
	"time"
)

// TestZoneTables checks that each zone of the tables exists, and has the offset that
// it is suggested for.
func TestZoneTables(t *testing.T) {
	for minutes, name := range offsetPlaces {
		loc := Location(name)
		if loc == nil {
			t.Errorf("%s is no zone", name)
			continue
		}
		// It is winter in January or in July.
		_, january := time.Date(2026, 1, 15, 12, 0, 0, 0, loc).Zone()
		_, july := time.Date(2026, 7, 15, 12, 0, 0, 0, loc).Zone()
		if got := min(january, july) / 60; got != minutes {
			t.Errorf("%s is at %d minutes, not %d", name, got, minutes)
		}
	}
	for _, table := range []map[string]string{otherZones, otherCities} {
		for name, zone := range table {
			if Location(zone) == nil || name != strings.ToLower(name) || Location(name) != nil {
				t.Errorf("%s: %s", name, zone)
			}
		}
	}
}

func TestOffset(t *testing.T) {
	for name, want := range map[string]int{
		"GMT+1": 60, "GMT -5": -300, "UTC-08:00": -480, "utc+5:30": 330, "+02:00": 120, "+0530": 330, "-3": -180, "GMT+01:00": 60,
	} {
		if got, ok := offset(name); got != want || !ok {
			t.Errorf("%s: %d, %v", name, got, ok)
		}
	}
	for _, name := range []string{"", "+", "GMT", "GMT+", "GMT+x", "GMT+15", "+1:99", "+1:x", "Etc/GMT+1", "+12345", "PST"} {
		if got, ok := offset(name); ok {
			t.Errorf("%q is %d", name, got)
		}
	}
}

// TestEveryZoneLoads checks that each listed zone is in the embedded database,
// and one pointer.
func TestEveryZoneLoads(t *testing.T) {
	if len(Names) < 500 {
		t.Fatalf("only %d zones", len(Names))
	}
	seen := map[string]bool{}
	for _, name := range Names {
		if seen[name] {
			t.Errorf("%s is listed twice", name)
		}
		seen[name] = true
		loc := Location(name)
		if loc == nil {
			t.Errorf("%s does not load", name)
		} else if loc != Location(name) {
			t.Errorf("%s is two pointers", name)
		}
	}
	for _, name := range []string{"", "Local", "localtime", "posixrules", "Factory", "europe/berlin", "Europe/Belrin", "../etc/passwd", "UTC+1"} {
		if Location(name) != nil {
			t.Errorf("%q is taken for a zone", name)
		}
	}
}
