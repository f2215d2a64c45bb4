package dbtest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sourcetest"
)

// TestIndexes has the database say how it finds what it is asked, with the
// indexes that the package comment recommends: never by reading a whole table.
func TestIndexes(t *testing.T) {
	schema, records := sourcetest.Schema(), sourcetest.Records()
	forDatabases(t, func(t *testing.T, d database) {
		var log statements
		db, source := load(t, d, d.styles[0], schema, records, &log)
		for i, index := range []string{
			`"EmailClicked" ("Contact", "Timestamp")`, `"WebsiteVisited" ("Contact", "Timestamp")`, `"EmailSent" ("Contact", "Timestamp")`,
			`"Order" ("Lead", "PlacedOn")`, `"Contact" ("ParentAccount")`,
		} {
			exec(t, db, fmt.Sprintf("CREATE INDEX recommended_%d ON %s", i, index))
		}
		log.take()
		ids := listed(t, source.Leads(t.Context()))
		if _, err := results(t.Context(), compile(t), source, ids, []leadscore.Option{leadscore.AsOf(asOf)}); err != nil {
			t.Fatal(err)
		}
		log.mu.Lock()
		texts, args := log.text, log.args
		log.mu.Unlock()
		db.SetMaxOpenConns(1)
		explain := "EXPLAIN QUERY PLAN "
		if d.name == "PostgreSQL" {
			explain = "EXPLAIN "
			exec(t, db, "SET enable_seqscan = off") // so few rows are not worth an index otherwise
		}
		for i, text := range texts {
			plan := explained(t, db, explain+text, args[i])
			indexed := strings.Contains(plan, "SEARCH t USING") && !strings.Contains(plan, "SCAN")
			if d.name == "PostgreSQL" {
				indexed = (strings.Contains(plan, "Index Scan") || strings.Contains(plan, "Index Only Scan") || strings.Contains(plan, "Bitmap Index Scan")) &&
					strings.Contains(plan, "Index Cond") && !strings.Contains(plan, "Seq Scan")
			}
			if !indexed && !(strings.Contains(text, "ORDER BY") && strings.Contains(plan, "ndex")) { // a page is read along the index
				t.Errorf("%s:\n%s", text, plan)
			}
		}
		if len(texts) < 7 {
			t.Errorf("%d statements", len(texts))
		}
	})
}

func explained(t *testing.T, db *sql.DB, text string, args []any) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	into := make([]any, len(columns))
	for i := range into {
		into[i] = new(string)
	}
	var plan strings.Builder
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(*into[len(into)-1].(*string) + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
