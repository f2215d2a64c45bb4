package leadscore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

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

// An Option changes how leads are scored. Options are plain values.
type Option struct {
	kind optionKind
	time time.Time
	n    int
}

type optionKind uint8

const (
	optionAsOf optionKind = iota + 1
	optionExplain
	optionBatch
	optionWorkers
	optionRecords
)

// AsOf scores as of an instant instead of now: what is later does not exist
// (language reference, Date ranges). What is finer than a microsecond is cut off.
// An instant outside the years 0 to 9999 makes scoring fail.
func AsOf(t time.Time) Option { return Option{kind: optionAsOf, time: t} }

// Explain lets results say which conditions contributed what ([Result.Contributions]).
// For each condition it lists up to so many of the records that were counted,
// with their times. Below 1 it lists none: then explanations cost little, where
// lists take many times as long as scores alone: they also say what came near to
// counting, for which sources are asked for records of any date, as long as these
// keep to [MaxRecords].
func Explain(occurrences int) Option { return Option{kind: optionExplain, n: max(occurrences, 0)} }

// Batch sets how many leads [Set.ScoreAll] scores together, and how many keys
// one query has at most. The default is 256; n below 1 means 1.
func Batch(n int) Option { return Option{kind: optionBatch, n: max(n, 1)} }

// Workers sets how many batches [Set.ScoreAll] scores at the same time. The
// default is [runtime.GOMAXPROCS]; more can pay when the source waits for
// something else, such as a database. n below 1 means 1, above 1024 it means 1024.
func Workers(n int) Option { return Option{kind: optionWorkers, n: min(max(n, 1), maxWorkers)} }

// MaxRecords bounds how many records a source may hand over for one lead, the
// lead itself included: a lead that reaches more fails with [ErrTooManyRecords].
// A batch that reaches more together is scored in parts, which asks for some
// records again; so each worker holds no more at a time, but for those of one
// query. A source that has its records in memory and lends them, as source/memory
// and source/tables do, hands nothing over: no lead fails for what it reaches
// there. The default is 1,000,000; n below 1 means 1.
func MaxRecords(n int) Option { return Option{kind: optionRecords, n: max(n, 1)} }

const (
	defaultBatch   = 256
	defaultRecords = 1_000_000
	maxWorkers     = 1024
)

// runOptions returns what opts say to the engine, and the number of workers, 0
// if they say none.
func runOptions(opts []Option) (o eval.Options, workers int) {
	o = eval.Options{Keys: defaultBatch, Records: defaultRecords}
	now := true
	for _, opt := range opts {
		switch opt.kind {
		case optionAsOf:
			o.AsOf, now = opt.time, false
		case optionExplain:
			o.Explain, o.Occurrences = true, opt.n
		case optionBatch:
			o.Keys = opt.n
		case optionWorkers:
			workers = opt.n
		case optionRecords:
			o.Records = opt.n
		}
	}
	if now {
		o.AsOf = time.Now()
	}
	return o, workers
}

// Status says whether a model scored a lead (language reference, Which leads a
// model scores).
type Status uint8

// The statuses of a [Result], in the order of package eval's.
const (
	Scored      Status = iota // the model scored the lead
	NotTargeted               // the lead is account-based and the model's target contact, or the other way round
	NoParent                  // the lead has neither a parent contact nor a parent account
)

// String returns "scored", "not targeted" or "no parent".
func (s Status) String() string {
	switch s {
	case Scored:
		return "scored"
	case NotTargeted:
		return "not targeted"
	case NoParent:
		return "no parent"
	}
	return fmt.Sprintf("status %d", uint8(s))
}

// A Result is what one model says of one lead. Score, Grade and SalesReady mean
// something only when Status is [Scored].
type Result struct {
	Model      string
	Lead       string
	Score      int64  // the sum over the conditions, clamped to 64 bits
	Grade      string // "" when the score is outside all grades
	SalesReady bool   // the score reaches the model's sales-ready score
	Status     Status

	explained *eval.Explanation
}

// Contribution says what one condition did to a score, and why: its fields are
// Condition, Multiplier, Points, Score, and Children with what each child
// counted. Package eval documents them.
type Contribution = eval.Contribution

// Contributions yields what each condition contributed, in the order of the
// rules: also those that contributed nothing. Without [Explain] it yields none.
func (r Result) Contributions() iter.Seq[Contribution] {
	if r.explained == nil {
		return func(func(Contribution) bool) {}
	}
	return r.explained.All()
}

// Equal reports whether r and o say the same, contributions included. With it
// go-cmp compares results.
func (r Result) Equal(o Result) bool {
	return r.Model == o.Model && r.Lead == o.Lead && r.Status == o.Status && r.Score == o.Score &&
		r.Grade == o.Grade && r.SalesReady == o.SalesReady &&
		slices.EqualFunc(slices.Collect(r.Contributions()), slices.Collect(o.Contributions()), Contribution.Equal)
}

// MarshalJSON returns the line that the leadscore command prints: model, lead
// and status, and for a scored lead score, grade, sales_ready and, if explained,
// contributions.
func (r Result) MarshalJSON() ([]byte, error) {
	head := struct {
		Model  string `json:"model"`
		Lead   string `json:"lead"`
		Status string `json:"status"`
	}{r.Model, r.Lead, r.Status.String()}
	if r.Status != Scored {
		return marshal(head)
	}
	type scored struct {
		Model         string         `json:"model"`
		Lead          string         `json:"lead"`
		Status        string         `json:"status"`
		Score         int64          `json:"score"`
		Grade         string         `json:"grade"`
		SalesReady    bool           `json:"sales_ready"`
		Contributions []Contribution `json:"contributions,omitempty"`
	}
	return marshal(scored{head.Model, head.Lead, head.Status, r.Score, r.Grade, r.SalesReady, slices.Collect(r.Contributions())})
}

// marshal is json.Marshal, but leaves <, > and & as they are: rules are full of them.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// A SetResult is what a set of models says of one lead.
type SetResult struct {
	Lead       string   `json:"lead"`
	SalesReady bool     `json:"sales_ready"` // some model says so
	Results    []Result `json:"results"`     // one a model, in the order of the set
}

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
	r.Model, r.Lead, r.Status = m.checked.Name, lead, Status(o.Status)
	if o.Status != eval.Scored {
		return
	}
	r.Score = o.Score
	r.Grade, _ = m.checked.Grades.Grade(o.Score)
	r.SalesReady = m.checked.SalesReady.Ready(o.Score)
	r.explained = o.Explained
}
