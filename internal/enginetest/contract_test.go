package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// A misuse is a mistake that a source can make with its query and its rows. It may
// ask below, which keeps the contract.
type misuse struct {
	name  string
	fetch func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error
}

// cachedKeys are those that a source with a cache has already.
func cachedKey(k string) bool { return len(k)%2 == 0 }

var misuses = []misuse{
	{"none", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		return below.Fetch(ctx, q, out)
	}},
	{"filters the keys in place", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		rest := q.Keys[:0]
		for _, k := range q.Keys {
			if !cachedKey(k) {
				rest = append(rest, k)
				continue
			}
			one := &traverse.Query{Need: q.Need, Keys: []string{k}, From: q.From, To: q.To}
			rows := traverse.NewRows(one)
			if err := below.Fetch(ctx, one, rows); err != nil {
				return err
			}
			for r := range rows.All() {
				out.Add(k, r.ID, r.Values...)
			}
		}
		if len(rest) == 0 {
			return nil
		}
		return below.Fetch(ctx, &traverse.Query{Need: q.Need, Keys: rest, From: q.From, To: q.To}, out)
	}},
	{"clears the keys", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		err := below.Fetch(ctx, q, out)
		clear(q.Keys)
		return err
	}},
	{"asks for the first key alone", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		q.Keys = q.Keys[:1]
		return below.Fetch(ctx, q, out)
	}},
	{"reverses the keys", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		slices.Reverse(q.Keys)
		return below.Fetch(ctx, q, out)
	}},
	{"empties its rows", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		err := below.Fetch(ctx, q, out)
		*out = traverse.Rows{}
		return err
	}},
	{"gives rows of another query", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		other := &traverse.Query{Need: q.Need, Keys: []string{"c2"}}
		rows := traverse.NewRows(other)
		err := below.Fetch(ctx, other, rows)
		*out = *rows
		return err
	}},
	{"gives rows of an equal query without half of the keys", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		other := &traverse.Query{Need: q.Need, Keys: q.Keys[len(q.Keys)/2:], From: q.From, To: q.To}
		out.Reset(other)
		return below.Fetch(ctx, other, out)
	}},
	{"adds for a key that was not asked for", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		out.Add("elsewhere", "elsewhere", make([]traverse.Value, len(q.Fields))...)
		return below.Fetch(ctx, q, out)
	}},
	{"fails a key that was not asked for", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		out.Fail("elsewhere", errors.New("not found"))
		return below.Fetch(ctx, q, out)
	}},
	{"drops the last value", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		rows := traverse.NewRows(q)
		if err := below.Fetch(ctx, q, rows); err != nil {
			return err
		}
		for r := range rows.All() {
			out.Add(r.Key, r.ID, r.Values[:max(len(r.Values)-1, 0)]...)
		}
		return nil
	}},
	{"adds each record twice", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		if err := below.Fetch(ctx, q, out); err != nil {
			return err
		}
		return below.Fetch(ctx, q, out)
	}},
	{"changes the fields of the need", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		if len(q.Fields) > 0 {
			q.Fields = q.Fields[:len(q.Fields)-1]
		}
		return below.Fetch(ctx, q, out)
	}},
	{"changes the dates", func(ctx context.Context, below leadscore.Source, q *traverse.Query, out *traverse.Rows) error {
		if q.Time != "" {
			q.To = q.To.Add(-24 * time.Hour)
		}
		return below.Fetch(ctx, q, out)
	}},
}

// A mistaken source misuses some of its queries.
type mistaken struct {
	below leadscore.Source
	now   func(q *traverse.Query) misuse
}

func (m mistaken) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	return m.now(q).fetch(ctx, m.below, q, out)
}

