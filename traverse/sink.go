package traverse

import "math"

// A Sink takes the records of an answer in place of [Rows], for a program that does not
// want one [Row] after another: see [AskInto]. Whatever a source adds arrives as if it
// had kept the contract in every detail: values have the types of their fields, and
// what does not fit has failed its key. A sink is used by one goroutine at a time.
type Sink interface {
	// Reset drops the records that were taken: the source begins to answer, or begins
	// again.
	Reset()

	// Record takes one record. key is the position of its key among Query.Keys. Each
	// value is null or of the kind of its field. The slice must not be kept.
	Record(key int, id string, values []Value)

	// Block takes many records. Columns have the slice that belongs to the type of their
	// field, or Codes, or Values; those of a Text, Choice or reference have Texts. Each
	// value is null, as Column says it, or of the kind of its field. IDs may be nil, as
	// [Block] says. The block must neither be kept nor changed.
	Block(b *Block)
}

// sinkBlock has the sink take a block as it is. It returns false if some value does not fit
// its field as it is: then one record must be added after another.
func (r *Rows) sinkBlock(b *Block) bool {
	n := min(b.Len(), r.most-r.Len())
	if n < b.Len() {
		r.block.Columns = r.block.Columns[:0]
		for i := range b.Columns {
			r.block.Columns = append(r.block.Columns, b.Columns[i].first(n))
		}
		r.block.Keys, r.block.IDs = b.Keys[:n], b.IDs
		if b.IDs != nil {
			r.block.IDs = b.IDs[:n]
		}
		b = &r.block
		defer func() { clear(r.block.Columns[:cap(r.block.Columns)]) }()
	}
	for i, t := range r.query.types {
		if !b.Columns[i].fits(t, n) {
			return false
		}
	}
	if r.query.By == "" && b.IDs != nil {
		for i, at := range b.Keys {
			if b.IDs[i] != r.query.Keys[at] {
				return false
			}
		}
	}
	r.sunk += n
	r.sink.Block(b)
	return true
}

// first returns the column of the first n records.
func (c *Column) first(n int) Column {
	return Column{
		Null: head(c.Null, n), Texts: head(c.Texts, n), Numbers: head(c.Numbers, n), Bools: head(c.Bools, n),
		Micros: head(c.Micros, n), Days: head(c.Days, n), Codes: head(c.Codes, n), Values: head(c.Values, n), Dict: c.Dict,
	}
}

func head[T any](list []T, n int) []T {
	if list == nil {
		return nil
	}
	return list[:n]
}

// fits reports whether the values of a column, of which there are n, are of type t and
// within its range, so that none needs to be converted. It may return false for a column
// whose only faults are values that are null.
func (c *Column) fits(t Type, n int) bool {
	switch k := t.kind(); {
	case c.Texts != nil:
		return k == KindText
	case c.Numbers != nil:
		for _, f := range c.Numbers {
			if math.IsInf(f, 0) {
				return false
			}
		}
		return k == KindNumber
	case c.Bools != nil:
		return k == KindBool
	case c.Micros != nil:
		for _, at := range c.Micros {
			if uint64(at)-firstInstant > lastMicros-firstMicros {
				return false
			}
		}
		return k == KindTime
	case c.Days != nil:
		for _, day := range c.Days {
			if uint64(day)-firstOfDays > lastDay-firstDay {
				return false
			}
		}
		return k == KindDate
	case c.Codes != nil:
		if len(c.Dict) <= n && allFit(c.Dict, k) {
			return true
		}
		for _, code := range c.Codes { // what no record has does no harm
			if !fitsAs(&c.Dict[code], k) {
				return false
			}
		}
	case c.Values != nil:
		return allFit(c.Values, k)
	}
	return true
}

// allFit reports whether values are of kind k, or null.
func allFit(values []Value, k Kind) bool {
	for i := range values {
		if !fitsAs(&values[i], k) {
			return false
		}
	}
	return true
}

// fitsAs reports whether a value is of kind k and in range, or null.
func fitsAs(v *Value, k Kind) bool {
	has := v.Kind()
	return has == KindNull || has == k && v.inRange(k)
}
