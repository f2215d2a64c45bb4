package pushdown

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/traverse"
)

// A Check is a statement that looks for what a database may hold and the engine refuses, or takes for
// something else, and a [Statement] does not notice. Its result has the columns count, sample and id,
// and no row if nothing is wrong; otherwise up to three rows: how many rows are wrong, a value as text,
// and the id of the record that has it. See [Audit].
type Check struct {
	Code    string // what is looked for, such as duplicate-id; docs/databases.md lists them
	Entity  string
	Field   string // a field or reference, or id
	Summary string // what is wrong with the rows, without a full stop
	Remedy  string // what to do
	Text    string // the statement, which has no parameters
}

// A Found is what a [Check] has found.
type Found struct {
	Rows    int64    // how many rows are wrong, of duplicate ids how many ids; 0 if none is
	Samples []string // values as texts, at most three
	IDs     []string // of the records with these, "" for a record without one
}

// String returns the check in one line: the place, what is looked for, and what to do.
func (c Check) String() string {
	return fmt.Sprintf("%s.%s: %s; %s", c.Entity, c.Field, c.Summary, c.Remedy)
}

// Run runs the check.
func (c Check) Run(ctx context.Context, db Queryer) (Found, error) {
	var found Found
	fail := func(err error) (Found, error) {
		return Found{}, fmt.Errorf("pushdown: checking %s.%s: %w", c.Entity, c.Field, err)
	}
	rows, err := db.QueryContext(ctx, c.Text)
	if err != nil {
		return fail(err)
	}
	defer rows.Close()
	for rows.Next() {
		var sample, id sql.NullString
		if err := rows.Scan(&found.Rows, &sample, &id); err != nil {
			return fail(err)
		}
		found.Samples, found.IDs = append(found.Samples, sample.String), append(found.IDs, id.String)
	}
	if err := rows.Err(); err != nil {
		return fail(err)
	}
	return found, nil
}

// Audit returns checks of all that the models of a set read: ids that several rows have, or that are
// missing; numbers that are none; times and dates that the engine does not take, or takes for empty;
// values that are not among the codes or the texts for true and false of a column; and in SQLite
// values of another type than the column's; and texts that are not UTF-8, in SQLite, up to their first
// NUL, and in ClickHouse. Together they read each table a few times. Scores of a statement are those of
// the engine if no check finds anything.
//
// They do not look at what is in JSON or in an array. A column that cannot be used is not checked: [New]
// refuses it.
func Audit(set *leadscore.Set, dialect *Dialect, mapping Mapping) ([]Check, error) {
	if err := lowerable(set, dialect); err != nil {
		return nil, err
	}
	a := &checker{lowering: newLowering(dialect, &mapping, set.Schema()), asked: map[string]bool{}}
	a.choice = choosingOf(set)
	for _, n := range set.Needs() {
		e := set.Schema().Entity(n.Entity)
		if t := a.m.table(e.Name()); t.Absent || t.Missing != "" {
			continue
		}
		a.ids(e)
		for _, name := range append([]string{n.By}, n.Fields...) {
			if name != "" && !a.asked[e.Name()+"."+name] {
				a.asked[e.Name()+"."+name] = true
				a.column(e, name)
			}
		}
	}
	a.chosen()
	return a.checks, nil
}

// A checker makes checks.
type checker struct {
	*lowering
	asked  map[string]bool // entities and fields
	checks []Check
}

// add adds a check for the rows for which a condition holds.
func (a *checker) add(c Check, e *traverse.Entity, value, condition string) {
	t := a.m.table(e.Name())
	id := t.column("")
	a.query(c, e, fmt.Sprintf("SELECT %s AS %s, %s AS %s FROM %s WHERE %s",
		a.shown(value), a.d.Quote("sample"), a.shown(a.d.Quote(id.Name)), a.d.Quote("id"), a.from(t), condition))
}

// query adds a check for the rows of a query.
func (a *checker) query(c Check, e *traverse.Entity, query string) {
	c.Entity = e.Name()
	wrong, count, sample, id := a.d.Quote("wrong"), a.d.Quote("count"), a.d.Quote("sample"), a.d.Quote("id")
	rows := "WITH " + wrong + " AS (\n" + query + ")\n"
	from := wrong
	if a.d.nested { // which has no WITH
		rows, from = "", "(\n"+query+")"
	}
	c.Text = fmt.Sprintf("%sSELECT (SELECT COUNT(*) FROM %s) AS %s, %s, %s\nFROM %s\nORDER BY %s, %s LIMIT 3", rows, from, count, sample, id, from, sample, id)
	a.checks = append(a.checks, c)
}

// shown returns a value as text.
func (a *checker) shown(sql string) string { return a.d.IDText("("+sql+")", IntegerID) }

// from returns a table in SQL.
func (a *checker) from(t Table) string {
	if t.Schema != "" {
		return a.d.Quote(t.Schema) + "." + a.d.Quote(t.Name)
	}
	return a.d.Quote(t.Name)
}

