package stream

import (
	"errors"
	"fmt"
	"strings"
)

// maxName is the longest name or id that can be a token of a subject, in bytes.
const maxName = 512

// token returns a name or an id as one token of a subject: letters and digits of ASCII,
// '-' and '_' stay, and each other byte becomes '=' and two hexadecimal digits.
func token(name string) string {
	plain := name != ""
	for i := 0; plain && i < len(name); i++ {
		plain = isPlain(name[i])
	}
	if plain {
		return name
	}
	if name == "" {
		return "="
	}
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; isPlain(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String()
}

// name returns what token made a token of.
func name(token string) (string, error) {
	switch token {
	case "=":
		return "", nil
	case "":
		return "", errors.New("an empty token names nothing")
	}
	b := make([]byte, 0, len(token))
	for i := 0; i < len(token); i++ {
		c := token[i]
		switch {
		case isPlain(c):
			b = append(b, c)
		case c == '=' && i+2 < len(token):
			high, low := digit(token[i+1]), digit(token[i+2])
			if high < 0 || low < 0 {
				return "", fmt.Errorf("%q is no token of a name: after = come two digits from 0 to F", token)
			}
			b = append(b, byte(high<<4|low))
			i += 2
		default:
			return "", fmt.Errorf("%q is no token of a name", token)
		}
	}
	return string(b), nil
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// digit returns the value of a hexadecimal digit, or -1.
func digit(c byte) int { return strings.IndexByte("0123456789ABCDEF", c) }

// checkName returns an error for the name of a log or a version that cannot be part of the
// name of a stream.
func checkName(what, s string) error {
	if s == "" {
		return fmt.Errorf("stream: the %s has no name", what)
	}
	if len(s) > 64 {
		return fmt.Errorf("stream: the name of the %s, %q, has more than 64 characters", what, s)
	}
	for i := range len(s) {
		if !isPlain(s[i]) {
			return fmt.Errorf("stream: %q cannot name a %s: use letters and digits of ASCII, - and _", s, what)
		}
	}
	return nil
}

var errLongName = errors.New("longer than 512 bytes")
