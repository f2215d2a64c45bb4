package cpu

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestOwn(t *testing.T) {
	before, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	// It ends as soon as processor time has been used.
	for after := before; after <= before; {
		if after, err = Own(); err != nil {
			t.Fatal(err)
		}
	}
}

// The server's time is that of its process, of those it has forked, and of those of them
// that have ended.
func TestServer(t *testing.T) {
	root := t.TempDir()
	write := func(pid int, name string, parent, user, system, endedUser, endedSystem int) {
		t.Helper()
		dir := filepath.Join(root, fmt.Sprint(pid))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%d (%s) S %d 1 1 0 -1 4194560 9 9 9 9 %d %d %d %d 20 0 1 0 77\n", pid, name, parent, user, system, endedUser, endedSystem)
		if err := os.WriteFile(filepath.Join(dir, "stat"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(10, "postgres", 1, 1, 2, 30, 40)
	write(11, "postgres: a (b) c", 10, 500, 600, 0, 0)
	write(12, "postgres", 10, 0, 7, 0, 0)
	write(13, "postgres", 14, 1000, 1000, 0, 0) // of another server
	write(14, "sh", 10_000, 1, 1, 1, 1)
	s, err := serverOf(root, 11)
	if err != nil {
		t.Fatal(err)
	}
	used, err := s.Used()
	if want := 1180 * 10 * time.Millisecond; err != nil || used != want {
		t.Errorf("used %v, %v; want %v", used, err, want)
	}
	started := StartedBy(10)
	started.root = root
	if other, err := started.Used(); err != nil || other != used {
		t.Errorf("used %v, %v; want %v", other, err, used)
	}
	for _, pid := range []int{14, 15} {
		if _, err := serverOf(root, pid); err == nil {
			t.Errorf("process %d belongs to a server", pid)
		}
	}
}
