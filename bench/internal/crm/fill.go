package crm

import (
	"reflect"
	"strings"
)

// A Loader copies records into structs whose fields have the names of the entity's.
// It lowers text, so that rules can compare it directly. It is for engines that want
// typed data, and is part of loading, not of scoring.
type Loader struct {
	lower map[string]string
}

// NewLoader returns a loader.
func NewLoader() *Loader { return &Loader{lower: map[string]string{}} }

// Lower returns a text in lower case, one copy of each.
func (l *Loader) Lower(s string) string {
	low, ok := l.lower[s]
	if !ok {
		low = strings.ToLower(s)
		if same, ok := l.lower[low]; ok {
			low = same
		}
		l.lower[s], l.lower[low] = low, low
	}
	return low
}

// Fill sets the fields of the struct that target points to. A choice is set in
// a string, or as its position among the listed values, from 1, in a uint8: 0 is
// empty. A field Time, if there is one, takes the record's.
func (l *Loader) Fill(target any, e *Entity, r *Record) {
	s := reflect.ValueOf(target).Elem()
	if t := s.FieldByName("Time"); t.IsValid() {
		t.SetInt(r.Time)
	}
	for i := range e.Fields {
		f, v := &e.Fields[i], r.Values[i]
		switch field := s.FieldByName(f.Name); {
		case field.Kind() == reflect.Float64:
			field.SetFloat(v.Number)
		case field.Kind() == reflect.String:
			field.SetString(l.Lower(v.Text))
		default:
			field.SetUint(uint64(f.Position(v.Text)))
		}
	}
}

// Position returns the position of a value among those that a choice lists, from 1,
// or 0 if it is not listed.
func (f *Field) Position(value string) int {
	for i, v := range f.Values {
		if strings.EqualFold(v, value) {
			return i + 1
		}
	}
	return 0
}
