package reference

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
)

// A without is rules without what changes nothing, according to findings.
type without struct {
	file *dsl.File
	at   map[dsl.Span]bool // what is left out
}

// newWithout returns the rules of a file without what changes nothing in them: the file
// itself if there is nothing to leave out.
func newWithout(found dsl.Diagnostics, file *dsl.File) *without {
	w := &without{at: map[dsl.Span]bool{}}
	for _, d := range found {
		switch d.Code {
		case findings.CodeImplied, findings.CodeSameExpr, findings.CodeSameChild, findings.CodeAlternative, findings.CodeIdleCap, findings.CodeAlways:
			w.at[d.Span] = true
		}
	}
	if len(w.at) == 0 {
		w.file = file
		return w
	}
	w.file, _ = dsl.Parse(file.Name, file.Text, dsl.Limits{})
	for _, b := range w.file.Blocks {
		if m, ok := b.(*dsl.Model); ok {
			m.Clauses = w.clauses(m.Clauses)
		}
	}
	return w
}

func (w *without) clauses(list []dsl.Clause) []dsl.Clause {
	return slices.DeleteFunc(list, func(c dsl.Clause) bool {
		switch c := c.(type) {
		case *dsl.Active, *dsl.Limit:
			return w.at[c.At()]
		case *dsl.Audience:
			c.Items = w.items(c.Items)
			return w.at[c.Span]
		case *dsl.Condition:
			w.condition(c)
		case *dsl.Group:
			c.Clauses = w.clauses(c.Clauses)
		case *dsl.Dimension:
			c.Clauses = w.clauses(c.Clauses)
		case *dsl.FirstOf:
			w.season(&c.Active)
			for _, tier := range c.Tiers {
				w.condition(tier)
			}
		case *dsl.Table:
			w.season(&c.Active)
			if c.Number != nil {
				w.child(c.Number)
			}
		}
		return false
	})
}

func (w *without) season(a **dsl.Active) {
	if *a != nil && w.at[(*a).Span] {
		*a = nil
	}
}

func (w *without) condition(c *dsl.Condition) {
	w.season(&c.Active)
	c.Items = w.items(c.Items)
}

func (w *without) items(list []dsl.Item) []dsl.Item {
	return slices.DeleteFunc(list, func(i dsl.Item) bool {
		switch i := i.(type) {
		case *dsl.Child:
			w.child(i)
		case *dsl.ItemBlock:
			i.Items = w.items(i.Items)
		}
		return w.at[i.At()]
	})
}

func (w *without) child(ch *dsl.Child) {
	if ch.Range != nil && w.at[ch.Range.Span] {
		ch.Range = nil
	}
	if ch.Cap != nil && w.at[ch.Cap.Span] {
		ch.Cap = nil
	}
	ch.Where = w.exprs(ch.Where)
}

func (w *without) exprs(list []dsl.Expr) []dsl.Expr {
	var left []dsl.Expr
	for _, e := range list {
		if w.at[e.At()] {
			continue
		}
		switch e := e.(type) {
		case *dsl.And:
			e.Terms = w.exprs(e.Terms)
		case *dsl.Or:
			e.Terms = w.exprs(e.Terms)
		case *dsl.Not:
			if rest := w.exprs([]dsl.Expr{e.Expr}); len(rest) == 0 {
				continue
			}
		}
		left = append(left, e)
	}
	return left
}

// judgeFindings returns an error if a finding about a model is not true of a lead's
// result. scores is the range of the model's scores, and less the result without what
// changes nothing.
func judgeFindings(found dsl.Diagnostics, m *check.Model, scores findings.Scores, w *without, r, less Result, witnessed map[string]int) error {
	for _, d := range found {
		if inside(d.Span, m.Source.Span) && !isTrueOfAudience(d, m, r.Status) {
			return fmt.Errorf("not true:\n%s", d.Error())
		}
	}
	if r.Status != less.Status {
		return fmt.Errorf("status %s, and %s without what changes nothing", r.Status, less.Status)
	}
	if r.Status != "scored" {
		return nil
	}
	if r.Score < scores.Least || r.Score > scores.Greatest {
		return fmt.Errorf("score %d is not %s", r.Score, scores)
	}
	if r.Score != 0 && (r.Score == scores.Least || r.Score == scores.Greatest) {
		witnessed["scores at the end of their range"]++
	}
	for _, d := range found {
		if inside(d.Span, m.Source.Span) && !isTrue(d, m, r) {
			return fmt.Errorf("not true:\n%s", d.Error())
		}
	}
	if r.Score != less.Score || r.SalesReady != less.SalesReady {
		return fmt.Errorf("score %d %v, and %d %v without what changes nothing", r.Score, r.SalesReady, less.Score, less.SalesReady)
	}
	for i := range m.Conditions {
		if err := w.judge(&m.Conditions[i], &r.Contributions[i], &less.Contributions[i], witnessed); err != nil {
			return err
		}
	}
	return nil
}

