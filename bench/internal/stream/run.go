package stream

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/heap"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// Figures are the results of a run. Live bytes are those left on the heap after one of
// the collections that the run starts.
type Figures struct {
	Leads        int
	Interactions int64 // handed over by the source
	Took         time.Duration
	Live         uint64 // at most
	Late         uint64 // live bytes towards the end: the median of the last looks
	Peak         uint64 // the most bytes on the heap, garbage included
}

// Compile returns a set of one model of 20 rules for a [Source].
func Compile() (*leadscore.Set, error) {
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		return nil, err
	}
	m := rules.Measured(20)
	return leadscore.CompileSet(schema, []leadscore.File{{Name: m.Name, Text: m.Text()}})
}

// Run scores all leads of a source in one stream and calls each with every result.
// At regular intervals it collects garbage, in the body of the loop, and measures the
// heap.
func Run(set *leadscore.Set, s *Source, every int, each func(leadscore.SetResult), opts ...leadscore.Option) (Figures, error) {
	const last = 20
	var looks []uint64 // the last ones
	f := Figures{}
	before := s.Interactions()
	opts = append(opts, leadscore.AsOf(crm.AsOf))
	peak := heap.Watch()
	defer peak()
	start := time.Now()
	for r, err := range set.ScoreAll(context.Background(), s.IDs(), s, opts...) {
		if err == nil && r.Results[0].Status != leadscore.Scored {
			err = fmt.Errorf("%s: %s", r.Lead, r.Results[0].Status)
		}
		if err != nil {
			return Figures{}, err
		}
		each(r)
		if f.Leads++; f.Leads%every == 0 {
			if len(looks) == last {
				looks = slices.Delete(looks, 0, 1)
			}
			looks = append(looks, heap.Live())
			f.Live = max(f.Live, looks[len(looks)-1])
		}
	}
	f.Took = time.Since(start)
	f.Peak = peak()
	f.Interactions = s.Interactions() - before
	if slices.Sort(looks); len(looks) > 0 {
		f.Late = looks[len(looks)/2]
	}
	return f, nil
}
