package command

import (
	"context"
	"iter"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/traverse"
)

// A Database is one state of a database: whatever is read of it, and when, it is as if
// read at once. A command calls its methods from one goroutine.
type Database interface {
	// Name returns what messages call the database. It holds no password.
	Name() string

	// Records connects to the database, unless it is connected, and returns the records
	// that a request asks for. They can be read until the database is closed. A command
	// calls it again for rules with another schema.
	Records(ctx context.Context, r Request) (Records, error)

	// Draft returns a first mapping of the tables, as a file that --mapping names, and notes
	// for the person who corrects it. The queries of the request, if there are any, are
	// what the mapping is wanted for: notes say what is missing.
	Draft(ctx context.Context, r Request) (mapping []byte, notes []string, err error)

	// Skipped returns lines about the rows that were skipped so far, or "": see
	// Request.SkipBad.
	Skipped() string

	// Close ends the use of the database. No error of it matters: nothing was written.
	Close()
}

// A Request is what a command reads of a database.
type Request struct {
	Schema  *leadscore.Schema
	Queries []traverse.Query // what the rules ask for, without keys
	Mapping *leadscore.File  // of --mapping, or nil
	Zone    *time.Location   // where a day begins in which a field wants a time
	SkipBad bool             // whether to skip rows in which something is wrong

	// Keyed says that records are to be queried by their keys, as leads need them. That
	// is less work for few leads, and takes little memory for many. Otherwise whole
	// tables are to be read, as far as Queries ask for them.
	Keyed bool

	// MaxRecords, if it is positive, is how many records may be in memory at a time. If
	// whole tables have more, what is returned is [Parted].
	MaxRecords int

	// More says that another request will follow, for the same state of the database.
	More bool

	// Progress shows people what is being done. It may be called concurrently.
	Progress func(text string)
}

// Records is the records of files or of a database. It is safe for concurrent use.
//
// What holds its records in memory is a columns.Lender, and is checked by package
// audit. What does not may be an [Auditor].
type Records interface {
	leadscore.Source
	Leads(ctx context.Context) iter.Seq2[string, error]
}

// Parted is records of which only a part is in memory at a time. As a source it queries
// records by their keys.
type Parted interface {
	// Parts yields some leads after the other, with the records to score them from. Each
	// lead is in one part. An error ends it.
	Parts(ctx context.Context) iter.Seq2[Part, error]
}

// A Part is some leads, and a source that holds what their scores depend on in memory.
type Part struct {
	Leads  []string
	Source leadscore.Source
}

// An Auditor finds what about its data does not meet the rules of a set.
type Auditor interface {
	Audit(ctx context.Context, set *leadscore.Set) (audit.Findings, error)
}
