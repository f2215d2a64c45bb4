package modeldiff

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/shown"
)

// A ConditionChange is what a condition contributes to a score in two versions, or what
// a table does. In a version without it, it contributes 0.
type ConditionChange struct {
	Condition string `json:"condition"` // its new name, if it has one
	From      int64  `json:"from"`
	To        int64  `json:"to"`
}

// String returns the change on one line, such as "Opened: +20 -> +16".
func (c ConditionChange) String() string {
	return fmt.Sprintf("%s: %+d -> %+d", shown.Printable(c.Condition), c.From, c.To)
}

// A LineChange is what a limit, weight or the like changes a sum by in two versions.
type LineChange struct {
	What string `json:"what"` // such as `limit of group "Emails"`, with its new name, or "limit of the model"
	From int64  `json:"from"` // clamped to 64 bits
	To   int64  `json:"to"`   // clamped to 64 bits
}

// String returns the change on one line, such as `limit of group "Emails": -10 -> -4`.
func (c LineChange) String() string {
	return fmt.Sprintf("%s: %+d -> %+d", shown.Printable(c.What), c.From, c.To)
}

// size returns the absolute value of a change.
func size(from, to int64) uint64 {
	if to > from {
		return uint64(to) - uint64(from)
	}
	return uint64(from) - uint64(to)
}

// A pair is a model that both versions have.
type pair struct {
	older, newer int               // indexes in the sets
	conditions   map[string]string // from old names of conditions and tables to new ones
	parts        map[string]string // from old parts to new ones, such as `group "Emails"`
	dimensions   map[string]string // from old names to new ones
}

// add adds the difference between two results of a model.
func (l *Lead) add(old, now *leadscore.Result, p *pair) {
	from, to := outcomeOf(old), outcomeOf(now)
	renamed := from
	renamed.Dimensions = slices.Clone(from.Dimensions)
	for i := range renamed.Dimensions {
		d := &renamed.Dimensions[i]
		d.Name = cmp.Or(p.dimensions[d.Name], d.Name)
	}
	if renamed.Equal(to) {
		return
	}
	l.Differs = true
	change := func() LeadChange {
		c := LeadChange{Lead: now.Lead, Model: now.Model, From: renamed, To: to, Conditions: []ConditionChange{}} // not null in JSON
		if !old.AsOf().Equal(now.AsOf()) {
			c.AsOf = now.AsOf()
		}
		c.explain(old, now, p)
		return c
	}
	if renamed.regraded(to) {
		l.Changes = append(l.Changes, change())
	} else {
		l.scores = append(l.scores, change)
	}
}

// explain says what makes the difference between two results.
func (c *LeadChange) explain(old, now *leadscore.Result, p *pair) {
	for _, s := range shares(contributionsOf(old), contributionsOf(now), p.conditions) {
		c.Conditions = append(c.Conditions, ConditionChange{s.name, s.from, s.to})
	}
	for _, s := range shares(linesOf(old, p.parts), linesOf(now, nil), nil) {
		c.Lines = append(c.Lines, LineChange{s.name, s.from, s.to})
	}
}

// A share is a part of a score in two versions.
type share struct {
	name     string
	from, to int64
}

// shares returns those that differ, the greatest change first. renamed maps old names to
// new ones: what is not there, though it is in old, is something else in now.
func shares(old, now map[string]int64, renamed map[string]string) []share {
	var list []share
	before := map[string]int64{}
	for name, n := range old {
		to, ok := renamed[name]
		if renamed != nil && !ok {
			list = append(list, share{name, n, 0}) // it was removed
			continue
		}
		before[cmp.Or(to, name)] = n
	}
	for name, n := range now {
		list = append(list, share{name, before[name], n})
		delete(before, name)
	}
	for name, n := range before {
		list = append(list, share{name, n, 0})
	}
	list = slices.DeleteFunc(list, func(s share) bool { return s.from == s.to })
	slices.SortFunc(list, func(a, b share) int {
		return cmp.Or(cmp.Compare(size(b.from, b.to), size(a.from, a.to)), cmp.Compare(a.name, b.name), cmp.Compare(b.from, a.from))
	})
	return list
}

// contributionsOf returns what each condition and table contributes.
func contributionsOf(r *leadscore.Result) map[string]int64 {
	sums := map[string]int64{}
	for c := range r.Contributions() {
		sums[c.Condition] += c.Score // one row of a table counts, and the others add 0
	}
	return sums
}

// linesOf returns what limits, weights and the like change sums by. renamed maps parts
// to their new names.
func linesOf(r *leadscore.Result, renamed map[string]string) map[string]int64 {
	sums := map[string]int64{}
	for l := range r.Ledger() {
		if l.Condition != "" {
			continue
		}
		at := (*part)(nil).String()
		if n := len(l.In); n > 0 {
			at = fmt.Sprintf("%s %q", l.In[n-1].Kind, l.In[n-1].Name)
		}
		sums[l.Kind+" of "+cmp.Or(renamed[at], at)] += clamped(l.Amount)
	}
	return sums
}

// clamped returns n within 64 bits.
func clamped(n *big.Int) int64 {
	switch {
	case n.IsInt64():
		return n.Int64()
	case n.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}
