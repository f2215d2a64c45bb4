package pushdown_test

import (
	"fmt"
	"log"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/traverse"
)

func Example() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "coffee.score", Text: `
model "Coffee" {
    target lead
    condition "Large budget" {
        has Lead where BudgetAmount >= 5000
        score +10
    }
}`}})
	if err != nil {
		log.Fatal(err)
	}
	statement, err := pushdown.New(set, pushdown.SQLite(), pushdown.Mapping{Tables: map[string]pushdown.Table{
		"Lead": {Name: "leads", Columns: map[string]pushdown.Column{"BudgetAmount": {Name: "budget"}}},
	}})
	if err != nil {
		log.Fatal(err) // all that cannot be lowered
	}
	fmt.Println(statement.Columns())
	// statement.Query(ctx, db, asOf) yields the rows. A view needs the text without parameters:
	view, err := statement.Literal(time.Date(2026, time.May, 31, 12, 0, 0, 0, time.UTC))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(view) > 0)
	// Output:
	// [lead model status score grade sales_ready label]
	// true
}

func ExampleShardBy() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "coffee.score", Text: `
model "Coffee" {
    target contact
    condition "Opened" {
        each EmailOpened within last 90 days
            where Contact.ParentAccount.NumberOfEmployees > 50
        score +10
    }
}`}})
	if err != nil {
		log.Fatal(err)
	}
	tables, err := pushdown.ShardBy(set, traverse.Contact)
	if err != nil {
		log.Fatal(err) // what can be scored in one database alone
	}
	for _, t := range tables {
		if t.By == "" {
			fmt.Println(t.Entity, "whole:", t.Why)
		} else {
			fmt.Println(t.Entity, "by", t.By)
		}
	}
	// Output:
	// Lead by ParentContact
	// Contact by id
	// Account whole: coffee.score:5:9: model "Coffee", condition "Opened": Contact.ParentAccount may lead to records of other shards
	// EmailOpened by Contact
}
