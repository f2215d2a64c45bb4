//go:build cgo && duckdb

package dbtest

import (
	"database/sql"
	"regexp"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver duckdb

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

func init() {
	scalarDatabases = append(scalarDatabases, scalarDatabase{
		name: "DuckDB", dialect: scalar.DuckDB(), overflow: regexp.MustCompile("Overflow in|out of range for the destination type INT128|Could not convert string .* to INT128|to INT128 because the value is out of range"), most: 127,
		types: map[scalar.Kind]string{scalar.Whole: "BIGINT", scalar.Truth: "BOOLEAN", scalar.Text: "VARCHAR"},
		open:  func(t *testing.T) *sql.DB { return openScalar(t, "duckdb", "") },
	})
}
