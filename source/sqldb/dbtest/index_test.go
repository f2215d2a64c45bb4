package dbtest

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sourcetest"
)

// recommended are the indexes of the package comment.
var recommended = []string{
	`"EmailClicked" ("Contact", "Timestamp")`, `"WebsiteVisited" ("Contact", "Timestamp")`, `"EmailSent" ("Contact", "Timestamp")`,
	`"Order" ("Lead", "PlacedOn")`, `"Contact" ("ParentAccount")`,
}

// TestIndexes has the database say how it finds what it is asked, with the
// indexes that the package comment recommends: never by reading a whole table.
func TestIndexes(t *testing.T) {
	schema, records := sourcetest.Schema(), sourcetest.Records()
	forDatabases(t, func(t *testing.T, d database) {
		var log statements
		db, source := load(t, d, d.styles[0], schema, records, &log)
		for i, index := range recommended {
			exec(t, db, fmt.Sprintf("CREATE INDEX recommended_%d ON %s", i, index))
		}
		log.take()
		ids := listed(t, source.Leads(t.Context()))
		if _, err := results(t.Context(), compile(t), source, ids, []leadscore.Option{leadscore.AsOf(asOf)}); err != nil {
			t.Fatal(err)
		}
		texts, args := log.all()
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

// TestIndexesOfMuchData lets the database choose by its statistics: 10,000 leads
// with heavy-tailed interactions, queried one by one, in small batches and in batches
// of the default size. PostgreSQL may scan tables of a few thousand rows for a batch,
// as it estimates that to be less work.
func TestIndexesOfMuchData(t *testing.T) {
	alone(t)
	const leads, interactions = 10_000, 60_000
	schema, set := sourcetest.Schema(), compile(t)
	// Any order, up to 720 days before as of; the first contacts have most.
	const ago, nth = "(CAST(i AS bigint) * 104729 % 62208000)", "(i * 7919 % 60000 / 60000.0)"
	const instant = "datetime('2026-03-29 12:00:00', '-' || " + ago + " || ' seconds')"
	for _, test := range []struct {
		d       database
		style   int
		at, day string
		ranged  bool // whether an index is searched by the time, too
	}{
		{databases[0], 0, instant, "date(" + instant + ")", false}, // times in text are compared after the search
		{databases[0], 2, "strftime('%s', " + instant + ") * 1000000", "strftime('%s', date(" + instant + ")) * 1000000", true},
		{databases[1], 0, "TIMESTAMPTZ '2026-03-29 12:00:00Z' - " + ago + " * INTERVAL '1 second'", "DATE '2026-03-29' - " + ago + "::integer / 86400", true},
	} {
		d, style := test.d, test.d.styles[test.style]
		t.Run(d.name+" "+style.name, func(t *testing.T) {
			if d.name == "PostgreSQL" && os.Getenv(postgresVariable) == "" {
				t.Skipf("PostgreSQL is not tested: the environment variable %s holds no connection string", postgresVariable)
			}
			var log statements
			db, source := load(t, d, style, schema, nil, &log)
			insert := func(into string, n int, row string) {
				exec(t, db, fmt.Sprintf("INSERT INTO %s WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT %s FROM n", into, n-1, row))
			}
			insert(`"Account" (id)`, leads/3, `'a' || i`)
			insert(`"Contact" (id, "ParentAccount")`, leads, `'c' || i, 'a' || (i / 3)`)
			insert(`"Lead" (id, "ParentContact")`, leads, `'l' || i, 'c' || i`)
			insert(`"Order" (id, "Lead", "PlacedOn")`, leads*2, `'o' || i, 'l' || (i / 2), `+test.day)
			for _, e := range []string{"EmailClicked", "WebsiteVisited", "EmailSent"} {
				insert(`"`+e+`" (id, "Contact", "Timestamp")`, interactions, `'i' || i, 'c' || CAST(9999 * `+nth+` * `+nth+` AS integer), `+test.at)
			}
			for i, index := range recommended {
				exec(t, db, fmt.Sprintf("CREATE INDEX recommended_%d ON %s", i, index))
			}
			exec(t, db, "ANALYZE")
			log.take()
			ids := listed(t, source.Leads(t.Context()))
			if len(ids) != leads {
				t.Fatalf("%d leads", len(ids))
			}
			pages, pageArgs := log.all()
			db.SetMaxOpenConns(1)
			explain := "EXPLAIN "
			if d.name == "SQLite" {
				explain = "EXPLAIN QUERY PLAN "
			}
			for i, text := range pages {
				// Along the index, without sorting and without what lies before.
				plan := explained(t, db, explain+text, pageArgs[i])
				if strings.Contains(plan, "Sort") || strings.Contains(plan, "TEMP B-TREE") || i > 0 && !strings.Contains(plan, "Index Cond: (id > ") && !strings.Contains(plan, "(id>?)") {
					t.Errorf("%s:\n%s", text, plan)
				}
			}
			for _, n := range []int{1, 50, 256} {
				var some []string
				for i := range n {
					some = append(some, ids[i*leads/n])
				}
				log.take()
				if _, err := results(t.Context(), set, source, some, []leadscore.Option{leadscore.AsOf(asOf)}); err != nil {
					t.Fatal(err)
				}
				texts, args := log.all()
				kinds, ranges := 0, 0
				for i, text := range texts {
					plan := explained(t, db, explain+text, args[i])
					interaction := strings.Contains(text, `"Timestamp"`)
					indexed := strings.Contains(plan, "SEARCH t USING INDEX recommended_") && strings.Contains(plan, "Contact=?")
					whole := strings.Contains(plan, "SCAN")
					if d.name == "PostgreSQL" {
						indexed = strings.Contains(plan, " recommended_") && strings.Contains(plan, `("Contact" = ANY (`)
						whole = strings.Contains(plan, "Seq Scan") && (n == 1 || interaction)
					}
					if whole || interaction && !indexed {
						t.Errorf("%d leads: %s:\n%s", n, text, plan)
					}
					if interaction {
						kinds++
						if _, condition, _ := strings.Cut(plan, "Index Cond: "); strings.Contains(plan, "Timestamp>?") || strings.Contains(condition, `("Timestamp" >= `) {
							ranges++
						}
					}
				}
				if kinds < 3 || (ranges > 0) != test.ranged {
					t.Errorf("%d leads: %d kinds of interaction, %d of them searched by their times", n, kinds, ranges)
				}
			}
		})
	}
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
