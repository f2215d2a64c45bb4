package api

import (
	"context"
	"unicode/utf16"

	"github.com/leadscore/leadscore/internal/language"
)

// place are the parameters of questions about a place in the rules that are being written.
// They are newer than those that were opened.
type place struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Offset int    `json:"offset"` // in UTF-16 code units, as scripts count
	Others []File `json:"others"` // the other rule files
}

// snapshot reads a place, and returns the rules and the offset of the place in bytes.
func (s *Session) snapshot(r *request) (at place, offset int, err error) {
	if err := r.read(&at); err != nil {
		return at, 0, err
	}
	base, err := s.base()
	if err != nil {
		return at, 0, err
	}
	files := []language.File{{Name: at.Name, Text: at.Text}}
	for i := range at.Others {
		files = append(files, language.File{Name: at.Others[i].Name, Text: string(at.Others[i].bytes())})
	}
	s.language = language.New(s.language, base, files)
	return at, byteOffset(at.Text, at.Offset), nil
}

// byteOffset returns the offset in bytes of an offset in UTF-16 code units. One outside of the
// text is taken for the nearest in it.
func byteOffset(text string, units int) int {
	n := 0
	for i, r := range text {
		if n >= units {
			return i
		}
		n += utf16.RuneLen(r)
	}
	return len(text)
}

// unitOffset returns the offset in UTF-16 code units of an offset in bytes.
func unitOffset(text string, offset int) int {
	n := 0
	for _, r := range text[:min(offset, len(text))] {
		n += utf16.RuneLen(r)
	}
	return n
}

// A candidate is something that can be written at a place. From and To are what it replaces.
type candidate struct {
	Label  string `json:"label"`
	Insert string `json:"insert"`
	Detail string `json:"detail,omitempty"`
	Doc    string `json:"doc,omitempty"` // Markdown
	Kind   string `json:"kind"`
	From   int    `json:"from"`
	To     int    `json:"to"`
}

// complete answers with what can be written at a place, best first.
func complete(_ context.Context, s *Session, r *request) (any, error) {
	at, offset, err := s.snapshot(r)
	if err != nil {
		return nil, err
	}
	list := []candidate{}
	var from, to int
	for i, c := range s.language.Complete(at.Name, offset) {
		if i == 0 { // all of them replace what is being typed
			from, to = unitOffset(at.Text, c.Replace.Start), unitOffset(at.Text, c.Replace.End)
		}
		list = append(list, candidate{Label: c.Label, Insert: c.Insert, Detail: c.Detail, Doc: c.Doc, Kind: c.Kind.String(), From: from, To: to})
	}
	return list, nil
}

// A meaning is what the word at a place means.
type meaning struct {
	From int    `json:"from"`
	To   int    `json:"to"`
	Doc  string `json:"doc"` // Markdown
}

// hover answers with what the word at a place means, or with null.
func hover(_ context.Context, s *Session, r *request) (any, error) {
	at, offset, err := s.snapshot(r)
	if err != nil {
		return nil, err
	}
	h, ok := s.language.Hover(at.Name, offset)
	if !ok {
		return nil, nil
	}
	return meaning{unitOffset(at.Text, h.Start), unitOffset(at.Text, h.End), h.Markdown}, nil
}
