package language

import (
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/traverse"
)

// manyRules returns a model of n conditions of about 150 bytes each.
func manyRules(n int) string {
	var b strings.Builder
	b.WriteString("model \"Large\" {\n    target contact\n\n")
	for i := range n {
		fmt.Fprintf(&b, "    condition \"Condition %d\" {\n        each EmailClicked.Contact within last %d days\n            where City = \"Chicago\"\n        score +%d\n    }\n\n", i, i%90+1, i%20+1)
	}
	b.WriteString("    grade \"Hot\" from 100\n}\n")
	return b.String()
}

// typing returns a snapshot of 1,000 rules, and the same rules with another letter n times.
func typing(b *testing.B) (old *Snapshot, next func() *Snapshot) {
	text := manyRules(1000)
	old = New(nil, traverse.Standard(), []File{{"a.score", text}})
	at := strings.LastIndex(text, "Chicago")
	n := 0
	b.SetBytes(int64(len(text)))
	return old, func() *Snapshot {
		n++
		return New(old, traverse.Standard(), []File{{"a.score", fmt.Sprintf("%sx%d%s", text[:at], n, text[at:])}})
	}
}

// BenchmarkErrors measures the errors of 1,000 rules after a letter is typed.
func BenchmarkErrors(b *testing.B) {
	_, next := typing(b)
	for b.Loop() {
		next().Diagnostics()
	}
}

// BenchmarkFindings measures the findings after that.
func BenchmarkFindings(b *testing.B) {
	_, next := typing(b)
	for b.Loop() {
		b.StopTimer()
		s := next()
		b.StartTimer()
		if _, err := s.Findings(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkComplete measures a completion in the last rule, once the rules are checked.
func BenchmarkComplete(b *testing.B) {
	_, next := typing(b)
	for b.Loop() {
		b.StopTimer()
		s := next()
		at := strings.LastIndex(s.files[0].Text, "City")
		b.StartTimer()
		if len(s.Complete("a.score", at)) == 0 {
			b.Fatal("there are no candidates")
		}
	}
}

// BenchmarkHover measures the first hover after a letter is typed, which finds out what all
// names mean.
func BenchmarkHover(b *testing.B) {
	_, next := typing(b)
	for b.Loop() {
		b.StopTimer()
		s := next()
		at := strings.LastIndex(s.files[0].Text, "City")
		b.StartTimer()
		if _, ok := s.Hover("a.score", at); !ok {
			b.Fatal("there is no hover")
		}
	}
}

// BenchmarkTokens measures the tokens of all rules.
func BenchmarkTokens(b *testing.B) {
	_, next := typing(b)
	for b.Loop() {
		b.StopTimer()
		s := next()
		b.StartTimer()
		s.Tokens("a.score")
	}
}

// BenchmarkHints measures the hints of all rules.
func BenchmarkHints(b *testing.B) {
	_, next := typing(b)
	for b.Loop() {
		b.StopTimer()
		s := next()
		b.StartTimer()
		s.Hints("a.score", 0, len(s.files[0].Text))
	}
}

// BenchmarkActions measures the changes that people may want at a value.
func BenchmarkActions(b *testing.B) {
	_, next := typing(b)
	for b.Loop() {
		b.StopTimer()
		s := next()
		at := strings.LastIndex(s.files[0].Text, "Chicago")
		b.StartTimer()
		s.Actions("a.score", at, at)
	}
}

// BenchmarkRename measures another name of a condition.
func BenchmarkRename(b *testing.B) {
	_, next := typing(b)
	for b.Loop() {
		b.StopTimer()
		s := next()
		at := strings.LastIndex(s.files[0].Text, "Condition")
		b.StartTimer()
		if _, err := s.Rename("a.score", at, "Another"); err != nil {
			b.Fatal(err)
		}
	}
}
