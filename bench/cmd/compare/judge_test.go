package main

import (
	"math"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/bench/cmd/table/row"
)

// runsOf returns runs of a row with these ratios and times.
func runsOf(r row.Row, figures ...float64) []row.Row {
	var list []row.Row
	for _, f := range figures {
		r.Ratio, r.Time = f, f
		list = append(list, r)
	}
	return list
}

func TestVerdicts(t *testing.T) {
	ours := row.Row{Section: "memory", Name: "20/cold", What: "leadscore", Against: "hand-written", Unit: "lead"}
	cel := row.Row{Section: "compile", Name: "cel/100", What: "cel", Against: "leadscore", Unit: "model"}
	foreign := row.Row{Section: "growth", Name: "hand-written/cold", What: "hand-written, 1000 rules", Against: "hand-written, 100 rules"}
	explain := row.Row{Section: "explain", Name: "counts/20/cold", What: "Explain(0)", Against: "without", Unit: "lead"}
	scaling := row.Row{Section: "cores", Name: "scaling", What: "leadscore", Against: "hand-written", Scaling: true}
	for _, test := range []struct {
		name            string
		row             row.Row
		old, other, new float64
		want            verdict
		figure          string
	}{
		{"more than 3 %", ours, 1, 1, 1.04, worse, "ratio"},
		{"less than 3 %", ours, 1, 1, 1.029, same, "ratio"},
		{"less than the two builds differ", ours, 1, 1.05, 1.04, same, "ratio"},
		{"more than the two builds differ", ours, 1, 1.05, 1.06, worse, "ratio"},
		{"the other build may be the faster one", ours, 1, 0.9, 1.1, same, "ratio"},
		{"faster", ours, 1, 1, 0.9, better, "ratio"},
		{"faster by less than the two builds differ", ours, 1, 0.8, 0.9, same, "ratio"},
		{"leadscore is the base and slower", cel, 20, 20, 19, worse, "ratio"},
		{"leadscore is the base and faster", cel, 20, 20, 21, better, "ratio"},
		{"leadscore is on both sides", explain, 600, 600, 640, worse, "ns/lead"},
		{"leadscore is on neither side", foreign, 11, 11, 15, notJudged, "ratio"},
		{"scales less well", scaling, 0.8, 0.8, 0.7, worse, "scaling"},
		{"scales better", scaling, 0.8, 0.8, 0.9, better, "scaling"},
	} {
		var s samples
		s.add(oldBuild, runsOf(test.row, test.old))
		s.add(otherBuild, runsOf(test.row, test.other))
		s.add(newBuild, runsOf(test.row, test.new))
		results := s.judge()
		if len(results) != 1 || results[0].verdict != test.want || results[0].figure.name != test.figure {
			t.Errorf("%s: %+v", test.name, results)
		}
	}
}

// Runs that are far off do not count, but make it likely that what differs does
// so by chance.
func TestChance(t *testing.T) {
	r := row.Row{Section: "memory", Name: "20/cold", What: "leadscore", Against: "hand-written"}
	calm := []float64{1.00, 1.01, 1.00, 0.99, 1.00, 1.01, 1.00, 9.00, 0.99, 1.00}
	rough := []float64{1.00, 1.20, 1.00, 0.80, 1.10, 0.90, 1.00, 0.85, 1.15, 1.00}
	slower := []float64{1.05, 1.05, 1.06, 1.05, 1.04, 1.05, 1.05, 1.05, 0.10, 1.05}
	for _, test := range []struct {
		name string
		old  []float64
		want verdict
		text string
	}{
		{"calm", calm, worse, "1 rows: 1 worse, 0 better, 0 not judged, 0 in one commit only.\n"},
		{"rough", rough, worseByChance, "1 of the worse rows may be worse by chance: measure them again, with more runs.\n"},
	} {
		var s samples
		s.add(oldBuild, runsOf(r, test.old...))
		s.add(otherBuild, runsOf(r, test.old...))
		s.add(newBuild, runsOf(r, slower...))
		results := s.judge()
		var out strings.Builder
		print(&out, results)
		if results[0].verdict != test.want || !strings.HasSuffix(out.String(), test.text) {
			t.Errorf("%s: %+v\n%s", test.name, results[0], out.String())
		}
	}
}

func TestFigures(t *testing.T) {
	ours := row.Row{Section: "memory", Name: "20/cold", What: "leadscore", Against: "hand-written", Unit: "lead", Allocs: 2}
	var s samples
	for run := range 4 {
		s.add(oldBuild, runsOf(ours, []float64{1, 2, 3, 4}[run]))
		s.add(otherBuild, runsOf(ours, 2))
		ours.Allocs = 3
		s.add(newBuild, runsOf(ours, 5))
		ours.Allocs = 2
	}
	r := s.judge()[0]
	if r.old != 2.5 || r.new != 5 || r.change != 2 || math.Abs(r.builds-0.25) > 1e-9 || r.oldAllocs != 2 || r.newAllocs != 3 {
		t.Errorf("%+v", r)
	}
}

func TestRowsOfOneCommitOnly(t *testing.T) {
	var s samples
	old := row.Row{Section: "set", Name: "old", What: "ten models", Against: "one model"}
	new := row.Row{Section: "set", Name: "new", What: "leadscore", Against: "hand-written"}
	s.add(oldBuild, runsOf(old, 1))
	s.add(otherBuild, runsOf(old, 1))
	s.add(newBuild, runsOf(new, 1))
	results := s.judge()
	var out strings.Builder
	print(&out, results)
	const want = `| row | measured | against | figure | old | new | new/old | two builds of old | chance | allocs old | allocs new | |
|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|---|
| set/old | ten models | one model | | | | | | | | | only in old |
| set/new | leadscore | hand-written | | | | | | | | | only in new |

2 rows: 0 worse, 0 better, 0 not judged, 2 in one commit only.
`
	if out.String() != want {
		t.Errorf("printed\n%s", out.String())
	}
}

func TestPrint(t *testing.T) {
	r := row.Row{Section: "memory", Name: "20/cold", What: "leadscore", Against: "hand-written", Allocs: 0.03125}
	var s samples
	s.add(oldBuild, runsOf(r, 0.871))
	s.add(otherBuild, runsOf(r, 0.88))
	s.add(newBuild, runsOf(r, 0.95))
	var out strings.Builder
	print(&out, s.judge())
	const want = "| memory/20/cold | leadscore | hand-written | ratio | 0.871 | 0.95 | 1.091 | 1.0 % | 1.0 % | 0.0312 | 0.0312 | WORSE |\n"
	if !strings.Contains(out.String(), want) {
		t.Errorf("printed\n%s", out.String())
	}
	if got := digits(1234.5) + " " + digits(12.345678) + " " + digits(0.12345); got != "1234 12.35 0.1235" && got != "1234 12.35 0.1234" {
		t.Errorf("digits: %s", got)
	}
}
