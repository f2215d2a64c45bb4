package dsl

import (
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The grammar of what has one fixed form, for participle. Literals are typed,
// so that a name in back quotes is never a keyword. What has several forms is
// parsed by the functions of terms.go: they know better what to expect. Blocks
// are driven by parse.go, which goes on behind what is broken.
type (
	modelHead struct {
		Keyword lexer.Token `parser:"@'model':Ident"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	conditionHead struct {
		Keyword lexer.Token `parser:"@'condition':Ident"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	testHead struct {
		Keyword lexer.Token `parser:"@'test':Ident"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	entityHead struct {
		Keyword lexer.Token  `parser:"@('profile':Ident | 'interaction':Ident)"`
		Name    lexer.Token  `parser:"@(Ident | Quoted)"`
		Passive *lexer.Token `parser:"@'passive':Ident?"`
		Open    lexer.Token  `parser:"@'{':Sign"`
	}
	descriptionClause struct {
		Keyword lexer.Token `parser:"@'description':Ident"`
		Text    lexer.Token `parser:"@String"`
	}
	targetClause struct {
		Keyword lexer.Token `parser:"@'target':Ident"`
		Kind    lexer.Token `parser:"@('contact':Ident | 'account':Ident)"`
	}
	timeZoneClause struct {
		Keyword lexer.Token `parser:"@'time':Ident 'zone':Ident"`
		Zone    lexer.Token `parser:"@String"`
	}
	salesReadyClause struct {
		Keyword   lexer.Token `parser:"@'sales':Ident 'ready':Ident 'at':Ident"`
		Threshold lexer.Token `parser:"@Int"`
	}
	scoreClause struct {
		Keyword lexer.Token `parser:"@'score':Ident"`
		Points  lexer.Token `parser:"@Int"`
	}

	// clauseGrammar names every production once, so that one parser serves all.
	clauseGrammar struct {
		ModelHead   *modelHead         `parser:"  @@"`
		Condition   *conditionHead     `parser:"| @@"`
		Entity      *entityHead        `parser:"| @@"`
		Test        *testHead          `parser:"| @@"`
		Description *descriptionClause `parser:"| @@"`
		Target      *targetClause      `parser:"| @@"`
		TimeZone    *timeZoneClause    `parser:"| @@"`
		SalesReady  *salesReadyClause  `parser:"| @@"`
		Score       *scoreClause       `parser:"| @@"`
	}
)

// productions are participle's parsers, built once when the first file is parsed.
type productions struct {
	modelHead     *participle.Parser[modelHead]
	conditionHead *participle.Parser[conditionHead]
	entityHead    *participle.Parser[entityHead]
	testHead      *participle.Parser[testHead]
	description   *participle.Parser[descriptionClause]
	target        *participle.Parser[targetClause]
	timeZone      *participle.Parser[timeZoneClause]
	salesReady    *participle.Parser[salesReadyClause]
	score         *participle.Parser[scoreClause]
}

var grammar = sync.OnceValue(func() *productions {
	all := participle.MustBuild[clauseGrammar](
		participle.Lexer(definition{}),
		participle.CaseInsensitive("Ident"),
	)
	return &productions{
		modelHead:     production[modelHead](all),
		conditionHead: production[conditionHead](all),
		entityHead:    production[entityHead](all),
		testHead:      production[testHead](all),
		description:   production[descriptionClause](all),
		target:        production[targetClause](all),
		timeZone:      production[timeZoneClause](all),
		salesReady:    production[salesReadyClause](all),
		score:         production[scoreClause](all),
	}
})

func production[P any](p *participle.Parser[clauseGrammar]) *participle.Parser[P] {
	q, err := participle.ParserForProduction[P](p)
	if err != nil {
		panic(err) // the grammar above lacks it: a mistake of ours that every test finds
	}
	return q
}

// expectations reads what participle expected out of the grammar that it puts
// into its messages, such as `("contact" | "account")` or `<string> "{"`: the
// alternatives for the next token.
func expectations(message string) []string {
	_, ebnf, ok := strings.Cut(message, "(expected ")
	if !ok {
		return nil
	}
	return first(strings.TrimSuffix(ebnf, ")"))
}

// first returns the words that a sequence in participle's notation can begin with.
func first(ebnf string) []string {
	var words []string
	for _, alternative := range splitTop(ebnf, '|') {
		for _, item := range splitTop(alternative, ' ') {
			optional := strings.HasSuffix(item, "?") || strings.HasSuffix(item, "*")
			item = strings.TrimRight(item, "?*+")
			if inner, ok := strings.CutPrefix(item, "("); ok {
				words = append(words, first(strings.TrimSuffix(inner, ")"))...)
			} else {
				words = append(words, tokenWord(item))
			}
			if !optional {
				break
			}
		}
	}
	return words
}

// splitTop splits at separators outside parentheses and quotes.
func splitTop(s string, sep byte) []string {
	var parts []string
	depth, quoted, start := 0, false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == sep && depth == 0:
			if part := strings.TrimSpace(s[start:i]); part != "" {
				parts = append(parts, part)
			}
			start = i + 1
		}
	}
	if part := strings.TrimSpace(s[start:]); part != "" {
		parts = append(parts, part)
	}
	return parts
}

// What tokens are called in messages.
const (
	wordName   = "a name"
	wordText   = "a text in double quotes"
	wordInt    = "a whole number"
	wordNumber = "a number"
	wordMoment = "a date such as 2026-05-31"
	wordSpan   = "a length of time such as 30 days"
)

func tokenWord(item string) string {
	switch item {
	case "<ident>", "<quoted>":
		return wordName
	case "<string>":
		return wordText
	case "<int>":
		return wordInt
	}
	return strings.Trim(item, `"`)
}
