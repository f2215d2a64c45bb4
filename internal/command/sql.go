package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
)

// dialects are the databases that statements are written for, by the values of --dialect.
var dialects = map[string]func() *pushdown.Dialect{"postgresql": pushdown.PostgreSQL, "duckdb": pushdown.DuckDB, "sqlite": pushdown.SQLite}

// statements returns the command that prints models as SQL.
func statements() command {
	return command{
		name:  "sql",
		usage: "[--schema FILE] [--dialect postgresql|duckdb|sqlite] [--as-of TIME|--parameters] [--mapping FILE] [--zone NAME] [--color WHEN] FILE|DIR...",
		more:  rulesHelp + " The command works with one set, and fails if there are several.",
		about: "print the models as one SQL statement, which a database scores its leads by",
		run:   runSQL,
	}
}

func runSQL(ctx context.Context, inv *invocation) error {
	rules := inv.ruleFlags()
	dialect := inv.choice("dialect", "postgresql", "write the statement for the database `NAME`: postgresql, duckdb or sqlite", "duckdb", "sqlite")
	asOf := &timeFlag{"as-of", inv.flags.String("as-of", "", aboutAsOf+". It is part of the statement")}
	parameters := inv.flags.Bool("parameters", false, "leave as of open: print the statement with parameters, whose values package pushdown works out")
	mappingFile := inv.flags.String("mapping", "", "find tables and columns by the mapping in `FILE`, as --database does. Those that it does not name are called as in the schema")
	zoneName := inv.flags.String("zone", "", "days without a time of day, in --as-of and in the data, are those of the time zone `NAME`, such as Europe/Berlin (default the time zone that all models share, or else UTC)")
	inv.checks = append(inv.checks, func() error {
		if *parameters && *asOf.text != "" {
			return badUsage("choose one of --as-of and --parameters")
		}
		_, err := parseZone(*zoneName)
		if err == nil {
			_, _, err = asOf.parse(time.UTC)
		}
		return err
	})
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return badUsage("name at least one rule file or folder")
	}
	set, err := rules.compileModels(ctx, names...)
	if err != nil {
		return inv.report(err)
	}
	zone, shared := set.Zone()
	if *zoneName != "" || !shared {
		zone, _ = parseZone(*zoneName) // it has been parsed before
	}
	mapping := pushdown.Mapping{Zone: zone}
	if *mappingFile != "" {
		text, err := regular.Read(*mappingFile, maxMapping)
		if err != nil {
			return err
		}
		named, err := sqldb.ReadMapping(*mappingFile, []byte(text))
		if err != nil {
			return errors.New(strings.ReplaceAll(err.Error(), "sqldb: ", ""))
		}
		if mapping.Tables, err = exactTables(named, set.Schema().Entity); err != nil {
			return err
		}
	}
	statement, err := pushdown.New(set, dialects[*dialect](), mapping)
	if refusals, ok := errors.AsType[pushdown.Refusals](err); ok {
		for _, r := range refusals {
			fmt.Fprintln(inv.err, r)
		}
		return errors.New("the models cannot be one statement with equal scores, for the reasons above")
	}
	if err != nil {
		return err
	}
	text := statement.Text()
	if !*parameters {
		at, given, err := asOf.parse(zone)
		if err != nil {
			return err
		}
		if !given {
			at = time.Now()
		}
		if text, err = statement.Literal(at); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(inv.out, "%s;\n", strings.TrimRight(text, "\n"))
	return err
}
