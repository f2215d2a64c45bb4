package engine

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// Cel is cel.dev/cel-go: one program for each rule. Records are values of CEL's
// own, so that nothing is adapted during scoring; text is lowered when it is loaded,
// and instants are constants. Macros of ours count and add up without making a list
// first, which no macro of CEL does. A structured model has one program for each of
// its parts, and functions of ours for what CEL lacks.
var Cel = &Engine{
	Name: "cel",
	Load: func(d *crm.Data) (Loaded, error) {
		leads := loadCel(d)
		env, err := celEnv()
		if err != nil {
			return nil, err
		}
		return func(m *rules.Model) Compile {
			texts := CelTexts(m)
			return func() (Scorer, error) {
				programs := make([]cel.Program, len(texts))
				for i, text := range texts {
					tree, issues := env.Compile(text)
					if err := issues.Err(); err != nil {
						return nil, fmt.Errorf("%s: %w", text, err)
					}
					var err error
					if programs[i], err = env.Program(tree, cel.EvalOptions(cel.OptOptimize)); err != nil {
						return nil, err
					}
				}
				return func(at []int, scores []int64) error {
					for i, lead := range at {
						score := int64(0)
						for _, p := range programs {
							v, _, err := p.Eval(leads[lead])
							if err != nil {
								return err
							}
							score += int64(v.(types.Int))
						}
						if m.Parts != nil {
							score = max(m.Limit.From, min(m.Limit.To, score))
						}
						scores[i] = score
					}
					return nil
				}, nil
			}
		}, nil
	},
}

func celEnv() (*cel.Env, error) {
	macros := append([]cel.Macro{celCount, celTotal, celMost}, cel.StandardMacros...)
	options := append([]cel.EnvOption{ext.Math(), ext.Bindings(), cel.Macros(macros...)}, celFunctions...)
	record := cel.MapType(cel.StringType, cel.DynType)
	for _, e := range []*crm.Entity{crm.Lead, crm.Contact, crm.Account} {
		options = append(options, cel.Variable(e.Name, record))
	}
	for _, e := range crm.Interactions {
		options = append(options, cel.Variable(e.Name, cel.ListType(record)))
	}
	options = append(options, cel.Variable("HasAccount", cel.BoolType))
	return cel.NewEnv(options...)
}

// celCount is records.count(r, test): how many records satisfy a test.
var celCount = cel.ReceiverMacro("count", 2, func(f cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
	next := f.NewCall(operators.Add, f.NewAccuIdent(), f.NewLiteral(types.Int(1)))
	step := f.NewCall(operators.Conditional, args[1], next, f.NewAccuIdent())
	return f.NewComprehension(target, args[0].AsIdent(), f.AccuIdentName(),
		f.NewLiteral(types.Int(0)), f.NewLiteral(types.True), step, f.NewAccuIdent()), nil
})

// celRecord is a record as CEL's evaluator likes it best: a value that finds its
// fields by a few comparisons of their names.
type celRecord struct {
	names  []types.String
	values []ref.Val
}

// Get returns a field.
func (r *celRecord) Get(index ref.Val) ref.Val {
	name := index.(types.String)
	for i, n := range r.names {
		if n == name {
			return r.values[i]
		}
	}
	return types.NewErr("no such field: %s", name)
}

// ConvertToNative implements [ref.Val].
func (r *celRecord) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a record is no %v", t)
}

// ConvertToType implements [ref.Val].
func (r *celRecord) ConvertToType(t ref.Type) ref.Val { return types.NewErr("a record is no %v", t) }

// Equal implements [ref.Val].
func (r *celRecord) Equal(other ref.Val) ref.Val { return types.Bool(other == ref.Val(r)) }

// Type implements [ref.Val].
func (r *celRecord) Type() ref.Type { return types.MapType }

// Value implements [ref.Val].
func (r *celRecord) Value() any { return r }

