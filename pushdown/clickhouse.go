package pushdown

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// ClickHouse returns the dialect of ClickHouse 18.16 and later. Statements have no parameters:
// [Statement.Query] and [Statement.Literal] write as of into them. They have no WITH either, so
// that what several counts read is read several times, and neither the time zone of the server
// nor join_use_nulls matters.
//
// Times are integers since 1970-01-01 UTC, in microseconds or in the unit of a Unix format, or
// of type DateTime; days are integers of days since then, or of type Date. Choices are of type
// Array(String), or text. Of the types that ClickHouse 18.16 does not have, DateTime64 up to
// microseconds, Date32 and Bool are written but not tested.
//
// A statement has at most 256 KiB, which is what ClickHouse reads unless max_query_size says
// otherwise: see [Dialect.MaxText]. Sums of more than 38 digits fail when the statement runs.
func ClickHouse() *Dialect {
	number := func(n int64) string { return "toInt64(" + strconv.FormatInt(n, 10) + ")" }
	same := func(value string) string { return value }
	own := scalar.ClickHouse()
	return &Dialect{
		Name:    "ClickHouse",
		Quote:   clickhouseQuote,
		Text:    clickhouseText,
		Truth:   own.Truth,
		Number:  clickhouseNumber,
		Instant: number,
		Day:     number,
		Whole:   own.Whole,
		LeadList: func(ids []string) (string, bool) {
			list := []string{}
			for _, id := range ids {
				if text, ok := clickhouseText(id); ok {
					list = append(list, text)
				}
			}
			return "CAST([" + strings.Join(list, ", ") + "] AS Array(String))", true
		},
		In:        func(id, list string) string { return "(" + id + " IN (SELECT arrayJoin(" + list + ")))" },
		Default:   clickhouseDefault,
		Canonical: clickhouseCanonical,
		Null: func(typ traverse.Type) string {
			return "CAST(NULL AS Nullable(" + clickhouseNulls(typ) + "))"
		},
		IDText: func(id string, class IDClass) string {
			if class == TextID {
				return id
			}
			return "toString(" + id + ")"
		},
		Fold: clickhouseFold, FoldsAll: true, FoldChoices: clickhouseFoldChoices,
		Contains: func(value, operand string) string { return "(position(" + value + ", " + operand + ") > 0)" },
		Begins:   binaryCall("startsWith"), Ends: binaryCall("endsWith"), Matches: binaryCall("match"),
		Chosen: func(value, operand string) string {
			return "(position(" + value + ", concat('" + betweenChoices + "', " + operand + ", '" + betweenChoices + "')) > 0)"
		},
		Micros: same, Days: same,
		Month:    clickhouseMonth,
		Count:    func(condition string) string { return "toInt64(countIf(" + condition + "))" },
		Sum:      func(value string) string { return "sum(toDecimal128(" + value + ", 0))" },
		Max:      func(value string) string { return "max(" + value + ")" },
		Wide:     own.Wide,
		Narrow:   own.Narrow,
		Least:    own.Least,
		Greatest: own.Greatest,
		Quo:      own.Quo, Rem: own.Rem, Concat: own.Concat,
		NotFinite: func(number string) string { return "(isNaN(" + number + ") OR isInfinite(" + number + "))" },
		NotUTF8: func(text string) string { // a regular expression matches no byte that is not UTF-8
			return "NOT match(toString(" + text + `), '(?s)^[^\\x{D800}-\\x{DFFF}]*\\z')`
		},
		MaxColumns: 1000, MaxJoins: 50, MaxText: 256 * 1024,
		nested: true,
	}
}

// betweenChoices stands before, between and after choices in their canonical form, a text. No
// choice has it, as it is not UTF-8.
const betweenChoices = `\xFF`

func clickhouseQuote(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

func clickhouseText(s string) (string, bool) { return scalar.ClickHouseText(s), validText(s) }

// clickhouseNumber writes the bits of a number, as ClickHouse does not read all digits of one.
func clickhouseNumber(f float64) string {
	if f == 0 {
		f = 0 // whatever its sign
	}
	return "reinterpretAsFloat64(unhex('" + strings.ToUpper(hex.EncodeToString(binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)))) + "'))"
}

