package audit

import (
	"strings"
	"unicode"

	"github.com/leadscore/leadscore/traverse"
)

// nearIDs finds the id that another one was most likely meant to be.
type nearIDs struct {
	byForm  map[string]string
	byStart map[string]string // Salesforce's ids of 15 and 18 characters, by the first 15
}

func newNearIDs(ids func(yield func(id string))) *nearIDs {
	n := &nearIDs{byForm: map[string]string{}, byStart: map[string]string{}}
	ids(func(id string) {
		put(n.byForm, idForm(id), id)
		if start, ok := first15(id); ok {
			put(n.byStart, start, id)
		}
	})
	return n
}

// put keeps the least of the ids with a key, so that the answer is always the same.
func put(m map[string]string, key, id string) {
	if have, ok := m[key]; !ok || id < have {
		m[key] = id
	}
}

// of returns the nearest id, or "".
func (n *nearIDs) of(id string) string {
	if near, ok := n.byForm[idForm(id)]; ok {
		return near
	}
	if start, ok := first15(id); ok {
		return n.byStart[start]
	}
	return ""
}

// first15 returns the part that Salesforce's two forms of an id share. The three
// characters after it say which letters before them are capitals.
func first15(id string) (string, bool) {
	id = bare(id)
	if len(id) != 15 && len(id) != 18 {
		return "", false
	}
	for i := range len(id) {
		if c := id[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return "", false
		}
	}
	return id[:15], true
}

// idForm returns what equal ids share that were written by different programs:
// without blanks, letter case, look-alike letters, the quotes of a formula, and what
// a spreadsheet adds to a number or takes from it.
func idForm(id string) string {
	s := strings.Trim(unformula(wordsForm(id)), `'"{}`)
	if whole, ok := wholeNumber(s); ok {
		return whole
	}
	return s
}

// unformula returns the text that a formula such as ="0123" gives. Programs write it
// so that a spreadsheet keeps the zeros.
func unformula(s string) string {
	if strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) && len(s) > 3 {
		return s[2 : len(s)-1]
	}
	return s
}

// wholeNumber returns the digits of a whole number without leading zeros and without
// a fraction of zeros.
func wholeNumber(s string) (string, bool) {
	digits, fraction, _ := strings.Cut(s, ".")
	if digits == "" || strings.Trim(digits, "0123456789") != "" || strings.Trim(fraction, "0") != "" {
		return "", false
	}
	if short := strings.TrimLeft(digits, "0"); short != "" {
		return short, true
	}
	return "0", true
}

// difference says in what two ids or texts differ that nearly are equal.
func difference(a, b string) string {
	start, _ := first15(a)
	other, _ := first15(b)
	digits, _ := wholeNumber(a)
	others, _ := wholeNumber(b)
	switch {
	case unformula(a) == b || a == unformula(b):
		return "the signs of a formula"
	case strings.TrimSpace(a) == strings.TrimSpace(b):
		return "blanks around it"
	case spaced(a) == spaced(b):
		return "the blanks in it"
	case bare(a) == bare(b), squeeze(a) == squeeze(b):
		return "blanks, or characters that cannot be seen"
	case traverse.Fold(a) == traverse.Fold(b):
		return "letter case"
	case digits != "" && digits == others && strings.Contains(a, ".") != strings.Contains(b, "."):
		return "a decimal point"
	case digits != "" && digits == others:
		return "leading zeros"
	case start != "" && start == other:
		return "length: one has 15 characters, the other 18"
	case traverse.Fold(plainLetters(a)) == traverse.Fold(plainLetters(b)):
		return "letters that look alike"
	}
	return "how it is written"
}

// spaced returns s with one blank between its words.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// bare returns s without blanks around it, and without characters that cannot be
// seen.
func bare(s string) string {
	if isPlain(s) {
		return s
	}
	return strings.TrimFunc(strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return r
	}, s), unicode.IsSpace)
}

// squeeze returns s without any blanks and characters that cannot be seen.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if isInvisible(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// isPlain reports whether s is printable ASCII without blanks around it, as most
// texts are.
func isPlain(s string) bool {
	if s == "" {
		return true
	}
	if s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isInvisible reports whether a character takes no room: a control or format
// character, such as a zero-width space or a mark of direction.
func isInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && !unicode.IsSpace(r) || r == '\u034f' || r == '\u115f' || r == '\u1160' || r == '\u3164'
}
