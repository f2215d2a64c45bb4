// Package api is the library as a page uses it: a request is a method and parameters in
// JSON, and the answer is JSON, too. What a command of leadscore answers, too, has the same
// lines as its --format json.
package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/language"
	"github.com/leadscore/leadscore/source/tables"
)

// A Session holds what requests are about: rules, an older version of them, a schema and
// data. The zero Session has none of them; its schema is the standard schema. A Session is
// not safe for concurrent use.
type Session struct {
	schema     *File
	rules, old version
	data       data
	checked    checked
	scores     *leadscore.Scores // or nil; their memory is used again
	leads      []string          // the leads of leadsOf
	leadsOf    *tables.Data
	language   *language.Snapshot // the rules that are being written, or nil
	now        func() time.Time   // time.Now, unless a test sets it
}

// A File is a file that a page has read.
type File struct {
	Name string `json:"name"`
	Text string `json:"text,omitempty"`
	Data []byte `json:"data,omitempty"` // in place of Text, of a file that is not text; base64 in JSON
}

// bytes returns what is in the file.
func (f *File) bytes() []byte {
	if f.Data != nil {
		return f.Data
	}
	return []byte(f.Text)
}

// An Answer is what a method answers.
type Answer struct {
	Status int               `json:"status"`          // as the exit status of a command
	Error  string            `json:"error,omitempty"` // why the request is wrong; Status is 2 then
	Notes  string            `json:"notes,omitempty"` // about the data that were loaded, one per line
	Value  any               `json:"value,omitempty"` // of methods that no command has
	Lines  []json.RawMessage `json:"lines,omitempty"` // as a command prints them with --format json
}

// A requestError is a mistake in a request.
type requestError struct{ message string }

func (e *requestError) Error() string { return e.message }

// badRequest returns a mistake in a request.
func badRequest(format string, args ...any) error {
	return &requestError{fmt.Sprintf(format, args...)}
}

// statusRequest is the status of an answer to a request that is wrong.
const statusRequest = 2

// errReported is the error of a method whose lines say already what is wrong.
var errReported = errors.New("reported already")

// A method answers a request. It writes lines, or returns a value.
type method func(ctx context.Context, s *Session, r *request) (any, error)

// methods are the methods by name. A method that a command has, too, has its name.
var methods = map[string]struct {
	run     method
	command bool
}{
	"open":     {open, false},
	"format":   {format, false},
	"complete": {complete, false},
	"hover":    {hover, false},
	"tiles":    {tilesOf, false},
	"edit":     {edit, false},
	"check":    {checkRules, true},
	"score":    {score, true},
	"scores":   {scores, false},
	"records":  {listRecords, false},
	"explain":  {explainLead, true},
	"history":  {history, true},
	"stages":   {stages, true},
	"assign":   {assign, true},
	"changes":  {changes, true},
	"diff":     {diff, true},
	"test":     {test, true},
	"schema":   {schema, true},
}

// A request is a request that is being answered.
type request struct {
	params []byte
	lines  *answer.Lines
	notes  string
}

// read reads the parameters of a request into v.
func (r *request) read(v any) error {
	if len(r.params) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(r.params))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badRequest("the parameters: %v", err)
	}
	return nil
}

// Handle answers a request: it returns an [Answer] as JSON. It never fails; what is wrong
// with the request is in the answer.
func (s *Session) Handle(ctx context.Context, name string, params []byte) []byte {
	a, lines := s.answer(ctx, name, params)
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // as the lines have it
	if err := e.Encode(a); err != nil {
		out.Reset()
		_ = e.Encode(Answer{Status: answer.StatusWrong, Error: err.Error()})
		return out.Bytes()
	}
	if len(lines) == 0 {
		return out.Bytes()
	}
	// The lines are JSON already, which an encoder would only read again.
	text := append(bytes.TrimSuffix(out.Bytes(), []byte("}\n")), `,"lines":[`...)
	text = append(text, bytes.ReplaceAll(bytes.TrimSuffix(lines, []byte("\n")), []byte("\n"), []byte(","))...)
	return append(text, "]}\n"...)
}

// answer answers a request, and returns the lines apart.
func (s *Session) answer(ctx context.Context, name string, params []byte) (a Answer, lines []byte) {
	m, ok := methods[name]
	if !ok {
		return Answer{Status: statusRequest, Error: fmt.Sprintf("there is no method %q", name)}, nil
	}
	var text bytes.Buffer
	r := &request{params: params}
	if m.command {
		r.lines, _ = answer.Begin(&text, name) // a buffer does not fail
	}
	value, err := m.run(ctx, s, r)
	a = Answer{Notes: r.notes, Value: value}
	bad, wrong := errors.AsType[*requestError](err)
	switch {
	case err == nil:
	case wrong:
		return Answer{Status: statusRequest, Error: bad.message}, nil
	default:
		a.Status = answer.StatusWrong
		r.report(err)
	}
	switch {
	case r.lines != nil:
		_ = r.lines.End(a.Status)
	case err != nil:
		a.Error = err.Error()
	}
	return a, text.Bytes()
}

// report writes an error as lines.
func (r *request) report(err error) {
	if r.lines == nil || errors.Is(err, errReported) {
		return
	}
	if diags, ok := errors.AsType[leadscore.Diagnostics](err); ok {
		_ = answer.Each(r.lines, answer.KeyProblem, diags)
		return
	}
	_ = r.lines.Line(answer.KeyError, answer.Error{Message: err.Error()})
}

// instant parses an instant in a zone, or returns the current time for "".
func (s *Session) instant(name, text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		if s.now != nil {
			return s.now(), nil
		}
		return time.Now(), nil
	}
	t, ok := answer.ParseTime(text, zone)
	if !ok {
		return t, badRequest("%s %q is not a time; write 2026-05-31, 2026-05-31T09:30 or 2026-05-31T09:30:00Z", name, text)
	}
	return t, nil
}

// options returns the options for scoring as of an instant. The records are in memory
// already, so that there is no limit for those of a lead.
func options(asOf time.Time) []leadscore.Option {
	return []leadscore.Option{leadscore.AsOf(asOf), leadscore.MaxRecords(math.MaxInt)}
}

// named returns the names of files.
func named(files []leadscore.File) string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}
