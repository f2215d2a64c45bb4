package engine

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr"

	"github.com/leadscore/leadscore/bench/internal/handwritten"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// exprExpressions writes the parts of structured models for expr. It is set when the
// program starts, because it refers to what refers to it.
var exprExpressions *expressions

func init() {
	x := &expressions{
		and:   "and",
		count: func(kind, test string) string { return fmt.Sprintf("count(%s, %s)", kind, test) },
		any:   func(kind, test string) string { return fmt.Sprintf("any(%s, %s)", kind, test) },
		total: func(kind, test, value string) string {
			return fmt.Sprintf("sum(%s, %s ? %s : 0)", kind, test, value)
		},
		most: func(kind, test, value string) string {
			return fmt.Sprintf("reduce(%s, max(#acc, %s ? %s : 0), 0)", kind, test, value)
		},
		list: func(kind, test, value string) string {
			return fmt.Sprintf("map(filter(%s, %s), %s)", kind, test, value)
		},
		concat:     func(lists []string) string { return "concat(" + strings.Join(lists, ", ") + ")" },
		profile:    func(c *rules.Child) string { return exprChild("any", c) },
		field:      func(name string) string { return "." + name },
		test:       exprTest,
		let:        func(name, value, body string) string { return fmt.Sprintf("(let %s = %s; %s)", name, value, body) },
		quotient:   "int(%s / %d)",
		absent:     "Account == nil",
		emptyValue: "!(%s >= 0.0)",
	}
	x.And, x.Or, x.Min, x.Max = "and", "or", "min", "max"
	exprExpressions = newExpressions(x)
}

// exprFunctions are the functions that expr is given.
var exprFunctions = []expr.Option{
	exprNumbers("halved", 2, func(n []int) int { return handwritten.Halved(int64(n[0]), n[1]) }),
	exprNumbers("lost", 3, func(n []int) int { return handwritten.Lost(int64(n[0]), n[1], n[2]) }),
	exprNumbers("faded", 2, func(n []int) int { return handwritten.Faded(int64(n[0]), n[1]) }),
	exprNumbers("spans", 2, func(n []int) int { return handwritten.Spans(cutoff(0), int64(n[0]), n[1]) }),
	exprNumbers("rounded", 2, func(n []int) int { return handwritten.Rounded(n[0], n[1]) }),
	expr.Function("distinct", func(args ...any) (any, error) {
		all, err := exprList[string](args[0])
		return distinct(all), err
	}, new(func([]any) int)),
	expr.Function("perPeriod", func(args ...any) (any, error) {
		all, err := exprTimes(args[0])
		return perPeriod(all, args[1].(int), args[2].(int)), err
	}, new(func([]any, int, int) int)),
	expr.Function("burst", func(args ...any) (any, error) {
		all, err := exprTimes(args[0])
		return burst(all, args[1].(int), args[2].(int)), err
	}, new(func([]any, int, int) bool)),
}

// exprNumbers returns a function of two or three whole numbers.
func exprNumbers(name string, n int, f func([]int) int) expr.Option {
	types := any(new(func(int, int) int))
	if n == 3 {
		types = new(func(int, int, int) int)
	}
	return expr.Function(name, func(args ...any) (any, error) {
		var buffer [3]int
		for i, arg := range args {
			number, ok := arg.(int)
			if !ok {
				return nil, fmt.Errorf("%s: %T is not a whole number", name, arg)
			}
			buffer[i] = number
		}
		return f(buffer[:n]), nil
	}, types)
}

func exprList[T any](list any) ([]T, error) {
	values, ok := list.([]any)
	if !ok {
		return nil, fmt.Errorf("%T is not a list", list)
	}
	all := make([]T, len(values))
	for i, v := range values {
		if all[i], ok = v.(T); !ok {
			return nil, fmt.Errorf("%T in a list", v)
		}
	}
	return all, nil
}

func exprTimes(list any) ([]int64, error) {
	values, err := exprList[int](list)
	all := make([]int64, len(values))
	for i, v := range values {
		all[i] = int64(v)
	}
	return all, err
}
