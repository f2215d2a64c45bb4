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
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, gid := must(strconv.Atoi(nobody.Uid)), must(strconv.Atoi(nobody.Gid))
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
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
	ctl := func(args ...string) {
		t.Helper()
		run("pg_ctl", append([]string{"-s", "-w", "-l", log, "-o", "-k " + dir + " -c listen_addresses= -c fsync=off"}, args...)...)
	}
	ctl("start")
	t.Cleanup(func() { ctl("stop", "-m", "immediate") })
	return postgres{"postgres://crm@/postgres?sslmode=disable&host=" + dir, ctl}
}
