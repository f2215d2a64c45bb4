package plan

import (
	"sort"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A Tally is a child of which more than the number of records matters: it has a cap, a
// burst or a decay, or is in a block of which the values count. What the records of its
// measures count goes to a slot: for a decay the sum of their weights, or the weight of
// the newest.
type Tally struct {
	Checked *check.Child
	Zone    *time.Location
	Cap     TallyValue
	Aging   int // index into Columns.Agings, or -1
	Slot    int // -1 for a child of a block
	Same    TallyValue
}

// A TallySame is a block of which the values count for which each of its children holds.
type TallySame struct {
	Tallies []int // of the target
	Slot    int
}

// A TallyValue is what tells records apart.
type TallyValue struct {
	By    TallyBy
	Field string // of TallyByField
}

// A TallyBy is a kind of a [TallyValue].
type TallyBy uint8

// What records are told apart by.
const (
	TallyAll         TallyBy = iota // nothing: there is no cap, or it does nothing
	TallyByPeriod                   // the period of the Timestamp
	TallyByTimestamp                // the Timestamp itself
	TallyByField                    // another field of the record
	TallyByOwner                    // its owner, a contact or the lead
)

// capOf returns what the cap of a child tells its records apart by, or false if that
// needs routes. owner is the reference to the owner of the records, or "".
func capOf(child *check.Child, owner string) (TallyValue, bool) {
	switch {
	case child.Cap == nil:
		return TallyValue{}, true
	case child.Cap.Period != dsl.NoPeriod:
		return TallyValue{By: TallyByPeriod}, child.Dated == 0
	}
	return tallyValue(&child.Cap.Value, owner)
}

// tallyValue plans what tells records apart, or returns false if it needs routes. owner is
// the reference to the owner of the records, or "".
func tallyValue(v *check.Value, owner string) (TallyValue, bool) {
	switch {
	case v.Record && v.Step == 0:
		return TallyValue{}, true // each record is one of its own
	case v.Record:
		return TallyValue{By: TallyByOwner}, v.Step == 1
	case v.Step > 0 || len(v.Hops) > 0:
		return TallyValue{}, false
	case v.Ref != "":
		return TallyValue{By: TallyByOwner}, v.Ref == owner
	case v.Field.Name == traverse.Timestamp:
		return TallyValue{By: TallyByTimestamp}, true
	}
	return TallyValue{TallyByField, v.Field.Name}, !IsTime(v.Field.Type)
}

// tallied reports whether more than the number of a child's records matters.
func tallied(c *check.Child) bool { return c.Cap != nil || c.Burst != nil || c.Aging != nil }

// agingIn returns the index of an aging in a list, which it is added to if it is new.
func agingIn(list *[]Aging, a *check.Aging, zone *time.Location) int {
	planned := Aging{*a, zone}
	for i, have := range *list {
		if have == planned {
			return i
		}
	}
	*list = append(*list, planned)
	return len(*list) - 1
}

// AgeOf returns how many spans old an occurrence is. edges are those of its aging, which
// fall, and at is its date: see [check.Aging.Edges].
func AgeOf(edges []int64, at int64) int {
	return sort.Search(len(edges), func(i int) bool { return at >= edges[i] })
}

// resolve resolves agings as of an instant. It uses the memory of room again.
func resolve(list []Aging, asOf time.Time, room [][]int64) [][]int64 {
	for i := range list {
		if i == len(room) {
			room = append(room, nil)
		}
		if a := &list[i]; a.Kind != check.Without { // that has too many, and one occurrence counts
			room[i] = a.Edges(asOf, a.Zone, room[i][:0])
		}
	}
	return room[:len(list)]
}
