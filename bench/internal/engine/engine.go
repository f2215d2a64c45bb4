// Package engine holds the engines that can score the workload, one file for
// each. To add one, write a file with an [Engine] and list it in [All].
package engine

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// An Engine scores leads in three steps, so that each can be timed by itself.
type Engine struct {
	Name string
	// Models are the labels of the models that the engine can score; nil is any.
	Models []string
	// Load converts the data into the form that suits the engine best.
	Load func(d *crm.Data) (Loaded, error)
}

// Loaded is an engine with data. It writes a model in the engine's own language, and
// returns a function that compiles it.
type Loaded func(m *rules.Model) Compile

// Compile makes a model of text ready to score.
type Compile func() (Scorer, error)

// A Scorer scores the leads at those positions, in their order.
type Scorer func(leads []int, scores []int64) error

// Can reports whether the engine can score a model.
func (e *Engine) Can(m *rules.Model) bool {
	return e.Models == nil || slices.Contains(e.Models, m.Label)
}

// All lists the engines. The first is what the others are measured against.
func All() []*Engine {
	return []*Engine{HandWritten, Columns, Memory, MemoryScores, MemoryOne, Rows, Blocks, Structs, Expr, Cel, Starlark}
}

// Find returns the engine of that name.
func Find(name string) (*Engine, error) {
	for _, e := range All() {
		if e.Name == name {
			return e, nil
		}
	}
	return nil, fmt.Errorf("no engine is called %q", name)
}
