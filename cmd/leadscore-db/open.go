package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/command"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
)

// A client reads a kind of database.
type client interface {
	// connect makes sure that the database can be reached.
	connect(ctx context.Context) error

	// open returns a source, once the client is connected.
	open(ctx context.Context, schema *leadscore.Schema, opts sqldb.Options) (*sqldb.Source, error)

	// dialect returns how statements are written for the database.
	dialect() *pushdown.Dialect

	// begin returns what runs statements, until the client is closed.
	begin(ctx context.Context) (pushdown.Queryer, error)

	// close closes the connections.
	close()
}

// forms are the URLs that open understands, as examples.
const forms = "postgres://crm@localhost/crm, sqlite:crm.db or parquet:lake"

// open returns the database at a URL. No error contains a password, nor what may be a
// part of one.
func open(address string) (command.Database, error) {
	scheme, rest, ok := strings.Cut(address, ":")
	if !ok || strings.ContainsAny(scheme, "/=@ ") {
		hint := ""
		switch info, err := os.Stat(address); {
		case err != nil:
		case info.IsDir():
			hint = "; for a folder of Parquet files, write parquet:" + shown.Printable(address)
		case info.Mode().IsRegular():
			hint = "; for a file of SQLite, write sqlite:" + shown.Printable(address)
		}
		return nil, errors.New("want a URL, such as " + forms + hint)
	}
	switch strings.ToLower(scheme) {
	case "postgres", "postgresql":
		return openPostgres("postgres:" + rest)
	case "sqlite", "sqlite3":
		return openSQLite(strings.TrimPrefix(rest, "//"))
	case "parquet":
		return openParquet(strings.TrimPrefix(rest, "//"))
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
