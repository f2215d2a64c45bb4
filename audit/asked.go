package audit

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// asked is what the models of a set that share a schema ask of the data.
type asked struct {
	entities []*askedEntity
	byName   map[string]*askedEntity
	any      bool // some path begins with Interaction
	accounts bool // some model counts interactions of accounts, which are those of their contacts
	parents  bool // some model scores only leads that have a parent
	leads    bool // some model scores every lead, and counts its own interactions
}

// An askedEntity is an entity of which rules count or test records.
type askedEntity struct {
	entity  *traverse.Entity
	fields  []*askedField
	refs    []askedRef
	windows []window // of children that count interactions of the entity
	undated bool     // some child counts its records of any date
	named   bool     // the rules name it, and not only Interaction
}

// An askedRef is a reference by which records are found.
type askedRef struct {
	name     string
	required bool // somebody's score depends on it: it must not be empty in every record
}

// An askedField is a field that rules test.
type askedField struct {
	traverse.Field
	operands []operand
	model    *check.Model // of which a range of days or times depends on the time zone, or nil
}

// An operand is a text that rules compare a field with.
type operand struct {
	text string // folded, unless the field is exact
	how  check.Match
	raw  string // as the rules have it
}

// A window is a date range, in the zone of its model.
type window struct {
	check.Window
	model *check.Model
}

// ask gathers what the models of a set ask of data with a schema.
func ask(set *leadscore.Set, schema *traverse.Schema) *asked {
	a := &asked{byName: map[string]*askedEntity{}}
	// Every lead belongs to a contact or an account.
	lead := a.entity(schema.Entity(traverse.Lead))
	if lead == nil {
		return a
	}
	lead.follow(traverse.ParentContact, false)
	lead.follow(traverse.ParentAccount, false)
	for _, m := range set.Models() {
		m := m.Checked()
		switch m.Target {
		case dsl.TargetContact:
			a.parents = true
			lead.follow(traverse.ParentContact, true)
		case dsl.TargetAccount:
			a.parents = true
			lead.follow(traverse.ParentAccount, true)
		case dsl.TargetLead, dsl.TargetLeadWithContact:
			a.leads = true
		}
		for i := range m.Conditions {
			a.condition(m, &m.Conditions[i])
		}
		if m.Audience != nil {
			a.condition(m, m.Audience)
		}
	}
	return a
}

// entity returns what is asked of an entity, or nil for nil.
func (a *asked) entity(e *traverse.Entity) *askedEntity {
	if e == nil {
		return nil
	}
	have := a.byName[e.Name()]
	if have == nil {
		have = &askedEntity{entity: e}
		a.byName[e.Name()] = have
		a.entities = append(a.entities, have)
	}
	return have
}

// roots returns the entities whose records the root of a path counts: each of several
// kinds, and for Interaction every interaction that is not passive and that can be a
// lead's.
func (a *asked) roots(m *check.Model, ch *check.Child) []*askedEntity {
	root := ch.Path[0].Entity
	kinds := ch.Kinds
	if kinds == nil && root.Name() != traverse.AnyInteraction {
		kinds = []*traverse.Entity{root}
	}
	var here []*askedEntity
	for _, e := range kinds {
		asked := a.entity(e)
		asked.named = true
		here = append(here, asked)
	}
	if kinds == nil {
		a.any = true
		for e := range m.Schema.Active() {
			if m.Target != dsl.TargetLead || refersToLead(e) {
				here = append(here, a.entity(e))
			}
		}
	}
	return here
}

// refersToLead reports whether an interaction has the reference by which it is a lead's.
func refersToLead(e *traverse.Entity) bool {
	r, ok := e.Relationship(traverse.Lead)
	return ok && r.Target == traverse.Lead && !r.Many()
}

// condition notes what the children of a condition ask, and the values that its blocks
// tell apart.
func (a *asked) condition(m *check.Model, c *check.Condition) {
	at := make([][][]*askedEntity, len(c.Children)) // by child and step
	for i := range c.Children {
		at[i] = a.child(m, &c.Children[i])
	}
	for _, item := range c.Items {
		if same, ok := item.(*check.Same); ok {
			for i, child := range same.Children {
				a.value(at[child], &same.Values[i])
			}
		}
	}
}

// value notes the references that lead to a value which tells occurrences apart.
func (a *asked) value(at [][]*askedEntity, v *check.Value) {
	here := at[v.Step]
	for _, step := range v.Hops {
		here = []*askedEntity{a.hop(here, step)}
	}
	for _, e := range here {
		if v.Ref != "" {
			e.follow(v.Ref, false) // an empty one is a value like others
		}
	}
}

