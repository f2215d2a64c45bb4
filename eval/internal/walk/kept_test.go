package walk

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
)

// events are of one contact, ada. As of is noon of 31 May 2026, a Sunday.
const events = `
Lead l ParentContact=ada
Contact ada ParentAccount=a
Account a
EmailOpened e1 Contact=ada Timestamp=2026-05-31T12:00:00Z EmailName=A CustomerJourney=J
EmailOpened e2 Contact=ada Timestamp=2026-05-31T11:00:00Z EmailName=a
EmailOpened e3 Contact=ada Timestamp=2026-05-30T12:00:00Z EmailName=B
EmailOpened e4 Contact=ada Timestamp=2026-05-25T00:00:00Z EmailName=B
EmailOpened e5 Contact=ada Timestamp=2026-05-24T23:59:59Z
EmailOpened e6 Contact=ada Timestamp=2026-04-30
EmailOpened e7 Contact=ada EmailName=C
EmailOpened e8 Contact=ada
EmailOpened later Contact=ada Timestamp=2026-06-01 EmailName=D
EmailClicked k1 Contact=ada Timestamp=2026-05-31T11:30:00Z EmailName=A
EmailClicked k2 Contact=ada Timestamp=2026-05-01 EmailName=C
`

// TestKept checks what children with caps, bursts and decays count, and what is listed.
func TestKept(t *testing.T) {
	for _, test := range []struct {
		child string
		want  uint64
		list  string // the ids of the occurrences and, if not 1, their routes
	}{
		{`each EmailOpened once per EmailName`, 4, "e7 e5 e3 e1"}, // e5 is the newest without a name
		{`each EmailOpened up to 2 per EmailName`, 7, ""},
		{`each EmailOpened once per day`, 6, ""},
		{`each EmailOpened up to 2 per week`, 6, ""},
		{`each EmailOpened once per month`, 3, ""},
		{`each EmailOpened once per year`, 2, ""},
		{`each EmailOpened once per hour within last 1 day`, 3, "e3 e2 e1"},
		{`each EmailOpened up to 3 per Contact`, 3, "e3 e2 e1"},
		{`each EmailOpened once per Contact.ParentAccount`, 1, "e1"},
		{`each EmailOpened up to 8 per EmailOpened`, 8, ""},
		{`each EmailOpened or EmailClicked once per EmailName`, 4, ""},
		{`each EmailOpened.Contact.ParentAccount once per Contact`, 1, "e1"},
		{`each EmailOpened where EmailName = "B" or (EmailName = "A" and CustomerJourney is empty)`, 3, "e4 e3 e2"},
		{`each EmailOpened where not (EmailName = "B")`, 6, ""},
		{`each EmailOpened.Contact where EmailOpened.EmailName = "B" or City is not empty`, 2, "e4 e3"},
		{`every 3 EmailOpened`, 2, ""},
		{`at least 2 EmailOpened within any 1 hour`, 2, "e2 e1"},
		{`at least 2 EmailOpened within any 30 minutes`, 2, "e5 e4"},
		{`at least 2 EmailOpened within any 30 minutes where EmailName is not empty`, 1, "e1"},
		{`at least 2 EmailOpened within any 1 day`, 3, "e3 e2 e1"},
		{`at least 2 EmailOpened within any 1 week`, 5, "e5 e4 e3 e2 e1"},
		{`each EmailOpened halving every 1 day`, 8, ""},
		{`has EmailOpened once per EmailName halving every 1 day`, 4, ""},
		{`every 1 day without EmailOpened`, 0, "e1"},
		{`every 1 day without EmailOpened where EmailName = "B"`, 0, "e3"}, // it is a day old, not more
		{`every 1 hour without EmailOpened where EmailName = "B"`, 23, "e3"},
		{`every 1 month without EmailOpened where Timestamp before 2026-05-01`, 1, "e6"},
		{`every 1 day without EmailOpened where Timestamp is empty`, 0, ""},
	} {
		rule := test.child + " score +1"
		if strings.Contains(test.child, "without") {
			rule += " up to +99"
		}
		f := newFixture(t, evaltest.Model("M", "contact", rule), events, "l")
		ch, l := f.child(0), &f.batch.Leads[0]
		if got := f.walker.Count(ch, l).Clamp(); got != test.want {
			t.Errorf("%s: %d, want %d", test.child, got, test.want)
		}
		n, occurrences := f.walker.Occurrences(ch, l)
		var ids []string
		for _, o := range occurrences {
			ids = append(ids, o.Record.ID)
		}
		if n.Clamp() != test.want {
			t.Errorf("%s: %d with its occurrences", test.child, n.Clamp())
		}
		if got := strings.Join(ids, " "); got != test.list && test.list != "" {
			t.Errorf("%s: got %s, want %s", test.child, got, test.list)
		}
	}
}

