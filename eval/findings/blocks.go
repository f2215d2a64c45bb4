package findings

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
)

// A block is the items of a condition, or of a block in it.
type block struct {
	source *dsl.ItemBlock // nil for a condition, and for a block that a row became
	any    bool           // one of its items must hold, and not all
	same   *check.Same    // the block counts values; or nil
	items  []item

	never, always bool
	// facts are children that all hold where the block does.
	facts []*child
	// conflict says why not all of facts can hold, if it is not because of one alone.
	conflict *conflict
}

// An item is a child or a block.
type item struct {
	child *child
	block *block
}

// span returns where an item is. A block that a row became is nowhere.
func (i item) span() dsl.Span {
	switch {
	case i.child != nil:
		return i.child.Source.Span
	case i.block.source != nil:
		return i.block.source.Span
	}
	return dsl.Span{}
}

func (i item) never() bool {
	if i.child != nil {
		never, _ := i.child.outcome()
		return never
	}
	return i.block.never
}

func (i item) always() bool {
	if i.child != nil {
		_, always := i.child.outcome()
		return always
	}
	return i.block.always
}

// key returns a text that is equal for items that mean the same.
func (i item) key() string {
	if i.child != nil {
		return i.child.key()
	}
	return i.block.key()
}

func (b *block) key() string {
	keys := make([]string, len(b.items))
	for i, it := range b.items {
		keys[i] = it.key()
	}
	if b.same == nil {
		return fmt.Sprintf("%v %q", b.any, unique(keys))
	}
	for i, v := range b.same.Values { // each child has a value of its own
		keys[i] += fmt.Sprintf(" %d %q %q %q", v.Step, stepNames(v.Hops), v.Field.Name, v.Ref)
	}
	return fmt.Sprintf("same %q", unique(keys))
}

// block returns the block of a condition, or of one of its items. role is that of its
// children, if more than one must hold.
func (c *condition) block(of check.Item, role role) *block {
	b := &block{}
	list := c.Items
	switch of := of.(type) {
	case *check.Block:
		b.source, b.any, list = of.Source, of.Any, of.Items
	case *check.Same:
		b.source, b.same, list = of.Source, of, nil
		for _, i := range of.Children {
			b.items = append(b.items, item{child: c.children[i]})
		}
	default:
		if list == nil {
			for _, ch := range c.children {
				b.items = append(b.items, item{child: ch})
			}
		}
	}
	if b.any {
		role = inAny
	}
	for _, i := range list {
		if n, ok := i.(check.ChildItem); ok {
			b.items = append(b.items, item{child: c.children[n]})
		} else {
			b.items = append(b.items, item{block: c.block(i, role)})
		}
	}
	for _, i := range b.items {
		if i.child != nil {
			i.child.role = role
		}
	}
	return b
}

// judge determines whether a block can hold, and whether it always does.
func (j *judge) judge(b *block) {
	j.judgeItems(b)
	if !b.any && b.same == nil && !b.never {
		b.conflict = j.conflict(b.facts)
		b.never = b.conflict != nil
	}
}

func (j *judge) judgeItems(b *block) {
	b.never, b.always = b.any, !b.any && b.same == nil
	for _, i := range b.items {
		switch {
		case i.child != nil && b.same != nil:
			b.never = b.never || i.child.positive() && i.never()
			continue
		case i.child != nil && !b.any:
			b.facts = append(b.facts, i.child)
		case i.child != nil || b.same != nil:
		case b.any:
			j.judge(i.block)
		default:
			j.judgeItems(i.block)
			b.facts = append(b.facts, i.block.facts...)
		}
		if b.any {
			b.never, b.always = b.never && i.never(), b.always || i.always()
		} else {
			b.never, b.always = b.never || i.never(), b.always && i.always()
		}
	}
}

// counts returns bounds of how often a condition with such items counts. That of a
// fraction is rounded up.
func (b *block) counts() points.Range {
	one := points.CountOf(1)
	var award points.Award
	var counts []points.Range
	for _, i := range b.items {
		f, r := points.Frequency{Each: true}, points.Range{Unbounded: true}
		switch {
		case i.child != nil && i.child.counting():
			r = i.child.counts()
		case i.block != nil && i.block.same != nil:
			for _, of := range i.block.items { // each value is one of an occurrence of this child
				if of.child.positive() && of.child.single {
					r = points.Range{Greatest: one}
				}
			}
		default: // it counts 1 if it holds
			f, r = points.Frequency{Min: 1}, points.Range{Greatest: one}
			if i.always() {
				r.Least = one
			}
		}
		award.Children, counts = append(award.Children, f), append(counts, r)
	}
	return award.MultiplierRange(counts)
}

// A conflict is why some children cannot hold together: because of the child guilty,
// perhaps together with other; or because expr of guilty contradicts the expressions
// against, taken together, of other children.
type conflict struct {
	guilty, other *child
	expr          *expr
	against       []*expr
}

