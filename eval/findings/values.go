package findings

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// An expr is what an expression demands of a value. A date range is one, too: an
// expression about the date.
type expr struct {
	ref       string // equal for expressions of one child about the same value
	field     traverse.Field
	predicate check.Predicate
	key       string
	missing   bool // the value is always empty
	virtual   bool // it is not written: a decay or burst wants it
	at        dsl.Span
	text      fmt.Stringer
	source    *dsl.Comparison // nil for a date range
}

// sure reports whether e holds for every value that is possible.
func (e *expr) sure() bool { return e.missing && e.predicate == check.IsEmpty{} }

// hopeless reports whether e is about a value that is always empty, and does not
// hold for it.
func (e *expr) hopeless() bool { return e.missing && e.predicate != check.IsEmpty{} }

// A judge compares expressions. When the lists of hostile rules would take too long,
// it gives up, and then finds no contradiction.
type judge struct {
	left int
	ctx  context.Context // or nil; once it is done, the judge gives up
}

// done reports whether nobody waits for the findings any more.
func (j *judge) done() bool { return j.ctx != nil && j.ctx.Err() != nil }

// most is the largest number of comparisons of values for one model.
const most = 2_000_000

// take takes n comparisons from those that are left, and reports whether it could.
func (j *judge) take(n int) bool {
	if n > j.left || j.done() {
		return false
	}
	j.left -= n
	return true
}

// possible reports whether some value satisfies exprs, which are about one value.
// It returns false only if none does as of any instant.
func (j *judge) possible(exprs []*expr) bool {
	if !j.take(len(exprs)) {
		return true
	}
	empty := 0
	for _, e := range exprs {
		switch {
		case e.hopeless():
			return false
		case isEmpty(e):
			empty++
		}
	}
	switch {
	case empty > 0:
		return empty == len(exprs) // nothing else holds for an empty value
	case len(exprs) == 0:
		return true
	}
	switch exprs[0].field.Type {
	case traverse.Text, traverse.Choice:
		return j.textPossible(predicates[check.TextMatch](exprs))
	case traverse.Choices:
		return j.choicesPossible(predicates[check.ChoicesMatch](exprs))
	case traverse.Number:
		return j.numberPossible(exprs)
	case traverse.Bool:
		wanted := predicates[check.IsBool](exprs)
		return !slices.ContainsFunc(wanted, func(p check.IsBool) bool { return p != wanted[0] })
	case traverse.Time, traverse.Date:
		return j.windowPossible(predicates[check.InWindow](exprs))
	}
	return true
}

// implies reports whether every value that satisfies exprs satisfies e, too. There
// must be such a value.
func (j *judge) implies(exprs []*expr, e *expr) bool {
	if e.sure() {
		return true
	}
	if len(exprs) == 0 || !j.take(1+len(exprs)) {
		return false
	}
	empty := isEmpty(exprs[0])
	if isEmpty(e) || empty {
		return isEmpty(e) && empty
	}
	switch b := e.predicate.(type) {
	case check.IsEmpty:
		return true // exprs hold only for values that are not empty
	case check.TextMatch:
		return j.textImplies(predicates[check.TextMatch](exprs), b)
	case check.ChoicesMatch:
		return j.choicesImply(predicates[check.ChoicesMatch](exprs), b)
	case check.NumberIn, check.NumberBetween:
		return j.numberImplies(exprs, e.predicate)
	case check.IsBool:
		return slices.Contains(predicates[check.IsBool](exprs), b)
	case check.InWindow:
		return j.windowImplies(predicates[check.InWindow](exprs), b.Window)
	}
	return false
}

func isEmpty(e *expr) bool { return e.predicate == check.IsEmpty{} }

// predicates returns the predicates of exprs that are of type P.
func predicates[P check.Predicate](exprs []*expr) []P {
	var list []P
	for _, e := range exprs {
		if p, ok := e.predicate.(P); ok {
			list = append(list, p)
		}
	}
	return list
}

// Texts, folded or not. There is no longest text, and data may hold choices that
// are not listed, so there is always another value.

// holds reports whether a text satisfies m.
func holds(m check.TextMatch, text string) bool {
	return m.Not != slices.ContainsFunc(m.Values, func(v string) bool { return relates(check.MatchEquals, text, m.How, v) })
}

// relates reports whether each text that matches v in one way matches w in another.
func relates(how check.Match, v string, other check.Match, w string) bool {
	switch other {
	case check.MatchContains:
		return strings.Contains(v, w)
	case check.MatchEquals:
		return how == check.MatchEquals && v == w
	case check.MatchWord: // what is beside v in the text is not known otherwise
		return (how == check.MatchEquals || how == check.MatchWord) && check.ContainsWord(v, w)
	case check.MatchPrefix:
		return (how == check.MatchEquals || how == check.MatchPrefix) && strings.HasPrefix(v, w)
	case check.MatchSuffix:
		return (how == check.MatchEquals || how == check.MatchSuffix) && strings.HasSuffix(v, w)
	}
	return false
}

