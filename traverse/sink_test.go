package traverse_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/traverse"
)

// collector is a sink that keeps the records, and checks that they fit.
type collector struct {
	query *traverse.Query
	kinds []traverse.Kind // of the fields
	rows  []traverse.Row
	wrong []string
	whole int // blocks that came as blocks
}

func (c *collector) Reset() { c.rows = nil }

func (c *collector) Record(key int, id string, values []traverse.Value) {
	for i, v := range values {
		if v.Kind() != traverse.KindNull && (v.Kind() != c.kinds[i] || v.Kind() != traverse.KindText && v.Kind() != traverse.KindChoices && v.Check() != nil) {
			c.wrong = append(c.wrong, fmt.Sprintf("%s is the %s %q", c.query.Fields[i], v.Kind(), v))
		}
	}
	c.rows = append(c.rows, traverse.Row{Key: c.query.Keys[key], ID: id, Values: slices.Clone(values)})
}

func (c *collector) Block(b *traverse.Block) {
	c.whole++
	for i, key := range b.Keys {
		id := c.query.Keys[key]
		if b.IDs != nil {
			id = b.IDs[i]
		}
		values := []traverse.Value{}
		for j := range b.Columns {
			values = append(values, b.Columns[j].At(i))
		}
		c.Record(int(key), id, values)
	}
}

// blockKinds are the kinds of blockFields.
var blockKinds = []traverse.Kind{traverse.KindText, traverse.KindNumber, traverse.KindBool, traverse.KindTime,
	traverse.KindDate, traverse.KindChoices, traverse.KindText}

// TestSinkTakesWhatRowsHold has the same source add to rows and to a sink.
func TestSinkTakesWhatRowsHold(t *testing.T) {
	byLead, byID := need(t, "Lead", blockFields...), need(t, "", blockFields...)
	whole := 0
	rapid.Check(t, func(t *rapid.T) {
		q := &traverse.Query{Need: byLead, Keys: []string{"a", "b", "c"}, Limit: rapid.IntRange(0, 6).Draw(t, "limit")}
		if rapid.Bool().Draw(t, "by id") {
			q.Need = byID
		}
		var adds []func(out *traverse.Rows)
		for range rapid.IntRange(1, 4).Draw(t, "adds") {
			n := rapid.IntRange(0, 4).Draw(t, "records")
			b := &traverse.Block{Keys: rapid.SliceOfN(rapid.Int32Range(0, 2), n, n).Draw(t, "keys")}
			for i, at := range b.Keys {
				id := fmt.Sprint(i)
				if q.By == "" {
					id = q.Keys[at]
				}
				if rapid.IntRange(0, 40).Draw(t, "wrong id") == 0 {
					id = "?"
				}
				b.IDs = append(b.IDs, id)
			}
			for i := range blockFields {
				c := drawColumn(t, n)
				for range 4 { // mostly what fits
					if !fits(&c, n, blockKinds[i]) {
						c = drawColumn(t, n)
					}
				}
				b.Columns = append(b.Columns, c)
			}
			switch rapid.IntRange(0, 5).Draw(t, "add") {
			case 0:
				adds = append(adds, func(out *traverse.Rows) { out.Reset(q) })
			case 1:
				for i, at := range b.Keys {
					values := []traverse.Value{}
					for c := range b.Columns {
						values = append(values, b.Columns[c].At(i))
					}
					adds = append(adds, func(out *traverse.Rows) { out.Add(q.Keys[at], b.IDs[i], values...) })
				}
			default:
				if q.By == "" && rapid.Bool().Draw(t, "without ids") {
					b.IDs = nil
				}
				adds = append(adds, func(out *traverse.Rows) { out.AddBlock(b) })
			}
		}
		source := sourceFunc(func(_ *traverse.Query, out *traverse.Rows) error {
			for _, add := range adds {
				add(out)
			}
			return nil
		})
		var rows, sunk traverse.Rows
		sink := &collector{query: q, kinds: blockKinds}
		want, got := traverse.Ask(context.Background(), source, q, &rows), traverse.AskInto(context.Background(), source, q, &sunk, sink)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v, want %v", got, want)
		}
		if want != nil {
			return // what the sink has taken means nothing
		}
		for _, k := range q.Keys {
			if got, want := fmt.Sprint(sunk.Failed(k)), fmt.Sprint(rows.Failed(k)); got != want {
				t.Errorf("%s failed with\n%s\nwant\n%s", k, got, want)
			}
		}
		if sunk.Len() != rows.Len() || sunk.Full() != rows.Full() {
			t.Errorf("%d records, full: %v, want %d, %v", sunk.Len(), sunk.Full(), rows.Len(), rows.Full())
		}
		if len(sink.wrong) > 0 {
			t.Error(sink.wrong)
		}
		if diff := cmp.Diff(slices.Collect(rows.All()), sink.rows, cmp.Comparer(traverse.Value.Equal)); diff != "" {
			t.Errorf("-rows +sink\n%s", diff)
		}
		if len(slices.Collect(sunk.All())) > 0 {
			t.Error("the rows have records, too")
		}
		whole += sink.whole
	})
	if whole == 0 {
		t.Error("no block came as a block")
	}
}

