// Mappings scores an unchanged export of HubSpot, through a mapping file. The
// mappings in this folder are meant to be copied. Each comes with a model and, in
// testdata, with invented files of the same form.
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

//go:embed hubspot.json hubspot.score testdata/hubspot
var files embed.FS

func main() {
	ctx := context.Background()
	rules, err := files.ReadFile("hubspot.score")
	if err != nil {
		log.Fatal(err)
	}
	model, err := leadscore.Compile("hubspot.score", string(rules), leadscore.StandardSchema())
	if err != nil {
		log.Fatal(err)
	}
	text, err := files.ReadFile("hubspot.json")
	if err != nil {
		log.Fatal(err)
	}
	mapping, err := tables.ReadMapping("hubspot.json", text)
	if err != nil {
		log.Fatal(err) // every problem, with its line
	}
	data, err := tables.LoadFS(ctx, files, "testdata/hubspot", model.Schema(), tables.Options{Mapping: mapping})
	if err != nil {
		log.Fatal(err) // every mismatch of mapping, schema and files, or every problem of a file
	}
	for _, note := range data.Report.Notes {
		fmt.Println("note:", note)
	}
	asOf := time.Date(2023, time.November, 15, 0, 0, 0, 0, time.UTC)
	for id, err := range data.Leads(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		result, err := model.Score(ctx, id, data, leadscore.AsOf(asOf))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %d, %s\n", id, result.Score, result.Grade)
	}
}
