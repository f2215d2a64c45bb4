package sourcetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// checkSkipIDs asks for records without their ids. The answers must be those to the same
// queries with ids, whether or not the source leaves them out.
func checkSkipIDs(w *world) error {
	var v violations
	for e := range w.schema.Entities() {
		all := columns(e)
		choices := [][]string{all, {}}
		for _, name := range all { // records that differ in other fields are alike
			choices = append(choices, []string{name})
		}
		for by, keys := range w.lookups(e) {
			for _, fields := range choices {
				v.add(w.answer(&traverse.Query{Need: w.need(e, by, fields, ""), Keys: keys, SkipIDs: true}))
			}
			reversed := slices.Clone(keys)
			slices.Reverse(reversed)
			v.add(w.answer(&traverse.Query{Need: w.need(e, by, all, ""), Keys: append(reversed, "no such key"), SkipIDs: true}))
			if f, ok := e.Dated(); ok {
				v.add(w.skipInRanges(w.need(e, by, all, f.Name), keys, w.bounds(e, f)))
			}
		}
	}
	return v.err()
}

// skipInRanges asks for records without ids in ranges of time.
func (w *world) skipInRanges(need *traverse.Need, keys []string, bounds []time.Time) error {
	var v violations
	for i, at := range bounds {
		for _, q := range []traverse.Query{{From: at}, {To: at}, {From: at, To: at}, {From: bounds[i/2], To: at}} {
			q.Need, q.Keys, q.SkipIDs = need, keys, true
			v.add(w.answer(&q))
		}
	}
	return v.err()
}

// An anonymous record is a key and all values under it, as text. A source that leaves ids
// out may give as many as there are records.
type anonymous struct{ key, values string }

func anonymousOf(q *traverse.Query, key string, value func(field int) traverse.Value) anonymous {
	var b strings.Builder
	for i, name := range q.Fields {
		v := value(i)
		if v.IsEmpty() {
			v = traverse.Value{}
		}
		fmt.Fprintf(&b, " %s %s %q", name, v.Kind(), append(v.Choices(), v.String()))
	}
	return anonymous{key, b.String()}
}

// compareAnonymous returns the first error of an answer whose records have no ids.
func (w *world) compareAnonymous(q *traverse.Query, out *traverse.Rows) error {
	want, inRange := map[anonymous]int{}, map[anonymous]bool{}
	for i := range w.records[q.Entity] {
		r := &w.records[q.Entity][i]
		a := anonymousOf(q, r.key(q.By), func(field int) traverse.Value { return r.Values[q.Fields[field]] })
		if slices.Contains(q.Keys, a.key) {
			want[a]++
			inRange[a] = inside(q, r.Values[q.Time])
		}
	}
	got := map[anonymous]int{}
	for row := range out.All() {
		a := anonymousOf(q, row.Key, func(field int) traverse.Value { return row.Values[field] })
		if got[a]++; got[a] > want[a] {
			return fmt.Errorf("%s, without ids: %d records came under key %q with%s; there are %d", describe(q), got[a], a.key, clip(a.values), want[a])
		}
	}
	for a, n := range want {
		if inRange[a] && got[a] < n {
			return fmt.Errorf("%s, without ids: %d records came under key %q with%s; there are %d", describe(q), got[a], a.key, clip(a.values), n)
		}
	}
	return nil
}

// isAnonymous reports whether some record of an answer has no id.
func isAnonymous(q *traverse.Query, out *traverse.Rows) bool {
	if !q.SkipIDs {
		return false
	}
	for row := range out.All() {
		if row.ID == "" {
			return true
		}
	}
	return false
}
