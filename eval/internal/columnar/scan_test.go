package columnar

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A clicked is a record of EmailClicked: its Timestamp and, for each of emailFields,
// the code of a letter.
type clicked struct {
	at     int64
	letter [4]uint32
}

var letters = []string{"a", "b", "c"}

// TestScan checks the counts of the first word and of a later one, and the points of
// totals, against a loop over all records, for every number of columns.
func TestScan(t *testing.T) {
	entity := traverse.Standard().Entity("EmailClicked")
	counted := uint64(0)
	rapid.Check(t, func(t *rapid.T) {
		const asOf = 100
		window := rapid.Custom(func(t *rapid.T) plan.Bound {
			lo := rapid.Int64Range(0, asOf).Draw(t, "from")
			return plan.Bound{Lo: lo, Hi: rapid.Int64Range(lo, asOf+5).Draw(t, "to")}
		})
		bounds := rapid.SliceOfN(window, 1, 5).Draw(t, "windows")
		fields := rapid.IntRange(0, 4).Draw(t, "fields")
		store := columns.New(traverse.Standard())
		table := store.Table("EmailClicked")

		// The measures of the second word are those of the first once more.
		n := rapid.IntRange(1, 10).Draw(t, "measures")
		p := plan.Interactions{Entity: entity}
		wants := make([][4]string, n) // by measure and field: a letter, or ""
		for i := range n {
			m := plan.Measure{Owner: rapid.IntRange(-1, 1).Draw(t, "owner")}
			m.Windows = rapid.SliceOfN(rapid.IntRange(0, len(bounds)-1), 0, 2).Draw(t, "windows of a measure")
			for j := range fields {
				if i > 0 && rapid.Bool().Draw(t, "any letter") {
					continue
				}
				letter := rapid.SampledFrom(letters).Draw(t, "letter")
				wants[i][j] = letter
				f, _ := entity.Field(emailFields[j])
				m.Where = append(m.Where, plan.ColumnExpr{Field: f, Holds: func(_ []plan.Bound, v traverse.Value) bool { return v.Text() == letter }})
			}
			p.Measures = append(p.Measures, m)
		}
		p.Measures = append(p.Measures, p.Measures...)
		for range rapid.IntRange(0, 3).Draw(t, "totals") {
			total := plan.Total{}
			if rapid.Bool().Draw(t, "window of a total") {
				bounds = append(bounds, plan.Bound{Lo: rapid.Int64Range(0, asOf).Draw(t, "from"), Hi: asOf})
				total.Windows = []int{len(bounds) - 1}
			}
			for range rapid.IntRange(1, 4).Draw(t, "uses") {
				total.Uses = append(total.Uses, plan.Use{Sum: rapid.IntRange(0, 1).Draw(t, "sum"), Award: points.Single{
					Points: rapid.Int64Range(-5, 5).Draw(t, "points"), Min: rapid.Uint64Range(0, 4).Draw(t, "min"),
				}})
			}
			p.Totals = append(p.Totals, total)
		}

		records := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) clicked {
			r := clicked{at: rapid.OneOf(rapid.Int64Range(0, asOf+2), rapid.Just[int64](columns.NoTime)).Draw(t, "time")}
			for i := range fields {
				r.letter[i] = table.Column(emailFields[i]).Dict.Code(traverse.TextValue(rapid.SampledFrom(letters).Draw(t, "letter")))
			}
			return r
		}), 0, rapid.SampledFrom([]int{3, 60}).Draw(t, "most records")).Draw(t, "records")
		slices.SortFunc(records, func(a, b clicked) int { return cmp.Compare(b.at, a.at) })
		times, cells := make([]int64, len(records)), make([]uint32, len(records)*table.Width())
		for i, r := range records {
			times[i] = r.at
			for j := range fields {
				cells[i*table.Width()+table.Column(emailFields[j]).At] = r.letter[j]
			}
		}

		owner := []uint64{rapid.Uint64Range(0, 3).Draw(t, "the owner's measures")}
		k, ok := bindInteractions(&p, store,
			[]plan.BitRange{{Word: 0, Shift: 3, First: 0, Count: n}, {Word: 1, Shift: 0, First: n, Count: n}},
			[]plan.BitRange{{Word: 0, Shift: 0, First: 0, Count: 2}}, nil)
		if !ok {
			t.Fatal("the store lacks something")
		}
		k.caches((*predicateCache).grow)
		k.setAsOf(bounds, asOf, 2)
		words, scores := make([]word, 2), make([]int64, 2)
		k.scan(times, cells, owner, make([]uint32, len(times)), words, scores)

		for i := range n {
			m, want := &p.Measures[i], uint64(0)
			for _, r := range records {
				satisfied := m.Owner < 0 || owner[0]>>m.Owner&1 == 1
				for j, letter := range wants[i] {
					satisfied = satisfied && (letter == "" || table.Column(emailFields[j]).Dict.Value(r.letter[j]).Text() == letter)
				}
				if satisfied && lies(r.at, m.Windows, bounds, asOf) {
					want++
				}
			}
			if a, b := words[0].counter.of(3+i), words[1].counter.of(i); a != want || b != want {
				t.Fatalf("measure %d of %d is counted %d times in the first word and %d in the second, want %d", i, n, a, b, want)
			}
			counted += want
		}
		wantScores := make([]int64, 2)
		for i := range p.Totals {
			total, count := &p.Totals[i], uint64(0)
			for _, r := range records {
				if lies(r.at, total.Windows, bounds, asOf) {
					count++
				}
			}
			for _, u := range total.Uses {
				wantScores[u.Sum] += u.Award.Worth(count)
			}
		}
		if !slices.Equal(scores, wantScores) {
			t.Fatalf("the totals give %d, want %d", scores, wantScores)
		}
	})
	if counted == 0 {
		t.Error("no record was counted: the property was not tried")
	}
}
