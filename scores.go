package leadscore

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/calendar"
)

// Scores are what the models of a set give to many leads, in columns: [Set.ScoreInto]
// fills them. They take much less memory and time than a [Result] for each lead and model.
// Models are numbered in the order of the set, and leads in the order in which they were
// given.
//
// The zero Scores has no leads. Scores may be filled again and again: they use their
// memory again, so what their methods returned before is valid until then, apart from
// results and errors. Their methods may be called by several goroutines at the same time,
// but not while they are filled.
type Scores struct {
	set     *Set
	leads   []string
	models  []modelScores
	moments []moment // by model, in its time zone; results point to it, so it never changes
	rows    []int32  // by lead, where a source in memory had it: see eval.Options

	mu     sync.Mutex   // guards errs while they are filled
	errs   []*LeadError // by lead; empty if none has one
	failed bool         // some of the memory of errs is not nil
}

// modelScores are the columns of one model.
type modelScores struct {
	status     []Status
	score      []int64
	ready      []bool // of a structured model; nil for another one, where it follows from the score
	dimensions []dimensionScores
}

// dimensionScores are the columns of a dimension.
type dimensionScores struct {
	score    []int64
	inSeason []bool
}

// Len returns the number of leads.
func (s *Scores) Len() int { return len(s.leads) }

// Lead returns the id of a lead.
func (s *Scores) Lead(lead int) string { return s.leads[lead] }

// Score returns the scores of a model, by lead: each clamped to 64 bits, and 0 if the
// status of the lead is not [Scored]. They must not be changed.
func (s *Scores) Score(model int) []int64 { return s.models[model].score }

// Status returns the status of each lead for a model. It is [NoStatus] for a lead that has
// an error. They must not be changed.
func (s *Scores) Status(model int) []Status { return s.models[model].status }

// Dimension returns the scores of a dimension of a model, by lead, before the weight. The
// dimensions are in the order of the rules; [Result.Dimensions] has their names and
// grades. A score is 0 if the status of the lead is not [Scored]. They must not be changed.
func (s *Scores) Dimension(model, dimension int) []int64 {
	return s.models[model].dimensions[dimension].score
}

// Dimensions returns how many dimensions a model has.
func (s *Scores) Dimensions(model int) int { return len(s.models[model].dimensions) }

// Err returns the error of a lead that could not be scored, or nil. It is a [*LeadError].
func (s *Scores) Err(lead int) error {
	if len(s.errs) == 0 || s.errs[lead] == nil {
		return nil
	}
	return s.errs[lead]
}

// Errs yields the leads that could not be scored, in order, and their errors.
func (s *Scores) Errs() iter.Seq2[int, *LeadError] {
	return func(yield func(int, *LeadError) bool) {
		for lead, err := range s.errs {
			if err != nil && !yield(lead, err) {
				return
			}
		}
	}
}

// Result returns the result of a model for a lead, as [Model.Score] does without [Explain]:
// with the grade, and what else is not a column. It has no status if the lead has an error.
func (s *Scores) Result(lead, model int) Result {
	m, c := s.set.models[model], &s.models[model]
	r := Result{Model: m.checked.Name, Lead: s.leads[lead], moment: &s.moments[model], Status: c.status[lead], Score: c.score[lead]}
	switch {
	case r.Status != Scored:
	case c.ready != nil:
		program, at := s.set.program(model)
		r.explained = program.Numbers(at, r.Score, c.ready[lead], func(i int) (int64, bool) {
			d := &c.dimensions[i]
			return d.score[lead], d.inSeason[lead]
		})
		r.Grade, r.SalesReady = r.explained.Grade()
	default:
		r.Grade, _ = m.checked.Grades.Grade(r.Score)
		r.SalesReady = m.checked.SalesReady.Ready(r.Score)
	}
	return r
}

// program returns the program that a model of the set belongs to, and its number there.
func (s *Set) program(model int) (p *eval.Program, at int) {
	for _, g := range s.groups {
		if at := slices.Index(g.models, model); at >= 0 {
			return g.program, at
		}
	}
	return nil, 0
}

