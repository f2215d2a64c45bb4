package leadscore_test

import (
	"context"
	"fmt"
	"time"

	"github.com/leadscore/leadscore"
)

// What became of a lead's score, and what will, if nothing else happens.
func ExampleSet_Changes() {
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := leadscore.NewSet(model)
	if err != nil {
		fmt.Println(err)
		return
	}
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for c, err := range set.Changes(context.Background(), "lead-42", crm(), from, to) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for before, after := range c.Changed() {
			fmt.Printf("%s: %d %s -> %d %s\n", c.AsOf.Format(time.DateTime), before.Score, before.Grade, after.Score, after.Grade)
		}
	}
	// Output:
	// 2026-04-01 09:00:00: 15 Cold -> 25 Hot
	// 2026-04-20 09:00:00: 25 Hot -> 35 Hot
	// 2026-06-30 09:00:00: 35 Hot -> 25 Hot
	// 2026-07-19 09:00:00: 25 Hot -> 15 Cold
}

// When to score a lead again.
func ExampleNextChange() {
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	may := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	r, err := model.Score(context.Background(), "lead-42", crm(), leadscore.AsOf(may), leadscore.NextChange(may.AddDate(0, 3, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	if next, ok := r.NextChange(); ok {
		fmt.Println(r.Score, "until", next.Format(time.RFC3339Nano))
	}
	// Output:
	// 35 until 2026-06-30T09:00:00.000001Z
}
