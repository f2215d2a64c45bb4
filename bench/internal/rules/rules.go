// Package rules generates scoring models that every engine can run. A model is data
// here; each engine writes it in its own language.
package rules

import "github.com/leadscore/leadscore/bench/internal/crm"

// A Frequency is what a child requires of its count.
type Frequency uint8

// The frequencies of the rule language.
const (
	Each Frequency = iota
	Has
	AtLeast
	None
	AtMost // from here on, the frequencies of the second layer
	Exactly
	FromTo
	Every
	EveryWithout
)

// An Op is an operator.
type Op uint8

// The operators of the workload. None of them holds for an empty value.
const (
	Equal Op = iota // a text or a choice
	In
	Contains
	BeginsWith
	Greater // a number
	GreaterEqual
	Less
	LessEqual
	Between
	AnyOf // or, in parentheses
	Not
	Before // the occurrence lies at least Numbers[0] days before as of
)

// A Filter is one expression. AnyOf and Not have Parts and no Field, Before has neither.
type Filter struct {
	Field   string
	Op      Op
	Texts   []string  // one, several for In
	Numbers []float64 // one, two for Between
	Parts   []Filter  // several of AnyOf, one of Not
}

// A Child counts the records of one entity: an interaction, the lead, its
// contact, or the contact's account.
type Child struct {
	Frequency Frequency
	N         int // of AtLeast, AtMost, Exactly and Every; the least of FromTo; the days of EveryWithout
	Most      int // of FromTo
	Entity    *crm.Entity
	Or        *crm.Entity // a second kind of interaction, or nil
	Days      int         // how far back the window reaches; 0 for profiles
	Until     int         // how many days ago the window ends; 0 is as of
	Filters   []Filter
	Use       Use
}

// Profile reports whether c is about a profile. Its count is then 0 or 1.
func (c *Child) Profile() bool {
	return c.Entity == crm.Lead || c.Entity == crm.Contact || c.Entity == crm.Account
}

// Kinds returns the kinds of interaction that c counts, or its profile.
func (c *Child) Kinds() []*crm.Entity {
	if c.Or != nil {
		return []*crm.Entity{c.Entity, c.Or}
	}
	return []*crm.Entity{c.Entity}
}

// Counts reports whether c contributes its count.
func (c *Child) Counts() bool {
	return c.Frequency == Each || c.Frequency == Every || c.Frequency == EveryWithout
}

// A Rule is a condition.
type Rule struct {
	Name     string
	Children []Child
	// Any is what `any of` holds: in each alternative, all must hold.
	Any    [][]Child
	Points int64
	Bound  int64 // what the points add up to at most, or at least; 0 is no bound
	Season Season
}

// A Model is a list of rules, and of parts of the second layer.
type Model struct {
	Label string // what the model is called in the table
	Name  string
	Rules []Rule
	// Parts are in addition to the rules. Limit is that of the score, if there are parts.
	Parts []Part
	Limit Limit
}

// Size returns how many rules there are: conditions, tiers and tables.
func (m *Model) Size() int {
	n := len(m.Rules)
	for part := range m.Each {
		switch part.(type) {
		case *Rule, *Table:
			n++
		}
	}
	return n
}

// Only returns a model of some of the rules of m.
func (m *Model) Only(rules ...int) *Model {
	part := &Model{Label: m.Label, Name: m.Name}
	for _, i := range rules {
		part.Rules = append(part.Rules, m.Rules[i])
	}
	return part
}