// ScoreInto scores leads as of one instant and writes the scores into columns, in the order
// of leads, whatever they held before. The columns refer to leads, which must not change
// as long as they are used.
//
// A lead that cannot be scored has an error there, and the others are scored. ScoreInto
// fails when ctx is done, if data is nil, if the year of [AsOf] is not between 0 and 9999,
// and with [Explain], of which columns can hold nothing. Then the columns have no leads.
//
// What blocks of the set ask for, such as the audience of stages, is not counted, and data
// is not asked for what they alone need.
//
// It scores leads in batches ([Batch]), several at the same time ([Workers]), one of them
// on the caller's goroutine. It returns when all have been scored, and needs memory for all
// leads: for more than some millions, call it for some of them after the other. If data
// panics, so does ScoreInto.
func (s *Set) ScoreInto(ctx context.Context, leads []string, data Source, into *Scores, opts ...Option) error {
	o := settingsOf(opts)
	into.forget()
	if err := refuse(ctx, data, &o.Options); err != nil {
		return err
	}
	if o.Explain {
		return errors.New("leadscore: ScoreInto cannot explain scores: use Score or ScoreAll")
	}
	into.reset(s, leads, o.AsOf)
	o.Transient, o.Alone = true, true // columns have nothing that blocks ask for
	f := filling{set: s, data: data, options: o.Options, into: into, size: max(min(o.Keys, len(leads)), 1)}
	if o.workers == 0 {
		o.workers = defaultWorkers(data)
	}
	filled := false
	defer func() {
		if !filled { // also if data panics
			into.forget()
		}
	}()
	if err := f.run(ctx, min(o.workers, (len(leads)+f.size-1)/f.size)); err != nil {
		return err
	}
	// A source may have failed because of it.
	if err := ctx.Err(); err != nil {
		return err
	}
	filled = true
	return nil
}

// forget removes the leads.
func (s *Scores) forget() {
	if s.failed {
		clear(s.errs[:cap(s.errs)])
	}
	s.set, s.leads, s.errs, s.failed = nil, nil, s.errs[:0], false
	s.models = s.models[:0]
}

// reset makes room for the scores of leads by a set.
func (s *Scores) reset(set *Set, leads []string, asOf time.Time) {
	n := len(leads)
	s.set, s.leads = set, leads
	s.rows = sized(s.rows, n)
	s.models = sized(s.models, len(set.models))
	same := len(s.moments) == len(set.models)
	asOf = time.UnixMicro(asOf.UnixMicro())
	for _, g := range set.groups {
		for at, i := range g.models {
			s.models[i].reset(n, g.program.Structured(at), g.program.Dimensions(at))
		}
	}
	for i, m := range set.models {
		if set.isStopped(i) {
			s.models[i].stop(n, m.checked)
		}
		same = same && s.moments[i].asOf.Equal(asOf) && s.moments[i].asOf.Location() == m.checked.Zone
	}
	if same {
		return
	}
	s.moments = make([]moment, len(set.models))
	for i, m := range set.models {
		s.moments[i].asOf = calendar.Local(asOf, m.checked.Zone)
	}
}

// reset makes room for the scores of so many leads.
func (m *modelScores) reset(leads int, structured bool, dimensions int) {
	m.status, m.score = sized(m.status, leads), sized(m.score, leads)
	m.dimensions = sized(m.dimensions, dimensions)
	for i := range m.dimensions {
		d := &m.dimensions[i]
		d.score, d.inSeason = sized(d.score, leads), sized(d.inSeason, leads)
	}
	if !structured {
		m.ready = nil
	} else if m.ready = sized(m.ready, leads); m.ready == nil {
		m.ready = []bool{}
	}
}

// stop writes what a stopped model gives to so many leads.
func (m *modelScores) stop(leads int, model *check.Model) {
	dimensions := 0
	for _, p := range model.Parts {
		if _, ok := p.(*check.Dimension); ok {
			dimensions++
		}
	}
	m.reset(leads, false, dimensions)
	for i := range leads {
		m.clear(i)
		m.status[i] = Stopped
	}
}

