// Command leadscore-db is the command leadscore, which also reads databases: leads are
// scored by rule files over the tables of PostgreSQL or SQLite, or over Parquet files.
//
//	leadscore-db score [--schema FILE] --data DIR|FILE|--database URL [--keyed] [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--max-records N] [--lead ID]... [--model NAME]... [--grade NAME]... [--label NAME]... [--ready] [--sort data|score|lead] [--top N] [--format table|json|csv|parquet] [--explain] [-o FILE] [--color WHEN] FILE|DIR...
//	leadscore-db explain [--schema FILE] --data DIR|FILE|--database URL [--keyed] [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] --lead ID [--format text|json] [--what-if] [--color WHEN] FILE|DIR...
//	leadscore-db history [--schema FILE] --data DIR|FILE|--database URL [--keyed] [--mapping FILE] [--skip-bad] [--strict] [--zone NAME] --lead ID --from TIME [--to TIME] [--format table|plot|json] [--color WHEN] FILE|DIR...
//	leadscore-db next [--schema FILE] --data DIR|FILE|--database URL [--keyed] [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--to TIME] [--lead ID]... [--format table|json] [--color WHEN] FILE|DIR...
//	leadscore-db changes [--schema FILE] --data DIR|FILE|--database URL [--keyed] [--mapping FILE] [--skip-bad] [--strict] [--zone NAME] --from TIME [--to TIME] [--scores] [--limit N] [--format text|json] [--color WHEN] FILE|DIR...
//	leadscore-db stages [--schema FILE] --data DIR|FILE|--database URL [--keyed] [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--before FILE] [--lead ID]... [--why] [--format table|json|csv] [--color WHEN] FILE|DIR...
//	leadscore-db assign [--schema FILE] --data DIR|FILE|--database URL [--keyed] [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--lead ID]... [--why] [--format table|json|csv] [--color WHEN] FILE|DIR...
//	leadscore-db create [--schema FILE] --data DIR|FILE|--database URL [--keyed] [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--contact ID]... [--format table|json|csv] [--color WHEN] FILE|DIR...
//	leadscore-db check [--schema FILE] [--data DIR|FILE|--database URL [--keyed] [--mapping FILE] [--skip-bad] [--as-of TIME] [--zone NAME]] [--strict] [--advice] [--watch] [--format text|json] [--color WHEN] [FILE|DIR...]
//	leadscore-db test [--schema FILE] [-v] [--watch] [--format text|json] [--color WHEN] FILE|DIR...
//	leadscore-db diff [--schema FILE] [--data DIR|FILE|--database URL [--keyed] [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME]] [--format text|json] [--limit N] [--exit-code] [--color WHEN] OLD NEW
//	leadscore-db fmt [-l] [-d] [-w] [--fail] [--color WHEN] [FILE|DIR...]
//	leadscore-db mapping init [--schema FILE] --data DIR|--database URL [--color WHEN] [FILE|DIR...]
//	leadscore-db schema [--schema FILE] [--format text|json] [--color WHEN] [FILE|DIR...]
//	leadscore-db sql [--schema FILE] [--dialect postgresql|duckdb|sqlite|clickhouse|--database URL [--run]] [--since TIME] [--as-of TIME|--parameters] [--mapping FILE] [--zone NAME] [--lead ID]... [--model NAME]... [--grade NAME]... [--label NAME]... [--ready] [--sort data|score|lead] [--top N] [--explain] [--into TABLE] [--audit] [--format text|table|json|csv|parquet] [-o FILE] [--color WHEN] FILE|DIR...
//	leadscore-db lsp [--stdio] [--color WHEN]
//	leadscore-db completion [--color WHEN] bash|zsh|fish
//	leadscore-db version
//
// Rule files that are named together are one set, and so are the .score files in a
// folder; folders below it are sets of their own. The file - is standard input. A folder
// with a file leadscore.json is a project: docs/cli.md describes it.
//
// The URL of a database is postgres://USER@HOST:PORT/DATABASE, with parameters as libpq
// has them, or sqlite:FILE. A password is read from PGPASSWORD, or a password file, or the
// URL; messages never contain it. Tables and columns are found by the names of entities
// and fields, or by a mapping, as package sqldb describes. All records are read as of one
// state of the database, and nothing is written. To score all leads, whole tables are read
// into memory, as far as the rules need them, or parts of them, if they have more records
// than --max-records; with --keyed, and for some leads, records are queried by their keys
// instead.
//
// Problems in rules are written to standard error, in colour if that is a terminal.
// With --format json they are written to standard output, as everything else is, one
// object per line; docs/cli.md describes the objects.
//
// The exit status is 0 on success; 1 if the rules or the data have errors, a test
// fails, or a lead cannot be scored; 2 if the command line is wrong; 3 if diff
// --exit-code finds a difference, or fmt --fail a file that is not formatted; and 130
// if the command was interrupted. Warnings of check do not change it, unless --strict
// is set.
package main

import (
	"os"

	"github.com/leadscore/leadscore/internal/command"
)

func main() {
	program := command.Program{Name: "leadscore-db", Open: open, Formats: formats}
	os.Exit(program.Main())
}
