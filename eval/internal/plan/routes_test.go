package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// describeRoutes writes the nodes of each hop tree and the needs.
func describeRoutes(r *Routes) string {
	var b strings.Builder
	for kind, name := range []string{"contact-based", "account-based", "every lead:", "every lead with contact:"} {
		for _, n := range r.Trees[kind].Order {
			fmt.Fprintf(&b, "%s %s, round %d", name, n.Path(), n.Round)
			if n.Inner {
				b.WriteString(", inner")
			}
			var windows []int
			for _, r := range n.Ranges {
				if windows = append(windows, r.Window); r.Window < 0 {
					b.WriteString(", open")
					windows = windows[:len(windows)-1]
				}
			}
			if len(windows) > 0 {
				fmt.Fprintf(&b, ", windows %v", windows)
			}
			for _, need := range n.Needs {
				fmt.Fprintf(&b, ", need %d", need.Index)
			}
			b.WriteString("\n")
		}
	}
	for _, n := range r.Needs {
		by := n.By
		if by == "" {
			by = "id"
		}
		fmt.Fprintf(&b, "need %d: %s by %s (%s)", n.Index, n.Asked.Entity, by, strings.Join(n.Asked.Fields, " "))
		if n.Asked.Time != "" {
			fmt.Fprintf(&b, " range of %s", n.Asked.Time)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%d rounds\n", r.Rounds)
	return b.String()
}

// lines drops the indentation of a golden text.
func lines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

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

func TestRoutes(t *testing.T) {
	for _, test := range []struct{ name, rules, want string }{
		{
			"no model", "", `0 rounds`,
		},
		{
			"a model without conditions needs the leads", evaltest.Model("M", "contact"), `
			need 0: Lead by id (ParentContact ParentAccount)
			0 rounds`,
		},
		{
			"paths that begin alike share their hops", evaltest.Model("M", "contact",
				`has Lead where City = "A" score +1`,
				`has Lead.ParentContact where City = "A" score +1`,
				`has Lead.ParentContact.ParentAccount where Industry = "R" score +1`,
				`each Lead.ParentContact.ParentAccount.Contacts score +1`), `
			contact-based Lead, round 0, inner, open
			contact-based Lead.ParentContact, round 1, inner, open, need 1
			contact-based Lead.ParentContact.ParentAccount, round 2, inner, open, need 2
			contact-based Lead.ParentContact.ParentAccount.Contacts, round 3, open, need 3
			need 0: Lead by id (ParentContact ParentAccount City)
			need 1: Contact by id (City ParentAccount)
			need 2: Account by id (Industry)
			need 3: Contact by ParentAccount (City ParentAccount)
			3 rounds`,
		},
		{
			"hops that ask the same share a need", evaltest.Model("M", "contact",
				`has Lead.ParentAccount score +1`,
				`has Lead.ParentContact.ParentAccount score +1`), `
			contact-based Lead, round 0, inner, open
			contact-based Lead.ParentAccount, round 1, open, need 1
			contact-based Lead.ParentContact, round 1, inner, open, need 2
			contact-based Lead.ParentContact.ParentAccount, round 2, open, need 1
			need 0: Lead by id (ParentContact ParentAccount)
			need 1: Account by id ()
			need 2: Contact by id (ParentAccount)
			2 rounds`,
		},
		{
			"a reference of an expression is a hop", evaltest.Model("M", "contact",
				`each EmailOpened where Contact.ParentAccount.Industry = "R" score +1`), `
			contact-based EmailOpened, round 1, inner, open, need 1
			contact-based EmailOpened.Contact, round 2, inner, need 2
			contact-based EmailOpened.Contact.ParentAccount, round 3, need 3
			need 0: Lead by id (ParentContact ParentAccount)
			need 1: EmailOpened by Contact (Timestamp Contact) range of Timestamp
			need 2: Contact by id (ParentAccount)
			need 3: Account by id (Industry)
			3 rounds`,
		},
		{
			"windows of the paths that stop at a node", evaltest.Model("M", "contact",
				`each EmailOpened within last 7 days score +1`,
				`each EmailOpened within last 7 days where EmailName = "A" score +1`,
				`each EmailOpened since 2026-01-01 score +1`,
				`each EmailClicked score +1`,
				`each EmailClicked within last 7 days score +1`), `
			contact-based EmailOpened, round 1, windows [0 1], need 1
			contact-based EmailClicked, round 1, open, windows [0], need 2
			need 0: Lead by id (ParentContact ParentAccount)
			need 1: EmailOpened by Contact (Timestamp EmailName) range of Timestamp
			need 2: EmailClicked by Contact (Timestamp) range of Timestamp
			1 rounds`,
		},
		{
			"a dated hop has the window, and not the steps around it", orders + evaltest.Model("M", "contact",
				`each Lead.Orders.Product within last 1 month where Name = "A" and Orders.Amount > 5 score +1`), `
			contact-based Lead, round 0, inner, open
			contact-based Lead.Orders, round 1, inner, windows [0], need 1
			contact-based Lead.Orders.Product, round 2, open, need 2
			need 0: Lead by id (ParentContact ParentAccount)
			need 1: Order by Buyer (PlacedOn Product Amount) range of PlacedOn
			need 2: Product by id (Name)
			2 rounds`,
		},
		{
			"account-based leads wait for the contacts of their account", evaltest.Model("M", "account",
				`each EmailOpened.Contact score +1`), `
			account-based EmailOpened, round 2, inner, open, need 1
			account-based EmailOpened.Contact, round 3, open, need 3
			need 0: Lead by id (ParentContact ParentAccount)
			need 1: EmailOpened by Contact (Timestamp Contact) range of Timestamp
			need 2: Contact by ParentAccount ()
			need 3: Contact by id ()
			3 rounds`,
		},
		{
			"models of both targets share needs but no nodes", evaltest.Model("M", "contact", `has Lead.ParentAccount score +1`) +
				evaltest.Model("N", "account", `has Lead.ParentAccount score +1`), `
			contact-based Lead, round 0, inner, open
			contact-based Lead.ParentAccount, round 1, open, need 1
			account-based Lead, round 0, inner, open
			account-based Lead.ParentAccount, round 1, open, need 1
			need 0: Lead by id (ParentContact ParentAccount)
			need 1: Account by id ()
			1 rounds`,
		},
		{
			"under target lead interactions refer to the lead", evaltest.Model("M", "lead",
				`each EmailOpened.Contact within last 7 days score +1`), `
			every lead: EmailOpened, round 1, inner, windows [0], need 1
			every lead: EmailOpened.Contact, round 2, open, need 2
			need 0: Lead by id (ParentContact ParentAccount)
			need 1: EmailOpened by Lead (Timestamp Contact) range of Timestamp
			need 2: Contact by id ()
			2 rounds`,
		},
		{
			"with contact they belong to the contact or refer to the lead, if they can", "interaction Called { Lead text }\n" + evaltest.Model("M", "lead with contact",
				`each EmailOpened score +1`, `each Called score +1`), `
			every lead with contact: EmailOpened, round 1, open, need 1, need 2
			every lead with contact: Called, round 1, open, need 3
			need 0: Lead by id (ParentContact ParentAccount)
			need 1: EmailOpened by Contact (Timestamp Lead) range of Timestamp
			need 2: EmailOpened by Lead (Timestamp Lead) range of Timestamp
			need 3: Called by Contact (Timestamp) range of Timestamp
			1 rounds`,
		},
		{
			"a root of several kinds has a need for each", evaltest.Model("M", "contact",
				`each EmailOpened or EmailClicked where EmailName = "A" or Contact.City = "B" score +1`,
				`each EmailClicked where Url = "A" score +1`,
				`each EmailOpened or EmailClicked within last 7 days score +1`), `
			contact-based EmailOpened or EmailClicked, round 1, inner, open, windows [0], need 1, need 2
			contact-based EmailOpened or EmailClicked.Contact, round 2, need 3
			contact-based EmailClicked, round 1, open, need 2
			need 0: Lead by id (ParentContact ParentAccount)
			need 1: EmailOpened by Contact (Timestamp EmailName Contact) range of Timestamp
			need 2: EmailClicked by Contact (Timestamp EmailName Contact Url) range of Timestamp
			need 3: Contact by id (City)
			2 rounds`,
		},
		{
			"what a cap tells apart is asked for", orders + evaltest.Model("M", "contact",
				`each Lead.Orders once per Product score +1`,
				`each EmailOpened up to 2 per Contact.ParentAccount score +1`,
				`each EmailOpened once per EmailName score +1`), `
			contact-based Lead, round 0, inner, open
			contact-based Lead.Orders, round 1, open, need 1
			contact-based EmailOpened, round 1, inner, open, need 2
			contact-based EmailOpened.Contact, round 2, need 3
			need 0: Lead by id (ParentContact ParentAccount)
			need 1: Order by Buyer (PlacedOn Product) range of PlacedOn
			need 2: EmailOpened by Contact (Timestamp Contact EmailName) range of Timestamp
			need 3: Contact by id (ParentAccount)
			2 rounds`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, want := describeRoutes(NewRoutes(evaltest.Models(t, test.rules))), lines(test.want); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// TestAnyInteraction checks that the root Interaction has a need for each interaction
// that is not passive, and that their layouts begin with the same fields.
func TestAnyInteraction(t *testing.T) {
	models := evaltest.Models(t, evaltest.Model("M", "contact",
		`each EmailClicked where Url = "A" score +1`,
		`each Interaction within last 7 days where Contact.City = "A" score +1`))
	r := NewRoutes(models)
	root := r.Models[0].Conditions[1].Children[0].Steps[0].Node
	var entities []string
	for _, n := range root.Needs {
		entities = append(entities, n.Asked.Entity)
		if got := n.Layout.Fields[:2]; !slices.Equal(got, []string{traverse.Timestamp, traverse.Contact}) {
			t.Errorf("the layout of %s begins with %v", n.Asked.Entity, got)
		}
	}
	var active []string
	for e := range models[0].Schema.Active() {
		active = append(active, e.Name())
	}
	if !slices.Equal(entities, active) || slices.Contains(entities, "EmailSent") {
		t.Errorf("Interaction needs %v, want %v", entities, active)
	}
	if got := root.Layout; !slices.Equal(got.Fields, []string{traverse.Timestamp, traverse.Contact}) || got.Dated != 0 {
		t.Errorf("the layout of Interaction is %v, dated by %d", got.Fields, got.Dated)
	}
	clicked := r.Models[0].Conditions[0].Children[0].Steps[0].Node
	if !slices.Contains(root.Needs, clicked.Need()) || root == clicked {
		t.Error("Interaction and EmailClicked do not share a need, or share a node")
	}
}

// TestChildren checks the plan of models, conditions and children.
func TestChildren(t *testing.T) {
	models := evaltest.Models(t, orders+`model "M" {
		target contact
		time zone "Europe/Berlin"
		condition "C" {
			"Big": at least 2 Lead.Orders.Product since 2026-05-01 where Orders.Amount > 5 and Name = "A" and Name != "B"
			none EmailOpened.Contact
			score -3
		}
		condition "D" { each Lead.ParentContact score +1 }
	}
	model "N" { target account condition "E" { has Lead score +2 } }
	model "O" { target account time zone "Europe/Berlin" }`)
	r := NewRoutes(models)
	m := r.Models[0]
	if m.Checked != models[0] || m.NumChildren != 3 || m.Target != ContactBased || r.Models[1].Target != AccountBased {
		t.Errorf("the model has %d children and the target %d", m.NumChildren, m.Target)
	}
	if zones := []int{m.Zone, r.Models[1].Zone, r.Models[2].Zone}; !slices.Equal(zones, []int{0, 1, 0}) || len(r.Zones) != 2 {
		t.Errorf("the models have the zones %v of %v", zones, r.Zones)
	}
	c := &m.Conditions[0]
	if c.Name != "C" || c.Award.Points != -3 || !slices.Equal(c.Award.Children, []points.Frequency{{Min: 2}, {}}) {
		t.Errorf("condition %s has the award %+v", c.Name, c.Award)
	}
	first := &c.Children[0]
	var got []string
	for i, s := range first.Steps {
		got = append(got, fmt.Sprintf("%s window %d", s.Node.Name, s.Window))
		for _, e := range s.Where {
			got = append(got, fmt.Sprintf("%d: %s", i, e.Checked.Source))
		}
	}
	want := []string{"Lead window -1", "Orders window 0", "1: Orders.Amount > 5", "Product window -1", `2: Name = "A"`, `2: Name != "B"`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if first.Dated != 1 || c.Children[1].Dated != 0 || m.Conditions[1].Children[0].Dated != 1 {
		t.Error("the dated steps are wrong")
	}
	for i, want := range []string{
		`"Big": at least 2 Lead.Orders.Product since 2026-05-01 where Orders.Amount > 5 and Name = "A" and Name != "B"`,
		"none EmailOpened.Contact", "each Lead.ParentContact",
	} {
		at := append(slices.Clone(c.Children), m.Conditions[1].Children...)
		if got := at[i].Rule(); got != want {
			t.Errorf("child %d is %q, want %q", i, got, want)
		}
	}
}

// TestPlaces checks that records of each kind of a root have the fields of the root where
// its layout says.
func TestPlaces(t *testing.T) {
	r := NewRoutes(evaltest.Models(t, evaltest.Model("M", "contact",
		`each EmailClicked where Url = "A" and EmailName = "B" score +1`,
		`each EmailClicked or EmailOpened where EmailName = "A" and Timestamp after 2026-01-01 score +1`)))
	root := r.Models[0].Conditions[1].Children[0].Steps[0].Node
	for i, name := range root.Layout.Fields {
		for _, need := range root.Needs {
			if got := need.Layout.Fields[root.Layout.Place(need.Layout.Entity, i)]; got != name {
				t.Errorf("%s has %s where %s should be", need.Layout.Entity.Name(), got, name)
			}
		}
	}
	if got := root.Layout.Fields; !slices.Equal(got, []string{traverse.Timestamp, "EmailName"}) || root.Layout.Dated != 0 {
		t.Errorf("the layout of the root has %q", got)
	}
	if clicked := root.Needs[0].Layout; clicked.Place(clicked.Entity, 2) != 2 {
		t.Error("the layout of an entity has other places than its records")
	}
}

// TestKept checks which records of a route matter until which step.
func TestKept(t *testing.T) {
	for _, test := range []struct {
		child string
		kept  bool
		until []int // by step
	}{
		{`each EmailClicked.Contact.Leads where EmailClicked.Url = "A" and Contact.City = "B" and Topic = "C"`, false, []int{0, 1, 2}},
		{`each EmailClicked.Contact.Leads where (EmailClicked.Url = "A" or Contact.City = "B") and Topic = "C"`, true, []int{1, 1, 2}},
		{`each EmailClicked.Contact.Leads where not (EmailClicked.Url = "A" and Topic = "B")`, true, []int{2, 1, 2}},
		{`each EmailClicked.Contact.Leads once per Contact`, true, []int{0, 3, 2}},
		{`each EmailClicked.Contact.Leads up to 3 per Topic`, true, []int{0, 1, 3}},
		{`each EmailClicked.Contact.Leads once per day`, true, []int{3, 1, 2}},
		{`at least 2 EmailClicked.Contact.Leads within any 1 hour`, true, []int{3, 1, 2}},
		{`has EmailClicked.Contact.Leads halving every 1 hour`, true, []int{3, 1, 2}},
	} {
		child := NewRoutes(evaltest.Models(t, evaltest.Model("M", "contact", test.child+" score +1"))).Models[0].Conditions[0].Children[0]
		var until []int
		for _, s := range child.Steps {
			until = append(until, s.Until)
		}
		if child.Kept != test.kept || !slices.Equal(until, test.until) {
			t.Errorf("%s: kept is %t, until the steps %v; want %t, %v", test.child, child.Kept, until, test.kept, test.until)
		}
	}
}

// TestScores checks which leads a model scores.
func TestScores(t *testing.T) {
	r := NewRoutes(evaltest.Models(t, evaltest.Model("A", "contact")+evaltest.Model("B", "account")+evaltest.Model("C", "lead")+evaltest.Model("D", "lead with contact")))
	for i, want := range [][3]bool{{true, false, false}, {false, true, false}, {true, true, true}, {true, true, true}} {
		m := r.Models[i]
		if got := [3]bool{m.Scores(ContactBased), m.Scores(AccountBased), m.Scores(NoParent)}; got != want {
			t.Errorf("%s scores %v, want %v", m.Checked.Name, got, want)
		}
	}
}

// TestMissingInSchema checks that NewRoutes panics if the schema lacks a field that a
// checked model names.
func TestMissingInSchema(t *testing.T) {
	models := evaltest.Models(t, everyType+evaltest.Model("M", "contact", `has Lead where text = "A" score +1`))
	other := *models[0]
	other.Schema = traverse.Standard()
	defer func() {
		if err, ok := recover().(error); !ok || err.Error() != "traverse: Lead has no field or reference text" {
			t.Errorf("got %v", err)
		}
	}()
	NewRoutes([]*check.Model{&other})
}

// TestInstant checks that windows and days are resolved in the zones of the models,
// and that At uses memory again.
func TestInstant(t *testing.T) {
	rule := "each EmailOpened within last 7 days score +1"
	inZone := func(name, zone string) string {
		return strings.Replace(evaltest.Model(name, "contact", rule, "each EmailOpened since 2026-05-31 score +1"), "target contact", fmt.Sprintf("target contact\ntime zone %q", zone), 1)
	}
	r := NewRoutes(evaltest.Models(t, inZone("A", "Pacific/Auckland")+inZone("H", "Pacific/Honolulu")+inZone("B", "Pacific/Auckland")))
	asOf := time.Date(2026, 5, 31, 12, 0, 0, 999, time.UTC)
	in := r.At(asOf, Instant{})
	today := traverse.DayNumber(2026, 5, 31)
	if want := []int64{today + 1, today}; !slices.Equal(in.Days, want) || in.Latest != today+1 {
		t.Errorf("the days are %v and the latest %d, want %v", in.Days, in.Latest, want)
	}
	if in.Micros != asOf.UnixMicro() {
		t.Errorf("as of %d", in.Micros)
	}
	if len(in.Bounds) != 4 {
		t.Fatalf("%d windows: those of models in one zone are the same, and others differ", len(in.Bounds))
	}
	week := Bound{asOf.AddDate(0, 0, -7).UnixMicro(), asOf.UnixMicro()}
	if in.Bounds[0] != week || in.Bounds[2] != week {
		t.Errorf("a week is %v, want %v", in.Bounds, week)
	}
	for _, test := range []struct {
		at   int64
		want bool
	}{{week.Lo - 1, false}, {week.Lo, true}, {week.Hi, true}, {week.Hi + 1, false}} {
		if got := week.Holds(test.at); got != test.want {
			t.Errorf("%v holds %d: %t", week, test.at, got)
		}
	}
	midnight := func(zone *time.Location) int64 { return time.Date(2026, 5, 31, 0, 0, 0, 0, zone).UnixMicro() }
	if in.Bounds[1].Lo != midnight(r.Zones[0]) || in.Bounds[3].Lo != midnight(r.Zones[1]) {
		t.Errorf("the day begins at %v", in.Bounds)
	}
	again := r.At(asOf, in)
	if &again.Bounds[0] != &in.Bounds[0] || &again.Days[0] != &in.Days[0] {
		t.Error("the memory is not used again")
	}
}

// TestAtKeepsEdges checks that the edges of agings are resolved once for batches with the
// same instant, and anew for another.
func TestAtKeepsEdges(t *testing.T) {
	r := NewRoutes(evaltest.Models(t, evaltest.Model("M", "contact", `each EmailOpened fading over 3 days score +5`)))
	in := r.At(evaltest.AsOf, Instant{})
	want := slices.Clone(in.Edges[0])
	in.Edges[0][0]++ // which nobody would notice who resolves them again
	if in = r.At(evaltest.AsOf, in); in.Edges[0][0] != want[0]+1 {
		t.Error("edges are resolved again for the same instant")
	}
	if in = r.At(evaltest.AsOf.Add(5*time.Microsecond), in); in.Edges[0][0] != want[0]+5 {
		t.Errorf("five microseconds later the first edge is %d, want %d", in.Edges[0][0], want[0]+5)
	}
	if in = r.At(evaltest.AsOf, in); !slices.Equal(in.Edges[0], want) {
		t.Errorf("back at the instant, edges are %d, want %d", in.Edges[0], want)
	}
}
