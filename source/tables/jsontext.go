package tables

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// syntax returns a message about the syntax error of a JSON value, and the offset of
// the error.
func syntax(raw []byte) (int, string) {
	err := json.Unmarshal(raw, new(json.RawMessage))
	at := 0
	if exact, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = max(int(exact.Offset)-1, 0)
	}
	if strings.Contains(err.Error(), "max depth") {
		return at, broken("it is nested too deeply")
	}
	return at, broken(err.Error())
}

func broken(what string) string { return "broken JSON: " + what }

var newline = []byte("\n")

// isNested reports whether a JSON value is an array or an object.
func isNested(raw []byte) bool { return raw[0] == '[' || raw[0] == '{' }

func isNumber(first byte) bool { return first == '-' || '0' <= first && first <= '9' }

// unquote returns the text of a valid JSON string.
func unquote(raw []byte) (string, error) {
	if !utf8.Valid(raw) {
		return "", errors.New(notUTF8)
	}
	if !bytes.ContainsRune(raw, '\\') {
		return string(raw[1 : len(raw)-1]), nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", errors.New(broken(err.Error()))
	}
	if err := traverse.CheckJSON(raw); err != nil {
		return "", err
	}
	return s, nil
}

// describe returns a phrase for a valid JSON value, for messages.
func describe(raw []byte) string {
	switch raw[0] {
	case '"':
		s, err := unquote(raw)
		if err != nil {
			return "a text"
		}
		return "the text " + shown.Quote(s)
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 'n', 't', 'f':
		return string(raw)
	}
	s, cut := shown.Clip(string(raw))
	if cut {
		s += "…"
	}
	return "the number " + s
}

// A member is a key of a JSON object, in quotes, and its value.
type member struct{ key, value []byte }

// A namedMember is a member whose key has been read.
type namedMember struct {
	name  string
	value []byte
	wrong string // what is wrong with the key, or ""
}

// named yields the members of a valid JSON object that begins on a line, each with
// the line on which its value begins.
func named(line int, raw []byte) iter.Seq2[int, namedMember] {
	return func(yield func(int, namedMember) bool) {
		seen := map[string]bool{}
		counted := 0
		for at, m := range members(raw) {
			line += bytes.Count(raw[counted:at], newline)
			counted = at
			out := namedMember{value: m.value}
			name, err := unquote(m.key)
			switch {
			case err != nil:
				out.wrong = fmt.Sprintf("a key: %v", err)
			case seen[name]:
				out.name, out.wrong = name, "appears twice"
			default:
				out.name, seen[name] = name, true
			}
			if !yield(line, out) {
				return
			}
		}
	}
}

// members yields the members of a valid JSON object, each with its value's
// offset. It does not descend into the values.
func members(raw []byte) iter.Seq2[int, member] {
	return func(yield func(int, member) bool) {
		at := 1 + blank(raw[1:])
		for raw[at] != '}' {
			keyEnd := at + valueLen(raw[at:])
			start := keyEnd + blank(raw[keyEnd:]) + 1 // the colon
			start += blank(raw[start:])
			end := start + valueLen(raw[start:])
			if !yield(start, member{raw[at:keyEnd], raw[start:end]}) {
				return
			}
			at = end + blank(raw[end:])
			if raw[at] == ',' {
				at++
				at += blank(raw[at:])
			}
		}
	}
}

// elements yields the elements of a valid JSON array. It does not descend into them.
func elements(raw []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		at := 1 + blank(raw[1:])
		for raw[at] != ']' {
			end := at + valueLen(raw[at:])
			if !yield(raw[at:end]) {
				return
			}
			at = end + blank(raw[end:])
			if raw[at] == ',' {
				at++
				at += blank(raw[at:])
			}
		}
	}
}

// pointerTo returns the JSON pointer to a member called key of what another one points
// to.
func pointerTo(under, key string) string {
	return under + "/" + strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// pointer returns the keys of a JSON pointer (RFC 6901), such as /properties/email. It
// returns false if the text is not a pointer; the empty text points to the whole.
func pointer(s string) ([]string, bool) {
	if s == "" {
		return nil, true
	}
	if s[0] != '/' {
		return nil, false
	}
	keys := strings.Split(s[1:], "/")
	for i, key := range keys {
		if strings.HasSuffix(key, "~") || strings.Count(key, "~") != strings.Count(key, "~0")+strings.Count(key, "~1") {
			return nil, false
		}
		keys[i] = strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~")
	}
	return keys, true
}

// at returns the value that a path of keys, and numbers of elements, leads to from a
// valid JSON value, or nil if there is none. wrong says what is wrong with the keys on
// the way, or is "".
func at(raw []byte, path []string) (value []byte, wrong string) {
	for _, key := range path {
		var next []byte
		switch raw[0] {
		case '{':
			for _, m := range named(0, raw) {
				switch {
				case m.wrong != "" && m.name == key:
					return nil, plain(key) + " " + m.wrong
				case m.wrong != "" && m.name == "":
					return nil, m.wrong
				case m.name == key && m.wrong == "":
					next = m.value
				}
			}
		case '[':
			n := 0
			for element := range elements(raw) {
				if strconv.Itoa(n) == key {
					next = element
					break
				}
				n++
			}
		}
		if next == nil {
			return nil, ""
		}
		raw = next
	}
	return raw, ""
}

// blank returns how much white space raw begins with.
func blank(raw []byte) int {
	return len(raw) - len(bytes.TrimLeft(raw, " \t\r\n"))
}

// valueLen returns the length of the valid JSON value with which raw begins.
func valueLen(raw []byte) int {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			if depth > 0 {
				continue
			}
			end := bytes.IndexAny(raw[i:], ",]} \t\r\n")
			return i + end
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(raw)
}

// noText returns the error for a JSON value that is neither a text nor can replace
// one.
func noText(raw []byte) error {
	return fmt.Errorf("want a text, a number, true or false, not %s", describe(raw))
}
