package main

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/explain"
)

// A statement says what a condition, or something else that changes the score, does to
// it, and why.
type statement struct {
	Points  string // with a sign; "0" for none
	Text    string
	Details []detail
}

// A detail says what a child of a condition counted.
type detail struct {
	Rule    string // in the rule language
	Text    string
	Records []eval.Occurrence
	Reasons []string // why it counted nothing or too little
}

// sentences explains a scored lead. The points of the sentences that count add up to
// the score.
func sentences(l explain.Ledger) (counting, others []statement) {
	for i := range l.Contributions {
		c := &l.Contributions[i]
		s := statement{Points: points(c.Score), Text: contributed(c)}
		for j := range c.Children {
			s.Details = append(s.Details, detailOf(&c.Children[j]))
		}
		if c.Score != 0 {
			counting = append(counting, s)
		} else {
			others = append(others, s)
		}
	}
	for _, line := range l.Lines {
		if line.Kind != "condition" {
			counting = append(counting, statement{Points: fmt.Sprintf("%+d", line.Amount), Text: limited(line)})
		}
	}
	return counting, others
}

func points(n int64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", n)
}

// contributed returns what a condition did to the score, in a sentence.
func contributed(c *leadscore.Contribution) string {
	name := "“" + c.Condition + "”"
	if c.Row != "" {
		name += ", row “" + c.Row + "”,"
	}
	var text string
	switch times := c.Times(); {
	case c.Score == 0 && times == "0":
		text = name + " does not hold"
	case c.Score == 0:
		text = fmt.Sprintf("%s holds, and adds nothing", name)
	case times == "1":
		text = name + " holds"
	default:
		text = fmt.Sprintf("%s counts %s times, %s points each", name, times, points(c.Points))
	}
	if c.Why != "" {
		text += " (" + string(c.Why) + ")"
	}
	return text + "."
}

func detailOf(c *eval.ChildResult) detail {
	d := detail{Rule: c.Rule, Records: c.Occurrences, Reasons: c.Reasons()}
	switch {
	case c.Count == 0:
		d.Text = "counted none"
	case c.Weight != "":
		d.Text = fmt.Sprintf("counted %d, which weigh %s", c.Count, eval.Decimal(c.Weight))
	default:
		d.Text = fmt.Sprintf("counted %d", c.Count)
	}
	if !c.Holds {
		d.Text += ", and does not hold"
	}
	return d
}

// limited returns what a limit, a weight or the like did to the score.
func limited(l leadscore.Line) string {
	var within []string
	for _, p := range l.In {
		within = append(within, p.Kind+" “"+p.Name+"”")
	}
	text := "The rule “" + l.Rule + "” changes the sum"
	if l.Rule == "" {
		text = "The " + l.Kind + " changes the sum"
	}
	if len(within) > 0 {
		text += " of " + strings.Join(within, ", ")
	}
	return text + "."
}

// whyUnscored says why a model does not score a lead.
func whyUnscored(l explain.Ledger) (list []string) {
	switch l.Status {
	case leadscore.NotTargeted:
		list = append(list, "The model scores leads of another kind.")
	case leadscore.NoParent:
		list = append(list, "The lead has neither a contact nor an account.")
	case leadscore.NotActive:
		list = append(list, "The model is not active now.")
	case leadscore.NotInAudience:
		list = append(list, "The lead is not in the audience of the model.")
	default:
		list = append(list, "The status is: "+l.Status.String()+".")
	}
	if l.Season != nil {
		list = append(list, "It is "+l.Season.String()+".")
	}
	if l.Audience != nil {
		for i := range l.Audience.Children {
			if c := &l.Audience.Children[i]; !c.Holds {
				list = append(list, "“"+c.Rule+"” does not hold.")
			}
		}
	}
	return list
}