// sized returns a slice of n elements, in the memory of list if that suffices.
func sized[T any](list []T, n int) []T {
	if n <= cap(list) {
		return list[:n]
	}
	return append(list[:cap(list)], make([]T, n-cap(list))...)
}

// fail keeps the first error of a lead. Several goroutines may call it at the same time.
func (s *Scores) fail(lead int, err *LeadError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.errs) == 0 {
		s.errs = sized(s.errs, len(s.leads))
		s.failed = true
	}
	if s.errs[lead] == nil {
		s.errs[lead] = err
	}
}

// A filling is one call of ScoreInto.
type filling struct {
	set     *Set
	data    Source
	options eval.Options
	into    *Scores
	size    int          // of a batch
	next    atomic.Int64 // the first lead that nobody has taken
}

// run scores all leads, on so many goroutines: the caller's and others.
func (f *filling) run(ctx context.Context, workers int) error {
	if workers <= 1 {
		return f.work(ctx)
	}
	working, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait() // whatever happens, nobody writes into the columns afterwards
	defer cancel()
	ends := make([]ending, workers-1)
	for i := range ends {
		running.Go(func() {
			defer func() {
				if ends[i].broken() {
					cancel()
				}
			}()
			ends[i].of(func() error { return f.work(working) })
		})
	}
	err := f.work(working)
	running.Wait()
	for i := range ends {
		ends[i].raise()
	}
	return err
}

// work scores batches until there are none.
func (f *filling) work(ctx context.Context) error {
	b, w := f.set.batch(), f.set.worker()
	defer w.release()
	for {
		to := int(f.next.Add(int64(f.size)))
		from := to - f.size
		if from >= len(f.into.leads) {
			break
		}
		if err := f.score(ctx, b, w, from, min(to, len(f.into.leads))); err != nil {
			return err
		}
	}
	b.empty()
	f.set.batches.Put(b)
	return nil
}

// score scores the leads from one up to another one.
func (f *filling) score(ctx context.Context, b *batch, w worker, from, to int) error {
	o, ids := f.options, f.into.leads[from:to]
	o.Rows = f.into.rows[from:to]
	if err := f.set.run(ctx, b, ids, f.data, &o, w); err != nil {
		return err
	}
	for i, g := range f.set.groups {
		for at, model := range g.models {
			f.into.models[model].fill(from, at, &b.outcomes[i])
		}
	}
	if f.set.chooser != nil && f.set.stopped != nil {
		for model := range f.into.models {
			for n := 0; f.set.isStopped(model) && n < len(ids); n++ {
				f.into.models[model].status[from+n] = b.ofStopped(n, model)
			}
		}
	}
	for i := range f.set.groups {
		for n, err := range b.outcomes[i].Errs {
			if err == nil {
				continue
			}
			f.into.fail(from+n, err)
			for j := range f.into.models {
				f.into.models[j].clear(from + n)
			}
		}
	}
	return nil
}

// fill writes the outcomes of one model of a group, from a lead on.
func (m *modelScores) fill(from, at int, out *eval.Outcomes) {
	n := len(out.Errs)
	status, score := m.status[from:from+n], m.score[from:from+n]
	for i := range n {
		o := &out.Models(i)[at]
		switch {
		case out.Errs[i] != nil:
			m.clear(from + i)
		case o.Status != eval.Scored:
			m.clear(from + i)
			status[i] = statusOf(o.Status)
		default:
			status[i], score[i] = Scored, o.Score
			if m.ready != nil {
				m.fillStructured(from+i, o.Explained)
			}
		}
	}
}

// fillStructured writes what a structured model gives to a lead beside the score.
func (m *modelScores) fillStructured(lead int, e *eval.Explanation) {
	m.ready[lead] = e.SalesReady()
	for i := range m.dimensions {
		d := &m.dimensions[i]
		d.score[lead], d.inSeason[lead] = e.DimensionScore(i)
	}
}

// clear makes the scores of a lead those of one that has none.
func (m *modelScores) clear(lead int) {
	m.status[lead], m.score[lead] = NoStatus, 0
	for i := range m.dimensions {
		d := &m.dimensions[i]
		d.score[lead], d.inSeason[lead] = 0, false
	}
}
