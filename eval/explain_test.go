package eval_test

import (
	"encoding/json"
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
		{"Row", func(c *eval.Contribution) { c.Row = "otherwise" }},
		{"Fraction", func(c *eval.Contribution) { c.Fraction = "7/4" }},
		{"Bound", func(c *eval.Contribution) { c.Bound = 9 }},
		{"Why", func(c *eval.Contribution) { c.Why = eval.OutOfSeason }},
		{"Blocks", func(c *eval.Contribution) { c.Blocks = []eval.BlockResult{{Rule: "any of"}} }},
		{"Full", func(c *eval.Contribution) { c.Children[0].Full = &eval.Full{Per: "day"} }},
		{"TooMany", func(c *eval.Contribution) { c.Children[0].TooMany = 1 }},
		{"Next", func(c *eval.Contribution) { c.Children[0].Next = at }},
		{"Weight", func(c *eval.Contribution) { c.Children[0].Weight = "1/2" }},
		{"Age", func(c *eval.Contribution) { c.Children[0].Occurrences[0].Age = 1 }},
		{"Until", func(c *eval.Contribution) { c.Children[0].Occurrences[0].Until = at }},
		{"the Weight of an Occurrence", func(c *eval.Contribution) { c.Children[0].Occurrences[0].Weight = "1/2" }},
		{"Routes", func(c *eval.Contribution) { c.Children[0].Occurrences[0].Routes++ }},
	} {
		a, b := contribution(), contribution()
		if test.make(&b); a.Equal(b) || b.Equal(a) {
			t.Errorf("%s differs, and they are equal", test.name)
		}
	}
}

// TestTaken: a condition counts if it holds and nothing else keeps it from that.
func TestTaken(t *testing.T) {
	for _, test := range []struct {
		c            eval.Contribution
		holds, taken bool
		times        string
	}{
		{eval.Contribution{}, false, false, "0"},
		{eval.Contribution{Multiplier: 2}, true, true, "2"},
		{eval.Contribution{Fraction: "1/4"}, true, true, "0.25"},
		{eval.Contribution{Multiplier: 2, Fraction: "7/3"}, true, true, "2.333"},
		{eval.Contribution{Multiplier: 2, Why: eval.BoundReached}, true, true, "2"},
		{eval.Contribution{Multiplier: 2, Why: eval.OutOfSeason}, true, false, "2"},
		{eval.Contribution{Multiplier: 2, Why: eval.EarlierTier}, true, false, "2"},
		{eval.Contribution{Multiplier: 2, Why: eval.EarlierRow}, true, false, "2"},
	} {
		if test.c.Holds() != test.holds || test.c.Taken() != test.taken || test.c.Times() != test.times {
			t.Errorf("%+v holds: %t, is taken: %t, times: %s", test.c, test.c.Holds(), test.c.Taken(), test.c.Times())
		}
	}
}

// TestDimensionsJSON: the object keeps the order of the rules, whatever the names, and
// can be read again.
func TestDimensionsJSON(t *testing.T) {
	for _, test := range []struct {
		d    eval.Dimensions
		want string
	}{
		{eval.Dimensions{}, `{}`},
		{eval.Dimensions{{"Fit", 40, "A"}, {"B <\"> é", -1, ""}, {"A", 0, "C"}}, `{"Fit":{"score":40,"grade":"A"},"B <\"> é":{"score":-1,"grade":""},"A":{"score":0,"grade":"C"}}`},
	} {
		text, err := test.d.MarshalJSON()
		if err != nil || string(text) != test.want {
			t.Errorf("%v is written as %s, %v; want %s", test.d, text, err, test.want)
		}
		var read eval.Dimensions
		if err := json.Unmarshal(text, &read); err != nil || !slices.Equal(read, test.d) {
			t.Errorf("%s is read as %v, %v", text, read, err)
		}
	}
	for _, text := range []string{`[]`, `{"A":1}`, `{"A":{"score":"x"}}`, `7`, `"A"`} {
		var read eval.Dimensions
		if err := json.Unmarshal([]byte(text), &read); err == nil {
			t.Errorf("%s is read as %v", text, read)
		}
	}
}
