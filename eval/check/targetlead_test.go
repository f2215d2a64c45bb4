package check_test

import (
	"testing"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// TestGivenLead checks that the reference Lead that the standard schema gives to its
// interactions takes nothing from models that name the lead at the beginning of a path,
// and that a declaration of it does.
func TestGivenLead(t *testing.T) {
	const clicks = `profile Contact { Clicks <- EmailClicked.Contact } `
	rules := where("Lead.ParentContact.Clicks", `Lead.City = "Chicago"`)
	for _, test := range []struct{ schema, want string }{
		{clicks, "0 City"},
		{clicks + `interaction EmailClicked { Lead -> Lead }`, "2 Lead:Lead City"},
	} {
		_, models, diags := check.Files(traverse.Standard(), parse(t, map[string]string{"own.score": test.schema, "rules.score": rules})...)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		if got := resolved(t, models[0].Conditions[0].Children[0].Where[0]); got != test.want {
			t.Errorf("%s: got %s, want %s", test.schema, got, test.want)
		}
	}
}

// TestLeadAgain checks which declarations of what the standard schema gives are allowed.
func TestLeadAgain(t *testing.T) {
	for _, test := range []struct {
		schema string
		sound  bool
	}{
		{`interaction EmailOpened { Lead -> Lead }`, true},
		{`interaction EmailOpened { Lead -> Lead } profile Lead { Opens <- EmailOpened.Lead }`, true},
		{`profile Lead { Opens <- EmailOpened.Lead }`, true},
		{`interaction EmailOpened { Lead -> Lead } interaction EmailOpened { Lead -> Lead }`, false},
		{`interaction EmailOpened { Lead -> Contact }`, false},
		{`interaction EmailOpened { Lead text }`, false},
		{`interaction Demo { Lead -> Lead } interaction Demo { Lead -> Lead }`, false},
	} {
		_, _, diags := check.Files(traverse.Standard(), parse(t, map[string]string{"own.score": test.schema})...)
		if (len(diags) == 0) != test.sound {
			t.Errorf("%s: got %v", test.schema, diags)
		}
	}
}

// TestRecordsOfTheLead checks to whom the records of a test belong if the model counts
// by leads.
func TestRecordsOfTheLead(t *testing.T) {
	const records = `
    as of 2026-05-31
    EmailOpened
    EmailOpened by "ada"
    EmailOpened with Lead = "other"
    Lead
    Lead "other"
    Contact "ada"
    expect score 0
}`
	for _, test := range []struct {
		target  string
		ofLead  []bool
		contact []string
	}{
		{"lead", []bool{true, false, false}, []string{"ada", "ada", "ada"}},
		{"lead with contact", []bool{true, false, false}, []string{"ada", "ada", "ada"}},
		{"contact", []bool{false, false, false}, []string{"ada", "ada", "ada"}},
	} {
		m := sound(t, `model "M" { target `+test.target+` } test "T" {`+records)[0]
		for i, want := range test.ofLead {
			r := m.Tests[0].Records[i]
			if contact := r.Values[traverse.Contact].Text(); r.OfLead != want || contact != test.contact[i] {
				t.Errorf("target %s: record %d: of the lead %t, contact %q", test.target, i, r.OfLead, contact)
			}
		}
	}
	sound(t, `model "M" { target lead } test "T" { as of 2026-05-31 Lead EmailOpened expect score 0 }`)
	expect(t, `model "M" { target lead with contact } test "T" { as of 2026-05-31 Lead ‹Tasting› expect score 0 }`,
		problem{code: check.CodeMissing, says: "Tasting needs a contact, and the test has none with an id"})
}
