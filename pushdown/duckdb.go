package pushdown

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// DuckDB returns the dialect of DuckDB 1.5 and later, for any driver. Instants are those of a
// TIMESTAMP in UTC, and the session's time zone does not matter. Sums and products have 128 bits:
// the statement fails where that is not enough. Choices are lists, JSON, or text.
// Letters are folded one by one only in texts that have others than those of ASCII.
//
// Choices in JSON and [ForLeads] need DuckDB's extension json, which its libraries contain.
func DuckDB() *Dialect {
	return &Dialect{
		Name:    "DuckDB",
		Quote:   quoteIdentifier,
		Text:    duckText,
		Truth:   func(is bool) string { return strings.ToUpper(strconv.FormatBool(is)) },
		Number:  func(f float64) string { return "CAST('" + shortest(f) + "' AS DOUBLE)" }, // 0.1 alone is a DECIMAL
		Instant: func(micros int64) string { return duckInstant(strconv.FormatInt(micros, 10)) },
		Day:     func(day int64) string { return duckDay(strconv.FormatInt(day, 10)) },
		Whole:   castTo("BIGINT"),
		Parameter: func(n int, t ArgumentType) string {
			p := "$" + strconv.Itoa(n)
			switch t {
			case InstantArgument:
				return duckInstant(p)
			case DayArgument:
				return duckDay(p)
			case TruthArgument:
				return "CAST(" + p + " AS BOOLEAN)"
			case LeadsArgument:
				return duckIDs(p)
			}
			return "CAST(" + p + " AS BIGINT)"
		},
		Argument: func(t ArgumentType, n int64) any {
			if t == TruthArgument {
				return n != 0
			}
			return n
		},
		Leads: func(ids []string) any { return jsonList(ids) },
		LeadList: func(ids []string) (string, bool) {
			text, ok := duckText(jsonList(ids))
			return duckIDs(text), ok
		},
		In:        func(id, list string) string { return "(" + id + " IN (SELECT unnest(" + list + ")))" },
		Default:   duckDefault,
		Canonical: duckCanonical,
		Null:      func(typ traverse.Type) string { return "CAST(NULL AS " + duckDefault(typ) + ")" },
		IDText: func(id string, class IDClass) string {
			if class == TextID {
				return id
			}
			return "CAST(" + id + " AS VARCHAR)"
		},
		Fold: duckFold, FoldsAll: true,
		FoldChoices: func(choices string, from, to []rune) string {
			return "[" + duckFold("x", from, to) + " FOR x IN " + choices + "]"
		},
		Contains: binaryCall("contains"), Begins: binaryCall("starts_with"), Ends: binaryCall("ends_with"),
		Chosen: binaryCall("list_contains"), Matches: binaryCall("regexp_matches"),
		Micros: func(value string) string { return "epoch_us(" + value + ")" },
		Days:   func(value string) string { return "CAST(" + value + " - DATE '1970-01-01' AS BIGINT)" },
		Month: func(value string) string {
			return "CAST(year(" + duckDay(value) + ") * 12 + month(" + duckDay(value) + ") AS BIGINT)"
		},
		Count:   func(condition string) string { return "COUNT(*) FILTER (WHERE " + condition + ")" },
		Sum:     func(value string) string { return "SUM(" + value + ")" },
		Max:     func(value string) string { return "MAX(" + value + ")" },
		Windows: true, Lateral: true,
		Wide: castTo("HUGEINT"), Narrow: castTo("BIGINT"),
		Least: listCall("LEAST"), Greatest: listCall("GREATEST"),
		Quo:        func(x, n string, _ bool) string { return "(" + x + " // " + n + ")" },
		Rem:        func(x, n string, _ bool) string { return "(" + x + " % " + n + ")" },
		NotFinite:  func(number string) string { return "(isnan(" + number + ") OR isinf(" + number + "))" },
		Replace:    replaceTable(quoteIdentifier),
		MaxColumns: 4000, MaxJoins: 100, MaxParameters: 65_535,
	}
}

func castTo(typ string) func(x string) string {
	return func(x string) string { return "CAST(" + x + " AS " + typ + ")" }
}

func binaryCall(name string) func(value, operand string) string {
	return func(value, operand string) string { return name + "(" + value + ", " + operand + ")" }
}

func listCall(name string) func(list []string) string {
	return func(list []string) string { return name + "(" + strings.Join(list, ", ") + ")" }
}

