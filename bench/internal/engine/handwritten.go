package engine

import (
	"fmt"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/handwritten"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// HandWritten is Go written for exactly one model.
var HandWritten = &Engine{
	Name:  "hand-written",
	Sizes: rules.Sizes,
	Load: func(d *crm.Data) (Loaded, error) {
		leads := handwritten.Load(d)
		return func(m *rules.Model) Compile {
			return func() (Scorer, error) {
				score := map[int]func(*handwritten.Lead, *handwritten.Cutoffs) int64{
					7: handwritten.Score7, 20: handwritten.Score20, 100: handwritten.Score100, 1000: handwritten.Score1000,
				}[len(m.Rules)]
				if score == nil {
					return nil, fmt.Errorf("nobody wrote a model of %d rules by hand", len(m.Rules))
				}
				cut := handwritten.CutoffsAt(crm.AsOf.UnixMicro())
				return func(at []int, scores []int64) error {
					for i, lead := range at {
						scores[i] = score(&leads[lead], cut)
					}
					return nil
				}, nil
			}
		}, nil
	},
}
