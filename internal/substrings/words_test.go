package substrings

import (
	"testing"

	"pgregory.net/rapid"
)

func TestHasWord(t *testing.T) {
	for _, test := range []struct {
		text, word string
		want       bool
	}{
		{"director", "director", true}, {"a director.", "director", true}, {"sector", "cto", false}, {"directory", "director", false},
		{"directory director", "director", true}, {"aaa aa", "aa", true}, {"aaa", "aa", false}, {"c++, go", "c++", true}, {"c++x", "c++", true}, {"xc++", "c++", false},
		{"cto2", "cto", false}, {"cto\u0301", "cto", false}, {"cto_x", "cto", true}, {"x", "", true}, {"", "x", false}, {"+b+", "+", true}, {"a b", "a b", true}, {"a bc", "a b", false},
	} {
		if got := HasWord(test.text, test.word); got != test.want {
			t.Errorf("%q in %q: %v", test.word, test.text, got)
		}
		if got := NewWords([]string{test.word}).In(test.text); got != test.want {
			t.Errorf("%q in %q, by a set: %v", test.word, test.text, got)
		}
	}
}

// TestWordsAreHasWord: a set finds what looking for each word finds.
func TestWordsAreHasWord(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab1 +-é\u0301")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab1 +-é\u0301")), 1, 4, -1), 1, 6).Draw(t, "words")
		in := text.Draw(t, "text")
		want := false
		for _, w := range words {
			want = want || HasWord(in, w)
		}
		if got := NewWords(words).In(in); got != want {
			t.Fatalf("%q in %q: %v, one by one %v", words, in, got, want)
		}
	})
}
