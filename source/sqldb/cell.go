package sqldb

import (
	"bytes"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/leadscore/leadscore/traverse"
)

// A Cell takes the value that one column has in a row, decodes it, and collects it. A
// cell that is made by this package never fails to take a value: what is wrong with
// one is known only with the whole row. Cells are filled by [Rows], one row after
// another.
type Cell struct {
	as     collected
	column *column // nil if as is raw

	err error // what is wrong with the value of the row at hand
	raw any   // that value, if as is raw

	// The values of the rows so far, by what they are collected as. Texts are between
	// the ends of spans in buf.
	buf     []byte
	spans   []span
	numbers []float64
	bools   []bool
	times   []int64 // microseconds, or days
	codes   []uint32
	null    []bool // beside bools and times
	nulls   bool   // some of null is set

	dict    []traverse.Value
	coded   map[string]uint32 // the codes of decoded texts, by the text
	texts   []string          // memory of the last block
	scratch []byte
}

// collected says what a cell makes of values.
type collected uint8

const (
	raw      collected = iota // keeps the last one as it is
	texts                     // ids, and those that references hold
	codes                     // texts and choices, which often repeat
	numbers                   // numbers
	bools                     // bools
	instants                  // times
	days                      // dates
)

type span struct{ start, end int }

func newCell(c *column) *Cell {
	cell := &Cell{column: c, as: map[traverse.Type]collected{
		traverse.NoType: texts, traverse.Number: numbers, traverse.Bool: bools, traverse.Time: instants, traverse.Date: days,
		traverse.Text: codes, traverse.Choice: codes, traverse.Choices: codes,
	}[c.typ]}
	cell.reset()
	return cell
}

// reset forgets all values. What it has learned about texts stays, unless it is much.
func (c *Cell) reset() {
	const most = 4096
	c.err, c.nulls = nil, false
	c.buf, c.spans, c.numbers, c.bools, c.times, c.codes, c.null =
		c.buf[:0], c.spans[:0], c.numbers[:0], c.bools[:0], c.times[:0], c.codes[:0], c.null[:0]
	if c.as == codes && (c.coded == nil || len(c.dict) > most) {
		c.coded, c.dict = map[string]uint32{}, []traverse.Value{{}}
	}
}

// drop forgets the value of the last row.
func (c *Cell) drop() {
	switch c.as {
	case texts:
		c.spans = c.spans[:len(c.spans)-1]
	case codes:
		c.codes = c.codes[:len(c.codes)-1]
	case numbers:
		c.numbers = c.numbers[:len(c.numbers)-1]
	case bools:
		c.bools, c.null = c.bools[:len(c.bools)-1], c.null[:len(c.null)-1]
	case instants, days:
		c.times, c.null = c.times[:len(c.times)-1], c.null[:len(c.null)-1]
	}
}

// last returns the text of the last row, which must not be changed.
func (c *Cell) last() []byte {
	s := c.spans[len(c.spans)-1]
	return c.buf[s.start:s.end]
}

// again reports whether the text of the last row is that of the row before, which was
// not dropped.
func (c *Cell) again() bool {
	n := len(c.spans)
	return n > 1 && c.spans[n-1] == c.spans[n-2]
}

// all returns the texts of all rows. They belong to the caller, and the slice to c.
func (c *Cell) all() []string {
	together := string(c.buf)
	c.texts = c.texts[:0]
	for _, s := range c.spans {
		c.texts = append(c.texts, together[s.start:s.end])
	}
	return c.texts
}

// values returns the values of all rows. The slices belong to c.
func (c *Cell) values() traverse.Column {
	null := c.null
	if !c.nulls {
		null = nil
	}
	switch c.as {
	case texts:
		return traverse.Column{Texts: c.all()}
	case codes:
		return traverse.Column{Codes: c.codes, Dict: c.dict}
	case numbers:
		return traverse.Column{Numbers: c.numbers}
	case bools:
		return traverse.Column{Bools: c.bools, Null: null}
	case instants:
		return traverse.Column{Micros: c.times, Null: null}
	case days:
		return traverse.Column{Days: c.times, Null: null}
	}
	return traverse.Column{}
}

// Null takes NULL.
func (c *Cell) Null() {
	c.err, c.raw = nil, nil
	switch c.as {
	case texts:
		c.spans = append(c.spans, span{len(c.buf), len(c.buf)})
	case codes:
		c.codes = append(c.codes, 0)
	case numbers:
		c.numbers = append(c.numbers, math.NaN())
	case bools:
		c.bools, c.null, c.nulls = append(c.bools, false), append(c.null, true), true
	case instants, days:
		c.times, c.null, c.nulls = append(c.times, 0), append(c.null, true), true
	}
}

