package dsl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/leadscore/leadscore/internal/nearest"
)

// noUnit returns the error for a missing unit after count.
func noUnit(lex *tokens, count *Number) *syntaxError {
	err := keywordError(lex, unitPlurals[:]...)
	t := lex.Peek()
	switch word := strings.ToLower(t.Value); {
	case t.Type != tokIdent, t.Pos.Line > count.Start.Line && err.nearest == "", word == "where", word == "score":
		err.summary = fmt.Sprintf("%s has no unit", count.Text)
	case unitSynonyms[word] != "":
		err.nearest = unitSynonyms[word]
		err.fix = swap(t, err.nearest)
		if endOf(lastBefore(lex)).Offset == t.Pos.Offset {
			err.fix.Text = " " + err.nearest
		}
	case word == "quarter" || word == "quarters":
		err.help = "a quarter has 3 months"
		if n, bad := strconv.Atoi(count.Text); bad == nil && n > 0 && n < 1000 {
			err.help = fmt.Sprintf("a quarter has 3 months: write %d months", 3*n)
		}
	case word == "business" || word == "working":
		err.help = "days are those of the calendar: 5 business days are 7 days"
	}
	return err
}

// noTimeSpan returns the error for a missing length of time.
func noTimeSpan(lex *tokens) *syntaxError {
	err := unexpected(lex, wordSpan)
	t := lex.Peek()
	for _, name := range unitNames {
		if isWord(t, name) {
			err.nearest = "1 " + name
			err.fix = swap(t, err.nearest)
		}
	}
	return err
}

// spanAsValue returns the error for a length of time that is used as a value: the
// number n, and the unit that comes next.
func spanAsValue(lex *tokens, n *Number) *syntaxError {
	unit := *lex.Peek()
	return &syntaxError{
		token: unit, summary: fmt.Sprintf("%s %s is not a value", n.Text, unit.Value),
		help: "a length of time is written after within last, within next or older than",
	}
}

// listAsValue returns the error for a list, which comes next, after an operator
// that takes one value.
func listAsValue(lex *tokens, op Op) *syntaxError {
	err := unexpected(lex, "one value")
	if list, ok := op.Any(); ok {
		err.nearest = list.String() + " (…)"
	}
	return err
}

// noValue returns the error for a missing value.
func noValue(lex *tokens) *syntaxError {
	err := unexpected(lex, "a value")
	if noDay(lex, err) || noField(lex, err) {
		return err
	}
	switch t := lex.Peek(); t.Type {
	case tokIdent:
		if err.nearest = valueSynonyms[strings.ToLower(t.Value)]; err.nearest == "" {
			err.help = fmt.Sprintf("text is written in double quotes: %q", t.Value)
		}
	case tokQuoted:
		err.help = "text is written in double quotes"
	}
	return err
}

// fieldAsNumber returns the error for a word in place of a number, after an operator
// that only numbers have: it is a field rather than a text without quotes. It returns
// nil if something else comes next.
func fieldAsNumber(lex *tokens, op Op) error {
	switch op {
	case Less, LessEqual, Greater, GreaterEqual:
	default:
		return nil
	}
	t := lex.Peek()
	if t.Type != tokIdent || lex.letAt(0) != nil || valueSynonyms[strings.ToLower(t.Value)] != "" || isWord(t, "true") || isWord(t, "false") {
		return nil
	}
	err := unexpected(lex, "a number")
	if noDay(lex, err) || noField(lex, err) {
		return err
	}
	err.help = "write it in digits; no let has this name, and a field cannot be compared with another field"
	return err
}

// noField completes err, the error for the next token, if that begins a reference
// to a field, with a dot, and reports whether it does.
func noField(lex *tokens, err *syntaxError) bool {
	t := lex.Peek()
	if t.Type != tokIdent && t.Type != tokQuoted || !isSign(lex.peekAt(1), ".") {
		return false
	}
	err.summary, err.expected = fmt.Sprintf("a value must be here, not the field %s", pathAt(lex, 0)), nil
	err.help = "fields cannot be compared with each other"
	return true
}

