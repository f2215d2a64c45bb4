package columnar

import (
	"cmp"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A tally is what the records of a plan.Tally come to for the lead at hand.
type tally struct {
	plan *plan.Tally
	form tallyForm
	most uint64 // of each mark, for a cap
	met  bool   // a record of the lead

	count  uint64 // of byWeight and byMark
	newest int64  // the Timestamp of the newest record that has one, or columns.NoTime
	seen   seen   // of byMark, and room for a cap of byList
	list   []listed
	mixed  bool // some record in the list is newer than one before it

	// As of the instant.
	asOf    time.Time
	weights *timeline // of the aging, or nil: see setWeights
}

// A tallyForm says how the records of a tally are counted.
type tallyForm uint8

const (
	byList   tallyForm = iota // they are listed, and counted at the end
	byNewest                  // only the newest matters: for `has` with a decay, and for check.Without
	byWeight                  // their weights are added up: for a decay without a cap
	byMark                    // those of each mark are counted, up to a number: for a cap alone
)

// formOf returns how the records of a tally are counted.
func formOf(t *plan.Tally) tallyForm {
	a := t.Checked.Aging
	switch {
	case t.Same.By != plan.TallyAll || t.Checked.Burst != nil:
		return byList
	case a != nil && isNewest(a):
		return byNewest
	case a == nil:
		return byMark
	case t.Cap.By == plan.TallyAll:
		return byWeight
	}
	return byList
}

// isNewest reports whether the weight of the newest record counts, whatever the cap.
func isNewest(a *check.Aging) bool { return a.Newest || a.Kind == check.Without }

// A listed is a record in the list of a tally.
type listed struct {
	at   int64 // its Timestamp, or columns.NoTime
	x    mark  // what the cap tells it apart by
	same mark  // what the block tells it apart by
}

// byTime compares records so that the newest comes first.
func byTime(a, b listed) int { return cmp.Compare(b.at, a.at) }

// Some work on a record takes as long as counting so many records.
const (
	listing  = 32 // for the tallies that it is added to
	tallying = 32 // for one tally that lists it, or a block
)

// mostKept is how many records a tally has memory for, at most, that stays for the next
// lead.
const mostKept = 1 << 12

// tallies are those of a target.
type tallies struct {
	all   []tally
	met   []*tally // those of which the lead has a record
	sames []sameBlock

	records *records // memory for those that are being added
}

// count writes what tallies and blocks of them count into their slots, and begins anew.
// What it writes means nothing once stop is.
func (s *tallies) count(counts []uint64, stop *interrupt) {
	for i := range s.sames {
		if b := &s.sames[i]; !stop.after(tallying * b.listed()) {
			counts[b.plan.Slot] = b.count()
		}
	}
	for _, t := range s.met {
		if t.plan.Slot >= 0 && !stop.after(tallying*len(t.list)) {
			counts[t.plan.Slot] = t.counted()
		}
		t.clear()
	}
	s.met = s.met[:0]
}

// setAsOf sets the instant. weights are those of the plan's agings.
func (s *tallies) setAsOf(asOf time.Time, weights []*timeline) {
	for i := range s.all {
		t := &s.all[i]
		if t.asOf = asOf; t.plan.Aging >= 0 {
			t.weights = weights[t.plan.Aging]
		}
	}
}

// clear begins anew.
func (t *tally) clear() {
	t.met, t.count, t.newest, t.mixed = false, 0, columns.NoTime, false
	t.seen.clear()
	if t.list = t.list[:0]; cap(t.list) > mostKept {
		t.list = nil
	}
}

// add adds a record to the list.
func (t *tally) add(r listed) {
	if n := len(t.list); n > 0 && r.at > t.list[n-1].at {
		t.mixed = true
	}
	t.list = append(t.list, r)
}

// counted returns what the records count.
func (t *tally) counted() uint64 {
	switch t.form {
	case byNewest:
		return t.weight(t.newest)
	case byWeight, byMark:
		return t.count
	}
	if t.mixed {
		slices.SortFunc(t.list, byTime)
	}
	return t.countListed(t.list)
}

// countListed returns what records count, of which the newest comes first. It may change
// the list.
func (t *tally) countListed(list []listed) uint64 {
	c := t.plan.Checked
	if c.Aging != nil && isNewest(c.Aging) {
		return t.weight(list[0].at)
	}
	if c.Burst != nil {
		return burst(list, plan.Length(c.Burst))
	}
	if t.plan.Cap.By != plan.TallyAll {
		list = t.cap(list)
	}
	if c.Aging == nil {
		return uint64(len(list))
	}
	sum := uint64(0)
	for i := range list {
		sum += t.weight(list[i].at)
	}
	return sum
}

// cap returns the newest records of each mark, at most as many as the cap says. It
// changes the list.
func (t *tally) cap(list []listed) []listed {
	kept := list[:0]
	for _, r := range list {
		if t.seen.add(r.x) < t.most {
			kept = append(kept, r)
		}
	}
	t.seen.clear()
	return kept
}

// weight returns the weight of a record with a Timestamp, or its age for check.Without.
func (t *tally) weight(at int64) uint64 {
	switch {
	case at == columns.NoTime:
		return 0
	case t.weights == nil:
		return uint64(t.plan.Checked.Aging.Age(t.asOf, t.plan.Zone, at))
	}
	return t.weights.weight(at)
}

// burst returns how many records, of which the newest comes first, lie within a length of
// time of each other at most.
func burst(list []listed, length int64) uint64 {
	first, most := 0, 0
	for i := range list {
		at := list[i].at
		if at == columns.NoTime {
			break
		}
		for list[first].at-at > length {
			first++
		}
		most = max(most, i+1-first)
	}
	return uint64(most)
}

// A sameBlock is a plan.TallySame.
type sameBlock struct {
	plan    *plan.TallySame
	tallies []*tally
}

// listed returns how many records the children list.
func (b *sameBlock) listed() int {
	n := 0
	for _, t := range b.tallies {
		n += len(t.list)
	}
	return n
}

// count returns for how many values each child holds.
func (b *sameBlock) count() uint64 {
	var values *tally // of a child that needs a record
	for _, t := range b.tallies {
		slices.SortFunc(t.list, func(x, y listed) int { return cmp.Or(cmp.Compare(x.same, y.same), byTime(x, y)) })
		if t.plan.Checked.Min > 0 {
			values = t
		}
	}
	n := uint64(0)
	before := empty // what is empty comes first, and is no value
	for _, r := range values.list {
		if r.same != before && b.holds(r.same) {
			n++
		}
		before = r.same
	}
	return n
}

// holds reports whether each child holds for its records with a value. It is called once
// for each value, as counting changes the order of these records.
func (b *sameBlock) holds(value mark) bool {
	for _, t := range b.tallies {
		find := func(r listed, value mark) int { return cmp.Compare(r.same, value) }
		first, _ := slices.BinarySearchFunc(t.list, value, find)
		end := first
		for end < len(t.list) && t.list[end].same == value {
			end++
		}
		n := uint64(0)
		if end > first {
			n = t.countListed(t.list[first:end])
		}
		f := points.FrequencyOf(t.plan.Checked)
		if !f.Holds(points.CountOf(n)) {
			return false
		}
	}
	return true
}
