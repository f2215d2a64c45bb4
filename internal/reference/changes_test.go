package reference

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// The changes that the engine finds are compared with scores of this package as of many
// instants:
//
//	go test ./internal/reference -run Changes -rapid.checks=100000 -timeout=0

func TestChangesMatchReference(t *testing.T) {
	checkChanges(t, (*generator).rules, (*generator).data)
}

func TestChangesMatchReferenceAtEdges(t *testing.T) {
	checkChanges(t, (*generator).sharpRules, (*generator).sharpData)
}

func TestChangesMatchReferenceSecondLayer(t *testing.T) {
	checkChanges(t, (*generator).layeredRules, (*generator).layeredData)
}

func TestChangesMatchReferenceSecondLayerAtEdges(t *testing.T) {
	checkChanges(t, (*generator).layeredSharpRules, (*generator).layeredSharpData)
}

func checkChanges(t *testing.T, drawRules func(*generator) string, drawData func(*generator) Data) {
	sets, found := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		f := newFollowed(t, drawRules, drawData)
		sets++
		for _, r := range f.data[traverse.Lead] {
			found += f.check(r.ID)
		}
		f.checkNext()
	})
	t.Logf("%d changes in %d sets", found, sets)
}

// A followed is a set of rules and data, and a period in which leads are followed.
type followed struct {
	*generator
	set      *leadscore.Set
	file     *dsl.File
	data     Data
	source   leadscore.Source
	from, to time.Time
}

func newFollowed(t *rapid.T, drawRules func(*generator) string, drawData func(*generator) Data) *followed {
	g := newGenerator(t)
	rules := drawRules(g)
	f := &followed{generator: g}
	f.file, _ = dsl.Parse("model.score", rules, dsl.Limits{})
	var err error
	if f.set, err = leadscore.CompileSet(g.schema, []leadscore.File{{Name: "model.score", Text: rules}}); err != nil {
		t.Fatal(err)
	}
	g.collectEdges(f.file)
	f.data = drawData(g)
	f.source = g.source(g.schema, f.data)
	const day = 24 * time.Hour
	// What is drawn lies at edges as of g.asOf, so that much happens around it.
	f.from = g.asOf.Add(-pick(g, "before", 0, time.Microsecond, time.Hour, day, 33*day, 400*day))
	f.to = g.asOf.Add(pick(g, "after", 0, time.Microsecond, time.Hour, day, 33*day, 400*day))
	t.Logf("from %s to %s, around %s\n%s\n%s%s", f.from.Format(time.RFC3339Nano), f.to.Format(time.RFC3339Nano),
		g.asOf.Format(time.RFC3339Nano), rules, g.schemaText, described(f.data))
	return f
}

// changes returns the changes of a lead, which follow one after the other.
func (f *followed) changes(lead string, from time.Time, opts ...leadscore.Option) []leadscore.Change {
	var list []leadscore.Change
	last := from
	for c, err := range f.set.Changes(context.Background(), lead, f.source, from, f.to, opts...) {
		if err != nil {
			f.Fatalf("lead %q: %v", lead, err)
		}
		if !c.AsOf.After(last) || c.AsOf.After(f.to) {
			f.Fatalf("lead %q: a change at %v after one at %v", lead, c.AsOf, last)
		}
		last = c.AsOf
		list = append(list, c)
	}
	return list
}