// ids checks the ids of an entity.
func (a *checker) ids(e *traverse.Entity) {
	if a.asked[e.Name()] {
		return
	}
	a.asked[e.Name()] = true
	var id Canonical
	if try(func() { id = a.canonical(e, "", traverse.NoType) }) != nil {
		return
	}
	t := a.m.table(e.Name())
	a.query(Check{Code: "duplicate-id", Field: "id", Summary: "several rows have the same id, and count several times", Remedy: "make ids unique, or map the table to a view with one row for each"},
		e, fmt.Sprintf("SELECT %[1]s AS %[2]s, %[1]s AS %[3]s FROM (SELECT %[4]s AS %[5]s FROM %[6]s) AS %[7]s WHERE %[5]s IS NOT NULL GROUP BY %[5]s HAVING COUNT(*) > 1",
			a.shown(a.d.Quote("key")), a.d.Quote("sample"), a.d.Quote("id"), id.Expr, a.d.Quote("key"), a.from(t), a.d.Quote("t")))
	if e.Name() != traverse.Lead { // a row without an id is no lead
		raw := a.d.Quote(t.column("").Name)
		a.add(Check{Code: "no-id", Field: "id", Summary: "some rows have no id", Remedy: "give each row one, or map the table to a view without them"}, e, raw, id.Expr+" IS NULL")
	}
	a.typed(e, "", traverse.NoType)
	a.utf8(e, "id", a.d.Quote(t.column("").Name))
}

// utf8 checks texts.
func (a *checker) utf8(e *traverse.Entity, name, raw string) {
	if a.d.NotUTF8 != nil {
		a.add(Check{Code: "no-utf-8", Field: name, Summary: "some rows have a text that is not UTF-8", Remedy: "convert it from the encoding that it has, such as Latin-1"}, e, raw,
			a.d.NotUTF8(raw))
	}
}

// column checks a field or reference.
func (a *checker) column(e *traverse.Entity, name string) {
	typ := traverse.NoType
	if f, ok := e.Field(name); ok {
		typ = f.Type
	}
	var at Canonical
	t := a.m.table(e.Name())
	c := t.column(name)
	if c.Absent || c.Missing != "" || try(func() { at = a.canonical(e, name, typ) }) != nil {
		return
	}
	raw := a.d.Quote(c.Name)
	a.typed(e, name, typ)
	switch typ {
	case traverse.Number:
		if a.d.NotFinite != nil {
			a.add(Check{Code: "no-number", Field: name, Summary: "some rows have a number that is none, or is infinite", Remedy: "make them null"}, e, raw, a.d.NotFinite(at.Expr))
		}
	case traverse.Time, traverse.Date:
		a.dates(e, name, c, raw, at.Expr, typ == traverse.Date)
	case traverse.Bool:
		switch {
		case c.True != "" && c.False != "":
			a.add(Check{Code: "no-bool", Field: name, Summary: fmt.Sprintf("some rows have another text than %q and %q", c.True, c.False), Remedy: "make them null"}, e, raw,
				at.Expr+" IS NULL AND "+a.shown(raw)+" <> ''")
		default:
			a.add(Check{Code: "no-bool", Field: name, Summary: "some rows have a number other than 0 and 1", Remedy: "make them null, or 0 or 1"}, e, raw,
				raw+" IS NOT NULL AND "+a.shown(raw)+" NOT IN ('0', '1', 'true', 'false')")
		}
	case traverse.Text, traverse.Choice:
		if c.Codes != nil {
			a.codes(e, name, c, raw, typ)
		} else {
			a.utf8(e, name, raw)
		}
	case traverse.NoType:
		a.utf8(e, name, raw)
	}
}

// codes checks that values are among the codes of a column: none is null if each code stands for
// something.
func (a *checker) codes(e *traverse.Entity, name string, c Column, raw string, typ traverse.Type) {
	c.Type, c.Codes = a.columnType(c, typ), maps.Clone(c.Codes)
	for code := range c.Codes {
		c.Codes[code] = "known"
	}
	known, err := a.d.Canonical(raw, c, a.m, typ)
	if err != nil {
		return
	}
	a.add(Check{Code: "unknown-code", Field: name, Summary: "some rows have a value that is not among the codes of the mapping", Remedy: "add it to the codes, with \"\" if it stands for nothing"}, e, raw,
		known.Expr+" IS NULL AND "+raw+" IS NOT NULL AND "+a.shown(raw)+" <> ''")
}

// dates checks times or dates.
func (a *checker) dates(e *traverse.Entity, name string, c Column, raw, canonical string, days bool) {
	literal, first, last := a.d.Instant, firstDay*microsPerDay, (lastDay+1)*microsPerDay-1
	if days {
		literal, first, last = a.d.Day, firstDay, lastDay
	}
	value := canonical
	if per := unixSeconds(c.Format); per > 0 { // which may be too large to be converted
		value, literal = raw, func(n int64) string { return "(" + fmt.Sprint(n) + ")" }
		first, last = firstDay*secondsPerDay*per, (lastDay+1)*secondsPerDay*per-1
	}
	a.add(Check{Code: "no-year", Field: name, Summary: "some rows have a year that is not between 0 and 9999, or infinity", Remedy: "make them null"}, e, raw,
		value+" < "+literal(first)+" OR "+value+" > "+literal(last))
	zero := time.Time{}.UnixMicro()
	if per := unixSeconds(c.Format); per > 0 {
		zero = time.Time{}.Unix() * per
	} else if days {
		zero /= microsPerDay
	}
	a.add(Check{Code: "zero-time", Field: name, Summary: "some rows have the first instant of the year 1, which the engine takes for empty", Remedy: "make them null"}, e, raw,
		value+" = "+literal(zero))
}

// typed checks that values have the type of their column.
func (a *checker) typed(e *traverse.Entity, name string, typ traverse.Type) {
	if a.d.Mistyped == nil {
		return
	}
	t := a.m.table(e.Name())
	c, what := t.column(name), name
	c.Type = a.columnType(c, typ)
	if name == "" {
		what = "id"
	}
	raw := a.d.Quote(c.Name)
	a.add(Check{Code: "other-type", Field: what, Summary: "some rows have a value of another type than " + c.Type, Remedy: "convert them"}, e, raw, a.d.Mistyped(raw, c, typ))
}
