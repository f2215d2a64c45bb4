package traverse_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/traverse"
)

// blockFields are fields of all types, and a reference.
var blockFields = []string{"Text", "Number", "Bool", "Time", "Date", "Choices", "Lead"}

// drawColumn draws a column for so many records, which may not fit any field.
func drawColumn(t *rapid.T, n int) traverse.Column {
	var c traverse.Column
	texts := rapid.SampledFrom([]string{"", "A", "7", "0", "2026-01-02", "\xff"})
	numbers := rapid.SampledFrom([]float64{0, 1, 7, 0.5, math.NaN(), math.Inf(1)})
	value := rapid.Custom(func(t *rapid.T) traverse.Value {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return traverse.Value{}
		case 1:
			return traverse.NumberValue(numbers.Draw(t, "number"))
		case 2:
			return traverse.ChoicesValue(texts.Draw(t, "choice"))
		case 3:
			return traverse.DayValue(rapid.Int64Range(-5, 5).Draw(t, "day"))
		case 4:
			return traverse.BoolValue(true)
		}
		return traverse.TextValue(texts.Draw(t, "text"))
	})
	switch rapid.IntRange(0, 8).Draw(t, "slice") {
	case 0: // null
	case 1:
		c.Texts = rapid.SliceOfN(texts, n, n).Draw(t, "texts")
	case 2:
		c.Numbers = rapid.SliceOfN(numbers, n, n).Draw(t, "numbers")
	case 3:
		c.Bools = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "bools")
	case 4:
		c.Micros = rapid.SliceOfN(rapid.Int64Range(math.MinInt64, math.MaxInt64), n, n).Draw(t, "micros")
	case 5:
		c.Days = rapid.SliceOfN(rapid.Int64Range(-1e6, 1e6), n, n).Draw(t, "days")
	case 6:
		c.Dict = rapid.SliceOfN(value, 1, 4).Draw(t, "dict")
		c.Codes = rapid.SliceOfN(rapid.Uint32Range(0, uint32(len(c.Dict)-1)), n, n).Draw(t, "codes")
	default:
		c.Values = rapid.SliceOfN(value, n, n).Draw(t, "values")
	}
	if rapid.Bool().Draw(t, "some are null") {
		c.Null = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "null")
	}
	return c
}

