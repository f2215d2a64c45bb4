package leadscore_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
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

// yieldedBy returns scores as ScoreAll yields them, read from the columns.
func yieldedBy(t *testing.T, set *leadscore.Set, scores *leadscore.Scores) []yielded {
	t.Helper()
	var list []yielded
	for lead := range scores.Len() {
		y := yielded{Result: leadscore.SetResult{Lead: scores.Lead(lead)}}
		if err := scores.Err(lead); err != nil {
			y.Err = err.Error()
		}
		for model := range set.Models() {
			r := scores.Result(lead, model)
			if r.Status != scores.Status(model)[lead] || r.Score != scores.Score(model)[lead] || (y.Err != "") != (r.Status == leadscore.NoStatus) {
				t.Errorf("lead %d: %v, error %q; in the columns %v and %d", lead, r, y.Err, scores.Status(model)[lead], scores.Score(model)[lead])
			}
			if n := scores.Dimensions(model); r.Status == leadscore.Scored && n != len(r.Dimensions()) {
				t.Errorf("%d dimensions of %v", n, r)
			}
			for i, d := range r.Dimensions() {
				if column := scores.Dimension(model, i); column[lead] != d.Score {
					t.Errorf("lead %d: dimension %v, in the column %d", lead, d, column[lead])
				}
			}
			y.Result.SalesReady = y.Result.SalesReady || r.SalesReady
			if y.Err == "" {
				y.Result.Results = append(y.Result.Results, r)
			}
		}
		list = append(list, y)
	}
	return list
}

// severalModels are models of each form: graded, with another target, structured, and with
// a path that needs routes.
func severalModels(t *testing.T) *leadscore.Set {
	return scoretest.CompileSet(t,
		"model \"Graded\" { target contact condition \"C\" { each EmailOpened score +1 } grade \"Low\" below 2 grade \"High\" from 2 sales ready at 3 }",
		"model \"Accounts\" { target account condition \"C\" { has Lead score +1 } }",
		structured,
		"model \"Routes\" { target contact dimension \"D\" { condition \"C\" { has Lead.ParentContact.ParentAccount.Contacts score +2 } } condition \"E\" { each EmailOpened score +3 } }",
		"model \"Over\" { target contact active until 2020-01-01 condition \"C\" { each EmailOpened score +1 } }",
	)
}

// severalLeads returns leads that get each status from [severalModels], and their ids.
func severalLeads(t *testing.T, n int) (data *scoretest.Recorder, ids []string) {
	d := scoretest.Records{"Lead": {}, "Contact": {}, "EmailOpened": {}}
	cities := []string{"Boston", "Paris", ""}
	for i := range n {
		id, contact := fmt.Sprint("lead-", i), fmt.Sprint("contact-", i)
		ids = append(ids, id)
		r := memory.Record{"City": cities[i%3], "ParentContact": contact}
		switch i % 7 {
		case 4:
			r = memory.Record{"ParentAccount": "account"}
		case 5:
			r = memory.Record{"City": "Paris"}
		case 6:
			r["Rating"] = "Cold"
		}
		d["Lead"][id] = r
		d["Contact"][contact] = memory.Record{"ParentAccount": fmt.Sprint("account-", i%2)}
		for j := range i % 5 {
			d["EmailOpened"][fmt.Sprint(i, "-", j)] = memory.Record{"Contact": contact}
		}
	}
	return scoretest.Source(t, d), ids
}

