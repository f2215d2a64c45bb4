package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

const postgresVariable = "LEADSCORE_POSTGRES" // a connection string

// A database is a kind of database to test with.
type database struct {
	name    string
	dialect func() *pushdown.Dialect
	styles  []*style
	longest int // sets whose statement has more bytes are split, if it is not 0
	// missing returns why there is no such database, or "".
	missing func() string
	// open returns an empty database.
	open func(t testing.TB, s *style) *sql.DB
	// fill writes records into a table that create made.
	fill func(t testing.TB, db *sql.DB, s *style, e *traverse.Entity, records []reference.Record)
	read func() sqldb.Dialect // with which package sqldb reads the tables, or nil
	// catalog is with which it finds tables and columns.
	catalog func() sqldb.Dialect

	engine  string // after CREATE TABLE, where columns are not null unless their type says so
	textual bool   // statements have no parameters
	models  int    // how many models TestEqual compares unless it is told otherwise, if it is not 0
}

// databases lists what to test with; files with build constraints add to it.
var databases = []*database{
	{
		name: "SQLite", dialect: pushdown.SQLite, styles: sqliteStyles, missing: func() string { return "" },
		open: openSQLite, fill: fillSQLite, read: sqldb.SQLite, catalog: sqldb.SQLite, models: 500,
	},
	{
		name: "PostgreSQL", dialect: pushdown.PostgreSQL, styles: postgresStyles, missing: func() string {
			if os.Getenv(postgresVariable) == "" {
				return "the environment variable " + postgresVariable + " holds no connection string"
			}
			return ""
		},
		open: openPostgres, fill: fillPostgres, read: sqldb.PostgreSQL, catalog: sqldb.PostgreSQL,
	},
}

// found skips a test of tables that package sqldb finds, if it finds none in the database.
func (d *database) found(t testing.TB) {
	t.Helper()
	if d.catalog == nil {
		t.Skipf("package sqldb finds no tables in %s", d.name)
	}
}

// forDatabases runs a test with each database that there is.
func forDatabases(t *testing.T, test func(t *testing.T, d *database)) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			if why := d.missing(); why != "" {
				t.Skipf("%s is not tested: %s", d.name, why)
			}
			test(t, d)
		})
	}
}

var schemas atomic.Int64

func openSQLite(t testing.TB, _ *style) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // each connection has a database of its own
	t.Cleanup(func() { db.Close() })
	return db
}

func openPostgres(t testing.TB, s *style) *sql.DB {
	t.Helper()
	config, err := pgx.ParseConfig(os.Getenv(postgresVariable))
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("pushdown_%d_%d", os.Getpid(), schemas.Add(1))
	config.RuntimeParams["search_path"] = schema
	config.RuntimeParams["timezone"] = s.zone
	config.RuntimeParams["datestyle"] = "German"
	config.RuntimeParams["extra_float_digits"] = "-15"
	config.RuntimeParams["jit"] = "off"
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE SCHEMA "+schema)
	t.Cleanup(func() {
		db.Close()
		admin := stdlib.OpenDB(*config)
		defer admin.Close()
		exec(t, admin, "DROP SCHEMA "+schema+" CASCADE")
	})
	if s.setup != "" {
		exec(t, db, s.setup)
	}
	return db
}

func exec(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// load makes a table for each entity of a world, and fills it.
func (d *database) load(t testing.TB, s *style, w *world) *sql.DB {
	t.Helper()
	db := d.open(t, s)
	quote := d.dialect().Quote
	for e := range w.schema.Entities() {
		if w.only != nil && !w.only[e.Name()] {
			continue
		}
		table := quote(s.table(e.Name()))
		definitions := []string{quote(s.column("id")) + " " + s.typeOf(idColumn)}
		if d.engine == "" {
			definitions[0] += " NOT NULL"
		}
		for _, c := range columnsOf(e) {
			definitions = append(definitions, quote(s.column(c.Name))+" "+s.typeOf(c))
		}
		exec(t, db, "CREATE TABLE "+table+" ("+strings.Join(definitions, ", ")+")"+d.engine)
		if records := w.all[e.Name()]; len(records) > 0 {
			d.fill(t, db, s, e, records)
		}
	}
	return db
}

// cells returns what is passed for each column of records, null as nil.
func cells(s *style, e *traverse.Entity, records []reference.Record) (columns []traverse.Field, values [][]any) {
	columns = append([]traverse.Field{idColumn}, columnsOf(e)...)
	values = make([][]any, len(columns))
	for i, c := range columns {
		for _, r := range records {
			v, ok := r.Values[c.Name]
			switch {
			case i == 0:
				values[i] = append(values[i], s.write(traverse.NoType, traverse.TextValue(r.ID)))
			case !ok || v.Kind() == traverse.KindNull:
				values[i] = append(values[i], nil)
			case c.Type == traverse.NoType && s.ids != textIDs && v.Text() == "": // no integer, and no UUID
				values[i] = append(values[i], nil)
			default:
				values[i] = append(values[i], s.write(c.Type, v))
			}
		}
	}
	return columns, values
}

func fillSQLite(t testing.TB, db *sql.DB, s *style, e *traverse.Entity, records []reference.Record) {
	t.Helper()
	columns, values := cells(s, e, records)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
	insert, err := tx.Prepare("INSERT INTO " + pushdown.SQLite().Quote(s.table(e.Name())) + " VALUES (" + marks + ")")
	if err != nil {
		t.Fatal(err)
	}
	defer insert.Close()
	for i := range records {
		args := make([]any, len(columns))
		for j := range columns {
			args[j] = values[j][i]
		}
		if _, err := insert.Exec(args...); err != nil {
			t.Fatalf("%s %v: %v", e.Name(), args, err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// fillPostgres passes each column as an array of texts, which the server casts.
func fillPostgres(t testing.TB, db *sql.DB, s *style, e *traverse.Entity, records []reference.Record) {
	t.Helper()
	columns, values := cells(s, e, records)
	var from, list []string
	var args []any
	for i, c := range columns {
		texts := make([]*string, len(records))
		for j, v := range values[i] {
			if text, ok := v.(string); ok {
				texts[j] = &text
			}
		}
		args = append(args, texts)
		from = append(from, fmt.Sprintf("$%d::text[]", i+1))
		list = append(list, fmt.Sprintf("c%d::%s", i+1, s.plainType(c)))
	}
	names := make([]string, len(columns))
	for i := range columns {
		names[i] = fmt.Sprintf("c%d", i+1)
	}
	exec(t, db, fmt.Sprintf("INSERT INTO %s SELECT %s FROM unnest(%s) AS u(%s)", pushdown.PostgreSQL().Quote(s.table(e.Name())),
		strings.Join(list, ", "), strings.Join(from, ", "), strings.Join(names, ", ")), args...)
}
