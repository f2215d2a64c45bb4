package structs_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/structs"
)

type Lead struct {
	ID      string
	Topic   string
	Budget  float64
	Contact *Contact `leadscore:"ParentContact"`
}

type Contact struct {
	ID     string
	City   string
	Opened []EmailOpened
}

type EmailOpened struct {
	_    struct{}  `leadscore:"interaction"`
	Name string    `leadscore:"EmailName"`
	At   time.Time `leadscore:"Timestamp"`
}

const rules = `model "Coffee geeks" {
	target contact
	condition "Opened an email" { each EmailOpened within last 30 days score +10 }
	condition "Big in Chicago" {
		has Lead where Budget > 1000
		has Lead.ParentContact where City = "Chicago"
		score +25
	}
}`

// A slice of structs is scored.
func Example() {
	asOf := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	ada := &Contact{ID: "ada", City: "Chicago", Opened: []EmailOpened{
		{Name: "Spring", At: asOf.AddDate(0, 0, -2)}, {Name: "Winter", At: asOf.AddDate(0, 0, -90)},
	}}
	leads := []Lead{{ID: "roaster", Budget: 5000, Contact: ada}, {ID: "grinder", Budget: 200, Contact: ada}}

	data, err := structs.Load(nil, leads)
	if err != nil {
		log.Fatal(err)
	}
	model, err := leadscore.Compile("rules.score", rules, data.Schema())
	if err != nil {
		log.Fatal(err)
	}
	for id := range data.Leads(context.Background()) {
		result, err := model.Score(context.Background(), id, data, leadscore.AsOf(asOf))
		fmt.Println(id, result.Score, err)
	}
	// Output:
	// roaster 35 <nil>
	// grinder 10 <nil>
}

// A schema needs types alone; records may come, and go on coming, later.
func ExampleSchema() {
	schema, err := structs.Schema(nil, Lead{})
	if err != nil {
		log.Fatal(err)
	}
	model, err := leadscore.Compile("rules.score", rules, schema)
	if err != nil {
		log.Fatal(err)
	}
	data, err := structs.Load(model.Schema(), []Lead(nil))
	if err != nil {
		log.Fatal(err)
	}
	asOf := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	lead := Lead{ID: "roaster", Contact: &Contact{ID: "ada", Opened: []EmailOpened{{At: asOf.AddDate(0, 0, -1)}}}}
	if err := data.Add(lead); err != nil {
		log.Fatal(err)
	}
	result, err := model.Score(context.Background(), "roaster", data, leadscore.AsOf(asOf))
	fmt.Println(result.Score, err)
	// Output: 10 <nil>
}
