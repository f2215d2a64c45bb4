package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// everyType adds a field of each type to Lead, which is called as the type.
const everyType = `profile Lead {
    text text
    number number
    bool bool
    time time
    date date
    choice choice ("Red", "Green", "Blue")
    choices choices ("Red", "Green", "Blue")
    exactText text exact
    exactChoices choices ("Red", "Green", "Blue") exact
}
`

// An example has the operands of an operator, a value for which the expression holds
// as of evaltest.AsOf, and one for which it does not. Values are written as
// memory.Parse reads them.
type example struct{ operands, yes, no string }

// examples has one for every operator of every type.
var examples = map[traverse.Type]map[dsl.Op]example{
	traverse.Text: {
		dsl.Equal:              {`"Red"`, "rED", "reds"},
		dsl.NotEqual:           {`"Red"`, "reds", "rED"},
		dsl.In:                 {`("Red", "Blue")`, "BLUE", "green"},
		dsl.NotIn:              {`("Red", "Blue")`, "green", "BLUE"},
		dsl.Contains:           {`"Red"`, "Fired", "read"},
		dsl.ContainsAny:        {`("Red", "Blue")`, "bluest", "read"},
		dsl.NotContains:        {`"Red"`, "read", "Fired"},
		dsl.NotContainsAny:     {`("Red", "Blue")`, "read", "bluest"},
		dsl.ContainsWord:       {`"Red"`, "Fired, red", "Fired"},
		dsl.ContainsAnyWord:    {`("Red", "Blue")`, "sky-blue", "bluest"},
		dsl.NotContainsWord:    {`"Red"`, "Fired", "Fired, red"},
		dsl.NotContainsAnyWord: {`("Red", "Blue")`, "bluest", "sky-blue"},
		dsl.BeginsWith:         {`"Red"`, "REDDER", "fired"},
		dsl.BeginsWithAny:      {`("Red", "Blue")`, "bluest", "fired"},
		dsl.NotBeginsWith:      {`"Red"`, "fired", "REDDER"},
		dsl.NotBeginsWithAny:   {`("Red", "Blue")`, "fired", "bluest"},
		dsl.EndsWith:           {`"Red"`, "FIRED", "redder"},
		dsl.EndsWithAny:        {`("Red", "Blue")`, "sky blue", "redder"},
		dsl.NotEndsWith:        {`"Red"`, "redder", "FIRED"},
		dsl.NotEndsWithAny:     {`("Red", "Blue")`, "redder", "sky blue"},
	},
	traverse.Number: {
		dsl.Equal:        {"5", "5", "5.5"},
		dsl.NotEqual:     {"5", "5.5", "5"},
		dsl.Less:         {"5", "4.99", "5"},
		dsl.LessEqual:    {"5", "5", "5.01"},
		dsl.Greater:      {"5", "5.01", "5"},
		dsl.GreaterEqual: {"5", "5", "4.99"},
		dsl.InRange:      {"-1 and 5", "-1", "5.01"},
		dsl.In:           {"(1, 5)", "5", "3"},
		dsl.NotIn:        {"(1, 5)", "3", "5"},
	},
	traverse.Bool: {
		dsl.Equal:    {"true", "true", "false"},
		dsl.NotEqual: {"true", "false", "true"},
	},
	traverse.Time: {
		dsl.On:         {"2026-05-01", "2026-05-01T23:59:59Z", "2026-05-02"},
		dsl.Before:     {"2026-05-01", "2026-04-30T23:59:59Z", "2026-05-01"},
		dsl.After:      {"2026-05-01", "2026-05-02", "2026-05-01T23:59:59Z"},
		dsl.OnOrBefore: {"2026-05-01", "2026-05-01T23:59:59Z", "2026-05-02"},
		dsl.OnOrAfter:  {"2026-05-01", "2026-05-01", "2026-04-30T23:59:59Z"},
		dsl.InRange:    {"2026-05-01 and 2026-05-03", "2026-05-03T23:59:59Z", "2026-05-04"},
		dsl.InLast:     {"30 days", "2026-05-01T12:00:00Z", "2026-05-01T11:59:59Z"},
		dsl.InNext:     {"30 days", "2026-06-30T12:00:00Z", "2026-05-31T11:59:59Z"},
		dsl.OlderThan:  {"30 days", "2026-05-01T11:59:59Z", "2026-05-01T12:00:00Z"},
	},
	traverse.Date: {
		dsl.On:         {"2026-05-01", "2026-05-01", "2026-05-02"},
		dsl.Before:     {"2026-05-01", "2026-04-30", "2026-05-01"},
		dsl.After:      {"2026-05-01", "2026-05-02", "2026-05-01"},
		dsl.OnOrBefore: {"2026-05-01", "2026-05-01", "2026-05-02"},
		dsl.OnOrAfter:  {"2026-05-01", "2026-05-01", "2026-04-30"},
		dsl.InRange:    {"2026-05-01 and 2026-05-03", "2026-05-03", "2026-05-04"},
		dsl.InLast:     {"30 days", "2026-05-01", "2026-04-30"},
		dsl.InNext:     {"30 days", "2026-06-30", "2026-05-30"},
		dsl.OlderThan:  {"30 days", "2026-04-30", "2026-05-01"},
	},
	traverse.Choice: {
		dsl.Equal:    {`"Red"`, "red", "Green"},
		dsl.NotEqual: {`"Red"`, "Green", "red"},
		dsl.In:       {`("Red", "Blue")`, "BLUE", "Green"},
		dsl.NotIn:    {`("Red", "Blue")`, "not listed", "BLUE"},
	},
	traverse.Choices: {
		dsl.Contains:       {`"Red"`, "Green;RED", "Green;Blue"},
		dsl.NotContains:    {`"Red"`, "Green;Blue", "Green;RED"},
		dsl.ContainsAny:    {`("Red", "Blue")`, "Green;BLUE", "Green"},
		dsl.NotContainsAny: {`("Red", "Blue")`, "Green", "Green;BLUE"},
		dsl.ContainsAll:    {`("Red", "Blue")`, "blue;Green;RED", "Red;Green"},
	},
}

