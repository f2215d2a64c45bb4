package dsl

func (p *printer) condition(c *Condition) {
	p.add(1, Span{c.Start, c.Name.End}, "condition "+c.Name.Raw+" {").apart = true
	active := c.Active
	for _, item := range c.Items {
		if active != nil && active.Start.Offset < item.At().Start.Offset {
			p.add(2, active.Span, active.String())
			active = nil
		}
		p.item(2, item)
	}
	if active != nil {
		p.add(2, active.Span, active.String())
	}
	p.add(2, c.Score.Span, c.Score.String())
	p.closeBrace(1, c.Span)
}

// item prints a child or a block of them.
func (p *printer) item(indent int, item Item) {
	switch item := item.(type) {
	case *Child:
		p.child(indent, item)
	case *ItemBlock:
		head := item.Span
		if len(item.Items) > 0 {
			head.End = item.Items[0].At().Start
		}
		if item.Label != nil {
			head.End = item.Label.End
		}
		p.add(indent, head, item.head()+" {")
		for _, i := range item.Items {
			p.item(indent+1, i)
		}
		p.closeBrace(indent, item.Span)
	}
}

// child prints a child, each of its expressions on a line of its own.
func (p *printer) child(indent int, c *Child) {
	p.add(indent, Span{c.Start, c.headEnd()}, c.head())
	terms, joint := c.whereTerms()
	for i, e := range terms {
		word := "where "
		if i > 0 {
			word = "      "[len(joint)+1:] + joint + " "
		}
		p.add(indent+1, e.At(), word+termText(e))
	}
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
