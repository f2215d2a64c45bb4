package dbtest

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/clickhouse"
	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/traverse"
)

// clickhouseShards are two servers of ClickHouse with records, and one without that asks them.
type clickhouseShards struct {
	shards      [2]string // the address of each for HTTP
	meters      [2]*shardMeter
	coordinator string
}

// startClickHouseShards starts the servers, which end with the test.
func startClickHouseShards(t *testing.T) *clickhouseShards {
	t.Helper()
	c := &clickhouseShards{}
	run := func(more string) string {
		server, err := clickhouse.Start(more)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Close)
		return server.Address
	}
	cluster := "<remote_servers><shards>"
	for i := range c.shards {
		port, err := clickhouse.FreePort()
		if err != nil {
			t.Fatal(err)
		}
		c.shards[i] = run("<tcp_port>" + port + "</tcp_port>")
		c.meters[i] = newShardMeter(t, "127.0.0.1:"+port)
		cluster += "<shard><replica><host>127.0.0.1</host><port>" + c.meters[i].port + "</port></replica></shard>"
	}
	c.coordinator = run(cluster + "</shards></remote_servers>")
	return c
}

// A shardMeter passes connections on to a server and counts what the server sends.
type shardMeter struct {
	port string
	sent atomic.Int64
}

// Write counts what is sent.
func (m *shardMeter) Write(b []byte) (int, error) {
	m.sent.Add(int64(len(b)))
	return len(b), nil
}

func newShardMeter(t *testing.T, server string) *shardMeter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	m := &shardMeter{}
	_, m.port, _ = net.SplitHostPort(listener.Addr().String())
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", server)
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

// database makes an empty database of a name on a server.
func (c *clickhouseShards) database(t *testing.T, address, name string) *sql.DB {
	t.Helper()
	admin := clickhouseDatabase(address, "default")
	exec(t, admin, "CREATE DATABASE "+name)
	db := clickhouseDatabase(address, name)
	t.Cleanup(func() {
		admin.Exec("DROP DATABASE " + name) // the server may have ended
		db.Close()
		admin.Close()
	})
	return db
}

// distribute puts the records of each shard into its tables, makes the statement a view on each,
// and a Distributed table over these views, whose database it returns.
func (c *clickhouseShards) distribute(t *testing.T, name string, s *style, w *world, set *leadscore.Set, asOf time.Time, shards []reference.Data) (*sql.DB, *pushdown.Statement, error) {
	t.Helper()
	m := s.mapping(w.schema)
	for entity, table := range m.Tables { // a view on another server has no database of its own
		table.Schema = name
		m.Tables[entity] = table
	}
	statement, err := pushdown.New(set, pushdown.ClickHouse(), m)
	if err != nil {
		return nil, nil, err
	}
	text, err := statement.Literal(asOf)
	if err != nil {
		return nil, nil, err
	}
	d := databaseNamed("ClickHouse")
	var columns []string
	for i, address := range c.shards {
		db := c.database(t, address, name)
		on := *d
		on.open = func(testing.TB, *style) *sql.DB { return db }
		on.load(t, s, &world{schema: w.schema, all: shards[i], only: w.only})
		exec(t, db, "CREATE VIEW scores AS "+text)
		columns = describeClickHouse(t, db)
	}
	db := c.database(t, c.coordinator, name)
	exec(t, db, "CREATE TABLE scores ("+strings.Join(columns, ", ")+") ENGINE = Distributed(shards, "+name+", scores)")
	return db, statement, nil
}

func databaseNamed(name string) *database {
	for _, d := range databases {
		if d.name == name {
			return d
		}
	}
	panic("there is no " + name)
}

// describeClickHouse returns the columns of the view, with their types.
func describeClickHouse(t *testing.T, db *sql.DB) (columns []string) {
	t.Helper()
	rows, err := db.Query("SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = 'scores'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			t.Fatal(err)
		}
		columns = append(columns, pushdown.ClickHouse().Quote(name)+" "+typ)
	}
	if err := rows.Err(); err != nil || columns == nil {
		t.Fatalf("the view has no columns: %v", err)
	}
	return columns
}

// TestShardsClickHouse divides random data between two servers of ClickHouse, as ShardBy says,
// and compares the rows of a Distributed table over a view on each with the engine.
func TestShardsClickHouse(t *testing.T) {
	alone(t)
	if _, err := clickhouse.Program(); err != nil {
		if os.Getenv(clickhouseVariable) == "start" {
			t.Fatal(err)
		}
		t.Skipf("there are no shards of ClickHouse: %v", err)
	}
	c := startClickHouseShards(t)
	t.Run("random", func(t *testing.T) { c.testRandom(t, setting(t, "LEADSCORE_CASES", 10)) })
	t.Run("work", c.testWork)
}

