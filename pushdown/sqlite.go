package pushdown

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// SQLite returns the dialect of SQLite 3.35 and later, for any driver. Times are integers since
// 1970-01-01 UTC, in microseconds or in the unit of a Unix format; days are integers of days
// since then. Times in text are refused, and so are columns that hold values of several types
// unless they are ids or texts.
func SQLite() *Dialect {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	same := func(value string) string { return value }
	return &Dialect{
		Name:    "SQLite",
		Quote:   quoteIdentifier,
		Text:    sqliteText,
		Odd:     true,
		Truth:   func(is bool) string { return map[bool]string{true: "1", false: "0"}[is] },
		Number:  sqliteNumber,
		Instant: number,
		Day:     number,
		Parameter: func(n int, _ ArgumentType) string {
			return "?" + strconv.Itoa(n)
		},
		Argument: func(_ ArgumentType, n int64) any { return n },
		Leads:    func(ids []string) any { return jsonList(ids) },
		LeadList: func(ids []string) (string, bool) { return sqliteText(jsonList(ids)) },
		In: func(id, list string) string {
			return "(" + id + " IN (SELECT value FROM json_each(" + list + ")))"
		},
		Default:   sqliteDefault,
		Canonical: sqliteCanonical,
		Null:      func(traverse.Type) string { return "NULL" },
		IDText: func(id string, class IDClass) string {
			if class == TextID {
				return id
			}
			return "CAST(" + id + " AS TEXT)"
		},
		Fold: sqliteFold,
		FoldChoices: func(choices string, from, to []rune) string {
			return "(SELECT NULLIF(json_group_array(" + sqliteFold("value", from, to) + "), '[]') FROM json_each(" + choices + "))"
		},
		Contains: func(value, operand string) string { return "(instr(" + value + ", " + operand + ") > 0)" },
		Begins: func(value, operand string) string {
			return "(substr(" + value + ", 1, length(" + operand + ")) = " + operand + ")"
		},
		Ends: func(value, operand string) string {
			return "(substr(" + value + ", -length(" + operand + ")) = " + operand + ")"
		},
		Chosen: func(value, operand string) string {
			return "CASE WHEN " + value + " IS NOT NULL THEN " + operand + " IN (SELECT value FROM json_each(" + value + ")) END"
		},
		Micros: same, Days: same,
		Month: func(value string) string {
			// The calendar of SQLite is that of Go, from year 0 to 9999.
			return "(CAST(strftime('%Y', (" + value + ") * 86400, 'unixepoch') AS INTEGER) * 12 + CAST(strftime('%m', (" + value + ") * 86400, 'unixepoch') AS INTEGER))"
		},
		Count:    func(condition string) string { return "COUNT(*) FILTER (WHERE " + condition + ")" },
		Sum:      func(value string) string { return "SUM(" + value + ")" }, // which fails beyond 64 bits
		Max:      func(value string) string { return "MAX(" + value + ")" },
		Windows:  true,
		Guard:    sqliteGuard,
		Least:    func(list []string) string { return "MIN(" + strings.Join(list, ", ") + ")" },
		Greatest: func(list []string) string { return "MAX(" + strings.Join(list, ", ") + ")" },
		Quo:      func(x, n string, _ bool) string { return "(" + x + " / " + n + ")" },
		Rem:      func(x, n string, _ bool) string { return "(" + x + " % " + n + ")" },
		NotFinite: func(number string) string { // NaN is null
			return "abs(" + number + ") > 1.7976931348623157e308"
		},
		Mistyped:   sqliteMistyped,
		NotUTF8:    sqliteNotUTF8,
		Replace:    replaceTable(quoteIdentifier),
		Fence:      " LIMIT -1", // a SELECT with a limit is not merged into one that joins it, and so gets an index
		MaxColumns: 1500, MaxJoins: 62, MaxParameters: 32_000, MaxTables: 900,
	}
}

func sqliteText(s string) (string, bool) {
	return "'" + strings.ReplaceAll(s, "'", "''") + "'", validText(s) && !strings.Contains(s, "\x00")
}