// judge returns an error if a condition counts otherwise without what changes nothing.
func (w *without) judge(c *check.Condition, full, less *Contribution, witnessed map[string]int) error {
	if full.Multiplier.Cmp(less.Multiplier) != 0 || full.holds() != less.holds() {
		return fmt.Errorf("condition %s has multiplier %s, and %s without what changes nothing", full.Condition, full.Multiplier, less.Multiplier)
	}
	if c.Row != nil {
		return nil
	}
	if full.Multiplier.Sign() > 0 && len(full.Children) > len(less.Children) {
		witnessed["conditions that hold, less what changes nothing"]++
	}
	var kept []*dsl.Child
	var keep func(items []dsl.Item, gone bool)
	keep = func(items []dsl.Item, gone bool) {
		for _, i := range items {
			switch i := i.(type) {
			case *dsl.Child:
				if gone || w.at[i.Span] {
					i = nil
				}
				kept = append(kept, i)
			case *dsl.ItemBlock:
				keep(i.Items, gone || w.at[i.Span])
			}
		}
	}
	keep(c.Source.Items, false)
	k := 0
	for n, ch := range kept {
		if ch == nil {
			continue
		}
		idleCap := ch.Cap != nil && w.at[ch.Cap.Span]
		if a, b := full.Children[n].Count, less.Children[k].Count; !idleCap && a.Cmp(b) != 0 {
			return fmt.Errorf("child %d of %s counts %d, and %d without what changes nothing", n, full.Condition, a, b)
		}
		if full.Children[n].Count.Sign() > 0 && full.Children[n].Rule != less.Children[k].Rule {
			witnessed["children that count, less what changes nothing"]++
		}
		k++
	}
	return nil
}

// isTrueOfAudience reports whether a finding is true of the status of a lead.
func isTrueOfAudience(d dsl.Diagnostic, m *check.Model, status string) bool {
	if m.Audience == nil || !inside(d.Span, m.Audience.Source.Span) {
		return true
	}
	switch d.Code {
	case findings.CodeNever:
		return status != "scored"
	case findings.CodeAlways:
		return d.Span != m.Audience.Source.Span || status != "not in audience"
	}
	return true
}

// isTrue reports whether a finding about a model is true of a result.
func isTrue(d dsl.Diagnostic, m *check.Model, r Result) bool {
	ok := true
	is := func(fact bool) { ok = ok && fact }
	switch d.Code {
	case findings.CodeGrade:
		is(!hasGrade(d, m.Source.Clauses, r.Grade))
		n := 0
		for _, c := range m.Source.Clauses {
			if dim, ok := c.(*dsl.Dimension); ok {
				is(!hasGrade(d, dim.Clauses, r.Dimensions[n].Grade))
				n++
			}
		}
	case findings.CodeReadyNever:
		is(!r.SalesReady)
	case findings.CodeReadyAlways:
		is(r.SalesReady)
	case findings.CodeLimit, findings.CodeLimitFar:
		is(isTrueOfLimit(d, m, r))
	case findings.CodeDecided:
		dsl.Walk(m.Source, func(n dsl.Node) bool {
			if j, ok := n.(*dsl.Judgment); ok && j.Span == d.Span {
				is(r.judges(j) == strings.Contains(d.Summary, " always holds: "))
			}
			return true
		})
	case findings.CodeSeasonApart:
		is(isTrueOfSeason(d, m, r))
	case findings.CodeWeight:
		is(isTrueOfWeight(d, m, r))
	}
	for i := range m.Conditions {
		c := &m.Conditions[i]
		switch {
		case c.Row != nil:
			switch {
			case d.Code == findings.CodeHiddenRow && d.Span == c.Row.Span:
				is(!r.Contributions[i].Taken)
			case d.Code == findings.CodeNothing && len(c.Children) > 0 && inTable(d, m, c.Row):
				is(r.Contributions[i].Children[0].Count.Sign() == 0)
			}
		case inside(d.Span, c.Source.Span):
			is(isTrueOfCondition(d, m, i, r))
		}
	}
	return ok
}

// hasGrade reports whether a finding is about a grade among clauses.
func hasGrade(d dsl.Diagnostic, clauses []dsl.Clause, name string) bool {
	return slices.ContainsFunc(clauses, func(c dsl.Clause) bool {
		g, ok := c.(*dsl.Grade)
		return ok && inside(d.Span, g.Span) && g.Name.Value == name
	})
}

// isTrueOfLimit reports whether a finding about a limit is true of the lines of a result.
func isTrueOfLimit(d dsl.Diagnostic, m *check.Model, r Result) bool {
	ok := true
	var visit func(name string, clauses []dsl.Clause)
	visit = func(name string, clauses []dsl.Clause) {
		for _, c := range clauses {
			switch c := c.(type) {
			case *dsl.Group:
				visit(c.Name.Value, c.Clauses)
			case *dsl.Dimension:
				visit(c.Name.Value, c.Clauses)
			case *dsl.Limit:
				if d.Span != c.Span {
					continue
				}
				changes := new(big.Int)
				for _, l := range r.Ledger {
					if l.Kind == "limit" && l.Name == name {
						changes.Add(changes, l.Amount)
					}
				}
				if d.Code == findings.CodeLimit {
					ok = ok && (name != m.Name || c.From != nil && r.Score == integer(c.From).Int64() || c.To != nil && r.Score == integer(c.To).Int64())
				} else if c.To != nil && c.From == nil {
					ok = ok && changes.Sign() >= 0
				} else if c.From != nil && c.To == nil {
					ok = ok && changes.Sign() <= 0
				}
			}
		}
	}
	visit(m.Name, m.Source.Clauses)
	return ok
}

