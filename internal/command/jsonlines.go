package command

import (
	"bufio"
	"encoding/json"
	"io"
)

// formatVersion is the version of the output of --format json. It changes when a
// member is removed or gets another meaning, and not when one is added.
const formatVersion = 1

// The keys of lines. docs/cli.md describes them, and docs/cli.schema.json what their
// values are.
const (
	lineBegin       = "begin"       // a beginLine: the first line of each command
	lineResult      = "result"      // score: a leadscore.Result; history: those as of the beginning
	lineExplanation = "explanation" // explain: a whatif.Answer
	lineTest        = "test"        // test: a testResult
	lineChange      = "change"      // diff: a modeldiff.Change of the rules
	lineLead        = "lead"        // diff, history, next, changes: a modeldiff.LeadChange
	lineEffect      = "effect"      // diff, changes: a modeldiff.Summary
	lineStage       = "stage"       // stages: a leadStage
	lineAssigned    = "assigned"    // assign: a leadscore.Assigned
	lineProposal    = "proposal"    // create: a leadscore.Proposal
	lineUnproposed  = "unproposed"  // create: an unproposed
	lineEntity      = "entity"      // schema: an entityJSON
	lineProblem     = "problem"     // of rules: a dsl.Diagnostic
	lineFinding     = "finding"     // about data: an audit.Finding
	lineFailure     = "failure"     // of a lead: a leadFailure
	lineError       = "error"       // an errorLine: why the command fails
	lineEnd         = "end"         // an endLine: the last line of each command
)

// jsonLines is the output of a command with --format json: an object per line, with
// one key, which says what its value is.
type jsonLines struct {
	w *bufio.Writer
	e *json.Encoder // keeps the error of w
}

type beginLine struct {
	Command string `json:"command"`
	Format  int    `json:"format"` // formatVersion
}

type errorLine struct {
	Message string `json:"message"`
}

type endLine struct {
	Status int `json:"status"` // the exit status
}

// A leadFailure says why a lead could not be scored.
type leadFailure struct {
	Lead  string `json:"lead"`
	Error string `json:"error"`
}

// begin begins JSON lines on w for a command.
func begin(w io.Writer, command string) (*jsonLines, error) {
	j := &jsonLines{w: bufio.NewWriter(w)}
	j.e = json.NewEncoder(j.w)
	j.e.SetEscapeHTML(false) // <, > and & are common in rules
	return j, j.line(lineBegin, beginLine{command, formatVersion})
}

// line writes a line.
func (j *jsonLines) line(key string, value any) error {
	return j.e.Encode(map[string]any{key: value})
}

// end writes the last line, with the exit status of the command.
func (j *jsonLines) end(status int) error {
	if err := j.line(lineEnd, endLine{status}); err != nil {
		return err
	}
	return j.w.Flush()
}

// linesOf writes a line for each value of a list.
func linesOf[T any](j *jsonLines, key string, list []T) error {
	for i := range list {
		if err := j.line(key, list[i]); err != nil {
			return err
		}
	}
	return nil
}
