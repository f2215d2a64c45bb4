package calendar_test

import (
	"testing"
	"time"

	"github.com/leadscore/leadscore/internal/calendar"
)

// TestLocal: a time is shown in a zone if it can be read again from what is written.
func TestLocal(t *testing.T) {
	for _, test := range []struct{ zone, at, want string }{
		{"UTC", "2026-05-31T12:00:00Z", "2026-05-31T12:00:00Z"},
		{"Europe/Berlin", "2026-05-31T12:00:00Z", "2026-05-31T14:00:00+02:00"},
		{"Asia/Kathmandu", "2026-05-31T12:00:00.5Z", "2026-05-31T17:45:00.5+05:45"},
		{"Europe/Berlin", "1880-01-01T12:00:00Z", "1880-01-01T12:00:00Z"}, // 53 minutes and 28 seconds ahead
		{"Europe/Berlin", "9999-12-31T23:30:00Z", "9999-12-31T23:30:00Z"},
		{"America/New_York", "0000-01-01T00:30:00Z", "0000-01-01T00:30:00Z"},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339Nano, test.at)
		if err != nil {
			t.Fatal(err)
		}
		local := calendar.Local(at, zone)
		if got := local.Format(time.RFC3339Nano); got != test.want {
			t.Errorf("%s in %s is %s, want %s", test.at, test.zone, got, test.want)
		}
		if read, err := time.Parse(time.RFC3339Nano, test.want); err != nil || !read.Equal(at) {
			t.Errorf("%s is read as %s, %v", test.want, read, err)
		}
	}
}
