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
func (r *reader) csv(f file, comma rune, to sink) error {
	in, err := r.open(f)
	if err != nil {
		return err
	}
	defer in.Close()
	lines := csv.NewReader(in.Reader)
	lines.ReuseRecord = true
	lines.FieldsPerRecord = -1 // counted here, to continue after a wrong number
	lines.Comma = comma
	width, err := r.csvHeader(f, lines, to)
	if err != nil || width == 0 {
		return err
	}
	defer to.end()
	rec := &row{csv: lines}
	for line := 1; ; {
		in.record()
		rec.cells, err = lines.Read()
		var syntax *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case err == errTooLong:
			r.report.broken(f, line, "after this record, %v", err)
			return nil
		case errors.As(err, &syntax):
			if syntax.Line > syntax.StartLine {
				// The lines in between may be separate records.
				r.report.fatal = true
			}
			to.reject(syntax.StartLine, Problem{File: f.shown, Line: syntax.Line, Message: quoting(syntax)})
			continue
		case err != nil:
			return err
		}
		line, _ = lines.FieldPos(0)
		if len(rec.cells) != width {
			to.reject(line, Problem{File: f.shown, Line: line, Message: ragged(rec.cells, width, comma)})
			continue
		}
		rec.begin = line
		to.row(rec)
	}
}

// ragged returns a message for a record with more or fewer cells than the header.
func ragged(cells []string, width int, comma rune) string {
	noun := "cells"
	if len(cells) == 1 {
		noun = "cell"
	}
	message := fmt.Sprintf("the record has %d %s and the header %d", len(cells), noun, width)
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
		return fmt.Sprintf("a quote is missing or not doubled: the cell that begins on line %d runs to here", err.StartLine)
	case errors.Is(err, csv.ErrBareQuote):
		return `a quote in a cell without quotes; write the cell in quotes, and " in it as ""`
	}
	return `a quote that is not closed, or not doubled; write " in a cell as ""`
}

// csvHeader reads the first line, and returns how many columns there are, or 0 if the
// file cannot be read because of problems with them.
func (r *reader) csvHeader(f file, lines *csv.Reader, to sink) (int, error) {
	cells, err := lines.Read()
	var syntax *csv.ParseError
	switch {
	case err == io.EOF:
		r.report.broken(f, 1, "the file is empty; its first line names the columns")
		return 0, nil
	case err == errTooLong:
		r.report.broken(f, 1, "%v", err)
		return 0, nil
	case errors.As(err, &syntax):
		r.report.broken(f, syntax.Line, "%s", quoting(syntax))
		return 0, nil
	case err != nil:
		return 0, err
	}
	line, _ := lines.FieldPos(0)
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = strings.TrimSpace(cell)
		if !utf8.ValidString(names[i]) {
			r.report.broken(f, line, "%s", notUTF8)
			return 0, nil
		}
	}
	if !to.header(names, line) {
		return 0, nil
	}
	return len(names), nil
}
