// B2b scores the leads of a company that sells coffee machines to offices: how well they
// fit, how interested they are, and what follows from both. It shows the account of each
// score, whose lines add up.
package main

import (
	"context"
	"embed"
	"fmt"
	"log"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/tables"
)

//go:embed b2b.score
var rules string

//go:embed data
var crm embed.FS

func main() {
	ctx := context.Background()
	model, err := leadscore.Compile("b2b.score", rules, leadscore.StandardSchema())
	if err != nil {
		log.Fatal(err) // every problem, with its line and how to fix it
	}
	data, err := tables.LoadFS(ctx, crm, "data", model.Schema(), tables.Options{})
	if err != nil {
		log.Fatal(err)
	}
	// The data is from May 2026. In production omit AsOf, to score as of now.
	asOf := leadscore.AsOf(time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC))

	for lead, err := range data.Leads(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		result, err := model.Score(ctx, lead, data, asOf, leadscore.Explain(0))
		if err != nil {
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
	label, _ := r.Label()
	fmt.Printf("%s: %s, %d", r.Lead, label, r.Score)
	if r.SalesReady {
		fmt.Print(", sales ready")
	}
	fmt.Println()
	for l := range r.Ledger() {
		if l.Amount.Sign() == 0 {
			continue
		}
		fmt.Printf("    %+4d  ", l.Amount)
		for _, place := range l.In {
			fmt.Printf("%s / ", place.Name)
		}
		switch {
		case l.Row != "":
			fmt.Println(l.Row)
		case l.Condition != "":
			fmt.Printf("%s (%s x %+d)\n", l.Condition, l.Times, l.Points)
		default:
			fmt.Println(l.Rule)
		}
	}
}