// Bytes takes a text, or a value in the form of text in which the database writes it. It
// does not keep b.
func (c *Cell) Bytes(b []byte) {
	if c.as != texts && c.as != codes {
		c.any(string(b))
		return
	}
	c.err = nil
	if c.column.storage == FixedText {
		b = bytes.TrimRight(b, " ")
	}
	switch {
	case len(b) == 0:
		c.Null()
	case c.as == texts:
		c.text(b)
	default:
		code, ok := c.coded[string(b)]
		if !ok {
			v, err := c.column.decode(string(b))
			if err != nil {
				c.fail(err)
				return
			}
			code = c.code(v)
			c.coded[string(b)] = code
		}
		c.codes = append(c.codes, code)
	}
}

// text takes the text of an id.
func (c *Cell) text(b []byte) {
	if n := len(c.spans); n > 0 {
		if s := c.spans[n-1]; string(c.buf[s.start:s.end]) == string(b) { // records of one key often come together
			c.spans = append(c.spans, s)
			return
		}
	}
	if !utf8.Valid(b) {
		c.fail(traverse.TextValue(string(b)).Check())
		return
	}
	start := len(c.buf)
	c.buf = append(c.buf, b...)
	c.spans = append(c.spans, span{start, len(c.buf)})
}

// code returns a code for a value.
func (c *Cell) code(v traverse.Value) uint32 {
	if v.IsEmpty() {
		return 0
	}
	c.dict = append(c.dict, v)
	return uint32(len(c.dict) - 1)
}

// Int takes an integer.
func (c *Cell) Int(i int64) {
	switch {
	case c.as == texts, c.as == codes && c.column.typ != traverse.Choices:
		c.scratch = strconv.AppendInt(c.scratch[:0], i, 10)
		c.Bytes(c.scratch)
	case c.as == numbers:
		c.err = nil
		c.numbers = append(c.numbers, float64(i))
	default:
		c.any(i)
	}
}

// Float takes a number.
func (c *Cell) Float(f float64) {
	if c.as == numbers && !math.IsNaN(f) && !math.IsInf(f, 0) {
		c.err = nil
		c.numbers = append(c.numbers, f)
		return
	}
	c.any(f)
}

// Micros takes an instant, as the number of microseconds since 1970-01-01 UTC.
func (c *Cell) Micros(micros int64) {
	if c.as == instants && c.column.storage == Instant {
		if v := traverse.MicrosValue(micros); v.Check() == nil && !time.UnixMicro(micros).UTC().IsZero() {
			c.err = nil
			c.times, c.null = append(c.times, micros), append(c.null, false)
			return
		}
	}
	c.any(time.UnixMicro(micros).UTC())
}

// Scan takes any value that a driver of database/sql may return: it makes a Cell a
// [database/sql.Scanner]. It keeps no bytes, and always returns nil.
func (c *Cell) Scan(src any) error {
	switch x := src.(type) {
	case nil:
		c.Null()
	case string:
		if c.as == texts || c.as == codes {
			c.scratch = append(c.scratch[:0], x...)
			c.Bytes(c.scratch)
		} else {
			c.any(src)
		}
	case []byte:
		c.Bytes(x)
	case int64:
		c.Int(x)
	default:
		c.any(src)
	}
	return nil
}

// any takes a value by way of the decoder of its column.
func (c *Cell) any(src any) {
	if c.as == raw {
		c.raw = src
		return
	}
	v, err := c.column.decode(src)
	switch {
	case err != nil:
		c.fail(err)
		return
	case v.IsEmpty():
		c.Null()
		return
	}
	c.err = nil
	switch c.as {
	case texts:
		c.text([]byte(v.Text()))
	case codes:
		c.codes = append(c.codes, c.code(v))
	case numbers:
		c.numbers = append(c.numbers, v.Number())
	case bools:
		c.bools, c.null = append(c.bools, v.Bool()), append(c.null, false)
	case instants:
		c.times, c.null = append(c.times, v.Micros()), append(c.null, false)
	case days:
		c.times, c.null = append(c.times, v.Day()), append(c.null, false)
	}
}

// fail takes a value that cannot be decoded.
func (c *Cell) fail(err error) {
	c.Null()
	c.err = err
}
