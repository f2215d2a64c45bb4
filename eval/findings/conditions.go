package findings

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// A condition is a checked condition or audience, and what is known of it without data.
type condition struct {
	*check.Condition
	audience bool
	children []*child
	root     *block // of its items

	never      bool         // its multiplier is always 0
	always     bool         // its multiplier is always above 0
	multiplier points.Range // bounds of what it can be, if not never
}

// subject returns what messages call the condition.
func (c *condition) subject() string {
	switch {
	case c.audience:
		return "the audience"
	case c.Row != nil:
		return "the table"
	}
	return "condition " + brief(c.Source.Name.Raw)
}

// A child is a checked child and what is known of it without data.
type child struct {
	*check.Child
	model    *check.Model
	refs     []reference
	index    map[string]int // indexes into refs, by key
	formulas []*formula
	role     role
	roots    []string // the kinds of records that the path begins with, in order
	keyed    string   // what key returns, once it was asked for

	nothing bool // no occurrence satisfies its expressions, whatever the data
	dead    bool // it counts nothing because its path leads to no record
	futile  bool // none that does has a date, or one of the age, that its decay or burst needs
	single  bool // it has at most one occurrence: the path starts at the lead and has only N:1 hops
	sure    bool // it has one, whatever the data
}

// A role is what a child is for.
type role uint8

// The roles: other ones count for a condition or must hold for it.
const (
	inAny      role = iota + 1 // one of several of which one is enough
	inAudience                 // of an audience
	inTable                    // what a table counts
)

// A reference is a value of an occurrence and all expressions about it.
type reference struct {
	key   string
	exprs []*expr
}

func (c *child) exprs(key string) []*expr {
	if i, ok := c.index[key]; ok {
		return c.refs[i].exprs
	}
	return nil
}

// counts returns the range of what the child can count. That of the sum of the weights
// of a decaying child is rounded up.
func (c *child) counts() points.Range {
	zero, one := points.Count{}, points.CountOf(1)
	switch f := points.FrequencyOf(c.Child); {
	case c.nothing || c.futile:
		return points.Range{Least: zero, Greatest: zero}
	case c.Aging != nil && c.Aging.Kind != check.Without && (c.Aging.Newest || c.single):
		return points.Range{Least: zero, Greatest: one}
	case c.Aging != nil:
		return points.Range{Least: zero, Unbounded: true}
	case c.sure:
		one = f.Of(one)
		return points.Range{Least: one, Greatest: one}
	case c.single:
		return points.Range{Least: zero, Greatest: f.Of(one)}
	}
	return points.Range{Least: zero, Unbounded: true}
}

// outcome reports whether the child never or always holds, as far as it alone tells.
func (c *child) outcome() (never, always bool) {
	f, r := points.FrequencyOf(c.Child), c.counts()
	if r.Unbounded {
		return false, false
	}
	never, always = true, true
	for n := r.Least.Clamp(); n <= r.Greatest.Clamp(); n++ {
		holds := f.Holds(points.CountOf(n))
		never, always = never && !holds, always && holds
	}
	return never, always
}

// positive reports whether the child holds only if it counts something.
func (c *child) positive() bool { return c.Each || c.Aging != nil || c.Min > 0 }

// counting reports whether the child counts, and does not just hold.
func (c *child) counting() bool { return c.Each || c.Aging != nil }

// fewest returns how many occurrences there are at least if the child holds.
func (c *child) fewest() uint64 {
	if c.counting() {
		return max(1, c.Every)
	}
	return c.Min
}

// most returns how many occurrences there are at most if the child holds. It returns
// false if there is no such number.
func (c *child) most() (n uint64, ok bool) {
	bounded := !c.counting() && (c.Max > 0 || c.Min == 0) && c.Cap == nil
	return c.Max, bounded || c.None()
}

// rootsOf returns the kinds of records that a path begins with, in order.
func rootsOf(c *check.Child) []string {
	if c.Kinds == nil {
		return []string{c.Path[0].Name}
	}
	var names []string
	for _, k := range c.Kinds {
		names = append(names, k.Name())
	}
	return unique(names)
}

// occurrenceKey returns a text that is equal for children with the same occurrences.
func (c *child) occurrenceKey() string {
	var keys []string
	for _, r := range c.refs {
		for _, e := range r.exprs {
			if !e.virtual {
				keys = append(keys, e.ref+"\n"+e.key)
			}
		}
	}
	for _, f := range c.formulas {
		keys = append(keys, f.key)
	}
	return fmt.Sprintf("%q %q %q", c.roots, stepNames(c.Path[1:]), unique(keys))
}

