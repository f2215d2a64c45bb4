// Command leadscore scores leads by rule files. It also checks, tests, compares and
// formats rule files, explains scores and how they change, drafts mappings, and prints
// the schema, and scripts for completion in shells.
//
//	leadscore score [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--lead ID]... [--model NAME]... [--grade NAME]... [--label NAME]... [--ready] [--sort data|score|lead] [--top N] [--format table|json|csv] [--explain] [-o FILE] [--color WHEN] FILE|DIR...
//	leadscore explain [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] --lead ID [--format text|json] [--what-if] [--color WHEN] FILE|DIR...
//	leadscore history [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--zone NAME] --lead ID --from TIME [--to TIME] [--format table|plot|json] [--color WHEN] FILE|DIR...
//	leadscore next [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--to TIME] [--lead ID]... [--format table|json] [--color WHEN] FILE|DIR...
//	leadscore changes [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--zone NAME] --from TIME [--to TIME] [--scores] [--limit N] [--format text|json] [--color WHEN] FILE|DIR...
//	leadscore stages [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--before FILE] [--lead ID]... [--why] [--format table|json|csv] [--color WHEN] FILE|DIR...
//	leadscore assign [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--lead ID]... [--why] [--format table|json|csv] [--color WHEN] FILE|DIR...
//	leadscore create [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--contact ID]... [--format table|json|csv] [--color WHEN] FILE|DIR...
//	leadscore check [--schema FILE] [--data DIR|FILE [--mapping FILE] [--skip-bad] [--as-of TIME] [--zone NAME]] [--strict] [--advice] [--watch] [--format text|json] [--color WHEN] [FILE|DIR...]
//	leadscore test [--schema FILE] [-v] [--watch] [--format text|json] [--color WHEN] FILE|DIR...
//	leadscore diff [--schema FILE] [--data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME]] [--format text|json] [--limit N] [--exit-code] [--color WHEN] OLD NEW
//	leadscore fmt [-l] [-d] [-w] [--fail] [--color WHEN] [FILE|DIR...]
//	leadscore mapping init [--schema FILE] --data DIR [--color WHEN] [FILE|DIR...]
//	leadscore schema [--schema FILE] [--format text|json] [--color WHEN] [FILE|DIR...]
//	leadscore sql [--schema FILE] [--dialect postgresql|duckdb|sqlite|clickhouse] [--since TIME] [--as-of TIME|--parameters] [--mapping FILE] [--zone NAME] [--explain] [--into TABLE] [--audit] [--format text|json] [--color WHEN] FILE|DIR...
//	leadscore lsp [--stdio] [--color WHEN]
//	leadscore completion [--color WHEN] bash|zsh|fish
//	leadscore version
//
// Rule files that are named together are one set, and so are the .score files in a
// folder; folders below it are sets of their own. The file - is standard input. A folder
// with a file leadscore.json is a project: docs/cli.md describes it.
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
	program := command.Program{Name: "leadscore"}
	os.Exit(program.Main())
}
