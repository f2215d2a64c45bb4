package sidebyside

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/cpu"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/source/tables"
)

// A Loader loads a folder of CSV files, as [crm.Data.WriteCSV] writes it, and scores its
// leads.
type Loader struct {
	Name string
	// Load loads the folder, and returns the way to score its leads with so many threads,
	// and a function that releases it.
	Load func(ctx context.Context, dir string, threads int) (w *Way, release func() error, err error)
}

// Tables is leadscore over source/tables.
var Tables = &Loader{Name: "leadscore", Load: func(ctx context.Context, dir string, threads int) (*Way, func() error, error) {
	before := runtime.GOMAXPROCS(threads)
	release := func() error {
		runtime.GOMAXPROCS(before)
		return nil
	}
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	data, err := tables.Load(ctx, dir, schema, tables.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return Leadscore(schema, func(context.Context, *leadscore.Set) (Listed, error) { return data, nil }), release, nil
}}

// A Listed is a source that lists its leads.
type Listed interface {
	leadscore.Source
	Leads(ctx context.Context) iter.Seq2[string, error]
}

// Leadscore returns the way to score leads with leadscore, in one stream. open returns the
// source for a set of one model; to open it is part of the way.
func Leadscore(schema *leadscore.Schema, open func(ctx context.Context, set *leadscore.Set) (Listed, error)) *Way {
	return &Way{Name: "leadscore", Run: func(ctx context.Context, m *rules.Model, score func(lead string, score int64)) error {
		set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: m.Name, Text: m.Text()}})
		if err != nil {
			return err
		}
		data, err := open(ctx, set)
		if err != nil {
			return err
		}
		for r, err := range set.ScoreAll(ctx, data.Leads(ctx), data, leadscore.AsOf(crm.AsOf)) {
			if err != nil {
				return err
			}
			if status := r.Results[0].Status; status != leadscore.Scored {
				return fmt.Errorf("%s: %s", r.Lead, status)
			}
			score(r.Lead, r.Results[0].Score)
		}
		return nil
	}}
}

// Own is the meter of what happens in this process.
func Own() (Cost, error) {
	used, err := cpu.Own()
	return Cost{Client: used}, err
}

// Figures are what a loader took.
type Figures struct {
	Load Costs
	// First is what it took to score all leads for the first time, by the first model.
	First Costs
	// Again is what it took later, by each model.
	Again []Costs
}

// again is how often leads are scored again in a turn: it takes little time.
const again = 5

// Files measures loaders, in turns, by some models. Before that, it checks that they
// give every lead the same score.
func Files(ctx context.Context, dir string, leads, threads, runs int, models []*rules.Model, loaders ...*Loader) ([]Figures, error) {
	if err := equalFiles(ctx, dir, leads, threads, models, loaders); err != nil {
		return nil, err
	}
	figures := make([]Figures, len(loaders))
	for i := range figures {
		figures[i].Again = make([]Costs, len(models))
	}
	for range runs {
		for i, l := range loaders {
			if err := figures[i].turn(ctx, l, dir, threads, models); err != nil {
				return nil, err
			}
		}
	}
	return figures, nil
}

func equalFiles(ctx context.Context, dir string, leads, threads int, models []*rules.Model, loaders []*Loader) (err error) {
	var ways []*Way
	for _, l := range loaders {
		w, release, failed := l.Load(ctx, dir, threads)
		if failed != nil {
			return fmt.Errorf("%s: %w", l.Name, failed)
		}
		defer func() { err = errors.Join(err, release()) }()
		ways = append(ways, w)
	}
	for _, m := range models {
		if err := Equal(ctx, leads, m, ways...); err != nil {
			return err
		}
	}
	return nil
}

// turn measures a loader once.
func (f *Figures) turn(ctx context.Context, l *Loader, dir string, threads int, models []*rules.Model) (err error) {
	runtime.GC() // what others have left is not the loader's
	var w *Way
	var release func() error
	cost, err := Meter(Own).Of(func() (err error) {
		w, release, err = l.Load(ctx, dir, threads)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", l.Name, err)
	}
	defer func() { err = errors.Join(err, release()) }()
	f.Load = append(f.Load, cost)
	if cost, err = Meter(Own).Run(ctx, w, models[0], 1); err != nil {
		return err
	}
	f.First = append(f.First, cost)
	for i, m := range models {
		if cost, err = Meter(Own).Run(ctx, w, m, again); err != nil {
			return err
		}
		f.Again[i] = append(f.Again[i], cost)
	}
	return nil
}
