package eval

import (
	"iter"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
)

// An Explanation says what each condition of a model contributed to a score, and has the
// [Outcome] of a structured model. For a lead that is not scored because of the audience
// or season of the model it says what these are. It stays valid, and may be read by
// several goroutines.
type Explanation struct {
	program *points.Program // of a structured model that scores the lead, or nil
	outcome points.Outcome  // if there is a program
	details *details        // if an explanation was asked for, or nil
}

// The details of an explanation say how a score came about.
type details struct {
	lines    []Line // of a structured model
	audience *Audience
	season   *Season

	// What was counted over columns. Contributions are made of it when they are
	// asked for: few ever are.
	columns *plan.Columns // or nil
	model   int
	of      *plan.Model
	counts  []uint32 // by slot

	walked []Contribution // of the other conditions, in the order of the rules

	// Lists, which are made or shown when they are read: see detail.go.
	lists    *lister // makes them; nil if there are none to make
	listed   bool    // walked and audience have them, and do not show them
	lead     string
	detailed []Contribution // by condition; without children if its lists have not been read; or nil
	told     *Audience      // with lists, or nil
}

// none are the details of an explanation that was not asked for.
var none details

// more returns the details of e, which may be nil. They must not be changed.
func (e *Explanation) more() *details {
	if e == nil || e.details == nil {
		return &none
	}
	return e.details
}

// All yields one contribution for each condition, in the order of the rules. Those whose
// lists have been read ([Explanation.Detailed]) have them.
func (e *Explanation) All() iter.Seq[Contribution] {
	return func(yield func(Contribution) bool) {
		d := e.more()
		d.each(func(i int, scored func() Contribution) bool {
			if with := d.detail(i); with != nil {
				return yield(*with)
			}
			c := scored()
			if d.listed {
				c.Children = bare(c.Children)
			}
			return yield(c)
		})
	}
}

// each yields the position of each condition, with a function that returns its contribution
// as it was when the lead was scored, and that may be called once, and at once.
func (d *details) each(yield func(i int, scored func() Contribution) bool) {
	explained, walked := d.explained(), d.walked
	var room []ChildResult // for the children of all conditions
	i := 0
	byRoutes := func() bool { return i >= len(explained) || explained[i] == plan.ByRoutes }
	scored := func() Contribution {
		if byRoutes() {
			return walked[0]
		}
		if room == nil {
			room = make([]ChildResult, d.of.NumChildren)
		}
		c := d.counted(&d.of.Conditions[i], &d.columns.Targets[d.of.Target].Conjunctions[explained[i]], room)
		room = room[len(c.Children):]
		return c
	}
	for ; i < len(explained) || len(walked) > 0; i++ {
		if !yield(i, scored) {
			return
		}
		if byRoutes() {
			walked = walked[1:]
		}
	}
}

// explained says, by condition, where the counts are: see plan.Columns.Explained.
func (d *details) explained() []int {
	if d.columns == nil {
		return nil
	}
	return d.columns.Explained[d.model]
}

// counted returns what a condition that was counted over columns contributed. Its
// children are written into room.
func (d *details) counted(c *plan.Condition, in *plan.Conjunction, room []ChildResult) Contribution {
	var m points.Multiplier
	out := Contribution{Condition: c.Name, Points: c.Award.Points, Children: room[:0:len(c.Children)]}
	for i := range c.Children {
		f := c.Award.Children[i]
		n := f.Of(points.CountOf(uint64(d.counts[in.Award.Children[i].Slot])))
		out.add(&c.Children[i], n, m.Add(f, n))
		out.Children[i].TooMany = f.TooMany(n).Clamp()
	}
	multiplier := m.Count()
	out.sum(points.Whole(multiplier), c.Award.Worth(multiplier))
	return out
}

// with adds the conditions whose routes were counted to e, whose conditions were
// counted over columns, and returns e. It returns walked if either is nil, or if the
// model is structured: e is nil for scores alone, and walked for a lead that the model
// does not score.
func (e *Explanation) with(walked *Explanation) *Explanation {
	if e == nil || walked == nil || walked.program != nil {
		return walked
	}
	e.details.walked = walked.details.walked
	return e
}

// Structured reports whether e has the outcome of a structured model that scores the lead.
// e may be nil.
func (e *Explanation) Structured() bool { return e != nil && e.program != nil }

// Grade returns the grade of a structured model for the lead, or "" if the score has none,
// and whether the lead is sales ready. It returns "" and false for any other model.
func (e *Explanation) Grade() (grade string, salesReady bool) {
	if !e.Structured() {
		return "", false
	}
	return e.program.Grade(&e.outcome), e.outcome.SalesReady
}

