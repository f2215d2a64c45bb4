package dsl

// parseChild parses one child of a condition. With an error it returns what was read of
// the child, or nil if that is less than its frequency.
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
	mark := lex.at
	if c.Frequency, err = parseFrequency(lex); err != nil {
		return nil, err
	}
	c.End = c.Frequency.End
	if err = parsePath(lex, c); err != nil {
		err = otherwise(lex, mark, beginsChild, nil, err)
	} else {
		err = parseAfterPath(lex, c)
	}
	if err != nil {
		c.breakOff(lex)
	}
	return c, err
}

// breakOff marks c as Incomplete. Its end is that of what was read.
func (c *Child) breakOff(lex *tokens) {
	c.Incomplete = true
	end := endOf(lastBefore(lex))
	if n := len(c.Where); n > 0 && c.Where[n-1].At().End.Offset > end.Offset {
		end = c.Where[n-1].At().End
	}
	if end.Offset > c.End.Offset {
		c.End = end
	}
}

// parseAfterPath parses what follows the path of c.
func parseAfterPath(lex *tokens, c *Child) error {
	if err := parseAdditions(lex, c); err != nil {
		return err
	}
	if accept(lex, "where") {
		return parseWhere(lex, c)
	}
	return nil
}

// parsePath parses the path of c, whose root may be several kinds of interaction.
func parsePath(lex *tokens, c *Child) error {
	const what = "an entity such as EmailOpened"
	if endsBeforeName(lex) {
		return unexpected(lex, what)
	}
	root, err := wantName(lex, what)
	if err != nil {
		return err
	}
	c.Path = lex.paths.append(nil, root)
	for isWord(lex.Peek(), "or") {
		if orBetweenChildren(lex) {
			return orChild(lex)
		}
		lex.Next()
		if endsBeforeName(lex) {
			return unexpected(lex, what)
		}
		kind, err := wantName(lex, what)
		if err != nil {
			return err
		}
		c.Or = append(c.Or, kind)
	}
	c.End = root.End
	if len(c.Or) > 0 {
		c.End = c.Or[len(c.Or)-1].End
	}
	for acceptSign(lex, ".") {
		if endsBeforeName(lex) {
			return unexpected(lex, wordName)
		}
		hop, err := wantName(lex, wordName)
		if err != nil {
			return err
		}
		c.Path = append(c.Path, hop)
		c.End = hop.End
	}
	return lateKind(lex, c)
}

// parseWhere parses the expressions of c.
func parseWhere(lex *tokens, c *Child) error {
	l := logic{lex: lex, leaf: comparisonLeaf, joint: noChild}
	list, or, err := l.terms()
	c.Where = list
	if or && len(list) > 0 {
		c.Where = lex.exprs.append(nil, join(list, or))
	}
	if err == nil {
		c.End = endOf(lastBefore(lex))
	}
	return err
}

// comparisonLeaf parses a comparison. With an error it returns what was read of it, or
// nil.
func comparisonLeaf(lex *tokens) (Expr, error) {
	c, err := parseComparison(lex)
	if c == nil {
		return nil, err
	}
	return c, err
}

// noChild returns an error if a word that joins expressions comes next and is followed
// by a child.
func noChild(lex *tokens) error {
	switch {
	case isWord(lex.Peek(), "and") && childFollows(lex):
		return needlessAnd(lex)
	case isWord(lex.Peek(), "or") && childFollows(lex):
		return orChild(lex)
	}
	return nil
}

// childFollows reports whether a child follows the next token, and not an expression
// whose field is called has, for example.
func childFollows(lex *tokens) bool {
	mark := lex.at
	defer func() { lex.at = mark }()
	lex.Next()
	if accept(lex, "at") {
		return isWord(lex.Peek(), "least") || isWord(lex.Peek(), "most")
	}
	if accept(lex, "exactly") || accept(lex, "every") || accept(lex, "from") {
		return countFollows(lex, 0)
	}
	if isWord(lex.Peek(), "any") || isWord(lex.Peek(), "all") {
		return isWord(lex.peekAt(1), "of") && isSign(lex.peekAt(2), "{")
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

// orBetweenChildren reports whether the next token, an or after the root of a path, is
// followed by a child, and not by an entity that is called has, for example.
func orBetweenChildren(lex *tokens) bool {
	if !childFollows(lex) {
		return false
	}
	next := lex.peekAt(2)
	return !isOneOf(next, additionWords...) && !isOneOf(next, "or", "where", "score")
}

// endsBeforeName reports whether the child ends where a name should come next: its score,
// another child or a clause begins on the next line.
func endsBeforeName(lex *tokens) bool {
	return scoreFollows(lex) || childOnNextLine(lex) || clauseOnNextLine(lex)
}

// childOnNextLine reports whether the next token is the first on its line, and it is a
// keyword with which surely a child begins, and not a name that is spelled like one.
func childOnNextLine(lex *tokens) bool {
	t, before := lex.Peek(), lastBefore(lex)
	if before == nil || before.Pos.Line == t.Pos.Line || t.Type != tokIdent {
		return false
	}
	const after = 3 // tokens
	switch wordOf(t) {
	case "each", "has", "none":
		next := lex.peekAt(1)
		return nameFollows(lex, 1) && !isOneOf(next, additionWords...) && !isOneOf(next, "or", "where", "score") && opWords.after(next) == nil
	case "at":
		return isOneOf(lex.peekAt(1), "least", "most") && lex.peekAt(2).Type == tokInt && nameFollows(lex, after)
	}
	return false
}

// clauseOnNextLine reports whether the next token is the first on its line and begins the
// block of a condition or a clause after it.
func clauseOnNextLine(lex *tokens) bool {
	t, before := lex.Peek(), lastBefore(lex)
	if before == nil || before.Pos.Line == t.Pos.Line {
		return false
	}
	name := lex.peekAt(1)
	switch wordOf(t) {
	case "condition", "group", "dimension":
		return name.Type == tokString && isSign(lex.peekAt(2), "{")
	case "grade":
		return name.Type == tokString && isOneOf(lex.peekAt(2), "below", "from")
	case "table":
		return name.Type == tokString && isWord(lex.peekAt(2), "by")
	}
	return false
}
