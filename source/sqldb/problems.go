package sqldb

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
)

// A Problem is one mismatch between a schema, a mapping and a database, or one mistake
// in a mapping file.
type Problem struct {
	Place   string // in a mapping file, such as crm.json:3:14, with line and character; "" if it is not about one
	Entity  string // as the schema or the mapping calls it
	Field   string // a field or reference; "id" for the record's id; "" for the entity as a whole
	Message string // what is wrong, and how to fix it
	Nearest string // the valid name that was most likely meant, or ""
	Err     error  // the error of the database, or nil

	// Code is the code that docs/audit.md has for a problem of Audit, such as
	// dangling-reference, and Examples the values that its message quotes. Other problems
	// have none.
	Code     string
	Examples []string

	// Tables are those that the database has, if Message says that there is no such
	// table; else nil.
	Tables []string
}

// String returns the problem on one line, without its Err.
func (p Problem) String() string {
	s := cmp.Or(p.Place, p.Entity)
	if p.Field != "" {
		s += "." + p.Field
	}
	return s + ": " + p.Message + nearest.Hint(p.Nearest)
}

// Problems lists mismatches between a schema, a mapping and a database. It is an
// error of [Open], [ReadMapping], [Source.Check] and, for what one query needs, of
// [Source.Fetch]: see [errors.AsType].
type Problems []Problem

// Error returns the problems, one a line, and in a last line the tables that the
// database has, if tables are missing.
func (p Problems) Error() string {
	var lines []string
	tables := ""
	for _, problem := range p {
		line := "sqldb: " + problem.String()
		if problem.Err != nil {
			line += ": " + problem.Err.Error()
		}
		lines = append(lines, line)
		if problem.Tables != nil {
			tables = "sqldb: the database has " + listed(problem.Tables)
		}
	}
	if tables != "" {
		lines = append(lines, tables)
	}
	return strings.Join(lines, "\n")
}

// listed writes the names of tables, if there are many only the first.
func listed(tables []string) string {
	const most = 40
	switch n := len(tables); {
	case n == 0:
		return "no tables"
	case n == 1:
		return "the table " + tables[0]
	case n > most:
		return fmt.Sprintf("the tables %s and %d more", strings.Join(tables[:most], ", "), n-most)
	default:
		return "the tables " + strings.Join(tables[:n-1], ", ") + " and " + tables[n-1]
	}
}

// Unwrap returns the errors of the database among the problems.
func (p Problems) Unwrap() []error {
	var errs []error
	for _, problem := range p {
		if problem.Err != nil {
			errs = append(errs, problem.Err)
		}
	}
	return errs
}