func isTrueOfCondition(d dsl.Diagnostic, m *check.Model, i int, r Result) bool {
	ok := true
	is := func(fact bool) { ok = ok && fact }
	c, contribution := &m.Conditions[i], &r.Contributions[i]
	switch d.Code {
	case findings.CodeNever:
		is(contribution.Multiplier.Sign() == 0)
	case findings.CodeHiddenTier:
		is(!contribution.Taken)
	case findings.CodeEveryLead:
		is(contribution.Multiplier.Cmp(big.NewRat(1, 1)) == 0 && contribution.holds())
	case findings.CodeSameCondition:
		for k := range m.Conditions {
			if other := &m.Conditions[k]; other.Source != nil && inside(d.Related[0].Span, other.Source.Span) {
				is(k != i && r.Contributions[k].Score.Cmp(contribution.Score) == 0)
			}
		}
	}
	for k := range c.Children {
		ch := &c.Children[k]
		if !inside(d.Span, ch.Source.Span) {
			continue
		}
		switch d.Code {
		case findings.CodeNothing:
			got := &contribution.Children[k]
			values := slices.ContainsFunc(c.Source.Items, func(i dsl.Item) bool {
				b, ok := i.(*dsl.ItemBlock)
				return ok && b.Kind == dsl.SameValue && inside(ch.Source.Span, b.Span)
			})
			is(values || got.Count.Sign() == 0 || got.Weight != nil && got.Weight.Sign() == 0 || ch.Burst != nil && !got.Holds)
			if top := values || slices.Contains(c.Source.Items, dsl.Item(ch.Source)); top && (ch.Min > 0 || ch.Each || ch.Aging != nil) {
				is(contribution.Multiplier.Sign() == 0)
			}
		case findings.CodeAlways:
			is(contribution.Children[k].Holds)
		}
	}
	return ok
}

// inTable reports whether a finding is about the table by number that has a row.
func inTable(d dsl.Diagnostic, m *check.Model, row *dsl.Row) bool {
	found := false
	dsl.Walk(m.Source, func(n dsl.Node) bool {
		t, ok := n.(*dsl.Table)
		found = found || ok && t.Number != nil && inside(d.Span, t.Number.Span) && slices.Contains(t.Rows, row)
		return true
	})
	return found
}

// isTrueOfSeason reports whether what has a season never counts.
func isTrueOfSeason(d dsl.Diagnostic, m *check.Model, r Result) bool {
	ok := true
	dsl.Walk(m.Source, func(n dsl.Node) bool {
		var season *dsl.Active
		switch n := n.(type) {
		case *dsl.Condition:
			season = n.Active
		case *dsl.FirstOf:
			season = n.Active
		case *dsl.Table:
			season = n.Active
		case *dsl.Group:
			season = activeOf(n.Clauses)
		case *dsl.Dimension:
			season = activeOf(n.Clauses)
		}
		if season == nil || season.Span != d.Span {
			return true
		}
		for i := range m.Conditions {
			at := dsl.Span{}
			if row := m.Conditions[i].Row; row != nil {
				at = row.Span
			} else {
				at = m.Conditions[i].Source.Span
			}
			if inside(at, n.At()) {
				ok = ok && !(r.Contributions[i].InSeason && r.Contributions[i].Taken && r.Contributions[i].Score.Sign() != 0)
			}
		}
		return true
	})
	return ok
}

func activeOf(clauses []dsl.Clause) *dsl.Active {
	for _, c := range clauses {
		if a, ok := c.(*dsl.Active); ok {
			return a
		}
	}
	return nil
}

// isTrueOfWeight reports whether a dimension gives as much as a finding about its weight
// or its out of says, if it is in season.
func isTrueOfWeight(d dsl.Diagnostic, m *check.Model, r Result) bool {
	for _, c := range m.Source.Clauses {
		dim, ok := c.(*dsl.Dimension)
		if !ok || !inside(d.Span, dim.Span) || activeOf(dim.Clauses) != nil {
			continue
		}
		score := r.dimension(dim.Name).Score
		text := fmt.Sprintf("gives every lead %d:", score)
		if strings.Contains(d.Summary, " its weight, ") {
			for _, l := range r.Ledger {
				if l.Kind == "weight" && l.Name == dim.Name.Value {
					score += l.Amount.Int64()
				}
			}
			text = fmt.Sprintf("adds %d for every lead", score)
		}
		return strings.Contains(d.Summary, text)
	}
	return true
}

func inside(inner, outer dsl.Span) bool {
	return outer.Start.Offset <= inner.Start.Offset && inner.End.Offset <= outer.End.Offset
}
