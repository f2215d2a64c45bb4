package dsl

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Pos is a place in a file.
type Pos struct {
	Offset int // in bytes, from 0
	Line   int // from 1; 0 means no place
	Column int // in characters (code points), from 1
}

// A Span is a stretch of a file. Its end is exclusive. Every node of the tree
// embeds one.
type Span struct {
	Start, End Pos
}

// At returns the span itself: with it every node says where it stands.
func (s Span) At() Span { return s }

// Known reports whether s says a place at all.
func (s Span) Known() bool { return s.Start.Line > 0 }

// An Edit writes Text in place of a stretch of a file.
type Edit struct {
	Span Span
	Text string
}

// Apply returns text, all of the file that e belongs to, with the edit made. It
// returns text as it is if the span does not lie within it.
func (e *Edit) Apply(text string) string {
	from, to := e.Span.Start.Offset, e.Span.End.Offset
	if from < 0 || from > to || to > len(text) {
		return text
	}
	return text[:from] + e.Text + text[to:]
}

// A Code names a kind of problem. Codes are stable: tools may rely on them.
type Code string

// The codes of this package's diagnostics.
const (
	CodeSyntax    Code = "syntax"    // a word or sign where another was expected
	CodeText      Code = "text"      // not UTF-8, or a character that has no place in a rule file
	CodeString    Code = "string"    // a text that is not well-formed
	CodeNumber    Code = "number"    // a number that is not well-formed
	CodeDate      Code = "date"      // a date or time that is not well-formed, or that no calendar has
	CodeUnclosed  Code = "unclosed"  // a block without its closing brace
	CodeLimit     Code = "limit"     // a limit was exceeded
	CodeEmpty     Code = "empty"     // something that must not be empty
	CodeNoScore   Code = "no-score"  // a condition without its score, or with more than one
	CodeNoChild   Code = "no-child"  // a condition without a child
	CodeRepeated  Code = "repeated"  // a clause that may stand once stands again
	CodeOperator  Code = "operator"  // an operator from another language
	CodeSeparator Code = "separator" // a separator that the language does not have
)

// A Severity says how bad a problem is. The zero value is Error.
type Severity uint8

// The severities.
const (
	Error   Severity = iota // the rules cannot be used
	Warning                 // they can, but part of them cannot mean what it says
	Advice                  // they can, and something is unusual
)

// String returns "error", "warning" or "advice".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Advice:
		return "advice"
	}
	return fmt.Sprintf("severity %d", uint8(s))
}

// A Diagnostic is one problem of a rule file or schema. Once its Fix is made the
// problem is gone, and the line has no new one but such as could not be seen
// before, because the parser had given up on the rest of the line.
type Diagnostic struct {
	Severity Severity // Parse and the checker report errors alone
	Code     Code
	Summary  string   // what is wrong, in one sentence without its end
	Expected []string // what could have stood there instead, if that is known
	Nearest  string   // the valid name that was most likely meant, or ""
	Help     string   // how to mend it, if more can be said than Expected and Nearest do
	Fix      *Edit    // what mends this problem, within Line; nil if that is not certain
	File     string   // the file's name
	Span     Span     // where; not Known for a problem of the whole
	Line     string   // the source line on which Span starts
	Related  []Related
	More     int // not 0 stands for that many further problems, which are not shown
}

// Related points to another place that has to do with a problem.
type Related struct {
	Summary string // such as "first declared here"
	File    string
	Span    Span
}

// Message returns the problem in one line without its place: the summary, the
// nearest name, what was expected, and how to mend it. Hostile text in it is cut.
func (d *Diagnostic) Message() string {
	text := d.Summary
	expected := ""
	if len(d.Expected) > 0 {
		expected = "expected " + Either(d.Expected)
	}
	switch {
	case d.Nearest != "" && expected != "":
		text += fmt.Sprintf("; did you mean %s? (%s)", d.Nearest, expected)
	case d.Nearest != "":
		text += fmt.Sprintf("; did you mean %s?", d.Nearest)
	case expected != "":
		text += "; " + expected
	}
	if d.Help != "" {
		text += "; " + d.Help
	}
	return strings.Map(harmless, shorten(text))
}

