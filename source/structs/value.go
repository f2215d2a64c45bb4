package structs

import (
	"database/sql/driver"
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// chooser is implemented by types that list the values of their fields.
type chooser interface{ Choices() []string }

var (
	timeType      = reflect.TypeFor[time.Time]()
	chooserType   = reflect.TypeFor[chooser]()
	marshalerType = reflect.TypeFor[encoding.TextMarshaler]()
	stringerType  = reflect.TypeFor[fmt.Stringer]()
	valuerType    = reflect.TypeFor[driver.Valuer]()
)

// asID is the type to which ids are converted: those of records, and those that
// references hold. No field has it.
const asID traverse.Type = math.MaxUint8

// implements reports whether a value of t, whose address can be taken, has the
// methods of an interface.
func implements(t, of reflect.Type) bool {
	return t.Implements(of) || t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(of)
}

// method returns v as an interface that it implements.
func method[I any](v reflect.Value) I {
	if i, ok := v.Interface().(I); ok {
		return i
	}
	return v.Addr().Interface().(I)
}

// natural returns the type that a field of a Go type has if its tag does not give
// one, and whether the Go type can be a field at all. NoType means that the tag must
// give the type.
func natural(t reflect.Type) (traverse.Type, bool) {
	inner, _, null := nullable(t)
	switch {
	case t == timeType:
		return traverse.Time, true
	case t.Kind() == reflect.Pointer:
		if t.Elem().Kind() == reflect.Pointer || t.Elem().Kind() == reflect.Slice {
			return traverse.NoType, false
		}
		return natural(t.Elem())
	case null:
		return natural(inner)
	case implements(t, chooserType) && texts(t, false) != nil:
		return traverse.Choice, true
	case implements(t, marshalerType):
		return traverse.Text, true
	}
	switch k := t.Kind(); {
	case k == reflect.String:
		return traverse.Text, true
	case k == reflect.Bool:
		return traverse.Bool, true
	case isInt(k) || k == reflect.Float32 || k == reflect.Float64:
		return traverse.Number, true
	case k == reflect.Slice && t.Elem().Kind() != reflect.Pointer && t.Elem().Kind() != reflect.Slice:
		of, ok := natural(t.Elem())
		if ok && (of == traverse.Text || of == traverse.Choice) && texts(t.Elem(), false) != nil {
			return traverse.Choices, true
		}
	}
	// Its Value method may return anything. Types with a suitable kind come first.
	return traverse.NoType, implements(t, valuerType)
}

func isInt(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Int64 || k >= reflect.Uint && k <= reflect.Uint64
}

// listed returns the values that the Go type of a field lists, or nil.
func listed(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		if implements(t, chooserType) && t.Kind() == reflect.Slice {
			break
		}
		t = t.Elem()
	}
	if inner, _, null := nullable(t); null {
		return listed(inner)
	}
	if !implements(t, chooserType) {
		return nil
	}
	return slices.Clone(method[chooser](reflect.New(t).Elem()).Choices())
}

// nullable returns the parts of a struct like sql.NullString or sql.Null: the type of
// its value, and the indexes of the value and of Valid.
func nullable(t reflect.Type) (value reflect.Type, index [2][]int, ok bool) {
	if t.Kind() != reflect.Struct {
		return nil, index, false
	}
	if t.NumField() == 1 && t.Field(0).Anonymous && t.Field(0).IsExported() {
		// A type that embeds one of these, to add methods.
		value, index, ok = nullable(t.Field(0).Type)
		for i := range index {
			index[i] = append([]int{0}, index[i]...)
		}
		return value, index, ok
	}
	if t.NumField() != 2 {
		return nil, index, false
	}
	for i := range 2 {
		valid, of := t.Field(i), t.Field(1-i)
		if valid.Name != "Valid" || valid.Type.Kind() != reflect.Bool || !of.IsExported() {
			continue
		}
		if k := of.Type.Kind(); k == reflect.Pointer || k == reflect.Slice {
			continue // as these could be circular
		}
		if _, scalar := natural(of.Type); scalar {
			return of.Type, [2][]int{{1 - i}, {i}}, true
		}
	}
	return nil, index, false
}

