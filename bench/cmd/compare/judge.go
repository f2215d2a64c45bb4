package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/bench/cmd/table/row"
)

// tolerance is the share by which a row may be worse.
const tolerance = 0.03

// samples holds the rows of all runs.
type samples struct {
	order []string                     // of rows, as they first came
	rows  map[string][builds][]row.Row // by ID
}

// add adds the rows of one run of a program.
func (s *samples) add(build int, rows []row.Row) {
	if s.rows == nil {
		s.rows = map[string][builds][]row.Row{}
	}
	for _, r := range rows {
		id := r.ID()
		all, known := s.rows[id]
		if !known {
			s.order = append(s.order, id)
		}
		all[build] = append(all[build], r)
		s.rows[id] = all
	}
}

// A verdict is the outcome of comparing a row.
type verdict string

const (
	same          verdict = ""
	worse         verdict = "WORSE"
	worseByChance verdict = "WORSE, perhaps by chance"
	better        verdict = "better"
	notJudged     verdict = "not judged"
	onlyOld       verdict = "only in old"
	onlyNew       verdict = "only in new"
)

// A result is the comparison of one row.
type result struct {
	row      row.Row // names it
	figure   figure
	old, new float64 // medians of the figure
	change   float64 // new/old
	// Two shares: by how much the figures of the two builds of OLD differ, and by
	// how much medians of as many runs of OLD differ by chance.
	builds, chance       float64
	oldAllocs, newAllocs float64
	verdict              verdict
}

// A figure is the value of a row that is compared.
type figure struct {
	name          string
	of            func(row.Row) float64
	greaterBetter bool
	judged        bool
}

// figureOf returns the figure of a row.
func figureOf(r row.Row) figure {
	ratio := func(r row.Row) float64 { return r.Ratio }
	what, against := isYardstick(r.What), isYardstick(r.Against)
	switch {
	case r.Scaling:
		return figure{"scaling", ratio, true, true}
	case what && against:
		return figure{"ratio", ratio, false, false}
	case what:
		// Leadscore is what the other side is divided by.
		return figure{"ratio", ratio, true, true}
	case against:
		return figure{"ratio", ratio, false, true}
	}
	return figure{"ns/" + r.Unit, func(r row.Row) float64 { return r.Time }, false, true}
}

// isYardstick reports whether a side of a row is not leadscore.
func isYardstick(side string) bool {
	for _, name := range []string{"hand-written", "expr", "cel", "starlark"} {
		if strings.HasPrefix(side, name) {
			return true
		}
	}
	return false
}

// judge compares all rows.
func (s *samples) judge() []result {
	var results []result
	for _, id := range s.order {
		results = append(results, judge(s.rows[id]))
	}
	return results
}

// judge compares the runs of a row, by build.
func judge(runs [builds][]row.Row) result {
	old, other, new := runs[oldBuild], runs[otherBuild], runs[newBuild]
	first := slices.Concat(old, other, new)[0]
	if len(old) == 0 || len(other) == 0 {
		return result{row: first, verdict: onlyNew}
	}
	if len(new) == 0 {
		return result{row: first, verdict: onlyOld}
	}
	f := figureOf(first)
	allocs := func(r row.Row) float64 { return r.Allocs }
	r := result{
		row: first, figure: f,
		old: median(old, f.of), new: median(new, f.of),
		oldAllocs: median(old, allocs), newAllocs: median(new, allocs),
	}
	r.change = r.new / r.old
	again := median(other, f.of)
	r.builds = apart(r.old, again)
	r.chance = chance(slices.Concat(old, other), f.of)
	loss, gain := r.change-1, 1/r.change-1
	if f.greaterBetter {
		loss, gain = gain, loss
	}
	switch {
	case !f.judged:
		r.verdict = notJudged
	case loss > tolerance && loss > r.builds && loss <= r.chance:
		r.verdict = worseByChance
	case loss > tolerance && loss > r.builds:
		r.verdict = worse
	case gain > tolerance && gain > r.builds:
		r.verdict = better
	}
	return r
}

// median returns the median of a figure of rows, of which there is one at least.
func median(rows []row.Row, of func(row.Row) float64) float64 {
	list := make([]float64, len(rows))
	for i, r := range rows {
		list[i] = of(r)
	}
	slices.Sort(list)
	n := len(list)
	return (list[(n-1)/2] + list[n/2]) / 2
}

// apart returns by what share the greater of two numbers exceeds the other.
func apart(a, b float64) float64 { return max(a, b)/min(a, b) - 1 }

// chance halves runs in many ways and returns the share by which the medians of
// the halves differ at most in 95 of 100 of them. The runs are those of both builds of OLD, so a
// half has as many runs as NEW.
func chance(rows []row.Row, of func(row.Row) float64) float64 {
	const ways = 1000
	random := rand.New(rand.NewPCG(1, 2)) // always the same ways
	rows = slices.Clone(rows)
	half := len(rows) / 2
	list := make([]float64, ways)
	for i := range list {
		random.Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] })
		list[i] = apart(median(rows[:half], of), median(rows[half:], of))
	}
	slices.Sort(list)
	return list[ways*95/100]
}

// print prints results as a table in Markdown, and what follows from them.
func print(w io.Writer, results []result) {
	fmt.Fprintln(w, "| row | measured | against | figure | old | new | new/old | two builds of old | chance | allocs old | allocs new | |")
	fmt.Fprintln(w, "|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|---|")
	count := map[verdict]int{}
	for _, r := range results {
		count[r.verdict]++
		name := r.row.Section + "/" + r.row.Name
		if r.verdict == onlyOld || r.verdict == onlyNew {
			fmt.Fprintf(w, "| %s | %s | %s | | | | | | | | | %s |\n", name, r.row.What, r.row.Against, r.verdict)
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %.3f | %.1f %% | %.1f %% | %.3g | %.3g | %s |\n",
			name, r.row.What, r.row.Against, r.figure.name, digits(r.old), digits(r.new), r.change, 100*r.builds, 100*r.chance, r.oldAllocs, r.newAllocs, r.verdict)
	}
	fmt.Fprintf(w, "\n%d rows: %d worse, %d better, %d not judged, %d in one commit only.\n",
		len(results), count[worse]+count[worseByChance], count[better], count[notJudged], count[onlyOld]+count[onlyNew])
	if count[worseByChance] > 0 {
		fmt.Fprintf(w, "%d of the worse rows may be worse by chance: measure them again, with more runs.\n", count[worseByChance])
	}
}

// digits writes a number with about four digits.
func digits(x float64) string {
	if x >= 1000 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.4g", x)
}
