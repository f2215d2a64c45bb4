package dsl_test

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
)

func ExampleFormat() {
	text, err := dsl.Format("coffee.score", `
model "Coffee" { TARGET Contact // people
  condition "Opened" { each EmailOpened WITHIN LAST 1 days score 10 } }`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(text)
	// Output:
	// model "Coffee" {
	//     target contact // people
	//
	//     condition "Opened" {
	//         each EmailOpened within last 1 day
	//         score +10
	//     }
	// }
}

func ExampleParse() {
	file, diags := dsl.Parse("coffee.score", `model "Coffee" {
    targt contact
    condition "Opened" {
        each EmailOpened within last 30 dys
        score +10
    }
}`, dsl.Limits{})
	for _, d := range diags {
		fmt.Printf("line %d: %s\n", d.Span.Start.Line, d.Message())
	}
	// What could be read is there all the same.
	model := file.Blocks[0].(*dsl.Model)
	fmt.Println(model.Name.Value, model.Incomplete)
	// Output:
	// line 2: unexpected targt; did you mean target? (expected description, target, time zone, condition, grade or sales ready at)
	// line 4: unexpected dys; did you mean days? (expected minutes, hours, days, weeks, months or years)
	// Coffee true
}
