package dsl

import (
	"fmt"
	"strings"
	"sync"
)

// completionGrammar says what can follow what: the grammar of the language reference, in
// its notation but for this:
//
//	@name    braces, within which what name means can stand any number of times
//	<kind>   a token of that kind
//	%"words" an operator
//
// It accepts more than the parser does where that is simpler. A test compares the two.
const completionGrammar = `
file        = "model" <new> @model | "choose model" @choice | "stages" <new> @stages | "lead creation" <new> @creation
            | "assignment" <new> @assignment | "test" <new> @trial | "profile" <entity> @entity
            | "interaction" <entity> [ "passive" ] @entity | let .
let         = "let" <newlet> "=" ( <text> | <number> | <moment> | span | list ) .

model       = "condition" <new> @condition | "group" <new> @group | "dimension" <new> @dimension | "first of" <new> @tiers | table
            | "grade" <new> ( "below" int | "from" int [ "to" int ] ) | "sales ready at" int | "sales ready when" decision
            | "target" ( "contact" | "account" | "lead with contact" | "lead" ) | "description" <text> | "time zone" <zone> | limit
            | season | "audience" @item | "label" <dimension> { "," <dimension> } | let .
dimension   = "condition" <new> @condition | "group" <new> @group | "first of" <new> @tiers | table | limit | season
            | "grade" <new> ( "below" int | "from" int [ "to" int ] ) | "weight" <number> "%" | "out of" <number> .
group       = "condition" <new> @condition | "group" <new> @group | "first of" <new> @tiers | table | limit | season .
tiers       = "condition" <new> @condition | season .
limit       = "limit" ( "up to" int | "from" int [ "to" int ] ) .
season      = "active" ( "until" moment | "from" moment [ "to" moment ] ) .

table       = "table" <new> "by" ( "number of" path { counted } [ filter ] | <root> { "." ( <hop> | <field> ) } ) @row .
row         = season | test "score" points | values "score" points | "otherwise" "score" points
            | "from" number [ ( "to" | "below" ) number ] "score" points | "below" number "score" points .
values      = value { "," value } .
number      = <number> | <let> .

condition   = item | season | "score" points [ ( "up to" | "down to" ) points ] .
item        = [ <text> ":" ] ( frequency path { counted } [ filter ] | ( "any of" | "all of" ) @item
            | "same" reference @item ) .
frequency   = "has" | "each" | "none" | ( "at least" | "at most" | "exactly" ) int | "from" int "to" int
            | "every" ( int | span "without" ) .
path        = <root> { "or" <root> } { "." <hop> } .
counted     = "within last" span | "since" moment | "between" moment "and" moment | "between" <number> "and" <number> <unit> "ago"
            | "within any" span | ( "once" | "up to" int ) "per" ( "hour" | "day" | "week" | "month" | "year" | reference )
            | "halving every" span | "losing" <number> "%" "every" span | "fading over" span .
filter      = "where" expression .
expression  = term { ( "and" | "or" ) term } .
term        = <field> { "." <field> } test | [ "not" ] "(" expression ")" .
test        = %ops .
reference   = <reference> { "." <reference> } .

decision    = judgment { ( "and" | "or" ) judgment } .
judgment    = "score" [ "of" <dimension> ] measure | "grade" [ "of" <dimension> ] graded | "label" labelled
            | "condition" <condition> "holds" | [ "not" ] "(" decision ")" .
common      = asked { ( "and" | "or" ) asked } .
asked       = "score of" <model> [ "." <dimension> ] measure | "grade of" <model> [ "." <dimension> ] graded
            | "label of" <model> labelled | "status of" <model> inStatus | "sales ready of" <model>
            | "condition" <condition> "of" <model> "holds" | [ "not" ] "(" common ")" .
measure     = ( %"=" | %"!=" | %"<" | %"<=" | %">" | %">=" ) int | %"between" int "and" int
            | ( %"in" | %"not in" ) ( <let> | "(" int { "," int } ")" ) .
graded      = ( %"is" | %"is not" ) ( <grade> | <let> ) | ( %"in" | %"not in" ) ( <let> | "(" <grade> { "," <grade> } ")" ) .
labelled    = ( %"is" | %"is not" ) ( <label> | <let> ) | ( %"in" | %"not in" ) ( <let> | "(" <label> { "," <label> } ")" ) .
inStatus    = ( %"is" | %"is not" ) ( <status> | <let> ) | ( %"in" | %"not in" ) ( <let> | "(" <status> { "," <status> } ")" ) .

stages      = "stage" <new> [ "when" common ] [ "until" common ] [ "sticky" ] [ "then" <text> ] | "audience" @item .
choice      = "by" ( <reference> | <field> ) { "." ( <reference> | <field> ) } .
creation    = "from" <interaction> { "," <interaction> } [ filter ] | "scope" ( "contact" | "account" )
            | "per" ( "company" | <reference> ) | "set" set { "," set } .
assignment  = "rule" <new> @rule | "audience" @item | "otherwise set" assigned { "," assigned } .
rule        = item | "when" common | "set" assigned { "," assigned } .
set         = <field> "=" ( value | list ) .
assigned    = <field> "=" ( value | list | "one of" list ) .

trial       = "model" <model> | "as of" moment | record | "expect" expectation .
record      = ( <number> <counted> | <recorded> ) [ <record> ] [ "on" moment | ago ] [ "by" <contact> ] [ "with" given { "and" given } ] .
ago         = span "ago" | "in" span .
given       = <field> "=" ( value | list | ago ) .
expectation = "score" int | "grade" <grade> | "no" ( "grade" | "label" | "parent" ) | "sales ready"
            | "not" ( "sales ready" | "targeted" | "active" | "in audience" )
            | <condition> ( "holds" | "does not hold" | <number> ( "times" | "time" ) ) | "label" <label>
            | "dimension" <dimension> ( "score" int | "grade" <grade> | "no grade" )
            | ( "stage" <stage> | "event from" <stage> "to" <stage> | "assigned by" <rule> | given ) [ "of" <stages> ] .

entity      = <member> ( type { "exact" | "calculated" | "rollup" } | "->" <entity> | "<-" <entity> "." <reference> )
            | "dated by" <field> .
type        = "text" | "number" | "bool" | "time" | "date" | ( "choice" | "choices" ) "(" <text> { "," <text> } ")" | "choices" .

int         = <number> | <let> .
points      = <number> | [ "+" | "-" ] <let> .
moment      = <moment> | <let> .
span        = <span> <unit> | <let> .
value       = <value> | <let> .
list        = "(" value { "," value } ")" | <let> .
`

