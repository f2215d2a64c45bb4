package audit

import "fmt"

// ofThem returns "N of M", or "all M", and the verb that agrees with N.
func ofThem(n, of int, one, many string) string {
	verb := many
	if n == 1 {
		verb = one
	}
	return fmt.Sprintf("%d of %d %s", n, of, verb)
}

func itOrThem(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func itDoes(n int) string {
	if n == 1 {
		return "it does"
	}
	return "they do"
}

// allOf returns "the only record" or "all N records".
func allOf(n int, what string) string {
	if n == 1 {
		return "the only " + what
	}
	return fmt.Sprintf("all %d %ss", n, what)
}
