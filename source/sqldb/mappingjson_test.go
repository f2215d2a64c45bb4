package sqldb_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/source/sqldb"
)

// TestMappingJSON: what a mapping is written as reads back as the same mapping.
func TestMappingJSON(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.SampledFrom([]string{"", "", "a", `é"`, "<b>"})
		names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"Lead", "x y", "é"}), 0, 3, rapid.ID[string])
		var m sqldb.Mapping
		if rapid.Bool().Draw(r, "tables") {
			m.Tables = map[string]sqldb.Table{}
			for _, name := range names.Draw(r, "entities") {
				table := sqldb.Table{Schema: text.Draw(r, "schema"), Name: text.Draw(r, "name"), ID: text.Draw(r, "id")}
				for _, field := range names.Draw(r, "fields") {
					if table.Columns == nil {
						table.Columns = map[string]sqldb.Column{}
					}
					c := sqldb.Column{
						Name: text.Draw(r, "column"), Format: sqldb.Format(rapid.IntRange(0, 5).Draw(r, "format")),
						Separator: text.Draw(r, "separator"), True: text.Draw(r, "true"), False: text.Draw(r, "false"),
					}
					if rapid.Bool().Draw(r, "codes") {
						c.Codes = map[string]string{text.Draw(r, "code"): text.Draw(r, "means")}
					}
					table.Columns[field] = c
				}
				m.Tables[name] = table
			}
		}
		m.Absent = rapid.SampledFrom([][]string{nil, {"Lead.Rating", "é"}}).Draw(r, "absent")
		written, err := json.MarshalIndent(m, "", "\t")
		if err != nil {
			r.Fatal(err)
		}
		back, err := sqldb.ReadMapping("m.json", written)
		if err != nil || !reflect.DeepEqual(back, m) {
			r.Fatalf("%s\nreads as %+v, %v", written, back, err)
		}
	})
	if text, err := json.Marshal(sqldb.Mapping{Tables: map[string]sqldb.Table{"Lead": {Columns: map[string]sqldb.Column{"Rating": {Format: 99}}}}}); err == nil {
		t.Errorf("no error for a format that is none: %s", text)
	}
}
