package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// ErrNoLead says that a source has no lead with the id that was to be scored.
var ErrNoLead = errors.New("no such lead")

// ErrTooManyRecords says that a lead reaches more records than Options.Records.
var ErrTooManyRecords = errors.New("too many records")

// A LeadError says that one lead could not be scored. Other leads can.
type LeadError struct {
	Lead   string // the lead's id
	Entity string // the entity that could not be had
	Path   string // the way there, such as Lead.ParentContact.ParentAccount
	Err    error  // what the source said, ErrNoLead, or what wraps ErrTooManyRecords
}

// Error returns what went wrong, in one line.
func (e *LeadError) Error() string {
	if errors.Is(e.Err, ErrNoLead) {
		return fmt.Sprintf("lead %q: %v", e.Lead, e.Err)
	}
	return fmt.Sprintf("lead %q: %s (%s): %v", e.Lead, e.Path, e.Entity, e.Err)
}

// Unwrap returns e.Err.
func (e *LeadError) Unwrap() error { return e.Err }

// Options bound one run.
type Options struct {
	AsOf        time.Time
	Explain     bool
	Occurrences int  // the most that an explanation lists for a condition
	Keys        int  // the most keys of one query
	Records     int  // the most records that are fetched for one lead; below 1 there is no limit
	walk        bool // every condition is left to the walker
	ranged      bool // nothing is asked for that no date range reaches, and nothing said of near misses
	lent        bool // the source has its records in memory anyway: Records bounds a batch, but no lead alone
}

// near reports whether explanations say what came near to counting.
func (o *Options) near() bool { return o.Explain && o.Occurrences > 0 && !o.ranged }

// A Status says whether a model scored a lead.
type Status uint8

// The statuses of the language reference, Which leads a model scores.
const (
	Scored      Status = iota
	NotTargeted        // the lead is of the other kind
	NoParent           // the lead has neither contact nor account
)

// Outcomes are what a run says of its leads. The zero Outcomes are of none.
type Outcomes struct {
	Errs   []*LeadError   // by lead, in the order of the ids; nil for one that was scored
	models []ModelOutcome // by lead and model
	each   int            // models of a lead
}

// Models returns what each model says of a lead. It means something only if the
// lead has no error.
func (o *Outcomes) Models(lead int) []ModelOutcome {
	return o.models[lead*o.each : (lead+1)*o.each]
}

// Forget drops what the outcomes lead to, but not their memory.
func (o *Outcomes) Forget() {
	clear(o.Errs)
	clear(o.models)
}

// reset makes o the outcomes of so many leads, in the memory that it has. The
// models' are yet to be written.
func (o *Outcomes) reset(leads, models int) {
	o.Errs = slices.Grow(o.Errs[:0], leads)[:leads]
	clear(o.Errs)
	o.models = slices.Grow(o.models[:0], leads*models)[:leads*models]
	o.each = models
}

// part returns the outcomes of some leads, in the same memory.
func (o *Outcomes) part(from, to int) Outcomes {
	return Outcomes{o.Errs[from:to], o.models[from*o.each : to*o.each], o.each}
}

// A ModelOutcome is what one model says of one lead.
type ModelOutcome struct {
	Status    Status
	Score     int64
	Explained *Explanation // of a scored lead, if asked for
}

// A record is one fetched record.
type record struct {
	id     string
	entity *traverse.Entity
	values []traverse.Value // in the order of the layout
	given  []traverse.Value // as the source gave them, for explanations with lists; else nil
	when   int64            // when it came to be, in microseconds or days
	dated  bool             // it says when
}

// A group holds the records of one key.
type group struct {
	records []*record
	err     error
}

// batch is the data of one batch of leads, as of one instant.
type batch struct {
	*Program
	ctx    context.Context
	source traverse.Source
	opts   Options
	asOf   int64   // in microseconds
	days   []int64 // the day of as of, by zone
	latest int64   // the latest of days
	bounds []bound
	data   []map[string]*group // by need and key
	failed bool                // some group has an error
	laned  *lanes              // that judge their conditions in columns, or nil
	raw    bool                // no record is judged by the walker: no text need be folded
	room   int                 // records that may still be fetched
	folds  map[string]string   // texts that were folded

	leads   []lead
	walker  walker
	scratch scratch
}

