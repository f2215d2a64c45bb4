package traverse_test

import (
	"fmt"

	"github.com/leadscore/leadscore/traverse"
)

// A CRM's own entities and fields extend the standard schema.
func ExampleSchema_Extend() {
	schema, err := traverse.Standard().Extend(
		traverse.Definition{
			Name:          "Lead",
			Fields:        []traverse.Field{{Name: "Segment", Type: traverse.Choice, Values: []string{"Home", "Office"}}},
			Relationships: []traverse.Relationship{{Name: "Orders", Target: "Order", Via: "Lead"}},
		},
		traverse.Definition{
			Name: "Order",
			Fields: []traverse.Field{
				{Name: "PlacedOn", Type: traverse.Time},
				{Name: "Amount", Type: traverse.Number},
			},
			Relationships: []traverse.Relationship{{Name: "Lead", Target: "Lead"}},
			DatedBy:       "PlacedOn",
		},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	path, err := schema.Path("Lead", "Orders")
	if err != nil {
		fmt.Println(err)
		return
	}
	dated, _ := path.Last().Entity.Dated()
	fmt.Println(path.Last().Entity.Name(), "is dated by", dated.Name)

	_, err = schema.Path("Lead", "Order")
	fmt.Println(err)
	// Output:
	// Order is dated by PlacedOn
	// Lead has no relationship Order; did you mean Orders?
}

func ExampleNewSchema_problems() {
	_, err := traverse.NewSchema(
		traverse.Definition{Name: "Lead", Relationships: []traverse.Relationship{
			{Name: "ParentContact", Target: "Contact"},
			{Name: "ParentAccount", Target: "Acount"},
		}},
		traverse.Definition{Name: "Contact", Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}}},
		traverse.Definition{Name: "Account", DatedBy: "Founded"},
	)
	fmt.Println(err)
	// Output:
	// schema: Lead.ParentAccount leads to Acount, which is no entity; did you mean Account?
	// schema: Account is dated by Founded, which is no field of it
}
