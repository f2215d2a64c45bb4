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
)

// A Filter is one expression.
type Filter struct {
	Field   string
	Op      Op
	Texts   []string  // one, several for In
	Numbers []float64 // one, two for Between
}

// A Child counts the records of one entity: an interaction, the lead, its
// contact, or the contact's account.
type Child struct {
	Frequency Frequency
	N         int // of AtLeast
	Entity    *crm.Entity
	Days      int // how far back the window reaches; 0 for profiles
	Filters   []Filter
}

// Profile reports whether c is about a profile. Its count is then 0 or 1.
func (c *Child) Profile() bool {
	return c.Entity == crm.Lead || c.Entity == crm.Contact || c.Entity == crm.Account
}

// A Rule is a condition.
type Rule struct {
	Name     string
	Children []Child
	Points   int64
}

// A Model is a list of rules.
type Model struct {
	Name  string
	Rules []Rule
}

// Only returns a model of some of the rules of m.
func (m *Model) Only(rules ...int) *Model {
	part := &Model{Name: m.Name}
	for _, i := range rules {
		part.Rules = append(part.Rules, m.Rules[i])
	}
	return part
}
