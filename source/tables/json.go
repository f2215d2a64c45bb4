package tables

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/internal/shown"
)

// ndjson reads a file with one JSON object a line. It returns an error if the file
// cannot be read; errors in the content are problems.
func (r *reader) ndjson(f file, form form, to sink) error {
	return r.told(f, r.lines(f, form, to))
}

func (r *reader) lines(f file, form form, to sink) error {
	defer to.end()
	in, err := r.open(f, form.encoding)
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
			r.report.broken(f, line, "%v", err)
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

const endOfJSON = "unexpected end of JSON input"

// jsonObject reads a file that is one JSON object of names, each with an array of
// records. sinkOf returns the sink for the records of a name that is on a line, or
// nil to skip them. jsonObject returns an error if the file cannot be read; errors in
// the content are problems.
func (r *reader) jsonObject(f file, sinkOf func(name string, line int) sink) error {
	return r.document(f, form{}, func(d *document) error { return d.object(sinkOf) })
}

// jsonArray reads a file whose records are in one JSON array: the document, or what a
// pointer leads to.
func (r *reader) jsonArray(f file, form form, to sink) error {
	defer to.end()
	return r.document(f, form, func(d *document) error {
		path, _ := pointer(form.records) // which has been checked
		found, err := d.recordsAt(path, to)
		if err == nil && !found {
			r.report.broken(f, 1, "there is nothing at %s, where the mapping says the records are", shown.Quote(form.records))
		}
		return err
	})
}

// document reads a JSON file, which must hold one value, by the function read.
func (r *reader) document(f file, form form, read func(*document) error) error {
	in, err := r.open(f, form.encoding)
	if err != nil {
		return r.told(f, err)
	}
	defer in.Close()
	d := &document{report: r.report, file: f, in: in, line: 1, last: 1}
	err = read(d)
	if err == nil {
		err = d.end()
	}
	switch exact, ok := errors.AsType[*syntaxError](err); {
	case ok:
		r.report.broken(f, exact.line, "%s", exact.message)
	case err == errTooLong:
		r.report.broken(f, d.line, "%v", err)
	default:
		return r.told(f, err)
	}
	return nil
}

// A syntaxError is a syntax error of a JSON file. The rest of the file is not read.
type syntaxError struct {
	line    int
	message string
}

func (e *syntaxError) Error() string { return e.message }

// A document is a JSON file that is being read, value by value.
type document struct {
	report *reporter
	file   file
	in     *input
	buf    []byte // the last value; reused
	line   int    // of the next byte
	last   int    // of the previous byte
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

// unread goes back by the last byte.
func (d *document) unread(c byte) {
	d.in.UnreadByte()
	if c == '\n' {
		d.line--
	}
	d.last = d.line
}

// atEnd is returned instead of a byte at the end of the file.
const atEnd = -1

// peek returns the next byte that is not blank, without reading it, or atEnd.
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

// unexpected returns the error for a character that is not allowed there.
func (d *document) unexpected(c rune, where string) error {
	if c == atEnd {
		return &syntaxError{d.last, broken(endOfJSON)}
	}
	return &syntaxError{d.line, broken(fmt.Sprintf("invalid character %s %s", strconv.QuoteRune(c), where))}
}

// take skips blanks and reads the byte that must come next. The error for any other
// byte contains where.
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

// extent reads into buf what looks like a value, up to its end or that of the file.
func (d *document) extent(first rune) error {
	e := extent{scalar: first != '"' && first != '{' && first != '['}
	for !e.ended {
		if _, err := d.in.Peek(1); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		chunk, _ := d.in.Peek(d.in.Buffered()) // cannot fail
		chunk = chunk[:e.of(chunk)]
		d.buf = append(d.buf, chunk...)
		d.line += bytes.Count(chunk, newline)
		d.last = d.line
		d.in.Discard(len(chunk)) // cannot fail
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

// object reads the object of a document that is one.
func (d *document) object(sinkOf func(name string, line int) sink) error {
	first, err := d.peek()
	switch {
	case err != nil:
		return err
	case first != '{':
		if err := d.skip(); err != nil {
			return err
		}
		d.report.broken(d.file, 1, "want an object of entity names, each with an array of records")
		return nil
	}
	return d.members(func(name string, line int) error { return d.member(name, line, sinkOf(name, line)) })
}

// members reads an object. The function each must read the value of the member called
// name, whose key is on a line.
func (d *document) members(each func(name string, line int) error) error {
	if err := d.take('{', ""); err != nil {
		return err
	}
	for first := true; ; first = false {
		c, err := d.peek()
		switch {
		case err != nil:
			return err
		case c == '}' && first:
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
			d.report.broken(d.file, line, "a key: %v", bad)
			err = d.skip()
		} else {
			err = each(name, line)
		}
		if err != nil {
			return err
		}
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

// recordsAt reads the array of records that a path of keys leads to from here, and
// skips the rest. It reports whether there is something at the path.
func (d *document) recordsAt(path []string, to sink) (found bool, err error) {
	first, err := d.peek()
	switch {
	case err != nil:
		return false, err
	case len(path) == 0 && first == '[':
		return true, d.records(to)
	case len(path) == 0:
		line := d.line
		if err := d.skip(); err != nil {
			return true, err
		}
		d.report.broken(d.file, line, "want an array of records")
		return true, nil
	case first == '[':
		n := 0
		err := d.elements(func() error {
			n++
			if strconv.Itoa(n-1) != path[0] {
				return d.skip()
			}
			var err error
			found, err = d.recordsAt(path[1:], to)
			return err
		})
		return found, err
	case first != '{':
		return false, d.skip()
	}
	err = d.members(func(name string, line int) error {
		if name != path[0] {
			return d.skip()
		}
		if found {
			d.report.broken(d.file, line, "%s appears twice", plain(name))
			return d.skip()
		}
		var err error
		found, err = d.recordsAt(path[1:], to)
		return err
	})
	return found, err
}

// member reads the records of the object's member called name, on a line.
func (d *document) member(name string, line int, to sink) error {
	first, err := d.peek()
	switch {
	case err != nil:
		return err
	case to != nil && first == '[':
		defer to.end()
		return d.records(to)
	case to != nil:
		d.report.broken(d.file, line, "want an array of records for %s", plain(name))
	}
	return d.skip()
}

// skip skips a value; it reads arrays and objects part by part.
func (d *document) skip() error {
	first, err := d.peek()
	switch {
	case err == nil && first == '[':
		return d.records(nothing{})
	case err == nil && first == '{':
		return d.members(func(string, int) error { return d.skip() })
	}
	if err == nil {
		_, err = d.value()
	}
	return err
}

// end checks that nothing follows the value.
func (d *document) end() error {
	c, err := d.peek()
	if err == nil && c != atEnd {
		err = d.unexpected(c, "after top-level value")
	}
	return err
}

// records reads an array of records.
func (d *document) records(to sink) error {
	return d.elements(func() error {
		line, err := d.value()
		if err == nil {
			to.object(line, d.buf)
		}
		return err
	})
}

// elements reads an array. The function each must read an element.
func (d *document) elements(each func() error) error {
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
		if err := each(); err != nil {
			return err
		}
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
