package traverse

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"
)

// Kind is the kind of data that a [Value] holds.
type Kind uint8

// The kinds of a [Value].
const (
	KindNull    Kind = iota // nothing: the zero Value
	KindText                // text; also one choice, and the id that a reference holds
	KindNumber              // a 64-bit float, never NaN
	KindBool                // true or false
	KindTime                // an instant, to the microsecond
	KindDate                // a calendar day without a time zone
	KindChoices             // the choices made in a multi-select field
)

// String returns the kind's name as the rule language spells it.
func (k Kind) String() string {
	switch k {
	case KindNull:
		return "null"
	case KindText:
		return "text"
	case KindNumber:
		return "number"
	case KindBool:
		return "bool"
	case KindTime:
		return "time"
	case KindDate:
		return "date"
	case KindChoices:
		return "choices"
	}
	return "kind " + strconv.Itoa(int(k))
}

// A Value is one field of one record. The zero Value is null. Values are
// immutable, small, and made without allocation. *Value is a [database/sql.Scanner].
type Value struct {
	_   [0]func() // == would compare pointers: use Equal
	num uint64    // the number's bits, the instant, the day, 0 or 1; the length of text and choices
	any any       // the Kind, or for text and choices a pointer to the first
}

type (
	textPtr    *byte
	choicesPtr *string
)

// TextValue returns a text, a choice, or the id that a reference holds.
func TextValue(s string) Value {
	return Value{num: uint64(len(s)), any: textPtr(unsafe.StringData(s))}
}

// NumberValue returns a number, or null for NaN.
func NumberValue(f float64) Value {
	if math.IsNaN(f) {
		return Value{}
	}
	return Value{num: math.Float64bits(f), any: KindNumber}
}

// BoolValue returns a bool.
func BoolValue(b bool) Value {
	var n uint64
	if b {
		n = 1
	}
	return Value{num: n, any: KindBool}
}

// TimeValue returns an instant, truncated to the microsecond. It returns null for
// the zero Time, which in Go means that there is no time, and for an instant more
// than 290,000 years away, which does not fit into 64 bits.
func TimeValue(t time.Time) Value {
	const far = 290_000
	if t.IsZero() || t.Year() < -far || t.Year() > far {
		return Value{}
	}
	return Value{num: uint64(t.UnixMicro()), any: KindTime}
}

// MicrosValue returns the instant that is micros microseconds after 1970-01-01 UTC.
func MicrosValue(micros int64) Value { return Value{num: uint64(micros), any: KindTime} }

// DateValue returns a calendar day. Days and months outside their ranges are
// normalised as [time.Date] does.
func DateValue(year int, month time.Month, day int) Value {
	return DayValue(DayNumber(year, month, day))
}

// DayValue returns the calendar day with the given [DayNumber].
func DayValue(day int64) Value { return Value{num: uint64(day), any: KindDate} }

// DayNumber returns the number of days from 1970-01-01 to a calendar day.
func DayNumber(year int, month time.Month, day int) int64 {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60) // a midnight: there is no remainder
}

// ChoicesValue returns the choices made in a multi-select field. The slice must not
// be changed afterwards.
func ChoicesValue(chosen ...string) Value {
	return Value{num: uint64(len(chosen)), any: choicesPtr(unsafe.SliceData(chosen))}
}

// Kind returns the kind of v.
func (v Value) Kind() Kind {
	switch x := v.any.(type) {
	case textPtr:
		return KindText
	case choicesPtr:
		return KindChoices
	case Kind:
		return x
	}
	return KindNull
}

// Text returns the text of a KindText value, and "" for any other.
func (v Value) Text() string {
	if p, ok := v.any.(textPtr); ok {
		return unsafe.String(p, v.num)
	}
	return ""
}

// Number returns the number of a KindNumber value, and 0 for any other.
func (v Value) Number() float64 {
	if v.any == KindNumber {
		return math.Float64frombits(v.num)
	}
	return 0
}

// Bool returns the bool of a KindBool value, and false for any other.
func (v Value) Bool() bool { return v.any == KindBool && v.num == 1 }

// Time returns the instant of a KindTime value in UTC, or midnight UTC of a
// KindDate value, and the zero time for any other.
func (v Value) Time() time.Time {
	switch v.any {
	case KindTime:
		return time.UnixMicro(int64(v.num)).UTC()
	case KindDate:
		return time.Unix(int64(v.num)*24*60*60, 0).UTC()
	}
	return time.Time{}
}

// Micros returns the instant of a KindTime value in microseconds since
// 1970-01-01 UTC, and 0 for any other.
func (v Value) Micros() int64 {
	if v.any == KindTime {
		return int64(v.num)
	}
	return 0
}

// Day returns the [DayNumber] of a KindDate value, and 0 for any other.
func (v Value) Day() int64 {
	if v.any == KindDate {
		return int64(v.num)
	}
	return 0
}

// Choices returns the choices of a KindChoices value, and nil for any other. The
// slice must not be changed.
func (v Value) Choices() []string {
	if p, ok := v.any.(choicesPtr); ok {
		return unsafe.Slice(p, v.num)
	}
	return nil
}

// IsEmpty reports whether v is empty in the sense of the rule language: null, the
// empty text, or no choices (language reference, Expressions).
func (v Value) IsEmpty() bool {
	switch v.Kind() {
	case KindNull:
		return true
	case KindText, KindChoices:
		return v.num == 0
	}
	return false
}

