package leadscore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing/fstest"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

const coffee = `model "Coffee geeks" {
    target contact

    condition "Opened an email" {
        each EmailOpened within last 90 days
        score +10
    }

    condition "Decides" {
        has Lead.ParentContact
            where JobTitle contains any ("director", "owner")
        score +15
    }

    grade "Cold" below 20
    grade "Hot" from 20
    sales ready at 30
}
`

// crm returns the data of the examples.
func crm() *memory.Source {
	data := memory.New(leadscore.StandardSchema())
	for _, r := range []struct {
		entity, id string
		record     memory.Record
	}{
		{"Lead", "lead-42", memory.Record{"ParentContact": "ada"}},
		{"Lead", "lead-43", memory.Record{"ParentContact": "ben"}},
		{"Lead", "lead-44", nil},
		{"Contact", "ada", memory.Record{"JobTitle": "Purchasing director"}},
		{"Contact", "ben", memory.Record{"JobTitle": "Barista"}},
		{"EmailOpened", "1", memory.Record{"Contact": "ada", "Timestamp": "2026-04-01T09:00:00Z"}},
		{"EmailOpened", "2", memory.Record{"Contact": "ada", "Timestamp": "2026-04-20T09:00:00Z"}},
		{"EmailOpened", "3", memory.Record{"Contact": "ben", "Timestamp": "2026-04-20T10:00:00Z"}},
	} {
		if err := data.Add(r.entity, r.id, r.record); err != nil {
			panic(err)
		}
	}
	return data
}

var may = leadscore.AsOf(time.Date(2026, time.May, 1, 0, 0, 0, 0, time.UTC))

func Example() {
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := model.Score(context.Background(), "lead-42", crm(), may)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Score, result.Grade, result.SalesReady)
	// Output: 35 Hot true
}

func ExampleCompile_diagnostics() {
	_, err := leadscore.Compile("coffee.score", `model "Coffee geeks" {
    target contact
    condition "Clicked" {
        each EmailClicked.Contact
            where Citty = "Chicago"
        score +5
    }
}`, leadscore.StandardSchema())
	if diags, ok := errors.AsType[leadscore.Diagnostics](err); ok {
		fmt.Println(len(diags), "problem")
	}
	fmt.Println(err)
	// Output:
	// 1 problem
	// coffee.score:5:19: Contact has no field Citty; did you mean City?
	//   5 |             where Citty = "Chicago"
	//     |                   ^^^^^
	// fix |             where City = "Chicago"
}

