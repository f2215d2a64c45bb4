package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
)

// planColumns plans rules for scores alone.
func planColumns(t testing.TB, rules string) *Columns {
	t.Helper()
	return NewColumns(NewRoutes(evaltest.Models(t, rules)), false)
}

// richer adds to the standard schema entities and fields for which children need
// routes.
const richer = `profile Lead { Due date  Orders <- Order.Lead  Owner -> User  Visit -> EmailOpened }
profile Contact { Manager -> Contact  Boss -> User }
profile User { Name text  Started date }
profile Order { PlacedOn time  Lead -> Lead  dated by PlacedOn }
profile Campaign { Name text  Ends time }
interaction EmailOpened { Campaign -> Campaign  ReadOn date  ReadAt time }
`

// TestCountedOverColumns checks which children are counted over columns and which
// need routes.
func TestCountedOverColumns(t *testing.T) {
	for _, test := range []struct {
		why   string
		child string
		want  bool
	}{
		{"interactions of the lead", `each EmailOpened`, true},
		{"interactions in a date range", `each EmailOpened within last 7 days`, true},
		{"interactions of every kind", `each Interaction`, true},
		{"a field of the interaction", `each EmailOpened where EmailName = "A"`, true},
		{"the Timestamp in a window", `each EmailOpened where Timestamp before 2026-01-01`, true},
		{"the Timestamp in two windows", `each EmailOpened within last 7 days where Timestamp after 2026-01-01`, true},
		{"an empty Timestamp", `each EmailOpened where Timestamp is empty`, false},
		{"a Timestamp that is not empty", `each EmailOpened where Timestamp is not empty`, false},
		{"another time of the interaction", `each EmailOpened where ReadAt before 2026-01-01`, false},
		{"a date of the interaction", `each EmailOpened where ReadOn before 2026-01-01`, false},
		{"the contact who owns the interaction", `each EmailOpened.Contact`, true},
		{"a field of that contact", `each EmailOpened where Contact.City = "A"`, true},
		{"a date of that contact", `each EmailOpened.Contact where Birthday before 2000-01-01`, true},
		{"a step of the path", `each EmailOpened.Contact within last 7 days where EmailOpened.EmailName = "A"`, true},
		{"what the contact's references lead to", `each EmailOpened where Contact.ParentAccount.Industry = "R"`, true},
		{"a path over the contact's references", `each EmailOpened.Contact.Manager.Boss where Name = "A"`, true},
		{"a reference other than Contact", `each EmailOpened.Campaign`, false},
		{"a field after such a reference", `each EmailOpened where Campaign.Name = "A"`, false},
		{"a hop from the contact to several records", `each EmailOpened.Contact.Leads`, false},
		{"the lead", `has Lead`, true},
		{"a field of the lead", `has Lead where City = "A"`, true},
		{"a time of the lead", `has Lead where CreatedOn within last 7 days`, true},
		{"a date of the lead", `has Lead where Due is empty`, true},
		{"what the lead's references lead to", `has Lead.ParentContact.ParentAccount where Industry = "R"`, true},
		{"a step before", `has Lead.ParentContact where Lead.City = "A"`, true},
		{"a hop from the lead to several records", `has Lead.Orders`, false},
		{"a dated record that the lead refers to", `has Lead.Visit`, false},
		{"a field of a dated record", `has Lead where Visit.EmailName = "A"`, false},
		{"a date range on a path from the lead", `has Lead.Visit within last 7 days`, false},
		{"several kinds of interaction", `each EmailOpened or EmailClicked where EmailName = "A"`, true},
		{"or of one field", `each EmailOpened where (EmailName = "A" or EmailName begins with "B")`, true},
		{"or of several fields", `each EmailOpened where (EmailName = "A" or CustomerJourney = "B")`, true},
		{"or of the interaction and its contact", `each EmailOpened where (EmailName = "A" or Contact.City = "B")`, true},
		{"not of several", `each EmailOpened where not (EmailName = "A" and Contact.City = "B")`, true},
		{"or with the Timestamp", `each EmailOpened where (Timestamp after 2026-01-01 or EmailName = "A")`, true},
		{"not of the Timestamp", `each EmailOpened where not (Timestamp after 2026-01-01)`, false},
		{"not of a time of the lead", `has Lead where not (CreatedOn after 2026-01-01 or City = "A")`, true},
		{"or of very many fields", "each EmailOpened where " + nested(6), false},
		{"a cap by a field", `each EmailOpened once per EmailName`, true},
		{"a cap by a period", `each EmailOpened.Contact up to 2 per day`, true},
		{"a cap by the contact", `each Interaction once per Contact`, true},
		{"a cap by another reference", `each EmailOpened once per Campaign`, false},
		{"a cap by a field of another record", `each EmailOpened once per Contact.City`, false},
		{"a cap by another time", `each EmailOpened once per ReadAt`, false},
		{"a cap on the lead", `each Lead once per City`, true},
		{"a burst", `at least 2 EmailOpened within any 1 day`, true},
		{"a burst of orders", `at least 2 Lead.Orders within any 1 day`, false},
		{"a decay", `each EmailOpened losing 10% every 1 day`, true},
	} {
		p := planColumns(t, richer+evaltest.Model("M", "contact", test.child+" score +1"))
		if got := len(p.Residual[0]) == 0; got != test.want {
			t.Errorf("%s: %s is counted over columns: %t", test.why, test.child, got)
		}
		if got := p.Any(); got != test.want {
			t.Errorf("%s: the plan for %s counts something over columns: %t", test.why, test.child, got)
		}
		if got := p.ResidualRoutes == nil; got != test.want {
			t.Errorf("%s: the plan for %s has no routes: %t", test.why, test.child, got)
		}
	}
}