// owners notes how interactions become a lead's.
func (a *asked) owners(m *check.Model, interactions []*askedEntity) {
	for _, e := range interactions {
		if e.entity.Kind() != traverse.Interaction {
			continue
		}
		if m.Target >= dsl.TargetLead && refersToLead(e.entity) {
			e.follow(traverse.Lead, m.Target == dsl.TargetLead)
		}
		if m.Target == dsl.TargetLead {
			continue
		}
		e.follow(traverse.Contact, false) // without it they are nobody's, which has a finding of its own
		if m.Account() {
			a.accounts = true
			contact := a.entity(m.Schema.Entity(traverse.Contact))
			contact.named = true
			contact.follow(traverse.ParentAccount, true)
		}
	}
}

// child notes what a child asks, and returns the entities of each step of its path.
func (a *asked) child(m *check.Model, ch *check.Child) [][]*askedEntity {
	at := [][]*askedEntity{a.roots(m, ch)}
	for i, step := range ch.Path[1:] {
		at = append(at, []*askedEntity{a.hop(at[i], step)})
	}
	a.owners(m, at[0])
	if ch.Dated >= 0 {
		for _, e := range at[ch.Dated] {
			if ch.Range == nil {
				e.undated = true
			} else {
				e.windows = append(e.windows, window{*ch.Range, m})
			}
		}
	}
	if ch.Cap != nil && ch.Cap.Period == dsl.NoPeriod && !ch.Cap.Value.Record {
		a.value(at, &ch.Cap.Value)
	}
	for _, x := range ch.Where {
		a.expr(m, at, x)
	}
	return at
}

// hop notes the reference of a hop from entities.
func (a *asked) hop(from []*askedEntity, step traverse.Step) *askedEntity {
	to := a.entity(step.Entity)
	to.named = true
	if step.Via.Many() {
		to.follow(step.Via.Via, true)
		return to
	}
	for _, e := range from {
		e.follow(step.Via.Name, true)
	}
	return to
}

func (a *asked) expr(m *check.Model, at [][]*askedEntity, x check.Expr) {
	switch x := x.(type) {
	case *check.Comparison:
		a.comparison(m, at, x)
	case *check.And:
		for _, term := range x.Terms {
			a.expr(m, at, term)
		}
	case *check.Or:
		for _, term := range x.Terms {
			a.expr(m, at, term)
		}
	case *check.Not:
		a.expr(m, at, x.Expr)
	default:
		panic(fmt.Sprintf("audit: unknown expression %T", x))
	}
}

func (a *asked) comparison(m *check.Model, at [][]*askedEntity, c *check.Comparison) {
	here := at[c.Step]
	for _, step := range c.Hops {
		here = []*askedEntity{a.hop(here, step)}
	}
	for _, e := range here {
		// Each interaction has its own field of that name.
		f, ok := e.entity.Field(c.Field.Name)
		if !ok {
			f = c.Field
		}
		e.test(m, f, c)
	}
}

func (e *askedEntity) follow(ref string, required bool) {
	at := slices.IndexFunc(e.refs, func(r askedRef) bool { return r.name == ref })
	if at < 0 {
		e.refs = append(e.refs, askedRef{ref, required})
	} else if required {
		e.refs[at].required = true
	}
}

func (e *askedEntity) test(m *check.Model, f traverse.Field, c *check.Comparison) {
	at := slices.IndexFunc(e.fields, func(have *askedField) bool { return have.Name == f.Name })
	if at < 0 {
		at = len(e.fields)
		e.fields = append(e.fields, &askedField{Field: f})
	}
	field := e.fields[at]
	if f.Type == traverse.Time && field.model == nil {
		field.model = m
	}
	how, values := check.MatchEquals, []string(nil)
	switch p := c.Predicate.(type) {
	case check.TextMatch:
		how, values = p.How, p.Values
	case check.ChoicesMatch:
		values = p.Values
	}
	for i, v := range values {
		o := operand{v, how, v}
		if c.Source != nil && i < len(c.Source.Operands) {
			if s, ok := c.Source.Operands[i].(*dsl.String); ok {
				o.raw = s.Value
			}
		}
		if !slices.Contains(field.operands, o) {
			field.operands = append(field.operands, o)
		}
	}
}
