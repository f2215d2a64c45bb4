package plan

import (
	"slices"
	"testing"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/traverse/columns"
)

// TestCountedOfEveryLead checks which children of models that score every lead are counted
// over columns.
func TestCountedOfEveryLead(t *testing.T) {
	for _, test := range []struct {
		why, child        string
		lead, withContact bool
	}{
		{"interactions of the lead", `each EmailOpened`, true, true},
		{"interactions of every kind", `each Interaction within last 7 days`, true, true},
		{"a field of the interaction", `each EmailOpened where EmailName = "A"`, true, true},
		{"the lead", `has Lead where City = "A"`, true, true},
		{"what the lead's references lead to", `has Lead.ParentContact.ParentAccount where Industry = "R"`, true, true},
		{"the lead that owns the interaction", `each EmailOpened.Lead`, true, false},
		{"a field of that lead", `each EmailOpened where Lead.City = "A"`, true, false},
		{"what that lead's references lead to", `each EmailOpened.Lead.ParentContact where City = "A"`, true, false},
		{"the contact of the interaction", `each EmailOpened.Contact`, false, false},
		{"a field of the contact", `each EmailOpened where Contact.City = "A"`, false, false},
		{"a cap by a field", `each EmailOpened once per EmailName`, true, true},
		{"a cap by the lead", `each EmailOpened once per Lead`, true, false},
		{"a cap by the lead's record", `each EmailOpened.Lead once per Lead`, true, false},
		{"a cap by the contact", `each EmailOpened once per Contact`, false, false},
		{"a decay", `each EmailOpened losing 10% every 1 day`, true, true},
	} {
		for target, want := range map[string]bool{"lead": test.lead, "lead with contact": test.withContact} {
			p := planColumns(t, richer+evaltest.Model("M", target, test.child+" score +1"))
			if got := len(p.Residual[0]) == 0; got != want || p.Any() != want {
				t.Errorf("%s: %s is counted over columns for target %s: %t", test.why, test.child, target, got)
			}
		}
	}
}

// TestLayouts checks that a plan asks only for the layouts of interactions that it counts.
func TestLayouts(t *testing.T) {
	for _, test := range []struct {
		target, child string
		want          columns.Layouts
	}{
		{"contact", "each EmailOpened", columns.ByContact},
		{"account", "each EmailOpened", columns.ByContact},
		{"lead", "each EmailOpened", columns.ByLead},
		{"lead with contact", "each EmailOpened", columns.ByContact | columns.ByLead},
		{"contact", "has Lead", 0},
		{"lead with contact", "has Lead.ParentContact", 0},
	} {
		if got := planColumns(t, evaltest.Model("M", test.target, test.child+" score +1")).Layouts(); got != test.want {
			t.Errorf("%s of target %s wants the layouts %b, not %b", test.child, test.target, got, test.want)
		}
	}
}

// TestTotalsOfEveryLead checks that the interactions of one lead are counted by window
// alone, and not those of a lead and its contact, which are not in order.
func TestTotalsOfEveryLead(t *testing.T) {
	for target, kind := range map[string]LeadKind{"lead": EveryLead, "lead with contact": EveryLeadWithContact} {
		k := &planColumns(t, evaltest.Model("M", target, "at least 2 EmailOpened within last 7 days score +1")).Targets[kind].Interactions[0]
		if got := len(k.Totals) == 1 && len(k.Measures) == 0; got != (kind == EveryLead) {
			t.Errorf("target %s has %d totals and %d measures", target, len(k.Totals), len(k.Measures))
		}
	}
}

// TestKindsOfEveryLead checks which interactions Interaction means.
func TestKindsOfEveryLead(t *testing.T) {
	const rules = "interaction Call { Lead -> Account }\n"
	for target, kind := range map[string]LeadKind{"lead": EveryLead, "lead with contact": EveryLeadWithContact} {
		p := planColumns(t, rules+evaltest.Model("M", target, "each Interaction score +1"))
		calls := slices.ContainsFunc(p.Targets[kind].Interactions, func(k Interactions) bool { return k.Entity.Name() == "Call" })
		if calls != (kind == EveryLeadWithContact) {
			t.Errorf("calls, which refer to no lead, are counted for target %s: %t", target, calls)
		}
	}
}
