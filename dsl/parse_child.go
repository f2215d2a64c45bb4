package dsl

// parseChild parses one child of a condition.
func parseChild(lex *tokens) (*Child, error) {
	c := lex.children.new()
	var err error
	c.Start = startOf(lex.Peek())
	if lex.Peek().Type == tokString {
		c.Label = lex.string(lex.Next())
		if err := wantSign(lex, ":"); err != nil {
			return nil, err
		}
	}
	if c.Frequency, err = parseFrequency(lex); err != nil {
		return nil, err
	}
	if c.Path, err = names(lex, "an entity such as EmailOpened"); err != nil {
		return nil, err
	}
	c.End = c.Path[len(c.Path)-1].End
	mark := lex.at
	if c.Range, err = parseRange(lex); err != nil {
		return nil, otherwise(lex, mark, afterPath, c.Path, err)
	}
	if c.Range != nil {
		c.End = c.Range.End
	}
	if accept(lex, "where") {
		if err := parseWhere(lex, c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// parseWhere parses the expressions of c.
func parseWhere(lex *tokens, c *Child) error {
	for {
		e, err := parseComparison(lex)
		if err != nil {
			return err
		}
		c.Where = lex.exprs.append(c.Where, e)
		c.End = e.End
		if childFollows(lex) {
			return needlessAnd(lex)
		}
		if !accept(lex, "and") && !acceptSign(lex, "&&") && !acceptSign(lex, "&") {
			return nil
		}
	}
}

// childFollows reports whether an and comes next that is followed by a child, and
// not by an expression whose field is called has, for example.
func childFollows(lex *tokens) bool {
	if !isWord(lex.Peek(), "and") {
		return false
	}
	mark := lex.at
	defer func() { lex.at = mark }()
	lex.Next()
	if accept(lex, "at") {
		return isWord(lex.Peek(), "least")
	}
	if !accept(lex, "each") && !accept(lex, "has") && !accept(lex, "none") {
		return false
	}
	if t := lex.Peek(); t.Type != tokIdent && t.Type != tokQuoted {
		return false
	}
	_, err := parseOp(lex)
	return err != nil
}

// parseFrequency parses how often something must occur.
func parseFrequency(lex *tokens) (Frequency, error) {
	first := *lex.Peek()
	f := Frequency{Span: tokenSpan(first.Pos, first.Value)}
	switch {
	case accept(lex, "each"):
		f.Kind = Each
	case accept(lex, "has"):
		f.Kind = AtLeast
		return f, notHas(lex, &first)
	case accept(lex, "none"):
		f.Kind = None
	case isWord(&first, "at"):
		if !isWord(lex.peekAt(1), "least") {
			if found := findForm(lex, beginsChild, nil); found != nil {
				return f, found.err()
			}
		}
		lex.Next()
		if err := want(lex, "least"); err != nil {
			return f, err
		}
		n, err := wantInt(lex)
		if err != nil {
			return f, err
		}
		f.Kind, f.Count, f.End = AtLeast, n, n.End
		return f, noTimes(lex)
	default:
		if found := findForm(lex, beginsChild, nil); found != nil {
			return f, found.err()
		}
		return f, keywordError(lex, "each", "has", "at least", "none")
	}
	return f, nil
}

// parseRange parses a date range. It returns nil if none comes next.
func parseRange(lex *tokens) (*Range, error) {
	first := *lex.Peek()
	if !isWord(&first, "within") && !isWord(&first, "since") && !isWord(&first, "between") {
		return nil, nil
	}
	r := lex.ranges.new()
	r.Span = tokenSpan(first.Pos, first.Value)
	var err error
	switch {
	case accept(lex, "within"):
		r.Kind = WithinLast
		if !accept(lex, "last") {
			return nil, noLast(lex)
		}
		if r.Last, err = parseTimeSpan(lex); err != nil {
			return nil, err
		}
		r.End = r.Last.End
	case accept(lex, "since"):
		r.Kind = Since
		if r.From, err = wantMoment(lex); err != nil {
			return nil, err
		}
		r.End = r.From.End
	case accept(lex, "between"):
		r.Kind = Between
		if r.From, err = wantMoment(lex); err != nil {
			return nil, err
		}
		if err := wantAnd(lex); err != nil {
			return nil, err
		}
		if r.To, err = wantMoment(lex); err != nil {
			return nil, err
		}
		r.End = r.To.End
	}
	return r, nil
}
