package findings

import (
	"slices"

	"github.com/leadscore/leadscore/dsl"
)

// condition reports what is odd about a condition or audience.
func (f *finder) condition(c *condition, at place) {
	for _, ch := range c.children {
		f.child(ch)
	}
	if c.never {
		f.never(c)
		return
	}
	f.always(c, at)
	f.repeated(c, c.root)
	f.blocks(c, c.root)
}

// blocks reports what is odd about the blocks in a block.
func (f *finder) blocks(c *condition, in *block) {
	for _, i := range in.items {
		b := i.block
		switch {
		case b == nil || b.same != nil || b.never || b.always:
			continue
		case b.any:
			f.alternatives(b)
		case in.any:
			f.repeated(c, b)
		}
		f.blocks(c, b)
	}
}

// choices returns the blocks of which one item is enough among the items that must hold
// for a block.
func (b *block) choices() []item {
	var list []item
	for _, i := range b.items {
		switch {
		case i.block == nil:
		case i.block.any:
			list = append(list, i)
		default:
			list = append(list, i.block.choices()...)
		}
	}
	return list
}

// never reports why a condition never holds, unless it is because of a child that
// has been reported to count nothing.
func (f *finder) never(c *condition) {
	for _, ch := range c.root.facts {
		if ch.barren() && ch.positive() {
			return
		}
	}
	if x := c.root.conflict; x != nil {
		f.conflict(c, x)
		return
	}
	for _, ch := range c.root.facts {
		if never, _ := ch.outcome(); never {
			f.neverChild(c, ch)
			return
		}
	}
	f.neverBlock(c, c.root)
}

// neverChild reports a child that never holds, because of its frequency and path.
func (f *finder) neverChild(c *condition, ch *child) {
	switch {
	case ch.sure && !ch.counting():
		f.warn(CodeNever, ch.Source.Span, "there is always a lead: this child never holds, and neither does %s", c.subject())
	default:
		f.warn(CodeNever, ch.Source.Frequency.Span, "the path leads to at most one record: this child never holds, and neither does %s", c.subject())
	}
}

// neverBlock reports the first block because of which a condition never holds, unless
// all of its children have been reported.
func (f *finder) neverBlock(c *condition, b *block) {
	for _, i := range b.items {
		switch {
		case i.block == nil || !i.never():
		case !i.block.any && i.block.same == nil:
			f.neverBlock(c, i.block)
			return
		case i.block.same != nil && slices.ContainsFunc(i.block.items, func(i item) bool { return i.child.barren() && i.child.positive() }):
			return // which has been reported
		case slices.ContainsFunc(i.block.items, func(i item) bool { return i.child == nil || !i.child.barren() }):
			f.warn(CodeNever, i.span(), "this block never holds, and neither does %s", c.subject())
			return
		}
	}
}

// conflict reports children that cannot hold together.
func (f *finder) conflict(c *condition, x *conflict) {
	ch := x.guilty
	switch {
	case x.expr != nil:
		whom := "another child"
		if len(x.against) > 1 {
			whom = "other children"
		}
		name := c.subject()
		if !c.audience {
			name = brief(c.Source.Name.Raw)
		}
		d := f.warn(CodeNever, x.expr.at, "%s contradicts %s of %s: there is only one such record, so %s never holds",
			brief(x.expr.text.String()), whom, name, c.kind())
		exprs := append(slices.Clip(x.against), x.expr)
		d.Help = either(exprs, exprs)
		for _, b := range x.against {
			f.related(d, b.at, "contradicts this")
		}
	case x.other == nil:
		f.warn(CodeNever, ch.Source.Span, "%s never holds: this child contradicts other children about the same records", c.subject())
	default:
		format := "%s never holds: what this child wants, another one forbids"
		if _, few := ch.most(); few {
			format = "%s never holds: what another child wants, this one forbids"
		}
		d := f.warn(CodeNever, ch.Source.Span, format, c.subject())
		f.related(d, x.other.Source.Span, "contradicts this")
	}
}

// kind returns what the condition is.
func (c *condition) kind() string {
	if c.audience {
		return "the audience"
	}
	return "the condition"
}