// lead is one lead of the batch.
type lead struct {
	id     string
	record *record
	err    *LeadError
	kind   int      // contactBased, accountBased, or parentless
	owners []string // the contacts whose interactions are the lead's
}

const parentless = -1

// Run scores one batch of leads, and says in out what comes of them. The error is
// that of ctx: it concerns the whole batch, and nothing in out means anything
// then. What a source says, or does against its contract, is an error of the
// leads that need it.
//
// A batch that reaches more than opts.Records is scored half by half, so that a
// lead fails for the records that it reaches itself, and memory is bounded.
//
// A source that lends its columns is not asked, where the plan can do without.
// Records do not count then: they are in memory anyway.
//
// out may hold the outcomes of an earlier run: their memory is used again.
func (p *Program) Run(ctx context.Context, source traverse.Source, ids []string, opts Options, out *Outcomes) error {
	out.reset(len(ids), len(p.models))
	if store := lent(source); store != nil {
		opts.lent = true
		if lanes := p.lanes(opts); lanes != nil {
			if ok, err := p.fromColumns(ctx, source, store, lanes, ids, opts, *out); ok || err != nil {
				return err
			}
		}
	}
	return p.rows(ctx, source, ids, nil, opts, *out)
}

// rows scores leads by the rows that a source hands over. sums, if not nil, are
// added to the scores: by lead and model.
func (p *Program) rows(ctx context.Context, source traverse.Source, ids []string, sums []int64, opts Options, out Outcomes) error {
	err := p.run(ctx, source, ids, sums, opts, out)
	full, ok := errors.AsType[*fullError](err)
	switch {
	case !ok:
		return err
	case len(ids) == 1 && opts.lent:
		opts.Records = 0
		return p.run(ctx, source, ids, sums, opts, out)
	case len(ids) == 1 && opts.near():
		opts.ranged = true
		return p.rows(ctx, source, ids, sums, opts, out)
	case len(ids) == 1:
		out.Errs[0] = &LeadError{
			Lead: ids[0], Entity: full.entity, Path: full.path,
			Err: fmt.Errorf("%w: the limit for one lead is %d", ErrTooManyRecords, opts.Records),
		}
		return nil
	}
	half := len(ids) / 2
	var first, second []int64
	if sums != nil {
		first, second = sums[:half*len(p.models)], sums[half*len(p.models):]
	}
	if err := p.rows(ctx, source, ids[:half], first, opts, out.part(0, half)); err != nil {
		return err
	}
	return p.rows(ctx, source, ids[half:], second, opts, out.part(half, len(ids)))
}

// A fullError says that a batch reaches too many records, and which were too many.
type fullError struct{ entity, path string }

func (e *fullError) Error() string { return ErrTooManyRecords.Error() }

