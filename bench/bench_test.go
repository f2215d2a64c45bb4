// Package bench measures leadscore against hand-written Go and against general
// engines for expressions, on one workload.
//
//	go test -bench . ./bench                        # everything
//	go test -bench 'leadscore$/100/cold' ./bench    # one row
//	go run ./bench/cmd/table                        # the table of docs/performance.md
//
// go test ./bench checks on little data that every engine gives every lead the
// same score; a benchmark checks it again on all before it times anything.
//
// Every benchmark runs on one core, and times the engine and the hand-written
// code in turns. It reports ns/lead, allocs/lead, and the ratio of the two.
package bench

import (
	"runtime"
	"strconv"
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

var data = sync.OnceValue(func() *crm.Data { return crm.Generate(leads, seed) })

var byHand = sync.OnceValues(func() (engine.Loaded, error) { return engine.HandWritten.Load(data()) })

// Every engine gives every lead the same score.
func TestEnginesAgree(t *testing.T) {
	const leads = 300
	d := crm.Generate(leads, seed)
	loaded := map[string]engine.Loaded{}
	for _, e := range engine.All() {
		var err error
		if loaded[e.Name], err = e.Load(d); err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
	}
	for _, size := range rules.Sizes {
		m := rules.Measured(size)
		var want []int64
		for _, e := range engine.All() {
			if !e.Can(size) {
				continue
			}
			score, err := loaded[e.Name](m)()
			if err != nil {
				t.Fatalf("%d rules, %s: %v", size, e.Name, err)
			}
			got, err := engine.ScoreAll(score, leads)
			if err != nil {
				t.Fatalf("%d rules, %s: %v", size, e.Name, err)
			}
			if want == nil {
				want = got
			}
			if err := engine.Differ(d, m, engine.All()[0].Name, e.Name, want, got); err != nil {
				t.Error(err)
			}
		}
	}
}

func BenchmarkScore(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, e := range engine.All() {
		b.Run(e.Name, func(b *testing.B) {
			loaded, err := e.Load(data())
			if err != nil {
				b.Fatal(err)
			}
			for _, size := range rules.Sizes {
				if !e.Can(size) {
					continue
				}
				b.Run(strconv.Itoa(size), func(b *testing.B) { score(b, e, loaded, size) })
			}
		})
	}
}

func score(b *testing.B, e *engine.Engine, loaded engine.Loaded, size int) {
	m := rules.Measured(size)
	hand, err := byHand()
	if err != nil {
		b.Fatal(err)
	}
	base, err := hand(m)()
	if err != nil {
		b.Fatal(err)
	}
	other, err := loaded(m)()
	if err != nil {
		b.Fatal(err)
	}
	if err := measure.Equal(data(), m, engine.HandWritten.Name, e.Name, base, other); err != nil {
		b.Fatal(err)
	}
	for _, mode := range []struct {
		name   string
		slices []measure.Slice
	}{{"cold", measure.Cold(leads)}, {"hot", measure.Hot(leads)}} {
		b.Run(mode.name, func(b *testing.B) {
			race := measure.NewRace(base, other, mode.slices)
			defer race.Stop()
			for b.Loop() {
				if err := race.Round(); err != nil {
					b.Fatal(err)
				}
			}
			f := race.Figures()
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(f.Other, "ns/lead")
			b.ReportMetric(f.Allocs, "allocs/lead")
			b.ReportMetric(f.Ratio, "x-hand-written")
		})
	}
}
