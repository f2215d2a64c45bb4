package leadscore_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

func TestNoLead(t *testing.T) {
	m := scoretest.Compile(t, scoretest.Model("M", "each EmailOpened"))
	_, err := m.Score(t.Context(), "nobody", scoretest.Source(t, scoretest.ThreeLeads()), scoretest.AsOf)
	bad, ok := errors.AsType[*leadscore.LeadError](err)
	if !ok || !errors.Is(err, leadscore.ErrNoLead) {
		t.Fatalf("got %v", err)
	}
	if bad.Lead != "nobody" || bad.Entity != "Lead" || bad.Path != "Lead" || bad.Error() != `lead "nobody": no such lead` {
		t.Errorf("got %+v", bad)
	}
	if _, err := m.Score(t.Context(), "", scoretest.Source(t, scoretest.ThreeLeads()), scoretest.AsOf); !errors.Is(err, leadscore.ErrNoLead) {
		t.Errorf("the empty id: %v", err)
	}
}

func TestScoreRefuses(t *testing.T) {
	m, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Score(t.Context(), "lead-42", nil); err == nil || err.Error() != "leadscore: the source is nil" {
		t.Errorf("a nil source: %v", err)
	}
	for _, at := range []time.Time{time.Unix(1<<40, 0), time.Unix(-1<<40, 0)} {
		if _, err := m.Score(t.Context(), "lead-42", crm(), leadscore.AsOf(at)); err == nil || !strings.Contains(err.Error(), "is not between 0 and 9999") {
			t.Errorf("as of %v: %v", at, err)
		}
	}
}

// fanOut adds every record of a reference twice, as a query with a join too many
// does.
type fanOut struct{ leadscore.Source }

func (f fanOut) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if err := f.Source.Fetch(ctx, q, out); err != nil || q.By == "" {
		return err
	}
	return f.Source.Fetch(ctx, q, out)
}

// TestFanOut: a record that is returned twice would count twice, so the lead fails.
func TestFanOut(t *testing.T) {
	m, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Score(t.Context(), "lead-42", fanOut{crm()}, may)
	if bad, ok := errors.AsType[*leadscore.LeadError](err); !ok || bad.Entity != "EmailOpened" ||
		!strings.Contains(err.Error(), `added EmailOpened "`) || !strings.Contains(err.Error(), `twice under the key "ada"`) {
		t.Errorf("got %v", err)
	}
}

// TestScoreAllOrder: results are in the order of the ids, whatever the size of the
// batches, even for ids that occur twice.
func TestScoreAllOrder(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"), scoretest.Model("N", scoretest.Accounts))
	ids := []string{"lead-c", "lead-a", "nobody", "lead-b", "lead-a", "lead-n", "lead-c", "lead-c"}
	want := []string{"lead-c 1 1", "lead-a 2 1", `nobody error lead "nobody": no such lead`, "lead-b 0 0", "lead-a 2 1", "lead-n 0 0", "lead-c 1 1", "lead-c 1 1"}
	for _, size := range []int{-1, 1, 2, 3, 7, 8, 9, 1000} {
		data := scoretest.Source(t, scoretest.ThreeLeads())
		got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, scoretest.AsOf, leadscore.Batch(size)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("batches of %d (-want +got):\n%s", size, diff)
		}
		for _, q := range data.Asked {
			if len(q.Keys) == 0 || len(q.Keys) > max(size, 1) {
				t.Errorf("batches of %d: a query for %d keys", size, len(q.Keys))
			}
			if sorted := slices.Sorted(slices.Values(q.Keys)); len(slices.Compact(sorted)) != len(q.Keys) || slices.Contains(q.Keys, "") {
				t.Errorf("batches of %d: a query for the keys %q", size, q.Keys)
			}
		}
	}
	if got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs(), scoretest.Source(t, scoretest.ThreeLeads()))); len(got) != 0 {
		t.Errorf("no ids give %v", got)
	}
}

// TestEarlyBreak: after the caller leaves the loop, neither ids nor the source is
// asked for more.
func TestEarlyBreak(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data := scoretest.Source(t, scoretest.ThreeLeads())
	pulled := 0
	ids := func(yield func(string, error) bool) {
		for _, id := range []string{"lead-a", "lead-b", "lead-c", "lead-n", "nobody"} {
			if pulled++; !yield(id, nil) {
				return
			}
		}
	}
	n := 0
	for range set.ScoreAll(t.Context(), ids, data, scoretest.AsOf, leadscore.Batch(2), leadscore.Workers(1)) {
		if n++; n == 1 {
			break
		}
	}
	if n != 1 || pulled != 2 {
		t.Errorf("%d results, %d ids read; want 1 and 2", n, pulled)
	}
	for _, q := range data.Asked {
		if slices.Contains(q.Keys, "lead-c") {
			t.Errorf("the next batch was asked for: %v", data.Entities())
		}
	}
}

// TestErrorOfIDs: an error of the ids is yielded last, after the results of the ids
// before it.
func TestErrorOfIDs(t *testing.T) {
	broken := errors.New("cursor closed")
	ids := func(yield func(string, error) bool) {
		_ = yield("lead-a", nil) && yield("lead-b", nil) && yield("lead-c", nil) && yield("", broken) && yield("lead-n", nil)
	}
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	for _, size := range []int{1, 2, 3, 100} {
		got := scoretest.Texts(set.ScoreAll(t.Context(), ids, scoretest.Source(t, scoretest.ThreeLeads()), scoretest.AsOf, leadscore.Batch(size)))
		if diff := cmp.Diff([]string{"lead-a 2", "lead-b 0", "lead-c 1", " error cursor closed"}, got); diff != "" {
			t.Errorf("batches of %d (-want +got):\n%s", size, diff)
		}
	}
}

