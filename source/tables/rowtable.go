package tables

import (
	"strings"

	"github.com/leadscore/leadscore/traverse"
)

// A binding says where a row holds the value of a column.
type binding struct {
	column   column
	cells    []int     // the cell, or those of the template
	template *template // or nil
	null     words
	style    *style // nil = the style without a mapping
	lookup   *lookup
	nearKey  *near
	asked    int // how many keys were looked up
	missed   int // and how many of them were not found
}

// A filter lists the texts that a cell may have.
type filter struct {
	name  string
	at    int
	words words
}

// A rowTable makes records of a table from the rows of a file.
type rowTable struct {
	table  *table
	bound  []binding
	where  []filter
	rows   int // that were read
	passed int // that pass the filters
}

// bind sets the bindings of columns and the filters of rows.
func (f *rowTable) bind(bound []binding, where []filter) {
	f.bound, f.where = bound, where
	for i := range bound {
		if c := &bound[i].column; c.kind == id {
			f.table.idShown = c.shown
		}
	}
}

// row loads a record if the row passes the filters.
func (f *rowTable) row(r *row) {
	t := f.table
	f.rows++
	t.bad = t.bad[:0]
	for i := range f.where {
		w := &f.where[i]
		switch cell, err := r.text(w.at); {
		case err != nil: // it is not known whether the row passes
			t.problem(r.line(w.at), w.name, "%v", err)
		default:
			w.words.near.warning.Of++
			if !w.words.has(cell) {
				return
			}
		}
	}
	f.passed++
	if len(t.bad) > 0 {
		t.count()
		return
	}
	t.begin(r.begin)
	for i := range f.bound {
		b := &f.bound[i]
		cell, err := b.text(r)
		if cell == "" && err == nil {
			continue
		}
		var v traverse.Value
		if err == nil {
			v, err = f.cell(b, cell, r)
		}
		t.set(r.line(b.cells[0]), &b.column, v, err)
	}
	t.load()
}

// text returns the text of a column in a row, or "" if it, or a part of its template,
// is null.
func (b *binding) text(r *row) (string, error) {
	if b.template == nil {
		return b.part(r, b.cells[0])
	}
	var text strings.Builder
	for i, at := range b.cells {
		cell, err := b.part(r, at)
		if cell == "" || err != nil {
			return "", err
		}
		text.WriteString(b.template.texts[i])
		text.WriteString(cell)
	}
	text.WriteString(b.template.texts[len(b.cells)])
	return text.String(), nil
}

func (b *binding) part(r *row, at int) (string, error) {
	cell, err := r.text(at)
	if len(b.null.list) > 0 && cell != "" {
		b.null.near.warning.Of++
		if b.null.has(cell) {
			cell = ""
		}
	}
	return cell, err
}

// cell reads the value of a binding.
func (f *rowTable) cell(b *binding, cell string, r *row) (traverse.Value, error) {
	t := f.table
	c := &b.column
	if r.raw != nil {
		bare := b.template == nil && b.lookup == nil
		for _, at := range b.cells {
			raw := r.raw[at]
			switch {
			case raw[0] == '[' && bare && c.kind == field && c.typ == traverse.Choices:
				return t.choices(raw, b.style)
			case raw[0] == '[' || raw[0] == '{':
				return traverse.Value{}, noText(raw)
			case raw[0] != '"' && bare && c.kind != field:
				return t.json(c, raw)
			case isNumber(raw[0]) && bare && c.typ == traverse.Number && b.style.codes == nil:
				return t.json(c, raw)
			}
		}
	}
	if b.lookup != nil {
		b.asked++
		b.nearKey.warning.Of++
		found, ok, err := b.lookup.find(cell)
		switch {
		case err != nil:
			return traverse.Value{}, err
		case !ok:
			b.missed++
			if other := b.lookup.near(cell); other != "" {
				b.nearKey.note(cell, other)
			}
			return traverse.Value{}, nil
		case found == "" || len(b.null.list) > 0 && b.null.has(found):
			return traverse.Value{}, nil
		}
		cell = found
	}
	if b.style == nil || c.kind != field {
		return t.text(c, cell)
	}
	switch c.typ {
	case traverse.Text, traverse.Choice, traverse.Choices:
		cell = t.l.shared.text(cell)
	}
	v, err := b.style.read(c.typ, cell)
	if c.typ == traverse.Number {
		b.style.numbers.seen.found(t.file.shown, r.line(b.cells[0]))
	}
	return v, err
}
