package pgx_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	jackc "github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// Rules that need seven kinds of record, two hops from the lead.
const manyNeeds = `model "Many" {
    target contact
    condition "Opened" { each EmailOpened within last 30 days score +1 }
    condition "Clicked" { each EmailClicked within last 30 days where Contact.City = "Köln" score +10 }
    condition "Visited" { each WebsiteVisited score +100 }
    condition "Forwarded" { each EmailForwarded score +1000 }
    condition "Account" { has Lead.ParentContact.ParentAccount where NumberOfEmployees > 5 score +10000 }
}`

var manyAsOf = leadscore.AsOf(time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC))

// trips counts round trips: writes to a server after something was read. Each takes longer
// by delay.
type trips struct{ count, delay atomic.Int64 }

type countedConn struct {
	net.Conn
	of   *trips
	read bool
}

func (c *countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.read = c.read || n > 0
	return n, err
}

func (c *countedConn) Write(b []byte) (int, error) {
	if c.read {
		c.read = false
		c.of.count.Add(1)
		time.Sleep(time.Duration(c.of.delay.Load()))
	}
	return c.Conn.Write(b)
}

// manyLeads returns a source with leads that have all these records, in a pool of so many
// connections.
func manyLeads(t testing.TB, mode jackc.QueryExecMode, connections int32) (*leadscore.Set, *sqldb.Source, *pgxpool.Pool, *trips) {
	t.Helper()
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "many.score", Text: manyNeeds}})
	if err != nil {
		t.Fatal(err)
	}
	first := newPool(t, mode)
	config := first.Config()
	config.MaxConns, config.MinConns, config.MinIdleConns = connections, 0, 0
	n := new(trips)
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &countedConn{Conn: c, of: n}, nil
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	var records []sourcetest.Record
	add := func(entity, id string, values map[string]traverse.Value) {
		records = append(records, sourcetest.Record{Entity: entity, ID: id, Values: values})
	}
	text, at := traverse.TextValue, traverse.TimeValue(time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC))
	add("Account", "big", map[string]traverse.Value{"NumberOfEmployees": traverse.NumberValue(7)})
	for i := range 40 {
		contact := fmt.Sprint("c", i)
		add("Lead", fmt.Sprint("l", i), map[string]traverse.Value{"ParentContact": text(contact)})
		add("Contact", contact, map[string]traverse.Value{"City": text("Köln"), "ParentAccount": text("big")})
		for j := range i % 4 {
			for _, kind := range []string{"EmailOpened", "EmailClicked", "WebsiteVisited", "EmailForwarded"} {
				add(kind, fmt.Sprint(kind, i, "-", j), map[string]traverse.Value{"Contact": text(contact), "Timestamp": at})
			}
		}
	}
	fill(t, pool, set.Schema(), records)
	return set, open(t, pool, set.Schema(), sqldb.Options{Needs: set.Needs()}), pool, n
}

// manyScores scores the leads, in batches of so many, and returns what became of each.
func manyScores(t *testing.T, set *leadscore.Set, source leadscore.Source, batch int) []string {
	t.Helper()
	var ids, list []string
	for i := range 40 {
		ids = append(ids, fmt.Sprint("l", i))
	}
	for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), source, manyAsOf, leadscore.Batch(batch)) {
		text := fmt.Sprint(r.Lead, " ", err)
		if err == nil {
			text = fmt.Sprint(r.Lead, " ", r.Results[0].Score)
		}
		list = append(list, text)
	}
	return list
}

// manyWant are the scores of the leads.
func manyWant() []string {
	var list []string
	for i := range 40 {
		list = append(list, fmt.Sprint("l", i, " ", 10000+i%4*1111))
	}
	return list
}

// TestPipeline checks that what a lead needs takes as many round trips as it has hops, and
// that other pools work as before.
func TestPipeline(t *testing.T) {
	for mode, most := range map[jackc.QueryExecMode]int64{jackc.QueryExecModeCacheStatement: 3, jackc.QueryExecModeExec: 7} {
		set, source, _, n := manyLeads(t, mode, 1)
		for range 2 { // the first time, statements are prepared
			n.count.Store(0)
			r, err := set.Score(t.Context(), "l3", source, manyAsOf)
			if err != nil || r.Results[0].Score != 13333 {
				t.Fatalf("%v: %v, %v", mode, r, err)
			}
		}
		if got := n.count.Load(); got != most {
			t.Errorf("%v: %d round trips for a lead, want %d", mode, got, most)
		}
		for _, batch := range []int{1, 7, 256} {
			if got := manyScores(t, set, source, batch); !slices.Equal(got, manyWant()) {
				t.Errorf("%v, batches of %d: %q", mode, batch, got)
			}
		}
	}
}

