package dsl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// manyRules returns a model of n conditions of about 150 bytes each.
func manyRules(n int) string {
	var b strings.Builder
	b.WriteString("model \"Large\" {\n    target contact\n\n")
	for i := range n {
		fmt.Fprintf(&b, "    condition \"Condition %d\" {\n        each EmailClicked.Contact within last %d days\n            where City = \"Chicago\"\n        score +%d\n    }\n\n", i, i%90+1, i%20+1)
	}
	b.WriteString("}\n")
	return b.String()
}

// BenchmarkAt measures a completion in the last of 1,000 conditions.
func BenchmarkAt(b *testing.B) {
	text := manyRules(1000)
	at := strings.LastIndex(text, "within")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		dsl.At(text, at)
	}
}

// BenchmarkAtClause measures a completion after the last of 1,000 conditions.
func BenchmarkAtClause(b *testing.B) {
	text := manyRules(1000)
	at := len(text) - 2
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		dsl.At(text, at)
	}
}

// BenchmarkTokens measures the tokens of 1,000 conditions.
func BenchmarkTokens(b *testing.B) {
	f, _ := dsl.Parse("f", manyRules(1000), dsl.Limits{})
	b.SetBytes(int64(len(f.Text)))
	for b.Loop() {
		dsl.Tokens(f)
	}
}
