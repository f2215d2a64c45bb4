package language

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// An Action is a change that people may want at a place.
type Action struct {
	Title string
	Kind  ActionKind
	Edits []TextEdit
	Fixes dsl.Diagnostics // the problems that it corrects
}

// An ActionKind is a kind of an [Action], in the words of the Language Server Protocol.
type ActionKind string

// The kinds of actions.
const (
	QuickFix ActionKind = "quickfix"
	FixAll   ActionKind = "source.fixAll"
	Extract  ActionKind = "refactor.extract"
	Refactor ActionKind = "refactor"
)

// mostTried is how many changes are tried at a place, each of which takes as long as checking
// the rules.
const mostTried = 5

// fixes returns the corrections of the problems in a part of a file.
func (s *Snapshot) fixes(f *file, start, end int) []Action {
	var list []Action
	tried := 0
	for _, d := range s.errors {
		if d.File != f.Name || !d.Span.Known() || d.Span.Start.Offset > end || d.Span.End.Offset < start {
			continue
		}
		if d.Fix != nil {
			edit := f.edit(d.Fix)
			list = append(list, Action{f.titleOf(edit), QuickFix, []TextEdit{edit}, dsl.Diagnostics{d}})
			continue
		}
		if tried++; d.Nearest == "" || tried > mostTried {
			continue
		}
		edit := TextEdit{f.rangeOf(d.Span), d.Nearest} // a question: somebody must answer it
		if after, err := s.with([]TextEdit{edit}); err == nil && len(after.errors) < len(s.errors) && newProblem(s.errors, after.errors) == nil {
			list = append(list, Action{f.titleOf(edit), QuickFix, []TextEdit{edit}, dsl.Diagnostics{d}})
		}
	}
	return list
}

// edit returns an edit of a file.
func (f *file) edit(e *dsl.Edit) TextEdit { return TextEdit{f.rangeOf(e.Span), e.Text} }

// titleOf says what an edit does.
func (f *file) titleOf(e TextEdit) string {
	was, is := shortened(f.Text[e.Start:e.End]), shortened(e.New)
	switch {
	case was == "":
		return "Insert " + is
	case is == "":
		return "Remove " + was
	}
	return fmt.Sprintf("Change %s to %s", was, is)
}

// shortened returns a text on one line, and not very long.
func shortened(text string) string {
	const most = 40
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// mostRounds is how often all fixes are made: one may show a problem that has a fix, too.
const mostRounds = 5

// fixAll returns the action that corrects all problems of a file that have a fix, and those
// that show thereby. It leaves out fixes after which there is a problem that was not there.
func (s *Snapshot) fixAll(f *file) (Action, bool) {
	a := s.once(f, func() any { return s.fixedFile(f) }).(Action)
	return a, len(a.Edits) > 0
}

// fixedFile returns what fixAll does, or the zero Action if there is nothing to fix.
func (s *Snapshot) fixedFile(f *file) Action {
	var fixed dsl.Diagnostics
	now := s
	rounds := 0
	var edits []TextEdit
	for ; rounds < mostRounds; rounds++ {
		next, made := now.fixOnce(f.Name)
		if next == nil {
			break
		}
		if rounds == 0 {
			edits = made
			for _, d := range s.errors {
				if d.Fix != nil && d.File == f.Name {
					fixed = append(fixed, d)
				}
			}
		}
		now = next
	}
	if rounds == 0 {
		return Action{}
	}
	if rounds > 1 {
		edits = []TextEdit{between(f.File, now.file(f.Name).Text)}
	}
	return Action{"Fix all problems of this file that have one correction", FixAll, edits, fixed}
}

// fixOnce returns the snapshot after the fixes of a file, and the edits that were made. It
// returns nil if there are none to make.
func (s *Snapshot) fixOnce(name string) (*Snapshot, []TextEdit) {
	f := s.file(name)
	var edits []TextEdit
	for _, e := range s.errors.Fixes(name) {
		edits = append(edits, f.edit(&e))
	}
	if len(edits) == 0 {
		return nil, nil
	}
	if after, err := s.with(edits); err == nil && !saysMore(s.errors, after.errors) {
		return after, edits
	}
	var kept []TextEdit // as many as can be made together
	last := s
	for _, e := range edits[:min(len(edits), mostApart)] {
		after, err := s.with(append(kept[:len(kept):len(kept)], e))
		if err == nil && !saysMore(last.errors, after.errors) {
			kept, last = append(kept, e), after
		}
	}
	if len(kept) == 0 {
		return nil, nil
	}
	return last, kept
}

// saysMore reports whether there is a problem after a change that has another message than
// those before.
func saysMore(before, after dsl.Diagnostics) bool {
	messages := map[string]int{}
	for i := range before {
		messages[before[i].Message()]++
	}
	for i := range after {
		message := after[i].Message()
		if messages[message]--; messages[message] < 0 {
			return true
		}
	}
	return false
}

// mostApart is how many fixes are made one after the other if they cannot be made at once.
const mostApart = 20

// between returns the edit that makes a file another text: from the first line that differs
// to the last one.
func between(f File, text string) TextEdit {
	from := 0
	for from < min(len(f.Text), len(text)) && f.Text[from] == text[from] {
		from++
	}
	from = strings.LastIndexByte(f.Text[:from], '\n') + 1
	was, is := f.Text[from:], text[from:]
	same := 0
	for same < min(len(was), len(is)) && was[len(was)-1-same] == is[len(is)-1-same] {
		same++
	}
	if i := strings.IndexByte(was[len(was)-same:], '\n'); i >= 0 {
		same -= i
	} else {
		same = 0
	}
	return TextEdit{Range{f.Name, from, len(f.Text) - same}, is[:len(is)-same]}
}
