// Package dbtest contains tests alone: they run the statements of package pushdown in databases,
// and compare every field of every row with internal/reference and with the engine. It is a
// module of its own, since the drivers are no dependency of leadscore.
//
// A world is a schema and many cases for it: rules, and data at the edges of these rules. The
// data of all cases are in the same tables, under ids of their own, so that the tables are filled
// once and many statements run. All of a world follows from its seed.
//
//	go test ./pushdown/dbtest                              # about a thousand models for each database
//	LEADSCORE_CASES=10000 go test ./pushdown/dbtest -run TestEqual -timeout=0
//	LEADSCORE_FROM=120 LEADSCORE_CASES=1 go test ./pushdown/dbtest -run TestEqual/SQLite
//	LEADSCORE_FROM=120 LEADSCORE_CASE=7 go test ./pushdown/dbtest -run TestEqual/SQLite
//
// LEADSCORE_CASES is how many models are compared in each database, LEADSCORE_FROM the seed of
// the first world, and LEADSCORE_CASE the number of the one case to run. A failure prints them.
//
// PostgreSQL is tested if LEADSCORE_POSTGRES holds a connection string, and DuckDB, which is linked
// into the program, with cgo and the tag duckdb:
//
//	go test -tags duckdb ./pushdown/dbtest -run /DuckDB
//
// For ClickHouse the tests start a server of their own, if it is installed; LEADSCORE_CLICKHOUSE may
// hold the address of another one, or the word start, with which tests fail that cannot start one.
// It analyzes a statement for seconds, so that few models are compared unless LEADSCORE_CASES says
// otherwise.
package dbtest
