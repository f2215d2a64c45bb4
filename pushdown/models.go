package pushdown

import (
	"fmt"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/pushdown/internal/award"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/traverse"
)

const leadRoot = traverse.Lead

// A lowered is a model as relations.
type lowered struct {
	name       string
	of         *leadscore.Model
	dimensions []string
	pieces     []*relation    // of the leads, that have what the values are made of
	values     []*scalar.Expr // the columns of the result after lead and model, without those of dimensions that the model lacks
	explained  *scalar.Expr   // the column explanation, or nil
}

// A modelLowering lowers one model.
type modelLowering struct {
	*scope
	refusals []Refusal
	pieces   []*relation
	counts   map[counter]*scalar.Expr
}

// of returns a lowering of a model.
func (l *lowering) of(m *check.Model) *modelLowering {
	zone := m.Zone
	if zone == nil {
		zone = time.UTC
	}
	return &modelLowering{scope: &scope{l, m, zone}, counts: map[counter]*scalar.Expr{}}
}

// model lowers a model, or returns what cannot be lowered.
func (l *lowering) model(m *check.Model, stopped bool) (*lowered, []Refusal) {
	k := l.of(m)
	out := &lowered{name: m.Name}
	var base *relation
	if r := try(func() { base = k.base() }); r != nil {
		k.refuse(*r, "", m.Source)
		return nil, k.refusals
	}
	k.pieces = []*relation{base}
	if stopped {
		out.pieces = k.pieces
		out.values = []*scalar.Expr{k.given(k.Text("stopped")), k.only(k.Truth(false), k.Whole(0)), k.Text(""), k.Truth(false), k.Text("")}
		if l.explains {
			out.explained = k.Text("")
		}
		return out, nil
	}
	a := award.Of(&l.Builder, m, k.countOf)
	contact, account := k.Ref(baseContact, scalar.Truth, scalar.Range{}), k.Ref(baseAccount, scalar.Truth, scalar.Range{})
	status := k.given(a.Status(&l.Builder, m.Target, contact, account))
	if l.explains {
		out.explained = k.explanation(status, a)
	}
	for name, season := range a.Seasons {
		l.parameters[name] = parameter{TruthArgument, func(at *instant) int64 {
			if season.Holds(at.asOf) {
				return 1
			}
			return 0
		}}
	}
	if k.refusals != nil {
		return nil, k.refusals
	}
	out.pieces = k.pieces
	for _, d := range a.Dimensions {
		out.dimensions = append(out.dimensions, d.Name)
	}
	out.values = k.values(status, a)
	return out, nil
}

// values returns the columns of the result after lead and model.
func (k *modelLowering) values(status *scalar.Expr, a *award.Award) []*scalar.Expr {
	scored := k.Equal(status, k.Text("scored"))
	text := func(e *scalar.Expr) *scalar.Expr { return k.If(scored, k.Coalesce(e, k.Text("")), k.Text("")) }
	list := []*scalar.Expr{status, k.only(scored, a.Score), text(a.Grade), k.And(scored, a.SalesReady), text(a.Label)}
	for _, d := range a.Dimensions {
		list = append(list, k.only(scored, d.Score), text(d.Grade))
	}
	return list
}

// only returns a number if a condition holds, else null.
func (l *lowering) only(condition, number *scalar.Expr) *scalar.Expr {
	return l.Call(callOnly, scalar.Whole, true, number.Range(), condition, number)
}

// A counter is what a column counts.
type counter struct {
	condition, child int  // see award.Counts
	occurrences      bool // whatever they weigh
}

// countOf returns the column with what a child counts: see award.Counts. What cannot be counted
// is refused.
func (k *modelLowering) countOf(condition, child int) *scalar.Expr {
	return k.counted(counter{condition, child, false})
}

// occurrencesOf returns the column with how many occurrences a child counts.
func (k *modelLowering) occurrencesOf(condition, child int) *scalar.Expr {
	return k.counted(counter{condition, child, true})
}

func (k *modelLowering) counted(at counter) *scalar.Expr {
	condition, child := at.condition, at.child
	if e, ok := k.counts[at]; ok {
		return e
	}
	c, name := k.model.Audience, ""
	if condition != award.Audience {
		c = &k.model.Conditions[condition]
		name = c.Name
	}
	e := k.Whole(0)
	var place dsl.Node = k.model.Source
	r := try(func() {
		if child < len(c.Children) {
			ch := &c.Children[child]
			place = ch.Source
			if at.occurrences && points.Decays(ch) {
				whole := *ch
				whole.Aging = nil
				ch = &whole
			} else if at.occurrences {
				e = k.countOf(condition, child)
				return
			}
			e = k.put(func(lead record) *scalar.Expr { return k.count(lead, ch) })
			return
		}
		s := sameOf(c, child-len(c.Children))
		place = s.Source
		e = k.put(func(lead record) *scalar.Expr { return k.sameValues(lead, c, s) })
	})
	if r != nil {
		k.refuse(*r, name, place)
	}
	k.counts[at] = e
	return e
}

// sameOf returns the n-th block of a condition that counts values.
func sameOf(c *check.Condition, n int) *check.Same {
	for _, it := range c.Items {
		if s, ok := it.(*check.Same); ok {
			if n == 0 {
				return s
			}
			n--
		}
	}
	panic("pushdown: there is no such block")
}

func (k *modelLowering) refuse(r refused, condition string, at dsl.Node) {
	out := Refusal{Model: k.model.Name, Condition: condition, Reason: r.reason, Remedy: r.remedy}
	if at != nil {
		start := at.At().Start
		out.Place = fmt.Sprintf("%s:%d:%d", k.model.File, start.Line, start.Column)
	}
	k.refusals = append(k.refusals, out)
}

// base returns the first relation of the leads, which also has the id of each as a text and
// whether it has a contact and an account.
func (k *modelLowering) base() *relation {
	if len(k.lowering.pieces) > 0 {
		return k.lowering.pieces[0]
	}
	lead := k.piece()
	rel := lead.rel
	rel.rename(each, k.text(lead.id()), baseLead)
	rel.rename(each, k.Not(k.IsNull(lead.reference(traverse.ParentContact).expr)), baseContact)
	rel.rename(each, k.Not(k.IsNull(lead.reference(traverse.ParentAccount).expr)), baseAccount)
	rel.where = append(rel.where, k.Not(k.IsNull(lead.id().expr)))
	if k.choice != nil {
		k.choose(lead)
	}
	return rel
}

// piece returns the leads of a relation that has room for another count.
func (k *modelLowering) piece() record {
	n := len(k.lowering.pieces)
	if n > 0 {
		last := k.lowering.pieces[n-1]
		if k.room(last) {
			return k.main(last, k.schema.Entity(traverse.Lead), "")
		}
	}
	rel := &relation{name: fmt.Sprintf("p%d", n), prefix: fmt.Sprintf("c%d_", n), keyName: "id", fenced: true}
	k.lowering.pieces = append(k.lowering.pieces, rel)
	lead := k.main(rel, k.schema.Entity(traverse.Lead), "")
	k.keyed(rel, lead.id())
	return lead
}

// put adds a count to the leads and returns its column.
func (k *modelLowering) put(count func(lead record) *scalar.Expr) *scalar.Expr {
	lead := k.piece()
	e := count(lead)
	name := lead.rel.column(each, e)
	if !slices.Contains(k.pieces, lead.rel) {
		k.pieces = append(k.pieces, lead.rel)
	}
	return k.Ref(name, scalar.Whole, e.Range())
}
