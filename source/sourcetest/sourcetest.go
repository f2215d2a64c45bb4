// Package sourcetest tests that a [traverse.Source] keeps its contract, as
// testing/fstest does for file systems. To test a source of your own, call [Run]:
//
//	func TestSource(t *testing.T) {
//		sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
//			return newSource(t, schema, records) // load them, and clean up with t.Cleanup
//		})
//	}
//
// A source whose data is fixed, or whose ids have a certain form, is tested with
// [Check] against its own records. Run the test with -race.
package sourcetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/leadscore/leadscore/traverse"
)

// A check tests one part of the contract.
type check struct {
	name string
	run  func(*world) error
}

var checks = []check{
	{"ByID", checkByID},
	{"ByReference", checkByReference},
	{"UnknownKeys", checkUnknownKeys},
	{"Fields", checkFields},
	{"Range", checkRange},
	{"ManyKeys", checkManyKeys},
	{"Limit", checkLimit},
	{"SkipIDs", checkSkipIDs},
	{"Pipeline", checkPipeline},
	{"KeepsNothing", checkKeepsNothing},
	{"Cancelled", checkCancelled},
	{"Concurrent", checkConcurrent},
	{"Leads", checkLeads},
}

// Run tests a source. It calls open once, which must return a source with the
// records of [Records] for the schema of [Schema], and checks that source with one
// subtest for each part of the contract. If open fails it should call t.Fatal.
func Run(t *testing.T, open func(t *testing.T, schema *traverse.Schema, records []Record) traverse.Source) {
	t.Helper()
	schema, records := Schema(), Records()
	source := open(t, schema, records)
	w := newWorld(source, schema, records)
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(w); err != nil {
				t.Error(err)
			}
		})
	}
}

// Check tests that source holds exactly these records of schema's entities, and
// keeps the contract of [traverse.Source]. It returns all violations that it finds,
// joined, or nil if there are none. It cannot find violations that the records do
// not provoke; those of [Records] cover the whole contract.
func Check(source traverse.Source, schema *traverse.Schema, records []Record) error {
	w := newWorld(source, schema, records)
	var errs []error
	for _, c := range checks {
		if err := c.run(w); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.name, err))
		}
	}
	return errors.Join(errs...)
}
