package pushdown

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/award"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/traverse"
)

// A Changed is one SQL statement for the leads whose results may differ between two instants: its
// result has one column, lead, with their ids. It is immutable and safe for concurrent use.
//
// Results change by time alone, as windows move, occurrences age and seasons begin and end; and as
// interactions come to be, with a date between the instants. A Changed finds both: every lead that it
// does not have has the same results as of both instants, if nothing else in the tables has changed
// meanwhile. It finds somewhat more leads than those whose results differ, as it looks at dates alone
// and not at what else rules ask for. So to score them, by keys with package source/sqldb, or by a
// statement with [ForLeads], and to keep all other results is to score all.
//
// What else changes in the tables has no date that a database knows of: profiles that are edited,
// leads that are new, and interactions that are deleted, or written later than they happened. Who
// writes such changes has to pass the leads on, or to score all leads from time to time.
type Changed struct {
	text       string
	parameters []string
	lowering   *lowering
	pieces     []*relation
	condition  *scalar.Expr
}

// manyTerms is how many terms an expression may have before some of them are put into parentheses.
const manyTerms = 30

// NewChanged lowers the models of a set to the statement for the leads whose results may differ
// between two instants. It fails as [New] does.
func NewChanged(set *leadscore.Set, dialect *Dialect, mapping Mapping) (*Changed, error) {
	if err := lowerable(set, dialect); err != nil {
		return nil, err
	}
	l := newLowering(dialect, &mapping, set.Schema())
	l.choice = choosingOf(set)
	out := &Changed{lowering: l}
	stopped := set.Stopped()
	var refusals Refusals
	var terms []*scalar.Expr
	for _, m := range set.Models() {
		if slices.Contains(stopped, m.Name()) {
			continue
		}
		k := l.of(m.Checked())
		terms = append(terms, k.changes()...)
		refusals = append(refusals, k.refusals...)
		for _, r := range k.pieces {
			if !slices.Contains(out.pieces, r) {
				out.pieces = append(out.pieces, r)
			}
		}
	}
	if refusals == nil && out.pieces == nil { // all models are stopped
		k := l.of(set.Models()[0].Checked())
		if r := try(func() { out.pieces = append(out.pieces, k.base()) }); r != nil {
			k.refuse(*r, "", k.model.Source)
			refusals = k.refusals
		}
	}
	if refusals != nil {
		return nil, refusals
	}
	out.condition = l.anyOf(terms)
	if r := l.tooLarge([]*part{{pieces: out.pieces}}); r != nil {
		return nil, r
	}
	var err error
	if out.text, out.parameters, err = l.written(out.write); err != nil {
		return nil, err
	}
	return out, nil
}

// anyOf returns whether one of many terms holds.
func (l *lowering) anyOf(list []*scalar.Expr) *scalar.Expr {
	for len(list) > manyTerms {
		var next []*scalar.Expr
		for from := 0; from < len(list); from += manyTerms {
			next = append(next, l.Or(list[from:min(from+manyTerms, len(list))]...))
		}
		list = next
	}
	return l.Or(list...)
}

// write returns the text of the statement.
func (s *Changed) write(w *writer) string {
	w.scalar = w.dialect()
	var b strings.Builder
	if with := w.with(s.pieces); with != "" {
		b.WriteString(with + "\n")
	}
	b.WriteString("SELECT " + w.d.Quote(baseLead) + " AS " + w.d.Quote(columnLead) + "\nFROM " + w.joinedPieces(s.pieces, s.condition))
	b.WriteString("\nWHERE " + w.condition(s.condition))
	return b.String()
}

// Text returns the statement with parameters, whatever the instants are. It is "" for a dialect
// without parameters.
func (s *Changed) Text() string { return s.text }

// Args returns the arguments of the statement for the results as of an instant, compared with those as
// of an earlier one. Both are truncated to microseconds. Args fails if since is not before asOf, or if
// the year of one of them is not between 0 and 9999.
func (s *Changed) Args(since, asOf time.Time) ([]any, error) {
	at, err := s.between(since, asOf)
	if err == nil {
		err = s.lowering.parametric()
	}
	if err != nil {
		return nil, fmt.Errorf("pushdown: %w", err)
	}
	return s.lowering.arguments(s.parameters, at, nil), nil
}

func (s *Changed) between(since, asOf time.Time) (*instant, error) {
	for _, t := range []time.Time{since, asOf} {
		if err := s.lowering.valid(t); err != nil {
			return nil, err
		}
	}
	if !since.Before(asOf) {
		return nil, errors.New("the first instant is not before the second one")
	}
	at := newInstant(asOf)
	at.since = newInstant(since).asOf
	return at, nil
}

// Literal returns the statement without parameters, between two instants. It fails as [Changed.Args]
// does.
func (s *Changed) Literal(since, asOf time.Time) (string, error) {
	at, err := s.between(since, asOf)
	if err != nil {
		return "", fmt.Errorf("pushdown: %w", err)
	}
	text := s.write(&writer{lowering: s.lowering, at: at})
	if err := s.lowering.fits(text); err != nil {
		return "", fmt.Errorf("pushdown: %w", err)
	}
	return text, nil
}

