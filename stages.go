package leadscore

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
)

// ErrNoStage is the error that [Stages.Step] wraps, and the [LeadError] of a lead, if there
// is no stage of the name that is given as that before.
var ErrNoStage = errors.New("no such stage")

// Stages is a block of stages in the rule files of a set: what a lead passes through as the
// scores of the models move (language reference, Stages). It is immutable and safe for
// concurrent use.
type Stages struct {
	blocks  *blocks
	checked *check.Stages
}

// blocks are the blocks of a set that build on the results of all its models.
type blocks struct {
	auxiliary []*check.Model
	stages    []*Stages
	choice    *check.Choice // or nil
	creations []*Creation

	assignments []*Assignment
	models      map[*check.Model]int // positions in the set
}

// newBlocks returns the blocks of a checked set, or nil if it has none.
func newBlocks(set *check.Set) *blocks {
	if len(set.Stages) == 0 && set.Choice == nil && len(set.Creations) == 0 && len(set.Assignments) == 0 {
		return nil
	}
	b := &blocks{auxiliary: set.Auxiliary, models: map[*check.Model]int{}, choice: set.Choice}
	for _, a := range set.Assignments {
		b.assignments = append(b.assignments, newAssignment(b, a))
	}
	for _, c := range set.Creations {
		b.creations = append(b.creations, newCreation(c))
	}
	for i, m := range set.Models {
		b.models[m] = i
	}
	for _, s := range set.Stages {
		b.stages = append(b.stages, &Stages{b, s})
	}
	return b
}

// auxiliary returns how many auxiliary models the blocks of the set have.
func (s *Set) auxiliary() int {
	if s.blocks == nil {
		return 0
	}
	return len(s.blocks.auxiliary)
}

// Checked returns the checked models of the set, and its blocks, for tools that inspect
// rules, such as package eval/findings. The caller must not change it.
func (s *Set) Checked() *check.Set {
	set := &check.Set{Schema: s.schema}
	for _, m := range s.models {
		set.Models = append(set.Models, m.checked)
	}
	if s.blocks != nil {
		set.Auxiliary = s.blocks.auxiliary
		for _, b := range s.blocks.stages {
			set.Stages = append(set.Stages, b.checked)
		}
		set.Choice = s.blocks.choice
		for _, c := range s.blocks.creations {
			set.Creations = append(set.Creations, c.checked)
		}
		for _, a := range s.blocks.assignments {
			set.Assignments = append(set.Assignments, a.checked)
		}
	}
	return set
}

// Stages returns the blocks of stages in the rule files of the set, in their order. A set
// that [NewSet] makes of models has none.
func (s *Set) Stages() []*Stages {
	if s.blocks == nil {
		return nil
	}
	return slices.Clone(s.blocks.stages)
}

// Name returns the name of the block.
func (s *Stages) Name() string { return s.checked.Name }

// Names returns the names of the stages, the lowest first.
func (s *Stages) Names() []string {
	names := make([]string, len(s.checked.Stages))
	for i := range names {
		names[i] = s.checked.Stages[i].Name
	}
	return names
}

// Checked returns the checked block, for tools that inspect rules. The caller must not
// change it.
func (s *Stages) Checked() *check.Stages { return s.checked }

// A StageResult is the stage of a lead in one block of stages.
type StageResult struct {
	Stages string `json:"stages"` // the name of the block
	Stage  string `json:"stage"`  // the name of the stage
	Move   *Move  `json:"move,omitempty"`
}

// A Move is an event: a lead went from one stage to another.
type Move struct {
	Stages string    `json:"stages"` // the name of the block
	Lead   string    `json:"lead"`
	From   string    `json:"from"`
	To     string    `json:"to"`
	AsOf   time.Time `json:"as_of"` // in UTC
	// Then is the text after then of the stage that was entered. It is "" if the stage has
	// none, and if the lead fell back to a stage below.
	Then string `json:"then,omitempty"`
	// Reasons say why: of a lead that rose the decision by which it entered To, and of one
	// that fell the decisions by which it lost From and the stages between, the highest
	// first.
	Reasons []StageReason `json:"reasons"`
	// Results are those of the models of the set, as of AsOf.
	Results []Result `json:"-"`
}

