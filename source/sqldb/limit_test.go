package sqldb_test

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// manyCalls are tables with n calls of the contact c, and one of d.
func manyCalls(n int) map[string]*fakeTable {
	tables := callTables("TEXT", "TEXT", "TEXT")
	for i := range n {
		tables[`"calls"`].rows = append(tables[`"calls"`].rows, []driver.Value{fmt.Sprint("k", i), nil, "c"})
	}
	tables[`"calls"`].rows = append(tables[`"calls"`].rows, []driver.Value{"other", nil, "d"})
	return tables
}

// TestLimit: a statement asks for no more rows than a query needs to be full, and few
// texts do for all limits.
func TestLimit(t *testing.T) {
	f, source := openCalls(t, postgres(), manyCalls(5000), sqldb.Mapping{})
	by := need(t, "Call", "Contact", nil, "")
	for _, test := range []struct {
		limit, rows int
		want        string // how the statement ends
	}{
		{0, 5001, `$1::text[]) | string {"c","d"}`},
		{1, 1, `$1::text[]) LIMIT 1024 | string {"c","d"}`},
		{1024, 1024, `$1::text[]) LIMIT 1024 | string {"c","d"}`},
		{1025, 1025, `$1::text[]) LIMIT 2048 | string {"c","d"}`},
		{3000, 3000, `$1::text[]) LIMIT 4096 | string {"c","d"}`},
		{1_000_001, 5001, `$1::text[]) LIMIT 1048576 | string {"c","d"}`},
		{1 << 62, 5001, `$1::text[]) | string {"c","d"}`},
	} {
		q := &traverse.Query{Need: by, Keys: []string{"c", "d"}, Limit: test.limit}
		_, out, err := fetch(t.Context(), source, q)
		if err != nil || out.Len() != test.rows || out.Full() != (test.limit > 0 && test.rows == test.limit) {
			t.Errorf("limit %d: %d rows, full %t, %v", test.limit, out.Len(), out.Full(), err)
		}
		if got := f.statements(); len(got) != 1 || !strings.HasSuffix(got[0], test.want) {
			t.Errorf("limit %d: %q", test.limit, got)
		}
	}
}

// TestLimitOfOtherRows: rows that count for nothing must not hide others behind the
// limit of a statement.
func TestLimitOfOtherRows(t *testing.T) {
	f, source := openCalls(t, sqlite(), manyCalls(5000), sqldb.Mapping{})
	f.lax = true // as a collation without letter case would
	q := &traverse.Query{Need: need(t, "Call", "Contact", nil, ""), Keys: []string{"d"}, Limit: 100}
	_, _, err := fetch(t.Context(), source, q)
	want := "sqldb: Call by Contact: there are more than 1024 rows, too many to read, and some of them have other keys or are wrong"
	if err == nil || err.Error() != want || errors.Is(err, traverse.ErrUnavailable) {
		t.Errorf("got %v, want %s", err, want)
	}
	f.lax = false
	if got, _, err := fetch(t.Context(), source, q); err != nil || len(got) != 1 {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestChangedType: a column whose type changes while a source is open is an error, as
// its values would silently compare differently.
func TestChangedType(t *testing.T) {
	for _, test := range []struct {
		entity, column, typ string
		want                string // "" = no error
	}{
		{"contacts", "contact_id", "BPCHAR", "the column contact_id is now fixed-length text (BPCHAR), and was text when the source was opened; open it again"},
		{"contacts", "name", "CHAR", "the column name is now fixed-length text (CHAR), and was text when the source was opened; open it again"},
		{"contacts", "name", "INT8", "the column name is now integer (INT8), and was text when the source was opened; open it again"},
		{"contacts", "name", "VARCHAR", ""},
		{"contacts", "parent_account", "BPCHAR", ""}, // which is not asked for
	} {
		f, source := openCalls(t, postgres(), callTables("TEXT", "TEXT", "TEXT"), sqldb.Mapping{})
		table := f.tables[`"`+test.entity+`"`]
		table.rows = [][]driver.Value{{"c", "name", nil}}
		for i, name := range table.names {
			if name == test.column {
				table.types[i] = test.typ
			}
		}
		_, _, err := fetch(t.Context(), source, &traverse.Query{Need: need(t, "Contact", "", []string{"Name"}, ""), Keys: []string{"c"}})
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s %s: %v", test.column, test.typ, err)
		case test.want != "" && (err == nil || err.Error() != "sqldb: Contact by id: "+test.want || !errors.Is(err, traverse.ErrUnavailable)):
			t.Errorf("%s %s: %v", test.column, test.typ, err)
		}
	}
	f, source := openCalls(t, postgres(), callTables("TEXT", "TEXT", "TEXT"), sqldb.Mapping{})
	manyLeads(f.tables, 1, func(int) driver.Value { return "l1   " })
	f.tables[`"leads"`].types[0] = "BPCHAR"
	if ids, err := list(source.Leads(t.Context())); len(ids) > 0 || err == nil || !strings.Contains(err.Error(), "listing the leads: the column id is now fixed-length text (BPCHAR)") {
		t.Errorf("leads %q, %v", ids, err)
	}
}

// TestStalePlan: a driver that has kept a plan from before a table changed is asked
// again when the source is opened.
func TestStalePlan(t *testing.T) {
	f, db := newFake(t, callTables("TEXT", "TEXT", "TEXT"))
	asked := 0
	f.fail(func(q string) fakeFault {
		if strings.Contains(q, "leads") {
			if asked++; asked == 1 {
				return fakeFault{err: stateError("0A000")}
			}
		}
		return fakeFault{}
	})
	if _, err := sqldb.Open(t.Context(), db, postgres(), calls(t), sqldb.Options{Needs: everything(t, calls(t))}); err != nil || asked != 2 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}
