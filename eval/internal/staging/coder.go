package staging

import (
	"hash/maphash"
	"math"
	"strings"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A coder gives the values of a field their codes. A table of the codes that it gave last is
// in front of the dictionary: most fields have few values, or some that are frequent.
type coder struct {
	dict *columns.Dict
	at   int // the cell of the code

	texts   []codedText
	numbers []codedNumber
	of      []uint32 // by position in a Dict of a block: its code and 1, or 0
}

// A codedText is a text and its code. The zero value is right, too.
type codedText struct {
	text string
	code uint32
}

// A codedNumber is the bits of a number that is not 0, and its code.
type codedNumber struct {
	bits uint64
	code uint32
}

const (
	recent      = 1 << 10 // how many codes are at hand
	recentShift = 64 - 10
)

var seed = maphash.MakeSeed()

// text returns the code of a text.
func (c *coder) text(s string) uint32 {
	if s == "" {
		return 0
	}
	if c.texts == nil {
		c.texts = make([]codedText, recent)
	}
	e := &c.texts[maphash.String(seed, s)>>recentShift]
	if e.text != s {
		code, ok := c.dict.Find(traverse.TextValue(s))
		if !ok {
			// Its own copy, as it stays, and s may be a piece of much more memory.
			code = c.dict.Code(traverse.TextValue(strings.Clone(s)))
		}
		*e = codedText{c.dict.Value(code).Text(), code}
	}
	return e.code
}

// number returns the code of a number.
func (c *coder) number(f float64) uint32 {
	if math.IsNaN(f) {
		return 0
	}
	if c.numbers == nil {
		c.numbers = make([]codedNumber, recent)
	}
	bits := math.Float64bits(f)
	const spread = 0x9E3779B97F4A7C15 // of a multiplicative hash
	e := &c.numbers[bits*spread>>recentShift]
	if e.bits != bits || bits == 0 {
		*e = codedNumber{bits, c.dict.Code(traverse.NumberValue(f))}
	}
	return e.code
}

// value returns the code of a value.
func (c *coder) value(v traverse.Value) uint32 {
	switch v.Kind() {
	case traverse.KindNull:
		return 0
	case traverse.KindText:
		return c.text(v.Text())
	case traverse.KindNumber:
		return c.number(v.Number())
	case traverse.KindChoices:
		if code, ok := c.dict.Find(v); ok {
			return code
		}
		v = traverse.ChoicesValue(cloned(v.Choices())...)
	}
	return c.dict.Code(v)
}

// cloned returns a copy of texts.
func cloned(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.Clone(s)
	}
	return out
}

// column writes the codes of a column into its cells of records, which have so many each.
func (c *coder) column(col *traverse.Column, cells []uint32, width int) {
	to := c.at
	switch {
	case col.Texts != nil:
		for _, s := range col.Texts {
			cells[to] = c.text(s)
			to += width
		}
	case col.Numbers != nil:
		for _, f := range col.Numbers {
			cells[to] = c.number(f)
			to += width
		}
	case col.Bools != nil:
		no, yes := c.dict.Code(traverse.BoolValue(false)), c.dict.Code(traverse.BoolValue(true))
		for _, b := range col.Bools {
			cells[to] = no
			if b {
				cells[to] = yes
			}
			to += width
		}
	case col.Codes != nil:
		c.codes(col, cells, width)
	case col.Values != nil:
		for i := range col.Values {
			cells[to] = c.value(col.Values[i])
			to += width
		}
	}
	for i, null := range col.Null {
		if null {
			cells[i*width+c.at] = 0
		}
	}
}

// codes is column for a column with a Dict, each value of which is looked up once, if
// some record has it.
func (c *coder) codes(col *traverse.Column, cells []uint32, width int) {
	if n := len(col.Dict); n > len(c.of) {
		c.of = make([]uint32, n)
	} else {
		clear(c.of[:n])
	}
	of, to := c.of[:len(col.Dict)], c.at
	for _, code := range col.Codes {
		if of[code] == 0 {
			of[code] = c.value(col.Dict[code]) + 1
		}
		cells[to] = of[code] - 1
		to += width
	}
}
