package plan

import (
	"slices"

	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// Columns is the plan for counting over columns. A condition is in it if all that
// it counts are the lead itself, what the lead's references lead to, or the
// interactions of the lead, with expressions about these or about the contact or lead
// that owns them. All conditions of all models in it are then counted in one pass over
// each kind of interaction. The others are in Residual; columnchild.go says why a
// condition needs routes.
//
// The unit of the plan is the [Measure]: one count of the records that satisfy
// the same expressions in the same windows. Conditions that ask for the same
// count share a measure. Measures are bits of a word, so that one AND evaluates a
// record for all of them.
type Columns struct {
	Windows  Windows
	Targets  [Targets]Target // by LeadKind
	Residual [][]Condition   // by model, the conditions that need routes
	// ResidualRoutes is the plan for these alone, or nil if there are none.
	ResidualRoutes *Routes
	// Explained says, by model and condition, which of the target's conjunctions
	// has the counts of the condition, or ByRoutes. It is nil in a plan for scores
	// alone.
	Explained [][]int
	// Sums says, by model, which sum is its own: its score, or for a structured model the
	// first of those of the places of its points.Program. NumSums is how many there are.
	Sums    []int
	NumSums int
	// Counted says, by structured model, where the counts of its conditions are; nil for a
	// model that is not structured, or all of which needs routes.
	Counted []*Counted
	Agings  []Aging // of the tallies
}

// ByRoutes in Columns.Explained marks a condition of Columns.Residual.
const ByRoutes = -1

// Any reports whether some condition is counted over columns.
func (p *Columns) Any() bool {
	return slices.ContainsFunc(p.Targets[:], func(t Target) bool { return t.any() })
}

// OnlyCounted reports whether nothing but columns are made of the records of a need: no path
// goes on from them, and no condition that needs routes reaches them.
func (p *Columns) OnlyCounted(n *Need) bool {
	if slices.ContainsFunc(n.Nodes, func(at *Node) bool { return at.Inner }) {
		return false
	}
	return p.ResidualRoutes == nil || !slices.ContainsFunc(p.ResidualRoutes.Needs, n.same)
}

// Layouts returns the layouts of interactions that are counted.
func (p *Columns) Layouts() columns.Layouts {
	var list columns.Layouts
	for i := range p.Targets {
		if len(p.Targets[i].Interactions) == 0 {
			continue
		}
		if LeadKind(i) != EveryLead {
			list |= columns.ByContact
		}
		if LeadKind(i) >= EveryLead {
			list |= columns.ByLead
		}
	}
	return list
}

func (t *Target) any() bool { return len(t.Interactions)+len(t.Lead.Measures) > 0 }

// A Target is the plan for the models with one target.
type Target struct {
	Lead         Profile        // the lead and what its references lead to
	Owner        Profile        // the contact or lead that owns interactions, and what its references lead to
	Interactions []Interactions // a kind each
	Conjunctions []Conjunction  // conditions of several children, or over several kinds of interaction; in a plan for explanations all conditions
	Pairs        []Pairs        // those of one child or two
	Others       []int          // those of more, as indexes into Conjunctions
	Slots        int            // counts that the conjunctions share
	Tallies      []Tally        // children of which more than the number of records matters
	Sames        []TallySame    // blocks of such children
	Base         []int64        // by sum, what a lead has of which every measure is 0, without the conjunctions
	MaxRecords   uint64         // the most records for which a lead's sums fit in 64 bits

	weight uint64 // the sum of all points, whatever their sign
}

// A Measure is one count: of the records whose Timestamp lies in all of Windows,
// that satisfy all of Where, and whose owner satisfies the measure Owner.
type Measure struct {
	Windows []int // indexes into Columns.Windows
	Owner   int   // index into Target.Owner.Measures, or -1
	Where   []ColumnExpr
	Uses    []Use // by conditions of one child
	Slots   []int // of conjunctions, to which the count is added
	Tallies []int // of the target, to which the records are added
}

// A Use is what a condition of one child gives for a count.
type Use struct {
	Sum   int // to which it is added
	Award points.Single
}

// A Conjunction is a condition that several counts decide.
type Conjunction struct {
	Sum   int
	Award points.Conjunction
}

// Pairs are the conjunctions of one child or two that are added to one sum.
type Pairs struct {
	Sum  int
	List []points.Pair
}

// Interactions is the plan for one kind of interaction.
type Interactions struct {
	Entity *traverse.Entity
	// Totals count all records in a window that ends with as of. Their points are
	// read from tables by time, not counted one by one.
	Totals   []Total
	Measures []Measure
	Steady   bool // all their windows are: see [Windows.Steady]

	tables []tableKey // that the totals need
}

// A tableKey is the sum and the minimum of a use.
type tableKey struct {
	sum int
	min uint64
}

// A Total is the count of all records of a kind in a window.
type Total struct {
	Windows []int // one, or none
	Uses    []Use
}

// A Profile is the plan for a record and for those that its references lead to.
type Profile struct {
	Nodes    []ProfileNode // parents first; the first is the record itself
	Measures []Measure     // of which only Uses and Slots are set; the nodes have the rest
}

// A ProfileNode is one of the records of a profile.
type ProfileNode struct {
	Entity   *traverse.Entity
	Parent   int    // index into Profile.Nodes, or -1
	Ref      string // the parent's reference to it
	Required []int  // measures whose path goes here: without a record they count nothing
	Where    []ProfileExpr
}

// A ProfileExpr is an expression of a measure of a profile.
type ProfileExpr struct {
	Measure int
	ColumnExpr
}

// A ColumnExpr is an expression about one field.
type ColumnExpr struct {
	Field traverse.Field
	Holds Predicate // nil for a time or date
	Time  TimeExpr  // for a time or date

	key string // the same for expressions about the field that mean the same
}

// A TimeExpr is an expression about a time or date. It depends on as of, so its
// outcome for a value is not kept.
type TimeExpr struct {
	Window int  // in which the value must lie, or -1
	Empty  bool // without a window: whether the value must be empty, or must not
	Not    bool // what must not hold
}

// Holds reports whether a wide value of a column satisfies the expression.
func (t TimeExpr) Holds(bounds []Bound, v int64) bool {
	if t.Window >= 0 {
		return (v != columns.NoTime && bounds[t.Window].Holds(v)) != t.Not
	}
	return ((v == columns.NoTime) == t.Empty) != t.Not
}

// IsTime reports whether fields of a type are compared as times or dates.
func IsTime(t traverse.Type) bool { return t == traverse.Time || t == traverse.Date }
