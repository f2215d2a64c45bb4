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
	// memory: Contact "ben": Birthday: "31.12.1990" is no date; write YYYY-MM-DD
	// lead-1 <nil>
}
