package leadscore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/internal/shown"
)

// A Status is the outcome of scoring a lead: scored, or why not (language reference,
// Which leads a model scores). In JSON it is a string.
type Status uint8

// The statuses of a [Result].
const (
	NoStatus      Status = iota // the status of a zero Result
	Scored                      // the model scored the lead
	NotTargeted                 // the lead is account-based and the model targets contacts, or the other way round
	NoParent                    // the lead has neither a parent contact nor a parent account
	NotActive                   // the model is not active as of the instant of scoring
	NotInAudience               // the lead does not belong to the audience of the model
	Stopped                     // the model is stopped in the set: see [Set.Stop]
	NoModel                     // no model of the set is chosen for the lead: see [SetResult.Choice]
	NotChosen                   // another model of the set is chosen for the lead
)

var statusNames = [...]string{
	NoStatus: "no status", Scored: "scored", NotTargeted: "not targeted", NoParent: "no parent", NotActive: "not active", NotInAudience: "not in audience",
	Stopped: "stopped", NoModel: "no model", NotChosen: "not chosen",
}

// String returns "scored", "not targeted", "no parent", "not active", "not in audience",
// "stopped", "no model", "not chosen" or, for [NoStatus], "no status".
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("status %d", uint8(s))
}

// MarshalText returns what [Status.String] returns. It fails if s is not one of the
// constants.
func (s Status) MarshalText() ([]byte, error) {
	if int(s) < len(statusNames) {
		return []byte(statusNames[s]), nil
	}
	return nil, fmt.Errorf("leadscore: %d is not a status", uint8(s))
}

// UnmarshalText sets s to the status whose [Status.String] is text. It fails if
// there is none.
func (s *Status) UnmarshalText(text []byte) error {
	i := slices.Index(statusNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("leadscore: %q is not a status", text)
	}
	*s = Status(i)
	return nil
}

// statusOf converts a status of the engine. It panics if the status is unknown.
func statusOf(s eval.Status) Status {
	switch s {
	case eval.Scored:
		return Scored
	case eval.NotTargeted:
		return NotTargeted
	case eval.NoParent:
		return NoParent
	case eval.NotActive:
		return NotActive
	case eval.NotInAudience:
		return NotInAudience
	case eval.NoModel:
		return NoModel
	case eval.NotChosen:
		return NotChosen
	}
	panic(fmt.Sprintf("leadscore: unknown status %d of the engine", s))
}

// A Result is the result of one model for one lead. Score, Grade and SalesReady are
// meaningful only if Status is [Scored].
type Result struct {
	Model      string
	Lead       string
	Grade      string // "" if the score is outside all grades
	Score      int64  // clamped to 64 bits
	Status     Status
	SalesReady bool // the score reaches the model's sales-ready score, or what the model asks for holds

	moment *moment // the same for all results of a run and a model, unless next changes were asked for; or nil
	// What an explanation has, also of a lead that is not scored, and what a model with
	// dimensions and the like gives beside the score; or nil.
	explained *eval.Explanation
}

// AsOf returns the instant of scoring, in the model's time zone: see [AsOf]. It returns
// the zero time for a zero Result.
func (r Result) AsOf() time.Time {
	if r.moment == nil {
		return time.Time{}
	}
	return r.moment.asOf
}

// A moment is the instant of scoring.
type moment struct {
	asOf time.Time // in the time zone of the model
	next time.Time // the next change, in the same zone; or the zero time
}

// NextChange returns the first instant after that of scoring as of which anything of the
// result differs, in the model's time zone: see [Set.Changes]. It returns false if there is
// none up to the end that [NextChange] sets, or if the lead was scored without that option.
func (r Result) NextChange() (at time.Time, ok bool) {
	if r.moment == nil || r.moment.next.IsZero() {
		return time.Time{}, false
	}
	return r.moment.next, true
}

// Dimension is what a dimension of a model gives to a lead: its Name, its Score before
// the weight, and its Grade, or "" if it has none. See package eval.
type Dimension = eval.Dimension

