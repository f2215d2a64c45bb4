package memory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// idField is the name of the field that is the record's id, if a schema declares
// it.
const idField = "id"

// A table knows the values that the records of one entity can have.
type table struct {
	entity  *traverse.Entity
	columns []column       // in the order of the store's
	slots   map[string]int // name -> position in columns
}

type column struct {
	name      string
	typ       traverse.Type // of a field
	reference bool
	zone      *time.Location // of days where times are wanted, and of instants where dates are
}

func newTable(e *traverse.Entity, held *columns.Table, zone *time.Location) *table {
	t := &table{entity: e, slots: map[string]int{}}
	for _, c := range held.Columns() {
		t.slots[c.Name] = len(t.columns)
		t.columns = append(t.columns, column{name: c.Name, typ: c.Type, reference: c.To != nil, zone: zone})
	}
	return t
}

// A Problem is one thing that is wrong with a record.
type Problem struct {
	Entity, ID string
	Field      string // a field or reference, as the record names it
	Message    string // what is wrong, and what to write
	Nearest    string // the valid name that was most likely meant, or ""
}

// String returns the problem on one line.
func (p Problem) String() string {
	s := fmt.Sprintf("%s %s: %s: %s", p.Entity, shown.Quote(p.ID), p.Field, p.Message)
	return s + nearest.Hint(p.Nearest)
}

// Problems lists everything that is wrong with the fields of a record, in the order
// of their names. It is an error of [Source.Add] and [Source.Put]: see [errors.As].
type Problems []Problem

// Error returns the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = "memory: " + problem.String()
	}
	return strings.Join(lines, "\n")
}

// fit returns the values of a record in the order of the table's columns. The
// error is Problems.
func (t *table) fit(id string, record Record) ([]traverse.Value, error) {
	values := make([]traverse.Value, len(t.columns))
	var bad Problems
	problem := func(name, near, format string, args ...any) {
		bad = append(bad, Problem{t.entity.Name(), id, name, fmt.Sprintf(format, args...), near})
	}
	if slot, ok := t.slots[idField]; ok {
		v, err := t.columns[slot].fit(id)
		if err != nil {
			problem(idField, "", "%v", err)
		}
		values[slot] = v
	}
	for name, x := range record {
		slot, ok := t.slots[name]
		if !ok {
			if _, ok := t.entity.Relationship(name); ok {
				problem(name, "", "an inverse relationship is not stored: it follows from the references that lead here")
			} else {
				problem(name, t.nearest(name), "no such field")
			}
			continue
		}
		v, err := t.columns[slot].fit(x)
		switch {
		case err != nil:
			problem(name, "", "%v", err)
		case name == idField && !v.IsEmpty() && !v.Equal(values[slot]):
			problem(name, "", "it is the record's id and cannot be %s", shown.Quote(v.String()))
		case name != idField:
			values[slot] = v
		}
	}
	if bad == nil {
		return values, nil
	}
	// A map has no order.
	slices.SortStableFunc(bad, func(a, b Problem) int { return cmp.Compare(a.Field, b.Field) })
	return nil, bad
}

// nearest returns the field or reference nearest to name, or "".
func (t *table) nearest(name string) string {
	return nearest.Name(name, func(yield func(string) bool) {
		for _, c := range t.columns {
			if !yield(c.name) {
				return
			}
		}
	})
}
