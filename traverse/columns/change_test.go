package columns_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

// values returns a record's values in the order of its columns.
func values(s *columns.Store, entity string, record map[string]traverse.Value) []traverse.Value {
	var list []traverse.Value
	for _, c := range s.Table(entity).Columns() {
		list = append(list, record[c.Name])
	}
	return list
}

func put(t testing.TB, s *columns.Store, entity, id string, record map[string]traverse.Value) {
	t.Helper()
	if err := s.Put(entity, id, values(s, entity, record)...); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, s *columns.Store, entity, id string, want bool) {
	t.Helper()
	if was, err := s.Delete(entity, id); err != nil || was != want {
		t.Fatalf("deleting %s %q: %t, %v", entity, id, was, err)
	}
}

// TestContractChanged runs the contract of a source on a store whose records have
// been replaced, and in which other records have been deleted.
func TestContractChanged(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, s *traverse.Schema, records []sourcetest.Record) traverse.Source {
		store := columns.New(s)
		for i, r := range records {
			extra := fmt.Sprint("extra", i)
			put(t, store, r.Entity, r.ID, nil)
			put(t, store, r.Entity, extra, r.Values)
			if i%2 == 0 {
				remove(t, store, r.Entity, extra, true)
			}
		}
		if err := store.Use(t.Context(), columns.ByContact|columns.ByLead, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		for i, r := range records {
			put(t, store, r.Entity, r.ID, r.Values)
			remove(t, store, r.Entity, fmt.Sprint("extra", i), i%2 != 0)
		}
		return store
	})
}

