package dsl

// countFollows reports whether the token n places after the next one is a whole number,
// or a name that may stand for one.
func countFollows(lex *tokens, n int) bool {
	return lex.peekAt(n).Type == tokInt || lex.letAt(n) != nil
}

// startsFrequency reports whether a frequency comes next, where only a frequency or
// another keyword can.
func startsFrequency(lex *tokens) bool {
	switch wordOf(lex.Peek()) {
	case "each", "has", "none", "at", "exactly":
		return true
	case "from", "every":
		return countFollows(lex, 1)
	}
	return false
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
	case accept(lex, "exactly"):
		f.Kind = Exactly
		return f, parseCount(lex, &f)
	case isWord(&first, "every") && countFollows(lex, 1):
		lex.Next()
		return f, parseEvery(lex, &f)
	case isWord(&first, "from") && countFollows(lex, 1):
		lex.Next()
		return f, parseFromTo(lex, &f)
	case isWord(&first, "at"):
		const after = 3 // tokens
		if next := lex.peekAt(1); !isWord(next, "least") && !isWord(next, "most") || isOneOf(lex.peekAt(after), "and", "but") {
			if found := findForm(lex, beginsChild, nil); found != nil {
				return f, found.err()
			}
		}
		lex.Next()
		f.Kind = AtLeast
		if accept(lex, "most") {
			f.Kind = AtMost
		} else if !accept(lex, "least") {
			return f, keywordError(lex, "least", "most")
		}
		return f, parseCount(lex, &f)
	default:
		if found := findForm(lex, beginsChild, nil); found != nil {
			return f, found.err()
		}
		return f, keywordError(lex, frequencyWords...)
	}
	return f, nil
}

// frequencyWords are the keywords that messages offer where a child begins.
var frequencyWords = []string{"each", "has", "none", "at least", "at most", "exactly", "from", "every"}

// parseCount parses the number of a frequency.
func parseCount(lex *tokens, f *Frequency) (err error) {
	if f.Count, err = wantInt(lex); err != nil {
		return noCount(lex, err)
	}
	f.End = f.Count.End
	return noTimes(lex)
}

// parseFromTo parses what follows from.
func parseFromTo(lex *tokens, f *Frequency) (err error) {
	f.Kind = FromTo
	if f.Count, err = wantInt(lex); err != nil {
		return err
	}
	if err := wantTo(lex); err != nil {
		return err
	}
	if f.To, err = wantInt(lex); err != nil {
		return err
	}
	f.End = f.To.End
	return noTimes(lex)
}

// wantTo consumes the to between two numbers.
func wantTo(lex *tokens) error {
	if accept(lex, "to") {
		return nil
	}
	err := keywordError(lex, "to")
	if isOneOf(lex.Peek(), "and", "until") {
		err.nearest, err.fix = "to", swap(lex.Peek(), "to")
	}
	return err
}

// parseEvery parses what follows every: a number, or a length of time and without.
func parseEvery(lex *tokens, f *Frequency) (err error) {
	if err := noWithout(lex); err != nil && !withoutFollows(lex) {
		return err
	}
	if !withoutFollows(lex) {
		f.Kind = Every
		return parseCount(lex, f)
	}
	f.Kind = EveryWithout
	if f.Without, err = parseTimeSpan(lex); err != nil {
		return err
	}
	err = want(lex, "without")
	f.End = endOf(lastBefore(lex))
	return err
}

// withoutFollows reports whether a length of time comes next and without after it.
func withoutFollows(lex *tokens) bool {
	if lex.letAt(0) != nil {
		return isWord(lex.peekAt(1), "without") && startsSpan(lex)
	}
	return startsSpan(lex) && isWord(lex.peekAt(2), "without")
}
