package columns_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// drawValues draws the values of so many records for a column, mostly such as it can
// hold.
func drawValues(t *rapid.T, c *columns.Column, n int) traverse.Column {
	texts := rapid.SampledFrom([]string{"", "a", "b", "c", "Köln"})
	micros := rapid.SampledFrom([]int64{0, 1, 2, 1_000_000})
	days := rapid.Int64Range(-2, 2)
	numbers := rapid.SampledFrom([]float64{0, -0.5, 7, math.NaN()})
	wrong := rapid.SampledFrom([]traverse.Value{
		traverse.TextValue("\xff"), traverse.NumberValue(math.Inf(1)), traverse.MicrosValue(math.MaxInt64), traverse.BoolValue(true),
		traverse.DayValue(math.MaxInt32), traverse.ChoicesValue("A", "\xff"), traverse.TextValue("7"),
	})
	var v traverse.Column
	value := func() traverse.Value {
		switch {
		case rapid.IntRange(0, 40).Draw(t, "wrong") == 0:
			return wrong.Draw(t, "value")
		case rapid.IntRange(0, 5).Draw(t, "null") == 0:
			return traverse.Value{}
		case c.To != nil || c.Type == traverse.Text || c.Type == traverse.Choice:
			return traverse.TextValue(texts.Draw(t, "text"))
		case c.Type == traverse.Number:
			return traverse.NumberValue(numbers.Draw(t, "number"))
		case c.Type == traverse.Bool:
			return traverse.BoolValue(rapid.Bool().Draw(t, "bool"))
		case c.Type == traverse.Time:
			return traverse.MicrosValue(micros.Draw(t, "micros"))
		case c.Type == traverse.Date:
			return traverse.DayValue(days.Draw(t, "day"))
		}
		return traverse.ChoicesValue(rapid.SliceOfN(texts, 0, 2).Draw(t, "choices")...)
	}
	form := rapid.IntRange(0, 3).Draw(t, "form")
	switch {
	case form == 0:
		v.Values = make([]traverse.Value, n)
		for i := range v.Values {
			v.Values[i] = value()
		}
	case form == 1:
		v.Dict = []traverse.Value{value(), value(), value()}
		v.Codes = rapid.SliceOfN(rapid.Uint32Range(0, 2), n, n).Draw(t, "codes")
	case c.To != nil || c.Type == traverse.Text || c.Type == traverse.Choice:
		v.Texts = rapid.SliceOfN(texts, n, n).Draw(t, "texts")
	case c.Type == traverse.Number:
		v.Numbers = rapid.SliceOfN(numbers, n, n).Draw(t, "numbers")
	case c.Type == traverse.Bool:
		v.Bools = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "bools")
	case c.Type == traverse.Time:
		v.Micros = rapid.SliceOfN(micros, n, n).Draw(t, "micros")
	case c.Type == traverse.Date:
		v.Days = rapid.SliceOfN(days, n, n).Draw(t, "days")
	}
	if rapid.Bool().Draw(t, "some are null") {
		v.Null = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "null")
	}
	return v
}

