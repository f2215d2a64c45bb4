// Package eval runs checked models: it plans once what to ask of a source and
// how to judge it, and then scores leads batch by batch. Its rooms are the plan
// (plan.go), the data of a batch (batch.go), the walk along paths (walk.go), the
// predicates (predicate.go) and the explanations (explain.go); and for what needs
// no routes the plan for columns (lane.go, laneplan.go), what it is bound to
// (lanebind.go, lanekind.go), the run of it (lanerun.go), and rows that are laid
// out in columns (lanerows.go).
package eval

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// A Program is a plan for a list of models that share a schema. It is immutable
// and safe for concurrent use.
type Program struct {
	models  []*model
	windows windows
	needs   []*need
	entity  map[string]*layout
	lead    *need            // Lead by its id
	owner   *need            // Contact by ParentAccount, for account-based leads; nil if no model counts interactions
	targets [2]*trie         // of contact-based leads, of account-based leads
	zones   []*time.Location // of the models; windows and days differ by them
	rounds  int

	plain *lanes // for scores alone
	told  *lanes // for scores with what each condition counted

	batches sync.Pool // of *batch
}

// lanes is a plan for columns, and where goroutines follow it.
type lanes struct {
	plan   func() *columnPlan // planned when it is first wanted
	kept   atomic.Pointer[desk]
	desks  sync.Pool // of *desk
	sheets sync.Pool // of *sheet
}

// lanes returns the plan that options ask for, or nil if they leave all to the
// walker.
func (p *Program) lanes(opts Options) *lanes {
	switch {
	case len(p.models) == 0 || opts.walk || opts.Explain && opts.Occurrences > 0:
		return nil
	case opts.Explain:
		return p.told
	}
	return p.plain
}

// What a lead is, as an index into Program.targets.
const (
	contactBased = 0
	accountBased = 1
)

// model is the plan of one model.
type model struct {
	*check.Model
	target     int
	zone       int // index into Program.zones
	conditions []condition
	children   int             // of all conditions
	rules      func() []string // the children in the rule language; written when an explanation first wants one
}

type condition struct {
	name     string
	award    points.Award
	children []child
}

// child is one path through a trie, with what each step must satisfy.
type child struct {
	*check.Child
	model *model
	index int // in model.rules
	steps []step
	dated int // the step whose records an explanation lists
}

// rule is the child in the rule language.
func (c *child) rule() string { return c.model.rules()[c.index] }

// ruleTexts writes the children of a model in the rule language.
func ruleTexts(m *check.Model) []string {
	var texts []string
	for i := range m.Conditions {
		for j := range m.Conditions[i].Children {
			texts = append(texts, m.Conditions[i].Children[j].Source.String())
		}
	}
	return texts
}

type step struct {
	node    *node
	window  int // index into Program.windows that the record's date must lie in, or -1
	filters []filter
}

// A filter is an expression of the child about the records of a step.
type filter struct {
	expr  *check.Comparison
	hops  []*node // references to follow
	field int     // in the layout of the last
	holds predicate
}

type window struct {
	check.Window
	zone *time.Location
}

// windows are the distinct windows of a plan.
type windows struct {
	list  []window
	known map[window]int
}

// index returns the position of a window, which is new if it is not known.
func (ws *windows) index(w check.Window, zone *time.Location) int {
	planned := window{w, zone}
	i, ok := ws.known[planned]
	if !ok {
		if ws.known == nil {
			ws.known = map[window]int{}
		}
		i = len(ws.list)
		ws.known[planned] = i
		ws.list = append(ws.list, planned)
	}
	return i
}

// resolve returns the bounds of the windows as of an instant.
func (ws *windows) resolve(asOf time.Time, into []bound) []bound {
	for _, w := range ws.list {
		lo, hi := w.Resolve(asOf, w.zone)
		into = append(into, bound{lo, hi})
	}
	return into
}

