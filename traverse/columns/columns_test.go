package columns_test

import (
	order "cmp"
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
		interaction Opened { EmailName text Lead -> Lead }
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

// TestValues checks that values that were added are fetched, and that equal values
// share a code.
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
		{s.Add("Acount", "b"), `columns: unknown entity Acount; did you mean Account?`},
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

// TestFetchErrors checks the errors for names that the schema does not have.
func TestFetchErrors(t *testing.T) {
	s := columns.New(schema(t))
	for _, c := range []struct {
		need traverse.Need
		want string
	}{
		{traverse.Need{Entity: "Contakt"}, "unknown entity Contakt; did you mean Contact?"},
		{traverse.Need{Entity: "Order"}, "unknown entity Order"},
		{traverse.Need{Entity: "Contact", Fields: []string{"City", "Birthdy"}}, "Contact has no field Birthdy; did you mean Birthday?"},
		{traverse.Need{Entity: "Contact", Fields: []string{"Shoe"}}, "Contact has no field Shoe"},
		{traverse.Need{Entity: "Contact", By: "ParentAcount"}, "Contact has no reference ParentAcount; did you mean ParentAccount?"},
		{traverse.Need{Entity: "Contact", By: "City"}, "Contact has no reference City"},
	} {
		q := &traverse.Query{Need: &c.need, Keys: []string{"c"}}
		if err := s.Fetch(t.Context(), q, traverse.NewRows(q)); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// TestUnknown checks the results for records that were not added.
func TestUnknown(t *testing.T) {
	s := columns.New(schema(t))
	if n, table := s.Len("Order"), s.Table("Order"); n != 0 || table != nil {
		t.Errorf("an entity that the schema does not have: %d records, %v", n, table)
	}
	contacts := s.Table("Contact")
	if k := contacts.Key("c"); k != 0 || contacts.ID(k) != "" || contacts.Row(k) != -1 || contacts.Len() != 0 {
		t.Errorf("an id that nothing bears: number %d, id %q, row %d", k, contacts.ID(k), contacts.Row(k))
	}
	if c := contacts.Column("Shoe"); c != nil {
		t.Errorf("a column that is not there: %v", c)
	}
}

// TestNumbers: ids, rows and wide values are found by their numbers.
func TestNumbers(t *testing.T) {
	s := columns.New(schema(t))
	for i := range 3 {
		r := map[string]traverse.Value{"Contact": traverse.TextValue("c")}
		if i != 1 {
			r["At"] = traverse.MicrosValue(int64(10 + i))
			r["Timestamp"] = traverse.MicrosValue(int64(20 + i))
		}
		add(t, s, "Clicked", fmt.Sprint("k", i), r)
	}
	clicks := s.Table("Clicked")
	at, timestamp := clicks.Column("At"), clicks.Column("Timestamp")
	if !at.Wide || !timestamp.Wide || clicks.Column("Url").Wide || at.At == timestamp.At {
		t.Fatalf("times lie at %+v and %+v", at, timestamp)
	}
	want := [][2]int64{{10, 20}, {columns.NoTime, columns.NoTime}, {12, 22}}
	for row := range 3 {
		id := fmt.Sprint("k", row)
		k := clicks.RowKey(row)
		if clicks.ID(k) != id || clicks.Key(id) != k || clicks.Row(k) != row {
			t.Errorf("row %d: number %d, id %q, %d by its id, row %d", row, k, clicks.ID(k), clicks.Key(id), clicks.Row(k))
		}
		if got := [2]int64{clicks.WideValue(row, at.At), clicks.WideValue(row, timestamp.At)}; got != want[row] {
			t.Errorf("row %d: times %v, want %v", row, got, want[row])
		}
	}
}

// TestReferences: however adding and fetching alternate, a reference finds the
// records that hold a key by their date, those of one date as they were added,
// and a range cuts them.
func TestReferences(t *testing.T) {
	s := schema(t)
	need := func(entity, by, field, dated string) *traverse.Need {
		n, err := s.NewNeed(entity, by, []string{field}, dated)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	clicks, contacts := need("Clicked", "Contact", "Timestamp", "Timestamp"), need("Contact", "ParentAccount", "City", "")
	rapid.Check(t, func(t *rapid.T) {
		store := columns.New(s)
		type record struct {
			id, by string
			at     int64
		}
		var added [2][]record // clicks, contacts
		fetch := func(n *traverse.Need, records []record) {
			q := &traverse.Query{Need: n, Keys: []string{"k1", "k2", "k3", "k4"}}
			lo, hi := int64(columns.NoTime), int64(100)
			if n.Time != "" && rapid.Bool().Draw(t, "from") {
				lo = int64(rapid.IntRange(-4, 4).Draw(t, "lo"))
				q.From = time.UnixMicro(lo)
			}
			if n.Time != "" && rapid.Bool().Draw(t, "to") {
				hi = int64(rapid.IntRange(-4, 4).Draw(t, "hi"))
				q.To = time.UnixMicro(hi)
			}
			rows := traverse.NewRows(q)
			if err := store.Fetch(context.Background(), q, rows); err != nil || rows.Err() != nil {
				t.Fatal(err, rows.Err())
			}
			var got, want []string
			for r := range rows.All() {
				got = append(got, r.Key+" "+r.ID)
			}
			sorted := slices.Clone(records)
			slices.SortStableFunc(sorted, func(a, b record) int { return order.Compare(a.at, b.at) })
			for _, key := range q.Keys {
				for _, r := range sorted {
					if r.by == key && r.at >= lo && r.at <= hi {
						want = append(want, key+" "+r.id)
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s from %v to %v (-want +got):\n%s", n.Entity, q.From, q.To, diff)
			}
		}
		for i := range rapid.IntRange(0, 40).Draw(t, "records") {
			kind := rapid.IntRange(0, 1).Draw(t, "kind")
			r := record{fmt.Sprint("r", i), rapid.SampledFrom([]string{"k1", "k2", "k3", "", "else"}).Draw(t, "by"), columns.NoTime}
			values := map[string]traverse.Value{}
			if r.by != "" {
				values[[]string{"Contact", "ParentAccount"}[kind]] = traverse.TextValue(r.by)
			}
			if kind == 0 && rapid.IntRange(0, 4).Draw(t, "dated") > 0 {
				r.at = int64(rapid.IntRange(-3, 3).Draw(t, "at"))
				values["Timestamp"] = traverse.MicrosValue(r.at)
			}
			var list []traverse.Value
			entity := []string{"Clicked", "Contact"}[kind]
			for _, c := range store.Table(entity).Columns() {
				list = append(list, values[c.Name])
			}
			if err := store.Add(entity, r.id, list...); err != nil {
				t.Fatal(err)
			}
			added[kind] = append(added[kind], r)
			if rapid.IntRange(0, 3).Draw(t, "fetch") == 0 {
				fetch(clicks, added[0])
				fetch(contacts, added[1])
			}
		}
		fetch(clicks, added[0])
		fetch(contacts, added[1])
		// A lender reads the same records.
		err := store.Use(context.Background(), columns.ByContact, func() error {
			for _, account := range []string{"k1", "k2", "k4", "else"} {
				var got, want []string
				for _, row := range store.Contacts(store.Table("Account").Key(account)) {
					got = append(got, store.Table("Contact").ID(store.Table("Contact").RowKey(int(row))))
				}
				for _, r := range added[1] {
					if r.by == account {
						want = append(want, r.id)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("the contacts of %s (-want +got):\n%s", account, diff)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
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

// TestAnotherSchema checks the error of a store that lacks an entity of the model.
func TestAnotherSchema(t *testing.T) {
	s := columns.New(schema(t))
	add(t, s, "Lead", "l", map[string]traverse.Value{"ParentContact": traverse.TextValue("c")})
	m, err := leadscore.Compile("m.score", `model "M" { target contact condition "C" { has EmailOpened score +3 } }`, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Score(t.Context(), "l", s)
	if want := `lead "l": EmailOpened (EmailOpened): unknown entity EmailOpened`; err == nil || err.Error() != want {
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

// many is a store with so many clicks that work on them looks at the context
// now and then: of each of some contacts, who are of one account.
func many(t *testing.T, contacts, clicks int) *columns.Store {
	s := columns.New(schema(t))
	for i := range contacts {
		id := traverse.TextValue(fmt.Sprint("c", i))
		add(t, s, "Contact", id.Text(), map[string]traverse.Value{"ParentAccount": traverse.TextValue("a")})
		for j := range clicks {
			add(t, s, "Clicked", fmt.Sprint(i, "-", j), map[string]traverse.Value{
				"Contact": id, "Timestamp": traverse.MicrosValue(int64(j)),
			})
		}
	}
	return s
}

// doneAfter is a context that is done when it has been looked at some times.
type doneAfter struct {
	context.Context
	looks, most int
}

func (c *doneAfter) Err() error {
	if c.looks++; c.looks > c.most {
		return context.Canceled
	}
	return nil
}

// TestCancelledAnywhere: whenever the context is done, work on many records ends
// with its error, and the next one finds all that is there.
func TestCancelledAnywhere(t *testing.T) {
	const contacts, clicks, rows = 10_000, 2, 20_000
	fetch := func(entity, by string, keys func(i int) string, n int) func(ctx context.Context, s *columns.Store) (int, error) {
		need, err := schema(t).NewNeed(entity, by, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		q := &traverse.Query{Need: need}
		for i := range n {
			q.Keys = append(q.Keys, keys(i))
		}
		return func(ctx context.Context, s *columns.Store) (int, error) {
			rows := traverse.NewRows(q)
			err := s.Fetch(ctx, q, rows)
			return rows.Len(), err
		}
	}
	contact := func(i int) string { return fmt.Sprint("c", i) }
	for _, test := range []struct {
		name string
		work func(ctx context.Context, s *columns.Store) (int, error)
		want int
	}{
		{"laying out", func(ctx context.Context, s *columns.Store) (n int, err error) {
			err = s.Use(ctx, columns.ByContact, func() error {
				for i := range contacts {
					counts, _, _ := s.Owned(columns.ByContact).Of(s.Table("Contact").Key(contact(i)))
					for _, count := range counts {
						n += int(count)
					}
				}
				n += len(s.Contacts(s.Table("Account").Key("a")))
				return nil
			})
			return n, err
		}, rows + contacts},
		{"clicks by contact", fetch("Clicked", "Contact", contact, contacts), rows},
		{"contacts by account", fetch("Contact", "ParentAccount", func(int) string { return "a" }, 1), contacts},
	} {
		t.Run(test.name, func(t *testing.T) {
			fresh := many(t, contacts, clicks)
			// One or more steps pass all records, and look up now and then.
			least, most, err := test.want/10_000, 0, error(nil)
			for n := 0; ; most++ {
				ctx := &doneAfter{Context: t.Context(), most: most}
				if n, err = test.work(ctx, fresh); err == nil {
					if n != test.want {
						t.Errorf("%d records, want %d", n, test.want)
					}
					break
				}
				// Perhaps once more after the step that has ended.
				if !errors.Is(err, context.Canceled) || ctx.looks > most+2 {
					t.Fatalf("done after %d looks: %v after %d", most, err, ctx.looks)
				}
				if most > 50 {
					t.Fatalf("more than %d looks at the context for %d records", most, test.want)
				}
			}
			if most < least {
				t.Errorf("%d looks at the context for %d records", most, test.want)
			}
			if n, err := test.work(t.Context(), fresh); n != test.want || err != nil {
				t.Errorf("%d records, %v; want %d", n, err, test.want)
			}
		})
	}
}

// TestCancelled: laying out ends with the context.
func TestCancelled(t *testing.T) {
	s := columns.New(schema(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Use(ctx, 0, func() error { t.Error("used"); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestDictFind checks that Find returns the codes that Code gave, and gives none.
func TestDictFind(t *testing.T) {
	d := columns.New(traverse.Standard()).Table("Lead").Column("City").Dict
	for _, v := range []traverse.Value{
		traverse.TextValue("Ulm"), traverse.ChoicesValue("a", "b"), traverse.NumberValue(1.5), traverse.BoolValue(true),
	} {
		if code, ok := d.Find(v); ok {
			t.Errorf("%s has the code %d before it is given one", v, code)
		}
		n, want := d.Len(), d.Code(v)
		if code, ok := d.Find(v); !ok || code != want || d.Len() != n+1 {
			t.Errorf("%s has the code %d, %v of %d, want %d", v, code, ok, d.Len(), want)
		}
	}
	for _, v := range []traverse.Value{{}, traverse.TextValue("")} {
		if code, ok := d.Find(v); !ok || code != 0 {
			t.Errorf("the empty value has the code %d, %v", code, ok)
		}
	}
}
