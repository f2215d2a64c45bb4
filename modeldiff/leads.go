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
}

// A Lead is the difference between the results of two versions for one lead.
type Lead struct {
	ID      string
	Differs bool         // a model gives it another status, score, grade, label, dimension or sales-ready state
	Changes []LeadChange // of models that give it another status, grade, label or sales-ready state
}

// A LeadChange is a model's result for a lead that differs in more than the score,
// with the conditions that made the difference.
type LeadChange struct {
	Lead       string            `json:"lead"`
	Model      string            `json:"model"` // its new name
	From       Outcome           `json:"from"`
	To         Outcome           `json:"to"`
	Conditions []ConditionChange `json:"conditions"` // that contribute something else; the greatest change comes first
}

// String returns the change as text: a line with the lead, the model and both
// outcomes, then one line per condition. The id of the lead is quoted, and control
// characters in names are replaced.
func (c LeadChange) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: %s -> %s\n", shown.QuoteAll(c.Lead), shown.Printable(c.Model), c.From, c.To)
	for _, x := range c.Conditions {
		fmt.Fprintf(&b, "  %s\n", x)
	}
	return b.String()
}

// An Outcome is the result of a model for a lead. Score, Grade and SalesReady are
// meaningful only if Status is [leadscore.Scored].
type Outcome struct {
	Status     leadscore.Status `json:"status"`
	Score      int64            `json:"score"`
	Grade      string           `json:"grade"` // "" if the score is outside all grades
	SalesReady bool             `json:"sales_ready"`
	Label      string           `json:"label,omitempty"` // "" if the model has none, or if it is empty
}

// String returns the outcome on one line, such as "70 Hot, sales ready".
func (o Outcome) String() string {
	if o.Status != leadscore.Scored {
		return o.Status.String()
	}
	text := fmt.Sprint(o.Score)
	if o.Grade != "" {
		text += " " + shown.Printable(o.Grade)
	}
	if o.Label != "" {
		text += ", label " + shown.Printable(o.Label)
	}
	if o.SalesReady {
		text += ", sales ready"
	}
	return text
}

// A ConditionChange is what a condition contributes to a score in two versions. In a
// version without the condition it contributes 0.
type ConditionChange struct {
	Condition string `json:"condition"` // its new name, if it has one
	From      int64  `json:"from"`
	To        int64  `json:"to"`
}

// String returns the change on one line, such as "Opened: +20 -> +16".
func (c ConditionChange) String() string {
	return fmt.Sprintf("%s: %+d -> %+d", shown.Printable(c.Condition), c.From, c.To)
}

// size returns the absolute value of the change.
func (c ConditionChange) size() uint64 {
	if c.To > c.From {
		return uint64(c.To) - uint64(c.From)
	}
	return uint64(c.From) - uint64(c.To)
}

// Leads scores leads with two versions, as of the same instant, and yields one Lead
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
		before, stop := iter.Pull2(older.Set.ScoreAll(ctx, t.branch(0), older.Data, opts...))
		defer stop()
		for now, err := range newer.Set.ScoreAll(ctx, t.branch(1), newer.Data, opts...) {
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
					l.add(&was.Results[p.older], &now.Results[p.newer], p.was)
				}
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

func isLeadError(err error) bool {
	_, ok := errors.AsType[*leadscore.LeadError](err)
	return ok
}

// A pair is a model that both versions have.
type pair struct {
	older, newer int               // indexes in the sets
	was          map[string]string // from new names of conditions to old ones
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
		p := pair{index[old], i, map[string]string{}}
		for now, old := range matchConditions(old, m) {
			p.was[conditionName(now)] = conditionName(old)
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// add adds the difference between two results of a model.
func (l *Lead) add(old, now *leadscore.Result, was map[string]string) {
	from, to := outcomeOf(old), outcomeOf(now)
	if from == to && slices.Equal(old.Dimensions(), now.Dimensions()) {
		return
	}
	l.Differs = true
	if from.Status != to.Status || from.Grade != to.Grade || from.SalesReady != to.SalesReady || from.Label != to.Label {
		l.Changes = append(l.Changes, LeadChange{now.Lead, now.Model, from, to, conditionChanges(old, now, was)})
	}
}

func outcomeOf(r *leadscore.Result) Outcome {
	label, _ := r.Label()
	return Outcome{r.Status, r.Score, r.Grade, r.SalesReady, label}
}

// conditionChanges returns the conditions that contribute something else. The
// greatest change comes first. was maps new names of conditions to old ones.
func conditionChanges(old, now *leadscore.Result, was map[string]string) []ConditionChange {
	changes := []ConditionChange{} // an empty list in JSON, not null
	before := map[string]int64{}
	nameOf := func(c *leadscore.Contribution) string {
		if c.Row == "" {
			return c.Condition
		}
		return c.Condition + ", " + c.Row
	}
	for c := range old.Contributions() {
		before[nameOf(&c)] = c.Score
	}
	add := func(name string, from, to int64) {
		if from != to {
			changes = append(changes, ConditionChange{name, from, to})
		}
	}
	for c := range now.Contributions() {
		is := nameOf(&c)
		name, ok := was[is]
		if !ok { // a new condition
			add(is, 0, c.Score)
			continue
		}
		add(is, before[name], c.Score)
		delete(before, name)
	}
	for name, score := range before {
		add(name, score, 0)
	}
	slices.SortFunc(changes, func(a, b ConditionChange) int {
		return cmp.Or(cmp.Compare(b.size(), a.size()), cmp.Compare(a.Condition, b.Condition))
	})
	return changes
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
