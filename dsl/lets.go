package dsl

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// valueWords lists the words that mean something of their own where a name for a
// value may stand. A name that is spelled like one of them needs back quotes.
var valueWords = []string{
	"is", "in", "from", "below", "otherwise", "active", "score", "any", "all", "or", "and", "not", "true", "false", "word",
	"contains", "begins", "ends", "does", "on", "before", "after", "between", "within", "older",
}

// isValueWord reports whether text is one of valueWords, in any letter case.
func isValueWord(text string) bool {
	return slices.ContainsFunc(valueWords, func(w string) bool { return len(w) == len(text) && sameWord(text, w) })
}

// A declaration is a [Let] of a file.
type declaration struct {
	node  *Let
	first *Let  // of the same name, declared before where both are seen; or nil
	at    int   // the index of the token let
	stop  int   // the index of the token after the value, or of the one that is wrong
	model int   // the index of the token model of its model, or -1 at the top level
	err   error // what is wrong with its value
}

// declarations are the lets of a file, in the order of the text.
type declarations []*declaration

// at returns the let whose keyword is token i, or nil.
func (ds declarations) at(i int) *declaration {
	n, found := slices.BinarySearchFunc(ds, i, func(d *declaration, i int) int { return d.at - i })
	if !found {
		return nil
	}
	return ds[n]
}

// A scope is the lets that are seen in a model, or at the top level of a file, by
// their names.
type scope struct{ model, file map[string]*Let }

// find returns the let of that name, or nil.
func (s *scope) find(name string) *Let {
	if let := s.model[name]; let != nil {
		return let
	}
	return s.file[name]
}

// inFile returns the lets at the top level by their names. Of two of the same name, it
// takes the first.
func (ds declarations) inFile() map[string]*Let {
	seen := map[string]*Let{}
	for _, d := range ds {
		if d.model == -1 && seen[d.node.Name.Text] == nil {
			seen[d.node.Name.Text] = d.node
		}
	}
	return seen
}

// inModel is inFile for the model whose keyword is token i.
func (ds declarations) inModel(i int) map[string]*Let {
	if len(ds) == 0 {
		return nil
	}
	first, _ := slices.BinarySearchFunc(ds, i, func(d *declaration, i int) int { return d.at - i })
	seen := map[string]*Let{}
	for _, d := range ds[first:] {
		if d.model != i {
			break
		}
		if seen[d.node.Name.Text] == nil {
			seen[d.node.Name.Text] = d.node
		}
	}
	return seen
}

// findLets finds the lets among the tokens, before anything is parsed: a name is
// seen before its declaration, too.
func findLets(lex *tokens) declarations {
	var ds declarations
	const elsewhere = -2 // in stages, a test or a schema block
	depth, model := 0, -1
	for lex.at = 0; !lex.Peek().EOF(); lex.Next() {
		t := lex.Peek()
		switch {
		case isSign(t, "{"):
			depth++
		case isSign(t, "}"):
			if depth--; depth <= 0 {
				depth, model = 0, -1
			}
		case isWord(t, "model") && lex.peekAt(1).Type == tokString && isSign(lex.peekAt(2), "{"):
			depth, model = 0, lex.at
		case (isWord(t, "test") || isWord(t, "stages")) && lex.peekAt(1).Type == tokString && isSign(lex.peekAt(2), "{"), startsEntity(lex), startsSetBlock(lex):
			depth, model = 0, elsewhere
		case startsLet(lex) && model != elsewhere:
			d := readLet(lex)
			d.model = model
			ds = append(ds, d)
			lex.at = d.stop - 1
		}
	}
	lex.at = 0
	ds.findRepeated()
	return ds
}

// findRepeated sets the first of each let whose name is declared twice where both are
// seen.
func (ds declarations) findRepeated() {
	file, model := map[string]*declaration{}, map[string]*declaration{}
	for _, d := range ds {
		name := d.node.Name.Text
		if d.model != -1 {
			continue
		}
		if other := file[name]; other != nil {
			d.first = other.node
		} else {
			file[name] = d
		}
	}
	last := -1
	for _, d := range ds {
		if d.model == -1 {
			continue
		}
		if d.model != last {
			model, last = map[string]*declaration{}, d.model
		}
		name := d.node.Name.Text
		switch first, other := model[name], file[name]; {
		case first != nil:
			d.first = first.node
		case other != nil && other.at < d.at:
			d.first = other.node
		case other != nil && other.first == nil:
			other.first = d.node // the one at the top level comes later
		}
		if model[name] == nil {
			model[name] = d
		}
	}
}

