package leadscore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/internal/calendar"
)

// ErrNoLead is the error that a [LeadError] wraps if the source has no lead with
// the id.
var ErrNoLead = eval.ErrNoLead

// ErrTooManyRecords is the error that a [LeadError] wraps if the lead reaches more
// records than [MaxRecords] allows.
var ErrTooManyRecords = eval.ErrTooManyRecords

// ErrMoved is the error that a [LeadError] wraps if [Result.Detailed] finds that the
// records of the lead have changed since it was scored.
var ErrMoved = eval.ErrMoved

// LeadError is the error for a lead that cannot be scored. It does not affect other
// leads. Its fields are Lead, the id; Entity, the entity whose records could not be
// read; Path, the path that leads to it; Err, which is the error of the source, a
// [*traverse.ContractError] if the source broke its contract, [ErrNoLead], or an error
// that wraps [ErrTooManyRecords] or [ErrMoved]; and Help, which says what an unknown id may have been
// meant to be, or "".
type LeadError = eval.LeadError

// Score scores one lead. It returns a [*LeadError] if the lead is unknown or its
// data cannot be read, and ctx.Err() once ctx is done. It also fails if data is nil,
// or if the year of [AsOf] is not between 0 and 9999.
//
// For an unknown lead of a source that lends its records, as source/memory and
// source/tables do, the error names the lead whose id is nearly the same, if there is
// one. For that Score looks at the ids of all leads, which [Set.ScoreAll] does not do.
func (m *Model) Score(ctx context.Context, lead string, data Source, opts ...Option) (Result, error) {
	r, err := m.alone().Score(ctx, lead, data, opts...)
	if err != nil {
		return Result{}, err
	}
	return r.Results[0], nil
}

// Score scores one lead with every model of the set. It fails when [Model.Score]
// does. A set without models asks data for nothing, so the result is empty even if
// there is no such lead.
func (s *Set) Score(ctx context.Context, lead string, data Source, opts ...Option) (SetResult, error) {
	b := s.batch()
	o := &b.settings
	o.set(opts)
	if err := refuse(ctx, data, &o.Options); err != nil {
		return SetResult{}, err
	}
	b.ids = append(b.ids, lead)
	if err := s.score(ctx, b, data, o, nil); err != nil {
		return SetResult{}, err
	}
	r, err := b.lead(0)
	if err == nil && r.of != nil {
		if err = r.step(o.before); err != nil {
			r = SetResult{Lead: lead}
		}
	}
	if bad, ok := errors.AsType[*LeadError](err); ok && errors.Is(err, ErrNoLead) {
		bad.Help = eval.Suggest(ctx, data, lead)
	}
	b.empty()
	s.batches.Put(b)
	return r, err
}

// refuse returns an error if no lead can be scored.
func refuse(ctx context.Context, data Source, o *eval.Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if data == nil {
		return errors.New("leadscore: the source is nil")
	}
	return validYear("AsOf", o.AsOf)
}

// validYear returns an error if no lead can be scored as of an instant.
func validYear(name string, t time.Time) error {
	if year := t.UTC().Year(); year < 0 || year > 9999 {
		return fmt.Errorf("leadscore: %s: year %d is not between 0 and 9999", name, year)
	}
	return nil
}

// A batch is leads that are scored together, and their results. Sets reuse batches.
type batch struct {
	set      *Set
	ids      []string
	outcomes []eval.Outcomes // by group
	moments  []moment        // by model, in its time zone; results point to it, so it never changes
	room     []moment        // memory for moments of later instants
	results  []Result        // by lead and model
	blocks   []blockResult   // by lead, if the set has blocks
	chosen   []eval.Chosen   // by lead, if the set has a chooser
	given    []eval.Status   // memory for eval.Options.Given
	settings settings        // memory for what one call of Score or run is given
}

// batch returns an empty batch, in the memory of an earlier one if there is one.
func (s *Set) batch() *batch {
	if b, ok := s.batches.Get().(*batch); ok {
		return b
	}
	return &batch{set: s, outcomes: make([]eval.Outcomes, len(s.groups))}
}

// empty removes the leads from b. Their results stay valid, as they are in memory
// of their own.
func (b *batch) empty() {
	clear(b.ids)
	clear(b.chosen)
	b.ids, b.results, b.blocks, b.settings = b.ids[:0], nil, nil, settings{}
	for i := range b.outcomes {
		b.outcomes[i].Forget()
	}
}

// A worker is what a goroutine that scores many batches keeps, by group.
type worker []eval.Worker

// worker returns what a goroutine is to keep. The caller must release it.
func (s *Set) worker() worker { return make(worker, len(s.groups)) }

// release gives what was kept to other goroutines.
func (w worker) release() {
	for i := range w {
		w[i].Release()
	}
}

// run scores leads into the outcomes of b. w may be nil. It fails only when ctx is done.
func (s *Set) run(ctx context.Context, b *batch, ids []string, data Source, opts *eval.Options, w worker) error {
	if w != nil || s.chooser != nil || opts.Alone {
		b.settings.Options = *opts
		opts = &b.settings.Options
	}
	if s.chooser != nil {
		b.chosen = sized(b.chosen, len(ids))
		if err := s.chooser.Choose(ctx, data, ids, *opts, b.chosen); err != nil {
			return err
		}
	}
	for i := range s.groups {
		g := &s.groups[i]
		if w != nil {
			opts.Worker = &w[i]
		}
		if s.chooser != nil || opts.Alone && g.auxiliary {
			opts.Given = b.givenTo(g, len(ids), opts.Alone)
		}
		if err := g.program.Run(ctx, data, ids, opts, &b.outcomes[i]); err != nil {
			return err
		}
	}
	if s.chooser != nil {
		for n := range b.chosen {
			if err := b.chosen[n].Err; err != nil {
				b.outcomes[0].Errs[n] = err
			}
		}
	}
	return nil
}

