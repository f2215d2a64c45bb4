package language

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// together returns the objects that must have the same name as o: fields or relationships of
// several interactions that make a root together.
func (s *Snapshot) together(o *check.Object) ([]*check.Object, error) {
	objects := []*check.Object{o}
	if !isMember(o) || o.Entity.Kind() != traverse.Interaction && o.Entity.Name() != traverse.Lead {
		return objects, nil
	}
	members := s.members(o.Name)
	for i := 0; i < len(objects); i++ { // grows
		for _, root := range s.roots(objects[i]) {
			for _, e := range root.kinds {
				x := members[e]
				if x == nil {
					return nil, fmt.Errorf("the %s %s is used together with that of %s, which is not declared in these files", o.Kind, o.Name, e.Name())
				}
				if !slices.Contains(objects, x) {
					objects = append(objects, x)
				}
			}
		}
	}
	return objects, nil
}

// isMember reports whether an object is a field or a relationship.
func isMember(o *check.Object) bool {
	return o.Kind == check.FieldObject || o.Kind == check.RelationshipObject
}

// members returns the fields and relationships with a name that the files declare, by their
// entities.
func (s *Snapshot) members(name string) map[*traverse.Entity]*check.Object {
	members := map[*traverse.Entity]*check.Object{}
	for _, of := range s.info().Occurrences {
		if x := of.Object; of.Declares && isMember(x) && x.Name == name {
			members[x.Entity] = x
		}
	}
	return members
}

// A root is a root of several kinds, and the part of a file in which names may be of all of
// them.
type root struct {
	kinds []*traverse.Entity
	in    *file
	at    dsl.Span
}

// has reports whether an occurrence is of a member with that name of one of the kinds.
func (r *root) has(o check.Occurrence, name string) bool {
	x, at := o.Object, o.Span
	return o.File == r.in.tree && at.Start.Offset >= r.at.Start.Offset && at.End.Offset <= r.at.End.Offset && x.Name == name && isMember(x) && slices.Contains(r.kinds, x.Entity)
}

// roots returns the roots of several kinds after which a field or relationship of one of them
// is used.
func (s *Snapshot) roots(o *check.Object) []root {
	var list []root
	for _, f := range s.files {
		dsl.Walk(f.tree, func(n dsl.Node) bool {
			names, at := rootsOf(n)
			if len(names) == 0 || len(names) == 1 && names[0].Text != traverse.AnyInteraction && !tells(n, o.Name) {
				return true
			}
			var kinds []*traverse.Entity
			if names[0].Text == traverse.AnyInteraction {
				kinds = slices.Collect(s.set.Schema.Active())
			}
			for _, name := range names {
				if e := s.set.Schema.Entity(name.Text); e != nil {
					kinds = append(kinds, e)
				}
			}
			if tells(n, o.Name) { // apart, so that Lead has it, too
				kinds = append(kinds, s.set.Schema.Entity(traverse.Lead))
			}
			r := root{kinds, f, at}
			if slices.Contains(kinds, o.Entity) && s.isUsed(&r, o.Name) {
				list = append(list, r)
			}
			return true
		})
	}
	return list
}

// rootsOf returns the names of the root of a child or of a lead creation, and where what follows it is.
func rootsOf(n dsl.Node) ([]*dsl.Name, dsl.Span) {
	switch n := n.(type) {
	case *dsl.Child:
		if len(n.Path) > 0 {
			return append([]*dsl.Name{n.Path[0]}, n.Or...), n.Span
		}
	case *dsl.LeadCreation:
		for _, clause := range n.Clauses {
			if from, ok := clause.(*dsl.CreationFrom); ok {
				return from.Kinds, n.Span
			}
		}
	case *dsl.ItemBlock:
		if n.Kind != dsl.SameValue {
			break
		}
		var names []*dsl.Name
		for child := range dsl.ChildrenOf(n.Items) {
			if len(child.Path) == 1 {
				names = append(append(names, child.Path[0]), child.Or...)
			}
		}
		return names, n.Span
	}
	return nil, dsl.Span{}
}

// tells reports whether a node is a lead creation that tells leads apart by a relationship of
// that name.
func tells(n dsl.Node, name string) bool {
	c, ok := n.(*dsl.LeadCreation)
	return ok && slices.ContainsFunc(c.Clauses, func(clause dsl.CreationClause) bool {
		per, ok := clause.(*dsl.CreationPer)
		return ok && per.Ref != nil && per.Ref.Text == name
	})
}

// isUsed reports whether a member with a name is used after a root.
func (s *Snapshot) isUsed(r *root, name string) bool {
	for o := range s.info().In(r.in.tree) {
		if r.has(o, name) {
			return true
		}
	}
	return false
}
