package language

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// PrepareRename returns the place of the name at an offset of a file, without quotes, and the
// name. The error says why what is there cannot be called otherwise.
func (s *Snapshot) PrepareRename(name string, offset int) (Range, string, error) {
	f, o, ok := s.occurrence(name, offset)
	if !ok {
		return Range{}, "", errors.New("there is nothing here that has a name")
	}
	if err := s.renamable(o); err != nil {
		return Range{}, "", err
	}
	at := occurrenceRange(o)
	text := f.Text[at.Start:at.End]
	if sign := strings.TrimLeft(text, "+-"); len(sign) < len(text) {
		at.Start, text = at.Start+len(text)-len(sign), sign
	}
	if len(text) > 1 && (text[0] == '"' || text[0] == '`') {
		at.Start, at.End = at.Start+1, at.End-1
	}
	return at, o.Object.Name, nil
}

// renamable returns an error if what an occurrence is of cannot be called otherwise.
func (s *Snapshot) renamable(o check.Occurrence) error {
	what := fmt.Sprintf("%s %s", o.Object.Kind, o.Object.Name)
	switch {
	case o.Tentative:
		return fmt.Errorf("this is not the name of something; correct it to %s first", o.Object.Name)
	case s.isFromSchema(o.Object), len(s.declarations(o.Object)) == 0:
		return fmt.Errorf("the %s is not declared in these files", what)
	case isFixed(o.Object):
		return fmt.Errorf("the language knows the %s by its name", what)
	}
	return nil
}

// isFixed reports whether an object has a name that means something in rules, whatever the
// schema.
func isFixed(o *check.Object) bool {
	fixed := []string{traverse.Lead, traverse.Contact, traverse.Account}
	switch {
	case o.Kind != check.EntityObject && o.Kind != check.FieldObject && o.Kind != check.RelationshipObject:
		return false
	case o.Kind != check.EntityObject && o.Entity.Kind() == traverse.Interaction:
		fixed = []string{traverse.Timestamp, traverse.Contact, traverse.Lead}
	case o.Kind != check.EntityObject:
		fixed = []string{traverse.ParentContact, traverse.ParentAccount}
		if o.Entity.Name() != traverse.Lead && o.Entity.Name() != traverse.Contact {
			return false
		}
	}
	return slices.Contains(fixed, o.Name)
}

// Rename returns the edits by which what is named at an offset of a file is called otherwise
// wherever it is declared or used, by file and place. The error says why that cannot be: the
// name is taken, cannot be a name, or would mean something else somewhere. Data that have
// the old name of an entity, a field or a relationship must be changed, too, and so must those
// that choose a model by its name.
func (s *Snapshot) Rename(name string, offset int, to string) ([]TextEdit, error) {
	_, o, ok := s.occurrence(name, offset)
	if !ok {
		return nil, errors.New("there is nothing here that has a name")
	}
	if err := s.renamable(o); err != nil {
		return nil, err
	}
	if to == o.Object.Name {
		return nil, nil
	}
	if err := checkName(o.Object.Kind, to); err != nil {
		return nil, err
	}
	objects, err := s.together(o.Object)
	if err != nil {
		return nil, err
	}
	for _, other := range objects {
		if err := s.taken(other, to); err != nil {
			return nil, err
		}
	}
	labels, err := s.labelEdits(o.Object, to)
	if err != nil {
		return nil, err
	}
	edits := slices.Concat(s.nameEdits(objects, to, false), labels)
	err = s.sameMeaning(edits)
	if err != nil && isNamed(o.Object.Kind) { // in back quotes a word is never a keyword
		quoted := slices.Concat(s.nameEdits(objects, to, true), labels)
		if s.sameMeaning(quoted) == nil {
			edits, err = quoted, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the %s %s cannot be called %s: %w", o.Object.Kind, o.Object.Name, to, err)
	}
	s.sort(edits)
	return edits, nil
}

// sort sorts edits by file and place.
func (s *Snapshot) sort(edits []TextEdit) {
	order := map[string]int{}
	for i, f := range s.files {
		order[f.Name] = i
	}
	slices.SortStableFunc(edits, func(a, b TextEdit) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Start, b.Start))
	})
}

// isNamed reports whether objects of a kind have names, and not texts.
func isNamed(kind check.ObjectKind) bool { return kind <= check.LetObject }

// checkName returns an error for what cannot be the name of an object.
func checkName(kind check.ObjectKind, name string) error {
	const longest = 256
	switch {
	case strings.TrimSpace(name) == "":
		return errors.New("a name must not be empty")
	case !utf8.ValidString(name):
		return errors.New("a name must be UTF-8")
	case isNamed(kind) && (!traverse.IsName(name) || len(name) > longest):
		return fmt.Errorf("%q cannot be the name of a %s: such a name has no back quotes and control characters, and at most %d bytes", name, kind, longest)
	}
	return nil
}

