package sqldb_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

func TestOpenErrors(t *testing.T) {
	_, db := newFake(t, nil)
	schema := calls(t)
	if _, err := sqldb.Open(t.Context(), nil, postgres(), schema, sqldb.Options{}); err == nil || err.Error() != "sqldb: the database is nil" {
		t.Error(err)
	}
	if _, err := sqldb.Open(t.Context(), db, postgres(), nil, sqldb.Options{}); err == nil || err.Error() != "sqldb: the schema is nil" {
		t.Error(err)
	}
	want := "sqldb: the dialect Mine lacks Quote or Storage"
	if _, err := sqldb.Open(t.Context(), db, sqldb.Dialect{Name: "Mine"}, schema, sqldb.Options{}); err == nil || err.Error() != want {
		t.Error(err)
	}
}

// TestOpenFaults: an error of the database while tables and columns are listed.
func TestOpenFaults(t *testing.T) {
	down := errors.New("the connection is down")
	for _, test := range []struct {
		name  string
		fault func(query string) fakeFault
		want  string
	}{
		{"tables", func(string) fakeFault { return fakeFault{err: down} }, "sqldb: listing the tables: the connection is down"},
		{"tables, in the middle", func(string) fakeFault { return fakeFault{after: 1, next: down} }, "sqldb: listing the tables: the connection is down"},
		{"tables, at the end", func(string) fakeFault { return fakeFault{close: down} }, "sqldb: listing the tables: the connection is down"},
		{"columns", func(q string) fakeFault {
			if strings.Contains(q, "leads") {
				return fakeFault{err: down}
			}
			return fakeFault{}
		}, "sqldb: Lead: the table leads cannot be read: the connection is down"},
		{"columns, in the middle", func(q string) fakeFault {
			if strings.Contains(q, "leads") {
				return fakeFault{next: down}
			}
			return fakeFault{}
		}, "sqldb: Lead: the table leads cannot be read: the connection is down"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, db := newFake(t, callTables("TEXT", "TEXT", "TEXT"))
			f.fail(test.fault)
			_, err := sqldb.Open(t.Context(), db, postgres(), calls(t), sqldb.Options{Needs: everything(t, calls(t))})
			if err == nil || err.Error() != test.want || !errors.Is(err, down) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	f, db := newFake(t, callTables("TEXT", "TEXT", "TEXT"))
	f.fail(func(q string) fakeFault {
		if strings.Contains(q, "leads") {
			cancel()
			return fakeFault{err: down}
		}
		return fakeFault{}
	})
	if _, err := sqldb.Open(ctx, db, postgres(), calls(t), sqldb.Options{Needs: everything(t, calls(t))}); !errors.Is(err, context.Canceled) || err.Error() != "sqldb: checking the mapping: context canceled" {
		t.Errorf("done meanwhile: %v", err)
	}
}

// TestNames: tables and columns are found by their names, in whatever way they
// are written.
func TestNames(t *testing.T) {
	tables := map[string]*fakeTable{
		`"LEAD"`:         {names: []string{"LeadID", "TOPIC", "ParentContactId", "parent account"}, types: []string{"TEXT", "TEXT", "TEXT", "TEXT"}},
		`"contacts"`:     {names: []string{"id", "contact_id", "na_me", "parentaccount"}, types: []string{"TEXT", "TEXT", "TEXT", "TEXT"}},
		`"crm"."firm"`:   {names: []string{"no", "id"}, types: []string{"TEXT", "TEXT"}},
		`"Calls"`:        {names: []string{"id", "time_stamp", "contact_id"}, types: []string{"TEXT", "TEXT", "TEXT"}},
		`"phone ""log"`:  {names: []string{"id", "am", "lead"}, types: []string{"TEXT", "DATE", "TEXT"}},
		`"another_view"`: {names: []string{"x"}, types: []string{"TEXT"}},
	}
	f, db := newFake(t, tables)
	source, err := sqldb.Open(t.Context(), db, ansi(), calls(t), sqldb.Options{Mapping: sqldb.Mapping{Tables: map[string]sqldb.Table{
		"Account": {Schema: "crm", Name: "firm", ID: "no"},
		"Visit":   {Name: `phone "log`, Columns: map[string]sqldb.Column{"Day": {Name: "am"}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	f.statements()
	for _, n := range []*traverse.Need{
		need(t, "Lead", "", []string{"Topic", "ParentContact", "ParentAccount"}, ""), need(t, "Contact", "ParentAccount", []string{"Name"}, ""),
		need(t, "Account", "", nil, ""), need(t, "Call", "Contact", []string{"Timestamp"}, ""), need(t, "Visit", "Lead", []string{"Day"}, ""),
	} {
		if _, _, err := fetch(t.Context(), source, &traverse.Query{Need: n, Keys: []string{"k"}}); err != nil {
			t.Error(err)
		}
	}
	want := []string{
		`SELECT t."LeadID", t."TOPIC", t."ParentContactId", t."parent account" FROM "LEAD" t WHERE t."LeadID" IN (?) | string k`,
		`SELECT t."id", t."parentaccount", t."na_me" FROM "contacts" t WHERE t."parentaccount" IN (?) | string k`,
		`SELECT t."no" FROM "crm"."firm" t WHERE t."no" IN (?) | string k`,
		`SELECT t."id", t."contact_id", t."time_stamp" FROM "Calls" t WHERE t."contact_id" IN (?) | string k`,
		`SELECT t."id", t."lead", t."am" FROM "phone ""log" t WHERE t."lead" IN (?) | string k`,
	}
	if diff := cmp.Diff(want, f.statements()); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
}

// TestProblems lists everything that does not fit.
func TestProblems(t *testing.T) {
	tables := map[string]*fakeTable{
		`"lead"`:      {names: []string{"number", "topci", "parent_contact", "ParentContactID", "parent_account"}, types: []string{"TEXT", "TEXT", "TEXT", "TEXT", "TEXT"}},
		`"contact"`:   {names: []string{"id", "name", "parent_account"}, types: []string{"NUMERIC", "BYTEA", "TEXT"}},
		`"account"`:   {names: []string{"id"}, types: []string{"TEXT"}},
		`"accounts"`:  {names: []string{"id"}, types: []string{"TEXT"}},
		`"calling"`:   {names: []string{"id"}, types: []string{"TEXT"}},
		`"visit_log"`: {names: []string{"id", "day", "lead"}, types: []string{"TEXT", "DATE", "TEXT"}},
	}
	_, db := newFake(t, tables)
	_, err := sqldb.Open(t.Context(), db, postgres(), calls(t), sqldb.Options{Needs: everything(t, calls(t)), Mapping: sqldb.Mapping{
		Tables: map[string]sqldb.Table{
			"Visit":  {Name: "visit_log", ID: "idd", Columns: map[string]sqldb.Column{"Day": {Name: "dya"}, "Lead": {}, "Dya": {}}},
			"Lead":   {Columns: map[string]sqldb.Column{"Visits": {}, "ParentAccount": {}}},
			"Call":   {Name: "callings"},
			"Cotact": {},
		},
		Absent: []string{"Order", "Cal.Timestamp", "Visit.Dya", "Lead.ParentAccount"},
	}})
	want := `sqldb: Order: the mapping lists it as absent, but the schema has no such entity
sqldb: Cal.Timestamp: the mapping lists it as absent, but the schema has no such entity; did you mean Call?
sqldb: Visit.Dya: the mapping lists it as absent, but the schema has no such field or reference; did you mean Day?
sqldb: Lead.id: the table lead has no column id or lead_id; name the one with the record's id as ID in Mapping.Tables
sqldb: Lead.Topic: the table lead has no column for it, such as topic; name one in Mapping.Tables, or list Lead.Topic in Mapping.Absent; did you mean topci?
sqldb: Lead.ParentContact: the columns parent_contact and ParentContactID of the table lead could both be meant: name one in Mapping.Tables
sqldb: Lead.ParentAccount: the mapping both names a column for it and lists it as absent
sqldb: Lead.Visits: an inverse relationship is not stored: it follows from the references that lead here
sqldb: Contact.id: the column id is decimal (NUMERIC) and cannot hold an id
sqldb: Contact.Name: the column name is of a type that no field has (BYTEA) and cannot hold text
sqldb: Account: several tables could be meant, account and accounts: name one in Mapping.Tables
sqldb: Call: there is no table callings; did you mean calling?
sqldb: Visit.id: the table visit_log has no column idd; did you mean id?
sqldb: Visit.Day: the table visit_log has no column dya; did you mean day?
sqldb: Visit.Dya: the mapping names it, but the schema has no such field or reference; did you mean Day?
sqldb: Cotact: the mapping names it, but the schema has no such entity; did you mean Contact?
sqldb: the database has the tables account, accounts, calling, contact, lead and visit_log`
	var problems sqldb.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestUnlistedTables: tables of another schema, and of a database whose tables
// cannot be listed, are not looked for.
func TestUnlistedTables(t *testing.T) {
	d := ansi()
	d.Tables = ""
	tables := map[string]*fakeTable{`"a"."Account"`: {names: []string{"id"}, types: []string{"TEXT"}}}
	_, db := newFake(t, tables)
	_, err := sqldb.Open(t.Context(), db, d, calls(t), sqldb.Options{Needs: everything(t, calls(t)), Mapping: sqldb.Mapping{
		Tables: map[string]sqldb.Table{"Account": {Schema: "a", Name: "Account"}, "Contact": {Schema: "a"}, "Visit": {Name: "visit"}},
		Absent: []string{"Lead"},
	}})
	want := `sqldb: Contact: name its table in Mapping.Tables: tables of another schema, or of this kind of database, are not searched
sqldb: Call: name its table in Mapping.Tables: tables of another schema, or of this kind of database, are not searched
sqldb: Visit: the table visit cannot be read: no table "visit"`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	tables = map[string]*fakeTable{`"leads"`: {names: []string{"id", "topic"}, types: []string{"TEXT", "TEXT"}}}
	_, db = newFake(t, tables)
	_, err = sqldb.Open(t.Context(), db, ansi(), calls(t), sqldb.Options{Needs: everything(t, calls(t)), Mapping: sqldb.Mapping{Absent: []string{"Lead.ParentContact", "Lead.ParentAccount", "Contact", "Account", "Visit"}}})
	want = "sqldb: Call: there is no table for it, such as call; name one in Mapping.Tables, or list Call in Mapping.Absent\nsqldb: the database has the table leads"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestFits checks which columns suit which fields, by their types and the mapping.
func TestFits(t *testing.T) {
	plain := sqldb.Column{}
	unix, json, decimal := sqldb.Column{Format: sqldb.UnixSeconds}, sqldb.Column{Format: sqldb.JSONArray}, sqldb.Column{Format: sqldb.DecimalText}
	words, separator := sqldb.Column{True: "Y", False: "N"}, sqldb.Column{Separator: ","}
	for _, test := range []struct {
		typ    traverse.Type
		stored string
		column sqldb.Column
		want   string
	}{
		{traverse.Text, "TEXT", unix, "text (TEXT) and cannot hold text: a Unix format is for times and dates"},
		{traverse.Text, "TEXT", decimal, "text (TEXT) and cannot hold text: the format DecimalText is for numbers"},
		{traverse.Text, "TEXT", json, "text (TEXT) and cannot hold text: a separator, or the format JSONArray, is for choices"},
		{traverse.Text, "TEXT", separator, "text (TEXT) and cannot hold text: a separator, or the format JSONArray, is for choices"},
		{traverse.Text, "TEXT", words, "text (TEXT) and cannot hold text: texts for True and False are for bools"},
		{traverse.Text, "BOOL", plain, "boolean (BOOL) and cannot hold text"},
		{traverse.Choice, "DATE", plain, "date (DATE) and cannot hold a choice"},
		{traverse.NoType, "JSONB", plain, "JSON (JSONB) and cannot hold the id of a reference"},
		{traverse.Number, "TEXT", plain, "text (TEXT) and cannot hold a number, unless its Format in Mapping.Tables is DecimalText"},
		{traverse.Number, "INT8", decimal, "integer (INT8) and cannot hold a number: the format DecimalText is for columns of text"},
		{traverse.Number, "UUID", plain, "uuid (UUID) and cannot hold a number"},
		{traverse.Bool, "TEXT", plain, "text (TEXT) and cannot hold a bool, unless Mapping.Tables says how it writes True and False"},
		{traverse.Bool, "TEXT", sqldb.Column{True: "Y"}, "text (TEXT) and cannot hold a bool: give two different texts for True and False"},
		{traverse.Bool, "TEXT", sqldb.Column{True: "Y", False: "Y"}, "text (TEXT) and cannot hold a bool: give two different texts for True and False"},
		{traverse.Bool, "INT8", words, "integer (INT8) and cannot hold a bool: True and False are for columns of text"},
		{traverse.Bool, "TIMESTAMP", plain, "timestamp (TIMESTAMP) and cannot hold a bool"},
		{traverse.Time, "INT8", plain, "integer (INT8) and cannot hold a time, unless its Format in Mapping.Tables is UnixSeconds, UnixMillis or UnixMicros"},
		{traverse.Date, "TEXT", unix, "text (TEXT) and cannot hold a date: a Unix format is for columns of numbers"},
		{traverse.Date, "_TEXT", plain, "text array (_TEXT) and cannot hold a date"},
		{traverse.Choices, "16385", plain, "of an unknown type (16385) and cannot hold a list of choices, unless its Separator or Format in Mapping.Tables says how it is written; a view can make it text[]"},
		{traverse.Choices, "INT8", json, "integer (INT8) and cannot hold a list of choices: the format JSONArray is for columns of text"},
		{traverse.Choices, "INT8", plain, "integer (INT8) and cannot hold a list of choices"},
	} {
		schema := valueSchema(t, test.typ)
		_, db := newFake(t, valueTables(test.stored, nil))
		_, err := sqldb.Open(t.Context(), db, postgres(), schema, sqldb.Options{Mapping: sqldb.Mapping{
			Tables: map[string]sqldb.Table{"Lead": {Columns: map[string]sqldb.Column{"Field": test.column}}},
			Absent: []string{"Contact", "Account", "Lead.ParentAccount"},
		}})
		if want := "sqldb: Lead.Field: the column field is " + test.want; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestDeclaredID: a field called id is the record's, and derived fields need no
// column.
func TestDeclaredID(t *testing.T) {
	schema, err := calls(t).Extend(traverse.Definition{Name: "Account", Fields: []traverse.Field{
		{Name: "id", Type: traverse.Text}, {Name: "Revenue", Type: traverse.Number, Derived: traverse.Rollup}, {Name: "Größe 1", Type: traverse.Text},
	}})
	if err != nil {
		t.Fatal(err)
	}
	tables := callTables("TEXT", "TEXT", "TEXT")
	tables[`"accounts"`] = &fakeTable{names: []string{"account_id", "größe_1"}, types: []string{"TEXT", "TEXT"}}
	f, db := newFake(t, tables)
	source, err := sqldb.Open(t.Context(), db, ansi(), schema, sqldb.Options{Mapping: sqldb.Mapping{Tables: map[string]sqldb.Table{
		"Account": {Columns: map[string]sqldb.Column{"Revenue": {}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	f.statements()
	n, err := schema.NewNeed("Account", "", []string{"id", "Größe 1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := fetch(t.Context(), source, &traverse.Query{Need: n, Keys: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	if got := f.statements(); len(got) != 1 || got[0] != `SELECT t."account_id", t."account_id", t."größe_1" FROM "accounts" t WHERE t."account_id" IN (?) | string a` {
		t.Errorf("got %q", got)
	}
}
