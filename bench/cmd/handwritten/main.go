// Command handwritten writes the generated files of package handwritten. It runs
// in the folder of that package: go generate ./bench/internal/handwritten.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/leadscore/leadscore/bench/internal/plan"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

func main() {
	for _, size := range []int{100, 1000} {
		text, err := plan.Go(rules.Measured(size))
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(fmt.Sprintf("handwritten_%d.go", size), text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
