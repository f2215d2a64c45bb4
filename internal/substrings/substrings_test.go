package substrings_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/internal/substrings"
)

func TestIn(t *testing.T) {
	for _, test := range []struct {
		texts []string
		text  string
		want  bool
	}{
		{nil, "", false},
		{nil, "a", false},
		{[]string{""}, "", true},
		{[]string{"b", ""}, "a", true},
		{[]string{"a"}, "", false},
		{[]string{"he", "she", "his", "hers"}, "ushers", true},
		{[]string{"hers", "his"}, "ushers", true},
		{[]string{"hers", "his"}, "usher is", false},
		{[]string{"abcd", "bc"}, "abce", true},        // on the way to another
		{[]string{"aab"}, "aaaaaab", true},            // fails and goes on
		{[]string{"ab", "abc", "abcd"}, "xabx", true}, // those that begin with another
		{[]string{"größe"}, "die größe", true},
		{[]string{"größe"}, "die grosse", false},
		{[]string{"\xff\x00"}, "a\xff\x00b", true},
		{[]string{"a", "a"}, "ba", true},
	} {
		if got := substrings.New(test.texts).In(test.text); got != test.want {
			t.Errorf("%q in %q: %t", test.texts, test.text, got)
		}
	}
}

// In finds what a search for each text finds.
func TestInIsContains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]rune("abc\u00e9"[:rapid.SampledFrom([]int{1, 2, 3, 5}).Draw(t, "letters")]))
		texts := rapid.SliceOfN(rapid.StringOfN(letters, 1, 6, -1), 0, 20).Draw(t, "texts")
		text := rapid.StringOfN(letters, 0, 40, -1).Draw(t, "text")
		want := slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(text, s) })
		if got := substrings.New(texts).In(text); got != want {
			t.Fatalf("%q in %q: %t", texts, text, got)
		}
	})
}

func BenchmarkIn(b *testing.B) {
	for _, kind := range []struct{ name, text string }{
		{"like", strings.Repeat("aaaaaaab ", 5)}, {"unlike", strings.Repeat("the quick brown fox ", 2)}, {"long", strings.Repeat("the quick brown fox ", 5000)},
	} {
		for _, n := range []int{4, 8, 16, 32, 1000} {
			var texts []string
			for i := range n {
				texts = append(texts, fmt.Sprintf("%saaab%d", string(rune('a'+i%26)), i))
			}
			set := substrings.New(texts)
			b.Run(fmt.Sprintf("%s/%d/set", kind.name, n), func(b *testing.B) {
				for b.Loop() {
					set.In(kind.text)
				}
			})
			b.Run(fmt.Sprintf("%s/%d/each", kind.name, n), func(b *testing.B) {
				for b.Loop() {
					for _, s := range texts {
						strings.Contains(kind.text, s)
					}
				}
			})
		}
	}
}
