package memory

import (
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// Parse reads one field from text, as people and spreadsheets write it:
//
//   - text and choice as they are
//   - a number with decimal digits, a point, a sign and an exponent, such as
//     -12.5 or 1e3
//   - true or false in any letter case
//   - a time in the form of RFC 3339, 2026-05-31T14:30:00+02:00, whose fraction may
//     have any length and is truncated to microseconds; or a day, 2026-05-31, which
//     means its first instant in UTC: see [ParseIn]
//   - a date in the form 2026-05-31
//   - choices separated by semicolons; spaces around them and empty choices are
//     dropped
//
// The empty text is null. A number that is too large or too small, a year outside 0 to
// 9999 in UTC, and text that is not UTF-8 are errors, as [traverse.Value.Check] says.
// The error says what is wrong with the text and what to write instead; it does not
// name the field.
func Parse(t traverse.Type, text string) (traverse.Value, error) {
	return ParseIn(t, text, time.UTC)
}

// ParseIn is like [Parse], but a day where a time is wanted means its first instant
// in a time zone. The zone of a model is the right one for data that the model
// scores.
func ParseIn(t traverse.Type, text string, zone *time.Location) (traverse.Value, error) {
	if text == "" {
		return traverse.Value{}, nil
	}
	switch t {
	case traverse.Text, traverse.Choice:
		return checked(traverse.TextValue(text))
	case traverse.Number:
		return traverse.ParseNumber(text)
	case traverse.Bool:
		switch strings.ToLower(text) {
		case "true":
			return traverse.BoolValue(true), nil
		case "false":
			return traverse.BoolValue(false), nil
		}
		return traverse.Value{}, fmt.Errorf("%s is not a bool; write true or false", shown.Quote(text))
	case traverse.Time:
		return parseTime(text, zone)
	case traverse.Date:
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return traverse.Value{}, fmt.Errorf("%s is not a date; write YYYY-MM-DD", shown.Quote(text))
		}
		return traverse.DateValue(day.Date()), nil
	case traverse.Choices:
		var chosen []string
		for piece := range strings.SplitSeq(text, ";") {
			if piece = strings.TrimSpace(piece); piece != "" {
				chosen = append(chosen, piece)
			}
		}
		return checked(choices(chosen))
	}
	return traverse.Value{}, errUntyped
}

// checked returns a value unless no field may hold it.
func checked(v traverse.Value) (traverse.Value, error) {
	if err := v.Check(); err != nil {
		return traverse.Value{}, err
	}
	return v, nil
}

var errUntyped = errors.New("the schema gives the field no type")

// choices returns null if there is no choice, so that there is only one empty value.
func choices(chosen []string) traverse.Value {
	if len(chosen) == 0 {
		return traverse.Value{}
	}
	return traverse.ChoicesValue(chosen...)
}

func parseTime(text string, zone *time.Location) (traverse.Value, error) {
	if len(text) == len(time.DateOnly) { // otherwise trying costs more than everything else
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			return checked(startOf(traverse.DayNumber(day.Date()), zone))
		}
	}
	upper := strings.ToUpper(text)
	if isRFC3339(upper) {
		if t, err := time.Parse(time.RFC3339Nano, upper); err == nil {
			return checked(traverse.TimeValue(t))
		}
	}
	if isRFC3339(upper + "Z") {
		return traverse.Value{}, fmt.Errorf("%s has no offset from UTC; end it with Z or an offset such as +02:00", shown.Quote(text))
	}
	return traverse.Value{}, fmt.Errorf("%s is not a time; write YYYY-MM-DDTHH:MM:SSZ, or an offset such as +02:00 for the Z", shown.Quote(text))
}

// startOf returns the first instant of a day in a zone.
func startOf(day int64, zone *time.Location) traverse.Value {
	return traverse.MicrosValue(calendar.DayStart(day, zone))
}

// isRFC3339 reports whether text has the shape of an RFC 3339 time. time.Parse
// checks the ranges, but takes a comma for the point, an hour of one digit, and
// offsets of more than a day.
func isRFC3339(text string) bool {
	const shape = "0000-00-00T00:00:00"
	if len(text) <= len(shape) || !hasShape(text[:len(shape)], shape) {
		return false
	}
	rest := text[len(shape):]
	if rest[0] == '.' {
		digits := strings.TrimLeft(rest[1:], "0123456789")
		if len(digits) == len(rest)-1 {
			return false
		}
		rest = digits
	}
	if rest == "Z" {
		return true
	}
	return (hasShape(rest, "+00:00") || hasShape(rest, "-00:00")) && rest[1:3] < "24" && rest[4:] < "60"
}

