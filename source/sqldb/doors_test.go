package sqldb_test

import (
	"database/sql/driver"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// TestRefusedValues: a database holds values that no field may hold, and each is
// refused with the words of the other sources. TestEveryDoor in internal/enginetest
// tests these.
func TestRefusedValues(t *testing.T) {
	at := func(year, zone int) time.Time {
		return time.Date(year, 1, 1, 0, 0, 0, 0, time.FixedZone("", zone*60*60))
	}
	for _, test := range []struct {
		typ    traverse.Type
		stored string // the type of the column
		column sqldb.Column
		value  driver.Value
		want   string // "" = it is read
	}{
		{traverse.Number, "NUMERIC", sqldb.Column{}, "1e-400", `"1e-400" is too small for a number; write 0`},
		{traverse.Number, "TEXT", sqldb.Column{Format: sqldb.DecimalText}, "1e400", `"1e400" is too large for a number`},
		{traverse.Number, "FLOAT8", sqldb.Column{}, math.Inf(1), "a number must be finite, not +Inf"},
		{traverse.Number, "FLOAT8", sqldb.Column{}, math.NaN(), "a number must be finite, not NaN"},
		{traverse.Number, "FLOAT8", sqldb.Column{}, math.SmallestNonzeroFloat64, ""},
		{traverse.Time, "TEXT", sqldb.Column{}, "0000-01-01T00:00:00+23:59", "the year -1 is outside 0 to 9999"},
		{traverse.Time, "TIMESTAMPTZ", sqldb.Column{}, at(10000, -1), "the year 10000 is outside 0 to 9999"},
		{traverse.Time, "TIMESTAMPTZ", sqldb.Column{}, at(0, 1), "the year -1 is outside 0 to 9999"},
		{traverse.Time, "INT8", sqldb.Column{Format: sqldb.UnixSeconds}, int64(253402300800), "the year 10000 is outside 0 to 9999"},
		{traverse.Time, "INT8", sqldb.Column{Format: sqldb.UnixSeconds}, int64(253402300799), ""},
		{traverse.Time, "DATE", sqldb.Column{}, at(10000, 0), "the year 10000 is outside 0 to 9999"},
		{traverse.Date, "DATE", sqldb.Column{}, at(-1, 0), "the year -1 is outside 0 to 9999"},
		{traverse.Date, "DATE", sqldb.Column{}, at(0, 1), ""}, // a midnight in any zone
		{traverse.Text, "TEXT", sqldb.Column{}, "a\xffb", `"a\xffb" is not UTF-8`},
		{traverse.Text, "TEXT", sqldb.Column{}, []byte("\xf0\x9f"), `"\xf0\x9f" is not UTF-8`},
		{traverse.Choices, "TEXT", sqldb.Column{}, "A;\xff", `"\xff" is not UTF-8`},
		{traverse.Choices, "TEXT", sqldb.Column{Format: sqldb.JSONArray}, `["\ud83d"]`, `a \u escape is half of a character`},
		{traverse.Choices, "JSON", sqldb.Column{}, `["\ude00"]`, `a \u escape is half of a character`},
		{traverse.Choices, "JSON", sqldb.Column{}, `["\ud83d\ude00"]`, ""},
	} {
		v, err := readValue(t, test.typ, test.stored, test.column, test.value)
		switch {
		case test.want == "" && (err != nil || v.IsEmpty()):
			t.Errorf("%v %#v: %v, %v", test.typ, test.value, v, err)
		case test.want != "" && (err == nil || !strings.HasSuffix(err.Error(), ": "+test.want)):
			t.Errorf("%v %#v: %v, want %s", test.typ, test.value, err, test.want)
		}
	}
}

// TestZone: a day where a time is wanted begins in the zone of the options, and a
// time of day or a date is as it was.
func TestZone(t *testing.T) {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	berlin, beirut := zone("Europe/Berlin"), zone("Asia/Beirut")
	day := time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC)
	local := time.Date(2026, 3, 29, 0, 0, 0, 0, zone("America/St_Johns")) // as some drivers return a day
	for _, test := range []struct {
		typ    traverse.Type
		stored string
		value  driver.Value
		zone   *time.Location
		want   string
	}{
		{traverse.Time, "DATE", day, nil, "2026-03-29T00:00:00Z"},
		{traverse.Time, "DATE", local, nil, "2026-03-29T00:00:00Z"},
		{traverse.Time, "DATE", day, berlin, "2026-03-28T23:00:00Z"},
		{traverse.Time, "DATE", local, berlin, "2026-03-28T23:00:00Z"},
		{traverse.Time, "DATE", day, beirut, "2026-03-28T22:00:00Z"}, // clocks skip its midnight
		{traverse.Time, "TEXT", "2026-03-30", berlin, "2026-03-29T22:00:00Z"},
		{traverse.Time, "TEXT", "2026-03-30", nil, "2026-03-30T00:00:00Z"},
		{traverse.Time, "TEXT", "2026-03-30 00:00:00", berlin, "2026-03-30T00:00:00Z"},
		{traverse.Time, "TIMESTAMP", day, berlin, "2026-03-29T00:00:00Z"},
		{traverse.Date, "DATE", local, berlin, "2026-03-29"},
		{traverse.Date, "TEXT", "2026-03-30", berlin, "2026-03-30"},
		{traverse.Date, "TIMESTAMP", day, berlin, "2026-03-29"},
	} {
		v, err := readValueWith(t, sqldb.Options{Zone: test.zone}, test.typ, test.stored, sqldb.Column{}, test.value)
		if err != nil || v.String() != test.want {
			t.Errorf("%v in %s %v, zone %v: %v, %v, want %s", test.typ, test.stored, test.value, test.zone, v, err, test.want)
		}
	}
}

// TestZoneRange: a range finds the days that begin inside of it in the zone.
func TestZoneRange(t *testing.T) {
	zone := time.FixedZone("", -11*60*60)
	f, db := newFake(t, callTables("TEXT", "DATE", "DATE"))
	f.tables[`"calls"`].rows = [][]driver.Value{
		{"k1", time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), "c"}, {"k2", time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC), "c"},
	}
	source, err := sqldb.Open(t.Context(), db, postgres(), calls(t), sqldb.Options{Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	by := need(t, "Call", "Contact", []string{"Timestamp"}, "Timestamp")
	begins := time.Date(2026, 5, 1, 11, 0, 0, 0, time.UTC)
	got, _, err := fetch(t.Context(), source, &traverse.Query{Need: by, Keys: []string{"c"}, From: begins, To: begins})
	if err != nil || !slices.Contains(got, "c k1 [2026-05-01T11:00:00Z]") {
		t.Errorf("got %q, %v", got, err)
	}
}
