//go:build cgo && duckdb

package duckdb_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/duckdb"
	"github.com/leadscore/leadscore/bench/internal/sidebyside"
	"github.com/leadscore/leadscore/bench/internal/statement"
	"github.com/leadscore/leadscore/bench/internal/statement/statementtest"
)

// DuckDB gives every lead the same score as leadscore, by many models.
func TestScores(t *testing.T) {
	const leads = 300
	dir := t.TempDir()
	if err := crm.Generate(leads, 2).WriteCSV(dir); err != nil {
		t.Fatal(err)
	}
	var ways []*sidebyside.Way
	for _, l := range append([]*sidebyside.Loader{sidebyside.Tables}, duckdb.Loaders()...) {
		w, release, err := l.Load(t.Context(), dir, 2)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := release(); err != nil {
				t.Error(err)
			}
		}()
		ways = append(ways, w)
		if w.Unscored {
			if err := w.Run(t.Context(), nil, nil); err != nil {
				t.Errorf("%s: %v", w.Name, err)
			}
		}
	}
	if len(ways) < 2 {
		t.Error("DuckDB is missing")
	}
	statementtest.Models(t, leads, ways...)
}

func TestFolding(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	statementtest.Folding(t, statement.DuckDB, func(query string) (answer string, err error) {
		err = db.QueryRowContext(t.Context(), query).Scan(&answer)
		return answer, err
	})
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestNoFiles(t *testing.T) {
	for _, l := range duckdb.Loaders() {
		_, release, err := l.Load(t.Context(), t.TempDir(), 1)
		if err == nil {
			t.Error(errors.Join(errors.New("no error for a folder without files"), release()))
		}
	}
}
