package dsl

func (p *printer) condition(indent int, c *Condition) {
	p.add(indent, Span{c.Start, c.Name.End}, "condition "+c.Name.Raw+" {").apart = true
	active := c.Active
	for _, item := range c.Items {
		if active != nil && active.Start.Offset < item.At().Start.Offset {
			p.add(indent+1, active.Span, active.String())
			active = nil
		}
		p.item(indent+1, item)
	}
	if active != nil {
		p.add(indent+1, active.Span, active.String())
	}
	p.add(indent+1, c.Score.Span, c.Score.String())
	p.closeBrace(indent, c.Span)
}

// item prints a child or a block of them.
func (p *printer) item(indent int, item Item) {
	switch item := item.(type) {
	case *Child:
		p.child(indent, item)
	case *ItemBlock:
		p.add(indent, Span{item.Start, item.headEnd()}, item.head()+" {")
		for _, i := range item.Items {
			p.item(indent+1, i)
		}
		p.closeBrace(indent, item.Span)
	}
}

// headEnd returns the end of the last node in the head of b, or of its first word.
func (b *ItemBlock) headEnd() Pos {
	switch {
	case len(b.Ref) > 0:
		return b.Ref[len(b.Ref)-1].End
	case b.Label != nil:
		return b.Label.End
	}
	end := b.Start
	end.Offset += len("any")
	end.Column += len("any")
	return end
}

// child prints a child, each of its expressions on a line of its own.
func (p *printer) child(indent int, c *Child) {
	p.add(indent, Span{c.Start, c.headEnd()}, c.head())
	terms, joint := c.whereTerms()
	for i, e := range terms {
		p.add(indent+1, e.At(), whereWord(i, joint)+termText(e))
	}
}

// whereWord returns what stands before expression i of a child: where, or the word
// that joins it to the one before, so that both end in the same column.
func whereWord(i int, joint string) string {
	if i == 0 {
		return "where "
	}
	return "      "[len(joint)+1:] + joint + " "
}

// headEnd returns the end of what stands before where.
func (c *Child) headEnd() Pos {
	end := c.Path[len(c.Path)-1].End
	later := func(at Pos) {
		if at.Offset > end.Offset {
			end = at
		}
	}
	for _, kind := range c.Or {
		later(kind.End)
	}
	c.additions(func(n Node) { later(n.At().End) })
	return end
}
