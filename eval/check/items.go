package check

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// condition checks the Source of out.
func (c *checker) condition(model *Model, out *Condition) {
	cond := out.Source
	out.Children, out.Season = cut(&c.children, len(cond.Items)), c.season(model, cond.Active)
	if cond.Name != nil {
		out.Name = cond.Name.Value
	}
	out.Points, out.Bound = c.score(cond.Score)
	out.Items = c.items(model, out, cond.Items, "")
	c.counting(out, cond)
}

// items checks the items of a condition, of an audience or of a block in them, and adds
// their children to out. in says for messages what they are in; if it is "", they are in
// a condition, where they may count. The items returned are nil if all of them are
// children of a condition.
func (c *checker) items(model *Model, out *Condition, items []dsl.Item, in string) []Item {
	var list []Item
	for _, item := range items {
		switch item := item.(type) {
		case *dsl.Child:
			if item.Incomplete {
				continue // the parser has reported it
			}
			if list != nil || in != "" {
				list = append(list, ChildItem(len(out.Children)))
			}
			out.Children = append(out.Children, Child{})
			c.readChild(&out.Children[len(out.Children)-1], model, item)
			if in != "" {
				c.holding(item, in)
			}
		case *dsl.ItemBlock:
			if list == nil && in == "" { // all of the children so far are in the condition itself
				for n := range out.Children {
					list = append(list, ChildItem(n))
				}
			}
			if block := c.block(model, out, item, in); block != nil {
				list = append(list, block)
			}
		}
	}
	return list
}

// block checks a block of items.
func (c *checker) block(model *Model, out *Condition, b *dsl.ItemBlock, in string) Item {
	label := c.label(b.Label)
	if b.Kind != dsl.SameValue {
		block := &Block{Label: label, Any: b.Kind == dsl.AnyOf, Source: b}
		block.Items = c.items(model, out, b.Items, blockText(b))
		return block
	}
	if in != "" {
		d := c.problem(firstLine(b.Span, c.file), CodeBlock, "same counts, and %s takes only children that hold", in)
		d.Help = "write it outside, beside " + in
		if in == inAudience || in == inRule {
			d.Help = "write any of { … } or all of { … }"
		}
	}
	return c.same(model, out, b, label)
}

// blockText returns the words that a block begins with.
func blockText(b *dsl.ItemBlock) string {
	switch b.Kind {
	case dsl.AllOf:
		return "all of"
	case dsl.SameValue:
		return "same"
	}
	return "any of"
}

// holding reports a child that counts where only children that hold may be.
func (c *checker) holding(ch *dsl.Child, in string) {
	const format = "%s counts, and %s takes only children that hold"
	f := &ch.Frequency
	rewrite := func(form string) {
		d := c.problem(f.Span, CodeBlock, format, frequencyText(f), in)
		d.Help = "write " + form
		d.Replace(form)
	}
	switch f.Kind {
	case dsl.Each:
		rewrite("has")
	case dsl.Every:
		rewrite("at least " + brief(f.Count.Text))
	case dsl.EveryWithout:
		d := c.problem(f.Span, CodeBlock, format, frequencyText(f), in)
		if d.Help = "write a condition of its own for it"; ch.Range == nil {
			d.Help = fmt.Sprintf("write none %s within last %s", pathOf(ch), f.Without)
		}
	}
	if ch.Decay != nil {
		d := c.problem(ch.Decay.Span, CodeBlock, "a decaying child counts, and %s takes only children that hold", in)
		d.Help = "leave out the decay, or write the child outside, beside " + in
		if in == inAudience || in == inRule {
			d.Help = "leave out the decay"
		}
	}
}

// counting checks which of a condition's children count: beside a decay none, and
// beside every SPAN without none either, which then needs an end.
func (c *checker) counting(out *Condition, cond *dsl.Condition) {
	var alone *dsl.Frequency // every SPAN without
	var decay *dsl.Decay
	var first dsl.Span
	child := 0
	for _, item := range cond.Items {
		if ch, ok := item.(*dsl.Child); ok {
			switch {
			case ch.Incomplete:
				continue
			case ch.Frequency.Kind == dsl.EveryWithout && alone == nil:
				alone, first = &ch.Frequency, ch.Frequency.Span
				c.end(&out.Children[child], out, cond)
			case ch.Decay != nil && decay == nil && alone == nil:
				decay, first = ch.Decay, ch.Decay.Span
			}
			child++
		} else if b, ok := item.(*dsl.ItemBlock); ok {
			for ch := range dsl.ChildrenOf(b.Items) {
				if !ch.Incomplete {
					child++
				}
			}
		}
	}
	if alone == nil && decay == nil {
		return
	}
	for _, item := range cond.Items {
		var at dsl.Span
		what := ""
		switch item := item.(type) {
		case *dsl.Child:
			f := &item.Frequency
			switch {
			case item.Incomplete, f == alone || item.Decay != nil && item.Decay == decay && alone == nil:
				continue
			case item.Decay != nil:
				at, what = item.Decay.Span, "a child with a decay"
			case f.Kind == dsl.Each || f.Kind == dsl.Every || f.Kind == dsl.EveryWithout:
				at, what = f.Span, frequencyText(f)
			}
		case *dsl.ItemBlock:
			if item.Kind == dsl.SameValue {
				at, what = firstLine(item.Span, c.file), "same"
			}
		}
		if what == "" {
			continue
		}
		only := "a child with a decay"
		code := CodeDecay
		if alone != nil {
			only, code = frequencyText(alone), CodeFrequency
		}
		d := c.problem(at, code, "%s must be the only child that counts, and %s counts, too", only, what)
		if what == only {
			d.Summary = fmt.Sprintf("a condition has only one child with %s", only)
			if alone == nil {
				d.Summary = "a condition has only one child with a decay"
			}
		}
		d.Help = "write a condition of its own for each of them"
		d.Related = []dsl.Related{{Summary: "the other is here", File: c.file.Name, Span: first}}
	}
}