// Leads runs the statement and yields the ids of leads, in the order in which the database returns
// them. After an error Leads yields it and ends.
func (s *Changed) Leads(ctx context.Context, db Queryer, since, asOf time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		text, args, err := s.text, []any(nil), error(nil)
		if s.lowering.parametric() != nil {
			text, err = s.Literal(since, asOf)
		} else {
			args, err = s.Args(since, asOf)
		}
		if err != nil {
			yield("", err)
			return
		}
		rows, err := db.QueryContext(ctx, text, args...)
		if err != nil {
			yield("", fmt.Errorf("pushdown: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				yield("", fmt.Errorf("pushdown: %w", err))
				return
			}
			if !yield(id, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield("", fmt.Errorf("pushdown: %w", err))
		}
	}
}

// changes returns truths of which one holds for each lead whose result may differ.
func (k *modelLowering) changes() []*scalar.Expr {
	base := (*relation)(nil)
	if r := try(func() { base = k.base() }); r != nil {
		k.refuse(*r, "", k.model.Source)
		return nil
	}
	k.pieces = []*relation{base}
	terms := []*scalar.Expr{k.seasonsChange()}
	if k.choice != nil {
		terms = append(terms, k.choiceChanges()...)
	}
	if k.model.Audience != nil {
		terms = append(terms, k.conditionChanges(k.model.Audience, "")...)
	}
	for i := range k.model.Conditions {
		terms = append(terms, k.conditionChanges(&k.model.Conditions[i], k.model.Conditions[i].Name)...)
	}
	return terms
}

// seasonsChange returns the parameter for whether a season of the model begins or ends between the
// instants.
func (k *modelLowering) seasonsChange() *scalar.Expr {
	whatever := func(int, int) *scalar.Expr { return k.Ref("unused", scalar.Whole, scalar.Natural) }
	seasons := award.Of(&k.Builder, k.model, whatever).Seasons
	if len(seasons) == 0 {
		return k.Truth(false)
	}
	name := "seasons change of " + k.model.Name
	k.parameters[name] = parameter{TruthArgument, func(at *instant) int64 {
		for _, s := range seasons {
			if s.Holds(at.asOf) != s.Holds(at.since) {
				return 1
			}
		}
		return 0
	}}
	return k.Param(name, scalar.Truth, scalar.Range{})
}

func (k *modelLowering) conditionChanges(c *check.Condition, name string) []*scalar.Expr {
	var terms []*scalar.Expr
	for i := range c.Children {
		ch := &c.Children[i]
		values := []check.Value{}
		if ch.Cap != nil {
			values = append(values, ch.Cap.Value)
		}
		for _, item := range c.Items {
			if s, ok := item.(*check.Same); ok && slices.Contains(s.Children, i) {
				values = append(values, s.Values[slices.Index(s.Children, i)])
			}
		}
		r := try(func() {
			t := k.crossing(ch, values)
			if t == truth(false) {
				return
			}
			n := k.put(func(lead record) *scalar.Expr { return k.crossed(lead, ch, t) })
			terms = append(terms, k.More(n, k.Whole(0)))
		})
		if r != nil {
			k.refuse(*r, name, ch.Source)
		}
	}
	return terms
}

// crossed counts the routes of a child's path with a record that satisfies a test, of a lead.
func (c *scope) crossed(lead record, ch *check.Child, t test) *scalar.Expr {
	w := &walk{c, ch, false}
	if ch.Path[0].Name == leadRoot {
		return w.weight(lead, 0, t)
	}
	var list []*scalar.Expr
	for _, e := range c.rootKinds(ch) {
		list = append(list, c.ofLead(lead, e, false, func(r record) *scalar.Expr { return w.weight(r, 0, t) }))
	}
	return c.Add(list...)
}

// A crosser returns whether a date of a record, or of those to which its references lead, is between
// two instants that matter; null or false if not.
type crosser func(r record) *scalar.Expr

// crossing returns the test of a route that it may count otherwise as of the second instant. values
// tell occurrences apart.
func (c *scope) crossing(ch *check.Child, values []check.Value) test {
	at := make([][]crosser, len(ch.Path))
	for i := range ch.Path {
		if i > 0 || ch.Path[0].Name != leadRoot {
			at[i] = append(at[i], record.appears)
		}
	}
	if ch.Range != nil {
		at[ch.Dated] = append(at[ch.Dated], func(r record) *scalar.Expr { return r.crosses(r.date(), *ch.Range) })
	}
	if ch.Aging != nil {
		at[ch.Dated] = append(at[ch.Dated], func(r record) *scalar.Expr { return r.ages(ch.Aging) })
	}
	for _, v := range values {
		at[v.Step] = append(at[v.Step], func(r record) *scalar.Expr { return r.leadsTo(v.Hops) })
	}
	var visit func(e check.Expr)
	visit = func(e check.Expr) {
		switch e := e.(type) {
		case *check.And:
			for _, t := range e.Terms {
				visit(t)
			}
		case *check.Or:
			for _, t := range e.Terms {
				visit(t)
			}
		case *check.Not:
			visit(e.Expr)
		case *check.Comparison:
			at[e.Step] = append(at[e.Step], func(r record) *scalar.Expr { return r.comparisonCrosses(e) })
		}
	}
	for _, e := range ch.Where {
		visit(e)
	}
	var list []test
	for i, crossers := range at {
		if crossers == nil {
			continue
		}
		list = append(list, &atom{i, fmt.Sprintf("crossing %d", i), func(r record) *scalar.Expr {
			terms := make([]*scalar.Expr, len(crossers))
			for j, crosses := range crossers {
				terms[j] = c.Coalesce(crosses(r), c.Truth(false))
			}
			return c.anyOf(terms)
		}})
	}
	return anyOf(list...)
}

// appears returns whether a record comes to be between the instants.
func (r record) appears() *scalar.Expr {
	if _, ok := r.entity.Dated(); !ok {
		return r.Truth(false)
	}
	f, _ := r.entity.Dated()
	return r.crosses(r.date(), check.Window{Days: f.Type == traverse.Date, Lo: check.Bound{Kind: check.Open}, Hi: check.Bound{Kind: check.Relative}})
}

// leadsTo returns whether a record on the way over references comes to be between the instants.
func (r record) leadsTo(hops []traverse.Step) *scalar.Expr {
	var list []*scalar.Expr
	for _, h := range hops {
		r = r.follow(h.Name)
		list = append(list, r.Coalesce(r.appears(), r.Truth(false)))
	}
	return r.Or(list...)
}

// comparisonCrosses returns whether a comparison may come to something else.
func (r record) comparisonCrosses(e *check.Comparison) *scalar.Expr {
	on := r.leadsTo(e.Hops)
	in, ok := e.Predicate.(check.InWindow)
	if !ok || in.Window.Lo.Kind != check.Relative && in.Window.Hi.Kind != check.Relative {
		return on
	}
	for _, h := range e.Hops {
		r = r.follow(h.Name)
	}
	f, _ := r.entity.Field(e.Field.Name)
	return r.Or(on, r.Coalesce(r.crosses(r.value(f, formPlain), in.Window), r.Truth(false)))
}

// crosses returns whether a date comes to be inside or outside of a window between the instants.
func (c *scope) crosses(at *scalar.Expr, w check.Window) *scalar.Expr {
	var list []*scalar.Expr
	for i, b := range []check.Bound{w.Lo, w.Hi} {
		if b.Kind == check.Relative {
			// An instant that is the last inside is not yet crossed.
			from, to := c.passedParameters(b, w.Days, int64(i))
			list = append(list, c.And(c.is(callAt+">=", at, from), c.is(callAt+"<", at, to)))
		}
	}
	return c.Or(list...)
}

// passedParameters returns the parameters of the first date that a bound passes between the instants, and
// of that after the last. Clocks that are put back may make it go back. later is added to both.
func (c *scope) passedParameters(b check.Bound, days bool, later int64) (from, to *scalar.Expr) {
	one := func(which string, choose func(a, b int64) int64) *scalar.Expr {
		name := fmt.Sprintf("%s bound %d %d %d %t %d %s", which, b.Unit, b.N, b.Plus, days, later, c.zone)
		p := parameter{InstantArgument, func(at *instant) int64 {
			window := check.Window{Days: days, Lo: b}
			now, _ := window.Resolve(at.asOf, c.zone)
			then, _ := window.Resolve(at.since, c.zone)
			return within(choose(now, then)+later, days)
		}}
		if days {
			p.typ = DayArgument
		}
		c.parameters[name] = p
		return c.Param(name, scalar.Other, scalar.Range{})
	}
	return one("first", func(a, b int64) int64 { return min(a, b) }), one("last", func(a, b int64) int64 { return max(a, b) })
}

// ages returns whether an occurrence gets a span older between the instants, or, for spans that are not
// always as long, whether it may.
func (r record) ages(a *check.Aging) *scalar.Expr {
	at := r.dateOf()
	if span, ok := steadySpan(a.Span); ok {
		return r.And(r.Not(r.IsNull(at.ticks)), r.NotEqual(r.age(span, a.Steps, at), r.ageSince(span, a.Steps, at)))
	}
	name := fmt.Sprintf("last edge %d %d %d %t %s", a.Steps, a.Span.N, a.Span.Unit, at.days, r.zone)
	zone := r.zone
	p := parameter{InstantArgument, func(i *instant) int64 {
		now, then := a.Edges(i.asOf, zone, nil), a.Edges(i.since, zone, nil)
		return within(min(now[a.Steps-1], then[a.Steps-1]), at.days)
	}}
	if at.days {
		p.typ = DayArgument
	}
	r.parameters[name] = p
	return r.is(callAt+">=", at.native, r.Param(name, scalar.Other, scalar.Range{}))
}
