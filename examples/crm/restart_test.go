//go:build unix

package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A load is clients that post until they are stopped. An outage has them try again.
type load struct {
	clients []*client
	ended   atomic.Bool
	all     sync.WaitGroup
}

func startLoad(t *testing.T, url string, clients []*client) *load {
	l := &load{clients: clients}
	for _, c := range clients {
		l.all.Go(func() {
			if err := c.post(url, l.ended.Load, http.StatusServiceUnavailable); err != nil {
				t.Error(err)
			}
		})
	}
	return l
}

func (l *load) stop() {
	l.ended.Store(true)
	l.all.Wait()
}

// settle posts what is in doubt until it is acknowledged.
func settle(t *testing.T, url string, clients []*client) {
	t.Helper()
	for _, c := range clients {
		if err := c.post(url, func() bool { return len(c.doubtful) == 0 }, http.StatusServiceUnavailable); err != nil || len(c.doubtful) > 0 {
			t.Errorf("%v is not stored when it is posted again: %v", c.doubtful, err)
		}
	}
}

// checkStoredScores checks that the stored scores are those of a scoring from nothing,
// without a scoring of all leads before: each acknowledged post has scored its leads.
func checkStoredScores(t *testing.T, s *service, db *store) {
	t.Helper()
	kept := storedScores(t, db)
	if _, err := db.write.Exec("DELETE FROM score"); err != nil {
		t.Fatal(err)
	}
	if err := s.scoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if fresh := storedScores(t, db); !maps.Equal(kept, fresh) || len(fresh) == 0 {
		t.Errorf("the stored scores %v\nare not those of a scoring from nothing %v", kept, fresh)
	}
}

