package dsl

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// A Place is what can stand at a place of a text, which may be broken or half typed: what
// an editor needs to complete what is being typed there.
type Place struct {
	Inside Inside
	// Token is what is being typed: the word, number or text that begins before the place
	// and goes on up to it at least. It is what an editor replaces. If nothing is being
	// typed, it is empty and begins at the place.
	Token Span
	// Typed is the part of Token that is before the place.
	Typed string
	// Kinds is what can stand at the start of Token, each kind once, the most likely
	// first. It is empty in comments. In a text it says what the text is.
	Kinds []Kind
	// Words are the keywords, operators, units and signs among that.
	Words []Word
	// Blocks are the blocks that are open at the place, from the outermost to the
	// innermost one.
	Blocks []OpenBlock
	// Path is the path so far of the child, or of the table, that the place is in; its first
	// name is the root. Or is the other kinds of a root of several.
	Path, Or []*Name
	// Ref is the names before the place of the reference of the expression that the place is
	// in: relationships or a step, and last the field, once that is before the place.
	Ref []*Name
	// Op is the operator of that expression, if it is before the place; otherwise OpSpan is
	// not known.
	Op     Op
	OpSpan Span
	// Entity is the entity of the record, of the values that are set or of the schema block
	// that the place is in, or nil. For values of a block about leads it is not set: they
	// are of Lead.
	Entity *Name
	// Model is the name of the model that a decision over several models speaks of, and Of
	// that of the dimension; or nil.
	Model, Of *String
}

// Inside says within what a place is.
type Inside uint8

// What a place can be within.
const (
	InCode    Inside = iota // beside or in a word, number or sign
	InText                  // in a text in double quotes
	InName                  // in a name in back quotes
	InComment               // in a comment
)

// A Kind is a kind of what can stand at a place.
type Kind uint8

// The kinds. Those of texts are texts in double quotes.
const (
	NoKind          Kind = iota
	KindKeyword          // a keyword
	KindSign             // a sign that is not an operator
	KindOperator         // an operator of an expression
	KindRoot             // an entity with which a path begins
	KindHop              // a relationship in a path
	KindField            // a field, or a step or relationship on the way to one
	KindReference        // a relationship in a cap, in same and the like, or on the way to a field
	KindValue            // a value that an expression compares with, of any type
	KindLet              // the name that stands for a value
	KindNumber           // a number
	KindSpan             // a length of time
	KindUnit             // a unit of time
	KindMoment           // a date, or a date and time
	KindNewName          // the name of a block, grade or let that begins here
	KindText             // a text that may be anything
	KindZone             // a text: the name of a time zone
	KindModel            // a text: the name of a model
	KindCondition        // a text: the name of a condition, or of another part of a model
	KindGrade            // a text: the name of a grade
	KindDimension        // a text: the name of a dimension
	KindLabel            // a text: a label
	KindStatus           // a text: a status
	KindStages           // a text: the name of a block of stages or of an assignment
	KindStage            // a text: the name of a stage
	KindRule             // a text: the name of a rule of an assignment
	KindRecord           // a text: the id of a record
	KindContact          // a text: the id of a contact
	KindEntity           // an entity in a test or schema block
	KindInteraction      // an interaction because of which leads are created
	KindMember           // the name of a member of a schema block that begins here
	kindCount
)

var kindNames = [kindCount]string{
	"none", "keyword", "sign", "operator", "root", "hop", "field", "reference", "value", "let", "number", "span", "unit", "moment",
	"new name", "text", "zone", "model", "condition", "grade", "dimension", "label", "status", "stages", "stage", "rule", "record",
	"contact", "entity", "interaction", "member",
}

// String returns the name of the kind, such as "root".
func (k Kind) String() string {
	if k < kindCount {
		return kindNames[k]
	}
	return "kind"
}

// within reports whether what is within something can be of the kind.
func (k Kind) within(in Inside) bool {
	switch in {
	case InText:
		return k == KindValue || k == KindNewName || KindText <= k && k <= KindContact
	case InName:
		return KindRoot <= k && k <= KindReference || k == KindLet || k == KindNewName || KindEntity <= k && k <= KindMember
	}
	return true
}

// A Word is a keyword, operator, unit or sign that can stand at a place.
type Word struct {
	Kind Kind   // KindKeyword, KindOperator, KindUnit or KindSign
	Text string // all words up to the next choice, such as "within last"
	// Op is the operator of a KindOperator whose first words may stand before the place.
	Op Op
}

// An OpenBlock is a block that is open at a place.
type OpenBlock struct {
	Word  string // the keyword that it begins with, such as "condition" or "any of"
	Name  string // its name, or ""
	Start Pos    // where it begins
}

// At returns what can stand at an offset in bytes of text, which need not be a rule file
// that parses. It looks only at what is before the offset, and at what is being typed
// there. An offset outside of the text is taken for the nearest one in it. At is safe for
// concurrent use.
func At(text string, offset int) *Place {
	offset = min(max(offset, 0), len(text))
	for offset > 0 && offset < len(text) && !utf8.RuneStart(text[offset]) {
		offset--
	}
	end := offset + lineLen(text[offset:])
	s := newScanner("", text[:end], Limits{}.WithDefaults())
	lex := &tokens{text: text, list: s.all()}
	defer release(lex.list)
	p := &Place{}
	for _, c := range s.comments {
		if c.Start.Offset < offset && offset <= c.End.Offset {
			p.Inside, p.Token, p.Typed = InComment, c.Span, text[c.Start.Offset:offset]
			return p
		}
	}
	n := typedAt(lex, p, offset)
	c := &completer{lex: lex, n: n, rules: completionRules(), table: -1}
	c.openBlocks()
	c.run()
	c.describe(p)
	return p
}

