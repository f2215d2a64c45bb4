package leadscore_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
)

// TestResultAsOf: a result says as of when it was scored, in the model's time zone where
// RFC 3339 can write that.
func TestResultAsOf(t *testing.T) {
	data := scoretest.Source(t, scoretest.Records{"Lead": {"l": {"ParentContact": "ada"}}, "Contact": {"ada": {}}})
	for _, test := range []struct{ zone, asOf, want string }{
		{"", "2026-05-31T12:00:00.1234567Z", "2026-05-31T12:00:00.123456Z"},
		{"UTC", "2026-05-31T12:00:00+02:00", "2026-05-31T10:00:00Z"},
		{"Europe/Berlin", "2026-05-31T12:00:00Z", "2026-05-31T14:00:00+02:00"},
		{"Europe/Berlin", "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00"},
		{"Europe/Berlin", "1880-01-01T12:00:00Z", "1880-01-01T12:00:00Z"}, // 53 minutes and 28 seconds ahead
		{"Europe/Berlin", "9999-12-31T23:30:00Z", "9999-12-31T23:30:00Z"},
		{"America/New_York", "0000-01-01T01:00:00Z", "0000-01-01T01:00:00Z"},
	} {
		clause := ""
		if test.zone != "" {
			clause = `time zone "` + test.zone + `"`
		}
		m := scoretest.Compile(t, `model "M" { target contact `+clause+` condition "C" { has Lead score +1 } }`)
		asOf, err := time.Parse(time.RFC3339Nano, test.asOf)
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Score(t.Context(), "l", data, leadscore.AsOf(asOf))
		if err != nil {
			t.Fatal(err)
		}
		if got := r.AsOf().Format(time.RFC3339Nano); got != test.want {
			t.Errorf("%s in %q: as of %s, want %s", test.asOf, test.zone, got, test.want)
		}
		var read struct {
			AsOf time.Time `json:"as_of"`
		}
		text, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &read); err != nil || !read.AsOf.Equal(asOf.Truncate(time.Microsecond)) {
			t.Errorf("%s in %q: %s is read as %s, %v", test.asOf, test.zone, text, read.AsOf, err)
		}
		later, err := m.Score(t.Context(), "l", data, leadscore.AsOf(asOf.Add(-time.Second)))
		if err != nil || later.Equal(r) {
			t.Errorf("results as of two instants are equal, or %v", err)
		}
	}
}
