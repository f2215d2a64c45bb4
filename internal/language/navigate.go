package language

import (
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// occurrence returns the file with a name, and the name of something that is at an offset of
// it.
func (s *Snapshot) occurrence(name string, offset int) (*file, check.Occurrence, bool) {
	f := s.file(name)
	if f == nil {
		return nil, check.Occurrence{}, false
	}
	o, ok := s.info().At(f.tree, offset)
	return f, o, ok
}

// Definition returns where what is named at an offset of a file is declared: an entity is
// declared in each of its blocks, and what follows a root of several kinds by all of them. It
// returns nothing for what the schema declares that the files extend.
func (s *Snapshot) Definition(name string, offset int) []Range {
	_, o, ok := s.occurrence(name, offset)
	if !ok {
		return nil
	}
	objects := []*check.Object{o.Object}
	for _, r := range s.shared(o.Object) {
		if !r.has(o, o.Object.Name) {
			continue
		}
		members := s.members(o.Object.Name)
		for _, e := range r.kinds {
			if x := members[e]; x != nil && !slices.Contains(objects, x) {
				objects = append(objects, x)
			}
		}
	}
	var list []Range
	for _, x := range objects {
		for _, d := range s.declarations(x) {
			list = append(list, occurrenceRange(d))
		}
	}
	return list
}

// References returns where what is named at an offset of a file is used and, if that is
// wanted, where it is declared. A name that is only near to the right one is one of them.
func (s *Snapshot) References(name string, offset int, declaration bool) []Range {
	_, o, ok := s.occurrence(name, offset)
	if !ok {
		return nil
	}
	shared := s.shared(o.Object)
	var list []Range
	for _, of := range s.info().Occurrences {
		isUse := of.Object == o.Object || slices.ContainsFunc(shared, func(r root) bool { return r.has(of, o.Object.Name) })
		if isUse && (declaration || !of.Declares) {
			list = append(list, occurrenceRange(of))
		}
	}
	return list
}

// shared returns the roots of several kinds after which an object is used, if it is a member of
// an interaction.
func (s *Snapshot) shared(o *check.Object) []root {
	if !isMember(o) || o.Entity == nil || o.Entity.Kind() != traverse.Interaction {
		return nil
	}
	return s.roots(o)
}

func occurrenceRange(o check.Occurrence) Range {
	return Range{o.File.Name, o.Span.Start.Offset, o.Span.End.Offset}
}

// declarations returns where an object is declared in the files.
func (s *Snapshot) declarations(o *check.Object) []check.Occurrence {
	var list []check.Occurrence
	for of := range s.info().Of(o) {
		if of.Declares {
			list = append(list, of)
		}
	}
	return list
}

// declaringNode returns the node that an occurrence is the name of, or nil.
func declaringNode(o check.Occurrence) dsl.Node {
	path := dsl.PathAt(o.File, o.Span.Start.Offset)
	for i, n := range path {
		if i > 0 && n.At() == o.Span {
			return path[i-1]
		}
	}
	return nil
}

// A Fold is lines that an editor can hide: those after the one of its start, up to the one of
// its end.
type Fold struct {
	Range
	Comment bool // it is comments
}

// Folds returns the blocks of a file that are more than a line long, and the comments in
// several lines, in the order of the text.
func (s *Snapshot) Folds(name string) []Fold {
	f := s.file(name)
	if f == nil {
		return nil
	}
	var list []Fold
	var open []dsl.Token
	var comments []dsl.Token
	flush := func() {
		if n := len(comments); n > 1 {
			list = append(list, Fold{Range{name, comments[0].Start.Offset, comments[n-1].End.Offset}, true})
		}
		comments = nil
	}
	line := 0 // of the last token
	for _, t := range f.tokens() {
		if t.Class == dsl.ClassComment {
			if n := len(comments); n > 0 && comments[n-1].Start.Line+1 != t.Start.Line {
				flush()
			}
			if line != t.Start.Line { // not at the end of a line
				comments = append(comments, t)
			}
			continue
		}
		line = t.Start.Line
		flush()
		if t.Class != dsl.ClassSign {
			continue
		}
		switch t.Text {
		case "{":
			open = append(open, t)
		case "}":
			if n := len(open); n > 0 {
				if open[n-1].Start.Line < t.Start.Line {
					list = append(list, Fold{Range{name, open[n-1].Start.Offset, t.End.Offset}, false})
				}
				open = open[:n-1]
			}
		}
	}
	flush()
	sortBy(list, func(f Fold) int { return f.Start })
	return list
}