func (c *clickhouseShards) testRandom(t *testing.T, models int) {
	s := clickhouseStyles[0]
	equal, rows, refused := 0, 0, 0
	for seed := 0; equal < models && !t.Failed(); seed++ {
		w := newWorld(t, seed, s.ids)
		for _, one := range w.cases {
			for i, m := range one.set.Models() {
				set, err := leadscore.NewSet(m)
				if err != nil {
					t.Fatal(err)
				}
				by := []string{traverse.Contact, traverse.Account}[(one.number+i)%2]
				tables, err := pushdown.ShardBy(set, by)
				if _, ok := errors.AsType[pushdown.Refusals](err); ok {
					refused++
					continue
				}
				name := fmt.Sprintf("shards_%d_%d_%d", seed, one.number, i)
				db, statement, err := c.distribute(t, name, s, &world{schema: w.schema, only: read(tables)}, set, one.AsOf, newDivider(2, w.schema, by, tables, one.Data).divide(one.Data))
				if _, ok := errors.AsType[pushdown.Refusals](err); ok {
					refused++
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				got, err := ofText(db, statement, "SELECT "+strings.Join(statement.Columns(), ", ")+" FROM scores", nil)
				if err != nil {
					t.Fatalf("LEADSCORE_FROM=%d, case %d: %v", seed, one.number, err)
				}
				want, err := ofEngine(set, inMemory(t, w.schema, one.Data), one.leads, one.AsOf)
				if err != nil {
					t.Fatal(err)
				}
				if text := differences(want, got); text != "" {
					t.Errorf("LEADSCORE_FROM=%d, case %d, by %s: %s\n%s", seed, one.number, by, text, one.Rules)
				}
				equal++
				rows += len(got)
			}
		}
	}
	t.Logf("%d models are equal in %d rows, %d are refused", equal, rows, refused)
}

const shardRules = `
model "Readers" {
    target contact
    condition "Opened" {
        each EmailOpened within last 90 days
        score +3 up to +60
    }
    condition "Clicked on prices" {
        each EmailClicked within last 90 days
            where Url contains "price"
        score +5
    }
    condition "Large company" {
        has Lead.ParentContact.ParentAccount
            where NumberOfEmployees > 200
        score +20
    }
    grade "Hot" from 60
    grade "Cold" below 60
    sales ready at 60
}
`

// shardData draws contacts with their accounts, leads and interactions.
func shardData(contacts int, asOf time.Time) reference.Data {
	r := rand.New(rand.NewPCG(11, 0))
	data := reference.Data{}
	add := func(entity, id string, values map[string]traverse.Value) {
		data[entity] = append(data[entity], reference.Record{ID: id, Values: values})
	}
	for i := range contacts / 5 {
		add(traverse.Account, fmt.Sprint("account ", i), map[string]traverse.Value{"NumberOfEmployees": traverse.NumberValue(float64(r.IntN(400)))})
	}
	for i := range contacts {
		add(traverse.Contact, fmt.Sprint("contact ", i), map[string]traverse.Value{traverse.ParentAccount: traverse.TextValue(fmt.Sprint("account ", r.IntN(contacts/5)))})
		add(traverse.Lead, fmt.Sprint("lead ", i), map[string]traverse.Value{traverse.ParentContact: traverse.TextValue(fmt.Sprint("contact ", r.IntN(contacts)))})
	}
	for _, kind := range []string{"EmailOpened", "EmailClicked"} {
		for i := range contacts * 20 {
			at := asOf.Add(-time.Duration(r.Int64N(int64(180 * 24 * time.Hour)))).Truncate(time.Microsecond)
			values := map[string]traverse.Value{
				traverse.Contact: traverse.TextValue(fmt.Sprint("contact ", r.IntN(contacts))), traverse.Timestamp: traverse.TimeValue(at),
			}
			if kind == "EmailClicked" {
				values["Url"] = traverse.TextValue([]string{"https://example.com/Prices", "https://example.com/about"}[r.IntN(2)])
			}
			add(kind, fmt.Sprint(kind, " ", i), values)
		}
	}
	return data
}

// testWork shows how many rows each shard reads, and what travels.
func (c *clickhouseShards) testWork(t *testing.T) {
	asOf := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "readers.score", Text: shardRules}})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{schema: set.Schema(), all: shardData(1000, asOf)}
	w.source = inMemory(t, w.schema, w.all)
	records, bytes := 0, 0
	for _, list := range w.all {
		records += len(list)
		for _, r := range list {
			bytes += len(r.ID)
			for _, v := range r.Values {
				bytes += len(v.String())
			}
		}
	}
	for _, r := range w.all[traverse.Lead] {
		w.leads = append(w.leads, r.ID)
	}
	tables, err := pushdown.ShardBy(set, traverse.Contact)
	if err != nil {
		t.Fatal(err)
	}
	w.only = read(tables)
	db, statement, err := c.distribute(t, "work", clickhouseStyles[0], w, set, asOf, newDivider(2, w.schema, traverse.Contact, tables, w.all).divide(w.all))
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Join(statement.Columns(), ", ")
	before := [2]int64{c.meters[0].sent.Load(), c.meters[1].sent.Load()}
	got, err := ofText(db, statement, "SELECT "+list+" FROM scores", nil)
	if err != nil {
		t.Fatal(err)
	}
	var sent [2]int64
	for i, m := range c.meters {
		sent[i] = m.sent.Load() - before[i]
	}
	want, err := ofEngine(set, w.source, w.leads, asOf)
	if err != nil {
		t.Fatal(err)
	}
	if text := differences(want, got); text != "" {
		t.Error(text)
	}
	t.Logf("%d records of %d bytes; the shards send %v bytes for %d rows", records, bytes, sent, len(got))
	if sent[0] == 0 || sent[1] == 0 || sent[0]+sent[1] > int64(bytes)/4 {
		t.Errorf("%v bytes travel", sent)
	}
	for i, address := range c.shards {
		read := rowsRead(t, address, "SELECT "+list+" FROM work.scores FORMAT JSON")
		t.Logf("shard %d reads %d rows", i, read)
		if read < records/4 || read > records*7/10 {
			t.Errorf("shard %d reads %d rows of %d", i, read, records)
		}
	}
}

// rowsRead returns how many rows a server reads for a query in the format JSON.
func rowsRead(t *testing.T, address, query string) int {
	t.Helper()
	client := clickhouse.Client{Address: address, Database: "default"}
	body, err := client.Send(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	var answer struct {
		Statistics struct {
			Rows int `json:"rows_read"`
		}
	}
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Statistics.Rows
}
