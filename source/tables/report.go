package tables

import (
	"fmt"
	"slices"
)

// A Report says what was loaded, and what was not.
type Report struct {
	Entities []Count  // in the order in which they were read
	Problems Problems // of the records that were skipped, and of rows to look up; empty without Options.SkipBad
	Notes    []string // what was ignored or not found, for people to read
}

// A Count says how many records of an entity there were. A row that cannot be
// read counts for each entity that a mapping would make of it.
type Count struct {
	Entity  string
	Records int // loaded
	Skipped int // left out, as something is wrong with them
}

// Records returns how many records were loaded.
func (r *Report) Records() int {
	n := 0
	for _, c := range r.Entities {
		n += c.Records
	}
	return n
}

// Skipped returns how many records were left out.
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
}

// A reporter gathers what one call of [Load] has to say.
type reporter struct {
	out   *Report
	fatal bool             // a problem came that skipping records does not solve
	held  []Problem        // of the records of a row, until all tables have seen it
	told  map[Problem]bool // which a table that finds them need not tell once more
}

// fail adds a problem that concerns more than a record.
func (r *reporter) fail(p Problem) {
	r.fatal = true
	r.out.Problems.add(p)
}

// broken is fail for what is wrong on a line of a file.
func (r *reporter) broken(f file, line int, format string, args ...any) {
	r.fail(Problem{File: f.shown, Line: line, Message: fmt.Sprintf(format, args...)})
}

func (r *reporter) note(format string, args ...any) {
	r.out.Notes = append(r.out.Notes, fmt.Sprintf(format, args...))
}

// noteOnce is note for what several lookups and tables may find.
func (r *reporter) noteOnce(format string, args ...any) {
	if note := fmt.Sprintf(format, args...); !slices.Contains(r.out.Notes, note) {
		r.out.Notes = append(r.out.Notes, note)
	}
}

// count returns where records of an entity are counted.
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

// skipped counts a record in which something is wrong, and holds the problems.
func (r *reporter) skipped(at int, bad []Problem) {
	r.out.Entities[at].Skipped++
	slices.SortStableFunc(bad, byLine)
	r.held = append(r.held, bad...)
}

func byLine(p, q Problem) int { return p.Line - q.Line }

// tell reports what is wrong with the records of a row, and the same only once.
func (r *reporter) tell() {
	if len(r.held) == 0 {
		return
	}
	slices.SortStableFunc(r.held, byLine)
	seen := make(map[Problem]bool, len(r.held))
	for _, p := range r.held {
		if !seen[p] && !r.told[p] {
			r.out.Problems.add(p)
		}
		seen[p] = true
	}
	r.held = r.held[:0]
}

// once reports whether a problem is new, and has tables that find it later not
// tell it once more.
func (r *reporter) once(p Problem) bool {
	if r.told[p] {
		return false
	}
	if r.told == nil {
		r.told = map[Problem]bool{}
	}
	if len(r.told) < MaxProblems { // of others it does not show
		r.told[p] = true
	}
	return true
}
