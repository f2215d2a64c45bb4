package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// A reader reads the JSON object of a project file, and notes where its parts are.
type reader struct {
	name    string
	lines   *dsl.Lines
	source  string
	decoder *json.Decoder
	ats     map[string]dsl.Span // of the names of members
	diags   dsl.Diagnostics
}

// A member is a member of the object.
type member struct {
	name   string
	at     dsl.Span // of the name
	values []value
	list   bool
}

// A value is a text, or something else that should be one.
type value struct {
	text string
	at   dsl.Span
	ok   bool // it is a text
}

func newReader(name, text string) *reader {
	r := &reader{name: name, source: text, lines: dsl.NewLines(text), ats: map[string]dsl.Span{}}
	r.decoder = json.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	return r
}

func (r *reader) problem(at dsl.Span, code dsl.Code, format string, args ...any) *dsl.Diagnostic {
	d := dsl.Diagnostic{Code: code, Summary: fmt.Sprintf(format, args...), File: r.name, Span: at}
	if at.Known() {
		d.Line = (&dsl.File{Text: r.source}).Line(at.Start)
	}
	r.diags = append(r.diags, d)
	return &r.diags[len(r.diags)-1]
}

// errBroken is the error of text that is no JSON, which has been reported.
var errBroken = errors.New("this is not JSON")

// token returns the next token and its place. It reports text that is no JSON.
func (r *reader) token() (json.Token, dsl.Span, error) {
	skipped := len(r.source) - len(strings.TrimPrefix(r.source, "\ufeff"))
	before := skipped + int(r.decoder.InputOffset())
	t, err := r.decoder.Token()
	after := skipped + int(r.decoder.InputOffset())
	start := before + len(r.source[before:after]) - len(strings.TrimLeft(r.source[before:after], " \t\r\n,:"))
	if err == nil {
		return t, r.lines.Span(start, after), nil
	}
	bad, isSyntax := errors.AsType[*json.SyntaxError](err)
	switch {
	case isSyntax && !errors.Is(err, io.ErrUnexpectedEOF) && skipped+int(bad.Offset) <= len(r.source):
		at := skipped + int(bad.Offset) - 1
		if at < before { // where the decoder was before the white space
			at = before + len(r.source[before:]) - len(strings.TrimLeft(r.source[before:], " \t\r\n"))
		}
		r.problem(r.lines.Span(at, min(at+1, len(r.source))), dsl.CodeSyntax, "this is not JSON: %s", strings.TrimPrefix(bad.Error(), "json: "))
	default:
		r.problem(r.lines.Span(len(r.source), len(r.source)), dsl.CodeSyntax, "this is not JSON: it ends too early")
	}
	return nil, dsl.Span{}, errBroken
}

// object returns the members of the object that the text is. It reports other text.
func (r *reader) object() []member {
	t, at, err := r.token()
	if err != nil {
		return nil
	}
	if t != json.Delim('{') {
		r.problem(at, dsl.CodeSyntax, "a project file is a JSON object").Help = `write {"rules": ["*.score"]}, for example`
		return nil
	}
	var list []member
	for r.decoder.More() {
		m, err := r.member()
		if err != nil {
			return nil
		}
		if first, ok := r.ats[m.name]; ok {
			d := r.problem(m.at, dsl.CodeRepeated, "there are two members %q", m.name)
			d.Related = []dsl.Related{{Summary: "the first is here", File: r.name, Span: first}}
			continue
		}
		r.ats[m.name] = m.at
		list = append(list, m)
	}
	_, end, err := r.token() // the closing brace
	if err != nil {
		return nil
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		at := len(r.source) - len(strings.TrimLeft(r.source[end.End.Offset:], " \t\r\n"))
		r.problem(r.lines.Span(at, at), dsl.CodeSyntax, "there is something after the end of the object")
	}
	return list
}

func (r *reader) member() (member, error) {
	var m member
	t, at, err := r.token()
	if err != nil {
		return m, err
	}
	m.name, m.at = t.(string), at // the decoder takes only texts there
	if t, at, err = r.token(); err != nil {
		return m, err
	}
	if m.list = t == json.Delim('['); !m.list {
		v, err := r.value(t, at)
		m.values = []value{v}
		return m, err
	}
	for r.decoder.More() {
		if t, at, err = r.token(); err != nil {
			return m, err
		}
		v, err := r.value(t, at)
		if err != nil {
			return m, err
		}
		m.values = append(m.values, v)
	}
	_, end, err := r.token()
	if len(m.values) == 0 {
		m.values = []value{{at: end}}
	}
	return m, err
}

// value returns the value that begins with a token, and reads the rest of it.
func (r *reader) value(t json.Token, at dsl.Span) (value, error) {
	if text, ok := t.(string); ok {
		return value{text, at, true}, nil
	}
	depth := 0
	for {
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return value{at: at}, nil
		}
		var err error
		if t, _, err = r.token(); err != nil {
			return value{}, err
		}
	}
}

// texts returns the texts of a member, which is a text or a list of texts. It reports
// others.
func (r *reader) texts(m member) []value {
	list := slices.Clone(m.values)
	return slices.DeleteFunc(list, func(v value) bool {
		switch {
		case !v.ok:
			r.problem(v.at, dsl.CodeSyntax, "%s wants a text, or a list of texts", m.name)
		case v.text == "":
			r.problem(v.at, dsl.CodeEmpty, "%s must not be empty", m.name)
		}
		return !v.ok || v.text == ""
	})
}

// text returns the text of a member that is one. It reports another value.
func (r *reader) text(m member) (value, bool) {
	if m.list || !m.values[0].ok {
		r.problem(m.values[0].at, dsl.CodeSyntax, "%s wants a text", m.name)
		return value{}, false
	}
	if m.values[0].text == "" {
		r.problem(m.values[0].at, dsl.CodeEmpty, "%s must not be empty", m.name).Help = "leave it out"
		return value{}, false
	}
	return m.values[0], true
}
