// Package eval scores leads by checked models. A [Program] plans once what to request
// from a source and how to count it, and then scores leads batch by batch.
//
// The driver (driver.go) decides how a batch is scored. What it calls is below
// eval/internal: plan lowers checked models to data; fetch asks a source for
// records; columnar counts over columns, those that a source lends or those that
// staging makes of fetched records; walk counts routes.
package eval

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/columnar"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/staging"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// A Program scores leads by a list of models that share a schema. It is immutable
// and safe for concurrent use.
type Program struct {
	routes    *routePlan
	scores    *columnPlan // for scores alone
	explained *columnPlan // for scores with what each condition counted
	alone     *columnPlan // for scores without the auxiliary models; nil if there are none
	// programs say what the counts of structured models are worth, by model; nil for
	// others.
	programs []*points.Program
	// followed are those of all models, made when a lead is first followed.
	followed  func() []*points.Program
	followers sync.Pool // of *follow.Follower

	covered atomic.Pointer[covered] // the store that was found last to hold what is requested
}

// New plans models, which must share one schema. It panics if the schema lacks
// what a checked model names, which would be a mistake of package check.
func New(models []*check.Model) *Program { return NewWith(models, nil) }

// NewWith is [New] for models and auxiliary ones, which come after them. Runs with
// Options.Alone leave these out.
func NewWith(models, auxiliary []*check.Model) *Program {
	first := len(models)
	models = slices.Concat(models, auxiliary)
	p := &Program{routes: &routePlan{plan: plan.NewRoutes(models)}}
	for _, m := range p.routes.plan.Models {
		p.programs = append(p.programs, m.Program)
	}
	p.followed = sync.OnceValue(func() []*points.Program { return programsOf(p.routes.plan.Models) })
	p.scores, p.explained = newColumnPlan(p.routes, len(models), false), newColumnPlan(p.routes, len(models), true)
	if first < len(models) {
		p.alone = newColumnPlan(p.routes, first, false)
	}
	return p
}

// programsOf returns the programs of all models, also of those that are not structured.
func programsOf(models []*plan.Model) []*points.Program {
	list := make([]*points.Program, len(models))
	for i, m := range models {
		if list[i] = m.Program; list[i] == nil {
			list[i] = points.ProgramOf(m.Checked)
		}
	}
	return list
}

// Needs returns everything that the program can request from a source.
func (p *Program) Needs() []*traverse.Need { return asked(p.routes.plan) }

// asked returns everything that a plan can request.
func asked(r *plan.Routes) []*traverse.Need {
	needs := make([]*traverse.Need, len(r.Needs))
	for i, n := range r.Needs {
		needs[i] = n.Asked
	}
	return needs
}

// Models returns how many models the program has.
func (p *Program) Models() int { return len(p.routes.plan.Models) }

// Plan describes for people how leads are scored from columns: what is counted in
// one pass, and how many conditions are left to counting routes. The text may
// change from version to version.
func (p *Program) Plan() string { return p.scores.planned().columns.String() }

// columns returns what counts over columns for some options.
func (p *Program) columns(opts *Options) *columnPlan {
	switch {
	case opts.Explain:
		return p.explained
	case opts.Alone && p.alone != nil:
		return p.alone
	}
	return p.scores
}

// A routePlan is a plan for fetched records, and the memory of batches that follow it.
type routePlan struct {
	plan    *plan.Routes
	batches sync.Pool // of *batch
}

// A batch is what was fetched for a batch of leads, and what walks through it.
type batch struct {
	fetched fetch.Batch
	walker  walk.Walker
}

// get returns an empty batch.
func (r *routePlan) get() *batch {
	if b, ok := r.batches.Get().(*batch); ok {
		return b
	}
	return new(batch)
}

// put takes back the memory of a batch.
func (r *routePlan) put(b *batch) {
	if b.fetched.Failed {
		return // its errors may hold anything
	}
	b.fetched.Reset()
	b.walker.End()
	r.batches.Put(b)
}

// A columnPlan is a plan for columns, which is made when it is first wanted, and
// what counts by it.
type columnPlan struct {
	planned   func() *plannedColumns
	executors columnar.Pool
	stagings  sync.Pool // of *staging.Staging
	recorders sync.Pool // of *recorder
}

// plannedColumns are a plan for columns and the routes of what it leaves over.
type plannedColumns struct {
	columns  *plan.Columns
	residual *routePlan // nil if nothing is left over
}

func newColumnPlan(r *routePlan, models int, explain bool) *columnPlan {
	return &columnPlan{planned: sync.OnceValue(func() *plannedColumns {
		p := &plannedColumns{columns: plan.NewColumnsOf(r.plan, models, explain)}
		if left := p.columns.ResidualRoutes; left != nil {
			p.residual = &routePlan{plan: left}
		}
		return p
	})}
}

// staging returns a staging for records that r fetches.
func (c *columnPlan) staging(r *routePlan) *staging.Staging {
	if s, ok := c.stagings.Get().(*staging.Staging); ok && !s.TooLarge() {
		return s
	}
	return staging.New(r.plan, c.planned().columns)
}