// A trie holds every path of the models with one target: each hop is planned,
// and its records fetched, once for all paths that begin with it.
type trie struct {
	lead  *node            // Lead itself
	roots map[string]*node // interactions
	order []*node          // every node, parents first
}

// A node is a place in a trie: an entity, and how one comes there.
type node struct {
	parent *node // nil for a root
	layout *layout
	// needs say how its records are had: with one need, for the root Interaction
	// with one an interaction that is not passive, and for Lead itself with none.
	needs   []*need
	lead    bool
	ref     int // for an N:1 hop the reference in the parent's layout, else -1
	name    string
	index   int   // in trie.order
	round   int   // of fetching
	inner   bool  // some path goes on from here
	windows []int // the date ranges of the paths that stop here
	open    bool  // some path stops here, or goes on, whatever the date
}

// need is how the records behind a hop are had.
func (n *node) need() *need { return n.needs[0] }

// path spells the way to a node, for messages.
func (n *node) path() string {
	if n.parent == nil {
		return n.name
	}
	return n.parent.path() + "." + n.name
}

// A layout says which fields of an entity are fetched, and in which order.
type layout struct {
	entity *traverse.Entity
	fields []string
	index  map[string]int
	fold   []bool // text that is compared without regard to letter case
	dated  int    // the field that says when a record came to be, or -1
	days   bool   // that field is a date
}

func (l *layout) field(name string) int {
	if i, ok := l.index[name]; ok {
		return i
	}
	i := len(l.fields)
	l.index[name] = i
	l.fields = append(l.fields, name)
	f, ok := l.entity.Field(name)
	l.fold = append(l.fold, ok && folds(f))
	return i
}

// A need is a traverse.Need, and the nodes that it feeds.
type need struct {
	*traverse.Need
	layout *layout
	index  int
	by     string
	owner  bool // asks for ids alone, whatever their date
	nodes  []*node
}

// same reports whether two needs ask the same of the same entity.
func (n *need) same(o *need) bool {
	return n.layout.entity == o.layout.entity && n.by == o.by && n.owner == o.owner
}

// New plans models, which must share one schema. It panics if the schema lacks
// what a checked model speaks of, which would be a mistake of package check.
func New(models []*check.Model) *Program { return newProgram(models, nil) }

// newProgram plans models. If whole is not nil, they are part of its models, and
// the program asks with the needs of whole: no source meets a need that it was
// not told of.
func newProgram(models []*check.Model, whole *Program) *Program {
	p := &Program{entity: map[string]*layout{}}
	if whole != nil {
		p.entity = whole.entity
	}
	lanesFor := func(tell bool) *lanes {
		return &lanes{plan: sync.OnceValue(func() *columnPlan { return planColumns(models, p, tell) })}
	}
	p.plain, p.told = lanesFor(false), lanesFor(true)
	for i := range p.targets {
		p.targets[i] = &trie{roots: map[string]*node{}}
	}
	b := builder{Program: p, needs: map[needKey]*need{}, hops: map[hopKey]*node{}}
	if len(models) > 0 {
		b.schema = models[0].Schema
		if slices.ContainsFunc(models, takesAnyInteraction) {
			// Their records share one layout as far as it is that of Interaction.
			for e := range b.schema.Active() {
				b.anyFields(b.layout(e.Name()))
			}
		}
		lead := b.layout(traverse.Lead)
		lead.field(traverse.ParentContact)
		lead.field(traverse.ParentAccount)
		p.lead = b.need(traverse.Lead, "", false)
	}
	for _, m := range models {
		p.models = append(p.models, b.model(m))
	}
	for _, n := range p.needs {
		if whole != nil {
			n.Need = whole.needs[slices.IndexFunc(whole.needs, n.same)].Need
			continue
		}
		fields, dated := n.layout.fields, ""
		switch {
		case n.owner:
			fields = nil
		case n.by != "" && n.layout.dated >= 0:
			dated = fields[n.layout.dated]
		}
		asked, err := b.schema.NewNeed(n.layout.entity.Name(), n.by, fields, dated)
		if err != nil {
			panic(err)
		}
		n.Need = asked
	}
	return p
}

