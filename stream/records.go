package stream

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// pruned is how many interactions that no rule counts any more are removed in a commit.
const pruned = 64

// A records is the documents of records in a bucket.
type records struct {
	bucket *bucket
	layout *layout
	keep   time.Duration        // for how long things are kept that may be dropped
	floor  func() uint64        // all messages up to it are acknowledged
	tries  func(conflict error) // is told of each commit that is tried again
}

func nodeKey(entity, id string) string { return "n." + token(entity) + "." + token(id) }

// A nodeAt is a node that was read.
type nodeAt struct {
	key     string
	node    *node
	rev     revision
	changed bool
	ttl     time.Duration
}

// A view reads nodes, each once.
type view struct {
	records *records
	mu      sync.Mutex
	nodes   map[string]*nodeAt
}

func (r *records) view() *view { return &view{records: r, nodes: map[string]*nodeAt{}} }

func (v *view) get(ctx context.Context, entity, id string) (*nodeAt, error) {
	key := nodeKey(entity, id)
	v.mu.Lock()
	n := v.nodes[key]
	v.mu.Unlock()
	if n != nil {
		return n, nil
	}
	data, rev, err := v.records.bucket.get(ctx, key)
	if err != nil {
		return nil, err
	}
	read, err := decodeNode(data)
	if err != nil {
		return nil, err
	}
	n = &nodeAt{key: key, node: read, rev: rev}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.nodes[key] = n
	return n, nil
}

// prefetch reads several nodes of an entity at the same time.
func (v *view) prefetch(ctx context.Context, entity string, ids []string) error {
	const most = 16
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		errs  error
		slots = make(chan struct{}, most)
	)
	for _, id := range ids {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if _, err := v.get(ctx, entity, id); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = errors.Join(errs, err)
			}
		})
	}
	wg.Wait()
	return errs
}

// apply writes a change into the documents: that of the record, and those of the records that
// it refers to or referred to, all at once. It reports false if there is nothing to score: a
// later change of the record has been applied, or the change changes nothing that rules ask for.
// To apply a change again changes nothing.
func (r *records) apply(ctx context.Context, c *reading, seq uint64, at time.Time) (bool, error) {
	for try := 0; ; try++ {
		v := r.view()
		own, err := v.get(ctx, c.entity.name, c.id)
		if err != nil {
			return false, err
		}
		if own.node.seq >= seq {
			return own.node.seq == seq, nil
		}
		same := r.same(own.node, c)
		if err := r.change(ctx, v, own, c, seq, at); err != nil {
			return false, err
		}
		var writes []write
		for _, n := range v.nodes {
			if n.changed {
				writes = append(writes, write{key: n.key, data: n.node.encode(), expected: n.rev, ttl: n.ttl})
			}
		}
		err = r.bucket.commit(ctx, writes...)
		if !errors.Is(err, errConflict) {
			return err == nil && !same, err
		}
		r.tries(err)
		if err := pause(ctx, try); err != nil {
			return false, err
		}
	}
}

// same reports whether a record is what a change says, as far as rules ask, and has been
// scored: the messages about it are acknowledged.
func (r *records) same(n *node, c *reading) bool {
	return c.entity.byID && n.seq > 0 && n.seq <= r.floor() && n.exists == c.exists &&
		slices.Equal(n.refs, c.refs) && slices.EqualFunc(n.values, c.values, traverse.Value.Equal)
}

// pause waits a little longer after each try, and not as long as others do.
func pause(ctx context.Context, try int) error {
	d := time.Duration(rand.Int64N(int64(time.Millisecond)<<min(try, 7)) + 1)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// change changes the nodes of a view as a change says.
func (r *records) change(ctx context.Context, v *view, own *nodeAt, c *reading, seq uint64, at time.Time) error {
	n := own.node
	cuts := r.layout.cutoffs(at.Add(-r.keep))
	floor := r.floor()
	kept := n.was[:0]
	for _, w := range n.was {
		if w.seq > floor {
			kept = append(kept, w)
		}
	}
	n.was = kept
	counted := !c.entity.interaction || c.entity.byID // whether the record can count, now or later
	var targets []*nodeAt
	for i, ref := range c.entity.refs {
		before, now := "", ""
		if n.refs != nil {
			before = n.refs[i]
		}
		if c.refs != nil {
			now = c.refs[i]
		}
		e := &r.layout.edges[ref.edge]
		if before != "" && before != now {
			n.was = append(n.was, was{seq, i, before})
			t, err := v.get(ctx, ref.target, before)
			if err != nil {
				return err
			}
			t.node.drop(ref.edge, c.id)
			t.changed = true
			targets = append(targets, t)
		}
		if now == "" {
			continue
		}
		t, err := v.get(ctx, ref.target, now)
		if err != nil {
			return err
		}
		switch {
		case !e.embeds && before == now:
			counted = true
			continue
		case !e.embeds:
			t.node.put(ref.edge, c.id, referrer{seq: seq})
			counted = true
		case r.layout.outdated(cuts, ref.edge, c.values):
			t.node.drop(ref.edge, c.id)
		default:
			t.node.put(ref.edge, c.id, referrer{seq, c.values})
			counted = true
		}
		t.changed = true
		targets = append(targets, t)
	}
	n.seq, n.exists, n.refs = seq, c.exists, c.refs
	n.values = nil
	if c.entity.byID {
		n.values = c.values
	}
	own.changed = true
	for _, t := range targets {
		if err := r.prune(ctx, v, t, cuts); err != nil {
			return err
		}
		if t != own && t.node.empty() {
			t.ttl = r.keep
		}
	}
	if n.empty() || !counted && len(n.in) == 0 {
		own.ttl = r.keep
	}
	return nil
}

// prune removes interactions from a node that no rule counts any more, and lets their own
// documents expire.
func (r *records) prune(ctx context.Context, v *view, t *nodeAt, cuts map[int]int64) error {
	left := pruned
	for at, list := range t.node.in {
		if _, ok := cuts[at]; !ok {
			continue
		}
		e := r.layout.edges[at]
		for id, ref := range list {
			if left == 0 {
				return nil
			}
			if !r.layout.outdated(cuts, at, ref.values) {
				continue
			}
			t.node.drop(at, id)
			left--
			n, err := v.get(ctx, e.entity, id)
			if err != nil {
				return err
			}
			if n.changed || n.node.seq != ref.seq || !r.over(n.node, e.entity, cuts, ref) {
				continue
			}
			n.changed, n.ttl = true, r.keep
		}
	}
	return nil
}

// over reports whether no rule counts an interaction any more from any of its ends.
func (r *records) over(n *node, name string, cuts map[int]int64, last referrer) bool {
	e := r.layout.entities[name]
	if e.byID || len(n.in) > 0 {
		return false
	}
	for i, ref := range e.refs {
		if n.refs != nil && n.refs[i] != "" && (!r.layout.edges[ref.edge].embeds || !r.layout.outdated(cuts, ref.edge, last.values)) {
			return false
		}
	}
	return true
}
