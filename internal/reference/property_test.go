package reference

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
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

func compare(t *rapid.T, drawRules func(*generator) string, drawData func(*generator) Data) {
	g := &generator{T: t}
	schemaText := g.schemaText()
	schema, err := leadscore.ParseSchema("schema.score", schemaText, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, schemaText)
	}
	g.schema = schema
	g.setting()
	rules := drawRules(g)
	t.Logf("as of %s\n%s", g.asOf.Format(time.RFC3339Nano), rules)
	defer time.AfterFunc(time.Minute, func() { panic("no end in sight:\n" + rules) }).Stop()

	file, problems := dsl.Parse("model.score", rules, dsl.Limits{})
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: rules}})
	if err != nil {
		t.Fatal(err)
	}
	g.collectEdges(file)
	data := drawData(g)
	t.Logf("%s%s", schemaText, describe(data))

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
	source := g.source(schema, data)
	batch, workers := leadscore.Batch(pick(g, "batch", 256, 1, 2, 3)), leadscore.Workers(pick(g, "workers", 1, 1, 2))
	told := pick(g, "occurrences", 100, 1, 3)
	compareAll(t, set, file, schema, data, leads, source, g.asOf, []int{scoresAlone, 0, told}, batch, workers)
}

// A failer is a test, or a case of a property.
type failer interface {
	Fatalf(format string, args ...any)
}

// scoresAlone means no explanation, where another number means one with at most so
// many occurrences of each condition.
const scoresAlone = -1

// compareAll scores leads with both evaluators, explained in each of the ways that
// explain lists, and fails if they differ.
func compareAll(t failer, set *leadscore.Set, file *dsl.File, schema *traverse.Schema, data Data, leads []string,
	source leadscore.Source, asOf time.Time, explain []int, options ...leadscore.Option,
) {
	type answer struct {
		results []Result
		err     error
	}
	answers := map[string]answer{}
	for _, id := range leads {
		if _, ok := answers[id]; !ok {
			results, err := Score([]*dsl.File{file}, schema, data, id, asOf)
			answers[id] = answer{results, err}
		}
	}
	options = append(options, leadscore.AsOf(asOf))
	for _, occurrences := range explain {
		opts := slices.Clip(options)
		if occurrences != scoresAlone {
			opts = append(opts, leadscore.Explain(occurrences))
		}
		compareOnce(t, set, leads, source, occurrences, func(id string) ([]Result, error) {
			return answers[id].results, answers[id].err
		}, opts...)
	}
}

func compareOnce(t failer, set *leadscore.Set, leads []string, source leadscore.Source, occurrences int,
	reference func(id string) ([]Result, error), options ...leadscore.Option,
) {
	i := 0
	for got, err := range set.ScoreAll(context.Background(), leadscore.IDs(leads...), source, options...) {
		if i >= len(leads) || got.Lead != leads[i] {
			t.Fatalf("result %d is lead %q of %q", i, got.Lead, leads)
		}
		want, wantErr := reference(got.Lead)
		i++
		if wantErr != nil {
			if !errors.Is(err, leadscore.ErrNoLead) {
				t.Fatalf("lead %q: error %v, want %v", got.Lead, err, wantErr)
			}
			continue
		}
		if err != nil || len(got.Results) != len(want) {
			t.Fatalf("lead %q: %d results, error %v, want %d", got.Lead, len(got.Results), err, len(want))
		}
		ready := false
		for j, w := range want {
			ready = ready || w.SalesReady
			g := got.Results[j]
			a, b := reportReference(w, min(occurrences, 0)), reportEngine(g, false) // the lists may be long
			if a == b {
				a, b = reportReference(w, occurrences), reportEngine(g, true)
			}
			if a != b {
				t.Fatalf("engine:\n%sreference:\n%s", b, a)
			}
			if occurrences > 0 {
				compareNearest(t, w, g)
				compareMissing(t, w, g)
			}
			if occurrences != scoresAlone && g.Status == leadscore.Scored {
				addsUp(t, g)
			}
			if occurrences != scoresAlone { // a model gives the same result alone as in the set
				alone, err := set.Models()[j].Score(context.Background(), got.Lead, source, options...)
				if err != nil || !alone.Equal(g) {
					t.Fatalf("alone:\n%sin the set:\n%s%v", reportEngine(alone, true), reportEngine(g, true), err)
				}
			}
		}
		// "In a set, a lead is sales-ready as soon as any model says so."
		if got.SalesReady != ready {
			t.Fatalf("lead %q: sales ready %v in the set, want %v", got.Lead, got.SalesReady, ready)
		}
	}
	if i != len(leads) {
		t.Fatalf("%d results for %d leads", i, len(leads))
	}
}

// addsUp checks that the exact sum of the contributions, clamped, is the score.
func addsUp(t failer, r leadscore.Result) {
	sum := new(big.Int)
	for c := range r.Contributions() {
		if c.Multiplier == math.MaxUint64 {
			return // or more: the contribution does not show it
		}
		sum.Add(sum, new(big.Int).Mul(new(big.Int).SetUint64(c.Multiplier), big.NewInt(c.Points)))
	}
	if clamped := Clamp(sum); clamped != r.Score {
		t.Fatalf("contributions add up to %d, and the score is %d", clamped, r.Score)
	}
}

