package traverse_test

import (
	"encoding/json"
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
	// schema: Lead.ParentAccount leads to Acount, which is not an entity; did you mean Account?
	// schema: Account is dated by Founded, which is not one of its fields
}

// A source of one's own hands on what its database driver or JSON decoder gives.
func ExampleValueOf() {
	for _, x := range []any{"Chicago", 7, json.Number("12345678901234567890"), []any{"Retail", "Hospitality"}, nil, map[string]any{}} {
		v, err := traverse.ValueOf(x)
		fmt.Println(v.Kind(), v, err)
	}
	// Output:
	// text Chicago <nil>
	// number 7 <nil>
	// text 12345678901234567890 <nil>
	// choices Retail; Hospitality <nil>
	// null null <nil>
	// null null a Go map[string]interface {} is not a value of a record
}
