package check_test

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// An editor checks rules without scoring anything.
func ExampleFiles() {
	file, diags := dsl.Parse("coffee.score", `model "Coffee" {
    target contact
    condition "Decides" {
        has Lead.ParentContact.ParentAccount
            where Industry in ("Retail", "Hospitality")
        score +20
    }
}`, dsl.Limits{})
	_, models, problems := check.Files(traverse.Standard(), file)
	fmt.Println(len(diags), "problems of syntax,", len(problems), "of meaning")

	child := models[0].Conditions[0].Children[0]
	fmt.Println(child.Path.Hops(), "hops to", child.Path.Last().Entity.Name())
	// Output:
	// 0 problems of syntax, 0 of meaning
	// 2 hops to Account
}
