// Package folder keeps the log of a registry in a folder: each entry is a file. The folder
// must be on a file system that has hard links, and may be shared by several processes,
// also on several machines if the file system tells all of them the truth.
//
// An entry is written to a file of its own, synced, and then linked to its name, such as
// 00000012.entry, which only one process can do. So an entry is there as a whole or not at
// all, whenever a process or the machine stops, and is not lost once Append has returned.
// What a process that was killed left behind has a name that begins with .new- and can be
// deleted; [Open] deletes such files that are older than an hour.
//
// The first line of a file has a sum of the rest, so that a damaged file is found.
package folder

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/registry"
)

const (
	suffix  = ".entry"
	pending = ".new-"           // begins the names of files that are being written
	tooOld  = time.Hour         // of such a file
	largest = 256 << 20         // bytes of an entry
	heading = "leadscore entry" // begins the first line
)

// A Store is a folder. It is a [registry.Store].
type Store struct {
	root *os.Root
	// at is called at moments of Append, by tests.
	at func(moment string)
}

// Open returns the store in a folder, which must exist. Close it in the end.
func Open(folder string) (*Store, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("registry folder: %w", err)
	}
	s := &Store{root: root, at: func(string) {}}
	if err := s.clean(); err != nil {
		return nil, errors.Join(fmt.Errorf("registry folder: %w", err), root.Close())
	}
	return s, nil
}

// Close closes the folder.
func (s *Store) Close() error { return s.root.Close() }

// clean deletes what processes that were killed have left behind.
func (s *Store) clean() error {
	names, err := s.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, pending) {
			continue
		}
		info, err := s.root.Lstat(name)
		if err != nil || time.Since(info.ModTime()) < tooOld {
			continue // it may be another process's
		}
		if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// names returns the names of all files.
func (s *Store) names() ([]string, error) {
	f, err := s.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

func nameOf(number int64) string { return fmt.Sprintf("%08d%s", number, suffix) }

// Append adds an entry: see [registry.Store].
func (s *Store) Append(ctx context.Context, number int64, entry []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.append(number, entry); err != nil {
		if errors.Is(err, registry.ErrTaken) {
			return err
		}
		return fmt.Errorf("registry folder: adding entry %d: %w", number, err)
	}
	return nil
}

func (s *Store) append(number int64, entry []byte) error {
	if number < 1 {
		return errors.New("entries are numbered from 1")
	}
	if len(entry) > largest {
		return fmt.Errorf("it has %d bytes; the limit is %d", len(entry), int64(largest))
	}
	switch has, err := s.has(number); {
	case err != nil:
		return err
	case has:
		return registry.ErrTaken
	}
	if number > 1 {
		switch has, err := s.has(number - 1); {
		case err != nil:
			return err
		case !has:
			return fmt.Errorf("there is no entry %d before it", number-1)
		}
	}
	name := pending + rand.Text()
	err := s.write(name, entry)
	if err == nil {
		s.at("written")
		err = s.root.Link(name, nameOf(number))
		s.at("linked")
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		err = registry.ErrTaken
	case err == nil:
		err = s.sync()
		s.at("synced")
	}
	// The entry is there whether this succeeds or not.
	_ = s.root.Remove(name)
	return err
}

// has reports whether there is an entry with a number.
func (s *Store) has(number int64) (bool, error) {
	_, err := s.root.Lstat(nameOf(number))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// write writes an entry into a new file.
func (s *Store) write(name string, entry []byte) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	head := fmt.Sprintf("%s %d %x\n", heading, len(entry), sha256.Sum256(entry))
	half := len(entry) / 2
	for i, part := range [][]byte{[]byte(head), entry[:half], entry[half:]} {
		if i == 2 {
			s.at("half written")
		}
		if _, err := f.Write(part); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(f.Sync(), f.Close())
}

// sync makes the names of the folder durable. Windows cannot sync folders, and writes the
// names by itself.
func (s *Store) sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := s.root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// Entries yields entries: see [registry.Store]. The error of an entry that is damaged or
// missing is a [*DamageError].
func (s *Store) Entries(ctx context.Context, after int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for number := max(after, 0) + 1; ; number++ {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			entry, err := s.read(number)
			if errors.Is(err, fs.ErrNotExist) {
				if err := s.ends(number); err != nil {
					yield(nil, err)
				}
				return
			}
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

// A DamageError is the error of a file that is not what was written, or of a file that is
// missing. Restore it from a backup: the entries after it depend on it.
type DamageError struct {
	File string
	Why  string
}

// Error returns the name of the file and what is wrong with it.
func (e *DamageError) Error() string {
	return fmt.Sprintf("registry folder: %s %s; restore it from a backup", e.File, e.Why)
}

// read returns an entry.
func (s *Store) read(number int64) ([]byte, error) {
	name := nameOf(number)
	text, err := regular.ReadFS(s.root.FS(), name, largest+1000)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fs.ErrNotExist
		}
		return nil, fmt.Errorf("registry folder: %w", err)
	}
	head, entry, _ := bytes.Cut([]byte(text), []byte("\n"))
	size, sum := 0, ""
	if n, err := fmt.Sscanf(string(head), heading+" %d %s", &size, &sum); n != 2 || err != nil {
		return nil, &DamageError{name, "does not begin like an entry"}
	}
	switch is := fmt.Sprintf("%x", sha256.Sum256(entry)); {
	case len(entry) != size:
		return nil, &DamageError{name, fmt.Sprintf("has %d bytes of an entry of %d", len(entry), size)}
	case is != sum:
		return nil, &DamageError{name, "has been changed: its sum is another one"}
	}
	return entry, nil
}

// ends checks that no entry follows one that is not there.
func (s *Store) ends(number int64) error {
	names, err := s.names()
	if err != nil {
		return fmt.Errorf("registry folder: %w", err)
	}
	for _, name := range names {
		text, ok := strings.CutSuffix(name, suffix)
		n, err := strconv.ParseInt(text, 10, 64)
		if !ok || err != nil || n <= number || nameOf(n) != name {
			continue
		}
		// It may have been added since.
		if has, err := s.has(number); err != nil || !has {
			return errors.Join(err, &DamageError{nameOf(number), fmt.Sprintf("is missing, and there is %s", name)})
		}
		return nil // whoever calls again gets them
	}
	return nil
}
