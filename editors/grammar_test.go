package editors_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
)

var update = flag.Bool("update", false, "rewrite the golden file of the grammar")

// A scoped is a part of a text with the scope that the grammar gives it.
type scoped struct {
	start, end int // offsets in bytes
	scope      string
}

// grammar returns what the TextMate grammar finds in files.
func grammar(t *testing.T, names ...string) [][]scoped {
	t.Helper()
	out := node(t, nil, append([]string{"test/grammar.js"}, names...)...)
	var files [][]scoped
	for i, line := range bytes.Split(bytes.TrimSpace(out), []byte("\n")) {
		var tokens [][3]any
		if err := json.Unmarshal(line, &tokens); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(names[i])
		if err != nil {
			t.Fatal(err)
		}
		units := utf16.Encode([]rune(string(text)))
		offset := func(v any) int { return len(string(utf16.Decode(units[:int(v.(float64))]))) }
		var list []scoped
		for _, tok := range tokens {
			list = append(list, scoped{offset(tok[0]), offset(tok[1]), strings.TrimSuffix(tok[2].(string), ".leadscore")})
		}
		files = append(files, list)
	}
	return files
}

// TestGrammar compares the scopes of a file that has everything with those that were read and
// found to be right. To rewrite them: go test -run TestGrammar ./editors -update
func TestGrammar(t *testing.T) {
	const name, golden = "testdata/grammar.score", "testdata/grammar.golden"
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, s := range grammar(t, path)[0] {
		fmt.Fprintf(&b, "%-32s %s\n", s.scope, text[s.start:s.end])
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the scopes (-want +got):\n%s", diff)
	}
}

// TestGrammarAgrees: in the rule files of this repository the grammar, which knows only the words
// around a word, says the same as the parser of almost all words, and of all texts, numbers,
// dates and comments.
func TestGrammarAgrees(t *testing.T) {
	var names []string
	for _, pattern := range []string{"../examples/*/*.score", "../examples/crm/rules/*.score", "../pushdown/testdata/*.score", "testdata/*.score"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range found {
			path, err := filepath.Abs(name)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, path)
		}
	}
	words, same := 0, 0
	var different []string
	for i, list := range grammar(t, names...) {
		text, err := os.ReadFile(names[i])
		if err != nil {
			t.Fatal(err)
		}
		tree, diags := dsl.Parse(names[i], string(text), dsl.Limits{})
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		for _, tok := range dsl.Tokens(tree) {
			at := slices.IndexFunc(list, func(s scoped) bool { return s.start <= tok.Start.Offset && tok.Start.Offset < s.end })
			if at < 0 {
				t.Fatalf("%s:%d: %s has no scope", names[i], tok.Start.Line, tok.Text)
			}
			scope := list[at].scope
			want := map[dsl.Class][]string{
				dsl.ClassComment: {"comment."},
				dsl.ClassText:    {"string.", "entity.name.function"},
				dsl.ClassNumber:  {"constant.numeric"},
				dsl.ClassMoment:  {"constant.other.date"},
				dsl.ClassSign:    {"punctuation.", "keyword.operator"},
			}[tok.Class]
			if tok.Text == "%" {
				want = []string{"constant.numeric"} // a part of the number before it
			}
			is := func(prefix string) bool { return strings.HasPrefix(scope, prefix) }
			if want != nil {
				if !slices.ContainsFunc(want, is) {
					t.Errorf("%s:%d: %s is %s", names[i], tok.Start.Line, tok.Text, scope)
				}
				continue
			}
			words++
			keyword := is("keyword.") || is("storage.") || is("constant.language")
			switch tok.Kind {
			case dsl.KindKeyword, dsl.KindOperator, dsl.KindUnit, dsl.KindValue:
				if keyword {
					same++
					continue
				}
			default:
				if !keyword {
					same++
					continue
				}
			}
			different = append(different, fmt.Sprintf("%s:%d: %s is %s to the grammar and %v to the parser", filepath.Base(names[i]), tok.Start.Line, tok.Text, scope, tok.Kind))
		}
	}
	t.Logf("%d of %d words are the same to both", same, words)
	if same*1000 < words*995 {
		t.Errorf("%d of %d words are the same to both; different are\n%s", same, words, strings.Join(different, "\n"))
	}
}
