package dbtest

import (
	"errors"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// TestNames finds tables and columns by their names.
func TestNames(t *testing.T) {
	const ddl = `
		CREATE TABLE leads (lead_id TEXT PRIMARY KEY, topic TEXT, "Rating" TEXT, ParentContactID TEXT, parent_account TEXT);
		CREATE TABLE "CONTACT" (ID TEXT, e_mail TEXT, customer_number TEXT, interests TEXT, lifetime_value REAL, subscribed INTEGER, birthday TEXT,
			last_call TEXT, parent_account_id TEXT);
		CREATE VIEW accounts AS SELECT 'a' AS id, 'A' AS name, 7 AS number_of_employees;
		CREATE TABLE orders (id TEXT, order_id TEXT, placed_on TEXT, amount REAL, lead_id TEXT);
		CREATE TABLE appointments (id TEXT, day TEXT, subject TEXT, attendee_id TEXT);
		CREATE TABLE contracts (id TEXT, signed_on TEXT, account_id TEXT);
		CREATE TABLE email_clicked (id TEXT, url TEXT, timestamp TEXT, contact_id TEXT);
		CREATE TABLE website_visits (id TEXT, at TEXT, contact_id TEXT)`
	db := openSQLite(t, nil)
	for statement := range strings.SplitSeq(ddl, ";") {
		exec(t, db, statement)
	}
	exec(t, db, `INSERT INTO leads VALUES ('l', 't', 'Hot', 'c', 'a')`)
	exec(t, db, `INSERT INTO website_visits VALUES ('v', '2026-03-29', 'c')`)
	schema := sourcetest.Schema()
	source := open(t, db, databases[0], schema, sqldb.Mapping{
		Tables: map[string]sqldb.Table{
			"WebsiteVisited": {Name: "website_visits", Columns: map[string]sqldb.Column{"Timestamp": {Name: "at"}}},
			"Contact":        {Columns: map[string]sqldb.Column{"Interests": {Separator: ","}}},
		},
		Absent: []string{"EmailSent"},
	})
	if ids := listed(t, source.Leads(t.Context())); len(ids) != 1 {
		t.Errorf("leads %q", ids)
	}
	for _, n := range []struct{ entity, by, key string }{
		{"Lead", "", "l"}, {"Lead", "ParentContact", "c"}, {"Account", "", "a"}, {"WebsiteVisited", "Contact", "c"}, {"EmailSent", "Contact", ""},
	} {
		need, err := schema.NewNeed(n.entity, n.by, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		q := &traverse.Query{Need: need, Keys: []string{"l", "c", "a"}}
		out := traverse.NewRows(q)
		if err := source.Fetch(t.Context(), q, out); err != nil {
			t.Fatal(err)
		}
		key := ""
		for r := range out.All() {
			key += r.Key
		}
		if key != n.key {
			t.Errorf("%+v: found %q", n, key)
		}
	}
}

// TestProblems lists everything that does not fit.
func TestProblems(t *testing.T) {
	ddl := []string{
		`CREATE TABLE "Lead" (number TEXT, topci TEXT, "Rating" TEXT, "ParentContact" TEXT, parent_contact_id TEXT, "ParentAccount" TEXT)`,
		`CREATE TABLE contacts (id REAL, email TEXT, customernumber INTEGER, interests INTEGER, lifetime_value TEXT, subscribed TEXT,
			birthday INTEGER, last_call TEXT, parent_account_id REAL)`,
		`CREATE TABLE account (id TEXT, name TEXT, number_of_employees TEXT)`,
		`CREATE TABLE accounts (id TEXT)`,
		`CREATE TABLE ordr (id TEXT)`,
		`CREATE TABLE appointment (id TEXT, day TEXT, subject TEXT, attendee TEXT)`,
		`CREATE TABLE contract (id TEXT, signed_on TEXT, account_id TEXT)`,
		`CREATE TABLE email_clicked (id TEXT, url TEXT, timestamp TEXT, contact_id TEXT)`,
	}
	mapping := sqldb.Mapping{
		Tables: map[string]sqldb.Table{
			"Appointment":    {ID: "idd", Columns: map[string]sqldb.Column{"Day": {Name: "dya"}, "Subjct": {Name: "subject"}}},
			"Contract":       {Columns: map[string]sqldb.Column{"SignedOn": {Format: sqldb.UnixSeconds}}},
			"EmailClicked":   {Columns: map[string]sqldb.Column{"Url": {Separator: ","}, "Timestamp": {Format: sqldb.JSONArray}}},
			"WebsiteVisited": {Name: "email_click"},
			"Contcat":        {Name: "contacts"},
		},
		Absent: []string{"EmailSnt", "Lead.Tpic", "Account.NumberOfEmployees"},
	}
	want := `sqldb: EmailSnt: the mapping lists it as absent, but the schema has no such entity; did you mean EmailSent?
sqldb: Lead.Tpic: the mapping lists it as absent, but the schema has no such field or reference; did you mean Topic?
sqldb: Lead.id: the table Lead has no column id or lead_id; name the one with the record's id as ID in Mapping.Tables
sqldb: Lead.Topic: the table Lead has no column for it, such as topic; name one in Mapping.Tables, or list Lead.Topic in Mapping.Absent; did you mean topci?
sqldb: Lead.ParentContact: the columns ParentContact and parent_contact_id of the table Lead could both be meant: name one in Mapping.Tables
sqldb: Contact.id: the column id is decimal (REAL) and cannot hold an id
sqldb: Contact.Interests: the column interests is integer (INTEGER) and cannot hold a list of choices
sqldb: Contact.LifetimeValue: the column lifetime_value is text (TEXT) and cannot hold a number, unless its Format in Mapping.Tables is DecimalText
sqldb: Contact.Subscribed: the column subscribed is text (TEXT) and cannot hold a bool, unless Mapping.Tables says how it writes True and False
sqldb: Contact.Birthday: the column birthday is integer (INTEGER) and cannot hold a date, unless its Format in Mapping.Tables is UnixSeconds, UnixMillis or UnixMicros
sqldb: Contact.ParentAccount: the column parent_account_id is decimal (REAL) and cannot hold the id of a reference
sqldb: Account: several tables could be meant, account and accounts: name one in Mapping.Tables
sqldb: Order: there is no table for it, such as order; name one in Mapping.Tables, or list Order in Mapping.Absent; did you mean ordr?
sqldb: Appointment.id: the table appointment has no column idd; did you mean id?
sqldb: Appointment.Day: the table appointment has no column dya; did you mean day?
sqldb: Appointment.Subjct: the mapping names it, but the schema has no such field or reference; did you mean Subject?
sqldb: Contract.SignedOn: the column signed_on is text (TEXT) and cannot hold a date: a Unix format is for columns of numbers
sqldb: EmailClicked.Url: the column url is text (TEXT) and cannot hold text: a separator, or the format JSONArray, is for choices
sqldb: EmailClicked.Timestamp: the column timestamp is text (TEXT) and cannot hold a time: a separator, or the format JSONArray, is for choices
sqldb: WebsiteVisited: there is no table email_click; did you mean email_clicked?
sqldb: EmailSent: there is no table for it, such as email_sent; name one in Mapping.Tables, or list EmailSent in Mapping.Absent
sqldb: Contcat: the mapping names it, but the schema has no such entity; did you mean Contact?
sqldb: the database has the tables Lead, account, accounts, appointment, contacts, contract, email_clicked and ordr`
	forDatabases(t, func(t *testing.T, d database) {
		db := d.open(t, nil)
		for _, statement := range ddl {
			exec(t, db, statement)
		}
		_, err := sqldb.Open(t.Context(), db, d.dialect, sourcetest.Schema(), sqldb.Options{Mapping: mapping, Needs: everything(t, sourcetest.Schema())})
		var problems sqldb.Problems
		if !errors.As(err, &problems) {
			t.Fatal(err)
		}
		want := want
		if d.name == "PostgreSQL" {
			want = strings.NewReplacer("(REAL)", "(FLOAT4)", "(INTEGER)", "(INT4)").Replace(want)
		}
		got := strings.Split(err.Error(), "\n")
		for i, line := range strings.Split(want, "\n") {
			if i >= len(got) || got[i] != line {
				t.Fatalf("problem %d:\nwant %s\n got %s", i, line, strings.Join(got[min(i, len(got)):], "\n"))
			}
		}
		if n := strings.Count(want, "\n") + 1; len(problems) != n-1 || len(got) != n {
			t.Errorf("%d problems, want %d", len(problems), n)
		}
	})
}

// TestOpenErrors checks errors that are not problems of the mapping.
func TestOpenErrors(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		db := d.open(t, nil)
		// A table of another schema is not looked for in the list.
		_, err := sqldb.Open(t.Context(), db, d.dialect, leadscore.StandardSchema(), sqldb.Options{Mapping: sqldb.Mapping{
			Tables: map[string]sqldb.Table{"Lead": {Schema: "nowhere", Name: "lead"}},
		}})
		var problems sqldb.Problems
		if !errors.As(err, &problems) || problems[0].Err == nil || !strings.HasPrefix(err.Error(), "sqldb: Lead: the table lead cannot be read: ") {
			t.Error(err)
		}
		if !errors.Is(err, problems[0].Err) {
			t.Error("what the database said is not wrapped")
		}
		db.Close()
		_, err = sqldb.Open(t.Context(), db, d.dialect, leadscore.StandardSchema(), sqldb.Options{})
		if err == nil || errors.As(err, &problems) || !strings.Contains(err.Error(), "database is closed") {
			t.Error(err)
		}
		for _, bad := range []func() error{
			func() error {
				_, err := sqldb.Open(t.Context(), nil, d.dialect, leadscore.StandardSchema(), sqldb.Options{})
				return err
			},
			func() error { _, err := sqldb.Open(t.Context(), db, d.dialect, nil, sqldb.Options{}); return err },
			func() error {
				_, err := sqldb.Open(t.Context(), db, sqldb.Dialect{}, leadscore.StandardSchema(), sqldb.Options{})
				return err
			},
		} {
			if bad() == nil {
				t.Error("no error")
			}
		}
	})
}