// hasShape reports whether text is shape with digits for its zeros.
func hasShape(text, shape string) bool {
	if len(text) != len(shape) {
		return false
	}
	for i := range len(shape) {
		if c := text[i]; shape[i] != '0' && c != shape[i] || shape[i] == '0' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// fit returns a value of a record as a value of the column.
func (c column) fit(x any) (traverse.Value, error) {
	v, err := c.fitNested(x, 0)
	if err != nil {
		return traverse.Value{}, err
	}
	return checked(v)
}

// fitNested is fit for an x that was reached by depth pointers and Value methods.
func (c column) fitNested(x any, depth int) (traverse.Value, error) {
	const deepest = 16
	switch x := x.(type) {
	case nil:
		return traverse.Value{}, nil
	case string:
		return c.text(x)
	case bool:
		return c.bool(x)
	case float64:
		return c.number(x)
	case traverse.Value:
		return c.value(x)
	case []string:
		return c.choices(x)
	case time.Time: // its day depends on its location, which a Value does not have
		return c.time(x)
	case *time.Time:
		if x == nil {
			return traverse.Value{}, nil
		}
		return c.time(*x)
	case json.Number:
		return c.jsonNumber(x)
	}
	v := reflect.ValueOf(x)
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return traverse.Value{}, nil
	}
	if depth == deepest {
		return traverse.Value{}, fmt.Errorf("a Go %T has too many levels of pointers", x)
	}
	if valuer, ok := x.(driver.Valuer); ok {
		inner, err := valuer.Value()
		if err != nil {
			return traverse.Value{}, err
		}
		return c.fitNested(inner, depth+1)
	}
	if v.Kind() == reflect.Pointer && !marshalsAsPointer(v.Type()) {
		return c.fitNested(v.Elem().Interface(), depth+1)
	}
	// As a reference an integer is its digits, and it never suits a text field,
	// however wide it is.
	switch {
	case v.CanInt() && c.reference:
		return traverse.TextValue(strconv.FormatInt(v.Int(), 10)), nil
	case v.CanInt():
		return c.number(float64(v.Int()))
	case v.CanUint() && c.reference:
		return traverse.TextValue(strconv.FormatUint(v.Uint(), 10)), nil
	case v.CanUint():
		return c.number(float64(v.Uint()))
	}
	value, err := traverse.ValueOf(x)
	if err != nil {
		return traverse.Value{}, err
	}
	return c.value(value)
}

var textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()

// marshalsAsPointer reports whether a pointer type marshals to a text and the type
// that it points to does not, as for *big.Int.
func marshalsAsPointer(t reflect.Type) bool {
	return t.Implements(textMarshaler) && !t.Elem().Implements(textMarshaler)
}

// jsonNumber returns a number of decoded JSON as a value of the column. It is a
// number, however many digits it has, except that an integer is a reference by its
// digits.
func (c column) jsonNumber(n json.Number) (traverse.Value, error) {
	if i, err := strconv.ParseInt(string(n), 10, 64); err == nil && c.reference {
		return traverse.TextValue(strconv.FormatInt(i, 10)), nil
	}
	v, err := traverse.ValueOf(n)
	switch {
	case err != nil:
		return traverse.Value{}, err
	case v.Kind() == traverse.KindNumber:
		return c.number(v.Number())
	case c.reference: // an integer with more digits than a number has
		return v, nil
	}
	if v, err = traverse.ParseNumber(v.Text()); err != nil {
		return traverse.Value{}, err
	}
	return c.number(v.Number())
}

func (c column) text(s string) (traverse.Value, error) {
	switch {
	case !c.reference:
		return ParseIn(c.typ, s, c.zone)
	case s == "":
		return traverse.Value{}, nil
	}
	return traverse.TextValue(s), nil
}

func (c column) bool(b bool) (traverse.Value, error) {
	if c.is(traverse.Bool) {
		return traverse.BoolValue(b), nil
	}
	return traverse.Value{}, c.mismatch(traverse.BoolValue(b))
}

func (c column) number(f float64) (traverse.Value, error) {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return traverse.Value{}, fmt.Errorf("a number must be finite, not %v", f)
	case c.is(traverse.Number):
		return traverse.NumberValue(f), nil
	case c.is(traverse.Bool) && (f == 0 || f == 1):
		return traverse.BoolValue(f == 1), nil
	case c.reference && f == math.Trunc(f) && math.Abs(f) <= 1<<53:
		return traverse.TextValue(strconv.FormatInt(int64(f), 10)), nil
	}
	return traverse.Value{}, c.mismatch(traverse.NumberValue(f))
}

func (c column) choices(chosen []string) (traverse.Value, error) {
	if !c.is(traverse.Choices) {
		return traverse.Value{}, c.mismatch(traverse.ChoicesValue(chosen...))
	}
	// A clone, as the caller may change the slice.
	return choices(slices.DeleteFunc(slices.Clone(chosen), func(s string) bool { return s == "" })), nil
}

func (c column) time(t time.Time) (traverse.Value, error) {
	v, err := traverse.ValueOf(t)
	switch {
	case err != nil || v.IsEmpty() || c.is(traverse.Time):
		return v, err
	case c.is(traverse.Date):
		return traverse.DateValue(t.Date()), nil
	}
	return traverse.Value{}, c.mismatch(traverse.TimeValue(t))
}

func (c column) value(v traverse.Value) (traverse.Value, error) {
	switch v.Kind() {
	case traverse.KindText:
		return c.text(v.Text())
	case traverse.KindNumber:
		return c.number(v.Number())
	case traverse.KindBool:
		return c.bool(v.Bool())
	case traverse.KindChoices:
		return c.choices(v.Choices())
	case traverse.KindTime:
		if c.is(traverse.Date) {
			return traverse.DateValue(v.Time().In(c.zone).Date()), nil
		}
		if c.is(traverse.Time) {
			return v, nil
		}
		return traverse.Value{}, c.mismatch(v)
	case traverse.KindDate:
		switch {
		case c.is(traverse.Date):
			return v, nil
		case c.is(traverse.Time):
			return startOf(v.Day(), c.zone), nil
		}
		return traverse.Value{}, c.mismatch(v)
	}
	return traverse.Value{}, nil
}

func (c column) is(t traverse.Type) bool { return !c.reference && c.typ == t }

func (c column) mismatch(v traverse.Value) error {
	wants := c.typ.String()
	if c.reference {
		wants = "reference"
	} else if c.typ == traverse.NoType {
		return errUntyped
	} else if c.typ == traverse.Choices {
		wants = "list of choices"
	}
	return fmt.Errorf("a %s cannot be the %s %s", wants, v.Kind(), shown.Quote(v.String()))
}
