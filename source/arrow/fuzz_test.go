package arrow_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/arrow"
	"github.com/leadscore/leadscore/source/sqldb"
)

// FuzzFile loads damaged files. Loading fails with an error, or it does not, and then each lead
// has a score or an error. Nothing panics.
func FuzzFile(f *testing.F) {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "rules.score", Text: `model "Clicks" {
		target contact
		condition "Clicks" { each EmailClicked within last 31 days where Url contains "pricing" score +1 }
	}`}})
	if err != nil {
		f.Fatal(err)
	}
	leads := batchOf(f, "id utf8", `["ada"]`, "parent_contact int", `[7]`, "parent_account null", `[null]`)
	for _, groups := range []int64{2, 10} {
		f.Add(parquetOf(f, groups, batchOf(f, "id utf8", `["a","b","c"]`, "contact dict", `["7","7",null]`, "url dict", `["pricing","x",null]`,
			"timestamp time", `["2026-05-01T00:00:00Z","2026-05-30T00:00:00Z",null]`)).Data)
		f.Add(parquetOf(f, groups, batchOf(f, "id int", `[1,2,3]`, "contact int", `[7,null,7]`, "url utf8", `["pricing","x",null]`,
			"timestamp time", `["2026-05-01T00:00:00Z","2026-05-30T00:00:00Z",null]`)).Data)
	}
	whose := parquetOf(f, 10, leads)
	f.Fuzz(func(t *testing.T, data []byte) {
		files := fstest.MapFS{"leads.parquet": whose, "email_clicked.parquet": {Data: data}}
		tables, err := arrow.Open(t.Context(), files, set.Schema(), sqldb.Options{Mapping: sqldb.Mapping{Absent: []string{"Contact", "Account"}}})
		if err != nil {
			t.Fatalf("nothing was asked for: %v", err)
		}
		store, err := tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "arrow: ") {
				t.Errorf("%v does not say where it comes from", err)
			}
			return
		}
		if _, err := set.Score(t.Context(), "ada", store, leadscore.AsOf(asOf)); err != nil {
			t.Error(err)
		}
	})
}
