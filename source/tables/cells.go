package tables

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// A form says how the text of a file is laid out.
type form struct {
	comma    rune   // between cells
	sure     bool   // the mapping gives comma, so that the file cannot
	header   int    // the line of the names of columns; 0 = the first
	encoding string // "" = UTF-8, or what the file's mark says
	records  string // a JSON pointer to the array of records; "" = the document
}

// cells prepares a file for a reader of CSV: it reads the line with which Excel learns
// what is between cells, and skips the lines before the header. It returns the text
// from there, the separator, and how many lines were skipped.
func (in *input) cells(form form) (from io.Reader, comma rune, skipped int, err error) {
	start, err := in.Peek(readSize)
	if err != nil && err != io.EOF {
		return nil, 0, 0, err
	}
	if bytes.IndexByte(start, '\r') >= 0 && bytes.IndexByte(start, '\n') < 0 {
		in.Reader = bufio.NewReaderSize(&lineEnds{in.Reader}, readSize)
		start, _ = in.Peek(readSize)
	}
	comma = form.comma
	line, _, _ := bytes.Cut(start, newline)
	line = bytes.TrimSuffix(line, []byte{'\r'})
	if c, ok := separatorLine(string(line)); ok {
		if !form.sure {
			comma = c
		}
		skipped = 1
	}
	skipped = max(skipped, form.header-1)
	for range skipped {
		in.record()
		_, err := readLine(in.Reader, nil)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, 0, 0, err
		}
	}
	return &formulas{from: in.Reader, comma: byteOf(comma), last: '\n'}, comma, skipped, nil
}

// separatorLine returns the separator that a line such as sep=; names.
func separatorLine(line string) (rune, bool) {
	line = strings.Trim(line, `"`)
	if len(line) < len("sep=;") || !strings.EqualFold(line[:4], "sep=") {
		return 0, false
	}
	c, n := utf8.DecodeRuneInString(line[4:])
	return c, n == len(line)-4 && goodDelimiter(line[4:])
}

// byteOf returns the last byte of a character.
func byteOf(c rune) byte {
	s := string(c)
	return s[len(s)-1]
}

// lineEnds reads a file whose lines end with CR alone, as old programs of the
// Macintosh write them.
type lineEnds struct{ from io.Reader }

// Read implements [io.Reader].
func (l *lineEnds) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// formulas reads CSV in which a cell may be written ="00123", so that a spreadsheet
// keeps its zeros. It leaves out the = before the quote, so that the cell is one in
// quotes.
type formulas struct {
	from   *bufio.Reader
	comma  byte // the last byte of the separator
	quoted bool // inside of quotes
	closed bool // the last quote has closed a cell
	last   byte // the last byte of the text so far; '\n' before it begins
}

var formula = []byte(`="`)

// Read implements [io.Reader].
func (f *formulas) Read(p []byte) (int, error) {
	if _, err := f.from.Peek(1); err != nil {
		return 0, err
	}
	n := min(f.from.Buffered(), len(p))
	text, _ := f.from.Peek(n) // cannot fail
	if text[n-1] == '=' {     // a quote may follow
		if n > 1 {
			text = text[:n-1]
		} else if next, err := f.from.Peek(2); err == nil && next[1] == '"' {
			return f.both(p, next)
		}
	}
	n = len(text)
	out := p[:0]
	for {
		i := bytes.Index(text, formula)
		if i < 0 {
			break
		}
		f.pass(text[:i])
		out = append(out, text[:i]...)
		passed := formula
		if f.opens() {
			passed = formula[1:]
		}
		out = append(out, passed...)
		f.pass(passed)
		text = text[i+len(formula):]
	}
	f.pass(text)
	out = append(out, text...)
	f.from.Discard(n) // cannot fail
	return len(out), nil
}

// both reads = and a quote that are the next two bytes, of which p may have room for
// one only.
func (f *formulas) both(p, next []byte) (int, error) {
	n := 1
	if f.opens() {
		n = 2
	}
	p[0] = next[n-1]
	f.pass(next[n-1 : n])
	f.from.Discard(n) // cannot fail
	return 1, nil
}

// pass goes on by some text. As in package csv, a quote opens only at the beginning of
// a cell, or directly after the one that has closed the cell, of which it is the other
// half.
func (f *formulas) pass(text []byte) {
	if len(text) == 0 {
		return
	}
	for i := bytes.IndexByte(text, '"'); i >= 0; {
		before := f.last
		if i > 0 {
			before = text[i-1]
		}
		switch {
		case f.quoted:
			f.quoted, f.closed = false, true
		case f.starts(before), f.closed && before == '"':
			f.quoted, f.closed = true, false
		default:
			f.closed = false
		}
		next := bytes.IndexByte(text[i+1:], '"')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	f.last = text[len(text)-1]
}

// opens reports whether a cell begins after what has been passed.
func (f *formulas) opens() bool { return !f.quoted && f.starts(f.last) }

// starts reports whether a cell begins after a byte outside of quotes.
func (f *formulas) starts(c byte) bool { return c == f.comma || c == '\n' || c == '\r' }

// unformula returns the text of a cell that is a formula for a text, such as
// ="00123", and any other cell as it is.
func unformula(cell string) string {
	if len(cell) >= len(`=""`) && cell[0] == '=' && cell[1] == '"' && cell[len(cell)-1] == '"' && strings.IndexByte(cell[2:len(cell)-1], '"') < 0 {
		return cell[2 : len(cell)-1]
	}
	return cell
}

// csvLines reads CSV, some lines after the beginning of a file.
type csvLines struct {
	*csv.Reader
	skipped int // lines before the text
}

// read reads a record. The lines of its error are those of the file.
func (l *csvLines) read() ([]string, error) {
	cells, err := l.Read()
	if err != nil {
		if syntax, ok := errors.AsType[*csv.ParseError](err); ok {
			syntax.StartLine += l.skipped
			syntax.Line += l.skipped
		}
	}
	for i, cell := range cells {
		if cell != "" && cell[0] == '=' {
			cells[i] = unformula(cell)
		}
	}
	return cells, err
}

// line returns the line on which a cell of the last record begins.
func (l *csvLines) line(cell int) int {
	line, _ := l.FieldPos(cell)
	return line + l.skipped
}

// goodDelimiter reports whether a mapping can give this delimiter, or "".
func goodDelimiter(s string) bool {
	c, n := utf8.DecodeRuneInString(s)
	return s == "" || n == len(s) && c != 0 && c != '"' && c != '\r' && c != '\n' && c != utf8.RuneError
}