// apart reports whether no text matches both v in one way and w in another.
func apart(how check.Match, v string, other check.Match, w string) bool {
	switch {
	case how == check.MatchEquals:
		return !relates(how, v, other, w)
	case other == check.MatchEquals:
		return !relates(other, w, how, v)
	case how == check.MatchPrefix && other == check.MatchPrefix:
		return !strings.HasPrefix(v, w) && !strings.HasPrefix(w, v)
	case how == check.MatchSuffix && other == check.MatchSuffix:
		return !strings.HasSuffix(v, w) && !strings.HasSuffix(w, v)
	}
	return false
}

// candidates returns the texts that satisfy all of ms. ok is false if none of them
// lists what the text equals.
func (j *judge) candidates(ms []check.TextMatch) (texts []string, ok bool) {
	at, work := -1, 0
	for i, m := range ms {
		work += len(m.Values)
		if m.How == check.MatchEquals && !m.Not && (at < 0 || len(m.Values) < len(ms[at].Values)) {
			at = i
		}
	}
	if at < 0 || !j.take(work*len(ms[at].Values)) {
		return nil, false
	}
	for _, v := range ms[at].Values {
		if !slices.ContainsFunc(ms, func(m check.TextMatch) bool { return !holds(m, v) }) {
			texts = append(texts, v)
		}
	}
	return texts, true
}

func (j *judge) textPossible(ms []check.TextMatch) bool {
	if texts, ok := j.candidates(ms); ok {
		return len(texts) > 0
	}
	for _, how := range []check.Match{check.MatchPrefix, check.MatchSuffix} {
		var stems []string
		begun := false
		for _, m := range ms {
			if m.How != how || m.Not {
				continue
			}
			if !begun {
				stems, begun = m.Values, true
				continue
			}
			if !j.take(len(stems) * len(m.Values)) {
				return true
			}
			// If one beginning begins with another, the longer one remains.
			var both []string
			for _, v := range stems {
				for _, w := range m.Values {
					switch {
					case relates(how, v, how, w):
						both = append(both, v)
					case relates(how, w, how, v):
						both = append(both, w)
					}
				}
			}
			slices.Sort(both)
			stems = slices.Compact(both)
		}
		if begun && !j.survives(how, stems, ms) {
			return false
		}
	}
	for _, m := range ms {
		if (m.How == check.MatchContains || m.How == check.MatchWord) && !m.Not && !j.survives(m.How, m.Values, ms) {
			return false
		}
	}
	return true
}

// survives reports whether a text can match one of values and satisfy all of ms that
// are negated.
func (j *judge) survives(how check.Match, values []string, ms []check.TextMatch) bool {
	for _, v := range values {
		excluded := slices.ContainsFunc(ms, func(m check.TextMatch) bool {
			return m.Not && j.take(len(m.Values)) &&
				slices.ContainsFunc(m.Values, func(w string) bool { return relates(how, v, m.How, w) })
		})
		if !excluded {
			return true
		}
	}
	return false
}

func (j *judge) textImplies(ms []check.TextMatch, b check.TextMatch) bool {
	if texts, ok := j.candidates(ms); ok && j.take(len(texts)*len(b.Values)) {
		return !slices.ContainsFunc(texts, func(v string) bool { return !holds(b, v) })
	}
	all := func(list []string, test func(string) bool) bool {
		return !slices.ContainsFunc(list, func(v string) bool { return !test(v) })
	}
	if !b.Not {
		return slices.ContainsFunc(ms, func(m check.TextMatch) bool {
			return !m.Not && j.take(len(m.Values)*len(b.Values)) && all(m.Values, func(v string) bool {
				return slices.ContainsFunc(b.Values, func(w string) bool { return relates(m.How, v, b.How, w) })
			})
		})
	}
	// One of ms excludes each text that b excludes.
	return all(b.Values, func(w string) bool {
		return slices.ContainsFunc(ms, func(m check.TextMatch) bool {
			switch {
			case !j.take(len(m.Values)):
				return false
			case m.Not:
				return slices.ContainsFunc(m.Values, func(v string) bool { return relates(b.How, w, m.How, v) })
			}
			return all(m.Values, func(v string) bool { return apart(m.How, v, b.How, w) })
		})
	})
}

// Choices. Any number of values that are not forbidden may be chosen together.

// demands turns ms into lists, of each of which one value must be chosen, and the
// values that must not be chosen.
func demands(ms []check.ChoicesMatch) (lists [][]string, forbidden []string) {
	for _, m := range ms {
		switch {
		case m.Not:
			forbidden = append(forbidden, m.Values...)
		case m.All:
			for i := range m.Values {
				lists = append(lists, m.Values[i:i+1])
			}
		default:
			lists = append(lists, m.Values)
		}
	}
	return lists, forbidden
}

// within reports whether allowed contains all of list.
func (j *judge) within(list, allowed []string) bool {
	return j.take(len(list)*(len(allowed)+1)) &&
		!slices.ContainsFunc(list, func(v string) bool { return !slices.Contains(allowed, v) })
}

func (j *judge) choicesPossible(ms []check.ChoicesMatch) bool {
	lists, forbidden := demands(ms)
	return !slices.ContainsFunc(lists, func(list []string) bool { return j.within(list, forbidden) })
}

