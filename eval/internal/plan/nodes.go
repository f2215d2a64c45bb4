package plan

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

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
	Needs []*Need
	// Twice has by need the reference, in the layout of the need, by which another need
	// has a record of a lead, too; or -1. It is nil if there is none.
	Twice  []int
	Target LeadKind // of the models whose paths lead here
	IsLead bool
	Ref    int // for an N:1 hop the reference in the parent's layout, else -1
	Name   string
	Index  int   // in HopTree.Order
	Round  int   // of fetching
	Inner  bool  // some path goes on from here
	Models []int // whose paths and references lead here
	Ranges []Range
}

// A Range is a date range of the paths that stop at a node, or go on.
type Range struct {
	Window int   // index into Routes.Windows, or -1 whatever the date
	Models []int // that have such a path
}

// use records that a model's paths or references lead to the node.
func (n *Node) use(model int) { n.Models = with(n.Models, model) }

// useRange records the date range of a path of a model.
func (n *Node) useRange(window, model int) {
	i := slices.IndexFunc(n.Ranges, func(r Range) bool { return r.Window == window })
	if i < 0 {
		i = len(n.Ranges)
		n.Ranges = append(n.Ranges, Range{Window: window})
	}
	n.Ranges[i].Models = with(n.Ranges[i].Models, model)
}

// with returns a list of models, which are planned in order, with one that may be its last.
func with(models []int, model int) []int {
	if n := len(models); n > 0 && models[n-1] == model {
		return models
	}
	return append(models, model)
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

// A Layout says which fields of an entity are fetched, and in which order. That of a
// root of several kinds says which fields of the root are used; [Layout.Place] says
// where the records of each kind have them.
type Layout struct {
	Entity *traverse.Entity
	Fields []string
	Fold   []bool // text whose letter case does not matter
	Dated  int    // the field that says when a record came to be, or -1
	Days   bool   // that field is a date

	index  map[string]int
	frozen bool      // the plan is made, and may be in use
	kinds  []*Layout // of a root of several kinds
	places map[*traverse.Entity][]int
}

// Place returns where a record of an entity has a field of the layout.
func (l *Layout) Place(e *traverse.Entity, field int) int {
	if l.places == nil {
		return field
	}
	return l.places[e][field]
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
	for _, k := range l.kinds {
		l.places[k.Entity] = append(l.places[k.Entity], k.field(name))
	}
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
