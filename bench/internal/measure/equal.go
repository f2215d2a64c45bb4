package measure

import (
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/engine"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// Equal scores all leads with two scorers and returns an error if they differ. Nothing
// is timed before it has passed.
func Equal(d *crm.Data, m *rules.Model, a, b string, first, second engine.Scorer) error {
	x, err := engine.ScoreAll(first, len(d.Leads))
	if err != nil {
		return err
	}
	y, err := engine.ScoreAll(second, len(d.Leads))
	if err != nil {
		return err
	}
	return engine.Differ(d, m, a, b, x, y)
}
