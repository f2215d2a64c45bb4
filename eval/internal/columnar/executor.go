// Package columnar runs a plan.Columns over a store: it counts all measures of a
// lead in one pass over the columns of its interactions, and turns the counts into
// the scores of all models.
//
// From the outside in: an [Executor] is a plan bound to a store. It has a target
// for all models that have the same: the profiles of the lead and of the contact or lead that owns
// interactions (profile.go), a list of interactions (interactions.go, scan.go),
// and words, which count for 63 measures at a time (word.go, counter.go). A
// profile or kind of interaction asks predicate caches which measures a value
// satisfies (cache.go), and a timeline which of them a record's date does
// (timeline.go). Records of which more than the number matters go to tallies
// (lister.go, tally.go). A [Pool] keeps executors between batches.
package columnar

import (
	"context"
	"runtime"
	"slices"
	"time"
	"weak"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// An Executor scores leads over one store, as of one instant. It is in use by one
// goroutine at a time. What it has evaluated stays for later batches over the same
// store: 8 bytes for each distinct value and word of measures, and about as much as the
// value itself for one by which a tally tells records apart.
type Executor struct {
	plan    *plan.Columns
	store   *columns.Store // while it is in use
	bound   weak.Pointer[columns.Store]
	codes   int // the generation of the store's codes that the caches are of
	targets [plan.Targets]target
	base    [plan.AccountBased - plan.NoParent + 1][]int64 // by kind of lead, from plan.NoParent on: the sums to begin with
	counts  [plan.Targets][]uint64                         // by target and slot
	every   []plan.LeadKind                                // the targets of every lead that have something to count

	// A pool drops the executor when this store is no longer used.
	watched weak.Pointer[columns.Store]
	watch   runtime.Cleanup

	isAsOf  bool // asOf and bounds are set for the store
	asOf    int64
	bounds  []plan.Bound
	weights []*timeline // of the plan's agings: see setWeights
	edges   []int64     // scratch memory

	leads      *columns.Table
	contact    int // the cells of the lead's references
	account    int
	order      order         // of leads
	owners     []columns.Key // of the lead's interactions
	segments   []uint32      // of the records of an owner
	except     columns.Key   // the lead whose interactions are left out, or 0
	times      []int64       // of records without those
	cells      []uint32
	rows       []int    // of a profile's nodes
	leadMasks  []uint64 // the measures that the lead satisfies, by range
	ownerMasks []uint64 // the measures that the owner satisfies, by range
	sums       []int64  // of the lead at hand
	stop       interrupt
}

// New returns an executor of a plan that is bound to no store yet.
func New(p *plan.Columns) *Executor { return &Executor{plan: p} }

// Layouts returns the layouts with which a store must be lent to the executor.
func (x *Executor) Layouts() columns.Layouts { return x.plan.Layouts() }

// Plan returns the plan that the executor runs.
func (x *Executor) Plan() *plan.Columns { return x.plan }

// Bind binds the executor to a store, or returns false if the store lacks what the
// plan names. The store must not change until the executor is done with it.
func (x *Executor) Bind(store *columns.Store) bool {
	if x.bound == weak.Make(store) && x.codes == store.Generation() {
		x.store = store
		for i := range x.targets {
			x.targets[i].grow()
		}
		return true
	}
	x.bound, x.isAsOf = weak.Pointer[columns.Store]{}, false
	x.leads = store.Table(traverse.Lead)
	contact, account := x.leads.Column(traverse.ParentContact), x.leads.Column(traverse.ParentAccount)
	x.contact, x.account = contact.At, account.At
	for i := range x.targets {
		p := &x.plan.Targets[i]
		var ok bool
		if x.targets[i], ok = bindTarget(plan.LeadKind(i), p, store); !ok {
			x.targets, x.leads = [plan.Targets]target{}, nil // they would keep the store's tables
			return false
		}
		x.targets[i].watch(&x.stop)
		x.targets[i].grow()
		x.counts[i] = make([]uint64, p.Slots)
	}
	x.bindKinds()
	x.sums = make([]int64, x.plan.NumSums)
	x.store, x.bound, x.codes = store, weak.Make(store), store.Generation()
	return true
}

// bindKinds works out which targets score every lead, and with which sums a lead of each
// kind begins.
func (x *Executor) bindKinds() {
	x.every = x.every[:0]
	for _, kind := range []plan.LeadKind{plan.EveryLead, plan.EveryLeadWithContact} {
		// Conditions over interactions of which there is no kind have slots alone.
		if t := &x.targets[kind]; len(t.interactions)+len(t.plan.Lead.Measures)+t.plan.Slots > 0 {
			x.every = append(x.every, kind)
		}
	}
	for i := range x.base {
		base := make([]int64, x.plan.NumSums)
		for target := range x.targets {
			if plan.LeadKind(target).Includes(plan.NoParent + plan.LeadKind(i)) {
				for m, b := range x.plan.Targets[target].Base {
					base[m] += b
				}
			}
		}
		x.base[i] = base
	}
}

// Begin makes the executor look at ctx, while it scores a lead, too. Once ctx is done,
// scores and counts mean nothing; what has been evaluated stays right.
func (x *Executor) Begin(ctx context.Context) { x.stop = interrupt{ctx: ctx} }

// End makes the executor forget the context.
func (x *Executor) End() { x.stop = interrupt{} }

// SetAsOf sets the instant as of which leads are scored.
func (x *Executor) SetAsOf(t time.Time) {
	asOf := t.UnixMicro()
	if x.isAsOf && x.asOf == asOf {
		return
	}
	x.isAsOf, x.asOf = true, asOf
	x.bounds = x.plan.Windows.Resolve(t, x.bounds[:0])
	x.setWeights(t)
	for i := range x.targets {
		x.targets[i].setAsOf(x.bounds, x.weights, asOf, len(x.sums))
	}
}

// Find returns the row of a lead, or -1 if the store does not have it.
func (x *Executor) Find(id string) int {
	row := x.order.guess()
	if !x.holds(row, id) {
		row = x.leads.Row(x.leads.Key(id))
		x.order.missed(row, x.leads.Len())
	}
	x.order.at(row)
	return row
}

// FindAt is [Executor.Find] for a lead that may be in a row. There need not be such a row.
func (x *Executor) FindAt(row int, id string) int {
	if !x.holds(row, id) {
		return x.Find(id)
	}
	x.order.at(row)
	return row
}

// holds reports whether a row, which need not exist, holds the lead with an id.
func (x *Executor) holds(row int, id string) bool {
	// The row of a deleted record has the id "".
	return uint(row) < uint(x.leads.Len()) && x.leads.ID(x.leads.RowKey(row)) == id && id != ""
}

// Score scores the lead in a row by all models and returns what the lead is. It returns
// false if the sums may not fit in 64 bits: then routes have to be counted.
func (x *Executor) Score(row int) (kind plan.LeadKind, fits bool) {
	// What a lead is and owns follows the stored ids, whether or not the records exist.
	cells := x.leads.Cells(row)
	contact, account := columns.Key(cells[x.contact]), columns.Key(cells[x.account])
	x.owners = x.owners[:0]
	switch {
	case contact != 0:
		kind = plan.ContactBased
		x.owners = append(x.owners, contact)
	case account != 0:
		kind = plan.AccountBased
		if len(x.targets[kind].interactions) > 0 {
			contacts := x.store.Table(traverse.Contact)
			for _, row := range x.store.Contacts(account) {
				x.owners = append(x.owners, contacts.RowKey(int(row)))
			}
		}
	default:
		kind = plan.NoParent
	}
	return kind, x.score(kind, row, x.owners)
}

// ScoreOwned is [Executor.Score] for a lead of which it is known what it is and
// who owns its interactions.
func (x *Executor) ScoreOwned(kind plan.LeadKind, row int, owners []columns.Key) (fits bool) {
	return x.score(kind, row, owners)
}

// ModelScore returns the score of the lead at hand by one model. It means nothing
// for a model whose target is another kind of lead.
func (x *Executor) ModelScore(model int) int64 { return x.sums[x.plan.Sums[model]] }

// Sums returns the sums of the lead at hand for the places of one model, as a
// points.FastProgram wants them. The next lead overwrites them.
func (x *Executor) Sums(model int) []int64 { return x.sums[x.plan.Sums[model]:] }

// Counts returns the counts of the lead at hand, by slot of a target that includes it.
// The next lead overwrites them.
func (x *Executor) Counts(target plan.LeadKind) []uint64 { return x.counts[target] }

// AppendCounts appends to list what children of a target's model counted for the lead at
// hand, as a points.Program wants it.
func (x *Executor) AppendCounts(target plan.LeadKind, list []points.Count, slots []plan.Slot) []points.Count {
	counts := x.counts[target]
	for i := range slots {
		s := &slots[i]
		list = append(list, s.Frequency.Of(points.CountOf(counts[s.Index])))
	}
	return list
}

// score leaves in x.sums and x.counts what the lead in a row and the interactions
// of owners, and those that refer to the lead, add up to.
func (x *Executor) score(kind plan.LeadKind, row int, owners []columns.Key) (fits bool) {
	copy(x.sums, x.base[kind-plan.NoParent])
	fits = kind == plan.NoParent || x.scoreBy(kind, kind, row, owners)
	for _, target := range x.every {
		fits = x.scoreBy(target, kind, row, owners) && fits
	}
	return fits
}

// scoreBy is score for the models of one target.
func (x *Executor) scoreBy(target, kind plan.LeadKind, row int, owners []columns.Key) (fits bool) {
	t, counts := &x.targets[target], x.counts[target]
	clear(counts)
	records := uint64(1)
	if len(t.plan.Lead.Measures) > 0 {
		x.leadMasks = t.lead.evaluate(row, x.bounds, x.leadMasks, &x.rows)
		for i, m := range x.leadMasks {
			t.words[t.lead.ranges[i].Word].counter.add(m)
		}
	}
	switch {
	case len(t.interactions) == 0:
	case target < plan.EveryLead:
		for i, owner := range owners {
			if i%many == many-1 && x.stop.after(often) {
				break
			}
			records += x.countInteractions(t, columns.ByContact, owner)
		}
	default:
		lead := x.leads.RowKey(row)
		if target == plan.EveryLeadWithContact && kind == plan.ContactBased {
			x.except = lead // they come next
			records += x.countInteractions(t, columns.ByContact, owners[0])
			x.except = 0
			if cap(x.times) > mostKept {
				x.times, x.cells = nil, nil
			}
		}
		records += x.countInteractions(t, columns.ByLead, lead)
	}
	for i := range t.words {
		t.words[i].drain(x.sums, counts)
	}
	if len(t.tallies.met) > 0 {
		t.tallies.count(counts, &x.stop)
	}
	for i := range t.plan.Pairs {
		p := &t.plan.Pairs[i]
		x.sums[p.Sum] += sumOf(p.List, counts)
	}
	for _, i := range t.plan.Others {
		c := &t.plan.Conjunctions[i]
		x.sums[c.Sum] += c.Award.Worth(counts)
	}
	return records <= t.plan.MaxRecords
}

// countInteractions counts those of one owner in a layout and returns how many there are.
func (x *Executor) countInteractions(t *target, layout columns.Layouts, owner columns.Key) uint64 {
	counts, times, cells := x.store.Owned(layout).Of(owner)
	if counts == nil {
		return 0
	}
	if len(t.plan.Owner.Measures) > 0 {
		x.ownerMasks = t.owner.evaluate(t.owners.Row(owner), x.bounds, x.ownerMasks, &x.rows)
	}
	all := uint64(0)
	for i, count := range counts {
		if count == 0 {
			continue
		}
		n, block := int(count), &t.blocks[i]
		if times[0] >= block.oldest && block.interactions != nil {
			if n > len(x.segments) {
				x.segments = make([]uint32, max(n, 64))
			}
			if n >= many && x.stop.after(n) {
				return all
			}
			if block.interactions.lists {
				block.interactions.owner = owner
			}
			at, of := times[:n], cells[:n*block.width]
			if x.except != 0 && block.lead >= 0 {
				at, of = x.others(block, at, of)
			}
			block.interactions.scan(at, of, x.ownerMasks, x.segments, t.words, x.sums)
		}
		times, cells = times[n:], cells[n*block.width:]
		all += uint64(n)
	}
	return all
}

// others returns records of a block without those of the lead x.except.
func (x *Executor) others(b *block, times []int64, cells []uint32) ([]int64, []uint32) {
	at := b.lead
	first := slices.IndexFunc(times, func(int64) bool {
		at += b.width
		return cells[at-b.width] == uint32(x.except)
	})
	if first < 0 {
		return times, cells
	}
	x.times = append(x.times[:0], times[:first]...)
	x.cells = append(x.cells[:0], cells[:first*b.width]...)
	for i := first + 1; i < len(times); i++ {
		if row := cells[i*b.width : (i+1)*b.width]; row[b.lead] != uint32(x.except) {
			x.times, x.cells = append(x.times, times[i]), append(x.cells, row...)
		}
	}
	return x.times, x.cells
}

// sumOf returns the points of pairs for counts. Naming package points here lets the
// compiler inline its methods.
func sumOf(pairs []points.Pair, counts []uint64) int64 {
	sum := int64(0)
	for i := range pairs {
		sum += pairs[i].Worth(counts)
	}
	return sum
}
