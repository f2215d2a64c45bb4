package arrow_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/arrow"
	"github.com/leadscore/leadscore/source/sqldb"
)

// TestDamagedFiles changes every byte of some files, and cuts them off at many places.
func TestDamagedFiles(t *testing.T) {
	load, files := damaged(t)
	for _, data := range files {
		for at := range data {
			if at%7 == 0 {
				load(t, data[:at])
			}
			changed := bytes.Clone(data)
			changed[at] = []byte{0, 0x7f, 0xff, data[at] ^ 0x10}[at%4]
			load(t, changed)
			if t.Failed() {
				return
			}
		}
	}
}

// FuzzFile loads damaged files.
func FuzzFile(f *testing.F) {
	load, files := damaged(f)
	for _, data := range files {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { load(t, data) })
}

// damaged returns a function that loads a file that may be damaged, and files that are not.
// Loading fails with an error, or it does not, and then the lead has a score. Nothing panics.
func damaged(t testing.TB) (load func(t testing.TB, data []byte), files [][]byte) {
	t.Helper()
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "rules.score", Text: `model "Clicks" {
		target contact
		condition "Clicks" { each EmailClicked within last 31 days where Url contains "pricing" score +1 }
	}`}})
	if err != nil {
		t.Fatal(err)
	}
	whose := parquetOf(t, 10, batchOf(t, "id utf8", `["ada"]`, "parent_contact int", `[7]`, "parent_account null", `[null]`))
	for _, groups := range []int64{2, 10} {
		files = append(files, parquetOf(t, groups, batchOf(t, "id utf8", `["a","b","c"]`, "contact dict", `["7","7",null]`, "url dict", `["pricing","x",null]`,
			"timestamp time", `["2026-05-01T00:00:00Z","2026-05-30T00:00:00Z",null]`)).Data)
	}
	files = append(files, parquetOf(t, 10, batchOf(t, "id int", `[1,2,3]`, "contact int", `[7,null,7]`, "url utf8", `["pricing","x",null]`,
		"timestamp time", `["2026-05-01T00:00:00Z","2026-05-30T00:00:00Z",null]`)).Data)
	return func(t testing.TB, data []byte) {
		t.Helper()
		folder := fstest.MapFS{"leads.parquet": whose, "email_clicked.parquet": {Data: data}}
		tables, err := arrow.Open(t.Context(), folder, set.Schema(), sqldb.Options{Mapping: sqldb.Mapping{Absent: []string{"Contact", "Account"}}})
		if err != nil {
			if _, ok := errors.AsType[arrow.Problems](err); !ok {
				t.Errorf("%v is not Problems", err)
			}
			return
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
	}, files
}
