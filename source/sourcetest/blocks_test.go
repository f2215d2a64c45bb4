package sourcetest_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/traverse"
)

// blocks is a source that keeps its contract and answers in blocks. Its hooks break it in
// one place each.
type blocks struct {
	scan
	size int // records of a block; 0 = all

	answer func(q *traverse.Query, rows []traverse.Row) []traverse.Row
	column func(q *traverse.Query, name string, values []traverse.Value, c *traverse.Column)
	block  func(q *traverse.Query, b *traverse.Block)
	add    func(q *traverse.Query, out *traverse.Rows, nth int, b *traverse.Block)
}

func (s *blocks) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	single := traverse.NewRows(q)
	if err := s.scan.Fetch(ctx, q, single); err != nil {
		return err
	}
	rows := slices.Collect(single.All())
	if s.answer != nil {
		rows = s.answer(q, rows)
	}
	size, nth := s.size, 0
	if size == 0 {
		size = max(len(rows), 1)
	}
	for chunk := range slices.Chunk(rows, size) {
		b := s.blockOf(q, out, chunk)
		if s.block != nil {
			s.block(q, b)
		}
		if s.add == nil {
			out.AddBlock(b)
		} else {
			s.add(q, out, nth, b)
		}
		nth++
	}
	return nil
}

// blockOf returns rows as a block.
func (s *blocks) blockOf(q *traverse.Query, out *traverse.Rows, rows []traverse.Row) *traverse.Block {
	b := &traverse.Block{IDs: []string{}}
	for _, row := range rows {
		at, ok := out.Position(row.Key)
		if !ok {
			at = -1
		}
		b.Keys, b.IDs = append(b.Keys, at), append(b.IDs, row.ID)
	}
	if q.By == "" || q.SkipIDs {
		b.IDs = nil
	}
	for i, name := range q.Fields {
		var values []traverse.Value
		for _, row := range rows {
			values = append(values, row.Values[i])
		}
		c := columnOf(values)
		if s.column != nil {
			s.column(q, name, values, &c)
		}
		b.Columns = append(b.Columns, c)
	}
	return b
}

// columnOf returns values as a column.
func columnOf(values []traverse.Value) traverse.Column {
	var c traverse.Column
	kind := traverse.KindNull
	for _, v := range values {
		kind = max(kind, v.Kind())
		c.Null = append(c.Null, v.Kind() == traverse.KindNull)
	}
	for _, v := range values {
		switch kind {
		case traverse.KindText:
			c.Texts = append(c.Texts, v.Text())
		case traverse.KindNumber:
			c.Numbers = append(c.Numbers, v.Number())
		case traverse.KindBool:
			c.Bools = append(c.Bools, v.Bool())
		case traverse.KindTime:
			c.Micros = append(c.Micros, v.Micros())
		case traverse.KindDate:
			c.Days = append(c.Days, v.Day())
		}
	}
	if kind == traverse.KindChoices {
		c.Codes, c.Dict = coded(values)
	}
	return c
}

// coded returns texts as codes.
func coded(values []traverse.Value) (codes []uint32, dict []traverse.Value) {
	for _, v := range values {
		at := slices.IndexFunc(dict, v.Equal)
		if at < 0 {
			at = len(dict)
			dict = append(dict, v)
		}
		codes = append(codes, uint32(at))
	}
	return codes, dict
}

