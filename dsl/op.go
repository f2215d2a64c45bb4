package dsl

import (
	"iter"
	"strings"
)

// An Op is an operator of an expression.
type Op uint8

// The operators. The names that begin with Not are negations, which the language
// writes as `does not …` and `not in`. The table ops has a row for each operator.
const (
	Equal Op = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	InRange // between A and B; with two time spans, between N and M UNITS ago
	In
	NotIn
	Contains
	ContainsAny
	ContainsAll
	NotContains
	NotContainsAny
	ContainsWord
	ContainsAnyWord
	NotContainsWord
	NotContainsAnyWord
	BeginsWith
	BeginsWithAny
	NotBeginsWith
	NotBeginsWithAny
	EndsWith
	EndsWithAny
	NotEndsWith
	NotEndsWithAny
	On
	Before
	After
	OnOrBefore
	OnOrAfter
	InLast // within last
	InNext // within next
	OlderThan
	IsEmpty
	IsNotEmpty

	opCount // the number of operators
)

// An OperandForm is the form of the operands of an operator.
type OperandForm uint8

// The forms of operands.
const (
	NoOperand   OperandForm = iota // none, as for `is empty`
	OneValue                       // one value
	TwoValues                      // two values with `and` between them
	ValueList                      // a list of values in parentheses
	OneMoment                      // a date, or a date and time
	OneTimeSpan                    // a length of time
)

// An opRow holds everything that the parser, the formatter and the messages need
// to know about an operator.
type opRow struct {
	words    string // the canonical spelling: a sign, or keywords
	operands OperandForm
	not      Op // the negation of this operator; 0 if it has none, as Equal is not a negation
	any      Op // the operator that takes a list of alternatives; 0 if there is none, as Equal takes one value
}

// ops has a row for each operator. Of several operators that are equally near to
// a misspelt word, the first in this order is suggested.
var ops = [opCount]opRow{
	Equal:              {words: "=", operands: OneValue, not: NotEqual, any: In},
	NotEqual:           {words: "!=", operands: OneValue, any: NotIn},
	Less:               {words: "<", operands: OneValue},
	LessEqual:          {words: "<=", operands: OneValue},
	Greater:            {words: ">", operands: OneValue},
	GreaterEqual:       {words: ">=", operands: OneValue},
	InRange:            {words: "between", operands: TwoValues},
	In:                 {words: "in", operands: ValueList, not: NotIn},
	NotIn:              {words: "not in", operands: ValueList},
	Contains:           {words: "contains", operands: OneValue, not: NotContains, any: ContainsAny},
	ContainsAny:        {words: "contains any", operands: ValueList, not: NotContainsAny},
	ContainsAll:        {words: "contains all", operands: ValueList},
	NotContains:        {words: "does not contain", operands: OneValue, any: NotContainsAny},
	NotContainsAny:     {words: "does not contain any", operands: ValueList},
	ContainsWord:       {words: "contains word", operands: OneValue, not: NotContainsWord, any: ContainsAnyWord},
	ContainsAnyWord:    {words: "contains any word", operands: ValueList, not: NotContainsAnyWord},
	NotContainsWord:    {words: "does not contain word", operands: OneValue, any: NotContainsAnyWord},
	NotContainsAnyWord: {words: "does not contain any word", operands: ValueList},
	BeginsWith:         {words: "begins with", operands: OneValue, not: NotBeginsWith, any: BeginsWithAny},
	BeginsWithAny:      {words: "begins with any", operands: ValueList, not: NotBeginsWithAny},
	NotBeginsWith:      {words: "does not begin with", operands: OneValue, any: NotBeginsWithAny},
	NotBeginsWithAny:   {words: "does not begin with any", operands: ValueList},
	EndsWith:           {words: "ends with", operands: OneValue, not: NotEndsWith, any: EndsWithAny},
	EndsWithAny:        {words: "ends with any", operands: ValueList, not: NotEndsWithAny},
	NotEndsWith:        {words: "does not end with", operands: OneValue, any: NotEndsWithAny},
	NotEndsWithAny:     {words: "does not end with any", operands: ValueList},
	On:                 {words: "on", operands: OneMoment},
	Before:             {words: "before", operands: OneMoment},
	After:              {words: "after", operands: OneMoment},
	OnOrBefore:         {words: "on or before", operands: OneMoment},
	OnOrAfter:          {words: "on or after", operands: OneMoment},
	InLast:             {words: "within last", operands: OneTimeSpan},
	InNext:             {words: "within next", operands: OneTimeSpan},
	OlderThan:          {words: "older than", operands: OneTimeSpan},
	IsEmpty:            {words: "is empty", operands: NoOperand, not: IsNotEmpty},
	IsNotEmpty:         {words: "is not empty", operands: NoOperand},
}

