package lsp

import "github.com/leadscore/leadscore/dsl"

// An encoding says in what the characters of positions count.
type encoding uint8

const (
	inUTF16 encoding = iota // in UTF-16 code units, as every client can
	inUTF8                  // in bytes
)

// String returns the name of the encoding in the protocol.
func (e encoding) String() string {
	if e == inUTF8 {
		return "utf-8"
	}
	return "utf-16"
}

// A place converts the places of a text.
type places struct {
	lines    *dsl.Lines
	encoding encoding
}

func newPlaces(text string, e encoding) *places { return &places{dsl.NewLines(text), e} }

// offset returns the offset in bytes of a position.
func (p *places) offset(at position) int {
	if p.encoding == inUTF8 {
		return p.lines.OffsetUTF8(at.Line, at.Character)
	}
	return p.lines.OffsetUTF16(at.Line, at.Character)
}

// position returns the position of an offset in bytes.
func (p *places) position(offset int) position {
	if p.encoding == inUTF8 {
		line, character := p.lines.UTF8(offset)
		return position{line, character}
	}
	line, character := p.lines.UTF16(offset)
	return position{line, character}
}

// span returns the range from one offset in bytes to another.
func (p *places) span(start, end int) span { return span{p.position(start), p.position(end)} }

// changed returns a text after changes, one after the other.
func changed(text string, changes []contentChange, e encoding) string {
	for _, c := range changes {
		if c.Range == nil {
			text = c.Text
			continue
		}
		at := newPlaces(text, e)
		start, end := at.offset(c.Range.Start), at.offset(c.Range.End)
		text = text[:start] + c.Text + text[max(start, end):]
	}
	return text
}
