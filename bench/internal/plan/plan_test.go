package plan_test

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
	for name, write := range map[string]func(*rules.Model) ([]byte, error){"handwritten": plan.Go, "columns": plan.Columns} {
		for _, size := range []int{100, 1000} {
			path := fmt.Sprintf("../%s/%s_%d.go", name, name, size)
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want, err := write(rules.Measured(size))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not what the generator writes: run go generate ./bench/internal/%s", path, name)
			}
		}
	}
}
