package dbtest

import (
	"errors"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/traverse"
)

// A mutant is one thing that statements could get wrong.
type mutant struct {
	name    string
	only    string                   // the one database that it is for, or ""
	sql     bool                     // it is for databases with parameters, WITH and GROUP BY "e"
	dialect func(*pushdown.Dialect)  // changes how statements are written, or nil
	text    func(text string) string // changes the text of a statement, or nil
	rules   func(text string) string // changes the rules before they are lowered, or nil
}

var (
	visible         = regexp.MustCompile(`(WHERE \([^\n]{1,200}? IS NULL OR [^\n]{1,200}? <= [$?]\d+(::\w+)?)\)`)
	grouped         = regexp.MustCompile(`GROUP BY ("e"\."(?:[^"]|"")+")`)
	zoned           = regexp.MustCompile(`time zone "[^"]+"`)
	visibleConstant = regexp.MustCompile(`(WHERE \([^\n]{1,200}? IS NULL OR [^\n]{1,200}? <= toInt64\(-?\d+\))\)`)
	orFalse         = regexp.MustCompile(`(COALESCE\(\("a\d+_\w+" [<>=]+ [^\n]{1,200}?\)), 0\)`)
	rootLead        = regexp.MustCompile(`FROM "(Lead|x ""LEAD""'; -- Lead)"( OFFSET 0| LIMIT -1)?\) AS "e"`)
)

// mutants are wrong in ways that are easily written.
var mutants = []mutant{
	{name: "letters are folded as ASCII has them", dialect: func(d *pushdown.Dialect) {
		fold := d.Fold
		d.Fold = func(text string, _, _ []rune) string { return fold(text, nil, nil) }
	}},
	{name: "letters are folded as a language has them", only: "PostgreSQL", dialect: func(d *pushdown.Dialect) {
		d.Fold = func(text string, _, _ []rune) string { return "lower(" + text + ` COLLATE "en-x-icu")` }
	}},
	{name: "letters are not folded", dialect: func(d *pushdown.Dialect) {
		d.Fold = func(text string, _, _ []rune) string { return text }
	}},
	{name: "months and days go by the time zone of the session", rules: func(rules string) string {
		return zoned.ReplaceAllString(rules, `time zone "America/St_Johns"`)
	}},
	{name: "bounds are a microsecond late", sql: true, dialect: func(d *pushdown.Dialect) {
		argument := d.Argument
		d.Argument = func(t pushdown.ArgumentType, n int64) any {
			if t == pushdown.InstantArgument {
				n++
			}
			return argument(t, n)
		}
	}},
	{name: "bounds are a day late", sql: true, dialect: func(d *pushdown.Dialect) {
		argument := d.Argument
		d.Argument = func(t pushdown.ArgumentType, n int64) any {
			if t == pushdown.DayArgument {
				n++
			}
			return argument(t, n)
		}
	}},
	{name: "records later than as of are seen", sql: true, text: func(text string) string {
		return visible.ReplaceAllString(text, "$1 OR 0 = 0)")
	}},
	{name: "the lead itself is left out if it is later than as of", sql: true, text: func(text string) string {
		return rootLead.ReplaceAllString(text, `FROM "$1" WHERE @late@$2) AS "e"`) // @late@: see atRoot
	}},
	{name: "records are joined instead of summed", sql: true, text: func(text string) string {
		return grouped.ReplaceAllString(text, "GROUP BY $1, RANDOM() > 0.5")
	}},
	{name: "equal weights are summed once", sql: true, dialect: func(d *pushdown.Dialect) {
		d.Sum = func(value string) string { return "SUM(DISTINCT " + value + ")" }
	}},
	{name: "days begin in the time zone of the session", only: "PostgreSQL", dialect: func(d *pushdown.Dialect) {
		canonical := d.Canonical
		d.Canonical = func(column string, c pushdown.Column, m *pushdown.Mapping, typ traverse.Type) (pushdown.Canonical, error) {
			out, err := canonical(column, c, m, typ)
			if typ == traverse.Time && c.Type == "timestamp" {
				out = pushdown.Canonical{Expr: column + "::timestamptz"}
			}
			return out, err
		}
	}},
	{name: "ids are compared in the collation of their column", sql: true, dialect: func(d *pushdown.Dialect) {
		canonical := d.Canonical
		d.Canonical = func(column string, c pushdown.Column, m *pushdown.Mapping, typ traverse.Type) (pushdown.Canonical, error) {
			out, err := canonical(column, c, m, typ)
			if typ == traverse.NoType && out.Class == pushdown.TextID {
				out.Expr = column
			}
			return out, err
		}
	}},
	{name: "an empty text is a text", dialect: func(d *pushdown.Dialect) {
		canonical := d.Canonical
		d.Canonical = func(column string, c pushdown.Column, m *pushdown.Mapping, typ traverse.Type) (pushdown.Canonical, error) {
			out, err := canonical(column, c, m, typ)
			if typ == traverse.Text {
				out.Expr = strings.Replace(strings.Replace(strings.Replace(out.Expr, "NULLIF(", "(", 1), "nullIf(", "(", 1), ", '')", ")", 1)
			}
			return out, err
		}
	}},
	{name: "texts are compared by patterns", sql: true, dialect: func(d *pushdown.Dialect) {
		d.Begins = func(value, operand string) string { return "(" + value + " LIKE " + operand + " || '%')" }
		d.Ends = func(value, operand string) string { return "(" + value + " LIKE '%' || " + operand + ")" }
		d.Contains = func(value, operand string) string { return "(" + value + " LIKE '%' || " + operand + " || '%')" }
	}},
	{name: "instants are a microsecond late", only: "ClickHouse", dialect: func(d *pushdown.Dialect) {
		instant := d.Instant
		d.Instant = func(micros int64) string { return instant(micros + 1) }
	}},
	{name: "days are a day late", only: "ClickHouse", dialect: func(d *pushdown.Dialect) {
		day := d.Day
		d.Day = func(n int64) string { return day(n + 1) }
	}},
	{name: "equal weights are summed once, in arrays", only: "ClickHouse", dialect: func(d *pushdown.Dialect) {
		d.Sum = func(value string) string { return "toDecimal128(arraySum(groupUniqArray(toInt64(" + value + "))), 0)" }
	}},
	{name: "what is neither true nor false is true", only: "ClickHouse", text: func(text string) string {
		return orFalse.ReplaceAllString(text, "$1, 1)")
	}},
	{name: "records later than as of are seen, and bounds are constants", only: "ClickHouse", text: func(text string) string {
		return visibleConstant.ReplaceAllString(text, "$1 OR 1)")
	}},
	{name: "a lead without records is left out", only: "ClickHouse", text: func(text string) string {
		return strings.ReplaceAll(text, "ALL LEFT JOIN", "ALL INNER JOIN")
	}},
	{name: "numbers are compared with few digits", dialect: func(d *pushdown.Dialect) {
		number := d.Number
		d.Number = func(f float64) string {
			if few := float64(float32(f)); !math.IsInf(few, 0) {
				f = few
			}
			return number(f)
		}
	}},
}

