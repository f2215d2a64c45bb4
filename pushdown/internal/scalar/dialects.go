package scalar

import (
	"strconv"
	"strings"
)

// PostgreSQL returns how PostgreSQL is written, without columns, parameters and calls.
// It has NUMERIC for more than 64 bits. A text must not contain NUL.
func PostgreSQL() Dialect {
	return Dialect{
		Text:     literal,
		Truth:    keyword,
		Whole:    cast("BIGINT"),
		Wide:     cast("NUMERIC"),
		Narrow:   cast("BIGINT"),
		Least:    function("LEAST"),
		Greatest: function("GREATEST"),
		Quo: func(x, n string, wide bool) string {
			if wide {
				return "div(" + x + ", " + n + ")"
			}
			return "(" + x + " / " + n + ")"
		},
		Rem: func(x, n string, _ bool) string { return "(" + x + " % " + n + ")" },
	}
}

// SQLite returns how SQLite is written, without columns, parameters and calls. It has 64 bits;
// what does not fit fails with "integer overflow".
func SQLite() Dialect {
	return Dialect{
		Text: func(s string) string {
			if strings.ContainsRune(s, 0) { // a statement ends there
				const digits = "0123456789ABCDEF"
				out := make([]byte, 0, 2*len(s))
				for _, c := range []byte(s) {
					out = append(out, digits[c>>4], digits[c&15])
				}
				return "CAST(X'" + string(out) + "' AS TEXT)"
			}
			return literal(s)
		},
		Truth:  keyword,
		Narrow: func(x string) string { return x },
		// Sums and products that are too large become floating-point numbers.
		Guard: func(x string) string {
			return "CASE WHEN typeof(" + x + ") = 'integer' THEN " + x + " ELSE abs(-9223372036854775808) END"
		},
		Least:    function("min"),
		Greatest: function("max"),
		Quo:      func(x, n string, _ bool) string { return "(" + x + " / " + n + ")" },
		Rem:      func(x, n string, _ bool) string { return "(" + x + " % " + n + ")" },
	}
}

// DuckDB returns how DuckDB is written, without columns, parameters and calls. It has HUGEINT,
// of 128 bits; what does not fit fails. A text must not contain NUL.
func DuckDB() Dialect {
	return Dialect{
		Text:     literal,
		Truth:    keyword,
		Whole:    cast("BIGINT"),
		Wide:     cast("HUGEINT"),
		Narrow:   cast("BIGINT"),
		Least:    function("LEAST"),
		Greatest: function("GREATEST"),
		Quo:      func(x, n string, _ bool) string { return "(" + x + " // " + n + ")" },
		Rem:      func(x, n string, _ bool) string { return "(" + x + " % " + n + ")" },
	}
}

// ClickHouse returns how ClickHouse is written, without columns, parameters and calls. It has
// Decimal128, of 38 digits; what does not fit fails. Expressions must be definite: see
// [Builder.Definite].
func ClickHouse() Dialect {
	return Dialect{
		Text: ClickHouseText,
		Truth: func(is bool) string {
			if is {
				return "1"
			}
			return "0"
		},
		Whole: func(n string) string { return "toInt64(" + n + ")" },
		Wide:  func(x string) string { return "toDecimal128(" + x + ", 0)" },
		Narrow: func(x string) string {
			if x == "NULL" {
				return "CAST(NULL AS Nullable(Int64))"
			}
			return "toInt64(" + x + ")"
		},
		// least and greatest take two numbers of the same type.
		Least:    nested("least"),
		Greatest: nested("greatest"),
		Quo: func(x, n string, wide bool) string {
			if wide { // a quotient has no more decimals than x
				return "(" + x + " / " + n + ")"
			}
			return "intDiv(" + x + ", toInt64(" + n + "))"
		},
		Rem: func(x, n string, wide bool) string {
			if wide {
				return "(" + x + " - (" + x + " / " + n + ") * " + n + ")"
			}
			return "(" + x + " % toInt64(" + n + "))"
		},
		Concat: function("concat"),
		Typed:  true,
		// ClickHouse 18.16 does not notice a product between 2¹²⁷ and 2¹²⁸.
		Product: func(x, y string) string {
			return "(" + x + " * " + y + " + toDecimal128(throwIf(ifNull(abs(toFloat64(" + x + ") * toFloat64(" + y + ")) > 8e37, 0)), 0))"
		},
		Null: func(k Kind) string {
			return "CAST(NULL AS Nullable(" + map[Kind]string{Whole: "Int64", Truth: "UInt8", Text: "String"}[k] + "))"
		},
	}
}

// ClickHouseText returns a constant text for ClickHouse.
func ClickHouseText(s string) string { return "'" + clickhouseEscapes.Replace(s) + "'" }

var clickhouseEscapes = strings.NewReplacer("\\", `\\`, "'", `\'`, "\x00", `\0`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// nested returns a function of two numbers for a list.
func nested(name string) func([]string) string {
	return func(list []string) string {
		text := list[0]
		for _, x := range list[1:] {
			text = name + "(" + text + ", " + x + ")"
		}
		return text
	}
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func keyword(is bool) string { return strings.ToUpper(strconv.FormatBool(is)) }

func cast(typ string) func(string) string {
	return func(x string) string { return "CAST(" + x + " AS " + typ + ")" }
}

func function(name string) func([]string) string {
	return func(list []string) string { return name + "(" + strings.Join(list, ", ") + ")" }
}
