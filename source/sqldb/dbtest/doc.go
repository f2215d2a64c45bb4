// Package dbtest tests source/sqldb with the drivers of real databases: SQLite
// always, PostgreSQL if the environment variable LEADSCORE_POSTGRES holds a
// connection string such as postgres://user@localhost/test. The tests make
// schemas of their own there, and drop them. One test restarts a server of its own,
// if LEADSCORE_POSTGRES_BIN holds the folder with initdb and pg_ctl. Nobody imports
// the package: it is a module of its own so that drivers stay out of the library's.
package dbtest
