package dsl

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// A Token is a word, number, sign, text or comment of a file, and what it is there: words
// such as `contact` are keywords in one place and names in another.
type Token struct {
	Span
	Text  string
	Class Class
	// Kind is what the token stands for. It is NoKind for a comment, and for a name in a
	// part of the file that could not be read.
	Kind Kind
}

// A Class is what a [Token] looks like.
type Class uint8

// The classes.
const (
	ClassWord    Class = iota // a word: a keyword or a name
	ClassQuoted               // a name in back quotes
	ClassText                 // a text in double quotes
	ClassNumber               // a number
	ClassMoment               // a date, or a date and time
	ClassSign                 // punctuation, or an operator that is a sign
	ClassComment              // a comment
)

var classNames = [...]string{"word", "quoted name", "text", "number", "moment", "sign", "comment"}

// String returns the name of the class, such as "word".
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return "class"
}

// Tokens returns the tokens and comments of f, in the order of the text. What is between
// them is white space, and characters that no token can have, which the diagnostics of
// [Parse] report. A word in a part of the file that could not be read is taken for a keyword
// if the language has such a keyword.
func Tokens(f *File) []Token {
	s := newScanner(f.Name, f.Text, Limits{}.WithDefaults())
	tokens := s.insertSigns(s.all())
	defer release(tokens)
	l := labeler{kinds: map[int]Kind{}, units: map[int]bool{}, ops: map[int]int{}}
	Walk(f, func(n Node) bool { l.label(n); return true })

	list := make([]Token, 0, len(tokens)+len(s.comments))
	comments := s.comments
	operator := 0 // how many tokens of an operator are left
	for i := range tokens {
		t := &tokens[i]
		for len(comments) > 0 && (t.EOF() || comments[0].Start.Offset < t.Pos.Offset) {
			list = append(list, Token{Span: comments[0].Span, Text: comments[0].Text, Class: ClassComment})
			comments = comments[1:]
		}
		if t.EOF() {
			break
		}
		if n := l.ops[t.Pos.Offset]; n > 0 {
			operator = n
		}
		out := Token{Span: tokenSpan(t.Pos, t.Value), Text: t.Value, Class: classOf(t)}
		out.Kind = l.kinds[out.Start.Offset]
		switch {
		case operator > 0:
			operator--
			out.Kind = KindOperator
		case l.units[out.End.Offset] && t.Type == tokIdent:
			out.Kind = KindUnit
		case out.Kind == NoKind:
			out.Kind = plainKind(t)
		}
		list = append(list, out)
	}
	return list
}

func classOf(t *lexer.Token) Class {
	switch t.Type {
	case tokQuoted:
		return ClassQuoted
	case tokString:
		return ClassText
	case tokInt, tokDecimal:
		return ClassNumber
	case tokMoment:
		return ClassMoment
	case tokSign:
		return ClassSign
	}
	return ClassWord
}

// plainKind returns the kind of a token that no node of the tree is made of.
func plainKind(t *lexer.Token) Kind {
	switch classOf(t) {
	case ClassText:
		return KindText
	case ClassNumber:
		return KindNumber
	case ClassMoment:
		return KindMoment
	case ClassSign:
		return KindSign
	case ClassWord:
		if completionRules().keywords[wordOf(t)] {
			return KindKeyword
		}
	}
	return NoKind
}

// A labeler finds out what the tokens of a tree are.
type labeler struct {
	kinds map[int]Kind // by the offset at which a token begins
	units map[int]bool // the offsets at which units end
	ops   map[int]int  // the number of tokens of an operator, by the offset at which it begins
}

func (l *labeler) names(k Kind, names ...*Name) {
	for _, n := range names {
		if n != nil {
			l.kinds[n.Start.Offset] = k
		}
	}
}

func (l *labeler) texts(k Kind, texts ...*String) {
	for _, s := range texts {
		if s != nil && s.Let == nil {
			l.kinds[s.Start.Offset] = k
		}
	}
}

// values labels values, and names that stand for values.
func (l *labeler) values(k Kind, list *Let, values []Literal) {
	for _, v := range values {
		if list == nil && letOf(v) == nil {
			if _, span := v.(*TimeSpan); !span {
				l.kinds[v.At().Start.Offset] = k
			}
		} else {
			l.kinds[v.At().Start.Offset] = KindLet
		}
	}
}

// ago labels the numbers of `between N and M UNITS ago`.
func (l *labeler) ago(from, to *TimeSpan) {
	l.kinds[from.Count.Start.Offset], l.kinds[to.Count.Start.Offset] = KindNumber, KindNumber
}

// operator labels an operator, which begins at at.
func (l *labeler) operator(op Op, at Span) {
	if !at.Known() {
		return
	}
	l.ops[at.Start.Offset] = len(strings.Fields(op.String()))
}

