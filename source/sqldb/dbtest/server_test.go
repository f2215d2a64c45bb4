//go:build unix

package dbtest

import (
	"database/sql"
	"fmt"
	"os"
	command "os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A server is a PostgreSQL server that a test starts.
type server struct {
	dsn string
	ctl func(args ...string)
}

// newServer starts a server with the programs in the folder that the variable names.
func newServer(t *testing.T) *server {
	t.Helper()
	binaries := os.Getenv(binariesVariable)
	if binaries == "" {
		t.Skipf("no server is restarted: the environment variable %s does not say where initdb and pg_ctl are", binariesVariable)
	}
	dir, err := os.MkdirTemp("", "pg") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, err := strconv.Atoi(nobody.Uid)
		if err != nil {
			t.Fatal(err)
		}
		gid, err := strconv.Atoi(nobody.Gid)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	log := filepath.Join(dir, "log")
	run := func(name string, args ...string) {
		t.Helper()
		c := command.Command(filepath.Join(binaries, name), append([]string{"-D", filepath.Join(dir, "data")}, args...)...)
		c.Dir, c.SysProcAttr = dir, attributes
		if out, err := c.CombinedOutput(); err != nil {
			said, _ := os.ReadFile(log)
			t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, said)
		}
	}
	run("initdb", "-U", "leadscore", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	ctl := func(args ...string) {
		t.Helper()
		run("pg_ctl", append([]string{"-s", "-w", "-l", log, "-o", "-k " + dir + " -c listen_addresses= -c fsync=off"}, args...)...)
	}
	ctl("start")
	t.Cleanup(func() { ctl("stop", "-m", "immediate") })
	return &server{fmt.Sprintf("postgres://leadscore@/postgres?host=%s", dir), ctl}
}

// TestRestart restarts the server in the middle of a batch, and keeps it down for a
// while.
func TestRestart(t *testing.T) {
	s := newServer(t)
	d := databases[slices.IndexFunc(databases, func(d database) bool { return d.name == "PostgreSQL" })]
	d.open = func(t testing.TB, log *statements) *sql.DB { return openPostgresAt(t, s.dsn, log) }
	f := newNamed(t, d)
	for _, mode := range []string{"fast", "immediate"} {
		t.Run(mode, func(t *testing.T) {
			f.interruptions(t, 3, func() { s.ctl("restart", "-m", mode) })
		})
	}
	t.Run("away", func(t *testing.T) {
		away := &interrupted{Source: f.source, before: 20, what: func() { s.ctl("stop", "-m", "fast") }}
		good, bad := f.score(t, away)
		if good == 0 || len(bad) == 0 {
			t.Errorf("%d leads were scored, %d failed", good, len(bad))
		}
		for id, e := range bad {
			if e.Lead != id || e.Entity == "" || !strings.Contains(e.Error(), "sqldb: "+e.Entity+" by ") {
				t.Errorf("%v", e)
			}
		}
		if _, err := f.source.Snapshot(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "sqldb: beginning a snapshot: ") {
			t.Errorf("a snapshot of a server that is away: %v", err)
		}
		s.ctl("start")
		if good, bad := f.score(t, f.source); len(bad) > 0 {
			t.Errorf("%d leads were scored after it came back, and these failed: %v", good, bad)
		}
	})
}
