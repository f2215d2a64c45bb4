package audit

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/shown"
)

// How many leads must be scored before an outcome that they share is odd.
const (
	largeForAll  = 100   // a condition that holds for all of them
	largeForNone = 1_000 // a condition that holds for none of them
)

// Outcomes looks at the results of a population as a whole. It is not safe for
// concurrent use.
type Outcomes struct {
	leads  int
	models []modelOutcomes
}

type modelOutcomes struct {
	name                string
	account             bool // the target is account, not contact
	scored, notTargeted int
	outside             int // of the audience
	explained           int
	conditions          []conditionOutcomes
}

type conditionOutcomes struct {
	name string
	none bool // some child holds for no occurrence, as none does: it holds for lack of data, too
	row  bool // of a table: one of its rows may well be for all, and others for none
	held int
}

// NewOutcomes returns the outcomes of no lead by the models of a set.
func NewOutcomes(set *leadscore.Set) *Outcomes {
	o := &Outcomes{}
	for _, m := range set.Models() {
		m := m.Checked()
		out := modelOutcomes{name: m.Name, account: m.Account()}
		for i := range m.Conditions {
			c := &m.Conditions[i]
			none := slices.ContainsFunc(c.Children, func(ch check.Child) bool { return !ch.Each && ch.Min == 0 })
			out.conditions = append(out.conditions, conditionOutcomes{name: c.Name, none: none, row: c.Row != nil})
		}
		o.models = append(o.models, out)
	}
	return o
}

// Add adds the results of a lead, which must be those of the set. Conditions are
// looked at only if the lead was scored with [leadscore.Explain].
func (o *Outcomes) Add(r leadscore.SetResult) {
	o.leads++
	for i := range r.Results {
		m := &o.models[i]
		switch r.Results[i].Status {
		case leadscore.Scored:
			m.scored++
		case leadscore.NotTargeted:
			m.notTargeted++
		case leadscore.NotInAudience:
			m.outside++
		}
		at := 0
		for c := range r.Results[i].Contributions() {
			if c.Holds() {
				m.conditions[at].held++
			}
			at++
		}
		if at > 0 {
			m.explained++
		}
	}
}

// Findings returns what is odd about the results that were added.
func (o *Outcomes) Findings() Findings {
	var found Findings
	for i := range o.models {
		m := &o.models[i]
		if o.leads > 0 && m.scored == 0 && m.notTargeted > 0 {
			has, wants := "a contact", "accounts"
			if !m.account {
				has, wants = "an account", "contacts"
			}
			found.add(Finding{
				Code: CodeNoneScored, Model: m.name, Count: m.notTargeted, Of: o.leads,
				Summary: fmt.Sprintf("model %s scores no lead: it targets %s, and %s to %s",
					shown.Quote(m.name), wants, ofThem(m.notTargeted, o.leads, "belongs", "belong"), has),
			})
		}
		if m.scored == 0 && m.outside > 0 {
			found.add(Finding{
				Code: CodeNoneScored, Model: m.name, Count: m.outside, Of: o.leads,
				Summary: fmt.Sprintf("model %s scores no lead: %s in its audience", shown.Quote(m.name), ofThem(m.outside, o.leads, "is not", "are not")),
			})
		}
	}
	for i := range o.models {
		m := &o.models[i]
		for _, c := range m.conditions {
			switch {
			case c.row:
			case c.held == m.explained && m.explained >= largeForAll:
				f := Finding{
					Code: CodeAlways, Severity: dsl.Advice, Model: m.name, Condition: c.name, Count: c.held, Of: m.explained,
					Summary: fmt.Sprintf("model %s: condition %s holds for all %d leads", shown.Quote(m.name), shown.Quote(c.name), c.held),
				}
				if c.none {
					f.Severity = dsl.Warning
				}
				found.add(f)
			case c.held == 0 && m.explained >= largeForNone:
				found.add(Finding{
					Code: CodeNever, Model: m.name, Condition: c.name, Of: m.explained,
					Summary: fmt.Sprintf("model %s: condition %s holds for none of %d leads", shown.Quote(m.name), shown.Quote(c.name), m.explained),
				})
			}
		}
	}
	found.sort()
	return found
}