// Equal reports whether v and w hold the same kind and value.
func (v Value) Equal(w Value) bool {
	if v.Kind() != w.Kind() {
		return false
	}
	switch v.Kind() {
	case KindText:
		return v.Text() == w.Text()
	case KindChoices:
		return slices.Equal(v.Choices(), w.Choices())
	case KindNumber:
		return v.Number() == w.Number()
	}
	return v.num == w.num
}

// The instants and days of the years 0 to 9999, from the first to the last.
const (
	firstMicros = -62_167_219_200_000_000
	lastMicros  = 253_402_300_799_999_999
	firstDay    = -719_528
	lastDay     = 2_932_896
)

// The first ones as a Value holds them.
const (
	firstInstant = 1<<64 + firstMicros
	firstOfDays  = 1<<64 + firstDay
)

// Check returns an error for a value that no field may hold: a number that is not
// finite, an instant or a day outside the years 0 to 9999 in UTC, or a text or choice
// that is not UTF-8. All sources of this module, [ValueOf] and columns.Store refuse
// such values, so that what one of them takes the others can hold, and JSON can show.
// [Rows.Add] refuses all of them but texts, which would take it twice the time. While leads
// are scored, such a text fails what reaches it in a record that is asked for by its id; the
// contract test of a source, package source/sourcetest, looks at all of them.
func (v Value) Check() error {
	switch v.Kind() {
	case KindText:
		return checkText(v.Text())
	case KindChoices:
		for _, s := range v.Choices() {
			if err := checkText(s); err != nil {
				return err
			}
		}
	case KindNumber:
		if f := v.Number(); math.IsInf(f, 0) {
			return notFinite(f)
		}
	case KindTime:
		if at := int64(v.num); at < firstMicros || at > lastMicros {
			return outside(v.Time().Year())
		}
	case KindDate:
		if day := int64(v.num); day < firstDay || day > lastDay {
			return outside(v.Time().Year())
		}
	}
	return nil
}

// inRange reports whether Check returns nil for v, which is of kind k, and no text or
// choices.
func (v Value) inRange(k Kind) bool {
	switch k {
	case KindNumber:
		return !math.IsInf(math.Float64frombits(v.num), 0)
	case KindTime:
		return v.num-firstInstant <= lastMicros-firstMicros
	case KindDate:
		return v.num-firstOfDays <= lastDay-firstDay
	}
	return true
}

// String returns v for people to read: text bare, choices separated by "; ",
// instants and days in ISO 8601, null as "null".
func (v Value) String() string {
	switch v.Kind() {
	case KindText:
		return v.Text()
	case KindNumber:
		return strconv.FormatFloat(v.Number(), 'f', -1, 64)
	case KindBool:
		return strconv.FormatBool(v.Bool())
	case KindTime:
		return v.Time().Format(time.RFC3339Nano)
	case KindDate:
		return v.Time().Format(time.DateOnly)
	case KindChoices:
		return strings.Join(v.Choices(), "; ")
	}
	return "null"
}

// Scan sets v from a database value: it makes *Value a [database/sql.Scanner].
// Integers and floats become numbers, strings and byte slices texts, a [time.Time]
// an instant, nil null. [Rows.Add] then fits the value to its field. Scan fails for
// any other type, and for a value that [Value.Check] refuses; [ValueOf] takes more
// types.
func (v *Value) Scan(src any) error {
	switch src.(type) {
	case nil, string, []byte, int64, float64, bool, time.Time:
	default:
		return fmt.Errorf("traverse: cannot scan a %T into a Value", src)
	}
	x, err := ValueOf(src)
	if err != nil {
		return fmt.Errorf("traverse: %w", err)
	}
	*v = x
	return nil
}

// fit returns v as a value of type t, and whether v fits. A value of another kind
// with the same meaning is converted, as databases have fewer kinds than the rule
// language. Null fits every type. A value that is out of range does not fit.
func (v Value) fit(t Type) (Value, bool) {
	k := v.Kind()
	if k == KindNull || k == t.kind() {
		return v, v.inRange(k)
	}
	v, ok := v.convert(k, t)
	return v, ok && v.inRange(v.Kind())
}

// convert returns v, which is of kind k, as a value of type t, if that loses nothing.
func (v Value) convert(k Kind, t Type) (Value, bool) {
	switch t {
	case reference:
		if f := v.Number(); k == KindNumber && f == math.Trunc(f) && math.Abs(f) <= 1<<53 {
			return TextValue(strconv.FormatInt(int64(f), 10)), true
		}
	case Number:
		if k == KindText {
			f, err := parseNumber(v.Text())
			return NumberValue(f), err == nil
		}
	case Bool:
		if f := v.Number(); k == KindNumber && (f == 0 || f == 1) {
			return BoolValue(f == 1), true
		}
	case Time:
		switch k {
		case KindText:
			t, err := time.Parse(time.RFC3339Nano, v.Text())
			return TimeValue(t), err == nil
		case KindDate:
			return Value{num: uint64(v.Day() * 24 * 60 * 60 * 1_000_000), any: KindTime}, true
		}
	case Date:
		switch k {
		case KindText:
			t, err := time.Parse(time.DateOnly, v.Text())
			return DateValue(t.Date()), err == nil
		case KindTime:
			return DateValue(v.Time().Date()), true
		}
	}
	return Value{}, false
}
