package walk

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// This file counts as the language reference says it, route by route, over records in
// a list. Property tests hold the walker to it.

// A row is a record: its values by field, with references as ids.
type row struct {
	entity, id string
	values     map[string]any // string, float64, time.Time, or a day as int64
}

// A world is records, as of evaltest.AsOf.
type world struct {
	schema *traverse.Schema
	rows   []*row
	target dsl.TargetKind
	zone   *time.Location
}

func (w *world) add(t evaltest.TB, data *memory.Source) {
	for _, r := range w.rows {
		values := memory.Record{}
		for name, v := range r.values {
			if day, ok := v.(int64); ok {
				v = traverse.DayValue(day)
			}
			values[name] = v
		}
		if err := data.Add(r.entity, r.id, values); err != nil {
			t.Fatalf("%v", err)
		}
	}
}

func (r *row) ref(name string) string {
	id, _ := r.values[name].(string)
	return id
}

// find returns a record, or nil.
func (w *world) find(entity, id string) *row {
	for _, r := range w.rows {
		if r.entity == entity && r.id == id && id != "" {
			return r
		}
	}
	return nil
}

// date returns when a record came to be: microseconds, or a day.
func (w *world) date(r *row) (at int64, ok bool) {
	f, ok := w.schema.Entity(r.entity).Dated()
	if !ok {
		return 0, false
	}
	switch v := r.values[f.Name].(type) {
	case time.Time:
		return v.UnixMicro(), true
	case int64:
		return v, true
	}
	return 0, false
}

func (w *world) exists(r *row) bool {
	at, ok := w.date(r)
	now := evaltest.AsOf.UnixMicro()
	if f, _ := w.schema.Entity(r.entity).Dated(); f.Type == traverse.Date {
		now = check.AsOfDay(evaltest.AsOf, w.zone)
	}
	return !ok || at <= now
}

// hop returns the records to which a step leads from a record.
func (w *world) hop(from *row, s traverse.Step) []*row {
	var list []*row
	for _, r := range w.rows {
		leads := r.id == from.ref(s.Name)
		if s.Via.Many() {
			leads = r.ref(s.Via.Via) == from.id
		}
		if r.entity == s.Entity.Name() && leads && w.exists(r) {
			list = append(list, r)
		}
	}
	return list
}

// roots returns the records with which a path begins.
func (w *world) roots(c *check.Child, lead *row) []*row {
	name := c.Path[0].Name
	if name == traverse.Lead {
		return []*row{lead}
	}
	var list []*row
	for _, r := range w.rows {
		e := w.schema.Entity(r.entity)
		is := r.entity == name || name == traverse.AnyInteraction && e.Kind() == traverse.Interaction && !e.Passive()
		if c.Kinds != nil {
			is = slices.Contains(c.Kinds, e)
		}
		if is && w.exists(r) && w.owns(lead, r, e) {
			list = append(list, r)
		}
	}
	return list
}

// owns reports whether an interaction is one of the lead's.
func (w *world) owns(lead, r *row, e *traverse.Entity) bool {
	contact := lead.ref(traverse.ParentContact)
	byContact := contact != "" && r.ref(traverse.Contact) == contact
	ref, ok := e.Relationship(traverse.Lead)
	byLead := ok && !ref.Many() && r.ref(traverse.Lead) == lead.id
	switch w.target {
	case dsl.TargetLead:
		return byLead
	case dsl.TargetLeadWithContact:
		return byLead || byContact
	case dsl.TargetAccount:
		owner := w.find(traverse.Contact, r.ref(traverse.Contact))
		return owner != nil && owner.ref(traverse.ParentAccount) == lead.ref(traverse.ParentAccount)
	}
	return byContact
}

