package dsl_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
)

func TestLines(t *testing.T) {
	const text = "\ufeffä\r\n𝔊ab\rc\n\n€"
	l := dsl.NewLines(text)
	for _, test := range []struct {
		offset                int
		line, column          int // as in a Pos
		editorLine, character int
	}{
		{0, 1, 1, 0, 0},
		{3, 1, 1, 0, 1},
		{5, 1, 2, 0, 2},
		{7, 2, 1, 1, 0},
		{11, 2, 2, 1, 2},
		{13, 2, 4, 1, 4},
		{14, 2, 5, 2, 0},
		{15, 2, 6, 2, 1},
		{16, 3, 1, 3, 0},
		{17, 4, 1, 4, 0},
		{20, 4, 2, 4, 1},
	} {
		if p := l.Pos(test.offset); p != (dsl.Pos{Offset: test.offset, Line: test.line, Column: test.column}) {
			t.Errorf("Pos(%d) is %+v", test.offset, p)
		}
		if line, character := l.UTF16(test.offset); line != test.editorLine || character != test.character {
			t.Errorf("UTF16(%d) is %d, %d", test.offset, line, character)
		}
		if got := l.OffsetUTF16(test.editorLine, test.character); got != test.offset {
			t.Errorf("OffsetUTF16(%d, %d) is %d, and not %d", test.editorLine, test.character, got, test.offset)
		}
		if got := l.Offset(test.line, test.column); got != test.offset && test.offset != 0 {
			t.Errorf("Offset(%d, %d) is %d, and not %d", test.line, test.column, got, test.offset)
		}
	}
	for _, test := range [][3]int{{-1, 5, 6}, {0, 9, 5}, {1, 1, 7}, {1, 99, 13}, {99, 0, 17}, {99, 99, 20}} {
		got := l.OffsetUTF16(test[0], test[1])
		if test[0] < 0 {
			test[2] = 5
		}
		if got != test[2] {
			t.Errorf("OffsetUTF16(%d, %d) is %d, and not %d", test[0], test[1], got, test[2])
		}
	}
	for _, test := range [][3]int{{-1, 5, 5}, {0, 99, 5}, {1, 1, 7}, {1, 4, 11}, {1, -1, 7}, {99, 2, 17}, {99, 99, 20}} {
		if got := l.OffsetUTF8(test[0], test[1]); got != test[2] {
			t.Errorf("OffsetUTF8(%d, %d) is %d, and not %d", test[0], test[1], got, test[2])
		}
	}
	for _, test := range [][3]int{{0, 0, 3}, {1, 99, 5}, {2, 99, 15}, {9, 2, 20}} {
		if got := l.Offset(test[0], test[1]); got != test[2] {
			t.Errorf("Offset(%d, %d) is %d, and not %d", test[0], test[1], got, test[2])
		}
	}
	if a, b := l.Pos(-1), l.Pos(99); a.Offset != 0 || b.Offset != len(text) || l.Pos(9).Offset != 7 {
		t.Errorf("offsets outside of the text are at %+v and %+v", a, b)
	}
}

// TestLinesConvert compares conversions with what is counted from the beginning, and with
// their inverses.
func TestLinesConvert(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", "\n", "\r\n", "\r", "é", "€", "𝔊", "\xff", "\xe2\x82", "\ufffd", " "})).Draw(t, "text"), "")
		l := dsl.NewLines(text)
		for offset := range len(text) + 1 {
			p := l.Pos(offset)
			if r, n := utf8.DecodeRuneInString(text[p.Offset:]); p.Offset > offset || p.Offset < offset && (r == utf8.RuneError && n == 1 || p.Offset+n <= offset) {
				t.Fatalf("%q: Pos(%d) is at %d", text, offset, p.Offset)
			}
			before := text[:p.Offset]
			line := strings.LastIndexByte(before, '\n') + 1
			if p.Line != strings.Count(before, "\n")+1 || p.Column != utf8.RuneCountInString(before[line:])+1 {
				t.Fatalf("%q: Pos(%d) is %+v", text, offset, p)
			}
			// Editors know no place within a line end.
			inside := strings.HasSuffix(before, "\r") && strings.HasPrefix(text[p.Offset:], "\n")
			if got := l.Offset(p.Line, p.Column); got != p.Offset && !inside {
				t.Fatalf("%q: Offset(%d, %d) is %d, and not %d", text, p.Line, p.Column, got, p.Offset)
			}
			editorLine, character := l.UTF16(offset)
			ends := strings.NewReplacer("\r\n", "\n", "\r", "\n")
			start := strings.LastIndexAny(before, "\r\n") + 1
			if inside {
				continue
			}
			if n := strings.Count(ends.Replace(before), "\n"); editorLine != n {
				t.Fatalf("%q: the line of %d is %d, and not %d", text, offset, editorLine, n)
			}
			if n := len(utf16.Encode([]rune(before[start:]))); character != n {
				t.Fatalf("%q: the character of %d is %d, and not %d", text, offset, character, n)
			}
			if got := l.OffsetUTF16(editorLine, character); got != p.Offset {
				t.Fatalf("%q: OffsetUTF16(%d, %d) is %d, and not %d", text, editorLine, character, got, p.Offset)
			}
			line8, character8 := l.UTF8(offset)
			if line8 != editorLine || character8 != len(before)-start {
				t.Fatalf("%q: UTF8(%d) is %d, %d, and not %d, %d", text, offset, line8, character8, editorLine, len(before)-start)
			}
			if got := l.OffsetUTF8(line8, character8+offset-p.Offset); got != p.Offset {
				t.Fatalf("%q: OffsetUTF8(%d, %d) is %d, and not %d", text, line8, character8+offset-p.Offset, got, p.Offset)
			}
		}
	})
}

// TestLongLines: places on lines of many kilobytes are those that are counted from the beginning.
func TestLongLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "é", "€", "𝔊", "\xff", "\xe2\x82", "\ufffd"}), 1, 9).Draw(t, "part"), "")
		text := "𝔊\n" + strings.Repeat(part, 9000/len(part)) + "\r\n" + strings.Repeat(part+"x", 5000/len(part)) + "\rb"
		l := dsl.NewLines(text)
		for range 20 {
			offset := rapid.IntRange(0, len(text)).Draw(t, "offset")
			at := l.Pos(offset).Offset
			before := at
			if strings.HasPrefix(text[max(0, at-1):], "\r\n") { // within the end of a line
				before--
			}
			start := strings.LastIndexAny(text[:before], "\r\n") + 1
			_, character := l.UTF16(offset)
			if want := len(utf16.Encode([]rune(text[start:at]))); character != want {
				t.Fatalf("the character of %d is %d, and not %d", offset, character, want)
			}
		}
	})
}