func ExampleExplain() {
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := model.Score(context.Background(), "lead-42", crm(), may, leadscore.Explain(10))
	if err != nil {
		fmt.Println(err)
		return
	}
	if result, err = result.Detailed(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	for c := range result.Contributions() {
		fmt.Printf("%s: %d x %+d\n", c.Condition, c.Multiplier, c.Points)
		for _, child := range c.Children {
			fmt.Printf("  %s: %d\n", child.Rule, child.Count)
			for _, o := range child.Occurrences {
				fmt.Println("   ", o.Entity, o.ID)
			}
		}
	}
	// Output:
	// Opened an email: 2 x +10
	//   each EmailOpened within last 90 days: 2
	//     EmailOpened 1
	//     EmailOpened 2
	// Decides: 1 x +15
	//   has Lead.ParentContact where JobTitle contains any ("director", "owner"): 1
	//     Contact ada
}

func ExampleResult_Detailed() {
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	data := crm()
	result, err := model.Score(context.Background(), "lead-42", data, may, leadscore.Explain(10))
	if err != nil {
		fmt.Println(err)
		return
	}
	for c := range result.Contributions() { // counts need no lists
		fmt.Printf("%s: %d x %+d\n", c.Condition, c.Multiplier, c.Points)
	}
	detailed, err := result.Detailed(context.Background(), "Decides")
	if err != nil {
		fmt.Println(err)
		return
	}
	for c := range detailed.Contributions() {
		for _, o := range c.Children[0].Occurrences {
			fmt.Printf("%s: %s %s\n", c.Condition, o.Entity, o.ID)
		}
	}
	// After another email was opened, lists of emails would not explain the score.
	err = data.Add("EmailOpened", "new", memory.Record{"Contact": "ada", "Timestamp": "2026-04-30T09:00:00Z"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = result.Detailed(context.Background())
	fmt.Println(errors.Is(err, leadscore.ErrMoved))
	// Output:
	// Opened an email: 2 x +10
	// Decides: 1 x +15
	// Decides: Contact ada
	// true
}

func ExampleResult_Ledger() {
	model, err := leadscore.Compile("fit.score", `model "Fit and engagement" {
    target contact

    dimension "Fit" {
        condition "Decides" {
            has Lead.ParentContact
                where JobTitle contains word "director"
            score +40
        }
        grade "A" from 40
        grade "B" below 40
    }

    dimension "Engagement" {
        limit up to 15
        condition "Opened" {
            each EmailOpened within last 90 days
            score +10
        }
        grade "1" from 10
        grade "2" below 10
    }

    label "Fit", "Engagement"
    sales ready when label is "A1"
}`, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := model.Score(context.Background(), "lead-42", crm(), may, leadscore.Explain(0))
	if err != nil {
		fmt.Println(err)
		return
	}
	if label, ok := result.Label(); ok {
		fmt.Println(label)
	}
	for _, d := range result.Dimensions() {
		fmt.Println(d.Name, d.Score, d.Grade)
	}
	for l := range result.Ledger() { // adds up to result.Score
		fmt.Println(l.Amount, l.Kind, l.Condition+l.Rule)
	}
	// Output:
	// A1
	// Fit 40 A
	// Engagement 15 1
	// 40 condition Decides
	// 20 condition Opened
	// -5 limit limit up to 15
}

func ExampleSet_ScoreAll() {
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
	ids := leadscore.IDs("lead-42", "lead-43", "lead-44", "lead-45")
	for r, err := range set.ScoreAll(context.Background(), ids, crm(), may) {
		if bad, ok := errors.AsType[*leadscore.LeadError](err); ok {
			fmt.Println(bad, errors.Is(err, leadscore.ErrNoLead))
			continue // the others are scored
		} else if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Lead, r.Results[0].Status, r.Results[0].Score, r.SalesReady)
	}
	// Output:
	// lead-42 scored 35 true
	// lead-43 scored 10 false
	// lead-44 no parent 0 false
	// lead "lead-45": no such lead true
}

// If the source waits for a database or a service, several batches are scored at
// the same time. The results keep the order of the ids.
func ExampleWorkers() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "coffee.score", Text: coffee}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ids := leadscore.IDs("lead-44", "lead-43", "lead-42", "lead-43")
	for r, err := range set.ScoreAll(context.Background(), ids, crm(), may, leadscore.Workers(8), leadscore.Batch(1)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Lead, r.Results[0].Score)
	}
	// Output:
	// lead-44 0
	// lead-43 10
	// lead-42 35
	// lead-43 10
}

