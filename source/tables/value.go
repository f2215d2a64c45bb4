package tables

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// A style describes how the values of a mapped column are written.
type style struct {
	numbers   numberStyle
	times     timeStyle
	bools     boolStyle
	separator string            // of choices
	codes     map[string]string // what stands for a value; nil = the values themselves do
}

// newStyle returns the style of a column of a mapping.
func newStyle(m *Mapping, c *Column, times timeStyle) *style {
	s := &style{
		times:     times,
		bools:     boolStyle{{c.True, c.False}, {m.True, m.False}, {yesWords, noWords}},
		separator: c.Separator,
		codes:     c.Codes,
	}
	decimal := c.Decimal
	if decimal == "" {
		decimal = m.Decimal
	}
	if decimal != "" {
		s.numbers.decimal = decimal[0]
	}
	s.numbers.units = c.Unit
	s.times.use(c.Format)
	return s
}

// read reads a field from text, which must not change afterwards.
func (s *style) read(typ traverse.Type, text string) (traverse.Value, error) {
	if typ == traverse.Choices && (s.separator != "" || s.codes != nil) {
		return s.choices(text)
	}
	if s.codes != nil {
		var err error
		if text, err = s.decode(text); err != nil || text == "" {
			return traverse.Value{}, err
		}
	}
	switch typ {
	case traverse.Number:
		return s.numbers.read(text)
	case traverse.Bool:
		return s.bools.read(text)
	case traverse.Time, traverse.Date:
		return s.times.read(typ, text)
	}
	return memory.Parse(typ, text)
}

// choices reads choices that are separated in text.
func (s *style) choices(text string) (traverse.Value, error) {
	separator := s.separator
	if separator == "" {
		separator = ";"
	}
	var chosen []string
	for piece := range strings.SplitSeq(text, separator) {
		if piece = strings.TrimSpace(piece); piece != "" && s.codes != nil {
			var err error
			if piece, err = s.decode(piece); err != nil {
				return traverse.Value{}, err
			}
		}
		if piece != "" {
			chosen = append(chosen, piece)
		}
	}
	if chosen == nil {
		return traverse.Value{}, nil
	}
	return traverse.ChoicesValue(chosen...), nil
}

// decode returns the text that a code stands for.
func (s *style) decode(code string) (string, error) {
	code = strings.TrimSpace(code)
	text, ok := s.codes[code]
	if !ok && code != "" {
		known := slices.Sorted(maps.Keys(s.codes))
		return "", fmt.Errorf("%s is not among the codes of the column%s", shown.Quote(code), nearest.Hint(printable(nearest.Name(code, slices.Values(known)))))
	}
	return text, nil
}

// A boolStyle lists the words for true and false: those of the column, of the mapping,
// and those that need not be listed. The first list that has a word decides.
type boolStyle [3]struct{ yes, no []string }

var (
	yesWords = []string{"true", "yes", "1", "t", "y", "on"}
	noWords  = []string{"false", "no", "0", "f", "n", "off"}
)

func (s *boolStyle) read(text string) (traverse.Value, error) {
	word := strings.TrimSpace(text)
	if word == "" {
		return traverse.Value{}, nil
	}
	is := func(w string) bool { return strings.EqualFold(word, strings.TrimSpace(w)) }
	for _, list := range s {
		switch {
		case slices.ContainsFunc(list.yes, is):
			return traverse.BoolValue(true), nil
		case slices.ContainsFunc(list.no, is):
			return traverse.BoolValue(false), nil
		}
	}
	return traverse.Value{}, fmt.Errorf(`%s is not a bool; write true or false, yes or no, 1 or 0, or give the column its words for "true" and "false" in the mapping`, shown.Quote(text))
}

// An interner makes equal short texts share their memory, up to a limit: most
// columns have few different values.
type interner map[string]string

// text returns a copy of s that keeps no other memory alive.
func (in interner) text(s string) string {
	const longest, most = 64, 1 << 16
	if len(s) > longest {
		return strings.Clone(s)
	}
	shared, ok := in[s]
	if !ok {
		shared = strings.Clone(s)
		if len(in) < most {
			in[shared] = shared
		}
	}
	return shared
}
