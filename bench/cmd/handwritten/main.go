// Command handwritten writes the generated files of packages handwritten and
// columns, in a folder that has the name of one of them:
//
//	go generate ./bench/internal/handwritten ./bench/internal/columns
package main

import (
	"log"
	"os"
	"path/filepath"

	"github.com/leadscore/leadscore/bench/internal/plan"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

func main() {
	dir, err := os.Getwd()
	if err != nil {
		log.Fatal(err)
	}
	name := filepath.Base(dir)
	write := map[string]func(*rules.Model) ([]byte, error){"handwritten": plan.Go, "columns": plan.Columns}[name]
	if write == nil {
		log.Fatalf("nothing is generated in %s", dir)
	}
	for _, m := range plan.Generated(name) {
		text, err := write(m)
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(plan.FileName(name, m), text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
