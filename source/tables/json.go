package tables

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// A taker takes the records of a JSON file.
type taker interface {
	// object takes a valid JSON value that begins on a line.
	object(line int, raw []byte)
	reject(start int, p Problem)
}

// ndjson reads a file with one JSON object a line. The error says that it could
// not be read; what is wrong with its content is a problem.
func (l *loader) ndjson(f file, to taker) error {
	in, err := l.open(f)
	if err != nil {
		return err
	}
	defer in.Close()
	var buf []byte
	for line := 1; ; line++ {
		in.record()
		buf, err = readLine(in.Reader, buf[:0])
		switch {
		case err == errTooLong:
			l.broken(f, line, "%v", err)
			return nil
		case err != nil && err != io.EOF:
			return err
		}
		if raw := bytes.TrimSpace(buf); len(raw) > 0 {
			if json.Valid(raw) {
				to.object(line, raw)
			} else {
				_, message := syntax(raw)
				to.reject(line, Problem{File: f.shown, Line: line, Message: message})
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// readLine appends a line of any length to buf.
func readLine(b *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		part, err := b.ReadSlice('\n')
		buf = append(buf, part...)
		if err != bufio.ErrBufferFull {
			return buf, err
		}
	}
}

// syntax says what is wrong with the syntax of a JSON value, and before which
// byte.
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

const endOfJSON = "unexpected end of JSON input"

// json reads a file that is one JSON object of entity names, each with an array
// of records. The error says that it could not be read; what is wrong with its
// content is a problem.
func (l *loader) json(f file) error {
	return l.document(f, func(d *document) error { return d.entities() })
}

// jsonArray reads a file that is one JSON array of records.
func (l *loader) jsonArray(f file, to taker) error {
	return l.document(f, func(d *document) error {
		first, err := d.peek()
		switch {
		case err != nil:
			return err
		case first != '[':
			if err := d.skip(); err != nil {
				return err
			}
			l.broken(f, 1, "want an array of records")
			return nil
		}
		return d.records(to)
	})
}

// document reads a JSON file, one of whose values read has read.
func (l *loader) document(f file, read func(*document) error) error {
	in, err := l.open(f)
	if err != nil {
		return err
	}
	defer in.Close()
	d := &document{l: l, file: f, in: in, line: 1, last: 1}
	err = read(d)
	if err == nil {
		err = d.end()
	}
	switch exact, ok := errors.AsType[*syntaxError](err); {
	case ok:
		l.broken(f, exact.line, "%s", exact.message)
	case err == errTooLong:
		l.broken(f, d.line, "%v", err)
	default:
		return err
	}
	return nil
}

// A syntaxError is an error in the syntax of a JSON file, which ends its reading.
type syntaxError struct {
	line    int
	message string
}

func (e *syntaxError) Error() string { return e.message }

// A document is a JSON file that is being read, value by value.
type document struct {
	l    *loader
	file file
	in   *input
	buf  []byte // the last value; reused
	line int    // of the next byte
	last int    // of the byte before
}

// read reads a byte, and counts lines.
func (d *document) read() (byte, error) {
	c, err := d.in.ReadByte()
	if err != nil {
		return 0, err
	}
	d.last = d.line
	if c == '\n' {
		d.line++
	}
	return c, nil
}

// unread goes back by the byte that was read last.
func (d *document) unread(c byte) {
	d.in.UnreadByte()
	if c == '\n' {
		d.line--
	}
	d.last = d.line
}

// atEnd stands for a byte where none follows.
const atEnd = -1

// peek returns the next byte that is not blank, which is still to be read, or
// atEnd.
func (d *document) peek() (rune, error) {
	for {
		c, err := d.read()
		switch {
		case err == io.EOF:
			return atEnd, nil
		case err != nil:
			return 0, err
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		default:
			d.unread(c)
			return rune(c), nil
		}
	}
}

// unexpected is the error of a character that cannot stand where it stands.
func (d *document) unexpected(c rune, where string) error {
	if c == atEnd {
		return &syntaxError{d.last, broken(endOfJSON)}
	}
	return &syntaxError{d.line, broken(fmt.Sprintf("invalid character %s %s", strconv.QuoteRune(c), where))}
}

// take reads the byte that must come next, blanks aside. The error says behind
// what something else stands.
func (d *document) take(want rune, where string) error {
	c, err := d.peek()
	if err == nil && c != want {
		err = d.unexpected(c, where)
	}
	if err == nil {
		_, err = d.read()
	}
	return err
}

// value reads a value into buf, and returns the line on which it begins.
func (d *document) value() (int, error) {
	d.in.record()
	d.buf = d.buf[:0]
	first, err := d.peek()
	if err != nil {
		return 0, err
	}
	if first == atEnd || strings.ContainsRune(",:]}", first) {
		return 0, d.unexpected(first, "looking for beginning of value")
	}
	line := d.line
	if err := d.extent(first); err != nil {
		return 0, err
	}
	if !json.Valid(d.buf) {
		at, message := syntax(d.buf)
		return 0, &syntaxError{line + bytes.Count(d.buf[:at], newline), message}
	}
	return line, nil
}

// extent reads into buf what looks like a value, up to its end or the file's.
func (d *document) extent(first rune) error {
	e := extent{scalar: first != '"' && first != '{' && first != '['}
	for !e.ended {
		if _, err := d.in.Peek(1); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		chunk, _ := d.in.Peek(d.in.Buffered()) // is there
		chunk = chunk[:e.of(chunk)]
		d.buf = append(d.buf, chunk...)
		d.line += bytes.Count(chunk, newline)
		d.last = d.line
		d.in.Discard(len(chunk)) // is there
	}
	return nil
}

// An extent finds the end of what looks like a JSON value.
type extent struct {
	scalar          bool // a number, or true, false or null
	depth           int
	quoted, escaped bool
	ended           bool
}

// of returns how many bytes of a text belong to the value.
func (e *extent) of(text []byte) int {
	for i, c := range text {
		switch {
		case e.escaped:
			e.escaped = false
		case e.quoted:
			if c == '\\' {
				e.escaped = true
			} else if c == '"' {
				e.quoted = false
				if e.ended = e.depth == 0; e.ended {
					return i + 1
				}
			}
		case e.scalar:
			switch c {
			case ',', ':', ']', '}', ' ', '\t', '\r', '\n':
				e.ended = true
				return i
			}
		case c == '"':
			e.quoted = true
		case c == '{' || c == '[':
			e.depth++
		case c == '}' || c == ']':
			e.depth--
			if e.ended = e.depth == 0; e.ended {
				return i + 1
			}
		}
	}
	return len(text)
}

var newline = []byte("\n")

// entities reads the object of a document that is one.
func (d *document) entities() error {
	first, err := d.peek()
	switch {
	case err != nil:
		return err
	case first != '{':
		if err := d.skip(); err != nil {
			return err
		}
		d.l.broken(d.file, 1, "want an object of entity names, each with an array of records")
		return nil
	}
	if err := d.take('{', ""); err != nil {
		return err
	}
	seen := map[string]bool{}
	for {
		c, err := d.peek()
		switch {
		case err != nil:
			return err
		case c == '}' && len(seen) == 0:
			return d.take('}', "")
		case c != '"':
			return d.unexpected(c, "looking for beginning of object key string")
		}
		line, err := d.value()
		if err != nil {
			return err
		}
		name, bad := unquote(d.buf)
		if err := d.take(':', "after object key"); err != nil {
			return err
		}
		if bad != nil {
			d.l.broken(d.file, line, "a key: %v", bad)
			err = d.skip()
		} else {
			err = d.entity(name, line, seen)
		}
		if err != nil {
			return err
		}
		seen[name] = true
		if c, err = d.peek(); err != nil {
			return err
		}
		if c == '}' {
			return d.take('}', "")
		}
		if err := d.take(',', "after object key:value pair"); err != nil {
			return err
		}
	}
}

// entity reads the records of the entity called name.
func (d *document) entity(name string, line int, seen map[string]bool) error {
	e := d.l.entity(name, d.file, line)
	first, err := d.peek()
	switch {
	case err != nil:
		return err
	case e == nil:
	case seen[name]:
		d.l.broken(d.file, line, "%s is there twice", plain(name))
		e = nil
	case first != '[':
		d.l.broken(d.file, line, "want an array of records for %s", plain(name))
		e = nil
	}
	if e == nil {
		return d.skip()
	}
	t := d.l.table(d.file, e)
	defer t.noteIgnored(d.file.base+": "+e.Name(), "keys")
	return d.records(t)
}

// skip passes over a value, an array element by element.
func (d *document) skip() error {
	first, err := d.peek()
	if err == nil && first == '[' {
		return d.records(nothing{})
	}
	if err == nil {
		_, err = d.value()
	}
	return err
}

type nothing struct{}

func (nothing) object(int, []byte)  {}
func (nothing) reject(int, Problem) {}

// end checks that nothing follows.
func (d *document) end() error {
	c, err := d.peek()
	if err == nil && c != atEnd {
		err = d.unexpected(c, "after top-level value")
	}
	return err
}

// records reads an array of records.
func (d *document) records(to taker) error {
	if err := d.take('[', ""); err != nil {
		return err
	}
	for first := true; ; first = false {
		c, err := d.peek()
		switch {
		case err != nil:
			return err
		case c == ']' && first:
			return d.take(']', "")
		}
		line, err := d.value()
		if err != nil {
			return err
		}
		to.object(line, d.buf)
		if c, err = d.peek(); err != nil {
			return err
		}
		if c == ']' {
			return d.take(']', "")
		}
		if err := d.take(',', "after array element"); err != nil {
			return err
		}
	}
}

// object loads a record from valid JSON that begins on a line.
func (t *table) object(line int, raw []byte) {
	t.begin(line)
	if raw[0] != '{' {
		t.problem(line, "", "want an object as the record, not %s", describe(raw))
		t.count()
		return
	}
	for line, m := range named(line, raw) {
		if m.wrong != "" {
			t.problem(line, m.name, "%s", m.wrong)
			continue
		}
		c := t.column(m.name, func(string) bool { return false })
		if c.kind == unknown || m.value[0] == 'n' {
			continue
		}
		v, err := t.json(&c, m.value)
		t.set(line, &c, v, err)
	}
	t.load()
}

// json reads what a column holds from a JSON value.
func (t *table) json(c *column, raw []byte) (traverse.Value, error) {
	first, wants := raw[0], ""
	switch {
	case c.kind == id || c.kind == reference:
		if first == '"' {
			s, err := unquote(raw)
			if err != nil || s == "" {
				return traverse.Value{}, err
			}
			return t.text(c, s)
		}
		if isNumber(first) && !bytes.ContainsAny(raw, ".eE") {
			return t.text(c, string(raw))
		}
		wants = "an id, which is text or an integer"
	case c.typ == traverse.Number:
		if isNumber(first) {
			return memory.Parse(c.typ, string(raw))
		}
		wants = "a number"
	case c.typ == traverse.Bool:
		if first == 't' || first == 'f' {
			return traverse.BoolValue(first == 't'), nil
		}
		wants = "true or false"
	case c.typ == traverse.Choices:
		if first == '[' {
			return t.choices(raw)
		}
		wants = "an array of texts"
	default:
		if first == '"' {
			s, err := unquote(raw)
			if err != nil {
				return traverse.Value{}, err
			}
			return t.text(c, s)
		}
		wants = "a text"
		switch c.typ {
		case traverse.Time:
			wants = `a time as the text "YYYY-MM-DDTHH:MM:SSZ"`
		case traverse.Date:
			wants = `a date as the text "YYYY-MM-DD"`
		}
	}
	return traverse.Value{}, fmt.Errorf("want %s, not %s", wants, describe(raw))
}

// choices reads an array of texts.
func (t *table) choices(raw []byte) (traverse.Value, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return traverse.Value{}, errors.New(broken(err.Error()))
	}
	var chosen []string
	for _, e := range elements {
		if e[0] != '"' {
			return traverse.Value{}, fmt.Errorf("want an array of texts, not %s in it", describe(e))
		}
		s, err := unquote(e)
		if err != nil {
			return traverse.Value{}, err
		}
		if s != "" {
			chosen = append(chosen, t.l.shared.text(s))
		}
	}
	if chosen == nil {
		return traverse.Value{}, nil
	}
	return traverse.ChoicesValue(chosen...), nil
}

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
	// Unmarshal puts U+FFFD for half of a surrogate pair.
	if strings.ContainsRune(s, utf8.RuneError) && !bytes.ContainsRune(raw, utf8.RuneError) &&
		!bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`)) {
		return "", errors.New(`a \u escape is half of a character`)
	}
	return s, nil
}

// describe says for a message what a valid JSON value is.
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
	wrong string // why it cannot be told what it is, or ""
}

// named yields the members of valid JSON, an object that begins on a line, with
// the lines that their values begin on.
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
				out.name, out.wrong = name, "is there twice"
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
