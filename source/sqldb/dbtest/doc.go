// Package dbtest tests source/sqldb and registry/sqlstore with the drivers of real databases: SQLite
// always, PostgreSQL if the environment variable LEADSCORE_POSTGRES holds a
// connection string such as postgres://user@localhost/test. The tests create
// schemas there and drop them at the end. One test restarts a server of its own, if
// LEADSCORE_POSTGRES_BIN holds the folder with initdb and pg_ctl. No package imports
// this one: it is a nested module so that drivers stay out of the library's
// requirements.
package dbtest
