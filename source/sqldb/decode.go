package sqldb

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A decoder converts what a driver returns into a value. It copies bytes, which
// belong to the driver.
type decoder func(src any) (traverse.Value, error)

// decode returns the decoder of a column for a field of type typ, or for a reference
// or an id if typ is NoType. Days begin in zone where a time is wanted.
func (c Column) decode(typ traverse.Type, s Storage, zone *time.Location) decoder {
	var read decoder
	switch typ {
	case traverse.NoType:
		read = decodeID
	case traverse.Text, traverse.Choice:
		read = c.decodeCoded
	case traverse.Number:
		read = decodeNumber
	case traverse.Bool:
		read = c.decodeBool
	case traverse.Time:
		read = func(src any) (traverse.Value, error) {
			if day, ok := c.day(src, s); ok {
				return traverse.MicrosValue(calendar.DayStart(day, zone)), nil
			}
			return c.decodeTime(src)
		}
	case traverse.Date:
		read = func(src any) (traverse.Value, error) {
			if day, ok := c.day(src, s); ok {
				return traverse.DayValue(day), nil
			}
			return c.decodeDate(src)
		}
	case traverse.Choices:
		switch {
		case s == TextArray:
			read = c.textual(decodeArray)
		case s == JSON || c.Format == JSONArray:
			read = c.textual(decodeJSON)
		default:
			read = c.textual(c.decodeSeparated)
		}
	}
	return func(src any) (traverse.Value, error) {
		switch x := src.(type) {
		case nil:
			return traverse.Value{}, nil
		case []byte:
			src = string(x)
		}
		// Text is passed on unchanged: storing it in another interface would allocate.
		if text, ok := src.(string); ok {
			if s == FixedText {
				text = strings.TrimRight(text, " ")
				src = text
			}
			if text == "" {
				return traverse.Value{}, nil
			}
		}
		v, err := read(src)
		if err == nil {
			err = v.Check()
		}
		if err != nil {
			return traverse.Value{}, err
		}
		return v, nil
	}
}

// day returns the day that src holds if it holds no time of day. A driver returns one
// of a column of days as a midnight, in any time zone.
func (c Column) day(src any, s Storage) (int64, bool) {
	switch x := src.(type) {
	case time.Time:
		return traverse.DayNumber(x.Date()), s == Day && !x.IsZero()
	case string:
		if len(x) == len(time.DateOnly) && hasShape(x, "0000-00-00") && c.unix() == 0 {
			t, err := time.Parse(time.DateOnly, x)
			return traverse.DayNumber(t.Date()), err == nil && !t.IsZero()
		}
	}
	return 0, false
}

// strange returns the error for a value whose type does not suit the field.
func strange(what string, src any) (traverse.Value, error) {
	return traverse.Value{}, fmt.Errorf("the %s %s is not %s", kindOf(src), shown.Quote(fmt.Sprint(src)), what)
}

func kindOf(src any) string {
	switch src.(type) {
	case string:
		return "text"
	case int64, float64:
		return "number"
	case bool:
		return "bool"
	case time.Time:
		return "time"
	}
	return fmt.Sprintf("%T", src)
}

func decodeID(src any) (traverse.Value, error) {
	switch x := src.(type) {
	case string:
		return traverse.TextValue(x), nil
	case int64:
		return traverse.TextValue(strconv.FormatInt(x, 10)), nil
	case [16]byte:
		return traverse.TextValue(fmt.Sprintf("%x-%x-%x-%x-%x", x[:4], x[4:6], x[6:8], x[8:10], x[10:])), nil
	}
	return strange("an id", src)
}

func decodeText(src any) (traverse.Value, error) {
	v, err := decodeID(src) // integers and UUIDs have a single text form, too
	if err != nil {
		return strange("text", src)
	}
	return v, nil
}

// decodeCoded is decodeText for a column that may hold codes.
func (c Column) decodeCoded(src any) (traverse.Value, error) {
	v, err := decodeText(src)
	if err != nil || c.Codes == nil {
		return v, err
	}
	text, err := c.decoded(v.Text())
	if err != nil || text == "" {
		return traverse.Value{}, err
	}
	return traverse.TextValue(text), nil
}

// decoded returns what a code stands for.
func (c Column) decoded(code string) (string, error) {
	code = strings.TrimSpace(code)
	text, ok := c.Codes[code]
	if !ok {
		return "", fmt.Errorf("%s is not among the codes of the column", shown.Quote(code))
	}
	return text, nil
}