// nested writes n groups of two fields, of which all groups must hold.
func nested(n int) string {
	var groups []string
	for i := range n {
		groups = append(groups, fmt.Sprintf(`(EmailName = "%d" or CustomerJourney = "%d")`, i, i))
	}
	return strings.Join(groups, " and ")
}

// TestCountedOfStructured checks which conditions of a structured model are counted over
// columns, and that the others are left to routes, apart from those of an explanation.
func TestCountedOfStructured(t *testing.T) {
	routes := NewRoutes(evaltest.Models(t, richer+`model "M" {
		target contact
		audience { none Lead.Orders within last 1 year }
		group "G" {
			limit up to 40
			condition "columns" { each EmailOpened once per EmailName any of { has Lead none EmailClicked } score +1 }
			condition "orders" { each Lead.Orders score +1 }
			condition "same" { same EmailName { has EmailOpened has EmailClicked } score +1 }
			condition "same campaign" { same Campaign { has EmailOpened has EmailOpened within last 1 day } score +1 }
			condition "quiet" { every 30 days without Interaction score -5 down to -50 }
		}
	}
	model "N" { target contact limit up to 9 condition "C" { each EmailOpened score +1 } }
	model "O" { target contact limit up to 9 condition "C" { each Lead.Orders score +1 } }
	model "P" { target lead limit up to 9 condition "C" { each EmailOpened score +1 } }
	model "Q" { target contact condition "C" { each EmailOpened score +1 } }`))
	p := NewColumns(routes, false)
	m := p.Counted[0]
	var got []string
	for i, c := range m.Conditions {
		got = append(got, fmt.Sprintf("%s %t %d", routes.Models[0].Conditions[i].Name, c.ByRoutes, len(c.Slots)))
	}
	if want := []string{"columns false 3", "orders true 0", "same false 3", "same campaign true 0", "quiet false 1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !m.Audience.ByRoutes || !m.ByRoutes {
		t.Error("the audience needs routes")
	}
	left := p.ResidualRoutes.Models[0]
	if len(left.Conditions) != 2 || left.Conditions[0].Name != "orders" || left.Audience == nil || len(p.Residual[0]) != 2 {
		t.Errorf("left are %d conditions, and the audience: %t", len(left.Conditions), left.Audience != nil)
	}
	if m.Fast != nil {
		t.Error("the sums lack the conditions that need routes")
	}
	if n := p.Counted[1]; n == nil || n.ByRoutes || n.Fast == nil || len(p.ResidualRoutes.Models[1].Conditions) != 0 {
		t.Errorf("all of N is counted over columns: %+v", n)
	}
	if n := p.Counted[3]; n == nil || n.ByRoutes {
		t.Errorf("all of P is counted over columns: %+v", n)
	}
	for _, i := range []int{2, 4} {
		if p.Counted[i] != nil {
			t.Errorf("%s is counted as a structured model is", routes.Models[i].Checked.Name)
		}
	}
	if left := p.ResidualRoutes.Models; len(left[2].Conditions) != 1 || len(left[3].Conditions) != 0 || len(left[4].Conditions) != 0 {
		t.Error("the wrong conditions of the other models are left")
	}
	explained := NewColumns(routes, true)
	for i, c := range explained.Counted {
		if c != nil {
			t.Errorf("%s is counted for an explanation", routes.Models[i].Checked.Name)
		}
	}
}