// Ops returns an iterator over all operators.
func Ops() iter.Seq[Op] {
	return func(yield func(Op) bool) {
		for op := range opCount {
			if !yield(op) {
				return
			}
		}
	}
}

// String returns the canonical spelling of op, or "operator" if op is not one of
// the constants.
func (op Op) String() string {
	if op < opCount {
		return ops[op].words
	}
	return "operator"
}

// Operands returns the form of op's operands.
func (op Op) Operands() OperandForm {
	if op < opCount {
		return ops[op].operands
	}
	return NoOperand
}

// List reports whether op takes a list in parentheses.
func (op Op) List() bool { return op.Operands() == ValueList }

// Negated reports whether op is the negation of another operator, as
// [NotContains] is the negation of [Contains].
func (op Op) Negated() bool { return op.Plain() != op }

// Plain returns the operator that op negates, or op itself if it is not a negation.
func (op Op) Plain() Op {
	if op < opCount {
		return opPlain[op]
	}
	return op
}

// opPlain maps each operator to the one that it negates, or else to itself.
var opPlain = func() (plain [opCount]Op) {
	for op := range opCount {
		plain[op] = op
	}
	for op := range opCount {
		if not := ops[op].not; not != 0 {
			plain[not] = op
		}
	}
	return plain
}()

// Any returns the operator that compares with any value of a list as op compares
// with one value: [In] for [Equal], [ContainsAny] for [Contains]. ok is false if
// there is no such operator.
func (op Op) Any() (list Op, ok bool) {
	if op >= opCount || ops[op].any == 0 {
		return 0, false
	}
	return ops[op].any, true
}

// Single returns the operator whose [Op.Any] is op: [Equal] for [In]. ok is false
// if there is no such operator, as for [ContainsAll].
func (op Op) Single() (one Op, ok bool) {
	for one := range opCount {
		if op != 0 && ops[one].any == op {
			return one, true
		}
	}
	return 0, false
}

// sign reports whether op is written as a sign, and not in words. An operator
// without a row, for which TestOperators fails, is not.
func (op Op) sign() bool {
	words := ops[op].words
	return words != "" && !isIdentStart(rune(words[0]))
}

// opSigns maps signs to the operators that are written with them.
var opSigns = func() map[string]Op {
	signs := map[string]Op{}
	for op := range Ops() {
		if op.sign() {
			signs[op.String()] = op
		}
	}
	return signs
}()

// opPhrases lists the operators that are written in words.
var opPhrases = func() []string {
	var phrases []string
	for op := range Ops() {
		if !op.sign() {
			phrases = append(phrases, op.String())
		}
	}
	return phrases
}()

// An opWord is a node of the tree of the words of all operators.
type opWord struct {
	word   string
	phrase string // the words from the root to this one
	isOp   bool   // the phrase is an operator
	op     Op     // which one
	next   []*opWord
	words  []string // of next, so that most words are passed over without a look at their nodes
}

// opWords is the root of that tree.
var opWords = func() *opWord {
	root := &opWord{}
	for op := range Ops() {
		if op.sign() {
			continue
		}
		at := root
		for word := range strings.FieldsSeq(op.String()) {
			next := at.find(word)
			if next == nil {
				next = &opWord{word: word, phrase: strings.TrimSpace(at.phrase + " " + word)}
				at.next, at.words = append(at.next, next), append(at.words, word)
			}
			at = next
		}
		at.op, at.isOp = op, true
	}
	return root
}()

// find returns the child of w for word, or nil.
func (w *opWord) find(word string) *opWord {
	for _, next := range w.next {
		if next.word == word {
			return next
		}
	}
	return nil
}

// expected returns what may follow w: for each next word, the phrase up to the end
// of an operator or up to a choice.
func (w *opWord) expected() []string {
	var phrases []string
	for _, next := range w.next {
		phrase := next.word
		for !next.isOp && len(next.next) == 1 {
			next = next.next[0]
			phrase += " " + next.word
		}
		phrases = append(phrases, phrase)
	}
	return phrases
}