// TestPipelineTables changes and breaks tables between batches and within one.
func TestPipelineTables(t *testing.T) {
	set, source, pool, _ := manyLeads(t, jackc.QueryExecModeCacheStatement, 2)
	if got := manyScores(t, set, source, 8); !slices.Equal(got, manyWant()) {
		t.Fatalf("%q", got)
	}
	// What is prepared is out of date, but the types of columns stay.
	exec(t, pool, `ALTER TABLE "EmailClicked" ALTER COLUMN "Contact" TYPE varchar(50)`)
	for range 2 {
		if got := manyScores(t, set, source, 8); !slices.Equal(got, manyWant()) {
			t.Errorf("after a change of a table: %q", got)
		}
	}
	// A row that cannot be read breaks its statement, and those that were sent after it.
	exec(t, pool, `ALTER TABLE "EmailClicked" RENAME TO "Clicks"`)
	exec(t, pool, `CREATE VIEW "EmailClicked" AS SELECT "id", "Contact", "Timestamp" + make_interval(days => 1 / CASE "Contact" WHEN 'c6' THEN 0 ELSE 1 END) - interval '1 day' AS "Timestamp" FROM "Clicks"`)
	for range 2 {
		want := manyWant()
		got := manyScores(t, set, source, 8)
		if got[6] == want[6] || !strings.Contains(got[6], "division by zero") {
			t.Errorf("the lead that reaches it: %s", got[6])
		}
		got[6] = want[6]
		if !slices.Equal(got, want) {
			t.Errorf("with a row that cannot be read: %q", got)
		}
	}
	exec(t, pool, `DROP VIEW "EmailClicked"`)
	_, err := set.Score(t.Context(), "l3", source, manyAsOf)
	if !errors.Is(err, traverse.ErrUnavailable) || !strings.Contains(err.Error(), "EmailClicked") {
		t.Errorf("without a table: %v", err)
	}
}

// TestPipelineLost ends connections between batches: statements that only read are run
// again.
func TestPipelineLost(t *testing.T) {
	set, source, pool, _ := manyLeads(t, jackc.QueryExecModeCacheStatement, 3)
	for range 3 {
		if got := manyScores(t, set, source, 5); !slices.Equal(got, manyWant()) {
			t.Fatalf("%q", got)
		}
		conn, err := jackc.Connect(t.Context(), os.Getenv(variable))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range pool.AcquireAllIdle(t.Context()) {
			if _, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend($1)", c.Conn().PgConn().PID()); err != nil {
				t.Fatal(err)
			}
			c.Release()
		}
		conn.Close(t.Context())
	}
}

// TestPipelineContext: a context that is done ends a batch, and the connections are free
// again.
func TestPipelineContext(t *testing.T) {
	set, source, pool, _ := manyLeads(t, jackc.QueryExecModeCacheStatement, 2)
	exec(t, pool, `ALTER TABLE "EmailClicked" RENAME TO "Clicks"`)
	exec(t, pool, `CREATE VIEW "EmailClicked" AS SELECT "Clicks".* FROM "Clicks", pg_sleep(600)`)
	for range 4 {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if _, err := set.Score(ctx, "l3", source, manyAsOf); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		cancel()
	}
	exec(t, pool, `DROP VIEW "EmailClicked"`)
	exec(t, pool, `ALTER TABLE "Clicks" RENAME TO "EmailClicked"`)
	if got := manyScores(t, set, source, 5); !slices.Equal(got, manyWant()) {
		t.Errorf("afterwards: %q", got)
	}
}

// oneByOne hides that a source takes several queries at once.
type oneByOne struct{ leadscore.Source }

// BenchmarkDistance scores one lead at a time over servers at several distances.
func BenchmarkDistance(b *testing.B) {
	for _, delay := range []time.Duration{0, time.Millisecond, 5 * time.Millisecond} {
		set, source, _, n := manyLeads(b, jackc.QueryExecModeCacheStatement, 1)
		n.delay.Store(int64(delay))
		for name, source := range map[string]leadscore.Source{"together": source, "one-by-one": oneByOne{source}} {
			b.Run(fmt.Sprint(delay, "/", name), func(b *testing.B) {
				n.count.Store(0)
				for b.Loop() {
					if _, err := set.Score(b.Context(), "l3", source, manyAsOf); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(n.count.Load())/float64(b.N), "trips/op")
			})
		}
	}
}