// atRoot fills in what the mutant of the lead leaves open. It returns text as it is if leads have
// no date.
func (p *comparison) atRoot(text string, asOf time.Time) string {
	if !strings.Contains(text, "@late@") {
		return text
	}
	condition := "0 = 0"
	if f, ok := p.w.schema.Entity(traverse.Lead).Dated(); ok {
		m := p.s.mapping(p.w.schema)
		c := m.Tables[traverse.Lead].Columns[f.Name]
		column, err := p.dialect.Canonical(p.dialect.Quote(c.Name), c, &m, f.Type)
		if err != nil {
			panic(err) // the tables of the tests have types that suit
		}
		bound := p.dialect.Instant(asOf.UnixMicro())
		if f.Type == traverse.Date {
			bound = p.dialect.Day(traverse.DateValue(asOf.UTC().Date()).Day())
		}
		condition = "(" + column.Expr + " IS NULL OR " + column.Expr + " <= " + bound + ")"
	}
	return strings.ReplaceAll(text, "@late@", condition)
}

// compareMutant returns how the outcomes of a mutant differ from those of the engine, or "" if
// they do not or there is no such statement.
func (p *comparison) compareMutant(m mutant, c *testCase, want outcomes) string {
	set, dialect, rules := c.set, p.d.dialect(), c.Rules
	if m.dialect != nil {
		m.dialect(dialect)
	}
	if m.rules != nil {
		if rules = m.rules(rules); rules == c.Rules {
			return ""
		}
		var err error
		if set, err = leadscore.CompileSet(p.w.schema, []leadscore.File{{Name: "model.score", Text: rules}}); err != nil {
			return "" // bounds are out of order in the other zone
		}
	}
	statement, err := pushdown.New(set, dialect, p.s.mapping(p.w.schema))
	if err != nil {
		return ""
	}
	text, args := statement.Text(), []any(nil)
	if p.d.textual {
		text, err = statement.Literal(c.AsOf)
	} else {
		args, err = statement.Args(c.AsOf)
	}
	if err != nil {
		return ""
	}
	if m.text != nil {
		right := text
		if text = m.text(text); text == right {
			return ""
		}
		text = p.atRoot(text, c.AsOf)
	}
	got, err := ofText(p.db, statement, text, args)
	switch {
	case errors.Is(err, errTwoRows):
		return err.Error()
	case err != nil: // a mutant that a database does not understand shows nothing
		return ""
	}
	return differences(want, got)
}

// TestMutants checks that random cases alone show what is wrong with each mutant.
func TestMutants(t *testing.T) {
	alone(t)
	const worlds = 15
	from := setting(t, "LEADSCORE_FROM", 0)
	forDatabases(t, func(t *testing.T, d *database) {
		if d.models > 0 && os.Getenv("LEADSCORE_FROM") == "" {
			t.Skip("it takes a quarter of an hour: set LEADSCORE_FROM")
		}
		left := map[string]mutant{}
		for _, m := range mutants {
			if (m.only == "" || m.only == d.name) && !(m.sql && d.textual) {
				left[m.name] = m
			}
		}
		for seed := from; seed < from+worlds && len(left) > 0; seed++ {
			s := d.styles[seed%len(d.styles)]
			w := newWorld(t, seed, s.ids)
			p := &comparison{d: d, s: s, w: w, dialect: d.dialect(), db: d.load(t, s, w)}
			for _, c := range w.cases {
				statement, err := pushdown.New(c.set, p.dialect, s.mapping(w.schema))
				if err != nil {
					continue
				}
				want, err := ofEngine(c.set, w.source, w.leads, c.AsOf)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := ofStatement(p.db, statement, c.AsOf); err != nil || differences(want, got) != "" {
					continue // TestEqual reports it
				}
				for _, name := range slices.Sorted(maps.Keys(left)) {
					if how := p.compareMutant(left[name], c, want); how != "" {
						t.Logf("caught: %s, by world %d, case %d (%s): %s", name, seed, c.number, c.kind, clipped(strings.Join(strings.Fields(how), " "), 250))
						delete(left, name)
					}
				}
			}
			p.db.Close()
		}
		for name := range left {
			t.Errorf("not caught by the worlds %d to %d: %s", from, from+worlds-1, name)
		}
	})
}
