package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

const (
	postgresVariable = "LEADSCORE_POSTGRES"     // a connection string
	binariesVariable = "LEADSCORE_POSTGRES_BIN" // the folder with initdb and pg_ctl
)

// A database is a kind of database to test with.
type database struct {
	name    string
	dialect sqldb.Dialect
	open    func(t testing.TB, log *statements) *sql.DB // an empty one
	styles  []style
}

// A style is one way to store records.
type style struct {
	name   string
	types  map[traverse.Type]string // NoType is ids and references
	write  func(t traverse.Type, v traverse.Value) any
	column sqldb.Column // what columns need beside their names, whatever is for their type
}

// databases lists what to test with.
var databases = []database{
	{"SQLite", sqldb.SQLite(), openSQLite, []style{
		{
			"declared", map[traverse.Type]string{
				traverse.NoType: "TEXT", traverse.Text: "VARCHAR(200)", traverse.Choice: "TEXT", traverse.Number: "REAL",
				traverse.Bool: "BOOLEAN", traverse.Time: "DATETIME", traverse.Date: "DATE", traverse.Choices: "TEXT",
			}, writePlain, sqldb.Column{Format: sqldb.JSONArray},
		},
		{
			"untyped", map[traverse.Type]string{}, func(t traverse.Type, v traverse.Value) any {
				switch v.Kind() {
				case traverse.KindTime: // as drivers write a time.Time
					return v.Time().In(time.FixedZone("CEST", 2*60*60)).String()
				case traverse.KindDate:
					return v.Time().Format("2006-01-02 15:04:05")
				}
				return writePlain(t, v)
			}, sqldb.Column{Format: sqldb.JSONArray},
		},
		{
			"numbers", map[traverse.Type]string{
				traverse.NoType: "TEXT", traverse.Text: "TEXT", traverse.Choice: "TEXT", traverse.Number: "TEXT",
				traverse.Bool: "TEXT", traverse.Time: "INTEGER", traverse.Date: "INTEGER", traverse.Choices: "TEXT",
			}, func(t traverse.Type, v traverse.Value) any {
				switch v.Kind() {
				case traverse.KindTime, traverse.KindDate:
					return v.Time().UnixMicro()
				case traverse.KindNumber:
					return v.String()
				case traverse.KindBool:
					return map[bool]string{true: "Y", false: "N"}[v.Bool()]
				case traverse.KindChoices:
					return strings.Join(v.Choices(), " | ")
				}
				return writePlain(t, v)
			}, sqldb.Column{Separator: "|", True: "Y", False: "N"},
		},
	}},
	{"PostgreSQL", sqldb.PostgreSQL(), openPostgres, []style{
		{
			"native", map[traverse.Type]string{
				traverse.NoType: "text", traverse.Text: "text", traverse.Choice: "text", traverse.Number: "float8",
				traverse.Bool: "boolean", traverse.Time: "timestamptz", traverse.Date: "date", traverse.Choices: "text[]",
			}, func(t traverse.Type, v traverse.Value) any {
				switch v.Kind() {
				case traverse.KindTime, traverse.KindDate:
					return v.Time()
				case traverse.KindBool:
					return v.Bool()
				case traverse.KindChoices:
					return v.Choices()
				}
				return writePlain(t, v)
			}, sqldb.Column{},
		},
		{
			"other", map[traverse.Type]string{
				traverse.NoType: "varchar(100)", traverse.Text: "varchar", traverse.Choice: "varchar", traverse.Number: "numeric",
				traverse.Bool: "smallint", traverse.Time: "timestamp", traverse.Date: "timestamptz", traverse.Choices: "jsonb",
			}, func(t traverse.Type, v traverse.Value) any {
				switch v.Kind() {
				case traverse.KindTime, traverse.KindDate:
					return v.Time()
				case traverse.KindNumber:
					return v.String()
				}
				return writePlain(t, v)
			}, sqldb.Column{},
		},
		{
			"text", map[traverse.Type]string{
				traverse.NoType: "text", traverse.Text: "text", traverse.Choice: "text", traverse.Number: "text",
				traverse.Bool: "text", traverse.Time: "text", traverse.Date: "text", traverse.Choices: "json",
			}, func(t traverse.Type, v traverse.Value) any {
				switch v.Kind() {
				case traverse.KindNumber:
					return v.String()
				case traverse.KindBool:
					return map[bool]string{true: "yes", false: "no"}[v.Bool()]
				}
				return writePlain(t, v)
			}, sqldb.Column{True: "yes", False: "no"},
		},
	}},
}

