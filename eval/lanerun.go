package eval

import (
	"context"
	"math/bits"
	"runtime"
	"slices"
	"weak"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// lent returns the store of a source that lends its columns, or nil.
func lent(source traverse.Source) *columns.Store {
	if lender, ok := source.(columns.Lender); ok {
		return lender.Lend(source)
	}
	return nil
}

// fromColumns scores a batch of leads from the columns of a store, and what
// needs routes from source, whose store it is. It returns false if the store
// lacks what the plan speaks of: queries will say what is missing.
func (p *Program) fromColumns(ctx context.Context, source traverse.Source, store *columns.Store, lanes *lanes, ids []string, opts Options, out Outcomes) (bool, error) {
	d := lanes.take(p)
	bound := false
	err := store.Use(ctx, func() error {
		if bound = d.bind(store); !bound {
			return nil
		}
		d.frame(opts)
		for i, id := range ids {
			d.score(id, i, &out)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && bound {
		err = p.finish(ctx, source, ids, d, opts, &out)
	}
	lanes.give(d) // unless something panicked, and left counts behind
	return bound, err
}

// finish adds what the walker says: of the conditions that need routes, and of
// the leads whose numbers are beyond those of a lane.
func (p *Program) finish(ctx context.Context, source traverse.Source, ids []string, d *desk, opts Options, out *Outcomes) error {
	if rest := d.plan.rest; rest != nil {
		var left []string
		var at []int
		var sums []int64
		for i, id := range ids {
			if _, walked := slices.BinarySearch(d.beyond, i); out.Errs[i] == nil && !walked {
				left, at = append(left, id), append(at, i)
				for _, m := range out.Models(i) {
					sums = append(sums, m.Score)
				}
			}
		}
		var walked Outcomes
		walked.reset(len(left), len(p.models))
		if err := rest.rows(ctx, source, left, sums, opts, walked); err != nil {
			return err
		}
		for i, at := range at {
			out.Errs[at] = walked.Errs[i]
			for j, m := range walked.Models(i) {
				o := &out.Models(at)[j]
				if opts.Explain {
					m.Explained = o.Explained.with(m.Explained)
				}
				*o = m
			}
		}
	}
	for _, i := range d.beyond {
		if err := p.rows(ctx, source, ids[i:i+1], nil, opts, out.part(i, i+1)); err != nil {
			return err
		}
	}
	return nil
}

// A desk is where a goroutine scores: the plan bound to a store, framed as of an
// instant, and room for the counts of one lead. Programs keep desks for later
// batches, with what has been judged.
type desk struct {
	program *Program
	plan    *columnPlan
	store   *columns.Store // while it is in use
	bound   weak.Pointer[columns.Store]
	lanes   [2]boundLane

	// The program forgets the desk when this store is no longer used.
	watched weak.Pointer[columns.Store]
	watch   runtime.Cleanup

	opts   Options
	framed bool
	bounds []bound

	leads    *columns.Table
	contact  int // the cells of the lead's references
	account  int
	owners   []columns.Key // of the lead's interactions
	segments []uint32
	rows     []int // rows of a profile's nodes
	leadMask []uint64
	owner    []uint64
	scores   []int64  // by model
	counts   []uint64 // by slot
	beyond   []int    // leads for the walker
	tally    tally
	next     int // the row behind that of the lead before
}

// take returns a desk that nobody else has.
func (l *lanes) take(p *Program) *desk {
	if d := l.kept.Swap(nil); d != nil {
		return d
	}
	if d, ok := l.desks.Get().(*desk); ok {
		return d
	}
	return &desk{program: p, plan: l.plan()}
}

// give takes a desk back. One is kept, so that what has been judged outlives the
// collector's next cycles; the others are in a pool. A desk that is kept holds the
// store's tables, but not the store: when that is no longer used the desk goes.
func (l *lanes) give(d *desk) {
	store := d.store
	d.store = nil
	if store != nil && d.watched != d.bound {
		d.watch.Stop()
		d.watch, d.watched = runtime.AddCleanup(store, forget, weak.Make(l)), d.bound
	}
	l.keep(d)
}

// keep puts a desk where take finds it.
func (l *lanes) keep(d *desk) {
	if l.kept.CompareAndSwap(nil, d) {
		return
	}
	d.watch.Stop()
	d.watched = weak.Pointer[columns.Store]{}
	l.desks.Put(d)
}

// forget drops the desk of a store that is no longer used.
func forget(l weak.Pointer[lanes]) {
	if l := l.Value(); l != nil {
		// Only who has taken a desk may look at it: another goroutine may be about
		// to bind it to a store.
		if d := l.kept.Swap(nil); d != nil && d.bound.Value() != nil {
			l.keep(d)
		}
	}
}

func (d *desk) bind(store *columns.Store) bool {
	d.beyond = d.beyond[:0]
	if d.bound == weak.Make(store) {
		d.store = store
		for i := range d.lanes {
			d.lanes[i].grow()
		}
		return true
	}
	d.bound, d.framed = weak.Pointer[columns.Store]{}, false
	d.leads = store.Table(traverse.Lead)
	contact, account := d.leads.Column(traverse.ParentContact), d.leads.Column(traverse.ParentAccount)
	d.contact, d.account = contact.At, account.At
	slots := 0
	for i := range d.lanes {
		l := &d.plan.lanes[i]
		var ok bool
		if d.lanes[i], ok = l.bind(store); !ok {
			return false
		}
		d.lanes[i].grow()
		slots = max(slots, l.slots)
	}
	d.counts = make([]uint64, slots)
	d.scores = make([]int64, len(d.plan.targets))
	d.store, d.bound = store, weak.Make(store)
	return true
}

func (l *boundLane) grow() {
	for _, p := range []*boundProfile{&l.lead, &l.owner} {
		for i := range p.nodes {
			for _, word := range p.nodes[i].columns {
				for j := range word {
					word[j].grow()
				}
			}
		}
	}
	for i := range l.kinds {
		l.kinds[i].grow()
	}
}

// frame makes ready for an instant.
func (d *desk) frame(opts Options) {
	asOf := opts.AsOf.UnixMicro()
	if d.framed && d.opts.AsOf.UnixMicro() == asOf {
		return
	}
	d.opts, d.framed = opts, true
	d.bounds = d.plan.windows.resolve(opts.AsOf, d.bounds[:0])
	for i := range d.lanes {
		for j := range d.lanes[i].blocks {
			if b := &d.lanes[i].blocks[j]; b.kind != nil {
				b.kind.frame(d.bounds, asOf, len(d.scores))
				b.oldest = b.kind.oldest
			}
		}
	}
}

// score scores a lead, the one at a place of its batch.
func (d *desk) score(id string, at int, out *Outcomes) {
	// Leads often come in the order of the store.
	row := d.next
	if row >= d.leads.Len() || d.leads.ID(d.leads.RowKey(row)) != id {
		row = d.leads.Row(d.leads.Key(id))
	}
	d.next = row + 1
	if row < 0 {
		out.Errs[at] = &LeadError{Lead: id, Entity: traverse.Lead, Path: traverse.Lead, Err: ErrNoLead}
		return
	}
	models := out.Models(at)
	// Kind and ownership follow the stored id, whether or not the record exists.
	cells := d.leads.Cells(row)
	contact, account := columns.Key(cells[d.contact]), columns.Key(cells[d.account])
	kind := parentless
	switch {
	case contact != 0:
		kind = contactBased
	case account != 0:
		kind = accountBased
	default:
		for i := range models {
			models[i] = ModelOutcome{Status: NoParent}
		}
		return
	}
	d.owners = d.owners[:0]
	if kind == contactBased {
		d.owners = append(d.owners, contact)
	} else if len(d.lanes[kind].kinds) > 0 {
		contacts := d.store.Table(traverse.Contact)
		for _, row := range d.store.Contacts(account) {
			d.owners = append(d.owners, contacts.RowKey(int(row)))
		}
	}
	if !d.judgeLead(kind, row) {
		d.beyond = append(d.beyond, at)
	}
	for i := range models {
		if d.plan.targets[i] == kind {
			models[i] = ModelOutcome{Score: d.scores[i], Explained: d.explain(i)}
		} else {
			models[i] = ModelOutcome{Status: NotTargeted}
		}
	}
}

// judgeLead leaves in d.scores what the conditions of a lane add up to for the
// lead in a row, and for the interactions of d.owners. It returns false if that
// may be beyond 64 bits.
func (d *desk) judgeLead(kind, row int) bool {
	l := &d.lanes[kind]
	copy(d.scores, l.base)
	records := uint64(1)
	d.profile(l, row)
	if len(l.kinds) > 0 {
		for _, owner := range d.owners {
			records += d.interactions(l, owner)
		}
	}
	d.drain(l)
	d.join(l)
	return records <= l.most
}

// profile judges the lead and what its references lead to.
func (d *desk) profile(l *boundLane, row int) {
	if len(l.lead.plan.watchers) == 0 {
		return
	}
	d.leadMask = d.judge(&l.lead, row, d.leadMask)
	for i, m := range d.leadMask {
		l.words[l.lead.stretches[i].word].counter.add(m)
	}
}

// judge returns the watchers of a profile that its record, and those behind its
// references, satisfy. A row of -1 is no record.
func (d *desk) judge(p *boundProfile, row int, into []uint64) []uint64 {
	masks := append(into[:0], p.ones...)
	d.rows = append(d.rows[:0], row)
	for i := range p.nodes {
		n := &p.nodes[i]
		if i > 0 {
			row = -1
			if parent := d.rows[n.parent]; parent >= 0 {
				row = n.table.Row(columns.Key(p.nodes[n.parent].table.Cells(parent)[n.ref]))
			}
			d.rows = append(d.rows, row)
		}
		if row < 0 {
			for w, m := range n.missing {
				masks[w] &= m
			}
			continue
		}
		cells := n.table.Cells(row)
		for w, list := range n.columns {
			m := masks[w]
			for j := range list {
				if m == 0 {
					break
				}
				m &= list[j].of(cells[list[j].at])
			}
			masks[w] = m
		}
		for j := range n.wide {
			if t := &n.wide[j]; masks[t.stretch]&t.bit != 0 && !t.test.holds(d.bounds, n.table.WideValue(row, t.at)) {
				masks[t.stretch] &^= t.bit
			}
		}
	}
	return masks
}

// interactions counts over those of one contact, and returns how many there are.
func (d *desk) interactions(l *boundLane, contact columns.Key) uint64 {
	counts, times, cells := d.store.Owned().Of(contact)
	if counts == nil {
		return 0
	}
	if len(l.owner.plan.watchers) > 0 {
		d.owner = d.judge(&l.owner, d.store.Table(traverse.Contact).Row(contact), d.owner)
	}
	all := uint64(0)
	for i, count := range counts {
		if count == 0 {
			continue
		}
		n, block := int(count), &l.blocks[i]
		if times[0] >= block.oldest && block.kind != nil {
			if n > len(d.segments) {
				d.segments = make([]uint32, max(n, 64))
			}
			block.kind.scan(times[:n], cells[:n*block.width], d.owner, d.segments, l.words, d.scores)
		}
		times, cells = times[n:], cells[n*block.width:]
		all += uint64(n)
	}
	return all
}

// drain hands the counts to the conditions, and begins anew.
func (d *desk) drain(l *boundLane) {
	for i := range l.words {
		w := &l.words[i]
		any := w.counter.any()
		if w.model == mixed {
			w.addEach(any, d.scores)
		} else {
			d.scores[w.model] += w.sum(any)
		}
		for m := any & w.slotted; m != 0; m &= m - 1 {
			at := bits.TrailingZeros64(m)
			d.counts[w.slot[at]] += w.counter.of(at)
		}
		for m := any & w.others; m != 0; m &= m - 1 {
			at := bits.TrailingZeros64(m)
			n := w.counter.of(at)
			for _, u := range w.more[at] {
				d.scores[u.model] += u.Worth(n)
			}
			for _, slot := range w.slots[at] {
				d.counts[slot] += n
			}
		}
		w.counter.reset()
	}
}

// sum returns what first uses of one model make of the counts. Adding to one
// number in memory, each addition would wait for the one before.
func (w *laneWord) sum(any uint64) int64 {
	c, sum := &w.counter, int64(0)
	for m := any & w.once; m != 0; m &= m - 1 {
		sum += w.first[bits.TrailingZeros64(m)].points
	}
	for m := any & w.each; m != 0; m &= m - 1 {
		at := bits.TrailingZeros64(m)
		sum += w.first[at].points * int64(c.of(at))
	}
	for m := any & w.least; m != 0; m &= m - 1 {
		at := bits.TrailingZeros64(m)
		sum += w.first[at].reached(c.of(at))
	}
	return sum
}

// addEach adds to each model's score what its first uses make of the counts.
func (w *laneWord) addEach(any uint64, scores []int64) {
	c := &w.counter
	for m := any & w.once; m != 0; m &= m - 1 {
		u := &w.first[bits.TrailingZeros64(m)]
		scores[u.model] += u.points
	}
	for m := any & w.each; m != 0; m &= m - 1 {
		at := bits.TrailingZeros64(m)
		u := &w.first[at]
		scores[u.model] += u.points * int64(c.of(at))
	}
	for m := any & w.least; m != 0; m &= m - 1 {
		at := bits.TrailingZeros64(m)
		u := &w.first[at]
		scores[u.model] += u.reached(c.of(at))
	}
}

// reached returns the points, if n is enough.
func (u *firstUse) reached(n uint64) (points int64) {
	if n >= uint64(u.min) {
		points = u.points
	}
	return points
}

// join judges the conditions of several counts, and clears these.
func (d *desk) join(l *boundLane) {
	for i := range l.pairs {
		p := &l.pairs[i]
		sum := int64(0)
		for j := range p.list {
			sum += p.list[j].Worth(d.counts)
		}
		d.scores[p.model] += sum
	}
	for _, i := range l.groups {
		j := &l.joints[i]
		d.scores[j.model] += j.Worth(d.counts)
	}
	if d.plan.told != nil {
		d.tally.take(d.counts[:l.slots])
	}
	clear(d.counts[:l.slots])
}
