// Package statement writes a model of the workload as one SQL statement, which
// computes the scores of all leads in the database that holds them.
//
// The statement has three layers. The leaves bring a table into the form that is
// tested: text folded, and nothing that is later than as of or earlier than all windows.
// Above them each kind of interaction is scanned once, and grouped by contact, with one
// aggregate for each count that rules share. The last layer joins the counts to the
// leads with their contacts and accounts, and adds up the points.
//
// It is for the first layer of the language as the workload uses it, and for the
// workload's data: ids are texts and unique, empty values are null, numbers are finite,
// and counts times points fit in 64 bits.
package statement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// Of returns the statement that gives the id and the score of each lead that has a
// contact as of an instant, in any order.
func Of(m *rules.Model, d *Dialect, asOf time.Time) (string, error) {
	w, points, err := read(m, d, asOf)
	if err != nil {
		return "", err
	}
	return w.statement(points), nil
}

// Reads returns the queries that give what a model needs of each table, and no more:
// the columns that its rules look at, of the records that may count as of an instant.
func Reads(m *rules.Model, d *Dialect, asOf time.Time) ([]string, error) {
	w, _, err := read(m, d, asOf)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, s := range slices.Concat(w.joined(), w.kinds) {
		columns := slices.Concat(s.keys, s.fields)
		for i := range columns {
			columns[i] = Quote(columns[i])
		}
		all = append(all, w.query(s, columns))
	}
	return all, nil
}

// A writer gathers what a model counts.
type writer struct {
	dialect *Dialect
	asOf    time.Time
	// The counts of profiles, which are 0 or 1, and of each kind of interaction.
	lead, contact, account *scan
	kinds                  []*scan
	known                  map[string]string // the column of each count
}

// A scan is what is counted of one entity.
type scan struct {
	entity *crm.Entity
	alias  string              // of its leaf
	keys   []string            // columns of ids and times
	fields []string            // columns that are tested
	texts  map[string][]string // operands, by the field that they are compared with
	days   int                 // of the longest window; 0 for a profile
	counts []*count
}

// A count is how many records satisfy tests, in a column of that name.
type count struct {
	name  string
	days  int // 0 for a profile
	tests []string
}

func newScan(e *crm.Entity, alias string, keys ...string) *scan {
	return &scan{entity: e, alias: alias, keys: keys, texts: map[string][]string{}}
}

// read returns a writer that has gathered the counts of a model, and the points of its
// rules.
func read(m *rules.Model, d *Dialect, asOf time.Time) (*writer, []string, error) {
	w := &writer{
		dialect: d, asOf: asOf, known: map[string]string{},
		lead:    newScan(crm.Lead, "l", "id", "ParentContact"),
		contact: newScan(crm.Contact, "p", "id", "ParentAccount"),
		account: newScan(crm.Account, "a", "id"),
	}
	if m.Parts != nil || m.Rules == nil {
		return nil, nil, fmt.Errorf("statement: model %s has no rules, or parts of the second layer", m.Label)
	}
	var points []string
	for i := range m.Rules {
		sum, err := w.rule(&m.Rules[i])
		if err != nil {
			return nil, nil, err
		}
		points = append(points, sum)
	}
	return w, points, nil
}

// rule returns the expression of a rule's points.
func (w *writer) rule(r *rules.Rule) (string, error) {
	if r.Any != nil || r.Bound != 0 || !r.Season.Always() {
		return "", fmt.Errorf("statement: %s is of the second layer", r.Name)
	}
	var holds, counts []string
	for i := range r.Children {
		c := &r.Children[i]
		count, err := w.count(c)
		if err != nil {
			return "", err
		}
		switch c.Frequency {
		case rules.Each:
			counts = append(counts, count)
		case rules.Has:
			holds = append(holds, count+" > 0")
		case rules.AtLeast:
			holds = append(holds, fmt.Sprintf("%s >= %d", count, c.N))
		case rules.None:
			holds = append(holds, count+" = 0")
		default:
			return "", fmt.Errorf("statement: %q is of the second layer", c.Text())
		}
	}
	points := fmt.Sprint(r.Points)
	switch len(counts) {
	case 0:
	case 1:
		points += " * " + counts[0]
	default:
		points += " * LEAST(" + strings.Join(counts, ", ") + ")"
	}
	if holds == nil {
		return points, nil
	}
	return "CASE WHEN " + strings.Join(holds, " AND ") + " THEN " + points + " ELSE 0 END", nil
}

// count returns the column of a child's count.
func (w *writer) count(c *rules.Child) (string, error) {
	if c.Or != nil || c.Until != 0 || c.Use.Kind != rules.Plain || c.Profile() != (c.Days == 0) || c.Profile() && c.Filters == nil {
		return "", fmt.Errorf("statement: %q is not written as SQL", c.Text())
	}
	s := w.scan(c.Entity)
	n := &count{name: fmt.Sprintf("n%d", len(w.known)+1), days: c.Days}
	for i := range c.Filters {
		f := &c.Filters[i]
		test, err := w.dialect.test(f, s.alias+"."+Quote(f.Field))
		if err != nil {
			return "", err
		}
		if !slices.Contains(s.fields, f.Field) {
			s.fields = append(s.fields, f.Field)
		}
		s.texts[f.Field] = append(s.texts[f.Field], f.Texts...)
		n.tests = append(n.tests, test)
	}
	key := fmt.Sprint(c.Entity.Name, n.days, n.tests)
	if w.known[key] == "" {
		w.known[key] = "c." + n.name
		s.days = max(s.days, n.days)
		s.counts = append(s.counts, n)
	}
	return w.known[key], nil
}

