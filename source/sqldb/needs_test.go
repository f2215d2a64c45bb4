package sqldb_test

import (
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// fewTables are the tables of a company that has few of the standard schema's
// entities, and few of their fields.
func fewTables() map[string]*fakeTable {
	return map[string]*fakeTable{
		`"leads"`:         {names: []string{"id", "parent_contact_id", "parent_account_id"}, types: []string{"TEXT", "TEXT", "TEXT"}, rows: [][]driver.Value{{"l1", "c1", nil}}},
		`"contacts"`:      {names: []string{"id", "city"}, types: []string{"TEXT", "TEXT"}, rows: [][]driver.Value{{"c1", "Chicago"}}},
		`"emails_opened"`: {names: []string{"id", "contact_id", "timestamp"}, types: []string{"TEXT", "TEXT", "TEXT"}},
	}
}

func setOf(t testing.TB, schema *leadscore.Schema, children ...string) *leadscore.Set {
	t.Helper()
	text := "model \"M\" {\n\ttarget contact\n"
	for i, c := range children {
		text += "\tcondition \"C" + string(rune('0'+i)) + "\" { " + c + " score 1 }\n"
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "m.score", Text: text + "}"}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestTablesThatNobodyNeeds: a database needs only what rules ask for, and nothing
// is listed as absent.
func TestTablesThatNobodyNeeds(t *testing.T) {
	set := setOf(t, leadscore.StandardSchema(), `has Lead.ParentContact where City = "Chicago"`)
	for name, needs := range map[string][]*traverse.Need{"checked": set.Needs(), "not checked": nil} {
		t.Run(name, func(t *testing.T) {
			_, db := newFake(t, fewTables())
			source, err := sqldb.Open(t.Context(), db, ansi(), set.Schema(), sqldb.Options{Needs: needs})
			if err != nil {
				t.Fatal(err)
			}
			if err := source.Check(set.Needs()); err != nil {
				t.Error(err)
			}
			if ids, err := list(source.Leads(t.Context())); err != nil || !slices.Equal(ids, []string{"l1"}) {
				t.Errorf("leads %q, %v", ids, err)
			}
			snapshot, err := source.Snapshot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer snapshot.Close()
			if r, err := set.Score(t.Context(), "l1", snapshot); err != nil || r.Results[0].Score != 1 {
				t.Errorf("%v, %v", r, err)
			}
		})
	}
}

// TestAllThatIsMissing: one error lists what rules ask for and the database lacks,
// and the tables that it has, whenever it is noticed.
func TestAllThatIsMissing(t *testing.T) {
	set := setOf(t, leadscore.StandardSchema(), `has Lead.ParentContact where City = "Chicago" and JobTitle = "CEO"`, `each EmailOpened`,
		`each EmailClicked`, `has Lead where City = "Chicago"`)
	want := `sqldb: Lead.City: the table leads has no column for it, such as city; name one in Mapping.Tables, or list Lead.City in Mapping.Absent
sqldb: Contact.JobTitle: the table contacts has no column for it, such as job_title; name one in Mapping.Tables, or list Contact.JobTitle in Mapping.Absent
sqldb: EmailClicked: there is no table for it, such as email_clicked; name one in Mapping.Tables, or list EmailClicked in Mapping.Absent
sqldb: EmailOpened: there is no table for it, such as email_opened; name one in Mapping.Tables, or list EmailOpened in Mapping.Absent; did you mean emails_opened?
sqldb: the database has the tables contacts, emails_opened and leads`
	sorted := func(err error) string {
		p, ok := errors.AsType[sqldb.Problems](err)
		if !ok {
			t.Fatalf("got %v", err)
		}
		slices.SortStableFunc(p, func(a, b sqldb.Problem) int {
			order := []string{"Lead", "Contact", "EmailClicked", "EmailOpened"}
			return slices.Index(order, a.Entity) - slices.Index(order, b.Entity)
		})
		return p.Error()
	}
	f, db := newFake(t, fewTables())
	_, err := sqldb.Open(t.Context(), db, ansi(), set.Schema(), sqldb.Options{Needs: set.Needs()})
	if got := sorted(err); got != want {
		t.Errorf("opened with needs: got\n%s", got)
	}
	source, err := sqldb.Open(t.Context(), db, ansi(), set.Schema(), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := sorted(source.Check(set.Needs())); got != want {
		t.Errorf("checked: got\n%s", got)
	}

	// A query fails for what it asks for, and is not asked again for fewer keys.
	f.statements()
	for r, err := range set.ScoreAll(t.Context(), leadscore.IDs("l1", "l2"), source) {
		want := `lead "` + r.Lead + `": Lead (Lead): sqldb: Lead.City: the table leads has no column for it, such as city; name one in Mapping.Tables, or list Lead.City in Mapping.Absent`
		if err == nil || err.Error() != want || !errors.Is(err, traverse.ErrUnavailable) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if got := f.statements(); got != nil {
		t.Errorf("asked %q", got)
	}
}

// TestMappingMustBeRight: what the mapping names must exist, whether or not rules
// need it.
func TestMappingMustBeRight(t *testing.T) {
	_, db := newFake(t, fewTables())
	_, err := sqldb.Open(t.Context(), db, ansi(), leadscore.StandardSchema(), sqldb.Options{Mapping: sqldb.Mapping{Tables: map[string]sqldb.Table{
		"EmailOpened": {Name: "email_opens"}, "Contact": {ID: "number", Columns: map[string]sqldb.Column{"City": {Name: "town"}}},
		"Lead": {Columns: map[string]sqldb.Column{"ParentContact": {Format: sqldb.UnixSeconds}}},
	}}})
	want := `sqldb: Lead.ParentContact: the column parent_contact_id is text (TEXT) and cannot hold the id of a reference: a Unix format is for times and dates
sqldb: Contact.id: the table contacts has no column number
sqldb: Contact.City: the table contacts has no column town
sqldb: EmailOpened: there is no table email_opens; did you mean emails_opened?
sqldb: the database has the tables contacts, emails_opened and leads`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v", err)
	}
}

// TestNoLeads: the leads cannot be listed without their table.
func TestNoLeads(t *testing.T) {
	tables := fewTables()
	delete(tables, `"leads"`)
	_, db := newFake(t, tables)
	source, err := sqldb.Open(t.Context(), db, ansi(), leadscore.StandardSchema(), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ids, err := list(source.Leads(t.Context()))
	want := `sqldb: Lead: there is no table for it, such as lead; name one in Mapping.Tables, or list Lead in Mapping.Absent
sqldb: the database has the tables contacts and emails_opened`
	if ids != nil || err == nil || err.Error() != want {
		t.Errorf("leads %q, %v", ids, err)
	}
}

// TestNoTables: a database without tables says so, and one with many lists some.
func TestNoTables(t *testing.T) {
	set := setOf(t, leadscore.StandardSchema(), `has Lead`)
	_, db := newFake(t, nil)
	_, err := sqldb.Open(t.Context(), db, ansi(), set.Schema(), sqldb.Options{Needs: set.Needs()})
	if err == nil || !strings.HasSuffix(err.Error(), "\nsqldb: the database has no tables") {
		t.Errorf("got %v", err)
	}
	tables := map[string]*fakeTable{}
	for i := range 50 {
		tables[`"t`+string(rune('A'+i))+`"`] = &fakeTable{names: []string{"id"}, types: []string{"TEXT"}}
	}
	_, db = newFake(t, tables)
	_, err = sqldb.Open(t.Context(), db, ansi(), set.Schema(), sqldb.Options{Needs: set.Needs()})
	if err == nil || !strings.Contains(err.Error(), "\nsqldb: the database has the tables tA, tB, ") || !strings.HasSuffix(err.Error(), " and 10 more") {
		t.Errorf("got %v", err)
	}
}