// end sets how far a child with every SPAN without counts: until the bound of the
// condition is reached.
func (c *checker) end(ch *Child, out *Condition, cond *dsl.Condition) {
	switch {
	case cond.Score == nil:
	case cond.Score.Bound == nil:
		words := "up to"
		if out.Points < 0 {
			words = "down to"
		}
		d := c.problem(cond.Score.Span, CodePoints, "the longer nothing occurs, the more often %s counts, so its points need an end", frequencyText(&ch.Source.Frequency))
		d.Help = fmt.Sprintf("write score %+d %s %+d, for example", out.Points, words, 10*out.Points)
	case ch.Aging != nil && out.Points != 0 && out.Bound/out.Points > 0:
		bound, points := max(out.Bound, -out.Bound), max(out.Points, -out.Points)
		ch.Aging.Steps = int((bound + points - 1) / points)
	}
}

// same checks a block of children that hold for a value.
func (c *checker) same(model *Model, out *Condition, b *dsl.ItemBlock, label string) Item {
	s := &Same{Label: label, Source: b}
	found := false // a child whose occurrences have the values
	sound, whole := true, true
	for _, item := range b.Items {
		ch, ok := item.(*dsl.Child)
		if !ok || ch.Incomplete {
			continue // the parser has reported it
		}
		c.holding(ch, "same")
		checked := c.child(model, ch)
		switch ch.Frequency.Kind {
		case dsl.AtLeast, dsl.Exactly, dsl.FromTo, dsl.Each, dsl.Every:
			found = true
		}
		s.Children = append(s.Children, len(out.Children))
		out.Children = append(out.Children, checked)
		var v Value
		switch {
		case checked.Path == nil:
			whole = false
		case sound: // after one problem with REF others say nothing new
			v, sound = c.sameValue(model, &checked, b)
		}
		s.Values = append(s.Values, v)
	}
	if !found && len(b.Items) > 0 && !b.Incomplete {
		c.problem(firstLine(b.Span, c.file), CodeBlock, "same needs a child that finds values: has, at least N, exactly N or from A to B").Help =
			"the values counted are those of the occurrences of such children"
	}
	if sound && whole {
		c.oneType(out, s)
	}
	return s
}

// sameValue resolves the REF of a block for one of its children.
func (c *checker) sameValue(model *Model, ch *Child, b *dsl.ItemBlock) (Value, bool) {
	p := &place{model: model, child: ch.Source, path: ch.Path, kinds: ch.Kinds}
	r, ok := c.reach(p, b.Ref, inSame)
	if !ok {
		return Value{}, false
	}
	v, known, ok := c.value(p, r, b.Ref, "same")
	if !known {
		c.noValue(p, r, b.Ref[len(b.Ref)-1], nil)
	}
	return v, known && ok
}

// oneType reports values of a block whose types are not the same.
func (c *checker) oneType(out *Condition, s *Same) {
	for i, v := range s.Values {
		first := s.Values[0]
		a, b := c.valueForm(&out.Children[s.Children[0]], first), c.valueForm(&out.Children[s.Children[i]], v)
		if a.form == b.form && (first.Ref != "" || first.Field.Like(v.Field)) {
			continue
		}
		ref := s.Source.Ref
		at := dsl.Span{Start: ref[0].Start, End: ref[len(ref)-1].End}
		d := c.problem(at, CodeBlock, "%s %s, and %s %s: same needs one type in all its children", a.name, a.form, b.name, b.form)
		if a.form == b.form {
			d.Summary = fmt.Sprintf("%s lists other values than %s: same needs one type in all its children", b.name, a.name)
		}
		return
	}
}

// A valueForm names the value of a child, and says what it is.
type valueForm struct{ name, form string }

func (c *checker) valueForm(ch *Child, v Value) valueForm {
	at := ch.Path[v.Step].Entity
	if len(v.Hops) > 0 {
		at = v.Hops[len(v.Hops)-1].Entity
	}
	if v.Ref != "" {
		return valueForm{at.Name() + "." + v.Ref, memberForm(at, v.Ref)}
	}
	return valueForm{at.Name() + "." + v.Field.Name, fieldForm(v.Field)}
}

// firstLine returns the part of a span that is on its first line, without the brace
// that opens a block there.
func firstLine(at dsl.Span, file *dsl.File) dsl.Span {
	if file == nil || at.End.Offset > len(file.Text) || at.Start.Offset > at.End.Offset {
		return at
	}
	text := file.Text[at.Start.Offset:at.End.Offset]
	if i := strings.IndexAny(text, "{\n"); i >= 0 {
		text = strings.TrimRight(text[:i], " \t\r")
		at.End = at.Start
		at.End.Offset += len(text)
		at.End.Column += len([]rune(text))
	}
	return at
}