func decodeNumber(src any) (traverse.Value, error) {
	switch x := src.(type) {
	case int64:
		return traverse.NumberValue(float64(x)), nil
	case float64, float32:
		return traverse.ValueOf(x)
	case string:
		return traverse.ParseNumber(x)
	}
	return strange("a number", src)
}

func (c Column) decodeBool(src any) (traverse.Value, error) {
	switch x := src.(type) {
	case bool:
		return traverse.BoolValue(x), nil
	case int64:
		if x == 0 || x == 1 {
			return traverse.BoolValue(x == 1), nil
		}
	case string:
		switch {
		case c.words() && x == c.True, !c.words() && x == "1":
			return traverse.BoolValue(true), nil
		case c.words() && x == c.False, !c.words() && x == "0":
			return traverse.BoolValue(false), nil
		case c.words():
			return traverse.Value{}, fmt.Errorf("%s is not a bool; want %s or %s", shown.Quote(x), shown.Quote(c.True), shown.Quote(c.False))
		}
	}
	return strange("a bool", src)
}

func (c Column) words() bool { return c.True != "" || c.False != "" }

// unix returns how many units of the column's Unix format are a second, or 0 if it
// has no such format.
func (c Column) unix() int64 {
	switch c.Format {
	case UnixSeconds:
		return 1
	case UnixMillis:
		return 1_000
	case UnixMicros:
		return 1_000_000
	}
	return 0
}

