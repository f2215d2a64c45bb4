package findings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// child reports expressions that contradict each other, or that change nothing.
func (f *finder) child(ch *child) {
	switch {
	case ch.dead:
		names := ch.Source.Path[:2]
		d := f.warn(CodeNothing, dsl.Span{Start: names[0].Start, End: names[1].End},
			"a lead of a model with target account has no parent contact: %s", ch.consequence())
		d.Help = "begin with Lead.ParentAccount"
	case ch.nothing:
		f.contradiction(ch)
	case ch.futile:
		f.futile(ch)
	default:
		f.superfluous(ch)
	}
}

// consequence returns what follows if the child counts nothing, for a message.
func (c *child) consequence() string {
	switch {
	case c.role == inTable:
		return "their number is always 0"
	case !c.positive():
		return "this child always holds"
	case c.role == inAny:
		return "this child never holds"
	case c.role == inAudience:
		return "this child never holds, and no lead is in the audience"
	case c.counting():
		return "this child counts nothing, and the condition never holds"
	}
	return "this child never holds, and neither does the condition"
}

// futile reports a decay, a burst or an every SPAN without that no occurrence satisfies.
func (f *finder) futile(ch *child) {
	switch need := ch.need(); {
	case ch.Burst != nil:
		f.warn(CodeNothing, need.at, "no occurrence of this child has a date, and what has none is in no burst: %s", ch.consequence())
	case ch.Aging.Kind == check.Without:
		f.warn(CodeNothing, need.at, "no occurrence of this child is ever %s old: %s", ch.Source.Frequency.Without, ch.consequence())
	default:
		f.warn(CodeNothing, need.at, "each occurrence of this child has lost all its weight: %s", ch.consequence())
	}
}

// contradiction reports the first expression because of which a child counts
// nothing.
func (f *finder) contradiction(ch *child) {
	if f.contradictory(ch) {
		return
	}
	for i, g := range ch.formulas {
		if !f.judge.consistent(ch.together(), lists(ch.formulas[:i+1])) {
			at := g.source.Syntax().At()
			if f.judge.consistent(nil, [][]way{g.ways}) {
				f.warn(CodeNothing, at, "no value satisfies both %s and the expressions beside it: %s", g.text(), ch.consequence())
			} else {
				f.warn(CodeNothing, at, "no value satisfies %s: %s", g.text(), ch.consequence())
			}
			return
		}
	}
}

// contradictory reports the first expression without or and not because of which a child
// counts nothing. It returns false if there is none.
func (f *finder) contradictory(ch *child) bool {
	for _, ref := range ch.refs {
		for i := range ref.exprs {
			if f.judge.possible(ref.exprs[:i+1]) {
				continue
			}
			guilty, before := ref.exprs[i], ref.exprs[:i]
			if guilty.hopeless() {
				d := f.warn(CodeNothing, guilty.at, "%s is about a value that is always empty: %s", brief(guilty.text.String()), ch.consequence())
				d.Help = "a lead of a model with target account has no parent contact"
				return true
			}
			before = f.blame(before, guilty)
			var d *dsl.Diagnostic
			switch len(before) {
			case 0:
				d = f.warn(CodeNothing, guilty.at, "no value satisfies %s: %s", brief(guilty.text.String()), ch.consequence())
			case 1:
				d = f.warn(CodeNothing, guilty.at, "no value satisfies both %s and %s: %s",
					brief(before[0].text.String()), brief(guilty.text.String()), ch.consequence())
			default:
				d = f.warn(CodeNothing, guilty.at, "no value satisfies both %s and the expressions before it: %s", brief(guilty.text.String()), ch.consequence())
			}
			for _, b := range before {
				f.related(d, b.at, "contradicts this")
			}
			d.Help = either(append(before, guilty), ref.exprs)
			return true
		}
	}
	return false
}

// blame returns the expression before guilty that contradicts it by itself, or else
// all of before.
func (f *finder) blame(before []*expr, guilty *expr) []*expr {
	if !f.judge.possible([]*expr{guilty}) {
		return nil
	}
	for _, b := range before {
		if !f.judge.possible([]*expr{b, guilty}) {
			return []*expr{b}
		}
	}
	return slices.Clone(before)
}

// either returns a help for several expressions that want a value to equal different
// things and were probably meant as a list, or "". The list holds what any of all
// wants.
func either(guilty, all []*expr) string {
	if len(guilty) < 2 || slices.ContainsFunc(guilty, func(e *expr) bool { return len(equals(e)) == 0 }) {
		return ""
	}
	var values []string
	for _, e := range all {
		for _, v := range equals(e) {
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	const many = 8
	if len(values) > many {
		return ""
	}
	field := pathText(guilty[0].source.Ref)
	return fmt.Sprintf("write %s in (%s) if one of them is enough", field, strings.Join(values, ", "))
}

// equals returns, as written, the texts or numbers that e wants its value to equal,
// or nothing if it wants something else.
func equals(e *expr) (values []string) {
	c := e.source
	if c == nil || c.Op != dsl.Equal && c.Op != dsl.In {
		return nil
	}
	for _, o := range c.Operands {
		switch o := o.(type) {
		case *dsl.String:
			values = append(values, o.Raw)
		case *dsl.Number:
			values = append(values, o.Text)
		}
	}
	return values
}

// superfluous reports expressions that can be left out of a child.
func (f *finder) superfluous(ch *child) {
	for _, ref := range ch.refs {
		left := slices.DeleteFunc(slices.Clone(ref.exprs), func(e *expr) bool { return e.virtual })
		for i := len(left) - 1; i >= 0; i-- {
			weak := left[i]
			if weak.sure() {
				d := f.warn(CodeImplied, weak.at, "%s always holds: it changes nothing", brief(weak.text.String()))
				d.Help = "a lead of a model with target account has no parent contact"
				left = slices.Delete(left, i, i+1)
				continue
			}
			at := slices.IndexFunc(left, func(strong *expr) bool {
				return strong != weak && f.judge.implies([]*expr{strong}, weak)
			})
			if at < 0 {
				continue
			}
			strong := left[at]
			var d *dsl.Diagnostic
			if f.judge.implies([]*expr{weak}, strong) {
				d = f.warn(CodeSameExpr, weak.at, "%s means the same as %s", brief(weak.text.String()), brief(strong.text.String()))
				f.related(d, strong.at, "the same as this")
			} else {
				d = f.warn(CodeImplied, weak.at, "%s changes nothing: it follows from %s", brief(weak.text.String()), brief(strong.text.String()))
				f.related(d, strong.at, "follows from this")
			}
			d.Help = "drop it"
			left = slices.Delete(left, i, i+1)
		}
	}
	f.formulas(ch)
}
