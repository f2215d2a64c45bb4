package structs

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// key is the key of this package's part of a struct tag.
const key = "leadscore"

// A tag is the content of a struct tag.
type tag struct {
	skip    bool   // "-": leave the field out
	name    string // "" if there is none
	options map[string][]string
}

func (t *tag) has(word string) bool { _, ok := t.options[word]; return ok }

// value returns the only value of an option, or "" if it has none.
func (t *tag) value(word string) string {
	if v := t.options[word]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// The numbers of values that an option takes.
type arity uint8

const (
	noValue  arity = iota
	perhaps        // one or none
	oneValue       // one
	list           // any number
)

// A word is an option of a tag.
type word struct {
	word   string
	values arity
}

// The options of a marker, which applies to the type as a whole, and of a field.
var (
	markerWords = []word{{"profile", noValue}, {"interaction", noValue}, {"passive", noValue}}
	fieldWords  = []word{
		{"id", noValue}, {"ref", perhaps}, {"via", oneValue},
		{"text", noValue}, {"number", noValue}, {"bool", noValue}, {"time", noValue}, {"date", noValue},
		{"choice", list}, {"choices", list},
		{"exact", noValue}, {"calculated", noValue}, {"rollup", noValue}, {"dated", noValue},
	}
)

// lookup returns this package's part of a struct tag. It returns an error if the tag
// has none only because it is not in the form that Go expects.
func lookup(t reflect.StructTag) (string, error) {
	text, ok := t.Lookup(key)
	if !ok && strings.Contains(string(t), key) {
		for _, other := range strings.Split(string(t), `"`) {
			if strings.HasSuffix(strings.TrimSpace(other), key+":") || strings.HasPrefix(strings.TrimSpace(other), key) {
				return "", fmt.Errorf("the struct tag %s is not in the form that Go expects; write %s:\"…\"", shown.Quote(string(t)), key)
			}
		}
	}
	return text, nil
}

// parse reads this package's part of a struct tag, of a marker if marker is true and
// else of a field. It returns what it could read, and everything that is wrong.
func parse(text string, marker bool) (tag, []error) {
	t := tag{options: map[string][]string{}}
	if strings.TrimSpace(text) == "-" {
		t.skip = true
		return t, nil
	}
	items, err := split(text)
	if err != nil {
		return t, []error{err}
	}
	words, others, whose := fieldWords, markerWords, "a field"
	if marker {
		words, others, whose = markerWords, fieldWords, "an entity"
	}
	var bad []error
	problem := func(format string, args ...any) { bad = append(bad, fmt.Errorf(format, args...)) }
	for i, item := range items {
		at := slices.IndexFunc(words, func(w word) bool { return w.word == item.text })
		switch {
		case item.quoted && item.valued:
			problem("%s is in quotes before =; an option is not", shown.Quote(item.text))
		case at >= 0 && !item.quoted:
			w := words[at]
			if t.has(w.word) {
				problem("the option %s appears twice", w.word)
				continue
			}
			if err := w.fits(item); err != nil {
				bad = append(bad, err)
				continue
			}
			t.options[w.word] = item.values
		case i == 0 && item.text == "" && !item.quoted && !item.valued:
			// No name, as in ",exact".
		case item.text == "" && !item.quoted:
			problem("there is nothing between two commas, or after the last")
		case slices.ContainsFunc(others, func(w word) bool { return w.word == item.text }) && !item.quoted:
			if marker {
				problem("%s is an option of a field, and this tag is for the type; an entity of that name is written '%[1]s'", item.text)
			} else {
				problem("%s is an option of the type, and belongs on a blank field: _ struct{} `%s:\"%[1]s\"`; a field of that name is written '%[1]s'", item.text, key)
			}
		case i == 0 && !item.valued:
			if near := nearWord(item.text, words); near != "" && !item.quoted && traverse.IsName(item.text) && item.text == strings.ToLower(item.text) {
				problem("%s is not an option%s %s of that name is written '%s'", shown.Quote(item.text), nearest.Hint(near), whose, item.text)
				continue
			}
			if !traverse.IsName(item.text) {
				problem("%s cannot name %s", shown.Quote(item.text), whose)
				continue
			}
			t.name = item.text
		default:
			hint := nearest.Hint(nearWord(item.text, words))
			if hint == "" && !item.valued {
				hint = "; a name comes first"
			}
			problem("%s is not an option%s", shown.Quote(item.text), hint)
		}
	}
	return t, bad
}

func nearWord(text string, words []word) string {
	return nearest.Name(text, func(yield func(string) bool) {
		for _, w := range words {
			if !yield(w.word) {
				return
			}
		}
	})
}

// fits returns an error if an option has values that it does not take.
func (w word) fits(i item) error {
	switch {
	case w.values == noValue && i.valued:
		return fmt.Errorf("%s takes no value; write %[1]s alone", w.word)
	case w.values == oneValue && !i.valued:
		return fmt.Errorf("%s needs a value; write %[1]s=…", w.word)
	case (w.values == oneValue || w.values == perhaps) && len(i.values) > 1:
		return fmt.Errorf("%s takes one value, not %d", w.word, len(i.values))
	case i.valued && slices.Contains(i.values, ""):
		return fmt.Errorf("%s= names an empty value", w.word)
	case i.valued && w.values != list && !traverse.IsName(i.values[0]):
		return fmt.Errorf("%s= takes a name, and %s cannot be one", w.word, shown.Quote(i.values[0]))
	}
	return nil
}

// An item is the part of a tag between two commas.
type item struct {
	text   string
	quoted bool
	valued bool     // it contains an =
	values []string // those after the =
}

// split splits a tag, which may be any text, into its items.
func split(text string) ([]item, error) {
	var items []item
	inValue := false
	for rest := text; ; {
		piece, quoted, end, more, err := next(rest)
		if err != nil {
			return nil, err
		}
		if inValue {
			last := &items[len(items)-1]
			last.values = append(last.values, piece)
		} else {
			items = append(items, item{text: piece, quoted: quoted})
		}
		switch {
		case end == '=' && inValue:
			return nil, fmt.Errorf("a value with = must be in single quotes, and %s is not", shown.Quote(piece))
		case end == '=':
			items[len(items)-1].valued = true
			inValue = true
		case end == '|' && !inValue:
			return nil, fmt.Errorf("| separates values, and %s does not follow an =; a name with | must be in single quotes", shown.Quote(piece))
		case end == ',':
			inValue = false
		case end == 0:
			return items, nil
		}
		rest = more
	}
}

var errOpenQuote = errors.New("a single quote is not closed; one within quotes is written twice")

// next reads a piece of a tag and the sign that ends it, and returns the rest.
func next(s string) (piece string, quoted bool, end byte, rest string, err error) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "'") {
		at := strings.IndexAny(s, ",=|")
		if at < 0 {
			return s, false, 0, "", nil
		}
		return strings.TrimSpace(s[:at]), false, s[at], s[at+1:], nil
	}
	var b strings.Builder
	for s = s[1:]; ; {
		at := strings.IndexByte(s, '\'')
		if at < 0 {
			return "", true, 0, "", errOpenQuote
		}
		b.WriteString(s[:at])
		s = s[at+1:]
		if !strings.HasPrefix(s, "'") {
			break
		}
		b.WriteByte('\'')
		s = s[1:]
	}
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return b.String(), true, 0, "", nil
	case strings.IndexByte(",=|", s[0]) < 0:
		return "", true, 0, "", fmt.Errorf("%s follows a closing quote", shown.Quote(s))
	}
	return b.String(), true, s[0], s[1:], nil
}