func loadCel(d *crm.Data) []cel.Activation {
	l := crm.NewLoader()
	texts := map[string]ref.Val{}
	names := map[*crm.Entity][]types.String{}
	for _, e := range append([]*crm.Entity{crm.Lead, crm.Contact, crm.Account}, crm.Interactions...) {
		if e.Weight > 0 {
			names[e] = append(names[e], "Time")
		}
		for _, f := range e.Fields {
			names[e] = append(names[e], types.String(f.Name))
		}
	}
	record := func(e *crm.Entity, r *crm.Record) *celRecord {
		c := &celRecord{names: names[e]}
		if e.Weight > 0 {
			c.values = append(c.values, types.Int(r.Time))
		}
		for i, v := range r.Values {
			if e.Fields[i].Type == crm.Number {
				c.values = append(c.values, types.Double(known(v.Number)))
				continue
			}
			text := l.Lower(v.Text)
			if texts[text] == nil {
				texts[text] = types.String(text)
			}
			c.values = append(c.values, texts[text])
		}
		return c
	}
	var accounts []*celRecord
	for i := range d.Accounts {
		accounts = append(accounts, record(crm.Account, &d.Accounts[i]))
	}
	var all []cel.Activation
	for i := range d.Leads {
		c := &d.Contacts[d.Leads[i].Contact]
		vars := map[string]any{
			"Lead": record(crm.Lead, &d.Leads[i].Record), "Contact": record(crm.Contact, &c.Record),
			"HasAccount": types.Bool(c.Account >= 0), "Account": types.NullValue,
		}
		if c.Account >= 0 {
			vars["Account"] = accounts[c.Account]
		}
		for kind, e := range crm.Interactions {
			var records []ref.Val
			for _, r := range c.Newest(kind) {
				records = append(records, record(e, &r))
			}
			vars[e.Name] = types.NewRefValList(types.DefaultTypeAdapter, records)
		}
		activation, err := cel.NewActivation(vars)
		if err != nil {
			panic(err) // it takes any map
		}
		all = append(all, activation)
	}
	return all
}

// CelTexts returns the rules of a model as expressions of CEL.
func CelTexts(m *rules.Model) []string {
	var all []string
	for i := range m.Rules {
		c := conditionOf(&m.Rules[i],
			func(c *rules.Child) string { return celChild("count", c) },
			func(c *rules.Child) string { return celChild("exists", c) },
			func(c *rules.Child) string { return "!" + celChild("exists", c) },
			func(c *rules.Child) string { return fmt.Sprintf("%s >= %d", celChild("count", c), c.N) })
		text := strconv.FormatInt(c.points, 10)
		switch len(c.each) {
		case 1:
			text += " * " + c.each[0]
		case 2:
			text += " * math.least(" + strings.Join(c.each, ", ") + ")"
		}
		if len(c.tests) > 0 {
			text = strings.Join(c.tests, " && ") + " ? " + text + " : 0"
		}
		all = append(all, text)
	}
	for _, part := range m.Parts {
		all = append(all, celExpressions.part(part))
	}
	return all
}

func celChild(macro string, c *rules.Child) string {
	var tests []string
	record := "r"
	switch {
	case !c.Profile():
		tests = append(tests, fmt.Sprintf("r.Time >= %d", cutoff(c.Days)))
	case c.Entity == crm.Account:
		tests = append(tests, "HasAccount")
		record = c.Entity.Name
	default:
		record = c.Entity.Name
	}
	for i := range c.Filters {
		tests = append(tests, celExpressions.filter(&c.Filters[i], func(name string) string { return record + "." + name }))
	}
	all := strings.Join(tests, " && ")
	if !c.Profile() {
		return c.Entity.Name + "." + macro + "(r, " + all + ")"
	}
	if macro == "count" {
		return "(" + all + " ? 1 : 0)"
	}
	return "(" + all + ")"
}

func celTest(f *rules.Filter, field string) string {
	texts := strings.ToLower(crm.Quote(f.Texts))
	switch f.Op {
	case rules.Equal:
		return field + " == " + texts
	case rules.In:
		return field + " in [" + texts + "]"
	case rules.Contains:
		return field + ".contains(" + texts + ")"
	case rules.BeginsWith:
		return field + ".startsWith(" + texts + ")"
	case rules.Between:
		return fmt.Sprintf("%s >= %s && %s <= %s", field, exprNumber(f.Numbers[0]), field, exprNumber(f.Numbers[1]))
	case rules.Less, rules.LessEqual:
		return fmt.Sprintf("%s >= 0.0 && %s %s %s", field, field, f.Op.Sign(), exprNumber(f.Numbers[0]))
	}
	return field + " " + f.Op.Sign() + " " + exprNumber(f.Numbers[0])
}