// TestDatedLead checks that only a date range on a dated lead needs routes: as the root
// the lead exists whatever its date is.
func TestDatedLead(t *testing.T) {
	for _, test := range []struct {
		child string
		want  bool
	}{
		{`has Lead where City = "A"`, true},
		{`has Lead within last 7 days`, false},
	} {
		p := planColumns(t, `profile Lead { dated by CreatedOn }`+evaltest.Model("M", "contact", test.child+" score +1"))
		if got := len(p.Residual[0]) == 0; got != test.want {
			t.Errorf("%s is counted over columns: %t", test.child, got)
		}
	}
}

// TestResidual checks that a condition is left to routes if one of its children needs
// routes, and that their plan has the needs of the whole plan.
func TestResidual(t *testing.T) {
	routes := NewRoutes(evaltest.Models(t,
		evaltest.Model("M", "contact",
			`each EmailOpened score +1`,
			`each EmailOpened has Lead.ParentAccount.Contacts score +2`,
			`has Lead where City = "A" score +3`)+
			evaltest.Model("N", "contact", `each EmailClicked score +4`)+
			evaltest.Model("O", "account", `each Lead.ParentAccount.Leads score +5`)))
	p := NewColumns(routes, true)
	var got []string
	for i, conditions := range p.Residual {
		for _, c := range conditions {
			got = append(got, fmt.Sprintf("%s %s", routes.Models[i].Checked.Name, c.Name))
		}
	}
	if want := []string{"M 2", "O 1"}; !slices.Equal(got, want) {
		t.Errorf("left to routes are %v, want %v", got, want)
	}
	if want := [][]int{{0, ByRoutes, 1}, {2}, {ByRoutes}}; !slices.EqualFunc(p.Explained, want, slices.Equal) {
		t.Errorf("the explanation is %v, want %v", p.Explained, want)
	}
	if ByRoutes >= 0 {
		t.Errorf("ByRoutes is %d, as the index of a conjunction", ByRoutes)
	}
	left := p.ResidualRoutes
	if len(left.Models) != 3 || len(left.Models[0].Conditions) != 1 || len(left.Models[1].Conditions) != 0 {
		t.Errorf("the routes that are left are those of %d models", len(left.Models))
	}
	for _, n := range left.Needs {
		same := func(whole *Need) bool { return whole.Asked == n.Asked }
		if !slices.ContainsFunc(routes.Needs, same) {
			t.Errorf("%s by %s is not a need of the whole plan", n.Asked.Entity, n.By)
		}
		if n.Asked.Entity == "EmailClicked" {
			t.Error("what no residual condition asks for is asked for")
		}
	}
}

// TestConjunctions checks that conjunctions of one child or two are in Pairs, by sum,
// and the others in Others.
func TestConjunctions(t *testing.T) {
	p := planColumns(t, evaltest.Model("M", "contact",
		`each EmailOpened has Lead score +1`,
		`each EmailOpened has Lead none EmailClicked score +2`,
		`each EmailOpened none EmailClicked score +3`)+
		evaltest.Model("N", "contact", `has EmailOpened has EmailClicked score +4`))
	target := &p.Targets[ContactBased]
	if !slices.Equal(target.Others, []int{1}) {
		t.Errorf("conjunctions of more than two children are %v", target.Others)
	}
	var pairs []int
	for _, list := range target.Pairs {
		pairs = append(pairs, list.Sum, len(list.List))
	}
	if !slices.Equal(pairs, []int{0, 2, 1, 1}) {
		t.Errorf("sums and their pairs are %v", pairs)
	}
}

// TestExplainedColumns checks that in a plan for explanations every condition is a
// conjunction.
func TestExplainedColumns(t *testing.T) {
	routes := NewRoutes(evaltest.Models(t,
		evaltest.Model("M", "contact", `each EmailOpened score +1`, `has Lead score +2`)+
			evaltest.Model("N", "contact", `none EmailOpened score +3`)))
	p := NewColumns(routes, true)
	want := lines(`
		lead: slot 1
		EmailOpened: slot 0
		conjunction of sum 0 +1: slot 0
		conjunction of sum 0 +2: slot 1
		conjunction of sum 1 +3: slot 0`)
	if got := describeMeasures(p); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if want := [][]int{{0, 1}, {2}}; !slices.EqualFunc(p.Explained, want, slices.Equal) {
		t.Errorf("explained are %v, want %v", p.Explained, want)
	}
	if most := p.Targets[ContactBased].MaxRecords; most != math.MaxUint32 {
		t.Errorf("an explained lead has %d records at most", most)
	}
}