// Needs returns all that the program can ever ask of a source.
func (p *Program) Needs() []*traverse.Need {
	needs := make([]*traverse.Need, len(p.needs))
	for i, n := range p.needs {
		needs[i] = n.Need
	}
	return needs
}

// Plan describes for people how leads are scored from columns: what is judged in
// one pass, and how many conditions are left to the walker. The text may change
// from version to version.
func (p *Program) Plan() string { return p.plain.plan().String() }

func takesAnyInteraction(m *check.Model) bool {
	return slices.ContainsFunc(m.Conditions, func(c check.Condition) bool {
		return slices.ContainsFunc(c.Children, func(ch check.Child) bool {
			return ch.Path[0].Entity.Name() == traverse.AnyInteraction
		})
	})
}

// anyFields puts the fields of Interaction first into a layout that is still empty.
func (b *builder) anyFields(l *layout) {
	l.field(traverse.Timestamp)
	l.field(traverse.Contact)
}

type hopKey struct {
	from *node
	name string
}

type needKey struct {
	entity, by string
	owner      bool
}

// builder makes a Program.
type builder struct {
	*Program
	schema *traverse.Schema
	needs  map[needKey]*need
	hops   map[hopKey]*node

	// Of the model that is being planned. They have room for all.
	steps   []step
	filters []filter
}

func (b *builder) layout(entity string) *layout {
	if l, ok := b.entity[entity]; ok {
		return l
	}
	e := b.schema.Entity(entity)
	l := &layout{entity: e, index: map[string]int{}, dated: -1}
	b.entity[entity] = l
	if f, ok := e.Dated(); ok {
		l.dated, l.days = l.field(f.Name), f.Type == traverse.Date
	}
	return l
}

func (b *builder) need(entity, by string, owner bool) *need {
	key := needKey{entity, by, owner}
	if n, ok := b.needs[key]; ok {
		return n
	}
	n := &need{layout: b.layout(entity), by: by, owner: owner, index: len(b.Program.needs)}
	b.needs[key] = n
	b.Program.needs = append(b.Program.needs, n)
	return n
}

func (b *builder) model(m *check.Model) *model {
	out := &model{Model: m, target: contactBased, conditions: make([]condition, len(m.Conditions))}
	out.rules = sync.OnceValue(func() []string { return ruleTexts(m) })
	if m.Account {
		out.target = accountBased
	}
	if out.zone = slices.Index(b.zones, m.Zone); out.zone < 0 {
		out.zone = len(b.zones)
		b.zones = append(b.zones, m.Zone)
	}
	steps, filters := 0, 0
	for i := range m.Conditions {
		list := m.Conditions[i].Children
		out.children += len(list)
		for j := range list {
			steps += len(list[j].Path)
			filters += len(list[j].Where)
		}
	}
	b.steps, b.filters = make([]step, 0, steps), make([]filter, 0, filters)
	children := make([]child, 0, out.children)
	frequencies := make([]points.Frequency, out.children)
	for i := range m.Conditions {
		c := &m.Conditions[i]
		first := len(children)
		for j := range c.Children {
			children = append(children, b.child(out, &c.Children[j], len(children)))
		}
		out.conditions[i] = condition{name: c.Name, award: points.AwardOf(c, frequencies[first:first:len(children)]), children: children[first:len(children):len(children)]}
	}
	return out
}

