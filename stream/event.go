package stream

import (
	"fmt"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
)

// An Outcome is what one model gives to a lead.
type Outcome struct {
	Model string `json:"model"`
	// Status is that of the result, such as "scored" or "not in audience"; "no lead" if
	// the lead has been removed, "no model" if the rules do not have the model; and "failed" if
	// the lead cannot be scored, for which Error has the reason.
	Status     string      `json:"status"`
	Score      int64       `json:"score,omitempty"`
	Grade      string      `json:"grade,omitempty"`
	SalesReady bool        `json:"sales_ready,omitempty"`
	Label      string      `json:"label,omitempty"`
	Dimensions []Dimension `json:"dimensions,omitempty"`
	Error      string      `json:"error,omitempty"`
}

// A Dimension is what a dimension of a model gives to a lead.
type Dimension struct {
	Name  string `json:"name"`
	Score int64  `json:"score"`
	Grade string `json:"grade,omitempty"`
}

// The statuses of an [Outcome] that no [leadscore.Result] has.
const (
	StatusNoLead = "no lead"
	StatusFailed = "failed"
)

// Equal reports whether o and p are equal.
func (o Outcome) Equal(p Outcome) bool {
	return o.Model == p.Model && o.Status == p.Status && o.Score == p.Score && o.Grade == p.Grade && o.SalesReady == p.SalesReady &&
		o.Label == p.Label && o.Error == p.Error && slices.Equal(o.Dimensions, p.Dimensions)
}

// String returns the outcome in a few words, such as "score 62, Hot, sales ready".
func (o Outcome) String() string {
	if o.Status != leadscore.Scored.String() {
		if o.Error != "" {
			return o.Status + ": " + o.Error
		}
		return o.Status
	}
	text := fmt.Sprintf("score %d", o.Score)
	if o.Label != "" {
		text += ", label " + o.Label
	}
	if o.Grade != "" {
		text += ", " + o.Grade
	}
	if o.SalesReady {
		text += ", sales ready"
	}
	return text
}

// OutcomeOf returns what a result says. To recompute what a log has, score the lead as of
// [Score.AsOf] and compare outcomes.
func OutcomeOf(r leadscore.Result) Outcome {
	o := Outcome{Model: r.Model, Status: r.Status.String()}
	if r.Status != leadscore.Scored {
		return o
	}
	o.Score, o.Grade, o.SalesReady = r.Score, r.Grade, r.SalesReady
	o.Label, _ = r.Label()
	for _, d := range r.Dimensions() {
		o.Dimensions = append(o.Dimensions, Dimension{d.Name, d.Score, d.Grade})
	}
	return o
}

// The kinds of an [Event].
const (
	ScoreChanged = "score" // what a model gives to a lead is not what it was
	StageChanged = "stage" // a lead went from one stage to another
)

// An Event tells what has become of a lead. Events arrive at least once. Two of one lead
// arrive in the order of their numbers, apart from repetitions: a receiver that keeps the
// last number of each lead, and ignores events whose number is not higher, sees each once and
// in order.
type Event struct {
	ID      string    `json:"id"`     // the same whenever this event is sent
	Number  uint64    `json:"number"` // of the lead's events, from 1, without gaps
	Kind    string    `json:"kind"`   // [ScoreChanged] or [StageChanged]
	Lead    string    `json:"lead"`
	Version string    `json:"version"` // of the rules
	AsOf    time.Time `json:"as_of"`   // in UTC

	// Of a score.
	Model  string   `json:"model,omitempty"`
	Before *Outcome `json:"before,omitempty"` // nil for the first
	After  *Outcome `json:"after,omitempty"`

	// Of a stage.
	Stages  string   `json:"stages,omitempty"` // the block
	From    string   `json:"from,omitempty"`
	To      string   `json:"to,omitempty"`
	Then    string   `json:"then,omitempty"` // what the rules say is to be done
	Reasons []string `json:"reasons,omitempty"`
}

// String returns the event in one line.
func (e Event) String() string {
	at := e.AsOf.Format(time.RFC3339)
	if e.Kind == StageChanged {
		text := fmt.Sprintf("%s %s, %s: from %q to %q", at, e.Lead, e.Stages, e.From, e.To)
		if e.Then != "" {
			text += " (" + e.Then + ")"
		}
		return text
	}
	text := fmt.Sprintf("%s %s, %s: %s", at, e.Lead, e.Model, e.After)
	if e.Before != nil {
		text += " instead of " + e.Before.String()
	}
	return text
}

// A Score is what is kept of a lead: its outcomes as of an instant, and until when they stay
// the same if no record changes.
type Score struct {
	Lead string    `json:"lead"`
	AsOf time.Time `json:"as_of"`
	// Next is the instant at which time alone may change something: a result, or a stage. If
	// it is zero nothing does. The outcomes are those as of every instant from AsOf until Next.
	Next     time.Time         `json:"next,omitzero"`
	Outcomes []Outcome         `json:"outcomes"` // one for each model, in the order of the set
	Stages   map[string]string `json:"stages,omitempty"`
	// Number is that of the last event. A version that is not live has no events.
	Number uint64 `json:"number,omitempty"`
	Live   bool   `json:"live,omitempty"`   // events are sent for the lead
	Closed bool   `json:"closed,omitempty"` // another version has taken over the lead
	// Pending are the events of the last step. They may or may not have been sent.
	Pending []Event `json:"pending,omitempty"`
}

// change sets what s gives to a lead, and appends the events of what is new.
func (s *Score) change(outcomes []Outcome, asOf time.Time, version, log string) {
	before := map[string]*Outcome{}
	for i := range s.Outcomes {
		before[s.Outcomes[i].Model] = &s.Outcomes[i]
	}
	for i := range outcomes {
		o := outcomes[i]
		was := before[o.Model]
		delete(before, o.Model)
		if was == nil || !was.Equal(o) {
			s.tell(Event{Kind: ScoreChanged, Model: o.Model, Before: was, After: &o}, asOf, version, log)
		}
	}
	for _, was := range s.Outcomes {
		if before[was.Model] != nil && was.Status != leadscore.NoModel.String() { // the rules do not have the model any more
			s.tell(Event{Kind: ScoreChanged, Model: was.Model, Before: &was, After: &Outcome{Model: was.Model, Status: leadscore.NoModel.String()}}, asOf, version, log)
		}
	}
	s.Outcomes, s.AsOf = outcomes, asOf
}

// tell appends an event, if events are sent for the lead.
func (s *Score) tell(e Event, asOf time.Time, version, log string) {
	if !s.Live {
		return
	}
	s.Number++
	e.Number, e.Lead, e.Version, e.AsOf = s.Number, s.Lead, version, asOf.UTC()
	e.ID = fmt.Sprintf("%s/%s/%d", log, s.Lead, e.Number)
	s.Pending = append(s.Pending, e)
}

// move tells that a lead is in another stage than before. lost is the stage before if the rules
// do not have it any more, or "".
func (s *Score) move(b leadscore.StageResult, lost string, asOf time.Time, version, log string) {
	e := Event{Kind: StageChanged, Stages: b.Stages, From: lost, To: b.Stage}
	if lost != "" {
		e.Reasons = append(e.Reasons, fmt.Sprintf("the rules have no stage %q any more", lost))
	}
	if b.Move != nil {
		if lost == "" {
			e.From = b.Move.From
		}
		e.Then = b.Move.Then
		for _, reason := range b.Move.Reasons {
			e.Reasons = append(e.Reasons, reason.String())
		}
	}
	if e.From != "" {
		s.tell(e, asOf, version, log)
	}
}
