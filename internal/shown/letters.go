package shown

import (
	"strings"
	"unicode"
)

// PlainLetters returns s with letters and signs replaced by the ASCII ones that they
// look like: those of Cyrillic and Greek, full-width forms, accented Latin letters,
// and typographic dashes and quotes. Accents that are characters of their own are
// dropped.
func PlainLetters(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
			return r
		case r >= 0xff01 && r <= 0xff5e: // full width
			return r - 0xff01 + '!'
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		if p, ok := lookAlikes[r]; ok {
			return p
		}
		return r
	}, s)
}

// disguised reports whether r, which is among Latin letters, looks like one of them or
// belongs to the letter before it.
func disguised(r rune) bool {
	_, ok := lookAlikes[r]
	return ok && (unicode.Is(unicode.Cyrillic, r) || unicode.Is(unicode.Greek, r)) || '\u0300' <= r && r <= '\u036f'
}

// word returns the length of the word at the beginning of s, 0 if there is none, and
// whether it has Latin letters.
func word(s string) (n int, latin bool) {
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return i, latin
		}
		latin = latin || unicode.Is(unicode.Latin, r)
	}
	return len(s), latin
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// lookAlikes maps letters and signs to the ASCII ones that they look like.
var lookAlikes = func() map[rune]rune {
	m := map[rune]rune{}
	for plain, alike := range map[rune]string{
		'A':  "ÀÁÂÃÄÅĀĂĄАΑ",
		'B':  "ВΒ",
		'C':  "ÇĆĈĊČС",
		'D':  "ĎĐ",
		'E':  "ÈÉÊËĒĔĖĘĚЕΕ",
		'G':  "ĜĞĠĢ",
		'H':  "ĤНΗ",
		'I':  "ÌÍÎÏĨĪĬĮİІΙ",
		'J':  "ĴЈ",
		'K':  "ĶКΚ",
		'L':  "ĹĻĽŁ",
		'M':  "МΜ",
		'N':  "ÑŃŅŇΝ",
		'O':  "ÒÓÔÕÖŌŎŐØОΟ",
		'P':  "РΡ",
		'R':  "ŔŖŘ",
		'S':  "ŚŜŞŠЅ",
		'T':  "ŢŤТΤ",
		'U':  "ÙÚÛÜŨŪŬŮŰŲ",
		'W':  "Ŵ",
		'X':  "ХΧ",
		'Y':  "ÝŶŸУΥ",
		'Z':  "ŹŻŽΖ",
		'a':  "àáâãäåāăąа",
		'c':  "çćĉċčс",
		'd':  "ďđ",
		'e':  "èéêëēĕėęěе",
		'g':  "ĝğġģ",
		'h':  "ĥ",
		'i':  "ìíîïĩīĭįіı",
		'j':  "ĵј",
		'k':  "ķ",
		'l':  "ĺļľł",
		'n':  "ñńņň",
		'o':  "òóôõöōŏőøоο",
		'p':  "рρ",
		'r':  "ŕŗř",
		's':  "śŝşšѕ",
		't':  "ţť",
		'u':  "ùúûüũūŭůűų",
		'v':  "ν",
		'w':  "ŵ",
		'x':  "х",
		'y':  "ýÿŷу",
		'z':  "źżž",
		'"':  "“”„″",
		'\'': "‘’‚′",
		'-':  "‐‑‒–—−",
	} {
		for _, r := range alike {
			m[r] = plain
		}
	}
	return m
}()