// TestSchemas reads a table of another schema of the database.
func TestSchemas(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		db := d.open(t, nil)
		schema := "main"
		if d.name == "PostgreSQL" {
			if err := db.QueryRow("SELECT current_schema()").Scan(&schema); err != nil {
				t.Fatal(err)
			}
		}
		create(t, db, d, d.styles[0], sourcetest.Schema())
		mapping := d.styles[0].mapping(sourcetest.Schema())
		table := mapping.Tables["Lead"]
		table.Schema, table.Name = schema, "Lead"
		mapping.Tables["Lead"] = table
		listed(t, open(t, db, d, sourcetest.Schema(), mapping).Leads(t.Context()))
	})
}

// TestOwnDialect fills in what is needed and nothing else.
func TestOwnDialect(t *testing.T) {
	d, schema, records := databases[0], sourcetest.Schema(), sourcetest.Records()
	d.dialect = sqldb.Dialect{
		Name:    "of one's own",
		Quote:   func(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" },
		Storage: sqldb.SQLite().Storage,
	}
	s := d.styles[2] // which a driver makes nothing of
	db := d.open(t, nil)
	create(t, db, d, s, schema)
	fill(t, db, d, s, schema, records)
	mapping := s.mapping(schema)
	_, err := sqldb.Open(t.Context(), db, d.dialect, schema, sqldb.Options{Mapping: mapping, Needs: everything(t, schema)})
	var problems sqldb.Problems
	if !errors.As(err, &problems) || len(problems) != len(mapping.Tables) || !strings.Contains(err.Error(), "name its table in Mapping.Tables") {
		t.Error(err)
	}
	for name, table := range mapping.Tables {
		table.Name = name
		mapping.Tables[name] = table
	}
	source := open(t, db, d, schema, mapping)
	ids := listed(t, source.Leads(t.Context()))
	if n, err := differ(t.Context(), compile(t), inMemory(t, schema, records), source, ids, leadscore.Explain(3)); err != nil || n != 40 {
		t.Errorf("%d results, %v", n, err)
	}
}

// TestNeedsOfAnotherSchema asks for what the source's schema does not have.
func TestNeedsOfAnotherSchema(t *testing.T) {
	d, schema := databases[0], sourcetest.Schema()
	db, source := load(t, d, d.styles[0], schema, nil, nil)
	snapshot, err := source.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	larger, err := schema.Extend(
		traverse.Definition{Name: "Other", Fields: []traverse.Field{{Name: "F", Type: traverse.Text}}},
		traverse.Definition{Name: "Lead", Fields: []traverse.Field{{Name: "F", Type: traverse.Text}},
			Relationships: []traverse.Relationship{{Name: "R", Target: "Other"}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		entity, by string
		fields     []string
		want       string
	}{
		{"Other", "", nil, "sqldb: unknown entity Other"},
		{"Lead", "", []string{"F"}, "sqldb: Lead by id: the source's schema has no field or reference F"},
		{"Lead", "R", nil, "sqldb: Lead by R: the source's schema has no such reference"},
	} {
		need, err := larger.NewNeed(test.entity, test.by, test.fields, "")
		if err != nil {
			t.Fatal(err)
		}
		q := &traverse.Query{Need: need, Keys: []string{"x"}}
		for _, from := range []traverse.Source{source, snapshot} {
			if err := from.Fetch(t.Context(), q, traverse.NewRows(q)); err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		}
	}
	// Needs come and go: no more are kept than a limit.
	for range 2500 {
		need, err := schema.NewNeed("Lead", "", []string{"Topic"}, "")
		if err != nil {
			t.Fatal(err)
		}
		q := &traverse.Query{Need: need, Keys: []string{"x"}}
		if err := snapshot.Fetch(t.Context(), q, traverse.NewRows(q)); err != nil {
			t.Fatal(err)
		}
	}
	if n := db.Stats().InUse; n != 1 {
		t.Errorf("%d connections in use", n)
	}
}

// TestFieldCalledID reads the record's id, whatever its column is called.
func TestFieldCalledID(t *testing.T) {
	d := databases[0]
	schema, err := valuesSchema(t, traverse.Text).Extend(
		traverse.Definition{Name: "Contact", Fields: []traverse.Field{{Name: "id", Type: traverse.Text}}})
	if err != nil {
		t.Fatal(err)
	}
	db := d.open(t, nil)
	exec(t, db, "CREATE VIEW contacts AS SELECT 7 AS contact_id")
	source := open(t, db, d, schema, sqldb.Mapping{Absent: []string{"Lead", "Account", "Contact.ParentAccount"}})
	need, err := schema.NewNeed("Contact", "", []string{"id"}, "")
	if err != nil {
		t.Fatal(err)
	}
	q := &traverse.Query{Need: need, Keys: []string{"7"}}
	out := traverse.NewRows(q)
	if err := source.Fetch(t.Context(), q, out); err != nil {
		t.Fatal(err)
	}
	for row := range out.All() {
		if row.Values[0].Text() != "7" {
			t.Errorf("got %v", row.Values)
		}
	}
	if out.Len() != 1 {
		t.Errorf("%d rows", out.Len())
	}
	if ids := listed(t, source.Leads(t.Context())); ids != nil {
		t.Errorf("leads %q of a database without", ids)
	}
}

// TestRangeOverWhatIsNoTime asks for a range, and checks that values that are not
// times are reported.
func TestRangeOverWhatIsNoTime(t *testing.T) {
	d := databases[0]
	for _, test := range []struct {
		value  string
		format sqldb.Format
		fails  bool
	}{
		{"'x' INTEGER", sqldb.UnixSeconds, true}, {"'x' REAL", sqldb.UnixMillis, true}, {"7 INTEGER", sqldb.UnixSeconds, false},
		{"'x'", sqldb.UnixSeconds, true}, {"'9999'", sqldb.UnixSeconds, true}, {"0", sqldb.UnixSeconds, false},
		{"'x'", sqldb.ByType, true}, {"'31.12.1990'", sqldb.ByType, true}, {"0", sqldb.ByType, true}, {"9e9", sqldb.ByType, true},
		{"'1990-12-31'", sqldb.ByType, false}, {"''", sqldb.ByType, false}, {"NULL", sqldb.ByType, false},
	} {
		schema := valuesSchema(t, traverse.Time)
		db := d.open(t, nil)
		value, typ, _ := strings.Cut(test.value, " ") // SQLite stores anything anywhere
		exec(t, db, "CREATE TABLE leads (id TEXT, v "+typ+")")
		exec(t, db, "INSERT INTO leads VALUES ('l', "+value+")")
		source := open(t, db, d, schema, sqldb.Mapping{
			Tables: map[string]sqldb.Table{"Lead": {Columns: map[string]sqldb.Column{"V": {Format: test.format}}}},
			Absent: []string{"Contact", "Account", "Lead.ParentContact", "Lead.ParentAccount"},
		})
		need, err := schema.NewNeed("Lead", "", []string{"V"}, "V")
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []*traverse.Query{
			{Need: need, Keys: []string{"l"}, From: asOf},
			{Need: need, Keys: []string{"l"}, To: asOf},
			{Need: need, Keys: []string{"l"}, From: asOf.AddDate(0, 0, -9), To: asOf},
		} {
			out := traverse.NewRows(q)
			if err := source.Fetch(t.Context(), q, out); err != nil {
				t.Fatal(err)
			}
			if err := out.Failed("l"); (err != nil) != test.fails {
				t.Errorf("%s, format %d, from %v to %v: %v", test.value, test.format, q.From, q.To, err)
			}
		}
	}
}
