package explain_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/source/memory"
)

const coffee = `model "Coffee geeks" {
    target contact

    condition "Opened an email" {
        each EmailOpened within last 90 days
        score +10
    }

    condition "Decides" {
        has Lead.ParentContact where JobTitle contains "director"
        score +15
    }

    grade "Cold" below 20
    grade "Hot" from 20
}`

// crm returns the data of the examples.
func crm() *memory.Source {
	data := memory.New(leadscore.StandardSchema())
	for _, r := range []struct {
		entity, id string
		record     memory.Record
	}{
		{"Lead", "lead-42", memory.Record{"ParentContact": "ada"}},
		{"Contact", "ada", memory.Record{"JobTitle": "Buyer"}},
		{"EmailOpened", "e-1", memory.Record{"Contact": "ada", "Timestamp": "2026-04-20T09:00:00Z"}},
		{"EmailOpened", "e-2", memory.Record{"Contact": "ada", "Timestamp": "2026-05-01T09:00:00Z"}},
	} {
		if err := data.Add(r.entity, r.id, r.record); err != nil {
			panic(err)
		}
	}
	return data
}

func ExampleLead() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "coffee.score", Text: coffee}})
	if err != nil {
		fmt.Println(err)
		return
	}
	asOf := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	ledgers, err := explain.Lead(context.Background(), set, "lead-42", crm(), leadscore.AsOf(asOf))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range ledgers {
		fmt.Print(l)
	}
	// Output:
	// "lead-42", Coffee geeks: score 20, Hot
	//   as of 2026-06-01T00:00:00Z
	//   Opened an email: 2 x +10 = +20
	//     each EmailOpened within last 90 days: 2, holds
	//       2026-04-20T09:00:00Z EmailOpened "e-1"
	//       2026-05-01T09:00:00Z EmailOpened "e-2"
	//   Decides: 0 x +15 = 0
	//     has Lead.ParentContact where JobTitle contains "director": 0, does not hold
	//       not met: JobTitle contains "director": Contact "ada" has "Buyer"
}

// A ledger that is stored with the score says years later how it came about.
func ExampleLedger() {
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	asOf := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	result, err := model.Score(context.Background(), "lead-42", crm(), leadscore.AsOf(asOf), leadscore.Explain(0))
	if err != nil {
		fmt.Println(err)
		return
	}
	explained, err := explain.Of(context.Background(), result)
	if err != nil {
		fmt.Println(err)
		return
	}
	stored, err := json.Marshal(explained)
	if err != nil {
		fmt.Println(err)
		return
	}
	var ledger explain.Ledger
	if err := json.Unmarshal(stored, &ledger); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ledger.Score, ledger.Summary())
	for _, c := range ledger.Contributions {
		fmt.Println(c.Condition, c.Score)
	}
	// Output:
	// 20 Opened an email: 2 x +10 = +20
	// Opened an email 20
	// Decides 0
}
