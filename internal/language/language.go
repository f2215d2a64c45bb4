// Package language is what editors need to know of rules: problems and findings,
// completion, what a word means, where a name is declared and used, other names, symbols,
// hints, and changes that people may want.
//
// Its functions are about a [Snapshot], the texts of the files of one project at one time. They
// read no files and start no goroutines: a program that talks to an editor, or a page,
// gives them texts. All places are offsets in bytes; [dsl.Lines] converts them.
//
// The files of the package can be read one after the other: index.go, values.go, language.go and
// declared.go are what is known of files; place.go, candidates.go, meanings.go, describe.go,
// construct.go, worddoc.go, completewords.go, completenames.go and complete.go are completion;
// the others answer one kind of question each.
package language

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/traverse"
)

// A File is the text of a rule file, and its name in diagnostics.
type File struct{ Name, Text string }

// A Range is a part of a file, from the byte at Start up to, but not including, that at End.
type Range struct {
	File       string
	Start, End int
}

// A TextEdit replaces a part of a file with New.
type TextEdit struct {
	Range
	New string
}

// A Snapshot is the files of one project at one time: their trees, and what they were checked
// to. It does not change, and is safe for concurrent use.
type Snapshot struct {
	base   *traverse.Schema // that the files extend, or nil
	files  []*file
	byName map[string]*file
	set    *check.Set
	errors dsl.Diagnostics
	info   func() *check.Info
	known  sync.Map // what once has found out

	finding sync.Mutex
	found   dsl.Diagnostics // the findings, once they are known
	isFound bool
}

// A file is a file of a snapshot. Snapshots share it while its text is the same.
type file struct {
	File
	tree   *dsl.File
	parsed dsl.Diagnostics
	tokens func() []dsl.Token
	index  func() *index
	used   func() *used
}

// New parses and checks files, which compile together and extend a schema. The schema may be
// nil: then the files declare everything. old may be nil, too; what is as in old is not done
// again. Of several files with the same name, all but the first are left out.
func New(old *Snapshot, schema *traverse.Schema, files []File) *Snapshot {
	s := &Snapshot{base: schema, byName: map[string]*file{}}
	for _, f := range files {
		if s.byName[f.Name] != nil {
			continue
		}
		known := old.file(f.Name)
		if known == nil || known.Text != f.Text {
			known = newFile(f)
		}
		s.files = append(s.files, known)
		s.byName[f.Name] = known
	}
	if old != nil && old.base == schema && slices.Equal(old.files, s.files) {
		return old
	}
	trees := s.trees()
	parsed := make([]dsl.Diagnostics, len(s.files))
	for i, f := range s.files {
		parsed[i] = slices.Clone(f.parsed)
	}
	set, found := check.NewSet(schema, trees...)
	s.set = set
	s.errors = check.Merge(trees, parsed, found, dsl.Limits{}.WithDefaults().Problems)
	s.info = sync.OnceValue(func() *check.Info { return check.NewInfo(set.Schema, trees...) })
	return s
}

func newFile(f File) *file {
	tree, diags := dsl.Parse(f.Name, f.Text, dsl.Limits{})
	return &file{
		File: f, tree: tree, parsed: diags,
		tokens: sync.OnceValue(func() []dsl.Token { return dsl.Tokens(tree) }),
		index:  sync.OnceValue(func() *index { return newIndex(tree) }),
		used:   sync.OnceValue(func() *used { return newUsed(tree) }),
	}
}

// file returns the file with a name, or nil. A nil snapshot has none.
func (s *Snapshot) file(name string) *file {
	if s == nil {
		return nil
	}
	return s.byName[name]
}

// trees returns the trees of the files.
func (s *Snapshot) trees() []*dsl.File {
	trees := make([]*dsl.File, len(s.files))
	for i, f := range s.files {
		trees[i] = f.tree
	}
	return trees
}

// Files returns the files, in the order in which they were given.
func (s *Snapshot) Files() []File {
	list := make([]File, len(s.files))
	for i, f := range s.files {
		list[i] = f.File
	}
	return list
}

// Schema returns the schema that the files make of the one that they extend.
func (s *Snapshot) Schema() *traverse.Schema { return s.set.Schema }

// Diagnostics returns what is wrong with the rules, as compiling them does. The caller must
// not change it.
func (s *Snapshot) Diagnostics() dsl.Diagnostics { return s.errors }

// Findings returns what is odd about rules that are not wrong, by file and place. It returns
// nothing if something is wrong. It takes longer than checking; once ctx is done, it returns
// the error of ctx. What it has found is kept. The caller must not change it.
func (s *Snapshot) Findings(ctx context.Context) (dsl.Diagnostics, error) {
	if len(s.errors) > 0 {
		return nil, nil
	}
	s.finding.Lock()
	defer s.finding.Unlock()
	if s.isFound {
		return s.found, nil
	}
	var all dsl.Diagnostics
	for part, err := range findings.Each(ctx, s.set, time.Time{}, s.trees()...) {
		if err != nil {
			return nil, err
		}
		all = append(all, part.Found...)
	}
	order := map[string]int{}
	for i, f := range s.files {
		order[f.Name] = i
	}
	slices.SortStableFunc(all, func(a, b dsl.Diagnostic) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset))
	})
	s.found, s.isFound = all, true
	return all, nil
}

// once returns what find finds out about something. It asks find only once, or seldom more often
// if several ask at the same time.
func (s *Snapshot) once(about any, find func() any) any {
	if known, ok := s.known.Load(about); ok {
		return known
	}
	known, _ := s.known.LoadOrStore(about, find())
	return known
}

// rangeOf returns the range of a span of a file.
func (f *file) rangeOf(at dsl.Span) Range {
	return Range{f.Name, at.Start.Offset, at.End.Offset}
}

// sortBy sorts a list by a key, and keeps the order of those with equal keys.
func sortBy[T any, K cmp.Ordered](list []T, key func(T) K) {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}
