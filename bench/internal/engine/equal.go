package engine

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// Scores scores all leads of d with the engine.
func (e *Engine) Scores(d *crm.Data, m *rules.Model) ([]int64, error) {
	loaded, err := e.Load(d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	score, err := loaded(m)()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	return ScoreAll(score, len(d.Leads))
}

// ScoreAll scores leads from 0 up to n.
func ScoreAll(score Scorer, n int) ([]int64, error) {
	scores := make([]int64, n)
	err := score(Leads(n), scores)
	return scores, err
}

// Leads returns the positions from 0 up to n.
func Leads(n int) []int {
	leads := make([]int, n)
	for i := range leads {
		leads[i] = i
	}
	return leads
}

// Differ returns an error that names a lead to which two engines gave different
// scores and, as far as possible, the reason, or nil if there is none.
func Differ(d *crm.Data, m *rules.Model, a, b string, first, second []int64) error {
	for i := range first {
		if first[i] != second[i] {
			return fmt.Errorf("model %s, %s: %s gives %d, %s gives %d%s",
				m.Label, d.Leads[i].ID, a, first[i], b, second[i], suspects(d, m, i, b))
		}
	}
	return nil
}

// suspects names the rules that an engine reads differently from leadscore for
// one lead: both can run a model of one rule.
func suspects(d *crm.Data, m *rules.Model, lead int, name string) string {
	e, err := Find(name)
	if err != nil || e.Models != nil {
		return ""
	}
	one := &crm.Data{Leads: d.Leads[lead : lead+1], Contacts: d.Contacts, Accounts: d.Accounts}
	first, err := Memory.Load(one)
	if err != nil {
		return ""
	}
	second, err := e.Load(one)
	if err != nil {
		return ""
	}
	var found []string
	suspect := func(rule *rules.Model) {
		a, err := alone(first, rule)
		if err != nil {
			return
		}
		if b, err := alone(second, rule); err != nil || a != b {
			found = append(found, fmt.Sprintf("\n%s%d and %d, %v", rule.Text(), a, b, err))
		}
	}
	for i := range m.Rules {
		suspect(m.Only(i))
	}
	for part := range m.Each {
		suspect(m.OnlyPart(part))
	}
	return strings.Join(found, "")
}

func alone(l Loaded, m *rules.Model) (int64, error) {
	score, err := l(m)()
	if err != nil {
		return 0, err
	}
	scores, err := ScoreAll(score, 1)
	return scores[0], err
}