func (c Column) instant(src any) (time.Time, error) {
	per := c.unix()
	switch x := src.(type) {
	case time.Time:
		return x, nil
	case int64:
		if per == 0 {
			return time.Time{}, fmt.Errorf("the number %d is not a time, unless the mapping gives the column a Unix format", x)
		}
		t := time.Unix(x/per, 0).Add(time.Duration(x%per) * (time.Second / time.Duration(per)))
		return t, nil
	case float64:
		const far = 1e12 // seconds; a float is exact to the microsecond up to a tenth of that
		if per == 0 || math.IsNaN(x) || math.Abs(x) > far*float64(per) {
			return time.Time{}, fmt.Errorf("the number %v is not a time", x)
		}
		seconds, part := math.Modf(x / float64(per))
		t := time.Unix(int64(seconds), 0).Add(time.Duration(math.Round(part*1e6)) * time.Microsecond)
		return t, nil
	case string:
		t, ok := parseInstant(x)
		if !ok || per > 0 {
			return time.Time{}, fmt.Errorf("%s is not a time; want YYYY-MM-DDTHH:MM:SSZ, perhaps with a space for the T, a fraction, or an offset such as +02:00", shown.Quote(x))
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("the %s %s is not a time", kindOf(src), shown.Quote(fmt.Sprint(src)))
}

func (c Column) decodeTime(src any) (traverse.Value, error) {
	t, err := c.instant(src)
	if err != nil {
		return traverse.Value{}, err
	}
	return traverse.ValueOf(t)
}

func (c Column) decodeDate(src any) (traverse.Value, error) {
	t, err := c.instant(src)
	if err != nil {
		if text, ok := src.(string); ok && c.unix() == 0 {
			return traverse.Value{}, fmt.Errorf("%s is not a date; want YYYY-MM-DD", shown.Quote(text))
		}
		return traverse.Value{}, err
	}
	v, err := traverse.ValueOf(t)
	if err != nil || v.IsEmpty() {
		return traverse.Value{}, err
	}
	return traverse.DateValue(t.UTC().Date()), nil
}

// parseInstant reads a day, or a day and a time as ISO 8601, SQL and
// time.Time.String write them. A time without an offset is in UTC.
func parseInstant(s string) (time.Time, bool) {
	const day, clock = "0000-00-00", "00:00:00"
	if !hasShape(s, day) {
		return time.Time{}, false
	}
	if len(s) == len(day) {
		t, err := time.Parse(time.DateOnly, s)
		return t, err == nil
	}
	rest := s[len(day)+1:]
	if c := s[len(day)]; c != 'T' && c != 't' && c != ' ' || !hasShape(rest, clock) {
		return time.Time{}, false
	}
	rest = rest[len(clock):]
	fraction := ""
	if strings.HasPrefix(rest, ".") {
		tail := strings.TrimLeft(rest[1:], "0123456789")
		if fraction = rest[:len(rest)-len(tail)]; fraction == "." {
			return time.Time{}, false
		}
		rest = tail
	}
	zone := strings.TrimPrefix(rest, " ")
	if offset, name, ok := strings.Cut(zone, " "); ok && offset != "" && isZoneName(name) {
		zone = offset // time.Time.String writes the zone twice
	}
	layout := ""
	switch {
	case zone == "":
	case zone == "Z" || zone == "z":
		zone = ""
	case len(zone) == 3:
		layout = "-07"
	case len(zone) == 5:
		layout = "-0700"
	case len(zone) == 9:
		layout = "-07:00:00" // local time before time zones were introduced
	default:
		layout = "-07:00"
	}
	t, err := time.Parse("2006-01-02 15:04:05"+layout, s[:len(day)]+" "+s[len(day)+1:len(day)+1+len(clock)]+fraction+zone)
	return t, err == nil
}

// isZoneName reports whether s is what time.Time.String writes after an offset.
func isZoneName(s string) bool {
	name, _, _ := strings.Cut(s, " m=")
	return name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-/_") == ""
}

// hasShape reports whether text begins like shape, with digits for its zeros.
func hasShape(text, shape string) bool {
	if len(text) < len(shape) {
		return false
	}
	for i := range len(shape) {
		if c := text[i]; shape[i] != '0' && c != shape[i] || shape[i] == '0' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// textual returns a decoder for choices, which drivers return as text.
func (c Column) textual(read func(string) ([]string, error)) decoder {
	return func(src any) (traverse.Value, error) {
		var chosen []string
		var err error
		switch x := src.(type) {
		case string:
			chosen, err = read(x)
		case []string: // of a source that is no database
			chosen = slices.DeleteFunc(slices.Clone(x), func(s string) bool { return s == "" })
		default:
			return strange("a list of choices", src)
		}
		if err == nil && c.Codes != nil {
			chosen, err = c.decodedAll(chosen)
		}
		if err != nil || len(chosen) == 0 {
			return traverse.Value{}, err
		}
		return traverse.ChoicesValue(chosen...), nil
	}
}

// decodedAll returns what codes stand for, without those that stand for null.
func (c Column) decodedAll(codes []string) ([]string, error) {
	var chosen []string
	for _, code := range codes {
		text, err := c.decoded(code)
		if err != nil {
			return nil, err
		}
		if text != "" {
			chosen = append(chosen, text)
		}
	}
	return chosen, nil
}

func (c Column) decodeSeparated(text string) ([]string, error) {
	separator := c.Separator
	if separator == "" {
		separator = ";"
	}
	var chosen []string
	for piece := range strings.SplitSeq(text, separator) {
		if piece = strings.TrimSpace(piece); piece != "" {
			chosen = append(chosen, piece)
		}
	}
	return chosen, nil
}

func decodeJSON(text string) ([]string, error) {
	raw := []byte(text)
	if err := traverse.CheckJSON(raw); err != nil {
		return nil, err
	}
	var items []*string
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, fmt.Errorf("%s is not a JSON array of text", shown.Quote(text))
	}
	var chosen []string
	for _, item := range items {
		if item != nil && *item != "" {
			chosen = append(chosen, *item)
		}
	}
	return chosen, nil
}

// decodeArray reads an array of one dimension as PostgreSQL writes it.
func decodeArray(text string) ([]string, error) {
	bad := fmt.Errorf("%s is not an array of text with one dimension", shown.Quote(text))
	if strings.HasPrefix(text, "[") {
		_, text, _ = strings.Cut(text, "=") // [0:1]={a,b} does not begin at 1
	}
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return nil, bad
	}
	rest := text[1 : len(text)-1]
	var chosen []string
	for rest != "" {
		var b strings.Builder
		quoted := rest[0] == '"'
		i := 0
		if quoted {
			for i = 1; i < len(rest) && rest[i] != '"'; i++ {
				if rest[i] == '\\' {
					if i++; i == len(rest) {
						return nil, bad
					}
				}
				b.WriteByte(rest[i])
			}
			if i == len(rest) {
				return nil, bad
			}
			i++
		} else {
			for ; i < len(rest) && rest[i] != ','; i++ {
				if strings.IndexByte(`{}"\`, rest[i]) >= 0 {
					return nil, bad
				}
				b.WriteByte(rest[i])
			}
		}
		if item := b.String(); item != "" && (quoted || item != "NULL") {
			chosen = append(chosen, item)
		}
		switch {
		case i == len(rest):
			rest = ""
		case rest[i] != ',':
			return nil, bad
		default:
			rest = rest[i+1:]
		}
	}
	return chosen, nil
}
