package whatif_test

import (
	"context"
	"fmt"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/whatif"
)

func Example() {
	model, err := leadscore.Compile("coffee.score", `model "Coffee geeks" {
    target contact

    condition "Opened an email" {
        each EmailOpened within last 90 days
        score +10
    }

    condition "Decides" {
        has Lead.ParentContact
            where JobTitle contains any ("director", "owner")
        score +15
    }

    sales ready at 25
}`, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	data := memory.New(model.Schema())
	for _, r := range []struct {
		entity, id string
		record     memory.Record
	}{
		{"Lead", "lead-42", memory.Record{"ParentContact": "ada"}},
		{"Contact", "ada", memory.Record{"JobTitle": "Buyer"}},
		{"EmailOpened", "1", memory.Record{"Contact": "ada", "Timestamp": "2026-05-01T09:00:00Z"}},
	} {
		if err := data.Add(r.entity, r.id, r.record); err != nil {
			fmt.Println(err)
			return
		}
	}
	asOf := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	result, err := model.Score(context.Background(), "lead-42", data, leadscore.AsOf(asOf), leadscore.Explain(0))
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := whatif.SalesReady(model, result)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result)
	fmt.Print(answer)
	// Output:
	// "lead-42", Coffee geeks: score 10
	// it would reach the sales-ready score of 25 if
	//   "Opened an email" counts 3 times (+20)
	//   "Decides" holds (+15)
}
