package tables

import (
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

// A reader takes the records of a file.
type reader interface {
	// header says which columns there are. It reports whether the file can be
	// read with them; if not, it has said why.
	header(names []string, line int) bool
	row(r *row)
	// reject says that what begins on the line start is no record, and which
	// problem there is.
	reject(start int, p Problem)
	end()
}

// A row is a record of a file, as text. It holds until the next is read.
type row struct {
	cells []string
	csv   *csv.Reader // of a CSV file, or
	raw   [][]byte    // the JSON values of the cells; nil = missing
	lines []int       // and where they stand
	errs  []error     // and what is wrong with their text
	begin int
}

// line returns the line of a cell.
func (r *row) line(i int) int {
	if r.csv == nil {
		return r.lines[i]
	}
	line, _ := r.csv.FieldPos(i)
	return line
}

// text returns the text of a cell, or what is wrong with it.
func (r *row) text(i int) (string, error) {
	switch cell := r.cells[i]; {
	case r.errs != nil && r.errs[i] != nil:
		return "", r.errs[i]
	case !utf8.ValidString(cell):
		return "", errors.New(notUTF8)
	default:
		return cell, nil
	}
}

// csv reads a CSV file. The error says that it could not be read; what is wrong
// with its content is a problem.
func (l *loader) csv(f file, comma rune, to reader) error {
	in, err := l.open(f)
	if err != nil {
		return err
	}
	defer in.Close()
	r := csv.NewReader(in.Reader)
	r.ReuseRecord = true
	r.FieldsPerRecord = -1 // counted here, to go on after a wrong number
	r.Comma = comma
	width, err := l.csvHeader(f, r, to)
	if err != nil || width == 0 {
		return err
	}
	defer to.end()
	rec := &row{csv: r}
	for line := 1; ; {
		in.record()
		rec.cells, err = r.Read()
		var syntax *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case err == errTooLong:
			l.broken(f, line, "behind this record, %v", err)
			return nil
		case errors.As(err, &syntax):
			if syntax.Line > syntax.StartLine {
				// Whatever lies between the lines may be records of their own.
				l.fatal = true
			}
			to.reject(syntax.StartLine, Problem{File: f.shown, Line: syntax.Line, Message: quoting(syntax)})
			continue
		case err != nil:
			return err
		}
		line, _ = r.FieldPos(0)
		if len(rec.cells) != width {
			to.reject(line, Problem{File: f.shown, Line: line, Message: ragged(rec.cells, width, comma)})
			continue
		}
		rec.begin = line
		to.row(rec)
	}
}

// ragged says what is wrong with a record that has not as many cells as the
// header.
func ragged(cells []string, width int, comma rune) string {
	message := fmt.Sprintf("the record has %d cells and the header %d", len(cells), width)
	if len(cells) == 1 {
		r := csv.NewReader(strings.NewReader(cells[0]))
		r.Comma = comma
		if inner, err := r.Read(); err == nil && len(inner) == width {
			return message + `: the whole line is quoted as one cell; remove the quotes around it, and write "" in it as "`
		}
	}
	return message
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

// csvHeader reads the first line, and returns how many columns there are: 0 if
// the problems with it leave the file without meaning.
func (l *loader) csvHeader(f file, r *csv.Reader, to reader) (int, error) {
	cells, err := r.Read()
	var syntax *csv.ParseError
	switch {
	case err == io.EOF:
		l.broken(f, 1, "the file is empty; its first line names the columns")
		return 0, nil
	case err == errTooLong:
		l.broken(f, 1, "%v", err)
		return 0, nil
	case errors.As(err, &syntax):
		l.broken(f, syntax.Line, "%s", quoting(syntax))
		return 0, nil
	case err != nil:
		return 0, err
	}
	line, _ := r.FieldPos(0)
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = strings.TrimSpace(cell)
		if !utf8.ValidString(names[i]) {
			l.broken(f, line, "%s", notUTF8)
			return 0, nil
		}
	}
	if !to.header(names, line) {
		return 0, nil
	}
	return len(names), nil
}

// header binds the columns of a CSV file that are called as what they hold.
func (t *table) header(names []string, line int) bool {
	at := map[string]int{}
	ok := true
	for _, name := range names {
		if at[name]++; at[name] == 2 && name != "" {
			t.l.broken(t.file, line, "the column %s is there twice", plain(name))
			ok = false
		}
	}
	for i, name := range names {
		if c := t.column(name, func(n string) bool { return at[n] > 0 }); c.kind != unknown {
			t.bound = append(t.bound, binding{column: c, cells: []int{i}})
		}
	}
	if at[idColumn] == 0 && t.entity.Kind() == traverse.Profile {
		hint := ""
		if near := nearest.Name(idColumn, slices.Values(names)); near != "" {
			hint = "; rename the column " + printable(near)
		} else if len(names) == 1 && strings.ContainsAny(names[0], ";\t") {
			hint = "; separate columns by commas"
		}
		t.l.broken(t.file, line, "there is no column id; every record of a profile needs one%s", hint)
		ok = false
	}
	if ok {
		t.noteIgnored(t.file.base, "columns")
	}
	return ok
}

// end implements reader: there is nothing to do.
func (t *table) end() {}

// reject implements reader.
func (t *table) reject(start int, p Problem) {
	t.begin(start)
	t.bad = append(t.bad, p)
	t.count()
}
