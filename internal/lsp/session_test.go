package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"
)

// A tester is a *testing.T or a *rapid.T.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// A session is a server with a client that remembers what it was told.
type session struct {
	*Server
	t  tester
	mu sync.Mutex
	// published are the newest diagnostics of documents, by URI, and told all notifications
	// and requests of the server, as "method params".
	published map[string]publishParams
	told      []string
}

// begin returns a session whose server is initialized.
func begin(t tester, files fs.FS, utf8 bool) *session {
	t.Helper()
	s := &session{t: t, published: map[string]publishParams{}}
	tell := func(method string, params any) {
		s.mu.Lock()
		defer s.mu.Unlock()
		text, err := json.Marshal(params)
		if err != nil {
			t.Errorf("%s: %v", method, err)
		}
		s.told = append(s.told, method+" "+string(text))
		if p, ok := params.(publishParams); ok {
			s.published[p.URI] = p
		}
	}
	s.Server = New(Options{Files: files, Notify: tell, Request: tell, Version: "v1", Delay: time.Hour})
	if c, ok := t.(interface{ Cleanup(func()) }); ok {
		c.Cleanup(s.Close)
	}
	encodings := []string{"utf-16"}
	if utf8 {
		encodings = []string{"utf-32", "utf-8", "utf-16"}
	}
	s.ask("initialize", map[string]any{"capabilities": map[string]any{
		"general":   map[string]any{"positionEncodings": encodings},
		"workspace": map[string]any{"didChangeWatchedFiles": map[string]any{"dynamicRegistration": true}},
	}})
	s.ask("initialized", struct{}{})
	return s
}

// try asks the server and returns its answer as JSON.
func (s *session) try(method string, params any) (json.RawMessage, error) {
	s.t.Helper()
	text, err := json.Marshal(params)
	if err != nil {
		s.t.Fatalf("%s: %v", method, err)
	}
	result, err := s.Handle(context.Background(), method, text)
	if err != nil {
		return nil, err
	}
	text, err = json.Marshal(result)
	if err != nil {
		s.t.Fatalf("%s: %v", method, err)
	}
	return text, nil
}

// ask is like try, but must not fail.
func (s *session) ask(method string, params any) json.RawMessage {
	s.t.Helper()
	result, err := s.try(method, params)
	if err != nil {
		s.t.Fatalf("%s: %v", method, err)
	}
	return result
}

func (s *session) open(uri, text string) {
	s.t.Helper()
	s.ask("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 1, "text": text, "languageId": "leadscore"}})
}

// change replaces ranges of a document.
func (s *session) change(uri string, version int, changes ...contentChange) {
	s.t.Helper()
	s.ask("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": version}, "contentChanges": changes})
}

func (s *session) close(uri string) {
	s.t.Helper()
	s.ask("textDocument/didClose", map[string]any{"textDocument": documentID{uri}})
}

// placeOf returns parameters about a document, and a place of it.
func placeOf(uri string, line, character int) map[string]any {
	return map[string]any{"textDocument": documentID{uri}, "position": position{line, character}}
}

// problems returns what the client knows of a document, a line for each problem.
func (s *session) problems(uri string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, d := range s.published[uri].Diagnostics {
		lines = append(lines, fmt.Sprintf("%d:%d-%d:%d %d %s: %s", d.Range.Start.Line, d.Range.Start.Character, d.Range.End.Line, d.Range.End.Character, d.Severity, d.Code, d.Message))
	}
	return strings.Join(lines, "\n")
}

// shown returns the documents that have problems.
func (s *session) shown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for uri, p := range s.published {
		if len(p.Diagnostics) > 0 {
			list = append(list, uri)
		}
	}
	slices.Sort(list)
	return list
}

// edited returns text after edits that the server has sent.
func (s *session) edited(text string, edits []textEdit) string {
	at := newPlaces(text, s.encoding)
	for i := len(edits) - 1; i >= 0; i-- {
		start, end := at.offset(edits[i].Range.Start), at.offset(edits[i].Range.End)
		if i > 0 && start < at.offset(edits[i-1].Range.End) {
			s.t.Fatalf("edits overlap: %v", edits)
		}
		text = text[:start] + edits[i].NewText + text[end:]
	}
	return text
}

// model returns a sound model with a name, and an entity in its only child.
func model(name, entity string) string {
	return "model \"" + name + "\" {\n    target contact\n\n    condition \"Opened\" {\n        each " + entity + " within last 30 days\n        score +10\n    }\n\n    grade \"Cold\" below 15\n    grade \"Warm\" from 15\n}\n"
}
