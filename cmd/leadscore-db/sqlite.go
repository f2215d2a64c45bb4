package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"

	_ "modernc.org/sqlite" // the driver sqlite

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
)

// openSQLite returns the database in a file of SQLite, which is opened for reading.
func openSQLite(name string) (*database, error) {
	if name == "" {
		return nil, errors.New("sqlite: lacks the name of a file; want a URL such as " + forms)
	}
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(name)+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, err
	}
	return &database{name: shown.Printable(name), client: &sqlite{file: name, db: db}}, nil
}

// sqlite is a client for a file of SQLite.
type sqlite struct {
	file string
	db   *sql.DB
	tx   *sql.Tx // of statements that the database runs; nil until begin
}

func (c *sqlite) connect(ctx context.Context) error {
	f, err := regular.Open(c.file) // says better than SQLite why it cannot be opened
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), c.db.PingContext(ctx))
}

func (c *sqlite) open(ctx context.Context, schema *leadscore.Schema, opts sqldb.Options) (*sqldb.Source, error) {
	return sqldb.Open(ctx, c.db, sqldb.SQLite(), schema, opts)
}

func (c *sqlite) dialect() *pushdown.Dialect { return pushdown.SQLite() }

// begin begins a transaction, in which all statements see one state.
func (c *sqlite) begin(ctx context.Context) (pushdown.Queryer, error) {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	c.tx = tx
	return tx, nil
}

func (c *sqlite) close() {
	if c.tx != nil {
		_ = c.tx.Rollback() // it wrote nothing
	}
	_ = c.db.Close()
}
