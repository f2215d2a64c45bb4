package dbtest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/traverse"
)

const choosingSchema = `profile Lead {
    ParentContact -> Contact
    ParentAccount -> Account
    Campaign -> Campaign
    Form -> Filled
}
profile Contact {
    ParentAccount -> Account
}
profile Account {
}
profile Campaign {
    Program -> Program
}
profile Program {
    Model text
}
interaction Filled {
    Model text
}`

const choosingRules = `choose model {
    by Campaign.Program.Model
    by Form.Model
}
model "Coffee" {
    target contact
    audience { has Lead.ParentContact }
    condition "Filled" {
        each Filled
        score +10
    }
}
model "Tea" {
    target contact
    condition "Filled" {
        each Filled within last 10 days
        score +3
    }
}
model "Stopped" {
    target lead
    condition "Lead" {
        has Lead
        score +1
    }
}`

// choosingData has leads that each case of `choose model` is about.
func choosingData() reference.Data {
	text := traverse.TextValue
	record := func(id string, values ...string) reference.Record {
		r := reference.Record{ID: id, Values: map[string]traverse.Value{}}
		for i := 0; i < len(values); i += 2 {
			r.Values[values[i]] = text(values[i+1])
		}
		return r
	}
	filled := func(id, model string, day int) reference.Record {
		r := record(id, "Contact", "ada", "Model", model)
		r.Values["Timestamp"] = traverse.TimeValue(time.Date(2026, 5, day, 12, 0, 0, 0, time.UTC))
		return r
	}
	return reference.Data{
		traverse.Lead: {
			record("campaign", "ParentContact", "ada", "Campaign", "spring", "Form", "tea"), record("form", "ParentContact", "ada", "Form", "tea"),
			record("later", "ParentContact", "ada", "Form", "later"), record("nothing", "ParentContact", "ada"), record("gone", "ParentContact", "ada", "Campaign", "gone", "Form", "tea"),
			record("nameless", "ParentContact", "ada", "Campaign", "autumn"), record("unknown", "ParentContact", "ada", "Campaign", "odd"), record("case", "ParentContact", "ada", "Campaign", "case"),
			record("outside", "ParentContact", "nobody", "Campaign", "spring"), record("stopped", "ParentContact", "ada", "Campaign", "stopped"), record("account", "ParentAccount", "acme", "Form", "tea"),
		},
		traverse.Contact: {record("ada")}, traverse.Account: {record("acme")},
		"Campaign": {record("spring", "Program", "coffee"), record("autumn", "Program", "none"), record("odd", "Program", "milk"), record("case", "Program", "COFFEE"), record("stopped", "Program", "stopped")},
		"Program":  {record("coffee", "Model", "Coffee"), record("none"), record("milk", "Model", "Milk"), record("COFFEE", "Model", "COFFEE"), record("stopped", "Model", "Stopped")},
		"Filled":   {filled("tea", "Tea", 20), filled("later", "Coffee", 30), filled("old", "", 1)},
	}
}

// TestChooses compares statements of sets that choose a model for each lead with the engine.
func TestChooses(t *testing.T) {
	schema, err := leadscore.ParseSchema("schema", choosingSchema, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: choosingRules}})
	if err != nil {
		t.Fatal(err)
	}
	if set, err = set.Stop("Stopped"); err != nil {
		t.Fatal(err)
	}
	w := &world{schema: schema, ids: textIDs, all: choosingData()}
	w.source = inMemory(t, schema, w.all)
	for _, r := range w.all[traverse.Lead] {
		w.leads = append(w.leads, r.ID)
	}
	engine := func(t *testing.T, asOf time.Time) outcomes {
		t.Helper()
		all := outcomes{}
		for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(w.leads...), w.source, leadscore.AsOf(asOf)) {
			if err != nil {
				if bad, ok := errors.AsType[*leadscore.LeadError](err); !ok || bad.Lead != "unknown" && bad.Lead != "case" || !errors.Is(err, leadscore.ErrUnknownModel) {
					t.Fatal(err)
				}
				continue // it has no row
			}
			for _, one := range r.Results {
				all[pair{r.Lead, one.Model}] = outcomeOf(one)
			}
		}
		return all
	}
	forDatabases(t, func(t *testing.T, d *database) {
		for _, s := range d.styles {
			if s.ids != textIDs || s.refers != "" {
				continue
			}
			db := d.load(t, s, w)
			before := time.Date(2026, 5, 30, 11, 59, 59, 0, time.UTC)
			for _, asOf := range []time.Time{before, before.Add(time.Second), before.AddDate(0, 1, 0)} {
				statement, err := pushdown.New(set, d.dialect(), s.mapping(schema), pushdown.Explain())
				if err != nil {
					t.Fatal(err)
				}
				got, err := ofStatement(db, statement, asOf)
				if err != nil {
					t.Fatal(err)
				}
				want := engine(t, asOf)
				if text := differences(want, got); text != "" || len(want) != 3*(len(w.leads)-2) {
					t.Errorf("%s, as of %v: %d results\n%s", s.name, asOf, len(want), text)
				}
			}
			changed, err := pushdown.NewChanged(set, d.dialect(), s.mapping(schema))
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for id, err := range changed.Leads(t.Context(), db, before.Add(-time.Hour), before) {
				t.Errorf("%s: nothing happens, and %q may have changed, error %v", s.name, id, err)
			}
			for id, err := range changed.Leads(t.Context(), db, before, before.Add(time.Second)) {
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, id)
			}
			if !slices.Contains(ids, "later") || slices.Contains(ids, "account") {
				t.Errorf("%s: the leads %q may have changed", s.name, ids)
			}
			checks, err := pushdown.Audit(set, d.dialect(), s.mapping(schema))
			if err != nil {
				t.Fatal(err)
			}
			unknown := 0
			for _, c := range checks {
				found, err := c.Run(t.Context(), db)
				if err != nil {
					t.Fatal(err)
				}
				if c.Code == "unknown-model" && c.Entity == "Program" {
					unknown = int(found.Rows)
				}
			}
			if unknown != 2 {
				t.Errorf("%s: %d records name no model, want 2", s.name, unknown)
			}
		}
	})
}
