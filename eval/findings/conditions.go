package findings

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A condition is a checked condition and what can be said of it without data.
type condition struct {
	*check.Condition
	children []*child

	never     bool // its multiplier is always 0
	least     int  // the multiplier is never less: 0 or 1
	unbounded bool // the multiplier can be any number; otherwise it is at most 1

	// Why it never holds: a child, and perhaps another one; or a fact of the child,
	// and those of other children that it contradicts, taken together.
	guilty, other *child
	fact          *fact
	against       []*fact
}

// A child is a checked child and what can be said of it without data.
type child struct {
	*check.Child
	refs  []reference
	index map[string]int // of the refs by their keys

	nothing bool // counts nothing, whatever the data
	dead    bool // because its path leads nowhere
	single  bool // counts at most one: the path starts at the lead and nowhere leads to many
	sure    bool // counts one, whatever the data
}

// A reference is one value of an occurrence, and all that is demanded of it.
type reference struct {
	key   string
	facts []*fact
}

func (c *child) facts(key string) []*fact {
	if i, ok := c.index[key]; ok {
		return c.refs[i].facts
	}
	return nil
}

// positive reports whether the condition needs something to be counted.
func (c *child) positive() bool { return !c.None() }

// consequence says what follows from a child counting nothing.
func (c *child) consequence() string {
	switch {
	case c.None():
		return "this child always holds"
	case c.Each:
		return "this child counts nothing, and the condition never holds"
	}
	return "this child never holds, and neither does the condition"
}

// key is equal for children that mean the same, but for their display names.
func (c *child) key() string {
	var facts []string
	for _, r := range c.refs {
		for _, f := range r.facts {
			facts = append(facts, f.ref+"\n"+f.key)
		}
	}
	names := make([]string, len(c.Path))
	for i, s := range c.Path {
		names[i] = s.Name
	}
	return fmt.Sprintf("%v %d %q %q", c.Each, c.Min, names, unique(facts))
}

// key is equal for conditions of equal children and points.
func (c *condition) key() string {
	keys := make([]string, len(c.children))
	for i, ch := range c.children {
		keys[i] = ch.key()
	}
	return fmt.Sprintf("%d %q", c.Points, unique(keys))
}

// prepare judges all conditions of a model, children first.
func prepare(m *check.Model, j *judge) []*condition {
	conditions := make([]*condition, 0, len(m.Conditions))
	for i := range m.Conditions {
		c := &condition{Condition: &m.Conditions[i]}
		for k := range c.Children {
			c.children = append(c.children, newChild(m, &c.Children[k], j))
		}
		c.judge(j)
		conditions = append(conditions, c)
	}
	return conditions
}

func newChild(m *check.Model, ch *check.Child, j *judge) *child {
	c := &child{Child: ch, index: map[string]int{}}
	fromLead := ch.Path[0].Name == traverse.Lead
	c.dead = m.Account && fromLead && len(ch.Path) > 1 && ch.Path[1].Name == traverse.ParentContact
	c.single = fromLead && !slices.ContainsFunc(ch.Path, func(s traverse.Step) bool { return s.Via.Many() })
	add := func(t check.Test, at dsl.Span, text fmt.Stringer) {
		f := &fact{field: t.Field, predicate: t.Predicate, key: predicateKey(t.Predicate), at: at, text: text}
		// What a step reached by a reference has is what the reference leads to from
		// the step before.
		step, hops := t.Step, []string{}
		for _, h := range t.Hops {
			hops = append(hops, h.Name)
		}
		for ; step > 0 && !ch.Path[step].Via.Many(); step-- {
			hops = slices.Insert(hops, 0, ch.Path[step].Name)
		}
		f.ref = fmt.Sprintf("%d %q %q", step, hops, t.Field.Name)
		f.missing = m.Account && fromLead && step == 0 && len(hops) > 0 && hops[0] == traverse.ParentContact
		i, known := c.index[f.ref]
		if !known {
			i = len(c.refs)
			c.index[f.ref] = i
			c.refs = append(c.refs, reference{key: f.ref})
		}
		c.refs[i].facts = append(c.refs[i].facts, f)
	}
	if ch.Range != nil {
		field, _ := ch.Path[ch.Dated].Entity.Dated()
		add(check.Test{Step: ch.Dated, Field: field, Predicate: check.InWindow{Window: *ch.Range}},
			ch.Source.Range.Span, rangeText{ch.Source.Range})
	}
	for i, t := range ch.Tests {
		e := ch.Source.Where[i].(*dsl.Comparison)
		add(t, e.Span, e)
	}
	c.nothing = c.dead
	c.sure = len(ch.Path) == 1 && fromLead
	for _, r := range c.refs {
		c.nothing = c.nothing || !j.possible(r.facts)
		c.sure = c.sure && !slices.ContainsFunc(r.facts, func(f *fact) bool { return !f.sure() })
	}
	return c
}

