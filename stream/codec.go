package stream

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/leadscore/leadscore/traverse"
)

// The documents of records are binary, as a contact's document is read and written for each
// of its interactions. Numbers are varints, texts have their length in front.

var errDocument = errors.New("stream: the document of a record is damaged, or was written by another layout")

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func appendValue(b []byte, v traverse.Value) []byte {
	b = append(b, byte(v.Kind()))
	switch v.Kind() {
	case traverse.KindText:
		b = appendText(b, v.Text())
	case traverse.KindNumber:
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Number()))
	case traverse.KindBool:
		if v.Bool() {
			return append(b, 1)
		}
		return append(b, 0)
	case traverse.KindTime:
		b = binary.AppendVarint(b, v.Micros())
	case traverse.KindDate:
		b = binary.AppendVarint(b, v.Day())
	case traverse.KindChoices:
		b = binary.AppendUvarint(b, uint64(len(v.Choices())))
		for _, c := range v.Choices() {
			b = appendText(b, c)
		}
	}
	return b
}

// A decoder reads what the functions above wrote. After a fault it returns zero values, and
// bad is true.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

// count returns a number of things, each of which has at least one byte.
func (d *decoder) count() int {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail()
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) text() string {
	n := d.count()
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *decoder) fail() { d.bad, d.b = true, nil }

func (d *decoder) value() traverse.Value {
	switch k := traverse.Kind(d.byte()); k {
	case traverse.KindNull:
	case traverse.KindText:
		return traverse.TextValue(d.text())
	case traverse.KindNumber:
		if len(d.b) < 8 {
			d.fail()
			break
		}
		f := math.Float64frombits(binary.LittleEndian.Uint64(d.b))
		d.b = d.b[8:]
		return traverse.NumberValue(f)
	case traverse.KindBool:
		return traverse.BoolValue(d.byte() == 1)
	case traverse.KindTime:
		return traverse.MicrosValue(d.int())
	case traverse.KindDate:
		return traverse.DayValue(d.int())
	case traverse.KindChoices:
		list := make([]string, d.count())
		for i := range list {
			list[i] = d.text()
		}
		return traverse.ChoicesValue(list...)
	default:
		d.fail()
	}
	return traverse.Value{}
}

func appendValues(b []byte, values []traverse.Value) []byte {
	b = binary.AppendUvarint(b, uint64(len(values)))
	for _, v := range values {
		b = appendValue(b, v)
	}
	return b
}

// values reads what appendValues wrote: nil for none.
func (d *decoder) values() []traverse.Value {
	n := d.count()
	if n == 0 {
		return nil
	}
	list := make([]traverse.Value, n)
	for i := range list {
		list[i] = d.value()
	}
	return list
}
