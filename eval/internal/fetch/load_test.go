package fetch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// A fixture is a plan and a source.
type fixture struct {
	plan   *plan.Routes
	source *evaltest.Recorder
}

func newFixture(t *testing.T, rules, records string) fixture {
	t.Helper()
	models := evaltest.Models(t, rules)
	return fixture{plan.NewRoutes(models), &evaltest.Recorder{Source: evaltest.Data(t, models[0].Schema, records)}}
}

// load loads a batch, and fails the test if that fails.
func (f fixture) load(t *testing.T, opts Options, ids ...string) *Batch {
	t.Helper()
	var b Batch
	if err := b.Load(t.Context(), f.plan, f.source, ids, evaltest.AsOf, opts); err != nil {
		t.Fatal(err)
	}
	return &b
}

// text describes the leads of a batch.
func text(b *Batch) []string {
	var list []string
	for _, l := range b.Leads {
		switch {
		case l.Failed != nil:
			list = append(list, fmt.Sprintf("%s: %s (%s): %v", l.ID, l.Failed.Path, l.Failed.Entity, l.Failed.Err))
		default:
			kind := map[plan.LeadKind]string{plan.ContactBased: "contact-based", plan.AccountBased: "account-based", plan.NoParent: "no parent"}[l.Kind]
			list = append(list, strings.TrimSpace(fmt.Sprintf("%s: %s %s", l.ID, kind, strings.Join(l.Owners, " "))))
		}
	}
	return list
}

var keys = Options{MaxKeys: 100}

const orders = `profile Lead { Orders <- Order.Buyer }
profile Order {
    Amount number
    PlacedOn date
    Buyer -> Lead
    Product -> Product
    dated by PlacedOn
}
profile Product { Name text }
`

// people has leads of each kind. All contacts are in one account.
const people = `
Lead l1 ParentContact=ada
Lead l2 ParentContact=ben
Lead l3 ParentContact=ada
Lead deal ParentAccount=beanhouse
Lead other ParentAccount=beanhouse
Lead free
Contact ada ParentAccount=beanhouse
Contact ben ParentAccount=beanhouse
Account beanhouse
EmailOpened o1 Contact=ada Timestamp=2026-05-01
`

