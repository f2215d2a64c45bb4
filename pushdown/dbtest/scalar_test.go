package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/internal/points/pointstest"
	"github.com/leadscore/leadscore/pushdown/internal/award"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/pushdown/internal/scalar/scalartest"
)

// A scalarDatabase is a database that expressions are tested with.
type scalarDatabase struct {
	name     string
	open     func(t *testing.T) *sql.DB // skips the test if there is none
	dialect  scalar.Dialect
	types    map[scalar.Kind]string // of columns; a number has the type of 64 bits
	fence    string                 // after a SELECT that is to stay on its own
	overflow *regexp.Regexp         // of the error for a number that the widest type does not hold; nil if it holds any
	most     uint                   // bits of the widest type, without its sign; 0 for any number
}

var scalarDatabases = []scalarDatabase{
	{
		name: "SQLite", dialect: scalar.SQLite(), fence: " LIMIT -1", overflow: regexp.MustCompile("integer overflow"), most: 63,
		types: map[scalar.Kind]string{scalar.Whole: "INTEGER", scalar.Truth: "INTEGER", scalar.Text: "TEXT"},
		open: func(t *testing.T) *sql.DB {
			return openScalar(t, "sqlite", ":memory:")
		},
	},
	{
		name: "PostgreSQL", dialect: scalar.PostgreSQL(), fence: " OFFSET 0",
		types: map[scalar.Kind]string{scalar.Whole: "BIGINT", scalar.Truth: "BOOLEAN", scalar.Text: "TEXT"},
		open: func(t *testing.T) *sql.DB {
			dsn := os.Getenv("LEADSCORE_POSTGRES")
			if dsn == "" {
				t.Skip("PostgreSQL is not tested: the environment variable LEADSCORE_POSTGRES is not set")
			}
			return openScalar(t, "pgx", dsn)
		},
	},
	{
		name: "ClickHouse", dialect: scalar.ClickHouse(), overflow: regexp.MustCompile("Decimal (math|convert) overflow|Too many digits in decimal|throwIf"), most: 125,
		types: map[scalar.Kind]string{scalar.Whole: "Nullable(Int64)", scalar.Truth: "Nullable(UInt8)", scalar.Text: "Nullable(String)"},
		open: func(t *testing.T) *sql.DB {
			if why := missingClickHouse(); why != "" {
				t.Skip("ClickHouse is not tested: " + why)
			}
			return openClickHouse(t, nil)
		},
	},
}

func openScalar(t *testing.T, driver, dsn string) *sql.DB {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// constant returns a value as SQL that is not of an expression.
func (d *scalarDatabase) constant(v scalar.Value, span scalar.Range) string {
	text := "NULL"
	switch {
	case v.Null:
	case v.Kind == scalar.Whole && !span.Fits() && d.dialect.Wide != nil:
		return d.dialect.Wide("'" + v.Whole.String() + "'")
	case v.Kind == scalar.Whole:
		text = v.Whole.String()
	case v.Kind == scalar.Truth:
		text = d.dialect.Truth(v.Truth)
	default:
		text = d.dialect.Text(v.Text)
	}
	return "CAST(" + text + " AS " + d.types[v.Kind] + ")"
}

// statement returns a statement for the columns of a case.
func (d *scalarDatabase) statement(c *scalartest.Case) string {
	dialect := d.dialect
	dialect.Ref = func(name string) string { return "e." + name }
	dialect.Param = func(e *scalar.Expr) string { return d.constant(c.Row[e.Name()], scalar.Range{}) }
	refs := map[string]*scalar.Expr{}
	var find func(e *scalar.Expr)
	find = func(e *scalar.Expr) {
		if e.Op() == scalar.Ref {
			refs[e.Name()] = e
		}
		for _, x := range e.Args() {
			find(x)
		}
	}
	for _, column := range c.Columns {
		find(column.Expr)
	}
	columns := []string{"1 AS one"}
	for name, e := range refs {
		columns = append(columns, d.constant(c.Row[name], e.Range())+" AS "+name)
	}
	text := "SELECT " + strings.Join(columns, ", ")
	for _, step := range c.Builder.Arrange(c.Columns, "x", dialect.Wide == nil) {
		columns = nil
		for _, column := range step {
			e := column.Expr
			if dialect.Typed {
				e = c.Builder.Definite(e)
			}
			columns = append(columns, scalar.Render(&dialect, e)+" AS "+column.Name)
		}
		if columns == nil {
			columns = []string{"1 AS one"} // all that follows is constant
		}
		text = "SELECT " + strings.Join(columns, ", ") + " FROM (" + text + d.fence + ") AS e"
	}
	return text
}

// run returns what a statement gives for the columns of a case.
func (d *scalarDatabase) run(db *sql.DB, c *scalartest.Case, text string) ([]scalar.Value, error) {
	values := make([]any, len(c.Columns))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	// A database that merges the SELECTs may need as many times their length as two to the
	// number of steps. Such a test should say so, and not run until the program is stopped.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := db.QueryRowContext(ctx, text).Scan(into...); err != nil {
		return nil, err
	}
	out := make([]scalar.Value, len(values))
	for i, column := range c.Columns {
		v, err := scalarOf(values[i], column.Expr.Kind())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", column.Name, err)
		}
		out[i] = v
	}
	return out, nil
}

