package eval

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// An Explanation says what each condition of a model contributed to a score. It stays valid,
// and may be read by several goroutines.
type Explanation struct {
	// What was counted over columns. Contributions are made of it when they are
	// asked for: few ever are.
	model        *plan.Model
	at           []int // by condition, as plan.Columns.Explained has it; nil if nothing was
	conjunctions []plan.Conjunction
	counts       []uint32 // by slot

	walked []Contribution // of the other conditions, in the order of the rules
}

// All yields one contribution for each condition, in the order of the rules.
func (e *Explanation) All() iter.Seq[Contribution] {
	return func(yield func(Contribution) bool) {
		walked := e.walked
		var room []ChildResult // for the children of all conditions
		for i, at := range e.at {
			if at == plan.ByRoutes {
				if !yield(walked[0]) {
					return
				}
				walked = walked[1:]
				continue
			}
			if room == nil {
				room = make([]ChildResult, e.model.NumChildren)
			}
			c := e.counted(&e.model.Conditions[i], &e.conjunctions[at], room)
			room = room[len(c.Children):]
			if !yield(c) {
				return
			}
		}
		for _, c := range walked {
			if !yield(c) {
				return
			}
		}
	}
}

// counted returns what a condition that was counted over columns contributed. Its
// children are written into room.
func (e *Explanation) counted(c *plan.Condition, in *plan.Conjunction, room []ChildResult) Contribution {
	var m points.Multiplier
	out := Contribution{Condition: c.Name, Points: c.Award.Points, Children: room[:0:len(c.Children)]}
	for i := range c.Children {
		n := points.CountOf(uint64(e.counts[in.Award.Children[i].Slot]))
		out.add(&c.Children[i], n, m.Add(c.Award.Children[i], n))
	}
	out.sum(&c.Award, m.Count())
	return out
}

// with adds the conditions whose routes were counted to e, whose conditions were
// counted over columns, and returns e. It returns walked if either is nil: e is nil
// for scores alone, and walked for a lead that the model does not score.
func (e *Explanation) with(walked *Explanation) *Explanation {
	if e == nil || walked == nil {
		return walked
	}
	e.walked = walked.walked
	return e
}

// A Contribution is what one condition contributed to a score, and why.
type Contribution struct {
	Condition  string        `json:"condition"`
	Multiplier uint64        `json:"multiplier"` // how often the points count; the largest uint64 if it is more
	Points     int64         `json:"points"`     // of the condition's action
	Score      int64         `json:"score"`      // multiplier times points, clamped to 64 bits
	Children   []ChildResult `json:"children"`   // in the order of the rules
}

// A ChildResult says what one child of a condition counted.
type ChildResult struct {
	Label string `json:"label,omitempty"` // the display name, or ""
	Rule  string `json:"rule"`            // the child in the rule language, with its display name
	Count uint64 `json:"count"`           // its occurrences; the largest uint64 if there are more
	Holds bool   `json:"holds"`           // whether it lets the condition count: for each, whether it counted any
	// Occurrences lists what was counted: by time, then entity, then id; for all
	// children of a condition together at most as many as were asked for.
	Occurrences []Occurrence `json:"occurrences,omitempty"`
	// Nearest explains a child that counts too little, if records are listed: the
	// parts of the child that the nearest route does not satisfy. The nearest route
	// is the one that fails the fewest parts, and of several the newest. Nearest is
	// nil if no route exists, for none, and for a lead that reaches too many records
	// if those of any date are counted.
	Nearest []Unmet `json:"nearest,omitempty"`
	// Missing says what is missing where the path of a child leads that counts nothing or
	// too little to hold, if records are listed: records that are later than as of or
	// outside the date range, and references that lead to no record. It is in the order
	// of the path, whatever expressions the records satisfy. That a path leads nowhere is
	// not listed for none. Missing is nil for a lead that reaches too many records if
	// those of any date are counted.
	Missing []Missing `json:"missing,omitempty"`
}

// An Occurrence is a record that a child counted: one of the path's first
// interaction, or else of its last step that has a date, or else of its last step.
type Occurrence struct {
	Entity string    `json:"entity"`
	ID     string    `json:"id"`
	Time   time.Time `json:"time,omitzero"` // its date, an instant in the model's time zone; the zero time if it has none
	Routes uint64    `json:"routes"`        // how many routes of the path lead through it
}

// Equal reports whether c and o are equal; times are compared as instants.
func (c Contribution) Equal(o Contribution) bool {
	return c.Condition == o.Condition && c.Multiplier == o.Multiplier && c.Points == o.Points && c.Score == o.Score &&
		slices.EqualFunc(c.Children, o.Children, ChildResult.equal)
}

func (c ChildResult) equal(o ChildResult) bool {
	return c.Label == o.Label && c.Rule == o.Rule && c.Count == o.Count && c.Holds == o.Holds &&
		slices.EqualFunc(c.Occurrences, o.Occurrences, Occurrence.equal) && slices.Equal(c.Nearest, o.Nearest) && slices.Equal(c.Missing, o.Missing)
}

func (o Occurrence) equal(p Occurrence) bool {
	return o.Entity == p.Entity && o.ID == p.ID && o.Time.Equal(p.Time) && o.Routes == p.Routes
}

// An Unmet is what kept a route from counting: the date range or an expression of
// the child, and the record that does not satisfy it.
type Unmet struct {
	Rule   string `json:"rule"` // in the rule language, such as `City = "Chicago"` or `within last 30 days`
	Entity string `json:"entity"`
	ID     string `json:"id"`
	Value  string `json:"value"`          // what the field holds instead, or the date of the record; "" if it is empty
	Kind   string `json:"kind,omitempty"` // of Value: text, choices, number, bool, time or date; "" if it is empty
	// Because says more, as a sentence without a full stop: why there is no value, if a
	// reference that the rule follows leads to no record, such as
	// `ParentAccount "a9" is not an Account`; or in what the value differs from a text
	// in the rule that it nearly equals, such as
	// `it differs from "Paris" in blanks around it`.
	Because string `json:"because,omitempty"`
}

// String returns the rule, the record, and what it has instead. The record's id, and a
// value that is text or choices, are quoted, so that blanks and characters that cannot
// be seen show.
func (u Unmet) String() string {
	value := u.Value
	switch u.Kind {
	case traverse.KindNumber.String(), traverse.KindBool.String(), traverse.KindTime.String(), traverse.KindDate.String():
	default:
		if value = "nothing"; u.Value != "" {
			value = shown.QuoteAll(u.Value)
		}
	}
	if u.Because != "" {
		value += ": " + u.Because
	}
	return fmt.Sprintf("%s: %s %s has %s", u.Rule, u.Entity, shown.QuoteAll(u.ID), value)
}

// add adds a child.
func (c *Contribution) add(ch *plan.Child, n points.Count, holds bool) {
	c.Children = append(c.Children, ChildResult{Label: ch.Checked.Label, Rule: ch.Rule(), Count: n.Clamp(), Holds: holds})
}

// sum sets the multiplier and the score.
func (c *Contribution) sum(award *points.Award, multiplier points.Count) {
	sum := award.Worth(multiplier)
	c.Multiplier, c.Score = multiplier.Clamp(), sum.Clamp()
}