// literals are an operand for the fields of each type.
var literals = map[traverse.Type]string{
	traverse.Text: `"Red"`, traverse.Choice: `"Red"`, traverse.Choices: `"Red"`,
	traverse.Number: "5", traverse.Bool: "true", traverse.Time: "2026-05-01", traverse.Date: "2026-05-01",
}

// forms are the operands that operators take, where %s is a literal.
var forms = []string{"", "%s", "(%s)", "%s and %s", "30 days"}

// accepted reports whether package check takes the operator for fields of a type.
func accepted(op dsl.Op, typ traverse.Type) bool {
	for _, form := range forms {
		rules := everyType + evaltest.Model("M", "contact",
			fmt.Sprintf("has Lead where %s %s %s score +1", typ, op, strings.ReplaceAll(form, "%s", literals[typ])))
		tree, problems := dsl.Parse("m.score", rules, dsl.Limits{})
		_, _, more := check.Files(traverse.Standard(), tree)
		if len(problems)+len(more) == 0 {
			return true
		}
	}
	return false
}

// TestEveryOperator lowers every operator for every type that has it. It fails for
// an operator that is new in package dsl or check until examples has it, and for
// one that is not lowered.
func TestEveryOperator(t *testing.T) {
	for op := range dsl.Ops() {
		applies := false
		for _, typ := range traverse.Types() {
			if op == dsl.IsEmpty || op == dsl.IsNotEmpty {
				applies = true
				continue // see TestEmpty
			}
			ex, ok := examples[typ][op]
			if taken := accepted(op, typ); taken != ok {
				t.Errorf("%s of %s: package check takes it: %t; there is an example: %t", op, typ, taken, ok)
			}
			if !ok {
				continue
			}
			applies = true
			t.Run(fmt.Sprintf("%s of %s", op, typ), func(t *testing.T) {
				field, expr := typ.String(), fmt.Sprintf("%s %s %s", typ, op, ex.operands)
				wantHolds(t, field, typ, expr, ex.yes, true)
				wantHolds(t, field, typ, expr, ex.no, false)
				wantHolds(t, field, typ, expr, "", false)
			})
		}
		if !applies {
			t.Errorf("no type has the operator %s: does forms have its operands?", op)
		}
	}
}