// shorten leaves out the middle of a long message.
func shorten(text string) string {
	const head, tail = 700, 300
	if len(text) <= head+tail {
		return text
	}
	return strings.ToValidUTF8(text[:head], "") + "…" + strings.ToValidUTF8(text[len(text)-tail:], "")
}

// harmless replaces what would garble a terminal: control characters, and, as
// strings.Map does, bytes that are not UTF-8. Tabs stay.
func harmless(r rune) rune {
	if r != '\t' && unicode.IsControl(r) {
		return unicode.ReplacementChar
	}
	return r
}

// Either joins alternatives for people: "a", "a or b", "a, b or c".
func Either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Replace sets Fix to an edit that writes text in place of the problem's span. It
// does nothing where the span does not lie within Line.
func (d *Diagnostic) Replace(text string) { d.ReplaceAt(d.Span, text) }

// ReplaceAt is Replace for another stretch of the same line than the problem's own.
func (d *Diagnostic) ReplaceAt(at Span, text string) {
	if fix := (&Edit{at, text}); d.hasWithin(at) {
		d.Fix = fix
	}
}

// hasWithin reports whether a span lies within Line.
func (d *Diagnostic) hasWithin(at Span) bool {
	line := d.Span.Start.Line
	return line != 0 && at.Start.Line == line && at.End.Line == line && at.Start.Column > 0 &&
		at.Start.Column <= at.End.Column && at.End.Column-1 <= utf8.RuneCountInString(d.Line)
}

// Fixed returns Line as it reads once the Fix is made, without blanks at its end.
// It returns "" if there is no Fix, if the Fix does not lie within Line, and for a
// very long line, which would be written out once for each of its problems.
func (d *Diagnostic) Fixed() string {
	const longest = 400
	if d.Fix == nil || len(d.Line)+len(d.Fix.Text) > longest || !d.hasWithin(d.Fix.Span) {
		return ""
	}
	runes := []rune(d.Line)
	from, to := d.Fix.Span.Start.Column-1, d.Fix.Span.End.Column-1
	return strings.TrimRight(string(runes[:from])+d.Fix.Text+string(runes[to:]), " \t")
}

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

// Diagnostics is a list of problems. It is an error: use [Diagnostics.Err] to
// get one that is nil when the list is empty, and errors.AsType to get the list
// back out of an error.
type Diagnostics []Diagnostic

// Error returns all problems for people, a blank line between two.
func (ds Diagnostics) Error() string {
	texts := make([]string, len(ds))
	for i := range ds {
		texts[i] = ds[i].Error()
	}
	return strings.Join(texts, "\n\n")
}

// Err returns ds as an error, or nil when there are no problems.
func (ds Diagnostics) Err() error {
	if len(ds) == 0 {
		return nil
	}
	return ds
}

// Sort orders the problems by file, then place. Files keep the order in which
// they first occur.
func (ds Diagnostics) Sort() {
	order := map[string]int{}
	for _, d := range ds {
		if _, ok := order[d.File]; !ok {
			order[d.File] = len(order)
		}
	}
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(order[a.File], order[b.File]),
			cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset),
		)
	})
}

// Limit returns at most n problems; when it has to leave some out, one more says
// how many. Limited again, the counts add up. n below 1 means no limit.
func (ds Diagnostics) Limit(n int) Diagnostics { return ds.limit(n, 0) }

// limit is Limit where further problems have been dropped already.
func (ds Diagnostics) limit(n, dropped int) Diagnostics {
	var shown Diagnostics
	file := ""
	for _, d := range ds {
		dropped += d.More
		if d.More == 0 {
			shown = append(shown, d)
		} else {
			file = d.File
		}
	}
	if n > 0 && len(shown) > n {
		dropped += len(shown) - n
		shown = shown[:n]
	}
	if dropped == 0 {
		return shown
	}
	rest := Diagnostic{Code: CodeLimit, Summary: "one more problem is not shown", File: file, More: dropped}
	if dropped > 1 {
		rest.Summary = fmt.Sprintf("%d more problems are not shown", dropped)
	}
	if len(shown) > 0 {
		last := &shown[len(shown)-1]
		rest.File, rest.Span = last.File, last.Span
	}
	return append(shown, rest)
}
