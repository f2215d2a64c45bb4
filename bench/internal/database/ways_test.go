package database_test

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/database"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/bench/internal/sidebyside"
	"github.com/leadscore/leadscore/bench/internal/statement"
	"github.com/leadscore/leadscore/bench/internal/statement/statementtest"
)

// All ways give every lead the same score, by many models.
func TestWays(t *testing.T) {
	ctx := t.Context()
	dsn := os.Getenv("LEADSCORE_POSTGRES")
	if dsn == "" {
		t.Skip("the environment variable LEADSCORE_POSTGRES holds no connection string")
	}
	const leads = 300
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := database.PostgreSQL(ctx, dsn, crm.Generate(leads, 2), schema)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	statementtest.Folding(t, statement.PostgreSQL, func(query string) (answer string, err error) {
		err = conn.QueryRow(ctx, query).Scan(&answer)
		return answer, err
	})
	if err := d.Cluster(ctx); err != nil {
		t.Error(err)
	}
	ways, err := d.Ways(ctx)
	if err != nil {
		t.Skip(err) // of a server elsewhere
	}
	defer func() {
		if err := ways.Close(); err != nil {
			t.Error(err)
		}
	}()
	statementtest.Models(t, leads, ways.List()...)
	costs, err := sidebyside.Ways(ctx, ways.Used, leads, 1, rules.Measured(7), ways.List()...)
	if err != nil || len(costs) != len(ways.List()) {
		t.Errorf("%d costs, %v", len(costs), err)
	}
}
