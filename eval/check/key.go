package check

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// PredicateKey returns a text that is the same for two predicates if they are equal,
// or differ only in the order or repetition of their Values, and different otherwise.
func PredicateKey(p Predicate) string {
	key := fmt.Appendf(nil, "%T", p)
	switch p := p.(type) {
	case TextMatch:
		key = appendTexts(fmt.Append(key, " ", p.How, p.Not), p.Values)
	case ChoicesMatch:
		key = appendTexts(fmt.Append(key, " ", p.All, p.Not), p.Values)
	case NumberIn:
		key = fmt.Append(key, " ", p.Not, distinct(p.Values))
	default:
		key = fmt.Appendf(key, " %v", p)
	}
	return string(key)
}

func appendTexts(key []byte, texts []string) []byte {
	for _, s := range distinct(texts) {
		key = strconv.AppendQuote(append(key, ' '), s)
	}
	return key
}

// distinct returns the values of a list in order, each once.
func distinct[V cmp.Ordered](list []V) []V {
	if len(list) < 2 {
		return list
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
