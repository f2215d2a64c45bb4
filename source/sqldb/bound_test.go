package sqldb_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

var listed = []sqldb.Listed{
	{Name: "leads", Columns: []sqldb.ListedColumn{{"lead_id", "int64", sqldb.Integer}, {"topic", "utf8", sqldb.Text}, {"parent_contact_id", "int64", sqldb.Integer}}},
	{Name: "people", Columns: []sqldb.ListedColumn{
		{"id", "utf8", sqldb.Text}, {"interests", "list<utf8>", sqldb.TextArray}, {"last_call", "date32", sqldb.Day}, {"lifetime_value", "utf8", sqldb.Text},
	}},
}

func TestBind(t *testing.T) {
	zone := time.FixedZone("", 2*60*60)
	bound, err := sqldb.Bind(sourcetest.Schema(), listed, sqldb.Options{Zone: zone, Mapping: sqldb.Mapping{
		Tables: map[string]sqldb.Table{"Contact": {Name: "people", Columns: map[string]sqldb.Column{"LifetimeValue": {Format: sqldb.DecimalText}}}},
		Absent: []string{"Contact.Email", "Contract"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	lead, contact := bound["Lead"], bound["Contact"]
	if lead.Table != "leads" || lead.ID.Name != "lead_id" || lead.Columns["ParentContact"].Name != "parent_contact_id" || lead.Columns["ParentContact"].Type != traverse.NoType {
		t.Errorf("Lead: %+v", lead)
	}
	if c := contact.Columns["Email"]; c != nil {
		t.Errorf("Email, which is absent: %v", c)
	}
	if bound["Contract"].Table != "" {
		t.Errorf("Contract, which is absent: %+v", bound["Contract"])
	}
	for _, test := range []struct {
		field string
		value any
		want  traverse.Value
	}{
		{"Interests", []string{"Tea", "", "Coffee"}, traverse.ChoicesValue("Tea", "Coffee")},
		{"Interests", []string{""}, traverse.Value{}},
		{"LastCall", time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), traverse.TimeValue(time.Date(2026, 5, 1, 0, 0, 0, 0, zone))},
		{"LifetimeValue", "12.5", traverse.NumberValue(12.5)},
	} {
		if got, err := contact.Columns[test.field].Decode(test.value); err != nil || !got.Equal(test.want) {
			t.Errorf("%s of %v: %v, %v; want %v", test.field, test.value, got, err, test.want)
		}
	}
	if _, err := contact.Columns["LifetimeValue"].Decode("much"); err == nil {
		t.Error("a text that is no number was decoded")
	}
	need, err := sourcetest.Schema().NewNeed("Lead", "", []string{"Topic", "Rating"}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := "the table leads has no column for it, such as rating; name one in Mapping.Tables, or list Lead.Rating in Mapping.Absent"
	if problems, ok := errors.AsType[sqldb.Problems](lead.Lack(need)); !ok || len(problems) != 1 || problems[0].Message != want {
		t.Errorf("what Lead lacks: %v", lead.Lack(need))
	}
}

func TestBindProblems(t *testing.T) {
	need, err := sourcetest.Schema().NewNeed("Lead", "", []string{"Rating"}, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = sqldb.Bind(sourcetest.Schema(), listed, sqldb.Options{Needs: []*traverse.Need{need}, Mapping: sqldb.Mapping{
		Tables: map[string]sqldb.Table{"Contact": {Schema: "crm", Name: "people"}, "Account": {Name: "poeple"}},
	}})
	if _, ok := errors.AsType[sqldb.Problems](err); !ok {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Contact: the mapping names a schema of a database, and this is none",
		"Account: there is no table poeple; did you mean people?",
		"Lead.Rating: the table leads has no column for it",
		"the database has the tables leads and people",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %q", err, want)
		}
	}
}
