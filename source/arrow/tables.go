package arrow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// Tables are tables in which the records of a schema have been found. They are safe for
// concurrent use, unless a [Table] among them is not.
type Tables struct {
	schema  *traverse.Schema
	bound   map[string]*sqldb.Bound // by entity
	pieces  map[string][]piece      // by entity
	skipBad bool

	mu      sync.Mutex
	skipped sqldb.Skipped
}

// Open returns the tables of the Parquet files in a file system, such as [os.DirFS] returns.
// It reads the footers of the files, and no records. The schema is the one that the models are
// compiled with. The package documentation says how files and columns are found.
//
// If the mapping is wrong, or the files lack something that opts.Needs ask for, the error is
// [Problems], which lists everything: see [errors.AsType]. What the files lack beside that is
// an error of [Tables.Load]. Otherwise the error wraps that of the file system, or ctx.Err()
// if ctx is done.
func Open(ctx context.Context, fsys fs.FS, schema *traverse.Schema, opts sqldb.Options) (*Tables, error) {
	var named []string
	for _, t := range opts.Mapping.Tables {
		named = append(named, t.Name)
	}
	tables, err := found(ctx, fsys, named)
	if err != nil {
		return nil, fmt.Errorf("arrow: listing the files: %w", err)
	}
	return open(ctx, tables, schema, opts)
}

// Bind returns tables of record batches. It is [Open] for data that is in memory, or that
// comes from somewhere else than files.
func Bind(schema *traverse.Schema, opts sqldb.Options, tables ...Table) (*Tables, error) {
	var all []*table
	for _, t := range tables {
		if t.Schema == nil || t.Batches == nil {
			return nil, fmt.Errorf("arrow: the table %s lacks its Schema or Batches", shown.Quote(t.Name))
		}
		all = append(all, &table{t.Name, []piece{batchPiece{t}}})
	}
	return open(context.Background(), all, schema, opts)
}

func open(ctx context.Context, tables []*table, schema *traverse.Schema, opts sqldb.Options) (*Tables, error) {
	if schema == nil {
		return nil, errors.New("arrow: the schema is nil")
	}
	slices.SortStableFunc(tables, func(a, b *table) int { return cmp.Compare(a.name, b.name) })
	byName := map[string]*table{}
	var listed []sqldb.Listed
	for _, t := range tables {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("arrow: reading the footers of files: %w", err)
		}
		if byName[t.name] != nil {
			return nil, fmt.Errorf("arrow: there are two tables %s", shown.Quote(t.name))
		}
		byName[t.name] = t
		listed = append(listed, t.listed())
	}
	bound, err := sqldb.Bind(schema, listed, opts)
	if problems, ok := errors.AsType[sqldb.Problems](err); ok {
		return nil, Problems(problems)
	}
	if err != nil {
		return nil, err
	}
	out := &Tables{schema: schema, bound: bound, pieces: map[string][]piece{}, skipBad: opts.SkipBad}
	for name, b := range bound {
		if t := byName[b.Table]; t != nil {
			out.pieces[name] = t.pieces
		}
	}
	if err := out.Check(opts.Needs); err != nil {
		return nil, err
	}
	return out, nil
}

// Check returns [Problems] that list what needs ask for and the tables lack, or nil if they
// lack nothing. The needs are of the tables' schema. Check reads the footers of all files of
// a table that a need asks for.
func (t *Tables) Check(needs []*traverse.Need) error {
	var problems Problems
	for _, n := range needs {
		b := t.bound[n.Entity]
		if b == nil {
			return fmt.Errorf("arrow: unknown entity %s", shown.Quote(n.Entity))
		}
		if lacks, ok := errors.AsType[sqldb.Problems](b.Lack(n)); ok {
			problems = append(problems, lacks...)
			continue
		}
		if b.Table != "" {
			problems = append(problems, t.uneven(n)...)
		}
	}
	return problems.orNil()
}

// uneven returns the problems of files that differ from the first of their table in columns
// that a need asks for.
func (t *Tables) uneven(n *traverse.Need) Problems {
	var problems Problems
	b, pieces := t.bound[n.Entity], t.pieces[n.Entity]
	members := map[string]*sqldb.BoundColumn{"id": b.ID}
	for _, name := range append([]string{n.By}, n.Fields...) {
		if c := b.Columns[name]; c != nil {
			members[name] = c
		}
	}
	first, err := pieces[0].schema()
	for _, p := range pieces {
		s, fault := p.schema()
		if fault = cmp.Or(err, fault); fault != nil {
			problems = append(problems, sqldb.Problem{Entity: n.Entity, Message: p.String() + " cannot be read", Err: fault})
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			c := members[name]
			at := s.FieldIndices(c.Name)
			switch {
			case len(at) != 1:
				problems = append(problems, sqldb.Problem{Entity: n.Entity, Field: name, Message: fmt.Sprintf(
					"%v has %d columns %s, and %v has one; the files of a table must have the same columns", p, len(at), c.Name, pieces[0])})
			case !alike(s.Field(at[0]), first.Field(first.FieldIndices(c.Name)[0])):
				problems = append(problems, sqldb.Problem{Entity: n.Entity, Field: name, Message: fmt.Sprintf(
					"the column %s is %v in %v and %v in %v; the files of a table must have the same columns",
					c.Name, s.Field(at[0]).Type, p, first.Field(first.FieldIndices(c.Name)[0]).Type, pieces[0])})
			}
		}
	}
	return problems
}

// Skipped returns which rows have been left out so far, by all calls of [Tables.Load]: see
// SkipBad of [sqldb.Options]. It lists the problems of the first 100.
func (t *Tables) Skipped() sqldb.Skipped {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.skipped
	s.Entities, s.Problems = slices.Clone(s.Entities), slices.Clone(s.Problems)
	return s
}

// skip counts a row.
func (t *Tables) skip(p sqldb.Problem) {
	const most = 100
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &t.skipped
	at, ok := slices.BinarySearchFunc(s.Entities, p.Entity, func(c sqldb.Count, name string) int { return cmp.Compare(c.Entity, name) })
	if !ok {
		s.Entities = slices.Insert(s.Entities, at, sqldb.Count{Entity: p.Entity})
	}
	s.Entities[at].Skipped++
	if len(s.Problems) < most {
		s.Problems = append(s.Problems, p)
	}
}

// Problems lists mismatches between a schema, a mapping and tables. It is an error of [Open],
// [Bind], [Tables.Check] and [Tables.Load]: see [errors.AsType].
type Problems []sqldb.Problem

// orNil returns the problems, each once, or nil if there are none.
func (p Problems) orNil() error {
	var out Problems
	seen := map[string]bool{}
	for _, problem := range p {
		if text := problem.String(); !seen[text] {
			seen[text] = true
			out = append(out, problem)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

// Error returns the problems, one a line, and in a last line the tables that there are, if
// tables are missing.
func (p Problems) Error() string {
	var lines []string
	last := ""
	for _, problem := range p {
		line := "arrow: " + problem.String()
		if problem.Err != nil {
			line += ": " + problem.Err.Error()
		}
		lines = append(lines, line)
		if problem.Tables != nil {
			last = "arrow: there are no tables"
			if len(problem.Tables) > 0 {
				last = "arrow: there are the tables " + strings.Join(problem.Tables, ", ")
			}
		}
	}
	if last != "" {
		lines = append(lines, last)
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the errors of files among the problems.
func (p Problems) Unwrap() []error {
	var errs []error
	for _, problem := range p {
		if problem.Err != nil {
			errs = append(errs, problem.Err)
		}
	}
	return errs
}
