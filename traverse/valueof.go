package traverse

import (
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
)

// ValueOf returns what x holds as a Value. It takes what decoders of JSON,
// database drivers and fields of structs give:
//
//   - nil and nil pointers are null.
//   - A Value is itself.
//   - A string is a text, and so are bytes, which are copied.
//   - A bool is a bool.
//   - An integer is a number. One that a float64 cannot hold exactly is a text of
//     its digits, as it is most likely an id.
//   - A float is a number. NaN and the infinities are errors.
//   - A [json.Number] is what an integer or a float is.
//   - A [time.Time] is an instant, cut to the microsecond. The zero Time is null. A
//     year outside 0 to 9999 is an error.
//   - A slice is choices if each of its elements is a text. Empty and null elements
//     are dropped; if none is left, it is null.
//   - A [16]byte is a UUID: a text of small letters with dashes.
//   - A [driver.Valuer], such as [database/sql.NullString], is what its Value method
//     returns; the error is that of the method.
//   - An [encoding.TextMarshaler] is the text that it marshals to.
//   - A pointer is what it points to.
//
// A named string, bool, integer, float, slice, array or pointer type is treated as
// its underlying type, unless it has one of these methods. So a type that is defined
// as json.Number is a text. Anything else is an error, also a type that is defined
// as time.Time; the error names the Go type. [Value.Check] must accept the value.
// [Rows.Add] then fits the value to its field.
func ValueOf(x any) (Value, error) {
	v, err := valueOf(x, 0)
	if err == nil {
		err = v.Check()
	}
	if err != nil {
		return Value{}, err
	}
	return v, nil
}

// valueOf is ValueOf for an x that was reached by depth pointers and Value methods.
func valueOf(x any, depth int) (Value, error) {
	const deepest = 16
	switch x := x.(type) {
	case nil:
		return Value{}, nil
	case Value:
		return x, nil
	case string:
		return TextValue(x), nil
	case bool:
		return BoolValue(x), nil
	case int64:
		return intValue(x), nil
	case float64:
		return floatValue(x)
	case json.Number:
		return jsonNumber(string(x))
	case time.Time:
		return instant(x)
	}
	v := reflect.ValueOf(x)
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return Value{}, nil
	}
	if depth == deepest {
		return Value{}, fmt.Errorf("a Go %T has too many levels of pointers", x)
	}
	switch x := x.(type) {
	case *time.Time:
		return instant(*x)
	case driver.Valuer:
		inner, err := x.Value()
		if err != nil {
			return Value{}, err
		}
		return valueOf(inner, depth+1)
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		return TextValue(string(text)), err
	}
	switch v.Kind() {
	case reflect.Pointer:
		return valueOf(v.Elem().Interface(), depth+1)
	case reflect.String:
		return TextValue(v.String()), nil
	case reflect.Bool:
		return BoolValue(v.Bool()), nil
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return TextValue(string(v.Bytes())), nil
		}
		return choicesOf(v, depth)
	case reflect.Array:
		if v.Len() == 16 && v.Type().Elem().Kind() == reflect.Uint8 {
			var b [16]byte
			for i := range b {
				b[i] = byte(v.Index(i).Uint())
			}
			return TextValue(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])), nil
		}
	}
	switch {
	case v.CanInt():
		return intValue(v.Int()), nil
	case v.CanUint():
		u := v.Uint()
		if f := float64(u); f < 1<<64 && uint64(f) == u {
			return NumberValue(f), nil
		}
		return TextValue(strconv.FormatUint(u, 10)), nil
	case v.CanFloat():
		return floatValue(v.Float())
	}
	return Value{}, fmt.Errorf("a Go %T is not a value of a record", x)
}

// intValue returns an integer as a number, or as text if that is not exact.
func intValue(i int64) Value {
	if f := float64(i); f < 1<<63 && int64(f) == i {
		return NumberValue(f)
	}
	return TextValue(strconv.FormatInt(i, 10))
}

func floatValue(f float64) (Value, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}, notFinite(f)
	}
	return NumberValue(f), nil
}

func jsonNumber(s string) (Value, error) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return intValue(i), nil
	} else if errors.Is(err, strconv.ErrRange) {
		return TextValue(s), nil // more digits than any number has
	}
	return ParseNumber(s)
}

// ParseNumber reads a number that is written with decimal digits, a point, a sign and
// an exponent, such as -12.5 or 1e3. It fails for any other text, and for a number
// that is too large for a 64-bit float, or too small to differ from zero in one.
func ParseNumber(text string) (Value, error) {
	f, err := parseNumber(text)
	if err != nil {
		return Value{}, err
	}
	return NumberValue(f), nil
}

func instant(t time.Time) (Value, error) {
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return Value{}, outside(y) // TimeValue returns null for some of these
	}
	return TimeValue(t), nil
}

// choicesOf returns the choices that a slice holds.
func choicesOf(list reflect.Value, depth int) (Value, error) {
	var chosen []string
	for i := range list.Len() {
		v, err := valueOf(list.Index(i).Interface(), depth+1)
		switch {
		case err != nil:
			return Value{}, err
		case v.IsEmpty():
		case v.Kind() == KindText:
			chosen = append(chosen, v.Text())
		default:
			kind := v.Kind().String()
			if v.Kind() == KindChoices {
				kind = "list of choices"
			}
			return Value{}, fmt.Errorf("choices must be texts; %s is a %s", v, kind)
		}
	}
	if chosen == nil {
		return Value{}, nil
	}
	return ChoicesValue(chosen...), nil
}
