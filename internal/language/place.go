package language

import (
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// A place is a place that is being completed, and what its names mean.
type place struct {
	*dsl.Place
	s      *Snapshot
	f      *file
	offset int
	schema *traverse.Schema
	steps  []traverse.Step    // of the path before the place, as far as it can be resolved
	kinds  []*traverse.Entity // of a root of several kinds
	field  traverse.Field     // of the expression that the place is in, after its name
	known  bool               // whether there is such a field
}

func newPlace(s *Snapshot, f *file, offset int) *place {
	p := &place{Place: dsl.At(f.Text, offset), s: s, f: f, offset: offset, schema: s.set.Schema}
	p.resolve()
	p.field, p.known = p.findField()
	return p
}

// in reports whether the innermost open block begins with a word.
func (p *place) in(word string) bool {
	return len(p.Blocks) > 0 && p.Blocks[len(p.Blocks)-1].Word == word
}

// within reports whether an open block begins with a word.
func (p *place) within(word string) bool {
	return slices.ContainsFunc(p.Blocks, func(b dsl.OpenBlock) bool { return b.Word == word })
}

// resolve finds the steps of the path before the place. A name that is not known is taken
// for the nearest one.
func (p *place) resolve() {
	if len(p.Path) == 0 {
		return
	}
	root := func(n *dsl.Name) *traverse.Entity {
		if e := p.schema.Root(n.Text); e != nil {
			return e
		}
		return p.schema.Root(nearest.Name(n.Text, p.schema.Roots()))
	}
	for _, n := range append([]*dsl.Name{p.Path[0]}, p.Or...) {
		if e := root(n); e != nil {
			p.kinds = append(p.kinds, e)
		}
	}
	if len(p.kinds) == 0 {
		return
	}
	first, name := p.kinds[0], p.Path[0].Text
	if len(p.Or) > 0 {
		if slices.ContainsFunc(p.kinds, func(e *traverse.Entity) bool { return e.Kind() != traverse.Interaction }) {
			return
		}
		first, name = traverse.Common(p.kinds...), ""
	}
	p.steps = []traverse.Step{{Name: name, Entity: first}}
	for _, n := range p.Path[1:] {
		step, ok := p.hop(p.last(), n.Text)
		if !ok {
			return // the last name may be the field of a table
		}
		p.steps = append(p.steps, step)
	}
}

// last returns the entity at the end of the path, or nil.
func (p *place) last() *traverse.Entity {
	if len(p.steps) == 0 {
		return nil
	}
	return p.steps[len(p.steps)-1].Entity
}

// hop follows a relationship, or the one with the nearest name.
func (p *place) hop(from *traverse.Entity, name string) (traverse.Step, bool) {
	step, err := p.schema.Hop(from, name)
	if err == nil {
		return step, true
	}
	if _, ok := from.Field(name); ok {
		return traverse.Step{}, false
	}
	step, err = p.schema.Hop(from, err.Nearest())
	return step, err == nil
}

// subject returns the entity whose fields an expression or a value at the place names first,
// or nil.
func (p *place) subject() *traverse.Entity {
	switch {
	case p.Entity != nil && len(p.Path) == 0:
		return p.schema.Entity(p.Entity.Text)
	case len(p.Path) > 0:
		return p.last()
	}
	return p.schema.Entity(traverse.Lead)
}

// follow returns the entity to which names lead from the subject of the place, and how many
// hops they take. The first of them may be a step of the path.
func (p *place) follow(names []*dsl.Name) (e *traverse.Entity, hops int) {
	e = p.subject()
	for i, n := range names {
		if e == nil {
			return nil, hops
		}
		if _, ok := e.Relationship(n.Text); !ok && i == 0 {
			if at := slices.IndexFunc(p.steps, func(s traverse.Step) bool { return s.Name == n.Text }); at >= 0 {
				e = p.steps[at].Entity
				continue
			}
		}
		step, ok := p.hop(e, n.Text)
		if !ok {
			return nil, hops
		}
		e, hops = step.Entity, hops+1
	}
	return e, hops
}

// findField returns the field that the value or operator at the place is about.
func (p *place) findField() (traverse.Field, bool) {
	if p.in("table") {
		return p.tableField()
	}
	if len(p.Ref) == 0 {
		return traverse.Field{}, false
	}
	e, _ := p.follow(p.Ref[:len(p.Ref)-1])
	if e == nil {
		return traverse.Field{}, false
	}
	return fieldOf(e, p.Ref[len(p.Ref)-1].Text)
}

// tableField returns the field of the table that the place is in. A table by a number has a
// number.
func (p *place) tableField() (traverse.Field, bool) {
	if n := len(p.Path); n > 1 && len(p.steps) == n-1 {
		return fieldOf(p.last(), p.Path[n-1].Text)
	}
	return traverse.Field{Type: traverse.Number}, len(p.steps) > 0
}

// fieldOf returns the field of an entity with a name, or with the nearest one.
func fieldOf(e *traverse.Entity, name string) (traverse.Field, bool) {
	if f, ok := e.Field(name); ok {
		return f, true
	}
	if _, ok := e.Relationship(name); ok {
		return traverse.Field{}, false
	}
	return e.Field(nearest.Name(name, e.FieldNames()))
}

// model returns the model that the place is in, or the one that the test is of that it is
// in; or nil.
func (p *place) model() *modelIndex {
	if len(p.Blocks) == 0 {
		return nil
	}
	switch outer := p.Blocks[0]; outer.Word {
	case "model":
		for _, m := range p.f.index().models {
			if m.model.Start.Offset == outer.Start.Offset {
				return m
			}
		}
		return p.s.model(outer.Name)
	case "test":
		if t := p.f.testAt(p.offset); t != nil {
			return p.s.tested(p.f, t)
		}
	}
	return nil
}

// subjects returns the models that the names of conditions, dimensions and grades at the
// place are of.
func (p *place) subjects() []*modelIndex {
	if p.Model != nil {
		if m := p.s.model(p.Model.Value); m != nil {
			return []*modelIndex{m}
		}
	}
	if m := p.model(); m != nil {
		return []*modelIndex{m}
	}
	return p.s.models()
}

// lets returns the names for values that are seen at the place.
func (p *place) lets() []*dsl.Let {
	lets := p.f.index().lets
	if len(p.Blocks) > 0 && p.Blocks[0].Word == "model" {
		if m := p.model(); m != nil {
			lets = slices.Concat(m.lets, lets)
		}
	}
	return lets
}

// hopsLeft returns how many hops may follow those of the path and so many others.
func (p *place) hopsLeft(more int) int {
	return traverse.MaxHops - max(len(p.steps)-1, 0) - more
}

// typed returns what is being typed, without the quote that it begins with.
func (p *place) typed() string {
	if p.Inside == dsl.InText || p.Inside == dsl.InName {
		return p.Typed[min(1, len(p.Typed)):]
	}
	return p.Typed
}

// target returns the target of the model that the place is in.
func (p *place) target() dsl.TargetKind {
	if m := p.model(); m != nil {
		return m.target
	}
	return dsl.TargetLeadWithContact
}
