package walk

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
)

// A fixture is a model and a walker for the leads of a batch.
type fixture struct {
	*testing.T
	model  *plan.Model
	batch  fetch.Batch
	walker Walker
}

// newFixture fetches leads and all records that they reach, also those that only near
// misses need.
func newFixture(t *testing.T, rules, records string, leads ...string) *fixture {
	t.Helper()
	models := evaltest.Models(t, rules)
	f := &fixture{T: t}
	routes := plan.NewRoutes(models)
	f.model = routes.Models[0]
	data := evaltest.Data(t, models[0].Schema, records)
	if err := f.batch.Load(t.Context(), routes, data, leads, evaltest.AsOf, fetch.Options{MaxKeys: 100, NearMisses: true}); err != nil {
		t.Fatal(err)
	}
	for _, l := range f.batch.Leads {
		if l.Failed != nil {
			t.Fatal(l.Failed)
		}
	}
	f.walker.Begin(t.Context(), &f.batch)
	return f
}

func (f *fixture) child(i int) *plan.Child { return &f.model.Conditions[i].Children[0] }

const orders = `profile Lead { Orders <- Order.Buyer }
profile Contact { Clicks <- EmailClicked.Contact  Manager -> Contact  Reports <- Contact.Manager  Friend -> Contact }
profile Order { Amount number  PlacedOn date  Buyer -> Lead  Product -> Product  Parts <- Part.Order  dated by PlacedOn }
profile Product { Name text  Orders <- Order.Product }
profile Part { Name text  Order -> Order }
`

// shop is a lead, the two contacts of its account, and orders of which o4 is later
// than as of and o5 has no date.
const shop = `
Lead deal ParentAccount=beanhouse ParentContact=ada
Account beanhouse Industry=Retail
Contact ada  ParentAccount=beanhouse City=Chicago Friend=bob
Contact bob  ParentAccount=beanhouse City=Boston Friend=nobody
Order o1 Buyer=deal PlacedOn=2026-05-30 Amount=10 Product=p1
Order o2 Buyer=deal PlacedOn=2026-05-01 Amount=20 Product=p1
Order o3 Buyer=deal PlacedOn=2026-05-01 Amount=30 Product=p2
Order o4 Buyer=deal PlacedOn=2026-06-01 Amount=40 Product=p1
Order o5 Buyer=deal Amount=50 Product=p3
Product p1 Name=Beans
Product p2 Name=Mugs
Part q1 Order=o1 Name=x
Part q2 Order=o2 Name=x
Part q3 Order=o2 Name=y
Part q4 Order=o4 Name=x
EmailClicked k1 Contact=ada Timestamp=2026-05-02 Url=a
EmailClicked k2 Contact=ada Timestamp=2026-05-01 Url=b
EmailClicked k3 Contact=ada Url=a
EmailClicked k4 Contact=ada Timestamp=2026-06-01 Url=a
EmailOpened n1 Contact=ada Timestamp=2026-05-31T12:00:00Z
`

