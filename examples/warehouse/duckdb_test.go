//go:build cgo && duckdb

package main

import (
	"database/sql"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver duckdb
)

// TestDBTDuckDB runs the dbt project in DuckDB.
func TestDBTDuckDB(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection has a database of its own
	runProject(t, db, "duckdb", "analytics")
}
