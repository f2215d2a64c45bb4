package measure

import (
	"fmt"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/engine"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// A Lab holds the data of a measurement, and what most contests need.
type Lab struct {
	Data   *crm.Data
	loaded map[string]engine.Loaded
	guest  string // the engine of loaded that goes when another comes
}

// NewLab returns a lab over data of so many leads.
func NewLab(leads int, seed uint64) *Lab {
	return &Lab{Data: crm.Generate(leads, seed), loaded: map[string]engine.Loaded{}}
}

// Load returns an engine with the lab's data. The hand-written code and leadscore
// stay loaded, and one more until the next is loaded, so that engines that do not run
// do not burden the collector.
func (l *Lab) Load(e *engine.Engine) (engine.Loaded, error) {
	if loaded := l.loaded[e.Name]; loaded != nil {
		return loaded, nil
	}
	if e != engine.HandWritten && e != engine.Memory {
		delete(l.loaded, l.guest)
		l.guest = e.Name
	}
	loaded, err := e.Load(l.Data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	l.loaded[e.Name] = loaded
	return loaded, nil
}

// Scorer returns an engine's scorer of a model.
func (l *Lab) Scorer(e *engine.Engine, m *rules.Model) (engine.Scorer, error) {
	loaded, err := l.Load(e)
	if err != nil {
		return nil, err
	}
	score, err := loaded(m)()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	return score, nil
}

// Against calls f with the contests, cold and hot, of an engine against another
// one by a model. They have given every lead the same score.
func (l *Lab) Against(base, other *engine.Engine, m *rules.Model, f func(Contest) error) error {
	first, err := l.Scorer(base, m)
	if err != nil {
		return err
	}
	second, err := l.Scorer(other, m)
	if err != nil {
		return err
	}
	if err := Equal(l.Data, m, base.Name, other.Name, first, second); err != nil {
		return err
	}
	for _, mode := range []struct {
		name   string
		slices []Slice
	}{{"cold", Cold(len(l.Data.Leads))}, {"hot", Hot(len(l.Data.Leads))}} {
		err := f(Contest{
			Name: m.Label + "/" + mode.name, What: other.Name, Against: base.Name,
			Base: first, Other: second, Slices: mode.slices,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
