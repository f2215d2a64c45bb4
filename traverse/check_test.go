package traverse_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/traverse"
)

// TestCheckYears: an instant or a day is in range if its year in UTC is.
func TestCheckYears(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		edge := rapid.SampledFrom([]int64{0, -62_167_219_200_000_000, 253_402_300_800_000_000, math.MaxInt64, math.MinInt64}).Draw(t, "edge")
		micros := edge + rapid.Int64Range(-2, 2).Draw(t, "beside it")
		v := traverse.MicrosValue(micros)
		year := v.Time().Year()
		if err := v.Check(); (err == nil) != (year >= 0 && year <= 9999) {
			t.Errorf("%d, year %d: %v", micros, year, err)
		}
		day := traverse.DayValue(rapid.SampledFrom([]int64{0, -719_528, 2_932_896}).Draw(t, "day") + rapid.Int64Range(-2, 2).Draw(t, "days"))
		year = day.Time().Year()
		if err := day.Check(); (err == nil) != (year >= 0 && year <= 9999) {
			t.Errorf("%v, year %d: %v", day, year, err)
		}
	})
}

// TestParseNumber: what ParseNumber takes is what strconv.ParseFloat reads as a
// finite number without losing all of it.
func TestParseNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[+-]?[0-9]{0,4}(\.[0-9]{0,4})?([eE][+-]?[0-9]{1,3})?`).Draw(t, "text")
		f, err := strconv.ParseFloat(text, 64)
		mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
		lost := f == 0 && strings.Trim(mantissa, "+-.0") != ""
		v, got := traverse.ParseNumber(text)
		if (got == nil) != (err == nil && !lost) || got == nil && v.Number() != f {
			t.Errorf("%q: %v, %v; %v, %v", text, v, got, f, err)
		}
	})
	for _, text := range []string{"", " 1", "1 ", "0x10", "1_000", "Inf", "NaN", "1,5", "e5", "1e-400", "-1e-400"} {
		if v, err := traverse.ParseNumber(text); err == nil {
			t.Errorf("%q is %v", text, v)
		}
	}
}

// TestCheckJSON: CheckJSON finds exactly the texts that package encoding/json would
// change.
func TestCheckJSON(t *testing.T) {
	pieces := []string{`\ud83d`, `\uDE00`, `\ud83d\ude00`, `\\`, `\u0041`, `\ufffd`, `\n`, `\"`, "é", "\xff", "\ufffd", "a", "ud83d"}
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte(`"` + strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 6).Draw(t, "pieces"), "") + `"`)
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		// Those that are written there on purpose.
		meant := bytes.Count(raw, []byte("\ufffd"))
		for at := 0; at < len(raw); at++ {
			if raw[at] == '\\' {
				if bytes.HasPrefix(raw[at:], []byte(`\ufffd`)) {
					meant++
				}
				at++
			}
		}
		changed := strings.Count(text, string(utf8.RuneError)) != meant
		if err := traverse.CheckJSON(raw); (err != nil) != changed {
			t.Errorf("%s: %v, and it is read as %q", raw, err, text)
		}
	})
}

// TestScanChecks: a database value that no field may hold cannot be scanned, and
// leaves the value as it was.
func TestScanChecks(t *testing.T) {
	for _, test := range []struct {
		src  any
		want string
	}{
		{math.NaN(), "traverse: a number must be finite, not NaN"},
		{math.Inf(1), "traverse: a number must be finite, not +Inf"},
		{"\xff", `traverse: "\xff" is not UTF-8`},
		{[]byte("\xff"), `traverse: "\xff" is not UTF-8`},
		{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "traverse: the year 10000 is outside 0 to 9999"},
		{time.Date(300_000, 1, 1, 0, 0, 0, 0, time.UTC), "traverse: the year 300000 is outside 0 to 9999"},
	} {
		v := traverse.TextValue("before")
		if err := v.Scan(test.src); err == nil || err.Error() != test.want || v.Text() != "before" {
			t.Errorf("%v: %v, %v, want %s", test.src, v, err, test.want)
		}
	}
}