// check compares the changes of a lead, and returns how many there are.
func (f *followed) check(lead string) int {
	told := pick(f.generator, "explained", scoresAlone, scoresAlone, 0, 3)
	var opts []leadscore.Option
	if told != scoresAlone {
		opts = append(opts, leadscore.Explain(told))
	}
	list := f.changes(lead, f.from, opts...)
	const most = 5 // changes that are compared
	for i := range min(len(list), most) {
		if len(list) > most {
			i = f.number("change", 0, len(list)-1)
		}
		c := list[i]
		f.compare(lead, c.Before.Results, c.AsOf.Add(-time.Microsecond), told)
		f.compare(lead, c.After.Results, c.AsOf, told)
		differ := 0
		for range c.Changed() {
			differ++
		}
		if differ == 0 {
			f.Fatalf("lead %q: nothing changes at %v", lead, c.AsOf)
		}
	}
	for range 6 { // instants between changes
		at := f.instant()
		i, _ := slices.BinarySearchFunc(list, at, func(c leadscore.Change, at time.Time) int {
			if c.AsOf.After(at) {
				return 1
			}
			return -1
		})
		switch { // as of at, i changes have been
		case i > 0:
			f.compareHeads(lead, list[i-1].After, at)
		case len(list) > 0:
			f.compareHeads(lead, list[0].Before, at)
		default:
			state, err := f.set.Score(context.Background(), lead, f.source, leadscore.AsOf(f.from))
			if err != nil {
				f.Fatal(err)
			}
			f.compareHeads(lead, state, at)
		}
	}
	return len(list)
}

// instant draws an instant of the period: near an edge, or anywhere.
func (f *followed) instant() time.Time {
	length := f.to.Sub(f.from).Microseconds()
	at := f.from.Add(time.Duration(f.number("at", 0, int(length))) * time.Microsecond)
	if f.chance(1, "near") {
		const day = 24 * time.Hour
		at = f.asOf.Add(pick(f.generator, "off", 0, time.Microsecond, -time.Microsecond, time.Second, time.Hour, -time.Hour, day, -day, 30*day, 31*day))
	}
	if at.Before(f.from) {
		return f.from
	} else if at.After(f.to) {
		return f.to
	}
	return at
}

// compare compares the results for a lead with those of this package.
func (f *followed) compare(lead string, got []leadscore.Result, asOf time.Time, told int) {
	want, err := Score([]*dsl.File{f.file}, f.schema, f.data, lead, asOf)
	if err != nil {
		f.Fatal(err)
	}
	for i, w := range want {
		r := got[i]
		if !r.AsOf().Equal(asOf) {
			f.Fatalf("lead %q: a result as of %v, not %v", lead, r.AsOf(), asOf)
		}
		if told > 0 {
			if r, err = r.Detailed(context.Background()); err != nil {
				f.Fatal(err)
			}
		}
		compareResults(f, w, r, told)
	}
}

// compareHeads compares what the results for a lead are as of an instant with those as of
// another, between which there is no change.
func (f *followed) compareHeads(lead string, got leadscore.SetResult, asOf time.Time) {
	want, err := Score([]*dsl.File{f.file}, f.schema, f.data, lead, asOf)
	if err != nil {
		f.Fatal(err)
	}
	for i, w := range want {
		if a, b := headOfReference(w), headOfEngine(got.Results[i]); a != b {
			f.Fatalf("lead %q as of %v is\n%s\nand as of %v, before the next change,\n%s", lead, asOf, a, got.Results[i].AsOf(), b)
		}
	}
}

// checkNext compares the next change of each result with the changes.
func (f *followed) checkNext() {
	at := f.instant()
	ids := []string{}
	for _, r := range f.data[traverse.Lead] {
		ids = append(ids, r.ID)
	}
	batch := leadscore.Batch(pick(f.generator, "batch", 256, 1, 2))
	for r, err := range f.set.ScoreAll(context.Background(), leadscore.IDs(ids...), f.source, leadscore.AsOf(at), leadscore.NextChange(f.to), batch) {
		if err != nil {
			f.Fatal(err)
		}
		list := f.changes(r.Lead, at)
		first, some := r.NextChange()
		if some != (len(list) > 0) || some && !first.Equal(list[0].AsOf) {
			f.Fatalf("lead %q changes next at %v, %t, and there are %d changes", r.Lead, first, some, len(list))
		}
		for i, result := range r.Results {
			next, ok := result.NextChange()
			var want time.Time
			for _, c := range list {
				for before := range c.Changed() {
					if want.IsZero() && before.Model == f.set.Models()[i].Name() {
						want = c.AsOf
					}
				}
			}
			if ok == want.IsZero() || ok && !next.Equal(want) {
				f.Fatalf("lead %q, %s: the next change is at %v, want %v", r.Lead, result.Model, next, want)
			}
		}
	}
}