func sqliteNumber(f float64) string {
	text := shortest(f)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// sqliteGuard fails for a sum or product that 64 bits do not hold, of which SQLite makes a
// float: the absolute value of the least integer is an error.
func sqliteGuard(x string) string {
	return "(CASE typeof(" + x + ") WHEN 'integer' THEN " + x + " ELSE abs(-9223372036854775807 - 1) END)"
}

func jsonList(ids []string) string {
	list := []string{}
	for _, id := range ids {
		if validText(id) {
			list = append(list, id)
		}
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // texts have a form in JSON
	}
	return string(text)
}

func sqliteDefault(typ traverse.Type) string {
	switch typ {
	case traverse.Number:
		return "REAL"
	case traverse.Bool:
		return "BOOLEAN"
	case traverse.Time, traverse.Date:
		return "INTEGER"
	}
	return "TEXT"
}

func sqliteCanonical(column string, c Column, m *Mapping, typ traverse.Type) (Canonical, error) {
	name := strings.ToUpper(c.Type)
	integer := strings.Contains(name, "INT")
	text := !integer && (strings.Contains(name, "CHAR") || strings.Contains(name, "CLOB") || strings.Contains(name, "TEXT") || strings.HasPrefix(name, "JSON") || name == "UUID")
	number := integer || strings.Contains(name, "REAL") || strings.Contains(name, "FLOA") || strings.Contains(name, "DOUB") || strings.HasPrefix(name, "NUM") || strings.HasPrefix(name, "DEC")
	switch typ {
	case traverse.NoType:
		switch {
		case integer:
			return Canonical{Expr: column, Class: IntegerID, Plain: true}, nil
		case text:
			return Canonical{Expr: "NULLIF(" + column + " COLLATE BINARY, '') COLLATE BINARY"}, nil
		}
	case traverse.Text, traverse.Choice:
		switch {
		case c.Codes != nil && (integer || text):
			return codesCanonical(sqliteText, "trim(CAST("+column+" AS TEXT), ' ' || char(9, 10, 13))", c, " COLLATE BINARY")
		case integer:
			return Canonical{Expr: "CAST(" + column + " AS TEXT)"}, nil
		case text:
			return Canonical{Expr: "NULLIF(" + column + " COLLATE BINARY, '') COLLATE BINARY"}, nil
		}
	case traverse.Number:
		if number {
			return Canonical{Expr: "CAST(" + column + " AS REAL)"}, nil
		}
	case traverse.Bool:
		switch {
		case text && c.True != "" && c.False != "":
			return wordsCanonical(sqliteText, column+" COLLATE BINARY", c, "1", "0")
		case integer, strings.HasPrefix(name, "BOOL"):
			return Canonical{Expr: column, Plain: true}, nil
		}
	case traverse.Time:
		per := max(unixSeconds(c.Format), 1)
		if c.Format == sqldb.ByType {
			per = 1_000_000
		}
		if integer {
			return Canonical{Expr: scaled(column, 1_000_000/per)}, nil
		}
	case traverse.Date:
		per := unixSeconds(c.Format)
		switch {
		case integer && per == 0:
			return Canonical{Expr: column, Plain: true}, nil
		case integer:
			n := strconv.FormatInt(per*secondsPerDay, 10)
			return Canonical{Expr: fmt.Sprintf("(%s / %s - (%s %% %s < 0))", column, n, column, n)}, nil
		}
	case traverse.Choices:
		if text && c.Separator == "" && c.Codes == nil {
			return Canonical{Expr: "(SELECT NULLIF(json_group_array(value), '[]') FROM json_each(NULLIF(" + column + " COLLATE BINARY, '')) WHERE value <> '')"}, nil
		}
	}
	return Canonical{}, unfit(c, typ)
}

func scaled(column string, by int64) string {
	if by == 1 {
		return column
	}
	return "(" + column + " * " + strconv.FormatInt(by, 10) + ")"
}

// sqliteFold nests one call in another for each letter.
func sqliteFold(text string, from, to []rune) string {
	lower := "lower(" + text + ")"
	if len(from) == 0 {
		return lower
	}
	folded := lower
	for i := range from {
		a, _ := sqliteText(string(from[i]))
		b, _ := sqliteText(string(to[i]))
		folded = "replace(" + folded + ", " + a + ", " + b + ")"
	}
	return "CASE WHEN length(CAST(" + text + " AS BLOB)) = length(" + text + ") THEN " + lower + " ELSE " + folded + " END"
}

// sqliteMistyped compares what a column holds with its type, which SQLite only prefers.
func sqliteMistyped(column string, c Column, typ traverse.Type) string {
	integer := strings.Contains(strings.ToUpper(c.Type), "INT")
	want := "'text'"
	switch typ {
	case traverse.NoType, traverse.Text, traverse.Choice:
		if integer {
			want = "'integer'"
		}
	case traverse.Number:
		want = "'integer', 'real'"
	case traverse.Bool:
		if c.True == "" {
			want = "'integer'"
		}
	case traverse.Time, traverse.Date:
		want = "'integer'"
	}
	return "typeof(" + column + ") NOT IN ('null', " + want + ")"
}

// sqliteNotUTF8 looks for a character that is not what SQLite writes for the code point that it
// reads. It reads U+FFFE and U+FFFF as U+FFFD, and so these are left out. A text ends before its
// first NUL.
func sqliteNotUTF8(text string) string {
	char := "substr(" + text + ", n, 1)"
	return "(typeof(" + text + ") = 'text' AND " + text + " GLOB '*[^' || char(1) || '-' || char(127) || ']*' AND EXISTS (" +
		"WITH RECURSIVE chars(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM chars WHERE n < length(" + text + ")) " +
		"SELECT 1 FROM chars WHERE hex(char(unicode(" + char + "))) <> hex(" + char + ") AND hex(" + char + ") NOT IN ('EFBFBE', 'EFBFBF')))"
}
