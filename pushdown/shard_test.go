package pushdown_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/traverse"
)

// planOf writes tables as "Lead by ParentContact, Account whole, …".
func planOf(tables []pushdown.ShardedTable) string {
	var list []string
	for _, t := range tables {
		if t.By == "" {
			list = append(list, t.Entity+" whole")
		} else {
			list = append(list, t.Entity+" by "+t.By)
		}
	}
	return strings.Join(list, ", ")
}

func TestShardBy(t *testing.T) {
	for _, test := range []struct {
		name, target, items  string
		byContact, byAccount string // a plan, or a part of the error
	}{
		{
			"own interactions", "contact", "each EmailOpened",
			"Lead by ParentContact, EmailOpened by Contact",
			"Lead by ParentContact, EmailOpened by Contact",
		},
		{
			"profiles on the way up", "contact", "has Lead.ParentContact.ParentAccount where NumberOfEmployees > 10",
			"Lead by ParentContact, Contact by id, Account whole",
			"Lead by ParentContact, Contact by ParentAccount, Account by id",
		},
		{
			"the account of the lead, and not of its contact", "contact", "has Lead.ParentAccount where NumberOfEmployees > 10",
			"Lead by ParentContact, Account whole",
			"Lead by ParentContact, Account whole",
		},
		{
			"a reference in where", "contact", "each EmailOpened where Contact.ParentAccount.Country = \"DE\"",
			"Lead by ParentContact, Contact by id, Account whole, EmailOpened by Contact",
			"Lead by ParentContact, Contact by ParentAccount, Account by id, EmailOpened by Contact",
		},
		{
			"colleagues", "contact", "has Lead.ParentContact.ParentAccount.Contacts where JobTitle contains \"director\"",
			"Lead by ParentContact, Contact whole, Account whole",
			"Lead by ParentContact, Contact by ParentAccount, Account by id",
		},
		{
			"what colleagues do", "contact", "each EmailOpened.Contact.ParentAccount.Contacts.Opens",
			`rules.score:11:5: model "M", condition "C": each shard would need all records of EmailOpened: Contact.Opens may lead to records of other shards; divide the records by account`,
			"Lead by ParentContact, Contact by ParentAccount, Account by id, EmailOpened by Contact",
		},
		{
			"an account-based lead", "account", "each EmailOpened",
			`each shard would need all records of EmailOpened: a lead has those of all contacts of its account; divide the records by account`,
			"Lead by ParentContact, Contact by ParentAccount, EmailOpened by Contact",
		},
		{
			"an account-based lead without interactions", "account", "has Lead.ParentAccount where NumberOfEmployees > 10",
			"Lead by ParentContact, Account whole",
			"Lead by ParentContact, Account by id",
		},
		{
			"interactions that name the lead", "lead", "each EmailOpened where Lead.ParentContact.City = \"Rome\"",
			"Lead by ParentContact, Contact by id, EmailOpened by Lead",
			"Lead by ParentContact, Contact by ParentAccount, EmailOpened by Lead",
		},
		{
			"both", "lead with contact", "each EmailOpened",
			"a lead has those that name it by Lead, and they are divided by Contact; score these models in one database",
			"a lead has those that name it by Lead, and they are divided by Contact; score these models in one database",
		},
		{
			"records of a lead, and theirs", "contact", "each Lead.Orders.Lines where Amount > 1",
			"Lead by ParentContact, Order by Lead, Line by Order",
			"Lead by ParentContact, Order by Lead, Line by Order",
		},
		{
			"records reached in two ways", "contact", "each Lead.Orders\n each EmailOpened.Contact.Invoiced",
			"Lead by ParentContact, Contact by id, EmailOpened by Contact, Order whole",
			"Lead by ParentContact, Contact by ParentAccount, EmailOpened by Contact, Order whole",
		},
		{
			"a record apart", "contact", "each EmailOpened once per Contact.ParentAccount.Name",
			"Lead by ParentContact, Contact by id, Account whole, EmailOpened by Contact",
			"Lead by ParentContact, Contact by ParentAccount, Account by id, EmailOpened by Contact",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := compile(t, "profile Contact {\nOpens <- EmailOpened.Contact\nInvoiced <- Order.Payer\n}\n"+
				"profile Lead { Orders <- Order.Lead }\n"+
				"profile Order { Lead -> Lead Payer -> Contact Lines <- Line.Order Amount number }\nprofile Line { Order -> Order Amount number }\n"+
				"model \"M\" {\ntarget "+test.target+"\ncondition \"C\" {\n"+"    "+test.items+"\nscore +1\n}\n}\n")
			for by, want := range map[string]string{traverse.Contact: test.byContact, traverse.Account: test.byAccount} {
				tables, err := pushdown.ShardBy(set, by)
				got := planOf(tables)
				if err != nil {
					if got = err.Error(); strings.Contains(got, want) {
						got = want
					}
				}
				if got != want {
					t.Errorf("by %s:\n got %s\nwant %s", by, got, want)
				}
				for _, table := range tables {
					if (table.By == "") != strings.Contains(table.Why, `model "M", condition "C": `) {
						t.Errorf("by %s: %+v", by, table)
					}
				}
			}
		})
	}
}

func TestShardByRefuses(t *testing.T) {
	if _, err := pushdown.ShardBy(nil, traverse.Contact); err == nil {
		t.Error("there is a plan without a set")
	}
	set := compile(t, visits)
	if _, err := pushdown.ShardBy(set, "Lead"); err == nil || !strings.Contains(err.Error(), `by "Lead": choose Contact or Account`) {
		t.Error(err)
	}
	accounts, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "a.score", Text: "model \"A\" {\n  target account\n  condition \"C\" {\n    each EmailOpened\n    score +1\n  }\n}\n"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = pushdown.ShardBy(accounts, traverse.Contact)
	if refusals, ok := errors.AsType[pushdown.Refusals](err); !ok || refusals[0].Place != "a.score:4:5" {
		t.Error(err)
	}
	stopped, err := accounts.Stop("A")
	if err != nil {
		t.Fatal(err)
	}
	if tables, err := pushdown.ShardBy(stopped, traverse.Contact); err != nil || planOf(tables) != "Lead by ParentContact" {
		t.Error(tables, err)
	}
}

// TestShardByChoice: each shard needs the records that name the models of leads.
func TestShardByChoice(t *testing.T) {
	set := compile(t, `profile Lead {
    Campaign -> Campaign
}
profile Campaign {
    Program -> Program
}
profile Program {
    ScoringModel text
}
choose model {
    by Campaign.Program.ScoringModel
    by ParentContact.City
}
model "M" {
    target contact
    condition "C" {
        each EmailOpened
        score +1
    }
}`)
	for by, want := range map[string]string{
		traverse.Contact: "Lead by ParentContact, Contact by id, EmailOpened by Contact, Campaign whole, Program whole",
		traverse.Account: "Lead by ParentContact, Contact by ParentAccount, EmailOpened by Contact, Campaign whole, Program whole",
	} {
		tables, err := pushdown.ShardBy(set, by)
		if got := planOf(tables); err != nil || got != want {
			t.Errorf("by %s: %s, error %v, want %s", by, got, err, want)
		}
	}
}
