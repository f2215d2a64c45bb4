package dsl

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
