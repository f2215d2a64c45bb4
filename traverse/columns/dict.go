package columns

import (
	"math"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/traverse"
)

// A Dict lists the distinct values of a field. Each has a code; code 0 is the
// empty value. A value keeps its code for as long as [Store.Generation] is the same:
// the code of a value that no record has any more is given to another one later.
type Dict struct {
	values  []traverse.Value  // empty for a code that no value has
	texts   map[string]uint32 // by [textKey]
	numbers map[uint64]uint32 // by [numberKey]
	bytes   int               // of the texts

	codes *codes
	uses  []uint32 // by code: how many cells hold it, if fewer than pinned
	since []uint32 // by code: the generation in which the last of them was changed
	idle  []uint32 // codes since then, in order; those that are used again may be among them, too
	old   int      // how many of these are from generations before
	free  []uint32 // codes that no value has
}

// codes is what the dictionaries of a store have in common. Those who hold a dictionary do
// not hold the store.
type codes struct {
	generation uint32
	idle       int // values that were no longer used since it began
	old        int // of all dictionaries
}

// pinned is the number of uses of a code that is never given to another value.
const pinned = math.MaxUint32

func newDict(c *codes) *Dict {
	return &Dict{codes: c, values: []traverse.Value{{}}, uses: []uint32{pinned}, since: []uint32{0}}
}

// Len returns the number of codes, including that of the empty value.
func (d *Dict) Len() int { return len(d.values) }

// Bytes returns roughly how much memory the values take.
func (d *Dict) Bytes() int {
	const each = 100 // of a value, and of its entry in a map
	return d.bytes + each*len(d.values)
}

// Value returns the value with a code below Len.
func (d *Dict) Value(code uint32) traverse.Value { return d.values[code] }

// Code returns the code of v, and gives v one if it has none yet. It is for
// filling a store: see [Store.Own].
func (d *Dict) Code(v traverse.Value) uint32 {
	if code, ok := d.Find(v); ok {
		return code
	}
	code := d.fresh(v)
	if key, ok := textKey(v); ok {
		if d.texts == nil {
			d.texts = map[string]uint32{}
		}
		d.texts[key] = code
		d.bytes += len(key)
		return code
	}
	if d.numbers == nil {
		d.numbers = map[uint64]uint32{}
	}
	d.numbers[numberKey(v)] = code
	return code
}

// Find returns the code of v, or false if v has none. It keeps nothing of v.
func (d *Dict) Find(v traverse.Value) (uint32, bool) {
	if v.IsEmpty() {
		return 0, true
	}
	if key, ok := textKey(v); ok {
		code, ok := d.texts[key]
		return code, ok
	}
	code, ok := d.numbers[numberKey(v)]
	return code, ok
}

// fresh gives a value a code that no other has.
func (d *Dict) fresh(v traverse.Value) uint32 {
	if n := len(d.free); n > 0 {
		code := d.free[n-1]
		d.free = d.free[:n-1]
		d.values[code] = v
		return code
	}
	d.values, d.uses, d.since = append(d.values, v), append(d.uses, 0), append(d.since, 0)
	return uint32(len(d.values) - 1)
}

// take returns the code of v for a cell that is going to hold it.
func (d *Dict) take(v traverse.Value) uint32 {
	code := d.Code(v)
	d.again(code)
	return code
}

// again is told that one more cell is going to hold a code.
func (d *Dict) again(code uint32) {
	if n := &d.uses[code]; *n != pinned {
		*n++
	}
}

// leave is told that a cell no longer holds a code.
func (d *Dict) leave(code uint32) {
	n := &d.uses[code]
	if *n == pinned {
		return
	}
	if *n--; *n == 0 {
		d.since[code] = d.codes.generation
		d.idle = append(d.idle, code)
		d.codes.idle++
	}
}

// age is told that a generation begins: nothing remembers the codes that are idle.
func (d *Dict) age() {
	d.codes.old += len(d.idle) - d.old
	d.old = len(d.idle)
}

// forget frees some codes that nothing uses or remembers, and returns how many it has
// looked at.
func (d *Dict) forget(most int) int {
	n := min(d.old, most)
	for _, code := range d.idle[:n] {
		// A code that was used again is in the list a second time, or is used.
		if d.uses[code] != 0 || d.since[code] == d.codes.generation || d.values[code].IsEmpty() {
			continue
		}
		v := d.values[code]
		if key, ok := textKey(v); ok {
			delete(d.texts, key)
			d.bytes -= len(key)
		} else {
			delete(d.numbers, numberKey(v))
		}
		d.values[code] = traverse.Value{}
		d.free = append(d.free, code)
	}
	d.idle = d.idle[n:]
	d.old -= n
	d.codes.old -= n
	return n
}

// textKey returns a text that no other text or list of choices has; false for other values.
func textKey(v traverse.Value) (string, bool) {
	switch v.Kind() {
	case traverse.KindText:
		return v.Text(), true
	case traverse.KindChoices:
		return choicesKey(v.Choices()), true
	}
	return "", false
}

// numberKey returns a number that no other value of a column of numbers or bools has.
func numberKey(v traverse.Value) uint64 {
	if v.Kind() == traverse.KindNumber {
		return math.Float64bits(v.Number())
	}
	if v.Bool() {
		return 1
	}
	return 0
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
