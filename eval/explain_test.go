package eval_test

import (
	"slices"
	"testing"
	"time"

	"github.com/leadscore/leadscore/eval"
)

// TestContributionEqual: whatever differs, contributions are not equal.
func TestContributionEqual(t *testing.T) {
	at := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	contribution := func() eval.Contribution {
		return eval.Contribution{
			Condition: "C", Multiplier: 1, Points: 2, Score: 3,
			Children: []eval.ChildResult{
				{Label: "L", Rule: "R", Count: 4, Holds: true, Occurrences: []eval.Occurrence{
					{Entity: "E", ID: "1", Time: at, Routes: 5}, {Entity: "E", ID: "2"},
				}},
				{Rule: "S"},
			},
		}
	}
	type change struct {
		name string
		make func(c *eval.Contribution)
	}
	for _, test := range []change{
		{"nothing", func(*eval.Contribution) {}},
		{"the zone of a time", func(c *eval.Contribution) {
			c.Children[0].Occurrences[0].Time = at.In(time.FixedZone("", 2*60*60))
		}},
		{"no list and an empty one", func(c *eval.Contribution) { c.Children[1].Occurrences = []eval.Occurrence{} }},
	} {
		a, b := contribution(), contribution()
		if test.make(&b); !a.Equal(b) || !b.Equal(a) {
			t.Errorf("%s differs, and they are not equal", test.name)
		}
	}
	for _, test := range []change{
		{"Condition", func(c *eval.Contribution) { c.Condition = "D" }},
		{"Multiplier", func(c *eval.Contribution) { c.Multiplier++ }},
		{"Points", func(c *eval.Contribution) { c.Points++ }},
		{"Score", func(c *eval.Contribution) { c.Score++ }},
		{"the number of Children", func(c *eval.Contribution) { c.Children = c.Children[:1] }},
		{"the order of Children", func(c *eval.Contribution) { slices.Reverse(c.Children) }},
		{"Label", func(c *eval.Contribution) { c.Children[0].Label = "" }},
		{"Rule", func(c *eval.Contribution) { c.Children[1].Rule = "R" }},
		{"Count", func(c *eval.Contribution) { c.Children[0].Count++ }},
		{"Holds", func(c *eval.Contribution) { c.Children[0].Holds = false }},
		{"the number of Occurrences", func(c *eval.Contribution) { c.Children[0].Occurrences = c.Children[0].Occurrences[:1] }},
		{"Entity", func(c *eval.Contribution) { c.Children[0].Occurrences[1].Entity = "F" }},
		{"ID", func(c *eval.Contribution) { c.Children[0].Occurrences[1].ID = "3" }},
		{"Time", func(c *eval.Contribution) { c.Children[0].Occurrences[0].Time = at.Add(time.Microsecond) }},
		{"Routes", func(c *eval.Contribution) { c.Children[0].Occurrences[0].Routes++ }},
	} {
		a, b := contribution(), contribution()
		if test.make(&b); a.Equal(b) || b.Equal(a) {
			t.Errorf("%s differs, and they are equal", test.name)
		}
	}
}
