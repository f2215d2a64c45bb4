package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver sqlite

	"github.com/leadscore/leadscore/internal/command"
	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/sqldb"
)

// forms are the URLs that open understands, as examples.
const forms = "postgres://crm@localhost/crm or sqlite:crm.db"

// open returns the database at a URL. No error contains a password, nor what may be a
// part of one.
func open(address string) (command.Database, error) {
	scheme, rest, ok := strings.Cut(address, ":")
	if !ok || strings.ContainsAny(scheme, "/=@ ") {
		hint := ""
		if info, err := os.Stat(address); err == nil && info.Mode().IsRegular() {
			hint = "; for a file of SQLite, write sqlite:" + shown.Printable(address)
		}
		return nil, errors.New("want a URL, such as " + forms + hint)
	}
	switch strings.ToLower(scheme) {
	case "postgres", "postgresql":
		return openPostgres("postgres:" + rest)
	case "sqlite", "sqlite3":
		return openSQLite(strings.TrimPrefix(rest, "//"))
	default:
		return nil, fmt.Errorf("the scheme %s is not known; want a URL such as %s", shown.Quote(scheme), forms)
	}
}

// oneLine is an error of a driver on one line: some drivers write one for each address
// that they try.
type oneLine struct{ error }

func (e oneLine) Error() string {
	var parts []string
	for line := range strings.Lines(e.error.Error()) {
		parts = append(parts, strings.TrimSpace(line))
	}
	return strings.ReplaceAll(strings.Join(parts, "; "), ":; ", ": ")
}

func (e oneLine) Unwrap() error { return e.error }

// openSQLite opens a file of SQLite for reading.
func openSQLite(name string) (*database, error) {
	if name == "" {
		return nil, errors.New("sqlite: lacks the name of a file; want a URL such as " + forms)
	}
	dsn := "file:" + url.PathEscape(name) + "?mode=ro&_pragma=busy_timeout(5000)"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	connect := func(ctx context.Context) error {
		f, err := regular.Open(name) // says why not better than SQLite does
		if err != nil {
			return err
		}
		return errors.Join(f.Close(), db.PingContext(ctx))
	}
	return &database{name: shown.Printable(name), db: db, connect: connect, dialect: sqldb.SQLite()}, nil
}

// openPostgres opens a PostgreSQL database at a URL that begins with postgres:.
func openPostgres(address string) (*database, error) {
	config, err := pgx.ParseConfig(address)
	switch {
	case err != nil && !mayHoldPassword(address):
		return nil, oneLine{err}
	case err != nil || ambiguous(address):
		return nil, errors.New("this is not a URL of PostgreSQL, such as postgres://crm@localhost:5432/crm?sslmode=require; " +
			"leave its password out and set PGPASSWORD, or write %40 for @, %3A for :, %2F for /, %3F for ? and %25 for % in it")
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "leadscore-db"
	}
	db := stdlib.OpenDB(*config)
	return &database{name: nameOf(config), db: db, connect: db.PingContext, dialect: sqldb.PostgreSQL()}, nil
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