// Dimensions returns what each dimension of the model gives to the lead, in the order of
// the rules. It returns nil if the lead is not scored or the model has no dimensions. The
// list is made anew with each call, and belongs to the caller.
func (r Result) Dimensions() []Dimension {
	if o := r.explained.Outcome(); o != nil {
		return o.Dimensions
	}
	return nil
}

// Label returns the grades of the dimensions that make the model's label, in a row: ""
// if one of the dimensions has no grade. It returns false if the lead is not scored or
// the model has no label.
func (r Result) Label() (label string, ok bool) { return r.explained.Label() }

// Structured reports whether the score is more than the sum of the contributions: the
// lead is scored, and the model has dimensions, groups, limits, tables or the like.
func (r Result) Structured() bool { return r.explained.Structured() }

// String returns lead, model and outcome on one line, such as
// `"lead-42", Coffee geeks: score 70, Hot, sales ready` or
// `"lead-42", B2B: score 92, label A1, Fit 40 A, Engagement 52 1`. The lead's id is
// quoted, so that blanks and characters that cannot be seen show, and control characters
// in names are replaced. For the contributions see package explain.
func (r Result) String() string {
	text := r.Status.String()
	if r.Status == Scored {
		text = eval.Headline(r.Score, r.Grade, r.SalesReady, r.explained.Outcome())
	}
	return fmt.Sprintf("%s, %s: %s", shown.QuoteAll(r.Lead), shown.Printable(r.Model), text)
}

// Contribution says what one condition contributed to a score, and why. Its fields
// are Condition, Multiplier, Points, Score, and Children, which says what each
// child counted, and others for rows of tables, decays, bounds, tiers and seasons. See
// package eval.
type Contribution = eval.Contribution

// Contributions yields what each condition contributed, in the order of the rules,
// including conditions that contributed nothing. The children of those whose lists have
// been read have the records that were counted: see [Result.Detailed]. If the lead was
// scored without [Explain], it yields nothing.
func (r Result) Contributions() iter.Seq[Contribution] {
	if r.explained == nil {
		return func(func(Contribution) bool) {}
	}
	return r.explained.All()
}

// Detailed returns r with the lists that [Explain] asked for, of some conditions, or of all
// if none is named: [Result.Contributions] and [Result.Audience] then say which records
// were counted, what kept the nearest record from counting, and what is missing where a
// path leads. Lists that r has already stay.
//
// For a source that lends the records that it holds in memory, as source/memory and
// source/tables do, lists are made now, of the records that the lead has now, and nothing
// of them is kept but what Detailed returns; until then r refers to the source. If the
// records do not count what they counted when the lead was scored, lists of them would not
// explain the score: the error is then a [*LeadError] that wraps [ErrMoved], and the lead
// may be scored again. [Result.Moved] is stricter. What any other source returned was
// listed when the lead was scored, so that Detailed asks it for nothing.
//
// Detailed also fails if the model has no condition of a name, and with ctx.Err() once ctx
// is done. If it fails, it returns r as it is, with the error. If [Explain] asked for no
// lists, Detailed returns r.
func (r Result) Detailed(ctx context.Context, conditions ...string) (Result, error) {
	detailed, err := r.explained.Detailed(ctx, conditions...)
	if err != nil {
		return r, err
	}
	r.explained = detailed
	return r, nil
}

// Moved reports whether records of the source have been added, replaced or deleted since
// the lead was scored, even if they are those of other leads. If it returns false after
// [Result.Detailed], lists are exactly those of the records that were scored; if it
// returns true, they are those of records that count the same. It returns false for a
// source that does not lend its records, as all lists were made when the lead was scored,
// and if there are none to make.
func (r Result) Moved() bool { return r.explained.Moved() }

// Line is a line of the account of a score: what a condition adds, or what a limit, the
// weight of a dimension or the like changes. See package eval.
type Line = eval.Line

// Ledger yields the account of the score, line by line, in the order of the rules. The
// amounts add up to the score. If the lead was scored without [Explain], it yields
// nothing.
func (r Result) Ledger() iter.Seq[Line] {
	if r.explained == nil {
		return func(func(Line) bool) {}
	}
	return r.explained.Lines()
}

