package findings

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// A condition is a checked condition and what is known of it without data.
type condition struct {
	*check.Condition
	children []*child
	beyond   bool // only its range is known: it has more than plain children and points

	never      bool         // its multiplier is always 0
	multiplier points.Range // what it can be, if not never

	// Why the condition never holds: because of the child guilty, perhaps together
	// with other; or because expr of guilty contradicts the expressions against,
	// taken together, of other children.
	guilty, other *child
	expr          *expr
	against       []*expr
}

// A child is a checked child and what is known of it without data.
type child struct {
	*check.Child
	refs  []reference
	index map[string]int // indexes into refs, by key

	nothing bool // it counts nothing, whatever the data
	dead    bool // it counts nothing because its path leads to no record
	single  bool // it counts at most one: the path starts at the lead and has only N:1 hops
	sure    bool // it counts one, whatever the data
}

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

// counts returns the range of what the child can count.
func (c *child) counts() points.Range {
	zero, one := points.Count{}, points.CountOf(1)
	switch {
	case c.nothing:
		return points.Range{Least: zero, Greatest: zero}
	case c.sure:
		one = points.FrequencyOf(c.Child).Of(one)
		return points.Range{Least: one, Greatest: one}
	case c.single:
		return points.Range{Least: zero, Greatest: points.FrequencyOf(c.Child).Of(one)}
	}
	return points.Range{Least: zero, Unbounded: true}
}

// positive reports whether the child holds only if it counts something.
func (c *child) positive() bool { return c.Each || c.Min > 0 }

// consequence returns what follows if the child counts nothing, for a message.
func (c *child) consequence() string {
	switch {
	case !c.positive():
		return "this child always holds"
	case c.Each:
		return "this child counts nothing, and the condition never holds"
	}
	return "this child never holds, and neither does the condition"
}

// key returns a text that is equal for children that mean the same, whatever their
// display names.
func (c *child) key() string {
	var keys []string
	for _, r := range c.refs {
		for _, e := range r.exprs {
			keys = append(keys, e.ref+"\n"+e.key)
		}
	}
	names := make([]string, len(c.Path))
	for i, s := range c.Path {
		names[i] = s.Name
	}
	return fmt.Sprintf("%v %q %q", points.FrequencyOf(c.Child), names, unique(keys))
}

// key returns a text that is equal for conditions with equal children and points.
func (c *condition) key() string {
	keys := make([]string, len(c.children))
	for i, ch := range c.children {
		keys[i] = ch.key()
	}
	return fmt.Sprintf("%d %q", c.Points, unique(keys))
}

// prepare returns the conditions of a model, judged.
func prepare(m *check.Model, j *judge) []*condition {
	conditions := make([]*condition, 0, len(m.Conditions))
	for i := range m.Conditions {
		c := &condition{Condition: &m.Conditions[i]}
		if isBeyond(c.Condition) {
			c.beyond, c.multiplier = true, multipliers(c.Condition)
			conditions = append(conditions, c)
			continue
		}
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
	c.dead = m.Account() && fromLead && len(ch.Path) > 1 && ch.Path[1].Name == traverse.ParentContact
	c.single = fromLead && !slices.ContainsFunc(ch.Path, func(s traverse.Step) bool { return s.Via.Many() })
	add := func(x *check.Comparison, at dsl.Span, text fmt.Stringer) {
		e := &expr{field: x.Field, predicate: x.Predicate, key: check.PredicateKey(x.Predicate), at: at, text: text, source: x.Source}
		// A field of a step that is reached by a reference is the same as the field of
		// that reference from the step before.
		step, hops := x.Step, []string{}
		for _, h := range x.Hops {
			hops = append(hops, h.Name)
		}
		for ; step > 0 && !ch.Path[step].Via.Many(); step-- {
			hops = slices.Insert(hops, 0, ch.Path[step].Name)
		}
		e.ref = fmt.Sprintf("%d %q %q", step, hops, x.Field.Name)
		e.missing = m.Account() && fromLead && step == 0 && len(hops) > 0 && hops[0] == traverse.ParentContact
		i, known := c.index[e.ref]
		if !known {
			i = len(c.refs)
			c.index[e.ref] = i
			c.refs = append(c.refs, reference{key: e.ref})
		}
		c.refs[i].exprs = append(c.refs[i].exprs, e)
	}
	if ch.Range != nil {
		field, _ := ch.Path[ch.Dated].Entity.Dated()
		add(&check.Comparison{Step: ch.Dated, Field: field, Predicate: check.InWindow{Window: *ch.Range}},
			ch.Source.Range.Span, ch.Source.Range)
	}
	for _, e := range ch.Where {
		switch e := e.(type) {
		case *check.Comparison:
			add(e, e.Source.Span, e.Source)
		default:
			panic(fmt.Sprintf("findings: unknown expression %T", e))
		}
	}
	c.nothing = c.dead
	c.sure = len(ch.Path) == 1 && fromLead
	for _, r := range c.refs {
		c.nothing = c.nothing || !j.possible(r.exprs)
		c.sure = c.sure && !slices.ContainsFunc(r.exprs, func(e *expr) bool { return !e.sure() })
	}
	return c
}

// judge determines whether the condition can hold, and how often.
func (c *condition) judge(j *judge) {
	c.never = slices.ContainsFunc(c.children, func(ch *child) bool { return ch.nothing && ch.positive() }) ||
		c.impossibleChild() || c.contradictoryLead(j) || c.forbidden(j)
	if c.never {
		return
	}
	counts := make([]points.Range, len(c.children))
	for i, ch := range c.children {
		counts[i] = ch.counts()
	}
	award := points.AwardOf(c.Condition, nil)
	c.multiplier = award.MultiplierRange(counts)
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

// contradictoryLead compares the children about the lead and what it refers to.
// There is only one record of each of these, so the children must agree.
func (c *condition) contradictoryLead(j *judge) bool {
	demanded := map[string][]*expr{}
	var singles []*child
	for _, ch := range c.children {
		if !ch.single || !ch.positive() {
			continue
		}
		singles = append(singles, ch)
		for _, r := range ch.refs {
			all := append(demanded[r.key], r.exprs...)
			demanded[r.key] = all
			if !j.possible(all) {
				c.accuse(j, ch, all[:len(all)-len(r.exprs)], r)
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
			for _, e := range r.exprs {
				implied = implied && j.implies(demanded[r.key], e)
			}
		}
		if implied {
			c.guilty, c.other = none, singles[there]
			return true
		}
	}
	return false
}

// accuse determines which expression of a child contradicts what other children
// demand of the same value.
func (c *condition) accuse(j *judge, ch *child, before []*expr, r reference) {
	c.guilty, c.expr, c.against = ch, r.exprs[len(r.exprs)-1], before
	for _, e := range r.exprs {
		for i, b := range before {
			if !j.possible([]*expr{b, e}) {
				c.expr, c.against = e, before[i:i+1]
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

// extends reports whether the path of long begins with that of short.
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
// large counts, so that large counts something if small does.
func (j *judge) covers(large, small *child) bool {
	if !j.take(1) || !extends(small, large) {
		return false
	}
	for _, r := range large.refs {
		exprs := small.exprs(r.key)
		for _, e := range r.exprs {
			if !j.take(1+len(exprs)) || !j.implies(exprs, e) {
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
	case weak.Max > 0 || strong.Max > 0 || weak.Every > 0 || strong.Every > 0:
		return weak.key() == strong.key()
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