// key returns a text that is equal for children that mean the same, whatever their
// display names.
func (c *child) key() string {
	if c.keyed != "" {
		return c.keyed
	}
	burst, aging := "", ""
	if c.Burst != nil {
		burst = fmt.Sprint(*c.Burst)
	}
	if c.Aging != nil {
		aging = fmt.Sprint(*c.Aging)
	}
	c.keyed = fmt.Sprintf("%v %s %q %q %q", points.FrequencyOf(c.Child), c.occurrenceKey(), c.capKey(), burst, aging)
	return c.keyed
}

// capKey returns a text that is equal for caps that mean the same, "" for none.
func (c *child) capKey() string {
	if c.Cap == nil {
		return ""
	}
	x := c.Cap.Value
	return fmt.Sprintf("%d %d %d %q %q %q %v", c.Cap.Count, c.Cap.Period, x.Step, stepNames(x.Hops), x.Field.Name, x.Ref, x.Record)
}

func stepNames(path []traverse.Step) []string {
	names := make([]string, len(path))
	for i, s := range path {
		names[i] = s.Name
	}
	return names
}

// key returns a text that is equal for conditions with equal children and points.
func (c *condition) key() string {
	return fmt.Sprintf("%d %d %s", c.Points, c.Bound, c.root.key())
}

// prepare returns the conditions of a model, judged.
func prepare(m *check.Model, j *judge) []*condition {
	conditions := make([]*condition, 0, len(m.Conditions))
	for i := range m.Conditions {
		conditions = append(conditions, newCondition(m, &m.Conditions[i], j))
	}
	return conditions
}

func newCondition(m *check.Model, of *check.Condition, j *judge) *condition {
	c := &condition{Condition: of, audience: of == m.Audience}
	for k := range c.Children {
		c.children = append(c.children, newChild(m, &c.Children[k], j))
	}
	role := role(0)
	switch {
	case c.audience:
		role = inAudience
	case c.Row != nil:
		role = inTable
	}
	c.root = c.block(nil, role)
	j.judge(c.root)
	c.never, c.always = c.root.never, c.root.always
	if c.Row != nil && c.Row.Form == dsl.RowOtherwise {
		c.never, c.always = false, true
	}
	if !c.never {
		c.multiplier = c.root.counts()
	}
	return c
}

func newChild(m *check.Model, ch *check.Child, j *judge) *child {
	c := &child{Child: ch, model: m, index: map[string]int{}, roots: rootsOf(ch)}
	fromLead := ch.Path[0].Name == traverse.Lead && ch.Kinds == nil
	c.dead = m.Account() && fromLead && len(ch.Path) > 1 && ch.Path[1].Name == traverse.ParentContact
	c.single = fromLead && !slices.ContainsFunc(ch.Path, func(s traverse.Step) bool { return s.Via.Many() })
	if ch.Range != nil {
		c.add(c.date(check.InWindow{Window: *ch.Range}, ch.Source.Range.Span, ch.Source.Range))
	}
	for _, e := range ch.Where {
		c.addAll(e)
	}
	c.nothing = c.dead || !j.can(c)
	c.sure = len(ch.Path) == 1 && fromLead && len(c.formulas) == 0
	for _, r := range c.refs {
		c.sure = c.sure && !slices.ContainsFunc(r.exprs, func(e *expr) bool { return !e.sure() })
	}
	if !c.nothing {
		if need := c.need(); need != nil {
			c.add(need)
			c.futile = !j.can(c)
		}
	}
	return c
}

// can reports whether some occurrence can satisfy what is known to be asked of it.
func (j *judge) can(c *child) bool {
	if slices.ContainsFunc(c.refs, func(r reference) bool { return !j.possible(r.exprs) }) {
		return false
	}
	return len(c.formulas) == 0 || j.consistent(c.together(), lists(c.formulas))
}

// addAll adds what an expression asks of an occurrence.
func (c *child) addAll(e check.Expr) {
	switch e := e.(type) {
	case *check.Comparison:
		c.add(c.expr(e, e.Source.Span, e.Source))
	case *check.And:
		for _, t := range e.Terms {
			c.addAll(t)
		}
	default:
		c.addFormula(e)
	}
}

