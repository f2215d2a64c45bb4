package reference

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// date returns the date of an occurrence, "the one a date range would use", and its type.
// ok is false if it has none.
func date(route []Stop) (at time.Time, t traverse.Type, ok bool) {
	stop := Dated(route)
	field, _ := stop.Entity.Dated()
	v := stop.Record.Values[field.Name]
	return v.Time(), field.Type, !empty(v)
}

// newestFirst orders occurrences by their dates: "What has no date is older than
// everything". Which of several with one date comes first matters only for what is listed:
// it is by the entity and id of the record that has the date.
func newestFirst(routes [][]Stop) [][]Stop {
	type dated struct {
		route []Stop
		stop  Stop
		at    time.Time
		ok    bool
	}
	list := make([]dated, len(routes))
	for i, route := range routes {
		at, _, ok := date(route)
		list[i] = dated{route, Dated(route), at, ok}
	}
	slices.SortStableFunc(list, func(a, b dated) int {
		switch {
		case a.ok && !b.ok:
			return -1
		case b.ok && !a.ok:
			return 1
		case a.ok && !a.at.Equal(b.at):
			return b.at.Compare(a.at)
		}
		return cmp.Or(cmp.Compare(a.stop.Entity.Name(), b.stop.Entity.Name()), cmp.Compare(a.stop.Record.ID, b.stop.Record.ID))
	})
	sorted := make([][]Stop, len(list))
	for i, d := range list {
		sorted[i] = d.route
	}
	return sorted
}

// capped returns the occurrences that a cap lets through: "Of the occurrences that a
// child counts, at most N (once: 1) count for each X."
func (s *scoring) capped(c *dsl.Child, routes [][]Stop) [][]Stop {
	if c.Cap == nil {
		return routes
	}
	most := 1
	if c.Cap.Count != nil {
		most = whole(c.Cap.Count)
	}
	var through [][]Stop
	count := map[string]int{}
	for _, route := range newestFirst(routes) { // "With a cap the newest N of each X count."
		x := s.x(c.Cap, route)
		if count[x]++; count[x] <= most {
			through = append(through, route)
		}
	}
	return through
}

// full returns for how many X a cap lets only some occurrences through, and how many
// that X has of which it leaves out most.
func (s *scoring) full(c *dsl.Child, routes [][]Stop) (full, found int) {
	if c.Cap == nil {
		return 0, 0
	}
	most := 1
	if c.Cap.Count != nil {
		most = whole(c.Cap.Count)
	}
	count := map[string]int{}
	for _, route := range routes {
		count[s.x(c.Cap, route)]++
	}
	for _, n := range count {
		if n > most {
			full, found = full+1, max(found, n)
		}
	}
	return full, found
}

// x returns what a cap counts an occurrence for. "All that is empty (no value, no date, no
// id) is one X together", which is "".
func (s *scoring) x(c *dsl.Cap, route []Stop) string {
	period := periodOf(c, route)
	if period == dsl.NoPeriod {
		at, hops := s.start(c.Per, route)
		return s.identity(at, hops, c.Per[len(c.Per)-1].Text, route)
	}
	at, typ, ok := date(route)
	if !ok {
		return ""
	}
	return s.inPeriod(period, at, typ)
}

// periodOf returns the period of a cap, if it is one: "In lower case these words are always
// the period; in another letter case (`Day`) a name of the last entity or of a step wins."
func periodOf(c *dsl.Cap, route []Stop) dsl.Period {
	if c.Period != dsl.NoPeriod || len(c.Per) > 1 || c.Per[0].Quoted {
		return c.Period
	}
	name := c.Per[0].Text
	last := route[len(route)-1].Entity
	_, isField := last.Field(name)
	_, isRelationship := last.Relationship(name)
	isStep := slices.ContainsFunc(route, func(stop Stop) bool { return stop.Name == name })
	if !isField && !isRelationship && !isStep {
		for p := dsl.PerHour; p <= dsl.PerYear; p++ {
			if strings.EqualFold(p.String(), name) {
				return p
			}
		}
	}
	return dsl.NoPeriod
}

// identity returns a text that is the same for two occurrences if they have the same value
// where relationships lead from a stop, and "" if they have none.
func (s *scoring) identity(at Stop, hops []*dsl.Name, last string, route []Stop) string {
	at, ok := s.follow(at, hops)
	if !ok {
		return ""
	}
	if f, ok := at.Entity.Field(last); ok {
		return comparison{scoring: s, value: at.Record.Values[last], field: f}.identity()
	}
	if _, ok := at.Entity.Relationship(last); ok { // "or to an N:1 relationship (the stored id)"
		return at.Record.text(last)
	}
	// "a step of the path: by the record, however many routes lead to it. A name of the last
	// entity wins over a step, as in references."
	return fmt.Sprintf("%p", stepNamed(route, last).Record)
}

// identity returns the same text for two values that "are equal as under `=` and `in`;
// the same instant, the same day", and "" for an empty value.
func (c comparison) identity() string {
	if empty(c.value) {
		return ""
	}
	switch c.field.Type {
	case traverse.Number:
		return strconv.FormatFloat(c.value.Number()+0, 'g', -1, 64) // -0 + 0 is 0
	case traverse.Bool:
		return strconv.FormatBool(c.value.Bool())
	case traverse.Time, traverse.Date:
		return c.value.Time().Format(time.RFC3339Nano)
	}
	return c.compared(c.value.Text())
}

