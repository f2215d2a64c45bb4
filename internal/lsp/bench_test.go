package lsp

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkChange measures how long it takes from a change to the errors, in a model of 1,000 conditions.
func BenchmarkChange(b *testing.B) {
	var text strings.Builder
	text.WriteString("model \"M\" {\n    target contact\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "    condition \"C%d\" {\n        each EmailOpened.Contact within last %d days where City = \"Town %d\"\n        score +%d\n    }\n", i, i%300+1, i, i%50+1)
	}
	text.WriteString("}\n")
	s := New(Options{Delay: 1 << 60})
	ask := func(m, p string) {
		if _, err := s.Handle(b.Context(), m, []byte(p)); err != nil {
			b.Fatal(err)
		}
	}
	ask("initialize", "{}")
	ask("textDocument/didOpen", fmt.Sprintf(`{"textDocument":{"uri":"untitled:a","version":1,"text":%q}}`, text.String()))
	b.SetBytes(int64(text.Len()))
	for i := 0; b.Loop(); i++ {
		ask("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":"untitled:a","version":%d},"contentChanges":[{"range":{"start":{"line":0,"character":7},"end":{"line":0,"character":8}},"text":%q}]}`, i+2, string(rune('A'+i%2))))
	}
}
