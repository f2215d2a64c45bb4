package tables

import (
	"strings"

	"github.com/leadscore/leadscore/source/memory"
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
		cell, err := r.text(w.at)
		if r.raw != nil && err == nil && r.raw[w.at] != nil && isNested(r.raw[w.at]) {
			err = noText(r.raw[w.at])
		}
		switch {
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
		line := 0 // of the cell, if it is wanted
		if err != nil {
			line = r.line(b.cells[0])
		}
		t.set(line, &b.column, v, err)
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
	if b.isNull(cell) {
		cell = ""
	}
	return cell, err
}

// choice returns what one of several choices means: "" if it is null.
func (b *binding) choice(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case b.isNull(text):
		return "", nil
	case b.style.codes != nil:
		return b.style.decode(text)
	}
	return text, nil
}

// isNull reports whether a text means null.
func (b *binding) isNull(text string) bool {
	if text == "" || len(b.null.list) == 0 {
		return text == ""
	}
	b.null.near.warning.Of++
	return b.null.has(text)
}

// isWhole reports whether the text of a binding is that of one cell.
func (b *binding) isWhole() bool {
	return b.template == nil || len(b.cells) == 1 && b.template.texts[0] == "" && b.template.texts[1] == ""
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
				return t.choices(raw, b.style.codes != nil, b.choice)
			case isNested(raw):
				return traverse.Value{}, noText(raw)
			case raw[0] != '"' && bare && c.kind != field:
				return t.json(c, raw)
			}
		}
	}
	number := r.raw != nil && b.isWhole() && isNumber(r.raw[b.cells[0]][0])
	if b.lookup != nil {
		if b.lookup.fold && strings.TrimSpace(cell) == "" {
			return traverse.Value{}, nil
		}
		b.asked++
		b.nearKey.warning.Of++
		value, ok, err := b.lookup.find(cell)
		found := value.value
		number = value.number
		switch {
		case err != nil:
			return traverse.Value{}, err
		case !ok:
			b.missed++
			if other := b.lookup.near(cell); other != "" {
				b.nearKey.note(cell, other)
			}
			return traverse.Value{}, nil
		case b.isNull(found):
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
	if number && c.typ == traverse.Number && b.style.codes == nil {
		return memory.Parse(c.typ, cell) // JSON says what its numbers are
	}
	v, err := b.style.read(c.typ, cell)
	if c.typ == traverse.Number {
		b.style.numbers.seen.found(t.file.shown, r.line(b.cells[0]))
	}
	return v, err
}
