//go:build !cgo || !duckdb

package duckdb

import "github.com/leadscore/leadscore/bench/internal/sidebyside"

// Missing says why there are no loaders.
const Missing = "DuckDB is left out: build with cgo and -tags duckdb"

// Loaders lists the ways to use DuckDB.
func Loaders() []*sidebyside.Loader { return nil }
