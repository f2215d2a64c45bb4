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
	lines   []string       // as messages call them
	models  map[string]int // the positions of those of the set, by name
}

// NewChooser plans a choice between models with these names, over their schema.
func NewChooser(c *check.Choice, schema *traverse.Schema, models []string) *Chooser {
	at := make(map[string]int, len(models))
	for i, name := range models {
		at[name] = i
	}
	out := &Chooser{plan: plan.NewChoice(c, schema), models: at}
	for i := range c.Lines {
		out.lines = append(out.lines, c.Lines[i].String())
	}
	return out
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
// It reads columns that the source lends, and otherwise asks for the leads and for what the lines lead to, with as many queries as there are
// hops, whatever the number of leads.
func (c *Chooser) Choose(ctx context.Context, source traverse.Source, ids []string, opts Options, out []Chosen) error {
	if store := lentStore(source); store != nil {
		if ok, err := c.chooseFromStore(ctx, store, ids, opts.AsOf, out); ok || err != nil {
			return err
		}
	}
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
	way := way{chooser: c, lead: l.ID, line: line}
	way.begin()
	r := l.Record
	for _, n := range at.Nodes {
		key := fetch.Key(n, r)
		records := b.Records(n.Need(), key)
		if len(records) == 0 {
			return way.missing(n, key)
		}
		if r = records[0]; b.Exists(n.Layout, r) {
			way.there(n, key)
		} else {
			way.later(n, key, begins(n.Layout, r))
		}
	}
	return way.names(r.Values[at.Field].Text())
}

// A way is what a line leads to from a lead, hop by hop.
type way struct {
	chooser *Chooser
	lead    string
	line    int
	end     Chosen // as soon as all records are there
	now     Chosen // as of now
	pending bool   // some record is there later
	from    int64  // when all of them are there
}

func (w *way) begin() {
	w.end = Chosen{Model: -1, Choice: Choice{By: w.chooser.lines[w.line]}}
	w.from = math.MinInt64
}

// there adds a hop to a record that is there.
func (w *way) there(n *plan.Node, id string) {
	w.end.Entity, w.end.Record = n.Layout.Entity.Name(), id
	if !w.pending {
		w.now = w.end
	}
}

// later adds a hop to a record that is there from an instant on, in microseconds.
func (w *way) later(n *plan.Node, id string, from int64) {
	w.there(n, id)
	w.pending, w.from = true, max(w.from, from)
}

// missing returns the choice if a hop leads to no record.
func (w *way) missing(n *plan.Node, id string) Chosen {
	w.there(n, id)
	return w.now
}

// names returns the choice if the last record names a model.
func (w *way) names(name string) Chosen {
	end := w.chooser.named(&w.end, w.lead, w.line, name)
	if !w.pending {
		return end
	}
	if end.Model >= 0 || end.Err != nil {
		w.now.Later, w.now.From = &end, w.from
	}
	return w.now
}

// begins returns the first instant, in microseconds, as of which a record exists that says
// when it came to be.
func begins(l *plan.Layout, r *fetch.Record) int64 {
	if l.Days { // of UTC
		return r.When * (24 * time.Hour).Microseconds()
	}
	return r.When
}

// named completes the choice for a lead, as the name says in the record that the path leads
// to.
func (c *Chooser) named(choice *Chosen, lead string, line int, name string) Chosen {
	out, at := *choice, &c.plan.Lines[line]
	last := at.Nodes[len(at.Nodes)-1]
	if name == "" {
		return out
	}
	if i, ok := c.models[name]; ok {
		out.Choice.Model, out.Model = name, i
		return out
	}
	out.Err = &LeadError{Lead: lead, Entity: out.Entity, Path: last.Path(), Err: c.unknown(out.Record, at, name)}
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
