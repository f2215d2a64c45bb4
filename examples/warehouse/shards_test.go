//go:build unix

package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// binariesVariable says where initdb and pg_ctl are. psql may be on the PATH instead.
const binariesVariable = "LEADSCORE_POSTGRES_BIN"

// A server is a PostgreSQL server that a test starts for itself.
type server struct {
	dir        string // of its socket
	attributes *syscall.SysProcAttr
	binaries   string
	stopped    bool
}

// startServer starts a server, which stops at the end of the test.
func startServer(t *testing.T) *server {
	t.Helper()
	binaries := os.Getenv(binariesVariable)
	if binaries == "" {
		t.Skipf("there are no shards: the environment variable %s does not say where initdb and pg_ctl are", binariesVariable)
	}
	dir, err := os.MkdirTemp("", "pg") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &server{dir: dir, binaries: binaries, attributes: &syscall.SysProcAttr{}}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(nobody.Uid)
		gid, _ := strconv.Atoi(nobody.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		s.attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	data, log := filepath.Join(dir, "data"), filepath.Join(dir, "log")
	s.run(t, "initdb", "-D", data, "-U", "loader", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	s.run(t, "pg_ctl", "-D", data, "-s", "-w", "-l", log, "-o", "-k "+dir+" -c listen_addresses= -c fsync=off -c jit=off", "start")
	t.Cleanup(func() { s.stop(t) })
	return s
}

// stop stops the server, unless it is stopped already.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if !s.stopped {
		s.stopped = true
		s.run(t, "pg_ctl", "-D", filepath.Join(s.dir, "data"), "-s", "-w", "-m", "immediate", "stop")
	}
}

// run runs a program of PostgreSQL.
func (s *server) run(t *testing.T, name string, args ...string) {
	t.Helper()
	c := exec.Command(filepath.Join(s.binaries, name), args...)
	c.Dir, c.SysProcAttr = s.dir, s.attributes
	if out, err := c.CombinedOutput(); err != nil {
		log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, log)
	}
}

func (s *server) url() string { return "postgres://loader@/postgres?sslmode=disable&host=" + s.dir }

// open returns the database of the server.
func (s *server) open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", s.url())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// script runs a file of this example with psql, as a user does.
func (s *server) script(t *testing.T, name string, variables map[string]string) (printed string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("shards", name))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-X", "-q", "-A", "-t", "-h", s.dir, "-U", "loader", "-d", "postgres"}
	for name, value := range variables {
		args = append(args, "-v", name+"="+value)
	}
	psql := filepath.Join(s.binaries, "psql")
	if _, err := os.Stat(psql); err != nil {
		psql = "psql"
	}
	c := exec.Command(psql, args...)
	c.Stdin = bytes.NewReader(text) // the server's user may not see the file
	out, err := c.CombinedOutput()
	if err != nil || strings.Contains(string(out), "ERROR") {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// A meter passes connections on to a server and counts what the server sends.
type meter struct {
	dir  string
	sent atomic.Int64
}

// Write counts what is sent.
func (m *meter) Write(b []byte) (int, error) {
	m.sent.Add(int64(len(b)))
	return len(b), nil
}

// measure returns a meter before a server.
func measure(t *testing.T, s *server) *meter {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgm")
	if err != nil {
		t.Fatal(err)
	}
	m := &meter{dir: dir}
	listener, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		listener.Close()
		os.RemoveAll(dir)
	})
	for name, mode := range map[string]os.FileMode{dir: 0o755, filepath.Join(dir, ".s.PGSQL.5432"): 0o777} { // for the user of the coordinator
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("unix", filepath.Join(s.dir, ".s.PGSQL.5432"))
			if err != nil {
				from.Close()
				continue
			}
			go func() {
				io.Copy(to, from)
				to.Close()
			}()
			go func() {
				io.Copy(io.MultiWriter(m, from), to)
				from.Close()
			}()
		}
	}()
	return m
}

