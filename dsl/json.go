package dsl

import (
	"bytes"
	"encoding/json"
)

// MarshalJSON returns the problem as a JSON object:
//
//	severity  "error", "warning" or "advice"
//	code      what kind of problem it is
//	message   all of it in one line, as [Diagnostic.Message] returns it
//	summary, expected, nearest, help
//	          what the message is made of
//	fix       how the line reads when the problem is mended
//	edit      {"span": …, "text": …}, what to write where: it makes the line read so
//	file
//	span      {"start": P, "end": P}, where P is {"line": 1, "column": 1, "offset": 0}
//	line      the source line on which span starts; of a hostile one the first 64 KiB
//	related   [{"summary": …, "file": …, "span": …}, …]
//	more      how many further problems this one stands for, which are not shown
//
// What is empty is left out, and so is a span that is not known. What is not
// UTF-8 becomes U+FFFD. It never fails.
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
	e.SetEscapeHTML(false) // who encodes it decides
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