// Label returns the label of a structured model for the lead, "" if one of its dimensions
// has no grade. It returns false if the model has none, and for any other model.
func (e *Explanation) Label() (label string, ok bool) {
	if !e.Structured() || !e.program.HasLabel() {
		return "", false
	}
	return e.program.Label(&e.outcome), true
}

// SameOutcome reports whether e and o, which may be nil, have equal outcomes, apart from the
// score.
func (e *Explanation) SameOutcome(o *Explanation) bool {
	if !e.Structured() || !o.Structured() || e.program != o.program {
		return e.Outcome().Equal(o.Outcome())
	}
	if e.outcome.SalesReady != o.outcome.SalesReady {
		return false
	}
	for i, d := range e.outcome.Dimensions {
		// The grade of a dimension follows from its score, and those of the label from these.
		if was := o.outcome.Dimensions[i]; d.Score != was.Score || d.Active != was.Active && e.program.DimensionGrade(i, &e.outcome) != o.program.DimensionGrade(i, &o.outcome) {
			return false
		}
	}
	return true
}

// Outcome returns the outcome of a structured model, which belongs to the caller. It
// returns nil for any other model, and if e is nil.
func (e *Explanation) Outcome() *Outcome {
	if !e.Structured() {
		return nil
	}
	p := e.program
	out := &Outcome{Dimensions: slices.Grow(Dimensions(nil), len(e.outcome.Dimensions))}
	out.Grade, out.SalesReady = e.Grade()
	out.Label, out.Labeled = e.Label()
	for i, d := range e.outcome.Dimensions {
		out.Dimensions = append(out.Dimensions, Dimension{p.Dimensions()[i].Name, d.Score, p.DimensionGrade(i, &e.outcome)})
	}
	return out
}

// A Contribution is what one condition contributed to a score, and why.
type Contribution struct {
	Condition string `json:"condition"` // the condition's name; of a row of a table, the table's
	// Row is the row of a table in the rule language, without its points; otherwise "".
	Row string `json:"row,omitempty"`
	// Multiplier is how often the points count: the largest uint64 if it is more, and
	// rounded down if it is not a whole number.
	Multiplier uint64 `json:"multiplier"`
	// Fraction is the multiplier, in lowest terms, such as 7/4, if it is not a whole
	// number, or else "".
	Fraction string        `json:"fraction,omitempty"`
	Points   int64         `json:"points"`           // of the condition's action
	Bound    int64         `json:"bound,omitempty"`  // what the condition adds ends here; 0 if it has no bound
	Score    int64         `json:"score"`            // what the condition adds, clamped to 64 bits
	Why      Why           `json:"why,omitempty"`    // why Score is not multiplier times points, rounded
	Children []ChildResult `json:"children"`         // in the order of the rules, those of blocks, too
	Blocks   []BlockResult `json:"blocks,omitempty"` // in the order of the rules, those in other blocks, too

	amount points.Total // Score, not clamped
}

// A Why says why a condition adds other than its multiplier times its points, rounded.
type Why string

// The reasons.
const (
	OutOfSeason  = Why(points.OutOfSeason) // the condition, or what holds it, is not active
	EarlierTier  = Why(points.EarlierTier)
	EarlierRow   = Why(points.EarlierRow)
	BoundReached = Why(points.Bounded)
)

// Holds reports whether the multiplier is above 0.
func (c *Contribution) Holds() bool { return c.Multiplier > 0 || c.Fraction != "" }

// Taken reports whether the condition counts: whether it holds, in season, and is not
// behind a tier or row that was taken.
func (c *Contribution) Taken() bool { return c.Holds() && (c.Why == "" || c.Why == BoundReached) }

// Times returns the multiplier for people, such as 2 or 1.75: with up to three decimals.
func (c *Contribution) Times() string {
	if c.Fraction != "" {
		return Decimal(c.Fraction)
	}
	return strconv.FormatUint(c.Multiplier, 10)
}

// Decimal returns a fraction, such as the 7/4 of a [Contribution] or [ChildResult], as a
// decimal for people: with up to three decimals, or ten if it is too small for three.
func Decimal(fraction string) string {
	r, ok := new(big.Rat).SetString(fraction)
	if !ok {
		return fraction
	}
	return points.Decimal(r)
}

// A BlockResult says what a block of a condition came to. Its children are those from
// First on, Children of them, and other blocks may be in it.
type BlockResult struct {
	Label    string `json:"label,omitempty"` // the display name, or ""
	Rule     string `json:"rule"`            // the block's beginning, such as `any of` or `same EventName`
	First    int    `json:"first"`
	Children int    `json:"children"`
	Count    uint64 `json:"count,omitempty"` // of same: the values for which all children hold; the largest uint64 if there are more
	Holds    bool   `json:"holds"`
}

// Same reports whether the block is a same block, which judges its children value by
// value: their counts are those of all values, and whether they hold for them says nothing.
func (b *BlockResult) Same() bool { return strings.HasPrefix(b.Rule, sameRule) }

