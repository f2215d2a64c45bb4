package modeldiff_test

import (
	"context"
	"fmt"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeldiff"
	"github.com/leadscore/leadscore/source/memory"
)

const before = `model "Coffee geeks" {
    target contact

    condition "Opened an email" {
        each EmailOpened
        score +10
    }

    grade "Cold" below 20
    grade "Hot" from 20
    sales ready at 20
}`

const after = `model "Coffee geeks" {
    target contact

    condition "Opened an email" {
        each EmailOpened within last 90 days
        score +10
    }

    condition "Decides" {
        has Lead.ParentContact where JobTitle contains "director"
        score +15
    }

    grade "Cold" below 20
    grade "Hot" from 20
    sales ready at 25
}`

// versionsOf compiles two versions of rules.
func versionsOf(before, after string) (older, newer *leadscore.Set, err error) {
	older, err = leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "before.score", Text: before}})
	if err != nil {
		return nil, nil, err
	}
	newer, err = leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "after.score", Text: after}})
	return older, newer, err
}

func ExampleRules() {
	older, newer, err := versionsOf(before, after)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(modeldiff.Rules(older, newer))
	// Output:
	// Coffee geeks
	//   condition "Opened an email": child changed from each EmailOpened to each EmailOpened within last 90 days
	//   condition "Decides" added: +15; has Lead.ParentContact where JobTitle contains "director"
	//   sales ready changed from 20 to 25
}

func ExampleLeads() {
	older, newer, err := versionsOf(before, after)
	if err != nil {
		fmt.Println(err)
		return
	}
	data := memory.New(leadscore.StandardSchema())
	for _, r := range []struct {
		entity, id string
		record     memory.Record
	}{
		{"Lead", "lead-42", memory.Record{"ParentContact": "ada"}},
		{"Lead", "lead-43", memory.Record{"ParentContact": "ben"}},
		{"Contact", "ada", memory.Record{"JobTitle": "Purchasing director"}},
		{"Contact", "ben", memory.Record{"JobTitle": "Barista"}},
		{"EmailOpened", "1", memory.Record{"Contact": "ada", "Timestamp": "2026-05-01T09:00:00Z"}},
		{"EmailOpened", "2", memory.Record{"Contact": "ben", "Timestamp": "2026-01-20T09:00:00Z"}},
		{"EmailOpened", "3", memory.Record{"Contact": "ben", "Timestamp": "2026-05-20T09:00:00Z"}},
	} {
		if err := data.Add(r.entity, r.id, r.record); err != nil {
			fmt.Println(err)
			return
		}
	}
	ctx := context.Background()
	asOf := leadscore.AsOf(time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC))
	var sum modeldiff.Summary
	for lead, err := range modeldiff.Leads(ctx, modeldiff.Version{Set: older, Data: data}, modeldiff.Version{Set: newer, Data: data}, data.Leads(ctx), asOf) {
		if err != nil {
			fmt.Println(err)
			return
		}
		sum.Add(lead)
		for _, c := range lead.Changes {
			fmt.Print(c)
		}
	}
	fmt.Print(sum)
	// Output:
	// "lead-42", Coffee geeks: 10 Cold -> 25 Hot, sales ready
	//   Decides: +0 -> +15
	// "lead-43", Coffee geeks: 20 Hot, sales ready -> 10 Cold
	//   Opened an email: +20 -> +10
	// 2 of 2 leads score differently
	//   sales ready: 1 more, 1 no longer
	//   grade Cold to Hot: 1
	//   grade Hot to Cold: 1
}
