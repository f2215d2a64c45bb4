package tables

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

const (
	notUTF8  = "the text is not valid UTF-8; save the file as UTF-8"
	bom      = "\xef\xbb\xbf"
	magic    = "\x1f\x8b" // the first bytes of a gzip file
	readSize = 1 << 16
)

// maxRecord is how many bytes of a file one record may take. A quote that is never
// closed, or a gzip file that expands without end, must not use up the memory. Only
// a test changes it.
var maxRecord = 64 << 20

// errTooLong says that a record has more than maxRecord bytes.
var errTooLong = errors.New("a record has more than 64 MiB; is a quote or a line end missing?")

// plainName returns the name of a file without the extension .gz.
func plainName(name string) string {
	if hasExt(name, ".gz") {
		return name[:len(name)-len(".gz")]
	}
	return name
}

func hasExt(name, ext string) bool { return strings.EqualFold(path.Ext(name), ext) }

// An input is a file that is being read: decompressed if it is a gzip file, and
// without its byte-order mark.
type input struct {
	*bufio.Reader
	limit  *limited
	closer io.Closer
}

// A reader reads the files of a file system.
type reader struct {
	fsys   fs.FS
	report *reporter
}

// open opens a file. The error names the file.
func (r *reader) open(f file) (*input, error) {
	raw, err := r.fsys.Open(f.path)
	if err != nil {
		return nil, unopened(err)
	}
	in := &input{closer: raw, limit: &limited{from: raw}}
	if hasExt(f.path, ".gz") {
		b := bufio.NewReaderSize(raw, readSize)
		packed := new(gzip.Reader)
		if start, err := b.Peek(len(magic)); err == nil && string(start) != magic {
			raw.Close()
			return nil, damaged(f, gzip.ErrHeader)
		}
		err := packed.Reset(b)
		if err != nil {
			raw.Close()
			return nil, damaged(f, err)
		}
		in.limit.from = unpacked{f, packed}
	}
	in.Reader = bufio.NewReaderSize(in.limit, readSize)
	start, err := in.Peek(len(bom))
	switch {
	case err != nil && err != io.EOF:
		raw.Close()
		return nil, err
	case string(start) == bom:
		in.Discard(len(bom)) // cannot fail: it is in the buffer
	case strings.HasPrefix(string(start), magic):
		raw.Close()
		return nil, fmt.Errorf("%s is a gzip file; its name must end with .gz", fileName(f.shown))
	}
	return in, nil
}

// unopened quotes the name of a file in an error if it contains special characters.
func unopened(err error) error {
	if exact, ok := errors.AsType[*fs.PathError](err); ok && printable(exact.Path) != exact.Path {
		return &fs.PathError{Op: exact.Op, Path: printable(exact.Path), Err: exact.Err}
	}
	return err
}

func (in *input) Close() error { return in.closer.Close() }

// record marks the beginning of a record, which may take maxRecord bytes.
func (in *input) record() { in.limit.read = 0 }

// limited fails if one record is too long.
type limited struct {
	from io.Reader
	read int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.read > maxRecord {
		return 0, errTooLong
	}
	n, err := l.from.Read(p)
	l.read += n
	return n, err
}

// unpacked reads a gzip file. Its errors name the file.
type unpacked struct {
	file   file
	packed *gzip.Reader
}

func (u unpacked) Read(p []byte) (int, error) {
	n, err := u.packed.Read(p)
	if err != nil && err != io.EOF {
		err = damaged(u.file, err)
	}
	return n, err
}

// damaged returns the error of a gzip file that cannot be decompressed completely.
func damaged(f file, err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: the gzip file is cut short, so none of it is loaded; copy or export it again: %w", fileName(f.shown), io.ErrUnexpectedEOF)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return fmt.Errorf("%s: the file is damaged, or not a gzip file, so none of it is loaded; copy or export it again: %w", fileName(f.shown), err)
	}
	return fmt.Errorf("%s: %w", fileName(f.shown), err)
}
