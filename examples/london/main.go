// London scores leads by their location, over data that is built in Go.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"log"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
)

//go:embed london.score
var rules string

func main() {
	schema := leadscore.StandardSchema()
	model, err := leadscore.Compile("london.score", rules, schema)
	if err != nil {
		log.Fatal(err)
	}

	data := memory.New(schema)
	for _, l := range []struct{ id, city, country, contact string }{
		{"anne", "London", "England", "contact-1"},
		{"bill", "Manchester", "England", "contact-2"},
		{"carl", "London", "Ohio", "contact-3"},
		{"dora", "London", "England", ""}, // neither contact nor account: no score
	} {
		lead := memory.Record{"City": l.city, "Country": l.country, "ParentContact": l.contact}
		if err := data.Add("Lead", l.id, lead); err != nil {
			log.Fatal(err)
		}
	}

	for _, id := range []string{"anne", "bill", "carl", "dora"} {
		r, err := model.Score(context.Background(), id, data)
		if err != nil {
			log.Fatal(err)
		}
		if r.Status != leadscore.Scored {
			fmt.Printf("%s: %s\n", id, r.Status)
			continue
		}
		grade := r.Grade
		if grade == "" {
			grade = "outside all grades"
		}
		fmt.Printf("%s: %d, %s, sales ready: %t\n", id, r.Score, grade, r.SalesReady)
	}
}
