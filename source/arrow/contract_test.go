package arrow_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/leadscore/leadscore/source/arrow"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// TestContract runs the contract of a source over files, and over record batches, in each
// style.
func TestContract(t *testing.T) {
	for _, s := range styles {
		t.Run("files/"+s.name, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
				batches, mapping := s.batches(schema, records)
				files := fstest.MapFS{}
				for name, b := range batches {
					files[name+".parquet"] = parquetOf(t, 60, split(b, 45)...)
				}
				tables, err := arrow.Open(t.Context(), files, schema, sqldb.Options{Mapping: mapping})
				return load(t, schema, tables, err)
			})
		})
		t.Run("batches/"+s.name, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
				batches, mapping := s.batches(schema, records)
				var all []arrow.Table
				for name, b := range batches {
					all = append(all, arrow.Batches(name, b.Schema(), split(b, 45)...))
				}
				tables, err := arrow.Bind(schema, sqldb.Options{Mapping: mapping}, all...)
				return load(t, schema, tables, err)
			})
		})
	}
}

// TestContractOfFolders spreads the rows of each table over files.
func TestContractOfFolders(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
		batches, mapping := styles[0].batches(schema, records)
		files := fstest.MapFS{}
		for name, b := range batches {
			for i, part := range split(b, 70) {
				files[fmt.Sprintf("%s/year=2026/part-%05d.snappy.parquet", name, i)] = parquetOf(t, 30, part)
			}
			files[name+"/_SUCCESS"] = &fstest.MapFile{}
			files[name+"/_temporary/part.parquet"] = &fstest.MapFile{Data: []byte("half a file")}
		}
		tables, err := arrow.Open(t.Context(), files, schema, sqldb.Options{Mapping: mapping})
		return load(t, schema, tables, err)
	})
}

func load(t *testing.T, schema *traverse.Schema, tables *arrow.Tables, err error) traverse.Source {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	store, err := tables.Load(t.Context(), everything(t, schema), sqldb.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return store
}
