package language

import (
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// wordDoc returns what a keyword, an operator or a unit means that can be written at a place.
func wordDoc(p *place, w dsl.Word) string {
	switch w.Kind {
	case dsl.KindOperator:
		return quoted(opConstruct(w.Op))
	case dsl.KindUnit:
		return quoted("span")
	case dsl.KindSign:
		return quoted(signs[w.Text])
	}
	before := p.wordBefore()
	if before == "expect" {
		if i, ok := expectWords[w.Text]; ok {
			return rowText(strings.TrimPrefix(expectations[i], "| "))
		}
	}
	if key, ok := wordsAfter[before][w.Text]; ok && !p.in("condition") {
		return quoted(key)
	}
	block := ""
	if n := len(p.Blocks); n > 0 {
		block = p.Blocks[n-1].Word
	}
	if key, ok := wordsIn[block][w.Text]; ok {
		return quoted(key)
	}
	if key, ok := sameWords[w.Text]; ok {
		return quoted(key)
	}
	return quoted(w.Text)
}

// wordBefore returns the word before the token at a place, in lower case, or "" if there is
// something else.
func (p *place) wordBefore() string {
	const longest = 20
	text := strings.TrimRight(p.f.Text[max(0, p.Token.Start.Offset-longest):p.Token.Start.Offset], " \t\r\n")
	i := strings.LastIndexFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
	return strings.ToLower(text[i+1:])
}

// signs are the keys of the signs that mean something.
var signs = map[string]string{"->": "reference", "<-": "inverse"}

// decisionWords are the keys of the words with which a part of a decision begins.
var decisionWords = map[string]string{
	"score": "judge score", "score of": "judge score", "grade": "judge grade", "grade of": "judge grade", "label": "judge label",
	"label of": "judge label", "condition": "judge condition", "status of": "judge status", "sales ready of": "judge sales ready", "not": "not",
}

// wordsAfter are the keys of words by the word before them, where they mean something of
// their own.
var wordsAfter = map[string]map[string]string{
	"sales":  {"ready at": "sales ready at", "ready when": "sales ready when"},
	"ready":  {"at": "sales ready at", "when": "sales ready when"},
	"target": {"contact": "target", "account": "target", "lead": "target lead", "lead with contact": "target lead"},
	"limit":  {"up to": "limit", "from": "limit"},
	"active": {"until": "active", "from": "active"},
	"scope":  {"contact": "scope", "account": "scope"},
	"per":    {"company": "per"},
	"by":     {"number of": "table number"},
	"when":   decisionWords, "until": decisionWords, "and": decisionWords, "or": decisionWords, "not": decisionWords,
}

// wordsIn are the keys of words by the block that they are in, where they mean something of
// their own.
var wordsIn = map[string]map[string]string{
	"profile":     typeWords,
	"interaction": typeWords,
	"table":       {"otherwise": "row otherwise", "from": "row from", "below": "row from", "to": "row from"},
	"model":       gradeWords,
	"dimension":   gradeWords,
	"test": {
		"model": "test model", "as of": "as of", "expect": "expect", "by": "record by", "with": "record with", "on": "record when", "ago": "record when",
		"in": "record when",
	},
	"lead creation": {"from": "creation from"},
}

var gradeWords = map[string]string{"below": "grade", "from": "grade", "to": "grade"}

var typeWords = map[string]string{
	"text": "type text", "number": "type number", "bool": "type bool", "time": "type time", "date": "type date", "choice": "type choice",
	"choices": "type choices", "rollup": "calculated",
}

// expectWords are the expectations that begin with a word.
var expectWords = map[string]dsl.ExpectKind{
	"score": dsl.ExpectScore, "grade": dsl.ExpectGrade, "no": dsl.ExpectNoGrade, "sales ready": dsl.ExpectSalesReady, "not": dsl.ExpectNotSalesReady,
	"label": dsl.ExpectLabel, "dimension": dsl.ExpectDimensionScore, "stage": dsl.ExpectStage, "event from": dsl.ExpectEvent,
	"assigned by": dsl.ExpectAssigned,
}

// sameWords are the keys of keywords that have another one.
var sameWords = map[string]string{
	"within last": "range within last", "since": "range since", "between": "range between", "once": "cap", "up to": "cap",
	"hour": "period", "day": "period", "week": "period", "month": "period", "year": "period", "otherwise set": "otherwise",
	"from": "from to", "down to": "score up to",
}