// A conv converts the content of a field of a struct to a value. It panics if that
// does not have the Go type that it was made for.
type conv func(v reflect.Value) (traverse.Value, error)

// convert returns the conversion of a Go type to a type of fields, or nil if it does
// not suit that type. A zero id means none, unless it is explicit: the target of a
// pointer, or next to a Valid.
func convert(t reflect.Type, to traverse.Type, explicit bool) conv {
	inner, index, null := nullable(t)
	switch {
	case t == timeType:
		switch to {
		case traverse.Time, traverse.Date:
			return func(v reflect.Value) (traverse.Value, error) { return timeValue(timeOf(v), to) }
		}
		return nil
	case t.Kind() == reflect.Pointer:
		of := convert(t.Elem(), to, true)
		if of == nil {
			return nil
		}
		return func(v reflect.Value) (traverse.Value, error) {
			if v.IsNil() {
				return traverse.Value{}, nil
			}
			return of(v.Elem())
		}
	case null:
		of := convert(inner, to, true)
		if of == nil {
			return nil
		}
		return func(v reflect.Value) (traverse.Value, error) {
			if !v.FieldByIndex(index[1]).Bool() {
				return traverse.Value{}, nil
			}
			return of(v.FieldByIndex(index[0]))
		}
	}
	k := t.Kind()
	switch to {
	case traverse.Text, traverse.Choice, asID:
		if text := texts(t, to == asID); text != nil {
			noZero := !explicit && (k == reflect.Array || k == reflect.Struct || to == asID && isInt(k))
			return func(v reflect.Value) (traverse.Value, error) {
				if noZero && v.IsZero() {
					return traverse.Value{}, nil
				}
				s, err := text(v)
				if err != nil {
					return traverse.Value{}, err
				}
				return textValue(s)
			}
		}
	case traverse.Number:
		switch {
		case k >= reflect.Int && k <= reflect.Int64:
			return func(v reflect.Value) (traverse.Value, error) { return traverse.NumberValue(float64(v.Int())), nil }
		case isInt(k):
			return func(v reflect.Value) (traverse.Value, error) { return traverse.NumberValue(float64(v.Uint())), nil }
		case k == reflect.Float32 || k == reflect.Float64:
			return func(v reflect.Value) (traverse.Value, error) { return numberValue(v.Float()) }
		}
	case traverse.Bool:
		if k == reflect.Bool {
			return func(v reflect.Value) (traverse.Value, error) { return traverse.BoolValue(v.Bool()), nil }
		}
	case traverse.Choices:
		if k == reflect.Slice {
			if text := texts(t.Elem(), false); text != nil {
				return func(v reflect.Value) (traverse.Value, error) { return choicesValue(v, text) }
			}
		}
		return nil
	}
	if implements(t, valuerType) {
		return func(v reflect.Value) (traverse.Value, error) {
			x, err := method[driver.Valuer](v).Value()
			if err != nil {
				return traverse.Value{}, err
			}
			return driverValue(x, to)
		}
	}
	return nil
}

// texts returns the conversion of a Go type to text, or nil. An integer that is an id
// becomes its digits, even if it has a String method.
func texts(t reflect.Type, id bool) func(reflect.Value) (string, error) {
	k := t.Kind()
	switch {
	case k == reflect.Pointer || t == timeType:
		return nil
	case implements(t, marshalerType):
		return func(v reflect.Value) (string, error) {
			b, err := method[encoding.TextMarshaler](v).MarshalText()
			return string(b), err
		}
	case k == reflect.String:
		return func(v reflect.Value) (string, error) { return v.String(), nil }
	case !isInt(k):
		return nil
	case implements(t, stringerType) && !id:
		return func(v reflect.Value) (string, error) { return method[fmt.Stringer](v).String(), nil }
	case k <= reflect.Int64:
		return func(v reflect.Value) (string, error) { return strconv.FormatInt(v.Int(), 10), nil }
	}
	return func(v reflect.Value) (string, error) { return strconv.FormatUint(v.Uint(), 10), nil }
}

