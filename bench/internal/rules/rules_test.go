package rules_test

import (
	"slices"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

func TestModelsCompile(t *testing.T) {
	for _, size := range rules.Sizes {
		m, err := leadscore.Compile("model", crm.Schema()+rules.Measured(size).Text(), nil)
		if err != nil {
			t.Fatalf("%d rules: %v", size, err)
		}
		if m.Target() != "contact" {
			t.Errorf("%d rules: target %s", size, m.Target())
		}
	}
}

// The mix of rules is what the documentation says.
func TestMix(t *testing.T) {
	for _, size := range rules.Sizes {
		m := rules.Measured(size)
		children, unfiltered, profiles, two := 0, 0, 0, 0
		frequencies := make([]int, 4)
		days := map[int]bool{}
		for _, r := range m.Rules {
			if len(r.Children) == 2 {
				two++
			}
			for i := range r.Children {
				c := &r.Children[i]
				children++
				frequencies[c.Frequency]++
				if len(c.Filters) == 0 {
					unfiltered++
				}
				if c.Profile() {
					profiles++
				} else {
					days[c.Days] = true
				}
			}
		}
		t.Logf("%d rules: %d children, %d without a filter, %d on profiles, %d conditions of two, frequencies %v, %d windows",
			size, children, unfiltered, profiles, two, frequencies, len(days))
		if profiles*8 < size-8 || profiles*8 > size+8 {
			t.Errorf("%d rules: %d on profiles", size, profiles)
		}
		if size >= 20 && slices.Contains(frequencies, 0) {
			t.Errorf("%d rules: a frequency is missing: %v", size, frequencies)
		}
	}
}