// contractData returns a source that does not lend its records, and its leads.
func contractData(t testing.TB) (leadscore.Source, []string) {
	data := scoretest.Records{"Lead": {}, "Contact": {}, "EmailOpened": {}}
	var ids []string
	for i := range 12 {
		lead, contact := fmt.Sprint("l", i), fmt.Sprint("c", i)
		data["Lead"][lead] = memory.Record{"ParentContact": contact}
		data["Contact"][contact] = memory.Record{"City": "Chicago", "ParentAccount": "a"}
		for j := range i {
			at := time.Date(2026, 5, 30-j, 0, 0, 0, 0, time.UTC)
			data["EmailOpened"][fmt.Sprint(i, "-", j)] = memory.Record{"Contact": contact, "Timestamp": at, "EmailName": "News"}
		}
		ids = append(ids, lead)
	}
	return scoretest.Source(t, data), ids
}

const contractModel = `model "M" {
	target contact
	condition "O" { each EmailOpened where EmailName = "News" score +1 }
	condition "W" { each EmailOpened within last 5 days score +100 }
	condition "C" { has Lead.ParentContact where City = "Chicago" score +10000 }
}`

// TestMistakenSources: whatever mistakes a source makes in some of its queries, a
// lead has its right score, or an error that says what the source did. Nothing
// panics.
func TestMistakenSources(t *testing.T) {
	below, ids := contractData(t)
	want := map[string]int64{}
	for _, id := range ids {
		r, err := scoretest.Compile(t, contractModel).Score(t.Context(), id, below, scoretest.AsOf)
		if err != nil {
			t.Fatal(err)
		}
		want[id] = r.Score
	}
	rapid.Check(t, func(r *rapid.T) {
		set := scoretest.CompileSet(t, contractModel) // a source may have changed the needs of the last one
		var drawn []string
		source := mistaken{below, func(q *traverse.Query) misuse {
			m := misuses[0]
			if rapid.Bool().Draw(r, "mistaken") {
				m = rapid.SampledFrom(misuses).Draw(r, q.Entity)
			}
			drawn = append(drawn, m.name)
			return m
		}}
		batch := rapid.SampledFrom([]int{1, 3, 256}).Draw(r, "batch")
		for result, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), source, scoretest.AsOf, leadscore.Batch(batch), leadscore.Workers(1)) {
			_, breach := errors.AsType[*traverse.ContractError](err)
			switch {
			case err == nil && result.Results[0].Score != want[result.Lead]:
				r.Fatalf("%s: %d, want %d; the source %q", result.Lead, result.Results[0].Score, want[result.Lead], drawn)
			case err != nil && !breach:
				r.Fatalf("%s: %v; the source %q", result.Lead, err, drawn)
			}
		}
	})
}

// TestEachMistake: each mistake, if it matters for a query, is an error of the lead
// that needs it, through [leadscore.Model.Score].
func TestEachMistake(t *testing.T) {
	below, ids := contractData(t)
	for _, m := range misuses[1:] {
		t.Run(m.name, func(t *testing.T) {
			noticed := 0
			for _, entity := range []string{"Lead", "Contact", "EmailOpened"} {
				model := scoretest.Compile(t, contractModel)
				source := mistaken{below, func(q *traverse.Query) misuse {
					if q.Entity == entity {
						return m
					}
					return misuses[0]
				}}
				set, err := leadscore.NewSet(model)
				if err != nil {
					t.Fatal(err)
				}
				for result, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), source, scoretest.AsOf) {
					fault, ok := errors.AsType[*traverse.ContractError](err)
					if ok && fault.Entity == entity {
						noticed++
					} else if err != nil {
						t.Errorf("%s: %v", result.Lead, err)
					}
				}
			}
			if noticed == 0 {
				t.Error("no lead failed")
			}
		})
	}
	_, err := scoretest.Compile(t, contractModel).Score(t.Context(), "l10", mistaken{below, func(*traverse.Query) misuse { return misuses[2] }}, scoretest.AsOf)
	want := `lead "l10": Lead (Lead): source changed the keys of its query; to filter them it must make a new slice, such as slices.Clone(q.Keys)`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
