package eval_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

var errBroken = errors.New("connection reset")

// A hook is called before a source answers a query.
type hook func(q *traverse.Query, out *traverse.Rows) error

// fail returns a hook that fails the queries of an entity by a reference.
func fail(entity, by string) hook {
	return func(q *traverse.Query, _ *traverse.Rows) error {
		if q.Entity == entity && q.By == by {
			return errBroken
		}
		return nil
	}
}

// on returns a hook that does something with the rows for a key of an entity.
func on(entity, by, key string, do func(q *traverse.Query, out *traverse.Rows)) hook {
	return func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == entity && q.By == by && slices.Contains(q.Keys, key) {
			do(q, out)
		}
		return nil
	}
}

// failingRules reach contacts and accounts, count over columns and by routes.
var failingRules = evaltest.Model("M", "contact", `each EmailOpened score +1`, `each Lead.ParentContact.ParentAccount.Contacts score +10`,
	`has Lead where City = "Chicago" score +100`) +
	evaltest.Model("N", "account", `each EmailOpened score +1`)

// TestFailingSource checks which leads fail when a query fails or breaks the contract
// of a source, and with which entity and path. The other leads have their scores.
func TestFailingSource(t *testing.T) {
	sound := map[string]string{
		"ada-lead": "ada-lead: 123, not targeted", "ben-lead": "ben-lead: 11, not targeted", "lost-lead": "lost-lead: 1, not targeted",
		"deal": "deal: not targeted, 4", "small": "small: not targeted, 1", "nothing": "nothing: no parent, no parent",
		"nobody": `lead "nobody": no such lead`,
	}
	broken := func(where string, leads ...string) map[string]string {
		failed := map[string]string{}
		for _, id := range leads {
			failed[id] = `lead "` + id + `": ` + where
		}
		return failed
	}
	for _, test := range []struct {
		name string
		hook hook
		want map[string]string // of leads that fail
	}{
		{"nothing", nil, nil},
		{"the leads", fail("Lead", ""), broken("Lead (Lead): connection reset",
			"ada-lead", "ben-lead", "lost-lead", "deal", "small", "nothing", "nobody")},
		{"one lead", on("Lead", "", "deal", func(_ *traverse.Query, out *traverse.Rows) { out.Fail("deal", errBroken) }),
			broken("Lead (Lead): connection reset", "deal")},
		{"contacts by id", fail("Contact", ""), broken("Lead.ParentContact (Contact): connection reset", "ada-lead", "ben-lead", "lost-lead")},
		{"an account", on("Account", "", "corner", func(_ *traverse.Query, out *traverse.Rows) { out.Fail("corner", errBroken) }),
			broken("Lead.ParentContact.ParentAccount (Account): connection reset", "ben-lead")},
		{"interactions of a contact", on("EmailOpened", "Contact", "ada", func(_ *traverse.Query, out *traverse.Rows) { out.Fail("ada", errBroken) }),
			broken("EmailOpened (EmailOpened): connection reset", "ada-lead", "deal")},
		{"a contact twice", on("Contact", "", "ada", func(q *traverse.Query, out *traverse.Rows) {
			out.Add("ada", "ada", make([]traverse.Value, len(q.Fields))...)
		}), broken(`Lead.ParentContact (Contact): source added Contact "ada" twice`, "ada-lead")},
		{"an interaction twice", on("EmailOpened", "Contact", "ben", func(q *traverse.Query, out *traverse.Rows) {
			out.Add("ben", "o4", make([]traverse.Value, len(q.Fields))...)
		}), broken(`EmailOpened (EmailOpened): source added EmailOpened "o4" twice under the key "ben"`, "ben-lead", "small")},
		{"a key that was not asked for", on("Account", "", "corner", func(q *traverse.Query, out *traverse.Rows) {
			out.Add("elsewhere", "elsewhere", make([]traverse.Value, len(q.Fields))...)
		}), broken(`Lead.ParentContact.ParentAccount (Account): source added Account "elsewhere" under key "elsewhere", which was not asked for`, "ben-lead")},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, failingRules, people)
			ids := append([]string{"nobody"}, everyLead...)
			var want []string
			for _, id := range ids {
				line, ok := test.want[id]
				if !ok {
					line = sound[id]
				}
				want = append(want, line)
			}
			for name, opts := range options {
				source := f.fetched()
				source.Before = test.hook
				opts.Keys = 1 // so that a query that fails is one key
				got, _ := f.run(t, source, opts, len(ids), ids...)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

// TestLeadError checks the fields of a LeadError.
func TestLeadError(t *testing.T) {
	f := newFixture(t, failingRules, people)
	source := f.fetched()
	source.Before = fail("Contact", "ParentAccount")
	var out eval.Outcomes
	if err := f.program.Run(t.Context(), source, []string{"deal", "nobody"}, new(options["scores"]), &out); err != nil {
		t.Fatal(err)
	}
	want := eval.LeadError{Lead: "deal", Entity: "Contact", Path: "Contact.ParentAccount", Err: errBroken}
	if got := out.Errs[0]; *got != want || !errors.Is(got, errBroken) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	want = eval.LeadError{Lead: "nobody", Entity: "Lead", Path: "Lead", Err: eval.ErrNoLead}
	if got := out.Errs[1]; *got != want || !errors.Is(got, eval.ErrNoLead) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	out.Forget()
	if out.Errs[0] != nil || out.Models(0)[0] != (eval.ModelOutcome{}) {
		t.Error("the outcomes lead to something after Forget")
	}
}

// A lender lends the columns of a source, and asks a hook before it answers
// queries.
type lender struct {
	*evaltest.Recorder
	store *columns.Store
}

func (l lender) Lend(traverse.Source) *columns.Store { return l.store }

func (f fixture) lent() lender { return lender{f.fetched(), f.data.Lend(f.data)} }

// TestLentIsNotAsked checks that a source that lends its columns is queried only for
// the conditions that need routes, of models that score the lead.
func TestLentIsNotAsked(t *testing.T) {
	const leads = `condition "C" { each Lead.ParentContact.Leads score +1 }`
	for _, test := range []struct {
		name, rules string
		want        []string
	}{
		{"columns alone", evaltest.Model("M", "contact", `each EmailOpened score +1`, `has Lead.ParentContact score +1`), nil},
		{"routes beside columns", evaltest.Model("M", "contact", `each EmailOpened score +1`, `each Lead.ParentContact.Leads score +1`),
			[]string{"Lead by id: ada-lead", "Contact by id: ada", "Lead by ParentContact: ada"}},
		{"an audience that the lead is not in", `model "M" { target contact audience { at least 90 EmailOpened } ` + leads + "}", nil},
		{"an audience by routes", `model "M" { target contact audience { at least 90 Lead.ParentContact.Leads } ` + leads + "}",
			[]string{"Lead by id: ada-lead", "Contact by id: ada", "Lead by ParentContact: ada"}},
		{"a model that is not in season", `model "M" { target contact active from 2030-01-01 ` + leads + "}", nil},
		{"its season, beside columns", `model "M" { target contact active from 2030-01-01 condition "E" { each EmailOpened score +1 } ` + leads + "}", nil},
		{"the other target", evaltest.Model("M", "account", `each Lead.ParentAccount.Leads score +1`), nil},
	} {
		f := newFixture(t, test.rules, people)
		source := f.lent()
		f.run(t, source, options["scores"], 3, "ada-lead", "nobody")
		if diff := cmp.Diff(test.want, source.Asked); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestResidualFails checks that a query for the conditions that need routes can fail
// a lead of a source that lends its columns.
func TestResidualFails(t *testing.T) {
	f := newFixture(t, failingRules, people)
	source := f.lent()
	source.Before = fail("Account", "")
	for _, name := range []string{"scores", "counts"} {
		got, _ := f.run(t, source, options[name], 3, "ada-lead", "deal", "nobody", "lost-lead")
		want := []string{`lead "ada-lead": Lead.ParentContact.ParentAccount (Account): connection reset`, "deal: not targeted, 4",
			`lead "nobody": no such lead`, "lost-lead: 1, not targeted"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestLentLacks checks that a store without an entity of the plan is not scored from:
// the source is queried, and its error names the entity.
func TestLentLacks(t *testing.T) {
	rules := evaltest.Model("M", "contact", `each Webinar score +1`, `has Lead score +1`)
	f := newFixture(t, `interaction Webinar { }`+rules, "Lead l ParentContact=c\nLead m ParentAccount=a")
	other := evaltest.Data(t, traverse.Standard(), "Lead l ParentContact=c\nLead m ParentAccount=a")
	for name, opts := range options {
		got, _ := f.run(t, other, opts, 3, "l", "m", "n")
		want := []string{`lead "l": Webinar (Webinar): memory: unknown entity Webinar`, "m: not targeted", `lead "n": no such lead`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestTooManyRecords checks that a lead fails if it alone reaches more records than
// Options.Records, whatever batch it is in, unless the source lends its columns.
func TestTooManyRecords(t *testing.T) {
	rules := evaltest.Model("M", "contact", `each EmailOpened score +1`, `each EmailOpened.Contact.Leads score +100`)
	records := `
		Lead few ParentContact=ann
		Lead some ParentContact=ben
		Lead many ParentContact=cleo
		Contact ann
		Contact ben
		Contact cleo
		` + evaltest.Numbered(2, "EmailOpened", "a", "Contact=ann") + evaltest.Numbered(4, "EmailOpened", "b", "Contact=ben") +
		evaltest.Numbered(6, "EmailOpened", "c", "Contact=cleo")
	tooMany := func(lead, path string) string {
		return `lead "` + lead + `": ` + path + `: too many records: the limit for one lead is `
	}
	// Beside emails a lead reaches itself, its contact, and the lead of that contact.
	for _, test := range []struct {
		records int
		want    []string
	}{
		{9, []string{"few: 202", "some: 404", "many: 606"}},
		{8, []string{"few: 202", "some: 404", tooMany("many", "EmailOpened.Contact.Leads (Lead)") + "8"}},
		{6, []string{"few: 202", tooMany("some", "EmailOpened.Contact.Leads (Lead)") + "6", tooMany("many", "EmailOpened (EmailOpened)") + "6"}},
		{1, []string{tooMany("few", "EmailOpened (EmailOpened)") + "1", tooMany("some", "EmailOpened (EmailOpened)") + "1",
			tooMany("many", "EmailOpened (EmailOpened)") + "1"}},
		{0, []string{"few: 202", "some: 404", "many: 606"}},
	} {
		f := newFixture(t, rules, records)
		ids := []string{"few", "some", "many"}
		for name, opts := range options {
			opts.Records = test.records
			for size := range 3 {
				got, _ := f.run(t, f.fetched(), opts, size+1, ids...)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s, %d records, batches of %d (-want +got):\n%s", name, test.records, size+1, diff)
				}
				// The limit does not apply to a lead of a source that lends its columns.
				got, _ = f.run(t, f.data, opts, size+1, ids...)
				if diff := cmp.Diff([]string{"few: 202", "some: 404", "many: 606"}, got); diff != "" {
					t.Errorf("%s, lent, %d records, batches of %d (-want +got):\n%s", name, test.records, size+1, diff)
				}
			}
		}
	}
	f := newFixture(t, rules, records)
	var out eval.Outcomes
	opts := options["scores"]
	opts.Records = 1
	if err := f.program.Run(t.Context(), f.fetched(), []string{"few"}, &opts, &out); err != nil {
		t.Fatal(err)
	}
	if got := out.Errs[0]; !errors.Is(got, eval.ErrTooManyRecords) || got.Lead != "few" || got.Entity != "EmailOpened" || got.Path != "EmailOpened" {
		t.Errorf("got %+v", got)
	}
}

// TestParts checks that a batch that is too large is fetched in parts.
func TestParts(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `each EmailOpened score +1`), people)
	source := f.fetched()
	opts := options["scores"]
	opts.Records = 4
	f.run(t, source, opts, 4, "ada-lead", "ben-lead", "lost-lead", "nothing")
	var leads []string
	for _, q := range source.Asked {
		if rest, ok := strings.CutPrefix(q, "Lead by id: "); ok {
			leads = append(leads, rest)
		}
	}
	want := []string{"ada-lead ben-lead lost-lead nothing", "ada-lead", "ben-lead", "lost-lead", "nothing"}
	if diff := cmp.Diff(want, leads); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNearMissesAreGivenUp checks that a lead is scored without near misses if it
// reaches too many records only because those of any date are fetched for them.
func TestNearMissesAreGivenUp(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `has EmailOpened within last 7 days where EmailName = "B" score +1`), `
		Lead l ParentContact=c
		EmailOpened new Contact=c Timestamp=2026-05-31 EmailName=A
		`+evaltest.Numbered(5, "EmailOpened", "old", "Contact=c Timestamp=2026-01-01 EmailName=A"))
	for _, test := range []struct {
		records int
		want    []string
	}{
		{7, []string{`    not EmailName = "B": EmailOpened "new" has "A"`}},
		{2, nil},
	} {
		opts := options["lists"]
		opts.Records = test.records
		_, explained := f.run(t, f.fetched(), opts, 1, "l")
		if diff := cmp.Diff(test.want, describe(explained[0])[2:], cmp.Transformer("", func(s []string) string { return strings.Join(s, "\n") })); diff != "" {
			t.Errorf("%d records (-want +got):\n%s", test.records, diff)
		}
	}
	opts := options["lists"]
	opts.Records = 1
	if got, _ := f.run(t, f.fetched(), opts, 1, "l"); !strings.Contains(got[0], "too many records") {
		t.Errorf("got %s", got[0])
	}
}

// A countdown is a context that is done after Err was called left times.
type countdown struct {
	context.Context
	left *int
}

func (c countdown) Err() error {
	if *c.left--; *c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestDone checks that Run returns ctx.Err() whenever the context ends, and that the
// program scores as before afterwards.
func TestDone(t *testing.T) {
	f := newFixture(t, failingRules, people)
	ids := []string{"ada-lead", "deal", "nobody", "nothing", "ben-lead"}
	want, _ := f.run(t, f.data, options["scores"], len(ids), ids...)
	ways := map[string]eval.Options{}
	for name, opts := range options {
		ways[name] = opts
		opts.Records = 15 // so that the batch is scored in parts
		ways[name+", parts"] = opts
	}
	for name, opts := range ways {
		for how, source := range map[string]traverse.Source{"lent": f.data, "fetched": f.fetched()} {
			stages := 0
			for ; ; stages++ {
				if stages > 1000 {
					t.Fatalf("%s, %s: no end in sight", name, how)
				}
				left := stages
				var out eval.Outcomes
				err := f.program.Run(countdown{t.Context(), &left}, source, ids, &opts, &out)
				if err == nil {
					break
				}
				if err != context.Canceled {
					t.Errorf("%s, %s, at stage %d: %v", name, how, stages, err)
				}
			}
			if stages < len(ids) {
				t.Errorf("%s, %s: the context is looked at %d times", name, how, stages)
			}
			got, _ := f.run(t, source, opts, len(ids), ids...)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s, afterwards (-want +got):\n%s", name, how, diff)
			}
		}
	}
}

// TestPanic checks that a program scores as before after a source has panicked.
func TestPanic(t *testing.T) {
	f := newFixture(t, failingRules, people)
	want, _ := f.run(t, f.data, options["scores"], 9, everyLead...)
	for name, opts := range options {
		for _, entity := range []string{"Lead", "EmailOpened", "Account"} {
			source := f.fetched()
			source.Before = func(q *traverse.Query, _ *traverse.Rows) error {
				if q.Entity == entity {
					panic(errBroken)
				}
				return nil
			}
			func() {
				defer func() {
					if got := recover(); got != errBroken {
						t.Errorf("%s: recovered %v", name, got)
					}
				}()
				_ = f.program.Run(t.Context(), source, everyLead, &opts, new(eval.Outcomes))
			}()
			got, _ := f.run(t, f.fetched(), opts, 9, everyLead...)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, after a panic at %s (-want +got):\n%s", name, entity, diff)
			}
		}
	}
}
