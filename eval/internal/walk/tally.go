package walk

import (
	"cmp"
	"math"
	"slices"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// A tally is occurrences of a child that are alike in all that decides how they count.
type tally struct {
	at     *fetch.Record // of the dated step, if it was kept
	x      value         // what a cap tells them apart by
	same   value         // what a same block tells them apart by
	routes points.Count
}

// A value tells occurrences apart. The zero value is that of all that is empty.
type value struct {
	kind   traverse.Kind
	number int64 // the number's bits, the instant, the day, the period, 0 or 1
	more   int64 // of an hour, how far the clock is from UTC
	text   string
	record *fetch.Record
}

// tallies returns the occurrences of a child for a lead. same, if not nil, is what a
// same block tells them apart by. If dated is set, each has its dated record.
func (w *Walker) tallies(c *plan.Child, l *fetch.Lead, same *plan.Value, dated bool) []tally {
	also := uint(0)
	if same != nil {
		also |= 1 << same.Step
	}
	if dated {
		also |= 1 << c.Dated
	}
	routes := w.routes(c, l, also)
	list := make([]tally, len(routes))
	for i := range routes {
		if w.tick() {
			return nil
		}
		r := &routes[i]
		t := &list[i]
		t.at, t.routes = r.way[c.Dated], r.routes
		if same != nil {
			t.same = w.valueOf(same, &r.way)
		}
		switch {
		case c.Cap != nil:
			t.x = w.valueOf(c.Cap, &r.way)
		case c.Checked.Cap != nil:
			t.x = periodOf(c, t.at)
		}
	}
	return list
}

// valueOf returns what tells a route apart.
func (w *Walker) valueOf(v *plan.Value, y *way) value {
	r := y[v.Step]
	if v.Field < 0 {
		return value{record: r}
	}
	if r = w.follow(v.Hops, r); r == nil {
		return value{}
	}
	return asValue(r.Values[v.Layout.Place(r.Entity, v.Field)])
}

// asValue returns a value of a field such that those are equal that = holds to be.
func asValue(v traverse.Value) value {
	if v.IsEmpty() {
		return value{}
	}
	out := value{kind: v.Kind()}
	switch out.kind {
	case traverse.KindText:
		out.text = v.Text()
	case traverse.KindNumber:
		out.number = int64(math.Float64bits(v.Number() + 0)) // -0 is 0
	case traverse.KindBool:
		if v.Bool() {
			out.number = 1
		}
	case traverse.KindTime:
		out.number = v.Micros()
	case traverse.KindDate:
		out.number = v.Day()
	}
	return out
}

// periodOf returns the period in which the date of a record lies, on the clock of the
// model's time zone.
func periodOf(c *plan.Child, r *fetch.Record) value {
	if !r.Dated {
		return value{}
	}
	p := plan.PeriodOf(c.Checked.Cap.Period, r.When, c.Steps[c.Dated].Node.Layout.Days, c.Model.Checked.Zone)
	return value{kind: traverse.KindDate, number: p.Number, more: p.Offset}
}

// countKept is [Walker.Count] for a child of which more than the number of routes
// matters.
func (w *Walker) countKept(c *plan.Child, l *fetch.Lead) points.Count {
	f := points.FrequencyOf(c.Checked)
	return f.Of(w.counted(c, w.tallies(c, l, nil, false)))
}

// counted returns how many of some occurrences of a child count.
func (w *Walker) counted(c *plan.Child, list []tally) points.Count {
	switch {
	case c.Aging >= 0 && c.Checked.Aging.Kind == check.Without:
		if t := newest(list); t != nil {
			return points.CountOf(uint64(w.age(c, t.at)))
		}
		return points.Count{}
	case c.Checked.Burst != nil:
		return sumOf(burst(c, list))
	}
	return sumOf(capped(c, list))
}

func sumOf(list []tally) points.Count {
	var n points.Count
	for i := range list {
		n = n.Plus(list[i].routes)
	}
	return n
}

// capped returns the occurrences that count under the cap of a child: of each value the
// first. It changes the list.
func capped(c *plan.Child, list []tally) []tally {
	if c.Checked.Cap == nil {
		return list
	}
	most := points.CountOf(c.Checked.Cap.Count)
	left := map[value]points.Count{}
	kept := list[:0]
	for _, t := range list {
		room, ok := left[t.x]
		if !ok {
			room = most
		}
		if room.Less(t.routes) {
			t.routes = room
		}
		left[t.x] = room.Minus(t.routes)
		if !t.routes.IsZero() {
			kept = append(kept, t)
		}
	}
	return kept
}

// newestFirst orders occurrences whose dated records were kept. Those without a date
// are older than all others.
func newestFirst(a, b tally) int {
	switch {
	case a.at.Dated != b.at.Dated:
		if a.at.Dated {
			return -1
		}
		return 1
	case a.at.Dated && a.at.When != b.at.When:
		return cmp.Compare(b.at.When, a.at.When)
	}
	return cmp.Or(cmp.Compare(a.at.Entity.Name(), b.at.Entity.Name()), cmp.Compare(a.at.ID, b.at.ID))
}

// newest returns the newest of some occurrences, or nil if none has a date.
func newest(list []tally) *tally {
	var best *tally
	for i := range list {
		if t := &list[i]; t.at.Dated && (best == nil || newestFirst(*t, *best) < 0) {
			best = t
		}
	}
	return best
}

// burst returns the most occurrences that lie within the span of a child's burst, and
// of several the newest. It may change the list.
func burst(c *plan.Child, list []tally) []tally {
	list = slices.DeleteFunc(list, func(t tally) bool { return !t.at.Dated })
	slices.SortStableFunc(list, newestFirst)
	span := plan.Length(c.Checked.Burst)
	var sum, most points.Count
	var from, first, end int
	for i := range list {
		sum = sum.Plus(list[i].routes)
		for list[from].at.When-list[i].at.When > span {
			sum = sum.Minus(list[from].routes)
			from++
		}
		if most.Less(sum) {
			most, first, end = sum, from, i+1
		}
	}
	return list[first:end]
}

// Weigh returns the sum of the weights of a decaying child's occurrences for a lead, or
// the weight of the newest if that alone counts, as a multiple of 1/Aging.Scale.
func (w *Walker) Weigh(c *plan.Child, l *fetch.Lead) points.Count {
	list := w.tallies(c, l, nil, false)
	if c.Checked.Aging.Newest {
		if t := newest(list); t != nil {
			return points.CountOf(w.weight(c, t.at))
		}
		return points.Count{}
	}
	var sum points.Count
	if c.Checked.Cap != nil { // the newest count
		slices.SortStableFunc(list, newestFirst)
	}
	for _, t := range capped(c, list) {
		sum = sum.Plus(t.routes.Times(points.CountOf(w.weight(c, t.at))))
	}
	return sum
}

// weight returns the weight of an occurrence of a decaying child.
func (w *Walker) weight(c *plan.Child, r *fetch.Record) uint64 {
	if !r.Dated {
		return 0 // it is older than everything
	}
	return c.Checked.Aging.Weight(w.age(c, r))
}

// age returns how many spans old a record with a date is.
func (w *Walker) age(c *plan.Child, r *fetch.Record) int {
	in := &w.batch.Instant
	if c.Checked.Aging.Kind == check.Without || in.Edges == nil {
		return c.Checked.Aging.Age(in.AsOf(), c.Model.Checked.Zone, r.When)
	}
	return plan.AgeOf(in.Edges[c.Aging], r.When)
}

// Same returns how many values a block of a condition counts for a lead: those for
// which each of its children holds, one of which needs an occurrence.
func (w *Walker) Same(c *plan.Condition, s *plan.Same, l *fetch.Lead) points.Count {
	found := make([]map[value][]tally, len(s.Children))
	values := map[value]bool{}
	for i, at := range s.Children {
		ch := &c.Children[at]
		found[i] = map[value][]tally{}
		for _, t := range w.tallies(ch, l, &s.Values[i], false) {
			if t.same == (value{}) {
				continue
			}
			found[i][t.same] = append(found[i][t.same], t)
			values[t.same] = true
		}
	}
	n := uint64(0)
	for v := range values {
		if w.tick() {
			break
		}
		if w.holdAll(c, s, func(i int) []tally { return found[i][v] }) {
			n++
		}
	}
	return points.CountOf(n)
}

// holdAll reports whether each child of a block holds for some of its occurrences.
func (w *Walker) holdAll(c *plan.Condition, s *plan.Same, of func(i int) []tally) bool {
	for i, at := range s.Children {
		ch := &c.Children[at]
		w.begin(ch)
		if f := points.FrequencyOf(ch.Checked); !f.Holds(w.counted(ch, of(i))) {
			return false
		}
	}
	return true
}

// Newest returns the date of the newest occurrence of a child for a lead, in microseconds
// or days, or false if none has a date.
func (w *Walker) Newest(c *plan.Child, l *fetch.Lead) (when int64, ok bool) {
	t := newest(w.tallies(c, l, nil, false))
	if t == nil {
		return 0, false
	}
	return t.at.When, true
}

// A Key tells occurrences apart that a cap counts once, or so many times.
type Key struct{ value value }

// KeyOf returns what the cap of a child whose path is a root tells a record apart by.
func (w *Walker) KeyOf(c *plan.Child, r *fetch.Record) Key {
	if c.Cap != nil {
		return Key{w.valueOf(c.Cap, &way{r})}
	}
	return Key{periodOf(c, r)}
}
