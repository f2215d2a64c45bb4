package database_test

import (
	"context"
	"os"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/database"
	"github.com/leadscore/leadscore/bench/internal/measure"
)

// A lead has the same score from everywhere, and a batch takes a statement for
// each need at most, however many leads and interactions there are.
func TestDatabases(t *testing.T) {
	const leads, batch = 130, 50
	lab := measure.NewLab(leads, 1)
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func(context.Context) (*database.Database, error){
		"SQLite": func(ctx context.Context) (*database.Database, error) {
			return database.SQLite(ctx, t.TempDir(), lab.Data, schema)
		},
		"PostgreSQL": func(ctx context.Context) (*database.Database, error) {
			return database.PostgreSQL(ctx, os.Getenv("LEADSCORE_POSTGRES"), lab.Data, schema)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "PostgreSQL" && os.Getenv("LEADSCORE_POSTGRES") == "" {
				t.Skip("the environment variable LEADSCORE_POSTGRES holds no connection string")
			}
			d, err := open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			}()
			for _, size := range []int{20, 100} {
				if _, asked, err := d.All(lab, size, batch); err != nil || asked < 10 {
					t.Errorf("%d rules: %d statements, %v", size, asked, err)
				}
				if _, asked, err := d.One(lab, size); err != nil || asked < 5 {
					t.Errorf("%d rules, one lead: %d statements, %v", size, asked, err)
				}
			}
		})
	}
}