// TestCount checks the number of routes of a path from the lead deal.
func TestCount(t *testing.T) {
	for _, test := range []struct {
		child string
		want  uint64
	}{
		{`each Lead`, 1},
		{`each Lead where Topic is empty`, 1},
		{`each Lead where Topic = "A"`, 0},
		{`each Lead.ParentContact`, 1},
		{`each Lead.ParentContact.Friend`, 1},
		{`each Lead.ParentContact.Friend.Friend`, 0},
		{`each Lead.ParentContact.Manager`, 0},
		{`each Lead.ParentAccount.Contacts`, 2},
		{`each Lead.ParentAccount.Contacts.ParentAccount`, 2},
		{`each Lead.ParentAccount.Contacts.ParentAccount.Contacts`, 4},
		{`each Lead.ParentAccount.Contacts.ParentAccount.Contacts where City = "Boston"`, 2},
		{`each Lead.ParentContact.ParentAccount.Contacts.ParentAccount.Contacts`, 4},
		{`each Lead.Orders`, 4},
		{`each Lead.Orders where PlacedOn is empty`, 1},
		{`each Lead.Orders where PlacedOn after 2026-05-31`, 0},
		{`each Lead.Orders since 2026-05-01`, 3},
		{`each Lead.Orders within last 1 day`, 1},
		{`each Lead.Orders between 2026-05-02 and 2027-01-01`, 1},
		{`each Lead.Orders where Amount >= 20 and Amount < 50`, 2},
		{`each Lead.Orders where Product.Name = "Beans"`, 2},
		{`each Lead.Orders where Product.Name is empty`, 1},
		{`each Lead.Orders.Product`, 3},
		{`each Lead.Orders.Parts`, 3},
		{`each Lead.Orders.Parts where Name = "x"`, 2},
		{`each Lead.Orders.Product.Orders`, 5},
		{`each EmailClicked`, 3},
		{`each EmailClicked within last 30 days`, 1},
		{`each EmailClicked.Contact.Clicks`, 9},
		{`each EmailClicked.Contact.Clicks within last 30 days`, 3},
		{`each EmailClicked.Contact.Friend where City = "Boston" and EmailClicked.Url = "a"`, 2},
		{`each Interaction`, 4},
		{`each Interaction within last 30 days`, 2},
		{`each Interaction where Contact.Friend.City = "Boston"`, 4},
		{`each Interaction.Contact.Clicks`, 12},
	} {
		f := newFixture(t, orders+evaltest.Model("M", "contact", test.child+" score +1"), shop, "deal")
		if got := f.walker.Count(f.child(0), &f.batch.Leads[0]); got.Clamp() != test.want {
			t.Errorf("%s: %d, want %d", test.child, got.Clamp(), test.want)
		}
		n, list := f.walker.Occurrences(f.child(0), &f.batch.Leads[0])
		if n.Clamp() != test.want {
			t.Errorf("%s: with occurrences %d, want %d", test.child, n.Clamp(), test.want)
		}
		var sum points.Count
		for _, o := range list {
			sum = sum.Plus(o.Routes)
		}
		if sum.Clamp() != test.want {
			t.Errorf("%s: %d routes lead through the occurrences, want %d", test.child, sum.Clamp(), test.want)
		}
	}
}

// TestAccountBased checks that an account-based lead has the interactions of all
// contacts of its account.
func TestAccountBased(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "account", `each EmailClicked score +1`), `
		Lead deal ParentAccount=a
		Contact ada ParentAccount=a
		Contact bob ParentAccount=a
		EmailClicked k1 Contact=ada
		EmailClicked k2 Contact=bob
		EmailClicked k3 Contact=zoe`, "deal")
	if got := f.walker.Count(f.child(0), &f.batch.Leads[0]); got.Clamp() != 2 {
		t.Errorf("%d interactions, want 2", got.Clamp())
	}
}

// TestDayOfModel checks that a record dated by a date exists from the day on that it
// is in the time zone of the model.
func TestDayOfModel(t *testing.T) {
	rules := orders
	for _, zone := range []string{"Pacific/Auckland", "Pacific/Honolulu"} {
		rules += strings.Replace(evaltest.Model(zone, "contact", `each Lead.Orders score +1`), "target", fmt.Sprintf("time zone %q target", zone), 1)
	}
	routes := plan.NewRoutes(evaltest.Models(t, rules))
	data := evaltest.Data(t, routes.Models[0].Checked.Schema, "Lead l ParentContact=c\nOrder o Buyer=l PlacedOn=2026-06-01")
	var b fetch.Batch
	if err := b.Load(t.Context(), routes, data, []string{"l"}, evaltest.AsOf, fetch.Options{MaxKeys: 9}); err != nil {
		t.Fatal(err)
	}
	var w Walker
	w.Begin(t.Context(), &b)
	for i, want := range []uint64{1, 0} {
		m := routes.Models[i]
		if got := w.Count(&m.Conditions[0].Children[0], &b.Leads[0]).Clamp(); got != want {
			t.Errorf("%s counts %d, want %d", m.Checked.Name, got, want)
		}
	}
}

