// Package sidebyside compares ways to score all leads of the workload by the processor
// time that they take. Nothing is measured until all of them have given every lead the
// same score.
package sidebyside

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/leadscore/leadscore/bench/internal/rules"
)

// A Way scores all leads.
type Way struct {
	Name string
	// Unscored says that the way does only what others begin with, such as reading the
	// data, and calls score for nothing.
	Unscored bool
	// Refused returns why the way cannot score by a model, or nil. Nil: it can by all.
	Refused func(m *rules.Model) error
	// Run reads the rules, scores all leads by them and calls score for each of them, in
	// any order.
	Run func(ctx context.Context, m *rules.Model, score func(lead string, score int64)) error
}

// Divide returns the ways that can score by a model, and why the others cannot.
func Divide(m *rules.Model, ways []*Way) (can []*Way, refused []error) {
	for _, w := range ways {
		if w.Refused != nil {
			if err := w.Refused(m); err != nil {
				refused = append(refused, fmt.Errorf("%s, model %s: %w", w.Name, m.Label, err))
				continue
			}
		}
		can = append(can, w)
	}
	return can, refused
}

// Equal returns an error if a way does not give every lead the same score as the first
// one does, or not exactly one.
func Equal(ctx context.Context, leads int, m *rules.Model, ways ...*Way) error {
	var first map[string]int64
	var name string
	for _, w := range ways {
		if w.Unscored {
			continue
		}
		scores := make(map[string]int64, leads)
		calls := 0
		err := w.Run(ctx, m, func(lead string, score int64) {
			scores[lead] = score
			calls++
		})
		switch {
		case err != nil:
			return fmt.Errorf("%s, model %s: %w", w.Name, m.Label, err)
		case calls != leads || len(scores) != leads:
			return fmt.Errorf("%s, model %s: %d scores of %d leads; there are %d", w.Name, m.Label, calls, len(scores), leads)
		case first == nil:
			first, name = scores, w.Name
			continue
		}
		for lead, score := range first {
			switch other, ok := scores[lead]; {
			case !ok:
				return fmt.Errorf("model %s, %s: %s gives no score", m.Label, lead, w.Name)
			case other != score:
				return fmt.Errorf("model %s, %s: %s gives %d, %s gives %d", m.Label, lead, name, score, w.Name, other)
			}
		}
	}
	return nil
}

// A Cost is processor time, and the bytes that client and server have sent each other.
type Cost struct {
	Client, Server time.Duration
	Bytes          int64
}

// Sum returns the time that client and server took together.
func (c Cost) Sum() time.Duration { return c.Client + c.Server }

// A Meter tells what has been used so far.
type Meter func() (Cost, error)

// Together is the meter of what several meters tell of.
func Together(meters ...Meter) Meter {
	return func() (Cost, error) {
		var all Cost
		for _, m := range meters {
			c, err := m()
			if err != nil {
				return Cost{}, err
			}
			all = Cost{all.Client + c.Client, all.Server + c.Server, all.Bytes + c.Bytes}
		}
		return all, nil
	}
}

// Of returns what f takes.
func (m Meter) Of(f func() error) (Cost, error) {
	before, err := m()
	if err != nil {
		return Cost{}, err
	}
	if err := f(); err != nil {
		return Cost{}, err
	}
	after, err := m()
	return Cost{after.Client - before.Client, after.Server - before.Server, after.Bytes - before.Bytes}, err
}

// Run returns what a way takes, each time that it is run so many times.
func (m Meter) Run(ctx context.Context, w *Way, model *rules.Model, times int) (Cost, error) {
	c, err := m.Of(func() error {
		for range times {
			var sum int64
			if err := w.Run(ctx, model, func(_ string, score int64) { sum += score }); err != nil {
				return fmt.Errorf("%s, model %s: %w", w.Name, model.Label, err)
			}
		}
		return nil
	})
	n := time.Duration(times)
	return Cost{c.Client / n, c.Server / n, c.Bytes / int64(times)}, err
}

// Ways measures ways, in turns, by a model, and returns the costs of each. Before that, it
// checks that they give every lead the same score.
func Ways(ctx context.Context, meter Meter, leads, runs int, m *rules.Model, ways ...*Way) ([]Costs, error) {
	if err := Equal(ctx, leads, m, ways...); err != nil {
		return nil, err
	}
	all := make([]Costs, len(ways))
	for range runs {
		for i, w := range ways {
			runtime.GC() // what others have left is not this way's
			cost, err := meter.Run(ctx, w, m, 1)
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], cost)
		}
	}
	return all, nil
}

// Costs are those of several runs.
type Costs []Cost

// Median returns the median of the sums.
func (c Costs) Median() time.Duration { return c.median(Cost.Sum) }

// Client returns the median of what the client took.
func (c Costs) Client() time.Duration {
	return c.median(func(c Cost) time.Duration { return c.Client })
}

// Server returns the median of what the server took.
func (c Costs) Server() time.Duration {
	return c.median(func(c Cost) time.Duration { return c.Server })
}

// Bytes returns the median of the bytes that client and server sent each other.
func (c Costs) Bytes() int64 {
	return int64(c.median(func(c Cost) time.Duration { return time.Duration(c.Bytes) }))
}

func (c Costs) median(of func(Cost) time.Duration) time.Duration {
	var all []time.Duration
	for _, cost := range c {
		all = append(all, of(cost))
	}
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

// A Ratio is how many times as much one side takes as another: the median, the least and
// the greatest of the runs in which they took turns.
type Ratio struct{ Median, Least, Most float64 }

// Over returns how many times as much c takes as base.
func (c Costs) Over(base Costs) Ratio {
	var all []float64
	for i := range c {
		all = append(all, float64(c[i].Sum())/float64(base[i].Sum()))
	}
	slices.Sort(all)
	n := len(all)
	return Ratio{(all[(n-1)/2] + all[n/2]) / 2, all[0], all[n-1]}
}

func (r Ratio) String() string { return fmt.Sprintf("%.2f | %.2f to %.2f", r.Median, r.Least, r.Most) }