// label labels the tokens of n, and of the nodes directly below it.
func (l *labeler) label(n Node) {
	l.labelSimple(n)
	switch n := n.(type) {
	case *Child:
		l.texts(KindText, n.Label)
		l.names(KindRoot, n.Path[:min(1, len(n.Path))]...)
		l.names(KindRoot, n.Or...)
		l.names(KindHop, n.Path[min(1, len(n.Path)):]...)
	case *ItemBlock:
		l.texts(KindText, n.Label)
		l.names(KindReference, n.Ref...)
	case *Cap:
		l.names(KindReference, n.Per...)
	case *Comparison:
		l.names(KindField, n.Ref...)
		l.operator(n.Op, n.OpSpan)
		kind := KindValue
		if n.Op.Operands() == OneMoment {
			kind = KindMoment
		}
		l.values(kind, n.List, n.Operands)
		if from, to, ok := n.ago(); ok {
			l.ago(from, to)
		}
	case *Table:
		l.texts(KindNewName, n.Name)
		l.names(KindRoot, n.Ref[:min(1, len(n.Ref))]...)
		l.names(KindHop, n.Ref[min(1, len(n.Ref)):]...)
		if len(n.Ref) > 1 {
			l.names(KindField, n.Ref[len(n.Ref)-1])
		}
	case *Row:
		l.values(KindValue, n.List, n.Values)
	case *Judgment:
		l.judgment(n)
	case *FieldValue:
		l.names(KindField, n.Field)
		l.values(KindValue, n.Let, n.Values)
	case *Record:
		l.names(KindEntity, n.Entity)
		l.texts(KindRecord, n.ID)
		l.texts(KindContact, n.By)
	case *Expectation:
		l.expectation(n)
	case *Entity:
		l.names(KindEntity, n.Name)
	case *Field:
		l.names(KindMember, n.Name)
		l.texts(KindText, n.Values...)
	case *Relationship:
		l.names(KindMember, n.Name)
		l.names(KindEntity, n.Target)
		l.names(KindReference, n.Via)
	case *BadMember:
		l.names(KindMember, n.Name)
	case *DatedBy:
		l.names(KindField, n.Field)
	}
}

// labelSimple is label for nodes that have a name alone, and for literals.
func (l *labeler) labelSimple(n Node) {
	switch n := n.(type) {
	case *Model:
		l.texts(KindNewName, n.Name)
	case *Stages:
		l.texts(KindNewName, n.Name)
	case *Stage:
		l.texts(KindNewName, n.Name)
	case *Condition:
		l.texts(KindNewName, n.Name)
	case *Group:
		l.texts(KindNewName, n.Name)
	case *FirstOf:
		l.texts(KindNewName, n.Name)
	case *Dimension:
		l.texts(KindNewName, n.Name)
	case *Grade:
		l.texts(KindNewName, n.Name)
	case *LeadCreation:
		l.texts(KindNewName, n.Name)
	case *Assignment:
		l.texts(KindNewName, n.Name)
	case *AssignmentRule:
		l.texts(KindNewName, n.Name)
	case *Test:
		l.texts(KindNewName, n.Name)
	case *Let:
		l.names(KindNewName, n.Name)
	case *List:
		l.values(KindValue, nil, n.Values)
	case *Range:
		if n.Kind == BetweenAgo {
			l.ago(n.Last, n.Next)
		}
	case *TestModel:
		l.texts(KindModel, n.Name)
	case *TimeZone:
		l.texts(KindZone, n.Zone)
	case *Label:
		l.texts(KindDimension, n.Dimensions...)
	case *ChooseBy:
		l.names(KindReference, n.Ref...)
	case *CreationFrom:
		l.names(KindInteraction, n.Kinds...)
	case *CreationPer:
		l.names(KindReference, n.Ref)
	case *Number:
		if n.Let != nil {
			l.number(n)
		}
	case *Moment:
		if n.Let != nil {
			l.kinds[n.Start.Offset] = KindLet
		}
	case *TimeSpan:
		if n.Let != nil {
			l.kinds[n.Start.Offset] = KindLet
			break
		}
		if l.kinds[n.Count.Start.Offset] == NoKind {
			l.kinds[n.Count.Start.Offset] = KindSpan
		}
		if n.End.Offset > n.Count.End.Offset {
			l.units[n.End.Offset] = true
		}
	}
}

// number labels a name that stands for a number, and the sign before it.
func (l *labeler) number(n *Number) {
	at := n.Start.Offset
	if length := n.End.Offset - at; length > len(n.Let.Name.Text) && !n.Let.Name.Quoted {
		l.kinds[at] = KindSign
		at++
	}
	l.kinds[at] = KindLet
}

func (l *labeler) judgment(j *Judgment) {
	l.texts(KindModel, j.Model)
	of, value := KindDimension, KindNumber
	switch j.Subject {
	case SubjectCondition:
		of = KindCondition
	case SubjectGrade:
		value = KindGrade
	case SubjectLabel:
		value = KindLabel
	case SubjectStatus:
		value = KindStatus
	}
	l.texts(of, j.Of)
	switch j.Subject {
	case SubjectScore, SubjectGrade, SubjectLabel, SubjectStatus:
		l.operator(j.Op, j.OpSpan)
		if j.Subject != SubjectScore && (j.Op == Equal || j.Op == NotEqual) { // is, is not
			l.ops[j.OpSpan.Start.Offset] = 1 + int(j.Op-Equal)
		}
		l.values(value, j.List, j.Operands)
	}
}

func (l *labeler) expectation(x *Expectation) {
	l.texts(KindDimension, x.Dimension)
	l.texts(KindStage, x.From)
	l.texts(KindStages, x.Stages, x.Assignment)
	switch x.Kind {
	case ExpectGrade, ExpectDimensionGrade:
		l.texts(KindGrade, x.Name)
	case ExpectHolds, ExpectDoesNotHold, ExpectTimes:
		l.texts(KindCondition, x.Name)
	case ExpectLabel:
		l.texts(KindLabel, x.Name)
	case ExpectStage, ExpectEvent:
		l.texts(KindStage, x.Name)
	case ExpectAssigned:
		l.texts(KindRule, x.Name)
	}
}
