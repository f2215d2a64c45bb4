package sqldb

import (
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// Options say how a database is read. The zero Options suit a database that uses
// the names of the schema.
type Options struct {
	// Mapping says where the records are that are not found by their names.
	Mapping Mapping

	// Needs are what the models ask for, such as Set.Needs of package leadscore
	// returns. [Open] fails if the database lacks something of it. What only other
	// rules need may be missing until they ask for it. Without Needs the first
	// query that needs what is missing fails; see also [Source.Check].
	Needs []*traverse.Need

	// Zone is the time zone in which a day begins where a field wants a time. If it
	// is nil, that is UTC. The zone of the models is the right one: see Set.Zone of
	// package leadscore.
	Zone *time.Location

	// SkipBad skips rows in which something is wrong: a value that does not suit its
	// field, or no id. [Source.Skipped] counts them and lists the problems. Without
	// it, such a row is an error of the leads that need it. The row of a lead that
	// is scored is never skipped.
	SkipBad bool
}
