package dbtest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

func init() {
	databases = append(databases, &database{
		name: "ClickHouse", dialect: pushdown.ClickHouse, styles: clickhouseStyles, missing: missingClickHouse,
		open: openClickHouse, fill: fillClickHouse, engine: " ENGINE = Memory", textual: true, models: 30,
	})
}

// clickhouseStyles are how ClickHouse stores records.
var clickhouseStyles = []*style{
	{
		name: "native", ids: textIDs, write: writeClickHouse,
		types: storedAs("String", "Nullable(String)", "Nullable(Float64)", "Nullable(UInt8)", "Nullable(Int64)", "Nullable(Int32)", "Array(String)"),
	},
	{
		name: "integers", ids: integerIDs, write: writeClickHouse, refers: "Nullable(Int32)", renamed: true,
		types:   storedAs("Int64", "String", "Nullable(Float64)", "Nullable(Int8)", "Nullable(Int64)", "Nullable(Int64)", "Array(String)"),
		formats: map[traverse.Type]sqldb.Format{traverse.Time: sqldb.UnixMicros, traverse.Date: sqldb.UnixMicros},
	},
	{
		name: "UUIDs", ids: uuidIDs, write: writeClickHouse, refers: "Nullable(UUID)",
		types: storedAs("UUID", "String", "Nullable(Float64)", "Nullable(UInt8)", "Nullable(Int64)", "Nullable(Int64)", "Array(String)"),
	},
	{
		name: "mixed", ids: mixedIDs, write: writeClickHouse, refers: "Nullable(String)", words: true,
		types: storedAs("Int32", "Nullable(String)", "Nullable(Float64)", "Nullable(String)", "Nullable(Int64)", "Nullable(Int32)", "Array(String)"),
	},
}

// writeClickHouse returns an expression of SQL.
func writeClickHouse(t traverse.Type, v traverse.Value) any {
	d := pushdown.ClickHouse()
	literal := func(s string) string {
		text, ok := d.Text(s)
		if !ok {
			panic(fmt.Sprintf("%q is not UTF-8", s))
		}
		return text
	}
	switch v.Kind() {
	case traverse.KindNumber:
		return d.Number(v.Number())
	case traverse.KindBool:
		return map[bool]string{true: "1", false: "0"}[v.Bool()]
	case traverse.KindTime:
		return fmt.Sprint(v.Micros())
	case traverse.KindDate:
		return fmt.Sprint(v.Day())
	case traverse.KindChoices:
		var list []string
		for _, c := range v.Choices() {
			list = append(list, literal(c))
		}
		return "[" + strings.Join(list, ", ") + "]"
	}
	return literal(v.String())
}

func fillClickHouse(t testing.TB, db *sql.DB, s *style, e *traverse.Entity, records []reference.Record) {
	t.Helper()
	columns, values := cells(s, e, records)
	const batch = 300
	for from := 0; from < len(records); from += batch {
		var rows []string
		for i := from; i < min(from+batch, len(records)); i++ {
			row := make([]string, len(columns))
			for j, c := range columns {
				row[j] = clickhouseCell(s, c, values[j][i])
			}
			rows = append(rows, "("+strings.Join(row, ", ")+")")
		}
		exec(t, db, "INSERT INTO "+pushdown.ClickHouse().Quote(s.table(e.Name()))+" VALUES "+strings.Join(rows, ", "))
	}
}

// clickhouseCell returns a value as the column of a style has it.
func clickhouseCell(s *style, c traverse.Field, v any) string {
	name := s.plainType(c)
	switch {
	case v == nil && name == "String":
		return "''"
	case v == nil && strings.HasPrefix(name, "Array"):
		return "[]"
	case v == nil:
		return "NULL"
	}
	text := v.(string)
	switch {
	case c.Type == traverse.NoType && strings.Contains(name, "Int"):
		return strings.Trim(text, "'")
	case c.Type == traverse.Bool && s.words:
		return map[string]string{"1": "'Y'", "0": "'N'"}[text]
	case c.Type == traverse.Date && s.formats[c.Type] == sqldb.UnixMicros:
		return text + " * 86400000000"
	}
	return text
}