// run is rows for a batch that does not reach too many records, or a [*fullError].
func (p *Program) run(ctx context.Context, source traverse.Source, ids []string, sums []int64, opts Options, out Outcomes) error {
	b := p.batch()
	b.ctx, b.source, b.opts, b.asOf, b.room = ctx, source, opts, opts.AsOf.UnixMicro(), opts.Records
	if b.room < 1 {
		b.room = math.MaxInt
	}
	for i, z := range p.zones {
		day := check.AsOfDay(opts.AsOf, z)
		b.days = append(b.days, day)
		if i == 0 || day > b.latest {
			b.latest = day
		}
	}
	b.bounds = p.windows.resolve(opts.AsOf, b.bounds)
	var plan *columnPlan
	if lanes := p.lanes(opts); lanes != nil && sums == nil {
		if plan = lanes.plan(); plan.any() {
			b.laned, b.raw = lanes, plan.rest == nil
		}
	}
	if err := b.load(ids); err != nil {
		return err
	}
	b.walker.batch = b
	var sheet *sheet
	if b.laned != nil {
		sheet = b.laned.sheet(p)
		if err := sheet.fill(b); err != nil {
			return err
		}
	}
	for i := range b.leads {
		l := &b.leads[i]
		if out.Errs[i] = l.err; l.err != nil {
			continue
		}
		laned := false
		if b.laned != nil && l.kind != parentless {
			if laned = sheet.judge(l); !laned {
				alone := opts
				alone.walk = true
				if err := p.run(ctx, source, ids[i:i+1], nil, alone, out.part(i, i+1)); err != nil {
					return err
				}
				continue
			}
		}
		models := out.Models(i)
		for j, m := range p.models {
			conditions := m.conditions
			var sum points.Total
			switch {
			case laned:
				conditions, sum = plan.left[j], points.TotalOf(sheet.scores[j])
			case sums != nil:
				sum = points.TotalOf(sums[i*len(p.models)+j])
			}
			o := &models[j]
			*o = b.walker.model(m, conditions, l, sum)
			if laned && o.Explained != nil {
				o.Explained = sheet.explain(j).with(o.Explained)
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if b.laned != nil {
		b.laned.sheets.Put(sheet) // unless something panicked
	}
	if !b.failed {
		p.keep(b)
	}
	return nil
}

// load fetches all that the batch's leads reach.
func (b *batch) load(ids []string) error {
	want := make([][]string, len(b.needs))
	want[b.lead.index] = distinct(ids)
	if err := b.fetch(want); err != nil {
		return err
	}
	for _, id := range ids {
		b.leads = append(b.leads, b.lookUp(id))
	}
	reached := [2][][]*record{}
	for kind, t := range b.targets {
		reached[kind] = make([][]*record, len(t.order))
		if t.lead != nil {
			reached[kind][t.lead.index] = b.leadRecords(kind)
		}
	}
	for round := 1; round <= b.rounds; round++ {
		clear(want)
		keys := [2][][]string{}
		for kind, t := range b.targets {
			keys[kind] = make([][]string, len(t.order))
			for _, n := range t.order {
				if n.round == round {
					k := b.keys(kind, n, reached[kind])
					keys[kind][n.index] = k
					for _, need := range n.needs {
						want[need.index] = append(want[need.index], k...)
					}
				}
			}
		}
		if b.owner != nil && round == 1 {
			want[b.owner.index] = b.accounts()
		}
		if err := b.fetch(want); err != nil {
			return err
		}
		if b.owner != nil && round == 1 {
			b.own()
		}
		for kind, t := range b.targets {
			for i, k := range keys[kind] {
				n := t.order[i]
				if !n.inner {
					continue
				}
				for _, need := range n.needs {
					for _, key := range k {
						reached[kind][i] = append(reached[kind][i], b.data[need.index][key].records...)
					}
				}
			}
		}
	}
	if b.failed {
		b.blame()
	}
	return nil
}

func distinct(keys []string) []string {
	seen := make(map[string]bool, len(keys))
	var list []string
	for _, k := range keys {
		if k != "" && !seen[k] {
			seen[k] = true
			list = append(list, k)
		}
	}
	return list
}

func (b *batch) lookUp(id string) lead {
	l := lead{id: id, kind: parentless}
	g := b.data[b.lead.index][id]
	switch {
	case g != nil && g.err != nil:
		l.err = &LeadError{Lead: id, Entity: traverse.Lead, Path: traverse.Lead, Err: g.err}
		return l
	case g == nil || len(g.records) == 0:
		l.err = &LeadError{Lead: id, Entity: traverse.Lead, Path: traverse.Lead, Err: ErrNoLead}
		return l
	}
	l.record = g.records[0]
	// Kind and ownership follow the stored id, whether or not the record exists.
	if contact := l.reference(b, traverse.ParentContact); contact != "" {
		l.kind, l.owners = contactBased, []string{contact}
	} else if l.reference(b, traverse.ParentAccount) != "" {
		l.kind = accountBased
	}
	return l
}

func (l *lead) reference(b *batch, name string) string {
	return l.record.values[b.lead.layout.index[name]].Text()
}

func (b *batch) leadRecords(kind int) []*record {
	var records []*record
	seen := map[*record]bool{} // an id may be asked for twice
	for i := range b.leads {
		if l := &b.leads[i]; l.err == nil && l.kind == kind && !seen[l.record] {
			seen[l.record] = true
			records = append(records, l.record)
		}
	}
	return records
}

// accounts returns the accounts whose contacts own interactions of the batch.
func (b *batch) accounts() []string {
	var ids []string
	for i := range b.leads {
		if l := &b.leads[i]; l.err == nil && l.kind == accountBased {
			ids = append(ids, l.reference(b, traverse.ParentAccount))
		}
	}
	return distinct(ids)
}

// own tells account-based leads which contacts' interactions are theirs. It
// looks at stored ids alone: also a contact that is later than as of owns.
func (b *batch) own() {
	for i := range b.leads {
		l := &b.leads[i]
		if l.err != nil || l.kind != accountBased {
			continue
		}
		g := b.data[b.owner.index][l.reference(b, traverse.ParentAccount)]
		if g.err != nil {
			l.err = &LeadError{Lead: l.id, Entity: traverse.Contact, Path: traverse.Contact + "." + traverse.ParentAccount, Err: g.err}
			continue
		}
		for _, r := range g.records {
			l.owners = append(l.owners, r.id)
		}
	}
}

// keys returns the keys under which a node's records are to be had.
func (b *batch) keys(kind int, n *node, reached [][]*record) []string {
	if n.parent == nil {
		if n.lead {
			return nil
		}
		var ids []string
		for i := range b.leads {
			if l := &b.leads[i]; l.err == nil && l.kind == kind {
				ids = append(ids, l.owners...)
			}
		}
		return distinct(ids)
	}
	return b.behind(n, reached[n.parent.index])
}

// behind returns the keys of a node's records behind records of its parent.
func (b *batch) behind(n *node, parents []*record) []string {
	var ids []string
	for _, r := range parents {
		if n.parent.lead || b.mayExist(n.parent.layout, r) {
			ids = append(ids, n.key(r))
		}
	}
	return distinct(ids)
}

// key returns the key of a node's records behind a record of its parent.
func (n *node) key(parent *record) string {
	if n.ref >= 0 {
		return parent.values[n.ref].Text()
	}
	return parent.id
}

// mayExist reports whether a record exists as of the scoring instant for some
// model: models in different zones may differ over a day.
func (b *batch) mayExist(l *layout, r *record) bool {
	if l.days {
		return !r.dated || r.when <= b.latest
	}
	return !r.dated || r.when <= b.asOf
}

// fetch gets what is wanted, by need, and not there yet.
func (b *batch) fetch(want [][]string) error {
	for i, keys := range want {
		n, have := b.needs[i], b.data[i]
		var missing []string
		for _, k := range keys {
			if _, ok := have[k]; !ok {
				have[k] = b.scratch.group()
				missing = append(missing, k)
			}
		}
		for chunk := range slices.Chunk(missing, max(b.opts.Keys, 1)) {
			if err := b.query(n, have, chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *batch) query(n *need, have map[string]*group, keys []string) error {
	q := &traverse.Query{Need: n.Need, Keys: keys}
	if n.Time != "" {
		q.From, q.To = b.hint(n)
	}
	rows := b.scratch.answer(q)
	err := b.source.Fetch(b.ctx, q, rows)
	if ctxErr := b.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	if err == nil {
		err = rows.Err()
	}
	if err != nil {
		for _, k := range keys {
			have[k].err = err
		}
		b.failed = true
		return nil
	}
	if b.room -= rows.Len(); b.room < 0 {
		return &fullError{n.Entity, b.pathTo(n)}
	}
	b.keep(n, have, rows)
	for _, k := range keys {
		if err := rows.Failed(k); err != nil {
			have[k].err = err
		} else if id, ok := b.scratch.repeated(have[k].records); ok {
			have[k].err = fmt.Errorf("source added %s %q twice", n.Entity, id)
			if n.by != "" {
				have[k].err = fmt.Errorf("%w under the key %q", have[k].err, k)
			}
		}
		b.failed = b.failed || have[k].err != nil
	}
	return nil
}

// keep takes rows over, with their text folded where case does not matter. Their
// records lie in one piece of memory, and so do the lists of a key's records
// that came together.
func (b *batch) keep(n *need, have map[string]*group, rows *traverse.Rows) {
	records := b.scratch.records.take(rows.Len())
	list := b.scratch.lists.take(rows.Len())
	i, start, key := 0, 0, ""
	close := func() {
		if start == i {
			return
		}
		if g := have[key]; g.records == nil {
			g.records = list[start:i:i]
		} else {
			g.records = append(g.records, list[start:i]...)
		}
		start = i
	}
	for row := range rows.All() {
		if row.Key != key {
			close()
			key = row.Key
		}
		list[i] = &records[i]
		b.take(list[i], n, row)
		i++
	}
	close()
}

// take takes one row over.
func (b *batch) take(r *record, n *need, row traverse.Row) {
	*r = record{id: row.ID, entity: n.layout.entity, values: row.Values}
	if n.owner {
		return
	}
	l := n.layout
	if b.opts.near() {
		r.given = slices.Clone(r.values)
	}
	if !b.raw {
		for i, v := range r.values {
			var fold func(string) string
			if l.fold[i] {
				fold = b.folded
			}
			r.values[i] = normal(v, fold)
		}
	}
	if l.dated >= 0 {
		if v := r.values[l.dated]; v.Kind() == traverse.KindDate {
			r.when, r.dated = v.Day(), true
		} else if v.Kind() == traverse.KindTime {
			r.when, r.dated = v.Micros(), true
		}
	}
}

// folded is traverse.Fold, which it asks once for each distinct text.
func (b *batch) folded(s string) string {
	f, ok := b.folds[s]
	if !ok {
		f = traverse.Fold(s)
		if b.folds == nil {
			b.folds = map[string]string{}
		}
		b.folds[s] = f
	}
	return f
}

// normal returns v as predicates want it: text folded by fold, which is nil where
// case matters, and no empty text among the chosen.
func normal(v traverse.Value, fold func(string) string) traverse.Value {
	switch v.Kind() {
	case traverse.KindText:
		if fold != nil {
			return traverse.TextValue(fold(v.Text()))
		}
	case traverse.KindChoices:
		chosen := slices.DeleteFunc(slices.Clone(v.Choices()), func(s string) bool { return s == "" })
		if fold != nil {
			for i, s := range chosen {
				chosen[i] = fold(s)
			}
		}
		return traverse.ChoicesValue(chosen...)
	}
	return v
}

// pathTo spells the way on which the batch's first lead reaches a need's records.
func (b *batch) pathTo(n *need) string {
	switch n {
	case b.lead:
		return traverse.Lead
	case b.owner:
		return traverse.Contact + "." + traverse.ParentAccount
	}
	kind := max(b.leads[0].kind, contactBased)
	at := slices.IndexFunc(b.targets[kind].order, func(at *node) bool { return slices.Contains(at.needs, n) })
	if at < 0 {
		return n.Entity
	}
	return b.targets[kind].order[at].path()
}

// hint is the stretch of time that some path can reach.
func (b *batch) hint(n *need) (from, to time.Time) {
	lo, bounded := int64(math.MaxInt64), true
	for _, at := range n.nodes {
		bounded = bounded && !at.open
		for _, w := range at.windows {
			lo = min(lo, b.bounds[w].lo)
		}
	}
	if n.layout.days {
		to = time.Unix(b.latest*24*60*60, 0).UTC()
		from = time.Unix(lo*24*60*60, 0).UTC()
	} else {
		// A source may hold finer instants than the microsecond that they are cut to.
		to = time.UnixMicro(b.asOf).Add(time.Microsecond - 1).UTC()
		from = time.UnixMicro(lo).UTC()
	}
	if !bounded || lo == math.MaxInt64 || b.opts.near() { // also what is outside may be near
		from = time.Time{}
	}
	return from, to
}

// blame marks the leads that reach a key which could not be had. What a lead
// reaches does not depend on what its conditions filter.
func (b *batch) blame() {
	for i := range b.leads {
		l := &b.leads[i]
		if l.err != nil || l.kind == parentless {
			continue
		}
		reached := make([][]*record, len(b.targets[l.kind].order))
		for _, n := range b.targets[l.kind].order {
			if n.lead {
				reached[n.index] = []*record{l.record}
				continue
			}
			keys := b.leadKeys(l, n, reached)
			for _, need := range n.needs {
				for _, key := range keys {
					g := b.data[need.index][key]
					if g == nil {
						continue
					}
					if g.err != nil && l.err == nil {
						l.err = &LeadError{Lead: l.id, Entity: need.Entity, Path: n.path(), Err: g.err}
					}
					reached[n.index] = append(reached[n.index], g.records...)
				}
			}
		}
	}
}

// leadKeys is keys for one lead.
func (b *batch) leadKeys(l *lead, n *node, reached [][]*record) []string {
	if n.parent == nil {
		return distinct(l.owners)
	}
	return b.behind(n, reached[n.parent.index])
}
