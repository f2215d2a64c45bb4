package eval

import (
	"context"
	"errors"
	"fmt"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// Run scores a batch of leads into out. It fails only when ctx ends; out is then
// undefined. An error of the source, or a breach of its contract, is the error of
// the leads that need what was asked for.
//
// A source that lends its columns is not asked for what these answer, and
// opts.Records does not bound what they hold. Otherwise a batch that reaches more
// than opts.Records is scored in parts: a lead fails only for the records that it
// reaches itself, and memory is bounded.
//
// Without models there are no outcomes. out may hold those of an earlier run: Run
// uses their memory again.
func (p *Program) Run(ctx context.Context, source traverse.Source, ids []string, opts *Options, out *Outcomes) error {
	out.reset(len(ids), len(p.routes.plan.Models))
	if len(p.routes.plan.Models) == 0 {
		return ctx.Err()
	}
	r := run{ctx: ctx, source: source, opts: opts, occurrences: opts.Occurrences, programs: p.programs}
	if opts.Transient {
		out.room.grow(len(ids), p.programs)
		r.room = out.room
	}
	m := method{routes: p.routes, columns: p.columns(opts), maxRecords: opts.Records}
	if store := lentStore(source); store != nil {
		m.lent = true
		if p.uncovered(store, ids, opts, out) {
			return ctx.Err()
		}
		r.occurrences = 0 // lists are made when they are read
		version := store.Version()
		if ok, err := r.scoreFromStore(store, m, ids, out); ok || err != nil {
			if ok && opts.lists() {
				p.listLater(&lister{p, source, store, version, *opts}, ids, out)
			}
			return err
		}
		r.occurrences = opts.Occurrences
	}
	if m.nearMisses = opts.lists(); m.nearMisses || !m.columns.planned().columns.Any() {
		m.columns = nil
	}
	if err := r.scoreFromRecords(m, ids, begun{given: opts.Given}, out); err != nil {
		return err
	}
	if opts.lists() {
		p.listLater(nil, ids, out)
	}
	return nil
}

// A run is what all steps of Run share.
type run struct {
	ctx         context.Context
	source      traverse.Source
	opts        *Options // not to be changed: copying them takes as long as looking up a lead
	occurrences int      // instead of Options.Occurrences

	programs []*points.Program
	room     outcomeRoom // for whoever scores the whole batch first
}

// A method is how leads are scored.
type method struct {
	routes     *routePlan  // the plan of what is fetched
	columns    *columnPlan // counts what it can; nil if routes are counted for all conditions
	nearMisses bool        // explanations list near misses, which may have any date
	lent       bool        // the source has its records in memory: maxRecords bounds a batch, but not a lead
	maxRecords int         // instead of Options.Records; below 1 there is no limit
}

// scoreFromStore scores leads from the columns that the source lends. Conditions that
// need routes, and leads whose sums may not fit in 64 bits, are scored from
// records. It returns false if the store lacks what the plan names: then queries
// will say what is missing.
func (r *run) scoreFromStore(store *columns.Store, m method, ids []string, out *Outcomes) (bool, error) {
	from, large, ok, err := r.scoreStore(store, m.columns, m.routes.plan.Models, ids, out)
	if err != nil || !ok {
		return false, err
	}
	if residual := m.columns.planned().residual; residual != nil {
		rest := remainderOf(ids, large, out, from, residual.plan.Models)
		var walked Outcomes
		walked.reset(len(rest.ids), out.each)
		if err := r.scoreFromRecords(method{routes: residual, lent: true, maxRecords: m.maxRecords}, rest.ids, rest.begun, &walked); err != nil {
			return false, err
		}
		rest.merge(&walked, out)
	}
	m.columns = nil
	for _, i := range large {
		if err := r.scoreFromRecords(m, ids[i:i+1], from.unbegun(i*out.each, (i+1)*out.each), out.part(i, i+1)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// scoreFromRecords scores leads from records that are fetched, and begins with what has
// been counted. A batch that reaches too many records is scored in parts. They are small,
// as each asks again for the leads with the most records: of 256 leads, one is asked for
// four times.
func (r *run) scoreFromRecords(m method, ids []string, begun begun, out *Outcomes) error {
	err := r.fetchAndScore(m, ids, begun, out)
	limit, tooMany := errors.AsType[*fetch.LimitError](err)
	switch {
	case !tooMany:
		return err
	case len(ids) > 1:
		const parts = 8
		size := (len(ids) + parts - 1) / parts
		for from := 0; from < len(ids); from += size {
			to := min(from+size, len(ids))
			if err := r.scoreFromRecords(m, ids[from:to], begun.part(from*out.each, to*out.each), out.part(from, to)); err != nil {
				return err
			}
		}
		return nil
	case m.lent:
		m.maxRecords = 0
		return r.scoreFromRecords(m, ids, begun, out)
	case m.nearMisses:
		m.nearMisses = false
		return r.scoreFromRecords(m, ids, begun, out)
	}
	out.Errs[0] = &LeadError{
		Lead: ids[0], Entity: limit.Entity, Path: limit.Path,
		Err: fmt.Errorf("%w: the limit for one lead is %d", ErrTooManyRecords, m.maxRecords),
	}
	return nil
}

// fetchAndScore fetches what leads reach and scores them: over columns what these can
// count, and by routes the rest. It returns a [*fetch.LimitError] for a batch that
// reaches too many records.
func (r *run) fetchAndScore(m method, ids []string, from begun, out *Outcomes) error {
	b := m.routes.get()
	opts := fetch.Options{MaxKeys: r.opts.Keys, MaxRecords: m.maxRecords, NearMisses: m.nearMisses}
	s := recordScorer{routes: m.routes, columns: m.columns, batch: b, begun: from, structuredScorer: r.structuredScorer(len(ids))}
	if m.columns != nil {
		opts.Raw = m.columns.planned().residual == nil
		s.staging = m.columns.staging(m.routes)
		s.staging.Begin(ids)
		opts.Intake = s.staging.Intake
	}
	if s.mayBeUnwanted() {
		b.walker.Begin(r.ctx, &b.fetched)
		opts.Unwanted = s.unwanted
	}
	if err := b.fetched.Load(r.ctx, m.routes.plan, r.source, ids, r.opts.AsOf, opts); err != nil {
		if s.staging != nil {
			m.columns.stagings.Put(s.staging)
		}
		return err
	}
	if r.opts.Explain {
		s.explainer = &explainer{occurrences: r.occurrences, nearMisses: m.nearMisses, asOf: r.opts.AsOf}
	}
	if err := s.begin(r.ctx, r.opts); err != nil {
		return err
	}
	for i, id := range ids {
		if !s.score(i, id, out) {
			alone := m
			alone.columns = nil
			if err := r.fetchAndScore(alone, ids[i:i+1], from.unbegun(i*out.each, (i+1)*out.each), out.part(i, i+1)); err != nil {
				return err
			}
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
	}
	s.end() // not deferred: after an error or a panic the memory is dropped
	return nil
}
