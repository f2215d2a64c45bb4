package dbtest

import (
	"database/sql"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/leadscore/leadscore/internal/clickhouse"
)

// clickhouseVariable may hold the address of a server, such as http://localhost:8123. Without it
// the tests start one of their own, if it is installed. If it holds the word start, they fail if they
// cannot.
const clickhouseVariable = "LEADSCORE_CLICKHOUSE"

// TestMain stops the server that tests have started.
func TestMain(m *testing.M) {
	code := m.Run()
	if clickhouseServer.server != nil {
		clickhouseServer.server.Close()
	}
	os.Exit(code)
}

// clickhouseServer is the server for all tests.
var clickhouseServer struct {
	once   sync.Once
	server *clickhouse.Server
	err    error
}

// missingClickHouse returns why there is no ClickHouse, or "".
func missingClickHouse() string {
	if os.Getenv(clickhouseVariable) != "" {
		return ""
	}
	if _, err := clickhouse.Program(); err != nil {
		return err.Error() + ", and the environment variable " + clickhouseVariable + " holds no address"
	}
	return ""
}

// clickhouseAddress returns the address of a server, which it starts unless there is one.
func clickhouseAddress(t testing.TB) string {
	t.Helper()
	if address := os.Getenv(clickhouseVariable); address != "" && address != "start" {
		return address
	}
	s := &clickhouseServer
	s.once.Do(func() { s.server, s.err = clickhouse.Start("") })
	if s.err != nil {
		t.Fatalf("ClickHouse: %v", s.err)
	}
	return s.server.Address
}

// clickhouseDatabase opens a database of a server.
func clickhouseDatabase(address, name string) *sql.DB {
	return sql.OpenDB(clickhouse.Client{Address: address, Database: name})
}

// openClickHouse returns a new database of the server.
func openClickHouse(t testing.TB, _ *style) *sql.DB {
	t.Helper()
	address := clickhouseAddress(t)
	name := fmt.Sprintf("pushdown_%d_%d", os.Getpid(), schemas.Add(1))
	admin := clickhouseDatabase(address, "default")
	exec(t, admin, "CREATE DATABASE "+name)
	db := clickhouseDatabase(address, name)
	t.Cleanup(func() {
		exec(t, admin, "DROP DATABASE "+name)
		db.Close()
		admin.Close()
	})
	return db
}
