// Package answer makes what the command prints with --format json, so that other
// programs can give the same answers: lines, each an object with one key. docs/cli.md
// describes the keys, and docs/cli.schema.json what their values are.
package answer

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/leadscore/leadscore"
)

// FormatVersion is the version of the lines. It changes when a member is removed or
// gets another meaning, and not when one is added.
const FormatVersion = 1

// The keys of lines.
const (
	KeyBegin       = "begin"       // a Begun: the first line of each command
	KeyResult      = "result"      // score: a leadscore.Result; history: those as of the beginning
	KeyExplanation = "explanation" // explain: a whatif.Answer
	KeyTest        = "test"        // test: a Test
	KeyChange      = "change"      // diff: a modeldiff.Change of the rules
	KeyLead        = "lead"        // diff, history, next, changes: a modeldiff.LeadChange
	KeyEffect      = "effect"      // diff, changes: a modeldiff.Summary
	KeyStage       = "stage"       // stages: a LeadStage
	KeyAssigned    = "assigned"    // assign: a leadscore.Assigned
	KeyProposal    = "proposal"    // create: a leadscore.Proposal
	KeyUnproposed  = "unproposed"  // create: why it is not known whether a lead is to be created
	KeyEntity      = "entity"      // schema: an Entity
	KeyStatement   = "statement"   // sql: a Statement
	KeyRefusal     = "refusal"     // sql: a Refusal
	KeyProblem     = "problem"     // of rules: a dsl.Diagnostic
	KeyFinding     = "finding"     // about data: an audit.Finding
	KeyFailure     = "failure"     // of a lead: a Failure
	KeyError       = "error"       // an Error: why the command fails
	KeyEnd         = "end"         // an Ended: the last line of each command
)

// The statuses of the last line, which are exit statuses of the command.
const (
	StatusOK    = 0
	StatusWrong = 1 // the rules or the data have errors, or a lead failed
)

// Begun is the value of the first line.
type Begun struct {
	Command string `json:"command"`
	Format  int    `json:"format"` // FormatVersion
}

// Error says why a command fails.
type Error struct {
	Message string `json:"message"`
}

// Ended is the value of the last line.
type Ended struct {
	Status int `json:"status"` // the exit status
}

// A Failure says why a lead could not be scored.
type Failure struct {
	Lead  string `json:"lead"`
	Error string `json:"error"`
}

// FailureOf returns why a lead could not be scored.
func FailureOf(bad *leadscore.LeadError) Failure { return Failure{bad.Lead, bad.Error()} }

// Lines writes lines. It is not safe for concurrent use.
type Lines struct {
	w *bufio.Writer
	e *json.Encoder // keeps the error of w
}

// Begin begins lines on w for a command. Call [Lines.End] at the end: lines are buffered.
func Begin(w io.Writer, command string) (*Lines, error) {
	l := &Lines{w: bufio.NewWriter(w)}
	l.e = json.NewEncoder(l.w)
	l.e.SetEscapeHTML(false) // <, > and & are common in rules
	return l, l.Line(KeyBegin, Begun{command, FormatVersion})
}

// Line writes a line. The error is that of the writer, which all later calls return, too.
func (l *Lines) Line(key string, value any) error {
	return l.e.Encode(map[string]any{key: value})
}

// End writes the last line, with the exit status of the command, and all that is buffered.
func (l *Lines) End(status int) error {
	if err := l.Line(KeyEnd, Ended{status}); err != nil {
		return err
	}
	return l.w.Flush()
}

// Each writes a line for each value of a list.
func Each[T any](l *Lines, key string, list []T) error {
	for i := range list {
		if err := l.Line(key, list[i]); err != nil {
			return err
		}
	}
	return nil
}
