package dbtest

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/traverse"
)

// BenchmarkScoreAll scores leads with 20 clicks each by two models. A database
// on another machine takes longer to answer.
func BenchmarkScoreAll(b *testing.B) {
	const leads, clicks = 2000, 20
	schema, set := sourcetest.Schema(), compile(b)
	text := traverse.TextValue
	var records []sourcetest.Record
	for i := range leads {
		id := fmt.Sprintf("c%d", i)
		records = append(records,
			sourcetest.Record{Entity: "Lead", ID: id, Values: map[string]traverse.Value{"ParentContact": text(id)}},
			sourcetest.Record{Entity: "Contact", ID: id, Values: map[string]traverse.Value{"Email": text("a@example.com"), "LifetimeValue": traverse.NumberValue(5)}})
		for j := range clicks {
			records = append(records, sourcetest.Record{Entity: "EmailClicked", ID: fmt.Sprintf("%s-%d", id, j), Values: map[string]traverse.Value{
				"Contact": text(id), "Url": text("https://example.com/pricing"),
				"Timestamp": traverse.TimeValue(asOf.Add(-time.Duration(j*10) * 24 * time.Hour)),
			}})
		}
	}
	for _, d := range databases {
		b.Run(d.name, func(b *testing.B) {
			if d.name == "PostgreSQL" && os.Getenv(postgresVariable) == "" {
				b.Skipf("the environment variable %s holds no connection string", postgresVariable)
			}
			db, source := load(b, d, d.styles[0], schema, records, nil)
			exec(b, db, `CREATE INDEX recommended ON "EmailClicked" ("Contact", "Timestamp")`)
			exec(b, db, "ANALYZE")
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, err := range set.ScoreAll(b.Context(), source.Leads(b.Context()), source, leadscore.AsOf(asOf)) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != leads {
					b.Fatalf("%d leads", n)
				}
			}
			b.ReportMetric(float64(b.N)*leads/b.Elapsed().Seconds(), "leads/s")
		})
	}
}
