package leadscore

import (
	"context"
	"errors"
	"fmt"

	"github.com/leadscore/leadscore/eval"
)

// ErrNoLead is what a [LeadError] wraps when the source has no lead of that id.
var ErrNoLead = eval.ErrNoLead

// ErrTooManyRecords is what a [LeadError] wraps when a lead reaches more records
// than [MaxRecords] allows.
var ErrTooManyRecords = eval.ErrTooManyRecords

// LeadError says that one lead could not be scored, and why: its fields are
// Lead, the id; Entity and Path, what could not be had and the way there; and
// Err, what the source said, [ErrNoLead], or what wraps [ErrTooManyRecords].
// Other leads can be scored.
type LeadError = eval.LeadError

// Score scores one lead. An id that data does not know, and data that cannot be
// had, give a [*LeadError]; when ctx is done, the error is its.
func (m *Model) Score(ctx context.Context, lead string, data Source, opts ...Option) (Result, error) {
	r, err := m.alone().Score(ctx, lead, data, opts...)
	if err != nil {
		return Result{}, err
	}
	return r.Results[0], nil
}

// Score scores one lead with every model of the set. Errors are those of
// [Model.Score].
func (s *Set) Score(ctx context.Context, lead string, data Source, opts ...Option) (SetResult, error) {
	o, _ := runOptions(opts)
	if err := refuse(ctx, data, o); err != nil {
		return SetResult{}, err
	}
	b := s.batch()
	b.ids = append(b.ids, lead)
	if err := s.score(ctx, b, data, o); err != nil {
		return SetResult{}, err
	}
	r, err := b.lead(0)
	b.empty()
	s.batches.Put(b)
	return r, err
}

// refuse says why nothing can be scored, whatever the lead.
func refuse(ctx context.Context, data Source, o eval.Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if data == nil {
		return errors.New("leadscore: the source is nil")
	}
	if year := o.AsOf.UTC().Year(); year < 0 || year > 9999 {
		return fmt.Errorf("leadscore: as of the year %d: years go from 0 to 9999", year)
	}
	return nil
}

// A batch is leads that are scored together, and what came of it. Its set keeps
// it for later.
type batch struct {
	set      *Set
	ids      []string
	outcomes []eval.Outcomes // by group
	results  []Result        // by lead and model
}

// batch returns a batch without ids, in the memory of an earlier one if there is
// any.
func (s *Set) batch() *batch {
	if b, ok := s.batches.Get().(*batch); ok {
		return b
	}
	return &batch{set: s, outcomes: make([]eval.Outcomes, len(s.groups))}
}

// empty forgets the leads. Their results stay valid: they are in a piece of
// memory of their own.
func (b *batch) empty() {
	clear(b.ids)
	b.ids, b.results = b.ids[:0], nil
	for i := range b.outcomes {
		b.outcomes[i].Forget()
	}
}

// score scores the leads of b, which must be some. The error is that of ctx: it
// concerns the whole batch.
func (s *Set) score(ctx context.Context, b *batch, data Source, o eval.Options) error {
	for i, g := range s.groups {
		if err := g.program.Run(ctx, data, b.ids, o, &b.outcomes[i]); err != nil {
			return err
		}
	}
	models := len(s.models)
	b.results = make([]Result, len(b.ids)*models)
	for i, g := range s.groups {
		out := &b.outcomes[i]
		for n, id := range b.ids {
			if out.Errs[n] != nil {
				continue
			}
			results := b.results[n*models : (n+1)*models]
			list := out.Models(n)
			for j, at := range g.models {
				s.models[at].result(&results[at], id, &list[j])
			}
		}
	}
	return nil
}

// lead returns what the set says of one of the batch's leads. The error is nil or
// a *LeadError.
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
	return r, nil
}

// result writes down what the model says of a lead. r is zero.
func (m *Model) result(r *Result, lead string, o *eval.ModelOutcome) {
	r.Model, r.Lead, r.Status = m.checked.Name, lead, statusOf(o.Status)
	if r.Status != Scored {
		return
	}
	r.Score = o.Score
	r.Grade, _ = m.checked.Grades.Grade(o.Score)
	r.SalesReady = m.checked.SalesReady.Ready(o.Score)
	r.explained = o.Explained
}