// duckText quotes a text. A NUL would end the statement.
func duckText(s string) (string, bool) {
	list := strings.Split(s, "\x00")
	for i, part := range list {
		list[i] = "'" + strings.ReplaceAll(part, "'", "''") + "'"
	}
	if len(list) == 1 {
		return list[0], validText(s)
	}
	return "(" + strings.Join(list, " || chr(0) || ") + ")", validText(s)
}

func duckInstant(micros string) string { return "make_timestamp(CAST(" + micros + " AS BIGINT))" }

func duckDay(day string) string { return "(DATE '1970-01-01' + CAST(" + day + " AS INTEGER))" }

func duckIDs(text string) string { return "from_json(CAST(" + text + " AS VARCHAR), '[\"VARCHAR\"]')" }

func duckDefault(typ traverse.Type) string {
	switch typ {
	case traverse.Number:
		return "DOUBLE"
	case traverse.Bool:
		return "BOOLEAN"
	case traverse.Time:
		return "TIMESTAMP"
	case traverse.Date:
		return "DATE"
	case traverse.Choices:
		return "VARCHAR[]"
	}
	return "VARCHAR"
}

// A duckKind is what the types of DuckDB come to.
type duckKind uint8

const (
	duckOther duckKind = iota
	duckString
	duckEnum
	duckInteger
	duckDecimal
	duckSingle
	duckDouble
	duckBool
	duckUUID
	duckWall  // a timestamp without time zone
	duckZoned // a timestamp with time zone
	duckDate
	duckStrings
	duckJSON
)

var duckKinds = map[string]duckKind{
	"VARCHAR": duckString, "TEXT": duckString, "STRING": duckString, "CHAR": duckString, "BPCHAR": duckString, "ENUM": duckEnum,
	"TINYINT": duckInteger, "SMALLINT": duckInteger, "INTEGER": duckInteger, "INT": duckInteger, "BIGINT": duckInteger, "HUGEINT": duckInteger,
	"UTINYINT": duckInteger, "USMALLINT": duckInteger, "UINTEGER": duckInteger, "UBIGINT": duckInteger, "UHUGEINT": duckInteger,
	"INT1": duckInteger, "INT2": duckInteger, "INT4": duckInteger, "INT8": duckInteger, "SHORT": duckInteger, "LONG": duckInteger, "SIGNED": duckInteger,
	"DECIMAL": duckDecimal, "NUMERIC": duckDecimal, "FLOAT": duckSingle, "FLOAT4": duckSingle, "REAL": duckSingle, "DOUBLE": duckDouble, "FLOAT8": duckDouble,
	"BOOLEAN": duckBool, "BOOL": duckBool, "LOGICAL": duckBool, "UUID": duckUUID,
	"TIMESTAMP": duckWall, "DATETIME": duckWall, "TIMESTAMP_US": duckWall, "TIMESTAMP_MS": duckWall, "TIMESTAMP_S": duckWall,
	"TIMESTAMPTZ": duckZoned, "TIMESTAMP WITH TIME ZONE": duckZoned, "DATE": duckDate,
	"VARCHAR[]": duckStrings, "TEXT[]": duckStrings, "STRING[]": duckStrings, "JSON": duckJSON,
}

func duckKindOf(typ string) duckKind {
	name, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(typ)), "(")
	return duckKinds[strings.TrimSpace(name)]
}

// duckCanonical returns the canonical form of a column. A column may have a collation, and
// functions of text follow it.
func duckCanonical(column string, c Column, m *Mapping, typ traverse.Type) (Canonical, error) {
	kind := duckKindOf(c.Type)
	switch typ {
	case traverse.NoType:
		switch kind {
		case duckInteger:
			return Canonical{Expr: column, Class: IntegerID, Plain: true}, nil
		case duckUUID:
			return Canonical{Expr: column, Class: UUIDID, Plain: true}, nil
		case duckString, duckEnum:
			return Canonical{Expr: duckBytes("NULLIF(CAST(" + column + " AS VARCHAR), '')")}, nil
		}
	case traverse.Text, traverse.Choice:
		switch kind {
		case duckString, duckEnum, duckInteger, duckUUID:
			if c.Codes != nil {
				return codesCanonical(duckText, "trim("+duckBytes("CAST("+column+" AS VARCHAR)")+", "+jsonSpace+")", c, "")
			}
			return Canonical{Expr: duckBytes("NULLIF(CAST(" + column + " AS VARCHAR), '')")}, nil
		}
	case traverse.Number:
		switch kind {
		case duckDouble:
			return Canonical{Expr: column, Plain: true}, nil
		case duckInteger, duckSingle:
			return Canonical{Expr: "CAST(" + column + " AS DOUBLE)"}, nil
		case duckDecimal: // whose cast to DOUBLE is not always to the nearest
			return Canonical{Expr: "CAST(CAST(" + column + " AS VARCHAR) AS DOUBLE)"}, nil
		}
	case traverse.Bool:
		switch {
		case kind == duckBool:
			return Canonical{Expr: column, Plain: true}, nil
		case kind == duckInteger:
			return Canonical{Expr: "(" + column + " = 1)"}, nil
		case kind == duckString && c.True != "" && c.False != "":
			return wordsCanonical(duckText, duckBytes(column), c, "TRUE", "FALSE")
		}
	case traverse.Time:
		return duckTime(column, c, m, kind)
	case traverse.Date:
		if kind == duckDate && unixSeconds(c.Format) == 0 {
			return Canonical{Expr: column, Plain: true}, nil
		}
		at, err := duckTime(column, c, &Mapping{}, kind)
		if err != nil {
			return Canonical{}, unfit(c, typ)
		}
		return Canonical{Expr: "CAST(" + at.Expr + " AS DATE)"}, nil
	case traverse.Choices:
		return duckChoices(column, c, kind)
	}
	return Canonical{}, unfit(c, typ)
}

