package plan

import (
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A Tally is a child of which more than the number of records matters: it has a cap, a
// burst or a decay. The records of its measures are listed, and what they count goes to
// a slot: for a decay the sum of their weights, or the weight of the newest.
type Tally struct {
	Checked *check.Child
	Zone    *time.Location
	By      TallyBy
	Field   string // of TallyByField
	Aging   int    // index into Columns.Agings, or -1
	Slot    int
}

// A TallyBy says what the cap of a tally tells records apart by.
type TallyBy uint8

// What a cap tells records apart by.
const (
	TallyAll         TallyBy = iota // nothing: there is no cap, or it does nothing
	TallyByPeriod                   // the period of the Timestamp
	TallyByTimestamp                // the Timestamp itself
	TallyByField                    // another field of the record
	TallyByContact                  // the contact who owns it
)

// tallyOf returns what a child tells its records apart by. It returns ok if it is no
// tally, or one that needs no routes.
func (c *columnChild) tallyOf(child *check.Child) (by TallyBy, field string, ok bool) {
	limit := child.Cap
	switch {
	case limit == nil:
		return TallyAll, "", true
	case limit.Period != dsl.NoPeriod:
		return TallyByPeriod, "", child.Dated == 0
	case limit.Value.Record && limit.Value.Step == 0:
		return TallyAll, "", true // each record is one of its own
	case limit.Value.Record:
		return TallyByContact, "", limit.Value.Step == 1
	case limit.Value.Step > 0 || len(limit.Value.Hops) > 0:
		return 0, "", false
	case limit.Value.Ref != "":
		return TallyByContact, "", limit.Value.Ref == traverse.Contact
	case limit.Value.Field.Name == traverse.Timestamp:
		return TallyByTimestamp, "", true
	}
	return TallyByField, limit.Value.Field.Name, !IsTime(limit.Value.Field.Type)
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