// TestEmpty checks is empty and is not empty for every type.
func TestEmpty(t *testing.T) {
	for _, typ := range traverse.Types() {
		value := ""
		for _, ex := range examples[typ] {
			value = ex.yes
		}
		field := typ.String()
		wantHolds(t, field, typ, field+" is empty", "", true)
		wantHolds(t, field, typ, field+" is empty", value, false)
		wantHolds(t, field, typ, field+" is not empty", "", false)
		wantHolds(t, field, typ, field+" is not empty", value, true)
	}
}

// TestExact checks that letter case matters for an exact field.
func TestExact(t *testing.T) {
	for _, test := range []struct {
		expr, value string
		want        bool
	}{
		{`exactText = "Red"`, "Red", true},
		{`exactText = "Red"`, "red", false},
		{`exactText does not contain "Red"`, "fired", true},
	} {
		wantHolds(t, "exactText", traverse.Text, test.expr, test.value, test.want)
	}
	wantHolds(t, "exactChoices", traverse.Choices, `exactChoices contains "Red"`, "Red", true)
	wantHolds(t, "exactChoices", traverse.Choices, `exactChoices contains "Red"`, "red", false)
}

// TestLongList checks a list that is long enough to be looked up in a map.
func TestLongList(t *testing.T) {
	list := `("a", "b", "c", "d", "e", "f", "g", "h", "i", "Red")`
	wantHolds(t, "text", traverse.Text, "text in "+list, "rED", true)
	wantHolds(t, "text", traverse.Text, "text in "+list, "reds", false)
	wantHolds(t, "text", traverse.Text, "text in "+list, "", false)
	wantHolds(t, "text", traverse.Text, "text not in "+list, "reds", true)
	wantHolds(t, "text", traverse.Text, "text not in "+list, "rED", false)
	wantHolds(t, "text", traverse.Text, "text not in "+list, "", false)
}

// wantHolds lowers an expression about a field of Lead, for routes and for columns,
// and evaluates both for a value.
func wantHolds(t *testing.T, field string, typ traverse.Type, expr, value string, want bool) {
	t.Helper()
	v, err := memory.Parse(typ, value)
	if err != nil {
		t.Fatal(err)
	}
	models := evaltest.Models(t, everyType+evaltest.Model("M", "contact", "has Lead where "+expr+" score +1"))
	f, _ := models[0].Schema.Entity(traverse.Lead).Field(field)
	var fold func(string) string
	if Folds(f) {
		fold = traverse.Fold
	}
	routes := NewRoutes(models)
	in := routes.At(evaltest.AsOf, Instant{})
	e := routes.Models[0].Conditions[0].Children[0].Steps[0].Where[0]
	if got := e.Holds(in.Bounds, Normal(v, fold)); got != want {
		t.Errorf("routes: %s holds for %q: %t", expr, value, got)
	}
	if name := routes.Lead.Layout.Fields[e.Field]; name != field {
		t.Errorf("%s is about the field %s", expr, name)
	}
	planned := NewColumns(routes, false)
	bounds := planned.Windows.Resolve(evaltest.AsOf, nil)
	c := planned.Targets[ContactBased].Lead.Nodes[0].Where[0]
	if IsTime(typ) != (c.Holds == nil) {
		t.Fatalf("columns: %s is lowered to a predicate: %t", expr, c.Holds != nil)
	}
	got := false
	switch typ {
	case traverse.Time, traverse.Date:
		wide := int64(columns.NoTime)
		switch v.Kind() {
		case traverse.KindTime:
			wide = v.Micros()
		case traverse.KindDate:
			wide = v.Day()
		}
		got = c.Time.Holds(bounds, wide)
	default:
		got = c.Holds(nil, Normal(v, fold))
	}
	if got != want {
		t.Errorf("columns: %s holds for %q: %t", expr, value, got)
	}
}

