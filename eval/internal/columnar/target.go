package columnar

import (
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A target is a plan.Target bound to a store.
type target struct {
	plan         *plan.Target
	words        []word
	lead, owner  profile
	owners       *columns.Table // the contacts or leads that own interactions
	interactions []interactions
	blocks       []block // in the order of columns.Owned
	tallies      *tallies
}

// A block says how the interactions of one kind of one owner are scanned.
type block struct {
	oldest       int64 // where the newest record is older, none counts
	width        int
	lead         int           // the cell of the reference Lead, or -1
	interactions *interactions // nil for a kind that no condition asks for
}

// bindTarget binds the plan for a target to a store, or returns false if the store lacks
// what the plan names.
func bindTarget(kind plan.LeadKind, p *plan.Target, store *columns.Store) (target, bool) {
	t := target{plan: p, interactions: make([]interactions, len(p.Interactions))}
	var packer, ownerPacker plan.Packer
	var ok bool
	if t.lead, ok = bindProfile(&p.Lead, store, packer.Pack(len(p.Lead.Measures))); !ok {
		return t, false
	}
	if t.owner, ok = bindProfile(&p.Owner, store, ownerPacker.Pack(len(p.Owner.Measures))); !ok {
		return t, false
	}
	if t.owners = store.Table(traverse.Contact); kind == plan.EveryLead {
		t.owners = store.Table(traverse.Lead)
	}
	kinds := store.Owned(columns.ByContact).Kinds() // those of each layout
	for _, table := range kinds {
		b := block{oldest: math.MaxInt64, width: table.Width(), lead: -1}
		if c := table.Column(traverse.Lead); c != nil && c.To == store.Table(traverse.Lead) {
			b.lead = c.At
		}
		t.blocks = append(t.blocks, b)
	}
	tallies := newTallyBinder(p)
	t.tallies = tallies.tallies
	packed := make([][]plan.BitRange, len(p.Interactions))
	for i := range p.Interactions {
		k := &t.interactions[i]
		packed[i] = packer.Pack(len(p.Interactions[i].Measures))
		if *k, ok = bindInteractions(&p.Interactions[i], store, packed[i], t.owner.ranges, tallies); !ok {
			return t, false
		}
		at := slices.Index(kinds, k.table)
		if at < 0 || kind >= plan.EveryLead && t.blocks[at].lead < 0 && plan.Leads(p.Interactions[i].Entity) {
			return t, false
		}
		t.blocks[at].interactions = k
	}
	t.words = make([]word, max(packer.Words(), 1))
	t.addUses(t.lead.ranges, p.Lead.Measures)
	for i := range p.Interactions {
		t.addUses(packed[i], p.Interactions[i].Measures)
	}
	return t, true
}

// addUses tells the words what the counts of measures are for.
func (t *target) addUses(ranges []plan.BitRange, measures []plan.Measure) {
	for _, r := range ranges {
		for i := range r.Count {
			t.words[r.Word].addUses(r.Shift+i, &measures[r.First+i])
		}
	}
}

// grow makes room for values that have been added to the dictionaries.
func (t *target) grow() { t.caches((*predicateCache).grow) }

// watch makes the caches and scans look at an interrupt.
func (t *target) watch(stop *interrupt) {
	t.caches(func(c *predicateCache) { c.stop = stop })
	for i := range t.interactions {
		t.interactions[i].stop = stop
	}
}

// caches calls f for each predicate cache.
func (t *target) caches(f func(*predicateCache)) {
	t.lead.caches(f)
	t.owner.caches(f)
	for i := range t.interactions {
		t.interactions[i].caches(f)
	}
}

// setAsOf makes the tables by time as of an instant.
func (t *target) setAsOf(bounds []plan.Bound, weights []*timeline, asOf int64, sums int) {
	t.tallies.setAsOf(time.UnixMicro(asOf).UTC(), weights)
	for i := range t.blocks {
		if b := &t.blocks[i]; b.interactions != nil {
			b.interactions.setAsOf(bounds, asOf, sums)
			b.oldest = b.interactions.time.oldest
		}
	}
}