// duckBytes returns a text that is compared byte by byte.
func duckBytes(text string) string { return "(" + text + " COLLATE C)" }

func duckTime(column string, c Column, m *Mapping, kind duckKind) (Canonical, error) {
	per := unixSeconds(c.Format)
	switch {
	case kind == duckWall && per == 0:
		return Canonical{Expr: "CAST(" + column + " AS TIMESTAMP)"}, nil
	case kind == duckZoned && per == 0:
		return Canonical{Expr: duckInstant("epoch_us(" + column + ")")}, nil
	case kind == duckDate && per == 0:
		if m.Zone != nil && m.Zone != time.UTC {
			return Canonical{}, &UnfitError{
				Reason: fmt.Sprintf("the column %s holds days, which begin in %s where a time is wanted", c.Name, m.Zone),
				Remedy: "map it to a view that converts it to TIMESTAMPTZ",
			}
		}
		return Canonical{Expr: "CAST(" + column + " AS TIMESTAMP)"}, nil
	case kind == duckInteger && per > 0:
		return Canonical{Expr: duckInstant("CAST(" + column + " AS BIGINT) * " + strconv.FormatInt(1_000_000/per, 10))}, nil
	}
	return Canonical{}, unfit(c, traverse.Time)
}

// The white space that is trimmed from codes, and from choices in text: that of JSON, and of Go.
const (
	jsonSpace = "' ' || chr(9) || chr(10) || chr(13)"
	goSpace   = jsonSpace + " || chr(11) || chr(12) || chr(133) || chr(160) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196)" +
		" || chr(8197) || chr(8198) || chr(8199) || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8239) || chr(8287) || chr(12288)"
)

func duckChoices(column string, c Column, kind duckKind) (Canonical, error) {
	list, item := column, "x"
	switch {
	case kind == duckStrings:
	case kind == duckJSON, kind == duckString && c.Format == sqldb.JSONArray:
		list = "from_json(NULLIF(CAST(" + column + " AS VARCHAR), ''), '[\"VARCHAR\"]')"
	case kind == duckString && c.Format == sqldb.ByType:
		separator := c.Separator
		if separator == "" {
			separator = ";"
		}
		literal, ok := duckText(separator)
		if !ok {
			return Canonical{}, unfit(c, traverse.Choices)
		}
		list, item = "string_split("+duckBytes(column)+", "+literal+")", "trim(x, "+goSpace+")"
	default:
		return Canonical{}, unfit(c, traverse.Choices)
	}
	if c.Codes != nil {
		coded, err := codesCanonical(duckText, "trim("+item+", "+jsonSpace+")", c, "")
		if err != nil {
			return coded, err
		}
		item = coded.Expr
	}
	return Canonical{Expr: "NULLIF([y FOR y IN [" + item + " FOR x IN " + list + "] IF y <> ''], CAST([] AS VARCHAR[]))"}, nil
}

// duckFold keeps translate, which costs much, away from texts of ASCII letters. Beside those,
// lower knows more letters than rules do.
func duckFold(text string, from, to []rune) string {
	const capitals, small = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
	return "CASE WHEN strlen(" + text + ") = length(" + text + ") THEN lower(" + text + ") ELSE translate(" + text +
		", '" + capitals + string(from) + "', '" + small + string(to) + "') END"
}
