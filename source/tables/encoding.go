package tables

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// The encodings that are known without Options.Encodings.
const (
	encodingUTF8    = "utf-8"
	encodingUTF16LE = "utf-16le"
	encodingUTF16BE = "utf-16be"
	encoding1252    = "windows-1252"
)

// bom is the byte-order mark of UTF-8.
const bom = "\xef\xbb\xbf"

// readSize is how many bytes are read at once.
const readSize = 1 << 16

// A decoder returns a reader of UTF-8 from a reader of another encoding.
type decoder = func(io.Reader) io.Reader

var decoders = map[string]decoder{
	encodingUTF8:    func(r io.Reader) io.Reader { return r },
	encodingUTF16LE: func(r io.Reader) io.Reader { return &utf16Reader{from: bufio.NewReaderSize(r, readSize)} },
	encodingUTF16BE: func(r io.Reader) io.Reader {
		return &utf16Reader{from: bufio.NewReaderSize(r, readSize), bigEndian: true}
	},
	encoding1252: func(r io.Reader) io.Reader { return &windows1252Reader{from: bufio.NewReaderSize(r, readSize)} },
}

// marked returns the encoding that the first bytes of a file are the mark of, or "".
func marked(start []byte) string {
	switch {
	case bytes.HasPrefix(start, []byte(bom)):
		return encodingUTF8
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}):
		return encodingUTF16LE
	case bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return encodingUTF16BE
	}
	return ""
}

// unmarked16 returns the encoding of what looks like UTF-16 without its mark, or "".
func unmarked16(start []byte) string {
	const enough = 8
	if len(start) < enough {
		return ""
	}
	var zeros [2]int
	for i, c := range start {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch most := len(start) / 2 * 9 / 10; {
	case zeros[1] >= most && zeros[0] == 0:
		return encodingUTF16LE
	case zeros[0] >= most && zeros[1] == 0:
		return encodingUTF16BE
	}
	return ""
}

// A pending holds decoded text that has not been read yet.
type pending struct {
	buf  []byte
	from int // the first byte that has not been read
}

// read reads what is pending, after calling fill if nothing is.
func (d *pending) read(p []byte, fill func(buf []byte) ([]byte, error)) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if d.from == len(d.buf) {
		var err error
		d.from = 0
		if d.buf, err = fill(d.buf[:0]); len(d.buf) == 0 {
			return 0, err // if there is text, the next call fails again
		}
	}
	n := copy(p, d.buf[d.from:])
	d.from += n
	return n, nil
}

// A utf16Reader turns UTF-16 into UTF-8.
type utf16Reader struct {
	from      *bufio.Reader
	bigEndian bool
	pending   pending
	bad       error // once the text has turned out to be damaged
}

// Read implements [io.Reader].
func (r *utf16Reader) Read(p []byte) (int, error) { return r.pending.read(p, r.fill) }

// fill decodes some characters.
func (r *utf16Reader) fill(out []byte) ([]byte, error) {
	for len(out) < readSize {
		c, err := r.unit()
		if err != nil {
			return out, err
		}
		if utf16.IsSurrogate(c) {
			next, err := r.unit()
			if err != nil && err != io.EOF {
				return out, err
			}
			if c = utf16.DecodeRune(c, next); c == utf8.RuneError {
				r.bad = errors.New("the text is not valid UTF-16: half of a character is missing")
				return out, r.bad
			}
		}
		out = utf8.AppendRune(out, c)
		if r.from.Buffered() < 2 {
			break
		}
	}
	return out, nil
}

func (r *utf16Reader) unit() (rune, error) {
	if r.bad != nil {
		return 0, r.bad
	}
	b, err := r.from.Peek(2)
	switch {
	case len(b) == 1 && err == io.EOF:
		return 0, errors.New("the text is not valid UTF-16: it ends with half of a character")
	case err != nil:
		return 0, err
	}
	c := rune(b[0]) | rune(b[1])<<8
	if r.bigEndian {
		c = rune(b[1]) | rune(b[0])<<8
	}
	r.from.Discard(2) // cannot fail
	return c, nil
}