// TestQueries checks the queries of a batch, their order and their ranges of time.
func TestQueries(t *testing.T) {
	const until = " to 2026-05-31T12:00:00.000000999Z"
	for _, test := range []struct {
		name, rules, records string
		ids                  []string
		want                 []string
	}{
		{
			"no lead", evaltest.Model("M", "contact", `each EmailOpened score +1`), people, nil, nil,
		},
		{
			"a hop a round", evaltest.Model("M", "contact", `each Lead.ParentContact.ParentAccount.Leads score +1`), people,
			[]string{"l1"},
			[]string{"Lead by id: l1", "Contact by id: ada", "Account by id: beanhouse", "Lead by ParentAccount: beanhouse"},
		},
		{
			"what several leads and paths reach is asked once, and not what is empty",
			evaltest.Model("M", "contact", `has Lead.ParentContact.ParentAccount score +1`, `has Lead.ParentAccount score +1`,
				`has EmailOpened.Contact.ParentAccount score +1`), people,
			[]string{"l1", "l2", "l1", "", "l3", "nobody", "free"},
			[]string{"Lead by id: l1 l2 l3 nobody free", "Contact by id: ada ben", "EmailOpened by Contact: ada ben (" + until[1:] + ")",
				"Account by id: beanhouse"},
		},
		{
			"what nobody reaches is not asked", evaltest.Model("M", "contact", `has Lead.ParentAccount.Contacts.Leads score +1`), people,
			[]string{"l1"}, []string{"Lead by id: l1"},
		},
		{
			"leads that no model targets are asked for and nothing else", evaltest.Model("M", "account", `each EmailOpened score +1`), people,
			[]string{"l1", "free"}, []string{"Lead by id: l1 free"},
		},
		{
			"an account's contacts, and then their interactions", evaltest.Model("M", "account", `each EmailOpened score +1`), people,
			[]string{"deal", "other"},
			[]string{"Lead by id: deal other", "Contact by ParentAccount: beanhouse", "EmailOpened by Contact: ada ben (" + until[1:] + ")"},
		},
		{
			"the widest date range of several", evaltest.Model("M", "contact",
				`each EmailOpened within last 7 days score +1`, `each EmailOpened between 2026-01-01 and 2026-02-01 score +1`), people,
			[]string{"l1"}, []string{"Lead by id: l1", "EmailOpened by Contact: ada (from 2026-01-01T00:00:00Z" + until + ")"},
		},
		{
			"no range if some path has none", evaltest.Model("M", "contact",
				`each EmailOpened within last 7 days score +1`, `each EmailOpened where Timestamp after 2026-05-01 score +1`), people,
			[]string{"l1"}, []string{"Lead by id: l1", "EmailOpened by Contact: ada (" + until[1:] + ")"},
		},
		{
			"days, and no step over what is later than as of", orders + evaltest.Model("M", "contact",
				`each Lead.Orders.Product within last 1 month score +1`), `
				Lead l1 ParentContact=ada
				Order o1 Buyer=l1 PlacedOn=2026-05-31 Product=p1
				Order o2 Buyer=l1 PlacedOn=2026-06-01 Product=p2
				Order o3 Buyer=l1 Product=p3`,
			[]string{"l1"},
			[]string{"Lead by id: l1", "Order by Buyer: l1 (from 2026-04-30T00:00:00Z to 2026-05-31T00:00:00Z)", "Product by id: p1"},
		},
		{
			"where it is tomorrow already", orders + strings.Replace(evaltest.Model("M", "contact", `each Lead.Orders score +1`),
				"target", `time zone "Pacific/Auckland" target`, 1) + evaltest.Model("N", "contact"), `
				Lead l1 ParentContact=ada`,
			[]string{"l1"}, []string{"Lead by id: l1", "Order by Buyer: l1 (to 2026-06-01T00:00:00Z)"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, test.rules, test.records)
			f.load(t, keys, test.ids...)
			if diff := cmp.Diff(test.want, f.source.Asked); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestAnyInteraction checks that the root Interaction asks for every interaction that
// is not passive.
func TestAnyInteraction(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `each Interaction score +1`), people)
	f.load(t, keys, "l1")
	want := []string{"Lead by id: l1"}
	for e := range traverse.Standard().Active() {
		want = append(want, e.Name()+" by Contact: ada (to 2026-05-31T12:00:00.000000999Z)")
	}
	if diff := cmp.Diff(want, f.source.Asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLeads checks the kind and the owners of each lead. They follow the stored ids,
// whether or not the records exist.
func TestLeads(t *testing.T) {
	f := newFixture(t, `profile Contact { dated by CreatedOn }`+
		evaltest.Model("M", "contact", `has EmailOpened score +1`)+evaltest.Model("N", "account", `has EmailOpened score +1`), people+`
		Lead lost ParentContact=zoe ParentAccount=beanhouse
		Lead nowhere ParentAccount=gone
		Contact future ParentAccount=beanhouse CreatedOn=2027-01-01`)
	b := f.load(t, keys, "l1", "deal", "free", "nobody", "lost", "nowhere", "")
	want := []string{
		"l1: contact-based ada", "deal: account-based ada ben future", "free: no parent", "nobody: Lead (Lead): no such lead",
		"lost: contact-based zoe", "nowhere: account-based", ": Lead (Lead): no such lead",
	}
	if diff := cmp.Diff(want, text(b)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if b.Failed {
		t.Error("nothing failed")
	}
}

// TestRecords checks the values of records: their order, and their form for each of
// the options.
func TestRecords(t *testing.T) {
	f := newFixture(t, `profile Contact { Code text exact Tags choices ("Red", "Blue") }`+
		evaltest.Model("M", "contact", `has Lead.ParentContact where City = "A" and Code = "A" and Tags contains "Red" score +1`,
			`each EmailOpened score +1`, `has Lead.ParentAccount.Contacts score +1`), `
		Lead l1 ParentContact=Ada ParentAccount=b
		Contact Ada City=CHICAGO Code=ABC Tags=Red;Blue
		Account b
		EmailOpened o1 Contact=Ada Timestamp=2026-05-01
		EmailOpened o2 Contact=Ada`)
	needs := map[string]*plan.Need{}
	for _, n := range f.plan.Needs {
		needs[n.Asked.Entity+" by "+n.By] = n
	}
	for _, test := range []struct {
		opts  Options
		given bool
		city  string
	}{
		{Options{MaxKeys: 9}, false, "chicago"},
		{Options{MaxKeys: 9, Raw: true}, false, "CHICAGO"},
		{Options{MaxKeys: 9, NearMisses: true}, true, "chicago"},
	} {
		b := f.load(t, test.opts, "l1")
		r := b.Records(needs["Contact by "], "Ada")[0]
		at := needs["Contact by "].Layout.Index
		if r.ID != "Ada" || r.Entity.Name() != "Contact" || r.Dated || !r.Time(needs["Contact by "].Layout).IsZero() {
			t.Errorf("%+v: the record is %+v", test.opts, r)
		}
		if got := r.Values[at("City")].Text(); got != test.city {
			t.Errorf("%+v: City is %q, want %q", test.opts, got, test.city)
		}
		if got := r.Values[at("Code")].Text(); got != "ABC" {
			t.Errorf("%+v: Code, which is exact, is %q", test.opts, got)
		}
		if (r.Given != nil) != test.given || test.given && r.Given[at("City")].Text() != "CHICAGO" {
			t.Errorf("%+v: given are %q", test.opts, r.Given)
		}
		if got := r.Values[at("Tags")].Choices(); slices.Contains(got, "red") == test.opts.Raw {
			t.Errorf("%+v: Tags are %q", test.opts, got)
		}
	}
	b := f.load(t, keys, "l1")
	opened := b.Records(needs["EmailOpened by Contact"], "Ada")
	l := needs["EmailOpened by Contact"].Layout
	dated, undated := opened[1], opened[0]
	if dated.ID != "o1" || !dated.Dated || dated.When != dated.Micros(7) || !dated.Time(l).Equal(evaltest.AsOf.AddDate(0, 0, -30).Add(-12*time.Hour)) {
		t.Errorf("a record with a Timestamp is %+v", dated)
	}
	if undated.Dated || undated.Micros(7) != 7 || !undated.Time(l).IsZero() {
		t.Errorf("a record without a Timestamp is %+v", undated)
	}
	if got := b.Records(needs["EmailOpened by Contact"], "zoe"); got != nil {
		t.Errorf("a key that was not asked for has the records %v", got)
	}
	tree := f.plan.Trees[plan.ContactBased]
	for _, n := range tree.Order {
		switch n.Path() {
		case "Lead.ParentContact", "Lead.ParentAccount":
			if got, want := Key(n, b.Leads[0].Record), map[string]string{"ParentContact": "Ada", "ParentAccount": "b"}[n.Name]; got != want {
				t.Errorf("the key of %s is %q", n.Path(), got)
			}
		case "Lead.ParentAccount.Contacts":
			if got := Key(n, b.Records(needs["Account by "], "b")[0]); got != "b" {
				t.Errorf("the key of %s is %q", n.Path(), got)
			}
		}
	}
}

// TestNearMissesAskForAll checks that records of any date are asked for: they may be near
// misses, and those later than as of are told.
func TestNearMissesAskForAll(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `each EmailOpened within last 7 days score +1`), people)
	f.load(t, Options{MaxKeys: 9, NearMisses: true}, "l1")
	if got, want := f.source.Asked[1], "EmailOpened by Contact: ada"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestMaxKeys checks that a query has at most Options.MaxKeys keys, and at least one.
func TestMaxKeys(t *testing.T) {
	for _, test := range []struct {
		most int
		want []string
	}{
		{0, []string{"Lead by id: l1", "Lead by id: l2", "Lead by id: deal"}},
		{1, []string{"Lead by id: l1", "Lead by id: l2", "Lead by id: deal"}},
		{2, []string{"Lead by id: l1 l2", "Lead by id: deal"}},
		{3, []string{"Lead by id: l1 l2 deal"}},
	} {
		f := newFixture(t, evaltest.Model("M", "contact"), people)
		f.load(t, Options{MaxKeys: test.most}, "l1", "l2", "deal")
		if diff := cmp.Diff(test.want, f.source.Asked); diff != "" {
			t.Errorf("%d keys (-want +got):\n%s", test.most, diff)
		}
	}
}

// TestMaxRecords checks that Load returns a LimitError for a batch that reaches too
// many records, and that it names the entity and the path.
func TestMaxRecords(t *testing.T) {
	rules := evaltest.Model("M", "contact", `each Lead.ParentContact.ParentAccount.Leads score +1`) +
		evaltest.Model("N", "account", `each EmailOpened score +1`)
	for _, test := range []struct {
		lead         string
		most         int
		entity, path string // where it fails, or ""
	}{
		// l1, ada, beanhouse and its 2 leads
		{"l1", 5, "", ""},
		{"l1", 4, "Lead", "Lead.ParentContact.ParentAccount.Leads"},
		{"l1", 2, "Account", "Lead.ParentContact.ParentAccount"},
		{"l1", 1, "Contact", "Lead.ParentContact"},
		{"l1", 0, "", ""},
		{"l1", -1, "", ""},
		// deal, 2 contacts and an email
		{"deal", 4, "", ""},
		{"deal", 3, "EmailOpened", "EmailOpened"},
		{"deal", 2, "Contact", "Contact.ParentAccount"},
		{"free", 1, "", ""},
	} {
		f := newFixture(t, rules, people)
		var b Batch
		err := b.Load(t.Context(), f.plan, f.source, []string{test.lead}, evaltest.AsOf, Options{MaxKeys: 9, MaxRecords: test.most})
		if test.path == "" {
			if err != nil {
				t.Errorf("%s with %d records: %v", test.lead, test.most, err)
			}
			continue
		}
		limit, ok := errors.AsType[*LimitError](err)
		if !ok || limit.Entity != test.entity || limit.Path != test.path || limit.Error() == "" {
			t.Errorf("%s with %d records: %+v, want %s (%s)", test.lead, test.most, err, test.path, test.entity)
		}
	}
	f := newFixture(t, rules, people)
	var b Batch
	err := b.Load(t.Context(), f.plan, f.source, []string{"l1", "l2"}, evaltest.AsOf, Options{MaxKeys: 9, MaxRecords: 1})
	if limit, ok := errors.AsType[*LimitError](err); !ok || limit.Path != "Lead" {
		t.Errorf("two leads where one is allowed: %+v", err)
	}
}

// TestLimitWithoutPath checks the path of a LimitError for records that the first lead
// does not reach.
func TestLimitWithoutPath(t *testing.T) {
	f := newFixture(t, evaltest.Model("N", "account", `has Lead.ParentAccount score +1`), people)
	var b Batch
	err := b.Load(t.Context(), f.plan, f.source, []string{"free", "deal"}, evaltest.AsOf, Options{MaxKeys: 9, MaxRecords: 2})
	if limit, ok := errors.AsType[*LimitError](err); !ok || limit.Entity != "Account" || limit.Path != "Account" {
		t.Errorf("got %+v", err)
	}
}

// TestReset checks that a batch that was reset loads the same as a new one.
func TestReset(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `each EmailOpened score +1`)+evaltest.Model("N", "account", `each EmailOpened score +1`), people)
	var b Batch
	for _, ids := range [][]string{{"l1", "deal"}, {"l2"}, {"free", "nobody", "l1"}, {"l1"}} {
		if err := b.Load(t.Context(), f.plan, f.source, ids, evaltest.AsOf, keys); err != nil {
			t.Fatal(err)
		}
		fresh := f.load(t, keys, ids...)
		if diff := cmp.Diff(text(fresh), text(&b)); diff != "" {
			t.Errorf("%v (-new +used again):\n%s", ids, diff)
		}
		for _, n := range f.plan.Needs {
			for key := range fresh.Groups[n.Index] {
				if a, b := len(fresh.Records(n, key)), len(b.Records(n, key)); a != b {
					t.Errorf("%v: %d records of %s %s, want %d", ids, b, n.Asked.Entity, key, a)
				}
			}
			if len(b.Groups[n.Index]) != len(fresh.Groups[n.Index]) {
				t.Errorf("%v: %d keys of %s, want %d", ids, len(b.Groups[n.Index]), n.Asked.Entity, len(fresh.Groups[n.Index]))
			}
		}
		b.Reset()
		if len(b.Leads) != 0 || b.Failed {
			t.Errorf("after a reset there are %d leads", len(b.Leads))
		}
	}
}

// TestEmptied checks that Emptied does not keep a large map.
func TestEmptied(t *testing.T) {
	small, large := map[int]int{1: 1}, map[int]int{}
	for i := range maxMap + 1 {
		large[i] = i
	}
	if got := Emptied(small); len(got) != 0 || len(small) != 0 {
		t.Errorf("a small map is %v", got)
	}
	if got := Emptied(large); len(got) != 0 || len(large) != maxMap+1 {
		t.Error("a large map is cleared")
	}
	if got := Emptied[int, int](nil); got == nil {
		t.Error("no map is given for none")
	}
}