// TestMaxRecords checks that the sums of MaxRecords records fit in 64 bits.
func TestMaxRecords(t *testing.T) {
	p := planColumns(t, evaltest.Model("M", "contact", `each EmailOpened score -1000000`, `has Lead score +500000`)+
		evaltest.Model("N", "account"))
	if got := p.Targets[ContactBased].MaxRecords; got != math.MaxInt64/1_500_000 {
		t.Errorf("%d records at most", got)
	}
	if got := p.Targets[AccountBased].MaxRecords; got != math.MaxInt64 {
		t.Errorf("without a condition %d records at most", got)
	}
	p = planColumns(t, evaltest.Model("M", "contact", `every 30 days without EmailOpened score -5 down to -48`, `each EmailOpened score +7`))
	if got := p.Targets[ContactBased].MaxRecords; got != math.MaxInt64/57 {
		t.Errorf("%d records at most, if one of them counts ten times", got)
	}
}

// TestProfileNodes checks that hops that begin alike share nodes, and that a path
// requires the records that it goes through.
func TestProfileNodes(t *testing.T) {
	p := planColumns(t, evaltest.Model("M", "contact",
		`has Lead.ParentContact.ParentAccount where Industry = "R" and CreatedOn is empty score +1`,
		`has Lead where ParentContact.ParentAccount.City = "A" score +2`,
		`each EmailOpened where Contact.ParentAccount.Industry = "R" score +3`))
	describe := func(profile *Profile) string {
		var b strings.Builder
		for i, n := range profile.Nodes {
			fmt.Fprintf(&b, "%s, required by %v", profile.path(i), n.Required)
			for _, e := range n.Where {
				fmt.Fprintf(&b, ", %d: %s", e.Measure, e.Field.Name)
			}
			b.WriteString("\n")
		}
		return b.String()
	}
	want := lines(`
		Lead, required by []
		Lead.ParentContact, required by [0]
		Lead.ParentContact.ParentAccount, required by [0], 0: CreatedOn, 0: Industry, 1: City`)
	if got := describe(&p.Targets[ContactBased].Lead); got != want {
		t.Errorf("the lead's profile is\n%swant\n%s", got, want)
	}
	want = lines(`
		Contact, required by []
		Contact.ParentAccount, required by [], 0: Industry`)
	if got := describe(&p.Targets[ContactBased].Owner); got != want {
		t.Errorf("the owner's profile is\n%swant\n%s", got, want)
	}
}

// TestPlanText checks the description of a plan.
func TestPlanText(t *testing.T) {
	many := func(n int) []string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`each WebsiteVisited where Url = "%d" score +1`, i))
		}
		return list
	}
	for _, test := range []struct{ name, rules, want string }{
		{"no model", "", "0 conditions left to counting routes\n"},
		{"routes alone", evaltest.Model("M", "contact", `has Lead.ParentAccount.Contacts score +1`), "1 condition left to counting routes\n"},
		{
			"all kinds of counts", evaltest.Model("M", "contact",
				`has Lead where City = "A" and Country = "B" score +1`,
				`has Lead.ParentContact score +1`,
				`each EmailOpened score +1`,
				`none EmailOpened within last 7 days score +1`,
				`each EmailOpened where EmailName = "A" and CustomerJourney = "B" score +1`,
				`each EmailClicked where Contact.ParentAccount.Industry = "R" score +1`,
				`each EmailClicked has Lead score +1`) +
				evaltest.Model("N", "account", append(many(70), `each Lead.ParentAccount.Leads score +1`, `has FormVisited score +1`)...),
			`contact-based leads
  Lead, once: 2 expressions on City, Country
  Lead.ParentContact, once: 0 expressions on no field
  Contact.ParentAccount, for each owner of interactions: 1 expression on Industry
  EmailOpened, in one pass: 2 counts by window alone; 1 count in word 0 by CustomerJourney, EmailName
  EmailClicked, in one pass: 2 counts in word 0 by no field
  1 condition of several counts
account-based leads
  WebsiteVisited, in one pass: 70 counts in word 0, 1 by Url
  FormVisited, in one pass: 1 count in word 1 by no field
1 condition left to counting routes
`,
		},
	} {
		if got := planColumns(t, test.rules).String(); got != test.want {
			t.Errorf("%s: got\n%swant\n%s", test.name, got, test.want)
		}
	}
}