// A StageReason says by which decision a lead entered or lost a stage.
type StageReason struct {
	Stage    string         `json:"stage"`
	Decision string         `json:"decision"` // "when" or "until"
	Holds    bool           `json:"holds"`    // what is lost by its when does not hold
	Parts    []DecisionPart `json:"parts"`    // of the decision, in the order of the rules
}

// A DecisionPart is a part of a decision, such as `score of "B2B" >= 50`.
type DecisionPart struct {
	Rule  string `json:"rule"` // in canonical form
	Holds bool   `json:"holds"`
	Is    string `json:"is"` // what the lead has, such as "62", "grade A" or "not active"
}

func (r StageResult) equal(o StageResult) bool {
	if r.Stages != o.Stages || r.Stage != o.Stage || r.Move == nil || o.Move == nil {
		return r.Stages == o.Stages && r.Stage == o.Stage && r.Move == o.Move
	}
	return r.Move.Equal(*o.Move)
}

// Equal reports whether m and o are equal; times are compared as instants, and results by
// [Result.Equal]. Package go-cmp uses it.
func (m Move) Equal(o Move) bool {
	return m.Stages == o.Stages && m.Lead == o.Lead && m.From == o.From && m.To == o.To && m.AsOf.Equal(o.AsOf) && m.Then == o.Then &&
		slices.EqualFunc(m.Reasons, o.Reasons, StageReason.equal) && slices.EqualFunc(m.Results, o.Results, Result.Equal)
}

func (r StageReason) equal(o StageReason) bool {
	return r.Stage == o.Stage && r.Decision == o.Decision && r.Holds == o.Holds && slices.Equal(r.Parts, o.Parts)
}

// String returns the move in one line, such as
// `"lead-42", Life cycle: from "Inquiry" to "Marketing qualified" (notify marketing)`.
func (m Move) String() string {
	text := fmt.Sprintf("%s, %s: from %s to %s", shown.QuoteAll(m.Lead), shown.Printable(m.Stages), shown.QuoteAll(m.From), shown.QuoteAll(m.To))
	if m.Then != "" {
		text += fmt.Sprintf(" (%s)", shown.Printable(m.Then))
	}
	return text
}

// String returns the reason in one line, such as
// `"Marketing qualified": when holds: score of "B2B" >= 50: 62`. Of a decision that holds it
// has the parts that hold, and of another one those that do not.
func (r StageReason) String() string {
	holds := "holds"
	if !r.Holds {
		holds = "does not hold"
	}
	var parts []string
	for _, p := range r.Parts {
		if p.Holds == r.Holds {
			parts = append(parts, fmt.Sprintf("%s: %s", p.Rule, shown.Printable(p.Is)))
		}
	}
	return fmt.Sprintf("%s: %s %s: %s", shown.QuoteAll(r.Stage), r.Decision, holds, strings.Join(parts, "; "))
}

// Step returns the stage of a lead, given its stage before and its results now, which a set
// with s returned: [Set.Score] and [Set.ScoreAll] of the set whose [Set.Stages] returned s,
// or of one that [Set.Stop] made of it. The stage before may be "", for a lead that begins
// in the first stage. The order of calls is that of time: who calls Step keeps the stage.
//
// The error wraps [ErrNoStage] if there is no stage before, and is another one if the
// results are not those of such a set.
func (s *Stages) Step(before string, now SetResult) (StageResult, error) {
	if now.of == nil || now.of.blocks != s.blocks {
		return StageResult{}, fmt.Errorf("leadscore: stages %q: the results are not those of their set", s.Name())
	}
	at, err := s.index(before)
	if err != nil {
		return StageResult{}, err
	}
	out := StageResult{Stages: s.Name(), Stage: s.checked.Stages[at].Name}
	next := s.next(at, &now)
	if next == at {
		return out, nil
	}
	out.Stage = s.checked.Stages[next].Name
	out.Move = s.move(at, next, &now)
	return out, nil
}

// index returns the index of a stage, the first for "".
func (s *Stages) index(name string) (int, error) {
	if name == "" {
		return 0, nil
	}
	at := slices.IndexFunc(s.checked.Stages, func(stage check.Stage) bool { return stage.Name == name })
	if at < 0 {
		hint := nearest.Hint(quotedNearest(name, slices.Values(s.Names())))
		if hint == "" {
			hint = "; its stages are " + s.someNames()
		}
		return 0, fmt.Errorf("stages %q: %w: %q%s", s.Name(), ErrNoStage, name, hint)
	}
	return at, nil
}