func TestPutAndDeleteErrors(t *testing.T) {
	s := columns.New(schema(t))
	put(t, s, "Account", "a1", map[string]traverse.Value{"Name": traverse.TextValue("x")})
	_, unknown := s.Delete("Acount", "a1")
	for _, c := range []struct {
		err  error
		want string
	}{
		{s.Put("Account", "a1", traverse.NumberValue(1)), `columns: Account "a1": Name cannot be a number`},
		{s.Put("Account", "a1"), `columns: Account "a1": 0 values for 1 columns`},
		{s.Put("Account", "", traverse.Value{}), `columns: Account: a record needs an id, not the empty text`},
		{s.Put("Acount", "a1"), `columns: unknown entity Acount; did you mean Account?`},
		{unknown, `columns: unknown entity Acount; did you mean Account?`},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
	remove(t, s, "Account", "b", false)
	remove(t, s, "Account", "", false)
	if got := everything(t, s); !slices.Contains(got, "Account by id a1: a1 Name=x") || s.Len("Account") != 1 {
		t.Errorf("changed after errors: %q", got)
	}
	remove(t, s, "Account", "a1", true)
	remove(t, s, "Account", "a1", false)
	if n := s.Len("Account"); n != 0 {
		t.Errorf("%d accounts", n)
	}
}

// idsOf lists the ids that the records of a test can have.
var idsOf = map[string][]string{
	"Lead":    {"l1", "l2", "l3", "l4", "l5"},
	"Contact": {"c1", "c2", "c3"},
	"Account": {"a1", "a2"},
	"Opened":  {"o1", "o2", "o3", "o4", "o5", "o6"},
	"Clicked": {"k1", "k2", "k3", "k4"},
}

var changeable = slices.Sorted(maps.Keys(idsOf))

// A change puts one record, or deletes it if values is nil.
type change struct {
	entity, id string
	values     map[string]traverse.Value
}

// changes draws changes of records.
func changes(s *traverse.Schema) *rapid.Generator[change] {
	return rapid.Custom(func(t *rapid.T) change {
		entity := rapid.SampledFrom(changeable).Draw(t, "entity")
		c := change{entity: entity, id: rapid.SampledFrom(idsOf[entity]).Draw(t, "id")}
		if rapid.IntRange(0, 2).Draw(t, "delete") == 0 {
			return c
		}
		c.values = map[string]traverse.Value{}
		e := s.Entity(entity)
		for f := range e.Fields() {
			if rapid.IntRange(0, 3).Draw(t, "empty") == 0 {
				continue
			}
			n := rapid.IntRange(0, 4).Draw(t, f.Name)
			c.values[f.Name] = map[traverse.Type]traverse.Value{
				traverse.Text: traverse.TextValue(fmt.Sprint(strings.Repeat("x", rapid.IntRange(0, 20).Draw(t, "length")), "text", n)), traverse.Number: traverse.NumberValue(float64(n)),
				traverse.Bool: traverse.BoolValue(n > 2), traverse.Time: traverse.MicrosValue(int64(n-2) * 24 * 3600_000_000),
				traverse.Date: traverse.DayValue(int64(n - 2)), traverse.Choices: traverse.ChoicesValue([]string{"A", "B"}[n%2]),
			}[f.Type]
		}
		for r := range e.Relationships() {
			if !r.Many() && rapid.IntRange(0, 4).Draw(t, "no "+r.Name) > 0 {
				c.values[r.Name] = traverse.TextValue(rapid.SampledFrom(idsOf[r.Target]).Draw(t, r.Name))
			}
		}
		return c
	})
}

// final returns the records that are left after some changes, in the order in
// which a store has them.
func final(all []change) []change {
	var left []change
	for _, c := range all {
		at := slices.IndexFunc(left, func(o change) bool { return o.entity == c.entity && o.id == c.id })
		switch {
		case at < 0 && c.values != nil:
			left = append(left, c)
		case at >= 0 && c.values != nil:
			left[at] = c
		case at >= 0:
			left = slices.Delete(left, at, at+1)
		}
	}
	return left
}

// everything writes down how many records a store has, its leads, the answers to
// all queries, and the interactions and contacts that it lends.
func everything(t failer, s *columns.Store) []string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, entity := range changeable {
		say("%d of %s", s.Len(entity), entity)
	}
	for id, err := range s.Leads(context.Background()) {
		say("lead %s %v", id, err)
	}
	for _, entity := range changeable {
		e := s.Schema().Entity(entity)
		fields := slices.Collect(e.FieldNames())
		bys := []string{""}
		for r := range e.Relationships() {
			if !r.Many() {
				fields, bys = append(fields, r.Name), append(bys, r.Name)
			}
		}
		dated := ""
		if f, ok := e.Dated(); ok {
			dated = f.Name
		}
		for _, by := range bys {
			keys, name := idsOf[entity], "id"
			if by != "" {
				r, _ := e.Relationship(by)
				keys, name = idsOf[r.Target], by
			}
			need, err := s.Schema().NewNeed(entity, by, fields, dated)
			if err != nil {
				t.Fatal(err)
			}
			for _, from := range []time.Time{{}, time.Unix(0, 0)} {
				q := &traverse.Query{Need: need, Keys: keys, From: from}
				rows := traverse.NewRows(q)
				if err := s.Fetch(context.Background(), q, rows); err != nil || rows.Err() != nil {
					t.Fatal(err, rows.Err())
				}
				for r := range rows.All() {
					var held []string
					for i, v := range r.Values {
						if !v.IsEmpty() {
							held = append(held, fields[i]+"="+v.String())
						}
					}
					say("%s by %s %s: %s %s", entity, name, r.Key, r.ID, strings.Join(held, " "))
				}
				if dated == "" {
					break
				}
			}
		}
	}
	return append(lines, lent(t, s)...)
}

