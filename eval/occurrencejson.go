package eval

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/internal/shown"
)

// An occurrenceJSON is the JSON form of an [Occurrence].
type occurrenceJSON struct {
	Entity string   `json:"entity"`
	ID     string   `json:"id"`
	Time   jsonTime `json:"time,omitzero"`
	Routes uint64   `json:"routes"`
	Age    int      `json:"age,omitempty"`
	Until  jsonTime `json:"until,omitzero"`
	Weight string   `json:"weight,omitempty"`
}

// MarshalJSON returns an object with the members of o. Its times are in the form of
// RFC 3339. A year outside 0 to 9999, which that form does not have, is one in UTC, and
// has a sign or more digits, as in XML Schema: -0001-12-31T00:01:00Z.
func (o Occurrence) MarshalJSON() ([]byte, error) {
	return shown.JSON(occurrenceJSON{o.Entity, o.ID, jsonTime{o.Time}, o.Routes, o.Age, jsonTime{o.Until}, o.Weight})
}

// UnmarshalJSON reads what [Occurrence.MarshalJSON] returns, and times with any
// offset.
func (o *Occurrence) UnmarshalJSON(text []byte) error {
	var j occurrenceJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*o = Occurrence{j.Entity, j.ID, j.Time.Time, j.Routes, j.Age, j.Until.Time, j.Weight}
	return nil
}

// A jsonTime is a time of any year.
type jsonTime struct{ time.Time }

func (t jsonTime) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, calendar.Local(t.Time, t.Location()).Format(time.RFC3339Nano)), nil
}

func (t *jsonTime) UnmarshalJSON(data []byte) error {
	var text string
	err := json.Unmarshal(data, &text)
	if err == nil {
		t.Time, err = parseAnyYear(text)
	}
	return err
}

// maxYear is more than the years of any instant that package traverse has.
const maxYear = 999_999

// parseAnyYear parses a time in the form of RFC 3339, whose year may have a sign and
// up to six digits.
func parseAnyYear(text string) (time.Time, error) {
	digits, negative := strings.CutPrefix(text, "-")
	digits, rest, _ := strings.Cut(digits, "-")
	year, err := strconv.ParseUint(digits, 10, 32)
	if !negative && len(digits) == 4 || err != nil || len(digits) < 4 || year > maxYear {
		return time.Parse(time.RFC3339Nano, text)
	}
	y := int(year)
	if negative {
		y = -y
	}
	// A year that is as long, and that package time can parse.
	const cycle = 400
	like := 2*cycle + y%cycle
	t, err := time.Parse(time.RFC3339Nano, fmt.Sprintf("%04d-%s", like, rest))
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time in the form of RFC 3339", text)
	}
	return time.Date(y, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location()), nil
}
