package dsl

import "iter"

// A Condition is `condition "…" { items score }`.
type Condition struct {
	Span
	Name   *String // nil if it could not be read
	Active *Active // or nil
	Items  []Item
	Score  *Score // nil if it could not be read
	// Incomplete is set if something in the condition could not be read.
	Incomplete bool
}

// Children returns an iterator over the children of c, in the order of the text: also
// those in blocks.
func (c *Condition) Children() iter.Seq[*Child] { return ChildrenOf(c.Items) }

// ChildrenOf returns an iterator over the children among items and in their blocks, in
// the order of the text.
func ChildrenOf(items []Item) iter.Seq[*Child] {
	return func(yield func(*Child) bool) { eachChild(items, yield) }
}

// eachChild calls yield for each child, until that returns false, and reports whether
// it always returned true.
func eachChild(items []Item, yield func(*Child) bool) bool {
	for _, item := range items {
		switch item := item.(type) {
		case *Child:
			if !yield(item) {
				return false
			}
		case *ItemBlock:
			if !eachChild(item.Items, yield) {
				return false
			}
		}
	}
	return true
}

// A Score is `score +N`, or with a bound `score +N up to +M`, `score -N down to -M`.
type Score struct {
	Span
	Points *Number
	Bound  *Number // or nil
	Down   bool    // the bound is written with down to
}

// An Item is a part of a condition, of an audience or of a block in them: a [Child] or
// an [ItemBlock].
type Item interface {
	Node
	item()
}

// An ItemBlock is `any of { … }`, `all of { … }` or `same REF { … }`.
type ItemBlock struct {
	Span
	Label *String // the display name, or nil
	Kind  ItemBlockKind
	Ref   []*Name // of SameValue
	Items []Item
	// Incomplete is set if something in the block could not be read.
	Incomplete bool
}

// An ItemBlockKind is a kind of an [ItemBlock].
type ItemBlockKind uint8

// The kinds of blocks of items.
const (
	AnyOf     ItemBlockKind = iota // holds if one of its items does
	AllOf                          // holds if all of its items do
	SameValue                      // counts the values for which all of its children hold
)

// A Child is one child of a condition: what must occur, and how often.
type Child struct {
	Span
	Label     *String // the display name, or nil
	Frequency Frequency
	Path      []*Name
	Or        []*Name // the other kinds of interaction of a root such as `EmailOpened or EmailClicked`
	Range     *Range  // or nil
	Burst     *Burst  // or nil
	Cap       *Cap    // or nil
	Decay     *Decay  // or nil
	Where     []Expr  // AND-ed
	// Incomplete is set if something in the child could not be read. The child then holds
	// what was read before: any part may be missing, and so may the path.
	Incomplete bool
}

// A FrequencyKind is a kind of a [Frequency].
type FrequencyKind uint8

// The frequencies.
const (
	Each         FrequencyKind = iota // counts every occurrence
	AtLeast                           // holds for Count or more; `has` is at least 1
	None                              // holds for zero
	AtMost                            // holds for Count or fewer
	Exactly                           // holds for Count
	FromTo                            // holds from Count to To
	Every                             // counts every Count occurrences
	EveryWithout                      // counts how many times Without ago the newest occurrence is
)

// A Frequency is `each`, `has`, `at least N`, `none`, `at most N`, `exactly N`,
// `from A to B`, `every N` or `every SPAN without`.
type Frequency struct {
	Span
	Kind    FrequencyKind
	Count   *Number   // the N, or the A; nil for `has` and the others
	To      *Number   // the B of FromTo, or nil
	Without *TimeSpan // the SPAN of EveryWithout, or nil
}

// A RangeKind is a form of a date range.
type RangeKind uint8

// The forms of a date range.
const (
	WithinLast RangeKind = iota // within last SPAN
	Since                       // since D
	Between                     // between D and E
	BetweenAgo                  // between N and M UNITS ago
)

// A Range is a date range.
type Range struct {
	Span
	Kind     RangeKind
	Last     *TimeSpan // of WithinLast; of BetweenAgo the N UNITS, which is the earlier bound
	Next     *TimeSpan // of BetweenAgo: the M UNITS
	From, To *Moment   // of Between; Since has only From
}

// A Burst is `within any SPAN`.
type Burst struct {
	Span
	Any *TimeSpan
}

// A Cap is `once per X` or `up to N per X`.
type Cap struct {
	Span
	Count  *Number // the N; nil for once
	Period Period  // of the date of the occurrence, or NoPeriod
	Per    []*Name // the reference or step, or nil for a period
}

// A Period is a period of a calendar for which a [Cap] counts.
type Period uint8

// The periods.
const (
	NoPeriod Period = iota
	PerHour
	PerDay
	PerWeek
	PerMonth
	PerYear
)

var periodNames = [...]string{"no period", "hour", "day", "week", "month", "year"}

// String returns the keyword of the period, such as "day".
func (p Period) String() string {
	if int(p) < len(periodNames) {
		return periodNames[p]
	}
	return "period"
}

// A DecayKind is a form of a [Decay].
type DecayKind uint8

// The forms of a decay.
const (
	Halving DecayKind = iota // halving every SPAN
	Losing                   // losing P% every SPAN
	Fading                   // fading over N UNITS
)

// A Decay says how the weight of an occurrence falls with its age.
type Decay struct {
	Span
	Kind    DecayKind
	Percent *Number   // the P of Losing, or nil
	Every   *TimeSpan // the SPAN, or the N UNITS of Fading
}

// An Expr is a condition on a single occurrence, or a decision: a [Comparison] or
// [Judgment], or an [And], [Or] or [Not] of others.
type Expr interface {
	Node
	String() string // the canonical form, on one line
	expr()
}

// A Comparison is a reference to a field, an operator and its operands.
type Comparison struct {
	Span
	Ref      []*Name // the field's name last, before it a step or relationships
	Op       Op
	OpSpan   Span
	Operands []Literal
	List     *Let // stands for the whole list of operands, or nil
	// Incomplete is set if the operator or an operand could not be read. OpSpan is not
	// known if the operator is missing, and Op then means nothing.
	Incomplete bool
}

// An And is expressions with `and` between them, all of which must hold. In a child's
// Where it is only within parentheses: those AND-ed outside of them are apart.
type And struct {
	Span
	Terms []Expr
}

// An Or is expressions with `or` between them, one of which must hold.
type Or struct {
	Span
	Terms []Expr
}

// A Not is `not ( … )`.
type Not struct {
	Span
	Expr Expr
}

func (*Child) item() {}

func (*ItemBlock) item() {}

func (*Comparison) expr() {}

func (*And) expr() {}

func (*Or) expr() {}

func (*Not) expr() {}
