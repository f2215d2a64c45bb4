package eval

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A Chooser finds out which model scores a lead (language reference, Which model scores a
// lead). It is immutable and safe for concurrent use.
type Chooser struct {
	plan    *plan.Choice
	batches sync.Pool      // of *fetch.Batch
	models  map[string]int // the positions of those of the set, by name
}

// NewChooser plans a choice between models with these names, over their schema.
func NewChooser(c *check.Choice, schema *traverse.Schema, models []string) *Chooser {
	at := make(map[string]int, len(models))
	for i, name := range models {
		at[name] = i
	}
	return &Chooser{plan: plan.NewChoice(c, schema), models: at}
}

// Needs returns everything that the chooser can request from a source.
func (c *Chooser) Needs() []*traverse.Need { return asked(c.plan.Routes) }

// Queries returns a query without keys for each of [Chooser.Needs].
func (c *Chooser) Queries(asOf time.Time) []traverse.Query {
	return queries(c.plan.Routes, asOf, false)
}

// A Choice is what chose the model of a lead.
type Choice struct {
	By     string `json:"by,omitempty"`     // the line that decided, such as Campaign.ScoringModel; "" if the first relationships of all lines are empty
	Entity string `json:"entity,omitempty"` // the entity of the record that names the model, or that is not there
	Record string `json:"record,omitempty"` // its id
	Model  string `json:"model,omitempty"`  // the model that is chosen; "" if there is none
}

// A Chosen is the choice for one lead.
type Chosen struct {
	Choice
	Model int // the position of the model, or -1 if there is none
	Err   *LeadError
	// Later is the choice as soon as records on the path that are dated later than as of are
	// there, from the instant From on, in microseconds; or nil if that chooses no model, and if
	// a model is chosen already. It is the last one.
	Later *Chosen
	From  int64
}

// Choose finds out which models score a batch of leads, and writes that into out, which must
// be as long as ids. For a lead that the source does not have it chooses no model, and
// reports nothing. It fails only when ctx ends.
//
// It asks for the leads and for what the lines lead to, with as many queries as there are
// hops, whatever the number of leads.
func (c *Chooser) Choose(ctx context.Context, source traverse.Source, ids []string, opts Options, out []Chosen) error {
	b, ok := c.batches.Get().(*fetch.Batch)
	if !ok {
		b = new(fetch.Batch)
	}
	lines := make([]int, len(ids))
	err := b.Load(ctx, c.plan.Routes, source, ids, opts.AsOf, fetch.Options{
		MaxKeys: opts.Keys, Raw: true,
		Unwanted: func(at int, l *fetch.Lead) []bool {
			lines[at] = c.line(l)
			unwanted := make([]bool, len(c.plan.Lines))
			for i := range unwanted {
				unwanted[i] = i != lines[at]
			}
			return unwanted
		},
	})
	if err != nil {
		return err
	}
	for i := range ids {
		out[i] = c.chosen(b, &b.Leads[i], lines[i])
	}
	if !b.Failed {
		b.Reset()
		c.batches.Put(b)
	}
	return nil
}

// line returns the first line whose first relationship is not empty on a lead, or -1.
func (c *Chooser) line(l *fetch.Lead) int {
	for i := range c.plan.Lines {
		if l.Record.Values[c.plan.Lines[i].Ref].Text() != "" {
			return i
		}
	}
	return -1
}

// chosen returns what a line chooses for a lead.
func (c *Chooser) chosen(b *fetch.Batch, l *fetch.Lead, line int) Chosen {
	out := Chosen{Model: -1}
	if f := l.Failed; f != nil {
		if f.Err != ErrNoLead { // which scoring the lead reports
			out.Err = &LeadError{Lead: l.ID, Entity: f.Entity, Path: f.Path, Err: f.Err}
		}
		return out
	}
	if line < 0 {
		return out
	}
	at := &c.plan.Lines[line]
	out.By = at.Checked.String()
	now := out
	pending := false // some record is there later
	from := int64(math.MinInt64)
	r := l.Record
	for _, n := range at.Nodes {
		key := fetch.Key(n, r)
		out.Entity, out.Record = n.Layout.Entity.Name(), key
		if !pending {
			now = out
		}
		records := b.Records(n.Need(), key)
		if len(records) == 0 {
			return now // the record is not there, and never will be
		}
		if r = records[0]; !b.Exists(n.Layout, r) {
			pending, from = true, max(from, begins(n.Layout, r))
		}
	}
	later := c.named(&out, l, at, r)
	if !pending {
		return later
	}
	if later.Model >= 0 || later.Err != nil {
		now.Later, now.From = &later, from
	}
	return now
}

// begins returns the first instant, in microseconds, as of which a record exists that says
// when it came to be.
func begins(l *plan.Layout, r *fetch.Record) int64 {
	if l.Days { // of UTC
		return r.When * (24 * time.Hour).Microseconds()
	}
	return r.When
}

// named completes the choice for a lead, as the record that the path leads to says.
func (c *Chooser) named(choice *Chosen, l *fetch.Lead, at *plan.ChoiceLine, r *fetch.Record) Chosen {
	out, last := *choice, at.Nodes[len(at.Nodes)-1]
	name := r.Values[at.Field].Text()
	if name == "" {
		return out
	}
	if i, ok := c.models[name]; ok {
		out.Choice.Model, out.Model = name, i
		return out
	}
	out.Err = &LeadError{Lead: l.ID, Entity: out.Entity, Path: last.Path(), Err: c.unknown(out.Record, at, name)}
	return out
}

// unknown returns the error for a name that is not that of a model.
func (c *Chooser) unknown(record string, at *plan.ChoiceLine, name string) error {
	hint := ""
	if near := nearest.Name(name, slices.Values(slices.Sorted(maps.Keys(c.models)))); near != "" {
		hint = nearest.Hint(shown.Quote(near))
	}
	return fmt.Errorf("%w: the %s of %s names %s%s", ErrUnknownModel, at.Checked.Field.Name, shown.Quote(record), shown.Quote(name), hint)
}

// Given returns the status that the choice gives to a lead for the model at a position, or 0
// if that model is chosen.
func (c *Chosen) Given(model int) Status {
	switch {
	case c.Err != nil: // which needs nothing of the lead
		return NotChosen
	case c.Model < 0:
		return NoModel
	case c.Model != model:
		return NotChosen
	}
	return 0
}
