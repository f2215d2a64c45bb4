package dsl

import "maps"

// foreignSigns maps signs of other languages to ours. The parser takes one for the
// other, and the scanner reports it.
var foreignSigns = []struct{ wrong, right string }{
	{"===", "="}, {"!==", "!="}, {"==", "="}, {"<>", "!="}, {"≠", "!="}, {"≤", "<="}, {"≥", ">="}, {"=<", "<="}, {"=>", ">="},
	{"&&", "and"}, {"&", "and"},
}

// wrongQuotes maps the quotes that word processors write to those that may close
// them.
var wrongQuotes = map[rune]string{'“': "”“\"", '”': "”\"", '„': "“”\"", '«': "»", '‘': "’", '’': "’", '\'': "'"}

// signOps maps our signs and those of other languages to operators.
var signOps = func() map[string]Op {
	signs := maps.Clone(opSigns)
	for _, m := range foreignSigns {
		if op, ok := opSigns[m.right]; ok {
			signs[m.wrong] = op
		}
	}
	return signs
}()

// strayWords maps words that people write in a condition to the keyword they mean.
var strayWords = map[string]string{
	"last": "within last", "in": "within last", "during": "within last", "for": "within last",
	"from": "since", "after": "since", "if": "where", "with": "where", "when": "where",
	"no": "none", "not": "none", "never": "none", "any": "has", "some": "has", "every": "each", "all": "each",
}

// opSynonyms maps words that newcomers write to the operator they mean.
var opSynonyms = map[string]struct {
	means string
	sure  bool // the same operands follow, so that the word can be replaced
}{
	"equals": {"=", false}, "equal": {"=", false}, "like": {"contains", false}, "includes": {"contains", false}, "matches": {"contains", false},
	"starts": {"begins with", true}, "startswith": {"begins with", true}, "endswith": {"ends with", true},
	"greater": {">", false}, "more": {">", false}, "less": {"<", false}, "smaller": {"<", false}, "exists": {"is not empty", false},
	"newer": {"within last", false}, "since": {"on or after", false}, "until": {"on or before", false},
}

// opWordSynonyms maps words that newcomers write to a word within an operator.
var opWordSynonyms = map[string]string{"null": "empty", "nil": "empty", "blank": "empty", "missing": "empty"}

// opHelp maps the beginning of an operator to help for those who mean another one.
var opHelp = map[string]string{"is": "equality is written =", "is not": "inequality is written !="}

// unitSynonyms maps short forms of units to the one unit they can mean.
var unitSynonyms = map[string]string{
	"min": "minutes", "mins": "minutes", "h": "hours", "hr": "hours", "hrs": "hours", "d": "days",
	"w": "weeks", "wk": "weeks", "wks": "weeks", "y": "years", "yr": "years", "yrs": "years",
}

// valueSynonyms maps words that newcomers write for a value to what they mean.
var valueSynonyms = map[string]string{
	"empty": "is empty", "null": "is empty", "nil": "is empty", "blank": "is empty", "yes": "true", "no": "false",
}

// typeSynonyms maps type names of other languages to ours.
var typeSynonyms = map[string]string{
	"string": "text", "str": "text", "varchar": "text", "lookup": "-> Entity",
	"int": "number", "integer": "number", "float": "number", "decimal": "number", "money": "number", "currency": "number",
	"boolean": "bool", "datetime": "time", "timestamp": "time", "instant": "time", "day": "date",
	"enum": "choice", "option": "choice", "picklist": "choice", "multiselect": "choices",
}
