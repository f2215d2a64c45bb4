package tables

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// ndjson loads a file with one JSON object a line. The error says that it could
// not be read; what is wrong with its content is a problem.
func (l *loader) ndjson(f file, e *traverse.Entity) error {
	in, err := l.fsys.Open(f.path)
	if err != nil {
		return err
	}
	defer in.Close()
	b, err := skipBOM(in)
	if err != nil {
		return err
	}
	t := l.table(f, e)
	defer t.noteIgnored(f.base, "keys")
	var buf []byte
	for line := 1; ; line++ {
		buf, err = readLine(b, buf[:0])
		if err != nil && err != io.EOF {
			return err
		}
		if raw := bytes.TrimSpace(buf); len(raw) > 0 {
			t.begin(line)
			if json.Valid(raw) {
				t.object(raw)
			} else {
				t.problem(line, "", "%s", syntax(json.Unmarshal(raw, new(json.RawMessage))))
				t.count()
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

// json loads a file that is one JSON object of entity names, each with an array
// of records. The error says that it could not be read; what is wrong with its
// content is a problem.
func (l *loader) json(f file) error {
	data, err := fs.ReadFile(l.fsys, f.path)
	if err != nil {
		return err
	}
	data = bytes.TrimPrefix(data, []byte(bom))
	d := &document{l: l, file: f, data: data, decoder: json.NewDecoder(bytes.NewReader(data)), line: 1}
	if err := d.load(); err != nil {
		// The decoder's error has no offset to rely on. Reading all over again
		// gives one.
		at := d.decoder.InputOffset()
		var exact *json.SyntaxError
		if errors.As(json.Unmarshal(data, new(json.RawMessage)), &exact) {
			at, err = max(exact.Offset-1, 0), exact
		}
		l.broken(f, 1+bytes.Count(data[:at], newline), "%s", syntax(err))
	}
	return nil
}

var newline = []byte("\n")

// syntax is the message of an error in the syntax of JSON.
func syntax(err error) string {
	if strings.Contains(err.Error(), "max depth") {
		return "broken JSON: it is nested too deeply"
	}
	return fmt.Sprintf("broken JSON: %v", err)
}

// A document is a JSON file that is being read.
type document struct {
	l       *loader
	file    file
	data    []byte
	decoder *json.Decoder
	raw     json.RawMessage // reused

	counted int64 // offset up to which
	line    int   // lines are counted
}

// lineAt returns the line of an offset, none of which may be before an earlier one.
func (d *document) lineAt(offset int64) int {
	d.line += bytes.Count(d.data[d.counted:offset], newline)
	d.counted = offset
	return d.line
}

// next returns the first byte of the next token, or 0 at the end.
func (d *document) next() byte {
	rest := bytes.TrimLeft(d.data[d.decoder.InputOffset():], " \t\r\n:,")
	if len(rest) == 0 {
		return 0
	}
	return rest[0]
}

// load loads the file up to an error in its syntax.
func (d *document) load() error {
	if d.next() != '{' {
		if err := d.skip(); err != nil {
			return err
		}
		d.l.broken(d.file, d.line, "want an object of entity names, each with an array of records")
		return d.end()
	}
	if _, err := d.decoder.Token(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.decoder.More() {
		key, err := d.decoder.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string) // a decoder gives no other key
		line := d.lineAt(d.decoder.InputOffset())
		e := d.l.entity(name, d.file, line)
		switch {
		case e == nil:
		case seen[name]:
			d.l.broken(d.file, line, "%s is there twice", plain(name))
			e = nil
		case d.next() != '[':
			d.l.broken(d.file, line, "want an array of records for %s", plain(name))
			e = nil
		}
		seen[name] = true
		if e == nil {
			err = d.skip()
		} else {
			err = d.records(e)
		}
		if err != nil {
			return err
		}
	}
	if _, err := d.decoder.Token(); err != nil {
		return err
	}
	return d.end()
}

// skip passes over a value.
func (d *document) skip() error { return d.decoder.Decode(&d.raw) }

// end checks that nothing follows.
func (d *document) end() error {
	switch _, err := d.decoder.Token(); err {
	case io.EOF:
		return nil
	case nil:
		return errors.New("there is more after the end of the value")
	default:
		return err
	}
}

// records loads the array of an entity's records.
func (d *document) records(e *traverse.Entity) error {
	t := d.l.table(d.file, e)
	defer t.noteIgnored(d.file.base+": "+e.Name(), "keys")
	if _, err := d.decoder.Token(); err != nil { // [
		return err
	}
	for d.decoder.More() {
		if err := d.decoder.Decode(&d.raw); err != nil {
			return err
		}
		t.begin(d.lineAt(d.decoder.InputOffset() - int64(len(d.raw))))
		t.object(d.raw)
	}
	_, err := d.decoder.Token() // ]
	return err
}

// object loads a record from valid JSON that begins on the table's line.
func (t *table) object(raw []byte) {
	if raw[0] != '{' {
		t.problem(t.line, "", "want an object as the record, not %s", describe(raw))
		t.count()
		return
	}
	seen := map[string]bool{}
	line, counted := t.line, 0
	for at, m := range members(raw) {
		line += bytes.Count(raw[counted:at], newline)
		counted = at
		name, err := unquote(m.key)
		switch {
		case err != nil:
			t.problem(line, "", "a key: %v", err)
			continue
		case seen[name]:
			t.problem(line, name, "is there twice")
			continue
		}
		seen[name] = true
		c := t.column(name, func(string) bool { return false })
		if c.kind == unknown || m.value[0] == 'n' {
			continue
		}
		v, err := t.json(c, m.value)
		t.set(line, c, v, err)
	}
	t.end()
}

// json reads what a column holds from a JSON value.
func (t *table) json(c column, raw []byte) (traverse.Value, error) {
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
		return traverse.Value{}, errors.New(syntax(err))
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
		chosen = append(chosen, t.l.shared.text(s))
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
		return "", errors.New(syntax(err))
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
		return "the text " + quote(s)
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 'n', 't', 'f':
		return string(raw)
	}
	s, cut := clip(string(raw))
	if cut {
		s += "…"
	}
	return "the number " + s
}

// A member is a key of a JSON object, in quotes, and its value.
type member struct{ key, value []byte }

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
