package pushdown

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// PostgreSQL returns the dialect of PostgreSQL 15 and later, with a server encoding of UTF8, for
// any driver. Nothing of a statement depends on the session's time zone or on a collation, and
// intervals have seconds alone.
func PostgreSQL() *Dialect {
	return &Dialect{
		Name:    "PostgreSQL",
		Quote:   quoteIdentifier,
		Text:    postgresText,
		Truth:   func(is bool) string { return strings.ToUpper(strconv.FormatBool(is)) },
		Number:  func(f float64) string { return "'" + shortest(f) + "'::float8" },
		Instant: func(micros int64) string { return "'" + isoTime(micros) + "'::timestamptz" },
		Day:     func(day int64) string { return "'" + isoDay(day) + "'::date" },
		Whole:   func(digits string) string { return "'" + digits + "'::int8" },
		Parameter: func(n int, t ArgumentType) string {
			return "$" + strconv.Itoa(n) + [...]string{"::timestamptz", "::date", "::int8", "::bool", "::text[]"}[t]
		},
		Argument: func(t ArgumentType, n int64) any {
			switch t {
			case InstantArgument:
				return time.UnixMicro(n).UTC()
			case DayArgument:
				return time.Unix(n*secondsPerDay, 0).UTC()
			case TruthArgument:
				return n != 0
			}
			return n
		},
		Leads: func(ids []string) any { return postgresArray(ids) },
		LeadList: func(ids []string) (string, bool) {
			text, ok := postgresText(postgresArray(ids))
			return text + "::text[]", ok
		},
		In:        func(id, list string) string { return "(" + id + " = ANY(" + list + "))" },
		Default:   postgresDefault,
		Canonical: postgresCanonical,
		Null:      func(typ traverse.Type) string { return "NULL::" + postgresDefault(typ) },
		IDText:    postgresIDText,
		Fold:      postgresFold,
		FoldsAll:  true,
		FoldChoices: func(choices string, from, to []rune) string {
			return postgresEach(choices, postgresFold("x", from, to))
		},
		Contains: func(value, operand string) string { return "(strpos(" + value + ", " + operand + ") > 0)" },
		Begins:   func(value, operand string) string { return "starts_with(" + value + ", " + operand + ")" },
		Ends: func(value, operand string) string {
			return "(right(" + value + ", char_length(" + operand + ")) = " + operand + ")"
		},
		Chosen:  func(value, operand string) string { return "(" + operand + " = ANY(" + value + "))" },
		Matches: func(text, pattern string) string { return "(" + text + " ~ " + pattern + ")" },
		Micros:  func(value string) string { return "(EXTRACT(EPOCH FROM " + value + ") * 1000000)::int8" },
		Days:    func(value string) string { return "(" + value + " - '1970-01-01'::date)::int8" },
		Month: func(value string) string {
			day := "('1970-01-01'::date + (" + value + ")::int4)"
			return "(EXTRACT(YEAR FROM " + day + ") * 12 + EXTRACT(MONTH FROM " + day + "))::int8"
		},
		Count:    func(condition string) string { return "COUNT(*) FILTER (WHERE " + condition + ")" },
		Sum:      func(value string) string { return "SUM(" + value + ")" },
		Max:      func(value string) string { return "MAX(" + value + ")" },
		Windows:  true,
		Wide:     func(x string) string { return "(" + x + ")::numeric" },
		Narrow:   func(x string) string { return "(" + x + ")::int8" },
		Least:    func(list []string) string { return "LEAST(" + strings.Join(list, ", ") + ")" },
		Greatest: func(list []string) string { return "GREATEST(" + strings.Join(list, ", ") + ")" },
		Quo: func(x, n string, wide bool) string {
			if wide {
				return "div(" + x + ", " + n + ")"
			}
			return "(" + x + " / " + n + ")"
		},
		Rem: func(x, n string, _ bool) string { return "(" + x + " % " + n + ")" },
		NotFinite: func(number string) string {
			return number + " IN ('NaN'::float8, 'Infinity'::float8, '-Infinity'::float8)"
		},
		Replace: replaceTable(quoteIdentifier), longestName: 63,
		Fence:      " OFFSET 0",
		Lateral:    true,
		MaxColumns: 1500, MaxJoins: 200, MaxParameters: 65_535,
	}
}

