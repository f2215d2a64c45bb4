package leadscore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/shown"
)

// FieldValue is a field of Lead and the value that it is to have.
type FieldValue = eval.FieldValue

// An Assignment is a block `assignment` in the rule files of a set: who gets a lead (language
// reference, Who gets the lead). It is immutable and safe for concurrent use.
type Assignment struct {
	blocks    *blocks
	checked   *check.Assignment
	rules     []ruleValues // by rule, and then those of otherwise
	ruleNames []string
}

// ruleValues are the values that a rule sets.
type ruleValues struct {
	name   string
	values []check.SetValue
	fixed  []FieldValue // if no value is one of several; else nil
}

func newAssignment(b *blocks, a *check.Assignment) *Assignment {
	out := &Assignment{blocks: b, checked: a}
	for i := range a.Rules {
		out.rules = append(out.rules, valuesOf(a.Rules[i].Name, a.Rules[i].Values))
		out.ruleNames = append(out.ruleNames, a.Rules[i].Name)
	}
	out.rules = append(out.rules, valuesOf("", a.Otherwise))
	return out
}

func valuesOf(rule string, values []check.SetValue) ruleValues {
	out := ruleValues{name: rule, values: values}
	if !slices.ContainsFunc(values, func(v check.SetValue) bool { return v.OneOf != nil }) {
		out.fixed = out.of("")
	}
	return out
}

// of returns the values that a lead gets.
func (r *ruleValues) of(lead string) []FieldValue {
	if r.fixed != nil {
		return r.fixed
	}
	values := make([]FieldValue, len(r.values))
	for i, v := range r.values {
		values[i] = FieldValue{Field: v.Field.Name, Value: v.Value}
		if v.OneOf != nil {
			values[i].Value = v.OneOf[eval.OneOf(lead, r.name, len(v.OneOf))]
		}
	}
	return values
}

// Assignments returns the assignments in the rule files of the set, in their order. A set
// that [NewSet] makes of models has none.
func (s *Set) Assignments() []*Assignment {
	if s.blocks == nil {
		return nil
	}
	return slices.Clone(s.blocks.assignments)
}

// Name returns the name of the block.
func (a *Assignment) Name() string { return a.checked.Name }

// Rules returns the names of the rules, in their order.
func (a *Assignment) Rules() []string { return slices.Clone(a.ruleNames) }

// Checked returns the checked block, for tools that inspect rules. The caller must not
// change it.
func (a *Assignment) Checked() *check.Assignment { return a.checked }

// An Assigned is what an assignment gives to a lead.
type Assigned struct {
	Assignment string // the name of the block
	Lead       string
	// Rule is the rule that applies, the first that holds. It is "" if none holds, and if the
	// lead does not belong to the audience.
	Rule string
	// Otherwise says that no rule holds, so that Values are those of otherwise, if there are.
	Otherwise bool
	// Values are what is set, in the order of the rules. They must not be changed.
	Values []FieldValue
	// Reasons say of the rules up to the one that applies why they hold or not.
	Reasons []RuleReason
}

// A RuleReason says why a rule of an assignment holds for a lead, or why not.
type RuleReason struct {
	Rule  string `json:"rule"`
	Holds bool   `json:"holds"`
	// Children says whether the children of the rule hold; true if it has none.
	Children bool           `json:"children"`
	Parts    []DecisionPart `json:"parts,omitempty"` // of its when, in the order of the rules
}

// Assign returns what a lead gets, given its results, which a set with a returned:
// [Set.Score] or [Set.ScoreAll] of the set whose [Set.Assignments] returned a, or of one
// that [Set.Stop] made of it. It asks no source, as the set has counted what the rules ask
// for together with the scores. It fails if the results are not those of such a set.
func (a *Assignment) Assign(r SetResult) (Assigned, error) {
	if r.of == nil || r.of.blocks != a.blocks {
		return Assigned{}, errors.New("leadscore: the results are not those of a set with this assignment")
	}
	out := Assigned{Assignment: a.checked.Name, Lead: r.Lead}
	if at := a.checked.Audience; at >= 0 && !r.of.holds[at] {
		return out, nil
	}
	for i := range a.checked.Rules {
		rule := &a.checked.Rules[i]
		why := RuleReason{Rule: rule.Name, Children: rule.Children < 0 || r.of.holds[rule.Children]}
		why.Holds = why.Children
		if rule.When != nil {
			r.parts(rule.When, &why.Parts)
			why.Holds = why.Holds && r.decides(rule.When)
		}
		out.Reasons = append(out.Reasons, why)
		if why.Holds {
			out.Rule, out.Values = rule.Name, a.rules[i].of(r.Lead)
			return out, nil
		}
	}
	out.Otherwise = true
	out.Values = a.rules[len(a.checked.Rules)].of(r.Lead)
	return out, nil
}

// String returns the lead, the assignment, and the rule with its values, on one line, such
// as `"lead-42", Sales: "Small accounts": Owner = seat-1, Priority = Normal`.
func (a Assigned) String() string {
	text := fmt.Sprintf("%s, %s: ", shown.QuoteAll(a.Lead), shown.Printable(a.Assignment))
	switch {
	case a.Rule != "":
		text += shown.QuoteAll(a.Rule)
	case a.Otherwise:
		text += "otherwise"
	default:
		return text + "not in audience"
	}
	if len(a.Values) == 0 {
		return text + ": nothing"
	}
	var values []string
	for _, v := range a.Values {
		values = append(values, v.Field+" = "+shown.Printable(v.Value.String()))
	}
	return text + ": " + strings.Join(values, ", ")
}

// String returns the reason in one line, such as
// `"Big accounts": does not hold: label of "B2B" is "A1": label B2`.
func (r RuleReason) String() string {
	holds := "holds"
	if !r.Holds {
		holds = "does not hold"
	}
	text := shown.QuoteAll(r.Rule) + ": " + holds
	if !r.Children {
		return text + ": a child of it does not"
	}
	var parts []string
	for _, p := range r.Parts {
		if p.Holds == r.Holds {
			parts = append(parts, p.Rule+": "+shown.Printable(p.Is))
		}
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, "; ")
	}
	return text
}

// assignedJSON is the JSON form of an [Assigned].
type assignedJSON struct {
	Assignment string         `json:"assignment"`
	Lead       string         `json:"lead"`
	Status     string         `json:"status"`
	Rule       string         `json:"rule,omitempty"`
	Values     map[string]any `json:"values,omitempty"`
	Reasons    []RuleReason   `json:"reasons,omitempty"`
}

// MarshalJSON returns an object with assignment, lead, status ("assigned", "otherwise" or
// "not in audience"), rule, values by field, and reasons.
func (a Assigned) MarshalJSON() ([]byte, error) {
	status := "not in audience"
	switch {
	case a.Rule != "":
		status = "assigned"
	case a.Otherwise:
		status = "otherwise"
	}
	return shown.JSON(assignedJSON{a.Assignment, a.Lead, status, a.Rule, eval.ValuesJSON(a.Values), a.Reasons})
}
