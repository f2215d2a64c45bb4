package dsl

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// Lines converts places of a text: offsets in bytes, lines and columns in characters as in
// a [Pos], and the positions of the Language Server Protocol, which count in UTF-16 code
// units or in bytes. A byte that is not UTF-8 counts as one character and as one code unit.
// Lines is safe for concurrent use.
type Lines struct {
	text   string
	starts []int // the offsets at which lines begin
	// editor is starts for editors, to which a carriage return alone ends a line, too. To
	// this package it is white space.
	editor []int
	marks  func() []mark
}

// A mark says how many UTF-16 code units are before an offset at which a character begins. There is
// one every few hundred bytes, so that places on a long line need not be counted from its
// beginning.
type mark struct{ offset, units int }

// markEvery is about how many bytes are between two marks.
const markEvery = 256

// NewLines returns the lines of text.
func NewLines(text string) *Lines {
	l := &Lines{text: text, starts: make([]int, 1, strings.Count(text, "\n")+1)}
	l.marks = sync.OnceValue(func() []mark { return marksOf(text) })
	for i := range len(text) {
		if text[i] == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	l.editor = l.starts
	if !strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
		return l
	}
	l.editor = []int{0}
	for i := range len(text) {
		if text[i] == '\n' || text[i] == '\r' && !strings.HasPrefix(text[i+1:], "\n") {
			l.editor = append(l.editor, i+1)
		}
	}
	return l
}

// lineOf returns the index of the line, of those that begin at starts, that an offset is
// on.
func lineOf(starts []int, offset int) int {
	i, found := slices.BinarySearch(starts, offset)
	if !found {
		i--
	}
	return i
}

// content returns the line i of those that begin at starts, without its end.
func (l *Lines) content(starts []int, i int) string {
	end := len(l.text)
	if i+1 < len(starts) {
		end = starts[i+1]
	}
	line := strings.TrimSuffix(l.text[starts[i]:end], "\n")
	if i+1 < len(starts) {
		line = strings.TrimSuffix(line, "\r")
	}
	return line
}

// within returns offset, or the nearest offset at which a character of the text begins or
// the text ends.
func (l *Lines) within(offset int) int {
	offset = min(max(offset, 0), len(l.text))
	for back := range min(offset, utf8.UTFMax-1) {
		if _, n := utf8.DecodeRuneInString(l.text[offset-back-1:]); n > back+1 {
			return offset - back - 1
		}
	}
	return offset
}

// Pos returns the place of an offset in bytes. One outside of the text is taken for the
// nearest one in it, and one within a character for the start of that character. The
// byte-order mark that a text may begin with is on no column, as in the places of a tree.
func (l *Lines) Pos(offset int) Pos {
	offset = l.within(offset)
	i := lineOf(l.starts, offset)
	before := l.text[l.starts[i]:offset]
	if i == 0 {
		before = strings.TrimPrefix(before, byteOrderMark)
	}
	return Pos{Offset: offset, Line: i + 1, Column: utf8.RuneCountInString(before) + 1}
}

// Span returns the span from one offset to another, as Pos does.
func (l *Lines) Span(start, end int) Span { return Span{l.Pos(start), l.Pos(end)} }

// Offset returns the offset in bytes of a line and a column, both from 1 and in
// characters. A line outside of the text is taken for the nearest one, and a column
// outside of its line for the nearest one in it.
func (l *Lines) Offset(line, column int) int {
	i := min(max(line, 1), len(l.starts)) - 1
	content := l.content(l.starts, i)
	offset := l.starts[i]
	if i == 0 && strings.HasPrefix(content, byteOrderMark) {
		content, offset = content[len(byteOrderMark):], len(byteOrderMark)
	}
	for at := range content {
		if column <= 1 {
			return offset + at
		}
		column--
	}
	return offset + len(content)
}

// UTF16 returns the line and the character of an offset in bytes, both from 0, and the
// character in UTF-16 code units. An offset outside of the text or within a character is
// taken as by Pos. A byte-order mark is a character.
func (l *Lines) UTF16(offset int) (line, character int) {
	offset = l.within(offset)
	line = lineOf(l.editor, offset)
	return line, l.units(l.editor[line], offset)
}

// units returns the number of UTF-16 code units from one offset at which a character begins to
// another.
func (l *Lines) units(from, to int) int {
	if to-from <= markEvery {
		return unitsOf(l.text[from:to])
	}
	before := func(offset int) int {
		marks := l.marks()
		i, found := slices.BinarySearchFunc(marks, offset, func(m mark, offset int) int { return cmp.Compare(m.offset, offset) })
		if !found {
			i--
		}
		return marks[i].units + unitsOf(l.text[marks[i].offset:offset])
	}
	return before(to) - before(from)
}

// marksOf returns the marks of a text, the first one at its beginning.
func marksOf(text string) []mark {
	marks := make([]mark, 1, len(text)/markEvery+1)
	units := 0
	for at, r := range text {
		if at >= marks[len(marks)-1].offset+markEvery {
			marks = append(marks, mark{at, units})
		}
		units += utf16.RuneLen(r)
	}
	return marks
}

// OffsetUTF16 returns the offset in bytes of a line and a character as UTF16 returns
// them. A line outside of the text is taken for the nearest one, a character outside of its
// line for the nearest one in it, and one within a surrogate pair for the start of the
// character.
func (l *Lines) OffsetUTF16(line, character int) int {
	i := min(max(line, 0), len(l.editor)-1)
	content := l.content(l.editor, i)
	for at, r := range content {
		if character -= utf16.RuneLen(r); character < 0 {
			return l.editor[i] + at
		}
	}
	return l.editor[i] + len(content)
}

// UTF8 returns the line and the character of an offset in bytes, both from 0, and the
// character in bytes. An offset outside of the text or within a character is taken as by
// Pos.
func (l *Lines) UTF8(offset int) (line, character int) {
	offset = l.within(offset)
	line = lineOf(l.editor, offset)
	return line, offset - l.editor[line]
}

// OffsetUTF8 returns the offset in bytes of a line and a character as UTF8 returns them. A
// line or character outside of the text is taken as by OffsetUTF16, and one within a
// character for the start of that character.
func (l *Lines) OffsetUTF8(line, character int) int {
	i := min(max(line, 0), len(l.editor)-1)
	start := l.editor[i]
	return l.within(start + min(max(character, 0), len(l.content(l.editor, i))))
}

// unitsOf returns the number of UTF-16 code units of text.
func unitsOf(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}
