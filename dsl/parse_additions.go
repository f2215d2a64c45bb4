package dsl

import "fmt"

// parseAdditions parses what stands between the path of c and where, in any order: a
// date range, a burst, a cap and a decay.
func parseAdditions(lex *tokens, c *Child) error {
	for {
		first, mark := lex.Peek(), lex.at
		what, twice := "", false
		var err error
		switch word := wordOf(first); word {
		case "within", "since", "between":
			if word == "within" && isWord(lex.peekAt(1), "any") {
				what, twice = "burst", c.Burst != nil
				c.Burst, err = parseBurst(lex)
				break
			}
			what, twice = "date range", c.Range != nil
			earlier := c.Range
			c.Range, err = parseRange(lex)
			if err != nil {
				c.Range = earlier
				err = rangeWithin(lex, c, err)
			}
		case "once", "up":
			what, twice = "cap", c.Cap != nil
			c.Cap, err = parseCap(lex)
		case "halving", "losing", "fading":
			what, twice = "decay", c.Decay != nil
			c.Decay, err = parseDecay(lex)
		default:
			return nil
		}
		if err != nil {
			return otherwise(lex, mark, afterPath, c.Path, err)
		}
		if twice {
			return &syntaxError{
				token: *first, summary: fmt.Sprintf("this child has a second %s", what),
				help: "leave one of them out, or write a child for each",
			}
		}
		c.End = endOf(lastBefore(lex))
	}
}

// parseRange parses a date range, of which the first word comes next.
func parseRange(lex *tokens) (*Range, error) {
	r := lex.ranges.new()
	r.Start = startOf(lex.Peek())
	var err error
	switch {
	case accept(lex, "within"):
		r.Kind = WithinLast
		if !accept(lex, "last") {
			return nil, noLast(lex)
		}
		r.Last, err = parseTimeSpan(lex)
	case accept(lex, "since"):
		r.Kind = Since
		r.From, err = wantMoment(lex)
	case accept(lex, "between"):
		if agoFollows(lex) {
			r.Kind = BetweenAgo
			r.Last, r.Next = parseAgo(lex)
			break
		}
		if err := wrongAgo(lex); err != nil {
			return nil, err
		}
		r.Kind = Between
		if r.From, err = wantMoment(lex); err != nil {
			return nil, err
		}
		if err = wantAnd(lex); err != nil {
			return nil, err
		}
		r.To, err = wantMoment(lex)
	}
	if err != nil {
		return nil, err
	}
	r.End = endOf(lastBefore(lex))
	return r, nil
}

// agoFollows reports whether `N and M UNITS ago` comes next.
func agoFollows(lex *tokens) bool {
	_, unit := unitOf(lex.peekAt(3))
	return lex.Peek().Type == tokInt && isWord(lex.peekAt(1), "and") && lex.peekAt(2).Type == tokInt && unit && isWord(lex.peekAt(4), "ago")
}

// parseAgo parses `N and M UNITS ago`, which comes next. It returns the N UNITS, of
// which only the number is in the text, and the M UNITS.
func parseAgo(lex *tokens) (from, to *TimeSpan) {
	from, to = lex.spans.new(), lex.spans.new()
	from.Count = lex.number(lex.Next())
	from.Span = from.Count.Span
	lex.Next() // and
	to.Count = lex.number(lex.Next())
	unit := lex.Next()
	to.Unit, _ = unitOf(unit)
	from.Unit = to.Unit
	to.Span = Span{to.Count.Start, endOf(unit)}
	lex.Next() // ago
	return from, to
}

// parseBurst parses `within any SPAN`.
func parseBurst(lex *tokens) (*Burst, error) {
	b := &Burst{Span: tokenSpan(lex.Peek().Pos, lex.Peek().Value)}
	lex.Next() // within
	lex.Next() // any
	var err error
	if b.Any, err = parseTimeSpan(lex); err != nil {
		return nil, err
	}
	b.End = b.Any.End
	return b, nil
}

// parseCap parses `once per X` or `up to N per X`.
func parseCap(lex *tokens) (*Cap, error) {
	c := &Cap{Span: tokenSpan(lex.Peek().Pos, lex.Peek().Value)}
	var err error
	if accept(lex, "up") {
		if err := want(lex, "to"); err != nil {
			return nil, err
		}
		if c.Count, err = wantInt(lex); err != nil {
			return nil, noCount(lex, err)
		}
	} else {
		lex.Next() // once
	}
	if !accept(lex, "per") {
		return nil, noPer(lex, c)
	}
	if c.Period = periodOf(lex); c.Period != NoPeriod {
		lex.Next()
	} else if scoreFollows(lex) {
		return nil, unexpected(lex, "a period such as day, or a field's name")
	} else if c.Per, err = names(lex, "a period such as day, or a field's name"); err != nil {
		return nil, err
	}
	c.End = endOf(lastBefore(lex))
	return c, nil
}

// periodOf returns the period that the next token is, or NoPeriod. In another letter
// case, in back quotes and before a dot the word is a name.
func periodOf(lex *tokens) Period {
	t := lex.Peek()
	if t.Type != tokIdent || isSign(lex.peekAt(1), ".") {
		return NoPeriod
	}
	for p := PerHour; p <= PerYear; p++ {
		if t.Value == p.String() {
			return p
		}
	}
	return NoPeriod
}

// parseDecay parses `halving every SPAN`, `losing P% every SPAN` or `fading over SPAN`.
func parseDecay(lex *tokens) (*Decay, error) {
	d := &Decay{Span: tokenSpan(lex.Peek().Pos, lex.Peek().Value)}
	word := "every"
	var err error
	switch {
	case accept(lex, "halving"):
		d.Kind = Halving
	case accept(lex, "losing"):
		d.Kind = Losing
		if d.Percent, err = wantDigits(lex, "losing P%"); err != nil {
			return nil, noCount(lex, err)
		}
		if !acceptSign(lex, "%") {
			return nil, noDecayPercent(lex, d)
		}
	case accept(lex, "fading"):
		d.Kind = Fading
		word = "over"
	}
	if !accept(lex, word) {
		return nil, noEvery(lex, word)
	}
	if d.Every, err = parseTimeSpan(lex); err != nil {
		return nil, err
	}
	d.End = d.Every.End
	return d, nil
}
