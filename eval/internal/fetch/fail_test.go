package fetch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/traverse"
)

// TestFailures checks that a failed query fails the leads that reach one of its keys,
// and no others, whatever the conditions filter.
func TestFailures(t *testing.T) {
	broken := errors.New("connection reset")
	entity := func(name, by string) func(q *traverse.Query, _ *traverse.Rows) error {
		return func(q *traverse.Query, _ *traverse.Rows) error {
			if q.Entity == name && q.By == by {
				return broken
			}
			return nil
		}
	}
	key := func(name, by, key string) func(q *traverse.Query, out *traverse.Rows) error {
		return func(q *traverse.Query, out *traverse.Rows) error {
			if q.Entity == name && q.By == by {
				out.Fail(key, broken)
			}
			return nil
		}
	}
	add := func(name, by, key, id string, values int) func(q *traverse.Query, out *traverse.Rows) error {
		return func(q *traverse.Query, out *traverse.Rows) error {
			if q.Entity == name && q.By == by && (slices.Contains(q.Keys, key) || key == "zoo") {
				out.Add(key, id, make([]traverse.Value, len(q.Fields)+values)...)
			}
			return nil
		}
	}
	all := func(what string) []string {
		return []string{"l1: " + what, "l2: " + what, "deal: " + what, "free: " + what, "nobody: " + what}
	}
	ok := map[string]string{"l1": "l1: contact-based ada", "l2": "l2: contact-based ben", "deal": "deal: account-based ada ben",
		"free": "free: no parent", "nobody": "nobody: Lead (Lead): no such lead"}
	fails := func(lines ...string) []string {
		var list []string
		for _, id := range []string{"l1", "l2", "deal", "free", "nobody"} {
			i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, id+": ") })
			if i < 0 {
				list = append(list, ok[id])
			} else {
				list = append(list, lines[i])
			}
		}
		return list
	}
	for _, test := range []struct {
		name   string
		before func(q *traverse.Query, out *traverse.Rows) error
		want   []string
	}{
		{"nothing", nil, fails()},
		{"the leads", entity("Lead", ""), all("Lead (Lead): connection reset")},
		{"one lead", key("Lead", "", "l1"), fails("l1: Lead (Lead): connection reset")},
		{"interactions", entity("EmailOpened", "Contact"), fails(
			"l1: EmailOpened (EmailOpened): connection reset", "l2: EmailOpened (EmailOpened): connection reset",
			"deal: EmailOpened (EmailOpened): connection reset")},
		{"the interactions of one contact", key("EmailOpened", "Contact", "ada"), fails(
			"l1: EmailOpened (EmailOpened): connection reset", "deal: EmailOpened (EmailOpened): connection reset")},
		{"the contacts of an account", entity("Contact", "ParentAccount"), fails("deal: Contact.ParentAccount (Contact): connection reset")},
		{"a hop on which no condition counts anything", key("Account", "", "gone"), fails(
			"l2: Lead.ParentContact.ParentAccount (Account): connection reset")},
		{"the first of several hops", func(q *traverse.Query, _ *traverse.Rows) error {
			if q.Entity != "Lead" {
				return broken
			}
			return nil
		}, fails("l1: Lead.ParentContact (Contact): connection reset", "l2: Lead.ParentContact (Contact): connection reset",
			"deal: Contact.ParentAccount (Contact): connection reset")},
		{"a record twice", add("Contact", "", "ada", "ada", 0), fails(`l1: Lead.ParentContact (Contact): source added Contact "ada" twice`)},
		{"a record twice under a key", add("EmailOpened", "Contact", "ada", "o1", 0), fails(
			`l1: EmailOpened (EmailOpened): source added EmailOpened "o1" twice under the key "ada"`,
			`deal: EmailOpened (EmailOpened): source added EmailOpened "o1" twice under the key "ada"`)},
		{"a record without an id more than once", func(q *traverse.Query, out *traverse.Rows) error {
			_ = add("EmailOpened", "Contact", "ada", "", 0)(q, out)
			return add("EmailOpened", "Contact", "ada", "", 0)(q, out)
		}, fails()},
		{"a key that was not asked for", add("Account", "", "zoo", "zoo", 0), fails(
			`l1: Lead.ParentContact.ParentAccount (Account): source added Account "zoo" under key "zoo", which was not asked for`,
			`l2: Lead.ParentContact.ParentAccount (Account): source added Account "zoo" under key "zoo", which was not asked for`)},
		{"another id", add("Contact", "", "ada", "zoe", 0), fails(
			`l1: Lead.ParentContact (Contact): source added Contact "zoe" under the id "ada"`,
			`l2: Lead.ParentContact (Contact): source added Contact "zoe" under the id "ada"`)},
		{"a value too many", add("Contact", "", "ada", "ada", 1), fails(
			`l1: Lead.ParentContact (Contact): source added Contact "ada" with 2 values where 1 are asked for`,
			`l2: Lead.ParentContact (Contact): source added Contact "ada" with 2 values where 1 are asked for`)},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, evaltest.Model("M", "contact",
				`has Lead.ParentContact.ParentAccount where Lead.Topic = "none such" score +1`, `each EmailOpened score +1`)+
				evaltest.Model("N", "account", `each EmailOpened score +1`),
				strings.Replace(people, "ben ParentAccount=beanhouse", "ben ParentAccount=gone", 1)+"Contact cleo ParentAccount=beanhouse")
			f.source.Before = test.before
			want := slices.Clone(test.want)
			for i := range want { // the owners of deal are ada and cleo
				want[i] = strings.Replace(want[i], "account-based ada ben", "account-based ada cleo", 1)
			}
			b := f.load(t, keys, "l1", "l2", "deal", "free", "nobody")
			if diff := cmp.Diff(want, text(b)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if b.Failed != (test.name != "nothing" && test.name != "a record without an id more than once") {
				t.Errorf("the batch failed: %t", b.Failed)
			}
		})
	}
}

