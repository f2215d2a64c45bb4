package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/follow"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A Following follows the outcomes of one lead from one instant to another: see
// [Program.Follow]. It belongs to one goroutine.
type Following struct {
	program  *Program
	opts     Options
	lead     string
	batch    *batch
	follower *follow.Follower
	scorer   structuredScorer
	state    []ModelOutcome
}

// Follow begins to follow the outcomes of a lead, as of one instant and then up to another,
// which is not earlier. opts.AsOf means nothing. The records of the lead are fetched once:
// all that scoring as of any of the instants needs. The error is a [*LeadError] if they
// cannot be read, or ctx.Err() once ctx is done. The caller must call [Following.End].
func (p *Program) Follow(ctx context.Context, source traverse.Source, lead string, from, to time.Time, opts Options) (*Following, error) {
	l := leadLoader{p: p, ctx: ctx, source: source, opts: opts, from: from, to: to, errs: make([]*LeadError, 1)}
	f := &Following{program: p, opts: opts, lead: lead}
	err := l.load([]string{lead}, func(b *batch, _ int) error {
		f.batch = b
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case l.errs[0] != nil:
		return nil, l.errs[0]
	}
	f.scorer = structuredScorer{programs: p.programs, piece: 1}
	f.follower = p.follower()
	f.follower.Begin(ctx, &f.batch.fetched, &f.batch.walker, p.routes.plan, p.followed(), &f.batch.fetched.Leads[0], from, to)
	for i := range p.routes.plan.Models {
		f.state = append(f.state, f.outcome(i))
	}
	return f, ctx.Err()
}

// End ends following. Outcomes stay valid.
func (f *Following) End() {
	f.program.routes.put(f.batch)
	f.follower.End()
	f.program.followers.Put(f.follower)
	f.batch, f.follower = nil, nil
}

// follower returns a follower, with the memory of an earlier one if there is one.
func (p *Program) follower() *follow.Follower {
	if f, ok := p.followers.Get().(*follow.Follower); ok {
		return f
	}
	return new(follow.Follower)
}

// Next moves on to the next instant as of which the outcome of some model differs from
// that as of the microsecond before, and returns it, in microseconds. It returns
// math.MaxInt64 if there is none, and ctx.Err() once ctx is done.
func (f *Following) Next(ctx context.Context) (int64, error) {
	at, models, err := f.follower.Next(ctx)
	if err != nil || at == math.MaxInt64 {
		return at, err
	}
	for _, i := range models {
		f.state[i] = f.outcome(i)
	}
	return at, nil
}

// Models returns the outcome of each model as of the instant that was reached. The list is
// valid until the next call of Next, the outcomes for good.
func (f *Following) Models() []ModelOutcome { return f.state }

// outcome returns the outcome of a model as of the instant that was reached.
func (f *Following) outcome(model int) ModelOutcome {
	m, l := f.program.routes.plan.Models[model], &f.batch.fetched.Leads[0]
	if f.opts.Given != nil && f.opts.Given[model] != 0 {
		return ModelOutcome{Status: f.opts.Given[model]}
	}
	if !m.Scores(l.Kind) {
		return ModelOutcome{Status: notScored(l.Kind)}
	}
	o := f.follower.Outcome(model)
	switch o.State {
	case follow.NotActive:
		return ModelOutcome{Status: NotActive}
	case follow.NotInAudience:
		return ModelOutcome{Status: NotInAudience}
	}
	out := ModelOutcome{Status: Scored, Score: o.Score}
	if m.Structured() {
		out.Explained = &Explanation{program: m.Program, outcome: o.Outcome}
		out.Explained.outcome.Dimensions = slices.Clone(o.Dimensions)
	}
	return out
}

// Explain returns the explained outcome of each model as of an instant between the first
// and the last, with the lists that opts of Follow ask for. It does not move on.
func (f *Following) Explain(ctx context.Context, asOf time.Time) ([]ModelOutcome, error) {
	b := f.batch
	b.fetched.SetAsOf(asOf)
	b.walker.Begin(ctx, &b.fetched)
	s := recordScorer{
		begun: begun{given: f.opts.Given}, routes: f.program.routes, batch: b, structuredScorer: f.scorer,
		explainer: &explainer{occurrences: f.opts.Occurrences, nearMisses: f.opts.lists(), asOf: asOf},
	}
	var out Outcomes
	out.reset(1, len(f.program.routes.plan.Models))
	s.score(0, f.lead, &out)
	if f.opts.lists() {
		f.program.listLater(nil, []string{f.lead}, &out)
	}
	b.walker.Begin(ctx, &b.fetched)
	f.follower.Moved()
	return out.models, ctx.Err()
}

// NoChange is the next change of an outcome that does not change.
const NoChange = math.MaxInt64

// NextChanges returns, for each lead and model, the first instant after opts.AsOf, up to
// until, as of which the outcome differs from that before, in microseconds, or
// [NoChange]. It also returns the error of each lead, or nil: its records are fetched for
// all of the instants. It fails only when ctx ends.
func (p *Program) NextChanges(ctx context.Context, source traverse.Source, ids []string, opts Options, until time.Time) ([]int64, []*LeadError, error) {
	models := len(p.routes.plan.Models)
	next := make([]int64, len(ids)*models)
	for i := range next {
		next[i] = NoChange
	}
	l := leadLoader{p: p, ctx: ctx, source: source, opts: opts, from: opts.AsOf, to: until, errs: make([]*LeadError, len(ids))}
	l.opts.Explain = false
	if !until.After(opts.AsOf) {
		return next, l.errs, ctx.Err()
	}
	f := p.follower()
	err := l.load(ids, func(b *batch, at int) error {
		for i := range b.fetched.Leads {
			lead := &b.fetched.Leads[i]
			if lead.Failed != nil {
				continue
			}
			f.Begin(ctx, &b.fetched, &b.walker, p.routes.plan, p.followed(), lead, l.from, l.to)
			if err := firstChanges(ctx, f, p.routes.plan.Models, lead.Kind, next[(at+i)*models:(at+i+1)*models]); err != nil {
				return err
			}
		}
		p.routes.put(b)
		return nil
	})
	f.End()
	p.followers.Put(f)
	return next, l.errs, err
}

// firstChanges writes the first change of each model.
func firstChanges(ctx context.Context, f *follow.Follower, models []*plan.Model, kind plan.LeadKind, next []int64) error {
	left := 0
	for _, m := range models {
		if m.Scores(kind) {
			left++
		}
	}
	for left > 0 {
		at, changed, err := f.Next(ctx)
		if err != nil || at == math.MaxInt64 {
			return err
		}
		for _, i := range changed {
			if next[i] == NoChange {
				next[i] = at
				left--
			}
		}
	}
	return nil
}

// A leadLoader fetches what leads need as of any instant from one to another.
type leadLoader struct {
	p        *Program
	ctx      context.Context
	source   traverse.Source
	opts     Options
	from, to time.Time
	errs     []*LeadError // by lead
}

// load fetches leads, and calls use with each batch of them and the position of its first.
// A batch that reaches too many records is divided. A lead that does so alone fails, as
// does one whose records cannot be read.
func (l *leadLoader) load(ids []string, use func(b *batch, at int) error) error {
	limit := l.opts.Records
	if store := lentStore(l.source); store != nil {
		limit = 0 // the source has its records in memory
		if failed := l.uncovered(store); failed != nil {
			for i, id := range ids {
				l.errs[i] = failed(id)
			}
			return l.ctx.Err()
		}
	}
	return l.part(ids, 0, limit, use)
}

// uncovered returns the errors of leads because a store does not hold all that is needed,
// or nil if it does.
func (l *leadLoader) uncovered(store *columns.Store) func(id string) *LeadError {
	if !store.Partial() {
		return nil
	}
	for _, q := range l.p.Queries(l.from, l.opts.lists()) {
		if err := store.Covers(&q); err != nil {
			return func(id string) *LeadError {
				return &LeadError{Lead: id, Entity: q.Entity, Path: q.Entity, Err: err}
			}
		}
	}
	return nil
}

// unwanted returns which models need nothing of the leads from a position on.
func (l *leadLoader) unwanted(from int) func(at int, _ *fetch.Lead) []bool {
	models := len(l.p.routes.plan.Models)
	return func(at int, _ *fetch.Lead) []bool {
		list := make([]bool, models)
		for i, given := range l.opts.Given[(from+at)*models : (from+at+1)*models] {
			list[i] = given != 0
		}
		return list
	}
}

func (l *leadLoader) part(ids []string, at, limit int, use func(b *batch, at int) error) error {
	b := l.p.routes.get()
	opts := fetch.Options{MaxKeys: l.opts.Keys, MaxRecords: limit, NearMisses: l.opts.lists(), Since: l.from}
	if l.opts.Given != nil {
		opts.Unwanted = l.unwanted(at)
	}
	err := b.fetched.Load(l.ctx, l.p.routes.plan, l.source, ids, l.to, opts)
	tooMany, ok := errors.AsType[*fetch.LimitError](err)
	switch {
	case err == nil:
		for i := range b.fetched.Leads {
			if f := b.fetched.Leads[i].Failed; f != nil {
				l.errs[at+i] = &LeadError{Lead: ids[i], Entity: f.Entity, Path: f.Path, Err: f.Err}
			}
		}
		return use(b, at)
	case !ok:
		return err
	case len(ids) > 1:
		half := len(ids) / 2
		if err := l.part(ids[:half], at, limit, use); err != nil {
			return err
		}
		return l.part(ids[half:], at+half, limit, use)
	}
	l.errs[at] = &LeadError{
		Lead: ids[0], Entity: tooMany.Entity, Path: tooMany.Path,
		Err: fmt.Errorf("%w: the limit for one lead is %d", ErrTooManyRecords, limit),
	}
	return nil
}
