package dbtest

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/traverse"
)

// runAll runs statements in one transaction.
func runAll(db *sql.DB, statements []string) error {
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, s := range statements {
		if _, err := tx.ExecContext(context.Background(), s); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// TestInto puts results into a table, and others into its place, and reads them back.
func TestInto(t *testing.T) {
	alone(t)
	const table = `the "results"`
	forDatabases(t, func(t *testing.T, d *database) {
		s := d.styles[0]
		w := newWorld(t, 0, s.ids)
		if d.dialect().Replace == nil {
			statement, err := pushdown.New(w.cases[0].set, d.dialect(), s.mapping(w.schema))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := statement.Into("", table, time.Now()); err == nil || err.Error() != "pushdown: "+d.name+" has no statements that replace a table" {
				t.Errorf("without statements that replace a table: %v", err)
			}
			return
		}
		db := d.load(t, s, w)
		exec(t, db, "CREATE TABLE "+d.dialect().Quote(table)+" (old integer)")
		written := 0
		for _, c := range w.cases {
			statement, err := pushdown.New(c.set, d.dialect(), s.mapping(w.schema), pushdown.Explain())
			if err != nil || len(statement.Text()) > 200_000 {
				continue
			}
			script, err := statement.Into("", table, c.AsOf)
			if err != nil {
				t.Fatal(err)
			}
			if err := runAll(db, script); err != nil {
				t.Fatal(err)
			}
			want, err := ofStatement(db, statement, c.AsOf)
			if err != nil {
				t.Fatal(err)
			}
			columns := make([]string, len(statement.Columns()))
			for i, name := range statement.Columns() {
				columns[i] = d.dialect().Quote(name)
			}
			got, err := ofText(db, statement, "SELECT "+strings.Join(columns, ", ")+" FROM "+d.dialect().Quote(table), nil)
			if err != nil {
				t.Fatal(err)
			}
			if text := differences(want, got); text != "" {
				t.Errorf("case %d: the statement, and the table: %s", c.number, text)
			}
			others := 0
			at := d.dialect().Instant(c.AsOf.UnixMicro())
			if err := db.QueryRow("SELECT COUNT(*) FROM " + d.dialect().Quote(table) + " WHERE as_of IS NULL OR as_of <> " + at).Scan(&others); err != nil || others > 0 {
				t.Errorf("case %d: %d rows are as of another instant, error %v", c.number, others, err)
			}
			if written++; written == 6 {
				break
			}
		}
		if written < 2 {
			t.Fatalf("%d tables were written", written)
		}
		// If it fails, the old table stays.
		count := func() (n int) {
			if err := db.QueryRow("SELECT COUNT(*) FROM " + d.dialect().Quote(table)).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		exec(t, db, "CREATE TABLE "+d.dialect().Quote("new_"+table)+" (mine integer)")
		statement, err := pushdown.New(w.cases[0].set, d.dialect(), s.mapping(w.schema))
		if err != nil {
			t.Skip(err)
		}
		script, err := statement.Into("", table, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := runAll(db, script); err == nil || count() != before {
			t.Errorf("with another table in the way: %v, and there are %d rows in place of %d", err, count(), before)
		}
		if _, err := statement.Into("", s.table(traverse.Lead), time.Now()); err == nil || !strings.Contains(err.Error(), "is for the records of Lead; choose another name") {
			t.Errorf("into the table of leads: %v", err)
		}
	})
}
