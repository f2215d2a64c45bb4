package traverse

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold returns s with every letter replaced by one representative of all letters
// that differ from it only in case: Fold(a) == Fold(b) exactly when
// strings.EqualFold(a, b), for valid UTF-8. Folding goes letter by letter, so a
// substring of s folds to a substring of Fold(s).
func Fold(s string) string {
	capitals := false
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return strings.Map(foldRune, s)
		}
		capitals = capitals || 'A' <= c && c <= 'Z'
	}
	if capitals {
		return strings.ToLower(s)
	}
	return s
}

// foldRune returns the orbit's lower-case ASCII letter, if it has one, or else
// its smallest member.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	if 'A' <= least && least <= 'Z' {
		least += 'a' - 'A'
	}
	return least
}