// windows1252 has the characters of the bytes 0x80 to 0x9f. The other bytes are the
// first characters of Unicode. 0 = none.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// A windows1252Reader turns Windows-1252 into UTF-8.
type windows1252Reader struct {
	from    *bufio.Reader
	pending pending
	bad     error

	// Text that is UTF-8 all the way can hardly be meant as Windows-1252.
	beyond bool   // there was a character beyond ASCII
	other  bool   // there were bytes that are not UTF-8
	cut    []byte // the beginning of a character
}

// Read implements [io.Reader].
func (r *windows1252Reader) Read(p []byte) (int, error) { return r.pending.read(p, r.fill) }

// fill decodes what has been read of the file.
func (r *windows1252Reader) fill(out []byte) ([]byte, error) {
	if r.bad != nil {
		return out, r.bad
	}
	if _, err := r.from.Peek(1); err != nil {
		if err == io.EOF && r.beyond && !r.other {
			err = errors.New("this is UTF-8, and not " + encoding1252 + " as the mapping says")
		}
		return out, err
	}
	raw, _ := r.from.Peek(min(r.from.Buffered(), readSize)) // cannot fail
	r.look(raw)
	for _, c := range raw {
		char := rune(c)
		if 0x80 <= c && c < 0xa0 {
			if char = windows1252[c-0x80]; char == 0 {
				r.bad = fmt.Errorf("the text is not Windows-1252: that has no character %#x", c)
				return out, r.bad
			}
		}
		out = utf8.AppendRune(out, char)
	}
	r.from.Discard(len(raw)) // cannot fail
	return out, nil
}

// look looks whether bytes are UTF-8.
func (r *windows1252Reader) look(raw []byte) {
	if r.other {
		return
	}
	if len(r.cut) > 0 {
		raw = append(r.cut, raw...)
	}
	for len(raw) > 0 {
		c, n := utf8.DecodeRune(raw)
		if c == utf8.RuneError && n == 1 {
			if r.other = utf8.FullRune(raw); !r.other {
				r.cut = bytes.Clone(raw)
			}
			return
		}
		r.beyond = r.beyond || n > 1
		raw = raw[n:]
	}
	r.cut = nil
}

// signatures are the beginnings of files that are not text, and what such a file is.
var signatures = []struct{ start, is string }{
	{"PK\x03\x04", "a zip file, such as a workbook of Excel (.xlsx); save the sheet as CSV, or unpack the file"},
	{"\xd0\xcf\x11\xe0", "a workbook of an old Excel (.xls); save the sheet as CSV"},
	{"%PDF", "a PDF document; export the data as CSV"},
	{"PAR1", "a Parquet file; export the data as CSV or JSON"},
	{"SQLite format 3", "a database of SQLite; export its tables as CSV, or read it with source/sqldb"},
	{"BZh", "a file packed by bzip2; unpack it, or pack it by gzip"},
	{"\xfd7zXZ", "a file packed by xz; unpack it, or pack it by gzip"},
	{"\x28\xb5\x2f\xfd", "a file packed by zstd; unpack it, or pack it by gzip"},
	{"<!doctype html", "a web page, perhaps one that asks to log in; export the file again"},
	{"<html", "a web page, or a spreadsheet saved as one; export the file again, as CSV"},
	{"<table", "a table of a web page; export the data as CSV"},
	{"<?xml", "XML; export the data as CSV or JSON"},
	{"{\\rtf", "a document of a word processor; export the data as CSV"},
}

// whatItIs says what a file is that its name says is text, or returns "".
func whatItIs(start []byte) string {
	start = bytes.TrimLeft(bytes.TrimPrefix(start, []byte(bom)), " \t\r\n")
	for _, s := range signatures {
		has := bytes.HasPrefix(start, []byte(s.start))
		if s.start[0] == '<' && len(start) >= len(s.start) { // markup has any letter case
			has = bytes.EqualFold(start[:len(s.start)], []byte(s.start))
		}
		if has {
			return s.is
		}
	}
	return ""
}
