package clickhouse_test

import (
	"database/sql"
	"os"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/internal/clickhouse"
)

func TestServer(t *testing.T) {
	if _, err := clickhouse.Program(); err != nil && os.Getenv("LEADSCORE_CLICKHOUSE") != "start" {
		t.Skip(err)
	}
	s, err := clickhouse.Start("")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client := clickhouse.Client{Address: s.Address, Database: "default"}
	db := sql.OpenDB(client)
	if _, err := db.Exec(`CREATE TABLE t (s String, n Nullable(Int64), f Float64) ENGINE = Memory`); err != nil {
		t.Fatal(err)
	}
	const odd = "a\tb\\c\n'd'"
	rows := clickhouse.Escape(odd) + "\t-7\t0.5\nx\t\\N\t-1e300\n"
	if err := client.Insert(t.Context(), "INSERT INTO t FORMAT TabSeparated", strings.NewReader(rows)); err != nil {
		t.Fatal(err)
	}
	var text string
	var number any
	var float float64
	if err := db.QueryRow("SELECT s, n, f FROM t WHERE f > 0").Scan(&text, &number, &float); err != nil || text != odd || number != int64(-7) || float != 0.5 {
		t.Errorf("%q, %v, %v, %v", text, number, float, err)
	}
	if err := db.QueryRow("SELECT s, n, f FROM t WHERE f < 0").Scan(&text, &number, &float); err != nil || text != "x" || number != nil || float != -1e300 {
		t.Errorf("%q, %v, %v, %v", text, number, float, err)
	}
	if _, err := db.Exec("SELECT 1 FROM nothing"); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("a table that is not there: %v", err)
	}
	if err := client.Insert(t.Context(), "INSERT INTO t FORMAT TabSeparated", strings.NewReader("x\ty\tz\n")); err == nil {
		t.Error("no error for a row of other types")
	}
	if _, err := db.Query("SELECT 1", 2); err == nil {
		t.Error("no error for an argument")
	}
	if _, err := db.Begin(); err == nil {
		t.Error("no error for a transaction")
	}
	if _, err := db.Prepare("SELECT 1"); err == nil {
		t.Error("no error for a prepared statement")
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
