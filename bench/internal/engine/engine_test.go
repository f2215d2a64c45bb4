package engine_test

import (
	"testing"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/engine"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// Every engine gives every lead the same score.
func TestEnginesAgree(t *testing.T) {
	const leads = 300
	d := crm.Generate(leads, 1)
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
