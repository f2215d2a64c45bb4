// Package database holds the workload in the tables of a database, to measure how
// long leadscore takes to read leads from there.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/traffic"
	"github.com/leadscore/leadscore/source/sqldb"
)

// A Database is one that holds the workload, with the indexes that source/sqldb
// recommends and fresh statistics.
type Database struct {
	Name   string
	Source *sqldb.Source
	db     *sql.DB
	asked  *counter
	remove func() error
	schema *leadscore.Schema

	// Of PostgreSQL.
	config       *pgx.ConnConfig
	traffic      *traffic.Counter // of all connections
	interactions int              // in all tables
}

// Statements returns the number of queries since its previous call.
func (d *Database) Statements() int { return int(d.asked.Swap(0)) }

// Close closes the database and removes the tables that were created.
func (d *Database) Close() error { return errors.Join(d.db.Close(), d.remove()) }

// Cluster orders the interactions in the tables of a PostgreSQL database by contact and
// time. They are written in the order of time.
func (d *Database) Cluster(ctx context.Context) error {
	for _, e := range crm.Interactions {
		for _, statement := range []string{
			"CLUSTER " + quote(e.Name) + " USING " + quote(e.Name+" by reference"), "VACUUM (ANALYZE) " + quote(e.Name),
		} {
			if _, err := d.db.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
	}
	return nil
}

// SQLite returns a database in a file of the folder dir, with the driver
// modernc.org/sqlite, which is SQLite in Go.
func SQLite(ctx context.Context, dir string, data *crm.Data, schema *leadscore.Schema) (*Database, error) {
	name := filepath.Join(dir, "leads.db")
	dsn := "file:" + url.PathEscape(name) + "?_pragma=journal_mode(wal)&_pragma=synchronous(off)"
	d := &Database{Name: "SQLite", asked: &counter{}, remove: func() error { return os.RemoveAll(name) }}
	d.db = sql.OpenDB(&connector{driver: &sqlite.Driver{}, dsn: dsn, asked: d.asked})
	return d.fill(ctx, sqldb.SQLite(), schema, func() error {
		tx, err := d.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // no effect after a commit
		for _, t := range tables(data) {
			if _, err := tx.ExecContext(ctx, t.create("TEXT", "REAL", "DATETIME")); err != nil {
				return err
			}
			insert, err := tx.PrepareContext(ctx, "INSERT INTO "+quote(t.name)+" VALUES (?"+strings.Repeat(", ?", len(t.columns)-1)+")")
			if err != nil {
				return err
			}
			for row := range t.rows {
				for i, v := range row {
					if at, ok := v.(time.Time); ok {
						row[i] = at.Format(time.RFC3339Nano)
					}
				}
				if _, err := insert.ExecContext(ctx, row...); err != nil {
					return err
				}
			}
			if err := insert.Close(); err != nil {
				return err
			}
			if t.index != "" {
				if _, err := tx.ExecContext(ctx, t.index); err != nil {
					return err
				}
			}
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		_, err = d.db.ExecContext(ctx, "ANALYZE")
		return err
	})
}

// PostgreSQL returns a database in a schema of its own at the server that the
// connection string leads to, with the driver pgx.
func PostgreSQL(ctx context.Context, dsn string, data *crm.Data, schema *leadscore.Schema) (*Database, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	own := fmt.Sprintf("leadscore_bench_%d", os.Getpid())
	config.RuntimeParams["search_path"] = own
	moved := &traffic.Counter{}
	config.DialFunc = moved.Dial(config.DialFunc)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+own); err != nil {
		return nil, err
	}
	name := stdlib.RegisterConnConfig(config)
	d := &Database{Name: "PostgreSQL", config: config, traffic: moved, interactions: data.Interactions(), asked: &counter{}, remove: func() error {
		stdlib.UnregisterConnConfig(name)
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "DROP SCHEMA "+own+" CASCADE")
		return err
	}}
	d.db = sql.OpenDB(&connector{driver: stdlib.GetDefaultDriver(), dsn: name, asked: d.asked})
	d.db.SetMaxIdleConns(16) // one for each worker, so that statements stay prepared
	return d.fill(ctx, sqldb.PostgreSQL(), schema, func() error {
		for _, t := range tables(data) {
			if _, err := conn.Exec(ctx, t.create("text", "float8", "timestamptz")); err != nil {
				return err
			}
			next, stop := iter.Pull(t.rows)
			_, err := conn.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromFunc(func() ([]any, error) {
				row, _ := next()
				return row, nil
			}))
			stop()
			if err != nil {
				return err
			}
			if t.index != "" {
				if _, err := conn.Exec(ctx, t.index); err != nil {
					return err
				}
			}
			// Otherwise the server would do this during a measurement.
			if _, err := conn.Exec(ctx, "VACUUM (ANALYZE) "+quote(t.name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// options are those of the workload: its leads refer to no accounts.
var options = sqldb.Options{Mapping: sqldb.Mapping{Absent: []string{"Lead.ParentAccount"}}}

// fill fills the database and opens it as a source. If it fails it removes everything.
func (d *Database) fill(ctx context.Context, dialect sqldb.Dialect, schema *leadscore.Schema, load func() error) (*Database, error) {
	d.schema = schema
	err := load()
	if err == nil {
		d.Source, err = sqldb.Open(ctx, d.db, dialect, schema, options)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", d.Name, err), d.Close())
	}
	d.Statements()
	return d, nil
}

// A table is one entity's records, with a column for the id, for what they refer
// to, for the time of an interaction, and for each field.
type table struct {
	name    string
	columns []string
	entity  *crm.Entity
	index   string // "": only the index of the id
	rows    iter.Seq[[]any]
}

func tables(d *crm.Data) []*table {
	all := []*table{
		newTable(crm.Account, "", func(yield func(r *crm.Record, more ...any) bool) {
			for i := range d.Accounts {
				if !yield(&d.Accounts[i]) {
					return
				}
			}
		}),
		newTable(crm.Contact, `("ParentAccount")`, func(yield func(r *crm.Record, more ...any) bool) {
			for i := range d.Contacts {
				var account any
				if at := d.Contacts[i].Account; at >= 0 {
					account = d.Accounts[at].ID
				}
				if !yield(&d.Contacts[i].Record, account) {
					return
				}
			}
		}, "ParentAccount"),
		newTable(crm.Lead, `("ParentContact")`, func(yield func(r *crm.Record, more ...any) bool) {
			for i := range d.Leads {
				if !yield(&d.Leads[i].Record, d.Contacts[d.Leads[i].Contact].ID) {
					return
				}
			}
		}, "ParentContact"),
	}
	for kind, e := range crm.Interactions {
		all = append(all, newTable(e, `("Contact", "Timestamp")`, func(yield func(r *crm.Record, more ...any) bool) {
			for _, n := range order(d, kind) {
				c := &d.Contacts[n.contact]
				r := &c.Interactions[kind][n.record]
				if !yield(r, c.ID, time.UnixMicro(r.Time).UTC()) {
					return
				}
			}
		}, "Contact", "Timestamp"))
	}
	return all
}

func newTable(e *crm.Entity, index string, records func(yield func(r *crm.Record, more ...any) bool), more ...string) *table {
	t := &table{name: e.Name, entity: e, columns: append([]string{"id"}, more...)}
	for _, f := range e.Fields {
		t.columns = append(t.columns, f.Name)
	}
	if index != "" {
		t.index = "CREATE INDEX " + quote(e.Name+" by reference") + " ON " + quote(e.Name) + " " + index
	}
	t.rows = func(yield func([]any) bool) {
		records(func(r *crm.Record, more ...any) bool {
			row := append([]any{r.ID}, more...)
			for i := range e.Fields {
				var value any
				switch v := r.Values[i]; {
				case v.Text != "":
					value = v.Text
				case !math.IsNaN(v.Number):
					value = v.Number
				}
				row = append(row, value)
			}
			return yield(row)
		})
	}
	return t
}

// create returns the statement that creates the table.
func (t *table) create(text, number, instant string) string {
	var columns []string
	for _, name := range t.columns {
		typ := text
		switch i := t.entity.Index(name); {
		case name == "id":
			typ += " PRIMARY KEY"
		case i < 0 && name == "Timestamp":
			typ = instant
		case i >= 0 && t.entity.Fields[i].Type == crm.Number:
			typ = number
		}
		columns = append(columns, quote(name)+" "+typ)
	}
	return "CREATE TABLE " + quote(t.name) + " (" + strings.Join(columns, ", ") + ")"
}

func quote(name string) string { return `"` + name + `"` }
