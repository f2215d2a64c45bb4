package pushdown

import (
	"maps"
	"slices"
	"sync"
	"unicode"

	"github.com/leadscore/leadscore/traverse"
)

// A folded is a field whose texts are compared without regard to letter case.
type folded struct{ entity, field string }

// foldLetters notes the letters of an operand, so that a field is folded as far as it takes to
// compare its texts with the operand.
func (l *lowering) foldLetters(entity, field, operand string) {
	k := folded{entity, field}
	for _, r := range operand {
		if unicode.SimpleFold(r) == r {
			continue
		}
		if l.letters[k] == nil {
			l.letters[k] = map[rune]bool{}
		}
		l.letters[k][r] = true
	}
}

// folding returns the letters that are replaced in texts of a field, beside the capital letters
// of ASCII, and by which others. Both are nil if no letters need be replaced at all.
func (l *lowering) folding(entity, field string) (from, to []rune) {
	letters := l.letters[folded{entity, field}]
	if len(letters) == 0 {
		return nil, nil
	}
	from = []rune{}
	for _, r := range slices.Sorted(maps.Keys(letters)) {
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			if other >= unicode.MaxASCII && !slices.Contains(from, other) && foldOf(other) != other {
				from, to = append(from, other), append(to, foldOf(other))
			}
		}
		if r >= unicode.MaxASCII && !slices.Contains(from, r) && foldOf(r) != r {
			from, to = append(from, r), append(to, foldOf(r))
		}
	}
	return from, to
}

func foldOf(r rune) rune {
	for _, f := range traverse.Fold(string(r)) {
		return f
	}
	return r
}

// allFolding returns all letters beside those of ASCII that differ from how rules compare them.
var allFolding = sync.OnceValues(func() (from, to []rune) {
	for r := rune(unicode.MaxASCII + 1); r <= unicode.MaxRune; r++ {
		if unicode.SimpleFold(r) != r && foldOf(r) != r {
			from, to = append(from, r), append(to, foldOf(r))
		}
	}
	return from, to
})
