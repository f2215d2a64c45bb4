package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// An interaction is one record of a store.
type interaction struct{ entity, id string }

// interactionsOf lists the interactions of a store.
func interactionsOf(store *columns.Store) ([]interaction, error) {
	var list []interaction
	err := store.Use(context.Background(), 0, func() error {
		for e := range store.Schema().Entities() {
			if e.Kind() != traverse.Interaction {
				continue
			}
			t := store.Table(e.Name())
			for row := range t.Rows() {
				list = append(list, interaction{e.Name(), t.ID(t.RowKey(row))})
			}
		}
		return nil
	})
	return list, err
}

// valuesOf appends the values of an interaction, which a store must hold, to list.
func valuesOf(store *columns.Store, of interaction, list []traverse.Value) ([]traverse.Value, error) {
	err := store.Use(context.Background(), 0, func() error {
		t := store.Table(of.entity)
		row := t.Row(t.Key(of.id))
		for _, c := range t.Columns() {
			list = append(list, t.Value(row, c))
		}
		return nil
	})
	return list, err
}

// addSome adds n of the interactions of a store to an empty one, in random order, and
// returns how long adding one took.
func addSome(store *columns.Store, all []interaction, n int, seed uint64) (time.Duration, error) {
	const some = 1_000 // are read, and then added
	order := rand.New(rand.NewPCG(seed, 1)).Perm(len(all))[:n]
	fresh := columns.New(store.Schema())
	var took time.Duration
	var values []traverse.Value
	for part := range slices.Chunk(order, some) {
		values = values[:0]
		ends := make([]int, 0, some)
		for _, i := range part {
			var err error
			if values, err = valuesOf(store, all[i], values); err != nil {
				return 0, err
			}
			ends = append(ends, len(values))
		}
		from := 0
		start := elapsed()
		for j, i := range part {
			if err := fresh.Add(all[i].entity, all[i].id, values[from:ends[j]]...); err != nil {
				return 0, err
			}
			from = ends[j]
		}
		took += elapsed() - start
	}
	return took / time.Duration(n), nil
}

// pauses are how long operations of one kind took.
type pauses struct {
	what string
	each []time.Duration
}

func (p *pauses) time(f func() error) error {
	start := elapsed()
	err := f()
	p.each = append(p.each, elapsed()-start)
	return err
}

// write writes the mean, the longest of a thousand and the longest of all.
func (p *pauses) write(out io.Writer) {
	if len(p.each) == 0 {
		return
	}
	slices.Sort(p.each)
	var sum time.Duration
	for _, d := range p.each {
		sum += d
	}
	micros := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
	n := len(p.each)
	fmt.Fprintf(out, "%-24s %12.2f µs in the mean of %d, 999 of 1,000 at most %.0f µs, all at most %.0f µs\n",
		p.what, micros(sum)/float64(n), n, micros(p.each[(n-1)*999/1000]), micros(p.each[n-1]))
}

// change replaces, or deletes and adds, an interaction of a store most times, at random,
// while leads are scored now and then, and returns how long each took.
func change(store *columns.Store, set *leadscore.Set, all []interaction, most int, seed uint64) ([]*pauses, error) {
	const every = 1_000 // changes
	puts, deletes, adds, scores := &pauses{what: "to replace"}, &pauses{what: "to delete"}, &pauses{what: "to add again"}, &pauses{what: "to score one"}
	r := rand.New(rand.NewPCG(seed, 2))
	var leads []string
	for id, err := range store.Leads(context.Background()) {
		if err != nil {
			return nil, err
		}
		leads = append(leads, id)
	}
	var values []traverse.Value
	for n := range most {
		of := all[r.IntN(len(all))]
		var err error
		if values, err = valuesOf(store, of, values[:0]); err != nil {
			return nil, err
		}
		for i, c := range store.Table(of.entity).Columns() {
			if c.Name == traverse.Timestamp {
				values[i] = traverse.MicrosValue(crm.AsOf.UnixMicro() - r.Int64N(crm.Days*crm.DayMicros))
			}
		}
		if n%2 == 0 {
			err = puts.time(func() error { return store.Put(of.entity, of.id, values...) })
		} else {
			err = deletes.time(func() error {
				_, err := store.Delete(of.entity, of.id)
				return err
			})
			if err == nil {
				err = adds.time(func() error { return store.Add(of.entity, of.id, values...) })
			}
		}
		if err == nil && n%every == 0 {
			err = scores.time(func() error {
				_, err := set.Score(context.Background(), leads[r.IntN(len(leads))], store, leadscore.AsOf(crm.AsOf))
				return err
			})
		}
		if err != nil {
			return nil, err
		}
	}
	return []*pauses{puts, deletes, adds, scores}, nil
}
