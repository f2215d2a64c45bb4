package stream

import (
	"context"
	"maps"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

// A place is where a need reads something: a record by which it is answered, or a key that
// it asks for.
type place struct {
	need int
	id   string
	key  bool // id is a key of the need, and not a record
}

// A fan follows references backwards: from a record that has changed to the leads whose
// scores depend on it. It goes the way that scoring goes, need by need, in the other
// direction, so it finds all of these leads. It may find others, whose scores are then the
// same as before.
type fan struct {
	view   *view
	layout *layout
	seen   map[place]bool
	queue  []place
	leads  map[string]bool
}

// affected returns the leads whose scores may depend on a record, as it is now or as it was
// before the changes that are not all acknowledged yet.
func (r *records) affected(ctx context.Context, e *entity, id string) ([]string, error) {
	f := &fan{view: r.view(), layout: r.layout, seen: map[place]bool{}, leads: map[string]bool{}}
	for i, n := range r.layout.needs {
		if n.Entity == e.name {
			f.add(place{need: i, id: id})
		}
	}
	for len(f.queue) > 0 {
		p := f.queue[0]
		f.queue = f.queue[1:]
		if err := f.visit(ctx, p); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(f.leads)), nil
}

func (f *fan) add(p place) {
	if !f.seen[p] {
		f.seen[p] = true
		f.queue = append(f.queue, p)
	}
}

// visit adds the places from which scoring comes to p.
func (f *fan) visit(ctx context.Context, p place) error {
	need := f.layout.needs[p.need]
	if need.By == "" {
		if need.Entity == traverse.Lead {
			f.leads[p.id] = true
		}
		return f.referrers(ctx, need.Entity, p.id)
	}
	if p.key && f.layout.roots[p.need] {
		return f.owned(ctx, need, p.id)
	}
	if p.key {
		return f.keyed(ctx, f.layout.target(need), p.id)
	}
	n, err := f.view.get(ctx, need.Entity, p.id)
	if err != nil {
		return err
	}
	for i, ref := range f.layout.entities[need.Entity].refs {
		if ref.name != need.By {
			continue
		}
		if n.node.refs != nil && n.node.refs[i] != "" {
			f.add(place{p.need, n.node.refs[i], true})
		}
		for _, w := range n.node.was {
			if w.ref == i {
				f.add(place{p.need, w.id, true})
			}
		}
	}
	return nil
}

// owned adds the leads of an id whose interactions are counted: the lead itself, or the leads of
// a contact, and those of the account of the contact.
func (f *fan) owned(ctx context.Context, need *traverse.Need, id string) error {
	if f.layout.target(need) == traverse.Lead {
		f.leads[id] = true
		return nil
	}
	n, err := f.view.get(ctx, traverse.Contact, id)
	if err != nil {
		return err
	}
	for lead := range n.node.in[f.layout.edgeOf(traverse.Lead, traverse.ParentContact)] {
		f.leads[lead] = true
	}
	contact := f.layout.entities[traverse.Contact]
	if !f.layout.ofAccounts[need.Entity] || contact == nil {
		return nil
	}
	var accounts []string
	for i, ref := range contact.refs {
		if ref.name != traverse.ParentAccount {
			continue
		}
		if n.node.refs != nil {
			accounts = append(accounts, n.node.refs[i])
		}
		for _, w := range n.node.was {
			if w.ref == i {
				accounts = append(accounts, w.id)
			}
		}
	}
	for _, account := range accounts {
		if account == "" {
			continue
		}
		n, err := f.view.get(ctx, traverse.Account, account)
		if err != nil {
			return err
		}
		for lead := range n.node.in[f.layout.edgeOf(traverse.Lead, traverse.ParentAccount)] {
			f.leads[lead] = true
		}
	}
	return nil
}

// keyed adds the places from which an id comes that is a key: the record of that id, and
// those that refer to it.
func (f *fan) keyed(ctx context.Context, entity, id string) error {
	for i, n := range f.layout.needs {
		if n.Entity == entity {
			f.add(place{need: i, id: id})
		}
	}
	return f.referrers(ctx, entity, id)
}

// referrers adds the records that refer to a record, by references that some need reads.
func (f *fan) referrers(ctx context.Context, entity, id string) error {
	n, err := f.view.get(ctx, entity, id)
	if err != nil {
		return err
	}
	for at, list := range n.node.in {
		e := f.layout.edges[at]
		for i, need := range f.layout.needs {
			if need.Entity != e.entity || !slices.Contains(need.Fields, e.ref) {
				continue
			}
			if need.By == e.ref { // the key of these records is the id
				f.add(place{i, id, true})
				continue
			}
			for from := range list {
				f.add(place{need: i, id: from})
			}
		}
	}
	return nil
}
