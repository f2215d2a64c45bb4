// Package duckdb scores the workload in DuckDB, by SQL.
//
// DuckDB is a library of C++ that is linked into the program: 70 MB of it, which take a
// C++ compiler to link, and 140 MB of modules to download. So it is left out unless
// programs are built with cgo and the tag duckdb:
//
//	go run -tags duckdb ./bench/cmd/sidebyside
package duckdb
