package eval

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/internal/shown"
)

// ErrNoLead is the Err of a [LeadError] for a lead that the source does not have.
var ErrNoLead = fetch.ErrNoLead

// ErrTooManyRecords is what the Err of a [LeadError] wraps for a lead that reaches
// more records than Options.Records.
var ErrTooManyRecords = errors.New("too many records")

// ErrUnknownModel is what the Err of a [LeadError] wraps for a lead for which a model is
// chosen that the set does not have.
var ErrUnknownModel = errors.New("the set has no such model")

// A LeadError is the error of a lead that could not be scored. It does not affect
// other leads.
type LeadError struct {
	Lead   string // the lead's id
	Entity string // the entity that could not be fetched
	Path   string // the way there, such as Lead.ParentContact.ParentAccount; "" if Err wraps ErrMoved
	Err    error  // the error of the source, a *traverse.ContractError, ErrNoLead, or an error that wraps ErrTooManyRecords, ErrUnknownModel or ErrMoved
	Help   string // for ErrNoLead, what [Suggest] returns, if it was asked; else ""
}

// Error describes the error in one line.
func (e *LeadError) Error() string {
	text := fmt.Sprintf("lead %s: ", shown.QuoteAll(e.Lead))
	if e.Path != "" && !errors.Is(e.Err, ErrNoLead) {
		text += fmt.Sprintf("%s (%s): ", e.Path, e.Entity)
	}
	text += e.Err.Error()
	if e.Help != "" {
		text += "; " + e.Help
	}
	return text
}

// Unwrap returns e.Err.
func (e *LeadError) Unwrap() error { return e.Err }

// Options are the options of one run.
type Options struct {
	AsOf        time.Time // the scoring instant; what is later does not exist
	Explain     bool
	Alone       bool // leaves out the auxiliary models of [NewWith], to which Given must give a status
	Transient   bool // lets Run use the memory of explanations again: they are valid only until the next run into the same Outcomes
	Occurrences int  // the most records that an explanation lists for a condition: see [Explanation.Detailed]
	Keys        int  // the most keys of one query; below 1 it is 1
	Records     int  // the most records that are fetched for one lead; below 1 there is no limit
	// Rows, if it is not nil, says by lead in which row of a source that lends its columns the
	// lead may be, counted from 1: Run looks there first, and writes where the lead was. What
	// it says may be wrong; 0 says nothing.
	Rows []int32
	// Given, if it is not nil, says by lead and model which status a model gives to a lead
	// whatever its data: 0 for a lead that is to be scored. The model then needs nothing of
	// the lead.
	Given []Status
	// Worker, if it is not nil, is what the goroutine keeps from run to run.
	Worker *Worker
}

// lists reports whether explanations list records and near misses.
func (o *Options) lists() bool { return o.Explain && o.Occurrences > 0 }

// A Status is the outcome of scoring a lead: scored, or why not.
type Status uint8

// The statuses of the language reference, Which leads a model scores.
const (
	_ Status = iota // that of a lead that has an error
	Scored
	NotTargeted   // the lead is of the other kind
	NoParent      // the lead has neither contact nor account
	NotActive     // the model is not in season
	NotInAudience // the lead does not belong to the model's audience
	NoModel       // no model is chosen for the lead; only Options.Given has it
	NotChosen     // another model is chosen for the lead; only Options.Given has it
)

// Outcomes are the outcomes of a batch of leads. The zero Outcomes has none.
type Outcomes struct {
	Errs   []*LeadError   // by lead, in the order of the ids; nil for a lead that was scored
	models []ModelOutcome // by lead and model
	each   int            // models of a lead
	room   outcomeRoom    // of explanations that are transient
}

// An outcomeRoom is memory for the outcomes of structured models.
type outcomeRoom struct {
	results    []Explanation
	dimensions []points.Dimension
}

// grow makes room for the outcomes of leads by programs, some of which may be nil.
func (r *outcomeRoom) grow(leads int, programs []*points.Program) {
	results, dimensions := 0, 0
	for _, p := range programs {
		if p != nil {
			results, dimensions = results+leads, dimensions+leads*len(p.Dimensions())
		}
	}
	if len(r.results) < results {
		r.results = make([]Explanation, results)
	}
	if len(r.dimensions) < dimensions {
		r.dimensions = make([]points.Dimension, dimensions)
	}
}

// Models returns the outcome of each model for a lead. It is undefined for a lead
// that has an error.
func (o *Outcomes) Models(lead int) []ModelOutcome {
	return o.models[lead*o.each : (lead+1)*o.each]
}

// Forget clears the outcomes and keeps their memory for the next run.
func (o *Outcomes) Forget() {
	clear(o.Errs)
	clear(o.models)
}

// reset makes room for the outcomes of leads, in the memory that o has.
// Those of models are yet to be written.
func (o *Outcomes) reset(leads, models int) {
	o.Errs = slices.Grow(o.Errs[:0], leads)[:leads]
	clear(o.Errs)
	o.models = slices.Grow(o.models[:0], leads*models)[:leads*models]
	o.each = models
}

// part returns the outcomes of some leads, in the same memory.
func (o *Outcomes) part(from, to int) *Outcomes {
	return &Outcomes{Errs: o.Errs[from:to], models: o.models[from*o.each : to*o.each], each: o.each}
}

// A ModelOutcome is the outcome of one model for one lead.
type ModelOutcome struct {
	Status Status
	Score  int64
	// Explained is there for a scored lead if it was asked for, or if the model is
	// structured: then it has the [Outcome]. If it was asked for, it is there, too, for a
	// lead that is not scored because of the audience or the season.
	Explained *Explanation
}

// An Outcome is what a structured model gives to a lead beside the score. A model is
// structured if its score is more than the sum of its conditions, or if it has a
// season, an audience or a decision.
type Outcome struct {
	Grade      string // "" if the score has none
	SalesReady bool
	Dimensions Dimensions
	Label      string // "" if the model has none, or if a dimension of it has no grade
	Labeled    bool   // the model has a label
}

// A Dimension is what a dimension of a model gives to a lead.
type Dimension struct {
	Name  string
	Score int64  // before the weight, clamped to 64 bits; 0 out of season
	Grade string // "" if the score has none, and out of season
}

// Dimensions are those of a model, in the order of the rules.
type Dimensions []Dimension

// Equal reports whether o and p, which may be nil, are equal.
func (o *Outcome) Equal(p *Outcome) bool {
	if o == nil || p == nil {
		return o == p
	}
	return o.Grade == p.Grade && o.SalesReady == p.SalesReady && slices.Equal(o.Dimensions, p.Dimensions) && o.Label == p.Label && o.Labeled == p.Labeled
}
