package pgx_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	jackc "github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/pgx"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

const variable = "LEADSCORE_POSTGRES"

var schemas atomic.Int64

// newPool returns a pool whose connections use a schema of their own.
func newPool(t testing.TB, mode jackc.QueryExecMode) *pgxpool.Pool {
	t.Helper()
	dsn := os.Getenv(variable)
	if dsn == "" {
		t.Skipf("the environment variable %s holds no connection string", variable)
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("leadscore_pgx_%d_%d", os.Getpid(), schemas.Add(1))
	config.ConnConfig.RuntimeParams["search_path"] = schema
	config.ConnConfig.RuntimeParams["timezone"] = "America/St_Johns" // nothing may depend on it
	config.ConnConfig.DefaultQueryExecMode = mode
	config.MaxConns = 4
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, pool, "CREATE SCHEMA "+schema)
	t.Cleanup(func() {
		exec(t, pool, "DROP SCHEMA "+schema+" CASCADE")
		pool.Close()
	})
	return pool
}

func exec(t testing.TB, pool *pgxpool.Pool, statement string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(context.Background(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// types are the columns of fields; NoType is an id.
var types = map[traverse.Type]string{
	traverse.NoType: "text", traverse.Text: "text", traverse.Choice: "varchar", traverse.Number: "float8", traverse.Bool: "boolean",
	traverse.Time: "timestamptz", traverse.Date: "date", traverse.Choices: "text[]",
}

// fill makes tables for the entities of a schema, and writes records into them.
func fill(t testing.TB, pool *pgxpool.Pool, schema *traverse.Schema, records []sourcetest.Record) {
	t.Helper()
	names := map[string][]string{}
	for e := range schema.Entities() {
		columns := []string{`"id" text PRIMARY KEY`}
		add := func(name string, typ traverse.Type) {
			names[e.Name()] = append(names[e.Name()], name)
			columns = append(columns, fmt.Sprintf("%q %s", name, types[typ]))
		}
		for f := range e.Fields() {
			add(f.Name, f.Type)
		}
		for r := range e.Relationships() {
			if !r.Many() {
				add(r.Name, traverse.NoType)
			}
		}
		exec(t, pool, fmt.Sprintf("CREATE TABLE %q (%s)", e.Name(), strings.Join(columns, ", ")))
	}
	for _, r := range records {
		args, marks := []any{r.ID}, "$1"
		for _, name := range names[r.Entity] {
			args = append(args, plain(r.Values[name]))
			marks += fmt.Sprintf(", $%d", len(args))
		}
		exec(t, pool, fmt.Sprintf("INSERT INTO %q VALUES (%s)", r.Entity, marks), args...)
	}
}

func plain(v traverse.Value) any {
	switch v.Kind() {
	case traverse.KindText:
		return v.Text()
	case traverse.KindNumber:
		return v.Number()
	case traverse.KindBool:
		return v.Bool()
	case traverse.KindTime, traverse.KindDate:
		return v.Time()
	case traverse.KindChoices:
		return v.Choices()
	}
	return nil
}

func open(t testing.TB, pool *pgxpool.Pool, schema *traverse.Schema, opts sqldb.Options) *sqldb.Source {
	t.Helper()
	source, err := pgx.Open(t.Context(), pool, schema, opts)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestContract(t *testing.T) {
	pool := newPool(t, jackc.QueryExecModeCacheStatement)
	sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
		fill(t, pool, schema, records)
		return open(t, pool, schema, sqldb.Options{})
	})
}

// TestContractOfSnapshot also checks what is loaded.
func TestContractOfSnapshot(t *testing.T) {
	pool := newPool(t, jackc.QueryExecModeCacheStatement)
	schema, records := sourcetest.Schema(), sourcetest.Records()
	fill(t, pool, schema, records)
	snapshot, err := open(t, pool, schema, sqldb.Options{}).Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	for e := range schema.Entities() {
		exec(t, pool, fmt.Sprintf("DELETE FROM %q", e.Name()))
	}
	if err := sourcetest.Check(snapshot, schema, records); err != nil {
		t.Error(err)
	}
	store, err := snapshot.Load(t.Context(), everything(t, schema), sqldb.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sourcetest.Check(store, schema, records); err != nil {
		t.Error(err)
	}
	if err := snapshot.Close(); err != nil {
		t.Error(err)
	}
	if _, err := snapshot.Load(t.Context(), everything(t, schema), sqldb.LoadOptions{}); !errors.Is(err, sqldb.ErrSnapshot) {
		t.Errorf("after Close: %v", err)
	}
}

// everything returns queries for all that a schema has.
func everything(t testing.TB, schema *traverse.Schema) []traverse.Query {
	t.Helper()
	var queries []traverse.Query
	for e := range schema.Entities() {
		by, names := []string{""}, []string{}
		for f := range e.Fields() {
			names = append(names, f.Name)
		}
		for r := range e.Relationships() {
			if !r.Many() {
				by, names = append(by, r.Name), append(names, r.Name)
			}
		}
		for _, ref := range by {
			n, err := schema.NewNeed(e.Name(), ref, names, "")
			if err != nil {
				t.Fatal(err)
			}
			queries = append(queries, traverse.Query{Need: n})
		}
	}
	return queries
}

// values are expressions of types, for the fields of a schema that has one of each.
var values = map[traverse.Type]map[string][]string{
	traverse.Text: {
		"text": {"''", "'a'", "'Köln'", "NULL"}, "char(5)": {"'a'", "''"}, "varchar(9)": {"'a '"}, "int8": {"9007199254740993", "-1"}, "int2": {"-7"},
		"uuid": {"'123E4567-e89b-12d3-a456-426614174000'"}, "name": {"'n'"},
	},
	traverse.Number: {
		"float8": {"0.1", "-0", "1e300", "'NaN'", "'-infinity'"}, "float4": {"0.1", "'NaN'"}, "numeric": {"0.10", "1e400", "'NaN'"},
		"int8": {"9007199254740993"}, "int4": {"-2147483648"}, "int2": {"-1"},
	},
	traverse.Bool: {"boolean": {"true", "false", "NULL"}, "int4": {"0", "1", "2"}},
	traverse.Time: {
		"timestamptz": {"'2026-03-29 01:59:59.999999+01'", "'infinity'", "'-infinity'", "'0001-01-01 00:00:00+00'", "'0044-03-15 12:00+00 BC'", "'10000-01-01 00:00+00'", "'294276-12-31 23:59:59+00'"},
		"timestamp":   {"'2026-03-29 02:30:00'", "'infinity'"}, "date": {"'2026-03-29'", "'-infinity'", "'0044-03-15 BC'"},
		"text": {"'2026-03-29T02:30:00Z'", "'soon'"},
	},
	traverse.Date: {
		"date": {"'2026-03-29'", "'infinity'", "'0001-01-01'", "'10000-01-01'", "'1969-12-31'"}, "timestamptz": {"'2026-03-29 23:30:00-05'"}, "text": {"'2026-03-29'", "'x'"},
	},
	traverse.Choices: {"text[]": {"'{A,\"b c\",NULL,\"\"}'", "'{}'", "'{{A},{B}}'"}, "jsonb": {"'[\"A\"]'", "'7'"}, "text": {"'A; B;'"}},
}

// TestValues reads values of all types by keys and as whole tables, and expects what
// database/sql and the driver of pgx give: the same values and the same errors.
func TestValues(t *testing.T) {
	for _, mode := range []jackc.QueryExecMode{jackc.QueryExecModeCacheStatement, jackc.QueryExecModeExec, jackc.QueryExecModeSimpleProtocol} {
		t.Run(mode.String(), func(t *testing.T) {
			pool := newPool(t, mode)
			db := stdlib.OpenDBFromPool(pool)
			defer db.Close()
			n := 0
			for typ, byColumn := range values {
				for column, expressions := range byColumn {
					for _, expression := range expressions {
						n++
						compare(t, pool, db, fmt.Sprintf("t%d", n), typ, column, expression)
					}
				}
			}
		})
	}
}

func compare(t *testing.T, pool *pgxpool.Pool, db *sql.DB, table string, typ traverse.Type, column, expression string) {
	t.Helper()
	ids := map[int]string{0: "text", 1: "int8", 2: "uuid", 3: "char(40)"}[int(schemas.Add(1))%4]
	exec(t, pool, fmt.Sprintf(`CREATE TABLE %q (id %s, f %s, contact %s)`, table, ids, column, ids))
	id := map[string]string{"text": "'a'", "int8": "7", "uuid": "'123e4567-e89b-12d3-a456-426614174000'", "char(40)": "'b'"}[ids]
	exec(t, pool, fmt.Sprintf(`INSERT INTO %q VALUES (%s, %s, %s)`, table, id, expression, id))
	schema, err := traverse.NewSchema(
		traverse.Definition{Name: "Lead", Relationships: []traverse.Relationship{{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"}}},
		traverse.Definition{Name: "Contact", Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}}},
		traverse.Definition{Name: "Account"},
		traverse.Definition{Name: "Thing", Fields: []traverse.Field{{Name: "F", Type: typ}}, Relationships: []traverse.Relationship{{Name: "Contact", Target: "Contact"}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	opts := sqldb.Options{Mapping: sqldb.Mapping{Tables: map[string]sqldb.Table{"Thing": {Name: table}}, Absent: []string{"Lead", "Contact", "Account"}}}
	native := open(t, pool, schema, opts)
	standard, err := sqldb.Open(t.Context(), db, sqldb.PostgreSQL(), schema, opts)
	if err != nil {
		t.Fatal(err)
	}
	need, err := schema.NewNeed("Thing", "Contact", []string{"F", "Contact"}, "")
	if err != nil {
		t.Fatal(err)
	}
	q := &traverse.Query{Need: need, Keys: []string{strings.Trim(id, "'")}}
	answer := func(source leadscore.Source) string {
		rows := traverse.NewRows(q)
		err := source.Fetch(t.Context(), q, rows)
		text := fmt.Sprint(err, rows.Failed(q.Keys[0]))
		for row := range rows.All() {
			text += fmt.Sprintf(" %s %s: %s %v, %v", row.Key, row.ID, row.Values[0].Kind(), row.Values[0], row.Values[1])
		}
		return text
	}
	what := fmt.Sprintf("%s, %s %s", typ, column, expression)
	want := answer(standard)
	if got := answer(native); got != want {
		t.Errorf("%s:\ngot  %s\nwant %s", what, got, want)
	}
	if _, err := native.Load(t.Context(), []traverse.Query{*q}, sqldb.LoadOptions{}); (err != nil) != !strings.HasPrefix(want, "<nil> <nil>") {
		t.Errorf("%s: Load returned %v, and Fetch %s", what, err, want)
	}
	store, err := native.Load(t.Context(), []traverse.Query{*q}, sqldb.LoadOptions{})
	other, otherErr := standard.Load(t.Context(), []traverse.Query{*q}, sqldb.LoadOptions{})
	if fmt.Sprint(err) != fmt.Sprint(otherErr) {
		t.Errorf("%s: Load returned %v, want %v", what, err, otherErr)
	}
	if err == nil && otherErr == nil && (answer(store) != want || answer(other) != want) {
		t.Errorf("%s: loaded %s and %s, want %s", what, answer(store), answer(other), want)
	}
}

// TestLostConnection: after a server ends the connections, queries use new ones, and a
// snapshot is lost.
func TestLostConnection(t *testing.T) {
	pool := newPool(t, jackc.QueryExecModeCacheStatement)
	schema := sourcetest.Schema()
	records := []sourcetest.Record{{Entity: "Lead", ID: "l"}}
	fill(t, pool, schema, records)
	source := open(t, pool, schema, sqldb.Options{})
	snapshot, err := source.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	end := func() {
		t.Helper()
		conn, err := jackc.Connect(t.Context(), os.Getenv(variable))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		var path string
		if err := pool.QueryRow(t.Context(), "SELECT current_schema").Scan(&path); err != nil {
			t.Fatal(err)
		}
		// Those of this test are the only ones that have asked for its tables.
		if _, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", path); err != nil {
			t.Fatal(err)
		}
	}
	exec(t, pool, "SELECT set_config('application_name', current_schema, false)")
	end()
	var got []string
	for range 3 {
		for id, err := range source.Leads(t.Context()) {
			if err != nil {
				t.Error(err)
			}
			got = append(got, id)
		}
	}
	if !slices.Equal(got, []string{"l", "l", "l"}) {
		t.Errorf("leads %q", got)
	}
	for _, err := range snapshot.Leads(t.Context()) {
		if err != nil && !errors.Is(err, traverse.ErrUnavailable) && !errors.Is(err, sqldb.ErrSnapshot) {
			t.Error(err)
		}
	}
	if err := snapshot.Close(); err != nil {
		t.Error(err)
	}
}

// TestContextOfSnapshot: a snapshot ends with its context.
func TestContextOfSnapshot(t *testing.T) {
	pool := newPool(t, jackc.QueryExecModeCacheStatement)
	schema := sourcetest.Schema()
	fill(t, pool, schema, nil)
	ctx, cancel := context.WithCancel(t.Context())
	snapshot, err := open(t, pool, schema, sqldb.Options{}).Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	_, err = snapshot.Load(t.Context(), everything(t, schema), sqldb.LoadOptions{})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := snapshot.Close(); err != nil {
		t.Error(err)
	}
	within, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for range 4 { // all connections are free again
		c, err := pool.Acquire(within)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Release()
	}
}

func TestOpenErrors(t *testing.T) {
	if _, err := pgx.Open(t.Context(), nil, sourcetest.Schema(), sqldb.Options{}); err == nil || err.Error() != "pgx: the pool is nil" {
		t.Error(err)
	}
	pool := newPool(t, jackc.QueryExecModeCacheStatement)
	source := open(t, pool, sourcetest.Schema(), sqldb.Options{})
	_, err := source.Load(t.Context(), everything(t, sourcetest.Schema()), sqldb.LoadOptions{})
	if problems, ok := errors.AsType[sqldb.Problems](err); !ok || len(problems) < 5 {
		t.Error(err)
	}
}
