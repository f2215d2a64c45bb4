package reference

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
)

// TestCases draws cases of all kinds, and checks that they compile and follow from the seed.
func TestCases(t *testing.T) {
	kinds := Kinds()
	for _, kind := range Kinds() {
		if !strings.Contains(kind, "many") {
			kinds = append(kinds, small+kind)
		}
	}
	for _, kind := range kinds {
		for seed := range 20 {
			schema, _ := DrawSchema(seed / 10)
			c := DrawCase(schema, kind, seed)
			if _, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: c.Rules}}); err != nil {
				t.Fatalf("%s, seed %d: %v", kind, seed, err)
			}
			again := DrawCase(schema, kind, seed)
			if again.Rules != c.Rules || !again.AsOf.Equal(c.AsOf) || again.Data.String() != c.Data.String() {
				t.Errorf("%s, seed %d: another case in its place", kind, seed)
			}
			if len(c.Data["Lead"]) == 0 {
				t.Errorf("%s, seed %d: no lead", kind, seed)
			}
		}
	}
}
