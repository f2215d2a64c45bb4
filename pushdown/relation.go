package pushdown

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/traverse"
)

// A leaf is a table that a relation reads, in canonical form.
type leaf struct {
	entity  *traverse.Entity
	visible string // the parameter of the latest date that a record can have, or ""
	columns []leafColumn
}

// A leafColumn is a column of a leaf.
type leafColumn struct {
	name  string
	form  form
	field traverse.Field // if the form is one of a field
	ref   string         // a reference
}

// A form is how a relation wants a value of a leaf.
type form uint8

const (
	formID    form = iota // the record's id
	formRef               // the id in a reference
	formPlain             // a value
	formFold              // a text or choices, folded as far as operands ask
	formKey               // a text, folded as a whole
)

// use adds a column unless it is there, and returns its name.
func (l *leaf) use(c leafColumn) string {
	c.name = c.form.name(c.field, c.ref)
	if !slices.ContainsFunc(l.columns, func(old leafColumn) bool { return old.name == c.name }) {
		l.columns = append(l.columns, c)
	}
	return c.name
}

// name returns the name of the column with a field or a reference in this form.
func (f form) name(field traverse.Field, ref string) string {
	switch f {
	case formRef:
		return "r_" + ref
	case formPlain:
		return "x_" + field.Name
	case formFold:
		return "f_" + field.Name
	case formKey:
		return "k_" + field.Name
	}
	return "id"
}

// A source is a leaf or a relation in the FROM of another one.
type source struct {
	alias string
	leaf  *leaf
	rel   *relation
	inner bool         // a record without a partner is left out
	on    *scalar.Expr // nil for the first
}

// A measure is how a column of a relation comes about from the rows of a group.
type measure uint8

const (
	each   measure = iota // there are no groups
	counts                // how many rows satisfy the expression
	sums
	greatest
	keys // what rows are grouped by
)

// An output is a column of a relation.
type output struct {
	name    string
	measure measure
	expr    *scalar.Expr
	window  *window // in place of expr
}

// A window is a sum over rows beside a row.
type window struct {
	sum    *scalar.Expr
	by     []*scalar.Expr // of the rows that have the same of these
	order  *scalar.Expr
	newest bool  // of those up to the row, from the greatest on
	back   int64 // or of those that are at most so much less
}

type outputKey struct {
	measure measure
	expr    *scalar.Expr
}

// A relation is a named SELECT. Its rows are the records of its first source, or groups of
// them. Equal columns are one, whatever models they are for.
type relation struct {
	name    string
	sources []*source
	joined  map[string]*source
	where   []*scalar.Expr
	key     *scalar.Expr // by which others join it; null in no row
	keyName string       // "id" unless it is said
	class   IDClass
	grouped bool // by the key
	columns []output
	index   map[outputKey]int
	prefix  string      // of the names of its columns
	union   []*relation // in place of sources: the rows of all of these, with the same columns
	fenced  bool
}

// column returns the name of a column, which it adds unless it is there.
func (r *relation) column(m measure, e *scalar.Expr) string {
	k := outputKey{m, e}
	at, ok := r.index[k]
	if !ok {
		if r.index == nil {
			r.index = map[outputKey]int{}
		}
		at = len(r.columns)
		r.index[k] = at
		r.columns = append(r.columns, output{name: fmt.Sprintf("%s%d", r.prefix, at), measure: m, expr: e})
	}
	return r.columns[at].name
}

// join returns the source with a key, which it adds unless it is there.
func (r *relation) join(key string, make func() *source) *source {
	if s, ok := r.joined[key]; ok {
		return s
	}
	if r.joined == nil {
		r.joined = map[string]*source{}
	}
	s := make()
	s.alias = fmt.Sprintf("j%d", len(r.sources))
	r.joined[key] = s
	r.sources = append(r.sources, s)
	return s
}

// order returns relations after those that they read.
func order(roots []*relation) []*relation {
	var list []*relation
	seen := map[*relation]bool{}
	var visit func(r *relation)
	visit = func(r *relation) {
		if seen[r] {
			return
		}
		seen[r] = true
		for _, s := range r.sources {
			if s.rel != nil {
				visit(s.rel)
			}
		}
		for _, u := range r.union {
			visit(u)
		}
		list = append(list, r)
	}
	for _, r := range roots {
		visit(r)
	}
	return list
}

// tables returns how many tables the relation reads, each as often as it is written out.
func (r *relation) tables(known map[*relation]int) int {
	if n, ok := known[r]; ok {
		return n
	}
	n := 0
	for _, s := range r.sources {
		if s.rel != nil {
			n += 1 + s.rel.tables(known)
			continue
		}
		n += 2 // the table, and the SELECT of its columns
		for _, c := range s.leaf.columns {
			if c.field.Type == traverse.Choices {
				n += 4
			}
		}
	}
	for _, u := range r.union {
		n += 1 + u.tables(known)
	}
	known[r] = n
	return n
}