// clickhouseNulls returns the type of canonical forms.
func clickhouseNulls(typ traverse.Type) string {
	switch typ {
	case traverse.Number:
		return "Float64"
	case traverse.Bool:
		return "UInt8"
	case traverse.Time, traverse.Date:
		return "Int64"
	}
	return "String"
}

func clickhouseDefault(typ traverse.Type) string {
	switch typ {
	case traverse.Date:
		return "Int32"
	case traverse.Choices:
		return "Array(String)"
	}
	return clickhouseNulls(typ)
}

// A clickhouseKind is what the types of ClickHouse come to.
type clickhouseKind uint8

const (
	chOther clickhouseKind = iota
	chString
	chEnum
	chInteger // of 64 bits or less, with a sign
	chLarge   // UInt64
	chFloat
	chBool
	chUUID
	chSeconds // DateTime
	chMicros  // DateTime64 of six digits or less
	chDay
	chStrings
)

// clickhouseKindOf also reports whether the type is one of low cardinality.
func clickhouseKindOf(typ string) (kind clickhouseKind, low bool) {
	name := strings.TrimSpace(typ)
	for {
		inner, ok := inParentheses(name, "Nullable")
		if !ok {
			if inner, ok = inParentheses(name, "LowCardinality"); !ok {
				break
			}
			low = true
		}
		name = inner
	}
	if inner, ok := inParentheses(name, "Array"); ok {
		if kind, low := clickhouseKindOf(inner); kind == chString && !low && !strings.Contains(inner, "(") {
			return chStrings, false
		}
		return chOther, false
	}
	if digits, ok := inParentheses(name, "DateTime64"); ok {
		digits, _, _ = strings.Cut(digits, ",")
		if n, err := strconv.Atoi(strings.TrimSpace(digits)); err == nil && n <= 6 {
			return chMicros, low
		}
		return chOther, low
	}
	name, _, _ = strings.Cut(name, "(")
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "string":
		return chString, low
	case "enum8", "enum16", "enum":
		return chEnum, low
	case "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32":
		return chInteger, low
	case "uint64":
		return chLarge, low
	case "float32", "float64":
		return chFloat, low
	case "bool":
		return chBool, low
	case "uuid":
		return chUUID, low
	case "datetime":
		return chSeconds, low
	case "date", "date32":
		return chDay, low
	}
	return chOther, low
}

// inParentheses returns what is in the parentheses of a type with a name.
func inParentheses(typ, name string) (string, bool) {
	head, rest, ok := strings.Cut(typ, "(")
	if !ok || !strings.EqualFold(strings.TrimSpace(head), name) || !strings.HasSuffix(rest, ")") {
		return "", false
	}
	return strings.TrimSpace(strings.TrimSuffix(rest, ")")), true
}

func clickhouseCanonical(column string, c Column, m *Mapping, typ traverse.Type) (Canonical, error) {
	kind, low := clickhouseKindOf(c.Type)
	text := column
	if low || kind != chString {
		text = "toString(" + column + ")"
	}
	switch typ {
	case traverse.NoType:
		switch kind {
		case chInteger:
			return Canonical{Expr: "toInt64(" + column + ")", Class: IntegerID}, nil
		case chUUID:
			return Canonical{Expr: column, Class: UUIDID, Plain: true}, nil
		case chString, chEnum, chLarge:
			return Canonical{Expr: "nullIf(" + text + ", '')"}, nil
		}
	case traverse.Text, traverse.Choice:
		switch kind {
		case chString, chEnum, chInteger, chLarge, chUUID:
			if c.Codes != nil {
				return clickhouseCodes("replaceRegexpAll("+text+", '^[ \\\\t\\\\n\\\\r]+|[ \\\\t\\\\n\\\\r]+$', '')", c)
			}
			return Canonical{Expr: "nullIf(" + text + ", '')"}, nil
		}
	case traverse.Number:
		switch kind {
		case chInteger, chLarge, chFloat:
			return Canonical{Expr: "toFloat64(" + column + ")"}, nil
		}
	case traverse.Bool:
		switch {
		case (kind == chString || kind == chEnum) && c.True != "" && c.False != "":
			return clickhouseWords(text, c)
		case kind == chInteger, kind == chBool:
			return Canonical{Expr: "(" + column + " = 1)"}, nil
		}
	case traverse.Time:
		return clickhouseTime(column, c, m, kind)
	case traverse.Date:
		return clickhouseDate(column, c, kind)
	case traverse.Choices:
		return clickhouseChoices(column, text, c, kind)
	}
	return Canonical{}, unfit(c, typ)
}