// TestMultiplier checks the multiplier of conditions of several children.
func TestMultiplier(t *testing.T) {
	for _, test := range []struct {
		children string
		want     uint64
	}{
		{`each Lead.Orders`, 4},
		{`each Lead.Orders each EmailClicked`, 3},
		{`each EmailClicked has Lead.Orders none EmailSent`, 3},
		{`has Lead.Orders`, 1},
		{`none Lead.Orders each EmailClicked`, 0},
		{`at least 5 Lead.Orders`, 0},
		{`at least 4 Lead.Orders`, 1},
		{`none EmailSent`, 1},
	} {
		f := newFixture(t, orders+evaltest.Model("M", "contact", test.children+" score +1"), shop, "deal")
		if got := f.walker.Multiplier(&f.model.Conditions[0], &f.batch.Leads[0]); got.Clamp() != test.want {
			t.Errorf("%s: %d, want %d", test.children, got.Clamp(), test.want)
		}
	}
}

// TestCountsBeyond64Bits checks that numbers of routes that exceed 64 bits are exact.
func TestCountsBeyond64Bits(t *testing.T) {
	f := newFixture(t, orders+evaltest.Model("M", "contact", `each Lead.Orders.Product.Orders score +1`), shop, "deal")
	child := f.child(0)
	w := &f.walker
	w.start(child, &f.batch.Leads[0])
	w.advance(&child.Steps[1])
	huge := points.CountOf(math.MaxUint64)
	for i := range w.from {
		w.from[i].routes = huge
	}
	want := map[string]int64{"p1": 2, "p2": 1}
	w.advance(&child.Steps[2])
	if len(w.from) != len(want) {
		t.Errorf("the walk reaches %d products, want %d", len(w.from), len(want))
	}
	for _, at := range w.from {
		if got := at.routes.Big(); got.Cmp(new(big.Int).Mul(huge.Big(), big.NewInt(want[at.record.ID]))) != 0 {
			t.Errorf("%v routes lead to %s, want %d times %v", got, at.record.ID, want[at.record.ID], huge.Big())
		}
	}
	w.advance(&child.Steps[3])
	total := points.Count{}
	for _, at := range w.from {
		total = total.Plus(at.routes)
	}
	// Two routes to p1, which two orders refer to that exist, and one to p2.
	if got := total.Big(); got.Cmp(new(big.Int).Mul(huge.Big(), big.NewInt(2*2+1))) != 0 {
		t.Errorf("%v routes in all", got)
	}
}

// TestMerging checks that a record that several routes reach is on the frontier once,
// and not at all if it does not satisfy an expression.
func TestMerging(t *testing.T) {
	f := newFixture(t, orders+evaltest.Model("M", "contact",
		`each Lead.Orders.Product where Name != "Mugs" score +1`, `each Lead.Orders.Parts score +1`), shop, "deal")
	child := f.child(0)
	w := &f.walker
	w.start(child, &f.batch.Leads[0])
	w.advance(&child.Steps[1])
	w.advance(&child.Steps[2])
	if len(w.from) != 1 || w.from[0].record.ID != "p1" || w.from[0].routes.Clamp() != 2 {
		t.Errorf("the walk ends at %+v, want p1 on two routes", w.from)
	}
}

// occurrenceTexts writes occurrences, one a line.
func occurrenceTexts(list []Occurrence) []string {
	var out []string
	for _, o := range list {
		when := "no date"
		if !o.Time.IsZero() {
			when = o.Time.UTC().Format(time.RFC3339)
		}
		out = append(out, fmt.Sprintf("%s %s, %s, %d", o.Record.Entity.Name(), o.Record.ID, when, o.Routes.Clamp()))
	}
	return out
}

