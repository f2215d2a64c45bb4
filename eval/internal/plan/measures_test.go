package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/internal/points"
)

// describeMeasures writes the measures, totals and conjunctions of contact-based
// leads.
func describeMeasures(p *Columns) string {
	var b strings.Builder
	t := &p.Targets[ContactBased]
	measure := func(where string, m *Measure) {
		b.WriteString(where)
		if len(m.Windows) > 0 {
			fmt.Fprintf(&b, " in %v", m.Windows)
		}
		for _, e := range m.Where {
			fmt.Fprintf(&b, " %s", e.Field.Name)
		}
		if m.Owner >= 0 {
			fmt.Fprintf(&b, " if owner %d", m.Owner)
		}
		b.WriteString(":")
		for _, u := range m.Uses {
			fmt.Fprintf(&b, " sum %d %s", u.Sum, worth(u.Award))
		}
		for _, s := range m.Slots {
			fmt.Fprintf(&b, " slot %d", s)
		}
		b.WriteString("\n")
	}
	for i := range t.Lead.Measures {
		measure("lead", &t.Lead.Measures[i])
	}
	for i := range t.Owner.Measures {
		measure("owner", &t.Owner.Measures[i])
	}
	for i := range t.Interactions {
		k := &t.Interactions[i]
		for _, total := range k.Totals {
			fmt.Fprintf(&b, "all %s in %v:", k.Entity.Name(), total.Windows)
			for _, u := range total.Uses {
				fmt.Fprintf(&b, " sum %d %s", u.Sum, worth(u.Award))
			}
			b.WriteString("\n")
		}
		for j := range k.Measures {
			measure(k.Entity.Name(), &k.Measures[j])
		}
	}
	for _, c := range t.Conjunctions {
		fmt.Fprintf(&b, "conjunction of sum %d %+d:", c.Sum, c.Award.Points)
		for _, ch := range c.Award.Children {
			fmt.Fprintf(&b, " slot %d", ch.Slot)
		}
		b.WriteString("\n")
	}
	if base := t.Base; slices.ContainsFunc(base, func(n int64) bool { return n != 0 }) {
		fmt.Fprintf(&b, "base %v\n", base)
	}
	return b.String()
}

func worth(s points.Single) string {
	if s.Min == 0 {
		return fmt.Sprintf("%+d each", s.Points)
	}
	return fmt.Sprintf("%+d from %d", s.Points, s.Min)
}

