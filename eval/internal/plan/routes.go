package plan

import (
	"fmt"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// Routes is the plan for counting routes over records that are fetched: what to
// ask of a source, and which records and expressions each child of each model
// counts by.
type Routes struct {
	Models  []*Model
	Windows Windows
	Needs   []*Need
	Lead    *Need            // Lead by its id; nil without models
	Owner   *Need            // Contact by ParentAccount, for account-based leads; nil if no model counts their interactions
	Trees   [2]*HopTree      // of contact-based leads, of account-based leads
	Zones   []*time.Location // of the models; windows and days differ by them
	Rounds  int              // of fetching, after that of the leads

	layouts map[string]*Layout // by entity
}

// A LeadKind says what a lead belongs to. It is an index into Routes.Trees and
// Columns.Targets.
type LeadKind int

// The kinds of leads.
const (
	ContactBased LeadKind = 0
	AccountBased LeadKind = 1
	NoParent     LeadKind = -1 // neither: no model scores it
)

// A Model is the plan of one model.
type Model struct {
	Checked     *check.Model
	Target      LeadKind // of the leads that it scores
	Zone        int      // index into Routes.Zones
	Conditions  []Condition
	NumChildren int             // of all conditions
	Rules       func() []string // the children in the rule language; written when an explanation first wants one
}

// A Condition is the plan of one condition.
type Condition struct {
	Name     string
	Award    points.Award
	Children []Child
}

// A Child is one path through a hop tree, with what each step must satisfy.
type Child struct {
	Checked *check.Child
	Model   *Model
	Index   int // in Model.Rules
	Steps   []Step
	Dated   int // the step whose records an explanation lists
}

// Rule returns the child in the rule language.
func (c *Child) Rule() string { return c.Model.Rules()[c.Index] }

// A Step is one step of a path.
type Step struct {
	Node   *Node
	Window int // index into Routes.Windows that the record's date must lie in, or -1
	Where  []Expr
}

// An Expr is an expression about the records of a step.
type Expr struct {
	Hops    []*Node // references to follow
	Field   int     // in the layout of the last
	Holds   Predicate
	Checked *check.Comparison
}

// A HopTree holds every path of the models with one target: each hop is planned,
// and its records are fetched, once for all paths that begin with it.
type HopTree struct {
	Lead  *Node   // Lead itself; nil if no path begins there
	Order []*Node // every node, parents first

	roots map[string]*Node // interactions
}

// A Node is a place in a hop tree: an entity, and how its records are reached.
type Node struct {
	Parent *Node // nil for a root
	Layout *Layout
	// Needs fetch its records: one need, or for the root Interaction one for each
	// interaction that is not passive, or none for Lead itself.
	Needs   []*Need
	IsLead  bool
	Ref     int // for an N:1 hop the reference in the parent's layout, else -1
	Name    string
	Index   int   // in HopTree.Order
	Round   int   // of fetching
	Inner   bool  // some path goes on from here
	Windows []int // the date ranges of the paths that stop here
	Open    bool  // some path stops here, or goes on, whatever the date
}

// Need returns what fetches the records of a hop.
func (n *Node) Need() *Need { return n.Needs[0] }

// Path spells the way to a node, for messages.
func (n *Node) Path() string {
	if n.Parent == nil {
		return n.Name
	}
	return n.Parent.Path() + "." + n.Name
}

// A Layout says which fields of an entity are fetched, and in which order.
type Layout struct {
	Entity *traverse.Entity
	Fields []string
	Fold   []bool // text whose letter case does not matter
	Dated  int    // the field that says when a record came to be, or -1
	Days   bool   // that field is a date

	index  map[string]int
	frozen bool // the plan is made, and may be in use
}

// Index returns the position of a field that the layout has.
func (l *Layout) Index(name string) int { return l.index[name] }

// field returns the position of a field, which is added if it is new.
func (l *Layout) field(name string) int {
	if i, ok := l.index[name]; ok {
		return i
	}
	if l.frozen {
		panic(fmt.Sprintf("plan: field %s of %s is planned too late", name, l.Entity.Name()))
	}
	i := len(l.Fields)
	l.index[name] = i
	l.Fields = append(l.Fields, name)
	f, ok := l.Entity.Field(name)
	l.Fold = append(l.Fold, ok && Folds(f))
	return i
}

// A Need is a traverse.Need, and the nodes whose records it fetches.
type Need struct {
	Asked  *traverse.Need
	Layout *Layout
	Index  int    // in Routes.Needs
	By     string // the reference, or "" for ids
	Owner  bool   // asks for ids alone, whatever their date
	Nodes  []*Node
}

// same reports whether two needs ask the same of the same entity.
func (n *Need) same(o *Need) bool {
	return n.Layout.Entity == o.Layout.Entity && n.By == o.By && n.Owner == o.Owner
}

// An Instant is a scoring instant, resolved for the models of a plan.
type Instant struct {
	Micros int64   // since 1970
	Days   []int64 // the day in each of Routes.Zones
	Latest int64   // the latest of Days
	Bounds []Bound // of Routes.Windows
}

// At resolves an instant. It uses the memory of in again.
func (r *Routes) At(asOf time.Time, in Instant) Instant {
	out := Instant{Micros: asOf.UnixMicro(), Days: in.Days[:0]}
	for i, z := range r.Zones {
		day := check.AsOfDay(asOf, z)
		out.Days = append(out.Days, day)
		if i == 0 || day > out.Latest {
			out.Latest = day
		}
	}
	out.Bounds = r.Windows.Resolve(asOf, in.Bounds[:0])
	return out
}