// always reports items that always hold. A condition in which all items do gives its
// points to every lead, which may be intended.
func (f *finder) always(c *condition, at place) {
	switch {
	case c.always && c.audience:
		f.warn(CodeAlways, c.Source.Span, "every lead is in the audience: it changes nothing").Help =
			"write what a lead must satisfy, or drop the audience"
		return
	case c.always && !at.tier && !at.seasonal && c.Season == nil:
		f.report(dsl.Advice, CodeEveryLead, c.Source.Name.Span, "condition %s always holds: it gives %+d to every lead that the model scores",
			brief(c.Source.Name.Raw), c.Points)
		return
	case c.always:
		return
	}
	f.alwaysIn(c.root)
}

// alwaysIn reports items of a block that always hold, though the block does not.
func (f *finder) alwaysIn(b *block) {
	for _, i := range b.items {
		ch := i.child
		switch {
		case b.same != nil:
		case ch != nil && (!i.always() || ch.counting() || ch.barren()): // that it counts nothing has been reported
		case ch != nil:
			why := "there is always a lead"
			if !ch.sure {
				why = "the path leads to at most one record"
			}
			d := f.warn(CodeAlways, ch.Source.Span, "%s: this child always holds and changes nothing", why)
			d.Help = "write after where what the lead must satisfy, or drop the child"
			if !ch.sure {
				d.Help = "drop it"
			}
		case i.always() && i.span().Known():
			f.warn(CodeAlways, i.span(), "one of the children in this block always holds: the block changes nothing").Help = "drop it"
		default:
			f.alwaysIn(i.block)
		}
	}
}

// repeated reports items that change nothing because of another one that must hold, too.
func (f *finder) repeated(c *condition, b *block) {
	var left []*child
	for _, ch := range b.facts {
		if _, always := ch.outcome(); !ch.barren() && !always {
			left = append(left, ch)
		}
	}
	for i := len(left) - 1; i >= 0; i-- {
		weak := left[i]
		at := slices.IndexFunc(left, func(strong *child) bool { return strong != weak && f.judge.makesIdle(strong, weak) })
		if at < 0 {
			continue
		}
		strong := left[at]
		var d *dsl.Diagnostic
		if weak.key() == strong.key() {
			name := c.subject()
			if !c.audience {
				name = brief(c.Source.Name.Raw)
			}
			d = f.warn(CodeSameChild, weak.Source.Span, "this child occurs twice in %s and counts once", name)
			f.related(d, strong.Source.Span, "the same as this")
			d.Help = "drop one of them"
		} else {
			switch {
			case strong.counting() && weak.counting():
				d = f.warn(CodeImplied, weak.Source.Span, "this child changes nothing: it counts all that another one counts, and the smallest count matters")
			case strong.counting():
				d = f.warn(CodeImplied, weak.Source.Span, "this child changes nothing: where it does not hold, another one counts nothing")
			default:
				d = f.warn(CodeImplied, weak.Source.Span, "this child changes nothing: it holds whenever another one does")
			}
			f.related(d, strong.Source.Span, "follows from this")
			d.Help = "drop it"
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, i := range b.choices() {
		if !i.always() && i.span().Known() && f.judge.follows(left, i) {
			f.warn(CodeImplied, i.span(), "this block changes nothing: one of the children in it holds whenever the children beside it do").Help = "drop it"
		}
	}
}

// alternatives reports items of a block of which one is enough that change nothing: they
// never hold, or another one holds where they do.
func (f *finder) alternatives(b *block) {
	left := slices.Clone(b.items)
	for i := len(left) - 1; i >= 0; i-- {
		it := left[i]
		if !it.span().Known() || len(left) == 1 {
			continue
		}
		if it.never() {
			if it.child == nil || !it.child.barren() || !it.child.positive() {
				f.warn(CodeAlternative, it.span(), "this never holds, and changes nothing where any of several is enough").Help = "drop it"
			}
			left = slices.Delete(left, i, i+1)
			continue
		}
		at := slices.IndexFunc(left, func(weak item) bool { return weak != it && f.judge.implied(it, weak) })
		if at < 0 {
			continue
		}
		d := f.warn(CodeAlternative, it.span(), "this changes nothing: where it holds, so does another one, which is enough")
		d.Help = "drop it"
		f.related(d, left[at].span(), "this is the other one")
		left = slices.Delete(left, i, i+1)
	}
}