// TestScoresEqualResults: columns hold what ScoreAll yields, with any number of workers,
// batches of any size, a source that lends its columns or does not, and whatever they held
// before.
func TestScoresEqualResults(t *testing.T) {
	set, other := severalModels(t), scoretest.CompileSet(t, structured, scoretest.Model("M", "each EmailOpened"))
	data, ids := severalLeads(t, 60)
	ids = slices.Insert(ids, 31, "nobody", "lead-3", "lead-3", "")
	data.Before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == "EmailOpened" && slices.Contains(q.Keys, "contact-20") {
			out.Fail("contact-20", errors.New("row is corrupt"))
		}
		return nil
	}
	var scores leadscore.Scores
	eachShape(t, func(t *testing.T, _, batch int, shape ...leadscore.Option) {
		for _, source := range []leadscore.Source{data, data.Source} {
			for _, set := range []*leadscore.Set{set, other, set} {
				some := ids[batch%3 : len(ids)-batch%5]
				if err := set.ScoreInto(t.Context(), some, source, &scores, shape...); err != nil {
					t.Fatal(err)
				}
				want := collect(set.ScoreAll(t.Context(), leadscore.IDs(some...), source, shape...))
				if diff := cmp.Diff(want, yieldedBy(t, set, &scores)); diff != "" {
					t.Errorf("(-ScoreAll +ScoreInto):\n%s", diff)
				}
				for lead, err := range scores.Errs() {
					if err != scores.Err(lead) {
						t.Errorf("lead %d: %v and %v", lead, err, scores.Err(lead))
					}
				}
			}
		}
	})
}

// TestScoresOfSchemas: a lead whose data cannot be read for some models has no scores by
// the others.
func TestScoresOfSchemas(t *testing.T) {
	var models []*leadscore.Model
	for _, field := range []string{"First", "Second"} {
		schema, err := leadscore.ParseSchema("s", "profile Lead { "+field+" text }", leadscore.StandardSchema())
		if err != nil {
			t.Fatal(err)
		}
		m, err := leadscore.Compile("m", fmt.Sprintf("model %q { target contact condition \"C\" { has Lead where %[1]s is empty score +1 } }", field), schema)
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	for _, field := range []string{"First", "Second"} {
		data, ids := severalLeads(t, 9)
		data.Before = func(q *traverse.Query, out *traverse.Rows) error {
			if slices.Contains(q.Fields, field) {
				out.Fail("lead-2", errors.New("row is corrupt"))
			}
			return nil
		}
		var scores leadscore.Scores
		set, err := leadscore.NewSet(models...)
		if err != nil {
			t.Fatal(err)
		}
		if err := set.ScoreInto(t.Context(), ids, data, &scores, scoretest.AsOf, leadscore.Batch(2)); err != nil {
			t.Fatal(err)
		}
		want := collect(set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, scoretest.AsOf, leadscore.Batch(2)))
		if diff := cmp.Diff(want, yieldedBy(t, set, &scores)); diff != "" || want[2].Err == "" {
			t.Errorf("(-ScoreAll +ScoreInto):\n%s", diff)
		}
	}
}

