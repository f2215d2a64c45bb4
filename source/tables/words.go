package tables

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/alike"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// words are the texts that a cell of a column is compared with.
type words struct {
	list  []word
	fold  bool  // letter case and outer blanks do not count
	plain bool  // all of list are, for alike.IsPlain
	near  *near // counts the cells that would be among them otherwise
}

// A word is one of words, and its forms to compare.
type word struct{ text, trimmed, form string }

func newWords(list []string, fold bool, near *near) words {
	w := words{fold: fold, plain: true, near: near}
	for _, text := range list {
		w.list = append(w.list, word{text, strings.TrimSpace(text), alike.TextForm(text)})
		w.plain = w.plain && alike.IsPlain(text)
	}
	return w
}

// has reports whether a cell is one of the words.
func (w *words) has(cell string) bool {
	for i := range w.list {
		if w.list[i].text == cell {
			return true
		}
	}
	trimmed := strings.TrimSpace(cell)
	// Most cells are plain, so that at most letter case can make them a word.
	plain := w.plain && alike.IsPlain(cell) && strings.IndexByte(cell, ' ') < 0 && strings.Trim(cell, "0123456789.=\"") != ""
	almost, form := -1, ""
	for i := range w.list {
		word := &w.list[i]
		same := strings.EqualFold(trimmed, word.trimmed)
		switch {
		case same && w.fold:
			return true
		case almost >= 0 || plain && !same:
			continue
		case form == "":
			form = alike.TextForm(cell)
		}
		if same || form == word.form && form != "" {
			almost = i
		}
	}
	if almost >= 0 {
		w.near.note(cell, w.list[almost].text)
	}
	return false
}

// foldKey returns what keys share that differ only in letter case and outer blanks.
func foldKey(s string) string { return traverse.Fold(strings.TrimSpace(s)) }

// near counts the texts of a column that almost are what a mapping names.
type near struct {
	warning Warning
	column  string   // of where, or the file of a lookup
	first   string   // says in what the first differs
	seen    []string // the texts of the examples
}

// note counts a text that is almost another one.
func (n *near) note(text, other string) {
	const examples = 3
	n.warning.Count++
	if len(n.seen) < examples && !slices.Contains(n.seen, text) {
		text = strings.Clone(text)
		if len(n.seen) == 0 {
			n.first = fmt.Sprintf("%s is not %s, it differs in %s", shown.QuoteAll(text), shown.QuoteAll(other), alike.Difference(text, other))
		}
		n.seen = append(n.seen, text)
	}
}

// message says what was counted.
func (n *near) message() string {
	verb := "are"
	if n.warning.Count == 1 {
		verb = "is"
	}
	var what string
	switch n.warning.Kind {
	case NearWhere:
		what = fmt.Sprintf("rows %s left out for a %s that is almost what the mapping's where lists", verb, plain(n.column))
	case NearNull:
		what = fmt.Sprintf("texts %s almost a word for null", verb)
	case NearKey:
		what = fmt.Sprintf("keys %s not in %s, but almost %s", verb, fileName(n.column), verb)
	}
	return fmt.Sprintf("%d of %d %s: %s", n.warning.Count, n.warning.Of, what, n.first)
}