// TestWeigh checks the weights of decaying children: an occurrence is k spans old if it
// is strictly before as of - k spans.
func TestWeigh(t *testing.T) {
	const one = 1 << 32
	for _, test := range []struct {
		child string
		want  uint64 // as a multiple of 1/Scale
	}{
		// e1 and e2 are not a day old, nor is e3 at the edge; e4 is 6 days old, e5 and e6 more.
		{`each EmailOpened within last 7 days halving every 1 day`, 3*one + one>>6 + one>>6},
		{`has EmailOpened halving every 1 day`, one},
		{`has EmailOpened halving every 1 day where EmailName = "B" and Timestamp before 2026-05-30`, one >> 6},
		{`each EmailOpened losing 40% every 1 day`, 300},
		{`each EmailOpened losing 10% every 1 week`, 100*4 + 100 + 60},
		{`each EmailOpened fading over 10 days`, 10*3 + 4 + 4},
		{`each EmailOpened once per EmailName fading over 10 days`, 10 + 10 + 4}, // e1, e3 and e5
		{`each EmailOpened halving every 1 day where Timestamp is empty`, 0},
		{`has EmailOpened halving every 1 day where Timestamp is empty`, 0},
		{`each EmailOpened halving every 1 month`, 5*one + one>>1},
	} {
		f := newFixture(t, evaltest.Model("M", "contact", test.child+" score +1"), events, "l")
		if got := f.walker.Weigh(f.child(0), &f.batch.Leads[0]); got.Clamp() != test.want {
			t.Errorf("%s: %d, want %d", test.child, got.Clamp(), test.want)
		}
	}
}

// TestSame checks how many values a same block counts.
func TestSame(t *testing.T) {
	for _, test := range []struct {
		block string
		want  uint64
	}{
		{`has EmailOpened has EmailClicked`, 2}, // A and C
		{`has EmailOpened none EmailClicked`, 1},
		{`at least 2 EmailOpened has EmailClicked`, 1},
		{`at least 2 EmailOpened once per day has EmailClicked`, 0},
		{`exactly 2 EmailOpened at most 1 EmailClicked`, 2},
		{`at least 2 EmailOpened within any 2 hours has EmailClicked`, 1},
	} {
		f := newFixture(t, evaltest.Model("M", "contact", "same EmailName { "+test.block+" } score +1"), events, "l")
		c := &f.model.Conditions[0]
		if got := f.walker.Same(c, &c.Sames[0], &f.batch.Leads[0]).Clamp(); got != test.want {
			t.Errorf("%s: %d, want %d", test.block, got, test.want)
		}
	}
}

// TestKeptBeyond64Bits checks that caps and weights are exact where routes multiply.
func TestKeptBeyond64Bits(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `each EmailOpened.Contact once per Contact score +1`), events, "l")
	ch := f.child(0)
	huge := new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil)
	n := countOf(huge)
	list := []tally{{x: value{text: "a"}, routes: n}, {x: value{text: "b"}, routes: n}, {x: value{text: "b"}, routes: n}}
	if got := sumOf(list).Big(); got.Cmp(new(big.Int).Mul(huge, big.NewInt(3))) != 0 {
		t.Errorf("the sum is %v", got)
	}
	if got := f.walker.counted(ch, list).Clamp(); got != 2 {
		t.Errorf("%d count, want one of each", got)
	}
}

