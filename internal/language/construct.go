package language

import (
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// constructAt returns the key in meanings of what a keyword or operator belongs to, given the
// innermost node that it is in, or "".
func constructAt(n dsl.Node, word string) string {
	word = strings.ToLower(word)
	switch n := n.(type) {
	case *dsl.Child, *dsl.And, *dsl.Or, *dsl.Not, *dsl.Frequency, *dsl.Range, *dsl.Burst, *dsl.Cap, *dsl.Decay, *dsl.ItemBlock:
		return childConstruct(n, word)
	case *dsl.Comparison:
		return opConstruct(n.Op)
	case *dsl.Judgment:
		return judgments[n.Subject]
	case *dsl.Table, *dsl.Row, *dsl.Score, *dsl.Grade, *dsl.SalesReady, *dsl.Target:
		return clauseConstruct(n, word)
	case *dsl.Stage, *dsl.AssignmentRule, *dsl.CreationPer, *dsl.FieldValue, *dsl.Record, *dsl.When:
		return leadsConstruct(n, word)
	case *dsl.Entity, *dsl.Field, *dsl.Relationship:
		return schemaConstruct(n, word)
	case *dsl.TimeSpan:
		return "span"
	}
	return plainConstruct(n)
}

// judgments are the keys of what decisions ask for.
var judgments = map[dsl.Subject]string{
	dsl.SubjectScore: "judge score", dsl.SubjectGrade: "judge grade", dsl.SubjectLabel: "judge label",
	dsl.SubjectCondition: "judge condition", dsl.SubjectSalesReady: "judge sales ready", dsl.SubjectStatus: "judge status",
}

// plainConstruct is constructAt for nodes all of whose keywords mean the same.
func plainConstruct(n dsl.Node) string {
	switch n.(type) {
	case *dsl.Model:
		return "model"
	case *dsl.Description:
		return "description"
	case *dsl.TimeZone:
		return "time zone"
	case *dsl.Let:
		return "let"
	case *dsl.Audience:
		return "audience"
	case *dsl.Condition:
		return "condition"
	case *dsl.Group:
		return "group"
	case *dsl.Limit:
		return "limit"
	case *dsl.FirstOf:
		return "first of"
	case *dsl.Dimension:
		return "dimension"
	case *dsl.Weight:
		return "weight"
	case *dsl.OutOf:
		return "out of"
	case *dsl.Label:
		return "label"
	case *dsl.Active:
		return "active"
	case *dsl.Stages:
		return "stages"
	case *dsl.Sticky:
		return "sticky"
	case *dsl.ChooseModel:
		return "choose model"
	case *dsl.ChooseBy:
		return "by"
	case *dsl.LeadCreation:
		return "lead creation"
	case *dsl.CreationFrom:
		return "creation from"
	case *dsl.CreationScope:
		return "scope"
	case *dsl.SetValues:
		return "set"
	case *dsl.Assignment:
		return "assignment"
	case *dsl.Otherwise:
		return "otherwise"
	case *dsl.Test:
		return "test"
	case *dsl.TestModel:
		return "test model"
	case *dsl.AsOf:
		return "as of"
	case *dsl.Expectation:
		return "expect"
	case *dsl.DatedBy:
		return "dated by"
	}
	return ""
}

var frequencies = map[dsl.FrequencyKind]string{
	dsl.Each: "each", dsl.AtLeast: "at least", dsl.None: "none", dsl.AtMost: "at most", dsl.Exactly: "exactly", dsl.FromTo: "from to",
	dsl.Every: "every", dsl.EveryWithout: "every without",
}

var ranges = map[dsl.RangeKind]string{
	dsl.WithinLast: "range within last", dsl.Since: "range since", dsl.Between: "range between", dsl.BetweenAgo: "range ago",
}

var decays = map[dsl.DecayKind]string{dsl.Halving: "halving every", dsl.Losing: "losing", dsl.Fading: "fading over"}

// childConstruct is constructAt within the children of conditions.
func childConstruct(n dsl.Node, word string) string {
	switch n := n.(type) {
	case *dsl.Frequency:
		if n.Kind == dsl.AtLeast && n.Count == nil {
			return "has"
		}
		return frequencies[n.Kind]
	case *dsl.Range:
		return ranges[n.Kind]
	case *dsl.Burst:
		return "within any"
	case *dsl.Cap:
		if word == n.Period.String() && n.Period != dsl.NoPeriod {
			return "period"
		}
		return "cap"
	case *dsl.Decay:
		return decays[n.Kind]
	case *dsl.ItemBlock:
		return [...]string{dsl.AnyOf: "any of", dsl.AllOf: "all of", dsl.SameValue: "same"}[n.Kind]
	case *dsl.Child:
		if word == "or" && len(n.Where) == 0 || word == "or" && len(n.Or) > 0 {
			return "kinds"
		}
	}
	switch word {
	case "where", "and", "or", "not":
		return word
	}
	return ""
}

// opConstruct returns the key of an operator.
func opConstruct(op dsl.Op) string {
	switch op {
	case dsl.IsEmpty, dsl.IsNotEmpty:
		return "empty"
	case dsl.ContainsAll:
		return "contains all"
	case dsl.ContainsWord, dsl.ContainsAnyWord, dsl.NotContainsWord, dsl.NotContainsAnyWord:
		return "word"
	case dsl.ContainsAny, dsl.NotContainsAny, dsl.BeginsWithAny, dsl.NotBeginsWithAny, dsl.EndsWithAny, dsl.NotEndsWithAny:
		return "any"
	case dsl.InRange:
		return "between"
	case dsl.On, dsl.Before, dsl.After, dsl.OnOrBefore, dsl.OnOrAfter:
		return "day"
	case dsl.InLast, dsl.InNext:
		return "within last"
	case dsl.OlderThan:
		return "older than"
	case dsl.Less, dsl.LessEqual, dsl.Greater, dsl.GreaterEqual:
		return "number"
	}
	return "compare"
}

// clauseConstruct is constructAt for clauses of models that have several keywords.
func clauseConstruct(n dsl.Node, word string) string {
	switch n := n.(type) {
	case *dsl.Target:
		if n.Kind == dsl.TargetLead || n.Kind == dsl.TargetLeadWithContact {
			return "target lead"
		}
		return "target"
	case *dsl.Table:
		if n.Number != nil {
			return "table number"
		}
		return "table"
	case *dsl.Row:
		return [...]string{dsl.RowTest: "row", dsl.RowValues: "row values", dsl.RowFrom: "row from", dsl.RowOtherwise: "row otherwise"}[n.Form]
	case *dsl.Score:
		if word != "score" {
			return "score up to"
		}
		return "score"
	case *dsl.SalesReady:
		if n.When != nil {
			return "sales ready when"
		}
		return "sales ready at"
	}
	return "grade"
}

// leadsConstruct is constructAt for blocks about leads, and for records of tests.
func leadsConstruct(n dsl.Node, word string) string {
	switch n := n.(type) {
	case *dsl.Stage:
		switch word {
		case "when", "until", "sticky", "then":
			return word
		}
		return "stage"
	case *dsl.AssignmentRule:
		return "rule"
	case *dsl.CreationPer:
		return "per"
	case *dsl.When:
		return "record when"
	case *dsl.FieldValue:
		if n.OneOf && (word == "one" || word == "of") {
			return "one of"
		}
		return ""
	}
	switch word {
	case "by":
		return "record by"
	case "with", "and":
		return "record with"
	case "on":
		return "record when"
	}
	return "record"
}

// schemaConstruct is constructAt for schema blocks.
func schemaConstruct(n dsl.Node, word string) string {
	switch n := n.(type) {
	case *dsl.Entity:
		if word == "passive" {
			return word
		}
		if n.Interaction {
			return "interaction"
		}
		return "profile"
	case *dsl.Relationship:
		if n.Via != nil {
			return "inverse"
		}
		return "reference"
	}
	switch word {
	case "exact":
		return word
	case "calculated", "rollup":
		return "calculated"
	}
	return "type " + word
}
