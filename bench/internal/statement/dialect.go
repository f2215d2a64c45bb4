package statement

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/traverse"
)

// A Dialect is what a database says in its own way.
type Dialect struct {
	Name string
	// Folded says that text was folded when it was loaded, by [Dialect.Fold] for all
	// operands that rules may have.
	Folded bool

	contains, begins string // tests of a text and a part of it
	instant, number  string // literals
	count            string // how many records satisfy a test
	ascii            string // reports whether a text has ASCII letters alone
	lower            string // lowers the ASCII letters of a text that has no others
	// lowered says that lower leaves letters other than ASCII as they are.
	lowered bool
	// fence keeps the planner from merging a subquery into the one around it, where it
	// would fold a text once for each test.
	fence string
}

// The dialects.
var (
	PostgreSQL = &Dialect{
		Name:     "PostgreSQL",
		contains: "strpos(%s, %s) > 0", begins: "starts_with(%s, %s)",
		instant: "'%s+00'::timestamptz", number: "'%s'::float8",
		count: "COUNT(*) FILTER (WHERE %s)",
		ascii: "octet_length(%[1]s) = char_length(%[1]s)", lower: `lower(%s COLLATE "C")`, lowered: true,
		fence: " OFFSET 0",
	}
	DuckDB = &Dialect{
		Name:     "DuckDB",
		contains: "contains(%s, %s)", begins: "starts_with(%s, %s)",
		instant: "'%s'::TIMESTAMP", number: "'%s'::DOUBLE",
		count: "CAST(SUM(CASE WHEN %s THEN 1 ELSE 0 END) AS bigint)", // takes less time than COUNT (*) FILTER
		ascii: "strlen(%[1]s) = length(%[1]s)", lower: "lower(%s)",
	}
	// FoldedDuckDB is DuckDB over text that was folded when it was loaded.
	FoldedDuckDB = func() *Dialect {
		d := *DuckDB
		d.Folded = true
		return &d
	}()
)

// Fold returns the expression that folds a text as leadscore does: letter by letter,
// by Unicode simple folding. A database's own lower is something else: it makes an i
// of İ, and leaves ſ and the Kelvin sign alone. Letters other than ASCII are folded if
// the operands that the text is compared with have them, in some case: others make no
// difference.
func (d *Dialect) Fold(column string, operands []string) string {
	from, to := others(operands)
	ascii := fmt.Sprintf(d.lower, column)
	rest := ascii
	if !d.lowered {
		var capitals, letters []rune
		for r := 'A'; r <= 'Z'; r++ {
			capitals, letters = append(capitals, r), append(letters, r+'a'-'A')
		}
		rest, from, to = column, append(capitals, from...), append(letters, to...)
	}
	if len(from) == 0 {
		return ascii
	}
	return fmt.Sprintf("CASE WHEN "+d.ascii+" THEN %s ELSE translate(%s, %s, %s) END", column, ascii, rest, Text(string(from)), Text(string(to)))
}

// others returns the letters other than ASCII that are one of the operands' in another
// case and fold to another letter, and what they fold to.
func others(operands []string) (from, to []rune) {
	for _, r := range strings.Join(operands, "") {
		for other := unicode.SimpleFold(r); ; other = unicode.SimpleFold(other) {
			folded := []rune(traverse.Fold(string(other)))[0]
			if other > unicode.MaxASCII && folded != other && !slices.Contains(from, other) {
				from, to = append(from, other), append(to, folded)
			}
			if other == r {
				break
			}
		}
	}
	return from, to
}

// test returns the test of a filter on a column whose text is folded.
func (d *Dialect) test(f *rules.Filter, column string) (string, error) {
	switch f.Op {
	case rules.Equal:
		return column + " = " + Folded(f.Texts[0]), nil
	case rules.In:
		texts := make([]string, len(f.Texts))
		for i, t := range f.Texts {
			texts[i] = Folded(t)
		}
		return column + " IN (" + strings.Join(texts, ", ") + ")", nil
	case rules.Contains:
		return fmt.Sprintf(d.contains, column, Folded(f.Texts[0])), nil
	case rules.BeginsWith:
		return fmt.Sprintf(d.begins, column, Folded(f.Texts[0])), nil
	case rules.Greater, rules.GreaterEqual, rules.Less, rules.LessEqual:
		return column + " " + f.Op.Sign() + " " + d.decimal(f.Numbers[0]), nil
	case rules.Between:
		return column + " BETWEEN " + d.decimal(f.Numbers[0]) + " AND " + d.decimal(f.Numbers[1]), nil
	}
	return "", fmt.Errorf("statement: operator %d is not written as SQL", f.Op)
}

func (d *Dialect) decimal(x float64) string { return fmt.Sprintf(d.number, rules.Decimal(x)) }

func (d *Dialect) time(t time.Time) string {
	return fmt.Sprintf(d.instant, t.UTC().Format("2006-01-02 15:04:05.000000"))
}

// Quote returns the name of a table or column in quotes.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Text returns the literal of a text.
func Text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Folded returns the literal of an operand, folded as leadscore does.
func Folded(operand string) string { return Text(traverse.Fold(operand)) }
