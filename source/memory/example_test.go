package memory_test

import (
	"context"
	"fmt"
	"log"

	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

func ExampleNew() {
	schema, err := traverse.NewSchema(
		traverse.Definition{Name: "Lead", Relationships: []traverse.Relationship{
			{Name: "ParentContact", Target: "Contact"},
			{Name: "ParentAccount", Target: "Account"},
		}},
		traverse.Definition{
			Name:          "Contact",
			Fields:        []traverse.Field{{Name: "City", Type: traverse.Text}, {Name: "Birthday", Type: traverse.Date}},
			Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}},
		},
		traverse.Definition{Name: "Account"},
		traverse.Definition{Name: "EmailClicked", Kind: traverse.Interaction},
	)
	if err != nil {
		log.Fatal(err)
	}
	source := memory.New(schema)
	for _, r := range []struct {
		entity, id string
		record     memory.Record
	}{
		{"Contact", "anna", memory.Record{"City": "Chicago", "Birthday": "1990-12-31"}},
		{"Lead", "lead-1", memory.Record{"ParentContact": "anna"}},
		{"EmailClicked", "click-1", memory.Record{"Contact": "anna", "Timestamp": "2026-05-31T14:30:00+02:00"}},
	} {
		if err := source.Add(r.entity, r.id, r.record); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(source.Add("Contact", "ben", memory.Record{"Birthday": "31.12.1990"}))

	for id, err := range source.Leads(context.Background()) {
		fmt.Println(id, err)
	}
	// Output:
	// memory: Contact "ben": Birthday: "31.12.1990" is not a date; write YYYY-MM-DD
	// lead-1 <nil>
}

// A service keeps its records up to date.
func ExampleSource_Put() {
	source := memory.New(traverse.Standard())
	put := func(entity, id string, record memory.Record) {
		if err := source.Put(entity, id, record); err != nil {
			log.Fatal(err)
		}
	}
	put("Contact", "anna", memory.Record{"City": "Chicago", "JobTitle": "Buyer"})
	put("Lead", "lead-1", memory.Record{"ParentContact": "anna"})
	put("Lead", "lead-2", nil)
	put("Contact", "anna", memory.Record{"City": "Boston"}) // the JobTitle is now null

	deleted, err := source.Delete("Lead", "lead-2")
	fmt.Println(deleted, err)
	deleted, err = source.Delete("Lead", "lead-2")
	fmt.Println(deleted, err)
	_, err = source.Delete("Laed", "lead-2")
	fmt.Println(err)
	fmt.Println(source.Len("Contact"), source.Len("Lead"))
	// Output:
	// true <nil>
	// false <nil>
	// memory: record "lead-2": unknown entity Laed; did you mean Lead?
	// 1 1
}
