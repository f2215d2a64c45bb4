package modeldiff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/shown"
)

// A Version is one side of a comparison: models, and the data that they score.
type Version struct {
	Set  *leadscore.Set
	Data leadscore.Source // may be that of the other version if the schemas are equal
	AsOf time.Time        // of its results; the zero time for that of the options
}

// A Lead is the difference between the results of two versions for one lead.
type Lead struct {
	ID      string
	Differs bool         // a model gives it another outcome
	Changes []LeadChange // of models that give it another outcome, apart from scores

	scores []func() LeadChange
}

// Scores returns the changes of models of which scores alone differ: that of the model, or
// those of dimensions.
func (l *Lead) Scores() []LeadChange {
	var list []LeadChange
	for _, change := range l.scores {
		list = append(list, change())
	}
	return list
}

// A LeadChange is a model's result for a lead that differs in more than the score and
// those of dimensions, with the conditions that made the difference.
type LeadChange struct {
	Lead       string            `json:"lead"`
	Model      string            `json:"model"`          // its new name
	AsOf       time.Time         `json:"as_of,omitzero"` // of To, in the time zone of the model, if it is not that of From
	From       Outcome           `json:"from"`
	To         Outcome           `json:"to"`
	Conditions []ConditionChange `json:"conditions"` // that contribute something else; the greatest change comes first
	// Lines are the limits, weights and the like that change a sum by something else; the
	// greatest change comes first. What conditions and lines change adds up to the change
	// of the score.
	Lines []LineChange `json:"lines,omitempty"`
}

// String returns the change as text: a line with the lead, the model and both
// outcomes, then one line per condition, limit, weight and the like. The id of the lead is quoted, and control
// characters in names are replaced.
func (c LeadChange) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: %s -> %s\n", shown.QuoteAll(c.Lead), shown.Printable(c.Model), c.From, c.To)
	for _, x := range c.Conditions {
		fmt.Fprintf(&b, "  %s\n", x)
	}
	for _, x := range c.Lines {
		fmt.Fprintf(&b, "  %s\n", x)
	}
	return b.String()
}

// Between returns the difference between two results of one model for a lead, as of two
// instants, such as those before and after a [leadscore.Change]. It says which conditions,
// limits and the like make the difference if both are explained: see [leadscore.Explain].
func Between(before, after leadscore.Result) LeadChange {
	c := LeadChange{Lead: after.Lead, Model: after.Model, AsOf: after.AsOf(), From: outcomeOf(&before), To: outcomeOf(&after), Conditions: []ConditionChange{}}
	c.explain(&before, &after, &pair{})
	return c
}

// Leads scores leads with two versions, as of the same instant unless the versions say
// otherwise, and yields one Lead
// for each id, in the order of ids, whether its results differ or not. Use a
// [Summary] to count them. Models correspond as they do for [Rules]; models that
// only one version has are not compared.
//
// For a lead that one of the versions cannot score, Leads yields the id with a
// [*leadscore.LeadError], and continues; do not add such a lead to a Summary. After
// any other error it ends.
//
// Leads scores with [leadscore.Set.ScoreAll] and passes opts to it, except for
// [leadscore.Explain]. It ranges over ids once, and not while the loop body runs,
// but not always on the caller's goroutine. Memory is bounded as it is for ScoreAll.
func Leads(ctx context.Context, older, newer Version, ids iter.Seq2[string, error], opts ...leadscore.Option) iter.Seq2[Lead, error] {
	return func(yield func(Lead, error) bool) {
		opts := slices.Concat([]leadscore.Option{leadscore.AsOf(time.Now())}, opts, []leadscore.Option{leadscore.Explain(0)})
		pairs := pairsOf(older.Set, newer.Set)
		t, stopIDs := newTee(ids)
		defer stopIDs()
		before, stop := iter.Pull2(older.Set.ScoreAll(ctx, t.branch(0), older.Data, older.options(opts)...))
		defer stop()
		for now, err := range newer.Set.ScoreAll(ctx, t.branch(1), newer.Data, newer.options(opts)...) {
			if !isLeadError(err) && err != nil {
				yield(Lead{}, err)
				return
			}
			was, wasErr, _ := before() // there is a result, as both see the same ids
			if !isLeadError(wasErr) && wasErr != nil {
				yield(Lead{}, wasErr)
				return
			}
			l := Lead{ID: now.Lead}
			if err = cmp.Or(err, wasErr); err == nil {
				for _, p := range pairs {
					l.add(&was.Results[p.older], &now.Results[p.newer], &p)
				}
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

// options returns opts, with the instant of the version if it has one.
func (v *Version) options(opts []leadscore.Option) []leadscore.Option {
	if v.AsOf.IsZero() {
		return opts
	}
	return append(opts[:len(opts):len(opts)], leadscore.AsOf(v.AsOf))
}

func isLeadError(err error) bool {
	_, ok := errors.AsType[*leadscore.LeadError](err)
	return ok
}

func pairsOf(older, newer *leadscore.Set) []pair {
	var pairs []pair
	was, is := checked(older), checked(newer)
	index := map[*check.Model]int{}
	for i, m := range was {
		index[m] = i
	}
	matched := matchModels(was, is)
	for i, m := range is {
		old := matched[m]
		if old == nil {
			continue
		}
		now := layoutOf(m)
		matched := pairUp(layoutOf(old), now)
		p := pair{index[old], i, map[string]string{}, map[string]string{}, map[string]string{}}
		for c, old := range matched.conditions {
			p.conditions[old.Name] = c.Name
		}
		for to, from := range matched.parts {
			p.parts[from.String()] = to.String()
			switch to.kind {
			case table:
				p.conditions[from.name] = to.name
			case dimension:
				p.dimensions[from.name] = to.name
			}
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// A tee ranges over ids once, for two loops that advance at different speeds.
type tee struct {
	next  func() (string, error, bool)
	ahead [2][]teed // for each loop, what only the other one has read
}

type teed struct {
	id  string
	err error
}

// newTee returns a tee of ids, and a function that ends it.
func newTee(ids iter.Seq2[string, error]) (*tee, func()) {
	next, stop := iter.Pull2(ids)
	return &tee{next: next}, stop
}

// branch returns the sequence of ids for one of the loops.
func (t *tee) branch(i int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for {
			if len(t.ahead[i]) == 0 {
				id, err, ok := t.next()
				if !ok {
					return
				}
				for j := range t.ahead {
					t.ahead[j] = append(t.ahead[j], teed{id, err})
				}
			}
			first := t.ahead[i][0]
			t.ahead[i] = t.ahead[i][1:]
			if !yield(first.id, first.err) {
				return
			}
		}
	}
}
