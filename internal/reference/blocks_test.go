package reference

import (
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

// A blockSource answers with blocks in place of single records: in several blocks, with
// the keys in any order, and with columns in any form that a block may have. What it draws
// depends on the query alone, so that it can be asked by several goroutines.
type blockSource struct {
	plain plainSource
	seed  uint64
}

func (s blockSource) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	single := traverse.NewRows(&traverse.Query{Need: q.Need, Keys: q.Keys})
	inner := *q
	if err := s.plain.Fetch(ctx, &inner, single); err != nil {
		return err
	}
	if err := single.Err(); err != nil {
		return err
	}
	rows := slices.Collect(single.All())
	h := fnv.New64a()
	for _, part := range append([]string{q.Entity, q.By}, q.Keys...) {
		h.Write([]byte(part + "\n"))
	}
	r := rand.New(rand.NewPCG(s.seed, h.Sum64()))
	switch r.IntN(3) {
	case 0:
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	case 1: // key by key, as indexes have it
		slices.SortStableFunc(rows, func(a, b traverse.Row) int { return slices.Index(q.Keys, a.Key) - slices.Index(q.Keys, b.Key) })
	}
	size := 1 + r.IntN(40)
	var block traverse.Block // its memory is used again
	for chunk := range slices.Chunk(rows, size) {
		if r.IntN(8) == 0 { // some arrive one by one
			for _, row := range chunk {
				out.Add(row.Key, row.ID, row.Values...)
			}
			continue
		}
		block.Keys, block.IDs, block.Columns = block.Keys[:0], block.IDs[:0], block.Columns[:0]
		for _, row := range chunk {
			at, ok := out.Position(row.Key)
			if !ok {
				panic("a key has no position")
			}
			block.Keys, block.IDs = append(block.Keys, at), append(block.IDs, row.ID)
		}
		for i := range q.Fields {
			values := make([]traverse.Value, len(chunk))
			for j, row := range chunk {
				values[j] = row.Values[i]
			}
			block.Columns = append(block.Columns, columnOf(r, values))
		}
		given := block
		if (q.By == "" || q.SkipIDs) && r.IntN(3) > 0 {
			given.IDs = nil
		}
		out.AddBlock(&given)
		for i := range block.Columns {
			spoil(&block.Columns[i])
		}
		clear(block.Keys)
		clear(block.IDs)
	}
	return out.Err()
}

// columnOf returns values, which are of one kind or null, as a column in some form.
func columnOf(r *rand.Rand, values []traverse.Value) traverse.Column {
	kind := traverse.KindNull
	for _, v := range values {
		if v.Kind() != traverse.KindNull {
			kind = v.Kind()
		}
	}
	var c traverse.Column
	if kind == traverse.KindNull && r.IntN(2) == 0 {
		return c
	}
	form := r.IntN(4)
	switch {
	case form == 0:
		c.Values = slices.Clone(values)
		return c
	case form == 1:
		return codesOf(r, values)
	}
	for _, v := range values {
		c.Null = append(c.Null, v.Kind() == traverse.KindNull)
		switch kind {
		case traverse.KindText:
			c.Texts = append(c.Texts, v.Text())
		case traverse.KindNumber:
			f := v.Number()
			if v.Kind() == traverse.KindNull {
				f = []float64{math.NaN(), math.Inf(1), 7}[r.IntN(3)] // whatever it is
			}
			c.Numbers = append(c.Numbers, f)
		case traverse.KindBool:
			c.Bools = append(c.Bools, v.Bool())
		case traverse.KindTime:
			c.Micros = append(c.Micros, v.Micros())
		case traverse.KindDate:
			c.Days = append(c.Days, v.Day())
		default: // choices
			c.Values = append(c.Values, v)
		}
	}
	if !slices.Contains(c.Null, true) && r.IntN(2) == 0 {
		c.Null = nil
	}
	return c
}

// codesOf returns values as codes, with a Dict that has each of them once or more, and
// some that no record has.
func codesOf(r *rand.Rand, values []traverse.Value) traverse.Column {
	var c traverse.Column
	none := r.IntN(2) == 0
	for range r.IntN(4) {
		c.Dict = append(c.Dict, traverse.DayValue(math.MaxInt64), traverse.NumberValue(math.Inf(1)))
	}
	for _, v := range values {
		if none {
			c.Null = append(c.Null, v.Kind() == traverse.KindNull)
		}
		at := slices.IndexFunc(c.Dict, v.Equal)
		if at < 0 || r.IntN(5) == 0 {
			at = len(c.Dict)
			c.Dict = append(c.Dict, v)
		}
		c.Codes = append(c.Codes, uint32(at))
	}
	return c
}

// spoil overwrites a column, as a source may that uses its memory again.
func spoil(c *traverse.Column) {
	for i := range c.Texts {
		c.Texts[i] = "\xff"
	}
	for i := range c.Numbers {
		c.Numbers[i] = math.Inf(-1)
	}
	for i := range c.Codes {
		c.Codes[i] = math.MaxUint32
	}
	for _, values := range [][]traverse.Value{c.Values, c.Dict} {
		for i := range values {
			values[i] = traverse.DayValue(math.MaxInt64)
		}
	}
	clear(c.Bools)
	clear(c.Micros)
	clear(c.Days)
	clear(c.Null)
}
