package lsp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/language"
)

// reply asks and returns the answer as a T.
func reply[T any](s *session, method string, params any) T {
	s.t.Helper()
	var v T
	if err := json.Unmarshal(s.ask(method, params), &v); err != nil {
		s.t.Fatalf("%s: %v", method, err)
	}
	return v
}

// at returns the parameters about the place of | in a text, and the text without it.
func at(uri, text string) (params map[string]any, clean string) {
	before, after, _ := strings.Cut(text, "|")
	line := strings.Count(before, "\n")
	last := before[strings.LastIndexByte(before, '\n')+1:]
	character := 0
	for _, r := range last {
		character += len(string(r)) / 4 // two code units for four bytes
		character++
	}
	return placeOf(uri, line, character), before + after
}

func TestComplete(t *testing.T) {
	s := begin(t, nil, false)
	const uri = "untitled:a"
	for text, want := range map[string]string{
		"model \"𝄞\" {\n    target contact\n    /* 𝄞 */ condition \"A\" { each EmailOp|": "EmailOpened",
		"model \"A\" {\n    target contact\n    con|":                                    "condition",
	} {
		params, clean := at(uri, text)
		s.open(uri, clean)
		list := reply[completionList](s, "textDocument/completion", params)
		found := slices.IndexFunc(list.Items, func(i completionItem) bool { return i.Label == want })
		if found < 0 {
			t.Errorf("%q: %s is not among %v", text, want, list.Items)
			continue
		}
		item := list.Items[found]
		if !slices.IsSortedFunc(list.Items, func(a, b completionItem) int { return strings.Compare(a.SortText, b.SortText) }) || item.Kind == 0 || !list.IsIncomplete {
			t.Errorf("%q: %+v", text, item)
		}
		if got := s.edited(clean, []textEdit{item.TextEdit}); !strings.HasSuffix(got, want) && !strings.Contains(got, want) {
			t.Errorf("%q: it makes %q", text, got)
		}
	}
	if a, b, c := sortText(0), sortText(26), sortText(39); a != "aa" || b != "ba" || c != "bn" {
		t.Errorf("sort texts %s, %s, %s", a, b, c)
	}
}

// TestNames: what a name means and where it is, in two files.
func TestNames(t *testing.T) {
	const crm = "profile Lead {\n    ParentContact -> Contact\n    ParentAccount -> Account\n}\n\nprofile Contact {\n    City text\n    ParentAccount -> Account\n}\n\nprofile Account {\n}\n"
	disk := fstest.MapFS{"w/leadscore.json": file1(`{"rules": "a.score", "schema": "crm.score"}`), "w/crm.score": file1(crm)}
	s := begin(t, disk, false)
	const uri, schema = "file:///w/a.score", "file:///w/crm.score"
	params, text := at(uri, "model \"A\" {\n    target contact\n\n    // 𝄞\n    condition \"𝄞\" {\n        has Lead.ParentContact where Ci|ty = \"Rome\"\n        score +10\n    }\n}\n")
	s.open(uri, text)
	if got := s.problems(uri); got != "" {
		t.Fatal(got)
	}
	inSchema := span{position{6, 4}, position{6, 8}}
	inRules := span{position{5, 37}, position{5, 41}}
	if got := reply[[]location](s, "textDocument/definition", params); !slices.Equal(got, []location{{schema, inSchema}}) {
		t.Errorf("definition: %v", got)
	}
	params["context"] = map[string]bool{"includeDeclaration": true}
	if got := reply[[]location](s, "textDocument/references", params); !slices.Contains(got, location{schema, inSchema}) || !slices.Contains(got, location{uri, inRules}) || len(got) != 2 {
		t.Errorf("references: %v", got)
	}
	params["context"] = map[string]bool{"includeDeclaration": false}
	if got := reply[[]location](s, "textDocument/references", params); !slices.Equal(got, []location{{uri, inRules}}) {
		t.Errorf("references without the declaration: %v", got)
	}
	if got := reply[[]highlight](s, "textDocument/documentHighlight", params); !slices.Equal(got, []highlight{{inRules}}) {
		t.Errorf("highlights: %v", got)
	}
	h := reply[hoverResult](s, "textDocument/hover", params)
	if h.Range != inRules || h.Contents.Kind != "markdown" || !strings.Contains(h.Contents.Value, "City") {
		t.Errorf("hover: %+v", h)
	}
	if got := s.ask("textDocument/hover", placeOf(uri, 3, 0)); string(got) != "null" {
		t.Errorf("hover of nothing: %s", got)
	}
	symbols := reply[[]documentSymbol](s, "textDocument/documentSymbol", params)
	if len(symbols) != 1 || symbols[0].Name != "A" || symbols[0].Kind != 2 || len(symbols[0].Children) == 0 || symbols[0].Children[0].Name != "𝄞" {
		t.Errorf("symbols: %+v", symbols)
	}
	found := reply[[]workspaceSymbol](s, "workspace/symbol", queryParams{"cit"})
	if !slices.ContainsFunc(found, func(w workspaceSymbol) bool { return w.Name == "City" && w.Location.URI == schema }) {
		t.Errorf("workspace symbols: %+v", found)
	}
	if got := reply[[]foldingRange](s, "textDocument/foldingRange", params); !slices.Contains(got, foldingRange{StartLine: 4, EndLine: 6}) && !slices.Contains(got, foldingRange{StartLine: 4, EndLine: 7}) {
		t.Errorf("folds: %+v", got)
	}
}

// TestTokens: the numbers lead to the tokens of the text, in both encodings.
func TestTokens(t *testing.T) {
	const uri = "untitled:a"
	text := "// é𝄞\nmodel \"é𝄞\" {\n    target contact\n    condition \"é𝄞\" { each EmailOpened within last 30 days score +10 }\n}\n"
	for _, utf8 := range []bool{false, true} {
		s := begin(t, nil, utf8)
		s.open(uri, text)
		data := reply[tokensResult](s, "textDocument/semanticTokens/full", documentParams{documentID{uri}}).Data
		places := newPlaces(text, s.encoding)
		var got []string
		names := tokenNames()
		at := position{}
		for ; len(data) > 0; data = data[5:] {
			if data[0] > 0 {
				at.Character = 0
			}
			at.Line += data[0]
			at.Character += data[1]
			end := position{at.Line, at.Character + data[2]}
			got = append(got, text[places.offset(at):places.offset(end)]+" "+names[data[3]])
		}
		for _, want := range []string{"// é𝄞 comment", "model keyword", "\"é𝄞\" function", "EmailOpened class", "30 number", "days type"} {
			if !slices.Contains(got, want) {
				t.Errorf("%v: %q is missing in %q", s.encoding, want, got)
			}
		}
	}
	if len(tokenNames()) != 11 || slices.Contains(tokenNames(), "") {
		t.Errorf("names of tokens: %q", tokenNames())
	}
}

// TestKinds: all kinds of objects and of candidates have a kind in the protocol.
func TestKinds(t *testing.T) {
	for k := check.EntityObject; k <= check.RecordObject; k++ {
		if symbolKinds[k] == 0 {
			t.Errorf("%v has no kind", k)
		}
	}
	for k := language.CandidateKeyword; k <= language.CandidateValue; k++ {
		if candidateKinds[k] == 0 {
			t.Errorf("candidates of kind %v have no kind", k)
		}
	}
	if len(candidateKinds) != int(language.CandidateValue)+1 {
		t.Errorf("there are %d kinds of candidates", len(candidateKinds))
	}
}
