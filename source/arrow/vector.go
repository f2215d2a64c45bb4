package arrow

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// A vector makes the arrays of a column into values of the field that the column holds.
type vector struct {
	column *sqldb.BoundColumn
	asText bool // whether values are texts in any case, as ids of records are
	byType bool // the mapping does not say how values are written

	// The values of the last array. What is wrong with one is null, and in bad by its row.
	values traverse.Column
	bad    map[int]error

	// Memory of values.
	texts   []string
	numbers []float64
	bools   []bool
	times   []int64
	codes   []uint32
	null    []bool
	others  []traverse.Value

	// What is known of texts and choices: the code of each that was read, in dict.
	dict    []traverse.Value
	coded   map[string]uint32
	scratch []byte
	byCode  []uint32 // the codes of the values of an array's dictionary, plus 1
}

func newVector(c *sqldb.BoundColumn, asText bool) *vector {
	as := c.As
	as.Name = ""
	byType := as.Format == sqldb.ByType && as.Separator == "" && as.True == "" && as.False == "" && as.Codes == nil
	return &vector{column: c, asText: asText, byType: byType, bad: map[int]error{}}
}

// read reads the values of an array. Texts of [vector.values] are those of the array for ids
// and references, and must not outlive it.
func (v *vector) read(a arrow.Array) {
	clear(v.bad)
	v.values = traverse.Column{}
	if x, ok := a.(array.ExtensionArray); ok && storageOf(a.DataType()) != sqldb.UUID {
		a = x.Storage()
	}
	_, encoded := a.(*array.Dictionary)
	switch typ := v.column.Type; {
	case typ == traverse.NoType && (v.asText || !encoded):
		v.readTexts(a)
	case typ == traverse.NoType, typ == traverse.Text, typ == traverse.Choice, typ == traverse.Choices:
		v.readCodes(a)
	case typ == traverse.Number && v.readNumbers(a):
	case typ == traverse.Bool && v.byType && v.readBools(a):
	case typ == traverse.Time && v.byType && v.readInstants(a):
	case typ == traverse.Date && v.byType && v.readDays(a):
	default:
		v.readOthers(a)
	}
}

// fail is told that the value of a row does not suit the field.
func (v *vector) fail(row int, err error) { v.bad[row] = err }

// sized returns a slice of so many elements, in the memory of another one.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// readTexts reads ids.
func (v *vector) readTexts(a arrow.Array) {
	v.texts = sized(v.texts, a.Len())
	v.values.Texts = v.texts
	last := ""
	set := func(row int, text string) {
		if text != last && !utf8.ValidString(text) { // records of one owner often come together
			v.fail(row, traverse.TextValue(text).Check())
			return
		}
		v.texts[row], last = text, text
	}
	switch a := a.(type) {
	case array.StringLike:
		for row := range v.texts {
			if !a.IsNull(row) {
				set(row, a.Value(row))
			}
		}
		return
	case *array.Int64:
		for row := range v.texts {
			if !a.IsNull(row) {
				v.texts[row] = strconv.FormatInt(a.Value(row), 10)
			}
		}
		return
	}
	for row := range v.texts {
		id, err := v.column.Decode(valueOf(a, row))
		if err != nil {
			v.fail(row, err)
			continue
		}
		v.texts[row] = id.Text()
	}
}

// readCodes reads texts and choices, of which each distinct one is decoded once.
func (v *vector) readCodes(a arrow.Array) {
	const most = 4096 // so that the dictionary of a block is no larger than its records
	if v.coded == nil || len(v.dict) > most {
		v.dict, v.coded = []traverse.Value{{}}, map[string]uint32{}
	}
	v.codes = sized(v.codes, a.Len())
	switch a := a.(type) {
	case *array.Dictionary:
		v.readDictionary(a)
	case array.StringLike:
		for row := range v.codes {
			if !a.IsNull(row) {
				v.codes[row] = v.code(row, a.Value(row))
			}
		}
	default:
		for row := range v.codes {
			v.codes[row] = v.codeOf(row, valueOf(a, row))
		}
	}
	v.values.Codes, v.values.Dict = v.codes, v.dict
}

