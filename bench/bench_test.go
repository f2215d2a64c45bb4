// Package bench measures leadscore against hand-written Go and against general
// engines for expressions, on one workload.
//
//	go test -bench . -timeout 1h ./bench                # everything
//	go test -bench 'Score/leadscore$/100/cold' ./bench  # one row
//	go run ./bench/cmd/table                            # the table of docs/performance.md
//
// go test ./bench checks on little data that every engine gives every lead the
// same score; a benchmark checks it again on all before it times anything.
//
// Every benchmark runs on one core, unless it says otherwise, and times the engine
// and the hand-written code in turns. It reports the engine's ns/lead and
// allocs/lead, the hand-written code's base-ns/lead, and the ratio: how many times
// the hand-written code's time the engine takes.
package bench

import (
	"slices"
	"sync"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/engine"
	"github.com/leadscore/leadscore/bench/internal/measure"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

const (
	leads = 10_000
	seed  = 1
)

// Every engine gives every lead the same score.
func TestEnginesAgree(t *testing.T) {
	const leads = 300
	d := crm.Generate(leads, seed)
	all := append(engine.All(), engine.StructsOnce)
	loaded := map[string]engine.Loaded{}
	for _, e := range all {
		var err error
		if loaded[e.Name], err = e.Load(d); err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
	}
	for _, m := range rules.AllMeasured() {
		var want []int64
		for _, e := range all {
			if !e.Can(m) {
				continue
			}
			score, err := loaded[e.Name](m)()
			if err != nil {
				t.Fatalf("model %s, %s: %v", m.Label, e.Name, err)
			}
			got, err := engine.ScoreAll(score, leads)
			if err != nil {
				t.Fatalf("model %s, %s: %v", m.Label, e.Name, err)
			}
			if want == nil {
				want = got
			}
			if err := engine.Differ(d, m, all[0].Name, e.Name, want, got); err != nil {
				t.Error(err)
			}
		}
	}
}

// Nearly every part of the structured model gives different leads different points, so
// that engines that skip one are found, and measured work is not for nothing.
func TestPartsMatter(t *testing.T) {
	const leads = 1000
	loaded, err := engine.Memory.Load(crm.Generate(leads, seed))
	if err != nil {
		t.Fatal(err)
	}
	m := rules.Structured()
	parts, same := 0, 0
	for part := range m.Each {
		only := m.OnlyPart(part)
		score, err := loaded(only)()
		if err != nil {
			t.Fatal(err)
		}
		scores, err := engine.ScoreAll(score, leads)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(scores)
		parts++
		if scores[0] == scores[leads-1] {
			same++
			t.Logf("the same for all leads:%s", only.Text())
		}
	}
	if same > parts/10 {
		t.Errorf("%d of %d parts give all leads the same points", same, parts)
	}
}

var lab = sync.OnceValue(func() *measure.Lab { return measure.NewLab(leads, seed) })

// BenchmarkScore measures every engine against the hand-written code.
func BenchmarkScore(b *testing.B) {
	for _, e := range engine.All()[1:] {
		b.Run(e.Name, func(b *testing.B) {
			for _, m := range rules.AllMeasured() {
				if !e.Can(m) {
					continue
				}
				err := lab().Against(engine.HandWritten, e, m, func(c measure.Contest) error {
					b.Run(c.Name, func(b *testing.B) { contest(b, c, "lead") })
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRows measures the rows of the table that compare something else.
func BenchmarkRows(b *testing.B) {
	for _, s := range measure.Sections() {
		switch s.Name {
		case "growth", "structs", "set", "explain", "changes", "compile", "cores", "hops":
			b.Run(s.Name, func(b *testing.B) {
				err := s.Contests(lab(), func(c measure.Contest) error {
					b.Run(c.Name, func(b *testing.B) { contest(b, c, s.Unit) })
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				if s.Scaling == nil {
					return
				}
				scaling, err := s.Scaling(lab())
				if err != nil {
					b.Fatal(err)
				}
				for _, c := range scaling.Contests() {
					b.Run(c.Name, func(b *testing.B) { contest(b, c, s.Unit) })
				}
			})
		}
	}
}

func contest(b *testing.B, c measure.Contest, unit string) {
	race, stop := c.Start()
	defer stop()
	for b.Loop() {
		if err := race.Round(); err != nil {
			b.Fatal(err)
		}
	}
	f := race.Figures()
	b.ReportMetric(0, "ns/op") // of both sides together: it says nothing
	b.ReportMetric(f.Other, "ns/"+unit)
	b.ReportMetric(f.Allocs, "allocs/"+unit)
	b.ReportMetric(f.Base, "base-ns/"+unit)
	b.ReportMetric(f.Ratio, "ratio")
}
