package plan

import (
	"time"

	"github.com/leadscore/leadscore/eval/check"
)

// A Bound is a resolved window: a range of microseconds or days, both ends
// included.
type Bound struct{ Lo, Hi int64 }

// Holds reports whether at lies in the range.
func (b Bound) Holds(at int64) bool { return b.Lo <= at && at <= b.Hi }

// A Window is a checked window and the time zone of its model.
type Window struct {
	check.Window
	Zone *time.Location
}

// Windows are the distinct windows of a plan. Whatever needs one holds its index,
// and finds its bounds in an [Instant].
type Windows struct {
	list  []Window
	known map[Window]int
}

// index returns the index of a window, which is added if it is new.
func (ws *Windows) index(w check.Window, zone *time.Location) int {
	planned := Window{w, zone}
	i, ok := ws.known[planned]
	if !ok {
		if ws.known == nil {
			ws.known = map[Window]int{}
		}
		i = len(ws.list)
		ws.known[planned] = i
		ws.list = append(ws.list, planned)
	}
	return i
}

// Resolve appends the bounds of the windows as of an instant to into.
func (ws *Windows) Resolve(asOf time.Time, into []Bound) []Bound {
	for _, w := range ws.list {
		lo, hi := w.Window.Resolve(asOf, w.Zone)
		into = append(into, Bound{lo, hi})
	}
	return into
}
