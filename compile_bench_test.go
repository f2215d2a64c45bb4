package leadscore_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
)

// BenchmarkCompile compiles models of the standard schema from text to a set.
func BenchmarkCompile(b *testing.B) {
	schema := leadscore.StandardSchema()
	for _, size := range []int{7, 100, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			files := []leadscore.File{{Name: "rules.score", Text: modelOf(size)}}
			b.SetBytes(int64(len(files[0].Text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := leadscore.CompileSet(schema, files); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// modelOf writes a model of so many rules, the same each time.
func modelOf(size int) string {
	random := rand.New(rand.NewPCG(1, uint64(size)))
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	var b strings.Builder
	b.WriteString("model \"Benchmark\" {\n    target contact\n")
	for i := range size {
		fmt.Fprintf(&b, "\n    condition \"Rule %d\" {\n", i+1)
		for range 1 + random.IntN(5)/4 {
			if random.IntN(8) == 0 {
				fmt.Fprintf(&b, "        %s Lead.ParentContact\n            where City %s\n", pick("has", "none"),
					pick(`= "Chicago"`, `in ("Berlin", "Paris", "Lyon")`, `begins with "San"`))
			} else {
				fmt.Fprintf(&b, "        %s %s within last %s days\n", pick("each", "has", "at least 3", "none"),
					pick("EmailClicked", "EmailOpened", "WebsiteVisited", "Interaction"), pick("7", "30", "90", "365"))
				if random.IntN(3) > 0 {
					fmt.Fprintf(&b, "            where Timestamp %s\n", pick("after 2024-01-31", "older than 2 weeks", "between 2024-01-01 and 2025-12-31"))
				}
			}
		}
		fmt.Fprintf(&b, "        score %+d\n    }\n", 1+random.IntN(30))
	}
	b.WriteString("}\n")
	return b.String()
}