// typedAt sets what p says of the token that is being typed at an offset, and returns the
// number of tokens before it.
func typedAt(lex *tokens, p *Place, offset int) int {
	n, _ := slices.BinarySearchFunc(lex.list, offset, func(t lexer.Token, offset int) int { return cmp.Compare(t.Pos.Offset, offset) })
	n = min(n, len(lex.list)-1)
	here := posIn(lex, n, offset)
	p.Token = Span{here, here}
	if n == 0 {
		return 0
	}
	t := &lex.list[n-1]
	at := tokenSpan(t.Pos, t.Value)
	first, number := n-1, -1
	if t.Type != tokString && t.Type != tokQuoted && t.Type != tokIdent {
		number = numberAt(lex.text, offset)
	}
	switch {
	case number >= 0: // a date that is not whole may be several tokens
		for first > 0 && lex.list[first-1].Pos.Offset >= number {
			first--
		}
		if at.End.Offset > offset {
			p.Token.End = at.End
		}
	case !isTyped(t, at, offset, here.Line == at.End.Line):
		return n
	default:
		p.Token.End = at.End
		if at.End.Offset < offset {
			p.Token.End = here
		}
	}
	p.Token.Start = startOf(&lex.list[first])
	p.Typed = lex.text[p.Token.Start.Offset:offset]
	switch t.Type {
	case tokString:
		p.Inside = InText
	case tokQuoted:
		p.Inside = InName
	}
	return first
}

// isTyped reports whether the token t, which begins before an offset, is being typed there.
// blank says that there is at most white space after it on its line.
func isTyped(t *lexer.Token, at Span, offset int, blank bool) bool {
	switch t.Type {
	case tokString, tokQuoted:
		closed := len(t.Value) > 1 && t.Value[len(t.Value)-1] == t.Value[0]
		if t.Value[0] == '"' {
			_, closed = stringEnd(t.Value, '"')
		}
		return offset < at.End.Offset || !closed && blank // up to the end of the line
	case tokSign:
		return offset < at.End.Offset || offset == at.End.Offset && (t.Value == "<" || t.Value == ">" || t.Value == "!")
	}
	return offset <= at.End.Offset
}

// numberAt returns where the number or date that is being typed at an offset begins, if one
// is, or -1.
func numberAt(text string, offset int) int {
	start := offset
	for start > 0 && strings.IndexByte("0123456789-+:.TZ", text[start-1]) >= 0 {
		start--
	}
	digit := start
	if digit < offset && (text[digit] == '-' || text[digit] == '+') {
		digit++
	}
	if digit == offset || !isDigit(text[digit]) {
		return -1
	}
	return start
}

// posIn returns the place of an offset, which is in white space before the token n, or the
// end of the token before that if the offset is in that one.
func posIn(lex *tokens, n, offset int) Pos {
	at := Pos{Line: 1, Column: 1}
	if n > 0 {
		at = endOf(&lex.list[n-1])
	}
	if at.Offset >= offset {
		return at
	}
	for _, r := range lex.text[at.Offset:offset] {
		at.Column++
		if r == '\n' {
			at.Line, at.Column = at.Line+1, 1
		}
	}
	at.Offset = offset
	return at
}

// describe sets what p says of what can stand at its token.
func (c *completer) describe(p *Place) {
	for _, b := range c.blocks {
		p.Blocks = append(p.Blocks, b.OpenBlock)
	}
	if len(c.blocks) > 0 {
		c.blocks[len(c.blocks)-1].describe(c, p)
	}
	var past *past
	if len(c.now) > 0 {
		past = c.now[0].past
	}
	past.describe(c, p)
	c.offers(p)
	if n := len(p.Ref); n > 0 && len(p.Kinds) > 0 && (p.Kinds[0] == KindField || p.Kinds[0] == KindReference) && !isSign(lastBefore(&tokens{list: c.lex.list, at: c.n}), ".") {
		p.Ref, p.OpSpan = nil, Span{} // another reference begins
	}
}

// offers sets the kinds and words of p.
func (c *completer) offers(p *Place) {
	kinds := [kindCount]bool{}
	words := map[Word]bool{}
	for _, t := range c.now {
		in := &c.rules.code[t.pc]
		if !in.terminal() || !in.kind.within(p.Inside) {
			continue
		}
		if !kinds[in.kind] {
			kinds[in.kind] = true
			p.Kinds = append(p.Kinds, in.kind)
		}
		if in.text == "" {
			continue
		}
		if w := (Word{in.kind, in.text, in.op}); !words[w] {
			words[w] = true
			p.Words = append(p.Words, w)
		}
	}
	if p.Inside == InCode && len(c.blocks) > 0 && slices.ContainsFunc(c.now, func(t thread) bool { return t.past == nil }) {
		p.Words = append(p.Words, Word{Kind: KindSign, Text: "}"}) // a part of the block may begin, so it may end
		if !kinds[KindSign] {
			p.Kinds = append(p.Kinds, KindSign)
		}
	}
	if kinds[KindUnit] {
		for _, u := range unitPlurals {
			p.Words = append(p.Words, Word{Kind: KindUnit, Text: u})
		}
	}
}
