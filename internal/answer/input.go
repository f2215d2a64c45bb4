package answer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/source/tables"
)

// HelpSchema is the help for a problem of a schema that lacks a profile.
const HelpSchema = "--schema replaces the standard schema; to add to that, put the blocks into a rule file"

// ParseTime parses an instant as people write it: 2026-05-31T09:30:00Z, or as a local time
// of zone 2026-05-31T09:30, or 2026-05-31, which is the start of that day. It reports
// whether text is one.
func ParseTime(text string, zone *time.Location) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t, true
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		w := calendar.WallOf(t.UnixMicro(), time.UTC)
		if layout == time.DateOnly {
			return time.UnixMicro(calendar.DayStart(w.Day, zone)), true
		}
		return time.UnixMicro(calendar.Instant(w, zone)), true
	}
	return time.Time{}, false
}

// ZoneOf returns the time zone of days without a time of day: that which all models of the
// sets share, or else UTC.
func ZoneOf(sets ...*leadscore.Set) *time.Location {
	zone := time.UTC
	for i, set := range sets {
		z, ok := set.Zone()
		if !ok || i > 0 && z.String() != zone.String() {
			return time.UTC
		}
		zone = z
	}
	return zone
}

// Notes returns what a report says of a load, for people: its notes, one per line, and which
// records were skipped, and why.
func Notes(r *tables.Report) string {
	var b strings.Builder
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	b.WriteString(skipped(r))
	return b.String()
}

// skipped returns lines that say which records were skipped, and why.
func skipped(r *tables.Report) string {
	var b strings.Builder
	if r.Problems.Len() > 0 { // these include rows of look-up files, which are not records
		fmt.Fprintf(&b, "%s\n", &r.Problems)
	}
	if r.Skipped() > 0 {
		counts := slices.Clone(r.Entities)
		counts = slices.DeleteFunc(counts, func(c tables.Count) bool { return c.Skipped == 0 })
		for i, c := range counts {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "skipped %d of %d %s records", c.Skipped, c.Skipped+c.Records, c.Entity)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
