package fetch

import (
	"iter"
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// A Batch is what was fetched for a batch of leads. A batch is used by one
// goroutine at a time. The zero Batch is ready for [Batch.Load].
type Batch struct {
	Leads   []Lead
	Instant plan.Instant
	Groups  []map[string]*Group // by Need.Index and key
	Failed  bool                // some group has an error

	plan     *plan.Routes
	opts     Options
	room     int               // records that may still be fetched
	folded   map[string]string // texts that have been folded
	needed   []bool            // by model: whether some lead wants it; nil if all are wanted
	unwanted bool              // some lead does not want some model
	memory   memory
}

// wanted reports whether some lead wants one of some models.
func (b *Batch) wanted(models []int) bool {
	return b.needed == nil || slices.ContainsFunc(models, func(m int) bool { return b.needed[m] })
}

// Records returns the records of a key, none if it was not asked for.
func (b *Batch) Records(n *plan.Need, key string) []*Record {
	if g := b.Groups[n.Index][key]; g != nil {
		return g.Records
	}
	return nil
}

// Exists reports whether a record of a layout exists as of the scoring instant, in the zone
// of the models if they share one.
func (b *Batch) Exists(l *plan.Layout, r *Record) bool { return b.mayExist(l, r) }

// Key returns the key of a node's records for a record of its parent.
func Key(n *plan.Node, parent *Record) string {
	if n.Ref >= 0 {
		return parent.Values[n.Parent.Layout.Place(parent.Entity, n.Ref)].Text()
	}
	return parent.ID
}

// Roots yields the records of a root that are those of a lead, each once.
func (b *Batch) Roots(n *plan.Node, l *Lead) iter.Seq[*Record] {
	return func(yield func(*Record) bool) {
		for i, need := range n.Needs {
			twice := -1
			if n.Twice != nil {
				twice = n.Twice[i]
			}
			for _, key := range l.Keys(n, need) {
				for _, r := range b.Records(need, key) {
					if twice >= 0 && r.Values[twice].Text() == l.ID {
						continue // it is among those that refer to the lead
					}
					if !yield(r) {
						return
					}
				}
			}
		}
	}
}

// OwnerEntity returns the entity of the contacts whose interactions are those of
// account-based leads.
func (b *Batch) OwnerEntity() *traverse.Entity { return b.plan.Owner.Layout.Entity }

// Account returns the id of the account of an account-based lead.
func (b *Batch) Account(l *Lead) string { return b.reference(l, traverse.ParentAccount) }

// Begin prepares an empty batch for [Batch.Ask] and [Batch.LoadOwned], and [Batch.Load]
// for itself.
func (b *Batch) Begin(p *plan.Routes, asOf time.Time, opts Options) {
	b.plan, b.opts, b.room = p, opts, opts.MaxRecords
	if b.room < 1 {
		b.room = math.MaxInt
	}
	if opts.Since.IsZero() {
		b.Instant = p.At(asOf, b.Instant)
	} else {
		b.Instant = p.Between(opts.Since, asOf, b.Instant)
	}
	if b.Groups == nil {
		b.Groups = make([]map[string]*Group, len(p.Needs))
		for i := range b.Groups {
			b.Groups[i] = map[string]*Group{}
		}
	}
}

// Reset empties b for another batch of the same plan, and keeps its memory.
// Nothing of the batch outlives it.
func (b *Batch) Reset() {
	for i, have := range b.Groups {
		b.Groups[i] = Emptied(have)
	}
	m := &b.memory
	rows := 0
	for i, rowsOf := range m.answers[:m.used] {
		m.sizes[i] = max(m.sizes[i], rowsOf.Len())
	}
	for _, n := range m.sizes {
		rows += n
	}
	if rows > MaxKept {
		m.answers, m.sizes = nil, nil
	}
	m.used = 0
	m.groups.reset()
	m.records.reset()
	m.lists.reset()
	clear(b.Leads)
	*b = Batch{Groups: b.Groups, memory: *m, Instant: b.Instant, Leads: b.Leads[:0]}
}

// fold is traverse.Fold, called once for each distinct text.
func (b *Batch) fold(s string) string {
	f, ok := b.folded[s]
	if !ok {
		f = traverse.Fold(s)
		if b.folded == nil {
			b.folded = map[string]string{}
		}
		b.folded[s] = f
	}
	return f
}

// SetAsOf makes the batch one as of another instant: not before Options.Since, if records
// were asked for since then, and not after that of Load.
func (b *Batch) SetAsOf(asOf time.Time) { b.Instant = b.plan.Ageless(asOf, b.Instant) }

// Window returns a window of the plan.
func (b *Batch) Window(i int) plan.Window { return b.plan.Windows.At(i) }