// contents returns what a store holds: every record, and the interactions of every
// owner, both of which refer to ids and values rather than to their numbers.
func contents(t *rapid.T, s *columns.Store) []string {
	var all []string
	err := s.Use(t.Context(), columns.ByContact|columns.ByLead, func() error {
		for e := range s.Schema().Entities() {
			table := s.Table(e.Name())
			for row := range table.Rows() {
				line := fmt.Sprintf("%s %q:", e.Name(), table.ID(table.RowKey(row)))
				for _, c := range table.Columns() {
					line += fmt.Sprintf(" %s %q", table.Value(row, c).Kind(), table.Value(row, c))
				}
				all = append(all, line)
			}
		}
		for _, layout := range []columns.Layouts{columns.ByContact, columns.ByLead} {
			owners := s.Table(map[columns.Layouts]string{columns.ByContact: "Contact", columns.ByLead: "Lead"}[layout])
			for _, id := range []string{"a", "b", "c", "Köln", "7"} {
				counts, times, _ := s.Owned(layout).Of(owners.Key(id))
				n := 0
				for _, count := range counts {
					n += int(count)
				}
				if n > 0 {
					all = append(all, fmt.Sprintf("%d: %s owns %v, %v", layout, id, counts, times[:n]))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAddBlockIsAdd adds blocks, and the same records one by one, where a block is
// added whole or not at all.
func TestAddBlockIsAdd(t *testing.T) {
	schema := schema(t)
	names := slices.Collect(schema.Names())
	rapid.Check(t, func(t *rapid.T) {
		blocks, single := columns.New(schema), columns.New(schema)
		for range rapid.IntRange(1, 6).Draw(t, "blocks") {
			entity := rapid.SampledFrom(names).Draw(t, "entity")
			if rapid.Bool().Draw(t, "with layouts") {
				contents(t, blocks)
			}
			n := rapid.IntRange(0, 5).Draw(t, "records")
			letters := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "Köln", "\xff", ""})
			ids := rapid.SliceOfN(letters, n, n).Draw(t, "ids")
			var values []traverse.Column
			for _, c := range blocks.Table(entity).Columns() {
				values = append(values, drawValues(t, c, n))
			}
			var want error
			added := 0
			for i, id := range ids {
				var record []traverse.Value
				for c := range values {
					record = append(record, values[c].At(i))
				}
				if want = single.Add(entity, id, record...); want != nil {
					break
				}
				added++
			}
			if rapid.Bool().Draw(t, "with room") {
				blocks.Grow(entity, rapid.IntRange(-1, 10).Draw(t, "more"))
			}
			got := blocks.AddBlock(entity, ids, values)
			if (got == nil) != (want == nil) {
				t.Fatalf("%s: AddBlock returned %v, and Add %v", entity, got, want)
			}
			if got == nil {
				continue
			}
			for _, id := range ids[:added] {
				if _, err := single.Delete(entity, id); err != nil {
					t.Fatal(err)
				}
			}
		}
		if diff := cmp.Diff(contents(t, single), contents(t, blocks)); diff != "" {
			t.Errorf("-one by one +blocks\n%s", diff)
		}
	})
}

// TestAddBlockErrors: the error names what is wrong, and nothing is added.
func TestAddBlockErrors(t *testing.T) {
	type C = traverse.Column
	s := columns.New(schema(t))
	s.Grow("Nothing", 1) // does nothing
	names := func(texts ...string) []C { return []C{{Texts: texts}} }
	if err := s.AddBlock("Account", []string{"a", "b"}, names("A", "B")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		entity string
		ids    []string
		values []C
		want   string
	}{
		{"Acount", nil, nil, `columns: unknown entity Acount; did you mean Account?`},
		{"Account", []string{"c"}, nil, `columns: Account: a block with 0 columns for 1 columns`},
		{"Account", []string{"c"}, names("C", "D"), `columns: Account: in a block the column Name has 2 Texts for 1 records`},
		{"Account", []string{"c"}, []C{{Codes: []uint32{1}, Dict: make([]traverse.Value, 1)}}, `columns: Account: in a block the column Name has the code 1, and 1 values in Dict`},
		{"Account", []string{"c", ""}, names("C", "D"), `columns: Account: record 1 of a block needs an id, not the empty text`},
		{"Account", []string{"c", "\xff"}, names("C", "D"), `columns: Account: the id "\xff" is not UTF-8`},
		{"Account", []string{"c", "d"}, []C{{Numbers: []float64{math.NaN(), 7}}}, `columns: Account "d": Name cannot be a number`},
		{"Account", []string{"c", "d"}, names("C", "\xff"), `columns: Account "d": Name: "\xff" is not UTF-8`},
		{"Account", []string{"c", "b", "d"}, names("C", "B", "D"), `columns: Account "b": an entity's ids must differ, and this one is taken`},
		{"Account", []string{"c", "d", "c"}, names("C", "D", "C"), `columns: Account "c": an entity's ids must differ, and this one is taken`},
	} {
		err := s.AddBlock(c.entity, c.ids, c.values)
		if err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
		if taken := len(c.ids) == 3; errors.Is(err, columns.ErrDuplicate) != taken {
			t.Errorf("%v: is it ErrDuplicate? %v", err, !taken)
		}
	}
	if n, row := s.Len("Account"), s.Table("Account").Row(s.Table("Account").Key("c")); n != 2 || row != -1 {
		t.Errorf("%d accounts after two were added; c is in row %d", n, row)
	}
}
