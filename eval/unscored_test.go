package eval_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/leadscore/leadscore/eval"
)

// TestSeason shows seasons, and writes and reads them.
func TestSeason(t *testing.T) {
	zone := time.FixedZone("", 2*60*60)
	from := time.Date(2026, time.January, 1, 0, 0, 0, 0, zone)
	until := time.Date(2026, time.December, 31, 23, 59, 59, 999_999_000, zone)
	for _, test := range []struct {
		season     eval.Season
		text, json string
	}{
		{eval.Season{From: from, Until: until}, "active from 2026-01-01 to 2026-12-31", `{"from":"2026-01-01T00:00:00+02:00","until":"2026-12-31T23:59:59.999999+02:00"}`},
		{eval.Season{From: from}, "active from 2026-01-01", `{"from":"2026-01-01T00:00:00+02:00"}`},
		{eval.Season{Until: until}, "active until 2026-12-31", `{"until":"2026-12-31T23:59:59.999999+02:00"}`},
		{eval.Season{From: from.Add(time.Hour), Until: until.Add(time.Microsecond)}, "active from 2026-01-01T01:00:00+02:00 to 2027-01-01T00:00:00+02:00", `{"from":"2026-01-01T01:00:00+02:00","until":"2027-01-01T00:00:00+02:00"}`},
	} {
		if got := test.season.String(); got != test.text {
			t.Errorf("got %s, want %s", got, test.text)
		}
		text, err := json.Marshal(test.season)
		if err != nil || string(text) != test.json {
			t.Errorf("%s is written as %s, %v; want %s", test.text, text, err, test.json)
		}
		var read eval.Season
		if err := json.Unmarshal(text, &read); err != nil || !read.Equal(&test.season) {
			t.Errorf("%s is read as %v, %v", text, read, err)
		}
	}
	a := &eval.Season{From: from}
	if a.Equal(nil) || a.Equal(&eval.Season{Until: from}) || (*eval.Season)(nil).Equal(a) || !(*eval.Season)(nil).Equal(nil) {
		t.Error("other seasons are equal")
	}
	if err := json.Unmarshal([]byte(`{"from":1}`), a); err == nil {
		t.Error("a number is read as an instant")
	}
}

// TestFullText writes where a cap left occurrences out.
func TestFullText(t *testing.T) {
	for _, test := range []struct {
		full eval.Full
		want string
	}{
		{eval.Full{Per: "EmailName", Value: "Spring", Kind: "text", Counted: 3, Found: 9}, `EmailName "Spring" counted 3 times of 9`},
		{eval.Full{Per: "EmailName", Counted: 1, Found: 2, Others: 1}, `EmailName that is empty counted once of 2, and 1 other was full, too`},
		{eval.Full{Per: "day", Value: "2026-05-10", Kind: "period", Counted: 2, Found: 5, Others: 3}, `day 2026-05-10 counted 2 times of 5, and 3 others were full, too`},
		{eval.Full{Per: "week", Value: "2026-05-04", Kind: "period", Counted: 1, Found: 5}, `week from 2026-05-04 counted once of 5`},
		{eval.Full{Per: "day", Kind: "period", Counted: 1, Found: 5}, `day of no date counted once of 5`},
		{eval.Full{Per: "Size", Value: "7", Kind: "number", Counted: 1, Found: 5}, `Size 7 counted once of 5`},
	} {
		if got := test.full.String(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}
