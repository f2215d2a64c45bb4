package sqldb_test

import (
	"database/sql/driver"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// TestCodes reads columns of codes, as option sets of a CRM are stored.
func TestCodes(t *testing.T) {
	codes := map[string]string{"0": "Cold", "1": "Hot", "9": ""}
	for _, test := range []struct {
		typ    traverse.Type
		column string // its type
		format sqldb.Column
		value  driver.Value
		want   string // or the end of the error
	}{
		{traverse.Choice, "INTEGER", sqldb.Column{}, int64(1), "Hot"},
		{traverse.Choice, "TEXT", sqldb.Column{}, "0 ", "Cold"},
		{traverse.Text, "TEXT", sqldb.Column{}, []byte("1"), "Hot"},
		{traverse.Choice, "INTEGER", sqldb.Column{}, int64(9), "null"},
		{traverse.Choice, "INTEGER", sqldb.Column{}, nil, "null"},
		{traverse.Choice, "INTEGER", sqldb.Column{}, int64(2), `"2" is not among the codes of the column`},
		{traverse.Choices, "TEXT", sqldb.Column{Separator: ","}, "1, 0,9", "Hot; Cold"},
		{traverse.Choices, "TEXT", sqldb.Column{Format: sqldb.JSONArray}, `["1"]`, "Hot"},
		{traverse.Choices, "TEXT", sqldb.Column{Separator: ","}, "1,7", `"7" is not among the codes of the column`},
	} {
		test.format.Codes = codes
		v, err := readValue(t, test.typ, test.column, test.format, test.value)
		got := v.String()
		if err != nil {
			got = err.Error()
		}
		if got != test.want && !(err != nil && strings.HasSuffix(got, test.want) && test.want != "") {
			t.Errorf("%v %v as %v: got %q, want %q", test.column, test.value, test.typ, got, test.want)
		}
	}
}

// TestCodesOfNumbers: codes are for texts and choices.
func TestCodesOfNumbers(t *testing.T) {
	_, db := newFake(t, valueTables("INTEGER", int64(1)))
	opts := sqldb.Options{Mapping: sqldb.Mapping{Tables: map[string]sqldb.Table{"Lead": {Columns: map[string]sqldb.Column{"Field": {Codes: map[string]string{"1": "2"}}}}}}}
	source, err := sqldb.Open(t.Context(), db, postgres(), valueSchema(t, traverse.Number), opts)
	if err == nil {
		_, err = source.Audit(t.Context(), nil)
	}
	if err == nil || !strings.Contains(err.Error(), "codes are for text and choices") {
		t.Errorf("got %v", err)
	}
}
