package traverse

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/shown"
)

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s is not UTF-8", shown.Quote(s))
	}
	return nil
}

func notFinite(f float64) error { return fmt.Errorf("a number must be finite, not %v", f) }

func outside(year int) error { return fmt.Errorf("the year %d is outside 0 to 9999", year) }

// parseNumber is ParseNumber for the number itself.
func parseNumber(text string) (float64, error) {
	// ParseFloat also takes hexadecimal digits, underscores, Inf and NaN.
	if strings.Trim(text, "0123456789+-.eE") == "" {
		f, err := strconv.ParseFloat(text, 64)
		switch {
		case errors.Is(err, strconv.ErrRange):
			return 0, fmt.Errorf("%s is too large for a number", shown.Quote(text))
		case err == nil && f == 0 && !isZero(text):
			return 0, fmt.Errorf("%s is too small for a number; write 0", shown.Quote(text))
		case err == nil:
			return f, nil
		}
	}
	return 0, fmt.Errorf("%s is not a number; write decimal digits, such as 1234.5", shown.Quote(text))
}

// isZero reports whether all digits of a number before its exponent are zeros.
func isZero(text string) bool {
	digits := text
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		digits = text[:i]
	}
	return !strings.ContainsAny(digits, "123456789")
}

// CheckJSON returns an error for JSON whose texts package encoding/json would change
// without an error: bytes that are not UTF-8, and an escape such as \ud83d that is
// half of a pair, both of which it replaces by U+FFFD. It does not check that raw is
// JSON.
func CheckJSON(raw []byte) error {
	if !utf8.Valid(raw) {
		return errors.New("the text is not UTF-8")
	}
	for i := 0; i < len(raw); {
		next := bytes.IndexByte(raw[i:], '\\')
		if next < 0 {
			return nil
		}
		i += next
		first, ok := escape(raw[i:])
		switch {
		case !ok: // another escape, such as \\ or \n
			i += 2
			continue
		case isHigh(first):
			if second, ok := escape(raw[i+escapeLen:]); ok && isLow(second) {
				i += 2 * escapeLen
				continue
			}
			return errHalf
		case isLow(first):
			return errHalf
		}
		i += escapeLen
	}
	return nil
}

const escapeLen = len(`\u0000`)

var errHalf = errors.New(`a \u escape is half of a character`)

// escape returns the code of the \u escape with which raw begins.
func escape(raw []byte) (uint64, bool) {
	if len(raw) < escapeLen || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	code, err := strconv.ParseUint(string(raw[2:escapeLen]), 16, 16)
	return code, err == nil
}

func isHigh(code uint64) bool { return 0xd800 <= code && code <= 0xdbff }

func isLow(code uint64) bool { return 0xdc00 <= code && code <= 0xdfff }
