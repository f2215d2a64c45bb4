package columnar

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

func planFor(t evaltest.TB, rules string) *plan.Columns {
	return plan.NewColumns(plan.NewRoutes(evaltest.Models(t, rules)), false)
}

func storeOf(data *memory.Source) *columns.Store { return data.Lend(data) }

// use binds an executor to a store as of evaltest.AsOf and calls f.
func use(t *testing.T, x *Executor, store *columns.Store, f func()) {
	t.Helper()
	err := store.Use(t.Context(), x.Layouts(), func() error {
		if !x.Bind(store) {
			t.Fatal("the store lacks what the plan names")
		}
		x.SetAsOf(evaltest.AsOf)
		f()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// leads has a lead of each kind, and interactions before, at and after as of.
const leads = `
Lead ada-lead  ParentContact=ada City=Chicago ParentAccount=beanhouse CreatedOn=2026-05-30
Lead ben-lead  ParentContact=ben
Lead lost-lead ParentContact=lost
Lead deal      ParentAccount=beanhouse
Lead empty     ParentAccount=nothing
Lead nobody's
Contact ada  City=chicago JobTitle=Director ParentAccount=beanhouse Birthday=1990-05-01
Contact ben  City=Boston ParentAccount=gone
Contact cleo ParentAccount=beanhouse
Account beanhouse Industry=Retail NumberOfEmployees=800
EmailOpened o1 Contact=ada Timestamp=2026-05-31T12:00:00Z EmailName=A
EmailOpened o2 Contact=ada Timestamp=2026-05-31T12:00:01Z EmailName=A
EmailOpened o3 Contact=ada Timestamp=2026-05-24T12:00:00Z EmailName=B
EmailOpened o4 Contact=ada Timestamp=2026-05-24T11:59:59Z EmailName=A CustomerJourney=J
EmailOpened o5 Contact=ada EmailName=a
EmailOpened o6 Contact=ben Timestamp=2026-05-01 EmailName=A
EmailOpened o7 Contact=cleo Timestamp=2026-05-01 EmailName=A
EmailOpened o8 Contact=lost Timestamp=2026-05-01 EmailName=A
EmailOpened o9 Timestamp=2026-05-01 EmailName=A
EmailClicked k1 Contact=ada Timestamp=2026-05-01 EmailName=A
EmailSent s1 Contact=ada Timestamp=2026-05-01
`

// TestExecutor checks the count of one child for each contact-based lead. As of is
// noon of 31 May 2026; o2 is later, and o5 has no Timestamp.
func TestExecutor(t *testing.T) {
	type counts = map[string]int64
	for _, test := range []struct {
		child string
		want  counts // of the leads that count something
	}{
		{`each EmailOpened`, counts{"ada-lead": 4, "ben-lead": 1, "lost-lead": 1}},
		{`each EmailOpened within last 7 days`, counts{"ada-lead": 2}},
		{`each EmailOpened since 2026-05-24`, counts{"ada-lead": 3}},
		{`each EmailOpened between 2026-05-01 and 2026-05-24`, counts{"ada-lead": 2, "ben-lead": 1, "lost-lead": 1}},
		{`each EmailOpened since 2026-06-01`, counts{}},
		{`each EmailOpened within last 7 days where Timestamp before 2026-05-31`, counts{"ada-lead": 1}},
		{`has EmailOpened`, counts{"ada-lead": 1, "ben-lead": 1, "lost-lead": 1}},
		{`at least 2 EmailOpened`, counts{"ada-lead": 1}},
		{`at least 5 EmailOpened`, counts{}},
		{`at least 9223372036854775807 EmailOpened`, counts{}},
		{`none EmailOpened`, counts{}},
		{`none EmailClicked`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`none EmailOpened within last 7 days`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`each EmailSent`, counts{"ada-lead": 1}},
		{`each Interaction`, counts{"ada-lead": 5, "ben-lead": 1, "lost-lead": 1}},
		{`has Interaction since 2026-05-02`, counts{"ada-lead": 1}},
		{`each EmailOpened where EmailName = "a"`, counts{"ada-lead": 3, "ben-lead": 1, "lost-lead": 1}},
		{`each EmailOpened where CustomerJourney is empty`, counts{"ada-lead": 3, "ben-lead": 1, "lost-lead": 1}},
		{`each EmailOpened where EmailName = "a" and CustomerJourney = "j"`, counts{"ada-lead": 1}},
		{`each EmailOpened.Contact`, counts{"ada-lead": 4, "ben-lead": 1}},
		{`each EmailOpened where Contact.City = "Chicago"`, counts{"ada-lead": 4}},
		{`each EmailOpened where Contact.City is empty`, counts{"lost-lead": 1}},
		{`each EmailOpened.Contact.ParentAccount`, counts{"ada-lead": 4}},
		{`each EmailOpened where Contact.ParentAccount.Industry is empty`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`each EmailOpened where Contact.Birthday on 1990-05-01`, counts{"ada-lead": 4}},
		{`each EmailOpened where Contact.Birthday is empty`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`each EmailOpened where Contact.Birthday is not empty`, counts{"ada-lead": 4}},
		{`has Lead`, counts{"ada-lead": 1, "ben-lead": 1, "lost-lead": 1}},
		{`each Lead where City = "CHICAGO"`, counts{"ada-lead": 1}},
		{`none Lead where City = "CHICAGO"`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`has Lead where City = "Nowhere" and Topic = "Nothing"`, counts{}},
		{`has Lead where CreatedOn within last 2 days`, counts{"ada-lead": 1}},
		{`has Lead.ParentContact`, counts{"ada-lead": 1, "ben-lead": 1}},
		{`has Lead.ParentContact.ParentAccount`, counts{"ada-lead": 1}},
		{`has Lead.ParentContact.ParentAccount where NumberOfEmployees > 500 and Lead.City = "Chicago"`, counts{"ada-lead": 1}},
		{`none Lead.ParentContact.ParentAccount`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`has EmailClicked has Lead.ParentContact`, counts{"ada-lead": 1}},
		{`has Lead where not (City = "Chicago")`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`has Lead where not (CreatedOn within last 2 days)`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`has Lead where not (CreatedOn is empty)`, counts{"ada-lead": 1}},
		{`has Lead where (CreatedOn before 2026-01-01 or not (CreatedOn after 2026-01-01))`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`has Lead where not (ParentContact.City = "Boston")`, counts{"ada-lead": 1, "lost-lead": 1}},
		{`has Lead where (ParentContact.City = "Boston" or City = "Chicago")`, counts{"ada-lead": 1, "ben-lead": 1}},
		{`has Lead.ParentContact where not (City = "Boston")`, counts{"ada-lead": 1}},
		{`has Lead.ParentContact where not (Birthday before 2000-01-01)`, counts{"ben-lead": 1}},
		{`each EmailOpened where (EmailName = "B" or CustomerJourney = "J")`, counts{"ada-lead": 2}},
		{`each EmailOpened where not (EmailName = "A" and CustomerJourney = "J")`, counts{"ada-lead": 3, "ben-lead": 1, "lost-lead": 1}},
		{`each EmailOpened where (EmailName = "B" or Contact.City = "Boston")`, counts{"ada-lead": 1, "ben-lead": 1}},
		{`each EmailOpened where not (Contact.Birthday on 1990-05-01)`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`each EmailOpened or EmailClicked`, counts{"ada-lead": 5, "ben-lead": 1, "lost-lead": 1}},
		{`at least 4 EmailOpened or EmailClicked where EmailName = "a"`, counts{"ada-lead": 1}},
		{`at most 1 EmailOpened`, counts{"ben-lead": 1, "lost-lead": 1}},
		{`exactly 4 EmailOpened`, counts{"ada-lead": 1}},
		{`from 2 to 3 EmailOpened`, counts{}},
		{`each EmailOpened each EmailClicked has Interaction`, counts{"ada-lead": 1}},
		{`each EmailOpened none EmailClicked`, counts{"ben-lead": 1, "lost-lead": 1}},
	} {
		models := evaltest.Models(t, evaltest.Model("M", "contact", test.child+" score +1"))
		data := evaltest.Data(t, models[0].Schema, leads)
		x := New(plan.NewColumns(plan.NewRoutes(models), false))
		got := counts{}
		use(t, x, storeOf(data), func() {
			for id, err := range data.Leads(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				kind, fits := x.Score(x.Find(id))
				if !fits {
					t.Errorf("the sums of %s do not fit", id)
				}
				if kind == plan.ContactBased && x.ModelScore(0) != 0 {
					got[id] = x.ModelScore(0)
				}
			}
		})
		if !maps.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.child, got, test.want)
		}
	}
}

// TestExecutorKinds checks the kind of each lead, and that an account-based lead has
// the interactions of all contacts of its account.
func TestExecutorKinds(t *testing.T) {
	models := evaltest.Models(t, evaltest.Model("M", "account", `each EmailOpened score +1`, `has Lead.ParentAccount score +10`)+
		evaltest.Model("N", "account", `each EmailOpened.Contact where City = "Chicago" score +1`)+
		evaltest.Model("O", "contact", `has Lead score +1`))
	data := evaltest.Data(t, models[0].Schema, leads)
	x := New(plan.NewColumns(plan.NewRoutes(models), false))
	use(t, x, storeOf(data), func() {
		for _, test := range []struct {
			lead   string
			kind   plan.LeadKind
			scores []int64
		}{
			{"deal", plan.AccountBased, []int64{4 + 1 + 10, 4}},
			{"empty", plan.AccountBased, []int64{0, 0}},
			{"ada-lead", plan.ContactBased, nil},
			{"nobody's", plan.NoParent, nil},
		} {
			kind, fits := x.Score(x.Find(test.lead))
			if kind != test.kind || !fits {
				t.Errorf("%s is %d, want %d", test.lead, kind, test.kind)
			}
			for i, want := range test.scores {
				if got := x.ModelScore(i); got != want {
					t.Errorf("%s has the score %d of model %d, want %d", test.lead, got, i, want)
				}
			}
		}
		if x.Find("no such lead") >= 0 {
			t.Error("an unknown lead is found")
		}
		if a, b := x.Find("ada-lead"), x.Find("deal"); x.Find("ada-lead") != a || x.Find("deal") != b || a == b {
			t.Error("where a lead is depends on what was looked for before")
		}
		contacts := storeOf(data).Table(traverse.Contact)
		owners := []columns.Key{contacts.Key("ben"), contacts.Key("cleo"), 0}
		if fits := x.ScoreOwned(plan.AccountBased, x.Find("deal"), owners); !fits || x.ModelScore(0) != 1+1+10 {
			t.Errorf("with other owners the score is %d", x.ModelScore(0))
		}
	})
}

// TestEveryLead checks which interactions the leads of models for every lead have, each
// once, and what can be asked of their owner, beside a model for some leads.
func TestEveryLead(t *testing.T) {
	models := evaltest.Models(t, evaltest.Model("C", "contact", `each EmailOpened score +1`)+
		evaltest.Model("L", "lead", `each EmailOpened score +1`, `none EmailOpened score +100`, `has Lead.ParentContact score +1000`)+
		evaltest.Model("O", "lead", `each EmailOpened where Lead.City = "Chicago" score +1`, `each EmailOpened.Lead.ParentContact score +100`)+
		evaltest.Model("W", "lead with contact", `each EmailOpened score +1`, `none EmailOpened score +100`, `each Interaction score +1000`))
	data := evaltest.Data(t, models[0].Schema, leads+`
EmailOpened both  Contact=ada Lead=ada-lead Timestamp=2026-05-02
EmailOpened again Contact=ada Lead=ada-lead Timestamp=2026-05-03
EmailOpened mine  Contact=ben Lead=ada-lead Timestamp=2026-05-04
EmailOpened deals Contact=ada Lead=deal Timestamp=2026-05-05
EmailOpened loose Lead=nobody's
EmailOpened lost  Lead=gone Contact=cleo
`)
	x := New(plan.NewColumns(plan.NewRoutes(models), false))
	use(t, x, storeOf(data), func() {
		for lead, want := range map[string][4]int64{
			"ada-lead":  {4 + 3, 3 + 1000, 3 + 300, 8 + 9000},
			"ben-lead":  {1 + 1, 100 + 1000, 0, 2 + 2000},
			"lost-lead": {1, 100, 0, 1 + 1000},
			"deal":      {0, 1, 0, 1 + 1000},
			"empty":     {0, 100, 0, 100},
			"nobody's":  {0, 1, 0, 1 + 1000},
		} {
			x.Score(x.Find(lead))
			for i, want := range want {
				if got := x.ModelScore(i); got != want {
					t.Errorf("%s has the score %d by %s, want %d", lead, got, models[i].Name, want)
				}
			}
		}
	})
}

// TestScoreTooLarge checks that Score returns false for a lead with more records than
// Target.MaxRecords.
func TestScoreTooLarge(t *testing.T) {
	p := planFor(t, evaltest.Model("M", "contact", `each EmailOpened score +1`))
	const records = 8 // the lead, and all interactions of ada, whether or not they count
	for _, most := range []uint64{0, 1, records - 1, records, math.MaxInt64} {
		p.Targets[plan.ContactBased].MaxRecords = most
		x := New(p)
		use(t, x, storeOf(evaltest.Data(t, traverse.Standard(), leads)), func() {
			if _, fits := x.Score(x.Find("ada-lead")); fits != (most >= records) {
				t.Errorf("with %d records at most the sums of ada-lead fit: %t", most, fits)
			}
			if fits := x.ScoreOwned(plan.ContactBased, x.Find("ada-lead"), []columns.Key{0}); fits != (most >= 1) {
				t.Errorf("with %d records at most the sums of a lead alone fit: %t", most, fits)
			}
		})
	}
}

// TestCounts checks that an explained plan has the counts of all children in slots.
func TestCounts(t *testing.T) {
	models := evaltest.Models(t, evaltest.Model("M", "contact",
		`each EmailOpened none EmailClicked score +1`, `has Interaction since 2026-05-02 score +1`))
	p := plan.NewColumns(plan.NewRoutes(models), true)
	x := New(p)
	if x.Plan() != p {
		t.Error("Plan is another plan")
	}
	use(t, x, storeOf(evaltest.Data(t, traverse.Standard(), leads)), func() {
		x.Score(x.Find("ada-lead"))
		x.Score(x.Find("ben-lead"))
		x.Score(x.Find("ada-lead"))
		var got []uint64
		for _, c := range p.Targets[plan.ContactBased].Conjunctions {
			for _, ch := range c.Award.Children {
				got = append(got, x.Counts(plan.ContactBased)[ch.Slot])
			}
		}
		if fmt.Sprint(got) != "[4 1 3]" {
			t.Errorf("the counts are %v", got)
		}
	})
}

// TestManyMeasures checks a plan with more measures than a word holds, for the lead,
// for the owner and for a kind of interaction.
func TestManyMeasures(t *testing.T) {
	const n = 2*plan.WordBits + 7
	var conditions []string
	var records strings.Builder
	records.WriteString("Lead l ParentContact=c City=5\nContact c City=5\n")
	want := int64(0)
	for i := range int64(n) {
		conditions = append(conditions,
			fmt.Sprintf(`each EmailClicked where Url = "%d" score %+d`, i, i+1),
			fmt.Sprintf(`has Lead where City = "%d" score %+d`, i, 100_000+i),
			fmt.Sprintf(`has EmailOpened where Contact.City = "%d" score %+d`, i, 200_000+i))
		for j := range i % 11 {
			fmt.Fprintf(&records, "EmailClicked k%d-%d Contact=c Url=%d\n", i, j, i)
			want += i + 1
		}
	}
	records.WriteString("EmailOpened o Contact=c\n")
	want += 100_005 + 200_005
	p := planFor(t, evaltest.Model("M", "contact", conditions...))
	x := New(p)
	use(t, x, storeOf(evaltest.Data(t, traverse.Standard(), records.String())), func() {
		if words, least := len(x.targets[plan.ContactBased].words), 9; words < least {
			t.Errorf("%d words, want %d at least", words, least)
		}
		x.Score(x.Find("l"))
		if got := x.ModelScore(0); got != want {
			t.Errorf("the score is %d, want %d", got, want)
		}
	})
}

// TestAsOf checks that SetAsOf changes the instant of later scores.
func TestAsOf(t *testing.T) {
	x := New(planFor(t, evaltest.Model("M", "contact", `each EmailOpened within last 7 days where EmailName = "A" score +1`)))
	data := evaltest.Data(t, traverse.Standard(), leads)
	use(t, x, storeOf(data), func() {
		for _, test := range []struct{ seconds, want int64 }{{0, 1}, {1, 2}, {-1, 1}, {7 * 24 * 60 * 60, 2}, {0, 1}, {-8 * 24 * 60 * 60, 0}} {
			x.SetAsOf(evaltest.AsOf.Add(time.Duration(test.seconds) * time.Second))
			x.Score(x.Find("ada-lead"))
			if got := x.ModelScore(0); got != test.want {
				t.Errorf("%d seconds later the score is %d, want %d", test.seconds, got, test.want)
			}
		}
	})
}

// TestMissing checks that an executor is not bound to a store that lacks an entity, a
// field or a reference of the plan, and can be bound to another store afterwards.
func TestMissing(t *testing.T) {
	for _, test := range []struct{ name, have, want, child string }{
		{"a kind of interaction", ``, `interaction Webinar { }`, `has Webinar`},
		{"a kind that is a profile", `profile Webinar { Timestamp time Contact -> Contact }`, `interaction Webinar { }`, `has Webinar`},
		{"a field of an interaction", ``, `interaction EmailOpened { Device text }`, `has EmailOpened where Device = "A"`},
		{"a field of that type", `interaction EmailOpened { Device number }`, `interaction EmailOpened { Device text }`, `has EmailOpened where Device = "A"`},
		{"a field of the owner", ``, `profile Contact { Shoe number }`, `has EmailOpened.Contact where Shoe > 46`},
		{"a field of the lead", ``, `profile Lead { Shoe number }`, `has Lead where Shoe > 46`},
		{"a time of the lead", ``, `profile Lead { Seen time }`, `has Lead where Seen is empty`},
		{"a date that is a time", `profile Lead { Seen time }`, `profile Lead { Seen date }`, `has Lead where Seen is empty`},
		{"an entity", `profile Lead { Owner -> Contact }`, `profile Lead { Owner -> User } profile User { }`, `has Lead.Owner`},
		{"a reference", `profile User { }`, `profile Lead { Owner -> User } profile User { }`, `has Lead.Owner`},
		{"a reference to that entity", `profile Lead { Owner -> Contact } profile User { }`, `profile Lead { Owner -> User } profile User { }`, `has Lead.Owner`},
	} {
		model := evaltest.Model("M", "contact", test.child+" score +1")
		have := evaltest.Models(t, test.have+evaltest.Model("M", "contact"))[0].Schema
		want := evaltest.Models(t, test.want+model)[0].Schema
		x := New(planFor(t, test.want+model))
		for range 2 {
			if x.Bind(columns.New(have)) {
				t.Errorf("%s: the executor is bound to a store that lacks it", test.name)
			}
			if !x.Bind(columns.New(want)) {
				t.Errorf("%s: the executor is not bound to a store that has it", test.name)
			}
		}
	}
}
