package eval

import (
	"time"
	"weak"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// Queries returns everything that the program can request from a source as of an
// instant or later: a query for each of [Program.Needs], without keys, for the records
// that scores depend on. If lists is set, it is also for those that explanations list,
// which may be of any date.
func (p *Program) Queries(asOf time.Time, lists bool) []traverse.Query {
	return queries(p.routes.plan, asOf, lists)
}

func queries(r *plan.Routes, asOf time.Time, lists bool) []traverse.Query {
	at := r.Between(asOf, asOf, plan.Instant{})
	list := make([]traverse.Query, len(r.Needs))
	for i, n := range r.Needs {
		q := traverse.Query{Need: n.Asked}
		if n.Asked.Time != "" && !lists {
			q.From, _ = fetch.Range(n, &at, nil)
		}
		list[i] = q
	}
	return list
}

// uncovered fails leads because a store does not hold all that their scores can depend on,
// and reports whether that is so. Lists may need more: they are read by queries, which
// fail then.
func (p *Program) uncovered(store *columns.Store, ids []string, opts *Options, out *Outcomes) bool {
	if !store.Partial() {
		return false
	}
	// What a store holds does not change, and later instants need no earlier records.
	known := p.covered.Load()
	if known != nil && known.store == weak.Make(store) && !opts.AsOf.Before(known.asOf) {
		return false
	}
	for _, q := range p.Queries(opts.AsOf, false) {
		if err := store.Covers(&q); err != nil {
			for i, id := range ids {
				out.Errs[i] = &LeadError{Lead: id, Entity: q.Entity, Path: q.Entity, Err: err}
			}
			return true
		}
	}
	p.covered.Store(&covered{weak.Make(store), opts.AsOf})
	return false
}

// A covered is a store that holds all that a program can request from it, to score
// leads as of an instant or later.
type covered struct {
	store weak.Pointer[columns.Store]
	asOf  time.Time
}
