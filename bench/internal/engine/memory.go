package engine

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/source/memory"
)

// Memory is leadscore over its memory source, all leads in one stream.
var Memory = Over("leadscore", LoadMemory)

// MemoryOne is leadscore over its memory source, one lead at a time.
var MemoryOne = OneOver("leadscore one by one", LoadMemory)

// MemoryNow is MemoryOne as of an instant that is later with each lead, as now is. It
// stays within a millisecond, so that all scores are those as of its beginning.
var MemoryNow = oneOver("leadscore one by one, as of now", LoadMemory, func() func() time.Time {
	calls := 0
	return func() time.Time {
		calls++
		return crm.AsOf.Add(time.Duration(calls%1000) * time.Microsecond)
	}
})

// MemoryScores is leadscore over its memory source, all leads in columns.
var MemoryScores = over("leadscore scores", LoadMemory, func(text string, schema *leadscore.Schema, data leadscore.Source, ids []string) (Scorer, error) {
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "rules", Text: text}})
	if err != nil {
		return nil, err
	}
	return InColumns(set, data, ids), nil
})

// Over returns an engine that is leadscore over the source that load returns, all
// leads in one stream.
func Over(name string, load func(*crm.Data, *leadscore.Schema) (leadscore.Source, error), opts ...leadscore.Option) *Engine {
	return over(name, load, func(text string, schema *leadscore.Schema, data leadscore.Source, ids []string) (Scorer, error) {
		set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "rules", Text: text}})
		if err != nil {
			return nil, err
		}
		return Stream(set, data, ids, opts...), nil
	})
}

// OneOver returns an engine like that of [Over], one lead at a time.
func OneOver(name string, load func(*crm.Data, *leadscore.Schema) (leadscore.Source, error)) *Engine {
	return oneOver(name, load, func() func() time.Time {
		return func() time.Time { return crm.AsOf }
	})
}

func oneOver(name string, load func(*crm.Data, *leadscore.Schema) (leadscore.Source, error), clock func() func() time.Time) *Engine {
	return over(name, load, func(text string, schema *leadscore.Schema, data leadscore.Source, ids []string) (Scorer, error) {
		model, err := leadscore.Compile("rules", text, schema)
		if err != nil {
			return nil, err
		}
		asOf := clock()
		return func(leads []int, scores []int64) error {
			for i, lead := range leads {
				r, err := model.Score(context.Background(), ids[lead], data, leadscore.AsOf(asOf()))
				if err != nil {
					return err
				}
				scores[i] = r.Score
			}
			return nil
		}, nil
	})
}

func over(name string, load func(*crm.Data, *leadscore.Schema) (leadscore.Source, error),
	compile func(text string, schema *leadscore.Schema, data leadscore.Source, ids []string) (Scorer, error)) *Engine {
	return &Engine{Name: name, Load: func(d *crm.Data) (Loaded, error) {
		schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
		if err != nil {
			return nil, err
		}
		data, err := load(d, schema)
		if err != nil {
			return nil, err
		}
		ids := IDs(data, d)
		return func(m *rules.Model) Compile {
			text := m.Text()
			return func() (Scorer, error) { return compile(text, schema, data, ids) }
		}, nil
	}}
}

// IDs returns the ids of the leads in their order: those that the source yields, if it
// does, as a program has them that scores all leads. A text that is the source's own is
// recognized without reading it.
func IDs(source leadscore.Source, d *crm.Data) []string {
	all := d.IDs()
	yields, ok := source.(interface {
		Leads(ctx context.Context) iter.Seq2[string, error]
	})
	if !ok {
		return all
	}
	var own []string
	for id, err := range yields.Leads(context.Background()) {
		if err != nil {
			return all
		}
		own = append(own, id)
	}
	if !slices.Equal(own, all) {
		return all
	}
	return own
}

