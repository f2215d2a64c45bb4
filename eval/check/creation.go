package check

import (
	"fmt"
	"iter"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A Creation is a checked `lead creation`: which leads to create (language reference,
// Which leads to create).
type Creation struct {
	Name    string
	Account bool   // leads are created for accounts, not for contacts
	Ref     string // the reference that tells leads of one parent apart; "" if nothing does
	// Model has target contact and the time zone UTC. Its only child is each of the
	// interactions that create leads.
	Model  *Model
	Values []SetValue
	Source *dsl.LeadCreation
	File   string
}

// Child returns the child that counts the interactions that create leads.
func (c *Creation) Child() *Child { return &c.Model.Conditions[0].Children[0] }

// creation checks which leads to create.
func (c *checker) creation(b *dsl.LeadCreation) *Creation {
	out := &Creation{Source: b, File: c.file.Name}
	head := b.Span
	if b.Name != nil {
		out.Name, head = b.Name.Value, b.Name.Span
	}
	var from *dsl.CreationFrom
	var scope *dsl.CreationScope
	var per *dsl.CreationPer
	once, said := map[string]dsl.Span{}, map[string]dsl.Span{}
	first := func(what string, at dsl.Span) bool {
		if before, ok := once[what]; ok {
			d := c.problem(at, dsl.CodeRepeated, "a lead creation has only one %s", what)
			d.Related = []dsl.Related{{Summary: "the first is here", File: c.file.Name, Span: before}}
			return false
		}
		once[what] = at
		return true
	}
	for _, clause := range b.Clauses {
		switch clause := clause.(type) {
		case *dsl.CreationFrom:
			if first("from", clause.Span) {
				from = clause
			}
		case *dsl.CreationScope:
			if first("scope", clause.Span) {
				scope, out.Account = clause, clause.Account
			}
		case *dsl.CreationPer:
			if first("per", clause.Span) {
				per = clause
			}
		case *dsl.SetValues:
			if first("set", clause.Span) {
				out.Values = c.setValues(clause, said)
			}
		}
	}
	if !b.Incomplete {
		missing := func(is bool, what, expected string) {
			if is {
				c.problem(head, CodeMissing, "the lead creation does not say %s", what).Expected = []string{expected}
			}
		}
		missing(from == nil, "from which interactions", "from FormSubmitted")
		missing(scope == nil, "for whom leads are created", "scope contact or scope account")
		missing(per == nil, "what tells the leads of a contact or account apart", "per company, or per and a reference")
	}
	var child *Child
	if from != nil {
		out.Model, child = c.creationModel(out.Name, from)
	}
	if per != nil && per.Ref != nil {
		c.creationRef(per, child)
		out.Ref = per.Ref.Text
	}
	return out
}

// creationModel checks from which interactions leads are created. The child is nil if there
// is a problem with these.
func (c *checker) creationModel(name string, from *dsl.CreationFrom) (*Model, *Child) {
	m := &Model{Name: name, Target: dsl.TargetContact, Zone: time.UTC, Schema: c.schema, Source: &dsl.Model{Span: from.Span}, File: c.file.Name}
	c.target = m.Target
	if len(from.Kinds) == 1 && !c.isKind(from.Kinds[0]) {
		return m, nil
	}
	source := &dsl.Child{
		Span: from.Span, Path: from.Kinds[:1], Or: from.Kinds[1:], Where: from.Where,
		Frequency: dsl.Frequency{Span: dsl.Span{Start: from.Start, End: from.Start}, Kind: dsl.Each},
	}
	m.Conditions = []Condition{{Name: name, Points: 1, Children: []Child{c.child(m, source)}}}
	child := &m.Conditions[0].Children[0]
	if child.Path == nil {
		return m, nil
	}
	return m, child
}

// isKind reports whether a name is that of an interaction, and a problem if it is not.
func (c *checker) isKind(n *dsl.Name) bool {
	if n.Bad {
		return false
	}
	e := c.schema.Entity(n.Text)
	switch {
	case n.Text == traverse.AnyInteraction:
		c.problem(n.Span, CodeKinds, "Interaction means many kinds, and from names each of them").Help = "write from FormSubmitted, EventRegistered, for example"
	case e == nil:
		d := c.problem(n.Span, CodeName, "unknown entity %s", n.Text)
		d.Nearest = c.near(n.Text, c.interactions())
		c.fixName(d, n.Text, c.interactions())
	case e.Kind() != traverse.Interaction:
		c.problem(n.Span, CodeKinds, "%s is not an interaction: leads are created from interactions", n)
	default:
		return true
	}
	return false
}

// creationRef checks the reference that tells leads apart: both Lead and the interactions
// of the child, which may be nil, must have it.
func (c *checker) creationRef(per *dsl.CreationPer, child *Child) {
	name, lead := per.Ref, c.schema.Entity(traverse.Lead)
	if name.Bad || lead == nil {
		return
	}
	r, ok := lead.Relationship(name.Text)
	_, isField := lead.Field(name.Text)
	switch {
	case isField:
		c.problem(name.Span, CodeType, "Lead.%s is a field, and per names a relationship", name.Text).Help = "write per and a reference, or per company for one lead"
		return
	case !ok:
		d := c.problem(name.Span, CodePath, "Lead has no relationship %s", name.Text)
		if d.Nearest = c.near(name.Text, references(lead)); d.Nearest == "" {
			d.Help = "declare it in a schema block, or write per company for one lead of each contact or account"
		}
		c.fixName(d, name.Text, references(lead))
		return
	case r.Many():
		c.problem(name.Span, CodePath, "Lead.%s leads to many records: a lead is told apart by one", name.Text)
		return
	case child == nil:
		return
	}
	kinds := child.Kinds
	if kinds == nil {
		kinds = []*traverse.Entity{child.Path[0].Entity}
	}
	for _, k := range kinds {
		of, ok := k.Relationship(name.Text)
		switch {
		case !ok:
			d := c.problem(name.Span, CodePath, "%s has no relationship %s, so it does not say to which lead it leads", k.Name(), name.Text)
			d.Help = fmt.Sprintf("declare it in a schema block: interaction %s { %s -> %s }", (&dsl.Name{Text: k.Name()}), name, (&dsl.Name{Text: r.Target}))
		case of.Many() || of.Target != r.Target:
			c.problem(name.Span, CodePath, "%s.%s leads to %s, and Lead.%s to %s", k.Name(), name.Text, of.Target, name.Text, r.Target)
		default:
			continue
		}
		return
	}
}

// references yields the names of the N:1 relationships of an entity.
func references(e *traverse.Entity) iter.Seq[string] {
	return func(yield func(string) bool) {
		for r := range e.Relationships() {
			if !r.Many() && !yield(r.Name) {
				return
			}
		}
	}
}
