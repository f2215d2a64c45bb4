package lsp

import (
	"fmt"
	"maps"
	"slices"

	"github.com/leadscore/leadscore/internal/project"
)

// A document is a text that is open in the client.
type document struct {
	uri     string
	name    string // in the file system, or "" if the URI names no file
	version int
	text    string
	unit    *unit
}

// isProject reports whether d is a project file, and not a rule file.
func (d *document) isProject() bool { return d.name != "" && project.IsFile(d.name) }

func didOpen(s *Server, p *didOpenParams) (Call, error) {
	t := p.TextDocument
	if old := s.documents[t.URI]; old != nil { // the client forgot to close it
		s.closeDocument(old)
	}
	d := &document{uri: t.URI, name: nameOf(t.URI), version: t.Version, text: t.Text}
	if s.documentNamed(d.name) != nil {
		d.name = "" // another URI of the same file: the first one is the file
	}
	s.documents[t.URI] = d
	if d.isProject() {
		s.replaceUnits()
		return nil, nil
	}
	s.place(d)
	d.unit.read(s)
	s.check(d.unit)
	return nil, nil
}

func didChange(s *Server, p *didChangeParams) (Call, error) {
	d, err := s.documentAt(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	before := d.text
	d.version = p.TextDocument.Version
	d.text = changed(d.text, p.ContentChanges, s.encoding)
	if d.isProject() {
		s.replaceUnits()
		return nil, nil
	}
	d.unit.edited(d.unit.nameOf(d), before, d.text)
	s.check(d.unit)
	return nil, nil
}

func didClose(s *Server, p *documentParams) (Call, error) {
	d, err := s.documentAt(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	s.closeDocument(d)
	return nil, nil
}

// closeDocument forgets a document. What is saved takes its place, if it is in a unit with
// other documents. If the same file is open by another URI, that document is the file now.
func (s *Server) closeDocument(d *document) {
	delete(s.documents, d.uri)
	for _, uri := range slices.Sorted(maps.Keys(s.documents)) {
		if d.name != "" && nameOf(uri) == d.name {
			s.documents[uri].name = d.name
			break
		}
	}
	s.replaceUnits()
}

// filesChanged reads again what is saved, because some of it may have changed.
func filesChanged(s *Server, _ *struct{}) (Call, error) {
	s.replaceUnits()
	return nil, nil
}

// documentAt returns an open document.
func (s *Server) documentAt(uri string) (*document, error) {
	d := s.documents[uri]
	if d == nil {
		return nil, &Error{CodeInvalidParams, fmt.Sprintf("the document %q is not open", uri)}
	}
	return d, nil
}

// fileAt returns the file that an open document is, or nil if it is none of rules.
func (s *Server) fileAt(uri string) (*file, error) {
	d, err := s.documentAt(uri)
	if err != nil || d.isProject() {
		return nil, err
	}
	return d.unit.view.files[d.unit.nameOf(d)], nil
}
