package dsl_test

import (
	"fmt"
	"strings"

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
	// The tree holds what could be read.
	model := file.Blocks[0].(*dsl.Model)
	fmt.Println(model.Name.Value, model.Incomplete)
	// Output:
	// line 2: unexpected targt; did you mean target? (expected description, target, time zone, condition, grade, sales ready at, group, first of, table, dimension, limit, label, audience, active or let)
	// line 4: unexpected dys; did you mean days? (expected minutes, hours, days, weeks, months or years)
	// Coffee true
}

func ExamplePathAt() {
	const rules = `model "Coffee" {
    target contact
    condition "In Berlin" {
        has Lead where City = "Berlin"
        score +10
    }
}`
	file, _ := dsl.Parse("coffee.score", rules, dsl.Limits{})
	for _, node := range dsl.PathAt(file, strings.Index(rules, `"Berlin"`)) {
		fmt.Printf("%T\n", node)
	}
	// Output:
	// *dsl.File
	// *dsl.Model
	// *dsl.Condition
	// *dsl.Child
	// *dsl.Comparison
	// *dsl.String
}

func ExampleWalk() {
	file, _ := dsl.Parse("coffee.score", `model "Coffee" {
    target contact
    condition "In Berlin" {
        has Lead where City = "Berlin"
        score +10
    }
}`, dsl.Limits{})
	dsl.Walk(file, func(node dsl.Node) bool {
		if c, ok := node.(*dsl.Comparison); ok {
			fmt.Println(c)
		}
		return true
	})
	// Output: City = "Berlin"
}

func ExampleAt() {
	const rules = `model "Coffee" {
    target contact
    condition "In Berlin" {
        each EmailOpened.Contact within last 30 days where City d`
	place := dsl.At(rules, len(rules))
	fmt.Println("kinds:", place.Kinds)
	for _, word := range place.Words {
		if strings.HasPrefix(word.Text, place.Typed) {
			fmt.Println(word.Text)
		}
	}
	fmt.Printf("about %v of %v in %s %q\n", place.Ref[0], place.Path[1], place.Blocks[1].Word, place.Blocks[1].Name)
	// Output:
	// kinds: [sign operator]
	// does not contain
	// does not contain any
	// does not contain word
	// does not contain any word
	// does not begin with
	// does not begin with any
	// does not end with
	// does not end with any
	// about City of Contact in condition "In Berlin"
}

func ExampleTokens() {
	file, _ := dsl.Parse("coffee.score", `model "Coffee" { target contact condition "C" { has Contact where Score >= 5 score +10 } }`, dsl.Limits{})
	for _, token := range dsl.Tokens(file) {
		if token.Class == dsl.ClassWord {
			fmt.Println(token.Text, "is a", token.Kind)
		}
	}
	// Output:
	// model is a keyword
	// target is a keyword
	// contact is a keyword
	// condition is a keyword
	// has is a keyword
	// Contact is a root
	// where is a keyword
	// Score is a field
	// score is a keyword
}