// judge finds out whether the condition can hold, and how often.
func (c *condition) judge(j *judge) {
	c.never = slices.ContainsFunc(c.children, func(ch *child) bool { return ch.nothing && ch.positive() }) ||
		c.impossibleChild() || c.contradictoryLead(j) || c.forbidden(j)
	if c.never {
		return
	}
	c.least, c.unbounded = 1, false
	each, bounded := false, false
	for _, ch := range c.children {
		if ch.Each {
			each = true
			bounded = bounded || ch.single
		}
		if !ch.sure && !(ch.None() && ch.nothing) {
			c.least = 0
		}
	}
	c.unbounded = each && !bounded
}

// impossibleChild finds a frequency that the path alone rules out.
func (c *condition) impossibleChild() bool {
	for _, ch := range c.children {
		if ch.single && ch.Min > 1 || ch.sure && ch.None() {
			c.guilty = ch
			return true
		}
	}
	return false
}

// contradictoryLead looks at all children that speak of the lead and what it
// refers to: of each of these there is one record, so that they must agree.
func (c *condition) contradictoryLead(j *judge) bool {
	demanded := map[string][]*fact{}
	var singles []*child
	for _, ch := range c.children {
		if !ch.single || !ch.positive() {
			continue
		}
		singles = append(singles, ch)
		for _, r := range ch.refs {
			all := append(demanded[r.key], r.facts...)
			demanded[r.key] = all
			if !j.possible(all) {
				c.accuse(j, ch, all[:len(all)-len(r.facts)], r)
				return true
			}
		}
	}
	for _, none := range c.children {
		if !none.None() || !none.single || none.nothing {
			continue
		}
		there := slices.IndexFunc(singles, func(ch *child) bool { return extends(ch, none) })
		if there < 0 {
			continue
		}
		implied := true
		for _, r := range none.refs {
			for _, f := range r.facts {
				implied = implied && j.implies(demanded[r.key], f)
			}
		}
		if implied {
			c.guilty, c.other = none, singles[there]
			return true
		}
	}
	return false
}

// accuse finds out which fact of a child contradicts what other children demand
// of the same value.
func (c *condition) accuse(j *judge, ch *child, before []*fact, r reference) {
	c.guilty, c.fact, c.against = ch, r.facts[len(r.facts)-1], before
	for _, f := range r.facts {
		for i, b := range before {
			if !j.possible([]*fact{b, f}) {
				c.fact, c.against = f, before[i:i+1]
				return
			}
		}
	}
}

// forbidden finds a none child that excludes what another child wants.
func (c *condition) forbidden(j *judge) bool {
	for _, none := range c.children {
		if !none.None() || none.nothing {
			continue
		}
		for _, ch := range c.children {
			if ch.positive() && j.covers(none, ch) {
				c.guilty, c.other = ch, none
				if none.Source.Start.Offset > ch.Source.Start.Offset {
					c.guilty, c.other = none, ch
				}
				return true
			}
		}
	}
	return false
}

// extends reports whether the path of long is that of short, and perhaps goes on.
func extends(long, short *child) bool {
	if len(long.Path) < len(short.Path) {
		return false
	}
	from, to := long.Path[0], short.Path[0]
	active := from.Entity.Kind() == traverse.Interaction && !from.Entity.Passive()
	if from.Name != to.Name && (to.Name != traverse.AnyInteraction || !active) {
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
// large counts: if small counts anything, large does.
func (j *judge) covers(large, small *child) bool {
	if !j.take(1) || !extends(small, large) {
		return false
	}
	for _, r := range large.refs {
		facts := small.facts(r.key)
		for _, f := range r.facts {
			if !j.take(1+len(facts)) || !j.implies(facts, f) {
				return false
			}
		}
	}
	return true
}

// exceeds reports whether large counts at least as much as small.
func (j *judge) exceeds(large, small *child) bool {
	if !j.covers(large, small) {
		return false
	}
	rest := small.Path[len(large.Path):]
	return !slices.ContainsFunc(rest, func(s traverse.Step) bool { return s.Via.Many() })
}

// makesIdle reports whether weak changes nothing in a condition that has strong.
func (j *judge) makesIdle(strong, weak *child) bool {
	switch {
	case weak.None():
		return strong.None() && j.covers(strong, weak)
	case strong.None():
		return false
	case weak.Each:
		return strong.Each && j.exceeds(weak, strong)
	case weak.Min == 1:
		return j.covers(weak, strong)
	}
	return !strong.Each && strong.Min >= weak.Min && j.exceeds(weak, strong)
}
