package engine

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/leadscore/leadscore/bench/internal/handwritten"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// celExpressions writes the parts of structured models for CEL. It is set when the
// program starts, because it refers to what refers to it.
var celExpressions *expressions

func init() {
	loop := func(macro string) func(kind, test, value string) string {
		return func(kind, test, value string) string {
			return fmt.Sprintf("%s.%s(r, %s, %s)", kind, macro, test, value)
		}
	}
	x := &expressions{
		and:        "&&",
		count:      func(kind, test string) string { return fmt.Sprintf("%s.count(r, %s)", kind, test) },
		any:        func(kind, test string) string { return fmt.Sprintf("%s.exists(r, %s)", kind, test) },
		total:      loop("total"),
		most:       loop("most"),
		list:       loop("map"),
		concat:     func(lists []string) string { return strings.Join(lists, " + ") },
		profile:    func(c *rules.Child) string { return celChild("exists", c) },
		field:      func(name string) string { return "r." + name },
		test:       celTest,
		let:        func(name, value, body string) string { return fmt.Sprintf("cel.bind(%s, %s, %s)", name, value, body) },
		quotient:   "(%s / %d)",
		absent:     "!HasAccount",
		emptyValue: "%s < 0.0",
	}
	x.And, x.Or, x.Min, x.Max = "&&", "||", "math.least", "math.greatest"
	celExpressions = newExpressions(x)
}

// celTotal is records.total(r, test, value): the sum of the values of the records that
// satisfy a test.
var celTotal = celFold("total", func(f cel.MacroExprFactory, value ast.Expr) ast.Expr {
	return f.NewCall(operators.Add, f.NewAccuIdent(), value)
})

// celMost is records.most(r, test, value): the greatest of the values, or 0.
var celMost = celFold("most", func(f cel.MacroExprFactory, value ast.Expr) ast.Expr {
	return f.NewCall("math.@max", f.NewAccuIdent(), value)
})

func celFold(name string, next func(f cel.MacroExprFactory, value ast.Expr) ast.Expr) cel.Macro {
	return cel.ReceiverMacro(name, 3, func(f cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
		step := f.NewCall(operators.Conditional, args[1], next(f, args[2]), f.NewAccuIdent())
		return f.NewComprehension(target, args[0].AsIdent(), f.AccuIdentName(),
			f.NewLiteral(types.Int(0)), f.NewLiteral(types.True), step, f.NewAccuIdent()), nil
	})
}

// celFunctions declares the functions that CEL is given.
var celFunctions = []cel.EnvOption{
	celNumbers("halved", 2, func(n []int) int { return handwritten.Halved(int64(n[0]), n[1]) }),
	celNumbers("lost", 3, func(n []int) int { return handwritten.Lost(int64(n[0]), n[1], n[2]) }),
	celNumbers("faded", 2, func(n []int) int { return handwritten.Faded(int64(n[0]), n[1]) }),
	celNumbers("spans", 2, func(n []int) int { return handwritten.Spans(cutoff(0), int64(n[0]), n[1]) }),
	celNumbers("rounded", 2, func(n []int) int { return handwritten.Rounded(n[0], n[1]) }),
	cel.Function("distinct", cel.Overload("distinct_list", []*cel.Type{cel.ListType(cel.DynType)}, cel.IntType,
		cel.UnaryBinding(func(list ref.Val) ref.Val {
			return types.Int(distinct(celList(list, func(v types.String) string { return string(v) })))
		}))),
	cel.Function("perPeriod", cel.Overload("perPeriod_list_int_int", []*cel.Type{cel.ListType(cel.DynType), cel.IntType, cel.IntType}, cel.IntType,
		cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			return types.Int(perPeriod(celTimes(args[0]), int(args[1].(types.Int)), int(args[2].(types.Int))))
		}))),
	cel.Function("burst", cel.Overload("burst_list_int_int", []*cel.Type{cel.ListType(cel.DynType), cel.IntType, cel.IntType}, cel.BoolType,
		cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			return types.Bool(burst(celTimes(args[0]), int(args[1].(types.Int)), int(args[2].(types.Int))))
		}))),
}

// celNumbers declares a function of two or three whole numbers.
func celNumbers(name string, n int, f func([]int) int) cel.EnvOption {
	parameters := []*cel.Type{cel.IntType, cel.IntType, cel.IntType}[:n]
	return cel.Function(name, cel.Overload(name+"_ints", parameters, cel.IntType, cel.FunctionBinding(func(args ...ref.Val) ref.Val {
		var buffer [3]int
		for i, arg := range args {
			buffer[i] = int(arg.(types.Int))
		}
		return types.Int(f(buffer[:n]))
	})))
}

func celTimes(list ref.Val) []int64 {
	return celList(list, func(v types.Int) int64 { return int64(v) })
}

// celList returns the values of a list that hold what CEL calls V.
func celList[V ref.Val, T any](list ref.Val, convert func(V) T) []T {
	var all []T
	for i := list.(traits.Lister).Iterator(); i.HasNext() == types.True; {
		all = append(all, convert(i.Next().(V)))
	}
	return all
}