// clickhouseWords returns the canonical form of a text that holds a bool.
func clickhouseWords(text string, c Column) (Canonical, error) {
	yes, ok := clickhouseText(c.True)
	no, ok2 := clickhouseText(c.False)
	if !ok || !ok2 {
		return Canonical{}, unfit(c, traverse.Bool)
	}
	return Canonical{Expr: fmt.Sprintf("multiIf(%s = %s, 1, %s = %s, 0, NULL)", text, yes, text, no)}, nil
}

// clickhouseCodes returns the text that codes stand for, as codesCanonical does.
func clickhouseCodes(text string, c Column) (Canonical, error) {
	var from, to []string
	for _, code := range slices.Sorted(maps.Keys(c.Codes)) {
		if c.Codes[code] == "" {
			continue
		}
		a, ok := clickhouseText(code)
		b, ok2 := clickhouseText(c.Codes[code])
		if !ok || !ok2 {
			return Canonical{}, unfit(c, traverse.Text)
		}
		from, to = append(from, a), append(to, b)
	}
	if from == nil {
		return Canonical{}, unfit(c, traverse.Text)
	}
	return Canonical{Expr: "nullIf(transform(ifNull(" + text + ", ''), [" + strings.Join(from, ", ") + "], [" + strings.Join(to, ", ") + "], ''), '')"}, nil
}

func clickhouseTime(column string, c Column, m *Mapping, kind clickhouseKind) (Canonical, error) {
	per := unixSeconds(c.Format)
	switch {
	case kind == chInteger:
		by := int64(1)
		if c.Format != sqldb.ByType {
			by = 1_000_000 / max(per, 1)
		}
		return Canonical{Expr: scaled("toInt64("+column+")", by)}, nil
	case kind == chSeconds && per == 0:
		return Canonical{Expr: scaled("toInt64("+column+")", 1_000_000)}, nil
	case kind == chMicros && per == 0:
		return Canonical{Expr: "toUnixTimestamp64Micro(" + column + ")"}, nil
	case kind == chDay && per == 0:
		if m.Zone != nil && m.Zone != time.UTC {
			return Canonical{}, &UnfitError{
				Reason: fmt.Sprintf("the column %s holds days, which begin in %s where a time is wanted", c.Name, m.Zone),
				Remedy: "map it to a view that converts it to DateTime",
			}
		}
		return Canonical{Expr: scaled("toInt64("+column+")", microsPerDay)}, nil
	}
	return Canonical{}, unfit(c, traverse.Time)
}

func clickhouseDate(column string, c Column, kind clickhouseKind) (Canonical, error) {
	per := unixSeconds(c.Format)
	floor := func(value string, n int64) string {
		digits := "toInt64(" + strconv.FormatInt(n, 10) + ")"
		return "toInt64(intDiv(" + value + ", " + digits + ") - (" + value + " % " + digits + " < 0))"
	}
	switch {
	case kind == chInteger && per == 0, kind == chDay && per == 0:
		return Canonical{Expr: "toInt64(" + column + ")"}, nil
	case kind == chInteger:
		return Canonical{Expr: floor("toInt64("+column+")", per*secondsPerDay)}, nil
	case kind == chSeconds && per == 0:
		return Canonical{Expr: floor("toInt64("+column+")", secondsPerDay)}, nil
	case kind == chMicros && per == 0:
		return Canonical{Expr: floor("toUnixTimestamp64Micro("+column+")", microsPerDay)}, nil
	}
	return Canonical{}, unfit(c, traverse.Date)
}

