package dsl

import "maps"

// foreignSigns maps signs of other languages to ours. The parser takes one for the
// other, and the scanner reports it.
var foreignSigns = []struct{ wrong, right string }{
	{"===", "="}, {"!==", "!="}, {"==", "="}, {"<>", "!="}, {"≠", "!="}, {"≤", "<="}, {"≥", ">="}, {"=<", "<="}, {"=>", ">="},
	{"&&", "and"}, {"&", "and"}, {"||", "or"}, {"|", "or"},
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
	"from": "since", "if": "where", "with": "where", "when": "where",
	"no": "none", "not": "none", "without": "none", "never": "none", "any": "has", "some": "has", "every": "each", "all": "each",
}

// otherForms lists what the language has in another form. What is not yet there at
// all is in laterForms.
var otherForms = []otherForm{
	{words: "more than # UNIT ago", at: afterPath, instead: olderAfterWhere},
	{words: "over # UNIT ago", at: afterPath, instead: olderAfterWhere},
	{words: "at least # UNIT ago", at: afterPath, instead: olderAfterWhere},
	{words: "less than # UNIT ago", at: afterPath, means: "within last {n} {unit}"},
	{words: "more than # UNIT ago", at: beginsOp, means: "older than {n} {unit}", keeps: "both hold before that instant"},
	{words: "over # UNIT ago", at: beginsOp, means: "older than {n} {unit}", keeps: "both hold before that instant"},
	{words: "at least # UNIT ago", at: beginsOp, means: "older than {n} {unit}"},
	{words: "less than # UNIT ago", at: beginsOp, means: "within last {n} {unit}"},
	{words: "not at least #", at: beginsChild, means: "at most {n-1}", keeps: "fewer than n occurrences are n-1 or fewer", instead: "write none"},
	{words: "less than #", at: beginsChild, means: "at most {n-1}", keeps: "fewer than n occurrences are n-1 or fewer", instead: "write none"},
	{words: "fewer than #", at: beginsChild, means: "at most {n-1}", keeps: "fewer than n occurrences are n-1 or fewer", instead: "write none"},
	{words: "not more than #", at: beginsChild, means: "at most {n}", keeps: "no more than n occurrences are n or fewer"},
	{words: "no more than #", at: beginsChild, means: "at most {n}", keeps: "no more than n occurrences are n or fewer"},
	{words: "up to #", at: beginsChild, means: "at most {n}", keeps: "both hold for n occurrences or fewer"},
	{words: "between # and #", at: beginsChild, means: "from {n} to {m}", keeps: "both numbers are included"},
	{words: "not has", at: beginsChild, means: "none", keeps: "has holds for one occurrence or more, and none for no occurrence"},
	{words: "no has", at: beginsChild, means: "none", keeps: "has holds for one occurrence or more, and none for no occurrence"},
	{words: "not none", at: beginsChild, means: "has", keeps: "none holds for no occurrence, and has for one or more"},
	{words: "not each", at: beginsChild, means: "none"},
	{words: "more than #", at: beginsChild, means: "at least {n+1}", keeps: "more than n occurrences are n+1 or more", instead: "write at least and a number"},

	{words: "at least # and at most #", at: beginsChild, means: "from {n} to {m}", keeps: "both numbers are included"},
	{words: "at least # but at most #", at: beginsChild, means: "from {n} to {m}", keeps: "both numbers are included"},
	{words: "# to #", at: beginsChild, means: "from {n} to {m}", keeps: "both numbers are included"},
	{words: "# or more", at: beginsChild, means: "at least {n}", keeps: "at least includes the number"},
	{words: "# or fewer", at: beginsChild, means: "at most {n}", keeps: "at most includes the number"},
	{words: "# or less", at: beginsChild, means: "at most {n}", keeps: "at most includes the number"},
	{words: "max #", at: beginsChild, means: "at most {n}", keeps: "both hold for n occurrences or fewer"},
	{words: "only #", at: beginsChild, means: "exactly {n}"},
	{words: "every other", at: beginsChild, means: "every 2", keeps: "every 2 counts two occurrences as one"},
	{words: "every second", at: beginsChild, means: "every 2", keeps: "every 2 counts two occurrences as one"},
	{words: "every UNIT without", at: beginsChild, means: "every 1 {unit} without", keeps: "a unit alone is one of it"},
	{words: "each # UNIT without", at: beginsChild, means: "every {n} {unit} without", keeps: "a length of time without something follows every"},
	{words: "one of {", at: beginsChild, means: "any of {", keeps: "one that holds is enough"},
	{words: "either {", at: beginsChild, means: "any of {", keeps: "one that holds is enough"},
	{words: "any {", at: beginsChild, means: "any of {", keeps: "one that holds is enough"},
	{words: "or {", at: beginsChild, means: "any of {", keeps: "one that holds is enough"},
	{words: "all {", at: beginsChild, means: "all of {", keeps: "all must hold"},
	{words: "and {", at: beginsChild, means: "all of {", keeps: "all must hold"},
	{words: "same {", at: beginsChild, instead: "write the field whose value is the same, such as same EventName {"},

	{words: "at most # per", at: afterPath, means: "up to {n} per", keeps: "at most n of them count"},
	{words: "max # per", at: afterPath, means: "up to {n} per", keeps: "at most n of them count"},
	{words: "# to # UNIT ago", at: afterPath, means: "between {n} and {m} {unit} ago", keeps: "both ends are included"},
	{words: "between # and # ago", at: afterPath | beginsOp, instead: "the unit is missing: write between {n} and {m} days ago, for example"},
	{words: "# per", at: afterPath, means: "up to {n} per", keeps: "at most n of them count"},
	{words: "max #", at: afterPath | afterExpr, instead: "before where, write up to {n} per day, or up to {n} per and a field's name, or after the points the most that they may add"},
	{words: "at most #", at: afterPath | afterExpr, instead: "before where, write up to {n} per day, or up to {n} per and a field's name, or after the points the most that they may add"},
	{words: "daily", at: afterPath, means: "once per day", keeps: "one of each day counts"},
	{words: "per", at: afterPath, instead: "write once per day or up to 3 per day, for example"},
	{words: "in any # UNIT", at: afterPath, means: "within any {n} {unit}", keeps: "so many occurrences are that close together"},
	{words: "half life", at: afterPath, instead: "write halving every 30 days, for example"},
	{words: "halves every", at: afterPath, means: "halving every", keeps: "the weight is halved"},
	{words: "halved every", at: afterPath, means: "halving every", keeps: "the weight is halved"},
	{words: "loses", at: afterPath, means: "losing", keeps: "the weight is less"},
	{words: "fades over", at: afterPath, means: "fading over", keeps: "the weight is less"},
	{words: "decaying", at: afterPath, instead: "write halving every 30 days, losing 10% every 1 week or fading over 90 days, for example"},
	{words: "decays", at: afterPath, instead: "write halving every 30 days, losing 10% every 1 week or fading over 90 days, for example"},
	{words: "decay", at: afterPath, instead: "write halving every 30 days, losing 10% every 1 week or fading over 90 days, for example"},

	{words: "at most", at: afterScore, instead: "write up to and the most that the points may add, or down to and the most that they may take away"},
	{words: "max", at: afterScore, instead: "write up to and the most that the points may add, or down to and the most that they may take away"},
	{words: "to #", at: afterScore, instead: "write up to and the most that the points may add, or down to and the most that they may take away"},
	{words: "halving", at: afterScore, instead: "a decay is written at the child, after its path"},
	{words: "losing", at: afterScore, instead: "a decay is written at the child, after its path"},
	{words: "fading", at: afterScore, instead: "a decay is written at the child, after its path"},
	{words: "once", at: afterScore, instead: "a cap is written at the child, after its path"},
	{words: "within", at: afterScore, instead: "a date range is written at the child, after its path"},
	{words: "since", at: afterScore, instead: "a date range is written at the child, after its path"},
	{words: "between", at: afterScore, instead: "a date range is written at the child, after its path"},
	{words: "per", at: afterScore, instead: "the points are for one occurrence that each counts"},

	{words: "not", at: beginsExpr, instead: "not is written with parentheses: not ( … )"},
	{words: "max #", at: beginsClause, means: "limit up to {n}", keeps: "both bound a sum from above"},
	{words: "maximum #", at: beginsClause, means: "limit up to {n}", keeps: "both bound a sum from above"},
	{words: "cap #", at: beginsClause, means: "limit up to {n}", keeps: "both bound a sum from above"},
	{words: "up to #", at: beginsClause, means: "limit up to {n}", keeps: "both bound a sum from above"},
	{words: "min #", at: beginsClause, means: "limit from {n}", keeps: "both bound a sum from below"},
	{words: "minimum #", at: beginsClause, means: "limit from {n}", keeps: "both bound a sum from below"},
	{words: "sales ready if", at: beginsClause, means: "sales ready when"},
	{words: "is ready when", at: beginsClause, means: "sales ready when"},
	{words: "ready when", at: beginsClause, means: "sales ready when"},
	{words: "ready at", at: beginsClause, means: "sales ready at"},
	{words: "disqualify", at: beginsClause, instead: "write sales ready when score >= 70 and not (condition \"…\" holds), for example"},
	{words: "from # to # UNIT ago", at: afterPath | beginsOp, means: "between {n} and {m} {unit} ago", keeps: "both ends are included"},
	{words: "from @ to @", at: afterPath, means: "between {a} and {b}", keeps: "both days are included"},
	{words: "on @", at: afterPath, means: "between {day} and {day}", keeps: "between includes the whole day", instead: "write between and two dates"},
	{words: "after @", at: afterPath, means: "since {a+1}", keeps: "what is after a day begins with the next one", instead: "since and a time includes the time itself; write since, or the date and after {a} after where"},
	{words: "before @", at: afterPath, instead: "a date range has a start: write between and two dates, or after where the field that holds the date, such as where Timestamp before {a}"},
	{words: "until @", at: afterPath, instead: "a date range has a start: write between and two dates, or after where the field that holds the date, such as where Timestamp on or before {a}"},
	{words: "older than # UNIT", at: afterPath, instead: olderAfterWhere},
	{words: "newer than # UNIT", at: afterPath, means: "within last {n} {unit}"},
	{words: "# UNIT ago", at: afterPath, instead: "write within last {n} {unit}, or after where the field that holds the date, such as where Timestamp older than {n} {unit}"},
}

// olderAfterWhere is what to write for a date range that ends a length of time ago.
const olderAfterWhere = "write it after where, with the field that holds the date, such as where Timestamp older than {n} {unit}"

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
