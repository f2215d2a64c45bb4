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
	mark := lex.at
	if c.Frequency, err = parseFrequency(lex); err != nil {
		return nil, err
	}
	if err := parsePath(lex, c); err != nil {
		return nil, otherwise(lex, mark, beginsChild, nil, err)
	}
	if err := parseAfterPath(lex, c); err != nil {
		return nil, err
	}
	return c, nil
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
	if scoreFollows(lex) {
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
	if err != nil {
		return err
	}
	c.Where = list
	if or {
		c.Where = lex.exprs.append(nil, join(list, or))
	}
	c.End = endOf(lastBefore(lex))
	return nil
}

// comparisonLeaf parses a comparison.
func comparisonLeaf(lex *tokens) (Expr, error) {
	c, err := parseComparison(lex)
	if err != nil {
		return nil, err
	}
	return c, nil
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