// alone leaves out tests in which one goroutine asks one database: with the race
// detector, which has nothing to find there, SQLite in Go takes minutes for them.
func alone(t *testing.T) {
	if raced {
		t.Skip("nothing runs at the same time here")
	}
}

// writePlain writes times as ISO 8601 has them, in more than one way.
func writePlain(_ traverse.Type, v traverse.Value) any {
	switch v.Kind() {
	case traverse.KindNull:
		return nil
	case traverse.KindNumber:
		return v.Number()
	case traverse.KindBool:
		return map[bool]int{true: 1}[v.Bool()]
	case traverse.KindTime:
		switch v.Micros() & 3 {
		case 0:
			return v.Time().Format("2006-01-02 15:04:05.999999")
		case 1:
			return v.Time().In(time.FixedZone("", -11*60*60)).Format("2006-01-02T15:04:05.000000-0700")
		case 2:
			return v.Time().In(time.FixedZone("", 14*60*60)).Format("2006-01-02 15:04:05.999999-07:00")
		}
		return v.Time().Format(time.RFC3339Nano)
	case traverse.KindChoices:
		b, err := json.Marshal(v.Choices())
		if err != nil {
			panic(err) // texts marshal
		}
		return string(b)
	}
	return v.String()
}

// forDatabases runs a test with each database.
func forDatabases(t *testing.T, test func(t *testing.T, d database)) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			if d.name == "PostgreSQL" && os.Getenv(postgresVariable) == "" {
				t.Skipf("PostgreSQL is not tested: the environment variable %s holds no connection string", postgresVariable)
			}
			test(t, d)
		})
	}
}

// forEach runs a test with each database and style.
func forEach(t *testing.T, test func(t *testing.T, d database, s style)) {
	forDatabases(t, func(t *testing.T, d database) {
		for _, s := range d.styles {
			t.Run(s.name, func(t *testing.T) { test(t, d, s) })
		}
	})
}

var files atomic.Int64

func openSQLite(t testing.TB, log *statements) *sql.DB {
	t.Helper()
	name := filepath.Join(t.TempDir(), fmt.Sprintf("%d.db", files.Add(1)))
	dsn := "file:" + url.PathEscape(name) + "?_pragma=journal_mode(wal)&_pragma=synchronous(off)&_pragma=busy_timeout(5000)"
	db := sql.OpenDB(&connector{driver: &sqlite.Driver{}, dsn: dsn, log: log})
	t.Cleanup(func() { db.Close() })
	return db
}

func openPostgres(t testing.TB, log *statements) *sql.DB {
	t.Helper()
	return openPostgresAt(t, os.Getenv(postgresVariable), log)
}

func openPostgresAt(t testing.TB, dsn string, log *statements) *sql.DB {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	admin := stdlib.OpenDB(*config)
	admin.SetMaxIdleConns(0) // the last statement may come after a restart
	schema := fmt.Sprintf("leadscore_%d_%d", os.Getpid(), files.Add(1))
	exec(t, admin, "CREATE SCHEMA "+schema)
	t.Cleanup(func() {
		exec(t, admin, "DROP SCHEMA "+schema+" CASCADE")
		admin.Close()
	})
	config = config.Copy()
	config.RuntimeParams["search_path"] = schema
	config.RuntimeParams["application_name"] = schema
	// Nothing may depend on it.
	config.RuntimeParams["timezone"] = "America/St_Johns"
	name := stdlib.RegisterConnConfig(config)
	db := sql.OpenDB(&connector{driver: stdlib.GetDefaultDriver(), dsn: name, log: log})
	db.SetMaxOpenConns(8)
	t.Cleanup(func() {
		db.Close()
		stdlib.UnregisterConnConfig(name)
	})
	return db
}