// Audience says why a lead does not belong to the audience of a model. Its fields are
// Children, which says what each child of the audience counted, and Blocks. See package
// eval.
type Audience = eval.Audience

// Audience returns why the lead does not belong to the audience of the model. It returns
// nil if the status is not [NotInAudience], or if there is no explanation: see [Explain].
// Its children have lists once these have been read: see [Result.Detailed].
func (r Result) Audience() *Audience { return r.explained.Audience() }

// Season says when a model is active, From an instant Until another. See package eval.
type Season = eval.Season

// Season returns when the model is active. It returns nil if the status is not
// [NotActive], or if there is no explanation: see [Explain].
func (r Result) Season() *Season { return r.explained.Season() }

// Equal reports whether r and o are equal, including their dimensions and contributions,
// with those lists that have been read: see [Result.Detailed]. Times are compared as
// instants. Package go-cmp uses it.
func (r Result) Equal(o Result) bool {
	return r.Model == o.Model && r.Lead == o.Lead && r.AsOf().Equal(o.AsOf()) && r.Status == o.Status && r.Score == o.Score &&
		r.Grade == o.Grade && r.SalesReady == o.SalesReady && r.explained.Outcome().Equal(o.explained.Outcome()) &&
		r.Audience().Equal(o.Audience()) && r.Season().Equal(o.Season()) &&
		slices.EqualFunc(slices.Collect(r.Contributions()), slices.Collect(o.Contributions()), Contribution.Equal)
}

// MarshalJSON returns the object that the leadscore command prints as a result. It
// has model, lead, as_of and status; for a scored lead also score, grade, sales_ready
// and, if the model has them, dimensions and label; and next_change, if there is a
// [Result.NextChange]. If the lead was scored with
// [Explain], it has contributions, and the ledger if the score is more than their sum;
// and for a lead that is not scored audience, which says why it does not belong to the
// audience, or season, which says when the model is active. All lists are read for that, so
// MarshalJSON fails when [Result.Detailed] does. To read a result back, use package
// explain's Ledger.
func (r Result) MarshalJSON() ([]byte, error) {
	r, err := r.Detailed(context.Background())
	if err != nil {
		return nil, err
	}
	next, _ := r.NextChange()
	head := struct {
		Model  string    `json:"model"`
		Lead   string    `json:"lead"`
		AsOf   time.Time `json:"as_of,omitzero"`
		Status Status    `json:"status"`

		Next     time.Time `json:"next_change,omitzero"`
		Audience *Audience `json:"audience,omitempty"`
		Season   *Season   `json:"season,omitempty"`
	}{r.Model, r.Lead, r.AsOf(), r.Status, next, r.Audience(), r.Season()}
	if r.Status != Scored {
		return shown.JSON(head)
	}
	type scored struct {
		Model         string          `json:"model"`
		Lead          string          `json:"lead"`
		AsOf          time.Time       `json:"as_of,omitzero"`
		Status        Status          `json:"status"`
		Score         int64           `json:"score"`
		Grade         string          `json:"grade"`
		Dimensions    eval.Dimensions `json:"dimensions,omitempty"`
		Label         *string         `json:"label,omitempty"`
		SalesReady    bool            `json:"sales_ready"`
		Next          time.Time       `json:"next_change,omitzero"`
		Contributions []Contribution  `json:"contributions,omitempty"`
		Ledger        []Line          `json:"ledger,omitempty"`
	}
	s := scored{Model: r.Model, Lead: r.Lead, AsOf: head.AsOf, Status: r.Status, Score: r.Score, Grade: r.Grade, SalesReady: r.SalesReady, Next: next}
	s.Contributions = slices.Collect(r.Contributions())
	s.Dimensions = r.Dimensions()
	if label, ok := r.Label(); ok {
		s.Label = &label
	}
	if r.Structured() {
		s.Ledger = slices.Collect(r.Ledger())
	}
	return shown.JSON(s)
}

// UnmarshalJSON always fails, as a Result cannot hold contributions that were read.
// To read a result, use package explain's Ledger.
func (r *Result) UnmarshalJSON([]byte) error {
	return errors.New("leadscore: a Result cannot be read from JSON; use explain.Ledger")
}

