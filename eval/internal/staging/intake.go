package staging

import (
	"cmp"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// An intake takes the interactions that a need fetches, and makes cells of them as they
// arrive. It holds those of a batch, query by query.
type intake struct {
	owners *owners
	leads  *columns.Table
	layout *layout
	dated  int     // the field that is the Timestamp, or -1
	coders []coder // of the fields that have codes
	fields []int   // their positions in the layout

	asked []bool // by owner
	spans []span // by owner: its records, next to each other
	times []int64
	cells []uint32

	// Of the query at hand, whose records are those from start on:
	start   int
	numbers []columns.Key // of its keys
	keys    []int32       // by record: the position of its key
	ids     []string      // by record; those at the end may be missing, if the source vouches that none comes twice

	seen  map[string]struct{} // scratch memory
	order []int32
}

// A span is where the records of an owner are.
type span struct{ from, to int }

// newIntake returns what takes the interactions of owners that a need fetches. leads are
// the leads of the staging.
func newIntake(n *plan.Need, l *layout, o *owners, leads *columns.Table) *intake {
	in := &intake{owners: o, leads: leads, layout: l, dated: n.Layout.Dated}
	for i, c := range l.columns {
		if c.Dict != nil {
			in.coders, in.fields = append(in.coders, coder{dict: c.Dict, at: c.At}), append(in.fields, i)
		}
	}
	return in
}

// reset empties the intake for another batch.
func (in *intake) reset() {
	if cap(in.times) > fetch.MaxKept { // it grows again, if it must
		in.times, in.cells, in.keys, in.ids, in.order = nil, nil, nil, nil, nil
	}
	clear(in.asked)
	clear(in.spans)
	in.start = 0
	in.Reset()
}

// Missing implements [fetch.Intake].
func (in *intake) Missing(keys []string) []string {
	in.owners.next = 0
	in.numbers = in.owners.appendNumbers(in.numbers[:0], keys)
	in.owners.next = 0
	missing, all := keys, true
	for i, k := range in.numbers {
		if more := int(k) + 1 - len(in.asked); more > 0 {
			in.asked = append(in.asked, make([]bool, more)...)
			in.spans = append(in.spans, make([]span, more)...)
		}
		switch {
		case !in.asked[k] && !all:
			missing = append(missing, keys[i])
		case in.asked[k] && all:
			missing, all = slices.Clone(keys[:i]), false
		}
		in.asked[k] = true
	}
	return missing
}

// Begin implements [fetch.Intake].
func (in *intake) Begin(keys []string) {
	in.numbers = in.owners.appendNumbers(in.numbers[:0], keys)
	in.Reset()
}

// Reset drops the records of the query at hand.
func (in *intake) Reset() {
	in.times, in.cells = in.times[:in.start], in.cells[:in.start*in.width()]
	clear(in.ids)
	in.keys, in.ids = in.keys[:0], in.ids[:0]
}

func (in *intake) width() int { return in.layout.table.Width() }

// Record takes a record.
func (in *intake) Record(key int, id string, values []traverse.Value) {
	in.addIDs()
	in.keys, in.ids = append(in.keys, int32(key)), append(in.ids, id)
	at := int64(columns.NoTime)
	if in.dated >= 0 {
		at = timeOf(values[in.dated])
	}
	in.times = append(in.times, at)
	cells := in.more(1)
	for i := range in.coders {
		c := &in.coders[i]
		cells[c.at] = c.value(values[in.fields[i]])
	}
	if in.layout.lead >= 0 {
		cells[in.layout.columns[in.layout.lead].At] = in.lead(values[in.layout.lead])
	}
}

// Block takes the records of a block.
func (in *intake) Block(b *traverse.Block) {
	if b.IDs != nil {
		in.addIDs()
		in.ids = append(in.ids, b.IDs...)
	}
	in.keys = append(in.keys, b.Keys...)
	n, width := b.Len(), in.width()
	in.addTimes(b, n)
	cells := in.more(n)
	for i := range in.coders {
		in.coders[i].column(&b.Columns[in.fields[i]], cells, width)
	}
	if in.layout.lead >= 0 {
		column, to := &b.Columns[in.layout.lead], in.layout.columns[in.layout.lead].At
		for i := range n {
			cells[to] = in.lead(column.At(i))
			to += width
		}
	}
}

// addIDs adds the ids of records that came without: none is that of another.
func (in *intake) addIDs() {
	if missing := len(in.keys) - len(in.ids); missing > 0 {
		in.ids = append(in.ids, make([]string, missing)...)
	}
}

// more adds cells for so many records, and returns them. All of them are 0.
func (in *intake) more(n int) []uint32 {
	have, n := len(in.cells), n*in.width()
	in.cells = slices.Grow(in.cells, n)[:have+n]
	cells := in.cells[have:]
	clear(cells)
	return cells
}

// addTimes adds the Timestamps of the n records of a block.
func (in *intake) addTimes(b *traverse.Block, n int) {
	have := len(in.times)
	in.times = slices.Grow(in.times, n)[:have+n]
	times := in.times[have:]
	if in.dated < 0 {
		for i := range times {
			times[i] = columns.NoTime
		}
		return
	}
	c := &b.Columns[in.dated]
	if c.Micros == nil {
		for i := range times {
			times[i] = timeOf(c.At(i))
		}
		return
	}
	copy(times, c.Micros)
	for i, null := range c.Null {
		if null {
			times[i] = columns.NoTime
		}
	}
}

// timeOf returns the instant that a value is.
func timeOf(v traverse.Value) int64 {
	if v.Kind() != traverse.KindTime {
		return columns.NoTime
	}
	return v.Micros()
}

// lead returns the cell of a reference to a lead: of no other than those of the batch is it
// asked whether a record refers to them.
func (in *intake) lead(v traverse.Value) uint32 { return uint32(in.leads.Key(v.Text())) }

// End implements [fetch.Intake].
func (in *intake) End(repeated func(key int, id string)) {
	if len(in.ids) > 0 {
		in.addIDs()
	}
	if !in.setSpans() {
		in.arrange()
		for _, k := range in.numbers {
			in.spans[k] = span{}
		}
		in.setSpans()
	}
	for from := 0; from < len(in.ids); {
		to := in.endOfKey(from)
		if id, ok := in.repeated(in.ids[from:to]); ok {
			repeated(int(in.keys[from]), id)
		}
		from = to
	}
	in.start = len(in.times)
}

// endOfKey returns where those records end that have the key of the record at from.
func (in *intake) endOfKey(from int) int {
	to := from + 1
	for to < len(in.keys) && in.keys[to] == in.keys[from] {
		to++
	}
	return to
}

// setSpans sets the spans of the owners of the query. It returns false if the records of
// an owner are not next to each other.
func (in *intake) setSpans() bool {
	for from := 0; from < len(in.keys); {
		to := in.endOfKey(from)
		s := &in.spans[in.numbers[in.keys[from]]]
		if s.to > in.start {
			return false
		}
		*s = span{in.start + from, in.start + to}
		from = to
	}
	return true
}

// arrange puts the records of each key of the query next to each other.
func (in *intake) arrange() {
	ends := make([]int32, len(in.numbers)+1)
	for _, k := range in.keys {
		ends[k+1]++
	}
	for i := range in.numbers {
		ends[i+1] += ends[i]
	}
	n, width, ids := len(in.keys), in.width(), len(in.ids) > 0
	times, cells, keys := make([]int64, n), make([]uint32, n*width), make([]int32, n)
	var names []string
	if ids {
		names = make([]string, n)
	}
	for i, k := range in.keys {
		to := int(ends[k])
		ends[k]++
		keys[to], times[to] = k, in.times[in.start+i]
		copy(cells[to*width:(to+1)*width], in.cells[(in.start+i)*width:])
		if ids {
			names[to] = in.ids[i]
		}
	}
	copy(in.times[in.start:], times)
	copy(in.cells[in.start*width:], cells)
	copy(in.keys, keys)
	copy(in.ids, names)
}

// repeated finds an id that occurs twice. Records without an id are not compared.
func (in *intake) repeated(ids []string) (id string, ok bool) {
	up, down := true, true // the ids are in order: then it is enough to compare neighbours
	for i := 1; i < len(ids) && (up || down); i++ {
		switch c := strings.Compare(ids[i-1], ids[i]); {
		case c < 0:
			down = false
		case c > 0:
			up = false
		default:
			up, down = false, false
		}
	}
	if up || down {
		return "", false
	}
	const few = 8
	if len(ids) <= few {
		for i, id := range ids {
			if id != "" && slices.Contains(ids[:i], id) {
				return id, true
			}
		}
		return "", false
	}
	in.seen = fetch.Emptied(in.seen)
	for _, id := range ids {
		if id == "" {
			continue
		}
		if _, ok := in.seen[id]; ok {
			return id, true
		}
		in.seen[id] = struct{}{}
	}
	return "", false
}

// appendTo appends the records of an owner, newest first, and returns how many there are.
func (in *intake) appendTo(s *Staging, owner columns.Key) int {
	if int(owner) >= len(in.spans) {
		return 0
	}
	at, width := in.spans[owner], in.width()
	times, cells := in.times[at.from:at.to], in.cells[at.from*width:at.to*width]
	newestFirst, oldestFirst := true, true
	for i := 1; i < len(times); i++ {
		newestFirst = newestFirst && times[i-1] >= times[i]
		oldestFirst = oldestFirst && times[i-1] <= times[i]
	}
	if newestFirst {
		s.times, s.cells = append(s.times, times...), append(s.cells, cells...)
		return len(times)
	}
	in.order = in.order[:0]
	for i := range times {
		in.order = append(in.order, int32(i))
	}
	slices.Reverse(in.order) // many sources give them oldest first
	if !oldestFirst {
		slices.SortFunc(in.order, func(a, b int32) int { return cmp.Compare(times[b], times[a]) })
	}
	for _, i := range in.order {
		s.times = append(s.times, times[i])
		s.cells = append(s.cells, cells[int(i)*width:(int(i)+1)*width]...)
	}
	return len(times)
}
