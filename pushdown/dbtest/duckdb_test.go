//go:build cgo && duckdb

package dbtest

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver duckdb

	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

func init() {
	databases = append(databases, &database{
		name: "DuckDB", dialect: pushdown.DuckDB, styles: duckStyles, missing: func() string { return "" },
		open: openDuckDB, fill: fillDuckDB, longest: 300_000, catalog: duckCatalog,
	})
}

// duckCatalog says what package sqldb needs to find the tables of DuckDB, whose rows it does not
// read.
func duckCatalog() sqldb.Dialect {
	return sqldb.Dialect{
		Name: "DuckDB", Quote: pushdown.DuckDB().Quote, Tables: "SELECT table_name FROM information_schema.tables",
		Storage: func(typ string) sqldb.Storage {
			switch name, _, _ := strings.Cut(typ, "("); name {
			case "VARCHAR":
				return sqldb.Text
			case "TINYINT", "SMALLINT", "INTEGER", "BIGINT":
				return sqldb.Integer
			case "DOUBLE", "FLOAT", "DECIMAL":
				return sqldb.Decimal
			case "BOOLEAN":
				return sqldb.Boolean
			case "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_S", "TIMESTAMP_MS":
				return sqldb.Instant
			case "DATE":
				return sqldb.Day
			case "UUID":
				return sqldb.UUID
			case "JSON":
				return sqldb.JSON
			case "VARCHAR[]":
				return sqldb.TextArray
			}
			return sqldb.Unknown
		},
	}
}

// duckStyles are how DuckDB stores records. Sessions have three time zones, and the columns two
// collations.
var duckStyles = []*style{
	{
		name: "native", ids: textIDs, write: writeDuckDB, zone: "America/St_Johns",
		types: storedAs("VARCHAR", "VARCHAR", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE", "VARCHAR[]"),
	},
	{
		name: "collated", ids: textIDs, write: writeDuckDB, zone: "Pacific/Apia", renamed: true,
		types:   storedAs("VARCHAR COLLATE NOCASE", "VARCHAR COLLATE NOCASE", "DOUBLE", "BOOLEAN", "TIMESTAMPTZ", "TIMESTAMP", "VARCHAR"),
		formats: map[traverse.Type]sqldb.Format{traverse.Choices: sqldb.JSONArray},
	},
	{
		name: "integers", ids: integerIDs, write: writeDuckDB, zone: "UTC",
		types:   storedAs("BIGINT", "VARCHAR", "DOUBLE", "TINYINT", "BIGINT", "DATE", "VARCHAR[]"),
		formats: map[traverse.Type]sqldb.Format{traverse.Time: sqldb.UnixMicros},
	},
	{
		name: "UUIDs", ids: uuidIDs, write: writeDuckDB, zone: "America/St_Johns", renamed: true,
		types: storedAs("UUID", "VARCHAR", "DOUBLE", "BOOLEAN", "TIMESTAMP", "TIMESTAMPTZ", "JSON"),
	},
	{
		name: "mixed", ids: integerIDs, refers: "VARCHAR", words: true, write: writeDuckDB, zone: "Pacific/Apia",
		types: storedAs("INTEGER", "VARCHAR", "DOUBLE", "VARCHAR", "TIMESTAMP", "DATE", "VARCHAR[]"),
	},
}

// writeDuckDB returns an expression of SQL.
func writeDuckDB(t traverse.Type, v traverse.Value) any {
	d := pushdown.DuckDB()
	literal := func(s string) string { return textOf(d, s) }
	switch v.Kind() {
	case traverse.KindNumber:
		return d.Number(v.Number())
	case traverse.KindBool:
		return strconv.FormatBool(v.Bool())
	case traverse.KindTime:
		return d.Instant(v.Micros())
	case traverse.KindDate:
		return d.Day(v.Day())
	case traverse.KindChoices:
		var list []string
		for _, c := range v.Choices() {
			list = append(list, literal(c))
		}
		return "[" + strings.Join(list, ", ") + "]"
	}
	return literal(v.String())
}

func openDuckDB(t testing.TB, s *style) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	exec(t, db, "SET threads = 1")
	exec(t, db, "SET TimeZone = 'UTC'") // in which fillDuckDB writes
	return db
}

func fillDuckDB(t testing.TB, db *sql.DB, s *style, e *traverse.Entity, records []reference.Record) {
	t.Helper()
	columns, values := cells(s, e, records)
	exec(t, db, "SET TimeZone = 'UTC'")
	const batch = 200
	for from := 0; from < len(records); from += batch {
		var rows []string
		for i := from; i < min(from+batch, len(records)); i++ {
			row := make([]string, len(columns))
			for j, c := range columns {
				row[j] = duckCell(s, c, values[j][i])
			}
			rows = append(rows, "("+strings.Join(row, ", ")+")")
		}
		exec(t, db, "INSERT INTO "+pushdown.DuckDB().Quote(s.table(e.Name()))+" VALUES "+strings.Join(rows, ", "))
	}
	exec(t, db, "SET TimeZone = '"+s.zone+"'")
}

// duckCell returns a value as the column of a style has it.
func duckCell(s *style, c traverse.Field, v any) string {
	if v == nil {
		return "NULL"
	}
	text := v.(string)
	switch name := s.plainType(c); {
	case c.Type == traverse.Time && name == "BIGINT":
		return "epoch_us(" + text + ")"
	case c.Type == traverse.Choices && name != "VARCHAR[]":
		return "to_json(CAST(" + text + " AS VARCHAR[]))"
	case c.Type == traverse.Bool && s.words:
		return "CASE WHEN " + text + " THEN 'Y' ELSE 'N' END"
	case c.Type == traverse.Date && name == "TIMESTAMPTZ":
		return "CAST(CAST(" + text + " AS TIMESTAMP) AS TIMESTAMPTZ)"
	}
	return text
}

