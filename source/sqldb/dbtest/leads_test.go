package dbtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/traverse"
)

// leadRules choose models, give leads to people and create leads.
const leadRules = `
profile Lead { Owner text  ParentContact -> Contact  ParentAccount -> Account  Campaign -> Campaign }
profile Contact { City text  ParentAccount -> Account }
profile Account { Name text }
profile Campaign { ScoringModel text  Start time  dated by Start }
interaction Form { Asks bool  Campaign -> Campaign }

choose model { by Campaign.ScoringModel }
model "A" { target lead with contact condition "F" { each Form score +10 } }
model "B" { target lead with contact condition "F" { each Form score +1 } }
assignment "Sales" {
	rule "Keen" { has Lead.ParentContact where City = "Rome" when score of "A" >= 20 set Owner = one of ("mia", "noah") }
	otherwise set Owner = "queue"
}
lead creation "Inquiry" { from Form where Asks = true scope contact per Campaign set Owner = "queue" }
lead creation "Company" { from Form scope account per company }
`

// TestLeadBlocks checks that models are chosen, leads given and leads proposed as by hand,
// with as many statements for many leads as for few.
func TestLeadBlocks(t *testing.T) {
	set, err := leadscore.CompileSet(nil, []leadscore.File{{Name: "leads.score", Text: leadRules}})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	var records []sourcetest.Record
	add := func(entity, id string, values map[string]traverse.Value) {
		records = append(records, sourcetest.Record{Entity: entity, ID: id, Values: values})
	}
	text := traverse.TextValue
	add("Campaign", "a", map[string]traverse.Value{"ScoringModel": text("A")})
	add("Campaign", "b", map[string]traverse.Value{"ScoringModel": text("B")})
	add("Campaign", "later", map[string]traverse.Value{"ScoringModel": text("B"), "Start": traverse.TimeValue(at.AddDate(0, 0, 9))})
	add("Account", "acme", map[string]traverse.Value{})
	var leads, contacts []string
	for i := range 30 {
		lead, contact := fmt.Sprintf("lead-%02d", i), fmt.Sprintf("contact-%02d", i)
		leads, contacts = append(leads, lead), append(contacts, contact)
		add("Lead", lead, map[string]traverse.Value{"ParentContact": text(contact), "Campaign": text([]string{"a", "b", "later"}[i%3])})
		add("Contact", contact, map[string]traverse.Value{"City": text([]string{"Rome", "Oslo"}[i%2]), "ParentAccount": text([]string{"acme", ""}[i%2])})
		for j := range 2 {
			add("Form", fmt.Sprintf("%s-%d", contact, j), map[string]traverse.Value{
				"Contact": text(contact), "Timestamp": traverse.TimeValue(at.AddDate(0, 0, -i-j)), "Asks": traverse.BoolValue(j == 1),
				"Campaign": text([]string{"a", "b"}[j]),
			})
		}
	}
	forDatabases(t, func(t *testing.T, d database) {
		var log statements
		_, source := load(t, d, d.styles[0], set.Schema(), records, &log)
		run := func(leads, contacts []string) (string, int) {
			log.take()
			var b strings.Builder
			for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(leads...), source, leadscore.AsOf(at)) {
				if err != nil {
					t.Fatal(err)
				}
				assigned, err := set.Assignments()[0].Assign(r)
				fmt.Fprintln(&b, r.Results, assigned, err)
			}
			for p, err := range set.Create(t.Context(), leadscore.IDs(contacts...), source, leadscore.AsOf(at)) {
				fmt.Fprintln(&b, p.Creation, p.ParentContact, p.ParentAccount, p.Context, p.Cause.ID, err)
			}
			return b.String(), len(log.take())
		}
		// Every kind of lead is among the first six.
		_, few := run(leads[:6], contacts[:6])
		got, many := run(leads, contacts)
		if few != many {
			t.Errorf("%d statements for few leads, and %d for many", few, many)
		}
		for _, want := range []string{
			`["lead-00", A: score 20 "lead-00", B: not chosen]`, `["lead-01", A: not chosen "lead-01", B: score 2]`, `["lead-02", A: no model "lead-02", B: no model]`,
			`"lead-00", Sales: "Keen": Owner = `, `"lead-01", Sales: otherwise: Owner = queue`,
			"Inquiry contact-00  b contact-00-1 <nil>", "Inquiry contact-02  b contact-02-1 <nil>",
			"Company  acme  contact-28-1 <nil>", `contact "contact-01": the contact has no account`,
		} {
			if !strings.Contains(got, want) {
				t.Errorf("lacks %s in\n%s", want, got)
			}
		}
		if strings.Contains(got, "Inquiry contact-01 ") || strings.Count(got, "Company  acme") != 1 {
			t.Errorf("a lead that exists is proposed, or one twice:\n%s", got)
		}
		backwards := slices.Clone(contacts)
		slices.Reverse(backwards)
		if _, again := run(leads, backwards); again != many {
			t.Errorf("%d statements backwards, and %d before", again, many)
		}
	})
}