// someNames returns the names of the stages for a message.
func (s *Stages) someNames() string {
	const most = 12
	names := s.Names()
	var list []string
	for _, n := range names[:min(most, len(names))] {
		list = append(list, strconv.Quote(n))
	}
	if len(names) > most {
		list = append(list, "…")
	}
	return strings.Join(list, ", ")
}

// next returns the index of the stage after that before.
func (s *Stages) next(before int, now *SetResult) int {
	if s.checked.Audience >= 0 && !now.of.holds[s.checked.Audience] {
		return before
	}
	for i := len(s.checked.Stages) - 1; i > 0; i-- {
		stage := &s.checked.Stages[i]
		if i <= before && s.kept(stage, now) || i > before && now.decides(stage.When) {
			return i
		}
	}
	return 0
}

// kept reports whether a stage that the lead has reached is sticky or not lost.
func (s *Stages) kept(stage *check.Stage, now *SetResult) bool {
	switch {
	case stage.Sticky:
		return true
	case slices.ContainsFunc(stage.Models, func(m *check.Model) bool { return now.resultOf(m).Status != Scored }):
		return true
	case stage.Until != nil:
		return !now.decides(stage.Until)
	}
	return now.decides(stage.When)
}

// step sets the stages of r, given those before, unless before is nil.
func (r *SetResult) step(before func(lead, stages string) string) error {
	if r.of == nil || before == nil {
		return nil
	}
	list := make([]StageResult, len(r.of.blocks.stages))
	for i, s := range r.of.blocks.stages {
		var err error
		if list[i], err = s.Step(before(r.Lead, s.Name()), *r); err != nil {
			return &LeadError{Lead: r.Lead, Err: err}
		}
	}
	r.of.stages = list
	return nil
}

// move returns the move between two stages.
func (s *Stages) move(from, to int, now *SetResult) *Move {
	stages := s.checked.Stages
	m := &Move{Stages: s.Name(), Lead: now.Lead, From: stages[from].Name, To: stages[to].Name, Results: now.Results}
	if len(now.Results) > 0 {
		m.AsOf = now.Results[0].AsOf().UTC()
	}
	if to > from {
		m.Then = stages[to].Then
		m.Reasons = []StageReason{now.reason(&stages[to], "when", stages[to].When, true)}
		return m
	}
	for i := from; i > to; i-- {
		if stage := &stages[i]; stage.Until != nil {
			m.Reasons = append(m.Reasons, now.reason(stage, "until", stage.Until, true))
		} else {
			m.Reasons = append(m.Reasons, now.reason(stage, "when", stage.When, false))
		}
	}
	return m
}

// reason returns why a stage is entered or lost.
func (r *SetResult) reason(stage *check.Stage, word string, d check.Decision, holds bool) StageReason {
	out := StageReason{Stage: stage.Name, Decision: word, Holds: holds}
	r.parts(d, &out.Parts)
	return out
}

// parts appends the parts of a decision to list.
func (r *SetResult) parts(d check.Decision, list *[]DecisionPart) {
	switch d := d.(type) {
	case check.AllDecisions:
		for _, d := range d {
			r.parts(d, list)
		}
	case check.AnyDecision:
		for _, d := range d {
			r.parts(d, list)
		}
	case check.NotDecision:
		r.parts(d.Decision, list)
	case check.StatusDecision:
		*list = append(*list, DecisionPart{d.Source.String(), r.decides(d), r.resultOf(d.Model).Status.String()})
	case check.ModelDecision:
		*list = append(*list, DecisionPart{d.Source.String(), r.decides(d), r.what(d)})
	}
}

// what returns what a part of a decision is about, as the lead has it.
func (r *SetResult) what(d check.ModelDecision) string {
	of := r.resultOf(d.Model)
	if of.Status != Scored {
		return of.Status.String()
	}
	named := func(what, name string) string {
		if name == "" {
			return "no " + what
		}
		return what + " " + name
	}
	switch d := d.Decision.(type) {
	case check.ScoreDecision:
		return strconv.FormatInt(of.score(d.Of), 10)
	case check.GradeDecision:
		if d.Label {
			return named("label", of.grade(d))
		}
		return named("grade", of.grade(d))
	case check.ReadyDecision:
		if of.SalesReady {
			return "sales ready"
		}
		return "not sales ready"
	}
	if r.of.holds[d.Auxiliary] {
		return "holds"
	}
	return "does not hold"
}