// TestManyRecords checks that repeated ids are found among many records, and that
// records may come in turns for several keys.
func TestManyRecords(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `each EmailOpened score +1`),
		people+evaltest.Numbered(20, "EmailOpened", "a", "Contact=ada")+evaltest.Numbered(20, "EmailOpened", "b", "Contact=ben"))
	twice := ""
	f.source.Before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == "EmailOpened" {
			for i := range 10 { // in turns
				for _, key := range []string{"ada", "ben"} {
					out.Add(key, fmt.Sprint("more", key, i), make([]traverse.Value, len(q.Fields))...)
				}
			}
			if twice != "" {
				out.Add("ben", twice, make([]traverse.Value, len(q.Fields))...)
			}
		}
		return nil
	}
	b := f.load(t, keys, "l1", "l2")
	need := f.plan.Needs[1]
	if ada, ben := len(b.Records(need, "ada")), len(b.Records(need, "ben")); ada != 31 || ben != 30 || b.Failed {
		t.Errorf("%d and %d records, failed: %t", ada, ben, b.Failed)
	}
	twice = "b19"
	want := []string{"l1: contact-based ada", `l2: EmailOpened (EmailOpened): source added EmailOpened "b19" twice under the key "ben"`}
	if diff := cmp.Diff(want, text(f.load(t, keys, "l1", "l2"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestContext checks that Load returns ctx.Err() once the context is done, whatever
// error the source returns.
func TestContext(t *testing.T) {
	for at := 1; at <= 4; at++ {
		f := newFixture(t, evaltest.Model("M", "contact", `each Lead.ParentContact.ParentAccount.Leads score +1`), people)
		ctx, cancel := context.WithCancel(t.Context())
		f.source.Before = func(*traverse.Query, *traverse.Rows) error {
			if len(f.source.Asked) == at {
				cancel()
				return errors.New("connection reset")
			}
			return nil
		}
		var b Batch
		if err := b.Load(ctx, f.plan, f.source, []string{"l1"}, evaltest.AsOf, keys); err != context.Canceled {
			t.Errorf("at query %d: %v", at, err)
		}
		if len(f.source.Asked) != at {
			t.Errorf("at query %d: %q", at, f.source.Asked)
		}
		cancel()
	}
}