// burst returns the most "of the occurrences that the child counts" that "lie within SPAN
// of each other: the last is at most SPAN later than the first", and of several as many
// the newest. "What has no date is in no burst."
func (s *scoring) burst(span *dsl.TimeSpan, routes [][]Stop) [][]Stop {
	units := map[dsl.Unit]time.Duration{
		dsl.Minutes: time.Minute, dsl.Hours: time.Hour, dsl.Days: 24 * time.Hour, dsl.Weeks: 7 * 24 * time.Hour,
	}
	length := units[span.Unit] * time.Duration(whole(span.Count))
	routes = newestFirst(routes)
	var dates []time.Time // of the first routes; those after them have no date
	for _, route := range routes {
		if at, _, ok := date(route); ok {
			dates = append(dates, at)
		}
	}
	var most [][]Stop
	newest := 0 // the first route that is not too late
	for i, from := range dates {
		if i > 0 && from.Equal(dates[i-1]) {
			continue
		}
		for dates[newest].After(from.Add(length)) {
			newest++
		}
		end := i
		for end < len(dates) && dates[end].Equal(from) {
			end++
		}
		if end-newest > len(most) {
			most = routes[newest:end]
		}
	}
	return most
}

// weight follows "Decay": "The child counts the sum of the weights under `each`, the
// weight of its newest occurrence under `has`".
func (s *scoring) weight(c *dsl.Child, routes [][]Stop) *big.Rat {
	if c.Frequency.Kind != dsl.Each && len(routes) > 0 {
		routes = newestFirst(routes)[:1]
	}
	type dated struct {
		at  time.Time
		typ traverse.Type
	}
	count := map[dated]int64{} // occurrences of one date have one weight
	for _, route := range routes {
		if at, typ, ok := date(route); ok { // "What has no date is older than everything: weight 0."
			count[dated{at, typ}]++
		}
	}
	sum := new(big.Rat)
	for d, n := range count {
		sum.Add(sum, new(big.Rat).Mul(big.NewRat(n, 1), s.weightOf(c.Decay, d.at, d.typ)))
	}
	return sum
}

// weightOf returns the weight of an occurrence by its date.
func (s *scoring) weightOf(d *dsl.Decay, at time.Time, t traverse.Type) *big.Rat {
	switch d.Kind {
	case dsl.Halving: // "1/2ᵏ (0 from k = 33 on)"
		const gone = 33
		k := s.age(at, d.Every, gone, t)
		if k == gone {
			return new(big.Rat)
		}
		return big.NewRat(1, 1<<k)
	case dsl.Losing: // "max(0, 100 − P·k)/100, a share of the original points"
		p := whole(d.Percent)
		return big.NewRat(int64(max(0, 100-p*s.age(at, d.Every, 100, t))), 100)
	case dsl.Fading: // "max(0, N − k)/N with a SPAN of one UNIT"
		n := whole(d.Every.Count)
		one := &dsl.TimeSpan{Count: &dsl.Number{Text: "1"}, Unit: d.Every.Unit}
		return big.NewRat(int64(max(0, n-s.age(at, one, n, t))), int64(n))
	}
	panic("reference: unknown decay")
}

// without follows "every SPAN without PATH …": it "counts how many whole SPANs old the
// newest of the occurrences is: the k of decay, below; 0 if there is none; what has no
// date does not count here." It returns the newest, too.
func (s *scoring) without(c *dsl.Child, score *dsl.Score, routes [][]Stop) (k int, newest [][]Stop) {
	if len(routes) == 0 {
		return 0, nil
	}
	first := newestFirst(routes)[0]
	at, typ, ok := date(first)
	if !ok {
		return 0, nil
	}
	for _, route := range routes {
		if Dated(route).Record == Dated(first).Record {
			newest = append(newest, route)
		}
	}
	// "whose points must have `up to` or `down to` (k ends where that is reached)"
	points, bound := whole(score.Points), whole(score.Bound)
	end := (bound + points - points/abs(points)) / points
	return s.age(at, c.Frequency.Without, end, typ), newest
}

func abs(n int) int { return max(n, -n) }

// same returns "the values of a field for which all its children hold".
func (s *scoring) same(b *dsl.ItemBlock) []string {
	// "Each child is judged on those of its occurrences that have the value."
	having := make([]map[string][][]Stop, len(b.Items))
	var values []string
	for i, item := range b.Items {
		c := item.(*dsl.Child)
		having[i] = map[string][][]Stop{}
		for _, route := range s.occurrences(c).Routes {
			// "REF is a field, or an N:1 relationship (by the stored id), of the last entity of
			// every child's path …; relationships may come before it."
			end := len(b.Ref) - 1
			v := s.identity(route[len(route)-1], b.Ref[:end], b.Ref[end].Text, route)
			having[i][v] = append(having[i][v], route)
			// "The values looked at are those of the occurrences of `has`, `at least`, `exactly`
			// and `from … to` children, of which there must be one; an empty value is none."
			kind := c.Frequency.Kind
			looked := kind == dsl.AtLeast || kind == dsl.Exactly || kind == dsl.FromTo
			if looked && v != "" {
				values = append(values, v)
			}
		}
	}
	slices.Sort(values)
	return slices.DeleteFunc(slices.Compact(values), func(v string) bool {
		for i, item := range b.Items {
			c := item.(*dsl.Child)
			// "a cap in one counts among the occurrences with the value"
			routes := s.capped(c, having[i][v])
			n := len(routes)
			if c.Burst != nil {
				n = len(s.burst(c.Burst.Any, routes))
			}
			if !holds(c.Frequency, big.NewInt(int64(n))) {
				return true
			}
		}
		return false
	})
}
