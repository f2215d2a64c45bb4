package dbtest

import (
	"testing"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// TestTables checks that tables hold the data of a world, in every style: package sqldb reads them,
// and the engine scores as with the data in memory.
func TestTables(t *testing.T) {
	alone(t)
	forDatabases(t, func(t *testing.T, d *database) {
		for i, s := range d.styles {
			t.Run(s.name, func(t *testing.T) {
				if d.read == nil || d.name == "SQLite" && s.formats[traverse.Date] == sqldb.ByType {
					t.Skip("package sqldb does not read such tables")
				}
				w := newWorld(t, i, s.ids)
				db := d.load(t, s, w)
				source, err := sqldb.Open(t.Context(), db, d.read(), w.schema, sqldb.Options{Mapping: s.sqlMapping(w.schema)})
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range w.cases {
					want, err := ofEngine(c.set, w.source, w.leads, c.AsOf)
					if err != nil {
						t.Fatal(err)
					}
					got, err := ofEngine(c.set, source, w.leads, c.AsOf)
					if err != nil {
						t.Fatal(err)
					}
					if text := differences(want, got); text != "" {
						t.Errorf("case %d: %s", c.number, text)
					}
					naive, err := ofReference(w, c)
					if err != nil {
						t.Fatal(err)
					}
					if text := differences(naive, want.of(c.leads)); text != "" {
						t.Errorf("case %d: the reference, and the engine: %s", c.number, text)
					}
				}
			})
		}
	})
}
