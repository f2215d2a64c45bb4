package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/leadscore/leadscore/internal/regular"
)

// A replacement is the new content of a file, which is not seen in its place until
// commit is called. Until then the file, if there is one, stays as it is.
type replacement struct {
	*os.File        // a temporary file beside it
	name     string // of the file to replace
}

// replace creates a replacement of the file called name, which keeps its mode. There
// need not be one yet; but if there is, it must be a regular file. A symbolic link is
// followed.
func replace(name string) (*replacement, error) {
	if actual, err := filepath.EvalSymlinks(name); err == nil {
		name = actual
	}
	info, err := os.Stat(name)
	exists := err == nil
	switch {
	case exists && !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w; only a regular file can be replaced", &regular.KindError{Name: name, Mode: info.Mode()})
	case !exists && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	dir, base := filepath.Split(name)
	for try := range 1000 {
		temporary := fmt.Sprintf("%s.%s.%d-%d.tmp", dir, base, os.Getpid(), try)
		f, err := os.OpenFile(temporary, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil && exists {
			if err = f.Chmod(info.Mode().Perm()); err != nil {
				err = errors.Join(err, f.Close(), os.Remove(temporary))
			}
		}
		return &replacement{f, name}, err
	}
	return nil, fmt.Errorf("%s: too many temporary files of it; remove .%s.*.tmp", name, base)
}

// commit puts the new content into the place of the file. If it fails, it discards
// the new content.
func (r *replacement) commit() error {
	err := errors.Join(r.Sync(), r.Close())
	if err == nil {
		err = os.Rename(r.Name(), r.name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(r.Name()))
	}
	return nil
}

// discard removes the new content.
func (r *replacement) discard() error { return errors.Join(r.Close(), os.Remove(r.Name())) }
