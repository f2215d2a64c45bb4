package columns_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// crm is a source of one's own that keeps its records in a store. It answers
// queries as the store does, and lends the store to the engine.
type crm struct{ records *columns.Store }

func (c *crm) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	return c.records.Fetch(ctx, q, out)
}

// Lend lends the store when it is this source that is scored from, and not one
// that embeds it.
func (c *crm) Lend(source traverse.Source) *columns.Store {
	if source != traverse.Source(c) {
		return nil
	}
	return c.records
}

// A source that holds its records in memory lends them to the engine.
func ExampleLender() {
	schema := leadscore.StandardSchema()
	data := &crm{columns.New(schema)}
	// Values go in the order of the table's columns. What has no value is null.
	add := func(entity, id string, record map[string]traverse.Value) {
		var values []traverse.Value
		for _, c := range data.records.Table(entity).Columns() {
			values = append(values, record[c.Name])
		}
		if err := data.records.Add(entity, id, values...); err != nil {
			log.Fatal(err)
		}
	}
	asOf := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	add("Lead", "lead-ada", map[string]traverse.Value{"ParentContact": traverse.TextValue("ada")})
	for day := range 3 {
		add("EmailOpened", fmt.Sprint("opened-", day), map[string]traverse.Value{
			"Contact":   traverse.TextValue("ada"), // whether or not there is such a record
			"Timestamp": traverse.TimeValue(asOf.AddDate(0, 0, -20*day)),
		})
	}

	model, err := leadscore.Compile("rules.score", `model "Coffee geeks" {
		target contact
		condition "Opened an email" { each EmailOpened within last 30 days score +10 }
	}`, schema)
	if err != nil {
		log.Fatal(err)
	}
	result, err := model.Score(context.Background(), "lead-ada", data, leadscore.AsOf(asOf))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Score)
	// Output: 20
}
