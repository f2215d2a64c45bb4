package dsl

import (
	"fmt"
	"strconv"
	"strings"
)

// A Part is a part of a problem's text that a terminal can highlight.
type Part uint8

// The parts.
const (
	PlacePart    Part = iota // file, line and column
	SeverityPart             // the severity, of a problem that is not an error
	CaretPart                // the carets
	FixPart                  // the corrected line
)

// Error returns the problem as text: file, line, column, the severity if it is not
// Error, and the message; then the source line with carets under the span and, if
// there is a Fix, the corrected line; then the related places. The text does not
// end with a newline.
func (d *Diagnostic) Error() string {
	return d.Render(func(_ Part, text string) string { return text })
}

// Render returns the same text as [Diagnostic.Error], with each [Part] as style
// returns it. The text passed to style has no newlines or other control characters
// but tabs.
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
		// The number is at least as wide as the word fix.
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

// place returns a place followed by a colon, or "" if nothing is known of it.
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

// window returns which of a line's n characters are shown for a problem that starts
// at start: all, or those around start if the line is long.
func window(n, start int) (from, to int) {
	const before, after = 60, 60
	to = n
	if start > before+after {
		from = min(start-before, n)
	}
	if to > start+before+after {
		to = start + after
	}
	return from, to
}

// cut returns the window of a line, with … where something is left out.
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

// excerpt returns the part of a line to show, the padding up to the span, and the
// carets under the span. column, from 0, is where the line begins on the terminal:
// carets line up with tabs and with characters that take two columns.
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

// clip returns at most the first 64 KiB of a line.
func clip(line string) string {
	const most = 1 << 16
	if len(line) > most {
		line = line[:most]
	}
	return line
}
