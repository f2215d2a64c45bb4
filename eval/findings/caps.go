package findings

import (
	"math"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// caps reports caps that change nothing: because too few occurrences decide for it to
// matter how many count for each X, or because no X has as many.
func (f *finder) caps() {
	all := f.model.Conditions
	if f.model.Audience != nil {
		all = append(all[:len(all):len(all)], *f.model.Audience)
	}
	for i := range all {
		if all[i].Row != nil {
			continue
		}
		for k := range all[i].Children {
			if ch := &all[i].Children[k]; ch.Cap != nil {
				f.cap(ch)
			}
		}
	}
	eachTiers(f.model.Parts, func(t *check.Tiers) {
		if t.Table != nil && t.Table.Number != nil && t.Table.Number.Cap != nil {
			f.tableCap(t)
		}
	})
}

func (f *finder) cap(ch *check.Child) {
	why := ""
	switch kind := ch.Source.Frequency.Kind; {
	case alone(ch):
		why = "each occurrence has one of its own"
	case kind == dsl.None:
		why = "under none it is the same whether one is there or several"
	case ch.Aging != nil && ch.Aging.Newest:
		why = "only the newest matters"
	case ch.Each || deciding(ch) > ch.Cap.Count:
		return
	case ch.Min == 1 && ch.Max == 0:
		why = "one is enough"
	default:
		why = "it lets through as many as decide whether the child holds"
	}
	f.warn(CodeIdleCap, ch.Source.Cap.Span, "this cap changes nothing: %s", why).Help = "drop it"
}

// tableCap reports a cap of a table by number that changes for no row whether it holds.
func (f *finder) tableCap(t *check.Tiers) {
	why, decides, count := "it lets through as many as decide which row holds", uint64(0), uint64(0)
	for _, i := range t.Conditions {
		for k := range f.model.Conditions[i].Children {
			ch := &f.model.Conditions[i].Children[k]
			count = ch.Cap.Count
			if alone(ch) {
				why = "each occurrence has one of its own"
			} else {
				decides = max(decides, deciding(ch))
			}
		}
	}
	if decides <= count {
		f.warn(CodeIdleCap, t.Table.Number.Cap.Span, "this cap changes nothing: %s", why).Help = "drop it"
	}
}

// deciding returns the greatest number of occurrences of which it matters for a child
// that does not count whether there are as many. A cap that lets through so many for
// each X changes nothing: if it leaves some out, one X alone has so many.
func deciding(ch *check.Child) uint64 {
	switch {
	case ch.Max == 0 && ch.Min > 0:
		return ch.Min
	case ch.Max == math.MaxUint64:
		return ch.Max
	}
	return max(ch.Min, ch.Max+1)
}

// alone reports whether no two occurrences of a child have the same X: it is a record
// to which only one route leads, and from which only one goes on.
func alone(ch *check.Child) bool {
	x := ch.Cap.Value
	if ch.Cap.Period != dsl.NoPeriod || !x.Record {
		return false
	}
	first := ch.Path[0].Name == traverse.Lead // there is only one record so far
	for i, s := range ch.Path[1:] {
		switch {
		case i+1 > x.Step && s.Via.Many(): // from the record several routes go on
			return false
		case i+1 > x.Step || first && !s.Via.Many(): // the next step is one record, too
		case s.Via.Many(): // each record of the next step belongs to one of this step
			first = false
		default: // several records may refer to the same one
			return false
		}
	}
	return true
}
