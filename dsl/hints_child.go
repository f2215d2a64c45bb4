package dsl

import "slices"

// noPer returns the error for a missing per, which comes after the number of c or after
// once.
func noPer(lex *tokens, c *Cap) *syntaxError {
	err := keywordError(lex, "per")
	t := lex.Peek()
	next := lex.peekAt(1)
	switch _, unit := unitOf(next); {
	case unit && isOneOf(t, "a", "an", "each", "every", "in"):
		err.nearest = "per"
		if slices.Contains(periodNames[PerHour:], next.Value) {
			err.fix = swap(t, "per")
		}
	case c.Count != nil && isOneOf(t, "time", "times"):
		err.nearest, err.help, err.fix = "", "leave it out", drop(lex)
	case err.nearest != "":
	case c.Count == nil:
		err.help = "write once per day, for example, or has in place of each, which counts once in all"
	default:
		err.help = "write up to " + numberText(c.Count) + " per day, or per and a field's name"
	}
	return err
}
