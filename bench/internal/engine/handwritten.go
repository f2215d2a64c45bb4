package engine

import (
	"fmt"
	"maps"
	"slices"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/handwritten"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// handwrittenScores are the functions by the labels of their models.
var handwrittenScores = map[string]func(*handwritten.Lead, *handwritten.Cutoffs) int64{
	"7": handwritten.Score7, "20": handwritten.Score20, "100": handwritten.Score100, "1000": handwritten.Score1000,
	rules.StructuredLabel: handwritten.ScoreStructured,
}

// HandWritten is Go written for exactly one model.
var HandWritten = &Engine{
	Name:   "hand-written",
	Models: slices.Collect(maps.Keys(handwrittenScores)),
	Load: func(d *crm.Data) (Loaded, error) {
		leads := handwritten.Load(d)
		return func(m *rules.Model) Compile {
			return func() (Scorer, error) {
				score := handwrittenScores[m.Label]
				if score == nil {
					return nil, fmt.Errorf("nobody wrote the model %s by hand", m.Label)
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