const secondsPerDay = 24 * 60 * 60

func quoteIdentifier(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// postgresText quotes a text, whatever standard_conforming_strings is.
func postgresText(s string) (string, bool) {
	text := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		text = "E" + strings.ReplaceAll(text, `\`, `\\`)
	}
	return text, validText(s) && !strings.Contains(s, "\x00")
}

func postgresArray(ids []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for _, id := range ids {
		if strings.Contains(id, "\x00") || !validText(id) { // which no id in the database is
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(id) + `"`)
	}
	b.WriteByte('}')
	return b.String()
}

// shortest returns the shortest decimal that is read as f.
func shortest(f float64) string {
	if f == 0 {
		return "0" // whatever its sign
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// isoTime returns an instant as ISO 8601 has it, in UTC, with BC for years before 1.
func isoTime(micros int64) string {
	return iso(time.UnixMicro(micros).UTC(), "-01-02 15:04:05.000000+00")
}

func isoDay(day int64) string { return iso(time.Unix(day*secondsPerDay, 0).UTC(), "-01-02") }

func iso(t time.Time, layout string) string {
	year, era := t.Year(), ""
	if year < 1 {
		year, era = 1-year, " BC"
	}
	return fmt.Sprintf("%04d%s%s", year, t.Format(layout), era)
}

func postgresDefault(typ traverse.Type) string {
	switch typ {
	case traverse.Number:
		return "float8"
	case traverse.Bool:
		return "bool"
	case traverse.Time:
		return "timestamptz"
	case traverse.Date:
		return "date"
	case traverse.Choices:
		return "text[]"
	}
	return "text"
}

// A postgresKind is what the types of PostgreSQL come to.
type postgresKind uint8

const (
	pgOther postgresKind = iota // an enumeration, or a type of an extension
	pgText
	pgPadded
	pgInteger
	pgDecimal
	pgFloat
	pgBool
	pgUUID
	pgInstant
	pgWall // a timestamp without time zone
	pgDay
	pgArray
	pgJSON
	pgUnfit
)

func postgresKindOf(typ string) postgresKind {
	name, rest, _ := strings.Cut(strings.ToLower(strings.TrimSpace(typ)), "(")
	if _, after, ok := strings.Cut(rest, ")"); ok { // timestamp(3) with time zone
		name = strings.TrimSpace(name) + after
	}
	switch strings.TrimSpace(name) {
	case "text", "varchar", "character varying", "name":
		return pgText
	case "bpchar", "char", "character":
		return pgPadded
	case "int2", "int4", "int8", "smallint", "integer", "int", "bigint":
		return pgInteger
	case "numeric", "decimal", "float4", "real":
		return pgDecimal
	case "float8", "double precision":
		return pgFloat
	case "bool", "boolean":
		return pgBool
	case "uuid":
		return pgUUID
	case "timestamptz", "timestamp with time zone":
		return pgInstant
	case "timestamp", "timestamp without time zone":
		return pgWall
	case "date":
		return pgDay
	case "text[]", "_text", "varchar[]", "_varchar", "character varying[]":
		return pgArray
	case "json", "jsonb":
		return pgJSON
	case "bytea", "time", "timetz", "interval", "money", "bit", "varbit", "xml", "point", "inet", "cidr", "macaddr":
		return pgUnfit
	}
	if strings.HasPrefix(name, "_") || strings.HasSuffix(name, "[]") {
		return pgUnfit
	}
	return pgOther
}

// postgresCanonical returns the canonical form of a column.
func postgresCanonical(column string, c Column, m *Mapping, typ traverse.Type) (Canonical, error) {
	kind := postgresKindOf(c.Type)
	switch typ {
	case traverse.NoType:
		return postgresID(column, c, kind)
	case traverse.Text, traverse.Choice:
		return postgresTextual(column, c, kind)
	case traverse.Number:
		switch kind {
		case pgFloat:
			return Canonical{Expr: column, Plain: true}, nil
		case pgInteger, pgDecimal:
			return Canonical{Expr: column + "::float8"}, nil
		}
	case traverse.Bool:
		switch {
		case kind == pgBool:
			return Canonical{Expr: column, Plain: true}, nil
		case kind == pgInteger:
			return Canonical{Expr: "(" + column + " = 1)"}, nil
		case (kind == pgText || kind == pgPadded) && c.True != "" && c.False != "":
			return wordsCanonical(postgresText, column+"::text", c, "TRUE", "FALSE")
		}
	case traverse.Time:
		return postgresTime(column, c, m, kind)
	case traverse.Date:
		return postgresDate(column, c, m, kind)
	case traverse.Choices:
		return postgresChoices(column, c, kind)
	}
	return Canonical{}, unfit(c, typ)
}

// unfit returns the error for a column of a type that does not suit its field.
func unfit(c Column, typ traverse.Type) error {
	what := typ.Noun()
	if typ == traverse.NoType {
		what = "an id"
	}
	return &UnfitError{
		Reason: fmt.Sprintf("the type %s of the column %s cannot be compared as %s", c.Type, c.Name, what),
		Remedy: "map it to a view that converts it",
	}
}

func postgresID(column string, c Column, kind postgresKind) (Canonical, error) {
	switch kind {
	case pgInteger:
		return Canonical{Expr: column, Class: IntegerID, Plain: true}, nil
	case pgUUID:
		return Canonical{Expr: column, Class: UUIDID, Plain: true}, nil
	case pgText, pgPadded, pgOther:
		return Canonical{Expr: "NULLIF(" + column + "::text COLLATE \"C\", '')"}, nil
	}
	return Canonical{}, unfit(c, traverse.NoType)
}

func postgresIDText(id string, class IDClass) string {
	if class == TextID {
		return id
	}
	return id + "::text COLLATE \"C\""
}

func postgresTextual(column string, c Column, kind postgresKind) (Canonical, error) {
	switch kind {
	case pgText, pgPadded, pgOther, pgInteger, pgUUID:
	default:
		return Canonical{}, unfit(c, traverse.Text)
	}
	text := column + "::text"
	if c.Codes != nil {
		return codesCanonical(postgresText, "btrim("+text+" COLLATE \"C\", E' \\t\\n\\r')", c, ` COLLATE "C"`)
	}
	return Canonical{Expr: "NULLIF(" + text + " COLLATE \"C\", '')"}, nil
}

// unixSeconds returns how many units of a Unix format are a second, or 0.
func unixSeconds(f sqldb.Format) int64 {
	switch f {
	case sqldb.UnixSeconds:
		return 1
	case sqldb.UnixMillis:
		return 1000
	case sqldb.UnixMicros:
		return 1_000_000
	}
	return 0
}

func postgresTime(column string, c Column, m *Mapping, kind postgresKind) (Canonical, error) {
	per := unixSeconds(c.Format)
	switch {
	case kind == pgInstant && per == 0:
		return Canonical{Expr: column, Plain: true}, nil
	case kind == pgWall && per == 0:
		return Canonical{Expr: "(" + column + " AT TIME ZONE 'UTC')"}, nil
	case kind == pgDay && per == 0:
		if m.Zone != nil && m.Zone != time.UTC {
			return Canonical{}, &UnfitError{
				Reason: fmt.Sprintf("the column %s holds days, which begin in %s where a time is wanted", c.Name, m.Zone),
				Remedy: "map it to a view that converts it to timestamptz",
			}
		}
		return Canonical{Expr: "(" + column + "::timestamp AT TIME ZONE 'UTC')"}, nil
	case kind == pgInteger && per > 0:
		// The products are exact as floats, in which PostgreSQL works them out.
		expr := "'1970-01-01 00:00:00+00'::timestamptz + (" + column + " / " + strconv.FormatInt(per, 10) + ") * '1 second'::interval"
		if per > 1 {
			expr += " + (" + column + " % " + strconv.FormatInt(per, 10) + ") * '" + strconv.FormatInt(1_000_000/per, 10) + " microseconds'::interval"
		}
		return Canonical{Expr: "(" + expr + ")"}, nil
	}
	return Canonical{}, unfit(c, traverse.Time)
}

func postgresDate(column string, c Column, m *Mapping, kind postgresKind) (Canonical, error) {
	per := unixSeconds(c.Format)
	switch {
	case kind == pgDay && per == 0:
		return Canonical{Expr: column, Plain: true}, nil
	case kind == pgWall && per == 0:
		return Canonical{Expr: column + "::date"}, nil
	case kind == pgInstant && per == 0:
		return Canonical{Expr: "(" + column + " AT TIME ZONE 'UTC')::date"}, nil
	case kind == pgInteger && per > 0:
		at, err := postgresTime(column, c, m, kind)
		return Canonical{Expr: "(" + at.Expr + " AT TIME ZONE 'UTC')::date"}, err
	}
	return Canonical{}, unfit(c, traverse.Date)
}

// postgresEach returns an array with what item makes of each x of an array, without null.
func postgresEach(array, item string) string {
	return "(SELECT array_agg(y) FROM (SELECT " + item + " AS y FROM unnest(" + array + ") AS u(x)) AS v WHERE y <> '')"
}

func postgresChoices(column string, c Column, kind postgresKind) (Canonical, error) {
	array := ""
	switch {
	case kind == pgArray:
		array = column
	case kind == pgJSON, kind == pgText && c.Format == sqldb.JSONArray:
		json := "NULLIF(" + column + "::text COLLATE \"C\", '')::jsonb"
		array = "(SELECT array_agg(j) FROM jsonb_array_elements_text(CASE jsonb_typeof(" + json + ") WHEN 'array' THEN " + json + " END) AS e(j))"
	case kind == pgText && c.Format == sqldb.ByType:
		separator := c.Separator
		if separator == "" {
			separator = ";"
		}
		literal, ok := postgresText(separator)
		if !ok {
			return Canonical{}, unfit(c, traverse.Choices)
		}
		array = "string_to_array(" + column + "::text COLLATE \"C\", " + literal + ")"
	default:
		return Canonical{}, unfit(c, traverse.Choices)
	}
	item := `x COLLATE "C"`
	if kind == pgText && c.Format == sqldb.ByType {
		// What Go takes for white space, of which TrimSpace trims.
		item = `btrim(x COLLATE "C", E' \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000') COLLATE "C"`
	}
	if c.Codes != nil {
		coded, err := codesCanonical(postgresText, "btrim(x COLLATE \"C\", E' \\t\\n\\r')", c, ` COLLATE "C"`)
		if err != nil {
			return coded, err
		}
		item = coded.Expr
	}
	return Canonical{Expr: postgresEach(array, item)}, nil
}

// postgresFold keeps translate, which costs much, away from texts of ASCII letters.
func postgresFold(text string, from, to []rune) string {
	lower := "lower(" + text + ` COLLATE "C")`
	if len(from) == 0 {
		return lower
	}
	a, _ := postgresText(string(from))
	b, _ := postgresText(string(to))
	return "CASE WHEN octet_length(" + text + ") = char_length(" + text + ") THEN " + lower + " ELSE translate(" + lower + ", " + a + ", " + b + ") END"
}
