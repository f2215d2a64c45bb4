package engine

import (
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/handwritten"
	"github.com/leadscore/leadscore/bench/internal/plan"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// starlarkFunctions are the functions that scripts are given: the weights of what
// decays by its age in microseconds, how old something is, and rounding.
var starlarkFunctions = starlark.StringDict{
	"halved": starlarkFunction("halved", func(age int64, n []int) int { return handwritten.Halved(age, n[0]) }),
	"lost":   starlarkFunction("lost", func(age int64, n []int) int { return handwritten.Lost(age, n[0], n[1]) }),
	"faded":  starlarkFunction("faded", func(age int64, n []int) int { return handwritten.Faded(age, n[0]) }),
	// spans is given an instant, or 0 if there is none.
	"spans": starlarkFunction("spans", func(newest int64, n []int) int { return handwritten.Spans(cutoff(0), newest, n[0]) }),
	"rounded": starlark.NewBuiltin("rounded", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		n, err := starlarkNumbers(args)
		if err != nil {
			return nil, err
		}
		return starlark.MakeInt(handwritten.Rounded(n[0], n[1])), nil
	}),
}

// starlarkFunction returns a function of an age and some numbers.
func starlarkFunction(name string, f func(age int64, n []int) int) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		age, ok := starlark.AsFloat(args[0])
		if !ok {
			return nil, fmt.Errorf("%s: an age is not %s", name, args[0].Type())
		}
		n, err := starlarkNumbers(args[1:])
		if err != nil {
			return nil, err
		}
		return starlark.MakeInt(f(int64(age), n)), nil
	})
}

func starlarkNumbers(args starlark.Tuple) ([]int, error) {
	n := make([]int, len(args))
	for i, arg := range args {
		number, ok := arg.(starlark.Int)
		if !ok {
			return nil, fmt.Errorf("%s is not a whole number", arg.Type())
		}
		x, _ := number.Int64()
		n[i] = int(x)
	}
	return n, nil
}

// starlarkState declares what a counter needs beside its count.
func starlarkState(w *plan.Writer, c *plan.Counter) {
	number := strings.TrimPrefix(c.Name, "n")
	switch c.Use.Kind {
	case rules.PerField:
		if !c.Shared {
			w.Line("%s = {}", c.Seen)
		}
	case rules.PerPeriod:
		w.Line("last%s = -1.0", number)
		if c.Use.N > 1 {
			w.Line("used%s = 0", number)
		}
	case rules.Burst:
		w.Line("times%s = []", number)
	}
}

// starlarkHit writes what a record does to a counter that does not just count.
func starlarkHit(w *plan.Writer, c *plan.Counter) {
	number := strings.TrimPrefix(c.Name, "n")
	weight := ""
	switch u := c.Use; u.Kind {
	case rules.PerField:
		w.Block(fmt.Sprintf("if f_%s not in %s", u.Field, c.Seen), func() {
			w.Line("%s[f_%s] = True", c.Seen, u.Field)
			w.Line("%s += 1", c.Name)
		})
		return
	case rules.PerPeriod:
		w.Line("p = %s", starlarkPeriod(u))
		w.Block("if p != last"+number, func() {
			w.Line("last%s = p", number)
			if u.N == 1 {
				w.Line("%s += 1", c.Name)
			} else {
				w.Line("used%s = 0", number)
			}
		})
		if u.N > 1 {
			w.Block(fmt.Sprintf("if used%s < %d", number, u.N), func() {
				w.Line("used%s += 1", number)
				w.Line("%s += 1", c.Name)
			})
		}
		return
	case rules.Burst:
		w.Line("times%s.append(t)", number)
		w.Block(fmt.Sprintf("if len(times%[1]s) >= %[2]d and times%[1]s[-%[2]d] - t <= %[3]d.0", number, u.N, int64(u.Days)*crm.DayMicros), func() {
			w.Line("%s = 1", c.Name)
		})
		return
	case rules.Newest:
		w.Block(fmt.Sprintf("if %s == 0", c.Name), func() { w.Line("%s = t", c.Name) })
		return
	case rules.Halving:
		weight = fmt.Sprintf("halved(%s - t, %d)", starlarkInstant(0), u.Days)
	case rules.Losing:
		weight = fmt.Sprintf("lost(%s - t, %d, %d)", starlarkInstant(0), u.Days, u.N)
	case rules.Fading:
		weight = fmt.Sprintf("faded(%s - t, %d)", starlarkInstant(0), u.N)
	}
	if u := c.Use; u.One {
		w.Block(fmt.Sprintf("if %s == 0", c.Name), func() { w.Line("%s = %s", c.Name, weight) })
		return
	}
	w.Line("%s += %s", c.Name, weight)
}

func starlarkPeriod(u rules.Use) string {
	if u.Days == 7 {
		return fmt.Sprintf("(t + %d.0) // %d.0", 3*crm.DayMicros, 7*crm.DayMicros)
	}
	return fmt.Sprintf("t // %d.0", crm.DayMicros)
}

// starlarkParts adds the parts of a model to the score.
func starlarkParts(w *plan.Writer, p *plan.Plan, m *rules.Model) {
	f := plan.NewFinish(w, p, plan.Formula{
		Min: "min", Max: "max", Rounded: "rounded",
		Season: func(s rules.Season) string { return constantSeason(s, "and") },
		Row: func(value string, t *rules.Table, r *rules.Row) string {
			switch {
			case t.Number != nil:
				return plan.Range(r, value, "and", rules.Decimal)
			case r.Texts != nil:
				var tests []string
				for _, text := range r.Texts {
					tests = append(tests, value+" == "+strconv.Quote(strings.ToLower(text)))
				}
				return strings.Join(tests, " or ")
			case r.Empty() && t.Entity.Field(t.Field).Type == crm.Number:
				return value + " < 0.0"
			case r.Empty():
				return value + ` == ""`
			case r.From == 0:
				return value + " >= 0.0 and " + plan.Range(r, value, "and", exprNumber)
			}
			return plan.Range(r, value, "and", exprNumber)
		},
	}, func(c *plan.Counter) string { return c.Name }, "//", "spans(%s, %d)")
	f.Declare = "%s = 0"
	f.Value = func(t *rules.Table) string {
		value := fmt.Sprintf("%s[%d]", t.Entity.Name, t.Entity.Index(t.Field))
		if t.Entity == crm.Account {
			empty := `""`
			if t.Entity.Field(t.Field).Type == crm.Number {
				empty = "-1.0"
			}
			value = fmt.Sprintf("%s if Account != None else %s", value, empty)
		}
		w.Line("value = %s", value)
		return "value"
	}
	for _, part := range m.Parts {
		f.Part(part, "score")
	}
	w.Line("score = %s", f.Within(m.Limit, "score"))
}

// constantSeason returns whether as of lies in a season. Like all instants in rules of
// general engines, as of is a constant.
func constantSeason(s rules.Season, and string) string {
	from, until := s.Micros()
	return fmt.Sprintf("%[1]d >= %[2]d %[4]s %[1]d < %[3]d", cutoff(0), from, until, and)
}
