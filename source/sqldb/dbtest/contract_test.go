package dbtest

import (
	"testing"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

func TestContract(t *testing.T) {
	forEach(t, func(t *testing.T, d database, s style) {
		var source *sqldb.Source
		sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
			_, source = load(t, d, s, schema, records, nil)
			return source
		})
	})
}

func TestContractOfSnapshot(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		schema, records := sourcetest.Schema(), sourcetest.Records()
		_, source := load(t, d, d.styles[0], schema, records, nil)
		snapshot, err := source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := sourcetest.Check(snapshot, schema, records); err != nil {
			t.Error(err)
		}
		if err := snapshot.Close(); err != nil {
			t.Error(err)
		}
	})
}
