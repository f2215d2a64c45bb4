package engine

import (
	"fmt"

	"github.com/leadscore/leadscore/bench/internal/columns"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/handwritten"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// Columns is Go written for exactly one model over columns.
var Columns = &Engine{
	Name:   "hand-written over columns",
	Models: []string{"100", "1000"},
	Load: func(d *crm.Data) (Loaded, error) {
		data := columns.Load(d)
		return func(m *rules.Model) Compile {
			return func() (Scorer, error) {
				cut := handwritten.CutoffsAt(crm.AsOf.UnixMicro())
				switch m.Label {
				case "100":
					return each(columns.New100(data, cut).Score), nil
				case "1000":
					return each(columns.New1000(data, cut).Score), nil
				}
				return nil, fmt.Errorf("nobody wrote the model %s over columns", m.Label)
			}
		}, nil
	},
}

// each is a scorer of one lead at a time.
func each(score func(lead int) int64) Scorer {
	return func(leads []int, scores []int64) error {
		for i, lead := range leads {
			scores[i] = score(lead)
		}
		return nil
	}
}
