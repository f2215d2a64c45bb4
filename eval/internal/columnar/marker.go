package columnar

import (
	"math"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A mark is what a tally tells its records apart by: the number of a class or of an
// owner, an instant or a period.
type mark int64

// empty is the mark of all records that have nothing to tell them apart by. It is less
// than any other.
const empty mark = columns.NoTime

// classes number the values of a field: those are in one class that = holds to be equal.
type classes map[class]uint32

// A class is such values.
type class struct {
	kind   traverse.Kind
	number uint64
	text   string
}

// of returns the number of the class of a value, from 1 on.
func (c classes) of(v traverse.Value) uint32 {
	key := class{kind: v.Kind(), text: v.Text()}
	switch key.kind {
	case traverse.KindNumber:
		key.number = math.Float64bits(v.Number() + 0) // -0 is 0
	case traverse.KindBool:
		if v.Bool() {
			key.number = 1
		}
	}
	known, ok := c[key]
	if !ok {
		known = uint32(len(c)) + 1
		c[key] = known
	}
	return known
}

// A marker tells the records of one kind of interaction apart.
type marker struct {
	by     plan.TallyBy
	at     int // the cell of the field
	dict   *columns.Dict
	fold   func(string) string
	byCode []uint32 // the class of the value with a code; 0 for one that has not been met
	all    classes  // of all kinds
}

// bindMarker binds what tells the records of a table apart. It returns false if the
// table lacks the column.
func bindMarker(v plan.TallyValue, all classes, table *columns.Table) (marker, bool) {
	m := marker{by: v.By, all: all}
	if v.By != plan.TallyByField {
		return m, true
	}
	c := table.Column(v.Field)
	f, ok := table.Entity().Field(v.Field)
	if c == nil || c.Dict == nil || !ok {
		return m, false
	}
	if m.at, m.dict = c.At, c.Dict; plan.Folds(f) {
		m.fold = traverse.Fold
	}
	return m, true
}

// marks returns what tells those records of a tally apart that are in a list. It writes
// them into room. They mean nothing for plan.TallyAll.
func (m *marker) marks(t *plan.Tally, r *records, list []uint8, room *[atOnce]mark) []mark {
	marks := room[:len(list)]
	switch m.by {
	case plan.TallyByOwner:
		for i := range marks {
			marks[i] = mark(r.owner)
		}
	case plan.TallyByTimestamp:
		for i, at := range list {
			marks[i] = mark(r.times[at]) // columns.NoTime is empty
		}
	case plan.TallyByPeriod:
		for i, at := range list {
			marks[i] = periodMark(t, r.times[at])
		}
	case plan.TallyByField:
		for i, at := range list {
			marks[i] = empty
			if code := r.cells[int(at)*r.width+m.at]; code != 0 {
				marks[i] = mark(m.classOf(code))
			}
		}
	}
	return marks
}

// periodMark returns the mark of the period of a Timestamp, which no other period of its
// kind has.
func periodMark(t *plan.Tally, at int64) mark {
	if at == columns.NoTime {
		return empty
	}
	const second = 1_000_000 // clocks differ by whole seconds, and by less than six days
	p := plan.PeriodOf(t.Checked.Cap.Period, at, false, t.Zone)
	return mark(p.Number<<20 + p.Offset/second)
}

// classOf returns the class of the value with a code.
func (m *marker) classOf(code uint32) uint32 {
	if int(code) < len(m.byCode) {
		if class := m.byCode[code]; class != 0 {
			return class
		}
	}
	return m.meet(code)
}

// meet finds the class of the value with a code that has not been met.
func (m *marker) meet(code uint32) uint32 {
	if n := m.dict.Len(); n > len(m.byCode) {
		m.byCode = append(m.byCode, make([]uint32, n-len(m.byCode))...)
	}
	m.byCode[code] = m.all.of(plan.Normal(m.dict.Value(code), m.fold))
	return m.byCode[code]
}