// compareNearest checks what kept children from counting.
func compareNearest(t failer, want Result, got leadscore.Result) {
	i := 0
	for c := range got.Contributions() {
		for j, ch := range c.Children {
			w := want.Contributions[i].Children[j]
			var unmet []string
			for _, u := range ch.Nearest {
				unmet = append(unmet, u.Rule)
			}
			switch {
			case ch.Holds || w.None || len(w.Nearest) == 0:
				if unmet != nil {
					t.Fatalf("%s: %q is reported as unmet, and nothing is unmet", ch.Rule, unmet)
				}
			case !slices.ContainsFunc(w.Nearest, func(o []string) bool { return slices.Equal(o, unmet) }):
				t.Fatalf("%s: %q is reported as unmet, want one of %q", ch.Rule, unmet, w.Nearest)
			}
		}
		i++
	}
}

func head(model, lead, status string, score int64, grade string, ready bool) string {
	return fmt.Sprintf("%s, lead %s: %s %d %q ready=%v\n", model, lead, status, score, grade, ready)
}

func line(condition string, multiplier uint64, points, score int64) string {
	return fmt.Sprintf("  %s: %d × %d = %d\n", condition, multiplier, points, score)
}

func childLine(label, rule string, count uint64, holds bool) string {
	return fmt.Sprintf("    %q %s: %d %v\n", label, rule, count, holds)
}

func reportEngine(r leadscore.Result, occurrences bool) string {
	var b strings.Builder
	b.WriteString(head(r.Model, r.Lead, r.Status.String(), r.Score, r.Grade, r.SalesReady))
	for c := range r.Contributions() {
		b.WriteString(line(c.Condition, c.Multiplier, c.Points, c.Score))
		for _, ch := range c.Children {
			b.WriteString(childLine(ch.Label, ch.Rule, ch.Count, ch.Holds))
			if occurrences {
				for _, o := range ch.Occurrences {
					fmt.Fprintf(&b, "      %s %s %s ×%d\n", o.Entity, o.ID, o.Time.UTC().Format(time.RFC3339Nano), o.Routes)
				}
			}
		}
	}
	return b.String()
}

// reportReference writes a result with at most so many occurrences of each
// condition, or only its head for scoresAlone.
func reportReference(r Result, occurrences int) string {
	var b strings.Builder
	b.WriteString(head(r.Model, r.Lead, r.Status, r.Score, r.Grade, r.SalesReady))
	if occurrences == scoresAlone {
		return b.String()
	}
	for _, c := range r.Contributions {
		b.WriteString(line(c.Condition, saturate(c.Multiplier.Num()), c.Points, Clamp(c.Score)))
		left := occurrences
		for _, ch := range c.Children {
			b.WriteString(childLine(ch.Label, ch.Rule, saturate(ch.Count), ch.Holds))
			if left > 0 {
				lines := occurrenceLines(ch.Routes)
				lines = lines[:min(left, len(lines))]
				left -= len(lines)
				b.WriteString(strings.Join(lines, ""))
			}
		}
	}
	return b.String()
}

func saturate(n *big.Int) uint64 {
	if n.IsUint64() {
		return n.Uint64()
	}
	return math.MaxUint64
}

// occurrenceLines lists the records that date the routes, by time, entity and id.
func occurrenceLines(routes [][]Stop) []string {
	count := map[*Record]int{}
	at := map[*Record]time.Time{}
	var stops []Stop
	for _, route := range routes {
		stop := Dated(route)
		if count[stop.Record]++; count[stop.Record] == 1 {
			stops = append(stops, stop)
			if f, ok := stop.Entity.Dated(); ok {
				at[stop.Record] = stop.Record.Values[f.Name].Time()
			}
		}
	}
	slices.SortFunc(stops, func(a, b Stop) int {
		if c := at[a.Record].Compare(at[b.Record]); c != 0 {
			return c
		}
		if c := strings.Compare(a.Entity.Name(), b.Entity.Name()); c != 0 {
			return c
		}
		return strings.Compare(a.Record.ID, b.Record.ID)
	})
	var lines []string
	for _, s := range stops {
		lines = append(lines, fmt.Sprintf("      %s %s %s ×%d\n", s.Entity.Name(), s.Record.ID,
			at[s.Record].UTC().Format(time.RFC3339Nano), count[s.Record]))
	}
	return lines
}

// describe writes data without empty values.
func describe(data Data) string {
	var b strings.Builder
	for _, entity := range entities {
		for _, r := range data[entity] {
			fmt.Fprintf(&b, "%s %s:", entity, r.ID)
			for name, v := range sorted(r.Values) {
				if !empty(v) {
					fmt.Fprintf(&b, " %s=%q", name, v)
				}
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// source returns the data as a source: in memory, or the slices themselves, in their
// order or in reverse, within the asked range or with what lies outside.
func (g *generator) source(schema *traverse.Schema, data Data) leadscore.Source {
	if g.chance(1, "plain") {
		return plainSource{data, g.chance(1, "reversed"), g.chance(1, "ranged")}
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