// scalarOf returns what a driver gave for an expression of a kind.
func scalarOf(v any, k scalar.Kind) (scalar.Value, error) {
	if v == nil {
		return scalar.NullOf(k), nil
	}
	text := fmt.Sprint(v)
	switch k {
	case scalar.Text:
		return scalar.TextOf(text), nil
	case scalar.Truth:
		return scalar.TruthOf(text == "true" || text == "1"), nil
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return scalar.Value{}, fmt.Errorf("%s is not a whole number", text)
	}
	return scalar.BigOf(n), nil
}

// holds reports whether the widest type of the database holds all numbers that the case has.
func (d *scalarDatabase) holds(c *scalartest.Case) (row, all bool) {
	fits := func(v scalar.Value) bool {
		return d.most == 0 || v.Kind != scalar.Whole || v.Null || scalar.Int64.Has(v.Whole) || uint(v.Whole.BitLen()) <= d.most
	}
	row, all = true, true
	seen := map[*scalar.Expr]bool{}
	var find func(e *scalar.Expr)
	find = func(e *scalar.Expr) {
		if seen[e] {
			return
		}
		seen[e] = true
		ok := fits(scalar.Eval(c.Env(), e)[0])
		all = all && ok
		row = row && (ok || e.Op() != scalar.Ref)
		above, below := new(big.Int), new(big.Int) // of a sum, whose parts may not fit although it does
		for i, v := range scalar.Eval(c.Env(), e.Args()...) {
			if e.Op() == scalar.Add && v.Whole.Sign() > 0 {
				above.Add(above, v.Whole)
			} else if e.Op() == scalar.Add {
				below.Add(below, v.Whole)
			}
			find(e.Args()[i])
		}
		all = all && fits(scalar.BigOf(above)) && fits(scalar.BigOf(below))
	}
	for _, column := range c.Columns {
		find(column.Expr)
	}
	return row, all
}

// compare runs a case. It reports whether the database gave what the case wants: it may fail
// for numbers that it cannot hold.
func (d *scalarDatabase) compare(t *rapid.T, db *sql.DB, c *scalartest.Case) (equal bool) {
	row, all := d.holds(c)
	if !row {
		return false // there is no column for it
	}
	text := d.statement(c)
	got, err := d.run(db, c, text)
	if err != nil {
		if !all && d.overflow.MatchString(err.Error()) {
			return false
		}
		t.Fatalf("%v\n%s", err, text)
	}
	for i, want := range c.Want {
		if !got[i].Is(want) {
			t.Fatalf("%s is %v, want %v: %v\n%s", c.Columns[i].Name, got[i], want, c.Columns[i].Expr, text)
		}
	}
	return true
}

// TestScalars: databases give what expressions are.
func TestScalars(t *testing.T) { compareScalars(t, scalartest.Draw) }

// TestAwards: databases give what the expressions of models are.
func TestAwards(t *testing.T) { compareScalars(t, drawAward) }

func compareScalars(t *testing.T, draw func(t *rapid.T) *scalartest.Case) {
	alone(t)
	for _, d := range scalarDatabases {
		t.Run(d.name, func(t *testing.T) {
			db := d.open(t)
			equal, tried := 0, 0
			for range 3 {
				rapid.Check(t, func(t *rapid.T) {
					tried++
					if d.compare(t, db, draw(t)) {
						equal++
					}
				})
			}
			if equal*4 < tried {
				t.Errorf("of %d cases, %d could be compared", tried, equal)
			}
			t.Logf("%d of %d cases are equal; the others have numbers that the database cannot hold", equal, tried)
		})
	}
}

// drawAward draws a model and what a lead counts. That expressions are what the model gives is
// tested elsewhere.
func drawAward(t *rapid.T) *scalartest.Case {
	m := pointstest.Model(t)
	counts := pointstest.Counts(t, m)
	c := &scalartest.Case{Builder: &scalar.Builder{}, Row: map[string]scalar.Value{}}
	span := scalar.Natural
	if rapid.Bool().Draw(t, "few rows") {
		span = scalar.Rows
	}
	a := award.Of(c.Builder, m, func(condition, child int) *scalar.Expr {
		n := counts[condition][child]
		name := fmt.Sprintf("c%d_%d", condition, child)
		c.Row[name] = scalar.BigOf(n)
		if !span.Has(n) {
			return c.Builder.Ref(name, scalar.Whole, scalar.Natural)
		}
		return c.Builder.Ref(name, scalar.Whole, span)
	})
	for name := range a.Seasons {
		c.Row[name] = scalar.TruthOf(rapid.Bool().Draw(t, "in season"))
	}
	add := func(name string, e *scalar.Expr) {
		c.Columns = append(c.Columns, scalar.Column{Name: name, Expr: e})
		c.Want = append(c.Want, scalar.Eval(c.Env(), e)...)
	}
	add("score", a.Score)
	add("grade", a.Grade)
	add("label", a.Label)
	add("ready", a.SalesReady)
	for i, d := range a.Dimensions {
		add(fmt.Sprintf("score%d", i), d.Score)
		add(fmt.Sprintf("grade%d", i), d.Grade)
	}
	return c
}
