package dsl

import (
	"io"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// longestClause is more than the number of tokens of any clause of the grammar and
// the token after it.
const longestClause = 8

// someTokens is a lexer.Lexer over a list of tokens.
type someTokens struct{ next []lexer.Token }

// Next returns the next token, or EOF.
func (l *someTokens) Next() (lexer.Token, error) {
	if len(l.next) == 0 {
		return lexer.EOFToken(lexer.Position{}), nil
	}
	t := l.next[0]
	l.next = l.next[1:]
	return t, nil
}

// definition is the lexer.Definition of our scanner.
type definition struct{}

// Symbols returns the names of the token types in the grammar.
func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF": lexer.EOF, "Ident": tokIdent, "Quoted": tokQuoted, "String": tokString,
		"Int": tokInt, "Decimal": tokDecimal, "Moment": tokMoment, "Sign": tokSign,
	}
}

// Lex implements lexer.Definition. [Parse] does not use it, as it needs the
// comments and problems, too.
func (definition) Lex(name string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return &someTokens{newScanner(name, string(text), Limits{}.WithDefaults()).all()}, nil
}

// The grammar of the clauses that have one fixed form, for participle. Literals
// are typed, so that a name in back quotes is never a keyword. Clauses that have
// several forms are parsed by functions: with one token of look-ahead participle
// would not know what to expect there.
type (
	modelHead struct {
		Keyword lexer.Token `parser:"@'model':Ident"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	testHead struct {
		Keyword lexer.Token `parser:"@'test':Ident"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	stagesHead struct {
		Keyword lexer.Token `parser:"@'stages':Ident"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	stageHead struct {
		Keyword lexer.Token `parser:"@'stage':Ident"`
		Name    lexer.Token `parser:"@String"`
	}
	chooseHead struct {
		Keyword lexer.Token `parser:"@'choose':Ident 'model':Ident"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	creationHead struct {
		Keyword lexer.Token `parser:"@'lead':Ident 'creation':Ident"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	assignmentHead struct {
		Keyword lexer.Token `parser:"@'assignment':Ident"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	ruleHead struct {
		Keyword lexer.Token `parser:"@'rule':Ident"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	creationScope struct {
		Keyword lexer.Token `parser:"@'scope':Ident"`
		Kind    lexer.Token `parser:"@('contact':Ident | 'account':Ident)"`
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
	groupHead struct {
		Keyword lexer.Token `parser:"@('group':Ident | 'dimension':Ident)"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	firstOfHead struct {
		Keyword lexer.Token `parser:"@'first':Ident 'of':Ident"`
		Name    lexer.Token `parser:"@String"`
		Open    lexer.Token `parser:"@'{':Sign"`
	}
	targetClause struct {
		Keyword lexer.Token  `parser:"@'target':Ident"`
		Kind    lexer.Token  `parser:"( @('contact':Ident | 'account':Ident) | @'lead':Ident"`
		Contact *lexer.Token `parser:"( 'with':Ident @'contact':Ident )? )"`
	}
	timeZoneClause struct {
		Keyword lexer.Token `parser:"@'time':Ident 'zone':Ident"`
		Zone    lexer.Token `parser:"@String"`
	}
	salesReadyClause struct {
		Keyword   lexer.Token `parser:"@'sales':Ident 'ready':Ident 'at':Ident"`
		Threshold lexer.Token `parser:"@Int"`
	}

	// clauseGrammar holds every production, so that all of them are built at once.
	clauseGrammar struct {
		ModelHead   *modelHead         `parser:"  @@"`
		Entity      *entityHead        `parser:"| @@"`
		Test        *testHead          `parser:"| @@"`
		Stages      *stagesHead        `parser:"| @@"`
		Stage       *stageHead         `parser:"| @@"`
		Choose      *chooseHead        `parser:"| @@"`
		Creation    *creationHead      `parser:"| @@"`
		Scope       *creationScope     `parser:"| @@"`
		Assignment  *assignmentHead    `parser:"| @@"`
		Rule        *ruleHead          `parser:"| @@"`
		Group       *groupHead         `parser:"| @@"`
		FirstOf     *firstOfHead       `parser:"| @@"`
		Description *descriptionClause `parser:"| @@"`
		Target      *targetClause      `parser:"| @@"`
		TimeZone    *timeZoneClause    `parser:"| @@"`
		SalesReady  *salesReadyClause  `parser:"| @@"`
	}
)

// A form is a clause that participle parses, and for messages what each of its
// tokens may be.
type form[P any] struct {
	parser   *participle.Parser[P]
	expected [][]string
}

// at returns what token i of the clause may be.
func (f *form[P]) at(i int) []string {
	if i < 0 || i >= len(f.expected) {
		return nil
	}
	return f.expected[i]
}

// forms holds the clauses that participle parses.
type forms struct {
	modelHead      form[modelHead]
	entityHead     form[entityHead]
	testHead       form[testHead]
	stagesHead     form[stagesHead]
	stageHead      form[stageHead]
	groupHead      form[groupHead]
	firstOf        form[firstOfHead]
	description    form[descriptionClause]
	target         form[targetClause]
	timeZone       form[timeZoneClause]
	salesReady     form[salesReadyClause]
	chooseHead     form[chooseHead]
	creationHead   form[creationHead]
	creationScope  form[creationScope]
	assignmentHead form[assignmentHead]
	ruleHead       form[ruleHead]
}

// grammar returns the forms. They are built when the first file is parsed.
var grammar = sync.OnceValue(func() *forms {
	all := participle.MustBuild[clauseGrammar](
		participle.Lexer(definition{}),
		participle.CaseInsensitive("Ident"),
	)
	text, brace := []string{wordText}, []string{"{"}
	return &forms{
		modelHead:      form[modelHead]{production[modelHead](all), [][]string{{"model"}, text, brace}},
		testHead:       form[testHead]{production[testHead](all), [][]string{{"test"}, text, brace}},
		stagesHead:     form[stagesHead]{production[stagesHead](all), [][]string{{"stages"}, text, brace}},
		stageHead:      form[stageHead]{production[stageHead](all), [][]string{{"stage"}, text}},
		entityHead:     form[entityHead]{production[entityHead](all), [][]string{{"profile", "interaction"}, {wordName}, brace, brace}},
		groupHead:      form[groupHead]{production[groupHead](all), [][]string{{"group", "dimension"}, text, brace}},
		firstOf:        form[firstOfHead]{production[firstOfHead](all), [][]string{{"first"}, {"of"}, text, brace}},
		description:    form[descriptionClause]{production[descriptionClause](all), [][]string{{"description"}, text}},
		target:         form[targetClause]{production[targetClause](all), [][]string{{"target"}, {"contact", "account", "lead"}}},
		timeZone:       form[timeZoneClause]{production[timeZoneClause](all), [][]string{{"time"}, {"zone"}, text}},
		salesReady:     form[salesReadyClause]{production[salesReadyClause](all), [][]string{{"sales"}, {"ready"}, {"at", "when"}, {wordInt}}},
		chooseHead:     form[chooseHead]{production[chooseHead](all), [][]string{{"choose"}, {"model"}, brace}},
		creationHead:   form[creationHead]{production[creationHead](all), [][]string{{"lead"}, {"creation"}, text, brace}},
		creationScope:  form[creationScope]{production[creationScope](all), [][]string{{"scope"}, {"contact", "account"}}},
		assignmentHead: form[assignmentHead]{production[assignmentHead](all), [][]string{{"assignment"}, text, brace}},
		ruleHead:       form[ruleHead]{production[ruleHead](all), [][]string{{"rule"}, text, brace}},
	}
})

func production[P any](p *participle.Parser[clauseGrammar]) *participle.Parser[P] {
	q, err := participle.ParserForProduction[P](p)
	if err != nil {
		panic(err) // clauseGrammar lacks the production, so that every test fails
	}
	return q
}
