package handwritten_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/plan"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// The generated files are what the generator writes.
func TestGenerated(t *testing.T) {
	for _, size := range []int{100, 1000} {
		name := fmt.Sprintf("handwritten_%d.go", size)
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := plan.Go(rules.Measured(size))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes: run go generate ./bench/internal/handwritten", name)
		}
	}
}
