package dsl

import (
	"fmt"
	"strconv"
	"strings"
)

// A Part is a part of the text form of a problem that stands out on a terminal.
type Part uint8

// The parts.
const (
	PlacePart    Part = iota // file, line and column
	SeverityPart             // the word for a problem that is no error
	CaretPart                // the carets
	FixPart                  // the corrected line
)

// Error returns the problem for people: file, line, column, what it is unless it
// is an error, and the message; then the source line with carets under the span
// and, if there is a Fix, the line as it should read; then the related places. It
// ends without a line end.
func (d *Diagnostic) Error() string {
	return d.Render(func(_ Part, text string) string { return text })
}

// Render returns what [Diagnostic.Error] does, with the parts that stand out as
// style returns them. style gets no line ends and nothing that could control a
// terminal.
func (d *Diagnostic) Render(style func(Part, string) string) string {
	var b strings.Builder
	if at := place(d.File, d.Span.Start); at != "" {
		b.WriteString(style(PlacePart, at) + " ")
	}
	if d.Severity != Error {
		b.WriteString(style(SeverityPart, d.Severity.String()+":") + " ")
	}
	b.WriteString(d.Message())
	if d.Span.Known() && d.Line != "" {
		// At least as wide as the word fix.
		number := fmt.Sprintf("%3s", "  "+strconv.Itoa(d.Span.Start.Line))
		gutter := strings.Repeat(" ", len(number))
		line, pad, carets := excerpt(d.Line, d.Span, len(number)+len(" | "))
		fmt.Fprintf(&b, "\n%s | %s\n%s | %s%s", number, line, gutter, pad, style(CaretPart, carets))
		if fixed := d.Fixed(); fixed != "" {
			runes := []rune(strings.Map(harmless, fixed))
			fmt.Fprintf(&b, "\n%*s | %s", len(number), "fix", style(FixPart, cut(runes, d.Span.Start.Column-1)))
		}
	}
	for _, r := range d.Related {
		b.WriteString("\n  ")
		if at := place(r.File, r.Span.Start); at != "" {
			b.WriteString(style(PlacePart, at) + " ")
		}
		b.WriteString(r.Summary)
	}
	return b.String()
}

// place spells a place with the colon behind it, or is "" if nothing is known.
func place(file string, p Pos) string {
	file = strings.Map(harmless, file)
	switch {
	case p.Line == 0 && file == "":
		return ""
	case p.Line == 0:
		return file + ":"
	case file == "":
		return fmt.Sprintf("%d:%d:", p.Line, p.Column)
	}
	return fmt.Sprintf("%s:%d:%d:", file, p.Line, p.Column)
}

// window returns which of a line's n characters are shown of a problem that
// starts at start: the line, or of a long one what is around start.
func window(n, start int) (from, to int) {
	const before, behind = 60, 60
	to = n
	if start > before+behind {
		from = min(start-before, n)
	}
	if to > start+before+behind {
		to = start + behind
	}
	return from, to
}

// cut returns the window of a line.
func cut(line []rune, start int) string {
	from, to := window(len(line), start)
	text := string(line[from:to])
	if from > 0 {
		text = "…" + text
	}
	if to < len(line) {
		text += "…"
	}
	return strings.TrimRight(text, " \t")
}

// excerpt returns the part of a line to show, the padding that leads to the
// span, and the carets under it. They line up on a terminal, where the line
// begins in column, from 0: tabs are kept in the padding, and what takes two
// columns gets two.
func excerpt(line string, span Span, column int) (text, pad, carets string) {
	runes := []rune(strings.Map(harmless, clip(line)))
	start := min(max(span.Start.Column-1, 0), len(runes))
	end := len(runes)
	if span.End.Line == span.Start.Line {
		end = min(max(span.End.Column-1, start), len(runes))
	}
	from, to := window(len(runes), start)
	end = min(end, to)
	var padding strings.Builder
	if from > 0 {
		padding.WriteByte(' ') // below the …
		column++
	}
	for _, r := range runes[from:start] {
		n := columns(r, column)
		column += n
		if r == '\t' {
			padding.WriteByte('\t')
		} else {
			padding.WriteString(strings.Repeat(" ", n))
		}
	}
	wide := 0
	for _, r := range runes[start:end] {
		wide += columns(r, column+wide)
	}
	return cut(runes, start), padding.String(), strings.Repeat("^", max(wide, 1))
}

// clip keeps a hostile line from being turned into runes whole. Spans beyond
// it point to its end.
func clip(line string) string {
	const most = 1 << 16
	if len(line) > most {
		line = line[:most]
	}
	return line
}
