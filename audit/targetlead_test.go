package audit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
)

// TestTargetLead: a model that scores every lead needs no parents, and counts interactions
// without a contact that name the lead.
func TestTargetLead(t *testing.T) {
	data := memory.New(leadscore.StandardSchema())
	add(t, data,
		[]string{"Lead", "a", "ParentContact", "c"}, []string{"Lead", "b"}, []string{"Contact", "c"},
		[]string{"FormSubmitted", "1", "Lead", "a", "Timestamp", "2026-05-01T00:00:00Z"},
		[]string{"FormSubmitted", "2", "Contact", "c", "Timestamp", "2026-05-01T00:00:00Z"},
		[]string{"FormSubmitted", "3", "Timestamp", "2026-05-01T00:00:00Z"},
	)
	const child = "each FormSubmitted within last 60 days"
	both, err := leadscore.NewSet(model(t, "lead with contact", child).Models()[0], renamed(t, child))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		set  *leadscore.Set
		want []string
	}{
		{"contact", model(t, "contact", child), []string{
			"warning: FormSubmitted.Contact: 2 of 3 are empty: they count for nobody",
			"advice: Lead: 1 of 2 has neither a ParentContact nor a ParentAccount: no model scores it",
		}},
		{"lead", model(t, "lead", child), nil},
		{"lead with contact", model(t, "lead with contact", child), []string{
			"warning: FormSubmitted.Contact: 1 of 3 is empty, and so is Lead: it counts for nobody",
		}},
		{"both", both, []string{
			"warning: FormSubmitted.Contact: 1 of 3 is empty, and so is Lead: it counts for nobody",
			"advice: Lead: 1 of 2 has neither a ParentContact nor a ParentAccount: only models with `target lead` score it",
		}},
	} {
		if diff := cmp.Diff(test.want, lines(check(t, test.set, data))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// renamed returns a model that targets contacts, with another name than those of model.
func renamed(t *testing.T, child string) *leadscore.Model {
	t.Helper()
	m, err := leadscore.Compile("n.score", "model \"N\" { target contact condition \"C\" { "+child+" score +1 } }", leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	return m
}
