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
