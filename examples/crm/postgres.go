package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/leadscore/leadscore/source/sqldb"
)

// openPostgres opens the database of a connection string. Its errors, and those of
// the database later on, do not show the password.
func openPostgres(connection string) (*store, error) {
	connector, err := postgresConnector(connection)
	if err != nil {
		return nil, fmt.Errorf("crm: -postgres: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	db.SetConnMaxLifetime(time.Hour)
	return &store{db, db, sqldb.PostgreSQL()}, nil
}

// errConnection says nothing about what was found in the connection string: where its
// parts begin and end is not known, so any part may be one of the password.
var errConnection = errors.New("the connection string cannot be read; write postgres://user@host:port/database or " +
	"\"host=… user=… dbname=…\", and put the password in PGPASSWORD or ~/.pgpass " +
	"(in a URL, write special characters of a password as %40 for @, %2F for /, %23 for #, %3F for ?)")

func postgresConnector(connection string) (*pq.Connector, error) {
	isURL := strings.HasPrefix(connection, "postgres://") || strings.HasPrefix(connection, "postgresql://")
	if isURL && !isWholeURL(connection) {
		return nil, errConnection
	}
	config, err := pq.NewConfig(connection)
	switch {
	case err == nil:
		return pq.NewConnectorConfig(config)
	case strings.HasPrefix(err.Error(), "pq: "): // about one setting, by its name
		return nil, err
	}
	return nil, errConnection
}

// isWholeURL reports whether a URL has the parts that its author meant. At a special
// character in a password, which should be escaped, the path begins or the URL ends,
// and the rest of the password is taken for something else: with an @ after it.
func isWholeURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Fragment == "" && !strings.Contains(u.EscapedPath()+u.RawQuery, "@")
}