// TestOccurrences checks the records that are listed for a child: their step, their
// order, and the number of routes through each.
func TestOccurrences(t *testing.T) {
	for _, test := range []struct {
		child string
		want  []string
	}{
		{`each Lead`, []string{"Lead deal, no date, 1"}},
		{`each Lead.Orders`, []string{
			"Order o5, no date, 1", "Order o2, 2026-05-01T00:00:00Z, 1", "Order o3, 2026-05-01T00:00:00Z, 1", "Order o1, 2026-05-30T00:00:00Z, 1",
		}},
		{`each Lead.Orders.Product`, []string{"Order o2, 2026-05-01T00:00:00Z, 1", "Order o3, 2026-05-01T00:00:00Z, 1", "Order o1, 2026-05-30T00:00:00Z, 1"}},
		{`each Lead.Orders.Parts`, []string{"Order o2, 2026-05-01T00:00:00Z, 2", "Order o1, 2026-05-30T00:00:00Z, 1"}},
		{`each Lead.Orders.Parts where Name = "y"`, []string{"Order o2, 2026-05-01T00:00:00Z, 1"}},
		{`each Lead.ParentAccount.Contacts.ParentAccount.Contacts where City = "Boston"`, []string{"Contact bob, no date, 2"}},
		{`each EmailClicked.Contact.Clicks`, []string{
			"EmailClicked k3, no date, 3", "EmailClicked k2, 2026-05-01T00:00:00Z, 3", "EmailClicked k1, 2026-05-02T00:00:00Z, 3",
		}},
		{`each EmailClicked.Contact.Clicks where Url = "none"`, nil},
		{`each Interaction since 2026-05-02`, []string{"EmailClicked k1, 2026-05-02T00:00:00Z, 1", "EmailOpened n1, 2026-05-31T12:00:00Z, 1"}},
	} {
		f := newFixture(t, orders+evaltest.Model("M", "contact", test.child+" score +1"), shop, "deal")
		_, list := f.walker.Occurrences(f.child(0), &f.batch.Leads[0])
		if diff := cmp.Diff(test.want, occurrenceTexts(list)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.child, diff)
		}
	}
}

// unmetTexts writes unmet date ranges and expressions, one a line.
func unmetTexts(ch *plan.Child, list []Unmet) []string {
	var out []string
	for _, u := range list {
		var rule string
		if u.Expr == nil {
			rule = ch.Checked.Source.Range.String()
		} else {
			rule = u.Expr.Checked.Source.String()
		}
		out = append(out, fmt.Sprintf("%s: %s %s has %q", rule, u.Record.Entity.Name(), u.Record.ID, u.Value))
	}
	return out
}

