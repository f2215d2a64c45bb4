package reference

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// The engine is compared with this package on generated schemas, models and data.
// To run more checks, or to repeat a failure:
//
//	go test ./internal/reference -rapid.checks=100000 -timeout=0
//	go test ./internal/reference -run Matches -rapid.failfile=…

// TestEngineMatchesReference draws whole models with long paths and many clauses.
func TestEngineMatchesReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { compare(t, (*generator).rules, (*generator).data) })
}

// TestEngineMatchesReferenceAtEdges draws many records around every bound of a few
// date ranges and expressions.
func TestEngineMatchesReferenceAtEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { compare(t, (*generator).sharpRules, (*generator).sharpData) })
}

// TestEngineMatchesReferenceAtScale draws more counts than fit into a word, shared by
// conditions and models, over records that are alike.
func TestEngineMatchesReferenceAtScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { compare(t, (*generator).manyRules, (*generator).manyData) })
}

// TestEngineMatchesReferenceSecondLayer draws whole models of the second layer.
func TestEngineMatchesReferenceSecondLayer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { compare(t, (*generator).layeredRules, (*generator).layeredData) })
}

// TestEngineMatchesReferenceSecondLayerAtEdges draws conditions with one child or block
// each, and many records around every edge.
func TestEngineMatchesReferenceSecondLayerAtEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { compare(t, (*generator).layeredSharpRules, (*generator).layeredSharpData) })
}

// TestEngineMatchesReferenceSecondLayerAtScale draws many conditions over records that are
// alike, and seldom large sets.
func TestEngineMatchesReferenceSecondLayerAtScale(t *testing.T) {
	sets, large := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		sets++
		if compare(t, (*generator).layeredManyRules, (*generator).manyData).isLarge() {
			large++
		}
	})
	t.Logf("%d of %d sets are large", large, sets)
}

func compare(t *rapid.T, drawRules func(*generator) string, drawData func(*generator) Data) *compared {
	return newGenerator(t).compare(t, drawRules, drawData)
}

// A tester is a test, or a case of a property.
type tester interface {
	failer
	Fatal(args ...any)
	Logf(format string, args ...any)
}

// A compared is a set of data and models that both evaluators have scored alike.
type compared struct {
	schema  *traverse.Schema
	file    *dsl.File
	asOf    time.Time
	results []Result // of all leads
}

// compare draws rules and data, and scores all leads with both evaluators.
func (g *generator) compare(t tester, drawRules func(*generator) string, drawData func(*generator) Data) *compared {
	rules := drawRules(g)
	t.Logf("as of %s\n%s", g.asOf.Format(time.RFC3339Nano), rules)
	// A set takes milliseconds, or seconds if it is large; but a machine may pause.
	defer time.AfterFunc(10*time.Minute, func() { panic("no end in sight:\n" + rules) }).Stop()

	file, problems := dsl.Parse("model.score", rules, dsl.Limits{})
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	set, err := leadscore.CompileSet(g.schema, []leadscore.File{{Name: "model.score", Text: rules}})
	if err != nil {
		t.Fatal(err)
	}
	g.collectEdges(file)
	data := drawData(g)
	t.Logf("%s%s", g.schemaText, described(data))

	leads := []string{}
	for _, r := range data[traverse.Lead] {
		leads = append(leads, r.ID)
	}
	if g.chance(4, "again") {
		leads = append(leads, leads[0])
	}
	if g.chance(4, "unknown") {
		leads = slices.Insert(leads, 1, "nobody")
	}
	source := g.source(g.schema, data)
	batch, workers := leadscore.Batch(pick(g, "batch", 256, 1, 2, 3)), leadscore.Workers(pick(g, "workers", 1, 1, 2))
	told := pick(g, "occurrences", 100, 1, 3)
	results := compareAll(t, set, file, g.schema, data, leads, source, g.asOf, []int{scoresAlone, 0, told}, batch, workers)
	if g.large == "" && g.chance(2, "another instant") {
		// What the set keeps for one instant moves to the next.
		for range 2 {
			const day = 24 * time.Hour
			by := pick(g, "moves by", time.Microsecond, time.Second, time.Hour, day, 31*day, 400*day, -time.Microsecond, -day)
			then := g.asOf.Add(by)
			t.Logf("as of %s", then.Format(time.RFC3339Nano))
			compareAll(t, set, file, g.schema, data, leads, source, then, []int{scoresAlone}, batch, workers)
		}
	}
	return &compared{g.schema, file, g.asOf, results}
}

// source returns the data as a source: in memory, or the slices themselves, in their
// order or in reverse, within the asked range or with what lies outside, one by one or in
// blocks.
func (g *generator) source(schema *traverse.Schema, data Data) leadscore.Source {
	if g.chance(1, "plain") {
		plain := plainSource{data, g.chance(1, "reversed"), g.chance(1, "ranged")}
		if g.chance(1, "blocks") {
			return blockSource{plain, uint64(g.number("forms", 0, math.MaxInt32))}
		}
		return plain
	}
	source := memory.New(schema)
	for entity, records := range data {
		for _, r := range records {
			record := memory.Record{}
			for name, v := range r.Values {
				record[name] = v
			}
			if err := source.Add(entity, r.ID, record); err != nil {
				g.Fatal(err)
			}
		}
	}
	return source
}

type plainSource struct {
	data             Data
	reversed, ranged bool
}

func (s plainSource) Fetch(_ context.Context, q *traverse.Query, out *traverse.Rows) error {
	records := slices.Clone(s.data[q.Entity])
	if s.reversed {
		slices.Reverse(records)
	}
	for _, r := range records {
		key := r.ID
		if q.By != "" {
			key = r.text(q.By)
		}
		if !slices.Contains(q.Keys, key) || s.ranged && q.Time != "" && !between(r.Values[q.Time], q.From, q.To) {
			continue
		}
		values := make([]traverse.Value, len(q.Fields))
		for i, name := range q.Fields {
			values[i] = r.Values[name]
		}
		out.Add(key, r.ID, values...)
	}
	return nil
}

func between(v traverse.Value, from, to time.Time) bool {
	if empty(v) {
		return from.IsZero()
	}
	return (from.IsZero() || !v.Time().Before(from)) && (to.IsZero() || !v.Time().After(to))
}
