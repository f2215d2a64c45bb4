package measure

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/engine"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// followed is how many leads are followed: a history takes as long as hundreds of scores.
const followed = 256

// changes measures what it takes to follow leads through two years, one lead at a time,
// and to find what changes in the coming week, for many leads in a stream.
func changes(l *Lab, f func(Contest) error) error {
	schema, memory, err := l.memory()
	if err != nil {
		return err
	}
	rows, err := engine.LoadRows(l.Data, schema)
	if err != nil {
		return err
	}
	ids := engine.IDs(memory, l.Data)
	for _, m := range []*rules.Model{rules.Measured(20), rules.Measured(100), rules.Structured()} {
		set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: m.Name, Text: m.Text()}})
		if err != nil {
			return err
		}
		for _, c := range []Contest{
			{
				Name: "history/" + m.Label, What: "the changes of two years", Against: "leadscore one by one",
				Base: engine.OneByOne(set, memory, ids), Other: engine.Changes(set, memory, ids), Slices: few(l, followed),
			},
			{
				Name: "history-rows/" + m.Label, What: "the changes of two years, over rows", Against: "leadscore one by one, over rows",
				Base: engine.OneByOne(set, rows, ids), Other: engine.Changes(set, rows, ids), Slices: few(l, followed),
			},
			{
				Name: "next/" + m.Label, What: "scores, and what changes in the coming week", Against: "leadscore",
				Base: engine.Stream(set, memory, ids), Other: engine.Next(set, memory, ids), Slices: few(l, 8*followed),
			},
		} {
			if err := sameFor(c); err != nil {
				return err
			}
			if err := f(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// few returns one slice of n leads that are spread over the data.
func few(l *Lab, n int) []Slice {
	s := Slice{Times: 1}
	n = min(n, len(l.Data.Leads))
	for i := range n {
		s.Leads = append(s.Leads, i*len(l.Data.Leads)/n)
	}
	return []Slice{s}
}

// sameFor returns an error if the sides of a contest give the leads of its slices other
// scores.
func sameFor(c Contest) error {
	for _, s := range c.Slices {
		base, other := make([]int64, len(s.Leads)), make([]int64, len(s.Leads))
		if err := c.Base(s.Leads, base); err != nil {
			return err
		}
		if err := c.Other(s.Leads, other); err != nil {
			return err
		}
		if !slices.Equal(base, other) {
			return fmt.Errorf("%s: %s gives other scores than %s", c.Name, c.What, c.Against)
		}
	}
	return nil
}
