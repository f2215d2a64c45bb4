package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const postgresVariable = "LEADSCORE_POSTGRES" // a connection string

var databases atomic.Int64

// newDatabase makes an empty database on the server of the variable, and returns it and its URL.
func newDatabase(t *testing.T) (*sql.DB, *pgx.ConnConfig) {
	t.Helper()
	if os.Getenv(postgresVariable) == "" {
		t.Skipf("PostgreSQL is not tested: the environment variable %s holds no connection string", postgresVariable)
	}
	config, err := pgx.ParseConfig(os.Getenv(postgresVariable))
	if err != nil {
		t.Fatal(err)
	}
	admin := stdlib.OpenDB(*config)
	name := fmt.Sprintf("warehouse_%d_%d", os.Getpid(), databases.Add(1))
	mustExec(t, admin, "CREATE DATABASE "+name)
	config.Database = name
	db := stdlib.OpenDB(*config)
	t.Cleanup(func() {
		db.Close()
		mustExec(t, admin, "DROP DATABASE "+name+" WITH (FORCE)")
		admin.Close()
	})
	return db, config
}

func mustExec(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%.200s: %v", s, err)
		}
	}
}

// create makes the tables of a CRM, and the view of the visits.
func create(t testing.TB, db *sql.DB) {
	t.Helper()
	visits, err := os.ReadFile("visits.sql")
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, schemaSQL(t, "postgres"), string(visits))
}

// fill makes the tables of a CRM and fills them.
func fill(t testing.TB, db *sql.DB, c *crm) {
	t.Helper()
	create(t, db)
	mustExec(t, db, c.inserts()...)
	mustExec(t, db, "ANALYZE")
}

// TestDBTPostgres runs the dbt project in PostgreSQL.
func TestDBTPostgres(t *testing.T) {
	db, _ := newDatabase(t)
	runProject(t, db, "postgres", "analytics")
}

const selectScores = "SELECT lead, model, status, COALESCE(score, 0), grade, sales_ready, label FROM "

// scoresOf returns the outcomes in a table.
func scoresOf(t testing.TB, db *sql.DB, table string) outcomes {
	t.Helper()
	rows, err := db.Query(selectScores + table)
	if err != nil {
		t.Fatal(err)
	}
	return ofRows(t, rows)
}

// TestJob scores into the table again and again, while others read it.
func TestJob(t *testing.T) {
	db, _ := newDatabase(t)
	c, set := draw(2, 300, 12), mustCompile(t)
	fill(t, db, c)
	j := &job{db, mustLower(t, set), slog.New(slog.DiscardHandler)}
	n, err := j.run(t.Context(), asOf)
	if err != nil {
		t.Fatal(err)
	}
	want := c.ofEngine(t, set)
	compare(t, want, scoresOf(t, db, "lead_scores"))
	if int(n) != len(want) {
		t.Errorf("the job says that there are %d rows, not %d", n, len(want))
	}

	// A reader has either all rows of one instant or all of the next one.
	stop, read := make(chan struct{}), make(chan error)
	go func() { read <- readWhole(db, len(want), stop) }()
	for i := range 5 {
		if _, err := j.run(t.Context(), asOf.Add(time.Duration(i+1)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-read; err != nil {
		t.Error(err)
	}

	// What cannot be done leaves the table as it was.
	kept := scoresOf(t, db, "lead_scores")
	mustExec(t, db, "CREATE VIEW ready AS SELECT * FROM lead_scores WHERE sales_ready")
	if _, err := j.run(t.Context(), asOf.AddDate(0, 0, 9)); err == nil || !strings.Contains(err.Error(), "depend on it") {
		t.Errorf("the table of a view is dropped: %v", err)
	}
	compare(t, kept, scoresOf(t, db, "lead_scores"))
	mustExec(t, db, "DROP VIEW ready")

	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("SELECT pg_advisory_xact_lock($1)", jobLock); err != nil {
		t.Fatal(err)
	}
	if _, err := j.run(t.Context(), asOf); !errors.Is(err, errBusy) {
		t.Errorf("two jobs are at work: %v", err)
	}
}

// readWhole reads the table until stop is closed, and fails unless it always has rows of one
// instant.
func readWhole(db *sql.DB, rows int, stop chan struct{}) error {
	for reads := 0; ; reads++ {
		var n, instants int
		if err := db.QueryRow("SELECT COUNT(*), COUNT(DISTINCT as_of) FROM lead_scores").Scan(&n, &instants); err != nil {
			return err
		}
		if n != rows || instants != 1 {
			return fmt.Errorf("a reader sees %d rows of %d instants", n, instants)
		}
		select {
		case <-stop:
			if reads == 0 {
				return errors.New("nothing was read")
			}
			return nil
		default:
		}
	}
}

// TestJobCommand runs the command once.
func TestJobCommand(t *testing.T) {
	db, config := newDatabase(t)
	c := draw(3, 50, 8)
	fill(t, db, c)
	url := fmt.Sprintf("postgres://%s@/%s?host=%s&port=%d", config.User, config.Database, config.Host, config.Port)
	if config.Password != "" {
		t.Setenv("PGPASSWORD", config.Password)
	}
	var log bytes.Buffer
	if err := run(t.Context(), []string{"job", "-postgres", url, "-once"}, io.Discard, &log); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), fmt.Sprintf("rows=%d", 2*len(c.leads()))) {
		t.Errorf("the log is %s", log.String())
	}
}

// TestEvery: a job runs at once, and then at each full hour, also after one that failed or took
// longer than an hour.
func TestEvery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.Sleep(20 * time.Minute) // the clock begins at a full hour
		begin := time.Now()
		var at []string
		j := &job{log: slog.New(slog.DiscardHandler)}
		j.every(ctx, time.Hour, func(_ context.Context, asOf time.Time) (int64, error) {
			at = append(at, fmt.Sprintf("%v as of %v", time.Since(begin), asOf.Sub(begin)))
			switch len(at) {
			case 1:
				return 0, errors.New("no connection")
			case 2:
				time.Sleep(90 * time.Minute)
			case 4:
				cancel()
			}
			return 1, nil
		})
		if got, want := strings.Join(at, ", "), "0s as of -20m0s, 40m0s as of 40m0s, 2h40m0s as of 2h40m0s, 3h40m0s as of 3h40m0s"; got != want {
			t.Errorf("it runs at %s, want %s", got, want)
		}
	})
}