// child plans the path of a model's child.
func (b *builder) child(m *model, c *check.Child, index int) child {
	out := child{Child: c, model: m, index: index, dated: c.Dated}
	if out.dated < 0 {
		out.dated = len(c.Path) - 1
	}
	at := b.root(m.target, c.Path[0].Entity)
	for i, s := range c.Path {
		if i > 0 {
			at = b.hop(m.target, at, s)
		}
		planned := step{node: at, window: -1}
		if i == c.Dated && c.Range != nil {
			planned.window = b.windows.index(*c.Range, m.Zone)
		}
		switch {
		case planned.window < 0:
			at.open = true
		case !slices.Contains(at.windows, planned.window):
			at.windows = append(at.windows, planned.window)
		}
		b.steps = append(b.steps, planned)
	}
	first := len(b.steps) - len(c.Path)
	out.steps = b.steps[first:len(b.steps):len(b.steps)]
	for i := range out.steps {
		out.steps[i].filters = b.filtersOf(m, c, i, out.steps[i].node)
	}
	return out
}

// filtersOf plans the expressions of a child about one of its steps.
func (b *builder) filtersOf(m *model, c *check.Child, step int, at *node) []filter {
	first := len(b.filters)
	for _, e := range c.Where {
		switch e := e.(type) {
		case *check.Comparison:
			if e.Step == step {
				b.filters = append(b.filters, b.filter(m, e, at))
			}
		default:
			panic(fmt.Sprintf("eval: unknown expression %T", e))
		}
	}
	return b.filters[first:len(b.filters):len(b.filters)]
}

// filter plans an expression about the records at a node.
func (b *builder) filter(m *model, e *check.Comparison, at *node) filter {
	f := filter{expr: e}
	for _, h := range e.Hops {
		at = b.hop(m.target, at, h)
		f.hops = append(f.hops, at)
	}
	f.field = at.layout.field(e.Field.Name)
	f.holds = b.windows.predicate(e.Predicate, m.Zone)
	return f
}

func (b *builder) root(target int, e *traverse.Entity) *node {
	t := b.targets[target]
	if e.Name() == traverse.Lead {
		if t.lead == nil {
			t.lead = b.node(t, nil, &node{layout: b.layout(traverse.Lead), lead: true, ref: -1, name: traverse.Lead})
		}
		return t.lead
	}
	if n, ok := t.roots[e.Name()]; ok {
		return n
	}
	n := &node{ref: -1, name: e.Name(), round: 1}
	if e.Name() == traverse.AnyInteraction {
		n.layout = &layout{entity: e, index: map[string]int{}, dated: 0}
		b.anyFields(n.layout)
		for active := range b.schema.Active() {
			n.needs = append(n.needs, b.need(active.Name(), traverse.Contact, false))
		}
	} else {
		n.layout = b.layout(e.Name())
		n.needs = []*need{b.need(e.Name(), traverse.Contact, false)}
	}
	if target == accountBased {
		b.owner = b.need(traverse.Contact, traverse.ParentAccount, true)
		n.round = 2 // behind the contacts of the account
	}
	t.roots[e.Name()] = n
	return b.node(t, nil, n)
}

func (b *builder) hop(target int, from *node, s traverse.Step) *node {
	key := hopKey{from, s.Name}
	if n, ok := b.hops[key]; ok {
		return n
	}
	n := &node{layout: b.layout(s.Entity.Name()), ref: -1, name: s.Name, round: from.round + 1}
	if s.Via.Many() {
		n.needs = []*need{b.need(s.Entity.Name(), s.Via.Via, false)}
	} else {
		n.needs = []*need{b.need(s.Entity.Name(), "", false)}
		n.ref = from.layout.field(s.Name)
	}
	b.hops[key] = n
	return b.node(b.targets[target], from, n)
}

func (b *builder) node(t *trie, parent, n *node) *node {
	n.parent, n.index = parent, len(t.order)
	if parent != nil {
		parent.inner = true
	}
	t.order = append(t.order, n)
	for _, need := range n.needs {
		need.nodes = append(need.nodes, n)
	}
	b.rounds = max(b.rounds, n.round)
	return n
}
