package staging

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// intakeRules ask for a text, a number, a bool and choices of an interaction.
const intakeRules = `
interaction Meeting {
    Room text
    Minutes number
    Online bool
    Topics choices
    Timestamp time
    Contact -> Contact
}
model "M" {
    target contact
    condition "C" { each Meeting where Room = "A" and Minutes > 3 and Online = true and Topics contains "x" score +1 }
}`

// newIntakeFixture returns a staging and its intake of meetings.
func newIntakeFixture(t *testing.T) (*fixture, *intake) {
	t.Helper()
	f := newFixture(t, intakeRules)
	i := slices.IndexFunc(f.routes.Needs, func(n *plan.Need) bool { return n.Asked.Entity == "Meeting" })
	in, ok := f.staging.Intake(f.routes.Needs[i]).(*intake)
	if !ok {
		t.Fatal("nothing takes the meetings")
	}
	if got := f.routes.Needs[i].Asked.Fields; !slices.Equal(got, []string{"Timestamp", "Room", "Minutes", "Online", "Topics"}) {
		t.Fatalf("the fields are %v", got)
	}
	return f, in
}

// taken writes the records of a contact, newest first: its Timestamp and its other values.
func taken(f *fixture, in *intake, contact string) string {
	f.staging.times, f.staging.cells = f.staging.times[:0], f.staging.cells[:0]
	n := in.appendTo(f.staging, in.owners.table.Key(contact))
	var list []string
	for i := range n {
		text := fmt.Sprint(f.staging.times[i])
		for _, c := range in.layout.columns {
			if c.Dict != nil {
				text += " " + c.Dict.Value(f.staging.cells[i*in.width()+c.At]).String()
			}
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

func meeting(at int64, room string) []traverse.Value {
	return []traverse.Value{traverse.MicrosValue(at), traverse.TextValue(room), {}, {}, {}}
}

// TestIntakeQueries checks what is left of queries that ask for several contacts.
func TestIntakeQueries(t *testing.T) {
	f, in := newIntakeFixture(t)
	for range 2 { // the second batch is as the first
		f.staging.Begin(nil)
		if got := in.Missing([]string{"a", "b", "a", "c"}); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("%q are missing", got)
		}
		in.Begin([]string{"a", "b", "c"})
		in.Record(0, "1", meeting(10, "dropped"))
		in.Reset()
		in.Record(0, "1", meeting(10, "x"))
		in.Record(2, "2", meeting(20, "y"))
		in.Record(0, "3", meeting(30, "z"))
		in.Record(2, "4", meeting(15, ""))
		in.Record(0, "5", meeting(20, "x"))
		in.End(func(key int, id string) { t.Errorf("%s came twice under %d", id, key) })
		if got := in.Missing([]string{"c", "d", "a"}); !slices.Equal(got, []string{"d"}) {
			t.Errorf("%q are missing", got)
		}
		in.Begin([]string{"d"})
		in.Record(0, "1", meeting(1, "failed"))
		in.Begin([]string{"d"})
		in.Record(0, "1", meeting(1, "x"))
		in.End(func(key int, id string) { t.Errorf("%s came twice under %d", id, key) })
		for contact, want := range map[string]string{
			"a": "30 z null null null, 20 x null null null, 10 x null null null",
			"b": "", "nobody": "",
			"c": "20 y null null null, 15 null null null null",
			"d": "1 x null null null",
		} {
			if got := taken(f, in, contact); got != want {
				t.Errorf("%s has %s, want %s", contact, got, want)
			}
		}
	}
}

// TestIntakeRepeats checks which records are said to have come twice under a key.
func TestIntakeRepeats(t *testing.T) {
	ids := func(list ...string) *traverse.Block {
		return &traverse.Block{Keys: make([]int32, len(list)), IDs: list, Columns: make([]traverse.Column, 5)}
	}
	none := &traverse.Block{Keys: make([]int32, 3), Columns: make([]traverse.Column, 5)}
	other := &traverse.Block{Keys: []int32{1}, IDs: []string{"1"}, Columns: make([]traverse.Column, 5)}
	for _, test := range []struct {
		blocks []*traverse.Block
		want   string
	}{
		{[]*traverse.Block{ids("1", "2", "3")}, ""},
		{[]*traverse.Block{ids("3", "2", "1")}, ""},
		{[]*traverse.Block{ids("2", "3", "1")}, ""},
		{[]*traverse.Block{ids("1", "1")}, "1"},
		{[]*traverse.Block{ids("3", "1", "3")}, "3"},
		{[]*traverse.Block{ids("1", "2"), other, ids("1")}, "1"},
		{[]*traverse.Block{ids("1", "2"), other}, ""},
		{[]*traverse.Block{none, none}, ""},
		{[]*traverse.Block{none, ids("1"), none, ids("", "", "1"), none}, "1"},
		{[]*traverse.Block{ids("1"), none}, ""},
		{[]*traverse.Block{ids("", "", "2", "1")}, ""},
		{[]*traverse.Block{ids("", "9", "8", "7", "6", "", "5", "4", "3", "2", "1", "9")}, "9"},
		{[]*traverse.Block{ids("", "9", "8", "7", "6", "", "5", "4", "3", "2", "1", "0")}, ""},
	} {
		f, in := newIntakeFixture(t)
		f.staging.Begin(nil)
		in.Begin(in.Missing([]string{"a", "b"}))
		for _, b := range test.blocks {
			in.Block(b)
		}
		got := ""
		in.End(func(key int, id string) { got += strings.Repeat("?", key) + id })
		if got != test.want {
			t.Errorf("%v: %q, want %q", test.blocks, got, test.want)
		}
	}
}

// TestIntakeForms checks that the same values arrive in any form of a column.
func TestIntakeForms(t *testing.T) {
	const want = "5 A 0 true x; y, 3 B -0.5 false null, -9223372036854775808 A null null null"
	null := []bool{true, false, false}
	dict := []traverse.Value{traverse.TextValue("B"), traverse.TextValue("A"), {}, traverse.DayValue(1), traverse.TextValue("A")}
	chosen := traverse.ChoicesValue("x", "y")
	times := []traverse.Column{
		{Null: null, Micros: []int64{9, 3, 5}},
		{Values: []traverse.Value{{}, traverse.MicrosValue(3), traverse.MicrosValue(5)}},
		{Codes: []uint32{0, 1, 2}, Dict: []traverse.Value{{}, traverse.MicrosValue(3), traverse.MicrosValue(5)}},
	}
	rooms := []traverse.Column{
		{Texts: []string{"A", "B", "A"}},
		{Codes: []uint32{1, 0, 4}, Dict: dict},
		{Values: []traverse.Value{dict[1], dict[0], dict[1]}},
	}
	minutes := []traverse.Column{
		{Numbers: []float64{math.NaN(), -0.5, 0}},
		{Null: null, Numbers: []float64{7, -0.5, 0}},
		{Null: null, Codes: []uint32{1, 1, 0}, Dict: []traverse.Value{traverse.NumberValue(0), traverse.NumberValue(-0.5)}},
	}
	online := []traverse.Column{
		{Null: null, Bools: []bool{true, false, true}},
		{Values: []traverse.Value{{}, traverse.BoolValue(false), traverse.BoolValue(true)}},
	}
	topics := []traverse.Column{
		{Values: []traverse.Value{{}, traverse.ChoicesValue(), chosen}},
		{Codes: []uint32{1, 1, 0}, Dict: []traverse.Value{chosen, {}}},
		{Null: []bool{true, true, false}, Values: []traverse.Value{chosen, chosen, chosen}},
	}
	for i := range 9 {
		f, in := newIntakeFixture(t)
		f.staging.Begin(nil)
		in.Begin(in.Missing([]string{"a"}))
		pick := func(list []traverse.Column, by int) traverse.Column { return list[i/by%len(list)] }
		in.Block(&traverse.Block{Keys: make([]int32, 3), Columns: []traverse.Column{
			pick(times, 1), pick(rooms, 3), pick(minutes, 1), pick(online, 2), pick(topics, 1)}})
		in.End(nil)
		if got := taken(f, in, "a"); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
}

// TestOnlyCountedIsTaken checks of which needs the batch holds no records.
func TestOnlyCountedIsTaken(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `each EmailOpened score +1`, `each EmailClicked where Contact.City = "A" score +1`,
		`has Lead.ParentContact.Leads score +1`, `each FormSubmitted.Contact.Leads where City = "B" score +1`, `has WebsiteVisited score +1`))
	var got []string
	for _, n := range f.routes.Needs {
		if f.staging.Intake(n) != nil {
			got = append(got, n.Asked.Entity+" by "+n.By)
		}
	}
	if want := []string{"EmailOpened by Contact", "WebsiteVisited by Contact"}; !slices.Equal(got, want) {
		t.Errorf("%q are taken, want %q", got, want)
	}
}

// TestCoderKeepsFrequentValues checks codes of more values than are at hand.
func TestCoderKeepsFrequentValues(t *testing.T) {
	store := columns.New(traverse.Standard())
	c := coder{dict: store.Table("EmailOpened").Column("EmailName").Dict}
	for range 2 {
		for i := range 3 * recent {
			v := traverse.TextValue(fmt.Sprint(i))
			if code := c.value(v); !c.dict.Value(code).Equal(v) {
				t.Fatalf("%s has the code of %s", v, c.dict.Value(code))
			}
			n := traverse.NumberValue(float64(i))
			if code := c.value(n); !c.dict.Value(code).Equal(n) {
				t.Fatalf("%s has the code of %s", n, c.dict.Value(code))
			}
		}
	}
	if n := c.dict.Len(); n != 6*recent+1 {
		t.Errorf("%d codes", n)
	}
}
