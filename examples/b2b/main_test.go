package main

import (
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeltest"
)

// TestRules runs the tests in the rule file.
func TestRules(t *testing.T) {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "b2b.score", Text: rules}})
	if err != nil {
		t.Fatal(err)
	}
	modeltest.Run(t, set)
}

func Example() {
	main()
	// Output:
	// lead-ada: A1, 146, sales ready
	//      +40  Fit / Office size / from 250
	//      +40  Fit / Role / Decides (1 x +40)
	//      +10  Fit / Near us, or in our trades (1 x +10)
	//       +6  Engagement / Emails / Opened or clicked (2 x +3)
	//      +10  Engagement / Emails / Clicked (2 x +5)
	//      +40  Engagement / Asked for a demo (1 x +40)
	// lead-ben: C2, 38
	//      -10  Fit / Office size / below 10
	//      +20  Fit / Role / Helps to decide (1 x +20)
	//      -20  Fit / Free mail (1 x -20)
	//      +10  Fit / limit from 0 to 100
	//       +3  Engagement / Emails / Opened or clicked (1 x +3)
	//       +5  Engagement / Emails / Clicked (1 x +5)
	//      +15  Engagement / Came to a tasting (1 x +15)
	//      +15  Engagement / Looks around (1 x +15)
	// lead-cleo: A3, 80
	//      +30  Fit / Office size / from 50 below 250
	//      +40  Fit / Role / Decides (1 x +40)
	//      +10  Fit / Near us, or in our trades (1 x +10)
	//      +10  Engagement / Asked for a demo (0.25 x +40)
	//      -30  Engagement / Gone quiet (3 x -10)
	//      +20  Engagement / limit from 0 to 100
	// lead-dora: not in audience
	// lead-eve: not in audience
	// lead-walk-in: no parent
}
