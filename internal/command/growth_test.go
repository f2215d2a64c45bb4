package command

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkGrowth reports how many times as long each command takes when its input
// doubles: rules of 2,000 and 4,000 conditions, data of 2,000 and 4,000 leads. A
// command whose work grows with its input doubles; one whose work grows with the
// square takes four times as long.
func BenchmarkGrowth(b *testing.B) {
	const n = 2_000
	b.Chdir(b.TempDir())
	for _, size := range []int{n, 2 * n} {
		writeRules(b, fmt.Sprintf("rules%d.score", size), "M", size, "score +1")
		writeRules(b, fmt.Sprintf("renamed%d.score", size), "N", size, "score +1")
		writeRules(b, fmt.Sprintf("changed%d.score", size), "M", size, "score +2")
		writeRules(b, fmt.Sprintf("odd%d.score", size), "M", size, "score 0")
		writeData(b, fmt.Sprintf("data%d", size), size)
	}
	writeRules(b, "few.score", "M", 20, "score +1")
	writeData(b, "data20", 20)
	for _, args := range []string{
		"check rules%d.score",
		"check odd%d.score",
		"check --data data%d few.score",
		"fmt -d rules%d.score",
		"test rules%d.score",
		"diff rules%d.score renamed%d.score",
		"diff rules%d.score changed%d.score",
		"diff --data data%d few.score few.score",
		"score --data data%d few.score",
		"score --data data20 rules%d.score",
		"explain --data data20 --lead l1 rules%d.score",
	} {
		b.Run(args, func(b *testing.B) {
			var small, large []time.Duration
			for b.Loop() {
				small = append(small, timed(b, args, n))
				large = append(large, timed(b, args, 2*n))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(median(large))/float64(median(small)), "ratio")
		})
	}
}

func timed(b *testing.B, args string, size int) time.Duration {
	words := strings.Fields(strings.ReplaceAll(args, "%d", fmt.Sprint(size)))
	start := time.Now()
	if status := leadscoreCommand.run(b.Context(), streams{strings.NewReader(""), io.Discard, io.Discard}, words); status == statusUsage {
		b.Fatalf("%s: wrong usage", args)
	}
	return time.Since(start)
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

func writeRules(b *testing.B, name, model string, conditions int, score string) {
	var text strings.Builder
	fmt.Fprintf(&text, "model %q {\n    target contact\n", model)
	for i := range conditions {
		fmt.Fprintf(&text, "\n    condition \"C%d\" {\n        each EmailOpened\n            where EmailName = \"mail %d\"\n        %s\n    }\n", i, i, score)
	}
	text.WriteString("}\n")
	write(b, name, text.String())
}

func writeData(b *testing.B, name string, leads int) {
	var people, contacts, opened strings.Builder
	people.WriteString("id,ParentContact\n")
	contacts.WriteString("id\n")
	opened.WriteString("Contact,Timestamp,EmailName\n")
	for i := range leads {
		fmt.Fprintf(&people, "l%d,c%d\n", i, i)
		fmt.Fprintf(&contacts, "c%d\n", i)
		fmt.Fprintf(&opened, "c%d,2026-05-01,mail %d\n", i, i%40)
	}
	write(b, name+"/Lead.csv", people.String())
	write(b, name+"/Contact.csv", contacts.String())
	write(b, name+"/EmailOpened.csv", opened.String())
}
