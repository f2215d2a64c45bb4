package columns_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

func schema(t testing.TB) *traverse.Schema {
	t.Helper()
	s, err := leadscore.ParseSchema("s.score", `
		profile Lead { Budget number Qualified bool ParentContact -> Contact ParentAccount -> Account }
		profile Contact { City text Interests choices ("A", "B") Birthday date ParentAccount -> Account }
		profile Account { Name text }
		interaction Opened { EmailName text }
		interaction Clicked { Url text Seconds number At time }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// add adds a record by the names of its columns.
func add(t testing.TB, s *columns.Store, entity, id string, record map[string]traverse.Value) {
	t.Helper()
	var values []traverse.Value
	for _, c := range s.Table(entity).Columns() {
		values = append(values, record[c.Name])
	}
	if err := s.Add(entity, id, values...); err != nil {
		t.Fatal(err)
	}
}

// TestContract runs the contract of a source on a store.
func TestContract(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, s *traverse.Schema, records []sourcetest.Record) traverse.Source {
		store := columns.New(s)
		for _, r := range records {
			add(t, store, r.Entity, r.ID, r.Values)
		}
		return store
	})
}

// owned writes down the interactions of each contact, as they lie.
func owned(t failer, s *columns.Store) []string {
	var lines []string
	err := s.Use(context.Background(), func() error {
		contacts := s.Table(traverse.Contact)
		for i := range 12 {
			id := fmt.Sprint("c", i)
			counts, times, cells := s.Owned().Of(contacts.Key(id))
			for k, n := range counts {
				kind := s.Owned().Kinds()[k]
				for range n {
					lines = append(lines, fmt.Sprint(id, " ", kind.Entity().Name(), " ", times[0], " ", cells[:kind.Width()]))
					times, cells = times[1:], cells[kind.Width():]
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

type failer interface{ Fatal(...any) }

// TestOwned: however adding and lending alternate, the interactions of a contact
// lie as if all had been there at first.
func TestOwned(t *testing.T) {
	s := schema(t)
	rapid.Check(t, func(t *rapid.T) {
		atOnce, bit := columns.New(s), columns.New(s)
		for i := range rapid.IntRange(0, 60).Draw(t, "records") {
			kind := rapid.SampledFrom([]string{"Opened", "Clicked", "Contact"}).Draw(t, "kind")
			var values []traverse.Value
			for _, c := range bit.Table(kind).Columns() {
				v := traverse.Value{}
				switch {
				case c.Name == traverse.Contact && kind != traverse.Contact:
					v = traverse.TextValue(rapid.SampledFrom([]string{"c1", "c2", "c11", "", "c5"}).Draw(t, "contact"))
				case c.Type == traverse.Time && rapid.IntRange(0, 4).Draw(t, "dated") > 0:
					v = traverse.MicrosValue(int64(rapid.IntRange(-3, 3).Draw(t, "at")))
				case c.Type == traverse.Text:
					v = traverse.TextValue(fmt.Sprint(i))
				}
				values = append(values, v)
			}
			for _, store := range []*columns.Store{atOnce, bit} {
				if err := store.Add(kind, fmt.Sprint("c", i), values...); err != nil {
					t.Fatal(err)
				}
			}
			if rapid.IntRange(0, 3).Draw(t, "lend") == 0 {
				owned(t, bit)
			}
		}
		if diff := cmp.Diff(owned(t, atOnce), owned(t, bit)); diff != "" {
			t.Fatalf("at once, and bit by bit (-want +got):\n%s", diff)
		}
	})
}

// TestOrder: newest first, the undated last, kind by kind.
func TestOrder(t *testing.T) {
	s := columns.New(schema(t))
	for i, at := range []int64{3, 9, columns.NoTime, 5} {
		for _, kind := range []string{"Clicked", "Opened"} {
			r := map[string]traverse.Value{traverse.Contact: traverse.TextValue("c7")}
			if at != columns.NoTime {
				r[traverse.Timestamp] = traverse.MicrosValue(at)
			}
			add(t, s, kind, fmt.Sprint(i), r)
		}
	}
	var got []string
	for _, line := range owned(t, s) {
		got = append(got, strings.Join(strings.Fields(line)[1:3], " "))
	}
	none := fmt.Sprint(int64(columns.NoTime))
	want := []string{
		"Opened 9", "Opened 5", "Opened 3", "Opened " + none, "Clicked 9", "Clicked 5", "Clicked 3", "Clicked " + none,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestValues: what is added comes back, and equal values share a code.
func TestValues(t *testing.T) {
	s := columns.New(schema(t))
	day := traverse.DateValue(2026, 5, 31)
	choices := traverse.ChoicesValue("B", "A")
	add(t, s, "Contact", "c1", map[string]traverse.Value{
		"City": traverse.TextValue("Köln"), "Interests": choices, "Birthday": day, "ParentAccount": traverse.TextValue("gone"),
	})
	add(t, s, "Contact", "c2", map[string]traverse.Value{"City": traverse.TextValue("Köln"), "Interests": traverse.ChoicesValue("BA")})
	add(t, s, "Lead", "l1", map[string]traverse.Value{"Budget": traverse.NumberValue(-0.5), "Qualified": traverse.BoolValue(false)})
	add(t, s, "Lead", "l2", map[string]traverse.Value{"Qualified": traverse.BoolValue(true), "Budget": traverse.NumberValue(0)})
	for _, c := range []struct{ entity, field, want string }{
		{"Contact", "City", "Köln Köln"}, {"Contact", "Interests", "B; A BA"}, {"Contact", "Birthday", "2026-05-31 null"},
		{"Contact", "ParentAccount", "gone null"}, {"Lead", "Budget", "-0.5 0"}, {"Lead", "Qualified", "false true"},
	} {
		need, err := s.Schema().NewNeed(c.entity, "", []string{c.field}, "")
		if err != nil {
			t.Fatal(err)
		}
		q := &traverse.Query{Need: need, Keys: []string{"c1", "c2"}}
		if c.entity == "Lead" {
			q.Keys = []string{"l1", "l2", "nobody"}
		}
		rows := traverse.NewRows(q)
		if err := s.Fetch(t.Context(), q, rows); err != nil {
			t.Fatal(err)
		}
		var got []string
		for r := range rows.All() {
			got = append(got, r.Values[0].String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s.%s: got %q", c.entity, c.field, got)
		}
	}
	city := s.Table("Contact").Column("City")
	if n := city.Dict.Len(); n != 2 {
		t.Errorf("two records of one city have %d codes", n)
	}
}

func TestAddErrors(t *testing.T) {
	s := columns.New(schema(t))
	account := func(id string, v traverse.Value) error { return s.Add("Account", id, v) }
	if err := account("a", traverse.TextValue("x")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{account("a", traverse.Value{}), `columns: Account "a": an entity's ids must differ, and this one is taken`},
		{account("b", traverse.NumberValue(1)), `columns: Account "b": Name cannot be a number`},
		{account("", traverse.Value{}), `columns: Account: a record needs an id, not the empty text`},
		{s.Add("Account", "b"), `columns: Account "b": 0 values for 1 columns`},
		{s.Add("Acount", "b"), `columns: no entity Acount; did you mean Account?`},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
	if err := account("a", traverse.Value{}); !errors.Is(err, columns.ErrDuplicate) {
		t.Error(err)
	}
	if n := s.Len("Account"); n != 1 {
		t.Errorf("%d accounts after one was added", n)
	}
}

// deaf embeds a store, and answers no query.
type deaf struct{ *columns.Store }

var errDeaf = errors.New("what did you ask?")

func (deaf) Fetch(context.Context, *traverse.Query, *traverse.Rows) error { return errDeaf }

// TestLend: a source that embeds a lender, and answers by itself, is asked.
func TestLend(t *testing.T) {
	s := columns.New(schema(t))
	add(t, s, "Lead", "l", map[string]traverse.Value{"ParentContact": traverse.TextValue("c")})
	m, err := leadscore.Compile("m.score", `model "M" { target contact condition "C" { has Lead score +3 } }`, s.Schema())
	if err != nil {
		t.Fatal(err)
	}
	if r, err := m.Score(t.Context(), "l", s); err != nil || r.Score != 3 {
		t.Errorf("a store: %v, %v", r, err)
	}
	if r, err := m.Score(t.Context(), "l", deaf{s}); !errors.Is(err, errDeaf) {
		t.Errorf("a source that embeds one: %v, %v", r, err)
	}
}

// TestAnotherSchema: a store that lacks what a model speaks of says so.
func TestAnotherSchema(t *testing.T) {
	s := columns.New(schema(t))
	add(t, s, "Lead", "l", map[string]traverse.Value{"ParentContact": traverse.TextValue("c")})
	m, err := leadscore.Compile("m.score", `model "M" { target contact condition "C" { has EmailOpened score +3 } }`, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Score(t.Context(), "l", s)
	if want := `lead "l": EmailOpened (EmailOpened): no entity EmailOpened`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// TestAddWhileScoring: the race detector looks on, and a score only grows.
func TestAddWhileScoring(t *testing.T) {
	s := columns.New(schema(t))
	add(t, s, "Lead", "l", map[string]traverse.Value{"ParentContact": traverse.TextValue("c")})
	m, err := leadscore.Compile("m.score", `model "M" { target contact
		condition "C" { each Opened where EmailName contains "a" score +1 } }`, s.Schema())
	if err != nil {
		t.Fatal(err)
	}
	const n = 500
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range n {
			add(t, s, "Opened", fmt.Sprint(i), map[string]traverse.Value{
				"EmailName": traverse.TextValue(fmt.Sprint("a", i)), traverse.Contact: traverse.TextValue("c"),
				traverse.Timestamp: traverse.MicrosValue(int64(i)),
			})
		}
	})
	for range 2 {
		wg.Go(func() {
			for last := int64(0); last < n; {
				r, err := m.Score(t.Context(), "l", s, leadscore.AsOf(time.Unix(1, 0)))
				if err != nil || r.Score < last {
					t.Errorf("%d after %d, %v", r.Score, last, err)
					return
				}
				last = r.Score
			}
		})
	}
	wg.Wait()
}

// TestCancelled: laying out ends with the context.
func TestCancelled(t *testing.T) {
	s := columns.New(schema(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Use(ctx, func() error { t.Error("used"); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
