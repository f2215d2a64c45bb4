package dsl

import "strings"

// parseActive parses a season: the word active comes next.
func parseActive(lex *tokens) (*Active, error) {
	a := &Active{Span: tokenSpan(lex.Peek().Pos, lex.Peek().Value)}
	err := want(lex, "active")
	if err != nil {
		return nil, err
	}
	switch {
	case accept(lex, "until"):
		if a.Until, err = wantMoment(lex); err != nil {
			return nil, err
		}
	case accept(lex, "from"):
		if a.From, err = wantMoment(lex); err != nil {
			return nil, err
		}
		if accept(lex, "to") {
			if a.Until, err = wantMoment(lex); err != nil {
				return nil, err
			}
		}
	default:
		return nil, noSeason(lex)
	}
	a.End = endOf(lastBefore(lex))
	return a, nil
}

// seasonWords maps words that newcomers write after active to the keyword they mean.
var seasonWords = map[string]string{"since": "from", "after": "from", "to": "until", "till": "until", "before": "until", "between": "from"}

// noSeason returns the error for what comes next after active.
func noSeason(lex *tokens) *syntaxError {
	err := keywordError(lex, "from", "until")
	t := lex.Peek()
	word, known := seasonWords[strings.ToLower(t.Value)]
	switch {
	case t.Type == tokMoment:
		err.nearest = "from"
		at := startOf(t)
		err.fix = &Edit{Span{at, at}, "from "}
	case t.Type != tokIdent || !known:
	case isWord(t, "after"), isWord(t, "before"): // which day is the first or last is not certain
		err.nearest = word
	case isWord(t, "between"):
		err.nearest, err.help = word, "write active from and a date, to and a date"
	default:
		err.nearest, err.fix = word, swap(t, word)
	}
	return err
}
