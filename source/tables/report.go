package tables

import (
	"fmt"
	"slices"
)

// A Report says what was loaded, and what was not.
type Report struct {
	Entities []Count  // in the order in which they were read
	Problems Problems // of skipped records, and of rows to look up; empty without Options.SkipBad
	Notes    []string // about things that were ignored or not found, for people to read
	Warnings []Warning
}

// A Warning is about values that may mean something else than what was read. Package
// audit reports those that the rules of a set ask for.
type Warning struct {
	Kind   WarningKind
	Entity string
	Field  string // or a reference, or id; "" = the record as a whole
	File   string // its path in the folder, or the pattern of several

	Count    int      // how many values
	Of       int      // of how many
	Message  string   // what is odd, on one line, without Entity and Field
	Examples []string // values as the file has them, at most 3
	Help     string   // what to do
}

// A WarningKind says what a [Warning] is about.
type WarningKind string

// The kinds of warnings.
const (
	// AmbiguousNumber is a column without a mapping in which every number with a point
	// has three digits after it: 350.000 was read as 350, and may be 350 thousand.
	AmbiguousNumber WarningKind = "ambiguous-number"
	// NearWhere is rows that a mapping's where leaves out, though a cell is almost one
	// of its words: it differs in letter case, blanks, characters that cannot be seen,
	// or letters that look alike.
	NearWhere WarningKind = "near-where"
	// NearNull is texts that are not null, though they almost are a word for it.
	NearNull WarningKind = "near-null"
	// NearKey is keys that a lookup does not find, though it almost has them.
	NearKey WarningKind = "near-key"
)

// A Count holds how many records of an entity there were. A row that cannot be read
// counts once for each entity that the mapping reads from it.
type Count struct {
	Entity  string
	Records int // loaded
	Skipped int // because something is wrong with them

	// Repeated is how many records were left out because they equal one that was
	// loaded, in their id and in all that is read of them.
	Repeated int
}

// Records returns how many records were loaded.
func (r *Report) Records() int {
	n := 0
	for _, c := range r.Entities {
		n += c.Records
	}
	return n
}

// Skipped returns how many records were skipped.
func (r *Report) Skipped() int {
	n := 0
	for _, c := range r.Entities {
		n += c.Skipped
	}
	return n
}

// A file is one file to load.
type file struct {
	path  string // in the file system
	shown string // in problems
	base  string // in notes and made-up ids
	part  string // a JSON pointer to what is read of it, in made-up ids; "" = all
}

// A reporter collects the problems and notes of one call of [Load].
type reporter struct {
	out    *Report
	fatal  bool // a problem came that skipping records does not solve
	fatals int  // how many
	// pending are the problems of the records of one row, until all tables have read
	// the row. Those that were reported already are not reported again.
	pending  []Problem
	reported map[Problem]bool
}

// fail adds a problem that concerns more than one record.
func (r *reporter) fail(p Problem) {
	r.fatal = true
	r.fatals++
	if r.fatals < MaxProblems/2 {
		r.out.Problems.addFatal(p)
	} else {
		r.out.Problems.add(p)
	}
}

// broken is fail for a problem on a line of a file.
func (r *reporter) broken(f file, line int, format string, args ...any) {
	r.fail(Problem{File: f.shown, Line: line, Message: fmt.Sprintf(format, args...)})
}

func (r *reporter) note(format string, args ...any) {
	r.out.Notes = append(r.out.Notes, fmt.Sprintf(format, args...))
}

func (r *reporter) warn(w Warning) { r.out.Warnings = append(r.out.Warnings, w) }

// noteOnce is note for a fact that several lookups and tables may find.
func (r *reporter) noteOnce(format string, args ...any) {
	if note := fmt.Sprintf(format, args...); !slices.Contains(r.out.Notes, note) {
		r.out.Notes = append(r.out.Notes, note)
	}
}

// count returns the position of the count of an entity.
func (r *reporter) count(entity string) (at int) {
	entities := &r.out.Entities
	at = slices.IndexFunc(*entities, func(c Count) bool { return c.Entity == entity })
	if at < 0 {
		at = len(*entities)
		*entities = append(*entities, Count{Entity: entity})
	}
	return at
}

// loaded counts a record at a place that count returned.
func (r *reporter) loaded(at int) { r.out.Entities[at].Records++ }

// repeated counts a record that equals another.
func (r *reporter) repeated(at int) { r.out.Entities[at].Repeated++ }

// noteRepeated adds notes about the records that equal others.
func (r *reporter) noteRepeated() {
	for _, c := range r.out.Entities {
		if c.Repeated > 0 {
			r.note("%s: left out %s that equal another in all that is read of them", c.Entity, count(c.Repeated, "record"))
		}
	}
}

// skipped counts a record in which something is wrong, and adds the problems to the
// pending ones.
func (r *reporter) skipped(at int, bad []Problem) {
	r.out.Entities[at].Skipped++
	slices.SortStableFunc(bad, byLine)
	r.pending = append(r.pending, bad...)
}

func byLine(p, q Problem) int { return p.Line - q.Line }

// flush reports the pending problems, equal ones only once.
func (r *reporter) flush() {
	if len(r.pending) == 0 {
		return
	}
	slices.SortStableFunc(r.pending, byLine)
	seen := make(map[Problem]bool, len(r.pending))
	for _, p := range r.pending {
		if !seen[p] && !r.reported[p] {
			r.out.Problems.add(p)
		}
		seen[p] = true
	}
	r.pending = r.pending[:0]
}

// isNew reports whether a problem has not been passed to isNew before. Tables that
// find it later do not report it again.
func (r *reporter) isNew(p Problem) bool {
	if r.reported[p] {
		return false
	}
	if r.reported == nil {
		r.reported = map[Problem]bool{}
	}
	if len(r.reported) < MaxProblems { // problems beyond these are not listed
		r.reported[p] = true
	}
	return true
}
