package traverse

import (
	"slices"
	"strings"
)

// Common returns an entity that represents the records of several interactions, as
// that of the root Interaction represents those of all that are not passive. It has
// the fields and relationships that all of kinds have alike, and Timestamp. Its name
// is that of the kinds with or between them.
func Common(kinds ...*Entity) *Entity {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	c := &Entity{name: strings.Join(names, " or "), kind: Interaction, dated: Timestamp, index: map[string]int{}}
	for _, f := range kinds[0].fields {
		if f.Name == Timestamp {
			for _, k := range kinds {
				if t, _ := k.Field(Timestamp); t.Derived != Stored {
					f.Derived = t.Derived
				}
			}
		}
		if f.Name == Timestamp || alike(kinds[1:], f) {
			c.index[f.Name] = len(c.fields)
			c.fields = append(c.fields, f)
		}
	}
	for _, r := range kinds[0].rels {
		all := !slices.ContainsFunc(kinds[1:], func(k *Entity) bool {
			other, ok := k.Relationship(r.Name)
			return !ok || other != r
		})
		if all {
			c.index[r.Name] = ^len(c.rels)
			c.rels = append(c.rels, r)
		}
	}
	c.given = !slices.ContainsFunc(kinds, func(k *Entity) bool { return !k.given })
	return c
}

// alike reports whether each of kinds has a field like f.
func alike(kinds []*Entity, f Field) bool {
	return !slices.ContainsFunc(kinds, func(k *Entity) bool {
		other, ok := k.Field(f.Name)
		return !ok || !other.Like(f)
	})
}

// Like reports whether the values of two fields can be compared as those of one: the
// fields have the same type, are both exact or both not, list the same values in any
// order, and get their values in the same way.
func (f Field) Like(g Field) bool {
	if f.Type != g.Type || f.Exact != g.Exact || f.Derived != g.Derived || len(f.Values) != len(g.Values) {
		return false
	}
	listed := make(map[string]bool, len(f.Values))
	for _, v := range f.Values {
		listed[f.Fold(v)] = true
	}
	return !slices.ContainsFunc(g.Values, func(v string) bool { return !listed[f.Fold(v)] })
}