func (c *child) add(e *expr) {
	i, known := c.index[e.ref]
	if !known {
		i = len(c.refs)
		c.index[e.ref] = i
		c.refs = append(c.refs, reference{key: e.ref})
	}
	c.refs[i].exprs = append(c.refs[i].exprs, e)
}

// date returns an expression about the date of an occurrence.
func (c *child) date(p check.Predicate, at dsl.Span, text fmt.Stringer) *expr {
	field, _ := c.Path[c.Dated].Entity.Dated()
	return c.expr(&check.Comparison{Step: c.Dated, Field: field, Predicate: p}, at, text)
}

// expr returns an expression about a value of an occurrence.
func (c *child) expr(x *check.Comparison, at dsl.Span, text fmt.Stringer) *expr {
	e := &expr{field: x.Field, predicate: x.Predicate, key: check.PredicateKey(x.Predicate), at: at, text: text, source: x.Source}
	// A field of a step that is reached by a reference is the same as the field of
	// that reference from the step before.
	step, hops := x.Step, stepNames(x.Hops)
	for ; step > 0 && !c.Path[step].Via.Many(); step-- {
		hops = slices.Insert(hops, 0, c.Path[step].Name)
	}
	e.ref = fmt.Sprintf("%d %q %q", step, hops, x.Field.Name)
	e.missing = c.model.Account() && c.Path[0].Name == traverse.Lead && step == 0 && len(hops) > 0 && hops[0] == traverse.ParentContact
	return e
}

// need returns what the date of an occurrence must satisfy for its decay or burst to
// count it, or nil if the child has none.
func (c *child) need() *expr {
	var e *expr
	switch a := c.Aging; {
	case c.Burst != nil:
		e = c.date(check.IsEmpty{Not: true}, c.Source.Burst.Span, c.Source.Burst)
	case a == nil:
		return nil
	case a.Kind == check.Without: // it is a span old
		w := check.Window{Days: a.Span.Days, Hi: check.Bound{Kind: check.Relative, Unit: a.Span.Unit, N: -a.Span.N, Plus: -1}}
		e = c.date(check.InWindow{Window: w}, c.Source.Frequency.Span, &c.Source.Frequency)
	default:
		k := int64(0)
		for ; k < int64(a.Steps) && a.Weight(int(k)) > 0; k++ {
		}
		w := check.Window{Days: a.Span.Days, Lo: check.Bound{Kind: check.Relative, Unit: a.Span.Unit, N: -a.Span.N * k}}
		if c.Path[c.Dated].Entity.Name() != traverse.Lead { // what is later than as of does not exist, but a lead does
			w.Hi = check.Bound{Kind: check.Relative, Unit: a.Span.Unit}
		}
		e = c.date(check.InWindow{Window: w}, c.Source.Decay.Span, c.Source.Decay)
	}
	e.virtual = true
	return e
}

// extends reports whether the path of long begins with that of short.
func extends(long, short *child) bool {
	if len(long.Path) < len(short.Path) {
		return false
	}
	active := func(e *traverse.Entity) bool { return e.Kind() == traverse.Interaction && !e.Passive() }
	kinds := long.Kinds
	if kinds == nil {
		kinds = []*traverse.Entity{long.Path[0].Entity}
	}
	of := short.roots
	if of[0] == traverse.AnyInteraction {
		if long.roots[0] != traverse.AnyInteraction && slices.ContainsFunc(kinds, func(e *traverse.Entity) bool { return !active(e) }) {
			return false
		}
	} else if slices.ContainsFunc(long.roots, func(name string) bool { return !slices.Contains(of, name) }) {
		return false
	}
	for i, s := range short.Path[1:] {
		if long.Path[i+1].Name != s.Name {
			return false
		}
	}
	return true
}

// covers reports whether each occurrence that small counts begins with one that
// large counts, so that large counts something if small does.
func (j *judge) covers(large, small *child) bool {
	if !j.take(1) || !extends(small, large) {
		return false
	}
	for _, r := range large.refs {
		for _, e := range r.exprs {
			if !j.satisfies(small, e) {
				return false
			}
		}
	}
	return !slices.ContainsFunc(large.formulas, func(f *formula) bool { return !j.satisfiesAll(small, f) })
}

// exceeds reports whether large has at least as many occurrences as small.
func (j *judge) exceeds(large, small *child) bool {
	if !j.covers(large, small) {
		return false
	}
	rest := small.Path[len(large.Path):]
	return !slices.ContainsFunc(rest, func(s traverse.Step) bool { return s.Via.Many() })
}
