package columns

import (
	"math"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/traverse"
)

// A Dict lists the distinct values of a field. Each has a code; code 0 is the
// empty value. Codes are given out in order. A value keeps its code for as long as
// [Store.Generation] is the same.
type Dict struct {
	values  []traverse.Value
	texts   map[string]uint32
	numbers map[uint64]uint32 // by their bits: a number, or 0 and 1 for a bool
	bytes   int               // of the texts
}

func newDict() *Dict { return &Dict{values: []traverse.Value{{}}} }

// Len returns the number of codes, including that of the empty value.
func (d *Dict) Len() int { return len(d.values) }

// Bytes returns roughly how much memory the values take.
func (d *Dict) Bytes() int {
	const each = 100 // of a value, and of its entry in a map
	return d.bytes + each*len(d.values)
}

// Value returns the value with a code below Len.
func (d *Dict) Value(code uint32) traverse.Value { return d.values[code] }

// Code returns the code of v, and gives v a new one if it has none yet. It is for
// filling a store: see [Store.Own].
func (d *Dict) Code(v traverse.Value) uint32 {
	if v.IsEmpty() {
		return 0
	}
	switch v.Kind() {
	case traverse.KindText:
		return d.text(v.Text(), v)
	case traverse.KindChoices:
		return d.text(choicesKey(v.Choices()), v)
	case traverse.KindBool:
		if v.Bool() {
			return d.number(1, v)
		}
		return d.number(0, v)
	}
	return d.number(math.Float64bits(v.Number()), v)
}

func (d *Dict) text(key string, v traverse.Value) uint32 {
	code, isNew := codeOf(d, &d.texts, key, v)
	if isNew {
		d.bytes += len(key)
	}
	return code
}

func (d *Dict) number(key uint64, v traverse.Value) uint32 {
	code, _ := codeOf(d, &d.numbers, key, v)
	return code
}

// codeOf returns the code of the value with a key, and whether the code is new.
func codeOf[K comparable](d *Dict, codes *map[K]uint32, key K, v traverse.Value) (code uint32, isNew bool) {
	code, ok := (*codes)[key]
	if !ok {
		if *codes == nil {
			*codes = map[K]uint32{}
		}
		code = uint32(len(d.values))
		(*codes)[key] = code
		d.values = append(d.values, v)
	}
	return code, !ok
}

// choicesKey returns different texts for different lists: each choice follows its
// length.
func choicesKey(chosen []string) string {
	var b strings.Builder
	for _, s := range chosen {
		b.WriteString(strconv.Itoa(len(s)))
		b.WriteByte(':')
		b.WriteString(s)
	}
	return b.String()
}