// kindsByName maps the words between < and > to kinds.
var kindsByName = map[string]Kind{
	"new": KindNewName, "newlet": KindNewName, "entity": KindEntity, "recorded": KindEntity, "counted": KindEntity, "text": KindText, "number": KindNumber,
	"moment": KindMoment, "zone": KindZone, "dimension": KindDimension, "root": KindRoot, "hop": KindHop, "field": KindField,
	"let": KindLet, "label": KindLabel, "unit": KindUnit, "reference": KindReference, "condition": KindCondition, "model": KindModel,
	"grade": KindGrade, "status": KindStatus, "interaction": KindInteraction, "record": KindRecord, "contact": KindContact,
	"stage": KindStage, "rule": KindRule, "stages": KindStages, "member": KindMember, "span": KindSpan, "value": KindValue,
}

// grammarOps returns the operators of expressions with their operands, in the notation of
// completionGrammar.
func grammarOps() string {
	forms := [...]string{
		NoOperand: "", OneValue: " value", TwoValues: " value \"and\" value", ValueList: " list", OneMoment: " moment", OneTimeSpan: " span",
	}
	var b strings.Builder
	for op := range Ops() {
		if b.Len() > 0 {
			b.WriteString(" | ")
		}
		fmt.Fprintf(&b, "%%%q%s", op, forms[op.Operands()])
	}
	b.WriteString(` | %"between" <number> "and" <number> <unit> "ago"`)
	return b.String()
}

// completionRules returns the compiled grammar.
var completionRules = sync.OnceValue(func() *rules {
	return compileGrammar(strings.Replace(completionGrammar, "%ops", grammarOps(), 1))
})
