package leadscore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/internal/shown"
)

// Status says whether a model scored a lead (language reference, Which leads a
// model scores). It is written as its String, in JSON too.
type Status uint8

// The statuses of a [Result].
const (
	NoStatus    Status = iota // the zero Status: a Result that no model gave
	Scored                    // the model scored the lead
	NotTargeted               // the lead is account-based and the model's target contact, or the other way round
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

// MarshalText returns the status as [Status.String] does. It fails if s is none of
// the constants.
func (s Status) MarshalText() ([]byte, error) {
	if int(s) < len(statusNames) {
		return []byte(statusNames[s]), nil
	}
	return nil, fmt.Errorf("leadscore: there is no status %d", uint8(s))
}

// UnmarshalText sets s to the status that [Status.String] writes as text. It fails
// if there is none.
func (s *Status) UnmarshalText(text []byte) error {
	i := slices.Index(statusNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("leadscore: there is no status %q", text)
	}
	*s = Status(i)
	return nil
}

// statusOf returns the status that the engine means. It panics for one that it
// does not know.
func statusOf(s eval.Status) Status {
	switch s {
	case eval.Scored:
		return Scored
	case eval.NotTargeted:
		return NotTargeted
	case eval.NoParent:
		return NoParent
	}
	panic(fmt.Sprintf("leadscore: the engine has no status %d", s))
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

// String returns model, lead and outcome on one line, such as
// "lead-42, Coffee geeks: score 70, Hot, sales ready". It does not say what the
// conditions contributed: package explain does. Control characters of names are
// replaced.
func (r Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: ", shown.Printable(r.Lead), shown.Printable(r.Model))
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
		Status Status `json:"status"`
	}{r.Model, r.Lead, r.Status}
	if r.Status != Scored {
		return marshal(head)
	}
	type scored struct {
		Model         string         `json:"model"`
		Lead          string         `json:"lead"`
		Status        Status         `json:"status"`
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
