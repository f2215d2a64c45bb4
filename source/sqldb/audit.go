package sqldb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// Audit looks for data that cannot meet the rules whose needs are given, such as
// those that Set.Needs of package leadscore returns: tables without a row, columns
// without a value, ids that name no row, and values of choices that the schema does
// not list. Such data scores without an error. It returns one [Problem] for each, in
// the order of the needs, with examples, and one for each table and column that is
// missing. It returns no problem for what the mapping lists as absent.
//
// Audit reads few rows, but if nothing is wrong the database may have to look at all
// of them: at every row of a table for each of its references, and at every row
// that has a choice. Run it after an import or once a day rather than for each
// request. The error wraps that of the driver, and ctx.Err() if ctx is done.
func (s *Source) Audit(ctx context.Context, needs []*traverse.Need) (Problems, error) {
	return s.audit(ctx, s.conn, needs)
}

// Audit is like [Source.Audit], but looks at the state of the snapshot. Other queries
// wait until it is done.
func (p *Snapshot) Audit(ctx context.Context, needs []*traverse.Need) (found Problems, err error) {
	release, err := p.take(ctx)
	if err != nil {
		return nil, failed(ctx, "checking the data", err)
	}
	defer release()
	err = p.use(ctx, func(db Queryer) error {
		found, err = p.source.audit(ctx, db, needs)
		return err
	})
	return found, err
}

// audit is Audit through a queryer.
func (s *Source) audit(ctx context.Context, db Queryer, needs []*traverse.Need) (Problems, error) {
	a := auditor{ctx: ctx, db: db, source: s, asked: map[string]bool{}, empty: map[string]bool{}}
	for _, n := range needs {
		e := s.entities[n.Entity]
		if e == nil {
			return nil, fmt.Errorf("sqldb: unknown entity %s", n.Entity)
		}
		if e.absent {
			continue
		}
		for _, p := range e.lack(n) {
			if a.first("no " + p.Entity + "." + p.Field) {
				a.found = append(a.found, p)
			}
		}
		if _, lacks := e.lacks[""]; lacks {
			continue
		}
		if err := a.need(e, n); err != nil {
			return nil, failed(ctx, "checking the data of "+n.Entity, err)
		}
	}
	return a.found, nil
}

// maxExamples is how many values a problem of Audit gives as examples.
const maxExamples = 3

// An auditor asks about the tables and columns of needs, each once.
type auditor struct {
	ctx    context.Context
	db     Queryer
	source *Source
	asked  map[string]bool // Entity, or Entity.Field
	empty  map[string]bool // entities whose tables have no row
	found  Problems
}

func (a *auditor) problem(code, entity, field, format string, args ...any) *Problem {
	a.found = append(a.found, Problem{Code: code, Entity: entity, Field: field, Message: fmt.Sprintf(format, args...)})
	return &a.found[len(a.found)-1]
}

// first reports whether name has not been passed to first before.
func (a *auditor) first(name string) bool {
	first := !a.asked[name]
	a.asked[name] = true
	return first
}

func (a *auditor) need(e *entity, n *traverse.Need) error {
	if a.first(n.Entity) {
		rows, err := a.values(e.id, "SELECT "+e.id.selects+" FROM "+e.from+" LIMIT 1")
		if err != nil {
			return err
		}
		if a.empty[n.Entity] = rows == nil; rows == nil {
			code := "no-records"
			if n.Entity == traverse.Lead {
				code = "no-leads"
			}
			a.problem(code, n.Entity, "", "the rules ask for it, and its table has no row")
		}
	}
	if a.empty[n.Entity] {
		return nil
	}
	for _, name := range append([]string{n.By}, n.Fields...) {
		c := e.fields[name]
		if name == "" || c == nil || !a.first(n.Entity+"."+name) {
			continue
		}
		if err := a.column(e, name, c); err != nil {
			return err
		}
	}
	return nil
}

func (a *auditor) column(e *entity, name string, c *column) error {
	filled := c.quoted + " IS NOT NULL"
	if c.storage == Text || c.storage == FixedText {
		filled += " AND " + c.quoted + " <> ''"
	}
	from := "SELECT " + c.selects + " FROM " + e.from + " WHERE " + filled
	texts, err := a.values(c, from+" LIMIT 1")
	switch {
	case err != nil:
		return err
	case texts == nil:
		a.problem("no-values", e.name, name, "the rules ask for it, and it is empty in every row")
		return nil
	}
	declared := a.source.schema.Entity(e.name)
	if r, ok := declared.Relationship(name); ok && !r.Many() {
		return a.reference(e, name, c, r.Target, from)
	}
	if f, ok := declared.Field(name); ok && f.Type == traverse.Choice && len(f.Values) > 0 {
		return a.choice(e, f, c, from)
	}
	return nil
}

// reference looks for ids that name no row. from is the statement for the ids.
func (a *auditor) reference(e *entity, name string, c *column, target string, from string) error {
	to := a.source.entities[target]
	if to == nil || to.absent || to.id == nil {
		return nil
	}
	const other = "u"
	id, ref := other+"."+a.source.dialect.Quote(to.id.name), c.quoted
	if to.id.storage != c.storage {
		id, ref = "CAST("+id+" AS text)", "CAST("+ref+" AS text)"
	}
	table := strings.TrimSuffix(to.from, alias) + other
	dangling, err := a.values(c, fmt.Sprintf("%s AND NOT EXISTS (SELECT 1 FROM %s WHERE %s = %s) LIMIT %d", from, table, id, ref, maxExamples))
	if err != nil || dangling == nil {
		return err
	}
	slices.Sort(dangling)
	a.problem("dangling-reference", e.name, name, "some ids name no %s, such as %s", target, quoted(dangling)).Examples = dangling
	return nil
}

// choice looks for values that the schema does not list. from is the statement for
// all values.
func (a *auditor) choice(e *entity, f traverse.Field, c *column, from string) error {
	const most = 1000 // distinct values
	values, err := a.values(c, fmt.Sprintf("SELECT DISTINCT %s LIMIT %d", strings.TrimPrefix(from, "SELECT "), most))
	if err != nil {
		return err
	}
	unlisted := slices.DeleteFunc(values, func(v string) bool {
		return slices.ContainsFunc(f.Values, func(listed string) bool { return f.Fold(listed) == f.Fold(v) })
	})
	if len(unlisted) > 0 {
		slices.Sort(unlisted)
		unlisted = unlisted[:min(len(unlisted), maxExamples)]
		a.problem("unlisted-choice", e.name, f.Name, "some rows have a value that the schema does not list, such as %s", quoted(unlisted)).Examples = unlisted
	}
	return nil
}

// values returns the texts of the first column of a statement's rows; nil if there
// are no rows. A value that does not suit its field has no text: it fails the leads
// that need it.
func (a *auditor) values(c *column, statement string) ([]string, error) {
	rows, err := a.db.Query(a.ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var texts []string
	var cell Cell
	for rows.Next() {
		if err := rows.Scan([]*Cell{&cell}); err != nil {
			return nil, err
		}
		if texts == nil {
			texts = []string{}
		}
		if v, err := c.decode(cell.raw); err == nil {
			texts = append(texts, v.String())
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return texts, rows.Close()
}

// quoted returns values in quotes.
func quoted(values []string) string {
	var quoted []string
	for _, v := range values {
		quoted = append(quoted, shown.Quote(v))
	}
	return strings.Join(quoted, ", ")
}