// TestMeasures checks that conditions that ask for the same count share a measure.
func TestMeasures(t *testing.T) {
	for _, test := range []struct{ name, rules, want string }{
		{
			"all records in a window are a total", evaltest.Model("M", "contact",
				`each EmailOpened score +1`,
				`at least 3 EmailOpened score +5`,
				`none EmailOpened within last 7 days score -2`,
				`each EmailOpened since 2026-01-01 score +4`), `
			all EmailOpened in []: sum 0 +1 each sum 0 +5 from 3
			all EmailOpened in [0]: sum 0 +2 from 1
			all EmailOpened in [1]: sum 0 +4 each
			base [-2]`,
		},
		{
			"a window that does not end with as of is a measure", evaltest.Model("M", "contact",
				`each EmailOpened between 2026-01-01 and 2026-02-01 score +1`,
				`each EmailOpened where Timestamp older than 7 days score +2`,
				`each EmailOpened where Timestamp within next 7 days score +3`,
				`each EmailOpened where Timestamp within last 7 days score +4`), `
			all EmailOpened in [3]: sum 0 +4 each
			EmailOpened in [0]: sum 0 +1 each
			EmailOpened in [1]: sum 0 +2 each
			EmailOpened in [2]: sum 0 +3 each`,
		},
		{
			"conditions share a measure, in whatever order their expressions are", evaltest.Model("M", "contact",
				`each EmailClicked where Url = "A" and LinkText = "B" score +1`,
				`has EmailClicked where LinkText = "b" and Url = "a" and Url = "A" score +2`,
				`none EmailClicked where Url = "A" and LinkText = "B" score +3`,
				`each EmailClicked where Url = "A" score +4`) +
				evaltest.Model("N", "contact", `at least 7 EmailClicked where LinkText = "B" and Url = "A" score +5`), `
			EmailClicked LinkText Url: sum 0 +1 each sum 0 +2 from 1 sum 0 -3 from 1 sum 1 +5 from 7
			EmailClicked Url: sum 0 +4 each
			base [3 0]`,
		},
		{
			"conditions of several children share slots", evaltest.Model("M", "contact",
				`each EmailOpened each EmailClicked score +1`,
				`has EmailOpened none EmailClicked score +2`,
				`each EmailOpened has EmailClicked has Lead score +3`,
				`has Interaction within last 7 days score +4`),
			// A slot of several kinds of interaction is not shared.
			`
			lead: slot 2
			EmailOpened: slot 0
			EmailOpened in [0]: slot 3
			EmailClicked: slot 1
			EmailClicked in [0]: slot 3
			EmailForwarded in [0]: slot 3
			EmailUnsubscribed in [0]: slot 3
			EmailMarkedAsSpam in [0]: slot 3
			WebsiteVisited in [0]: slot 3
			WebsiteClicked in [0]: slot 3
			FormVisited in [0]: slot 3
			FormSubmitted in [0]: slot 3
			MarketingPageVisited in [0]: slot 3
			EventRegistered in [0]: slot 3
			EventCheckedIn in [0]: slot 3
			EventCancelled in [0]: slot 3
			Subscribed in [0]: slot 3
			conjunction of sum 0 +1: slot 0 slot 1
			conjunction of sum 0 +2: slot 0 slot 1
			conjunction of sum 0 +3: slot 0 slot 1 slot 2
			conjunction of sum 0 +4: slot 3`,
		},
		{
			"measures of the lead and of the owner", evaltest.Model("M", "contact",
				`has Lead where City = "A" score +1`,
				`each Lead where City = "a" score +2`,
				`has Lead.ParentContact where Lead.City = "A" score +3`,
				`each EmailOpened where Contact.City = "A" score +4`,
				`each EmailOpened.Contact where City = "A" score +5`,
				`each EmailClicked where Contact.City = "A" and EmailName = "B" score +6`), `
			lead: sum 0 +1 from 1 sum 0 +2 each
			lead: sum 0 +3 from 1
			owner:
			owner:
			EmailOpened if owner 0: sum 0 +4 each
			EmailOpened if owner 1: sum 0 +5 each
			EmailClicked EmailName if owner 0: sum 0 +6 each`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, want := describeMeasures(planColumns(t, test.rules)), lines(test.want); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// TestNoTotalsForAccounts checks that account-based leads have no totals: the
// interactions of several contacts are not ordered by time.
func TestNoTotalsForAccounts(t *testing.T) {
	p := planColumns(t, evaltest.Model("M", "account", `each EmailOpened score +1`))
	k := &p.Targets[AccountBased].Interactions[0]
	if len(k.Totals) != 0 || len(k.Measures) != 1 {
		t.Errorf("%d totals and %d measures", len(k.Totals), len(k.Measures))
	}
	if p.Targets[ContactBased].any() || !p.Any() {
		t.Error("the plan is for the wrong leads")
	}
}

// TestTotalTables checks that totals need at most maxTables tables. A condition that
// would need one more has a measure instead.
func TestTotalTables(t *testing.T) {
	var conditions []string
	for n := range maxTables + 2 {
		conditions = append(conditions, fmt.Sprintf("at least %d EmailOpened score +1", n+1))
	}
	conditions = append(conditions, "at least 5 EmailOpened within last 7 days score +1", "each EmailOpened score +1")
	k := &planColumns(t, evaltest.Model("M", "contact", conditions...)).Targets[ContactBased].Interactions[0]
	var uses []int
	for _, total := range k.Totals {
		uses = append(uses, len(total.Uses))
	}
	if !slices.Equal(uses, []int{maxTables, 1}) {
		t.Errorf("the totals have %v uses", uses)
	}
	if len(k.Measures) != 1 || len(k.Measures[0].Uses) != 3 {
		t.Errorf("%d measures, of which the first has %d uses; want 1 and 3", len(k.Measures), len(k.Measures[0].Uses))
	}
}