// A planNode is a node of a plan of PostgreSQL.
type planNode struct {
	Kind     string  `json:"Node Type"`
	Table    string  `json:"Relation Name"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Removed  float64 `json:"Rows Removed by Filter"`
	Remote   string  `json:"Remote SQL"`
	Async    bool    `json:"Async Capable"`
	Hit      int64   `json:"Shared Hit Blocks"`
	Read     int64   `json:"Shared Read Blocks"`
	Children []planNode
}

// UnmarshalJSON decodes the node and those below it.
func (n *planNode) UnmarshalJSON(text []byte) error {
	type plain planNode
	var with struct {
		plain
		Plans []planNode
	}
	err := json.Unmarshal(text, &with)
	*n = planNode(with.plain)
	n.Children = with.Plans
	return err
}

// explain runs a query and returns its plan.
func explain(t *testing.T, db *sql.DB, query string) planNode {
	t.Helper()
	var text []byte
	if err := db.QueryRow("EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON) " + query).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var plans []struct{ Plan planNode }
	if err := json.Unmarshal(text, &plans); err != nil {
		t.Fatal(err)
	}
	return plans[0].Plan
}

// scanned adds up the rows that a plan reads of each table, those that it leaves out as well.
func (n planNode) scanned(into map[string]int64) {
	if n.Table != "" {
		into[n.Table] += int64((n.Rows + n.Removed) * n.Loops)
	}
	for _, c := range n.Children {
		c.scanned(into)
	}
}

// remote returns the nodes of a plan that ask other servers.
func (n planNode) remote() (list []planNode) {
	if n.Remote != "" {
		list = append(list, n)
	}
	for _, c := range n.Children {
		list = append(list, c.remote()...)
	}
	return list
}

// lengths returns how many rows each table has, and how many bytes their texts have.
func lengths(t *testing.T, db *sql.DB, c *crm) (rows, bytes map[string]int64) {
	t.Helper()
	rows, bytes = map[string]int64{}, map[string]int64{}
	for _, table := range c.tables {
		var n, b int64
		if err := db.QueryRow("SELECT COUNT(*), COALESCE(SUM(octet_length(r::text)), 0) FROM crm."+table.name+" AS r").Scan(&n, &b); err != nil {
			t.Fatal(err)
		}
		rows[table.name], bytes[table.name] = n, b
	}
	return rows, bytes
}

// TestShards divides a CRM between two servers, brings the scores together on a third, and
// compares them with those of one database and with the library. It shows what each shard reads
// and what travels.
//
// LEADSCORE_CONTACTS is how many contacts there are.
func TestShards(t *testing.T) {
	if raced {
		t.Skip("with the race detector it takes long, and hardly anything happens at the same time here")
	}
	contacts := 1500
	if text := os.Getenv("LEADSCORE_CONTACTS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 100 {
			t.Fatalf("LEADSCORE_CONTACTS is %s, and not a number from 100", text)
		}
		contacts = n
	}
	for _, test := range []struct {
		by    string
		rules []string // none for all
		whole []string // tables that each shard has whole
	}{
		{"contact", []string{"rules/people.score"}, []string{"accounts"}},
		{"account", nil, nil},
	} {
		t.Run("by "+test.by, func(t *testing.T) {
			c, set := draw(4, contacts, 40), mustCompile(t, test.rules...)
			whole := startServer(t)
			wholeDB := whole.open(t)
			fill(t, wholeDB, c)
			all, bytes := lengths(t, wholeDB, c)

			var shards []*server
			var urls []string
			var meters []*meter
			for i := range 2 {
				s := startServer(t)
				db := s.open(t)
				create(t, db)
				s.script(t, "copy_by_"+test.by+".sql", map[string]string{"shard": strconv.Itoa(i), "shards": "2", "host": whole.dir, "port": "5432", "dbname": "postgres", "user": "loader"})
				shards, urls, meters = append(shards, s), append(urls, s.url()), append(meters, measure(t, s))
			}
			checkDivided(t, c, all, shards, test.whole)

			args := []string{"shards", "-by", test.by, "-as-of", asOf.Format("2006-01-02T15:04:05Z07:00")}
			if test.rules != nil {
				args = append(args, "-rules", test.rules[0])
			}
			var plan strings.Builder
			if err := run(t.Context(), append(args, urls...), &plan, io.Discard); err != nil {
				t.Fatal(err)
			}
			t.Logf("the records are divided so:\n%s", plan.String())

			coordinator := startServer(t)
			coordinator.script(t, "coordinator.sql", map[string]string{
				"host0": meters[0].dir, "port0": "5432", "host1": meters[1].dir, "port1": "5432", "dbname": "postgres", "user": "loader",
			})
			db := coordinator.open(t)
			got := scoresOf(t, db, "lead_scores")
			compare(t, c.ofEngine(t, set), got)
			statement := mustLower(t, set)
			text, err := statement.Literal(asOf)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, scoresOf(t, wholeDB, "("+text+") AS s"), got)
			if test.by == "contact" {
				showRefusal(t, c, db, shards)
			}
			showWork(t, c, explain(t, wholeDB, text), shards, test.whole)
			showTravel(t, db, meters, bytes, len(got))
			showMisplaced(t, test.by, shards)

			// A shard that does not answer makes the query fail: there is no half of a result.
			shards[1].stop(t)
			var n int
			if err := db.QueryRow("SELECT COUNT(*) FROM lead_scores").Scan(&n); err == nil {
				t.Errorf("with one shard there are %d rows", n)
			} else {
				t.Logf("without a shard: %v", err)
			}
		})
	}
}

// checkDivided checks that each record is on one shard, and that none has most of them; but each
// shard has all of some tables.
func checkDivided(t *testing.T, c *crm, all map[string]int64, shards []*server, whole []string) {
	t.Helper()
	sum := map[string]int64{}
	for i, s := range shards {
		rows, _ := lengths(t, s.open(t), c)
		t.Logf("shard %d has the records %v", i, rows)
		for table, n := range rows {
			sum[table] += n
			if n < all[table]/3 {
				t.Errorf("shard %d has %d of %d records of %s", i, n, all[table], table)
			}
		}
	}
	for table, n := range sum {
		want := all[table]
		if slices.Contains(whole, table) {
			want *= int64(len(shards))
		}
		if n != want {
			t.Errorf("the shards have %d records of %s, want %d", n, table, want)
		}
	}
}

// showMisplaced checks that a script finds records which are on another shard than they should be.
func showMisplaced(t *testing.T, by string, shards []*server) {
	t.Helper()
	misplaced := func() (list []string) {
		for i, s := range shards {
			list = append(list, s.script(t, "check_by_"+by+".sql", map[string]string{"shard": strconv.Itoa(i), "shards": "2"}))
		}
		return list
	}
	if got := misplaced(); got[0]+got[1] != "" {
		t.Errorf("records are out of place: %q", got)
	}
	change, want := "UPDATE crm.visits SET contact_id = 'contact 1' WHERE id = (SELECT MIN(id) FROM crm.visits WHERE contact_id <> '')", "visits|1\n"
	if by == "account" { // a contact goes to a company that is on the other shard
		change = `WITH moved AS (SELECT id FROM crm.contacts AS c WHERE EXISTS (SELECT FROM crm.visits AS v WHERE v.contact_id = c.id) ORDER BY id LIMIT 1)
			UPDATE crm.contacts SET account_id = (SELECT 'company ' || n FROM generate_series(1, 99) AS n WHERE ('x' || substr(md5('company ' || n), 1, 8))::bit(32)::int8 % 2 = $1 LIMIT 1)
			WHERE id IN (SELECT id FROM moved)`
		want = "contacts|1\n"
	}
	for i, s := range shards {
		db := s.open(t)
		if by == "account" {
			if _, err := db.Exec(change, 1-i); err != nil {
				t.Fatal(err)
			}
		} else {
			mustExec(t, db, change)
		}
	}
	got := misplaced()
	t.Logf("after changes these are out of place: %q", got)
	if !strings.Contains(got[0]+got[1], want) || by == "account" && !strings.Contains(got[0]+got[1], "visits|") {
		t.Errorf("the script says that %q are out of place, want %q", got, want)
	}
}

// showRefusal checks that models of accounts are not scored on shards by contact, and that their
// scores would be wrong.
func showRefusal(t *testing.T, c *crm, coordinator *sql.DB, shards []*server) {
	t.Helper()
	if err := run(t.Context(), []string{"shards", "-by", "contact"}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), `model "Companies"`) || !strings.Contains(err.Error(), "divide the records by account") {
		t.Errorf("models of accounts are not refused: %v", err)
	}
	set := mustCompile(t)
	for _, s := range shards {
		if err := (&shardedSet{statement: mustLower(t, set)}).setView(t.Context(), s.open(t), asOf); err != nil {
			t.Fatal(err)
		}
	}
	wrong, got := 0, scoresOf(t, coordinator, "lead_scores")
	for key, want := range c.ofEngine(t, set) {
		switch {
		case got[key] == want:
		case key.model == "Companies":
			wrong++
		default:
			t.Errorf("%v: want %s, got %s", key, want, got[key])
		}
	}
	t.Logf("without the refusal %d scores of accounts would be wrong", wrong)
	if wrong == 0 {
		t.Error("nothing shows that the refusal is needed")
	}
	for _, s := range shards { // as before
		if err := (&shardedSet{statement: mustLower(t, mustCompile(t, "rules/people.score"))}).setView(t.Context(), s.open(t), asOf); err != nil {
			t.Fatal(err)
		}
	}
}

// showWork shows how many rows the statement reads on each shard, and in one database.
func showWork(t *testing.T, c *crm, one planNode, shards []*server, whole []string) {
	t.Helper()
	total := map[string]int64{}
	one.scanned(total)
	t.Logf("one database reads the rows %v, and %d pages", total, one.Hit+one.Read)
	for i, s := range shards {
		plan, read := explain(t, s.open(t), "SELECT * FROM lead_scores"), map[string]int64{}
		plan.scanned(read)
		t.Logf("shard %d reads the rows %v, and %d pages", i, read, plan.Hit+plan.Read)
		for _, table := range c.tables {
			if n := read[table.name]; n == 0 || !slices.Contains(whole, table.name) && n > total[table.name]*7/10 {
				t.Errorf("shard %d reads %d rows of %s, and one database %d", i, n, table.name, total[table.name])
			}
		}
	}
}

// showTravel shows what the coordinator asks of the shards, and how many bytes they send.
func showTravel(t *testing.T, db *sql.DB, meters []*meter, tables map[string]int64, rows int) {
	t.Helper()
	var records int64
	for _, n := range tables {
		records += n
	}
	sentBy := func(query string) (list []int64, sum int64) {
		var before []int64
		for _, m := range meters {
			before = append(before, m.sent.Load())
		}
		plan := explain(t, db, query)
		for i, m := range meters {
			list = append(list, m.sent.Load()-before[i])
			sum += list[i]
		}
		t.Logf("%s gives %.0f rows; the shards send %v bytes", query, plan.Rows, list)
		if len(plan.remote()) != len(meters) {
			t.Errorf("%d shards are asked", len(plan.remote()))
		}
		for _, n := range plan.remote() {
			t.Logf("  asks for %.0f rows: %s", n.Rows, n.Remote)
			if !strings.Contains(n.Remote, "FROM public.lead_scores") || strings.Contains(n.Remote, "crm.") {
				t.Errorf("the coordinator asks for records: %s", n.Remote)
			}
			if !n.Async {
				t.Errorf("the coordinator waits for one shard before it asks the other: %s", n.Remote)
			}
		}
		return list, sum
	}
	_, all := sentBy("SELECT * FROM lead_scores")
	_, ready := sentBy("SELECT lead, model, score FROM lead_scores WHERE sales_ready")
	t.Logf("the records have %d bytes as text; %d rows travel with %d bytes, %d a row; the sales ready with %d", records, rows, all, all/int64(rows), ready)
	if all == 0 || all > records/4 || ready == 0 || ready > all/4 {
		t.Errorf("%d bytes travel, and %d for the sales ready", all, ready)
	}
}