// sql returns the SELECT of the relation.
func (w *writer) sql(r *relation) string {
	if r.union != nil {
		parts := make([]string, len(r.union))
		for i, u := range r.union {
			parts[i] = "SELECT * FROM " + w.d.Quote(u.name)
		}
		return strings.Join(parts, "\nUNION ALL ")
	}
	var b strings.Builder
	b.WriteString("SELECT ")
	first := true
	put := func(text, name string) {
		if !first {
			b.WriteString(",\n  ")
		}
		first = false
		b.WriteString(text + " AS " + w.d.Quote(name))
	}
	if r.key != nil {
		put(w.expr(r.key), r.keyNamed())
	}
	for _, c := range r.columns {
		put(w.output(c), c.name)
	}
	for i, s := range r.sources {
		switch {
		case i == 0:
			b.WriteString("\nFROM ")
		case s.inner:
			b.WriteString("\nJOIN ")
		default:
			b.WriteString("\nLEFT JOIN ")
		}
		b.WriteString(w.source(s, r))
		if s.on != nil {
			b.WriteString(" ON " + w.expr(s.on))
		}
	}
	for i, e := range r.where {
		word := "\nWHERE "
		if i > 0 {
			word = " AND "
		}
		b.WriteString(word + "(" + w.expr(e) + ")")
	}
	if r.grouped {
		b.WriteString("\nGROUP BY " + strings.Join(w.groups(r), ", "))
	}
	if r.fenced {
		b.WriteString(w.d.Fence)
	}
	return b.String()
}

func (r *relation) keyNamed() string {
	if r.keyName != "" {
		return r.keyName
	}
	return "id"
}

// groups returns what the rows of a relation are grouped by.
func (w *writer) groups(r *relation) []string {
	var list []string
	if r.key != nil {
		list = append(list, w.expr(r.key))
	}
	for _, c := range r.columns {
		if c.measure == keys {
			list = append(list, w.expr(c.expr))
		}
	}
	return list
}

func (w *writer) output(c output) string {
	if c.window != nil {
		return w.window(c.window)
	}
	if c.measure == counts {
		return w.d.Count(w.condition(c.expr))
	}
	text := w.expr(c.expr)
	switch c.measure {
	case sums:
		if w.d.nested && !c.expr.Range().Fits() { // a sum that is too large is no error there
			return "(" + w.d.Sum(text) + " + " + w.d.Wide("throwIf(sum(abs(toFloat64("+text+"))) > 1e37)") + ")"
		}
		return w.d.Sum(text)
	case greatest:
		return w.d.Max(text)
	}
	return text
}

func (w *writer) window(v *window) string {
	by := make([]string, len(v.by))
	for i, e := range v.by {
		by[i] = w.expr(e)
	}
	frame := "DESC ROWS UNBOUNDED PRECEDING"
	if !v.newest {
		frame = fmt.Sprintf("RANGE BETWEEN %d PRECEDING AND CURRENT ROW", v.back)
	}
	return fmt.Sprintf("%s OVER (PARTITION BY %s ORDER BY %s %s)", w.d.Sum(w.expr(v.sum)), strings.Join(by, ", "), w.expr(v.order), frame)
}

// source returns what stands for a source of r in its FROM.
func (w *writer) source(s *source, r *relation) string {
	if s.rel != nil {
		return w.d.Quote(s.rel.name) + " AS " + w.d.Quote(s.alias)
	}
	var bounds []*scalar.Expr
	if s == r.sources[0] {
		bounds = w.since(r)
	}
	return "(" + w.leaf(s.leaf, bounds) + ") AS " + w.d.Quote(s.alias)
}

// leaf returns the SELECT of a table in canonical form, of the records whose date reaches one of
// bounds, if there are any.
func (w *writer) leaf(l *leaf, bounds []*scalar.Expr) string {
	list := make([]string, 0, len(l.columns))
	for _, c := range l.columns {
		list = append(list, w.leafColumn(l.entity, c)+" AS "+w.d.Quote(c.name))
	}
	if len(list) == 0 {
		list = append(list, "1 AS "+w.d.Quote("one"))
	}
	text := "SELECT " + strings.Join(list, ", ") + w.leafFrom(l, bounds)
	if !w.m.table(l.entity.Name()).Absent {
		text += w.d.Fence
	}
	return text
}

// leafFrom returns the FROM and the WHERE of a table.
func (w *writer) leafFrom(l *leaf, bounds []*scalar.Expr) string {
	t := w.m.table(l.entity.Name())
	text := ""
	switch {
	case t.Absent:
		return " WHERE " + w.d.Truth(true) + " = " + w.d.Truth(false)
	case t.Schema != "":
		text += " FROM " + w.d.Quote(t.Schema) + "." + w.d.Quote(t.Name)
	default:
		text += " FROM " + w.d.Quote(t.Name)
	}
	word := " WHERE ("
	f, _ := l.entity.Dated()
	if l.visible != "" {
		at := w.canonical(l.entity, f.Name, f.Type).Expr
		text += word + at + " IS NULL OR " + at + " <= " + w.parameter(l.visible) + ")"
		word = " AND ("
	}
	if len(bounds) > 0 {
		text += word + w.reaches(w.canonical(l.entity, f.Name, f.Type).Expr, bounds) + ")"
	}
	return text
}

func (w *writer) leafColumn(e *traverse.Entity, c leafColumn) string {
	switch c.form {
	case formID:
		return w.canonical(e, "", traverse.NoType).Expr
	case formRef:
		return w.canonical(e, c.ref, traverse.NoType).Expr
	}
	text := w.canonical(e, c.field.Name, c.field.Type).Expr
	if c.form == formPlain {
		return text
	}
	from, to := w.folding(e.Name(), c.field.Name)
	if c.form == formKey {
		from, to = allFolding()
	} else if from == nil {
		return text // nothing that operands have has a letter case
	}
	if c.field.Type == traverse.Choices {
		return w.d.FoldChoices(text, from, to)
	}
	return w.d.Fold(text, from, to)
}
