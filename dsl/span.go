package dsl

// A Pos is a place in a file.
type Pos struct {
	Offset int // in bytes, from 0
	Line   int // from 1; 0 means no place
	Column int // in characters (code points), from 1
}

// A Span is a part of a file from Start up to, but not including, End. Every node
// of the tree embeds one.
type Span struct {
	Start, End Pos
}

// At returns s itself. Nodes embed a Span and so have this method.
func (s Span) At() Span { return s }

// Known reports whether s is a place in a file. The zero Span is not.
func (s Span) Known() bool { return s.Start.Line > 0 }

// An Edit replaces a span of a file with Text.
type Edit struct {
	Span Span
	Text string
}

// Apply returns text, the whole text of the file, with the edit made. It returns
// text unchanged if the span does not lie within it.
func (e *Edit) Apply(text string) string {
	from, to := e.Span.Start.Offset, e.Span.End.Offset
	if from < 0 || from > to || to > len(text) {
		return text
	}
	return text[:from] + e.Text + text[to:]
}