// score scores the leads of b, of which there must be at least one. w may be nil. It
// fails only when ctx is done.
func (s *Set) score(ctx context.Context, b *batch, data Source, o *settings, w worker) error {
	if err := s.run(ctx, b, b.ids, data, &o.Options, w); err != nil {
		return err
	}
	models := len(s.models)
	b.results = make([]Result, len(b.ids)*models)
	if models > 0 && (len(b.moments) == 0 || b.moments[0].asOf.UnixMicro() != o.AsOf.UnixMicro()) {
		const several = 32 // leads that are scored as of now have an instant each
		if len(b.room) < models {
			b.room = make([]moment, max(models, several))
		}
		b.moments, b.room = b.room[:models:models], b.room[models:]
		for i, m := range s.models {
			b.moments[i] = moment{asOf: calendar.Local(time.UnixMicro(o.AsOf.UnixMicro()), m.checked.Zone)}
		}
	}
	if s.blocks != nil {
		b.blocks = s.blocks.results(len(b.ids))
	}
	for i := range s.groups {
		g := &s.groups[i]
		out := &b.outcomes[i]
		for n, id := range b.ids {
			if out.Errs[n] != nil {
				continue
			}
			if g.auxiliary {
				s.blocks.holds(out.Models(n)[len(g.models):], b.blocks[n].holds)
			}
			results := b.results[n*models : (n+1)*models]
			list := out.Models(n)
			for j, at := range g.models {
				s.models[at].result(&results[at], id, &b.moments[at], &list[j])
			}
		}
	}
	for at := range s.stopped {
		for n := 0; s.stopped[at] && n < len(b.ids); n++ {
			b.results[n*models+at] = Result{Model: s.models[at].checked.Name, Lead: b.ids[n], Status: b.ofStopped(n, at), moment: &b.moments[at]}
		}
	}
	if !o.until.IsZero() {
		return s.nextChanges(ctx, b, data, o.Options, o.until)
	}
	return nil
}

// nextChanges finds the next change of each result of b, up to an instant.
func (s *Set) nextChanges(ctx context.Context, b *batch, data Source, o eval.Options, until time.Time) error {
	models := len(s.models)
	moments := make([]moment, len(b.results))
	for i := range s.groups {
		g := &s.groups[i]
		if s.chooser != nil {
			o.Given = b.givenTo(g, len(b.ids), false)
		}
		next, errs, err := g.program.NextChanges(ctx, data, b.ids, o, until)
		if err != nil {
			return err
		}
		each := len(g.models)
		if g.auxiliary {
			each += s.auxiliary()
		}
		for n := range b.ids {
			if b.outcomes[i].Errs[n] == nil {
				b.outcomes[i].Errs[n] = errs[n]
			}
			for j, at := range g.models {
				r, m := &b.results[n*models+at], &moments[n*models+at]
				*m = b.moments[at]
				t := next[n*each+j]
				if s.chooser != nil && b.chosen[n].Given(at) != 0 {
					t = eval.NoChange
				}
				if from, ok := b.chosenLater(n, until); ok {
					t = from
				}
				if t != eval.NoChange {
					m.next = calendar.Local(time.UnixMicro(t), s.models[at].checked.Zone)
				}
				r.moment = m
			}
		}
	}
	for at := range s.stopped {
		for n := range b.ids {
			if from, ok := b.chosenLater(n, until); ok && s.stopped[at] {
				m := &moments[n*models+at]
				*m = b.moments[at]
				m.next = calendar.Local(time.UnixMicro(from), s.models[at].checked.Zone)
				b.results[n*models+at].moment = m
			}
		}
	}
	return nil
}

// lead returns the result for one of the batch's leads. The error is nil or a
// *LeadError.
func (b *batch) lead(n int) (SetResult, error) {
	for i := range b.outcomes {
		if err := b.outcomes[i].Errs[n]; err != nil {
			return SetResult{Lead: b.ids[n]}, err
		}
	}
	models := len(b.set.models)
	r := SetResult{Lead: b.ids[n], Results: b.results[n*models : (n+1)*models : (n+1)*models]}
	for i := range r.Results {
		r.SalesReady = r.SalesReady || r.Results[i].SalesReady
	}
	if b.blocks != nil {
		r.of = &b.blocks[n]
		if b.set.chooser != nil {
			r.of.choice = b.chosen[n].Choice
		}
	}
	return r, nil
}

// result sets r, which must be zero, to the model's result for a lead.
func (m *Model) result(r *Result, lead string, at *moment, o *eval.ModelOutcome) {
	r.Model, r.Lead, r.moment, r.Status, r.explained = m.checked.Name, lead, at, statusOf(o.Status), o.Explained
	if r.Status != Scored {
		return
	}
	r.Score = o.Score
	if o.Explained.Structured() {
		r.Grade, r.SalesReady = o.Explained.Grade()
		return
	}
	r.Grade, _ = m.checked.Grades.Grade(o.Score)
	r.SalesReady = m.checked.SalesReady.Ready(o.Score)
}