func (j *judge) choicesImply(ms []check.ChoicesMatch, b check.ChoicesMatch) bool {
	lists, forbidden := demands(ms)
	if b.Not {
		return j.within(b.Values, forbidden)
	}
	wanted, _ := demands([]check.ChoicesMatch{b})
	return !slices.ContainsFunc(wanted, func(want []string) bool {
		either := slices.Concat(want, forbidden)
		return !slices.ContainsFunc(lists, func(list []string) bool { return j.within(list, either) })
	})
}

// Numbers. Between two floats there are only finitely many others.

func numberHolds(p check.Predicate, v float64) bool {
	switch p := p.(type) {
	case check.NumberIn:
		return p.Not != slices.Contains(p.Values, v)
	case check.NumberBetween:
		lo, hi := bounds(p)
		return lo <= v && v <= hi
	}
	return true // is not empty
}

// bounds returns the smallest and the largest float for which p holds.
func bounds(p check.NumberBetween) (lo, hi float64) {
	lo, hi = p.Lo, p.Hi
	if p.LoOpen {
		lo = math.Nextafter(lo, math.Inf(1))
	}
	if p.HiOpen {
		hi = math.Nextafter(hi, math.Inf(-1))
	}
	return lo, hi
}

// numbers describes the values that satisfy several predicates.
type numbers struct {
	list     []float64 // all values, if listed
	listed   bool
	lo, hi   float64
	excluded []float64
}

func (j *judge) numbers(exprs []*expr) numbers {
	n := numbers{lo: math.Inf(-1), hi: math.Inf(1)}
	work := 0
	for _, e := range exprs {
		switch p := e.predicate.(type) {
		case check.NumberBetween:
			lo, hi := bounds(p)
			n.lo, n.hi = max(n.lo, lo), min(n.hi, hi)
			work++
		case check.NumberIn:
			work += len(p.Values)
			switch {
			case p.Not:
				n.excluded = append(n.excluded, p.Values...)
			case !n.listed || len(p.Values) < len(n.list):
				n.list, n.listed = p.Values, true
			}
		}
	}
	if n.listed && j.take(work*len(n.list)) {
		n.list = slices.DeleteFunc(slices.Clone(n.list), func(v float64) bool {
			return slices.ContainsFunc(exprs, func(e *expr) bool { return !numberHolds(e.predicate, v) })
		})
		return n
	}
	n.listed = false
	return n
}

// few returns the numbers. ok is false if there are more than limit, or it takes too
// long to tell.
func (j *judge) few(n numbers, limit int) (list []float64, ok bool) {
	if n.listed {
		return n.list, len(n.list) <= limit
	}
	for v := n.lo; v <= n.hi; v = math.Nextafter(v, math.Inf(1)) {
		if !j.take(1 + len(n.excluded)) {
			return nil, false
		}
		if !slices.Contains(n.excluded, v) {
			if len(list) == limit {
				return nil, false
			}
			list = append(list, v)
		}
		if v == math.Inf(1) {
			break
		}
	}
	return list, true
}

func (j *judge) numberPossible(exprs []*expr) bool {
	list, ok := j.few(j.numbers(exprs), 0)
	return !ok || len(list) > 0
}

func (j *judge) numberImplies(exprs []*expr, b check.Predicate) bool {
	n := j.numbers(exprs)
	if n.listed {
		return !slices.ContainsFunc(n.list, func(v float64) bool { return !numberHolds(b, v) })
	}
	switch b := b.(type) {
	case check.NumberBetween:
		lo, hi := bounds(b)
		return lo <= n.lo && n.hi <= hi
	case check.NumberIn:
		if b.Not {
			return j.take(len(b.Values)*(len(n.excluded)+1)) && !slices.ContainsFunc(b.Values, func(v float64) bool {
				return n.lo <= v && v <= n.hi && !slices.Contains(n.excluded, v)
			})
		}
		list, ok := j.few(n, len(b.Values))
		return ok && !slices.ContainsFunc(list, func(v float64) bool { return !slices.Contains(b.Values, v) })
	}
	return false
}

// Times and dates. Of a fixed bound and a relative one either may be the earlier:
// as of may be any instant.

func (j *judge) windowPossible(ws []check.InWindow) bool {
	for _, v := range ws {
		for _, w := range ws {
			if !j.take(1) {
				return true
			}
			if _, greatest, ok := distance(v.Window.Lo, w.Window.Hi, v.Window.Days); ok && greatest < 0 {
				return false
			}
		}
	}
	return true
}

func (j *judge) windowImplies(ws []check.InWindow, b check.Window) bool {
	lo, hi := b.Lo.Kind == check.Open, b.Hi.Kind == check.Open
	for _, w := range ws {
		if !j.take(1) {
			return false
		}
		if least, _, ok := distance(b.Lo, w.Window.Lo, b.Days); ok && least >= 0 {
			lo = true
		}
		if least, _, ok := distance(w.Window.Hi, b.Hi, b.Days); ok && least >= 0 {
			hi = true
		}
	}
	return lo && hi
}
