package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/memory"
)

// asOf is the instant of the tests. Their records are from the eight months before it, and a few
// are from the days after.
var asOf = time.Date(2026, time.June, 1, 8, 0, 0, 0, time.UTC)

// A crmTable is the records of a table. A value is a text, an int64, a time or nil.
type crmTable struct {
	name    string
	entity  string
	columns []string // and the fields that they hold
	fields  []string
	rows    [][]any
}

// A crm is random tables.
type crm struct {
	tables   []*crmTable
	contacts int
}

// draw returns the tables of a CRM: leads of contacts and of accounts, accounts with several
// contacts, contacts without an account, references that name no record, and records without a
// reference.
func draw(seed uint64, contacts, perContact int) *crm {
	r := rand.New(rand.NewPCG(seed, 7))
	pick := func(list ...string) any { return list[r.IntN(len(list))] }
	accounts := contacts/4 + 1
	reference := func(kind string, n int) any {
		switch k := r.IntN(40); {
		case k == 0:
			return nil
		case k == 1:
			return ""
		case k == 2:
			return kind + " gone"
		}
		return fmt.Sprintf("%s %d", kind, r.IntN(n))
	}
	at := func() time.Time {
		return asOf.Add(-time.Duration(r.Int64N(int64(243 * 24 * time.Hour)))).Add(36 * time.Hour).Truncate(time.Second)
	}
	account := &crmTable{name: "accounts", entity: "Account", columns: []string{"id", "name", "industry", "employees"}, fields: []string{"", "Name", "Industry", "NumberOfEmployees"}}
	for i := range accounts {
		var employees any = int64(r.IntN(400))
		if r.IntN(10) == 0 {
			employees = nil
		}
		account.rows = append(account.rows, []any{fmt.Sprint("account ", i), fmt.Sprint("Company ", i), pick("Software", "retail", "CONSULTING", "Mining"), employees})
	}
	contact := &crmTable{name: "contacts", entity: "Contact", columns: []string{"id", "account_id", "job_title", "email"}, fields: []string{"", "ParentAccount", "JobTitle", "Email"}}
	lead := &crmTable{name: "leads", entity: "Lead", columns: []string{"id", "contact_id", "account_id"}, fields: []string{"", "ParentContact", "ParentAccount"}}
	for i := range contacts {
		title := pick("Office Manager", "Assistant to the office manager", "Head of Office", "Director", "Buyer", "Facility manager")
		contact.rows = append(contact.rows, []any{fmt.Sprint("contact ", i), reference("account", accounts), title, fmt.Sprintf("c%d@example.com", i)})
		lead.rows = append(lead.rows, []any{fmt.Sprint("lead ", i), reference("contact", contacts), reference("account", accounts)})
		if i%4 == 0 {
			lead.rows = append(lead.rows, []any{fmt.Sprint("account lead ", i), nil, reference("account", accounts)})
		}
	}
	c := &crm{tables: []*crmTable{account, contact, lead}, contacts: contacts}
	for _, t := range []*crmTable{
		{name: "email_opens", entity: "EmailOpened", columns: []string{"id", "contact_id", "opened_at", "email_name"}, fields: []string{"", "Contact", "Timestamp", "EmailName"}},
		{name: "email_clicks", entity: "EmailClicked", columns: []string{"id", "contact_id", "clicked_at", "url"}, fields: []string{"", "Contact", "Timestamp", "Url"}},
		{name: "forms", entity: "FormSubmitted", columns: []string{"id", "contact_id", "submitted_at", "form_name"}, fields: []string{"", "Contact", "Timestamp", "FormName"}},
		{name: "visits", entity: "WebsiteVisited", columns: []string{"id", "contact_id", "visited_at", "url"}, fields: []string{"", "Contact", "Timestamp", "Url"}},
	} {
		values := map[string][]string{
			"EmailName": {"May news", "June news", "Prices"}, "Url": {"/machines/9", "/Prices", "/about"}, "FormName": {"Demo", "demo", "Newsletter"},
		}[t.fields[3]]
		for i := range contacts * perContact / 4 {
			t.rows = append(t.rows, []any{int64(i), reference("contact", contacts), at(), pick(values...)})
		}
		c.tables = append(c.tables, t)
	}
	return c
}

