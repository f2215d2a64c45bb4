package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
	"github.com/leadscore/leadscore/registry/registrytest"
	"github.com/leadscore/leadscore/registry/sqlstore"
)

// sqlStores returns two stores of a new table.
func sqlStores(t *testing.T, db *sql.DB, table string) (one, other *sqlstore.Store) {
	t.Helper()
	one, other = sqlstore.New(db, sqlstore.Options{Table: table}), sqlstore.New(db, sqlstore.Options{Table: table, Read: db})
	for _, s := range []*sqlstore.Store{one, other, one} { // several programs may start
		if err := s.Create(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return one, other
}

// TestRegistryStore: the log of a registry in a table keeps the contract.
func TestRegistryStore(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		tables := 0
		db := d.open(t, new(statements))
		registrytest.Run(t, func(t *testing.T) (one, other registry.Store) {
			tables++
			name := fmt.Sprintf("Log %d", tables) // a name that needs quotes
			return sqlStores(t, db, name)
		})
	})
}

// TestRegistryInDatabase publishes versions by a table, and reads a table that is damaged.
func TestRegistryInDatabase(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		db := d.open(t, new(statements))
		one, other := sqlStores(t, db, "")
		open := func(s registry.Store) *registry.Registry {
			r, err := registry.Open(t.Context(), s, leadscore.StandardSchema(), registry.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		a := open(one)
		files := []leadscore.File{{Name: "fit.score", Text: "model \"Fit\" {\n    target lead\n    condition \"Any\" {\n        has Lead\n        score +1\n    }\n}\n"}}
		ada := registry.By{Author: "ada", Note: "it's Ä"}
		for _, name := range []string{"spring", "summer"} {
			if err := a.Draft(t.Context(), registry.Version{Name: name, Author: "ada", Files: files}); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Publish(t.Context(), name, ada, nil); err != nil {
				t.Fatal(err)
			}
		}
		b := open(other)
		if b.Live() == nil || b.Live().Version != "summer" {
			t.Fatalf("%+v", b.Live())
		}
		if err := b.Stop(t.Context(), "Fit", ada); err != nil {
			t.Fatal(err)
		}
		if changed, err := a.Refresh(t.Context()); err != nil || !changed || len(a.Live().Set.Stopped()) != 1 {
			t.Errorf("%t, %v", changed, err)
		}
		exec(t, db, "DELETE FROM leadscore_registry WHERE number = 2")
		_, err := registry.Open(t.Context(), one, leadscore.StandardSchema(), registry.Options{})
		if err == nil || !strings.Contains(err.Error(), "registry table: entry 2 is missing, and there is entry 3; restore it from a backup") {
			t.Error(err)
		}
		exec(t, db, "DROP TABLE leadscore_registry")
		if err := one.Append(t.Context(), 1, []byte("{}")); err == nil || errors.Is(err, registry.ErrTaken) {
			t.Error(err)
		}
		if _, err := b.Refresh(t.Context()); err == nil || b.Live().Version != "summer" {
			t.Error(err)
		}
	})
}
