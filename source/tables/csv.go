package tables

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

const (
	notUTF8  = "the text is not valid UTF-8; save the file as UTF-8"
	bom      = "\xef\xbb\xbf"
	readSize = 1 << 16
)

// skipBOM returns a buffered reader of what follows the byte-order mark, if
// there is one.
func skipBOM(r io.Reader) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(r, readSize)
	start, err := b.Peek(len(bom))
	if err != nil && err != io.EOF {
		return nil, err
	}
	if string(start) == bom {
		_, err = b.Discard(len(bom))
		return b, err
	}
	return b, nil
}

// csv loads a CSV file. The error says that it could not be read; what is wrong
// with its content is a problem.
func (l *loader) csv(f file, e *traverse.Entity) error {
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
	r := csv.NewReader(b)
	r.ReuseRecord = true
	r.FieldsPerRecord = -1 // counted here, to go on after a wrong number
	columns, err := t.header(r)
	if err != nil || columns == nil {
		return err
	}
	t.noteIgnored(f.base, "columns")
	for {
		cells, err := r.Read()
		var syntax *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &syntax):
			t.begin(syntax.StartLine)
			t.problem(syntax.Line, "", "%s", quoting(syntax))
			if syntax.Line > syntax.StartLine {
				// Whatever lies between the lines may be records of their own.
				l.fatal = true
			}
			t.count()
			continue
		case err != nil:
			return err
		}
		line, _ := r.FieldPos(0)
		t.begin(line)
		if len(cells) != len(columns) {
			t.problem(line, "", "the record has %d cells and the header %d", len(cells), len(columns))
			t.count()
			continue
		}
		for i, cell := range cells {
			c := columns[i]
			if c.kind == unknown || cell == "" {
				continue
			}
			at, _ := r.FieldPos(i)
			if !utf8.ValidString(cell) {
				t.problem(at, c.name, "%s", notUTF8)
				continue
			}
			v, err := t.text(c, cell)
			t.set(at, c, v, err)
		}
		t.end()
	}
}

func quoting(err *csv.ParseError) string {
	switch {
	case err.Line > err.StartLine:
		return fmt.Sprintf("a quote is missing or not doubled: what begins on line %d runs to here", err.StartLine)
	case errors.Is(err, csv.ErrBareQuote):
		return `a quote in a cell without quotes; write the cell in quotes, and " in it as ""`
	}
	return `a quote that is not closed, or not doubled; write " in a cell as ""`
}

// header reads the first line. It returns nil columns if the problems with it
// leave the file without meaning.
func (t *table) header(r *csv.Reader) ([]column, error) {
	cells, err := r.Read()
	var syntax *csv.ParseError
	switch {
	case err == io.EOF:
		t.l.broken(t.file, 1, "the file is empty; its first line names the columns")
		return nil, nil
	case errors.As(err, &syntax):
		t.l.broken(t.file, syntax.Line, "%s", quoting(syntax))
		return nil, nil
	case err != nil:
		return nil, err
	}
	line, _ := r.FieldPos(0)
	names := make([]string, len(cells))
	at := map[string]int{}
	ok := true
	for i, cell := range cells {
		name := strings.TrimSpace(cell)
		names[i] = name
		if !utf8.ValidString(name) {
			t.l.broken(t.file, line, "%s", notUTF8)
			return nil, nil
		}
		if at[name]++; at[name] == 2 && name != "" {
			t.l.broken(t.file, line, "the column %s is there twice", plain(name))
			ok = false
		}
	}
	columns := make([]column, len(names))
	for i, name := range names {
		columns[i] = t.column(name, func(n string) bool { return at[n] > 0 })
	}
	if at[idColumn] == 0 && t.entity.Kind() == traverse.Profile {
		hint := ""
		if near := nearest.Name(idColumn, slices.Values(names)); near != "" {
			hint = "; rename the column " + near
		} else if len(names) == 1 && strings.ContainsAny(names[0], ";\t") {
			hint = "; separate columns by commas"
		}
		t.l.broken(t.file, line, "there is no column id; every record of a profile needs one%s", hint)
		ok = false
	}
	if !ok {
		return nil, nil
	}
	return columns, nil
}
