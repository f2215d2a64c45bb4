package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/leadscore/leadscore/bench/internal/crm"
)

// A writer writes blocks of the rule language.
type writer struct {
	strings.Builder
	depth int
}

func (w *writer) line(format string, args ...any) {
	w.WriteString(strings.Repeat("    ", w.depth))
	fmt.Fprintf(&w.Builder, format+"\n", args...)
}

func (w *writer) block(head string, body func()) {
	w.line("%s {", head)
	w.depth++
	body()
	w.depth--
	w.line("}")
}

func (w *writer) part(part Part) {
	w.WriteString("\n")
	switch p := part.(type) {
	case *Rule:
		w.rule(p)
	case *Group:
		w.group(p)
	case *Tiers:
		w.block(fmt.Sprintf("first of %q", p.Name), func() {
			for _, r := range p.Rules {
				w.rule(r)
			}
		})
	case *Table:
		w.table(p)
	}
}

func (w *writer) rule(r *Rule) {
	w.block(fmt.Sprintf("condition %q", r.Name), func() {
		w.season(r.Season)
		for i := range r.Children {
			w.line("%s", r.Children[i].Text())
		}
		if len(r.Any) > 0 {
			w.block("any of", func() {
				for _, alternative := range r.Any {
					w.alternative(alternative)
				}
			})
		}
		score := fmt.Sprintf("score %+d", r.Points)
		switch {
		case r.Bound > 0:
			score += fmt.Sprintf(" up to %+d", r.Bound)
		case r.Bound < 0:
			score += fmt.Sprintf(" down to %+d", r.Bound)
		}
		w.line("%s", score)
	})
}

func (w *writer) alternative(children []Child) {
	if len(children) == 1 {
		w.line("%s", children[0].Text())
		return
	}
	w.block("all of", func() {
		for i := range children {
			w.line("%s", children[i].Text())
		}
	})
}

func (w *writer) group(g *Group) {
	word := "group"
	if g.Weight > 0 {
		word = "dimension"
	}
	w.block(fmt.Sprintf("%s %q", word, g.Name), func() {
		w.season(g.Season)
		if g.Weight > 0 {
			w.line("weight %d%%", g.Weight)
		}
		if g.Limit != (Limit{}) {
			w.line("%s", g.Limit.text())
		}
		if g.OutOf > 0 {
			w.line("out of %d", g.OutOf)
		}
		for _, part := range g.Parts {
			w.part(part)
		}
	})
}

func (w *writer) table(t *Table) {
	by := ""
	switch {
	case t.Number != nil:
		by = "number of " + strings.TrimPrefix(t.Number.Text(), t.Number.frequency()+" ")
	case t.Entity == crm.Lead:
		by = "Lead." + t.Field
	default:
		by = path(t.Entity) + "." + t.Field
	}
	w.block(fmt.Sprintf("table %q by %s", t.Name, by), func() {
		for i := range t.Rows {
			w.line("%s score %+d", t.Rows[i].text(), t.Rows[i].Score)
		}
		w.line("otherwise score %+d", t.Otherwise)
	})
}

func (r *Row) text() string {
	switch {
	case r.Empty():
		return "is empty"
	case r.Texts != nil:
		return crm.Quote(r.Texts)
	}
	var words []string
	if r.From > 0 {
		words = append(words, "from", Decimal(r.From))
	}
	if r.Below > 0 {
		words = append(words, "below", Decimal(r.Below))
	}
	return strings.Join(words, " ")
}

func (w *writer) season(s Season) {
	if !s.Always() {
		w.line("%s", s.text())
	}
}

func (s Season) text() string {
	return fmt.Sprintf("active from %s to %s", s.From.Format(time.DateOnly), s.To.Format(time.DateOnly))
}

func (l Limit) text() string { return fmt.Sprintf("limit from %d to %d", l.From, l.To) }

// words returns what is written after the date range.
func (u Use) words() []string {
	switch u.Kind {
	case PerField:
		return []string{"once per", u.Field}
	case PerPeriod:
		period := "day"
		if u.Days == 7 {
			period = "week"
		}
		if u.N == 1 {
			return []string{"once per", period}
		}
		return []string{fmt.Sprintf("up to %d per %s", u.N, period)}
	case Burst:
		return []string{"within any", days(u.Days)}
	case Halving:
		return []string{"halving every", days(u.Days)}
	case Losing:
		return []string{fmt.Sprintf("losing %d%% every %s", u.N, days(u.Days))}
	case Fading:
		return []string{"fading over", days(u.N)}
	}
	return nil
}
