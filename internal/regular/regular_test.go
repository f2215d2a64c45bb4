package regular_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/leadscore/leadscore/internal/regular"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{"a": "abc", "b": "abcd", "d/e": ""} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a", "link"); err != nil {
		t.Skip(err)
	}
	for _, test := range []struct{ name, text, err string }{
		{"a", "abc", ""},
		{"link", "abc", ""},
		{"d/e", "", ""},
		{"b", "", "b: the file has 4 bytes; the limit is 3"},
		{"d", "", "d is a folder, not a regular file"},
	} {
		for _, read := range []func() (string, error){
			func() (string, error) { return regular.Read(test.name, 3) },
			func() (string, error) { return regular.ReadFS(os.DirFS(dir), test.name, 3) },
		} {
			text, err := read()
			if text != test.text || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
				t.Errorf("%s: got %q, %v", test.name, text, err)
			}
		}
	}
	if _, err := regular.Read("none", 3); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := regular.ReadFS(os.DirFS(dir), "none", 3); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// A device has no length: it is not read, and neither is a large file without content.
func TestNotRead(t *testing.T) {
	if _, err := regular.Read(os.DevNull, 3); err == nil || !strings.HasSuffix(err.Error(), " is a device, not a regular file") {
		t.Errorf("the null device: %v", err)
	}
	name := filepath.Join(t.TempDir(), "sparse")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(1<<40), f.Close()); err != nil {
		t.Skip(err)
	}
	long, ok := errors.AsType[*regular.SizeError](second(regular.Read(name, 100)))
	if !ok || long.Size != 1<<40 || long.Limit != 100 {
		t.Errorf("a sparse file: %v", long)
	}
}

func second[A any](_ A, err error) error { return err }

func TestReadAll(t *testing.T) {
	if text, err := regular.ReadAll(strings.NewReader("abc"), "in", 3); text != "abc" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := regular.ReadAll(strings.NewReader("abcd"), "in", 3); err == nil || err.Error() != "in: the file has more than 3 bytes, which is the limit" {
		t.Errorf("a long text: %v", err)
	}
	// Whatever else a file may be.
	fsys := fstest.MapFS{"pipe": {Mode: fs.ModeNamedPipe}, "socket": {Mode: fs.ModeSocket}, "odd": {Mode: fs.ModeIrregular}}
	for name, want := range map[string]string{"pipe": "a pipe", "socket": "a socket", "odd": "a special file"} {
		if _, err := regular.OpenFS(fsys, name); err == nil || err.Error() != name+" is "+want+", not a regular file" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
