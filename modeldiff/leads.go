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
	"github.com/leadscore/leadscore/internal/shown"
)

// A Version is one side of a comparison: models, and the data that they score.
type Version struct {
	Set  *leadscore.Set
	Data leadscore.Source // may be that of the other version, if their schemas are equal
}

// A Lead says how the results of two versions differ for one lead.
type Lead struct {
	ID      string
	Differs bool         // some model gives it another status, score, grade or sales-ready state
	Changes []LeadChange // one for each model that gives it another status, grade or sales-ready state
}

// A LeadChange says how a model's result for a lead differs in more than the
// score, and why.
type LeadChange struct {
	Lead       string            `json:"lead"`
	Model      string            `json:"model"` // by its new name
	From       Outcome           `json:"from"`
	To         Outcome           `json:"to"`
	Conditions []ConditionChange `json:"conditions"` // those that contribute something else, the greatest change first
}

// String returns the change as text: lead, model and outcomes, and below them a
// line for each condition. Control characters of names are replaced.
func (c LeadChange) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: %s -> %s\n", shown.Printable(c.Lead), shown.Printable(c.Model), c.From, c.To)
	for _, x := range c.Conditions {
		fmt.Fprintf(&b, "  %s\n", x)
	}
	return b.String()
}

// An Outcome is what a model says of a lead. Score, Grade and SalesReady mean
// something only when Status is [leadscore.Scored].
type Outcome struct {
	Status     leadscore.Status `json:"status"`
	Score      int64            `json:"score"`
	Grade      string           `json:"grade"` // "" when the score is outside all grades
	SalesReady bool             `json:"sales_ready"`
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
	if o.SalesReady {
		text += ", sales ready"
	}
	return text
}

// A ConditionChange says what a condition contributes to a score in two versions:
// 0 in a version that does not have it.
type ConditionChange struct {
	Condition string `json:"condition"` // its new name, if it has one
	From      int64  `json:"from"`
	To        int64  `json:"to"`
}

// String returns the change on one line, such as "Opened: +20 -> +16".
func (c ConditionChange) String() string {
	return fmt.Sprintf("%s: %+d -> %+d", shown.Printable(c.Condition), c.From, c.To)
}

// size is how much the contribution has changed, whatever the sign.
func (c ConditionChange) size() uint64 {
	if c.To > c.From {
		return uint64(c.To) - uint64(c.From)
	}
	return uint64(c.From) - uint64(c.To)
}

// Leads scores leads with both versions, as of the same instant, and yields how
// the results differ: one Lead for each id, in the order of ids, whether anything
// differs or not. A [Summary] adds them up. Models are compared with what they
// were before, as [Rules] does; those that only one version has are left out.
//
// A lead that one of the versions cannot score is yielded with its id and a
// [*leadscore.LeadError]. Any other error is the last thing that Leads yields.
//
// opts are those of [leadscore.Set.ScoreAll], which scores both versions;
// [leadscore.Explain] has no effect. ids is ranged over once, and not while the
// loop body runs, but not always on the caller's goroutine. Memory is bounded as
// that of ScoreAll is.
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
			was, wasErr, _ := before() // it sees the same ids, so it has a result
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
	older, newer int               // positions in the sets
	was          map[string]string // names of conditions: new -> old
}

func pairsOf(older, newer *leadscore.Set) []pair {
	var pairs []pair
	was, is := checked(older), checked(newer)
	matched := matchModels(was, is)
	for i, m := range is {
		old := matched[m]
		if old == nil {
			continue
		}
		p := pair{slices.Index(was, old), i, map[string]string{}}
		for now, old := range matchConditions(old, m) {
			p.was[now.Name] = old.Name
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// add compares two results of a model, and adds what differs.
func (l *Lead) add(old, now *leadscore.Result, was map[string]string) {
	from, to := outcomeOf(old), outcomeOf(now)
	if from == to {
		return
	}
	l.Differs = true
	if from.Status != to.Status || from.Grade != to.Grade || from.SalesReady != to.SalesReady {
		l.Changes = append(l.Changes, LeadChange{now.Lead, now.Model, from, to, conditionChanges(old, now, was)})
	}
}

func outcomeOf(r *leadscore.Result) Outcome {
	return Outcome{r.Status, r.Score, r.Grade, r.SalesReady}
}

// conditionChanges lists the conditions that contribute something else, the
// greatest change first. was holds the old names of new conditions.
func conditionChanges(old, now *leadscore.Result, was map[string]string) []ConditionChange {
	changes := []ConditionChange{} // an empty list in JSON, not null
	before := map[string]int64{}
	for c := range old.Contributions() {
		before[c.Condition] = c.Score
	}
	add := func(name string, from, to int64) {
		if from != to {
			changes = append(changes, ConditionChange{name, from, to})
		}
	}
	for c := range now.Contributions() {
		name, ok := was[c.Condition]
		if !ok { // a new condition, though an old one may have its name
			add(c.Condition, 0, c.Score)
			continue
		}
		add(c.Condition, before[name], c.Score)
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

// A tee reads ids once for two that range over them.
type tee struct {
	next  func() (string, error, bool)
	ahead [2][]teed // for each what the other one has read already
}

type teed struct {
	id  string
	err error
}

// newTee returns a tee of ids, and what ends it.
func newTee(ids iter.Seq2[string, error]) (*tee, func()) {
	next, stop := iter.Pull2(ids)
	return &tee{next: next}, stop
}

// branch returns all ids for one of the two.
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
