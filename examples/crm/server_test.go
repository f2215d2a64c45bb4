//go:build unix

package main

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// binariesVariable says where initdb and pg_ctl are.
const binariesVariable = "LEADSCORE_POSTGRES_BIN"

// A postgres is a PostgreSQL server that a test starts for itself.
type postgres struct {
	connection string
	ctl        func(args ...string) // pg_ctl
	uid, gid   int                  // of the user that it runs as
}

// own gives a file to the user that the server runs as.
func (p postgres) own(t *testing.T, name string) {
	t.Helper()
	if err := os.Chown(name, p.uid, p.gid); err != nil {
		t.Fatal(err)
	}
}

// startPostgres starts a server with the programs in the folder that the variable
// names. It stops at the end of the test.
func startPostgres(t *testing.T) postgres {
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
	p := postgres{uid: os.Geteuid(), gid: os.Getegid(), connection: "postgres://crm@/postgres?sslmode=disable&host=" + dir}
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		p.uid, p.gid = must(strconv.Atoi(nobody.Uid)), must(strconv.Atoi(nobody.Gid))
		p.own(t, dir)
		attributes.Credential = &syscall.Credential{Uid: uint32(p.uid), Gid: uint32(p.gid)}
	}
	log := filepath.Join(dir, "log")
	run := func(name string, args ...string) {
		t.Helper()
		c := exec.Command(filepath.Join(binaries, name), append([]string{"-D", filepath.Join(dir, "data")}, args...)...)
		c.Dir, c.SysProcAttr = dir, attributes
		if out, err := c.CombinedOutput(); err != nil {
			said, _ := os.ReadFile(log)
			t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, said)
		}
	}
	run("initdb", "-U", "crm", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	p.ctl = func(args ...string) {
		t.Helper()
		run("pg_ctl", append([]string{"-s", "-w", "-l", log, "-o", "-k " + dir + " -c listen_addresses= -c fsync=off"}, args...)...)
	}
	p.ctl("start")
	t.Cleanup(func() { p.ctl("stop", "-m", "immediate") })
	return p
}
