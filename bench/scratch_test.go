package bench

import (
	"testing"
	"syscall"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/engine"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

func cpu() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano()+u.Stime.Nano()
}

func BenchmarkScratch(b *testing.B) {
	d := crm.Generate(leads, seed)
	m := rules.Structured()
	for _, e := range []*engine.Engine{engine.HandWritten, engine.Memory} {
		loaded, err := e.Load(d)
		if err != nil { b.Fatal(err) }
		score, err := loaded(m)()
		if err != nil { b.Fatal(err) }
		engine.ScoreAll(score, leads)
		b.Run(e.Name, func(b *testing.B) {
			from := cpu()
			for b.Loop() {
				if _, err := engine.ScoreAll(score, leads); err != nil { b.Fatal(err) }
			}
			b.ReportMetric(float64(cpu()-from)/float64(b.N)/leads, "cpu-ns/lead")
		})
	}
}
