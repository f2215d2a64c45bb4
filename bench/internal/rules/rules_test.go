package rules_test

import (
	"fmt"
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

// Half of the rules of the structured model use the second layer.
func TestStructured(t *testing.T) {
	m := rules.Structured()
	if m.Size() != 100 || len(m.Rules) != 50 {
		t.Errorf("%d rules, %d of the first layer", m.Size(), len(m.Rules))
	}
	if _, err := leadscore.Compile("model", crm.Schema()+m.Text(), nil); err != nil {
		t.Fatal(err)
	}
	uses := map[rules.UseKind]int{}
	frequencies := map[rules.Frequency]int{}
	filters := map[rules.Op]int{}
	parts := map[string]int{}
	for part := range m.Each {
		r, ok := part.(*rules.Rule)
		parts[fmt.Sprintf("%T", part)]++
		if !ok {
			continue
		}
		if r.Bound != 0 {
			parts["bounds"]++
		}
		if len(r.Any) > 0 {
			parts["any of"]++
		}
		for _, c := range r.All() {
			uses[c.Use.Kind]++
			frequencies[c.Frequency]++
			if c.Or != nil {
				parts["several kinds"]++
			}
			for _, f := range c.Filters {
				filters[f.Op]++
			}
		}
	}
	t.Logf("uses %v, frequencies %v, filters %v, %v", uses, frequencies, filters, parts)
	for kind := range rules.Fading + 1 {
		if uses[kind] == 0 {
			t.Errorf("use %d is missing", kind)
		}
	}
	for f := range rules.EveryWithout + 1 {
		if frequencies[f] == 0 {
			t.Errorf("frequency %d is missing", f)
		}
	}
	for _, op := range []rules.Op{rules.AnyOf, rules.Not} {
		if filters[op] == 0 {
			t.Errorf("operator %d is missing", op)
		}
	}
	for _, name := range []string{"*rules.Group", "*rules.Tiers", "*rules.Table", "bounds", "any of", "several kinds"} {
		if parts[name] == 0 {
			t.Errorf("%s is missing", name)
		}
	}
}
