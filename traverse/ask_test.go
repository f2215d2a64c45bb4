package traverse_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// sourceFunc is a source that is one function.
type sourceFunc func(q *traverse.Query, out *traverse.Rows) error

func (f sourceFunc) Fetch(_ context.Context, q *traverse.Query, out *traverse.Rows) error {
	return f(q, out)
}

// TestAsk checks which breaches of the contract Ask notices, what it says, and that
// the query and the answer of the caller are never changed by them.
func TestAsk(t *testing.T) {
	one := traverse.TextValue("1")
	errDown := errors.New("down")
	type Q = *traverse.Query
	type R = *traverse.Rows
	const (
		replaced = "source replaced its Rows by others; it must call Add of those that Fetch is given"
		keys     = "source changed the keys of its query; to filter them it must make a new slice, such as slices.Clone(q.Keys)"
		needed   = "source changed the need of its query; a Need must not be changed, and the model must be compiled again"
		dates    = "source changed From or To of its query; to ask for another range it must make a new Query"
		zero     = "source added to Rows that answer no query; it must call Add of those that Fetch is given"
	)
	for _, test := range []struct {
		name  string
		fetch func(q Q, out R) error
		want  string
	}{
		{"nothing is wrong", func(q Q, out R) error { out.Add("a", "1", one); return nil }, ""},
		{"the rows are emptied for another try", func(q Q, out R) error {
			out.Add("b", "1", one)
			out.Reset(q)
			out.Add("a", "1", one)
			return nil
		}, ""},
		{"the rows are emptied for changed keys", func(q Q, out R) error {
			slices.Reverse(q.Keys)
			out.Reset(q)
			out.Add("a", "1", one)
			slices.Reverse(q.Keys)
			return nil
		}, ""},
		{"the error of the source", func(Q, R) error { return errDown }, "down"},
		{"keys are filtered in place", func(q Q, out R) error {
			rest := q.Keys[:0]
			for _, k := range q.Keys {
				if k != "a" {
					rest = append(rest, k)
				}
			}
			out.Add("a", "1", one)
			return nil
		}, keys},
		{"keys are sorted", func(q Q, _ R) error { slices.Sort(q.Keys); slices.Reverse(q.Keys); return nil }, keys},
		{"keys are cut", func(q Q, _ R) error { q.Keys = q.Keys[:1]; return nil }, keys},
		{"a key is appended and added to", func(q Q, out R) error {
			q.Keys = append(q.Keys, "d")
			out.Add("d", "1", one)
			return nil
		}, keys},
		{"another need", func(q Q, _ R) error { q.Need = &traverse.Need{Entity: "Lead"}; return nil }, needed},
		{"no need", func(q Q, _ R) error { q.Need = nil; return nil }, needed},
		{"another range", func(q Q, _ R) error { q.From = q.From.Add(1); return nil }, dates},
		{"another limit", func(q Q, _ R) error { q.Limit = 5; return nil },
			"source changed the limit of its query; to ask for more records it must make a new Query"},
		{"another end", func(q Q, _ R) error { q.To = time.Time{}; return nil }, dates},
		{"zero rows", func(_ Q, out R) error { *out = traverse.Rows{}; return nil }, replaced},
		{"zero rows, which are added to", func(_ Q, out R) error {
			*out = traverse.Rows{}
			out.Add("a", "1", one)
			out.Fail("a", errDown)
			if got := out.Err(); got == nil || got.Error() != zero {
				t.Errorf("got %v", got)
			}
			return nil
		}, replaced},
		{"rows of an empty query", func(_ Q, out R) error {
			*out = *traverse.NewRows(&traverse.Query{})
			out.Add("a", "1", one)
			return nil
		}, replaced},
		{"rows of another query", func(q Q, out R) error {
			other := traverse.NewRows(&traverse.Query{Need: q.Need, Keys: []string{"z"}})
			other.Add("z", "1", one)
			*out = *other
			return nil
		}, replaced},
		{"a key that was not asked for", func(_ Q, out R) error { out.Add("z", "1", one); return nil },
			`source added Thing "1" under key "z", which was not asked for`},
		{"an error of a key that was not asked for", func(_ Q, out R) error { out.Fail("z", errDown); out.Add("a", "1", one); return nil },
			`source failed Thing under key "z", which was not asked for: down`},
		{"everything at once", func(q Q, out R) error {
			clear(q.Keys)
			q.Need, q.To = nil, time.Time{}
			*out = traverse.Rows{}
			return nil
		}, replaced},
	} {
		t.Run(test.name, func(t *testing.T) {
			need := need(t, "Lead", "Text")
			q := &traverse.Query{Need: need, Keys: []string{"a", "b", "c"}, From: time.Unix(1, 0), To: time.Unix(2, 0)}
			out := &traverse.Rows{}
			for range 2 { // a second answer uses the memory of the first
				err := traverse.Ask(t.Context(), sourceFunc(test.fetch), q, out)
				if err == nil && test.want != "" || err != nil && err.Error() != test.want {
					t.Fatalf("got %v, want %s", err, test.want)
				}
				fault, ok := errors.AsType[*traverse.ContractError](err)
				if ok != (test.want != "" && test.want != "down") || ok && (fault.Entity != "Thing" || fault.By != "Lead") {
					t.Errorf("got %#v", fault)
				}
				if q.Need != need || !slices.Equal(q.Keys, []string{"a", "b", "c"}) || !q.From.Equal(time.Unix(1, 0)) || !q.To.Equal(time.Unix(2, 0)) {
					t.Errorf("the query is now %+v", q)
				}
				n := 0
				for row := range out.All() {
					if n++; row.Key != "a" && err == nil {
						t.Errorf("got %+v", row)
					}
				}
				if err == nil && n != 1 {
					t.Errorf("%d rows", n)
				}
			}
		})
	}
}

// TestAskChangedNeed: a source that changes a Need harms later queries, too, which
// say so and are not asked.
func TestAskChangedNeed(t *testing.T) {
	for name, change := range map[string]func(q *traverse.Query){
		"an entity": func(q *traverse.Query) { q.Entity = "Lead" },
		"a key":     func(q *traverse.Query) { q.By = "" },
		"a range":   func(q *traverse.Query) { q.Time = "Text" },
		"a field":   func(q *traverse.Query) { q.Fields[0] = "Number" },
		"fewer":     func(q *traverse.Query) { q.Fields = q.Fields[:0] },
		"more":      func(q *traverse.Query) { q.Fields = append(q.Fields, "Number") },
	} {
		t.Run(name, func(t *testing.T) {
			q := &traverse.Query{Need: need(t, "Lead", "Text"), Keys: []string{"a"}}
			asked := 0
			source := sourceFunc(func(q *traverse.Query, out *traverse.Rows) error {
				asked++
				change(q)
				out.Add("a", "1", slices.Repeat([]traverse.Value{traverse.TextValue("x")}, len(q.Fields))...)
				return nil
			})
			for range 2 {
				out := &traverse.Rows{}
				err := traverse.Ask(t.Context(), source, q, out)
				if _, ok := errors.AsType[*traverse.ContractError](err); !ok {
					t.Errorf("got %v", err)
				}
				for range out.All() {
				}
			}
			if asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}