// noLast returns the error for a missing last after within.
func noLast(lex *tokens) *syntaxError {
	t := lex.Peek()
	switch {
	case isWord(t, "next"):
		err := unexpected(lex, "last")
		err.help = "a date range looks back; within next is written after where"
		return err
	case t.Type == tokInt, startsSpan(lex):
		err := unexpected(lex)
		err.summary = "last is missing after within"
		err.help = "write within last " + t.Value
		if unit := lex.peekAt(1); t.Type == tokInt && unit.Type == tokIdent && unit.Pos.Line == t.Pos.Line {
			err.help += " " + unit.Value
		}
		at := startOf(t)
		err.fix = &Edit{Span{at, at}, "last "}
		return err
	}
	return keywordError(lex, "last")
}

// noBounds returns the error for missing bounds of a grade.
func noBounds(lex *tokens) *syntaxError {
	err := keywordError(lex, "below", "from")
	if err.nearest == "" {
		err.help = `a grade is written grade "Cold" below 40, grade "Warm" from 40 to 69 or grade "Hot" from 70`
	}
	return err
}

// noOp returns the error for a missing operator.
func noOp(lex *tokens) error {
	if found := findForm(lex, beginsOp, nil); found != nil {
		return found.err()
	}
	err := unexpected(lex, "an operator such as =, contains or is empty")
	t := lex.Peek()
	if t.Type != tokIdent {
		return err
	}
	if slip, ok := opSynonyms[strings.ToLower(t.Value)]; ok {
		err.nearest = slip.means
		if slip.sure {
			err.fix = swap(t, withoutTail(lex, slip.means))
		}
		return err
	}
	err.nearest = nearest.Name(t.Value, slices.Values(opPhrases))
	err.fix = wordFix(lex, err.nearest, opPhrases)
	for _, phrase := range opPhrases {
		if err.nearest != "" {
			break
		}
		// The token may be a misspelt first word of an operator.
		word, _, _ := strings.Cut(phrase, " ")
		if nearest.Name(t.Value, slices.Values([]string{word})) != "" {
			err.nearest = phrase
		}
	}
	return err
}

// brokenOp returns the error for an operator of which only the first words are
// there.
func brokenOp(lex *tokens, words *opWord) error {
	if err := negated(lex, words); err != nil {
		return err
	}
	err := keywordError(lex, words.expected()...)
	t := lex.Peek()
	if word, ok := opWordSynonyms[strings.ToLower(t.Value)]; ok && t.Type == tokIdent && words.find(word) != nil {
		err.nearest, err.fix = word, swap(t, word)
	}
	if err.nearest == "" {
		err.help = opHelp[words.phrase]
	}
	return err
}

// negated returns the error for the first words of an operator, such as is, not or is
// not, before a whole operator, which comes next: for `not =`, it names `!=`. It returns
// nil if something else comes next.
func negated(lex *tokens, words *opWord) error {
	mark := lex.at
	defer func() { lex.at = mark }()
	if t := lex.Peek(); isOneOf(t, "is", "not", "does") {
		return nil
	}
	op, err := parseOp(lex)
	if err != nil {
		return nil
	}
	first, last := lex.list[mark-len(strings.Fields(words.phrase))], *lastBefore(lex)
	bad := &syntaxError{token: first, nearest: op.String()}
	sure := first.Pos.Line == last.Pos.Line
	if sure {
		bad.token.Value = lex.text[first.Pos.Offset:endOf(&last).Offset]
	}
	switch words.phrase {
	case "is":
	case "not", "is not", "does not":
		sure = sure && (op == Equal || op < opCount && ops[op].not != 0)
		bad.nearest = op.opposite().String()
		if op.opposite() == op {
			bad.nearest, bad.help = "", fmt.Sprintf("write not ( … ), with the field and %s in the parentheses", op)
		}
	default:
		return nil
	}
	if sure && bad.nearest != "" {
		bad.fix = &Edit{spanOf(&first, &last), bad.nearest}
	}
	return bad
}

