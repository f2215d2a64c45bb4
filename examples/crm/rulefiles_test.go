//go:build unix

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

const oneModel = "model \"New\" {\n    target contact\n    condition \"Is there\" {\n        has Lead\n        score +7\n    }\n}\n"

// makers make what is not a rule file, by what a message says about it.
var makers = map[string]func(t *testing.T, name string) error{
	"is a pipe": func(t *testing.T, name string) error { return syscall.Mkfifo(name, 0o600) },
	"is a device or a socket": func(t *testing.T, name string) error {
		dir, err := os.MkdirTemp("", "s") // short: a socket's path has a limit
		if err != nil {
			return err
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		l, err := net.Listen("unix", filepath.Join(dir, "s"))
		if err != nil {
			return err
		}
		t.Cleanup(func() { l.Close() })
		return os.Rename(filepath.Join(dir, "s"), name)
	},
	"is a folder":                func(_ *testing.T, name string) error { return os.Mkdir(name, 0o700) },
	"has more than 2097152 byte": func(_ *testing.T, name string) error { return sparse(name, 1<<30) },
	"is a link that leads out of the folder": func(t *testing.T, name string) error {
		outside := filepath.Join(t.TempDir(), "outside.score")
		write(t, outside, oneModel)
		return os.Symlink(outside, name)
	},
	"or nowhere": func(_ *testing.T, name string) error { return os.Symlink("nowhere", name) },
}

// sparse makes a long file that takes no space.
func sparse(name string, size int64) error {
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		return err
	}
	return os.Truncate(name, size)
}

// What is no file of rules is refused with its name, before it is read, and the old
// rules serve on: neither a pipe nor a long file holds anybody up.
func TestReloadOfOtherFiles(t *testing.T) {
	folder := copyRules(t)
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "5", "-rules", folder)
	s := start(t, flags...)
	for message, make := range makers {
		name := filepath.Join(folder, "other.score")
		if err := make(t, name); err != nil {
			t.Fatal(err)
		}
		s.expect(t, "POST", "/rules/reload", "", 422, "The rules are refused: other.score ", message)
		s.expect(t, "GET", "/models", "", 200, "Buyers")
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		s.expect(t, "POST", "/rules/reload", "", 200, "Buyers")
	}
	for i := range 9 { // each short enough
		if err := sparse(filepath.Join(folder, fmt.Sprintf("%d.score", i)), maxRuleFile); err != nil {
			t.Fatal(err)
		}
	}
	s.expect(t, "POST", "/rules/reload", "", 422, "more than 16777216 bytes, all together")
}

// Links within the folder are followed: tools that replace all files at once make such.
func TestReloadFollowsLinks(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "version-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "version-1", "new.score"), oneModel)
	for name, to := range map[string]string{"now": "version-1", "new.score": "now/new.score"} {
		if err := os.Symlink(to, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := readRules(t.Context(), folder)
	if err != nil || len(files) != 1 || files[0].Name != "new.score" || files[0].Text != oneModel {
		t.Errorf("%v, %v", files, err)
	}
	if _, err := readRules(t.Context(), filepath.Join(folder, "nowhere")); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a folder that does not exist: %v", err)
	}
	if _, err := readRules(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "*.score") {
		t.Errorf("an empty folder: %v", err)
	}
}

// A pipe among the rules has no reload wait, however many there are, and so they keep
// no places.
func TestManyReloads(t *testing.T) {
	folder := copyRules(t)
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "5", "-rules", folder, "-requests", "2")...)
	if err := syscall.Mkfifo(filepath.Join(folder, "pipe.score"), 0o600); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 70 {
		all.Go(func() {
			switch status, body := s.call(t, "POST", "/rules/reload", ""); status {
			case 422, 503:
			default:
				t.Errorf("%d %s", status, body)
			}
		})
	}
	s.expect(t, "GET", "/models", "", 200)
	all.Wait()
	if err := os.Remove(filepath.Join(folder, "pipe.score")); err != nil {
		t.Fatal(err)
	}
	s.expect(t, "POST", "/rules/reload", "", 200)
}

// Reloads that overlap leave the rules in use that were read last.
func TestReloadsOverlap(t *testing.T) {
	folder := copyRules(t)
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "5", "-rules", folder)
	s := newTestService(t, flags, openStore(t, flags))
	var all sync.WaitGroup
	for i := range 12 { // each begins after its file is there
		write(t, filepath.Join(folder, "new.score"), strings.Replace(oneModel, "+7", fmt.Sprintf("+%d", 100+i), 1))
		all.Go(func() {
			if err := s.reload(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	m := modelOf(s.registry.Live(), "New")
	if m == nil || m.Checked().Conditions[0].Points != 111 {
		t.Errorf("the rules that were read last are not in use: %+v", m)
	}
	// Rules that are back as they were are the same version.
	for range 2 {
		write(t, filepath.Join(folder, "new.score"), strings.Replace(oneModel, "+7", "+100", 1))
		if err := s.reload(t.Context()); err != nil || modelOf(s.registry.Live(), "New").Checked().Conditions[0].Points != 100 {
			t.Error(err)
		}
	}
}
