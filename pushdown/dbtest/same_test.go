package dbtest

import (
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/traverse"
)

const sameSchema = `profile Lead {
    ParentContact -> Contact
    ParentAccount -> Account
    Topic -> Topic
}
profile Contact {
    ParentAccount -> Account
}
profile Account {
}
profile Topic {
    Page text exact
}
interaction Read {
    Page text exact
}`

const sameRules = `model "Contact" {
    target contact
    condition "Same" {
        same Page {
            has Read
            has Lead.Topic
        }
        score +10
    }
}
model "Account" {
    target account
    condition "Same" {
        same Page {
            has Lead.Topic
            at least 2 Read
        }
        score +10
    }
}`

// TestSameOfLeads compares blocks of same in which some children are about the lead, and others
// about the interactions of its contact or account, which several leads have.
func TestSameOfLeads(t *testing.T) {
	schema, err := leadscore.ParseSchema("schema", sameSchema, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: sameRules}})
	if err != nil {
		t.Fatal(err)
	}
	record := func(id string, values ...string) reference.Record {
		r := reference.Record{ID: id, Values: map[string]traverse.Value{}}
		for i := 0; i < len(values); i += 2 {
			r.Values[values[i]] = traverse.TextValue(values[i+1])
		}
		return r
	}
	read := func(id, contact, page string) reference.Record {
		r := record(id, "Contact", contact, "Page", page)
		r.Values["Timestamp"] = traverse.TimeValue(time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC))
		return r
	}
	w := &world{schema: schema, ids: textIDs, all: reference.Data{
		traverse.Lead: {
			record("coffee", "ParentContact", "ada", "Topic", "coffee"), record("tea", "ParentContact", "ada", "Topic", "tea"), record("none", "ParentContact", "ada"),
			record("ada", "ParentContact", "bob", "Topic", "coffee"), record("bob", "ParentContact", "ada", "Topic", "milk"),
			record("acme", "ParentAccount", "acme", "Topic", "tea"), record("acme coffee", "ParentAccount", "acme", "Topic", "coffee"), record("acme milk", "ParentAccount", "acme", "Topic", "milk"),
		},
		traverse.Contact: {record("ada", "ParentAccount", "acme"), record("bob", "ParentAccount", "acme")}, traverse.Account: {record("acme")},
		"Topic": {record("coffee", "Page", "/coffee"), record("tea", "Page", "/tea"), record("milk", "Page", "/milk")},
		"Read":  {read("1", "ada", "/coffee"), read("2", "ada", "/tea"), read("3", "bob", "/tea"), read("4", "ada", "/water"), read("5", "bob", "/milk"), read("6", "bob", "/milk")},
	}}
	w.source = inMemory(t, schema, w.all)
	for _, r := range w.all[traverse.Lead] {
		w.leads = append(w.leads, r.ID)
	}
	asOf := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	want, err := ofEngine(set, w.source, w.leads, asOf)
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range map[pair]string{
		{"coffee", "Contact"}: "10", {"tea", "Contact"}: "10", {"none", "Contact"}: "0", {"ada", "Contact"}: "0", {"bob", "Contact"}: "0",
		{"acme", "Account"}: "10", {"acme coffee", "Account"}: "0", {"acme milk", "Account"}: "10",
	} {
		if text = "scored " + text + `, grade "", sales ready false, label ""`; want[key] != text {
			t.Fatalf("the engine gives %v %s, want %s", key, want[key], text)
		}
	}
	forDatabases(t, func(t *testing.T, d *database) {
		s := d.styles[0]
		db := d.load(t, s, w)
		statement, err := pushdown.New(set, d.dialect(), s.mapping(schema))
		if err != nil {
			t.Fatal(err)
		}
		got, err := ofStatement(db, statement, asOf)
		if err != nil {
			t.Fatal(err)
		}
		if text := differences(want, got); text != "" {
			t.Error(text)
		}
	})
}