// readDictionary reads values that are positions in a dictionary.
func (v *vector) readDictionary(a *array.Dictionary) {
	dict := a.Dictionary()
	v.byCode = sized(v.byCode, dict.Len())
	for row := range v.codes {
		if a.IsNull(row) {
			continue
		}
		at := a.GetValueIndex(row)
		if v.byCode[at] == 0 {
			code := v.codeOf(row, valueOf(dict, at))
			if v.bad[row] != nil {
				continue
			}
			v.byCode[at] = code + 1
		}
		v.codes[row] = v.byCode[at] - 1
	}
}

// codeOf returns the code of a value. 0 is null.
func (v *vector) codeOf(row int, value any) uint32 {
	switch x := value.(type) {
	case nil:
		return 0
	case string:
		return v.code(row, x)
	case []string:
		v.scratch = v.scratch[:0]
		for _, text := range x {
			v.scratch = append(strconv.AppendInt(v.scratch, int64(len(text)), 10), ':')
			v.scratch = append(v.scratch, text...)
		}
		if code, ok := v.coded[string(v.scratch)]; ok {
			return code
		}
		own := make([]string, len(x))
		for i, text := range x {
			own[i] = strings.Clone(text)
		}
		return v.decoded(row, string(v.scratch), own)
	}
	decoded, err := v.column.Decode(value)
	if err != nil {
		v.fail(row, err)
		return 0
	}
	if code, ok := v.coded[decoded.Text()]; ok {
		return code
	}
	return v.keep(decoded.Text(), decoded)
}

// code returns the code of a text.
func (v *vector) code(row int, text string) uint32 {
	if code, ok := v.coded[text]; ok {
		return code
	}
	own := strings.Clone(text)
	return v.decoded(row, own, own)
}

// decoded returns a code for a value that was not read before, which is known by a key.
func (v *vector) decoded(row int, key string, value any) uint32 {
	decoded, err := v.column.Decode(value)
	if err != nil {
		v.fail(row, err)
		return 0
	}
	return v.keep(key, decoded)
}

func (v *vector) keep(key string, value traverse.Value) uint32 {
	code := uint32(0)
	if !value.IsEmpty() {
		code = uint32(len(v.dict))
		v.dict = append(v.dict, value)
	}
	v.coded[key] = code
	return code
}

// readOthers reads values one by one.
func (v *vector) readOthers(a arrow.Array) {
	v.others = sized(v.others, a.Len())
	v.values.Values = v.others
	for row := range v.others {
		value, err := v.column.Decode(valueOf(a, row))
		if err != nil {
			v.fail(row, err)
			continue
		}
		v.others[row] = value
	}
}

// readNumbers reads numbers, unless the array has none.
func (v *vector) readNumbers(a arrow.Array) bool {
	v.numbers = sized(v.numbers, a.Len())
	switch a := a.(type) {
	case *array.Int64:
		fill(v.numbers, a.Int64Values())
	case *array.Int32:
		fill(v.numbers, a.Int32Values())
	case *array.Float64:
		copy(v.numbers, a.Float64Values())
	default:
		return false
	}
	v.values.Numbers = v.numbers
	for row, f := range v.numbers {
		switch {
		case a.IsNull(row):
			v.numbers[row] = math.NaN()
		case math.IsNaN(f) || math.IsInf(f, 0):
			_, err := v.column.Decode(f)
			v.numbers[row] = math.NaN()
			v.fail(row, err)
		}
	}
	return true
}

func fill[T int32 | int64](to []float64, from []T) {
	for i, n := range from {
		to[i] = float64(n)
	}
}

