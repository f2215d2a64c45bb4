package dsl

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const byteOrderMark = "\ufeff"

// lineAt returns the line of text in which offset lies.
func lineAt(text string, offset int) string {
	offset = min(offset, len(text))
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	return strings.TrimPrefix(strings.TrimSuffix(line, "\r"), byteOrderMark)
}

// lineLen returns the length of the first line of s without its end.
func lineLen(s string) int {
	if n := strings.IndexByte(s, '\n'); n >= 0 {
		return n
	}
	return len(s)
}

func isIdentStart(r rune) bool { return r == '_' || unicode.IsLetter(r) }

func isIdentPart(r rune) bool { return isIdentStart(r) || unicode.IsDigit(r) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// lowerASCII returns s with its ASCII letters in lower case.
func lowerASCII(s string) string {
	lower := []byte(s)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] += 'a' - 'A'
		}
	}
	return string(lower)
}

func isASCIILetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// asciiIdent says of each byte whether it is an ASCII character of names.
var asciiIdent = func() (ident [256]bool) {
	for c := range utf8.RuneSelf {
		ident[c] = isIdentPart(rune(c))
	}
	return ident
}()

// identLen returns the length of the run of letters, digits and _ at the start of s,
// in bytes and in characters.
func identLen(s string) (n, characters int) {
	for n < len(s) && asciiIdent[s[n]] {
		n++
	}
	if n == len(s) || s[n] < utf8.RuneSelf {
		return n, n
	}
	rest := prefixLen(s[n:], isIdentPart)
	return n + rest, n + utf8.RuneCountInString(s[n:n+rest])
}

// prefixLen returns the length of the longest prefix of s whose characters satisfy f.
func prefixLen(s string, f func(rune) bool) int {
	if i := strings.IndexFunc(s, func(r rune) bool { return !f(r) }); i >= 0 {
		return i
	}
	return len(s)
}

// printable returns a character as messages show it.
func printable(r rune) string {
	if unicode.IsPrint(r) {
		return string(r)
	}
	return fmt.Sprintf("character U+%04X", r)
}

// number parses s, which must be all digits.
func number(s string, n *int) bool {
	*n = 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
		*n = *n*10 + int(s[i]-'0')
	}
	return s != ""
}

// trimZeros returns a number without leading zeros.
func trimZeros(number string) string {
	sign := number[:len(number)-len(strings.TrimLeft(number, "+-"))]
	digits := strings.TrimLeft(number[len(sign):], "0")
	if digits == "" || digits[0] == '.' {
		digits = "0" + digits
	}
	return sign + digits
}
