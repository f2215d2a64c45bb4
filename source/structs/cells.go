package structs

import (
	"math"
	"reflect"

	"github.com/leadscore/leadscore/traverse"
)

// cells are the values of many records in one column.
type cells struct {
	column traverse.Column
	nulls  []bool // which values are null, up to the last that is
	add    func(c *cells, v traverse.Value)
}

// newCells returns empty cells for values of a type: NoType for ids and references.
func newCells(t traverse.Type) cells {
	switch t {
	case traverse.NoType, traverse.Text, traverse.Choice:
		return cells{add: func(c *cells, v traverse.Value) { c.column.Texts = append(c.column.Texts, v.Text()) }}
	case traverse.Number:
		return cells{add: func(c *cells, v traverse.Value) { c.column.Numbers = append(c.column.Numbers, number(v)) }}
	case traverse.Bool:
		return cells{add: func(c *cells, v traverse.Value) {
			c.note(v, len(c.column.Bools))
			c.column.Bools = append(c.column.Bools, v.Bool())
		}}
	case traverse.Time:
		return cells{add: func(c *cells, v traverse.Value) {
			c.note(v, len(c.column.Micros))
			c.column.Micros = append(c.column.Micros, v.Micros())
		}}
	case traverse.Date:
		return cells{add: func(c *cells, v traverse.Value) {
			c.note(v, len(c.column.Days))
			c.column.Days = append(c.column.Days, v.Day())
		}}
	}
	return cells{add: func(c *cells, v traverse.Value) { c.column.Values = append(c.column.Values, v) }}
}

// number returns the number that v holds, or NaN.
func number(v traverse.Value) float64 {
	if v.Kind() == traverse.KindNull {
		return math.NaN()
	}
	return v.Number()
}

// note notes that the value at a place is null, if it is.
func (c *cells) note(v traverse.Value, at int) {
	if v.Kind() == traverse.KindNull {
		c.nulls = append(append(c.nulls, make([]bool, at-len(c.nulls))...), true)
	}
}

// addCode adds one value to so many records. It is for cells that have nothing else.
func (c *cells) addCode(v traverse.Value, records int) {
	code := uint32(len(c.column.Dict))
	c.column.Dict = append(c.column.Dict, v)
	for range records {
		c.column.Codes = append(c.column.Codes, code)
	}
}

// of returns the column of so many records.
func (c *cells) of(records int) traverse.Column {
	column := c.column
	if len(c.nulls) > 0 {
		c.nulls = append(c.nulls, make([]bool, records-len(c.nulls))...)
		column.Null = c.nulls
	}
	return column
}

// reset removes all values.
func (c *cells) reset() {
	x := &c.column
	x.Texts, x.Numbers, x.Bools, x.Micros, x.Days = x.Texts[:0], x.Numbers[:0], x.Bools[:0], x.Micros[:0], x.Days[:0]
	x.Codes, x.Values, x.Dict = x.Codes[:0], x.Values[:0], x.Dict[:0]
	c.nulls = c.nulls[:0]
}

// A reader adds to cells what each struct of a slice has in one field. It returns the
// first error of a conversion, but may add texts that are not UTF-8, which a store
// refuses.
type reader func(c *cells, list reflect.Value) error

// readerOf returns a reader of what convert(t, to, false) converts.
func readerOf(t reflect.Type, to traverse.Type, index []int) reader {
	if t.Kind() == reflect.String && !implements(t, marshalerType) {
		switch to {
		case traverse.Text, traverse.Choice, asID:
			return func(c *cells, list reflect.Value) error {
				for i := range list.Len() {
					text := ""
					if f, ok := field(list.Index(i), index); ok {
						text = f.String()
					}
					c.column.Texts = append(c.column.Texts, text)
				}
				return nil
			}
		}
	}
	conv := convert(t, to, false)
	return func(c *cells, list reflect.Value) error {
		for i := range list.Len() {
			var v traverse.Value
			if f, ok := field(list.Index(i), index); ok {
				var err error
				if v, err = conv(f); err != nil {
					return err
				}
			}
			c.add(c, v)
		}
		return nil
	}
}