// Judged reports whether a child, by its place, is judged by all that it counts: it is in
// none of the blocks that are same blocks.
func Judged(blocks []BlockResult, child int) bool {
	return !slices.ContainsFunc(blocks, func(b BlockResult) bool {
		return b.Same() && b.First <= child && child < b.First+b.Children
	})
}

// A ChildResult says what one child of a condition counted. Records are listed once lists
// have been read: see [Explanation.Detailed].
type ChildResult struct {
	Label string `json:"label,omitempty"` // the display name, or ""
	Rule  string `json:"rule"`            // the child in the rule language, with its display name
	// Count is what it counts: its occurrences, with a cap those that count, in a burst
	// the greatest number of them, of `every N` the whole Ns, of `every SPAN without` how
	// often the span has passed; the largest uint64 if it is more. For a child of a same
	// block it is what it counts over all values.
	Count uint64 `json:"count"`
	// Weight is what its occurrences weigh, as a number or a fraction in lowest terms,
	// such as 7/4, if it has a decay; otherwise "".
	Weight string `json:"weight,omitempty"`
	Holds  bool   `json:"holds"` // whether it lets the condition count: for each, whether it counted any
	// Next is the last instant as of which it weighs as much, in the model's time zone, or
	// as of which the span has passed as often, as long as nothing else changes and a date
	// range does not leave occurrences out. It is the zero time if it has neither a decay
	// nor counts how often a span has passed, if no step is to come, and if records are
	// not listed.
	Next time.Time `json:"next,omitzero"`
	// Occurrences lists what was counted: by time, then entity, then id; for all
	// children of a condition together at most as many as were asked for.
	Occurrences []Occurrence `json:"occurrences,omitempty"`
	// TooMany is by how much Count is too great to hold, for `at most`, `exactly` and
	// `from … to`, or 0. It is 0 for a child of a same block.
	TooMany uint64 `json:"too_many,omitempty"`
	// Full says where a cap left occurrences out, if records are listed: where most of
	// them were. It is nil if all count, for a child of a same block, and for a lead that
	// reaches too many records if those of any date are counted.
	Full *Full `json:"full,omitempty"`
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
	// Age is how many spans old it is, if the child has a decay or counts how often a
	// span has passed.
	Age int `json:"age,omitempty"`
	// Until is the last instant as of which it is as old, in the model's time zone: from
	// then on it weighs less, or counts as one span more. It is the zero time if the
	// child has neither, and if the occurrence has reached the last age.
	Until time.Time `json:"until,omitzero"`
	// Weight is what each route counts, as a number or a fraction in lowest terms, if the
	// child has a decay; otherwise "".
	Weight string `json:"weight,omitempty"`
}

// Equal reports whether c and o are equal; times are compared as instants.
func (c Contribution) Equal(o Contribution) bool {
	return c.Condition == o.Condition && c.Row == o.Row && c.Multiplier == o.Multiplier && c.Fraction == o.Fraction &&
		c.Points == o.Points && c.Bound == o.Bound && c.Score == o.Score && c.Why == o.Why &&
		slices.EqualFunc(c.Children, o.Children, ChildResult.equal) && slices.Equal(c.Blocks, o.Blocks)
}

func (c ChildResult) equal(o ChildResult) bool {
	return c.Label == o.Label && c.Rule == o.Rule && c.Count == o.Count && c.Weight == o.Weight && c.Holds == o.Holds &&
		c.Next.Equal(o.Next) && c.TooMany == o.TooMany && (c.Full == o.Full || c.Full != nil && o.Full != nil && *c.Full == *o.Full) &&
		slices.EqualFunc(c.Occurrences, o.Occurrences, Occurrence.equal) && slices.Equal(c.Nearest, o.Nearest) && slices.Equal(c.Missing, o.Missing)
}

func (o Occurrence) equal(p Occurrence) bool {
	return o.Entity == p.Entity && o.ID == p.ID && o.Time.Equal(p.Time) && o.Routes == p.Routes && o.Age == p.Age && o.Until.Equal(p.Until) && o.Weight == p.Weight
}

// add adds a child.
func (c *Contribution) add(ch *plan.Child, n points.Count, holds bool) {
	c.Children = append(c.Children, ChildResult{Label: ch.Checked.Label, Rule: ch.Rule(), Count: n.Clamp(), Holds: holds})
}

// sum sets the multiplier and what the condition adds.
func (c *Contribution) sum(multiplier points.Fraction, amount points.Total) {
	c.Multiplier, c.Fraction = multiplier.Count.Over(multiplier.Of).Clamp(), ""
	if multiplier.Of != 1 {
		if r := multiplier.Rat(); !r.IsInt() {
			c.Fraction = r.String()
		}
	}
	c.amount, c.Score = amount, amount.Clamp()
}
