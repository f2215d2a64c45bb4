package pushdown

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// The columns of the result, and those of the leads that say which kind they are.
const (
	columnLead, columnModel, columnStatus = "lead", "model", "status"
	columnScore, columnGrade              = "score", "grade"
	columnReady, columnLabel              = "sales_ready", "label"

	baseLead, baseContact, baseAccount = "lead_id", "has_contact", "has_account"
)

// A part is some models whose results are worked out together, in one row for each lead.
type part struct {
	models []*lowered
	pieces []*relation
	steps  []scalar.Step
}

// parts divides models, so that no SELECT has too many columns.
func (l *lowering) parts(models []*lowered) ([]*part, Refusals) {
	p := &part{models: models}
	list := []scalar.Column{{Name: columnLead, Expr: l.Ref(baseLead, scalar.Text, scalar.Range{})}}
	for i, m := range models {
		for _, r := range m.pieces {
			if !slices.Contains(p.pieces, r) {
				p.pieces = append(p.pieces, r)
			}
		}
		for j, e := range m.values {
			if e.Op() != scalar.Const {
				list = append(list, scalar.Column{Name: valueName(i, j), Expr: e})
			}
		}
		if e := m.explained; e != nil && e.Op() != scalar.Const {
			list = append(list, scalar.Column{Name: valueName(i, len(m.values)), Expr: e})
		}
	}
	p.steps = l.Arrange(list, "s", l.d.Wide == nil)
	const fewSelects = 400 // in a UNION ALL
	fits := len(p.pieces) <= l.d.MaxJoins && (l.d.Lateral || len(models) <= fewSelects)
	for _, s := range p.steps {
		fits = fits && len(s) <= l.d.MaxColumns
	}
	switch {
	case fits:
		return []*part{p}, nil
	case len(models) == 1:
		return nil, Refusals{{
			Model:  models[0].name,
			Reason: fmt.Sprintf("the model counts and adds up more than the %d columns that a SELECT of %s may have", l.d.MaxColumns, l.d.Name),
			Remedy: "divide the model",
		}}
	}
	half := len(models) / 2
	first, refused := l.parts(models[:half])
	if refused != nil {
		return nil, refused
	}
	second, refused := l.parts(models[half:])
	return append(first, second...), refused
}

// valueName names the column of a value of a model of a part.
func valueName(model, value int) string { return fmt.Sprintf("m%d_%d", model, value) }

// rowsOf returns the SELECT of the rows of a part: those of its last step, one for each model.
func (s *Statement) rowsOf(w *writer, p *part) string {
	q := w.d.Quote
	var first []*scalar.Expr
	for _, c := range p.steps[0] {
		first = append(first, c.Expr)
	}
	from := w.joinedPieces(p.pieces, first...)
	where := ""
	if s.forLeads {
		where = "\nWHERE " + w.d.In(q(baseLead), w.parameter(leadsParameter))
	}
	for _, step := range p.steps {
		list := make([]string, 0, len(step))
		for _, c := range step {
			list = append(list, w.expr(c.Expr)+" AS "+q(c.Name))
		}
		from = "(SELECT " + strings.Join(list, ",\n  ") + "\nFROM " + from + where + w.d.Fence + ") AS " + q("t")
		where = ""
	}
	rows := make([][]string, len(p.models))
	for i, m := range p.models {
		rows[i] = append(rows[i], w.text(m.name))
		value := func(j int, e *scalar.Expr) string {
			if e.Op() == scalar.Const {
				return w.expr(e)
			}
			return q("t") + "." + q(valueName(i, j))
		}
		for j, e := range m.values {
			rows[i] = append(rows[i], value(j, e))
		}
		for range s.dimensions - len(m.dimensions) {
			rows[i] = append(rows[i], w.nullNumber(), w.text(""))
		}
		if m.explained != nil {
			rows[i] = append(rows[i], value(len(m.values), m.explained))
		}
	}
	columns := s.Columns()[1:]
	switch {
	case w.d.Lateral:
		return w.lateral(from, columns, rows)
	case w.d.nested:
		return w.arrayed(from, columns, rows)
	}
	return w.choosing(from, columns, rows)
}

// joinedPieces returns the FROM of the relations of leads, of which expressions are worked out.
func (w *writer) joinedPieces(pieces []*relation, of ...*scalar.Expr) string {
	if w.d.nested {
		return w.nestedPieces(pieces, of)
	}
	q := w.d.Quote
	from := q(pieces[0].name) + " AS " + q("p0")
	for i, r := range pieces[1:] {
		alias := fmt.Sprintf("p%d", i+1)
		from += fmt.Sprintf("\nJOIN %s AS %s ON %s.%s = %s.%s", q(r.name), q(alias), q("p0"), q(pieces[0].keyName), q(alias), q(r.keyName))
	}
	return from
}

// lateral makes rows of one row by a list of values.
func (w *writer) lateral(from string, columns []string, rows [][]string) string {
	q := w.d.Quote
	selects, names, values := []string{q("t") + "." + q(columnLead)}, []string{}, []string{}
	for _, c := range columns {
		selects, names = append(selects, q("v")+"."+q(c)), append(names, q(c))
	}
	for _, r := range rows {
		values = append(values, "("+strings.Join(r, ", ")+")")
	}
	return "SELECT " + strings.Join(selects, ", ") + "\nFROM " + from + "\nCROSS JOIN LATERAL (VALUES " + strings.Join(values, ",\n  ") + ") AS " + q("v") + "(" + strings.Join(names, ", ") + ")"
}

// choosing makes rows of one row by a number for each.
func (w *writer) choosing(from string, columns []string, rows [][]string) string {
	q := w.d.Quote
	if len(rows) == 1 {
		selects := []string{q("t") + "." + q(columnLead) + " AS " + q(columnLead)}
		for j, c := range columns {
			selects = append(selects, rows[0][j]+" AS "+q(c))
		}
		return "SELECT " + strings.Join(selects, ", ") + "\nFROM " + from
	}
	var numbers []string
	for i := range rows {
		numbers = append(numbers, fmt.Sprintf("SELECT %d AS %s", i, q("n")))
	}
	selects := []string{q("t") + "." + q(columnLead) + " AS " + q(columnLead)}
	for j, c := range columns {
		var b strings.Builder
		same := true
		for i, r := range rows {
			same = same && r[j] == rows[0][j]
			fmt.Fprintf(&b, " WHEN %d THEN %s", i, r[j])
		}
		text := "CASE " + q("v") + "." + q("n") + b.String() + " END"
		if same {
			text = rows[0][j]
		}
		selects = append(selects, text+" AS "+q(c))
	}
	return "SELECT " + strings.Join(selects, ",\n  ") + "\nFROM " + from + "\nCROSS JOIN (" + strings.Join(numbers, " UNION ALL ") + ") AS " + q("v")
}