// conflict returns why children, each of which can hold, cannot hold together, or nil if
// they may.
func (j *judge) conflict(facts []*child) *conflict {
	if c := j.contradictoryLead(facts); c != nil {
		return c
	}
	merged := enriched(facts)
	for i, few := range facts {
		most, ok := few.most()
		if !ok || few.nothing {
			continue
		}
		for k, ch := range merged {
			tooMany := k != i && ch.positive() &&
				(most == 0 && j.covers(few, ch) || most > 0 && ch.fewest() > most && j.exceeds(few, ch))
			if !tooMany {
				continue
			}
			if few.Source.Start.Offset > ch.Source.Start.Offset {
				return &conflict{guilty: few, other: facts[k]}
			}
			return &conflict{guilty: facts[k], other: few}
		}
	}
	return nil
}

// contradictoryLead compares the children about the lead and what it refers to.
// There is only one record of each of these, so the children must agree.
func (j *judge) contradictoryLead(facts []*child) *conflict {
	demanded := map[string][]*expr{}
	var all []*expr
	var formulas []*formula
	for _, ch := range facts {
		if !ch.single || !ch.positive() {
			continue
		}
		for _, r := range ch.refs {
			exprs := append(demanded[r.key], r.exprs...)
			demanded[r.key] = exprs
			if !j.possible(exprs) {
				return j.accuse(ch, exprs[:len(exprs)-len(r.exprs)], r)
			}
		}
		all, formulas = append(all, ch.together()...), append(formulas, ch.formulas...)
		if len(formulas) > 0 && !j.consistent(all, lists(formulas)) {
			return &conflict{guilty: ch}
		}
	}
	return nil
}

// accuse determines which expression of a child contradicts what other children
// demand of the same value.
func (j *judge) accuse(ch *child, before []*expr, r reference) *conflict {
	for _, e := range r.exprs {
		for i, b := range before {
			if !j.possible([]*expr{b, e}) {
				return &conflict{guilty: ch, expr: e, against: before[i : i+1]}
			}
		}
	}
	return &conflict{guilty: ch, expr: r.exprs[len(r.exprs)-1], against: before}
}

// enriched returns children that hold together, with what other ones say of the same
// records: there is only one lead, and one of each record that it refers to.
func enriched(facts []*child) []*child {
	all := &child{index: map[string]int{}}
	n := 0
	for _, ch := range facts {
		if ch.single && ch.positive() {
			n++
			for _, e := range ch.together() {
				all.add(e)
			}
			all.formulas = append(all.formulas, ch.formulas...)
		}
	}
	if n < 2 {
		return facts
	}
	out := slices.Clone(facts)
	for i, ch := range out {
		if ch.single && ch.positive() {
			merged := *ch
			merged.refs, merged.index, merged.formulas = all.refs, all.index, all.formulas
			out[i] = &merged
		}
	}
	return out
}

// entails reports whether weak holds wherever strong does. Both must be able to count
// something.
func (j *judge) entails(strong, weak *child) bool {
	if weak.key() == strong.key() {
		return true
	}
	least := uint64(0)
	if strong.positive() && j.covers(weak, strong) {
		least = 1
		if j.exceeds(weak, strong) {
			least = strong.fewest()
		}
		if weak.Cap != nil {
			least = min(least, weak.Cap.Count) // if it leaves some out, one X alone has so many
		}
	}
	switch {
	case weak.Burst != nil, weak.Aging != nil && weak.Aging.Kind == check.Without:
		return false
	case weak.counting():
		return least >= max(1, weak.Every)
	case least < weak.Min:
		return false
	case weak.Max == 0 && weak.Min > 0:
		return true
	}
	most, ok := strong.most()
	return ok && most <= weak.Max && (most == 0 && j.covers(strong, weak) || most > 0 && j.exceeds(strong, weak))
}

// makesIdle reports whether weak changes nothing in a condition that has strong.
func (j *judge) makesIdle(strong, weak *child) bool {
	switch {
	case weak.key() == strong.key():
		return true
	case !weak.counting():
		return j.entails(strong, weak)
	}
	plain := weak.Each && weak.Aging == nil && weak.Cap == nil && weak.Every == 0
	return plain && strong.Each && strong.Aging == nil && j.exceeds(weak, strong)
}

// follows reports whether an item holds wherever all of some children do.
func (j *judge) follows(facts []*child, weak item) bool {
	if weak.child != nil {
		return !weak.child.barren() && slices.ContainsFunc(facts, func(strong *child) bool {
			return strong != weak.child && !strong.barren() && j.entails(strong, weak.child)
		})
	}
	follows := func(i item) bool { return j.follows(facts, i) }
	switch b := weak.block; {
	case b.same != nil:
		return false
	case b.any:
		return slices.ContainsFunc(b.items, follows)
	default:
		return !slices.ContainsFunc(b.items, func(i item) bool { return !follows(i) })
	}
}

// implied reports whether weak holds wherever strong does.
func (j *judge) implied(strong, weak item) bool {
	switch {
	case strong.child != nil:
		return j.follows([]*child{strong.child}, weak)
	case strong.block.same != nil:
		return strong.key() == weak.key()
	case strong.block.any:
		return !slices.ContainsFunc(strong.block.items, func(i item) bool { return !j.implied(i, weak) })
	}
	return strong.key() == weak.key() || j.follows(enriched(strong.block.facts), weak)
}

// barren reports whether a child counts nothing, whatever the data.
func (c *child) barren() bool { return c.nothing || c.futile }
