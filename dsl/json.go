package dsl

import (
	"bytes"
	"encoding/json"
)

// MarshalJSON returns the diagnostic as a JSON object:
//
//	severity  "error", "warning" or "advice"
//	code      what kind of problem it is
//	message   the whole message on one line, as [Diagnostic.Message] returns it
//	summary, expected, nearest, help
//	          the parts of the message
//	fix       the corrected line, as [Diagnostic.Fixed] returns it
//	edit      {"span": …, "text": …}, the edit that corrects it, mostly of that line alone: text replaces span
//	file
//	span      {"start": P, "end": P}, where P is {"line": 1, "column": 1, "offset": 0}
//	line      the source line on which span starts, at most its first 64 KiB
//	related   [{"summary": …, "file": …, "span": …}, …]
//	more      the number of further problems that are not shown
//
// Empty members and spans that are not known are left out. Bytes that are not UTF-8
// become U+FFFD. MarshalJSON never fails.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	type related struct {
		Summary string    `json:"summary"`
		File    string    `json:"file,omitempty"`
		Span    *jsonSpan `json:"span,omitempty"`
	}
	type edit struct {
		Span *jsonSpan `json:"span"`
		Text string    `json:"text"`
	}
	object := struct {
		Severity string    `json:"severity"`
		Code     Code      `json:"code,omitempty"`
		Message  string    `json:"message"`
		Summary  string    `json:"summary,omitempty"`
		Expected []string  `json:"expected,omitempty"`
		Nearest  string    `json:"nearest,omitempty"`
		Help     string    `json:"help,omitempty"`
		Fix      string    `json:"fix,omitempty"`
		Edit     *edit     `json:"edit,omitempty"`
		File     string    `json:"file,omitempty"`
		Span     *jsonSpan `json:"span,omitempty"`
		Line     string    `json:"line,omitempty"`
		Related  []related `json:"related,omitempty"`
		More     int       `json:"more,omitempty"`
	}{
		d.Severity.String(), d.Code, d.Message(), d.Summary, d.Expected, d.Nearest, d.Help, d.Fixed(), nil,
		d.File, spanJSON(d.Span), clip(d.Line), nil, d.More,
	}
	if d.Fix != nil {
		object.Edit = &edit{spanJSON(d.Fix.Span), d.Fix.Text}
	}
	for _, r := range d.Related {
		object.Related = append(object.Related, related{r.Summary, r.File, spanJSON(r.Span)})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the encoder that calls us decides
	err := e.Encode(object)
	return b.Bytes(), err
}

type jsonSpan struct {
	Start jsonPos `json:"start"`
	End   jsonPos `json:"end"`
}

type jsonPos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

func spanJSON(s Span) *jsonSpan {
	if !s.Known() {
		return nil
	}
	at := func(p Pos) jsonPos { return jsonPos{p.Line, p.Column, p.Offset} }
	return &jsonSpan{at(s.Start), at(s.End)}
}
