package stream

import (
	"context"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

// A source answers the queries of the engine from the documents of records. It reads each
// document once, so it is made anew for each scoring.
type source struct {
	view *view
}

// Fetch implements traverse.Source.
func (s *source) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	l := s.view.records.layout
	e := l.entities[q.Entity]
	places := make([]int, len(q.Fields))
	for i, f := range q.Fields {
		places[i] = e.place[f]
	}
	values := make([]traverse.Value, len(places))
	add := func(key, id string, from []traverse.Value) {
		for i, p := range places {
			values[i] = from[p]
		}
		out.Add(key, id, values...)
	}
	if q.By == "" {
		if err := s.view.prefetch(ctx, q.Entity, q.Keys); err != nil {
			return err
		}
		for _, key := range q.Keys {
			n, err := s.view.get(ctx, q.Entity, key)
			if err != nil {
				return err
			}
			if n.node.exists {
				add(key, key, n.node.values)
			}
		}
		return nil
	}
	at := l.edgeOf(q.Entity, q.By)
	target := l.edges[at].target
	if err := s.view.prefetch(ctx, target, q.Keys); err != nil {
		return err
	}
	for _, key := range q.Keys {
		n, err := s.view.get(ctx, target, key)
		if err != nil {
			return err
		}
		list := n.node.in[at]
		if l.edges[at].embeds {
			for id, r := range list {
				add(key, id, r.values)
			}
			continue
		}
		if err := s.profiles(ctx, e, q.By, key, list, add); err != nil {
			return err
		}
	}
	return nil
}

// profiles adds the profiles of a list that refer to a key.
func (s *source) profiles(ctx context.Context, e *entity, by, key string, list inward, add func(key, id string, from []traverse.Value)) error {
	ids := make([]string, 0, len(list))
	for id := range list {
		ids = append(ids, id)
	}
	if err := s.view.prefetch(ctx, e.name, ids); err != nil {
		return err
	}
	ref := slices.IndexFunc(e.refs, func(r reference) bool { return r.name == by })
	for _, id := range ids {
		n, err := s.view.get(ctx, e.name, id)
		if err != nil {
			return err
		}
		// A record that has moved since the list was read is no longer one of them.
		if n.node.exists && n.node.refs[ref] == key {
			add(key, id, n.node.values)
		}
	}
	return nil
}
