// Package shown prepares text that comes from data or rules for messages.
package shown

import (
	"strconv"
	"strings"
	"unicode"
)

// Clip cuts s short for a message, and reports whether it did.
func Clip(s string) (string, bool) {
	const most = 60
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i], true
		}
	}
	return s, false
}

// Quote quotes s, cut short.
func Quote(s string) string {
	s, cut := Clip(s)
	if cut {
		return strconv.Quote(s) + "…"
	}
	return strconv.Quote(s)
}

// Printable replaces control characters, and bytes that are not UTF-8: a name
// must not break the layout of a text, nor talk to the terminal.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
