package lsp

import (
	"encoding/json"
	"strings"
	"testing"
)

// documentMethods are the methods about a document.
var documentMethods = []string{
	"textDocument/formatting", "textDocument/rangeFormatting", "textDocument/codeAction", "textDocument/completion", "textDocument/hover",
	"textDocument/definition", "textDocument/references", "textDocument/documentHighlight", "textDocument/documentSymbol", "textDocument/prepareRename",
	"textDocument/rename", "textDocument/foldingRange", "textDocument/semanticTokens/full", "textDocument/inlayHint", "textDocument/codeLens",
}

// everywhere asks all methods about a place of a document. What they answer does not matter.
func everywhere(s *session, uri string, at position) {
	for _, method := range documentMethods {
		text, err := s.try(method, map[string]any{"textDocument": documentID{uri}, "position": at, "range": span{at, position{at.Line + 3, 0}}, "newName": "New", "context": map[string]any{}})
		if err == nil && !json.Valid(text) {
			s.t.Errorf("%s: %q", method, text)
		}
	}
}

// TestHostile: no text makes a method take long, neither many words on a line nor deep blocks.
func TestHostile(t *testing.T) {
	const size = 1 << 17
	many := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for name, text := range map[string]string{
		"words":      many("a "),
		"braces":     many("{"),
		"quotes":     many("\"𝄞"),
		"comments":   many("//\r"),
		"conditions": "model \"𝄞\" { target contact " + many("condition \"𝄞\" { each EmailOpened where ( Subject = \"x\" ) score +1 } ") + "}",
		"models":     many("model \"a\" { target contact } "),
		"lets":       many("let a = 1 "),
		"unicode":    "\ufeff" + many("é𝄞\xff\u2028"),
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, nil, false)
			s.open("untitled:a", text)
			for _, at := range []position{{0, size / 2}, {size, size}, {-1, -1}} {
				everywhere(s, "untitled:a", at)
			}
		})
	}
}

// FuzzMethods: no method panics, whatever the text and the place, and the places that they return are
// in the text.
func FuzzMethods(f *testing.F) {
	f.Add(model("𝄞", "EmailOpened")+"test \"T\" {\n    model \"𝄞\"\n    as of 2026-01-01\n    Lead\n    expect score 1\n}\n", 3, 20, true)
	f.Add("model \"A\" {\r\n target", 1, 5, false)
	f.Add("let a = (\"x\", 5)\nprofile Lead { A text\rB -> Contact }", 0, 4, false)
	f.Fuzz(func(t *testing.T, text string, line, character int, utf8 bool) {
		text = strings.ToValidUTF8(text, "\uFFFD") // as JSON has it
		s := begin(t, nil, utf8)
		defer s.Close()
		const uri = "untitled:a"
		s.open(uri, text)
		last := newPlaces(text, s.encoding).position(len(text))
		for _, d := range s.published[uri].Diagnostics {
			if d.Range.End.Line > last.Line || d.Range.Start.Line > d.Range.End.Line || d.Message == "" {
				t.Errorf("a diagnostic is not in the text: %+v", d)
			}
		}
		everywhere(s, uri, position{line, character})
		s.change(uri, 2, contentChange{&span{position{line, character}, position{line + 1, 0}}, "{"})
		everywhere(s, uri, position{line, character})
	})
}
