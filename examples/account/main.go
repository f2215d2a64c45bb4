// Account scores leads of contacts and of accounts with a set of two models, in one
// pass over a stream of leads.
package main

import (
	"context"
	"embed"
	"fmt"
	"log"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/tables"
)

//go:embed *.score data
var files embed.FS

func main() {
	ctx := context.Background()
	set, err := leadscore.CompileFS(files, leadscore.StandardSchema(), []string{"*.score"})
	if err != nil {
		log.Fatal(err)
	}
	data, err := tables.LoadFS(ctx, files, "data", leadscore.StandardSchema(), tables.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for lead, err := range set.ScoreAll(ctx, data.Leads(ctx), data) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s, sales ready: %t\n", lead.Lead, lead.SalesReady)
		for _, r := range lead.Results {
			switch {
			case r.Status != leadscore.Scored:
				fmt.Printf("    %s: %s\n", r.Model, r.Status)
			case r.Grade == "":
				fmt.Printf("    %s: %d\n", r.Model, r.Score)
			default:
				fmt.Printf("    %s: %d, %s\n", r.Model, r.Score, r.Grade)
			}
		}
	}
}
