package leadscore

import (
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
	NoStatus    Status = iota // the status of a zero Result
	Scored                    // the model scored the lead
	NotTargeted               // the lead is account-based and the model targets contacts, or the other way round
	NoParent                  // the lead has neither a parent contact nor a parent account
)

var statusNames = [...]string{NoStatus: "no status", Scored: "scored", NotTargeted: "not targeted", NoParent: "no parent"}

// String returns "scored", "not targeted", "no parent" or, for [NoStatus],
// "no status".
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
	}
	panic(fmt.Sprintf("leadscore: unknown status %d of the engine", s))
}

// A Result is the result of one model for one lead. Score, Grade and SalesReady are
// meaningful only if Status is [Scored].
type Result struct {
	Model      string
	Lead       string
	AsOf       time.Time // the instant of scoring, in the model's time zone: see [AsOf]
	Score      int64     // the sum of the contributions, clamped to 64 bits
	Grade      string    // "" if the score is outside all grades
	SalesReady bool      // the score reaches the model's sales-ready score
	Status     Status

	explained *eval.Explanation
}

// String returns lead, model and outcome on one line, such as
// `"lead-42", Coffee geeks: score 70, Hot, sales ready`. The lead's id is quoted, so that
// blanks and characters that cannot be seen show, and control characters in names are
// replaced. For the contributions see package explain.
func (r Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: ", shown.QuoteAll(r.Lead), shown.Printable(r.Model))
	if r.Status != Scored {
		b.WriteString(r.Status.String())
		return b.String()
	}
	fmt.Fprintf(&b, "score %d", r.Score)
	if r.Grade != "" {
		fmt.Fprintf(&b, ", %s", shown.Printable(r.Grade))
	}
	if r.SalesReady {
		b.WriteString(", sales ready")
	}
	return b.String()
}

// Contribution says what one condition contributed to a score, and why. Its fields
// are Condition, Multiplier, Points, Score, and Children, which says what each
// child counted. See package eval.
type Contribution = eval.Contribution

// Contributions yields what each condition contributed, in the order of the rules,
// including conditions that contributed nothing. If the lead was scored without
// [Explain], it yields nothing.
func (r Result) Contributions() iter.Seq[Contribution] {
	if r.explained == nil {
		return func(func(Contribution) bool) {}
	}
	return r.explained.All()
}

// Equal reports whether r and o are equal, including their contributions. Times are
// compared as instants. Package go-cmp uses it.
func (r Result) Equal(o Result) bool {
	return r.Model == o.Model && r.Lead == o.Lead && r.AsOf.Equal(o.AsOf) && r.Status == o.Status && r.Score == o.Score &&
		r.Grade == o.Grade && r.SalesReady == o.SalesReady &&
		slices.EqualFunc(slices.Collect(r.Contributions()), slices.Collect(o.Contributions()), Contribution.Equal)
}

// MarshalJSON returns the object that the leadscore command prints as a result. It
// has model, lead, as_of and status; for a scored lead also score, grade, sales_ready
// and, if the lead was scored with [Explain], contributions. To read a result back,
// use package explain's Ledger.
func (r Result) MarshalJSON() ([]byte, error) {
	head := struct {
		Model  string    `json:"model"`
		Lead   string    `json:"lead"`
		AsOf   time.Time `json:"as_of,omitzero"`
		Status Status    `json:"status"`
	}{r.Model, r.Lead, r.AsOf, r.Status}
	if r.Status != Scored {
		return shown.JSON(head)
	}
	type scored struct {
		Model         string         `json:"model"`
		Lead          string         `json:"lead"`
		AsOf          time.Time      `json:"as_of,omitzero"`
		Status        Status         `json:"status"`
		Score         int64          `json:"score"`
		Grade         string         `json:"grade"`
		SalesReady    bool           `json:"sales_ready"`
		Contributions []Contribution `json:"contributions,omitempty"`
	}
	return shown.JSON(scored{head.Model, head.Lead, head.AsOf, head.Status, r.Score, r.Grade, r.SalesReady, slices.Collect(r.Contributions())})
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
}
