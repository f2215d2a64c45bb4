package tables

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// A numberStyle describes how the numbers of a column are written.
type numberStyle struct {
	decimal byte     // the decimal sign, a point or a comma; 0 = a point, and digits are not grouped
	units   []string // that a number may have before or after it
	seen    *readings
}

// read reads a number from text.
func (s *numberStyle) read(text string) (traverse.Value, error) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return traverse.Value{}, nil
	}
	digits := s.bare(trimmed)
	plain, grouped := digits, true
	if s.decimal != 0 {
		plain, grouped = ungroup(digits, s.decimal)
	}
	if plain == "" || !grouped {
		return traverse.Value{}, s.problem(text, digits)
	}
	v, err := memory.Parse(traverse.Number, plain)
	switch {
	case err != nil && strings.Trim(plain, "0123456789+-.eE") == "" && strings.Count(plain, ".") < 2:
		return v, err // which may be about its size
	case err != nil:
		return v, s.problem(text, digits)
	case s.decimal == 0:
		s.seen.note(digits)
	}
	return v, nil
}

// bare returns a number without its unit and the blanks around that.
func (s *numberStyle) bare(text string) string {
	text = strings.Replace(text, "\u2212", "-", 1) // the minus sign of typographers
	if len(s.units) == 0 {
		return text
	}
	sign, rest := cutSign(text)
	for _, unit := range s.units {
		switch {
		case hasFoldedPrefix(rest, unit):
			rest = strings.TrimSpace(rest[len(unit):])
			if sign == "" {
				sign, rest = cutSign(rest)
			}
		case hasFoldedSuffix(rest, unit):
			rest = strings.TrimSpace(rest[:len(rest)-len(unit)])
		default:
			continue
		}
		break
	}
	return sign + rest
}

// cutSign cuts a sign, and blanks after it, from a number.
func cutSign(s string) (sign, rest string) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[:1], strings.TrimSpace(s[1:])
	}
	return "", s
}

func hasFoldedPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func hasFoldedSuffix(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// ungroup returns a number with a point as its decimal sign and without the signs
// that group its digits. It reports false if the digits are not grouped as people
// group them: by one sign in all of the number, three digits after the last, two or
// three (as in India) between two signs, and at most three before the first.
func ungroup(text string, decimal byte) (string, bool) {
	whole, rest := text, ""
	if i := strings.IndexByte(text, decimal); i >= 0 {
		whole, rest = text[:i], "."+text[i+1:]
	} else if i := strings.IndexAny(text, "eE"); i >= 0 {
		whole, rest = text[:i], text[i:]
	}
	if strings.IndexByte(rest, decimal) > 0 || decimal == ',' && strings.Count(rest, ".") > 1 {
		return "", false
	}
	sign, whole := cutSign(whole)
	var groups []string
	var between rune
	for whole != "" {
		i := strings.IndexFunc(whole, func(c rune) bool { return c < '0' || c > '9' })
		if i < 0 {
			break
		}
		c, n := utf8.DecodeRuneInString(whole[i:])
		if !groupsDigits(c) || between != 0 && c != between {
			return "", false
		}
		between = c
		groups, whole = append(groups, whole[:i]), whole[i+n:]
	}
	if len(groups) > 0 && strings.ContainsAny(rest, "eE") {
		return "", false // nobody groups the digits of such a number
	}
	for i, group := range groups {
		least := 2
		if i == 0 {
			least = 1
		}
		if len(group) < least || len(group) > 3 {
			return "", false
		}
	}
	if len(groups) > 0 && len(whole) != 3 {
		return "", false
	}
	return sign + strings.Join(groups, "") + whole + rest, true
}

// groupsDigits reports whether a sign groups digits where it is not the decimal sign.
func groupsDigits(c rune) bool {
	return c == '.' || c == ',' || c == '\'' || c == '\u2019' || unicode.Is(unicode.Zs, c)
}

// problem returns the error for a text that is not a number; digits are the text
// without a unit.
func (s *numberStyle) problem(text, digits string) error {
	advice := "write decimal digits, such as 1234.5"
	switch unit := unitOf(digits); {
	case unit != "":
		advice = fmt.Sprintf(`if it is a number of %s, give the column "unit": %q in the mapping`, unit, unit)
	case s.decimal == ',':
		advice = "the decimal sign is a comma, and other signs may only group its digits, as in 1.250,5"
	case s.decimal == '.':
		advice = "the decimal sign is a point, and other signs may only group its digits, as in 1,250.5"
	case strings.ContainsFunc(digits, groupsDigits) && (isGrouped(digits, '.') || isGrouped(digits, ',')):
		advice += `, or give the column its "decimal" sign, "." or ",", in the mapping`
	}
	return fmt.Errorf("%s is not a number; %s", shown.Quote(text), advice)
}

func isGrouped(digits string, decimal byte) bool {
	plain, ok := ungroup(digits, decimal)
	return ok && strings.Trim(plain, "0123456789+-.") == ""
}

// unitOf returns what may be the unit before or after a number, or "".
func unitOf(digits string) string {
	digit := func(c rune) bool { return '0' <= c && c <= '9' }
	_, rest := cutSign(digits)
	first, last := strings.IndexFunc(rest, digit), strings.LastIndexFunc(rest, digit)
	if first < 0 {
		return ""
	}
	before, after := strings.TrimSpace(strings.TrimRight(rest[:first], "-+")), strings.TrimSpace(rest[last+1:])
	if unit := before + after; (before == "" || after == "") && isUnit(unit) {
		return unit
	}
	return ""
}

// isUnit reports whether a text may be a currency, or a percent sign, and does not
// multiply a number, as in 12k.
func isUnit(s string) bool {
	n := utf8.RuneCountInString(s)
	if slices.Contains([]string{"k", "m", "mm", "mn", "mio", "mrd", "b", "bn", "t", "tsd", "e"}, strings.ToLower(s)) {
		return false // it multiplies
	}
	return n > 0 && n <= 4 && !strings.ContainsFunc(s, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.Is(unicode.Sc, c) && c != '%'
	})
}

// readings tell whether the numbers of a column can be read in two ways: 350.000 is
// 350 with three decimals, or 350 thousand. One number that has another number of
// digits after its point tells for the whole column.
type readings struct {
	sure  bool   // some number can be read in one way only, with a point as the decimal sign
	text  string // the first that can be read in two, or ""
	fresh bool   // text has been set, and its place is not known yet
	count int    // how many numbers can be read in two ways
	of    int    // of how many

	file   string // the place of text
	line   int
	name   string   // of the column
	place  []string // in the mapping, or nil without one
	entity string
}

// note notes a number, without its unit, that was read as written.
func (r *readings) note(digits string) {
	if r.sure {
		return
	}
	r.of++
	switch point := strings.IndexByte(digits, '.'); {
	case point < 0:
	case isGroup(digits, point):
		r.count++
		if r.text == "" {
			r.text, r.fresh = strings.Clone(digits), true
		}
	default:
		r.sure = true
	}
}

// isGroup reports whether the point of a number may group its digits.
func isGroup(digits string, point int) bool {
	_, whole := cutSign(digits[:point])
	return len(digits)-point == 4 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0' && !strings.ContainsAny(digits, "eE")
}

// found tells the place of the number that was noted last.
func (r *readings) found(file string, line int) {
	if r.fresh {
		r.file, r.line, r.fresh = file, line, false
	}
}

// ambiguous reports whether the numbers of the column can be read in two ways.
func (r *readings) ambiguous() bool { return r.text != "" && !r.sure }

// message says how the numbers can be read.
func (r *readings) message() string {
	return fmt.Sprintf("%s is %s, or %s if the point groups digits, and no number of the column tells which",
		r.text, trimZeros(r.text), strings.Replace(r.text, ".", "", 1))
}

// trimZeros returns a number without the zeros at the end of its decimals.
func trimZeros(s string) string {
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
