package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

// checkPipeline sends queries together, if the source is a [traverse.Pipeliner]. Their
// answers must be those to the same queries one by one, whether or not all are fetched.
func checkPipeline(w *world) error {
	if _, ok := w.source.(traverse.Pipeliner); !ok {
		return nil
	}
	var queries []*traverse.Query
	for e := range w.schema.Entities() {
		for by, keys := range w.lookups(e) {
			need := w.need(e, by, columns(e), "")
			queries = append(queries, &traverse.Query{Need: need, Keys: keys}, &traverse.Query{Need: need, Keys: []string{"no such key"}},
				&traverse.Query{Need: w.need(e, by, nil, ""), Keys: append(slices.Clone(keys), "no such key")})
		}
	}
	var v violations
	for _, fetched := range []int{len(queries), len(queries) / 2, 0, len(queries)} {
		v.add(w.pipeline(queries, fetched))
	}
	v.add(w.limited(queries))
	v.add(passedBy(w.source.(traverse.Pipeliner), queries))
	return v.err()
}

// pipeline sends queries and compares the answers to the first of them.
func (w *world) pipeline(queries []*traverse.Query, fetched int) error {
	p := traverse.PipelineOf(context.Background(), w.source, queries)
	if p == nil {
		return nil
	}
	defer p.Close()
	for i, q := range queries[:fetched] {
		if err := w.answerOf(p, q); err != nil {
			return fmt.Errorf("query %d of %d that were sent together: %w", i+1, len(queries), err)
		}
	}
	return nil
}

// limited sends queries and then asks each of them for one record.
func (w *world) limited(queries []*traverse.Query) error {
	want := make([]int, len(queries))
	for i, q := range queries {
		all := traverse.NewRows(q)
		if err := traverse.Ask(context.Background(), w.source, q, all); err != nil {
			return fmt.Errorf("%s: Fetch: %w", describe(q), err)
		}
		want[i] = min(all.Len(), 1)
	}
	p := traverse.PipelineOf(context.Background(), w.source, queries)
	if p == nil {
		return nil
	}
	defer p.Close()
	for i, q := range queries {
		one := *q
		one.Limit = 1
		out := traverse.NewRows(&one)
		if err := traverse.Ask(context.Background(), p, &one, out); err != nil {
			return fmt.Errorf("%s, limit 1, sent without: Fetch: %w", describe(q), err)
		}
		if out.Len() != want[i] {
			return fmt.Errorf("%s, limit 1, sent without: %d records came, want %d", describe(q), out.Len(), want[i])
		}
	}
	return nil
}

// wrapped embeds a Pipeliner, and answers queries by itself.
type wrapped struct{ traverse.Pipeliner }

var errWrapped = errors.New("answered by another source")

func (wrapped) Fetch(context.Context, *traverse.Query, *traverse.Rows) error { return errWrapped }

// passedBy checks that a source that answers queries by itself is not passed by.
func passedBy(source traverse.Pipeliner, queries []*traverse.Query) error {
	if p := traverse.PipelineOf(context.Background(), wrapped{source}, queries); p != nil {
		p.Close()
		return errors.New("a source that embeds this one and has a Fetch of its own was passed by; Pipeline must return nil unless asked is the source itself")
	}
	return nil
}