// nameWithBlanks returns the error for what follows a name where an operator was
// wanted: words on the same line before an operator, as in Lead source = "Web", are the
// rest of a name that a form shows with blanks.
func nameWithBlanks(lex *tokens, name *Name, err error) error {
	bad, ok := err.(*syntaxError)
	if !ok || name.Quoted || bad.nearest != "" || slices.Contains([]string{"where", "and", "or", "not"}, name.Text) {
		return err
	}
	const most = 5 // words after the first
	mark := lex.at
	defer func() { lex.at = mark }()
	joined, shown := name.Text, name.Text
	end := name.End.Offset
	for range most {
		t := lex.Next()
		if t.Type != tokIdent || t.Pos.Offset != end+1 {
			break
		}
		end = t.Pos.Offset + len(t.Value)
		joined += strings.ToUpper(t.Value[:1]) + t.Value[1:]
		shown += " " + t.Value
		if at := lex.at; lex.Peek().Type != tokIdent || opFollows(lex) {
			lex.at = at
			if opFollows(lex) {
				bad.help = fmt.Sprintf("names have no blanks: write %s, or `%s` if the schema has them", joined, shown)
			}
			break
		}
	}
	return err
}

// opFollows reports whether an operator comes next.
func opFollows(lex *tokens) bool {
	mark := lex.at
	defer func() { lex.at = mark }()
	_, err := parseOp(lex)
	return err == nil
}

// noType returns the error for a missing type of the field called name.
func noType(lex *tokens, name *Name) *syntaxError {
	err := keywordError(lex, append(typeNames[:], "->", "<-")...)
	t := lex.Peek()
	if s := typeSynonyms[strings.ToLower(t.Value)]; s != "" {
		err.nearest = s
	}
	if wordsOfName(lex) {
		err.nearest, err.help = "", fmt.Sprintf("a name of several words is written in back quotes: `%s %s`", name.Text, t.Value)
	}
	return err
}

// wordsOfName reports whether the next token is the second word of a name without
// back quotes: a type or an arrow follows it.
func wordsOfName(lex *tokens) bool {
	mark := lex.at
	defer func() { lex.at = mark }()
	word := lex.Next()
	if word.Type != tokIdent || isOneOf(word, modifiers...) {
		return false
	}
	next := lex.Peek()
	return isSign(next, "->") || isSign(next, "<-") || isOneOf(next, typeNames[:]...)
}

// noExpectation returns the error for a missing expectation after expect.
func noExpectation(lex *tokens) *syntaxError {
	err := keywordError(lex, "score", "grade", "no grade", "sales ready", "not sales ready", "a condition's name in double quotes", "dimension", "label", "no label", "not targeted", "no parent", "not active", "not in audience", "stage", "event", "assigned by", "a field and =")
	if isWord(lex.Peek(), "condition") {
		err.nearest, err.help = "", `leave out condition: expect "Opened an email" holds`
	}
	return err
}

// afterRecord returns an error if the next token was meant to belong to r, and nil
// otherwise.
func afterRecord(lex *tokens, r *Record) error {
	switch t := lex.Peek(); {
	case isSign(t, ",") && len(r.Fields) > 0:
		err := unexpected(lex, "and")
		err.nearest = "and"
		return err
	case isSign(t, "{"):
		err := unexpected(lex, "with")
		err.help = "values are written after with, without braces"
		return err
	case isSign(lex.peekAt(1), "=") && r.Fields == nil:
		return unexpected(lex, "with")
	}
	return nil
}

