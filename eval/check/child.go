package check

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

func (c *checker) child(model *Model, ch *dsl.Child) Child {
	var out Child
	c.readChild(&out, model, ch)
	return out
}

// readChild is like child, for a child that is already where it belongs.
func (c *checker) readChild(out *Child, model *Model, ch *dsl.Child) {
	out.Source, out.Dated = ch, -1
	out.Label = c.label(ch.Label)
	c.frequency(out, ch)
	path, kinds := c.childPath(ch)
	if path != nil {
		out.Path, out.Kinds = path, kinds
		out.Dated = datedStep(path)
	}
	switch {
	case ch.Range == nil:
	case path == nil:
		c.rangeAlone(model, ch.Range)
	default:
		if w, ok := c.dateRange(model, path, out.Dated, ch.Range); ok {
			out.Range = kept(&c.ranges, w)
		}
	}
	p := place{model: model, child: ch, path: path, kinds: kinds}
	if ch.Burst != nil || ch.Cap != nil || ch.Decay != nil || ch.Frequency.Kind == dsl.EveryWithout {
		c.additions(out, &p)
	}
	if path == nil {
		return
	}
	out.Where = cut(&c.exprs, len(ch.Where))
	for _, e := range ch.Where {
		if x := c.expr(&p, e); x != nil {
			out.Where = append(out.Where, x)
		}
	}
}

// additions checks a burst, a cap, a decay and every SPAN without.
func (c *checker) additions(out *Child, p *place) {
	ch := p.child
	d := dating{step: 0} // of a path with a problem
	if p.path != nil {
		d = datingOf(p.path, out.Dated)
	}
	if ch.Burst != nil {
		out.Burst = c.burst(ch, d)
	}
	if ch.Cap != nil {
		out.Cap = c.cap(p, d)
	}
	switch {
	case ch.Decay != nil:
		c.decay(out, d)
	case ch.Frequency.Kind == dsl.EveryWithout:
		c.without(out, d)
	}
}

// childPath resolves the path of a child, and returns the kinds of a root of several.
func (c *checker) childPath(ch *dsl.Child) (traverse.Path, []*traverse.Entity) {
	if len(ch.Or) > 0 {
		return c.pathOfKinds(ch)
	}
	return c.path(ch.Path), nil
}

// label reads a display name.
func (c *checker) label(l *dsl.String) string {
	if l == nil {
		return ""
	}
	if l.Value == "" && !l.Bad {
		c.problem(l.Span, dsl.CodeEmpty, "a display name must not be empty; leave it out")
	}
	return l.Value
}

// frequency reads a child's frequency, apart from the span of EveryWithout.
func (c *checker) frequency(out *Child, ch *dsl.Child) {
	f := &ch.Frequency
	var n int64 = 1
	if f.Count != nil {
		var ok bool
		if n, ok = c.integer(f.Count); !ok {
			out.Min = 1
			out.Each = f.Kind == dsl.Every
			return
		}
	}
	switch f.Kind {
	case dsl.Each, dsl.EveryWithout:
		out.Each = true
	case dsl.Every:
		out.Each = true
		switch {
		case n >= 2:
			out.Every = uint64(n)
		case n == 1:
			c.rewrite(f.Span, "each", "every 1 counts each occurrence")
		default:
			c.problem(f.Span, CodeFrequency, "every %s counts nothing", f.Count.Text).Help = "write each, or every 2 to count pairs"
		}
	case dsl.AtLeast:
		out.Min = 1
		if n < 1 {
			d := c.problem(f.Span, CodeFrequency, "at least %s always holds", f.Count.Text)
			d.Help = "write at least 1, or none for what must not occur"
			return
		}
		out.Min = uint64(n)
	case dsl.AtMost:
		out.Max = 1
		switch {
		case n >= 1:
			out.Max = uint64(n)
		case n == 0:
			c.rewrite(f.Span, "none", "at most 0 holds where there is none")
		default:
			c.problem(f.Span, CodeFrequency, "at most %s never holds", f.Count.Text).Help = "write none, or at most 1"
		}
	case dsl.Exactly:
		out.Min, out.Max = 1, 1
		switch {
		case n >= 1:
			out.Min, out.Max = uint64(n), uint64(n)
		case n == 0:
			c.rewrite(f.Span, "none", "exactly 0 holds where there is none")
		default:
			c.problem(f.Span, CodeFrequency, "exactly %s never holds", f.Count.Text).Help = "write none, or exactly 1"
		}
	case dsl.FromTo:
		c.fromTo(out, f, n)
	}
}

// fromTo reads `from A to B`, whose A is from.
func (c *checker) fromTo(out *Child, f *dsl.Frequency, from int64) {
	out.Min, out.Max = 1, 1
	to, ok := c.integer(f.To)
	switch {
	case !ok:
	case from < 0 || to < 0:
		c.problem(f.Span, CodeFrequency, "a count is never below 0").Help = "write from 1 to 3, for example"
	case from == 0 && to == 0:
		c.rewrite(f.Span, "none", "from 0 to 0 holds where there is none")
	case from == 0 || to == 0:
		c.rewrite(f.Span, fmt.Sprintf("at most %d", max(from, to)), "from %d to %d holds for none, too", from, to)
	case from == to:
		c.rewrite(f.Span, fmt.Sprintf("exactly %d", from), "from %d to %d is one count", from, to)
	case from > to:
		d := c.rewrite(f.Span, fmt.Sprintf("from %d to %d", to, from), "the bounds are out of order: %d is more than %d", from, to)
		d.Code = CodeBounds
	default:
		out.Min, out.Max = uint64(from), uint64(to)
	}
}

// rewrite reports a frequency that is written in another form.
func (c *checker) rewrite(at dsl.Span, form, why string, args ...any) *dsl.Diagnostic {
	d := c.problem(at, CodeFrequency, why, args...)
	d.Help = "write " + form
	d.Replace(form)
	return d
}

// A dating is how the occurrences of a path are dated.
type dating struct {
	step int              // -1 if they are not
	days bool             // by a date, not a time
	what string           // of a date, its name for messages
	end  *traverse.Entity // of the path
	hops int              // of the path
}

func datingOf(path traverse.Path, step int) dating {
	d := dating{step: step, end: path.Last().Entity, hops: path.Hops()}
	if step >= 0 {
		d.days, d.what = datedBy(path, step)
	}
	return d
}

// undated reports that something needs the date of the occurrences, if they have none,
// and returns whether it has.
func (c *checker) undated(d dating, at dsl.Span, what string) bool {
	if d.step >= 0 {
		return false
	}
	name := d.end.Name()
	p := c.problem(at, CodeDateRange, "%s has no date of its own, and %s needs one", name, what)
	if d.hops > 0 {
		p.Summary = fmt.Sprintf("nothing on the path to %s has a date of its own, and %s needs one", name, what)
	}
	p.Help = fmt.Sprintf("declare `dated by` for %s in a schema block", name)
	return true
}
