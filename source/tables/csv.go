package tables

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// csv reads a CSV file. It returns an error if the file cannot be read; errors in the
// content are problems.
func (r *reader) csv(f file, form form, to sink) error {
	return r.told(f, r.rows(f, form, to))
}

func (r *reader) rows(f file, form form, to sink) error {
	in, err := r.open(f, form.encoding)
	if err != nil {
		return err
	}
	defer in.Close()
	text, comma, skipped, err := in.cells(form)
	switch {
	case err == errTooLong:
		r.report.broken(f, 1, "%v", err)
		return nil
	case err != nil:
		return err
	}
	in.record()
	lines := &csvLines{Reader: csv.NewReader(text), skipped: skipped}
	lines.ReuseRecord = true
	lines.FieldsPerRecord = -1 // counted here, to continue after a wrong number
	lines.Comma = comma
	names, err := r.csvHeader(f, lines, to)
	if err != nil || names == nil {
		return err
	}
	width, repeated := len(names), 0
	defer func() {
		if repeated > 0 {
			r.report.noteOnce("%s: left out %s that repeat the header", fileName(f.base), count(repeated, "row"))
		}
		to.end()
	}()
	rec := &row{csv: lines}
	for line := 1; ; {
		in.record()
		rec.cells, err = lines.read()
		switch {
		case err == nil:
		case err == io.EOF:
			return nil
		case err == errTooLong:
			r.report.broken(f, line, "after this record, %v", err)
			return nil
		default:
			syntax, ok := errors.AsType[*csv.ParseError](err)
			if !ok {
				return err
			}
			if syntax.Line > syntax.StartLine {
				// The lines in between may be separate records.
				r.report.fatal = true
			}
			to.reject(syntax.StartLine, Problem{File: f.shown, Line: syntax.Line, Message: quoting(syntax)})
			continue
		}
		line = lines.line(0)
		if strings.HasPrefix(rec.cells[0], bom) { // of a file that another one was joined with
			rec.cells[0] = strings.TrimLeft(rec.cells[0], bom)
		}
		switch {
		case isBlank(rec.cells):
			continue // a spreadsheet fills up with rows without values
		case len(rec.cells[0]) == len("sep=") && strings.EqualFold(rec.cells[0], "sep=") && isBlank(rec.cells[1:]):
			continue // the first line of such a file
		case len(rec.cells) != width:
			to.reject(line, Problem{File: f.shown, Line: line, Message: ragged(rec.cells, names, comma)})
			continue
		case repeats(rec.cells, names):
			repeated++
			continue
		}
		rec.begin = line
		to.row(rec)
	}
}

// isBlank reports whether no cell of a record has a value.
func isBlank(cells []string) bool {
	for _, cell := range cells {
		if cell != "" && strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

// repeats reports whether a record has the names of the header.
func repeats(cells, names []string) bool {
	for i, cell := range cells {
		if len(cell) < len(names[i]) || strings.TrimSpace(cell) != names[i] {
			return false
		}
	}
	return true
}

// ragged returns a message for a record with more or fewer cells than the header.
func ragged(cells, names []string, comma rune) string {
	width := len(names)
	message := fmt.Sprintf("the record has %s and the header %d", count(len(cells), "cell"), width)
	if len(cells) == 1 {
		r := csv.NewReader(strings.NewReader(cells[0]))
		r.Comma = comma
		if inner, err := r.Read(); err == nil && len(inner) == width {
			return message + `: the whole line is quoted as one cell; remove the quotes around it, and write "" in it as "`
		}
	}
	if missing := width - len(cells); missing > 0 {
		var without list
		for _, name := range names[len(cells):] {
			without.add(name, plain(name))
		}
		return message + ": there is none for " + without.String()
	}
	return message
}

func quoting(err *csv.ParseError) string {
	switch {
	case err.Line > err.StartLine:
		return fmt.Sprintf("a quote is missing or not doubled: the cell that begins on line %d runs to here", err.StartLine)
	case errors.Is(err, csv.ErrBareQuote):
		return `a quote in a cell without quotes; write the cell in quotes, and " in it as ""`
	}
	return `a quote that is not closed, or not doubled; write " in a cell as ""`
}

// csvHeader reads the header, and returns the names of its columns, or nil if the file
// cannot be read because of problems with them.
func (r *reader) csvHeader(f file, lines *csvLines, to sink) ([]string, error) {
	cells, err := lines.read()
	var syntax *csv.ParseError
	switch {
	case err == io.EOF && lines.skipped > 0:
		r.report.broken(f, 1, "the file ends before its header on line %d", lines.skipped+1)
		return nil, nil
	case err == io.EOF:
		r.report.broken(f, 1, "the file is empty; its first line names the columns")
		return nil, nil
	case err == errTooLong:
		r.report.broken(f, 1, "%v", err)
		return nil, nil
	case errors.As(err, &syntax):
		r.report.broken(f, syntax.Line, "%s", quoting(syntax))
		return nil, nil
	case err != nil:
		return nil, err
	}
	line := lines.line(0)
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = strings.TrimSpace(cell)
		if strings.Contains(names[i], "\r") {
			r.report.broken(f, line, "some lines end with CR alone and some with LF; save the file with one kind of line end")
			return nil, nil
		}
		if !utf8.ValidString(names[i]) {
			r.report.broken(f, line, "%s", encoded)
			return nil, nil
		}
	}
	if !to.header(names, line) {
		return nil, nil
	}
	return names, nil
}
