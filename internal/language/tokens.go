package language

import (
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// A Token is a word, number, sign or comment of a file, and what it is.
type Token struct {
	Start, End int // offsets; on one line
	Type       TokenType
	Modifiers  TokenModifiers
}

// A TokenType says what a [Token] is.
type TokenType uint8

// The types of tokens.
const (
	TokenKeyword TokenType = iota
	TokenOperator
	TokenEntity
	TokenRelationship
	TokenField
	TokenLet
	TokenName // a text that names a model, a condition and so on
	TokenText
	TokenNumber // a number, or a date
	TokenUnit
	TokenComment
	tokenTypes
)

var tokenNames = [tokenTypes]string{"keyword", "operator", "entity", "relationship", "field", "let", "name", "text", "number", "unit", "comment"}

// String returns the name of the type, such as "field".
func (t TokenType) String() string {
	if t < tokenTypes {
		return tokenNames[t]
	}
	return "token"
}

// TokenTypes returns all types in their order.
func TokenTypes() []TokenType {
	list := make([]TokenType, tokenTypes)
	for i := range list {
		list[i] = TokenType(i)
	}
	return list
}

// TokenModifiers say more of a [Token], a bit each.
type TokenModifiers uint8

// The modifiers of tokens.
const (
	Declares   TokenModifiers = 1 << iota // what it names is declared there
	FromSchema                            // what it names is declared by the schema that the files extend
)

// typesOfKinds are the types of tokens by what they stand for. Those of texts that name
// nothing, and of relationships, are found otherwise.
var typesOfKinds = map[dsl.Kind]TokenType{
	dsl.KindKeyword: TokenKeyword, dsl.KindOperator: TokenOperator, dsl.KindRoot: TokenEntity, dsl.KindEntity: TokenEntity,
	dsl.KindInteraction: TokenEntity, dsl.KindHop: TokenRelationship, dsl.KindReference: TokenRelationship, dsl.KindField: TokenField,
	dsl.KindMember: TokenField, dsl.KindLet: TokenLet, dsl.KindUnit: TokenUnit, dsl.KindModel: TokenName, dsl.KindCondition: TokenName,
	dsl.KindGrade: TokenName, dsl.KindDimension: TokenName, dsl.KindStages: TokenName, dsl.KindStage: TokenName, dsl.KindRule: TokenName,
	dsl.KindNewName: TokenName, dsl.KindRecord: TokenName, dsl.KindContact: TokenName,
}

// typesOfObjects are the types of the names of objects, where they are not plain names.
var typesOfObjects = map[check.ObjectKind]TokenType{
	check.EntityObject: TokenEntity, check.FieldObject: TokenField, check.RelationshipObject: TokenRelationship, check.LetObject: TokenLet,
}

// Tokens returns the tokens of a file that an editor shows in a style of their own, in the
// order of the text. Punctuation is left out.
func (s *Snapshot) Tokens(name string) []Token {
	f := s.file(name)
	if f == nil {
		return nil
	}
	named := map[int]check.Occurrence{} // by the offset at which the name begins
	for o := range s.info().In(f.tree) {
		named[o.Span.Start.Offset] = o
	}
	var list []Token
	for _, t := range f.tokens() {
		typ, ok := typeOf(t)
		if !ok {
			continue
		}
		out := Token{Start: t.Start.Offset, End: t.End.Offset, Type: typ}
		if o, ok := named[out.Start]; ok && typ != TokenKeyword {
			out.Type = TokenName
			if typ, ok := typesOfObjects[o.Object.Kind]; ok {
				out.Type = typ
			}
			if o.Declares {
				out.Modifiers |= Declares
			} else if s.isFromSchema(o.Object) {
				out.Modifiers |= FromSchema
			}
		}
		list = append(list, out)
	}
	return list
}

// typeOf returns the type of a token by itself. ok is false for punctuation, and for words
// of which nothing is known.
func typeOf(t dsl.Token) (typ TokenType, ok bool) {
	if typ, ok := typesOfKinds[t.Kind]; ok {
		return typ, true
	}
	switch t.Class {
	case dsl.ClassComment:
		return TokenComment, true
	case dsl.ClassText:
		return TokenText, true
	case dsl.ClassNumber, dsl.ClassMoment:
		return TokenNumber, true
	case dsl.ClassWord:
		if t.Kind == dsl.KindValue { // true, false
			return TokenKeyword, true
		}
	}
	return 0, false
}

// isFromSchema reports whether an object is declared by the schema that the files extend.
func (s *Snapshot) isFromSchema(o *check.Object) bool {
	if s.base == nil || o.Kind > check.RelationshipObject {
		return false
	}
	if o.Kind == check.EntityObject {
		return s.base.Entity(o.Name) != nil
	}
	e := s.base.Entity(o.Entity.Name())
	if e == nil {
		return false
	}
	_, field := e.Field(o.Name)
	_, relationship := e.Relationship(o.Name)
	return field || relationship
}
