package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/pushdown"
	pgxsource "github.com/leadscore/leadscore/source/pgx"
	"github.com/leadscore/leadscore/source/sqldb"
)

// openPostgres returns the PostgreSQL database at a URL that begins with postgres:.
func openPostgres(address string) (*database, error) {
	config, err := pgxpool.ParseConfig(address)
	switch {
	case err != nil && !mayHoldPassword(address):
		return nil, oneLine{err}
	case err != nil || ambiguous(address):
		return nil, errors.New("this is not a URL of PostgreSQL, such as postgres://crm@localhost:5432/crm?sslmode=require; " +
			"leave its password out and set PGPASSWORD, or write %40 for @, %3A for :, %2F for /, %3F for ? and %25 for % in it")
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "leadscore-db"
	}
	return &database{name: nameOf(config.ConnConfig), client: &postgres{config: config}}, nil
}

// postgres is a client for a PostgreSQL database.
type postgres struct {
	config *pgxpool.Config
	pool   *pgxpool.Pool // nil until it is connected

	// Of statements that the database runs; nil until begin.
	sql *sql.DB
	tx  *sql.Tx
}

func (c *postgres) connect(ctx context.Context) error {
	if c.pool == nil {
		pool, err := pgxpool.NewWithConfig(ctx, c.config)
		if err != nil {
			return err
		}
		c.pool = pool
	}
	return c.pool.Ping(ctx)
}

func (c *postgres) open(ctx context.Context, schema *leadscore.Schema, opts sqldb.Options) (*sqldb.Source, error) {
	return pgxsource.Open(ctx, c.pool, schema, opts)
}

func (c *postgres) dialect() *pushdown.Dialect { return pushdown.PostgreSQL() }

// begin begins a transaction that only reads, in which all statements see one state, and does not
// compile them: that takes longer than to run them.
func (c *postgres) begin(ctx context.Context) (pushdown.Queryer, error) {
	c.sql = stdlib.OpenDBFromPool(c.pool)
	tx, err := c.sql.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	c.tx = tx
	_, err = tx.ExecContext(ctx, "SET LOCAL jit = off")
	return tx, err
}

func (c *postgres) close() {
	if c.tx != nil {
		_ = c.tx.Rollback() // it wrote nothing
	}
	if c.sql != nil {
		_ = c.sql.Close()
	}
	if c.pool != nil {
		c.pool.Close()
	}
}

// nameOf returns the URL of a connection without its password and parameters.
func nameOf(c *pgx.ConnConfig) string {
	u := url.URL{Scheme: "postgres", Host: c.Host, Path: "/" + cmp.Or(c.Database, c.User)}
	if c.User != "" {
		u.User = url.User(c.User)
	}
	if strings.HasPrefix(c.Host, "/") { // the folder of a socket
		u.Host = ""
	} else if c.Port != 5432 {
		u.Host = fmt.Sprintf("%s:%d", c.Host, c.Port)
	}
	return shown.Printable(u.String())
}

// authority returns the part of a URL with its user and host, and what follows it.
func authority(address string) (host, rest string) {
	_, after, _ := strings.Cut(address, "://")
	if end := strings.IndexAny(after, "/?"); end >= 0 {
		return after[:end], after[end:]
	}
	return after, ""
}

// mayHoldPassword reports whether a password may be in a URL, which need not be valid.
func mayHoldPassword(address string) bool {
	host, rest := authority(address)
	user, _, _ := strings.Cut(host, "@")
	return !strings.Contains(address, "://") || strings.Contains(host, "@") && strings.Contains(user, ":") || strings.Contains(rest, "@") ||
		slices.ContainsFunc([]string{"pass", "%", "\\"}, func(part string) bool { return strings.Contains(strings.ToLower(rest), part) })
}

// ambiguous reports whether a part of a password may have been taken for a host, a
// database or a parameter, as characters in it should be escaped.
func ambiguous(address string) bool {
	host, rest := authority(address)
	return strings.Count(host, "@") > 1 || !strings.Contains(host, "@") && strings.Contains(rest, "@")
}