// LoadMemory returns a memory source with the data.
func LoadMemory(d *crm.Data, schema *leadscore.Schema) (leadscore.Source, error) {
	s := memory.New(schema)
	for i := range d.Accounts {
		if err := add(s, crm.Account, &d.Accounts[i], nil); err != nil {
			return nil, err
		}
	}
	for i := range d.Contacts {
		c := &d.Contacts[i]
		reference := memory.Record{}
		if c.Account >= 0 {
			reference["ParentAccount"] = d.Accounts[c.Account].ID
		}
		if err := add(s, crm.Contact, &c.Record, reference); err != nil {
			return nil, err
		}
		for kind, records := range c.Interactions {
			for j := range records {
				r := &records[j]
				reference := memory.Record{"Contact": c.ID, "Timestamp": time.UnixMicro(r.Time)}
				if err := add(s, crm.Interactions[kind], r, reference); err != nil {
					return nil, err
				}
			}
		}
	}
	for i := range d.Leads {
		reference := memory.Record{"ParentContact": d.Contacts[d.Leads[i].Contact].ID}
		if err := add(s, crm.Lead, &d.Leads[i].Record, reference); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func add(s *memory.Source, e *crm.Entity, r *crm.Record, more memory.Record) error {
	record := memory.Record{}
	for name, value := range more {
		record[name] = value
	}
	for i := range e.Fields {
		switch v := r.Values[i]; {
		case v.Text != "":
			record[e.Fields[i].Name] = v.Text
		case !math.IsNaN(v.Number):
			record[e.Fields[i].Name] = v.Number
		}
	}
	return s.Add(e.Name, r.ID, record)
}

// Stream scores leads with a set's first model, as its users do.
func Stream(set *leadscore.Set, data leadscore.Source, ids []string, opts ...leadscore.Option) Scorer {
	return stream(set, data, ids, func(r *leadscore.Result) (int64, error) { return r.Score, nil }, opts)
}

// Told is Stream with explanations, all of which are read: it takes the scores from them.
// Those that list records list them for the conditions that which returns, or for all if
// it returns none.
func Told(set *leadscore.Set, data leadscore.Source, ids []string, occurrences int, which func(*leadscore.Result) []string) Scorer {
	return stream(set, data, ids, func(r *leadscore.Result) (int64, error) {
		detailed, err := r.Detailed(context.Background(), which(r)...)
		var sum int64
		for c := range detailed.Contributions() {
			sum += c.Score
		}
		return sum, err
	}, []leadscore.Option{leadscore.Explain(occurrences)})
}

// EveryCondition is for [Told] with lists of all conditions.
func EveryCondition(*leadscore.Result) []string { return nil }

// HighestCondition is for [Told] with lists of the condition that adds most.
func HighestCondition(r *leadscore.Result) []string {
	var name string
	most := int64(math.MinInt64)
	for c := range r.Contributions() {
		if c.Score > most {
			name, most = c.Condition, c.Score
		}
	}
	return []string{name}
}

func stream(set *leadscore.Set, data leadscore.Source, ids []string, score func(*leadscore.Result) (int64, error), opts []leadscore.Option) Scorer {
	opts = append(opts, leadscore.AsOf(crm.AsOf))
	return func(leads []int, scores []int64) error {
		i := 0
		for r, err := range set.ScoreAll(context.Background(), pick(ids, leads), data, opts...) {
			if err != nil {
				return err
			}
			if r.Results[0].Status != leadscore.Scored {
				return fmt.Errorf("%s: %s", r.Lead, r.Results[0].Status)
			}
			if scores[i], err = score(&r.Results[0]); err != nil {
				return err
			}
			i++
		}
		return nil
	}
}

// InColumns scores leads with a set's first model, as its users do who want numbers alone.
func InColumns(set *leadscore.Set, data leadscore.Source, ids []string, opts ...leadscore.Option) Scorer {
	opts = append(opts, leadscore.AsOf(crm.AsOf))
	var columns leadscore.Scores
	var some []string
	return func(leads []int, scores []int64) error {
		some = some[:0]
		for _, lead := range leads {
			some = append(some, ids[lead])
		}
		if err := set.ScoreInto(context.Background(), some, data, &columns, opts...); err != nil {
			return err
		}
		for i, status := range columns.Status(0) {
			if status != leadscore.Scored {
				return fmt.Errorf("%s: %s, %v", columns.Lead(i), status, columns.Err(i))
			}
		}
		copy(scores, columns.Score(0))
		return nil
	}
}

func pick(ids []string, leads []int) func(yield func(string, error) bool) {
	return func(yield func(string, error) bool) {
		for _, lead := range leads {
			if !yield(ids[lead], nil) {
				return
			}
		}
	}
}
