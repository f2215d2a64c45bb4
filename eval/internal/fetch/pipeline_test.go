package fetch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/traverse"
)

// A sender is a source that takes several queries at once.
type sender struct {
	t interface{ Errorf(string, ...any) }
	*evaltest.Recorder
	open bool // a pipeline holds the connection
	sent []string
}

func (s *sender) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if s.open {
		s.t.Errorf("%s was asked while a pipeline holds the connection", q.Entity)
	}
	return s.Recorder.Fetch(ctx, q, out)
}

func (s *sender) Pipeline(_ context.Context, asked traverse.Source, queries []*traverse.Query) traverse.Pipeline {
	if s.open || asked != s {
		s.t.Errorf("Pipeline of %v while open is %v", asked, s.open)
	}
	s.open = true
	names := ""
	for _, q := range queries {
		names += " " + q.Entity
	}
	s.sent = append(s.sent, names)
	return &line{s, queries, false}
}

// A line is a pipeline. It breaks at the first query that fails.
type line struct {
	of     *sender
	left   []*traverse.Query
	failed bool
}

func (l *line) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if l.failed || len(l.left) == 0 || l.left[0].Need != q.Need || !slices.Equal(l.left[0].Keys, q.Keys) || q.Limit > l.left[0].Limit {
		l.of.t.Errorf("%s %v was asked of a pipeline out of order, or after an error", q.Entity, q.Keys)
	}
	l.left = l.left[1:]
	err := l.of.Recorder.Fetch(ctx, q, out)
	l.failed = err != nil
	return err
}

func (l *line) Close() { l.of.open = false }

// TestPipeline checks that what is loaded through pipelines is what is loaded query by
// query, whatever fails and whatever the limits are.
func TestPipeline(t *testing.T) {
	rules := evaltest.Model("M", "contact", `each Lead.ParentContact.ParentAccount.Leads score +1`,
		`each EmailOpened.Contact score +1`, `each EmailClicked score +1`, `each WebsiteVisited score +1`) + evaltest.Model("N", "account", `each EmailOpened score +1`)
	f := newFixture(t, rules, people+evaltest.Numbered(5, "EmailClicked", "c", "Contact=ben Timestamp=2026-05-01"))
	broken := errors.New("connection reset")
	rapid.Check(t, func(t *rapid.T) {
		entities := []string{"", "Lead", "Contact", "Account", "EmailOpened", "EmailClicked", "WebsiteVisited"}
		entity, key := rapid.SampledFrom(entities).Draw(t, "entity"), rapid.SampledFrom([]string{"l1", "ada", "ben", "beanhouse"}).Draw(t, "key")
		wholly := rapid.Bool().Draw(t, "wholly")
		before := func(q *traverse.Query, _ *traverse.Rows) error {
			if q.Entity == entity && (wholly || slices.Contains(q.Keys, key)) {
				return broken
			}
			return nil
		}
		opts := Options{MaxKeys: rapid.IntRange(1, 5).Draw(t, "keys"), MaxRecords: rapid.SampledFrom([]int{0, 3, 9, 100}).Draw(t, "records")}
		ids := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"l1", "l2", "l3", "deal", "other", "free", "nobody"}), 1, 7, rapid.ID).Draw(t, "leads")
		load := func(source traverse.Source) string {
			var b Batch
			if err := b.Load(context.Background(), f.plan, source, ids, evaltest.AsOf, opts); err != nil {
				return fmt.Sprint(err)
			}
			list := text(&b)
			for i, g := range b.Groups {
				for _, k := range slices.Sorted(maps.Keys(g)) {
					list = append(list, fmt.Sprintf("%d %s: %d records, %v", i, k, len(g[k].Records), g[k].Err))
				}
			}
			return fmt.Sprintf("%q", list)
		}
		one := &evaltest.Recorder{Source: f.source.Source, Before: before}
		want := load(one)
		all := &sender{t: t, Recorder: &evaltest.Recorder{Source: f.source.Source, Before: before}}
		if got := load(all); got != want || all.open {
			t.Fatalf("pipeline: open %v\ngot  %s\nwant %s", all.open, got, want)
		}
		if diff := cmp.Diff(one.Asked, all.Asked); diff != "" {
			t.Fatalf("queries, one by one and sent together: %s", diff)
		}
	})
	all := &sender{t: t, Recorder: &evaltest.Recorder{Source: f.source.Source}}
	if err := new(Batch).Load(t.Context(), f.plan, all, []string{"l1", "deal"}, evaltest.AsOf, keys); err != nil {
		t.Fatal(err)
	}
	if want := []string{" Contact EmailOpened EmailClicked WebsiteVisited Contact", " Account EmailOpened"}; !slices.Equal(all.sent, want) {
		t.Errorf("sent together: %q, want %q", all.sent, want)
	}
}
