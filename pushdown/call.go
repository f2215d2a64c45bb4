package pushdown

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// call returns a function of the dialect in SQL.
func (w *writer) call(e *scalar.Expr, args []string) string {
	name := e.Name()
	switch name {
	case callContains:
		return w.d.Contains(args[0], args[1])
	case callBegins:
		return w.d.Begins(args[0], args[1])
	case callEnds:
		return w.d.Ends(args[0], args[1])
	case callMatches:
		return w.d.Matches(args[0], args[1])
	case callChosen:
		return w.d.Chosen(args[0], args[1])
	case callMicros:
		return w.d.Micros(args[0])
	case callDays:
		return w.d.Days(args[0])
	case callOnly:
		return "CASE WHEN " + args[0] + " THEN " + args[1] + " END"
	case callDigits:
		if w.d.nested {
			return "toString(" + args[0] + ")"
		}
		return "CAST(" + args[0] + " AS TEXT)"
	case callMonth:
		return w.d.Month(args[0])
	}
	for prefix, write := range map[string]func(rest string) string{
		callNumber: func(rest string) string {
			op, number, _ := strings.Cut(rest, " ")
			f, err := strconv.ParseFloat(number, 64)
			if err != nil {
				panic(err) // it was written by strconv
			}
			return "(" + args[0] + " " + op + " " + w.d.Number(f) + ")"
		},
		callAt:      func(op string) string { return "(" + args[0] + " " + op + " " + args[1] + ")" },
		callInstant: func(rest string) string { return w.d.Instant(whole(rest)) },
		callDay:     func(rest string) string { return w.d.Day(whole(rest)) },
		callClock:   func(zone string) string { return nestedClock(args[0], clocks(w.zones[zone])) },
		callIDText:  func(class string) string { return w.d.IDText(args[0], IDClass(whole(class))) },
	} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return write(rest)
		}
	}
	panic(fmt.Sprintf("pushdown: unknown call %q", name))
}

// whole reads a number that this package wrote.
func whole(digits string) int64 {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}
