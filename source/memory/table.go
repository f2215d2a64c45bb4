package memory

import (
	"errors"
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// idField is the field that, where a schema declares it, is the record's id.
const idField = "id"

// A table knows which values the records of one entity can have.
type table struct {
	entity  *traverse.Entity
	columns []column       // in the order of the store's
	slots   map[string]int // name -> position in columns
}

type column struct {
	name      string
	typ       traverse.Type // of a field
	reference bool
}

func newTable(e *traverse.Entity, held *columns.Table) *table {
	t := &table{entity: e, slots: map[string]int{}}
	for _, c := range held.Columns() {
		t.slots[c.Name] = len(t.columns)
		t.columns = append(t.columns, column{name: c.Name, typ: c.Type, reference: c.To != nil})
	}
	return t
}

// fit returns the values of a record in the order of the table's columns.
func (t *table) fit(id string, record Record) ([]traverse.Value, error) {
	values := make([]traverse.Value, len(t.columns))
	var bad []string
	problem := func(name string, format string, args ...any) {
		bad = append(bad, fmt.Sprintf("memory: %s %s: %s: %s", t.entity.Name(), quote(id), name, fmt.Sprintf(format, args...)))
	}
	if slot, ok := t.slots[idField]; ok {
		v, err := t.columns[slot].fit(id)
		if err != nil {
			problem(idField, "%v", err)
		}
		values[slot] = v
	}
	for name, x := range record {
		slot, ok := t.slots[name]
		if !ok {
			if _, ok := t.entity.Relationship(name); ok {
				problem(name, "an inverse relationship is not stored: it follows from the references that lead here")
			} else {
				problem(name, "no such field%s", t.didYouMean(name))
			}
			continue
		}
		v, err := t.columns[slot].fit(x)
		switch {
		case err != nil:
			problem(name, "%v", err)
		case name == idField && !v.IsEmpty() && !v.Equal(values[slot]):
			problem(name, "it is the record's id and cannot be %s", quote(v.String()))
		case name != idField:
			values[slot] = v
		}
	}
	if bad == nil {
		return values, nil
	}
	slices.Sort(bad) // a map has no order
	errs := make([]error, len(bad))
	for i, b := range bad {
		errs[i] = errors.New(b)
	}
	return nil, errors.Join(errs...)
}

// didYouMean suggests the field or reference nearest to name.
func (t *table) didYouMean(name string) string {
	return didYouMean(name, func(yield func(string) bool) {
		for _, c := range t.columns {
			if !yield(c.name) {
				return
			}
		}
	})
}
