package dbtest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

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
	literal := func(s string) string { return textOf(d, s) }
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

// TestClickHouseColumns checks the canonical form of columns that the styles do not have.
func TestClickHouseColumns(t *testing.T) {
	if why := missingClickHouse(); why != "" {
		t.Skip("ClickHouse is not tested: " + why)
	}
	db := openClickHouse(t, nil)
	exec(t, db, `CREATE TABLE t (code String, n Int64, u UInt64, f Float32, list String, odd Nullable(String), tags Array(String), none Array(String),
		second DateTime, day Date, size Enum8('s' = 1, 'L' = 2), yes Nullable(String), id UUID) ENGINE = Memory`)
	exec(t, db, "INSERT INTO t VALUES (' x ', -1, 18446744073709551615, 0.1, 'a;B; c\u00a0;;', 'a||B| ', ['q', '', 'R'], [], "+
		"toDateTime(1767218400), toDate(20454), 'L', 'no', toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0'))")
	d := pushdown.ClickHouse()
	for _, test := range []struct {
		column pushdown.Column
		typ    traverse.Type
		want   string
	}{
		{pushdown.Column{Name: "code", Type: "String", Codes: map[string]string{"X": "large", "x": "small"}}, traverse.Text, "small"},
		{pushdown.Column{Name: "code", Type: "String", Codes: map[string]string{"X": "large"}}, traverse.Text, "<nil>"},
		{pushdown.Column{Name: "code", Type: "String"}, traverse.Text, " x "},
		{pushdown.Column{Name: "n", Type: "Int64", Codes: map[string]string{"-1": "yes"}}, traverse.Choice, "yes"},
		{pushdown.Column{Name: "n", Type: "Int64"}, traverse.Number, "-1"},
		{pushdown.Column{Name: "u", Type: "UInt64"}, traverse.NoType, "18446744073709551615"},
		{pushdown.Column{Name: "f", Type: "Float32"}, traverse.Number, "0.10000000149011612"},
		{pushdown.Column{Name: "yes", Type: "Nullable(String)", True: "NO", False: "no"}, traverse.Bool, "0"},
		{pushdown.Column{Name: "list", Type: "String"}, traverse.Choices, "\xffa\xffB\xffc\xff"},
		{pushdown.Column{Name: "odd", Type: "Nullable(String)", Separator: "|"}, traverse.Choices, "\xffa\xffB\xff"},
		{pushdown.Column{Name: "list", Type: "String", Codes: map[string]string{"a": "first", "c": "third"}}, traverse.Choices, "\xfffirst\xffthird\xff"},
		{pushdown.Column{Name: "tags", Type: "Array(String)"}, traverse.Choices, "\xffq\xffR\xff"},
		{pushdown.Column{Name: "none", Type: "Array(String)"}, traverse.Choices, "<nil>"},
		{pushdown.Column{Name: "second", Type: "DateTime"}, traverse.Time, "1767218400000000"},
		{pushdown.Column{Name: "second", Type: "DateTime"}, traverse.Date, "20453"},
		{pushdown.Column{Name: "day", Type: "Date"}, traverse.Time, "1767225600000000"},
		{pushdown.Column{Name: "day", Type: "Date"}, traverse.Date, "20454"},
		{pushdown.Column{Name: "n", Type: "Int64", Format: sqldb.UnixMicros}, traverse.Time, "-1"},
		{pushdown.Column{Name: "n", Type: "Int64", Format: sqldb.UnixSeconds}, traverse.Time, "-1000000"},
		{pushdown.Column{Name: "n", Type: "Int64", Format: sqldb.UnixMicros}, traverse.Date, "-1"},
		{pushdown.Column{Name: "size", Type: "Enum8('s' = 1, 'L' = 2)"}, traverse.Choice, "L"},
		{pushdown.Column{Name: "id", Type: "UUID"}, traverse.Text, "61f0c404-5cb3-11e7-907b-a6006ad3dba0"},
	} {
		got, err := d.Canonical(d.Quote(test.column.Name), test.column, &pushdown.Mapping{}, test.typ)
		if err != nil {
			t.Errorf("%s as %s: %v", test.column.Name, test.typ, err)
			continue
		}
		var v any
		if err := db.QueryRow("SELECT toNullable(" + got.Expr + ") AS v FROM t").Scan(&v); err != nil {
			t.Errorf("%s: %v", got.Expr, err)
		} else if text := fmt.Sprint(v); text != test.want {
			t.Errorf("%s as %s is %q, want %q", test.column.Name, test.typ, text, test.want)
		}
	}
	for _, day := range []int64{-719_528, -719_469, -719_468, -1, 0, 58, 59, 11_016, 2_932_896, -721_000} {
		y, m, _ := time.Unix(day*24*60*60, 0).UTC().Date()
		var got int64
		if err := db.QueryRow(fmt.Sprintf("SELECT %s AS v", d.Month(fmt.Sprintf("toInt64(%d)", day)))).Scan(&got); err != nil || got != int64(y)*12+int64(m) {
			t.Errorf("the month of the day %d is %d, want that of %d-%02d, error %v", day, got, y, m, err)
		}
	}
}

// TestClickHouseFold folds texts and choices with few letters and with many, which are replaced
// in other ways.
func TestClickHouseFold(t *testing.T) {
	if why := missingClickHouse(); why != "" {
		t.Skip("ClickHouse is not tested: " + why)
	}
	db := openClickHouse(t, nil)
	d := pushdown.ClickHouse()
	var from, to []rune
	for r := 'А'; r <= 'Я'; r++ {
		from, to = append(from, r), append(to, unicode.ToLower(r))
	}
	for r := 'Α'; r <= 'Ϋ'; r++ {
		from, to = append(from, r), append(to, unicode.ToLower(r))
	}
	for _, letters := range []int{0, 1, 50, 51, len(from)} {
		fold := map[string]func(text string, from, to []rune) string{"text": d.Fold, "choices": d.FoldChoices}
		for _, test := range []struct{ what, text, want string }{
			{"text", "АbC\n", "аbc\n"},
			{"text", "", "<nil>"},
			{"choices", "\xffАbC\n\xffЯ\xff", "\xffаbc\n\xffя\xff"},
			{"choices", "\xffА\xff", "\xffа\xff"},
		} {
			want := test.want
			if letters < 1 {
				want = strings.ReplaceAll(want, "а", "А")
			}
			if letters < 32 {
				want = strings.ReplaceAll(want, "я", "Я")
			}
			value := "CAST(nullIf('" + strings.NewReplacer("\xff", `\xFF`, "\n", `\n`).Replace(test.text) + "', '') AS Nullable(String))"
			var got any
			if err := db.QueryRow("SELECT toNullable(" + fold[test.what](value, from[:letters], to[:letters]) + ") AS v").Scan(&got); err != nil {
				t.Error(err)
			} else if text := fmt.Sprint(got); text != want {
				t.Errorf("%s %q with %d letters is %q, want %q", test.what, test.text, letters, text, want)
			}
		}
	}
}