// needlessAnd returns the error for an and, the next token, between two children.
func needlessAnd(lex *tokens) *syntaxError {
	t := *lex.Peek()
	return &syntaxError{
		token: t, summary: fmt.Sprintf("children need no %s between them", t.Value),
		help: "leave it out: all of them must hold anyway", fix: drop(lex),
	}
}

// goesOnWords lists the keywords that follow a path.
var goesOnWords = append([]string{"or", "where", "each", "has", "at", "none", "score"}, additionWords...)

// noTimes returns an error for `at least 3 times EmailOpened`, but accepts an
// entity called times.
func noTimes(lex *tokens) error {
	if t := lex.Peek(); !isWord(t, "times") && !isWord(t, "time") {
		return nil
	}
	mark := lex.at
	word, next := *lex.Next(), *lex.Peek()
	lex.at = mark
	goesOn := isOneOf(&next, goesOnWords...)
	if next.Type != tokIdent && next.Type != tokQuoted || goesOn {
		return nil
	}
	return &syntaxError{token: word, help: fmt.Sprintf("leave out %s", word.Value), fix: drop(lex)}
}

// notHas returns an error for `has no EmailOpened` and `has 3 EmailOpened`, but
// accepts an entity called no. first is the word has.
func notHas(lex *tokens, first *lexer.Token) error {
	t := lex.Peek()
	switch {
	case t.Type == tokInt:
		return &syntaxError{
			token: *t, summary: "has is written without a number",
			help: fmt.Sprintf("write at least %s %s", strings.TrimLeft(t.Value, "+-"), pathAt(lex, 1)),
		}
	case !isWord(t, "no") && !isWord(t, "not") && !isWord(t, "never"):
		return nil
	}
	next := lex.peekAt(1)
	goesOn := isOneOf(next, goesOnWords...)
	if next.Type != tokIdent && next.Type != tokQuoted || next.Pos.Line != t.Pos.Line || goesOn {
		return nil
	}
	return &syntaxError{token: *t, nearest: "none", fix: &Edit{spanOf(first, t), "none"}}
}

// opposite returns the operator that holds for the values, apart from the empty one,
// for which op does not, or op if there is none.
func (op Op) opposite() Op {
	switch op {
	case Less:
		return GreaterEqual
	case LessEqual:
		return Greater
	case Greater:
		return LessEqual
	case GreaterEqual:
		return Less
	case Before:
		return OnOrAfter
	case After:
		return OnOrBefore
	case OnOrBefore:
		return After
	case OnOrAfter:
		return Before
	}
	if op < opCount && ops[op].not != 0 {
		return ops[op].not
	}
	return op.Plain()
}

// dayWords maps words for a day or a period to the length of time that is nearest.
var dayWords = map[string]string{"today": "1 day", "yesterday": "2 days", "tomorrow": "", "now": "1 hour"}

// noDay completes err, the error for the next token, if that is a word for a day or
// a period, such as today or this month, and reports whether it is.
func noDay(lex *tokens, err *syntaxError) bool {
	t, next := lex.Peek(), lex.peekAt(1)
	if t.Type != tokIdent {
		return false
	}
	const example = "write a date such as 2026-05-31"
	length, ok := dayWords[strings.ToLower(t.Value)]
	words := *t
	if !ok && isOneOf(t, "this", "last", "next", "current", "previous", "past") {
		if unit, known := unitOf(next); known {
			length, ok = "1 "+unitNames[unit], true
		} else if isWord(next, "quarter") {
			length, ok = "3 months", true
		}
		words.Value += " " + next.Value
	}
	if !ok {
		return false
	}
	err.token, err.nearest, err.fix, err.expected = words, "", nil, nil
	err.summary = fmt.Sprintf("%s is not a date", words.Value)
	switch {
	case length == "" || isWord(t, "next"):
		err.help = example + ", or after where a length of time: within next 1 month"
	default:
		err.help = fmt.Sprintf("%s, or a length of time that ends at as of: within last %s", example, length)
	}
	return true
}
