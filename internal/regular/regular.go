// Package regular opens and reads regular files only. A named pipe, a device or a
// socket among files could make a program wait for ever, and a large file could use
// up its memory: what a file is, and how long, is looked at before it is read.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A KindError is the error of a file that is not a regular file.
type KindError struct {
	Name string
	Mode fs.FileMode
}

// Error returns the name of the file and what it is.
func (e *KindError) Error() string {
	return fmt.Sprintf("%s is %s, not a regular file", e.Name, kind(e.Mode))
}

// kind returns what a file is that is not a regular file.
func kind(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeDir != 0:
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "a special file"
}

// A SizeError is the error of a file that is longer than allowed.
type SizeError struct {
	Name  string
	Size  int64 // in bytes; -1 if only the beginning was read
	Limit int64 // in bytes
}

// Error returns the name of the file and what [SizeError.Message] returns.
func (e *SizeError) Error() string { return e.Name + ": " + e.Message() }

// Message returns the length of the file and the limit.
func (e *SizeError) Message() string {
	if e.Size < 0 {
		return fmt.Sprintf("the file has more than %d bytes, which is the limit", e.Limit)
	}
	return fmt.Sprintf("the file has %d bytes; the limit is %d", e.Size, e.Limit)
}

// Open opens the file called name for reading. It follows symbolic links. The error
// is a [*KindError] if the file is not a regular file.
func Open(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = &KindError{name, info.Mode()}
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		failed.Op = "open"
	}
	if err != nil {
		return nil, err
	}
	// What is called name may have changed: do not wait for the other end of a pipe.
	f, err := os.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	return f, isRegular(f, name)
}

// OpenFS is like [Open] for a file of fsys.
func OpenFS(fsys fs.FS, name string) (fs.File, error) {
	info, err := fs.Stat(fsys, name)
	if err == nil && !info.Mode().IsRegular() {
		err = &KindError{name, info.Mode()}
	}
	if err != nil {
		return nil, err
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	return f, isRegular(f, name)
}

// isRegular closes f and fails if it is not a regular file.
func isRegular(f fs.File, name string) error {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &KindError{name, info.Mode()}
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	return nil
}

// Read returns the text of the file called name. The error is a [*KindError] if it
// is not a regular file, and a [*SizeError] if it has more than limit bytes; of such
// a file at most limit+1 bytes are read.
func Read(name string, limit int64) (string, error) {
	f, err := Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return read(f, name, limit)
}

// ReadFS is like [Read] for a file of fsys.
func ReadFS(fsys fs.FS, name string, limit int64) (string, error) {
	f, err := OpenFS(fsys, name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return read(f, name, limit)
}

func read(f fs.File, name string, limit int64) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if info.Size() > limit {
		return "", &SizeError{name, info.Size(), limit}
	}
	return ReadAll(f, name, limit)
}

// ReadAll returns the text of r, which is called name in errors. The error is a
// [*SizeError] if it has more than limit bytes.
func ReadAll(r io.Reader, name string, limit int64) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = &SizeError{name, -1, limit}
	}
	return string(text), err
}