// TestPredicateKey checks that two expressions are one measure if they mean the same,
// and two measures otherwise.
func TestPredicateKey(t *testing.T) {
	for _, test := range []struct {
		first, second string
		same          bool
	}{
		{`text = "Red"`, `text = "red"`, true},
		{`text = "Red"`, `text in ("RED")`, true},
		{`text = "Red"`, `text != "Red"`, false},
		{`text = "Red"`, `text contains "Red"`, false},
		{`text in ("a b", "c")`, `text in ("a", "b c")`, false},
		{`text in ("a", "b")`, `text in ("ab")`, false},
		{`text in ("a", "b")`, `text in ("b", "A", "b")`, true},
		{`number in (1, 2)`, `number in (2, 1)`, true},
		{`number = 5`, `number in (5)`, true},
		{`number = 5`, `number != 5`, false},
		{`number < 5`, `number <= 5`, false},
		{`number > 5`, `number > 5.0`, true},
		{`number between 1 and 5`, `number between 1 and 6`, false},
		{`bool = true`, `bool != false`, true},
		{`bool = true`, `bool = false`, false},
		{`choices contains "Red"`, `choices contains any ("red")`, true},
		{`choices contains any ("Red", "Blue")`, `choices contains all ("Red", "Blue")`, false},
		{`choices contains "Red"`, `choices does not contain "Red"`, false},
		{`text is empty`, `text is not empty`, false},
		{`time is empty`, `time is not empty`, false},
		{`time is empty`, `time on 2026-05-01`, false},
		{`time on 2026-05-01`, `time between 2026-05-01 and 2026-05-01`, true},
		{`time within last 7 days`, `time within last 1 week`, false},
		{`date on 2026-05-01`, `date between 2026-05-01 and 2026-05-01`, true},
		{`text = "a" and number = 5`, `number = 5 and text = "a"`, true},
	} {
		models := evaltest.Models(t, everyType+evaltest.Model("M", "contact",
			"each Lead where "+test.first+" score +1", "each Lead where "+test.second+" score +1"))
		p := NewColumns(NewRoutes(models), false)
		if n := len(p.Targets[ContactBased].Lead.Measures); (n == 1) != test.same {
			t.Errorf("%s and %s are %d measures", test.first, test.second, n)
		}
	}
}

// TestUnknownPredicate checks that a predicate without a lowering panics.
func TestUnknownPredicate(t *testing.T) {
	defer func() {
		if got := recover(); got != "plan: no lowering of <nil>" {
			t.Errorf("got %v", got)
		}
	}()
	var ws Windows
	ws.predicate(nil, nil)
}

// TestFolds checks that letter case does not matter for text and choices, unless the
// field is exact.
func TestFolds(t *testing.T) {
	for _, typ := range traverse.Types() {
		want := typ == traverse.Text || typ == traverse.Choice || typ == traverse.Choices
		if got := Folds(traverse.Field{Type: typ}); got != want {
			t.Errorf("the letter case of a %s does not matter: %t", typ, got)
		}
		if Folds(traverse.Field{Type: typ, Exact: true}) {
			t.Errorf("the letter case of an exact %s does not matter", typ)
		}
	}
}

// TestNormal checks that Normal folds text, drops the empty texts among the chosen, and
// leaves the given value as it is.
func TestNormal(t *testing.T) {
	given := traverse.ChoicesValue("Red", "", "Blue")
	for _, test := range []struct {
		name  string
		value traverse.Value
		fold  func(string) string
		want  traverse.Value
	}{
		{"text", traverse.TextValue("Straße"), traverse.Fold, traverse.TextValue(traverse.Fold("Straße"))},
		{"exact text", traverse.TextValue("Red"), nil, traverse.TextValue("Red")},
		{"choices", given, traverse.Fold, traverse.ChoicesValue("red", "blue")},
		{"exact choices", given, nil, traverse.ChoicesValue("Red", "Blue")},
		{"number", traverse.NumberValue(5), traverse.Fold, traverse.NumberValue(5)},
		{"nothing", traverse.Value{}, traverse.Fold, traverse.Value{}},
	} {
		if got := Normal(test.value, test.fold); !got.Equal(test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	if !given.Equal(traverse.ChoicesValue("Red", "", "Blue")) {
		t.Errorf("the value that was given is now %q", given)
	}
}
