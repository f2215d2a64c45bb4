// Package sqldb is a [traverse.Source] over the tables and views of a relational
// database, through database/sql and a driver of yours.
package sqldb