// source returns the records in memory, for the engine.
func (c *crm) source(t testing.TB, schema *leadscore.Schema) leadscore.Source {
	t.Helper()
	source := memory.New(schema)
	for _, table := range c.tables {
		for _, row := range table.rows {
			record := memory.Record{}
			for i, f := range table.fields[1:] {
				if v := row[i+1]; v != nil {
					record[f] = v
				}
			}
			if err := source.Add(table.entity, fmt.Sprint(row[0]), record); err != nil {
				t.Fatal(err)
			}
		}
	}
	return source
}

// leads returns the ids of all leads.
func (c *crm) leads() (ids []string) {
	for _, t := range c.tables {
		if t.entity == "Lead" {
			for _, row := range t.rows {
				ids = append(ids, row[0].(string))
			}
		}
	}
	return ids
}

// schemaSQL returns the statements that make the tables.
func schemaSQL(t testing.TB, target string) string {
	t.Helper()
	text, err := os.ReadFile("crm.sql")
	if err != nil {
		t.Fatal(err)
	}
	if target == "duckdb" {
		return strings.ReplaceAll(string(text), "timestamptz", "timestamp")
	}
	return string(text)
}

// inserts returns statements that fill the tables.
func (c *crm) inserts() (list []string) {
	const batch = 500
	for _, t := range c.tables {
		for rows := range slices.Chunk(t.rows, batch) {
			var b strings.Builder
			fmt.Fprintf(&b, "INSERT INTO crm.%s VALUES ", t.name)
			for i, row := range rows {
				if i > 0 {
					b.WriteString(", ")
				}
				b.WriteString("(")
				for j, v := range row {
					if j > 0 {
						b.WriteString(", ")
					}
					b.WriteString(t.cell(j, v))
				}
				b.WriteString(")")
			}
			list = append(list, b.String())
		}
	}
	return list
}

// cell returns a value as a constant of SQL.
func (t *crmTable) cell(column int, v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case time.Time:
		switch t.name {
		case "email_clicks":
			return fmt.Sprint(v.UnixMilli())
		default:
			return "'" + v.Format(time.RFC3339) + "'"
		}
	}
	return fmt.Sprint(v)
}

// A pair is a lead and a model.
type pair struct{ lead, model string }

// outcomes holds what each model gives to each lead, as a text.
type outcomes map[pair]string

func outcome(status string, score int64, grade string, ready bool, label string) string {
	if status != "scored" {
		return status
	}
	return fmt.Sprintf("%d %q ready %t %q", score, grade, ready, label)
}

// ofEngine returns what the library says.
func (c *crm) ofEngine(t testing.TB, set *leadscore.Set) outcomes {
	t.Helper()
	all := outcomes{}
	for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(c.leads()...), c.source(t, set.Schema()), leadscore.AsOf(asOf)) {
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range r.Results {
			label, _ := one.Label()
			all[pair{r.Lead, one.Model}] = outcome(one.Status.String(), one.Score, one.Grade, one.SalesReady, label)
		}
	}
	return all
}

// compare fails unless two sets of outcomes are equal, have each status, and are not all alike.
func compare(t testing.TB, want, got outcomes) {
	t.Helper()
	different, kinds := 0, map[string]int{}
	for _, key := range slices.SortedFunc(maps.Keys(want), func(a, b pair) int { return strings.Compare(a.lead+a.model, b.lead+b.model) }) {
		kinds[want[key]]++
		if want[key] != got[key] {
			if different++; different <= 5 {
				t.Errorf("%v: want %s, got %s", key, want[key], got[key])
			}
		}
	}
	if different > 0 || len(got) != len(want) {
		t.Errorf("%d of %d outcomes differ, and there are %d", different, len(want), len(got))
	}
	if len(kinds) < 15 || kinds["no parent"] == 0 || kinds["not targeted"] == 0 {
		t.Errorf("there are too few kinds of outcomes: %v", kinds)
	}
}

// mustCompile returns a set.
func mustCompile(t testing.TB, patterns ...string) *leadscore.Set {
	t.Helper()
	set, err := compile(patterns...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// mustLower returns the statement of a set for PostgreSQL.
func mustLower(t testing.TB, set *leadscore.Set) *pushdown.Statement {
	t.Helper()
	statement, err := pushdown.New(set, pushdown.PostgreSQL(), plain())
	if err != nil {
		t.Fatal(err)
	}
	return statement
}
