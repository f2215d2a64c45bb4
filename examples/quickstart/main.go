// Quickstart scores the leads in a folder of CRM data by the rules in a file, and
// explains each score.
package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/tables"
)

//go:embed coffee.score
var rules string

//go:embed data
var crm embed.FS

func main() {
	ctx := context.Background()
	model, err := leadscore.Compile("coffee.score", rules, leadscore.StandardSchema())
	if err != nil {
		log.Fatal(err) // every problem, with its line and how to fix it
	}
	data, err := tables.LoadFS(ctx, crm, "data", model.Schema(), tables.Options{})
	if err != nil {
		log.Fatal(err)
	}
	// The data is from April 2026. In production omit AsOf, to score as of now.
	asOf := leadscore.AsOf(time.Date(2026, time.May, 1, 0, 0, 0, 0, time.UTC))

	for lead, err := range data.Leads(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		result, err := model.Score(ctx, lead, data, asOf, leadscore.Explain(0))
		if bad, ok := errors.AsType[*leadscore.LeadError](err); ok {
			log.Print(bad) // one lead failed; the others can be scored
			continue
		} else if err != nil {
			log.Fatal(err)
		}
		show(result)
	}
}

func show(r leadscore.Result) {
	if r.Status != leadscore.Scored {
		fmt.Printf("%s: %s\n", r.Lead, r.Status)
		return
	}
	fmt.Printf("%s: %d, %s", r.Lead, r.Score, r.Grade)
	if r.SalesReady {
		fmt.Print(", sales ready")
	}
	fmt.Println()
	for c := range r.Contributions() {
		if c.Multiplier > 0 {
			fmt.Printf("    %+4d  %s (%d x %+d)\n", c.Score, c.Condition, c.Multiplier, c.Points)
		}
	}
}
