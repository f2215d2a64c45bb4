package dsl

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

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

// apply sets Fix to an edit of its line, if there is one.
func (d *Diagnostic) apply(e *Edit) {
	if e != nil {
		d.ReplaceAt(e.Span, e.Text)
	}
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