// clickhouseSpace is what Go takes for white space, as a class of a regular expression.
const clickhouseSpace = `[\\t\\n\\v\\f\\r \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]+`

func clickhouseChoices(column, text string, c Column, kind clickhouseKind) (Canonical, error) {
	list, item := "", "x"
	switch {
	case kind == chStrings:
		list = column
	case kind == chString && c.Format == sqldb.ByType:
		separator := c.Separator
		if separator == "" {
			separator = ";"
		}
		literal, ok := clickhouseText(separator)
		if !ok {
			return Canonical{}, unfit(c, traverse.Choices)
		}
		list = "splitByString(" + literal + ", ifNull(" + text + ", ''))"
		item = "replaceRegexpAll(x, '^" + clickhouseSpace + "|" + clickhouseSpace + "$', '')"
	default:
		return Canonical{}, unfit(c, traverse.Choices)
	}
	if c.Codes != nil {
		coded, err := clickhouseCodes("replaceRegexpAll("+item+", '^[ \\\\t\\\\n\\\\r]+|[ \\\\t\\\\n\\\\r]+$', '')", c)
		if err != nil {
			return coded, err
		}
		item = "ifNull(" + coded.Expr + ", '')"
	}
	if item != "x" {
		list = "arrayMap(x -> " + item + ", " + list + ")"
	}
	const sign = "'" + betweenChoices + "'"
	return Canonical{Expr: "nullIf(concat(" + sign + ", arrayStringConcat(arrayFilter(x -> x != '', " + list + "), " + sign + "), " + sign + "), '" + betweenChoices + betweenChoices + "')"}, nil
}

// clickhouseFold replaces few letters one after another, and many in each character of the text.
func clickhouseFold(text string, from, to []rune) string {
	folded := "lower(" + text + ")" // which knows A to Z alone
	const few = 50
	if len(from) <= few {
		for i := range from {
			folded = "replaceAll(" + folded + ", '" + string(from[i]) + "', '" + string(to[i]) + "')"
		}
		return folded
	}
	list := func(letters []rune) string {
		texts := make([]string, len(letters))
		for i, c := range letters {
			texts[i] = "'" + string(c) + "'"
		}
		return "[" + strings.Join(texts, ", ") + "]"
	}
	return "nullIf(arrayStringConcat(arrayMap(x -> transform(x, " + list(from) + ", " + list(to) + ", x), extractAll(ifNull(" + folded + ", ''), '(?s).'))), '')"
}

// clickhouseFoldChoices folds each of the choices, as a regular expression drops what is between them.
func clickhouseFoldChoices(choices string, from, to []rune) string {
	const sign = "'" + betweenChoices + "'"
	return "nullIf(arrayStringConcat(arrayMap(c -> ifNull(" + clickhouseFold("c", from, to) + ", ''), splitByChar(" + sign + ", ifNull(" + choices + ", ''))), " + sign + "), '')"
}

// clickhouseMonth counts the months of the Gregorian calendar, in years that begin in March, so
// that the leap day is the last of a year. ClickHouse itself has no dates before 1970.
func clickhouseMonth(value string) string {
	const (
		eras = 25 // of 400 years, so that numbers are above 0
		era  = 400*365 + 97
	)
	let := func(name, value, in string) string {
		return "arrayMap(" + name + " -> " + in + ", [" + value + "])[1]"
	}
	day := fmt.Sprintf("toInt64(%s + %d)", value, 719_468+eras*era) // since a first of March
	ofEra := "(z % toInt64(146097))"
	year := fmt.Sprintf("intDiv(%s - intDiv(%s, 1460) + intDiv(%s, 36524) - intDiv(%s, 146096), 365)", ofEra, ofEra, ofEra, ofEra)
	ofYear := fmt.Sprintf("(%s - (365 * y + intDiv(y, 4) - intDiv(y, 100)))", ofEra)
	month := fmt.Sprintf("toInt64((intDiv(z, 146097) * 400 + y) * 12 + intDiv(5 * %s + 2, 153) + 3 - %d)", ofYear, eras*400*12)
	return let("z", day, let("y", "toInt64("+year+")", month))
}