// all returns every route of a child, whatever its date range and expressions are.
func (w *world) all(c *check.Child, lead *row) [][]*row {
	var list [][]*row
	var walk func(route []*row)
	walk = func(route []*row) {
		if len(route) == len(c.Path) {
			list = append(list, slices.Clone(route))
			return
		}
		for _, r := range w.hop(route[len(route)-1], c.Path[len(route)]) {
			walk(append(route, r))
		}
	}
	for _, r := range w.roots(c, lead) {
		walk([]*row{r})
	}
	return list
}

// unmet returns how many of the date range and the expressions a route fails.
func (w *world) unmet(c *check.Child, route []*row) int {
	n := 0
	if c.Range != nil {
		lo, hi := c.Range.Resolve(evaltest.AsOf, w.zone)
		if at, ok := w.date(route[c.Dated]); !ok || at < lo || at > hi {
			n++
		}
	}
	for _, e := range c.Where {
		if !w.holds(e, route) {
			n++
		}
	}
	return n
}

func (w *world) holds(e check.Expr, route []*row) bool {
	switch e := e.(type) {
	case *check.And:
		return !slices.ContainsFunc(e.Terms, func(t check.Expr) bool { return !w.holds(t, route) })
	case *check.Or:
		return slices.ContainsFunc(e.Terms, func(t check.Expr) bool { return w.holds(t, route) })
	case *check.Not:
		return !w.holds(e.Expr, route)
	}
	c := e.(*check.Comparison)
	r := w.follow(route[c.Step], c.Hops)
	var v any
	if r != nil {
		v = r.values[c.Field.Name]
	}
	switch p := c.Predicate.(type) {
	case check.IsEmpty:
		return (v == nil || v == "") != p.Not
	case check.TextMatch:
		s, _ := v.(string)
		return s != "" && (c.Field.Fold(s) == p.Values[0]) != p.Not
	case check.NumberIn:
		n, ok := v.(float64)
		return ok && slices.Contains(p.Values, n) != p.Not
	}
	panic("unknown predicate")
}

func (w *world) follow(r *row, hops []traverse.Step) *row {
	for _, h := range hops {
		list := w.hop(r, h)
		if len(list) == 0 {
			return nil
		}
		r = list[0]
	}
	return r
}

// satisfying returns the routes that a child counts, without its cap, burst and decay.
func (w *world) satisfying(c *check.Child, lead *row) [][]*row {
	return slices.DeleteFunc(w.all(c, lead), func(route []*row) bool { return w.unmet(c, route) > 0 })
}

// told returns what tells a route apart, "" for empty.
func (w *world) told(v *check.Value, route []*row) string {
	if v.Record {
		return fmt.Sprintf("%p", route[v.Step])
	}
	r := w.follow(route[v.Step], v.Hops)
	if r == nil {
		return ""
	}
	if v.Ref != "" {
		return r.ref(v.Ref)
	}
	switch x := r.values[v.Field.Name].(type) {
	case nil:
		return ""
	case string:
		return v.Field.Fold(x)
	default:
		return fmt.Sprint(x)
	}
}

// period returns the period in which the date of a route lies, "" without a date.
func (w *world) period(c *check.Child, route []*row) string {
	at, ok := w.date(route[c.Dated])
	if !ok {
		return ""
	}
	clock := time.UnixMicro(at).In(w.zone)
	if f, _ := c.Path[c.Dated].Entity.Dated(); f.Type == traverse.Date {
		clock = time.Unix(at*86400, 0).UTC()
	}
	year, week := clock.ISOWeek() // from Monday
	switch c.Cap.Period {
	case dsl.PerHour:
		return clock.Format("2006-01-02 15 -0700")
	case dsl.PerDay:
		return clock.Format("2006-01-02")
	case dsl.PerWeek:
		return fmt.Sprint(year, week)
	case dsl.PerMonth:
		return clock.Format("2006-01")
	}
	return clock.Format("2006")
}