// fits reports whether the values of a column are of a kind or null.
func fits(c *traverse.Column, n int, k traverse.Kind) bool {
	for i := range n {
		if v := c.At(i); v.Kind() != k && v.Kind() != traverse.KindNull {
			return false
		}
	}
	return true
}

// TestSinkIsLetGo checks that rows no longer add to a sink when AskInto has returned, and
// that they collect the next answer.
func TestSinkIsLetGo(t *testing.T) {
	q := &traverse.Query{Need: need(t, "Lead", "Text"), Keys: []string{"a"}}
	sink := &collector{query: q, kinds: blockKinds}
	var out traverse.Rows
	down := errors.New("down")
	for _, err := range []error{nil, down} {
		source := sourceFunc(func(_ *traverse.Query, out *traverse.Rows) error {
			out.Add("a", "1", traverse.TextValue("x"))
			return err
		})
		if got := traverse.AskInto(t.Context(), source, q, &out, sink); got != err {
			t.Errorf("got %v, want %v", got, err)
		}
		if len(sink.rows) != 1 {
			t.Errorf("the sink has %d records", len(sink.rows))
		}
		out.Add("a", "2", traverse.TextValue("late"))
		if len(sink.rows) != 1 {
			t.Error("a record that was added later went to the sink")
		}
	}
	source := sourceFunc(func(_ *traverse.Query, out *traverse.Rows) error {
		out.Add("a", "1", traverse.TextValue("x"))
		return nil
	})
	if err := traverse.Ask(t.Context(), source, q, &out); err != nil || out.Len() != 1 || len(slices.Collect(out.All())) != 1 {
		t.Errorf("%d rows, %v", out.Len(), err)
	}
}

// TestSinkOfAnotherQuery checks that a sink takes no answer to a query that it does not
// know.
func TestSinkOfAnotherQuery(t *testing.T) {
	q := &traverse.Query{Need: need(t, "Lead", "Text"), Keys: []string{"a"}}
	other := &traverse.Query{Need: need(t, "Lead", "Number", "Bool"), Keys: []string{"b", "c"}}
	sink := &collector{query: q, kinds: blockKinds}
	err := traverse.AskInto(t.Context(), sourceFunc(func(_ *traverse.Query, out *traverse.Rows) error {
		out.Reset(other)
		out.Add("c", "1", traverse.NumberValue(1), traverse.BoolValue(true))
		return nil
	}), q, new(traverse.Rows), sink)
	if _, ok := errors.AsType[*traverse.ContractError](err); !ok || len(sink.rows) > 0 {
		t.Errorf("got %v, and %d records", err, len(sink.rows))
	}
}
