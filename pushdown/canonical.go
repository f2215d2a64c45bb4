package pushdown

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/traverse"
)

// validText reports whether a text is UTF-8, as those of a database are.
func validText(s string) bool { return utf8.ValidString(s) }

// quoter quotes a constant text: [Dialect.Text].
type quoter func(s string) (string, bool)

// wordsCanonical returns the canonical form of a column of text that holds a bool.
func wordsCanonical(quote quoter, column string, c Column, yes, no string) (Canonical, error) {
	t, ok := quote(c.True)
	f, ok2 := quote(c.False)
	if !ok || !ok2 {
		return Canonical{}, unfit(c, traverse.Bool)
	}
	return Canonical{Expr: fmt.Sprintf("CASE %s WHEN %s THEN %s WHEN %s THEN %s END", column, t, yes, f, no)}, nil
}

// codesCanonical returns the canonical form of a column of codes. A row with another code is
// bad, as package sqldb has it, and null here.
func codesCanonical(quote quoter, column string, c Column, suffix string) (Canonical, error) {
	var b strings.Builder
	for _, code := range slices.Sorted(maps.Keys(c.Codes)) {
		text := c.Codes[code]
		if text == "" {
			continue
		}
		from, ok := quote(code)
		to, ok2 := quote(text)
		if !ok || !ok2 {
			return Canonical{}, unfit(c, traverse.Text)
		}
		fmt.Fprintf(&b, " WHEN %s THEN %s", from, to)
	}
	if b.Len() == 0 {
		return Canonical{}, unfit(c, traverse.Text)
	}
	return Canonical{Expr: "(CASE " + column + b.String() + " END)" + suffix}, nil
}