func textValue(s string) (traverse.Value, error) {
	if s == "" {
		return traverse.Value{}, nil
	}
	return checked(traverse.TextValue(s))
}

func numberValue(f float64) (traverse.Value, error) {
	if math.IsNaN(f) {
		return traverse.ValueOf(f) // an error
	}
	return checked(traverse.NumberValue(f))
}

// timeOf returns the time that v is, without a copy of it in the heap.
func timeOf(v reflect.Value) time.Time { return *v.Addr().Interface().(*time.Time) }

func timeValue(t time.Time, to traverse.Type) (traverse.Value, error) {
	if t.IsZero() {
		return traverse.Value{}, nil
	}
	if s := t.Unix(); s < firstSecond || s > lastSecond {
		return traverse.ValueOf(t) // an error
	}
	if to == traverse.Date {
		return checked(traverse.DateValue(t.Date())) // it may be the day after the last one in UTC
	}
	return traverse.MicrosValue(t.UnixMicro()), nil
}

// checked returns v, or an error if no field may hold it.
func checked(v traverse.Value) (traverse.Value, error) {
	if err := v.Check(); err != nil {
		return traverse.Value{}, err
	}
	return v, nil
}

// The first second of the year 0, and the last one of the year 9999.
const (
	firstSecond = -62_167_219_200
	lastSecond  = 253_402_300_799
)

func choicesValue(v reflect.Value, text func(reflect.Value) (string, error)) (traverse.Value, error) {
	var chosen []string
	for i := range v.Len() {
		s, err := text(v.Index(i))
		if err != nil {
			return traverse.Value{}, err
		}
		if _, err := textValue(s); err != nil {
			return traverse.Value{}, err
		}
		if s != "" {
			chosen = append(chosen, s)
		}
	}
	if chosen == nil {
		return traverse.Value{}, nil
	}
	return traverse.ChoicesValue(chosen...), nil
}

var errDriver = errors.New("its Value method returns what no field can hold")

// driverValue converts what a driver.Valuer returns.
func driverValue(x any, to traverse.Type) (traverse.Value, error) {
	mismatch := func() (traverse.Value, error) {
		return traverse.Value{}, fmt.Errorf("its Value method returns a Go %T, which cannot be %s", x, noun(to))
	}
	switch x := x.(type) {
	case nil:
		return traverse.Value{}, nil
	case []byte:
		return driverValue(string(x), to)
	case string:
		if to == asID {
			return textValue(x)
		}
		return memory.Parse(to, x)
	case int64:
		switch {
		case to == traverse.Number:
			return traverse.NumberValue(float64(x)), nil
		case to == traverse.Bool && (x == 0 || x == 1):
			return traverse.BoolValue(x == 1), nil
		case to == traverse.Text || to == traverse.Choice || to == asID:
			return traverse.TextValue(strconv.FormatInt(x, 10)), nil
		}
		return mismatch()
	case float64:
		if to == traverse.Number {
			return numberValue(x)
		}
		return mismatch()
	case bool:
		if to == traverse.Bool {
			return traverse.BoolValue(x), nil
		}
		return mismatch()
	case time.Time:
		if to == traverse.Time || to == traverse.Date {
			return timeValue(x, to)
		}
		return mismatch()
	}
	return traverse.Value{}, errDriver
}

// noun returns a phrase for a field of a type, for messages.
func noun(t traverse.Type) string {
	if t == asID {
		return "an id"
	}
	return t.Noun()
}
