package leadscore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// recorder is a source that remembers what it is asked, and may interfere.
type recorder struct {
	leadscore.Source
	before func(q *traverse.Query, out *traverse.Rows) error // instead of the source if it gives an error
	mu     sync.Mutex
	asked  []*traverse.Query
}

func (r *recorder) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	r.mu.Lock()
	kept := *q
	kept.Keys = slices.Clone(q.Keys)
	r.asked = append(r.asked, &kept)
	r.mu.Unlock()
	if r.before != nil {
		if err := r.before(q, out); err != nil {
			return err
		}
	}
	return r.Source.Fetch(ctx, q, out)
}

// entities lists the entities of the queries in their order.
func (r *recorder) entities() []string {
	var list []string
	for _, q := range r.asked {
		list = append(list, q.Entity)
	}
	return list
}

type records = map[string]map[string]memory.Record // by entity and id

func source(t testing.TB, data records) *recorder {
	t.Helper()
	m := memory.New(leadscore.StandardSchema())
	for entity, byID := range data {
		for id, r := range byID {
			if err := m.Add(entity, id, r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return &recorder{Source: m}
}

var asOf = leadscore.AsOf(time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC))

// resultText is one thing that ScoreAll yields, as text.
func resultText(r leadscore.SetResult, err error) string {
	if err != nil {
		return fmt.Sprintf("%s error %v", r.Lead, err)
	}
	text := r.Lead
	for _, m := range r.Results {
		text += fmt.Sprintf(" %d", m.Score)
	}
	return text
}

func resultTexts(seq iter.Seq2[leadscore.SetResult, error]) []string {
	var list []string
	for r, err := range seq {
		list = append(list, resultText(r, err))
	}
	return list
}

// threeLeads is three leads: anna's account and carl's exist, ben has none.
func threeLeads() records {
	return records{
		"Lead": {
			"lead-a": {"ParentContact": "anna"}, "lead-b": {"ParentContact": "ben"}, "lead-c": {"ParentContact": "carl"},
			"lead-n": {},
		},
		"Contact":     {"anna": {"ParentAccount": "contoso"}, "ben": {}, "carl": {"ParentAccount": "fabrikam"}},
		"Account":     {"contoso": {"City": "Chicago"}, "fabrikam": {"City": "Chicago"}},
		"EmailOpened": {"o1": {"Contact": "anna"}, "o2": {"Contact": "anna"}, "o3": {"Contact": "carl"}},
	}
}

const accounts = "has Lead.ParentContact.ParentAccount where City = \"Chicago\""

func TestNoLead(t *testing.T) {
	m := compile(t, model("M", "each EmailOpened"))
	_, err := m.Score(t.Context(), "nobody", source(t, threeLeads()), asOf)
	bad, ok := errors.AsType[*leadscore.LeadError](err)
	if !ok || !errors.Is(err, leadscore.ErrNoLead) {
		t.Fatalf("got %v", err)
	}
	if bad.Lead != "nobody" || bad.Entity != "Lead" || bad.Path != "Lead" || bad.Error() != `lead "nobody": no such lead` {
		t.Errorf("got %+v", bad)
	}
	if _, err := m.Score(t.Context(), "", source(t, threeLeads()), asOf); !errors.Is(err, leadscore.ErrNoLead) {
		t.Errorf("the empty id: %v", err)
	}
}

// TestFailingFetch: a query that fails fails the leads that need it, and says
// which lead, entity and path.
func TestFailingFetch(t *testing.T) {
	broken := errors.New("connection reset")
	set := compileSet(t, model("M", accounts))
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
			data := source(t, threeLeads())
			data.before = func(q *traverse.Query, _ *traverse.Rows) error {
				if q.Entity == test.entity {
					return broken
				}
				return nil
			}
			var got []string
			for r, err := range set.ScoreAll(t.Context(), ids, data, asOf) {
				got = append(got, resultText(r, err))
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

// TestFirstFailure: of several things that cannot be had, the one that comes
// first in the rules is named.
func TestFirstFailure(t *testing.T) {
	data := source(t, threeLeads())
	data.before = func(q *traverse.Query, _ *traverse.Rows) error {
		if q.Entity == "EmailOpened" || q.Entity == "Account" {
			return errors.New("no access")
		}
		return nil
	}
	set := compileSet(t, model("M", "each EmailOpened"), model("N", accounts))
	got := resultTexts(set.ScoreAll(t.Context(), leadscore.IDs("lead-a"), data, asOf))
	if diff := cmp.Diff([]string{`lead-a error lead "lead-a": EmailOpened (EmailOpened): no access`}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNothingCountsAfterAFailure: what a source added before it failed does not
// count.
func TestNothingCountsAfterAFailure(t *testing.T) {
	data := source(t, threeLeads())
	data.before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == "EmailOpened" {
			out.Add("anna", "o9", make([]traverse.Value, len(q.Fields))...)
			return errors.New("half way")
		}
		return nil
	}
	_, err := compile(t, model("M", "each EmailOpened")).Score(t.Context(), "lead-a", data, asOf)
	if err == nil || err.Error() != `lead "lead-a": EmailOpened (EmailOpened): half way` {
		t.Errorf("got %v", err)
	}
}

// TestFailedKey: Rows.Fail fails only the leads that reach the key.
func TestFailedKey(t *testing.T) {
	data := source(t, threeLeads())
	data.before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == "Account" && slices.Contains(q.Keys, "fabrikam") {
			out.Fail("fabrikam", errors.New("row is corrupt"))
		}
		return nil
	}
	set := compileSet(t, model("M", accounts))
	got := resultTexts(set.ScoreAll(t.Context(), leadscore.IDs("lead-a", "lead-b", "lead-c"), data, asOf))
	want := []string{"lead-a 1", "lead-b 0", `lead-c error lead "lead-c": Lead.ParentContact.ParentAccount (Account): row is corrupt`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFailedOwners: where an account's contacts cannot be had, its leads fail.
func TestFailedOwners(t *testing.T) {
	data := source(t, records{
		"Lead":    {"one": {"ParentAccount": "contoso"}, "two": {"ParentAccount": "fabrikam"}},
		"Contact": {"anna": {"ParentAccount": "contoso"}}, "EmailOpened": {"o1": {"Contact": "anna"}},
	})
	data.before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.By == "ParentAccount" {
			out.Fail("fabrikam", errors.New("no access"))
		}
		return nil
	}
	set := compileSet(t, strings.Replace(model("M", "each EmailOpened"), "target contact", "target account", 1))
	got := resultTexts(set.ScoreAll(t.Context(), leadscore.IDs("one", "two"), data, asOf))
	want := []string{"one 1", `two error lead "two": Contact.ParentAccount (Contact): no access`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBrokenContract: a source that breaks its contract is told so.
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
		}, `Contact "anna": City is no text: bool "true"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := source(t, threeLeads())
			data.before = func(q *traverse.Query, out *traverse.Rows) error {
				if q.Entity == "Contact" {
					test.add(q, out)
				}
				return nil
			}
			_, err := compile(t, model("M", `has Lead.ParentContact where City = "Chicago"`)).Score(t.Context(), "lead-a", data, asOf)
			if want := `lead "lead-a": Lead.ParentContact (Contact): ` + test.want; err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// TestScoreAllOrder: results come in the order of the ids, whatever the size of
// the batches, ids that come twice included.
func TestScoreAllOrder(t *testing.T) {
	set := compileSet(t, model("M", "each EmailOpened"), model("N", accounts))
	ids := []string{"lead-c", "lead-a", "nobody", "lead-b", "lead-a", "lead-n", "lead-c", "lead-c"}
	want := []string{"lead-c 1 1", "lead-a 2 1", `nobody error lead "nobody": no such lead`, "lead-b 0 0", "lead-a 2 1", "lead-n 0 0", "lead-c 1 1", "lead-c 1 1"}
	for _, size := range []int{-1, 1, 2, 3, 7, 8, 9, 1000} {
		data := source(t, threeLeads())
		got := resultTexts(set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, asOf, leadscore.Batch(size)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("batches of %d (-want +got):\n%s", size, diff)
		}
		for _, q := range data.asked {
			if len(q.Keys) == 0 || len(q.Keys) > max(size, 1) {
				t.Errorf("batches of %d: a query for %d keys", size, len(q.Keys))
			}
			if sorted := slices.Sorted(slices.Values(q.Keys)); len(slices.Compact(sorted)) != len(q.Keys) || slices.Contains(q.Keys, "") {
				t.Errorf("batches of %d: a query for the keys %q", size, q.Keys)
			}
		}
	}
	if got := resultTexts(set.ScoreAll(t.Context(), leadscore.IDs(), source(t, threeLeads()))); len(got) != 0 {
		t.Errorf("no ids give %v", got)
	}
}

// TestEarlyBreak: a caller that has enough is asked no more, and neither is the
// source.
func TestEarlyBreak(t *testing.T) {
	set := compileSet(t, model("M", "each EmailOpened"))
	data := source(t, threeLeads())
	pulled := 0
	ids := func(yield func(string, error) bool) {
		for _, id := range []string{"lead-a", "lead-b", "lead-c", "lead-n", "nobody"} {
			if pulled++; !yield(id, nil) {
				return
			}
		}
	}
	n := 0
	for range set.ScoreAll(t.Context(), ids, data, asOf, leadscore.Batch(2), leadscore.Workers(1)) {
		if n++; n == 1 {
			break
		}
	}
	if n != 1 || pulled != 2 {
		t.Errorf("%d results, %d ids read; want 1 and 2", n, pulled)
	}
	for _, q := range data.asked {
		if slices.Contains(q.Keys, "lead-c") {
			t.Errorf("the next batch was asked for: %v", data.entities())
		}
	}
}

// TestErrorOfIDs: an error of the ids comes last, behind the results of those
// that came before it.
func TestErrorOfIDs(t *testing.T) {
	broken := errors.New("cursor closed")
	ids := func(yield func(string, error) bool) {
		_ = yield("lead-a", nil) && yield("lead-b", nil) && yield("lead-c", nil) && yield("", broken) && yield("lead-n", nil)
	}
	set := compileSet(t, model("M", "each EmailOpened"))
	for _, size := range []int{1, 2, 3, 100} {
		got := resultTexts(set.ScoreAll(t.Context(), ids, source(t, threeLeads()), asOf, leadscore.Batch(size)))
		if diff := cmp.Diff([]string{"lead-a 2", "lead-b 0", "lead-c 1", " error cursor closed"}, got); diff != "" {
			t.Errorf("batches of %d (-want +got):\n%s", size, diff)
		}
	}
}

// TestCancellation: when ctx is done inside a batch, its error is the last thing
// that comes, and no lead of the batch is said to have failed.
func TestCancellation(t *testing.T) {
	set := compileSet(t, model("M", accounts))
	stop := errors.New("shutting down")
	for at := range 8 {
		ctx, cancel := context.WithCancelCause(t.Context())
		data := source(t, threeLeads())
		data.before = func(*traverse.Query, *traverse.Rows) error {
			if len(data.asked) > at {
				cancel(stop)
			}
			return nil
		}
		var got []string
		for r, err := range set.ScoreAll(ctx, leadscore.IDs("lead-a", "lead-b", "lead-c"), data, asOf, leadscore.Batch(1), leadscore.Workers(1)) {
			if _, ok := errors.AsType[*leadscore.LeadError](err); ok {
				t.Errorf("at query %d a lead fails: %v", at, err)
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("at query %d: %v", at, err)
			}
			got = append(got, resultText(r, err))
		}
		// lead-a and lead-c take three queries, lead-b two.
		all := []string{"lead-a 1", "lead-b 0", "lead-c 1"}
		done := 0
		for _, queries := range []int{3, 5, 8} {
			if at >= queries {
				done++
			}
		}
		if diff := cmp.Diff(append(slices.Clone(all[:done]), " error context canceled"), got); diff != "" {
			t.Errorf("at query %d (-want +got):\n%s", at, diff)
		}
		cancel(nil)
	}
}

// TestDeadline: a source that waits is left when the time is over.
func TestDeadline(t *testing.T) {
	set := compileSet(t, model("M", accounts))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		data := source(t, threeLeads())
		data.before = func(q *traverse.Query, _ *traverse.Rows) error {
			if q.Entity != "Account" {
				return nil
			}
			<-ctx.Done()
			return fmt.Errorf("driver: %w", ctx.Err())
		}
		start := time.Now()
		got := resultTexts(set.ScoreAll(ctx, leadscore.IDs("lead-b", "lead-a", "lead-c"), data, asOf, leadscore.Batch(1)))
		if diff := cmp.Diff([]string{"lead-b 0", " error context deadline exceeded"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if waited := time.Since(start); waited != time.Hour {
			t.Errorf("waited %v", waited)
		}
	})
}

// TestDoneBefore: nothing is asked of a source when ctx is done already.
func TestDoneBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := source(t, threeLeads())
	if _, err := compile(t, model("M", accounts)).Score(ctx, "lead-a", data); !errors.Is(err, context.Canceled) || len(data.asked) > 0 {
		t.Errorf("%v after %v", err, data.entities())
	}
}

// TestCancellationWhileCounting: routes are many, and counting them ends when
// ctx is done.
func TestCancellationWhileCounting(t *testing.T) {
	data := records{"Lead": {"lead-1": {"ParentContact": "anna"}}, "EmailOpened": {}}
	for i := range 10_000 {
		data["EmailOpened"][fmt.Sprint("o", i)] = memory.Record{"Contact": "anna"}
	}
	var text strings.Builder
	text.WriteString("model \"M\" { target contact\n")
	for i := range 50 {
		fmt.Fprintf(&text, "condition \"C%d\" { each EmailOpened where EmailName != \"%[1]d\" score 1 }\n", i)
	}
	text.WriteString("}")
	m := compile(t, text.String())
	src := source(t, data)
	score := func(most int) (looks int, err error) {
		// Explained, as the walker counts then.
		_, err = m.Score(&doneAfter{Context: t.Context(), looks: &looks, most: most}, "lead-1", src, asOf, leadscore.Explain(100))
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
		t.Errorf("counting went on: %d looks at the context of %d", looks, all)
	}
}

// doneAfter is a context that is done when it has been looked at some times.
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

// TestRounds: a path of five hops takes six queries, and eight when an account
// owns it, whatever the number of leads.
func TestRounds(t *testing.T) {
	data := func() records {
		d := records{
			"Lead": {"lead-1": {"ParentContact": "c1"}, "lead-2": {"ParentContact": "c1"}, "account-lead": {"ParentAccount": "a1"}},
			"Contact": {
				"c1": {"ParentAccount": "a1"}, "c2": {"ParentAccount": "a4"},
			},
			"Account": {
				"a1": {"ParentAccount": "a2"}, "a2": {"ParentAccount": "a3"}, "a3": {"PrimaryContact": "c2"}, "a4": {},
			},
			"EmailClicked": {"e1": {"Contact": "c1"}},
		}
		return d
	}
	for _, test := range []struct {
		name, target, path string
		leads              []string
		want               []string
	}{
		{"from the lead", "contact", "Lead.ParentContact.ParentAccount.ParentAccount.ParentAccount.PrimaryContact", []string{"lead-1", "lead-2"},
			[]string{"Lead", "Contact", "Account", "Account", "Account", "Contact"}},
		{"from an interaction", "contact", "EmailClicked.Contact.ParentAccount.ParentAccount.ParentAccount.PrimaryContact", []string{"lead-1"},
			[]string{"Lead", "EmailClicked", "Contact", "Account", "Account", "Account", "Contact"}},
		{"owned by an account", "account", "EmailClicked.Contact.ParentAccount.ParentAccount.ParentAccount.PrimaryContact", []string{"account-lead"},
			[]string{"Lead", "Contact", "EmailClicked", "Contact", "Account", "Account", "Account", "Contact"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			src := source(t, data())
			set := compileSet(t, strings.Replace(model("M", "each "+test.path), "contact", test.target, 1))
			for _, got := range resultTexts(set.ScoreAll(t.Context(), leadscore.IDs(test.leads...), src, asOf)) {
				if !strings.HasSuffix(got, " 1") {
					t.Errorf("got %s", got)
				}
			}
			if diff := cmp.Diff(test.want, src.entities()); diff != "" {
				t.Errorf("queries (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNeedsCoverQueries: a source is asked nothing but what Needs told ahead,
// by the same pointer, and what a query asks for stays within its need.
func TestNeedsCoverQueries(t *testing.T) {
	set := compileSet(t,
		model("A", accounts),
		model("B", `each EmailClicked.Contact within last 7 days where EmailClicked.Url contains "x" and ParentAccount.Name is empty`),
		model("C", "none Interaction within last 30 days"),
		strings.Replace(model("D", `each EmailOpened where Contact.Birthday older than 1 year`), "target contact", "target account", 1),
		model("E", "each Lead.ParentContact.Leads.ParentAccount.Contacts"),
	)
	needs := map[*traverse.Need]bool{}
	for _, n := range set.Needs() {
		if needs[n] {
			t.Errorf("%+v is needed twice", n)
		}
		needs[n] = true
		if n.Time != "" && !slices.Contains(n.Fields, n.Time) {
			t.Errorf("%s is not among the fields of %+v", n.Time, n)
		}
	}
	if diff := cmp.Diff(len(needs), len(set.Needs())); diff != "" {
		t.Error("Needs gives other pointers the second time")
	}
	for _, n := range set.Needs() {
		if !needs[n] {
			t.Error("Needs gives other pointers the second time")
		}
	}
	data := threeLeads()
	data["Lead"]["account-lead"] = memory.Record{"ParentAccount": "contoso"}
	data["Lead"]["lead-b"]["ParentAccount"] = "contoso"
	data["EmailClicked"] = map[string]memory.Record{"c1": {"Contact": "anna", "Timestamp": time.Date(2026, 5, 30, 0, 0, 0, 0, time.UTC)}}
	src := source(t, data)
	for r, err := range set.ScoreAll(t.Context(), leadscore.IDs("lead-a", "lead-b", "account-lead"), src, asOf) {
		if err != nil {
			t.Errorf("%s: %v", r.Lead, err)
		}
	}
	asked := map[*traverse.Need]bool{}
	for _, q := range src.asked {
		if !needs[q.Need] {
			t.Errorf("%+v was not told ahead", q.Need)
		}
		asked[q.Need] = true
		if q.Time == "" && (!q.From.IsZero() || !q.To.IsZero()) {
			t.Errorf("%+v has a range without a field", q)
		}
	}
	if len(asked) != len(needs) {
		t.Errorf("%d needs, %d of them asked for", len(needs), len(asked))
	}
}

// TestOwnersAreIDs: of the contacts whose interactions are an account's nothing
// is wanted but their ids, whatever their date, also if a path wants more of
// contacts.
func TestOwnersAreIDs(t *testing.T) {
	schema, err := leadscore.ParseSchema("s.score", "profile Contact { Since date dated by Since }", leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	m, err := leadscore.Compile("m.score", `model "M" { target account
		condition "C" { each EmailOpened score +1 }
		condition "D" { each Lead.ParentAccount.Contacts where City = "Chicago" score +1 } }`, schema)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range m.Needs() {
		if n.Entity == "Contact" {
			got = append(got, fmt.Sprintf("by %s, dated %q, %q", n.By, n.Time, n.Fields))
		}
	}
	want := []string{`by ParentAccount, dated "", []`, `by ParentAccount, dated "Since", ["Since" "City"]`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHint: a source may leave out what no condition reaches.
func TestHint(t *testing.T) {
	src := source(t, threeLeads())
	set := compileSet(t, model("A", "each EmailOpened within last 7 days"), model("B", "each EmailOpened within last 30 days"), model("C", "each EmailClicked"))
	if got := resultTexts(set.ScoreAll(t.Context(), leadscore.IDs("lead-a"), src, asOf)); len(got) != 1 {
		t.Fatal(got)
	}
	at := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	to := at.Add(time.Microsecond - 1) // a source may know finer instants, which are cut off
	for _, q := range src.asked {
		switch q.Entity {
		case "EmailOpened":
			if !q.From.Equal(at.AddDate(0, 0, -30)) || !q.To.Equal(to) || q.Time != "Timestamp" {
				t.Errorf("EmailOpened from %v to %v", q.From, q.To)
			}
		case "EmailClicked":
			if !q.From.IsZero() || !q.To.Equal(to) {
				t.Errorf("EmailClicked from %v to %v", q.From, q.To)
			}
		}
	}
}

// TestExplainLimit: an explanation lists as many occurrences of a condition as
// were asked for, and counts all.
func TestExplainLimit(t *testing.T) {
	data := records{"Lead": {"lead-1": {"ParentContact": "anna"}}, "EmailOpened": {}, "EmailClicked": {}}
	start := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for i := range 80 {
		at := start.Add(time.Duration(80-i) * time.Hour)
		data["EmailOpened"][fmt.Sprintf("o%02d", i)] = memory.Record{"Contact": "anna", "Timestamp": at}
		data["EmailClicked"][fmt.Sprintf("c%02d", i)] = memory.Record{"Contact": "anna", "Timestamp": at}
	}
	m := compile(t, model("M", "each EmailOpened\n        each EmailClicked"))
	for _, test := range []struct{ most, opened, clicked int }{
		{-1, 0, 0}, {0, 0, 0}, {1, 1, 0}, {80, 80, 0}, {100, 80, 20}, {math.MaxInt, 80, 80},
	} {
		r, err := m.Score(t.Context(), "lead-1", source(t, data), asOf, leadscore.Explain(test.most))
		if err != nil {
			t.Fatal(err)
		}
		c := slices.Collect(r.Contributions())[0]
		if c.Multiplier != 80 || r.Score != 80 || c.Children[0].Count != 80 || c.Children[1].Count != 80 {
			t.Errorf("%d: got %+v", test.most, c)
		}
		if n, k := len(c.Children[0].Occurrences), len(c.Children[1].Occurrences); n != test.opened || k != test.clicked {
			t.Errorf("%d: %d and %d occurrences, want %d and %d", test.most, n, k, test.opened, test.clicked)
		}
		if test.opened == 0 {
			continue
		}
		if first := c.Children[0].Occurrences[0]; first.ID != "o79" || !first.Time.Equal(start.Add(time.Hour)) || first.Routes != 1 {
			t.Errorf("%d: the first occurrence is %+v", test.most, first)
		}
	}
}

// TestNearest: a child that counts too little says what kept the nearest route
// from counting, with what the source gave, whoever hands it over.
func TestNearest(t *testing.T) {
	day := func(month, day int) time.Time { return time.Date(2026, time.Month(month), day, 12, 0, 0, 0, time.UTC) }
	data := records{
		"Lead":    {"lead-1": {"ParentContact": "ada", "ParentAccount": "acme", "Topic": "Grinders"}, "lead-2": {"ParentContact": "gone"}},
		"Contact": {"ada": {"City": "BERLIN", "ParentAccount": "acme"}, "ben": {"City": "Chicago", "JobTitle": "Clerk", "ParentAccount": "acme"}},
		"Account": {"acme": {"Industry": "Retail"}},
		"EmailOpened": {
			"1": {"Contact": "ada", "Timestamp": day(5, 30), "EmailName": "Spring"},
			"2": {"Contact": "ada", "Timestamp": day(3, 1), "EmailName": "Winter"},
			"3": {"Contact": "ada", "Timestamp": day(2, 1), "EmailName": "Winter"},
			"4": {"Contact": "ada", "EmailName": "Winter"},
		},
	}
	for _, test := range []struct{ child, want string }{
		{`has Lead.ParentContact where City = "Chicago"`, `[City = "Chicago": Contact ada has BERLIN]`},
		{`has Lead.ParentContact where City = "Chicago" and JobTitle contains "director"`,
			`[City = "Chicago": Contact ada has BERLIN JobTitle contains "director": Contact ada has nothing]`},
		{`has Lead.ParentContact where JobTitle contains "director" and City = "Berlin"`, `[JobTitle contains "director": Contact ada has nothing]`},
		{`has Lead.ParentContact where City = "Berlin"`, `[]`},
		{`none Lead.ParentContact where City = "Berlin"`, `[]`},
		{`has Lead where ParentContact.ParentAccount.Industry = "Coffee"`, `[ParentContact.ParentAccount.Industry = "Coffee": Lead lead-1 has Retail]`},
		{`has Lead.ParentAccount.Contacts where City = "Chicago" and JobTitle = "Boss"`, `[JobTitle = "Boss": Contact ben has Clerk]`},
		{`each EmailOpened within last 30 days where EmailName = "Winter"`, `[EmailName = "Winter": EmailOpened 1 has Spring]`},
		{`each EmailOpened within last 1 hour where EmailName = "Winter"`, `[within last 1 hour: EmailOpened 2 has 2026-03-01T12:00:00Z]`},
		{`at least 3 EmailOpened within last 365 days where EmailName = "Winter"`, `[EmailName = "Winter": EmailOpened 1 has Spring]`},
		{`at least 4 EmailOpened where EmailName = "Winter"`, `[EmailName = "Winter": EmailOpened 1 has Spring]`},
		{`at least 5 EmailOpened where EmailName in ("Winter", "Spring")`, `[]`},
		{`each EmailClicked where Url contains "x"`, `[]`},
		{`has EmailOpened.Contact.ParentAccount within last 1 hour where Industry = "Coffee" and EmailOpened.EmailName = "Spring"`,
			`[within last 1 hour: EmailOpened 1 has 2026-05-30T12:00:00Z Industry = "Coffee": Account acme has Retail]`},
	} {
		m := compile(t, model("M", test.child))
		for how, src := range map[string]leadscore.Source{"lent": source(t, data), "rows": struct{ leadscore.Source }{source(t, data)}} {
			r, err := m.Score(t.Context(), "lead-1", src, asOf, leadscore.Explain(1))
			if err != nil {
				t.Fatal(err)
			}
			c := slices.Collect(r.Contributions())[0]
			if got := fmt.Sprint(c.Children[0].Nearest); got != test.want {
				t.Errorf("%s, %s: got %s, want %s", test.child, how, got, test.want)
			}
			r, err = m.Score(t.Context(), "lead-1", src, asOf, leadscore.Explain(0))
			if c := slices.Collect(r.Contributions())[0]; err != nil || c.Children[0].Nearest != nil {
				t.Errorf("%s, %s: without lists: %v, %v", test.child, how, c.Children[0].Nearest, err)
			}
		}
	}
}

// nameless hands over opened emails without ids.
type nameless struct{ leadscore.Source }

func (n nameless) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if q.Entity != "EmailOpened" {
		return n.Source.Fetch(ctx, q, out)
	}
	for _, key := range q.Keys {
		for i := range 20 {
			values := make([]traverse.Value, len(q.Fields))
			for j, f := range q.Fields {
				if f == "EmailName" {
					values[j] = traverse.TextValue(fmt.Sprint("Letter ", i))
				}
			}
			out.Add(key, "", values...)
		}
	}
	return nil
}

// TestNearestOfNameless: what is shown is the same each time, also where no id
// tells records apart.
func TestNearestOfNameless(t *testing.T) {
	m := compile(t, model("M", `each EmailOpened where EmailName = "Spring"`))
	src := nameless{source(t, records{"Lead": {"l": {"ParentContact": "ada"}}, "Contact": {"ada": {}}})}
	for range 30 {
		r, err := m.Score(t.Context(), "l", src, asOf, leadscore.Explain(1))
		if err != nil {
			t.Fatal(err)
		}
		c := slices.Collect(r.Contributions())[0]
		if got := fmt.Sprint(c.Children[0].Nearest); got != `[EmailName = "Spring": EmailOpened  has Letter 0]` {
			t.Fatal(got)
		}
	}
}

// TestExplainKeepsToMaxRecords: a lead that can be scored can be explained, also
// where records outside of every date range would be too many.
func TestExplainKeepsToMaxRecords(t *testing.T) {
	data := records{"Lead": {"l": {"ParentContact": "ada"}}, "EmailOpened": {}}
	for i := range 100 {
		at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		if i%10 == 0 {
			at = time.Date(2026, 5, 30, 0, 0, 0, 0, time.UTC)
		}
		data["EmailOpened"][fmt.Sprint(i)] = memory.Record{"Contact": "ada", "Timestamp": at}
	}
	m := compile(t, model("M", "at least 20 EmailOpened within last 30 days"))
	src := struct{ leadscore.Source }{source(t, data)}
	for _, test := range []struct {
		most int
		near bool
	}{{50, false}, {200, true}} {
		r, err := m.Score(t.Context(), "l", src, asOf, leadscore.Explain(3), leadscore.MaxRecords(test.most))
		if err != nil {
			t.Fatal(err)
		}
		ch := slices.Collect(r.Contributions())[0].Children[0]
		if ch.Count != 10 || len(ch.Occurrences) != 3 || (ch.Nearest != nil) != test.near {
			t.Errorf("MaxRecords(%d): %+v", test.most, ch)
		}
	}
}

// TestManyRoutes: routes are counted, not walked: nine million of them are one score.
func TestManyRoutes(t *testing.T) {
	data := records{"Lead": {"lead-1": {"ParentContact": "c0", "ParentAccount": "a"}}, "Account": {"a": {}}, "Contact": {}}
	for i := range 3000 {
		data["Contact"][fmt.Sprint("c", i)] = memory.Record{"ParentAccount": "a"}
	}
	path := "Lead.ParentAccount.Contacts.ParentAccount.Contacts" // 3000 * 3000 routes
	r, err := compile(t, model("M", "each "+path)).Score(t.Context(), "lead-1", source(t, data), asOf)
	if err != nil || r.Score != 9_000_000 {
		t.Errorf("got %d, %v", r.Score, err)
	}
}

func TestMarshalJSON(t *testing.T) {
	data := source(t, records{
		"Lead":        {"lead-1": {"ParentContact": "anna"}, "lead-2": {}, "lead-3": {"ParentAccount": "contoso"}},
		"EmailOpened": {"o1": {"Contact": "anna", "Timestamp": time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)}, "o2": {"Contact": "anna"}},
	})
	m := compile(t, `model "Coffee & <Tea>" {
		target contact
		condition "C" { "L": each EmailOpened score +5 }
		grade "Cold" below 100
		sales ready at 10
	}`)
	for _, test := range []struct {
		lead string
		opts []leadscore.Option
		want string
	}{
		{"lead-1", nil, `{"model":"Coffee & <Tea>","lead":"lead-1","status":"scored","score":10,"grade":"Cold","sales_ready":true}`},
		{"lead-2", []leadscore.Option{leadscore.Explain(100)}, `{"model":"Coffee & <Tea>","lead":"lead-2","status":"no parent"}`},
		{"lead-3", nil, `{"model":"Coffee & <Tea>","lead":"lead-3","status":"not targeted"}`},
		{"lead-1", []leadscore.Option{leadscore.Explain(100)}, `{"model":"Coffee & <Tea>","lead":"lead-1","status":"scored","score":10,"grade":"Cold","sales_ready":true,` +
			`"contributions":[{"condition":"C","multiplier":2,"points":5,"score":10,"children":[{"label":"L","rule":"\"L\": each EmailOpened","count":2,"holds":true,` +
			`"occurrences":[{"entity":"EmailOpened","id":"o2","routes":1},{"entity":"EmailOpened","id":"o1","time":"2026-05-01T09:00:00Z","routes":1}]}]}]}`},
	} {
		r, err := m.Score(t.Context(), test.lead, data, append(test.opts, asOf)...)
		if err != nil {
			t.Fatal(err)
		}
		b, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, string(b)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.lead, diff)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Error(err)
		}
	}
}

// TestConcurrentUse scores with one set from many goroutines; the race detector
// looks on.
func TestConcurrentUse(t *testing.T) {
	set := compileSet(t, model("M", "each EmailOpened"), model("N", accounts))
	data := source(t, threeLeads()).Source
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got := resultTexts(set.ScoreAll(t.Context(), leadscore.IDs("lead-a", "lead-b", "lead-c"), data, asOf, leadscore.Batch(2)))
			if diff := cmp.Diff([]string{"lead-a 2 1", "lead-b 0 0", "lead-c 1 1"}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	wg.Wait()
}

// TestResultEqual: whatever differs, results are not equal.
func TestResultEqual(t *testing.T) {
	m := compile(t, model("M", "each EmailOpened"))
	score := func(opts ...leadscore.Option) leadscore.Result {
		r, err := m.Score(t.Context(), "lead-a", source(t, threeLeads()), append(opts, asOf)...)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	a := score(leadscore.Explain(100))
	if b := score(leadscore.Explain(100)); !a.Equal(b) {
		t.Errorf("the same lead gives %v and %v", a, b)
	}
	if b := score(); a.Equal(b) || b.Equal(a) {
		t.Error("one has contributions, and they are equal")
	}
	for name, change := range map[string]func(*leadscore.Result){
		"Model": func(r *leadscore.Result) { r.Model = "N" }, "Lead": func(r *leadscore.Result) { r.Lead = "lead-b" },
		"Status": func(r *leadscore.Result) { r.Status = leadscore.NoParent }, "Score": func(r *leadscore.Result) { r.Score++ },
		"Grade": func(r *leadscore.Result) { r.Grade = "Hot" }, "SalesReady": func(r *leadscore.Result) { r.SalesReady = true },
	} {
		b := a
		if change(&b); a.Equal(b) || b.Equal(a) {
			t.Errorf("%s differs, and they are equal", name)
		}
	}
}

func TestStatusString(t *testing.T) {
	var zero leadscore.Result
	got := fmt.Sprint(zero.Status, ", ", leadscore.Scored, ", ", leadscore.NotTargeted, ", ", leadscore.NoParent, ", ", leadscore.Status(9))
	if got != "no status, scored, not targeted, no parent, status 9" {
		t.Error(got)
	}
}

// TestStatusText: a status survives being written and read, in JSON too.
func TestStatusText(t *testing.T) {
	for _, s := range []leadscore.Status{leadscore.NoStatus, leadscore.Scored, leadscore.NotTargeted, leadscore.NoParent} {
		b, err := json.Marshal(s)
		if err != nil || string(b) != strconv.Quote(s.String()) {
			t.Errorf("%v is written as %s, %v", s, b, err)
		}
		var read leadscore.Status
		if err := json.Unmarshal(b, &read); err != nil || read != s {
			t.Errorf("%v is read as %v, %v", s, read, err)
		}
	}
	if b, err := leadscore.Status(9).MarshalText(); err == nil {
		t.Errorf("status 9 is written as %s", b)
	}
	s := leadscore.NoParent
	if err := s.UnmarshalText([]byte("Scored")); err == nil || s != leadscore.NoParent {
		t.Errorf("a status that is not one is read as %v", s)
	}
}

func TestResultString(t *testing.T) {
	for _, test := range []struct {
		r    leadscore.Result
		want string
	}{
		{leadscore.Result{}, ", : no status"},
		{leadscore.Result{Model: "M", Lead: "l", Status: leadscore.NoParent, Score: 3}, "l, M: no parent"},
		{leadscore.Result{Model: "M", Lead: "l", Status: leadscore.Scored}, "l, M: score 0"},
		{leadscore.Result{Model: "a\nb", Lead: "\x1b[1m", Status: leadscore.Scored, Score: -70, Grade: "H\tot", SalesReady: true}, "\ufffd[1m, a\ufffdb: score -70, H\ufffdot, sales ready"},
	} {
		if got := test.r.String(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// TestKeysByKind: a model asks only for what leads of its own kind reach.
func TestKeysByKind(t *testing.T) {
	data := source(t, records{
		"Lead": {
			"person":  {"ParentContact": "anna", "ParentAccount": "contoso"},
			"company": {"ParentContact": "", "ParentAccount": "fabrikam"},
		},
		"Contact": {"anna": {"ParentAccount": "contoso"}, "carl": {"ParentAccount": "fabrikam"}},
		"Account": {"contoso": {}, "fabrikam": {}},
	})
	set := compileSet(t, model("M", "has Lead.ParentContact"),
		strings.Replace(model("N", "has Lead.ParentAccount.Contacts has EmailOpened"), "target contact", "target account", 1))
	got := resultTexts(set.ScoreAll(t.Context(), leadscore.IDs("person", "company", "nobody"), data, asOf))
	if want := []string{"person 1 0", "company 0 0", `nobody error lead "nobody": no such lead`}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, q := range data.asked {
		want := map[string]string{
			"Lead ": "person company nobody", "Contact ": "anna", "Account ": "fabrikam",
			"Contact ParentAccount": "fabrikam", "EmailOpened Contact": "carl",
		}
		if keys := strings.Join(q.Keys, " "); keys != want[q.Entity+" "+q.By] {
			t.Errorf("%s by %q is asked for %q", q.Entity, q.By, keys)
		}
	}
}

// TestDateRangeOfTheLead: a date range ends at as of also for the lead itself,
// which exists whatever its date says.
func TestDateRangeOfTheLead(t *testing.T) {
	at := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		typ    string
		inside []time.Time
		beyond []time.Time
	}{
		{
			"time", []time.Time{at, at.AddDate(0, 0, -2)},
			[]time.Time{at.Add(time.Microsecond), at.AddDate(0, 0, 1), at.AddDate(0, 0, -2).Add(-time.Microsecond)},
		},
		{"date", []time.Time{at, at.AddDate(0, 0, -2)}, []time.Time{at.AddDate(0, 0, 1), at.AddDate(0, 0, -3)}},
	} {
		schema, err := leadscore.ParseSchema("s.score", "profile Lead { Began "+test.typ+" dated by Began }", leadscore.StandardSchema())
		if err != nil {
			t.Fatal(err)
		}
		m, err := leadscore.Compile("m.score", model("M", "has Lead within last 2 days"), schema)
		if err != nil {
			t.Fatal(err)
		}
		for i, began := range slices.Concat(test.inside, test.beyond) {
			data := memory.New(schema)
			if err := data.Add("Lead", "l", memory.Record{"ParentContact": "c", "Began": began}); err != nil {
				t.Fatal(err)
			}
			want := int64(1)
			if i >= len(test.inside) {
				want = 0
			}
			if r, err := m.Score(t.Context(), "l", data, leadscore.AsOf(at)); err != nil || r.Score != want {
				t.Errorf("%s %s: got %d, %v, want %d", test.typ, began, r.Score, err, want)
			}
		}
	}
}

// TestLongLists: however long a list is, it means the same.
func TestLongLists(t *testing.T) {
	data := source(t, records{
		"Lead": {"l": {"ParentContact": "c", "City": "Chicago", "NumberOfEmployees": 7}}, "Contact": {"c": {}},
	})
	texts, numbers := "", ""
	for i := range 20 {
		for where, want := range map[string]int64{
			"City in (" + texts + `"CHICAGO")`: 1, "City not in (" + texts + `"CHICAGO")`: 0,
			"City in (" + texts + `"Chicag")`: 0, "City not in (" + texts + `"Chicag")`: 1,
			"City begins with any (" + texts + `"chicag")`: 1, "City does not begin with any (" + texts + `"chicag")`: 0,
			"JobTitle in (" + texts + `"x")`: 0, "JobTitle not in (" + texts + `"x")`: 0, // it is empty
			"NumberOfEmployees in (" + numbers + "7)": 1, "NumberOfEmployees not in (" + numbers + "7)": 0,
		} {
			r, err := compile(t, model("M", "has Lead where "+where)).Score(t.Context(), "l", data, asOf)
			if err != nil || r.Score != want {
				t.Errorf("%s: got %d, %v, want %d", where, r.Score, err, want)
			}
		}
		texts += fmt.Sprintf(`"x%d", `, i)
		numbers += fmt.Sprintf("%d, ", -i)
	}
}
