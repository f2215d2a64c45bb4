// Package spreadsheet makes text from a CRM fit for files that people open in a
// spreadsheet. Whoever fills in a web form chooses such text: it must not become a
// formula, which could send data elsewhere or start a program.
package spreadsheet

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Cell returns text for a cell of a CSV file, changed so that no spreadsheet reads it
// as a formula. It puts an apostrophe before text that begins like a formula: with =,
// +, -, @, or the full-width form of one, after any blanks, quotes and invisible
// characters; and before text that begins with a tab or a line end. It does the same
// within text after each semicolon, tab and line end, where a spreadsheet that
// separates cells in another way begins a cell. Other text is returned unchanged.
//
// Cell is for text alone. The caller writes numbers, such as -5, as they are, and
// quotes cells as CSV wants it, for example by package encoding/csv.
func Cell(text string) string {
	if !strings.ContainsFunc(text, isGuarded) {
		return text
	}
	var out strings.Builder
	if separates(rune(text[0])) && text[0] != ';' {
		out.WriteByte('\'')
	}
	begins := true // nothing but ignorable characters since start
	start := 0     // where a cell may begin; the text before is written
	for i, r := range text {
		switch {
		case separates(r):
			next := i + utf8.RuneLen(r)
			out.WriteString(text[start:next])
			begins, start = true, next
		case begins && isSign(r):
			out.WriteByte('\'')
			begins = false
		case begins && !ignorable(r):
			begins = false
		}
	}
	out.WriteString(text[start:])
	return out.String()
}

// isGuarded reports whether Cell may have to change a text that contains r.
func isGuarded(r rune) bool { return isSign(r) || r == '\t' || r == '\n' || r == '\r' }

// isSign reports whether a formula can begin with r.
func isSign(r rune) bool { return strings.ContainsRune("=+-@＝＋－＠", r) }

// separates reports whether a cell can begin after r.
func separates(r rune) bool { return r == ';' || r == '\t' || r == '\n' || r == '\r' }

// ignorable reports whether spreadsheets may overlook r where a cell begins.
func ignorable(r rune) bool {
	return r == '"' || r == unicode.ReplacementChar || unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf)
}

// MaxLength is how long a text can be in a cell of a workbook (XLSX), in UTF-16 code
// units. Libraries that write workbooks may cut longer text without an error.
const MaxLength = 32767

// Fits reports whether a cell of a workbook can hold the whole text.
func Fits(text string) bool {
	if len(text) <= MaxLength {
		return true
	}
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n <= MaxLength
}
