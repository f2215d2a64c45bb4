package traverse

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/shown"
)

// The instants and days of the years 0 to 9999, from the first to the last.
const (
	firstMicros = -62_167_219_200_000_000
	lastMicros  = 253_402_300_799_999_999
	firstDay    = -719_528
	lastDay     = 2_932_896
)

// The first ones as a Value holds them.
const (
	firstInstant = 1<<64 + firstMicros
	firstOfDays  = 1<<64 + firstDay
)

// Check returns an error for a value that no field may hold: a number that is not
// finite, an instant or a day outside the years 0 to 9999 in UTC, or a text or choice
// that is not UTF-8. All sources of this module, [ValueOf] and columns.Store refuse
// such values, so that what one of them takes the others can hold, and JSON can show.
// [Rows.Add] refuses all of them but texts, which would take it twice the time; the
// contract test of a source, package source/sourcetest, looks at these.
func (v Value) Check() error {
	switch v.Kind() {
	case KindText:
		return checkText(v.Text())
	case KindChoices:
		for _, s := range v.Choices() {
			if err := checkText(s); err != nil {
				return err
			}
		}
	case KindNumber:
		if f := v.Number(); math.IsInf(f, 0) {
			return notFinite(f)
		}
	case KindTime:
		if at := int64(v.num); at < firstMicros || at > lastMicros {
			return outside(v.Time().Year())
		}
	case KindDate:
		if day := int64(v.num); day < firstDay || day > lastDay {
			return outside(v.Time().Year())
		}
	}
	return nil
}

// inRange reports whether Check returns nil for v, which is of kind k, and no text or
// choices.
func (v Value) inRange(k Kind) bool {
	switch k {
	case KindNumber:
		return !math.IsInf(math.Float64frombits(v.num), 0)
	case KindTime:
		return v.num-firstInstant <= lastMicros-firstMicros
	case KindDate:
		return v.num-firstOfDays <= lastDay-firstDay
	}
	return true
}

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s is not UTF-8", shown.Quote(s))
	}
	return nil
}

func notFinite(f float64) error { return fmt.Errorf("a number must be finite, not %v", f) }

func outside(year int) error { return fmt.Errorf("the year %d is outside 0 to 9999", year) }

// ParseNumber reads a number that is written with decimal digits, a point, a sign and
// an exponent, such as -12.5 or 1e3. It fails for any other text, and for a number
// that is too large for a 64-bit float, or too small to differ from zero in one.
func ParseNumber(text string) (Value, error) {
	// ParseFloat also takes hexadecimal digits, underscores, Inf and NaN.
	if strings.Trim(text, "0123456789+-.eE") == "" {
		f, err := strconv.ParseFloat(text, 64)
		switch {
		case errors.Is(err, strconv.ErrRange):
			return Value{}, fmt.Errorf("%s is too large for a number", shown.Quote(text))
		case err == nil && f == 0 && !isZero(text):
			return Value{}, fmt.Errorf("%s is too small for a number; write 0", shown.Quote(text))
		case err == nil:
			return NumberValue(f), nil
		}
	}
	return Value{}, fmt.Errorf("%s is not a number; write decimal digits, such as 1234.5", shown.Quote(text))
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
