package substrings

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// HasWord reports whether text contains word, and not as a part of a longer word: where
// word begins with a letter, a decimal digit or a combining mark, the character before
// it is none of these, and likewise at its end. Both must be valid UTF-8.
func HasWord(text, word string) bool {
	if word == "" {
		return true
	}
	first, _ := utf8.DecodeRuneInString(word)
	last, _ := utf8.DecodeLastRuneInString(word)
	begins, ends := inWord(first), inWord(last)
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		at, end := from+i, from+i+len(word)
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !(begins && at > 0 && inWord(before)) && !(ends && end < len(text) && inWord(after)) {
			return true
		}
		_, n := utf8.DecodeRuneInString(text[at:])
		from = at + n
	}
}

// inWord reports whether a character is one of those that words consist of.
func inWord(c rune) bool {
	return unicode.IsLetter(c) || unicode.Is(unicode.Nd, c) || unicode.IsMark(c)
}

// Words is a set of words to look for, as [HasWord] does for one of them. It is
// immutable and safe for concurrent use.
type Words struct{ marked *Set }

// NewWords returns a set of words.
func NewWords(words []string) *Words {
	marked := make([]string, len(words))
	for i, w := range words {
		marked[i] = mark(w)
	}
	return &Words{New(marked)}
}

// In reports whether text contains one of the words. It takes time in proportion to the
// length of text.
func (w *Words) In(text string) bool { return w.marked.In(mark(text)) }

// mark returns a text with a byte, which no valid text has, at each place where a run
// of characters of words begins or ends. A text has a word exactly if its marked form
// contains that of the word: the word's marks at its ends are those of the text, unless
// the run goes on there.
func mark(s string) string {
	const edge = 0xff
	var b strings.Builder
	b.Grow(len(s) + len(s)/4 + 2)
	was := false
	for _, c := range s {
		if is := inWord(c); is != was {
			b.WriteByte(edge)
			was = is
		}
		b.WriteRune(c)
	}
	if was {
		b.WriteByte(edge)
	}
	return b.String()
}
