package walk

import (
	"cmp"
	"slices"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// A Reason says why records are missing where a path leads.
type Reason uint8

// The reasons, in the order in which those of a step are listed.
const (
	Later        Reason = iota // records do not exist yet
	Before                     // records lie before the date range
	After                      // records lie after it
	Undated                    // records have no date, and there is a date range
	NoRecord                   // ids in a reference are those of no record
	Empty                      // a reference is empty
	Unreferenced               // no record has a reference to those that the path reached
)

// A Missing is a reason why a child counted too little that does not depend on its
// expressions.
type Missing struct {
	Reason Reason
	Node   *plan.Node       // the step
	Entity *traverse.Entity // of the missing records; for Empty that of the records with the reference
	By     string           // the reference, for the last three reasons
	Count  int              // records; for NoRecord and Unreferenced ids
	ID     string           // of the record that is nearest to counting, or of the least
	When   traverse.Value   // when that record came to be, for the first three reasons
}

// Missing returns what is missing where a child's path leads, step by step, whatever the
// date range and the expressions are that the records on the way satisfy. References
// that are empty, and records that nothing refers to, are listed only where the path
// ends. The batch must have been fetched for near misses.
func (w *Walker) Missing(ch *plan.Child, l *fetch.Lead) []Missing {
	w.begin(ch)
	var list []Missing
	var reached []*fetch.Record
	for at := range ch.Steps {
		s := &ch.Steps[at]
		var m missing
		if at == 0 {
			reached = w.reachRoot(&m, s, l)
		} else {
			reached = w.reachNext(&m, s, reached)
		}
		if w.stopped {
			return nil
		}
		for _, r := range reached {
			m.outside(w, s, r)
		}
		list = append(list, m.list(s.Node, len(reached) == 0)...)
		if len(reached) == 0 {
			break
		}
	}
	return list
}

// reachRoot returns the records with which a path begins.
func (w *Walker) reachRoot(m *missing, s *plan.Step, l *fetch.Lead) []*fetch.Record {
	if s.Node.IsLead {
		return []*fetch.Record{l.Record}
	}
	var reached []*fetch.Record
	for r := range w.batch.Roots(s.Node, l) {
		if w.tick() {
			return nil
		}
		reached = m.reach(w, s, reached, r)
	}
	if len(reached) == 0 && len(m.found) == 0 {
		m.owners(w.batch, s.Node, l)
	}
	return reached
}

// reachNext returns the records to which a step leads from others.
func (w *Walker) reachNext(m *missing, s *plan.Step, from []*fetch.Record) []*fetch.Record {
	n := s.Node
	m.by = n.Name
	if n.Ref < 0 {
		m.by = n.Need().By
	}
	known := map[*fetch.Record]bool{}
	var reached []*fetch.Record
	for _, holder := range from {
		key := fetch.Key(n, holder)
		records := w.batch.Records(n.Need(), key)
		for _, r := range records {
			if w.tick() {
				return nil
			}
			if !known[r] {
				known[r] = true
				reached = m.reach(w, s, reached, r)
			}
		}
		switch {
		case n.Ref >= 0 && key == "":
			m.put(Empty, n.Parent.Layout.Entity, holder.ID, traverse.Value{}, nil)
		case n.Ref >= 0 && len(records) == 0:
			m.ids = append(m.ids, key)
		}
	}
	if n.Ref < 0 && len(known) == 0 {
		for _, holder := range from {
			m.put(Unreferenced, n.Layout.Entity, holder.ID, traverse.Value{}, nil)
		}
	}
	return reached
}

// lost says which reference of an expression leads to no record.
func (w *Walker) lost(e *plan.Expr, r *fetch.Record) *Missing {
	for _, n := range e.Hops {
		m := Missing{Node: n, Entity: n.Layout.Entity, By: n.Name, Count: 1, ID: fetch.Key(n, r)}
		switch records := w.batch.Records(n.Need(), m.ID); {
		case m.ID == "":
			m.Reason, m.Entity, m.ID = Empty, r.Entity, r.ID
		case len(records) == 0:
			m.Reason = NoRecord
		case !w.exists(n.Layout, records[0]):
			m.Reason, m.By, m.When = Later, "", records[0].Date(n.Layout)
		default:
			r = records[0]
			continue
		}
		return &m
	}
	return nil
}

// missing collects what is missing at one step.
type missing struct {
	found []Missing // by reason and entity
	by    string    // the reference, for the last three reasons
	ids   []string  // that name nothing
}

// reach appends a record to those that were reached, if it exists.
func (m *missing) reach(w *Walker, s *plan.Step, reached []*fetch.Record, r *fetch.Record) []*fetch.Record {
	layout := s.Node.Layout
	if w.exists(layout, r) {
		return append(reached, r)
	}
	m.put(Later, r.Entity, r.ID, r.Date(layout), earlier)
	return reached
}

// outside notes a record that lies outside the date range.
func (m *missing) outside(w *Walker, s *plan.Step, r *fetch.Record) {
	if w.inWindow(s, r) {
		return
	}
	switch bounds := w.batch.Instant.Bounds[s.Window]; {
	case !r.Dated:
		m.put(Undated, r.Entity, r.ID, traverse.Value{}, nil)
	case r.When < bounds.Lo:
		m.put(Before, r.Entity, r.ID, r.Date(s.Node.Layout), later)
	default:
		m.put(After, r.Entity, r.ID, r.Date(s.Node.Layout), earlier)
	}
}

func earlier(a, b traverse.Value) int { return a.Time().Compare(b.Time()) }
func later(a, b traverse.Value) int   { return b.Time().Compare(a.Time()) }

// owners notes that nothing owns interactions of the lead: none of them refers to the
// lead or to one of its contacts, or there are no such contacts.
func (m *missing) owners(b *fetch.Batch, n *plan.Node, l *fetch.Lead) {
	none := true
	known := map[string]bool{}
	for _, need := range n.Needs {
		if known[need.By] {
			continue
		}
		known[need.By] = true
		m.by = need.By
		for _, key := range l.Keys(n, need) {
			none = false
			m.put(Unreferenced, n.Layout.Entity, key, traverse.Value{}, nil)
		}
	}
	if none && n.Target == plan.AccountBased {
		m.by = traverse.ParentAccount
		m.put(Unreferenced, b.OwnerEntity(), b.Account(l), traverse.Value{}, nil)
	}
}

// put counts a record. compare orders dates, the one to show first.
func (m *missing) put(reason Reason, e *traverse.Entity, id string, when traverse.Value, compare func(a, b traverse.Value) int) {
	by := ""
	if reason >= NoRecord {
		by = m.by
	}
	i := slices.IndexFunc(m.found, func(f Missing) bool { return f.Reason == reason && f.Entity == e && f.By == by })
	if i < 0 {
		m.found = append(m.found, Missing{Reason: reason, Entity: e, By: by, Count: 1, ID: id, When: when})
		return
	}
	f := &m.found[i]
	f.Count++
	order := 0
	if compare != nil {
		order = compare(when, f.When)
	}
	if order < 0 || order == 0 && id < f.ID {
		f.ID, f.When = id, when
	}
}

// list returns what is missing at a step, in order.
func (m *missing) list(n *plan.Node, ended bool) []Missing {
	slices.Sort(m.ids)
	for _, id := range slices.Compact(m.ids) {
		m.put(NoRecord, n.Layout.Entity, id, traverse.Value{}, nil)
	}
	list := slices.DeleteFunc(m.found, func(f Missing) bool { return f.Reason == Empty && !ended })
	for i := range list {
		list[i].Node = n
	}
	slices.SortFunc(list, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Entity.Name(), b.Entity.Name()), cmp.Compare(a.By, b.By))
	})
	return list
}
