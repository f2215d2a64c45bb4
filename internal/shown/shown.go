// Package shown prepares text from data or rules for messages.
package shown

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clip returns s, or its first 60 characters if it is longer, and whether it was cut.
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

// Quote returns s in quotes, cut as by [Clip], with what cannot be seen made visible:
// see [QuoteAll].
func Quote(s string) string {
	s, cut := Clip(s)
	if cut {
		return QuoteAll(s) + "…"
	}
	return QuoteAll(s)
}

// QuoteAll returns all of s in quotes, with escapes for what could be mistaken for
// something else: characters that cannot be seen, such as a no-break space (\u00a0), and
// Cyrillic and Greek letters and accents of their own among Latin letters that they look
// like.
func QuoteAll(s string) string {
	if isASCII(s) {
		return strconv.Quote(s)
	}
	b := []byte{'"'}
	end, latin := 0, false // of the word
	for i, size := 0, 0; i < len(s); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(s[i:])
		if i >= end {
			n, hasLatin := word(s[i:])
			end, latin = i+n, hasLatin
		}
		if latin && disguised(r) {
			b = fmt.Appendf(b, `\u%04x`, r)
			continue
		}
		quoted := strconv.Quote(s[i : i+size])
		b = append(b, quoted[1:len(quoted)-1]...)
	}
	return string(append(b, '"'))
}

// Unsafe reports whether r must not be shown as it is: a control character, which
// can control the terminal, or a character that changes the direction of text, or
// breaks the line.
func Unsafe(r rune) bool {
	switch {
	case unicode.IsControl(r), '\u202A' <= r && r <= '\u202E', '\u2066' <= r && r <= '\u2069', r == '\u2028', r == '\u2029':
		return true
	}
	return r == '\u061C' || r == '\u200E' || r == '\u200F'
}

// Printable replaces [Unsafe] characters, and bytes that are not UTF-8, so that a
// name can neither break the layout of a text, nor control the terminal, nor change
// the order in which the text is read.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if Unsafe(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// JSON is like [json.Marshal], but does not escape <, > and &, which are common in
// rules.
func JSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