// TestNearestOfSeveralTerms checks that a term which is made of others is unmet as a
// whole.
func TestNearestOfSeveralTerms(t *testing.T) {
	for _, test := range []struct {
		child string
		want  []string
	}{
		{`has EmailOpened where EmailName = "X" or CustomerJourney = "Y"`, []string{`EmailName = "X" or CustomerJourney = "Y": EmailOpened e1 has "null"`}},
		{`has EmailOpened where not (Contact.ParentAccount.Industry is empty) and EmailName = "X"`, []string{
			`not (Contact.ParentAccount.Industry is empty): EmailOpened e1 has "null"`, `EmailName = "X": EmailOpened e1 has "A"`,
		}},
		{`has EmailOpened.Contact where EmailOpened.EmailName = "X" or City = "Y"`, []string{
			`EmailOpened.EmailName = "X" or City = "Y": Contact ada has "null"`,
		}},
	} {
		f := newFixture(t, evaltest.Model("M", "contact", test.child+" score +1"), events, "l")
		var got []string
		for _, u := range f.walker.Nearest(f.child(0), &f.batch.Leads[0]) {
			got = append(got, fmt.Sprintf("%s: %s %s has %q", u.Expr.Source.Syntax(), u.Record.Entity.Name(), u.Record.ID, u.Value))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.child, diff)
		}
	}
}

// TestMissingOfTargetLead checks what is missing where nothing refers to a lead.
func TestMissingOfTargetLead(t *testing.T) {
	for _, test := range []struct {
		target string
		want   []string
	}{
		{"lead", []string{"EmailSent Lead l"}},
		{"lead with contact", []string{"EmailSent Contact ada", "EmailSent Lead l"}},
	} {
		f := newFixture(t, evaltest.Model("M", test.target, `has EmailSent score +1`), events, "l")
		var got []string
		for _, m := range f.walker.Missing(f.child(0), &f.batch.Leads[0]) {
			if m.Reason != Unreferenced {
				t.Errorf("%s: the reason is %d", test.target, m.Reason)
			}
			got = append(got, fmt.Sprintf("%s %s %s", m.Entity.Name(), m.By, m.ID))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.target, got, test.want)
		}
	}
}

// TestLeadsWithoutParent checks that a lead without parents is scored by what refers to
// it.
func TestLeadsWithoutParent(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "lead with contact", `each EmailOpened score +1`), `
		Lead l
		EmailOpened o1 Lead=l
		EmailOpened o2 Lead=m
		EmailOpened o3`, "l")
	l := &f.batch.Leads[0]
	if got := f.walker.Count(f.child(0), l).Clamp(); got != 1 || l.Kind != plan.NoParent {
		t.Errorf("%d count for a lead of the kind %d", got, l.Kind)
	}
}

// countOf returns a count of any size.
func countOf(n *big.Int) points.Count {
	var c points.Count
	for _, digit := range n.String() {
		c = c.Times(points.CountOf(10)).Plus(points.CountOf(uint64(digit - '0')))
	}
	return c
}

// TestFull checks where caps left most occurrences out.
func TestFull(t *testing.T) {
	for _, test := range []struct{ child, want string }{
		{`each EmailOpened once per EmailName`, `null 1 of 3, 2 others`}, // e5, e6 and e8 have no name
		{`each EmailOpened once per EmailName where EmailName is not empty`, `A 1 of 2, 1 others`},
		{`each EmailOpened up to 2 per EmailName`, `null 2 of 3, 0 others`},
		{`each EmailOpened up to 3 per EmailName`, ``},
		{`each EmailOpened once per day`, `2026-05-31 1 of 2, 1 others`}, // as many have no date
		{`each EmailOpened up to 3 per week`, `2026-05-25 3 of 4, 0 others`},
		{`each EmailOpened up to 7 per EmailOpened`, ``},
		{`each EmailOpened up to 3 per Contact`, `ada 3 of 8, 0 others`},
		{`each EmailOpened once per Contact.ParentAccount`, `a 1 of 8, 0 others`},
		{`each EmailOpened.Contact once per Contact`, `ada 1 of 8, 0 others`},
		{`each EmailOpened`, ``},
	} {
		f := newFixture(t, evaltest.Model("M", "contact", test.child+" score +1"), events, "l")
		got := ""
		if full, ok := f.walker.Full(f.child(0), &f.batch.Leads[0]); ok {
			text := full.text()
			if full.Record != nil {
				text = full.Record.ID
			}
			got = fmt.Sprintf("%s %s of %s, %d others", text, full.Counted.Big(), full.Found.Big(), full.Others)
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.child, got, test.want)
		}
	}
}
