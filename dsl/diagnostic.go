package dsl

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/shown"
)

// A Code names a kind of problem. Codes are stable: tools may rely on them.
type Code string

// The codes of this package's diagnostics.
const (
	CodeSyntax    Code = "syntax"    // a word or sign where another was expected
	CodeText      Code = "text"      // text that is not UTF-8, or a character that cannot be used there
	CodeString    Code = "string"    // a text that is not well-formed
	CodeNumber    Code = "number"    // a number that is not well-formed
	CodeDate      Code = "date"      // a date or time that is not well-formed, or that no calendar has
	CodeUnclosed  Code = "unclosed"  // a block without its closing brace
	CodeLimit     Code = "limit"     // a limit was exceeded
	CodeEmpty     Code = "empty"     // something that must not be empty
	CodeNoScore   Code = "no-score"  // a condition without its score, or with more than one
	CodeNoChild   Code = "no-child"  // a condition without a child
	CodeRepeated  Code = "repeated"  // a clause that may be given once is given again
	CodeOperator  Code = "operator"  // an operator from another language
	CodeSeparator Code = "separator" // a separator that the language does not have
)

// A Severity is how serious a problem is. The zero value is Error.
type Severity uint8

// The severities.
const (
	Error   Severity = iota // the rules cannot be used
	Warning                 // the rules can be used, but part of them cannot have the effect it seems to have
	Advice                  // the rules can be used, and something in them is unusual
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

// MarshalText returns what [Severity.String] returns. It fails if s is not one of
// the constants.
func (s Severity) MarshalText() ([]byte, error) {
	if s > Advice {
		return nil, fmt.Errorf("dsl: %d is not a severity", uint8(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText sets s to the severity whose [Severity.String] is text. It fails if
// there is none.
func (s *Severity) UnmarshalText(text []byte) error {
	for v := Error; v <= Advice; v++ {
		if v.String() == string(text) {
			*s = v
			return nil
		}
	}
	return fmt.Errorf("dsl: %q is not a severity", text)
}

// A Diagnostic is one problem of a rule file or schema. If Fix is not nil, applying
// it removes the problem. The line may then show problems that could not be seen
// before, because the parser had skipped the rest of the line, but no others.
type Diagnostic struct {
	Severity Severity // always Error in what Parse and the checker report
	Code     Code
	Summary  string   // what is wrong, as one sentence without a final period
	Expected []string // what could be written there instead, if that is known
	Nearest  string   // the valid name that was most likely meant, or ""
	Help     string   // how to correct it, where Expected and Nearest do not show that
	Fix      *Edit    // the edit that corrects the problem, mostly of Line alone; nil if it is not certain
	File     string   // the name of the file
	Span     Span     // the place; not Known if the problem concerns the file as a whole
	Line     string   // the source line on which Span starts
	Related  []Related
	More     int // if not 0, the number of further problems that are not shown; this is then not a problem itself
}

// A Related is another place that a problem refers to.
type Related struct {
	Summary string // such as "first declared here"
	File    string
	Span    Span
}

// Message returns the problem on one line without its place: the summary, the
// nearest name, what was expected, and the help. A very long message is shortened.
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

// harmless replaces characters that could garble a terminal, or change the order in
// which a line is read. Tabs stay.
// (strings.Map itself replaces bytes that are not UTF-8.)
func harmless(r rune) rune {
	if r != '\t' && shown.Unsafe(r) {
		return unicode.ReplacementChar
	}
	return r
}

// Either joins alternatives as in a sentence: "a", "a or b", "a, b or c".
func Either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Replace sets Fix to an edit that replaces the problem's span with text. It does
// nothing if the span does not lie within Line.
func (d *Diagnostic) Replace(text string) { d.ReplaceAt(d.Span, text) }

// ReplaceAt is like Replace for another span of the same line.
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

// apply sets Fix to e, an edit of the same line, unless e is nil.
func (d *Diagnostic) apply(e *Edit) {
	if e != nil {
		d.ReplaceAt(e.Span, e.Text)
	}
}

// Fixed returns Line with the Fix applied and without trailing blanks. It returns
// "" if there is no Fix, if the Fix does not lie within Line, or if the line is
// very long, as it would be printed again for each of its problems.
func (d *Diagnostic) Fixed() string {
	const longest = 400
	if d.Fix == nil || len(d.Line)+len(d.Fix.Text) > longest || !d.hasWithin(d.Fix.Span) {
		return ""
	}
	runes := []rune(d.Line)
	from, to := d.Fix.Span.Start.Column-1, d.Fix.Span.End.Column-1
	return strings.TrimRight(string(runes[:from])+d.Fix.Text+string(runes[to:]), " \t")
}
