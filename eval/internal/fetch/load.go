package fetch

import (
	"context"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// Load fetches all that the leads with these ids reach as of an instant. It
// returns ctx.Err() once ctx is done and a [*LimitError] for a batch that reaches
// too many records; nothing in b means anything then. Any other error of the
// source, or breach of its contract, is the Failed of the leads that need it.
//
// b is empty: new, or [Batch.Reset].
func (b *Batch) Load(ctx context.Context, p *plan.Routes, source traverse.Source, ids []string, asOf time.Time, opts Options) error {
	b.Begin(p, asOf, opts)
	l := b.loader(ctx, source)
	if opts.Intake != nil {
		for i, n := range p.Needs {
			l.intakes[i] = opts.Intake(n)
		}
	}
	if err := l.leads(ids); err != nil {
		return err
	}
	return l.rounds()
}

// loader returns a run over a batch that was begun.
func (b *Batch) loader(ctx context.Context, source traverse.Source) *loader {
	n := len(b.plan.Needs)
	return &loader{b: b, ctx: ctx, source: source, want: make([][]string, n), intakes: make([]Intake, n), roots: map[rootOf][]string{}}
}

// rounds fetches what the leads of the batch reach.
func (l *loader) rounds() error {
	b, p := l.b, l.b.plan
	for kind, t := range p.Trees {
		l.reached[kind] = make([][]*Record, len(t.Order))
	}
	for round := 1; round <= p.Rounds; round++ {
		if err := l.round(round); err != nil {
			return err
		}
	}
	if b.Failed {
		b.failLeads()
	}
	return nil
}

// fetch fetches the keys of l.want that have not been fetched yet. A source that takes
// several queries at once is asked all of them together.
func (l *loader) fetch() error {
	b := l.b
	l.asked = l.asked[:0]
	for i, keys := range l.want {
		n, have := b.plan.Needs[i], b.Groups[i]
		var missing []string
		if intake := l.intakes[i]; intake != nil {
			missing = intake.Missing(keys)
		} else {
			missing = b.missing(have, keys)
		}
		for chunk := range slices.Chunk(missing, max(b.opts.MaxKeys, 1)) {
			l.asked = append(l.asked, l.query(n, chunk))
		}
	}
	l.send()
	defer l.unsend()
	for i, n := range l.asked {
		if err := l.answer(n.need, b.Groups[n.need.Index], &l.asked[i].query); err != nil {
			return err
		}
	}
	return nil
}

// send sends the queries of l.asked together, if the source takes that.
func (l *loader) send() {
	if _, ok := l.source.(traverse.Pipeliner); !ok || len(l.asked) < 2 {
		return
	}
	queries := make([]*traverse.Query, len(l.asked))
	for i := range l.asked {
		queries[i] = &l.asked[i].query
	}
	l.sent = traverse.PipelineOf(l.ctx, l.source, queries)
}

// unsend gives up what was sent and not answered.
func (l *loader) unsend() {
	if l.sent != nil {
		l.sent.Close()
		l.sent = nil
	}
}

// missing returns those of the keys that have no group yet, and gives each an empty one.
func (b *Batch) missing(have map[string]*Group, keys []string) []string {
	var missing []string
	for _, k := range keys {
		if _, ok := have[k]; !ok {
			have[k] = b.memory.group()
			missing = append(missing, k)
		}
	}
	return missing
}

// leads fetches the leads themselves.
func (l *loader) leads(ids []string) error {
	l.want[l.b.plan.Lead.Index] = l.b.distinct(ids)
	if err := l.fetch(); err != nil {
		return err
	}
	for _, id := range ids {
		l.b.Leads = append(l.b.Leads, l.b.lookUp(id))
	}
	l.b.setUnwanted()
	return nil
}

// setUnwanted finds out which models need more of which leads.
func (b *Batch) setUnwanted() {
	if b.opts.Unwanted == nil {
		return
	}
	needed, all := make([]bool, len(b.plan.Models)), false
	for i := range b.Leads {
		l := &b.Leads[i]
		if l.Failed != nil {
			continue
		}
		if l.unwanted = b.opts.Unwanted(i, l); l.unwanted == nil {
			all = true
		} else {
			b.unwanted = true
		}
		for m, unwanted := range l.unwanted {
			needed[m] = needed[m] || !unwanted
		}
	}
	if !all {
		b.needed = needed
	}
}

// round fetches the records that are reached in a round.
func (l *loader) round(round int) error {
	clear(l.want)
	keys := [plan.Targets][][][]string{} // by target, node and need
	for kind, t := range l.b.plan.Trees {
		keys[kind] = make([][][]string, len(t.Order))
		for _, n := range t.Order {
			if n.Round != round {
				continue
			}
			for _, need := range n.Needs {
				k := l.keys(plan.LeadKind(kind), n, need)
				keys[kind][n.Index] = append(keys[kind][n.Index], k)
				if l.want[need.Index] == nil {
					l.want[need.Index] = slices.Clip(k)
				} else {
					l.want[need.Index] = append(l.want[need.Index], k...)
				}
			}
		}
	}
	owners := l.b.plan.Owner != nil && round == 1
	if owners {
		l.want[l.b.plan.Owner.Index] = l.b.accounts()
	}
	if err := l.fetch(); err != nil {
		return err
	}
	if owners {
		l.b.setOwners()
	}
	for kind, t := range l.b.plan.Trees {
		for i, lists := range keys[kind] {
			n := t.Order[i]
			if !n.Inner {
				continue
			}
			for j, list := range lists {
				for _, key := range list {
					l.reached[kind][i] = append(l.reached[kind][i], l.b.Groups[n.Needs[j].Index][key].Records...)
				}
			}
		}
	}
	return nil
}

// distinct returns the keys that are not empty, each once.
func (b *Batch) distinct(keys []string) []string {
	m := &b.memory
	m.ids = Emptied(m.ids)
	list := make([]string, 0, len(keys))
	for _, k := range keys {
		if k == "" {
			continue
		}
		if _, ok := m.ids[k]; !ok {
			m.ids[k] = struct{}{}
			list = append(list, k)
		}
	}
	return list
}

// lookUp finds a lead among the records that were fetched, and says what it is.
func (b *Batch) lookUp(id string) Lead {
	l := Lead{ID: id, Kind: plan.NoParent}
	if b.plan.ByLead {
		l.self = []string{id}
	}
	g := b.Groups[b.plan.Lead.Index][id]
	switch {
	case g != nil && g.Err != nil:
		l.Failed = &Failure{Entity: traverse.Lead, Path: traverse.Lead, Err: g.Err}
		return l
	case g == nil || len(g.Records) == 0:
		l.Failed = &Failure{Entity: traverse.Lead, Path: traverse.Lead, Err: ErrNoLead}
		return l
	}
	l.Record = g.Records[0]
	// Target and ownership follow the stored id, whether or not the record exists.
	if contact := b.reference(&l, traverse.ParentContact); contact != "" {
		l.Kind, l.Owners = plan.ContactBased, []string{contact}
	} else if b.reference(&l, traverse.ParentAccount) != "" {
		l.Kind = plan.AccountBased
	}
	return l
}

// reference returns the id that a reference of a lead holds.
func (b *Batch) reference(l *Lead, name string) string {
	return l.Record.Values[b.plan.Lead.Layout.Index(name)].Text()
}

// accounts returns the accounts whose contacts own interactions of the batch.
func (b *Batch) accounts() []string {
	var ids []string
	for i := range b.Leads {
		if l := &b.Leads[i]; l.Failed == nil && b.hasOwners(l) {
			ids = append(ids, b.reference(l, traverse.ParentAccount))
		}
	}
	return b.distinct(ids)
}

// hasOwners reports whether the contacts of the account of a lead own interactions that
// some model wants.
func (b *Batch) hasOwners(l *Lead) bool {
	return l.Kind == plan.AccountBased && slices.ContainsFunc(b.plan.Trees[plan.AccountBased].Order, func(n *plan.Node) bool {
		return n.Parent == nil && !n.IsLead && l.wants(n.Models)
	})
}

// setOwners sets the owners of account-based leads. It looks at stored ids alone:
// a contact that is later than as of is an owner, too.
func (b *Batch) setOwners() {
	for i := range b.Leads {
		l := &b.Leads[i]
		if l.Failed != nil || !b.hasOwners(l) {
			continue
		}
		g := b.Groups[b.plan.Owner.Index][b.reference(l, traverse.ParentAccount)]
		if g.Err != nil {
			l.Failed = &Failure{Entity: traverse.Contact, Path: traverse.Contact + "." + traverse.ParentAccount, Err: g.Err}
			continue
		}
		for _, r := range g.Records {
			l.Owners = append(l.Owners, r.ID)
		}
	}
}

// keys returns the keys by which a need has a node's records, for all leads of a target
// of which some model wants them.
func (l *loader) keys(kind plan.LeadKind, n *plan.Node, need *plan.Need) []string {
	switch {
	case n.IsLead || !l.b.wanted(n.Models) || l.b.opts.Nodes != nil && !l.b.opts.Nodes[n]:
		return nil
	case n.Parent == nil:
		return l.rootKeys(kind, n, need)
	case !n.Parent.IsLead:
		return l.b.hopKeys(n, l.reached[kind][n.Parent.Index])
	}
	var ids []string
	for i := range l.b.Leads {
		if lead := &l.b.Leads[i]; lead.Failed == nil && kind.Includes(lead.Kind) && lead.wants(n.Models) {
			ids = append(ids, Key(n, lead.Record))
		}
	}
	return l.b.distinct(ids)
}

// A rootOf says whose keys those of a root are: of all leads of a target, which own
// interactions by a reference.
type rootOf struct {
	kind plan.LeadKind
	by   string
}

// rootKeys is keys for a root of interactions. Roots of several kinds of interaction have
// the same keys, unless some lead has models that want nothing.
func (l *loader) rootKeys(kind plan.LeadKind, n *plan.Node, need *plan.Need) []string {
	of := rootOf{kind, need.By}
	if list, ok := l.roots[of]; ok && !l.b.unwanted {
		return list
	}
	var ids []string
	for i := range l.b.Leads {
		if lead := &l.b.Leads[i]; lead.Failed == nil && kind.Includes(lead.Kind) && lead.wants(n.Models) {
			ids = append(ids, lead.Keys(n, need)...)
		}
	}
	list := l.b.distinct(ids)
	l.roots[of] = list
	return list
}

// hopKeys returns the keys of a node's records for records of its parent.
func (b *Batch) hopKeys(n *plan.Node, parents []*Record) []string {
	var ids []string
	for _, r := range parents {
		if n.Parent.IsLead || b.mayExist(n.Parent.Layout, r) {
			ids = append(ids, Key(n, r))
		}
	}
	return b.distinct(ids)
}

// mayExist reports whether a record exists as of the scoring instant for some
// model: models in different zones may differ over a day.
func (b *Batch) mayExist(l *plan.Layout, r *Record) bool {
	if l.Days {
		return !r.Dated || r.When <= b.Instant.Latest
	}
	return !r.Dated || r.When <= b.Instant.Micros
}

// failLeads sets the failure of leads that reach a key which could not be fetched.
// What a lead reaches does not depend on what its conditions filter.
func (b *Batch) failLeads() {
	for i := range b.Leads {
		for kind, t := range b.plan.Trees {
			if l := &b.Leads[i]; l.Failed == nil && plan.LeadKind(kind).Includes(l.Kind) {
				b.failLead(l, t.Order)
			}
		}
	}
}

// failLead sets the failure of a lead that reaches such a key on some path of a tree.
func (b *Batch) failLead(l *Lead, order []*plan.Node) {
	reached := make([][]*Record, len(order))
	for _, n := range order {
		if n.IsLead {
			reached[n.Index] = []*Record{l.Record}
		}
		if n.IsLead || !l.wants(n.Models) {
			continue
		}
		for _, need := range n.Needs {
			var keys []string
			if n.Parent == nil {
				keys = b.distinct(l.Keys(n, need))
			} else {
				keys = b.hopKeys(n, reached[n.Parent.Index])
			}
			for _, key := range keys {
				g := b.Groups[need.Index][key]
				if g == nil {
					continue
				}
				if g.Err != nil && l.Failed == nil {
					l.Failed = &Failure{Entity: need.Asked.Entity, Path: n.Path(), Err: g.Err}
				}
				reached[n.Index] = append(reached[n.Index], g.Records...)
			}
		}
	}
}