// space returns what an object shares its names with: two objects with equal spaces must have
// different names.
func space(o *check.Object) any {
	kind := o.Kind
	switch kind {
	case check.PartObject, check.DimensionObject:
		kind = check.ConditionObject
	case check.RelationshipObject:
		kind = check.FieldObject
	case check.LetObject, check.TestObject:
		return o // depends on where it is
	}
	return struct {
		kind check.ObjectKind
		in   *check.Object
		of   *traverse.Entity
	}{kind, o.In, recordEntity(o)}
}

// recordEntity returns the entity of a record, or nil.
func recordEntity(o *check.Object) *traverse.Entity {
	if o.Kind == check.RecordObject {
		return o.Entity
	}
	return nil
}

// taken returns an error if something else has a name that an object cannot share with it.
func (s *Snapshot) taken(o *check.Object, name string) error {
	for _, other := range s.info().Occurrences {
		if x := other.Object; other.Declares && x != o && x.Name == name && space(x) == space(o) {
			return fmt.Errorf("there is a %s %s already, in line %d of %s", x.Kind, name, other.Span.Start.Line, other.File.Name)
		}
	}
	if e := o.Entity; e != nil && (o.Kind == check.FieldObject || o.Kind == check.RelationshipObject) {
		_, field := e.Field(name)
		_, relationship := e.Relationship(name)
		if field || relationship {
			return fmt.Errorf("%s has a %s already", e.Name(), name)
		}
	}
	if o.Kind == check.EntityObject && s.set.Schema.Entity(name) != nil {
		return fmt.Errorf("there is an entity %s already", name)
	}
	return nil
}

// nameEdits returns the edits that give objects another name, in back quotes if they must be.
func (s *Snapshot) nameEdits(objects []*check.Object, to string, quotes bool) []TextEdit {
	var edits []TextEdit
	for _, o := range objects {
		for of := range s.info().Of(o) {
			if of.Tentative {
				continue
			}
			at := occurrenceRange(of)
			was := s.file(at.File).Text[at.Start:at.End]
			if sign := strings.TrimLeft(was, "+-"); isNamed(o.Kind) && len(sign) < len(was) {
				at.Start, was = at.Start+len(was)-len(sign), sign
			}
			edits = append(edits, TextEdit{at, spelled(o, to, quotes)})
		}
	}
	return edits
}

// spelled returns a new name of an object as rules have it: in back quotes only if it must be,
// as in the canonical form.
func spelled(o *check.Object, to string, quotes bool) string {
	switch {
	case !isNamed(o.Kind):
		return quote(to)
	case quotes:
		return "`" + to + "`"
	}
	return (&dsl.Name{Text: to}).String()
}

// sameMeaning returns an error if the files do not mean the same after edits: if they have
// problems that they do not have now, or if a name means something else.
func (s *Snapshot) sameMeaning(edits []TextEdit) error {
	after, err := s.with(edits)
	if err != nil {
		return err
	}
	if d := newProblem(s.errors, after.errors); d != nil {
		return fmt.Errorf("line %d of %s would have a problem: %s", d.Span.Start.Line, d.File, d.Message())
	}
	was, is := s.info().Occurrences, after.info().Occurrences
	to, from := map[*check.Object]*check.Object{}, map[*check.Object]*check.Object{}
	for i := range max(len(was), len(is)) {
		if i >= len(was) || i >= len(is) {
			return errors.New("it would mean something else somewhere")
		}
		a, b := was[i], is[i]
		if to[a.Object] == nil && from[b.Object] == nil {
			to[a.Object], from[b.Object] = b.Object, a.Object
		}
		if to[a.Object] != b.Object || from[b.Object] != a.Object || a.Declares != b.Declares || a.Object.Kind != b.Object.Kind || a.Tentative != b.Tentative {
			return fmt.Errorf("it would mean something else in line %d of %s", a.Span.Start.Line, a.File.Name)
		}
	}
	return nil
}

// newProblem returns a problem that is among after and not among before, or nil. Problems are
// the same if they are of the same kind in the same file, as their messages and places may
// differ.
func newProblem(before, after dsl.Diagnostics) *dsl.Diagnostic {
	type kind struct {
		file string
		code dsl.Code
	}
	known := map[kind]int{}
	messages := map[string]bool{}
	for _, d := range before {
		known[kind{d.File, d.Code}]++
		messages[d.Summary] = true
	}
	for i := range after {
		known[kind{after[i].File, after[i].Code}]--
	}
	var found *dsl.Diagnostic
	for i := range after {
		if d := &after[i]; known[kind{d.File, d.Code}] < 0 && (found == nil || messages[found.Summary]) {
			found = d
		}
	}
	return found
}

// with returns the snapshot after edits.
func (s *Snapshot) with(edits []TextEdit) (*Snapshot, error) {
	byFile := map[string][]dsl.Edit{}
	for _, e := range edits {
		at := dsl.Span{Start: dsl.Pos{Offset: e.Start}, End: dsl.Pos{Offset: e.End}}
		byFile[e.File] = append(byFile[e.File], dsl.Edit{Span: at, Text: e.New})
	}
	files := s.Files()
	for i := range files {
		text, err := dsl.ApplyEdits(files[i].Text, byFile[files[i].Name])
		if err != nil {
			return nil, err
		}
		files[i].Text = text
	}
	return New(s, s.base, files), nil
}