func ExampleCompileFS() {
	// Mostly an embed.FS.
	rules := fstest.MapFS{
		"schema.score": {Data: []byte(`interaction Called { Minutes number }`)},
		"calls.score":  {Data: []byte(`model "Calls" { target contact condition "Called us" { each Called score +3 } }`)},
		"coffee.score": {Data: []byte(coffee)},
	}
	set, err := leadscore.CompileFS(rules, leadscore.StandardSchema(), []string{"*.score"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range set.Models() {
		fmt.Println(m.Name())
	}
	// Output:
	// Calls
	// Coffee geeks
}

func ExampleParseSchema() {
	schema, err := leadscore.ParseSchema("orders.score", `
profile Order {
    PlacedOn time
    Amount   number
    Lead  -> Lead
    dated by PlacedOn
}
profile Lead {
    Orders <- Order.Lead
}
`, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = leadscore.Compile("orders.score", `model "Buyers" {
    target contact
    condition "Bought for more than 100" {
        each Lead.Orders within last 1 year
            where Amount > 100
        score +25
    }
}`, schema)
	fmt.Println(err)
	// Output: <nil>
}

func ExampleModel_Needs() {
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range model.Needs() {
		fmt.Printf("%s by %q: %v\n", n.Entity, n.By, n.Fields)
	}
	// Output:
	// Lead by "": [ParentContact ParentAccount]
	// EmailOpened by "Contact": [Timestamp]
	// Contact by "": [JobTitle]
}

// A mapSource is a source over maps. It is enough for a test, and a start for a
// source over a service.
type mapSource map[string]map[string]map[string]traverse.Value // entity -> id -> field -> value

func (m mapSource) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	for id, record := range m[q.Entity] {
		key := id
		if q.By != "" {
			key = record[q.By].Text()
		}
		if !slices.Contains(q.Keys, key) {
			continue
		}
		values := make([]traverse.Value, len(q.Fields))
		for i, field := range q.Fields {
			values[i] = record[field]
		}
		out.Add(key, id, values...)
	}
	return ctx.Err()
}

func ExampleSource() {
	data := mapSource{
		"Lead":        {"lead-42": {"ParentContact": traverse.TextValue("ada")}},
		"EmailOpened": {"1": {"Contact": traverse.TextValue("ada"), "Timestamp": traverse.TimeValue(time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC))}},
	}
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := model.Score(context.Background(), "lead-42", data, may)
	fmt.Println(result.Score, err)
	// Output: 10 <nil>
}

func ExampleResult_MarshalJSON() {
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range []string{"lead-42", "lead-44"} {
		result, err := model.Score(context.Background(), id, crm(), may)
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// {"model":"Coffee geeks","lead":"lead-42","as_of":"2026-05-01T00:00:00Z","status":"scored","score":35,"grade":"Hot","sales_ready":true}
	// {"model":"Coffee geeks","lead":"lead-44","as_of":"2026-05-01T00:00:00Z","status":"no parent"}
}

func ExampleSet_Score() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{
		{Name: "coffee.score", Text: coffee},
		{Name: "call.score", Text: `model "Call first" {
    target contact

    condition "Opened an email lately" {
        has EmailOpened within last 14 days
        score +1
    }

    sales ready at 1
}`},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	lead, err := set.Score(context.Background(), "lead-43", crm(), may)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range lead.Results {
		fmt.Println(r.Model, r.Score, r.SalesReady)
	}
	fmt.Println("sales ready:", lead.SalesReady) // some model says so
	// Output:
	// Coffee geeks 10 false
	// Call first 1 true
	// sales ready: true
}

func ExampleAsOf() {
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, month := range []time.Month{time.April, time.May, time.July, time.August} {
		asOf := time.Date(2026, month, 1, 10, 0, 0, 0, time.UTC)
		result, err := model.Score(context.Background(), "lead-42", crm(), leadscore.AsOf(asOf))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(month, result.Score)
	}
	// Output:
	// April 25
	// May 35
	// July 25
	// August 15
}

func ExampleLimits() {
	_, err := leadscore.Compile("upload.score", coffee, leadscore.StandardSchema(),
		leadscore.Limits(dsl.Limits{Bytes: 100}))
	fmt.Println(err)
	// Output: upload.score: the file has 365 bytes; the limit is 100
}

func ExampleModel_Checked() {
	const rules = `model "Never" {
    target contact
    condition "Rated" {
        has Lead where Rating = "Hot" and Rating = "Cold"
        score +10
    }
    grade "Cold" from 0
}`
	model, err := leadscore.Compile("never.score", rules, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range model.Checked().Conditions {
		fmt.Printf("%s: %+d\n", c.Name, c.Points)
	}
	for _, d := range findings.Of([]*check.Model{model.Checked()}) {
		if d.Severity == dsl.Warning {
			fmt.Println(d.Code)
		}
	}
	// Output:
	// Rated: +10
	// counts-nothing
}

func ExampleResult_String() {
	model, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range []string{"lead-42", "lead-44"} {
		result, err := model.Score(context.Background(), id, crm(), may)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(result)
	}
	// Output:
	// "lead-42", Coffee geeks: score 35, Hot, sales ready
	// "lead-44", Coffee geeks: no parent
}

func ExampleSet_ScoreInto() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "coffee.score", Text: coffee}})
	if err != nil {
		fmt.Println(err)
		return
	}
	data := crm()
	var scores leadscore.Scores // filled again with each call
	for ids := range slices.Chunk([]string{"lead-42", "lead-43", "lead-44", "lead-45"}, 3) {
		if err := set.ScoreInto(context.Background(), ids, data, &scores, may); err != nil {
			fmt.Println(err)
			return
		}
		status := scores.Status(0)
		for i, score := range scores.Score(0) {
			if status[i] == leadscore.Scored {
				fmt.Println(ids[i], score, scores.Result(i, 0).Grade)
			}
		}
		for _, err := range scores.Errs() {
			fmt.Println(err)
		}
	}
	// Output:
	// lead-42 35 Hot
	// lead-43 10 Cold
	// lead "lead-45": no such lead
}
