package audit_test

import (
	"context"
	"fmt"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/source/memory"
)

// The contact of an opened email has a blank after its id, so the lead has a score
// of 0, and no error says so. A finding does.
func ExampleCheck() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "opens.score", Text: `
model "Opens" {
    target contact

    condition "Opened" {
        each EmailOpened within last 90 days
        score +10
    }
}`}})
	if err != nil {
		fmt.Println(err)
		return
	}
	data := memory.New(set.Schema())
	for _, r := range []struct {
		entity, id string
		record     memory.Record
	}{
		{"Lead", "lead-42", memory.Record{"ParentContact": "ada"}},
		{"Contact", "ada", nil},
		{"EmailOpened", "e-1", memory.Record{"Contact": "ada ", "Timestamp": "2026-05-20"}},
	} {
		if err := data.Add(r.entity, r.id, r.record); err != nil {
			fmt.Println(err)
			return
		}
	}
	found, err := audit.Check(context.Background(), set, data, time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range found {
		fmt.Println(f)
	}
	// Output:
	// warning: EmailOpened.Contact: 1 of 1 id names no Contact, such as "ada "; Contact has "ada", which differs in blanks around it
}