func exec(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// create makes a table for each entity.
func create(t testing.TB, db *sql.DB, d database, s style, schema *traverse.Schema) {
	t.Helper()
	for e := range schema.Entities() {
		definitions := []string{d.dialect.Quote("id") + " " + s.types[traverse.NoType] + " PRIMARY KEY"}
		for _, c := range columnsOf(e) {
			definitions = append(definitions, d.dialect.Quote(c.name)+" "+s.types[c.typ])
		}
		exec(t, db, "CREATE TABLE "+d.dialect.Quote(e.Name())+" ("+strings.Join(definitions, ", ")+")")
	}
}

type columnOf struct {
	name string
	typ  traverse.Type // NoType: a reference
}

func columnsOf(e *traverse.Entity) []columnOf {
	var columns []columnOf
	for f := range e.Fields() {
		columns = append(columns, columnOf{f.Name, f.Type})
	}
	for r := range e.Relationships() {
		if !r.Many() {
			columns = append(columns, columnOf{r.Name, traverse.NoType})
		}
	}
	return columns
}

// mapping is what a style needs.
func (s style) mapping(schema *traverse.Schema) sqldb.Mapping {
	m := sqldb.Mapping{Tables: map[string]sqldb.Table{}}
	for e := range schema.Entities() {
		columns := map[string]sqldb.Column{}
		for f := range e.Fields() {
			storage := s.types[f.Type]
			text := strings.EqualFold(storage, "text")
			var c sqldb.Column
			switch {
			case f.Type == traverse.Choices:
				c.Format, c.Separator = s.column.Format, s.column.Separator
			case f.Type == traverse.Bool:
				c.True, c.False = s.column.True, s.column.False
			case f.Type == traverse.Number && text:
				c.Format = sqldb.DecimalText
			case (f.Type == traverse.Time || f.Type == traverse.Date) && storage == "INTEGER":
				c.Format = sqldb.UnixMicros
			}
			if !reflect.DeepEqual(c, sqldb.Column{}) {
				columns[f.Name] = c
			}
		}
		m.Tables[e.Name()] = sqldb.Table{Columns: columns}
	}
	return m
}

// fill writes records, all of them or none.
func fill(t testing.TB, db *sql.DB, d database, s style, schema *traverse.Schema, records []sourcetest.Record) {
	t.Helper()
	ctx := context.Background()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	inserts := map[string]*sql.Stmt{}
	for _, r := range records {
		e := schema.Entity(r.Entity)
		insert := inserts[r.Entity]
		columns := columnsOf(e)
		if insert == nil {
			names, marks := []string{d.dialect.Quote("id")}, []string{d.placeholder(1)}
			for _, c := range columns {
				names = append(names, d.dialect.Quote(c.name))
				marks = append(marks, d.placeholder(len(marks)+1))
			}
			text := "INSERT INTO " + d.dialect.Quote(r.Entity) + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
			if insert, err = tx.PrepareContext(ctx, text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			defer insert.Close()
			inserts[r.Entity] = insert
		}
		args := []any{r.ID}
		for _, c := range columns {
			args = append(args, s.write(c.typ, r.Values[c.name]))
		}
		if _, err := insert.ExecContext(ctx, args...); err != nil {
			t.Fatalf("%s %q %v: %v", r.Entity, r.ID, args, err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func (d database) placeholder(n int) string {
	if d.dialect.Placeholder == nil {
		return "?"
	}
	return d.dialect.Placeholder(n)
}

// load makes tables, fills them and opens a source.
func load(t testing.TB, d database, s style, schema *traverse.Schema, records []sourcetest.Record, log *statements) (*sql.DB, *sqldb.Source) {
	t.Helper()
	db := d.open(t, log)
	create(t, db, d, s, schema)
	fill(t, db, d, s, schema, records)
	return db, open(t, db, d, schema, s.mapping(schema))
}

func open(t testing.TB, db *sql.DB, d database, schema *traverse.Schema, m sqldb.Mapping) *sqldb.Source {
	t.Helper()
	source, err := sqldb.Open(context.Background(), db, d.dialect, schema, sqldb.Options{Mapping: m, Needs: everything(t, schema)})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// everything returns needs for all that a schema has.
func everything(t testing.TB, schema *traverse.Schema) []*traverse.Need {
	t.Helper()
	var needs []*traverse.Need
	for e := range schema.Entities() {
		var names []string
		for _, c := range columnsOf(e) {
			names = append(names, c.name)
		}
		n, err := schema.NewNeed(e.Name(), "", names, "")
		if err != nil {
			t.Fatal(err)
		}
		needs = append(needs, n)
	}
	return needs
}

// statements keeps the queries that a database was asked.
type statements struct {
	mu   sync.Mutex
	text []string
	args [][]any
}

func (s *statements) add(text string, named []driver.NamedValue) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var args []any
	for _, v := range named {
		args = append(args, v.Value)
	}
	s.text, s.args = append(s.text, text), append(s.args, args)
}

// take returns what was asked since it was called before.
func (s *statements) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.text
	s.text, s.args = nil, nil
	return text
}

// all returns what was asked since take was called.
func (s *statements) all() (text []string, args [][]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text, s.args
}

// A connector writes down the queries of its connections.
type connector struct {
	driver driver.Driver
	dsn    string
	log    *statements
}

func (c *connector) Driver() driver.Driver { return c.driver }

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &conn{inner, c.log}, nil
}

type conn struct {
	driver.Conn
	log *statements
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.log.add(query, args)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
}

func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
}

func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	value, err := driver.DefaultParameterConverter.ConvertValue(v.Value)
	v.Value = value
	return err
}

func (c *conn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *conn) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !ok || v.IsValid()
}