// scan returns the scan of an entity.
func (w *writer) scan(e *crm.Entity) *scan {
	for _, s := range slices.Concat(w.profiles(), w.kinds) {
		if s.entity == e {
			return s
		}
	}
	s := newScan(e, "e", "Contact", "Timestamp")
	w.kinds = append(w.kinds, s)
	return s
}

func (w *writer) profiles() []*scan { return []*scan{w.lead, w.contact, w.account} }

// joined returns the profiles that a model needs: leads, their contacts if these or their
// accounts are tested, and accounts if they are.
func (w *writer) joined() []*scan {
	switch {
	case w.account.counts != nil:
		return w.profiles()
	case w.contact.counts != nil:
		return w.profiles()[:2]
	}
	return w.profiles()[:1]
}

// statement returns the statement that adds up points of the counts.
func (w *writer) statement(points []string) string {
	columns := []string{"l.id"}
	var with, joins []string
	for i, s := range w.joined() {
		for _, n := range s.counts {
			columns = append(columns, "CASE WHEN "+strings.Join(n.tests, " AND ")+" THEN 1 ELSE 0 END AS "+n.name)
		}
		if i > 0 {
			joins = append(joins, fmt.Sprintf("LEFT JOIN %s ON %s.id = %s", w.leaf(s), s.alias, []string{1: `l."ParentContact"`, 2: `p."ParentAccount"`}[i]))
		}
	}
	for i, s := range w.kinds {
		name := Quote(s.entity.Name + " counts")
		with = append(with, name+" AS (\n"+w.grouped(s)+")")
		joins = append(joins, fmt.Sprintf(`LEFT JOIN %s AS k%d ON k%[2]d."Contact" = l."ParentContact"`, name, i))
		for _, n := range s.counts {
			columns = append(columns, fmt.Sprintf("COALESCE(k%d.%s, 0) AS %[2]s", i, n.name))
		}
	}
	var b strings.Builder
	if with != nil {
		b.WriteString("WITH " + strings.Join(with, ",\n") + "\n")
	}
	fmt.Fprintf(&b, "SELECT c.id, CAST(%s AS bigint) AS score\nFROM (\nSELECT %s\nFROM %s\n%s\nWHERE l.\"ParentContact\" IS NOT NULL%s) AS c",
		sum(points), strings.Join(columns, ",\n  "), w.leaf(w.lead), strings.Join(joins, "\n"), w.dialect.fence)
	return b.String()
}

// Counts returns the query of how many interactions there are, which counts those of each kind
// and contact. It is what a statement begins with, without any test.
func Counts() string {
	var kinds []string
	for _, e := range crm.Interactions {
		kinds = append(kinds, "SELECT COUNT(*) AS n FROM "+Quote(e.Name)+` GROUP BY "Contact"`)
	}
	return "SELECT CAST(SUM(n) AS bigint) AS n FROM (\n" + strings.Join(kinds, "\nUNION ALL ") + ") AS c"
}

// sum adds up terms, some at a time: databases limit how deep an expression may be.
func sum(terms []string) string {
	for len(terms) > 1 {
		var sums []string
		for some := range slices.Chunk(terms, 50) {
			sums = append(sums, "("+strings.Join(some, "\n  + ")+")")
		}
		terms = sums
	}
	return terms[0]
}

// grouped returns the query that counts interactions by contact. All of them lie in the
// longest window.
func (w *writer) grouped(s *scan) string {
	columns := []string{`e."Contact"`}
	for _, n := range s.counts {
		tests := n.tests
		if n.days < s.days {
			tests = append([]string{`e."Timestamp" >= ` + w.since(n.days)}, tests...)
		}
		column := "COUNT(*)"
		if tests != nil {
			column = fmt.Sprintf(w.dialect.count, strings.Join(tests, " AND "))
		}
		columns = append(columns, column+" AS "+n.name)
	}
	return fmt.Sprintf("SELECT %s\nFROM %s\nGROUP BY e.\"Contact\"", strings.Join(columns, ",\n  "), w.leaf(s))
}

// leaf returns the subquery of a scan's records, with their columns in the form that is
// tested.
func (w *writer) leaf(s *scan) string {
	var columns []string
	for _, name := range s.keys {
		columns = append(columns, Quote(name))
	}
	for _, name := range s.fields {
		column := Quote(name)
		if s.entity.Field(name).Type != crm.Number && !w.dialect.Folded {
			column = w.dialect.Fold(column, s.texts[name]) + " AS " + column
		}
		columns = append(columns, column)
	}
	return "(" + w.query(s, columns) + w.dialect.fence + ") AS " + s.alias
}

// query returns the query of columns of the records that may count.
func (w *writer) query(s *scan, columns []string) string {
	query := "SELECT " + strings.Join(columns, ", ") + " FROM " + Quote(s.entity.Name)
	if s.days > 0 {
		query += fmt.Sprintf(` WHERE "Contact" IS NOT NULL AND "Timestamp" >= %s AND "Timestamp" <= %s`, w.since(s.days), w.dialect.time(w.asOf))
	}
	return query
}

// since returns the instant so many days before as of. The workload's time zone is UTC,
// in which all days are equally long.
func (w *writer) since(days int) string { return w.dialect.time(w.asOf.UTC().AddDate(0, 0, -days)) }