// TestAddBlockIsAdd adds blocks, and the same records one by one.
func TestAddBlockIsAdd(t *testing.T) {
	byLead, byID := need(t, "Lead", blockFields...), need(t, "", blockFields...)
	rapid.Check(t, func(t *rapid.T) {
		q := &traverse.Query{Need: byLead, Keys: []string{"a", "b", "c"}, Limit: rapid.IntRange(0, 6).Draw(t, "limit")}
		if rapid.Bool().Draw(t, "by id") {
			q.Need = byID
		}
		blocks, single := traverse.NewRows(q), traverse.NewRows(q)
		for range rapid.IntRange(1, 3).Draw(t, "blocks") {
			n := rapid.IntRange(0, 4).Draw(t, "records")
			b := &traverse.Block{Keys: rapid.SliceOfN(rapid.Int32Range(0, 2), n, n).Draw(t, "keys")}
			for i := range n {
				id := fmt.Sprint(i)
				if q.By == "" {
					id = q.Keys[b.Keys[i]]
				}
				b.IDs = append(b.IDs, id)
			}
			for range blockFields {
				b.Columns = append(b.Columns, drawColumn(t, n))
			}
			for i, at := range b.Keys {
				var values []traverse.Value
				for c := range b.Columns {
					values = append(values, b.Columns[c].At(i))
				}
				single.Add(q.Keys[at], b.IDs[i], values...)
			}
			if q.By == "" && rapid.Bool().Draw(t, "without ids") {
				b.IDs = nil
			}
			blocks.AddBlock(b)
		}
		for _, k := range q.Keys {
			if got, want := fmt.Sprint(blocks.Failed(k)), fmt.Sprint(single.Failed(k)); got != want {
				t.Errorf("%s failed with\n%s\nwant\n%s", k, got, want)
			}
		}
		if got, want := fmt.Sprint(blocks.Err()), fmt.Sprint(single.Err()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		got, want := slices.Collect(blocks.All()), slices.Collect(single.All())
		if diff := cmp.Diff(want, got, cmp.Comparer(traverse.Value.Equal)); diff != "" {
			t.Errorf("-one by one +block\n%s", diff)
		}
	})
}

// TestAddBlockFaults checks which blocks are no answer, and what is said about them.
func TestAddBlockFaults(t *testing.T) {
	type B = traverse.Block
	type C = traverse.Column
	text := C{Texts: []string{"A"}}
	for _, test := range []struct {
		by    string
		skip  bool
		block B
		want  string
	}{
		{"Lead", false, B{Keys: []int32{0}, IDs: []string{"1"}, Columns: []C{text}}, "<nil>"},
		{"Lead", false, B{Columns: []C{{}}}, "<nil>"},
		{"Lead", true, B{Keys: []int32{0}, Columns: []C{text}}, "<nil>"},
		{"", false, B{Keys: []int32{0}, Columns: []C{text}}, "<nil>"},
		{"Lead", false, B{Keys: []int32{0}, Columns: []C{text}}, "source added a block of Thing without ids, which are asked for"},
		{"", false, B{Keys: []int32{0}, IDs: []string{"1"}, Columns: []C{text}}, `source added Thing "1" under the id "a"`},
		{"Lead", false, B{Keys: []int32{0}, IDs: []string{"1"}}, "source added a block of Thing with 0 columns where 1 are asked for"},
		{"Lead", false, B{Keys: []int32{0}, IDs: []string{"1", "2"}, Columns: []C{text}}, "source added a block of Thing with 2 ids for 1 records"},
		{"Lead", false, B{Keys: []int32{2}, IDs: []string{"1"}, Columns: []C{text}}, "source added a block of Thing with the key number 2 of 2"},
		{"Lead", false, B{Keys: []int32{-1}, IDs: []string{"1"}, Columns: []C{text}}, "source added a block of Thing with the key number -1 of 2"},
		{"Lead", false, B{Keys: []int32{0}, IDs: []string{"1"}, Columns: []C{{Texts: []string{}}}}, "source added a block of Thing whose column Text has 0 Texts for 1 records"},
		{"Lead", false, B{Keys: []int32{0}, IDs: []string{"1"}, Columns: []C{{Numbers: []float64{1, 2}}}}, "source added a block of Thing whose column Text has 2 Numbers for 1 records"},
		{"Lead", false, B{Keys: []int32{0}, IDs: []string{"1"}, Columns: []C{{Null: []bool{}}}}, "source added a block of Thing whose column Text has 0 Null for 1 records"},
		{"Lead", false, B{Keys: []int32{0}, IDs: []string{"1"}, Columns: []C{{Texts: []string{"A"}, Days: []int64{1}}}}, "source added a block of Thing whose column Text has values in more than one of its slices"},
		{"Lead", false, B{Keys: []int32{0}, IDs: []string{"1"}, Columns: []C{{Codes: []uint32{1}, Dict: make([]traverse.Value, 1)}}}, "source added a block of Thing whose column Text has the code 1, and 1 values in Dict"},
	} {
		rows := traverse.NewRows(&traverse.Query{Need: need(t, test.by, "Text"), Keys: []string{"a", "b"}, SkipIDs: test.skip})
		rows.AddBlock(&test.block)
		if got := fmt.Sprint(rows.Err()); got != test.want {
			t.Errorf("%+v: %s", test.block, got)
		}
		if test.want != "<nil>" && rows.Len() > 0 {
			t.Errorf("%+v: %d records were added", test.block, rows.Len())
		}
	}
	var none traverse.Rows
	none.AddBlock(&B{Keys: []int32{0}})
	if none.Err() == nil {
		t.Error("a block was added to rows that answer no query")
	}
}

func TestPosition(t *testing.T) {
	rows := traverse.NewRows(&traverse.Query{Need: need(t, "Lead", "Text"), Keys: []string{"a", "b", "c"}})
	for _, key := range []string{"b", "c", "a", "c"} {
		if at, ok := rows.Position(key); !ok || "abc"[at:at+1] != key {
			t.Errorf("%s is at %d, %v", key, at, ok)
		}
	}
	if _, ok := rows.Position("d"); ok {
		t.Error("a key has a position that was not asked for")
	}
	if _, ok := new(traverse.Rows).Position("a"); ok {
		t.Error("rows that answer no query have a key")
	}
}
