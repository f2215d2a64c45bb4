//go:build cgo && duckdb

package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the driver duckdb

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/bench/internal/sidebyside"
	"github.com/leadscore/leadscore/bench/internal/statement"
	"github.com/leadscore/leadscore/pushdown"
)

// Missing is why there are no loaders, if there are none.
const Missing = ""

// Loaders lists the ways to use DuckDB.
func Loaders() []*sidebyside.Loader {
	return []*sidebyside.Loader{
		loader("DuckDB", statement.DuckDB, scores),
		loader("DuckDB, text folded when loaded", statement.FoldedDuckDB, scores),
		loader("DuckDB, by the statement of pushdown", statement.DuckDB, pushDown),
		loader("DuckDB, counting interactions by contact, without rules", statement.DuckDB, nil),
	}
}

// A scorer scores all leads of a database that was loaded for a dialect.
type scorer func(ctx context.Context, db *sql.DB, dialect *statement.Dialect, m *rules.Model, score func(lead string, score int64)) error

// loader returns a loader into the memory of DuckDB. One statement scores all leads; to plan
// it is part of scoring. Without a scorer it only counts.
func loader(name string, dialect *statement.Dialect, scores scorer) *sidebyside.Loader {
	return &sidebyside.Loader{Name: name, Load: func(ctx context.Context, dir string, threads int) (*sidebyside.Way, func() error, error) {
		db, err := sql.Open("duckdb", "")
		if err != nil {
			return nil, nil, err
		}
		db.SetMaxOpenConns(1)
		if err := load(ctx, db, dialect, dir, threads); err != nil {
			return nil, nil, errors.Join(err, db.Close())
		}
		return &sidebyside.Way{Name: name, Unscored: scores == nil, Run: func(ctx context.Context, m *rules.Model, score func(lead string, score int64)) error {
			if scores == nil {
				return count(ctx, db)
			}
			return scores(ctx, db, dialect, m, score)
		}}, db.Close, nil
	}}
}

// load loads the files of a folder as they are, and folds text if the dialect says so.
func load(ctx context.Context, db *sql.DB, dialect *statement.Dialect, dir string, threads int) error {
	for _, setting := range []string{fmt.Sprintf("threads = %d", threads), "preserve_insertion_order = false"} {
		if _, err := db.ExecContext(ctx, "SET "+setting); err != nil {
			return err
		}
	}
	if err := table(ctx, db, dialect, dir, crm.Account); err != nil {
		return err
	}
	if err := table(ctx, db, dialect, dir, crm.Contact, "ParentAccount"); err != nil {
		return err
	}
	if err := table(ctx, db, dialect, dir, crm.Lead, "ParentContact"); err != nil {
		return err
	}
	for _, e := range crm.Interactions {
		if err := table(ctx, db, dialect, dir, e, "Contact", "Timestamp"); err != nil {
			return err
		}
	}
	return nil
}

// table loads the file of an entity. It says what the file is like, so that DuckDB has
// nothing to find out. Empty values are null. Text is folded as far as the values of the
// workload's fields ask, which rules have for operands.
func table(ctx context.Context, db *sql.DB, dialect *statement.Dialect, dir string, e *crm.Entity, more ...string) error {
	var types, columns []string
	for _, name := range append([]string{"id"}, more...) {
		typ := "VARCHAR"
		if name == "Timestamp" {
			typ = "TIMESTAMP"
		}
		types = append(types, literal(name)+": '"+typ+"'")
		columns = append(columns, statement.Quote(name))
	}
	for _, f := range e.Fields {
		typ, column := "VARCHAR", statement.Quote(f.Name)
		if f.Type == crm.Number {
			typ = "DOUBLE"
		} else if dialect.Folded {
			column = dialect.Fold(column, f.Values) + " AS " + column
		}
		types = append(types, literal(f.Name)+": '"+typ+"'")
		columns = append(columns, column)
	}
	file := literal(filepath.Join(dir, e.Name+".csv"))
	_, err := db.ExecContext(ctx, fmt.Sprintf(`CREATE TABLE %s AS SELECT %s FROM read_csv(%s, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', columns = {%s})`,
		statement.Quote(e.Name), strings.Join(columns, ", "), file, strings.Join(types, ", ")))
	return err
}

func scores(ctx context.Context, db *sql.DB, dialect *statement.Dialect, m *rules.Model, score func(lead string, score int64)) error {
	query, err := statement.Of(m, dialect, crm.AsOf)
	if err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var lead string
		var n int64
		if err := rows.Scan(&lead, &n); err != nil {
			return err
		}
		score(lead, n)
	}
	return rows.Err()
}

// pushDown scores by the statement that package pushdown makes of the rules.
func pushDown(ctx context.Context, db *sql.DB, _ *statement.Dialect, m *rules.Model, score func(lead string, score int64)) error {
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		return err
	}
	s := sidebyside.Pushdown{Schema: schema, Dialect: pushdown.DuckDB(), Mapping: sidebyside.Mapping}
	return s.Score(ctx, db, m, score)
}

// count counts what a statement counts, without tests.
func count(ctx context.Context, db *sql.DB) error {
	var n int64
	if err := db.QueryRowContext(ctx, statement.Counts()).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return errors.New("nothing was counted")
	}
	return nil
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
