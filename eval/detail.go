package eval

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// ErrMoved is what the Err of a [LeadError] wraps if the records of a lead have changed
// since it was scored, so that lists of them would not explain its score.
var ErrMoved = errors.New("the records have changed since the lead was scored")

// A lister makes the lists of explanations from records that a source holds in memory.
type lister struct {
	program *Program
	source  traverse.Source
	store   *columns.Store // that the source lent
	version uint64         // of the store, before the leads were scored
	opts    Options
}

// moved reports whether the source holds other records than before the leads were scored.
func (s *lister) moved() bool {
	return lentStore(s.source) != s.store || s.store.Version() != s.version
}

// listLater prepares the explanations of leads for their lists to be read: those that they
// have already or, if lists is not nil, those that it makes.
func (p *Program) listLater(lists *lister, ids []string, out *Outcomes) {
	for i, id := range ids {
		if out.Errs[i] != nil {
			continue
		}
		for j := range out.Models(i) {
			e := out.Models(i)[j].Explained
			if e == nil || e.details == nil {
				continue
			}
			d := e.details
			d.lead, d.model, d.of = id, j, p.routes.plan.Models[j]
			d.lists, d.listed = lists, lists == nil
		}
	}
}

// Moved reports whether records of the source have been added, replaced or deleted since
// the lead was scored, of whatever lead they are. It returns false if all lists were made
// when the lead was scored, or if none were asked for, and if e is nil.
func (e *Explanation) Moved() bool {
	d := e.more()
	return d.lists != nil && d.lists.moved()
}

// Detailed returns e with the lists that were asked for ([Options].Occurrences), of some
// conditions, or of all if none is named: [Explanation.All] and [Explanation.Audience]
// then have the records that were counted, and what kept others from counting. Lists that
// e has already stay. It returns e if there are no lists to add, and if e is nil.
//
// What a source returned from queries was listed when the lead was scored, and is kept. A
// source that lends its columns is asked now, for the records of this lead. If what they
// count is not what was counted, or the lead is not there any more, the error is a
// [*LeadError] that wraps [ErrMoved]. If they count the same, their lists explain the
// score, whatever has changed: see [Explanation.Moved].
//
// It also fails if the model has no condition of a name, and with ctx.Err() once ctx is
// done.
func (e *Explanation) Detailed(ctx context.Context, conditions ...string) (*Explanation, error) {
	d := e.more()
	if !d.listed && d.lists == nil {
		return e, nil
	}
	if err := d.known(conditions); err != nil {
		return nil, err
	}
	wanted := func(i int) bool {
		return d.detail(i) == nil && (len(conditions) == 0 || slices.Contains(conditions, d.of.Conditions[i].Name))
	}
	left := d.audience != nil && d.told == nil
	d.each(func(i int, _ func() Contribution) bool {
		left = left || wanted(i)
		return !left
	})
	if !left {
		return e, nil
	}
	next := *d
	next.detailed = make([]Contribution, len(d.of.Conditions))
	copy(next.detailed, d.detailed)
	read := d.read
	if d.listed {
		read = d.reveal
	}
	if err := read(ctx, &next, wanted); err != nil {
		return nil, err
	}
	detailed := *e
	detailed.details = &next
	return &detailed, nil
}

// known returns an error if the model lacks a condition.
func (d *details) known(conditions []string) error {
	names := func(yield func(string) bool) {
		for i := range d.of.Conditions {
			if !yield(d.of.Conditions[i].Name) {
				return
			}
		}
	}
	for _, name := range conditions {
		if !slices.ContainsFunc(d.of.Conditions, func(c plan.Condition) bool { return c.Name == name }) {
			return fmt.Errorf("leadscore: model %q has no condition %q%s", d.of.Checked.Name, name, nearest.Hint(nearest.Name(name, names)))
		}
	}
	return nil
}

// detail returns the contribution of a condition with lists, or nil if they have not been
// read.
func (d *details) detail(i int) *Contribution {
	if d.detailed == nil || d.detailed[i].Children == nil {
		return nil
	}
	return &d.detailed[i]
}

// reveal shows lists that were made when the lead was scored.
func (d *details) reveal(_ context.Context, next *details, wanted func(int) bool) error {
	for i := range d.walked {
		if wanted(i) {
			next.detailed[i] = d.walked[i]
		}
	}
	next.told = d.audience
	return nil
}

