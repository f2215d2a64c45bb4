// Package alike finds ids and texts that are nearly equal, and says in what they
// differ: what people, spreadsheets and exports do to an id on its way.
package alike

import (
	"cmp"
	"iter"
	"strings"
	"unicode"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// IDs finds the id that another one was most likely meant to be. It is made by
// [NewIDs] and may then be used by several goroutines.
type IDs struct {
	byForm  map[string]string
	byStart map[string]string // Salesforce's ids of 15 and 18 characters, by the first 15
}

// NewIDs returns the ids that ids passes to yield, in a form to look them up in.
func NewIDs(ids func(yield func(id string))) *IDs {
	n := &IDs{byForm: map[string]string{}, byStart: map[string]string{}}
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

// Near returns the id that is nearest to another one, or "" if none is nearly equal
// to it. Of several it returns the least.
func (n *IDs) Near(id string) string {
	if near, ok := n.byForm[idForm(id)]; ok {
		return near
	}
	if start, ok := first15(id); ok {
		return n.byStart[start]
	}
	return ""
}

// Near returns the least of ids that is nearly equal to id, or "" if there is none.
// For more than one look-up [IDs] is faster.
func Near(id string, ids iter.Seq[string]) string {
	form := idForm(id)
	start, long := first15(id)
	byForm, byStart := "", ""
	for near := range ids {
		if (byForm == "" || near < byForm) && hasForm(near, form) {
			byForm = near
		}
		if !long || byStart != "" && near > byStart {
			continue
		}
		if s, ok := first15(near); ok && s == start {
			byStart = near
		}
	}
	return cmp.Or(byForm, byStart)
}

// first15 returns the part that Salesforce's two forms of an id share. The three
// characters after it say which letters before them are capitals.
func first15(id string) (string, bool) {
	id = Bare(id)
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
	s := strings.Trim(unformula(WordsForm(id)), `'"{}`)
	if whole, ok := wholeNumber(s); ok {
		return whole
	}
	return s
}

// hasForm reports whether form is the idForm of id. Most ids are of letters, digits and a
// few signs, where that can be told without making it.
func hasForm(id, form string) bool {
	letters := false
	for i := range len(id) {
		switch c := id[i]; {
		case '0' <= c && c <= '9':
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '-', c == '_', c == ':':
			letters = true
		default:
			return idForm(id) == form
		}
	}
	if !letters {
		return idForm(id) == form // a number
	}
	return len(id) == len(form) && strings.EqualFold(id, form)
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

// Difference says in what two ids or texts differ that nearly are equal.
func Difference(a, b string) string {
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
	case Bare(a) == Bare(b), squeeze(a) == squeeze(b):
		return "blanks, or characters that cannot be seen"
	case traverse.Fold(a) == traverse.Fold(b):
		return "letter case"
	case traverse.Fold(squeeze(a)) == traverse.Fold(squeeze(b)):
		return "letter case and blanks"
	case digits != "" && digits == others && strings.Contains(a, ".") != strings.Contains(b, "."):
		return "a decimal point"
	case digits != "" && digits == others:
		return "leading zeros"
	case start != "" && start == other:
		return "length: one has 15 characters, the other 18"
	case traverse.Fold(shown.PlainLetters(a)) == traverse.Fold(shown.PlainLetters(b)):
		return "letters that look alike"
	}
	return "how it is written"
}

// spaced returns s with one blank between its words.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// Bare returns s without blanks around it, and without characters that cannot be
// seen.
func Bare(s string) string {
	if IsPlain(s) {
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

// IsPlain reports whether s is printable ASCII without blanks around it, as most
// texts are.
func IsPlain(s string) bool {
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

// TextForm returns what texts share that are almost equal.
func TextForm(s string) string {
	s = unformula(traverse.Fold(shown.PlainLetters(squeeze(s))))
	if n, ok := wholeNumber(s); ok {
		return n
	}
	return s
}

// WordsForm returns s without what people do not see, but with a blank between its
// words, for parts of texts.
func WordsForm(s string) string {
	return spaced(unformula(traverse.Fold(shown.PlainLetters(Bare(s)))))
}