// TestDuckDBColumns checks the canonical form of columns that the styles do not have.
func TestDuckDBColumns(t *testing.T) {
	db := openDuckDB(t, duckStyles[0])
	exec(t, db, "CREATE TYPE size AS ENUM ('s', 'L')")
	exec(t, db, `CREATE TABLE t (code VARCHAR COLLATE NOCASE, n BIGINT, d DECIMAL(20, 3), f REAL, list VARCHAR, odd VARCHAR, json VARCHAR,
		second TIMESTAMP_S, day DATE, zoned TIMESTAMPTZ, size size, yes VARCHAR COLLATE NOCASE, i INTERVAL)`)
	exec(t, db, `INSERT INTO t VALUES (' x ', 1767218400123456, 0.1, 0.1, 'a;B; c' || chr(160) || ';;', 'a||B| ', '["q", "", null, "r"]',
		'1969-12-31 23:59:59', '1969-12-31', '1969-12-31 23:59:59.5+00', 'L', 'no', INTERVAL 1 DAY)`)
	exec(t, db, "SET TimeZone = 'Pacific/Apia'")
	d := pushdown.DuckDB()
	for _, test := range []struct {
		column pushdown.Column
		typ    traverse.Type
		want   string
	}{
		{pushdown.Column{Name: "code", Type: "VARCHAR", Codes: map[string]string{"X": "large", "x": "small"}}, traverse.Text, "small"},
		{pushdown.Column{Name: "code", Type: "varchar"}, traverse.Text, " x "},
		{pushdown.Column{Name: "n", Type: "BIGINT", Codes: map[string]string{"1767218400123456": "yes"}}, traverse.Choice, "yes"},
		{pushdown.Column{Name: "n", Type: "BIGINT"}, traverse.Number, "1.767218400123456e+15"},
		{pushdown.Column{Name: "d", Type: "DECIMAL(20,3)"}, traverse.Number, "0.1"},
		{pushdown.Column{Name: "f", Type: "REAL"}, traverse.Number, "0.10000000149011612"},
		{pushdown.Column{Name: "yes", Type: "VARCHAR", True: "NO", False: "no"}, traverse.Bool, "false"},
		{pushdown.Column{Name: "list", Type: "VARCHAR"}, traverse.Choices, "[a B c]"},
		{pushdown.Column{Name: "odd", Type: "VARCHAR", Separator: "|"}, traverse.Choices, "[a B]"},
		{pushdown.Column{Name: "list", Type: "VARCHAR", Codes: map[string]string{"a": "first", "c": "third"}}, traverse.Choices, "[first third]"},
		{pushdown.Column{Name: "json", Type: "VARCHAR", Format: sqldb.JSONArray}, traverse.Choices, "[q r]"},
		{pushdown.Column{Name: "second", Type: "TIMESTAMP_S"}, traverse.Time, "1969-12-31 23:59:59 +0000 UTC"},
		{pushdown.Column{Name: "second", Type: "TIMESTAMP_S"}, traverse.Date, "1969-12-31 00:00:00 +0000 UTC"},
		{pushdown.Column{Name: "day", Type: "DATE"}, traverse.Time, "1969-12-31 00:00:00 +0000 UTC"},
		{pushdown.Column{Name: "zoned", Type: "TIMESTAMP WITH TIME ZONE"}, traverse.Time, "1969-12-31 23:59:59.5 +0000 UTC"},
		{pushdown.Column{Name: "zoned", Type: "TIMESTAMPTZ"}, traverse.Date, "1969-12-31 00:00:00 +0000 UTC"},
		{pushdown.Column{Name: "n", Type: "BIGINT", Format: sqldb.UnixMicros}, traverse.Time, "2025-12-31 22:00:00.123456 +0000 UTC"},
		{pushdown.Column{Name: "n", Type: "BIGINT", Format: sqldb.UnixMicros}, traverse.Date, "2025-12-31 00:00:00 +0000 UTC"},
		{pushdown.Column{Name: "size", Type: "ENUM('s', 'L')"}, traverse.Choice, "L"},
		{pushdown.Column{Name: "n", Type: "BIGINT"}, traverse.Date, "the type BIGINT of the column n cannot be compared as a date"},
		{pushdown.Column{Name: "i", Type: "INTERVAL"}, traverse.Text, "the type INTERVAL of the column i cannot be compared as text"},
		{pushdown.Column{Name: "second", Type: "TIMESTAMP_NS"}, traverse.Time, "the type TIMESTAMP_NS of the column second cannot be compared as a time"},
	} {
		got, err := d.Canonical(d.Quote(test.column.Name), test.column, &pushdown.Mapping{}, test.typ)
		text := ""
		if err != nil {
			text = err.Error()
		} else {
			var v any
			if err := db.QueryRow("SELECT " + got.Expr + " FROM t").Scan(&v); err != nil {
				t.Errorf("%s: %v", got.Expr, err)
				continue
			}
			text = fmt.Sprint(v)
		}
		if text != test.want {
			t.Errorf("%s as %s is %s, want %s", test.column.Name, test.typ, text, test.want)
		}
	}
}