// TestScoresWhileRecordsChange: where leads were before does not matter to where they are.
func TestScoresWhileRecordsChange(t *testing.T) {
	set := scoretest.CompileSet(t, "model \"M\" { target contact condition \"C\" { has Lead where Topic contains word \"t\" score +5 } condition \"D\" { has Lead score +1 } }")
	stores := []*memory.Source{memory.New(leadscore.StandardSchema()), memory.New(leadscore.StandardSchema())}
	ids := []string{}
	for i := range 40 {
		ids = append(ids, fmt.Sprint("lead-", i))
	}
	random := rand.New(rand.NewPCG(1, 2))
	var scores leadscore.Scores
	for range 200 {
		data := stores[random.IntN(len(stores))]
		for range random.IntN(20) {
			id := ids[random.IntN(len(ids))]
			if _, err := data.Delete("Lead", id); err != nil {
				t.Fatal(err)
			}
			if random.IntN(3) > 0 {
				topic := []string{"t", "u"}[random.IntN(2)]
				if err := data.Add("Lead", id, memory.Record{"ParentContact": "c", "Topic": topic}); err != nil {
					t.Fatal(err)
				}
			}
		}
		random.Shuffle(random.IntN(len(ids)), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		some := ids[:random.IntN(len(ids)+1)]
		if err := set.ScoreInto(t.Context(), some, data, &scores, scoretest.AsOf, leadscore.Workers(1)); err != nil {
			t.Fatal(err)
		}
		want := collect(set.ScoreAll(t.Context(), leadscore.IDs(some...), data, scoretest.AsOf, leadscore.Workers(1)))
		if diff := cmp.Diff(want, yieldedBy(t, set, &scores)); diff != "" {
			t.Fatalf("(-ScoreAll +ScoreInto):\n%s", diff)
		}
	}
}

// TestScoresUseTheirMemoryAgain: scoring as many leads again as of the same instant
// allocates nothing for a lead.
func TestScoresUseTheirMemoryAgain(t *testing.T) {
	for name, set := range map[string]*leadscore.Set{
		"a model": scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened")), "a structured one": scoretest.CompileSet(t, structured),
	} {
		data, ids := severalLeads(t, 600)
		var scores leadscore.Scores
		score := func() {
			if err := set.ScoreInto(t.Context(), ids, data.Source, &scores, scoretest.AsOf, leadscore.Workers(1)); err != nil {
				t.Fatal(err)
			}
		}
		score()
		if allocs := testing.AllocsPerRun(20, score); allocs > 60 { // a few for each call, none for each lead
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}

// TestKeptResultsStay: a result that was read from columns stays when they are filled again.
func TestKeptResultsStay(t *testing.T) {
	set := severalModels(t)
	data, ids := severalLeads(t, 12)
	var scores leadscore.Scores
	fill := func(ids []string, opt leadscore.Option) []yielded {
		if err := set.ScoreInto(t.Context(), ids, data, &scores, opt); err != nil {
			t.Fatal(err)
		}
		return yieldedBy(t, set, &scores)
	}
	first := fill(ids, scoretest.AsOf)
	before := fmt.Sprint(texts(t, first))
	fill(ids[5:], leadscore.AsOf(time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC)))
	if after := fmt.Sprint(texts(t, first)); after != before {
		t.Errorf("results changed:\n%s\nto:\n%s", before, after)
	}
}

// TestNoScores: without leads, and without models, there are no scores and no errors.
func TestNoScores(t *testing.T) {
	data, ids := severalLeads(t, 3)
	var scores leadscore.Scores
	if err := severalModels(t).ScoreInto(t.Context(), nil, data, &scores); err != nil || scores.Len() != 0 || len(scores.Score(1)) != 0 {
		t.Errorf("%d leads, error %v", scores.Len(), err)
	}
	none, err := leadscore.NewSet()
	if err != nil {
		t.Fatal(err)
	}
	if err := none.ScoreInto(t.Context(), ids, data, &scores); err != nil || scores.Len() != 3 || scores.Err(2) != nil {
		t.Errorf("%d leads, error %v", scores.Len(), err)
	}
	if len(data.Asked) > 0 {
		t.Errorf("%d queries", len(data.Asked))
	}
}

// TestScoreIntoInBatchesOfAnySize: no size of a batch and no number of workers makes
// scoring fail.
func TestScoreIntoInBatchesOfAnySize(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	var scores leadscore.Scores
	for _, n := range []int{math.MinInt, 0, 1, 39, 41, 1 << 20, math.MaxInt} {
		if err := set.ScoreInto(t.Context(), ids, data, &scores, scoretest.AsOf, leadscore.Workers(n), leadscore.Batch(n)); err != nil {
			t.Fatal(err)
		}
		for i, score := range scores.Score(0) {
			if score != int64(i%5) {
				t.Fatalf("%d: lead %d has score %d", n, i, score)
			}
		}
	}
}

// TestScoreIntoRefuses: an error that concerns no lead leaves no scores.
func TestScoreIntoRefuses(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 4)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	var scores leadscore.Scores
	for want, score := range map[string]func() error{
		"leadscore: the source is nil": func() error { return set.ScoreInto(t.Context(), ids, nil, &scores) },
		"leadscore: AsOf: year 36812 is not between 0 and 9999": func() error {
			return set.ScoreInto(t.Context(), ids, data, &scores, leadscore.AsOf(time.Unix(1<<40, 0)))
		},
		"context canceled": func() error { return set.ScoreInto(done, ids, data, &scores) },
		"leadscore: ScoreInto cannot explain scores: use Score or ScoreAll": func() error { return set.ScoreInto(t.Context(), ids, data, &scores, leadscore.Explain(0)) },
	} {
		if err := set.ScoreInto(t.Context(), ids, data, &scores); err != nil || scores.Len() != 4 {
			t.Fatal(err)
		}
		if err := score(); err == nil || err.Error() != want || scores.Len() != 0 {
			t.Errorf("error %v, want %s; %d leads", err, want, scores.Len())
		}
	}
}

// TestScoreIntoIsStopped: ScoreInto returns the error of ctx, whichever context the source
// looks at, and no query goes on.
func TestScoreIntoIsStopped(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		for _, own := range []bool{true, false} {
			outer, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			waits := &slow{Source: data, wait: func(ctx context.Context, q *traverse.Query) {
				if q.Entity == "Lead" && slices.Contains(q.Keys, ids[21]) {
					if !own {
						ctx = outer
					}
					<-ctx.Done()
				}
			}}
			var scores leadscore.Scores
			err := set.ScoreInto(outer, ids, waits, &scores, shape...)
			if !errors.Is(err, context.DeadlineExceeded) || scores.Len() != 0 || waits.busy.Load() != 0 {
				t.Errorf("error %v, %d leads, %d queries go on", err, scores.Len(), waits.busy.Load())
			}
		}
	})
}