func TestHonestBlocks(t *testing.T) {
	for name, s := range map[string]*blocks{
		"one block":        {},
		"small blocks":     {size: 3},
		"the range is cut": {size: 50, scan: scan{keep: func(q *traverse.Query, _ int, r *sourcetest.Record) bool { return within(q, r) }}},
		"texts as codes": {size: 20, column: func(_ *traverse.Query, _ string, values []traverse.Value, c *traverse.Column) {
			if c.Texts != nil {
				c.Texts = nil
				c.Codes, c.Dict = coded(values)
			}
		}},
		"values": {column: func(_ *traverse.Query, _ string, values []traverse.Value, c *traverse.Column) {
			*c = traverse.Column{Values: slices.Clone(values)}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s.records = sourcetest.Records()
			if err := sourcetest.Check(s, sourcetest.Schema(), s.records); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestBrokenBlocks breaks the source of blocks in one way each and wants the check to find
// it.
func TestBrokenBlocks(t *testing.T) {
	type Q = *traverse.Query
	type B = *traverse.Block
	type C = *traverse.Column
	type V = []traverse.Value
	block := func(f func(q Q, b B)) *blocks { return &blocks{block: f} }
	column := func(f func(name string, values V, c C)) *blocks {
		return &blocks{column: func(_ Q, name string, values V, c C) { f(name, values, c) }}
	}
	answer := func(f func(q Q, rows []traverse.Row) []traverse.Row) *blocks { return &blocks{answer: f} }
	some := func(b B) bool { return b.Len() > 1 }
	skipped := func(q Q) bool { return q.SkipIDs && q.By != "" }

	for _, test := range []struct {
		name string
		s    *blocks
		want string // the check that must find it, and a part of what it says
	}{
		{"a column is too short", column(func(name string, _ V, c C) {
			if name == "Email" && len(c.Texts) > 0 {
				c.Texts = c.Texts[1:]
			}
		}), "ByID: |Texts for"},
		{"a column is too long", column(func(_ string, _ V, c C) {
			if c.Numbers != nil {
				c.Numbers = append(c.Numbers, 1)
			}
		}), "ByID: |Numbers for"},
		{"null has too few records", column(func(_ string, _ V, c C) { c.Null = c.Null[:len(c.Null)/2] }), "ByID: |Null for"},
		{"a column has two kinds of values", column(func(_ string, values V, c C) {
			if c.Texts != nil {
				c.Values = values
			}
		}), "ByID: |more than one of its slices"},
		{"a code is outside of the dictionary", column(func(_ string, _ V, c C) {
			if c.Codes != nil {
				c.Codes[0] = uint32(len(c.Dict))
			}
		}), "ByID: |has the code"},
		{"a key is outside of the query", block(func(q Q, b B) {
			if some(b) {
				b.Keys[1] = int32(len(q.Keys))
			}
		}), "ByID: |with the key number"},
		{"a key is negative", block(func(_ Q, b B) {
			if some(b) {
				b.Keys[1] = -1
			}
		}), "ByID: |with the key number -1"},
		{"keys are those of sorted keys", block(func(q Q, b B) {
			sorted := slices.Sorted(slices.Values(q.Keys))
			for i, at := range b.Keys {
				b.Keys[i] = int32(slices.Index(sorted, q.Keys[at]))
			}
		}), "ByID: |want"},
		{"keys are numbers of records", block(func(q Q, b B) {
			for i := range b.Keys {
				b.Keys[i] = int32(i % len(q.Keys))
			}
		}), "ByReference: |does not belong to key"},
		{"ids are left out although they are asked for", block(func(_ Q, b B) { b.IDs = nil }), "ByReference: |without ids"},
		{"ids are too few", block(func(_ Q, b B) {
			if b.IDs != nil && some(b) {
				b.IDs = b.IDs[1:]
			}
		}), "ByReference: |ids for"},
		{"ids are those of other records", block(func(_ Q, b B) {
			if b.IDs != nil && some(b) {
				b.IDs = append(b.IDs[1:], b.IDs[0])
			}
		}), "ByReference: |want"},
		{"ids differ from the keys", block(func(q Q, b B) {
			if q.By == "" && some(b) {
				for _, at := range b.Keys {
					b.IDs = append(b.IDs, strings.ToUpper(q.Keys[at]))
				}
			}
		}), "ByID: |under the id"},
		{"ids are empty although they are asked for", block(func(_ Q, b B) {
			for i := range b.IDs {
				b.IDs[i] = ""
			}
		}), "ByReference: |does not belong to key"},
		{"a column is missing", block(func(_ Q, b B) { b.Columns = b.Columns[:len(b.Columns)/2] }), "ByID: |columns where"},
		{"the id is a column", block(func(q Q, b B) { b.Columns = append(b.Columns, traverse.Column{}) }), "ByID: |columns where"},
		{"columns have an order of their own", block(func(_ Q, b B) {
			if n := len(b.Columns); n > 1 {
				b.Columns[0], b.Columns[n-1] = b.Columns[n-1], b.Columns[0]
			}
		}), "ByID: |"},
		{"one column is in another order", block(func(_ Q, b B) {
			for _, c := range b.Columns {
				slices.Sort(c.Micros)
			}
		}), "ByID: |has"},
		{"the dictionary is that of the first block", func() *blocks {
			dicts := map[string]V{}
			return &blocks{size: 40, column: func(q Q, name string, values V, c C) {
				if c.Texts == nil {
					return
				}
				c.Texts = nil
				c.Codes, c.Dict = coded(values)
				if had := dicts[q.Entity+name]; len(had) >= len(c.Dict) {
					c.Dict = had
				} else {
					dicts[q.Entity+name] = c.Dict
				}
			}}
		}(), "ByID: |want"},
		{"codes begin with 1", column(func(_ string, values V, c C) {
			if c.Texts != nil {
				c.Texts = nil
				c.Codes, c.Dict = coded(values)
				c.Dict = append(V{{}}, c.Dict...)
			}
		}), "ByID: |want"},
		{"null is ignored", column(func(_ string, _ V, c C) { c.Null = nil }), "ByID: |want null"},
		{"null says the opposite", column(func(_ string, _ V, c C) {
			for i := range c.Null {
				c.Null[i] = !c.Null[i]
			}
		}), "ByID: |null"},
		{"days for times", column(func(_ string, _ V, c C) {
			for _, at := range c.Micros {
				c.Days = append(c.Days, at/(24*60*60*1_000_000))
			}
			c.Micros = nil
		}), "ByID: |T00:00:00Z"},
		{"times in milliseconds", column(func(_ string, _ V, c C) {
			for i := range c.Micros {
				c.Micros[i] /= 1000
			}
		}), "ByID: |want time"},
		{"times in nanoseconds", column(func(_ string, _ V, c C) {
			for i := range c.Micros {
				c.Micros[i] *= 1000
			}
		}), "ByID: |"},
		{"days since another year", column(func(_ string, _ V, c C) {
			for i := range c.Days {
				c.Days[i] -= traverse.DayNumber(2000, 1, 1)
			}
		}), "ByID: |want date"},
		{"zero is NaN", column(func(_ string, _ V, c C) {
			for i, f := range c.Numbers {
				if f == 0 {
					c.Numbers[i] = math.NaN()
				}
			}
		}), "ByID: |has LifetimeValue null, want number"},
		{"numbers overflow", column(func(_ string, _ V, c C) {
			for i := range c.Numbers {
				c.Numbers[i] *= 1e10
			}
		}), "ByID: |"},
		{"bools are texts", column(func(_ string, values V, c C) {
			if c.Bools != nil {
				for _, v := range values {
					c.Texts = append(c.Texts, v.String())
				}
				c.Bools = nil
			}
		}), "ByID: |"},
		{"texts are not UTF-8", column(func(_ string, _ V, c C) {
			for i, text := range c.Texts {
				c.Texts[i] = strings.ReplaceAll(text, "Å", "\xc5")
			}
		}), "ByID: |UTF-8"},
		{"choices are texts", column(func(_ string, values V, c C) {
			if c.Dict != nil {
				c.Codes, c.Dict = nil, nil
				for _, v := range values {
					c.Texts = append(c.Texts, v.String())
				}
			}
		}), "ByID: |"},
		{"references are numbers", column(func(name string, _ V, c C) {
			if name == "ParentAccount" {
				c.Numbers, c.Texts = make([]float64, len(c.Texts)), nil
			}
		}), "ByID: |ParentAccount"},
		{"only the first block is added", &blocks{size: 20, add: func(_ Q, out *traverse.Rows, nth int, b B) {
			if nth == 0 {
				out.AddBlock(b)
			}
		}}, "ByID: |did not come"},
		{"a block that is not full is forgotten", &blocks{size: 20, add: func(_ Q, out *traverse.Rows, _ int, b B) {
			if b.Len() == 20 {
				out.AddBlock(b)
			}
		}}, "ByID: |did not come"},
		{"a block is added twice", &blocks{size: 20, add: func(_ Q, out *traverse.Rows, nth int, b B) {
			if out.AddBlock(b); nth == 1 {
				out.AddBlock(b)
			}
		}}, "ByID: |came twice"},
		{"a block as large as the limit, with what is filtered later", &blocks{scan: scan{}, answer: func(q Q, rows []traverse.Row) []traverse.Row {
			if q.Limit == 0 {
				return rows
			}
			kept := rows[:0]
			for i, row := range rows {
				if i%2 == 0 {
					kept = append(kept, row)
				}
			}
			return kept
		}}, "Limit: |records came"},
		{"memory is shared by those who ask", sharedMemory(), "Concurrent: |"},
		{"a record comes twice if ids are not asked for", answer(func(q Q, rows []traverse.Row) []traverse.Row {
			if skipped(q) && len(rows) > 0 {
				rows = append(rows, rows[0])
			}
			return rows
		}), "SkipIDs: |there are"},
		{"records that are alike come once if ids are not asked for", answer(func(q Q, rows []traverse.Row) []traverse.Row {
			seen := map[string]bool{}
			return slices.DeleteFunc(rows, func(row traverse.Row) bool {
				key := row.Key
				for _, v := range row.Values {
					key += "\n" + v.String()
				}
				had := seen[key]
				seen[key] = true
				return had && skipped(q)
			})
		}), "SkipIDs: |there are"},
		{"a record is missing if ids are not asked for", answer(func(q Q, rows []traverse.Row) []traverse.Row {
			return rows[min(len(rows), map[bool]int{true: 1}[skipped(q)]):]
		}), "SkipIDs: |there are"},
		{"the first bound is excluded if ids are not asked for", &blocks{scan: scan{keep: func(q Q, _ int, r *sourcetest.Record) bool {
			return !skipped(q) || within(q, r) && (q.Time == "" || r.Values[q.Time].IsEmpty() || !r.Values[q.Time].Time().Equal(q.From))
		}}}, "SkipIDs: |there are"},
		{"the values of others if ids are not asked for", block(func(q Q, b B) {
			for _, c := range b.Columns {
				if skipped(q) && len(c.Texts) > 1 {
					slices.Reverse(c.Texts)
				}
			}
		}), "SkipIDs: |there are"},
		{"SkipIDs is set for the next query", block(func(q Q, _ B) {
			if q.By == "" {
				q.SkipIDs = true
			}
		}), "ByID: |changed SkipIDs"},
		{"ids are asked for all the same", &blocks{scan: scan{before: func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			q.SkipIDs = false
			return q, out, nil
		}}}, "SkipIDs: |changed SkipIDs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.s.records = sourcetest.Records()
			err := sourcetest.Check(test.s, sourcetest.Schema(), sourcetest.Records())
			if err == nil {
				t.Fatal("not found")
			}
			check, said, _ := strings.Cut(test.want, "|")
			if text := err.Error(); !strings.Contains(text, check) || !strings.Contains(text, said) {
				t.Errorf("not found by %s with %q, but:\n%.3000s", check, said, text)
			}
		})
	}
}

// sharedMemory returns a source whose blocks are in the same memory whoever asks.
func sharedMemory() *blocks {
	var mu sync.Mutex
	var shared *traverse.Block
	s := &blocks{scan: scan{free: true}}
	s.add = func(_ *traverse.Query, out *traverse.Rows, _ int, b *traverse.Block) {
		mu.Lock()
		shared = b
		mu.Unlock()
		time.Sleep(100 * time.Microsecond)
		mu.Lock()
		defer mu.Unlock()
		out.AddBlock(shared)
	}
	return s
}
