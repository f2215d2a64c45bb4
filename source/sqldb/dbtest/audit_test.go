package dbtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

const auditRules = `
profile Lead {
    ParentContact -> Contact
    ParentAccount -> Account
    Rating choice ("Hot", "Warm")
    City text
}
profile Contact {
    ParentAccount -> Account
    JobTitle text
}
profile Account {
    Name text
}
interaction EmailOpened {
    EmailName text
}
interaction WebsiteVisited {
    Url text
}
model "M" {
    target contact

    condition "Hot" {
        has Lead
            where Rating = "Hot"
              and City = "Chicago"
        score +1
    }

    condition "Decides" {
        has Lead.ParentContact
            where JobTitle contains "director"
        score +1
    }

    condition "Opened" {
        each EmailOpened
            where EmailName = "News"
        score +1
    }

    condition "Quiet" {
        none WebsiteVisited
        score -1
    }
}
`

// TestAudit: what the rules ask for and the database lacks is found, in every way to
// store records, and nothing else.
func TestAudit(t *testing.T) {
	m, err := leadscore.Compile("audit.score", auditRules, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := traverse.TextValue
	when := traverse.DateValue(2026, 5, 1).Time()
	good := []sourcetest.Record{
		{Entity: "Lead", ID: "l1", Values: map[string]traverse.Value{"ParentContact": text("c1"), "Rating": text("hot"), "City": text("Chicago")}},
		{Entity: "Contact", ID: "c1", Values: map[string]traverse.Value{"JobTitle": text("Director")}},
		{Entity: "EmailOpened", ID: "e1", Values: map[string]traverse.Value{"Contact": text("c1"), "Timestamp": traverse.TimeValue(when), "EmailName": text("News")}},
		{Entity: "WebsiteVisited", ID: "w1", Values: map[string]traverse.Value{"Contact": text("c1"), "Timestamp": traverse.TimeValue(when), "Url": text("/")}},
		{Entity: "Account", ID: "a1", Values: map[string]traverse.Value{"Name": text("Acorn")}},
		{Entity: "Lead", ID: "l2", Values: map[string]traverse.Value{"ParentAccount": text("a1"), "Rating": text("Warm")}},
	}
	forEach(t, func(t *testing.T, d database, s style) {
		alone(t)
		_, source := load(t, d, s, m.Schema(), good, nil)
		found, err := source.Audit(context.Background(), m.Needs())
		if err != nil || len(found) > 0 {
			t.Errorf("of good data: %v, %v", found, err)
		}

		bad := []sourcetest.Record{
			{Entity: "Lead", ID: "l1", Values: map[string]traverse.Value{"ParentContact": text("C1"), "Rating": text("1 - Hot")}},
			{Entity: "Lead", ID: "l2", Values: map[string]traverse.Value{"ParentAccount": text("a1"), "Rating": text("HOT")}},
			{Entity: "Account", ID: "a1"},
			{Entity: "Contact", ID: "c1"},
			{Entity: "EmailOpened", ID: "e1", Values: map[string]traverse.Value{"Contact": text("c1 x"), "Timestamp": traverse.TimeValue(when), "EmailName": text("News")}},
		}
		_, source = load(t, d, s, m.Schema(), bad, nil)
		found, err = source.Audit(context.Background(), m.Needs())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, p := range found {
			got[p.Entity+"."+p.Field] = p.Message
		}
		want := map[string]string{
			"Lead.ParentContact":  `some ids name no Contact, such as "C1"`,
			"Lead.Rating":         `some rows have a value that the schema does not list, such as "1 - Hot"`,
			"Lead.City":           "the rules ask for it, and it is empty in every row",
			"Contact.JobTitle":    "the rules ask for it, and it is empty in every row",
			"EmailOpened.Contact": `some ids name no Contact, such as "c1 x"`,
			"WebsiteVisited.":     "the rules ask for it, and its table has no row",
		}
		if diff := cmp.Diff(want, got); diff != "" || len(found) != len(want) {
			t.Errorf("%d problems (-want +got):\n%s", len(found), diff)
		}
		for _, p := range found {
			got[p.Entity+"."+p.Field] = fmt.Sprintf("%s %q", p.Code, p.Examples)
		}
		want = map[string]string{
			"Lead.ParentContact":  `dangling-reference ["C1"]`,
			"Lead.Rating":         `unlisted-choice ["1 - Hot"]`,
			"Lead.City":           "no-values []",
			"Contact.JobTitle":    "no-values []",
			"EmailOpened.Contact": `dangling-reference ["c1 x"]`,
			"WebsiteVisited.":     "no-records []",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("codes and examples (-want +got):\n%s", diff)
		}
		for code := range maps.Values(got) {
			code, _, _ = strings.Cut(code, " ")
			if !slices.Contains(audit.Codes(), dsl.Code(code)) {
				t.Errorf("package audit does not know the code %s", code)
			}
		}
	})
}

// TestAuditOfMappedTables: what the mapping lists as absent is no problem, ids may be
// stored in another type than the references to them, and errors are reported.
func TestAuditOfMappedTables(t *testing.T) {
	m, err := leadscore.Compile("audit.score", auditRules, nil)
	if err != nil {
		t.Fatal(err)
	}
	forDatabases(t, func(t *testing.T, d database) {
		db := d.open(t, nil)
		for _, statement := range []string{
			"CREATE TABLE contact (id integer, job_title text)",
			"CREATE TABLE lead (id text, parent_contact text, rating text, city text)",
			"CREATE TABLE email_opened (id text, contact integer, timestamp text, email_name text)",
			"INSERT INTO contact VALUES (7, 'director')",
			"INSERT INTO lead VALUES ('l1', '7', 'Hot', 'Chicago'), ('l2', '07', 'Hot', '')",
			"INSERT INTO email_opened VALUES ('e1', 7, '2026-05-01', 'News'), ('e2', 8, '2026-05-01', ''), ('e3', 9, '2026-05-01', '')",
		} {
			exec(t, db, statement)
		}
		source := open(t, db, d, m.Schema(), sqldb.Mapping{Absent: []string{"Account", "Lead.ParentAccount", "Contact.ParentAccount", "WebsiteVisited"}})
		found, err := source.Audit(context.Background(), m.Needs())
		if err != nil {
			t.Fatal(err)
		}
		want := "sqldb: Lead.ParentContact: some ids name no Contact, such as \"07\"\n" +
			"sqldb: EmailOpened.Contact: some ids name no Contact, such as \"8\", \"9\""
		if diff := cmp.Diff(want, found.Error()); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		snapshot, err := source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		exec(t, db, "INSERT INTO contact VALUES (8, 'director'), (9, '')")
		if found, err = snapshot.Audit(t.Context(), m.Needs()); err != nil || found.Error() != want {
			t.Errorf("of the snapshot: %v, %v", found, err)
		}
		if found, err = source.Audit(t.Context(), m.Needs()); err != nil || len(found) != 1 {
			t.Errorf("of the source: %v, %v", found, err)
		}
		if err := snapshot.Close(); err != nil {
			t.Error(err)
		}
		if _, err := snapshot.Audit(t.Context(), m.Needs()); !errors.Is(err, sqldb.ErrSnapshot) {
			t.Errorf("of a closed snapshot: %v", err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := source.Audit(ctx, m.Needs()); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		exec(t, db, "DROP TABLE contact")
		if _, err := source.Audit(context.Background(), m.Needs()); err == nil {
			t.Error("a table that is gone is no error")
		}
	})
}