// TestCancellation: if ctx is done while a batch is scored, its error is yielded
// last, and no lead of the batch is reported to fail.
func TestCancellation(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", scoretest.Accounts))
	stop := errors.New("shutting down")
	for at := range 8 {
		ctx, cancel := context.WithCancelCause(t.Context())
		data := scoretest.Source(t, scoretest.ThreeLeads())
		data.Before = func(*traverse.Query, *traverse.Rows) error {
			if len(data.Asked) > at {
				cancel(stop)
			}
			return nil
		}
		var got []string
		for r, err := range set.ScoreAll(ctx, leadscore.IDs("lead-a", "lead-b", "lead-c"), data, scoretest.AsOf, leadscore.Batch(1), leadscore.Workers(1)) {
			if _, ok := errors.AsType[*leadscore.LeadError](err); ok {
				t.Errorf("at query %d a lead fails: %v", at, err)
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("at query %d: %v", at, err)
			}
			got = append(got, scoretest.Text(r, err))
		}
		// lead-a and lead-c take three queries, lead-b two.
		all := []string{"lead-a 1", "lead-b 0", "lead-c 1"}
		done := 0
		for _, queries := range []int{3, 5, 8} {
			if at >= queries {
				done++
			}
		}
		if diff := cmp.Diff(append(slices.Clone(all[:done]), " error context canceled"), got); diff != "" {
			t.Errorf("at query %d (-want +got):\n%s", at, diff)
		}
		cancel(nil)
	}
}

// TestDeadline: scoring ends at the deadline, though the source still waits.
func TestDeadline(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", scoretest.Accounts))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		data := scoretest.Source(t, scoretest.ThreeLeads())
		data.Before = func(q *traverse.Query, _ *traverse.Rows) error {
			if q.Entity != "Account" {
				return nil
			}
			<-ctx.Done()
			return fmt.Errorf("driver: %w", ctx.Err())
		}
		start := time.Now()
		got := scoretest.Texts(set.ScoreAll(ctx, leadscore.IDs("lead-b", "lead-a", "lead-c"), data, scoretest.AsOf, leadscore.Batch(1)))
		if diff := cmp.Diff([]string{"lead-b 0", " error context deadline exceeded"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if waited := time.Since(start); waited != time.Hour {
			t.Errorf("waited %v", waited)
		}
	})
}

// TestDoneBefore: if ctx is done already, the source is not asked.
func TestDoneBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := scoretest.Source(t, scoretest.ThreeLeads())
	if _, err := scoretest.Compile(t, scoretest.Model("M", scoretest.Accounts)).Score(ctx, "lead-a", data); !errors.Is(err, context.Canceled) || len(data.Asked) > 0 {
		t.Errorf("%v after %v", err, data.Entities())
	}
}

// TestConcurrentUse scores with one set on many goroutines, for the race detector.
func TestConcurrentUse(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"), scoretest.Model("N", scoretest.Accounts))
	data := scoretest.Source(t, scoretest.ThreeLeads()).Source
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs("lead-a", "lead-b", "lead-c"), data, scoretest.AsOf, leadscore.Batch(2)))
			if diff := cmp.Diff([]string{"lead-a 2 1", "lead-b 0 0", "lead-c 1 1"}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	wg.Wait()
}

// TestExplainLimit: an explanation lists at most as many occurrences of a condition
// as were asked for, and counts all.
func TestExplainLimit(t *testing.T) {
	data := scoretest.Records{"Lead": {"lead-1": {"ParentContact": "anna"}}, "EmailOpened": {}, "EmailClicked": {}}
	start := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for i := range 80 {
		at := start.Add(time.Duration(80-i) * time.Hour)
		data["EmailOpened"][fmt.Sprintf("o%02d", i)] = memory.Record{"Contact": "anna", "Timestamp": at}
		data["EmailClicked"][fmt.Sprintf("c%02d", i)] = memory.Record{"Contact": "anna", "Timestamp": at}
	}
	m := scoretest.Compile(t, scoretest.Model("M", "each EmailOpened\n        each EmailClicked"))
	for _, test := range []struct{ most, opened, clicked int }{
		{-1, 0, 0}, {0, 0, 0}, {1, 1, 0}, {80, 80, 0}, {100, 80, 20}, {math.MaxInt, 80, 80},
	} {
		r, err := m.Score(t.Context(), "lead-1", scoretest.Source(t, data), scoretest.AsOf, leadscore.Explain(test.most))
		if err != nil {
			t.Fatal(err)
		}
		c := slices.Collect(scoretest.Detailed(t, r).Contributions())[0]
		if c.Multiplier != 80 || r.Score != 80 || c.Children[0].Count != 80 || c.Children[1].Count != 80 {
			t.Errorf("%d: got %+v", test.most, c)
		}
		if n, k := len(c.Children[0].Occurrences), len(c.Children[1].Occurrences); n != test.opened || k != test.clicked {
			t.Errorf("%d: %d and %d occurrences, want %d and %d", test.most, n, k, test.opened, test.clicked)
		}
		if test.opened == 0 {
			continue
		}
		if first := c.Children[0].Occurrences[0]; first.ID != "o79" || !first.Time.Equal(start.Add(time.Hour)) || first.Routes != 1 {
			t.Errorf("%d: the first occurrence is %+v", test.most, first)
		}
	}
}