// capped returns the routes that count under the cap of a child: the newest of each
// value.
func (w *world) capped(c *check.Child, routes [][]*row) [][]*row {
	if c.Cap == nil {
		return routes
	}
	if c.Dated >= 0 {
		slices.SortStableFunc(routes, func(a, b []*row) int {
			x, dated := w.date(a[c.Dated])
			y, also := w.date(b[c.Dated])
			switch {
			case dated != also:
				return map[bool]int{true: -1, false: 1}[dated]
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return 0
		})
	}
	count := map[string]uint64{}
	var list [][]*row
	for _, route := range routes {
		x := ""
		if c.Cap.Period != dsl.NoPeriod {
			x = w.period(c, route)
		} else {
			x = w.told(&c.Cap.Value, route)
		}
		if count[x]++; count[x] <= c.Cap.Count {
			list = append(list, route)
		}
	}
	return list
}

// count returns what a child counts if these are its routes.
func (w *world) count(c *check.Child, routes [][]*row) int {
	routes = w.capped(c, routes)
	switch {
	case c.Aging != nil && c.Aging.Kind == check.Without:
		return w.newest(c, routes)
	case c.Burst != nil:
		most := 0
		for _, first := range routes {
			from, ok := w.date(first[c.Dated])
			n := 0
			for _, route := range routes {
				at, dated := w.date(route[c.Dated])
				if ok && dated && at >= from && at <= w.after(from, c.Burst) {
					n++
				}
			}
			most = max(most, n)
		}
		return most
	case c.Every > 0:
		return len(routes) / int(c.Every)
	}
	return len(routes)
}

func (w *world) after(at int64, s *check.Span) int64 {
	if s.Days {
		return at + s.N*map[dsl.Unit]int64{dsl.Days: 1, dsl.Weeks: 7}[s.Unit]
	}
	d := map[dsl.Unit]time.Duration{dsl.Minutes: time.Minute, dsl.Hours: time.Hour, dsl.Days: 24 * time.Hour, dsl.Weeks: 7 * 24 * time.Hour}[s.Unit]
	return at + s.N*d.Microseconds()
}

// newest returns how many spans old the newest of some routes is, or -1 if none has a
// date and they are not counted by it.
func (w *world) newest(c *check.Child, routes [][]*row) int {
	age := -1
	for _, route := range routes {
		if at, ok := w.date(route[c.Dated]); ok {
			if k := c.Aging.Age(evaltest.AsOf, w.zone, at); age < 0 || k < age {
				age = k
			}
		}
	}
	if c.Aging.Kind == check.Without {
		return max(age, 0)
	}
	return age
}

// weigh returns the weight of a decaying child.
func (w *world) weigh(c *check.Child, routes [][]*row) *big.Int {
	sum := new(big.Int)
	if c.Aging.Newest {
		if k := w.newest(c, routes); k >= 0 {
			sum.SetUint64(c.Aging.Weight(k))
		}
		return sum
	}
	for _, route := range w.capped(c, routes) {
		if at, ok := w.date(route[c.Dated]); ok {
			sum.Add(sum, new(big.Int).SetUint64(c.Aging.Weight(c.Aging.Age(evaltest.AsOf, w.zone, at))))
		}
	}
	return sum
}

// same returns how many values a same block counts.
func (w *world) same(c *check.Condition, s *check.Same, lead *row) int {
	routes := make([]map[string][][]*row, len(s.Children))
	values := map[string]bool{}
	for i, at := range s.Children {
		routes[i] = map[string][][]*row{}
		for _, route := range w.satisfying(&c.Children[at], lead) {
			v := w.told(&s.Values[i], route)
			routes[i][v] = append(routes[i][v], route)
			if c.Children[at].Min > 0 && v != "" {
				values[v] = true
			}
		}
	}
	n := 0
	for v := range values {
		all := true
		for i, at := range s.Children {
			ch := &c.Children[at]
			count := uint64(w.count(ch, routes[i][v]))
			unbounded := ch.Min > 0 && ch.Max == 0
			all = all && count >= ch.Min && (unbounded || count <= ch.Max)
		}
		if all {
			n++
		}
	}
	return n
}