// read makes lists, of the records that the lead has now.
func (d *details) read(ctx context.Context, next *details, wanted func(int) bool) error {
	routes, source, opts := d.lists.program.routes, d.lists.source, &d.lists.opts
	b := routes.get()
	unwanted := make([]bool, len(routes.plan.Models))
	for i := range unwanted {
		unwanted[i] = i != d.model
	}
	err := b.fetched.Load(ctx, routes.plan, source, []string{d.lead}, opts.AsOf, fetch.Options{
		MaxKeys: opts.Keys, NearMisses: true, Nodes: d.reached(wanted), Unwanted: func(int, *fetch.Lead) []bool { return unwanted },
	})
	if err != nil {
		return err
	}
	l := &b.fetched.Leads[0]
	switch f := l.Failed; {
	case f != nil && errors.Is(f.Err, ErrNoLead):
		return d.movedOn(f.Err)
	case f != nil:
		return &LeadError{Lead: d.lead, Entity: f.Entity, Path: f.Path, Err: f.Err}
	case !d.of.Scores(l.Kind):
		return d.movedOn(errors.New("the model does not score it any more"))
	}
	b.walker.Begin(ctx, &b.fetched)
	r := rereader{explainer{occurrences: opts.Occurrences, nearMisses: true, asOf: opts.AsOf}, b, l, nil}
	d.each(func(i int, scored func() Contribution) bool {
		if wanted(i) {
			kept := scored()
			err = r.condition(&d.of.Conditions[i], &kept.Children, kept.Blocks)
			next.detailed[i] = kept
		}
		return err == nil
	})
	if d.audience != nil && d.told == nil && err == nil {
		told := *d.audience
		err = r.condition(d.of.Audience, &told.Children, told.Blocks)
		next.told = &told
	}
	if stopped := ctx.Err(); stopped != nil {
		return stopped // what was counted means nothing
	}
	if err != nil {
		err = d.movedOn(err)
	}
	routes.put(b)
	return err
}

// reached returns the nodes that lists of some conditions are about, or nil for all nodes.
func (d *details) reached(wanted func(int) bool) map[*plan.Node]bool {
	var some []*plan.Condition
	for i := range d.of.Conditions {
		if wanted(i) {
			some = append(some, &d.of.Conditions[i])
		}
	}
	if len(some) == len(d.of.Conditions) {
		return nil
	}
	if d.audience != nil {
		some = append(some, d.of.Audience)
	}
	nodes := map[*plan.Node]bool{}
	for _, c := range some {
		c.Reach(nodes)
	}
	return nodes
}

// movedOn returns the error of a lead whose records have changed, and how.
func (d *details) movedOn(how error) error {
	return &LeadError{Lead: d.lead, Entity: traverse.Lead, Err: fmt.Errorf("%w: %w", ErrMoved, how)}
}

// A rereader makes lists for a lead that has been scored.
type rereader struct {
	explainer
	batch  *batch
	lead   *fetch.Lead
	counts []points.Count
}

// condition replaces the children of a condition, or of the audience, by those with lists.
// It fails if they count something else.
func (r *rereader) condition(c *plan.Condition, children *[]ChildResult, blocks []BlockResult) error {
	var now Contribution
	now, r.counts = r.explainer.condition(&r.batch.walker, c, r.lead, r.counts[:0])
	for i := range *children {
		kept, child := &(*children)[i], &now.Children[i]
		if kept.Count != child.Count || kept.Weight != child.Weight || kept.Holds != child.Holds {
			return fmt.Errorf("%s counts %s now, and counted %s", child.Rule, countText(child), countText(kept))
		}
	}
	sames := r.counts[len(now.Children):]
	for i := range blocks {
		b := &blocks[i]
		if !b.Same() {
			continue
		}
		if n := sames[0].Clamp(); n != b.Count {
			return fmt.Errorf("%s counts %d now, and counted %d", b.Rule, n, b.Count)
		}
		sames = sames[1:]
	}
	*children = now.Children
	return nil
}

// countText returns what a child counted, for people.
func countText(c *ChildResult) string {
	if c.Weight == "" {
		return fmt.Sprint(c.Count)
	}
	return fmt.Sprintf("%d, weight %s", c.Count, Decimal(c.Weight))
}

// bare returns children without lists.
func bare(children []ChildResult) []ChildResult {
	list := slices.Clone(children)
	for i := range list {
		c := &list[i]
		*c = ChildResult{Label: c.Label, Rule: c.Rule, Count: c.Count, Weight: c.Weight, Holds: c.Holds, TooMany: c.TooMany}
	}
	return list
}
