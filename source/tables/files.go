package tables

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/regular"
)

const (
	notUTF8 = "the text is not valid UTF-8; save the file as UTF-8"
	encoded = notUTF8 + `, or give its "encoding" in a mapping`
	magic   = "\x1f\x8b" // the first bytes of a gzip file
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

// An input is a file that is being read: decompressed if it is a gzip file, as UTF-8,
// and without its byte-order mark.
type input struct {
	*bufio.Reader
	limit  *limited
	closer io.Closer
}

// A reader reads the files of a file system.
type reader struct {
	ctx      context.Context
	fsys     fs.FS
	report   *reporter
	decoders map[string]decoder // of the options
}

// quiet returns a reader of the same files that reports elsewhere.
func (r *reader) quiet(report *reporter) *reader {
	return &reader{r.ctx, r.fsys, report, r.decoders}
}

// open opens a regular file, whose encoding a mapping may have given. The error names
// the file.
func (r *reader) open(f file, encoding string) (*input, error) {
	raw, err := regular.OpenFS(r.fsys, f.path)
	if bad, ok := errors.AsType[*regular.KindError](err); ok {
		bad.Name = fileName(f.shown)
	}
	if err != nil {
		return nil, unopened(err)
	}
	in := &input{closer: raw, limit: &limited{ctx: r.ctx, from: raw}}
	if err := r.start(in, f, encoding); err != nil {
		raw.Close()
		return nil, err
	}
	return in, nil
}

// start looks at the first bytes of a file, and makes a reader of its text.
func (r *reader) start(in *input, f file, encoding string) error {
	if hasExt(f.path, ".gz") {
		b := bufio.NewReaderSize(in.limit.from, readSize)
		if start, err := b.Peek(len(magic)); err == nil && string(start) != magic {
			return damaged(f, gzip.ErrHeader)
		}
		packed := new(gzip.Reader)
		if err := packed.Reset(b); err != nil {
			return damaged(f, err)
		}
		in.limit.from = unpacked{f, packed}
	}
	raw := bufio.NewReaderSize(in.limit, readSize)
	start, err := raw.Peek(readSize)
	if err != nil && err != io.EOF && err != errTooLong {
		return err
	}
	switch is := whatItIs(start); {
	case strings.HasPrefix(string(start), magic) && hasExt(f.path, ".gz"):
		return notText("this is packed by gzip twice; unpack it once")
	case strings.HasPrefix(string(start), magic):
		return notText("this is a gzip file; its name must end with .gz")
	case is != "":
		return notText("this is " + is)
	}
	if mark := marked(start); mark != "" {
		encoding = mark
	} else if is := unmarked16(start); is != "" && encoding == "" {
		return notText(fmt.Sprintf("this looks like UTF-16 without its mark; save the file as UTF-8, or give its table \"encoding\": %q in the mapping", is))
	}
	if encoding == "" || encoding == encodingUTF8 {
		in.Reader = raw
	} else {
		in.Reader = bufio.NewReaderSize(decoded{r.decoder(encoding)(raw), in.limit}, readSize)
	}
	for { // files joined by a program may have several
		start, err := in.Peek(len(bom))
		switch {
		case err != nil && err != io.EOF:
			return err
		case string(start) != bom:
			return nil
		}
		in.Discard(len(bom)) // cannot fail: it is in the buffer
	}
}

// decoder returns the decoder of an encoding, or nil if it is unknown.
func (r *reader) decoder(encoding string) decoder {
	if d, ok := r.decoders[encoding]; ok {
		return d
	}
	return decoders[encoding]
}

// encodings returns the names of the encodings that are known.
func (r *reader) encodings() []string {
	names := slices.Collect(maps.Keys(decoders))
	names = slices.AppendSeq(names, maps.Keys(r.decoders))
	slices.Sort(names)
	return slices.Compact(names)
}

// notText is the error of a file whose bytes are not the text that they should be.
type notText string

func (e notText) Error() string { return string(e) }

// decoded reads a text in another encoding. Its errors are those of the file, or
// notText.
type decoded struct {
	from io.Reader
	file *limited
}

// Read implements [io.Reader].
func (d decoded) Read(p []byte) (int, error) {
	n, err := d.from.Read(p)
	if err != nil && err != io.EOF && err != d.file.err {
		err = notText(err.Error())
	}
	return n, err
}

// told reports the error of a file that is not text as a problem, and returns any
// other error.
func (r *reader) told(f file, err error) error {
	if is, ok := errors.AsType[notText](err); ok {
		r.report.fail(Problem{File: f.shown, Message: is.Error()})
		return nil
	}
	return err
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

// limited fails if one record is too long, or if ctx is done.
type limited struct {
	ctx  context.Context
	from io.Reader
	read int
	err  error // the last one
}

func (l *limited) Read(p []byte) (n int, err error) {
	if l.err = l.ctx.Err(); l.err != nil {
		return 0, l.err
	}
	if l.read > maxRecord {
		l.err = errTooLong
		return 0, l.err
	}
	n, l.err = l.from.Read(p)
	l.read += n
	return n, l.err
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

// readLine appends a line of any length to buf.
func readLine(b *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		part, err := b.ReadSlice('\n')
		buf = append(buf, part...)
		if err != bufio.ErrBufferFull {
			return buf, err
		}
	}
}