// TestScoreIntoPanics: a panic in the source is one of ScoreInto, and so is the end of a
// goroutine; no query goes on afterwards, and there are no scores.
func TestScoreIntoPanics(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	for _, exit := range []bool{false, true} {
		eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
			for _, at := range []int{0, 23, 39} {
				data := &slow{Source: data, wait: func(ctx context.Context, q *traverse.Query) {
					second(ctx, q)
					if q.Entity != "Lead" || !slices.Contains(q.Keys, ids[at]) {
						return
					}
					if exit {
						runtime.Goexit()
					}
					panic("no way")
				}}
				var scores leadscore.Scores
				ended := false
				var wg sync.WaitGroup
				wg.Go(func() {
					defer func() {
						if r := recover(); exit && r != nil || !exit && r != "no way" {
							t.Errorf("recovered %v", r)
						}
						ended = true
					}()
					err := set.ScoreInto(t.Context(), ids, data, &scores, shape...)
					t.Errorf("it goes on with error %v", err)
				})
				wg.Wait()
				if !ended || data.busy.Load() != 0 || scores.Len() != 0 {
					t.Errorf("%d queries go on, %d leads", data.busy.Load(), scores.Len())
				}
			}
		})
	}
}

// TestScoreIntoWorksTogether: as many batches are scored at the same time as there are
// workers, one of them by the caller.
func TestScoreIntoWorksTogether(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	for workers := 1; workers <= 8; workers++ {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			by := map[string]bool{}
			slowly := &slow{Source: data, wait: func(ctx context.Context, q *traverse.Query) {
				mu.Lock()
				by[goroutine()] = true
				mu.Unlock()
				second(ctx, q)
			}}
			var scores leadscore.Scores
			if err := set.ScoreInto(t.Context(), ids, slowly, &scores, scoretest.AsOf, leadscore.Workers(workers), leadscore.Batch(2)); err != nil {
				t.Fatal(err)
			}
			if most := int(slowly.most.Load()); most != workers || len(by) != workers || !by[goroutine()] {
				t.Errorf("%d queries at the same time on %d goroutines, with %d workers", most, len(by), workers)
			}
		})
	}
}
