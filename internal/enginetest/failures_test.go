package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// TestFailingFetch: if a query fails, the leads that need it do, and the error says
// which lead, entity and path.
func TestFailingFetch(t *testing.T) {
	broken := errors.New("connection reset")
	set := scoretest.CompileSet(t, scoretest.Model("M", scoretest.Accounts))
	ids := leadscore.IDs("lead-a", "lead-b", "lead-c", "nobody", "lead-n")
	for _, test := range []struct {
		name, entity string
		want         []string
	}{
		{"what some leads need", "Account", []string{
			`lead-a error lead "lead-a": Lead.ParentContact.ParentAccount (Account): connection reset`,
			"lead-b 0",
			`lead-c error lead "lead-c": Lead.ParentContact.ParentAccount (Account): connection reset`,
			`nobody error lead "nobody": no such lead`, "lead-n 0",
		}},
		{"what all leads with a contact need", "Contact", []string{
			`lead-a error lead "lead-a": Lead.ParentContact (Contact): connection reset`,
			`lead-b error lead "lead-b": Lead.ParentContact (Contact): connection reset`,
			`lead-c error lead "lead-c": Lead.ParentContact (Contact): connection reset`,
			`nobody error lead "nobody": no such lead`, "lead-n 0",
		}},
		{"the leads themselves", "Lead", []string{
			`lead-a error lead "lead-a": Lead (Lead): connection reset`,
			`lead-b error lead "lead-b": Lead (Lead): connection reset`,
			`lead-c error lead "lead-c": Lead (Lead): connection reset`,
			`nobody error lead "nobody": Lead (Lead): connection reset`,
			`lead-n error lead "lead-n": Lead (Lead): connection reset`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := scoretest.Source(t, scoretest.ThreeLeads())
			data.Before = func(q *traverse.Query, _ *traverse.Rows) error {
				if q.Entity == test.entity {
					return broken
				}
				return nil
			}
			var got []string
			for r, err := range set.ScoreAll(t.Context(), ids, data, scoretest.AsOf) {
				got = append(got, scoretest.Text(r, err))
				if err == nil || errors.Is(err, leadscore.ErrNoLead) {
					continue
				}
				bad, ok := errors.AsType[*leadscore.LeadError](err)
				if !ok || bad.Err != broken || bad.Lead != r.Lead || bad.Entity != test.entity {
					t.Errorf("got %+v", err)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFirstFailure: of several failures, the error is the one that is first in the
// rules.
func TestFirstFailure(t *testing.T) {
	data := scoretest.Source(t, scoretest.ThreeLeads())
	data.Before = func(q *traverse.Query, _ *traverse.Rows) error {
		if q.Entity == "EmailOpened" || q.Entity == "Account" {
			return errors.New("no access")
		}
		return nil
	}
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"), scoretest.Model("N", scoretest.Accounts))
	got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs("lead-a"), data, scoretest.AsOf))
	if diff := cmp.Diff([]string{`lead-a error lead "lead-a": EmailOpened (EmailOpened): no access`}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNothingCountsAfterAFailure: records that a source added before it failed do not
// count.
func TestNothingCountsAfterAFailure(t *testing.T) {
	data := scoretest.Source(t, scoretest.ThreeLeads())
	data.Before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == "EmailOpened" {
			out.Add("anna", "o9", make([]traverse.Value, len(q.Fields))...)
			return errors.New("half way")
		}
		return nil
	}
	_, err := scoretest.Compile(t, scoretest.Model("M", "each EmailOpened")).Score(t.Context(), "lead-a", data, scoretest.AsOf)
	if err == nil || err.Error() != `lead "lead-a": EmailOpened (EmailOpened): half way` {
		t.Errorf("got %v", err)
	}
}

// TestFailedKey: Rows.Fail fails only the leads that reach the key.
func TestFailedKey(t *testing.T) {
	data := scoretest.Source(t, scoretest.ThreeLeads())
	data.Before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == "Account" && slices.Contains(q.Keys, "fabrikam") {
			out.Fail("fabrikam", errors.New("row is corrupt"))
		}
		return nil
	}
	set := scoretest.CompileSet(t, scoretest.Model("M", scoretest.Accounts))
	got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs("lead-a", "lead-b", "lead-c"), data, scoretest.AsOf))
	want := []string{"lead-a 1", "lead-b 0", `lead-c error lead "lead-c": Lead.ParentContact.ParentAccount (Account): row is corrupt`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFailedOwners: if an account's contacts cannot be read, its leads fail.
func TestFailedOwners(t *testing.T) {
	data := scoretest.Source(t, scoretest.Records{
		"Lead":    {"one": {"ParentAccount": "contoso"}, "two": {"ParentAccount": "fabrikam"}},
		"Contact": {"anna": {"ParentAccount": "contoso"}}, "EmailOpened": {"o1": {"Contact": "anna"}},
	})
	data.Before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.By == "ParentAccount" {
			out.Fail("fabrikam", errors.New("no access"))
		}
		return nil
	}
	set := scoretest.CompileSet(t, strings.Replace(scoretest.Model("M", "each EmailOpened"), "target contact", "target account", 1))
	got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs("one", "two"), data, scoretest.AsOf))
	want := []string{"one 1", `two error lead "two": Contact.ParentAccount (Contact): no access`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBrokenContract: a source that breaks its contract gives an error that says so.
func TestBrokenContract(t *testing.T) {
	for _, test := range []struct {
		name string
		add  func(q *traverse.Query, out *traverse.Rows)
		want string
	}{
		{"a key that was not asked for", func(q *traverse.Query, out *traverse.Rows) {
			out.Add("zoe", "zoe", make([]traverse.Value, len(q.Fields))...)
		}, `source added Contact "zoe" under key "zoe", which was not asked for`},
		{"a wrong number of values", func(q *traverse.Query, out *traverse.Rows) { out.Add("anna", "anna") },
			`source added Contact "anna" with 0 values where 1 are asked for`},
		{"another id", func(q *traverse.Query, out *traverse.Rows) {
			out.Add("anna", "zoe", make([]traverse.Value, len(q.Fields))...)
		}, `source added Contact "zoe" under the id "anna"`},
		{"an id twice", func(q *traverse.Query, out *traverse.Rows) {
			out.Add("anna", "anna", make([]traverse.Value, len(q.Fields))...)
		}, `source added Contact "anna" twice`},
		{"a value that does not fit", func(q *traverse.Query, out *traverse.Rows) {
			out.Add("anna", "anna", slices.Repeat([]traverse.Value{traverse.BoolValue(true)}, len(q.Fields))...)
		}, `Contact "anna": City is text and cannot be the bool "true"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := scoretest.Source(t, scoretest.ThreeLeads())
			data.Before = func(q *traverse.Query, out *traverse.Rows) error {
				if q.Entity == "Contact" {
					test.add(q, out)
				}
				return nil
			}
			_, err := scoretest.Compile(t, scoretest.Model("M", `has Lead.ParentContact where City = "Chicago"`)).Score(t.Context(), "lead-a", data, scoretest.AsOf)
			if want := `lead "lead-a": Lead.ParentContact (Contact): ` + test.want; err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// TestCancellationWhileCounting: counting many routes ends when ctx is done.
func TestCancellationWhileCounting(t *testing.T) {
	data := scoretest.Records{"Lead": {"lead-1": {"ParentContact": "anna"}}, "EmailOpened": {}}
	for i := range 10_000 {
		data["EmailOpened"][fmt.Sprint("o", i)] = memory.Record{"Contact": "anna"}
	}
	var text strings.Builder
	text.WriteString("model \"M\" { target contact\n")
	for i := range 50 {
		fmt.Fprintf(&text, "condition \"C%d\" { each EmailOpened where EmailName != \"%[1]d\" score 1 }\n", i)
	}
	text.WriteString("}")
	m := scoretest.Compile(t, text.String())
	src := scoretest.Source(t, data)
	score := func(most int) (looks int, err error) {
		// With an explanation the routes are counted one by one.
		_, err = m.Score(&doneAfter{Context: t.Context(), looks: &looks, most: most}, "lead-1", src, scoretest.AsOf, leadscore.Explain(100))
		return looks, err
	}
	if _, err := score(math.MaxInt); err != nil { // also the source is prepared now
		t.Fatal(err)
	}
	all, err := score(math.MaxInt)
	if err != nil || all < 100 {
		t.Fatalf("%d looks at the context, %v", all, err)
	}
	looks, err := score(all / 2)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v after %d looks at the context", err, looks)
	}
	if looks > all/2+3 {
		t.Errorf("counting continued: it looked at the context %d times of %d", looks, all)
	}
}

// doneAfter is a context that is done after a number of calls of Err.
type doneAfter struct {
	context.Context
	looks *int
	most  int
}

func (c *doneAfter) Err() error {
	if *c.looks++; *c.looks > c.most {
		return context.Canceled
	}
	return nil
}
