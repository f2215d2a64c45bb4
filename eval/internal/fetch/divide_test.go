package fetch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/traverse"
)

// TestDivide checks which queries follow one that fails, and which leads fail with
// which error.
func TestDivide(t *testing.T) {
	var leads strings.Builder
	var ids []string
	for i := range 8 {
		fmt.Fprintf(&leads, "Lead %d ParentContact=c\n", i)
		ids = append(ids, fmt.Sprint(i))
	}
	for _, test := range []struct {
		name string
		fail func(keys []string) error
		want []string // the keys of the queries
		errs map[string]string
	}{
		{"nothing", func([]string) error { return nil }, []string{"0 1 2 3 4 5 6 7"}, nil},
		{"one key", failing("5"), []string{"0 1 2 3 4 5 6 7", "0 1 2 3", "4 5 6 7", "4 5", "6 7", "4", "5"},
			map[string]string{"5": "bad 5"}},
		{"the first and the last", failing("0", "7"), []string{
			"0 1 2 3 4 5 6 7", "0 1 2 3", "4 5 6 7", // both fail
			"0", "2", "4", "6", // so a key of each quarter is asked for
			"1", "3", "5", "7",
		}, map[string]string{"0": "bad 0", "7": "bad 7"}},
		{"the first of each quarter but one", failing("0", "2", "6"), []string{
			"0 1 2 3 4 5 6 7", "0 1 2 3", "4 5 6 7", "0", "2", "4", "6", "1", "3", "5", "7",
		}, map[string]string{"0": "bad 0", "2": "bad 2", "6": "bad 6"}},
		{"all", failing(ids...), []string{"0 1 2 3 4 5 6 7", "0 1 2 3", "4 5 6 7", "0", "2", "4", "6"},
			map[string]string{
				"0": "bad 0", "1": "bad 0 1 2 3", "2": "bad 2", "3": "bad 0 1 2 3",
				"4": "bad 4", "5": "bad 4 5 6 7", "6": "bad 6", "7": "bad 4 5 6 7",
			}},
		{"the source is unavailable", func([]string) error { return fmt.Errorf("down: %w", traverse.ErrUnavailable) },
			[]string{"0 1 2 3 4 5 6 7"}, all(ids, "down: the source is unavailable")},
		{"the source becomes unavailable", func(keys []string) error {
			if len(keys) == 4 {
				return fmt.Errorf("down: %w", traverse.ErrUnavailable)
			}
			return failing("3")(keys)
		}, []string{"0 1 2 3 4 5 6 7", "0 1 2 3"}, all(ids, "down: the source is unavailable")},
		{"queries of more than two keys", func(keys []string) error {
			if len(keys) > 2 {
				return errors.New("too much")
			}
			return nil
		}, []string{"0 1 2 3 4 5 6 7", "0 1 2 3", "4 5 6 7", "0", "2", "4", "6", "1", "3", "5", "7"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, evaltest.Model("M", "contact", `has Lead score +1`), leads.String())
			f.source.Before = func(q *traverse.Query, _ *traverse.Rows) error { return test.fail(q.Keys) }
			b := f.load(t, keys, ids...)
			var asked []string
			for _, q := range f.source.Asked {
				asked = append(asked, strings.TrimPrefix(q, "Lead by id: "))
			}
			if diff := cmp.Diff(test.want, asked); diff != "" {
				t.Errorf("queries (-want +got):\n%s", diff)
			}
			for _, l := range b.Leads {
				got := ""
				if l.Failed != nil {
					got = l.Failed.Err.Error()
				}
				if got != test.errs[l.ID] {
					t.Errorf("lead %s: %q, want %q", l.ID, got, test.errs[l.ID])
				}
			}
		})
	}
}

// failing returns what fails queries for any of some keys.
func failing(bad ...string) func(keys []string) error {
	return func(keys []string) error {
		if slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(bad, k) }) {
			return errors.New("bad " + strings.Join(keys, " "))
		}
		return nil
	}
}

// all returns an error for each of some leads.
func all(ids []string, err string) map[string]string {
	errs := map[string]string{}
	for _, id := range ids {
		errs[id] = err
	}
	return errs
}

// TestDivideEnds: the end of the context and the limit of records end a division.
func TestDivideEnds(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `has Lead score +1`), evaltest.Numbered(8, "Lead", "l", "ParentContact=c"))
	ctx, cancel := context.WithCancel(t.Context())
	f.source.Before = func(q *traverse.Query, _ *traverse.Rows) error {
		if len(q.Keys) <= 2 {
			cancel()
		}
		return failing("l5")(q.Keys)
	}
	ids := []string{"l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7"}
	var b Batch
	if err := b.Load(ctx, f.plan, f.source, ids, evaltest.AsOf, keys); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	if n := len(f.source.Asked); n != 4 {
		t.Errorf("%d queries", n)
	}
	f.source.Before = func(q *traverse.Query, _ *traverse.Rows) error { return failing("l5")(q.Keys) }
	b = Batch{}
	err := b.Load(t.Context(), f.plan, f.source, ids, evaltest.AsOf, Options{MaxKeys: 100, MaxRecords: 5})
	if _, ok := errors.AsType[*LimitError](err); !ok {
		t.Errorf("got %v", err)
	}
}