// TestNearest checks which route comes nearest to counting, and the date range and the
// expressions that are unmet on it.
func TestNearest(t *testing.T) {
	for _, test := range []struct {
		name, child, records string
		want                 []string
	}{
		{"an expression", `has Lead where City = "Chicago"`, `Lead l ParentContact=c City=BOSTON`,
			[]string{`City = "Chicago": Lead l has "BOSTON"`}},
		{"a route that counts is no near miss", `at least 2 Lead where City = "Chicago"`, `Lead l ParentContact=c City=Chicago`, nil},
		{"no route", `has EmailOpened`, `Lead l ParentContact=c`, nil},
		{"what is later than as of does not exist", `has EmailOpened where EmailName = "A"`, `
			Lead l ParentContact=c
			EmailOpened o Contact=c Timestamp=2026-06-01 EmailName=B`, nil},
		{"the date range", `has EmailOpened within last 7 days`, `
			Lead l ParentContact=c
			EmailOpened o Contact=c Timestamp=2026-05-01`, []string{`within last 7 days: EmailOpened o has "2026-05-01T00:00:00Z"`}},
		{"no date", `has EmailOpened within last 7 days`, `
			Lead l ParentContact=c
			EmailOpened o Contact=c`, []string{`within last 7 days: EmailOpened o has "null"`}},
		{"the newest of several", `has EmailOpened within last 7 days`, `
			Lead l ParentContact=c
			EmailOpened a Contact=c Timestamp=2026-05-01
			EmailOpened b Contact=c Timestamp=2026-05-03
			EmailOpened d Contact=c Timestamp=2026-05-02
			EmailOpened e Contact=c`, []string{`within last 7 days: EmailOpened b has "2026-05-03T00:00:00Z"`}},
		{"of those of one time, the first by id", `has EmailOpened where EmailName = "A"`, `
			Lead l ParentContact=c
			EmailOpened b Contact=c Timestamp=2026-05-01 EmailName=X
			EmailOpened a Contact=c Timestamp=2026-05-01 EmailName=Y`, []string{`EmailName = "A": EmailOpened a has "Y"`}},
		{"of several kinds, the first by entity", `has Interaction where Contact.City = "A"`, `
			Lead l ParentContact=c
			EmailOpened a Contact=c Timestamp=2026-05-01
			EmailClicked b Contact=c Timestamp=2026-05-01`, []string{`Contact.City = "A": EmailClicked b has "null"`}},
		{"that with fewest unmet, though it is older", `has EmailOpened within last 7 days where EmailName = "A" and CustomerJourney = "B"`, `
			Lead l ParentContact=c
			EmailOpened new Contact=c Timestamp=2026-05-31 EmailName=X CustomerJourney=Y
			EmailOpened old Contact=c Timestamp=2026-05-01 EmailName=A CustomerJourney=B`,
			[]string{`within last 7 days: EmailOpened old has "2026-05-01T00:00:00Z"`}},
		{"the date range first, and expressions as the rule has them", `has EmailOpened.Contact within last 7 days where City = "C" and EmailOpened.EmailName = "A" and JobTitle = "J"`, `
			Lead l ParentContact=c
			Contact c City=X JobTitle=Y
			EmailOpened o Contact=c Timestamp=2026-05-01 EmailName=Z`, []string{
			`within last 7 days: EmailOpened o has "2026-05-01T00:00:00Z"`, `City = "C": Contact c has "X"`,
			`EmailOpened.EmailName = "A": EmailOpened o has "Z"`, `JobTitle = "J": Contact c has "Y"`,
		}},
		{"a reference that leads on", `has EmailOpened where Contact.ParentAccount.City = "A"`, `
			Lead l ParentContact=c
			Contact c ParentAccount=x
			Account x City=B
			EmailOpened o Contact=c`, []string{`Contact.ParentAccount.City = "A": EmailOpened o has "B"`}},
		{"a reference that leads nowhere", `has EmailOpened where Contact.ParentAccount.City = "A"`, `
			Lead l ParentContact=c
			Contact c
			EmailOpened o Contact=c`, []string{`Contact.ParentAccount.City = "A": EmailOpened o has "null"`}},
		{"the best way to each record", `has Lead.ParentAccount.Contacts.ParentAccount.Leads where Topic = "T" and Contacts.City = "C"`, `
			Lead l ParentAccount=a ParentContact=c
			Lead m ParentAccount=a Topic=U
			Account a
			Contact c ParentAccount=a City=C
			Contact d ParentAccount=a City=D`, []string{`Topic = "T": Lead l has "null"`}},
		{"a hop that fans out, at the end", `has Lead.Orders.Product within last 7 days where Name = "Beans"`, `
			Lead l ParentContact=c
			Order o1 Buyer=l PlacedOn=2026-05-01 Product=p
			Order o2 Buyer=l PlacedOn=2026-05-02 Product=p
			Order o3 Buyer=l PlacedOn=2026-05-30 Product=q
			Order o4 Buyer=l PlacedOn=2026-05-31 Product=none
			Product p Name=BEANS
			Product q Name=Mugs`, []string{`Name = "Beans": Product q has "Mugs"`}},
		{"what is dated by a day", `has Lead.Orders within last 7 days`, `
			Lead l ParentContact=c
			Order o1 Buyer=l PlacedOn=2026-05-01
			Order o2 Buyer=l PlacedOn=2026-05-02
			Order o3 Buyer=l PlacedOn=2026-06-02`, []string{`within last 7 days: Order o2 has "2026-05-02"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, orders+evaltest.Model("M", "contact", test.child+" score +1"), test.records, "l")
			got := unmetTexts(f.child(0), f.walker.Nearest(f.child(0), &f.batch.Leads[0]))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestNearestWithoutIDs checks that records without ids that do not differ otherwise
// are taken in the order of the source.
func TestNearestWithoutIDs(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `has EmailOpened where EmailName = "A" score +1`), `
		Lead l ParentContact=c
		EmailOpened a Contact=c EmailName=X
		EmailOpened b Contact=c EmailName=Y`, "l")
	list := f.batch.Records(f.child(0).Steps[0].Node.Need(), "c")
	for _, r := range list {
		r.ID = ""
	}
	slices.SortFunc(list, func(a, b *fetch.Record) int { return strings.Compare(a.Given[1].Text(), b.Given[1].Text()) })
	for range 5 {
		unmet := f.walker.Nearest(f.child(0), &f.batch.Leads[0])
		if len(unmet) != 1 || unmet[0].Record != list[0] {
			t.Fatalf("got %v", unmetTexts(f.child(0), unmet))
		}
	}
}

// TestDone checks that a walk over many records stops once the context is done.
func TestDone(t *testing.T) {
	const many = 5000
	records := "Lead l ParentContact=c ParentAccount=a\nContact c\nAccount a\n" + evaltest.Numbered(many, "EmailOpened", "o", "Contact=c") +
		evaltest.Numbered(many, "Contact", "c", "ParentAccount=a City=B")
	f := newFixture(t, evaltest.Model("M", "contact",
		`has EmailOpened where EmailName = "A" score +1`, `has Lead.ParentAccount.Contacts where City = "A" score +1`,
		`each EmailOpened.Contact where Contact.City is empty score +1`, `each Lead.ParentAccount.Contacts.ParentAccount score +1`,
		`each Lead.ParentAccount.Contacts.Leads score +1`), records, "l")
	lead := &f.batch.Leads[0]
	ctx, cancel := context.WithCancel(t.Context())
	begin := func() *Walker {
		f.walker.Begin(ctx, &f.batch)
		return &f.walker
	}
	counts := []uint64{0, 0, many, many, 0}
	for i, want := range counts {
		if got := begin().Count(f.child(i), lead).Clamp(); got != want {
			t.Errorf("child %d counts %d before, want %d", i, got, want)
		}
	}
	for i := range 2 {
		if got := begin().Nearest(f.child(i), lead); len(got) != 1 {
			t.Errorf("before, the nearest route of child %d is %v", i, got)
		}
	}
	cancel()
	for _, i := range []int{0, 2, 3, 4} {
		w := begin()
		if w.Count(f.child(i), lead); !w.stopped {
			t.Errorf("child %d is counted to the end", i)
		}
		w = begin()
		if w.Occurrences(f.child(i), lead); !w.stopped {
			t.Errorf("the occurrences of child %d are listed to the end", i)
		}
	}
	for i := range 2 {
		if got := begin().Nearest(f.child(i), lead); got != nil {
			t.Errorf("the nearest route of child %d is %v, want none", i, got)
		}
	}
}

// TestEnd checks that a walker keeps nothing of a batch after End.
func TestEnd(t *testing.T) {
	f := newFixture(t, orders+evaltest.Model("M", "contact", `each Lead.Orders.Product score +1`), shop, "deal")
	first := f.walker.Count(f.child(0), &f.batch.Leads[0]).Clamp()
	f.walker.End()
	if f.walker.batch != nil || f.walker.ctx != nil || len(f.walker.seen) != 0 {
		t.Error("the walker holds a batch")
	}
	f.walker.Begin(t.Context(), &f.batch)
	if got := f.walker.Count(f.child(0), &f.batch.Leads[0]).Clamp(); got != first {
		t.Errorf("afterwards it counts %d, want %d", got, first)
	}
}
