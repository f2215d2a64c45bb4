package database_test

import (
	"os"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/database"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/bench/internal/sidebyside"
	"github.com/leadscore/leadscore/bench/internal/statement/statementtest"
	"github.com/leadscore/leadscore/internal/clickhouse"
)

// ClickHouse gives every lead the score that leadscore gives it over files, by many models.
func TestClickHouse(t *testing.T) {
	if _, err := clickhouse.Program(); err != nil && os.Getenv("LEADSCORE_CLICKHOUSE") != "start" {
		t.Skip(err)
	}
	const leads = 300
	data := crm.Generate(leads, 2)
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := data.WriteCSV(dir); err != nil {
		t.Fatal(err)
	}
	files, release, err := sidebyside.Tables.Load(t.Context(), dir, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	c, err := database.ClickHouse(t.Context(), data, schema)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	if version, err := c.Version(t.Context()); err != nil || version == "" {
		t.Errorf("version %q, %v", version, err)
	}
	ways := append([]*sidebyside.Way{files}, c.List()...)
	statementtest.Models(t, leads, ways...)
	if can, refused := sidebyside.Divide(rules.Measured(1000), ways); len(refused) == 0 {
		t.Errorf("%d ways score by 1000 rules; a SELECT has too many columns", len(can))
	}
	costs, err := sidebyside.Ways(t.Context(), sidebyside.Together(sidebyside.Own, c.Used), leads, 1, rules.Measured(20), ways...)
	if err != nil {
		t.Fatal(err)
	}
	// A row has its lead and its score, at the least, and no record of an interaction.
	if moved := costs[2].Bytes(); costs[0].Bytes() != 0 || moved < 10*leads || moved > 300*leads+100_000 {
		t.Errorf("costs %v", costs)
	}
}
