package leadscore_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
)

const leadsExample = `
profile Lead { Owner text }

model "Forms" {
    target contact
    condition "Form" { each FormSubmitted score +10 }
}

assignment "Sales" {
    rule "Keen" { when score of "Forms" >= 20 set Owner = "mia" }
    otherwise set Owner = "queue"
}

lead creation "Inquiry" {
    from FormSubmitted
    scope contact
    per company
    set Topic = "Inquiry"
}
`

// leadsExampleData has a lead, and a contact without one.
func leadsExampleData(set *leadscore.Set) *memory.Source {
	data := memory.New(set.Schema())
	may := time.Date(2026, 5, 20, 9, 0, 0, 0, time.UTC)
	for _, r := range []struct {
		entity, id string
		values     memory.Record
	}{
		{"Lead", "lead-ada", memory.Record{"ParentContact": "ada"}},
		{"FormSubmitted", "form-1", memory.Record{"Contact": "ada", "Timestamp": may}},
		{"FormSubmitted", "form-2", memory.Record{"Contact": "ada", "Timestamp": may}},
		{"FormSubmitted", "form-3", memory.Record{"Contact": "cleo", "Timestamp": may}},
	} {
		if err := data.Add(r.entity, r.id, r.values); err != nil {
			log.Fatal(err)
		}
	}
	return data
}

func ExampleAssignment_Assign() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "sales.score", Text: leadsExample}})
	if err != nil {
		log.Fatal(err)
	}
	asOf := leadscore.AsOf(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	for r, err := range set.ScoreAll(context.Background(), leadscore.IDs("lead-ada"), leadsExampleData(set), asOf) {
		if err != nil {
			log.Fatal(err)
		}
		for _, a := range set.Assignments() {
			assigned, err := a.Assign(r)
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(assigned)
			for _, why := range assigned.Reasons {
				fmt.Println(why)
			}
		}
	}
	// Output:
	// "lead-ada", Sales: "Keen": Owner = mia
	// "Keen": holds: score of "Forms" >= 20: 20
}

func ExampleSet_Create() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "sales.score", Text: leadsExample}})
	if err != nil {
		log.Fatal(err)
	}
	ctx, data := context.Background(), leadsExampleData(set)
	asOf := leadscore.AsOf(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	for lead, err := range set.Create(ctx, set.Contacts(ctx, data), data, asOf) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(lead.ID, lead.ParentContact, lead.Cause.ID)
	}
	// Output:
	// 46c28227e57b52b9656f1783909eec49 cleo form-3
}
