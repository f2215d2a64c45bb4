package traverse

import (
	"errors"
	"fmt"
)

// A Block is many records in columns: what [Rows.AddBlock] adds at once. Its slices
// belong to the source, which may use them again after AddBlock has returned.
type Block struct {
	Keys []int32 // by record: the position of its key among Query.Keys, as Rows.Position returns it

	// IDs holds the records' ids. It may be nil if a query asks for records by their
	// own ids: then these are the keys. If Query.SkipIDs is set it may be nil, too,
	// and says then that no record of the answer is there twice under one key.
	IDs []string

	Columns []Column // in the order of Need.Fields
}

// Len returns how many records the block has.
func (b *Block) Len() int { return len(b.Keys) }

// A Column holds the values that the records of a [Block] have in one field. At most
// one of Texts, Numbers, Bools, Micros, Days, Codes and Values is set, and has a value
// for each record. Without any, the field is null in all records.
type Column struct {
	Null []bool // by record: whether the field is null, whatever else the column says; nil if Null says nothing

	Texts   []string  // texts, and the ids that a reference holds; "" is empty
	Numbers []float64 // NaN is null
	Bools   []bool
	Micros  []int64  // instants: see MicrosValue
	Days    []int64  // calendar days: see DayValue
	Codes   []uint32 // positions in Dict
	Values  []Value

	Dict []Value // what Codes stands for; it belongs to the block, as the other slices do
}

// At returns the value of a record, of which the column must have one.
func (c *Column) At(record int) Value {
	switch {
	case c.Null != nil && c.Null[record]:
	case c.Texts != nil:
		return TextValue(c.Texts[record])
	case c.Numbers != nil:
		return NumberValue(c.Numbers[record])
	case c.Bools != nil:
		return BoolValue(c.Bools[record])
	case c.Micros != nil:
		return MicrosValue(c.Micros[record])
	case c.Days != nil:
		return DayValue(c.Days[record])
	case c.Codes != nil:
		return c.Dict[c.Codes[record]]
	case c.Values != nil:
		return c.Values[record]
	}
	return Value{}
}

// Check returns an error if c is no column for so many records: if one of its slices
// has another length, more than one of them has values, or a code has no value in Dict.
// It does not look at the values.
func (c *Column) Check(records int) error {
	if fault := c.fault(records); fault != "" {
		return errors.New(fault)
	}
	return nil
}

// fault says what is wrong with a column for so many records, or returns "".
func (c *Column) fault(records int) string {
	set := 0
	for _, s := range []struct {
		name  string
		isSet bool
		n     int
	}{
		{"Texts", c.Texts != nil, len(c.Texts)}, {"Numbers", c.Numbers != nil, len(c.Numbers)},
		{"Bools", c.Bools != nil, len(c.Bools)}, {"Micros", c.Micros != nil, len(c.Micros)},
		{"Days", c.Days != nil, len(c.Days)}, {"Codes", c.Codes != nil, len(c.Codes)},
		{"Values", c.Values != nil, len(c.Values)},
	} {
		if !s.isSet {
			continue
		}
		if s.n != records {
			return fmt.Sprintf("has %d %s for %d records", s.n, s.name, records)
		}
		set++
	}
	switch {
	case set > 1:
		return "has values in more than one of its slices"
	case c.Null != nil && len(c.Null) != records:
		return fmt.Sprintf("has %d Null for %d records", len(c.Null), records)
	}
	for _, code := range c.Codes {
		if int(code) >= len(c.Dict) {
			return fmt.Sprintf("has the code %d, and %d values in Dict", code, len(c.Dict))
		}
	}
	return ""
}

// Position returns the position of a key among those of the query, for [Block.Keys],
// or false if it was not asked for. It is fastest if keys come in the order of the
// query.
func (r *Rows) Position(key string) (int32, bool) {
	if r.query == nil {
		return 0, false
	}
	at, ok := r.position(key)
	if ok {
		r.last = at
	}
	return int32(at), ok
}

// AddBlock adds the records of a block, as if [Rows.Add] added one after another:
// values are converted in the same way, and one that does not fit fails its key. A
// block whose slices contradict each other, or that has a key which was not asked for,
// fails the query: see [Rows.Err]. If r has room for a part of the block alone, it
// takes the first records.
func (r *Rows) AddBlock(b *Block) {
	if r.err != nil || r.Len() >= r.most {
		r.noQuery()
		return
	}
	if r.err = r.blockFault(b); r.err != nil || r.sink != nil && r.sinkBlock(b) {
		return
	}
	for i, at := range b.Keys {
		if r.Len() >= r.most {
			return
		}
		key := r.query.Keys[at]
		id := key
		switch {
		case b.IDs != nil:
			id = b.IDs[i]
		case r.query.By != "":
			id = ""
		}
		if r.query.By == "" && key != id {
			r.err = r.query.fault("source added %s %q under the id %q", r.query.Entity, id, key)
			return
		}
		start := len(r.values)
		for c := range b.Columns {
			r.values = append(r.values, b.Columns[c].At(i))
		}
		r.fitLast(int(at), id, start)
	}
}

// blockFault returns what makes a block no answer to the query, or nil.
func (r *Rows) blockFault(b *Block) *ContractError {
	q := r.query
	switch {
	case len(b.Columns) != r.width:
		return q.fault("source added a block of %s with %d columns where %d are asked for", q.Entity, len(b.Columns), r.width)
	case b.IDs == nil && q.By != "" && !q.SkipIDs && b.Len() > 0:
		return q.fault("source added a block of %s without ids, which are asked for", q.Entity)
	case b.IDs != nil && len(b.IDs) != b.Len():
		return q.fault("source added a block of %s with %d ids for %d records", q.Entity, len(b.IDs), b.Len())
	}
	for _, at := range b.Keys {
		if at < 0 || int(at) >= len(q.Keys) {
			return q.fault("source added a block of %s with the key number %d of %d", q.Entity, at, len(q.Keys))
		}
	}
	for i := range b.Columns {
		if fault := b.Columns[i].fault(b.Len()); fault != "" {
			return q.fault("source added a block of %s whose column %s %s", q.Entity, q.Fields[i], fault)
		}
	}
	return nil
}