// healthOf returns the status of GET /healthz.
func healthOf(t *testing.T, url string) int {
	t.Helper()
	response, err := http.Get(url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// TestPostgresRestarts restarts PostgreSQL while clients post. They are answered 503
// at worst; what was acknowledged is there afterwards, and counts.
func TestPostgresRestarts(t *testing.T) {
	server := startPostgres(t)
	const contacts = 20
	flags := append([]string{"-postgres", server.connection, "-seed", strconv.Itoa(contacts)}, fixed...)
	p := startProcess(t, flags...)
	t.Cleanup(func() { p.kill(t) })
	clients := newClients(4, contacts)
	for _, mode := range []string{"fast", "immediate", "fast", "immediate"} {
		l := startLoad(t, p.url, clients)
		more(t, clients, 201, 10)
		server.ctl("restart", "-m", mode)
		more(t, clients, 201, 10)
		l.stop()
	}
	l := startLoad(t, p.url, clients)
	more(t, clients, 201, 10)
	server.ctl("stop", "-m", "fast")
	more(t, clients, 503, 20)
	if status := healthOf(t, p.url); status != 503 {
		t.Errorf("the health is %d without a database", status)
	}
	server.ctl("start")
	more(t, clients, 201, 10)
	l.stop()
	settle(t, p.url, clients)
	eventually(t, "the service is healthy", func() bool { return healthOf(t, p.url) == 200 })

	db := openStore(t, flags)
	checkStoredScores(t, newTestService(t, flags, db), db)
	checkKept(t, flags, clients)
	t.Logf("%d posts were stored and acknowledged, %d were answered 503", answered(clients, 201), answered(clients, 503))
}

// A disk is a place for a database that can be full.
type disk struct {
	folder string
	mount  bool   // a file system of its own
	db     *store // the database, if it is none
}

// newDisk mounts a small file system, if that is permitted.
func newDisk(t *testing.T) *disk {
	t.Helper()
	folder, err := os.MkdirTemp("", "disk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil { // PostgreSQL is another user
		t.Fatal(err)
	}
	d := &disk{folder: folder}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=16m,mode=755", "tmpfs", folder).CombinedOutput(); err != nil {
		t.Logf("no file system can be mounted: %v: %s", err, out)
		return d
	}
	t.Log("the database is on a file system of 16 MiB, in memory")
	d.mount = true
	t.Cleanup(func() {
		if out, err := exec.Command("umount", folder).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return d
}

// fill leaves no space on the disk.
func (d *disk) fill(t *testing.T) {
	t.Helper()
	if !d.mount {
		setMaxPages(t, d.db, 1) // no less than it has
		return
	}
	f, err := os.Create(d.filler())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{1 << 20, 4 << 10} { // and then the rest
		for block := make([]byte, size); err == nil; {
			_, err = f.Write(block)
		}
		err = nil
	}
}

func (d *disk) filler() string { return filepath.Join(d.folder, "filler") }

// empty gives the space back.
func (d *disk) empty(t *testing.T) {
	t.Helper()
	if !d.mount {
		setMaxPages(t, d.db, 1_000_000)
	} else if err := os.Remove(d.filler()); err != nil {
		t.Fatal(err)
	}
}

// sqliteOn returns the flags for an empty database in SQLite on a disk.
func sqliteOn(d *disk) []string { return []string{"-db", filepath.Join(d.folder, "crm.db")} }

// postgresOn returns the flags for an empty database in PostgreSQL, whose tables are
// on a disk.
func postgresOn(t *testing.T, d *disk) []string {
	t.Helper()
	server := startPostgres(t)
	if !d.mount {
		t.Skip("PostgreSQL needs a file system that can be full")
	}
	tables := filepath.Join(d.folder, "tables")
	if err := os.Mkdir(tables, 0o700); err != nil {
		t.Fatal(err)
	}
	server.own(t, tables)
	admin, err := openPostgres(server.connection)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.close()
	if _, err := admin.write.Exec("CREATE TABLESPACE small LOCATION '" + tables + "'"); err != nil {
		t.Fatal(err)
	}
	return []string{"-postgres", server.connection + "&default_tablespace=small"}
}

// TestFullDisk fills the disk again and again while clients post. They are answered
// 503 while it is full; what was acknowledged is there afterwards, and counts.
func TestFullDisk(t *testing.T) {
	const contacts = 20
	test := func(t *testing.T, d *disk, flags []string) {
		flags = append(append(flags, fixed...), "-seed", strconv.Itoa(contacts))
		db := openStore(t, flags)
		if d.db = db; !d.mount {
			t.Log("the database is kept from growing by max_page_count")
		}
		s := newTestService(t, flags, db)
		h := httptest.NewServer(s.routes(time.Minute))
		t.Cleanup(h.Close)
		clients := newClients(4, contacts)
		for range 3 {
			l := startLoad(t, h.URL, clients)
			more(t, clients, 201, 20)
			d.fill(t)
			more(t, clients, 503, 20)
			eventually(t, "the service knows that it cannot store", func() bool { return healthOf(t, h.URL) == 503 })
			expectStatus(t, call(s, "GET", "/leads/lead-0001/scores", ""), 200)
			expectStatus(t, call(s, "GET", "/models/Buyers/leads.csv", ""), 200)
			d.empty(t)
			more(t, clients, 201, 20)
			l.stop()
			settle(t, h.URL, clients)
			eventually(t, "the service is healthy", func() bool { return healthOf(t, h.URL) == 200 })
			checkStoredScores(t, s, db)
		}
		h.Close()
		checkKept(t, flags, clients)
		t.Logf("%d posts were stored and acknowledged, %d were answered 503", answered(clients, 201), answered(clients, 503))
	}
	t.Run("SQLite", func(t *testing.T) {
		d := newDisk(t)
		test(t, d, sqliteOn(d))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		d := newDisk(t)
		test(t, d, postgresOn(t, d))
	})
}

// TestKillOnFullDisk kills the service while its disk is full, and clients post.
func TestKillOnFullDisk(t *testing.T) {
	d := newDisk(t)
	if !d.mount {
		t.Skip("a killed process needs a file system that can be full")
	}
	const contacts = 20
	flags := append(append(sqliteOn(d), fixed...), "-seed", strconv.Itoa(contacts))
	clients := newClients(4, contacts)
	for range 3 {
		p := startProcess(t, flags...)
		l := startLoad(t, p.url, clients)
		more(t, clients, 201, 20)
		d.fill(t)
		more(t, clients, 503, 5)
		p.kill(t)
		l.stop()
		d.empty(t)
		if checkKept(t, flags, clients); t.Failed() {
			return
		}
	}
	p := startProcess(t, flags...)
	settle(t, p.url, clients)
	p.kill(t)
	db := openStore(t, flags)
	checkStoredScores(t, newTestService(t, flags, db), db)
	t.Logf("%d posts were stored and acknowledged, %d were answered 503", answered(clients, 201), answered(clients, 503))
}