// startsLet reports whether a let, a name and = come next. The scanner reports ==.
func startsLet(lex *tokens) bool {
	if !isWord(lex.Peek(), "let") {
		return false
	}
	name := lex.peekAt(1)
	return (name.Type == tokIdent || name.Type == tokQuoted) && (isSign(lex.peekAt(2), "=") || isSign(lex.peekAt(2), "=="))
}

// readLet parses a let. Names for values mean nothing in its value.
func readLet(lex *tokens) *declaration {
	d := &declaration{at: lex.at, node: &Let{}}
	first := *lex.Next()
	d.node.Name = lex.name(lex.Next())
	d.node.Span = Span{startOf(&first), d.node.Name.End}
	lex.Next()
	value, err := letValue(lex)
	if err == nil {
		d.node.Value, d.node.End = value, value.At().End
	} else {
		d.node.End = endOf(lastBefore(lex))
	}
	d.err, d.stop = err, lex.at
	return d
}

// letValue parses the value of a let.
func letValue(lex *tokens) (Node, error) {
	switch t := *lex.Peek(); {
	case isSign(&t, "("):
		values, err := listValues(lex)
		if err != nil {
			return nil, err
		}
		return &List{Span: Span{startOf(&t), endOf(lastBefore(lex))}, Values: values}, nil
	case startsSpan(lex):
		return parseTimeSpan(lex)
	case t.Type == tokString, t.Type == tokInt, t.Type == tokDecimal, t.Type == tokMoment:
		return parseValue(lex)
	}
	return nil, noLetValue(lex)
}

// listValues parses a list in parentheses.
func listValues(lex *tokens) ([]Literal, error) {
	if err := wantSign(lex, "("); err != nil {
		return nil, err
	}
	const usual = 4
	values := make([]Literal, 0, usual)
	for {
		v, err := parseValue(lex)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		if acceptSign(lex, ")") {
			return values, nil
		}
		if !acceptSign(lex, ",") {
			return nil, unexpected(lex, ",", ")")
		}
	}
}

// letAt returns the let that the token n places after the next one stands for, or
// nil.
func (lex *tokens) letAt(n int) *Let {
	if len(lex.scope.model)+len(lex.scope.file) == 0 {
		return nil
	}
	if let := lex.letNamed(lex.peekAt(n)); let != nil && !isSign(lex.peekAt(n+1), ".") {
		return let
	}
	return nil
}

// letNamed returns the let whose name t is, or nil.
func (lex *tokens) letNamed(t *lexer.Token) *Let {
	if t.Type == tokIdent && !isValueWord(t.Value) || t.Type == tokQuoted {
		return lex.scope.find(nameOf(t))
	}
	return nil
}

// A strayIn is a sign before a name, such as that of `score +Demo`. It is a token if
// the name is that of a let, and a problem otherwise.
type strayIn struct {
	token lexer.Token
	next  int // the index of the token after it
}

// insertSigns adds those signs before names to list for whose names there are lets,
// and takes back their problems.
func (s *scanner) insertSigns(list []lexer.Token) []lexer.Token {
	if len(s.signs) == 0 {
		return list
	}
	names := map[string]bool{}
	for lex := (&tokens{list: list}); !lex.Peek().EOF(); lex.Next() {
		if startsLet(lex) {
			names[nameOf(lex.peekAt(1))] = true
		}
	}
	if len(names) == 0 {
		return list
	}
	var longer []lexer.Token
	last := 0
	for _, sign := range s.signs {
		if names[nameOf(&list[sign.next])] {
			longer = append(append(longer, list[last:sign.next]...), sign.token)
			last = sign.next
			s.list = slices.DeleteFunc(s.list, func(d Diagnostic) bool { return d.Span.Start.Offset == sign.token.Pos.Offset })
		}
	}
	if last == 0 {
		return list
	}
	longer = append(longer, list[last:]...)
	release(list)
	return longer
}

// nameOf returns the name that t is, if it is one.
func nameOf(t *lexer.Token) string { return strings.Trim(t.Value, "`") }

// name returns the name as it is written where it is used: in back quotes if it would be
// read as a word of the language.
func (l *Let) name() string {
	if isValueWord(l.Name.Text) {
		return "`" + l.Name.Text + "`"
	}
	return l.Name.String()
}

// letOf returns the let that l stands for, or nil.
func letOf(l Literal) *Let {
	switch l := l.(type) {
	case *String:
		return l.Let
	case *Number:
		return l.Let
	case *Moment:
		return l.Let
	case *TimeSpan:
		return l.Let
	}
	return nil
}
