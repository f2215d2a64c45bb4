package enginetest_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/traverse"
)

// TestBadRecordsFailTheirLeads: if some records make each query fail that finds
// them, the leads that need them fail, with an error of their own query, and all
// other leads have their scores, whatever the batches are.
func TestBadRecordsFailTheirLeads(t *testing.T) {
	below, ids := contractData(t)
	model := scoretest.Compile(t, contractModel)
	set, err := leadscore.NewSet(model)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		// With few bad records some of the single keys that are asked for are answered.
		few := func(label string) []int {
			return rapid.SliceOfNDistinct(rapid.IntRange(0, len(ids)-1), 0, 3, rapid.ID[int]).Draw(r, label)
		}
		badLeads, badContacts, badOpens := few("leads"), few("contacts"), few("interactions of contacts")
		source := &scoretest.Recorder{Source: below, Before: func(q *traverse.Query, _ *traverse.Rows) error {
			bad, letter := badLeads, "l"
			if q.Entity == "Contact" {
				bad, letter = badContacts, "c"
			} else if q.Entity == "EmailOpened" {
				bad, letter = badOpens, "c"
			}
			for _, i := range bad {
				if k := fmt.Sprint(letter, i); slices.Contains(q.Keys, k) {
					return badRecord{q.Entity, k, len(q.Keys)}
				}
			}
			return nil
		}}
		batch := rapid.SampledFrom([]int{1, 5, 256}).Draw(r, "batch")
		i := 0
		for result, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), source, scoretest.AsOf, leadscore.Batch(batch)) {
			own, failed := errors.AsType[badRecord](err)
			want := slices.Contains(badLeads, i) || slices.Contains(badContacts, i) || slices.Contains(badOpens, i)
			switch {
			case failed != want || err != nil && !failed:
				r.Fatalf("%s: %v, %v", ids[i], result, err)
			case failed && (own.keys != 1 || own.key[1:] != ids[i][1:]):
				r.Fatalf("%s has the error of %+v", ids[i], own)
			case !failed:
				alone, err := model.Score(t.Context(), ids[i], below, scoretest.AsOf)
				if err != nil || alone.Score != result.Results[0].Score {
					r.Fatalf("%s: %d, and alone %d, %v", ids[i], result.Results[0].Score, alone.Score, err)
				}
			}
			i++
		}
		if i != len(ids) {
			r.Fatalf("%d results", i)
		}
	})
}

// A badRecord is the error of a query that found a bad record.
type badRecord struct {
	entity, key string
	keys        int // of the query
}

func (b badRecord) Error() string { return "a value of " + b.entity + " " + b.key }
