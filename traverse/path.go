package traverse

import (
	"fmt"
	"iter"

	"github.com/leadscore/leadscore/internal/nearest"
)

// MaxHops is how many hops a path may take, together with a field reference that
// follows it (designer: up to five hops).
const MaxHops = 5

// A Step is one stop of a [Path].
type Step struct {
	Name   string       // as the path spells it: the root's name, or the relationship's
	Entity *Entity      // where it stops
	Via    Relationship // the one that leads there; the zero Relationship for the root
}

// A Path is a resolved path: the root first, then one step a hop.
type Path []Step

// Hops returns how many hops the path takes.
func (p Path) Hops() int { return len(p) - 1 }

// Last returns the path's last step.
func (p Path) Last() Step { return p[len(p)-1] }

// A PathError is the error for a name of a path that could not be resolved.
type PathError struct {
	Index   int    // of the name in the path
	Summary string // what is wrong, without a full stop

	name       string
	candidates iter.Seq[string] // nil if no other name is possible
}

// Error returns the summary and the suggestion.
func (e *PathError) Error() string {
	return e.Summary + nearest.Hint(e.Nearest())
}

// Nearest returns the valid name that was most likely meant, or "". It searches
// again on every call.
func (e *PathError) Nearest() string {
	if e.candidates == nil {
		return ""
	}
	return nearest.Name(e.name, e.candidates)
}

// Root returns the entity at which a path that begins with name starts: Lead,
// an interaction, or for "Interaction" an entity that represents all
// interactions that are not passive. It returns nil for any other name.
func (s *Schema) Root(name string) *Entity {
	if name == AnyInteraction {
		return s.any
	}
	if e := s.byName[name]; e != nil && (e.kind == Interaction || name == Lead) {
		return e
	}
	return nil
}

// Roots yields the names that a path can begin with.
func (s *Schema) Roots() iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(Lead) || !yield(AnyInteraction) {
			return
		}
		for _, e := range s.entities {
			if e.kind == Interaction && !yield(e.name) {
				return
			}
		}
	}
}

// Active yields the interactions that are not passive: those that the root
// Interaction represents.
func (s *Schema) Active() iter.Seq[*Entity] {
	return func(yield func(*Entity) bool) {
		for _, e := range s.entities {
			if e.kind == Interaction && !e.passive && !yield(e) {
				return
			}
		}
	}
}

// Path resolves the names of a path. It does not limit the number of hops. The
// error is a [*PathError].
func (s *Schema) Path(names ...string) (Path, error) {
	if len(names) == 0 {
		return nil, &PathError{Summary: "a path needs a name"}
	}
	root := s.Root(names[0])
	if root == nil {
		err := &PathError{Summary: fmt.Sprintf("unknown entity %s", names[0])}
		if s.byName[names[0]] != nil {
			err.Summary = fmt.Sprintf("a path cannot start at %s: it starts at Lead, at an interaction or at Interaction", names[0])
		} else {
			err.name, err.candidates = names[0], s.Roots()
		}
		return nil, err
	}
	path := make(Path, 1, len(names))
	path[0] = Step{Name: names[0], Entity: root}
	for i, name := range names[1:] {
		step, err := s.Hop(path.Last().Entity, name)
		if err != nil {
			err.Index = i + 1
			return nil, err
		}
		path = append(path, step)
	}
	return path, nil
}

// Hop resolves one relationship of from. The error's index is 0.
func (s *Schema) Hop(from *Entity, name string) (Step, *PathError) {
	if r, ok := from.Relationship(name); ok {
		if to := s.byName[r.Target]; to != nil {
			return Step{Name: name, Entity: to, Via: r}, nil
		}
		return Step{}, &PathError{Summary: fmt.Sprintf("%s.%s leads to %s, which is not an entity", from.name, name, r.Target)}
	}
	if _, ok := from.Field(name); ok {
		return Step{}, &PathError{Summary: fmt.Sprintf("%s.%s is a field: a path hops along relationships", from.name, name)}
	}
	return Step{}, &PathError{
		Summary: fmt.Sprintf("%s has no relationship %s", from.name, name),
		name:    name, candidates: from.RelationshipNames(),
	}
}

// FieldNames yields the names of e's fields in the order of their declaration.
func (e *Entity) FieldNames() iter.Seq[string] { return fieldNames(e, append(Types(), NoType)...) }

// RelationshipNames yields the names of e's relationships in the order of their declaration.
func (e *Entity) RelationshipNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, r := range e.rels {
			if !yield(r.Name) {
				return
			}
		}
	}
}
