package plan_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/plan"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// The generated files are what the generator writes.
func TestGenerated(t *testing.T) {
	for name, write := range map[string]func(*rules.Model) ([]byte, error){"handwritten": plan.Go, "columns": plan.Columns} {
		for _, m := range plan.Generated(name) {
			path := "../" + name + "/" + plan.FileName(name, m)
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want, err := write(m)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not what the generator writes: run go generate ./bench/internal/%s", path, name)
			}
		}
	}
}