// readBools reads bools, unless the array has none.
func (v *vector) readBools(a arrow.Array) bool {
	b, ok := a.(*array.Boolean)
	if !ok {
		return false
	}
	n := a.Len()
	v.bools, v.null = sized(v.bools, n), sized(v.null, n)
	v.values.Bools, v.values.Null = v.bools, v.null
	for row := range n {
		if v.null[row] = a.IsNull(row); !v.null[row] {
			v.bools[row] = b.Value(row)
		}
	}
	return true
}

// What an instant may be: after the first instant of the year 1, which means that there is
// none, to the end of the year 9999. Others are decoded one by one.
var (
	firstMicro = time.Time{}.UnixMicro() + 1
	lastMicro  = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() - 1
)

// readInstants reads timestamps, unless the array has none.
func (v *vector) readInstants(a arrow.Array) bool {
	t, ok := a.(*array.Timestamp)
	if !ok {
		return false
	}
	unit := a.DataType().(*arrow.TimestampType).Unit
	n := a.Len()
	v.times, v.null = sized(v.times, n), sized(v.null, n)
	v.values.Micros, v.values.Null = v.times, v.null
	for row, at := range t.TimestampValues() {
		if v.null[row] = a.IsNull(row); v.null[row] {
			continue
		}
		micros, ok := microsOf(int64(at), unit)
		if !ok {
			value, err := v.column.Decode(timeOf(int64(at), unit))
			if err != nil {
				v.fail(row, err)
			}
			micros, v.null[row] = value.Micros(), value.IsEmpty()
		}
		v.times[row] = micros
	}
	return true
}

// microsOf returns a number of units in microseconds, rounded down; false if it is out of
// range.
func microsOf(n int64, unit arrow.TimeUnit) (int64, bool) {
	switch unit {
	case arrow.Second, arrow.Millisecond:
		per := int64(1000)
		if unit == arrow.Second {
			per = 1_000_000
		}
		return n * per, firstMicro/per < n && n <= lastMicro/per
	case arrow.Nanosecond:
		at := n / 1000
		if n%1000 < 0 {
			at--
		}
		return at, true
	}
	return n, firstMicro <= n && n <= lastMicro
}

// What a day may be.
var (
	firstDay = traverse.DayNumber(1, time.January, 2)
	lastDay  = traverse.DayNumber(9999, time.December, 31)
)

// readDays reads days, unless the array has none.
func (v *vector) readDays(a arrow.Array) bool {
	d, ok := a.(*array.Date32)
	if !ok {
		return false
	}
	n := a.Len()
	v.times, v.null = sized(v.times, n), sized(v.null, n)
	v.values.Days, v.values.Null = v.times, v.null
	for row, day := range d.Date32Values() {
		if v.null[row] = a.IsNull(row); v.null[row] {
			continue
		}
		if int64(day) < firstDay || int64(day) > lastDay {
			value, err := v.column.Decode(time.Unix(int64(day)*secondsOfDay, 0).UTC())
			if err != nil {
				v.fail(row, err)
			}
			day, v.null[row] = arrow.Date32(value.Day()), value.IsEmpty()
		}
		v.times[row] = int64(day)
	}
	return true
}

// keep removes the rows of v.values that are not kept.
func (v *vector) compact(kept []bool) {
	c := &v.values
	c.Texts, c.Numbers, c.Bools, c.Micros = only(c.Texts, kept), only(c.Numbers, kept), only(c.Bools, kept), only(c.Micros, kept)
	c.Days, c.Codes, c.Values, c.Null = only(c.Days, kept), only(c.Codes, kept), only(c.Values, kept), only(c.Null, kept)
}

// only moves the elements that are kept to the beginning of a slice, and returns them.
func only[T any](s []T, kept []bool) []T {
	if s == nil {
		return nil
	}
	n := 0
	for i, keep := range kept {
		if keep {
			s[n] = s[i]
			n++
		}
	}
	return s[:n]
}
