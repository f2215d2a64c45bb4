package dsl

import "maps"

// meant maps operators of other languages to ours. The parser goes on with what
// was meant.
var meant = []struct{ wrong, right string }{
	{"===", "="}, {"!==", "!="}, {"==", "="}, {"<>", "!="}, {"≠", "!="}, {"≤", "<="}, {"≥", ">="}, {"=<", "<="}, {"=>", ">="},
	{"&&", "and"}, {"&", "and"},
}

// wrongQuotes maps what word processors make of quotes to what may close it.
var wrongQuotes = map[rune]string{'“': "”“\"", '”': "”\"", '„': "“”\"", '«': "»", '‘': "’", '’': "’", '\'': "'"}

// signOps are the operators that are written as signs, and what is written for
// them in other languages.
var signOps = func() map[string]Op {
	signs := maps.Clone(opSigns)
	for _, m := range meant {
		if op, ok := opSigns[m.right]; ok {
			signs[m.wrong] = op
		}
	}
	return signs
}()

// strayWords are what people write for a word of a condition.
var strayWords = map[string]string{
	"last": "within last", "in": "within last", "during": "within last", "for": "within last",
	"from": "since", "after": "since", "if": "where", "with": "where", "when": "where",
	"no": "none", "not": "none", "never": "none", "any": "has", "some": "has", "every": "each", "all": "each",
}

// opSynonyms are words that newcomers write for an operator.
var opSynonyms = map[string]struct {
	means string
	sure  bool // what follows is what follows the operator
}{
	"equals": {"=", false}, "equal": {"=", false}, "like": {"contains", false}, "includes": {"contains", false}, "matches": {"contains", false},
	"starts": {"begins with", true}, "startswith": {"begins with", true}, "endswith": {"ends with", true},
	"greater": {">", false}, "more": {">", false}, "less": {"<", false}, "smaller": {"<", false}, "exists": {"is not empty", false},
	"newer": {"within last", false}, "since": {"on or after", false}, "until": {"on or before", false},
}

// opWordSynonyms are words that newcomers write for a word of an operator.
var opWordSynonyms = map[string]string{"null": "empty", "nil": "empty", "blank": "empty", "missing": "empty"}

// opHelp says what may have been meant by the beginning of an operator.
var opHelp = map[string]string{"is": "equality is written =", "is not": "inequality is written !="}

// unitSynonyms are short forms of units that can mean one alone.
var unitSynonyms = map[string]string{
	"min": "minutes", "mins": "minutes", "h": "hours", "hr": "hours", "hrs": "hours", "d": "days",
	"w": "weeks", "wk": "weeks", "wks": "weeks", "y": "years", "yr": "years", "yrs": "years",
}

// valueSynonyms are words that newcomers write for a value.
var valueSynonyms = map[string]string{
	"empty": "is empty", "null": "is empty", "nil": "is empty", "blank": "is empty", "yes": "true", "no": "false",
}

// typeSynonyms are type names of other languages.
var typeSynonyms = map[string]string{
	"string": "text", "str": "text", "varchar": "text", "lookup": "-> Entity",
	"int": "number", "integer": "number", "float": "number", "decimal": "number", "money": "number", "currency": "number",
	"boolean": "bool", "datetime": "time", "timestamp": "time", "instant": "time", "day": "date",
	"enum": "choice", "option": "choice", "picklist": "choice", "multiselect": "choices",
}