// lent writes down what a store lends by contact, by lead and by account, those of one
// instant in the order of their texts.
func lent(t failer, s *columns.Store) []string {
	var lines []string
	err := s.Use(context.Background(), columns.ByContact|columns.ByLead, func() error {
		contacts, accounts := s.Table("Contact"), s.Table("Account")
		for _, by := range []columns.Layouts{columns.ByContact, columns.ByLead} {
			for _, id := range idsOf[ownersOf[by]] {
				lines = append(lines, lentOf(s.Owned(by), s.Table(ownersOf[by]).Key(id), id)...)
			}
		}
		for _, id := range idsOf["Account"] {
			for _, row := range s.Contacts(accounts.Key(id)) {
				lines = append(lines, id+" has "+contacts.ID(contacts.RowKey(int(row))))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

const changingRules = `
model "By contact" {
	target contact
	condition "Opened" { each Opened within last 3 days where EmailName contains "1" score +1 }
	condition "Clicked twice" { at least 2 Clicked where Seconds > 1 score +100 }
	condition "Clicked long ago" { each Clicked where At is not empty score +1000 }
	condition "City" { has Lead.ParentContact where City ends with any ("text1", "text2") score +10000 }
	condition "Account" { has Lead.ParentContact.ParentAccount where Name ends with "text3" score +50000 }
	condition "Never opened" { none Opened score +100000 }
	condition "Rich" { has Lead where Budget >= 2 and Qualified = true score +1000000 }
}
model "By account" {
	target account
	condition "Opened" { each Opened.Contact where Interests contains any ("A") score +1 }
	condition "Clicked" { each Clicked within last 4 days score +100 }
	condition "Name" { has Lead.ParentAccount where Name contains "text" score +10000 }
}
model "By lead" {
	target lead
	condition "Opened" { each Opened within last 3 days where EmailName contains "1" score +1 }
	condition "Long ago" { none Opened within last 4 days score +1000 }
	condition "Rich" { each Opened where Lead.Budget >= 2 score +10000 }
}
model "By lead and contact" {
	target lead with contact
	condition "Opened" { each Opened where EmailName contains "text" score +1 }
	condition "Any" { each Interaction score +1000 }
}`

// rows hides that a source lends.
type rows struct{ traverse.Source }

// lentOf writes down the interactions of an owner.
func lentOf(o *columns.Owned, owner columns.Key, id string) []string {
	var own []string
	counts, times, cells := o.Of(owner)
	for k, n := range counts {
		kind := o.Kinds()[k]
		for i := range int(n) {
			line := fmt.Sprintf("%s: %d %s after %d", id, k, kind.Entity().Name(), -times[i])
			for _, c := range kind.Columns() {
				if c.Dict != nil {
					line += " " + c.Dict.Value(cells[i*kind.Width()+c.At]).String()
				}
			}
			if i > 0 && times[i] > times[i-1] {
				line += ", and not before the next"
			}
			own = append(own, line)
		}
		times, cells = times[n:], cells[int(n)*kind.Width():]
	}
	slices.Sort(own)
	return own
}

// scores writes down what a source gives for all leads, one by one and together.
func scores(t failer, set *leadscore.Set, s *columns.Store, source traverse.Source) []string {
	asOf := leadscore.AsOf(time.Unix(3*24*3600, 0))
	var lines []string
	say := func(r leadscore.SetResult, err error) {
		line := fmt.Sprint(err)
		for _, result := range r.Results {
			line += fmt.Sprintf(" %s: %v %d", result.Model, result.Status, result.Score)
		}
		lines = append(lines, line)
	}
	for _, id := range append(idsOf["Lead"], "", "nobody") {
		say(set.Score(context.Background(), id, source, asOf))
	}
	for r, err := range set.ScoreAll(context.Background(), s.Leads(context.Background()), source, asOf) {
		say(r, err)
	}
	return lines
}

// TestChanges checks that after any sequence of adding, replacing, deleting and
// reading records a store equals one to which only the remaining records were added.
func TestChanges(t *testing.T) {
	s := schema(t)
	set, err := leadscore.CompileSet(s, []leadscore.File{{Name: "m.score", Text: changingRules}})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		store := columns.New(s)
		some := rapid.IntRange(0, 120).Draw(t, "some")
		all := rapid.SliceOfN(changes(s), some, some).Draw(t, "changes")
		passing := passing{store: store}
		for i, c := range all {
			if rapid.IntRange(0, 5).Draw(t, "passing") == 0 {
				passing.renew(t, rapid.SampledFrom(changeable).Draw(t, "of"), rapid.IntRange(0, 60).Draw(t, "records"))
			}
			list := values(store, c.entity, c.values)
			held := slices.ContainsFunc(final(all[:i]), func(o change) bool { return o.entity == c.entity && o.id == c.id })
			switch {
			case c.values == nil:
				if was, err := store.Delete(c.entity, c.id); err != nil || was != held {
					t.Fatalf("deleting %s %s: %t, %v", c.entity, c.id, was, err)
				}
			case held && i%2 == 0:
				if err := store.Add(c.entity, c.id, list...); !errors.Is(err, columns.ErrDuplicate) {
					t.Fatal(err)
				}
				fallthrough
			case held || i%2 == 0:
				if err := store.Put(c.entity, c.id, list...); err != nil {
					t.Fatal(err)
				}
			default:
				if err := store.Add(c.entity, c.id, list...); err != nil {
					t.Fatal(err)
				}
			}
			switch rapid.IntRange(0, 20).Draw(t, "read") {
			case 0:
				lent(t, store)
			case 1:
				everything(t, store)
			case 2:
				scores(t, set, store, store)
			}
		}
		passing.renew(t, "Lead", 0)
		fresh := columns.New(s)
		for _, c := range final(all) {
			if err := fresh.Add(c.entity, c.id, values(fresh, c.entity, c.values)...); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(everything(t, fresh), everything(t, store)); diff != "" {
			t.Fatalf("a fresh store, and a changed one (-want +got):\n%s", diff)
		}
		want := scores(t, set, fresh, fresh)
		for _, source := range []traverse.Source{store, rows{store}} {
			if diff := cmp.Diff(want, scores(t, set, store, source)); diff != "" {
				t.Fatalf("scores from a fresh store, and from %T (-want +got):\n%s", source, diff)
			}
		}
	})
}

// TestVersion: the version of a store changes with its records, and with nothing else.
func TestVersion(t *testing.T) {
	s := columns.New(leadscore.StandardSchema())
	versions := map[uint64]string{s.Version(): "nothing"}
	changes := func(how string, change func()) {
		t.Helper()
		change()
		if before, ok := versions[s.Version()]; ok {
			t.Errorf("after %s the version is that after %s", how, before)
		}
		versions[s.Version()] = how
	}
	record := map[string]traverse.Value{"City": traverse.TextValue("Bonn")}
	changes("adding", func() { put(t, s, "Account", "a", record) })
	changes("replacing", func() { put(t, s, "Account", "a", record) })
	changes("adding a block", func() {
		table := s.Table("Account")
		if err := s.AddBlock("Account", []string{"b", "c"}, make([]traverse.Column, len(table.Columns()))); err != nil {
			t.Fatal(err)
		}
	})
	changes("deleting", func() { remove(t, s, "Account", "a", true) })
	last := s.Version()
	remove(t, s, "Account", "a", false)
	if err := s.Add("Account", "b", values(s, "Account", record)...); !errors.Is(err, columns.ErrDuplicate) {
		t.Fatal(err)
	}
	if err := s.Use(t.Context(), columns.ByContact, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if s.Version() != last {
		t.Errorf("the version changes after %s, without a change", versions[last])
	}
	changes("a reset", s.Reset)
}

// TestDeletedLead checks that the row of a deleted lead is taken for no lead.
func TestDeletedLead(t *testing.T) {
	s := columns.New(schema(t))
	m, err := leadscore.Compile("m.score", `model "M" { target contact condition "C" { has Lead score +3 } }`, s.Schema())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"l1", "l2", "l3"} {
		put(t, s, "Lead", id, map[string]traverse.Value{"ParentContact": traverse.TextValue("c")})
	}
	remove(t, s, "Lead", "l2", true)
	for _, id := range []string{"l1", "l2", "l1", "", "l1", "l3"} {
		r, err := m.Score(t.Context(), id, s)
		if there := id == "l1" || id == "l3"; there != (err == nil && r.Score == 3) || !there && !errors.Is(err, leadscore.ErrNoLead) {
			t.Errorf("%q: %v, %v", id, r, err)
		}
	}
}

// TestLeadsWhileDeleting checks that a loop over the leads yields those that were
// there when it began, even if they are deleted during the loop.
func TestLeadsWhileDeleting(t *testing.T) {
	const n = 200
	s := columns.New(schema(t))
	var want []string
	for i := range n {
		want = append(want, fmt.Sprint("l", i))
		put(t, s, "Lead", want[i], nil)
	}
	var got []string
	for id, err := range s.Leads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, id)
		i := len(got) - 1
		remove(t, s, "Lead", fmt.Sprint("l", n-1-i), true)
		put(t, s, "Lead", fmt.Sprint("new", i), nil)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if first := slices.Collect(maps.Keys(maps.Collect(s.Leads(t.Context())))); len(first) != n || slices.Contains(first, "l0") {
		t.Errorf("%d leads afterwards", len(first))
	}
}

// TestKeepsNothing checks that the size of a store depends on the records that it
// holds, and not on those that it has held.
func TestKeepsNothing(t *testing.T) {
	s := columns.New(schema(t))
	put(t, s, "Contact", "c", nil)
	for i := range 10_000 {
		put(t, s, "Opened", fmt.Sprint(i), map[string]traverse.Value{"Contact": traverse.TextValue(fmt.Sprint("c", i))})
		if i >= 100 {
			remove(t, s, "Opened", fmt.Sprint(i-100), true)
		}
		put(t, s, "Contact", "c", map[string]traverse.Value{"ParentAccount": traverse.TextValue(fmt.Sprint("a", i))})
		if i%10 == 0 {
			lent(t, s)
		}
	}
	for _, entity := range []string{"Opened", "Contact", "Account"} {
		table := s.Table(entity)
		if n := table.Len(); n > 500 {
			t.Errorf("%s: %d rows for %d records", entity, n, s.Len(entity))
		}
		if k := table.Intern("a new id"); k > 500 {
			t.Errorf("%s: %d ids for %d records", entity, k, s.Len(entity))
		}
	}
}

// TestForgetsValues checks that values that no record has any more are freed, and
// that the engine does not mistake new codes for old ones.
func TestForgetsValues(t *testing.T) {
	s := columns.New(schema(t))
	m, err := leadscore.Compile("m.score", `model "M" { target contact
		condition "Even" { each Opened where EmailName ends with "0" score +1 }
		condition "City" { has Lead.ParentContact where City ends with any ("2", "4", "6", "8", "0") score +100 } }`, s.Schema())
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "Lead", "l", map[string]traverse.Value{"ParentContact": traverse.TextValue("c")})
	const kept = 20
	for i := range 3000 {
		put(t, s, "Opened", fmt.Sprint(i%kept), map[string]traverse.Value{
			"EmailName": traverse.TextValue(fmt.Sprint("email ", i)), "Contact": traverse.TextValue("c"), "Timestamp": traverse.MicrosValue(int64(i)),
		})
		put(t, s, "Contact", "c", map[string]traverse.Value{"City": traverse.TextValue(fmt.Sprint("city ", i))})
		want := int64(0)
		for j := max(0, i-kept+1); j <= i; j++ {
			if j%10 == 0 {
				want++
			}
		}
		if i%2 == 0 {
			want += 100
		}
		for _, source := range []traverse.Source{s, rows{s}} {
			if r, err := m.Score(t.Context(), "l", source, leadscore.AsOf(time.Unix(1, 0))); err != nil || r.Score != want {
				t.Fatalf("%d from %T after %d, want %d; %v", r.Score, source, i, want, err)
			}
		}
	}
	for _, c := range []*columns.Column{s.Table("Opened").Column("EmailName"), s.Table("Contact").Column("City")} {
		if n := c.Dict.Len(); n > 200 {
			t.Errorf("%s has %d codes for %d values", c.Name, n, kept)
		}
	}
}

// TestChangeWhileScoring is for the race detector. Each score is that of some state of
// the store.
func TestChangeWhileScoring(t *testing.T) {
	s := columns.New(schema(t))
	put(t, s, "Lead", "l", map[string]traverse.Value{"ParentContact": traverse.TextValue("c")})
	m, err := leadscore.Compile("m.score", `model "M" { target contact
		condition "C" { each Opened where EmailName contains "a" score +1 } }`, s.Schema())
	if err != nil {
		t.Fatal(err)
	}
	const most = 20
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(done)
		for i := range 1000 {
			put(t, s, "Opened", fmt.Sprint(i%most), map[string]traverse.Value{
				"EmailName": traverse.TextValue(fmt.Sprint("a", i)), traverse.Contact: traverse.TextValue("c"),
				traverse.Timestamp: traverse.MicrosValue(int64(i)),
			})
			if i%3 == 0 && i > 0 {
				if _, err := s.Delete("Opened", fmt.Sprint(i/3%most)); err != nil {
					t.Error(err)
				}
			}
			put(t, s, "Lead", fmt.Sprint("other", i%5), nil)
			if _, err := s.Delete("Lead", fmt.Sprint("other", (i+2)%5)); err != nil {
				t.Error(err)
			}
		}
	})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				r, err := m.Score(t.Context(), "l", s, leadscore.AsOf(time.Unix(1, 0)))
				if err != nil || r.Score < 0 || r.Score > most {
					t.Errorf("%d, %v", r.Score, err)
					return
				}
				for _, err := range s.Leads(t.Context()) {
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
}