// A SetResult is the results of a set of models for one lead. It can be written as
// JSON; to read the results back, use package explain's Ledger.
type SetResult struct {
	Lead       string   `json:"lead"`
	SalesReady bool     `json:"sales_ready"` // for some model
	Results    []Result `json:"results"`     // one for each model, in the order of the set

	// What blocks of the set say, behind one pointer: results are passed on by value, and
	// this is few enough words for the registers of a call.
	of *blockResult // nil if the set has no blocks
}

// A blockResult is what the blocks of a set, such as stages, say of a lead, and what they
// need for that.
type blockResult struct {
	blocks *blocks
	holds  []bool // by auxiliary model of the blocks
	choice Choice
	stages []StageResult // only with StagesBefore
}

// equal reports whether o and p, which may be nil, say the same.
func (o *blockResult) equal(p *blockResult) bool {
	var none blockResult
	o, p = cmp.Or(o, &none), cmp.Or(p, &none)
	return o.choice == p.choice && slices.Equal(o.holds, p.holds) && slices.EqualFunc(o.stages, p.stages, StageResult.equal)
}

// clone returns a copy of o, which may be nil: results of several instants point to o.
func (o *blockResult) clone() *blockResult {
	if o == nil {
		return nil
	}
	copied := *o
	return &copied
}

// Choice returns what chose the model that scores the lead. It returns the zero Choice if the
// set chooses none: see [Set.Chooses].
func (r SetResult) Choice() Choice {
	if r.of == nil {
		return Choice{}
	}
	return r.of.choice
}

// Stages returns the stages of the lead, one for each block of stages, in the order of the
// set. They must not be changed. It returns nil unless the lead was scored with
// [StagesBefore].
func (r SetResult) Stages() []StageResult {
	if r.of == nil {
		return nil
	}
	return r.of.stages
}

// MarshalJSON returns the object that the leadscore command prints for a lead. It has lead,
// sales_ready, and results, as [Result.MarshalJSON] returns them; choice, if a model is chosen
// for the lead; and stages, if there are any. A struct that embeds a SetResult has this
// method, too, and no fields of its own in JSON; so keep it in a field with a name.
func (r SetResult) MarshalJSON() ([]byte, error) {
	return shown.JSON(struct {
		Lead       string        `json:"lead"`
		SalesReady bool          `json:"sales_ready"`
		Results    []Result      `json:"results"`
		Choice     Choice        `json:"choice,omitzero"`
		Stages     []StageResult `json:"stages,omitempty"`
	}{r.Lead, r.SalesReady, r.Results, r.Choice(), r.Stages()})
}

// String returns the results, each on a line of its own as [Result.String] returns it, and a
// line for each block of stages, such as `"lead-42", Life cycle: stage "Marketing qualified"`.
func (r SetResult) String() string {
	lines := make([]string, 0, len(r.Results)+len(r.Stages()))
	for _, m := range r.Results {
		lines = append(lines, m.String())
	}
	for _, s := range r.Stages() {
		lines = append(lines, fmt.Sprintf("%s, %s: stage %s", shown.QuoteAll(r.Lead), shown.Printable(s.Stages), shown.QuoteAll(s.Stage)))
	}
	return strings.Join(lines, "\n")
}

// Equal reports whether r and o are equal, including what the blocks of the set ask for:
// see [Set.Stages]. Results are compared by [Result.Equal]. Package go-cmp uses it.
func (r SetResult) Equal(o SetResult) bool {
	return r.Lead == o.Lead && r.SalesReady == o.SalesReady && slices.EqualFunc(r.Results, o.Results, Result.Equal) && r.of.equal(o.of)
}

// NextChange returns the first of the next changes of the models: see [Result.NextChange].
// It is in UTC.
func (r SetResult) NextChange() (at time.Time, ok bool) {
	for i := range r.Results {
		if next, found := r.Results[i].NextChange(); found && (!ok || next.Before(at)) {
			at, ok = next, true
		}
	}
	return at.UTC(), ok
}
