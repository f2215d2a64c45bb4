package reference

import (
	"math"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A Case is rules that compile with a schema, and records at the edges of these rules. All
// of it follows from a seed. Tests outside of this package draw cases to compare other
// evaluators with this one.
type Case struct {
	Rules string // the text of File
	File  *dsl.File
	AsOf  time.Time
	Data  Data // has a lead
}

// draws lists how rules and data are drawn.
var draws = map[string]struct {
	rules func(*generator) string
	data  func(*generator) Data
}{
	"whole":         {(*generator).rules, (*generator).data},
	"edges":         {(*generator).sharpRules, (*generator).sharpData},
	"many":          {(*generator).manyRules, (*generator).manyData},
	"layered":       {(*generator).layeredRules, (*generator).layeredData},
	"layered edges": {(*generator).layeredSharpRules, (*generator).layeredSharpData},
	"layered many":  {(*generator).layeredManyRules, (*generator).manyData},
}

// small stands before a kind whose rules have few parts.
const small = "small "

// partsOfRules labels the numbers of parts that rules may have many of.
var partsOfRules = []string{"models", "conditions", "children", "parts", "audience"}

// Kinds returns the kinds of cases that [DrawCase] draws: those of the properties of this
// package that compare the engine. Kinds with "layered" have the second layer of the language.
// [DrawCase] also takes each of them after "small ", but for those with "many".
func Kinds() []string { return slices.Collect(keys(draws)) }

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range sorted(m) {
			if !yield(k) {
				return
			}
		}
	}
}

// DrawSchema returns the schema of a seed, and its text.
func DrawSchema(seed int) (schema *traverse.Schema, text string) {
	g := rapid.Custom(func(t *rapid.T) *generator { return newGenerator(t) }).Example(seed)
	return g.schema, g.schemaText
}

// DrawCase returns the case of a kind and a seed for a schema that [DrawSchema] returned. In
// addition to what the properties of this package draw, it has what databases treat in ways of
// their own: empty texts, NUL in operands but not in data, negative zero, very large and very
// small numbers, and times long before 1970. It panics if there is no such kind.
func DrawCase(schema *traverse.Schema, kind string, seed int) Case {
	kind, few := strings.CutPrefix(kind, small)
	draw, ok := draws[kind]
	if !ok || few && strings.Contains(kind, "many") {
		panic("reference: there is no kind of case " + kind)
	}
	return rapid.Custom(func(t *rapid.T) Case {
		g := &generator{T: t, schema: schema, databases: true, small: few}
		g.setting()
		c := Case{Rules: draw.rules(g), AsOf: g.asOf}
		file, problems := dsl.Parse("model.score", c.Rules, dsl.Limits{})
		if problems.Err() != nil {
			g.Fatal(problems)
		}
		g.collectEdges(file)
		c.File, c.Data = file, draw.data(g)
		return c
	}).Example(seed)
}

// unusual draws a value that databases treat in ways of their own, or none.
func (g *generator) unusual(f traverse.Field) (traverse.Value, bool) {
	if !g.chance(3, "unusual value") {
		return traverse.Value{}, false
	}
	switch f.Type {
	case traverse.Text, traverse.Choice:
		return traverse.TextValue(""), true
	case traverse.Number:
		return traverse.NumberValue(pick(g, "unusual number", math.Copysign(0, -1), 0, 0.1, 0.1+math.Nextafter(0.2, 1), 1e308, -1e308,
			math.SmallestNonzeroFloat64, 1<<53+2, 1e15, -1e-7, math.MaxFloat64)), true
	case traverse.Time:
		return traverse.TimeValue(pick(g, "unusual time",
			time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC), time.Unix(0, 0), time.Date(1900, 2, 28, 23, 59, 59, 1000, time.UTC),
			time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC), time.Date(1582, 10, 10, 0, 0, 0, 0, time.UTC),
			time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC))), true
	case traverse.Date:
		return traverse.DateValue(pick(g, "unusual day", time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(1900, 2, 28, 0, 0, 0, 0, time.UTC),
			time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)).Date()), true
	}
	return traverse.Value{}, false
}

// String returns the data as lines of records, without empty values.
func (d Data) String() string { return described(d).String() }
