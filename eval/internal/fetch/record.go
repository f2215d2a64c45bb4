// Package fetch asks a source for all that a batch of leads reaches. [Load] runs a
// plan.Routes in rounds: the leads, then what refers to them or is referred to, a
// hop each round. What is fetched does not depend on what conditions filter.
package fetch

import (
	"errors"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// ErrNoLead is the error of a lead that the source does not have.
var ErrNoLead = errors.New("no such lead")

// A Record is one fetched record.
type Record struct {
	ID     string
	Entity *traverse.Entity
	Values []traverse.Value // in the order of the layout, in the form of plan.Normal
	Given  []traverse.Value // as the source gave them, if Options.NearMisses; else nil
	When   int64            // when it came to be, in microseconds or days
	Dated  bool             // whether it says when
}

// Micros returns an interaction's Timestamp, or none if it has no Timestamp.
func (r *Record) Micros(none int64) int64 {
	if !r.Dated {
		return none
	}
	return r.When
}

// Time returns when a record of a layout came to be, or the zero time.
func (r *Record) Time(l *plan.Layout) time.Time {
	if !r.Dated {
		return time.Time{}
	}
	return r.Date(l).Time()
}

// Date returns the value that says when a record of a layout came to be.
func (r *Record) Date(l *plan.Layout) traverse.Value { return r.Values[l.Place(r.Entity, l.Dated)] }

// A Group holds the records of one key, or the error of fetching them.
type Group struct {
	Records []*Record
	Err     error
}

// A Lead is one lead of a batch.
type Lead struct {
	ID     string
	Record *Record
	Failed *Failure // why it cannot be scored, or nil
	Kind   plan.LeadKind
	Owners []string // ids of the contacts whose interactions are the lead's
	self   []string // the id of the lead

	unwanted []bool // by model, or nil
}

// wants reports whether one of some models needs more than the record of the lead.
func (l *Lead) wants(models []int) bool {
	return l.unwanted == nil || slices.ContainsFunc(models, func(m int) bool { return !l.unwanted[m] })
}

// Keys returns the keys by which a need has the records of a root that are the lead's.
func (l *Lead) Keys(root *plan.Node, need *plan.Need) []string {
	switch {
	case need.By == traverse.Lead:
		return l.self
	case root.Target == plan.EveryLeadWithContact && l.Kind != plan.ContactBased:
		return nil
	}
	return l.Owners
}

// A Failure says why a lead cannot be scored.
type Failure struct {
	Entity string // the entity that could not be fetched
	Path   string // the way there from the lead
	Err    error
}

// A LimitError says that a batch reaches more records than Options.MaxRecords, and
// at which entity.
type LimitError struct{ Entity, Path string }

// Error returns a short text; callers say more.
func (e *LimitError) Error() string { return "too many records" }

// Options change what is fetched and kept.
type Options struct {
	MaxKeys    int                 // the most keys of one query
	MaxRecords int                 // the most records of a batch; below 1 there is no limit
	NearMisses bool                // records are asked for whatever their date, and keep their values as the source gave them
	Raw        bool                // values stay as the source gave them: nothing compares them, apart from those of leads if Unwanted is set
	Nodes      map[*plan.Node]bool // whose records are asked for, with those before them; nil for all
	Since      time.Time           // if it is not zero, records are asked for that are needed as of any instant from it on
	// Unwanted says which models need nothing more of a lead: by model, or nil if all may. It is
	// called for each lead that was found, at its position, before more is fetched. It may be
	// nil.
	Unwanted func(at int, l *Lead) []bool
	// Intake returns what takes the records of a need in place of the batch, or nil. No path
	// may go on from these records. It may be nil.
	Intake func(n *plan.Need) Intake
}

// An Intake takes the records of a need as they arrive: the batch holds none of them. Their
// ids mean nothing to it, except to notice a record that comes twice.
type Intake interface {
	traverse.Sink
	// Missing returns those of the keys that have not been asked for in this batch. They
	// count as asked for from then on.
	Missing(keys []string) []string
	// Begin says which keys the next query asks for. If it fails, they are asked for again.
	Begin(keys []string)
	// End is called when the query was answered. It calls repeated for keys, at their
	// positions among those of the query, under which a record came twice.
	End(repeated func(key int, id string))
}
