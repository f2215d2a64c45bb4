package points

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points/pointstest"
)

// drawCounts draws what the conditions of a model counted: for the naive evaluation and
// for the program.
func drawCounts(t *rapid.T, m *check.Model) (naively [][]*big.Rat, list []Count) {
	for _, condition := range pointstest.Counts(t, m) {
		var mine []*big.Rat
		for _, n := range condition {
			r := new(big.Rat).SetInt(n)
			mine, list = append(mine, r), append(list, FractionOf(r).Count)
		}
		naively = append(naively, mine)
	}
	return naively, list
}

// gradedOf returns an outcome of a program with its grades.
func gradedOf(p *Program, out Outcome) graded {
	g := graded{Outcome: out, Grade: p.Grade(&out), Label: p.Label(&out)}
	for i := range out.Dimensions {
		g.Grades = append(g.Grades, p.DimensionGrade(i, &out))
	}
	return g
}

// TestProgramIsTheText: the outcome is that of an evaluation with rational numbers that
// does what the language reference says, word by word; with a ledger, too.
func TestProgramIsTheText(t *testing.T) {
	var out Outcome
	scored := map[string]int{}
	property := func(t *rapid.T) {
		m := pointstest.Model(t)
		naively, counts := drawCounts(t, m)
		asOf := rapid.Int64Range(0, 3).Draw(t, "as of")
		n := naive{m: m, asOf: asOf, counts: naively, dims: map[*check.Dimension]*naiveDimension{}, taken: map[int]bool{}}
		want := n.outcome()
		p := ProgramOf(m)
		if p.Counts() != len(counts) {
			t.Fatalf("%d counts, want %d", p.Counts(), len(counts))
		}
		out.Score = 12345 // of another lead
		check := func(how string) {
			if diff := cmp.Diff(want, gradedOf(p, out), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s, the outcome is not that of the text (-text +program):\n%s", how, diff)
			}
		}
		p.Score(asOf, counts, &out, nil)
		check("by counts")
		var l Ledger
		p.Score(asOf, counts, &out, &l)
		check("with a ledger")
		for i := range m.Conditions {
			if got, want := p.Multiplier(i, counts).Rat(), n.multiplier(i); got.Cmp(want) != 0 {
				t.Fatalf("condition %d has the multiplier %v, want %v", i, got, want)
			}
		}
		multipliers := make([]Fraction, len(m.Conditions))
		for i := range multipliers {
			multipliers[i] = FractionOf(n.multiplier(i))
		}
		p.ScoreMultipliers(asOf, multipliers, &out)
		check("by multipliers")
		if fast, sums, slots, ok := fastOf(p, counts); ok {
			scored["fast"]++
			fast.Score(asOf, sums, slots, &out)
			check("by sums and slots")
		}
		checkLedger(t, p, &n, &l, want.Outcome)
		for name, is := range map[string]bool{
			"label": want.Label != "", "ready": want.SalesReady, "grade": want.Grade != "",
			"clamped": want.Score == math.MaxInt64 || want.Score == math.MinInt64, "decided": m.Decision != nil && want.SalesReady,
		} {
			if is {
				scored[name]++
			}
		}
		for _, line := range l.Lines {
			scored[line.Kind.String()]++
			scored[string(line.Why)]++
			if line.Multiplier.Of > 1 && !line.Amount.IsZero() {
				scored["fraction"]++
			}
		}
	}
	for range 20 { // most of what is drawn is small
		rapid.Check(t, property)
	}
	for _, want := range []string{
		"label", "ready", "grade", "clamped", "decided", "fraction", "condition", "limit", "out of", "clamp", "weight", "fast",
		string(OutOfSeason), string(EarlierTier), string(Bounded),
	} {
		if scored[want] == 0 {
			t.Errorf("%s was never tried", want)
		}
	}
}

// checkLedger checks that the lines of a ledger add up, as a whole and for each
// dimension, that there is one line for each condition, and no other that changes nothing.
func checkLedger(t *rapid.T, p *Program, n *naive, l *Ledger, want Outcome) {
	var sum Total
	byDimension, reported := map[string]Total{}, map[string]Total{}
	next := map[int]bool{}
	for _, line := range l.Lines {
		sum = sum.Plus(line.Amount)
		in := line.In
		for in.Kind != DimensionPlace && in.In != nil {
			in = in.In
		}
		byDimension[in.Name] = byDimension[in.Name].Plus(line.Amount)
		if line.Kind != WeightLine {
			reported[in.Name] = byDimension[in.Name]
		}
		if line.Kind != ConditionLine {
			if line.Amount.IsZero() || line.Rule == "" || line.Condition != -1 {
				t.Fatalf("a %s line changes the sum by %v: %+v", line.Kind, line.Amount, line)
			}
			continue
		}
		if i := line.Condition; next[i] {
			t.Fatalf("condition %d has two lines", i)
		} else if next[i] = true; line.Taken != n.taken[i] {
			t.Fatalf("condition %d is taken: %t, want %t", i, line.Taken, n.taken[i])
		}
	}
	if len(next) != len(n.m.Conditions) {
		t.Fatalf("%d conditions have lines, want %d", len(next), len(n.m.Conditions))
	}
	if sum.compare(want.Score) != 0 {
		t.Fatalf("the lines add up to %v, not to the score %d", sum, want.Score)
	}
	for i, d := range want.Dimensions {
		name := p.Dimensions()[i].Name
		if sum := reported[name]; sum.compare(d.Score) != 0 {
			t.Fatalf("the lines of %s add up to %v, not to its score %d", name, sum, d.Score)
		}
	}
}

// TestProgramOfFirstLayer: a model whose conditions are all that it has gives the sum of
// its awards, as a list of conditions and as parts.
func TestProgramOfFirstLayer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &check.Model{Name: "M", Zone: time.UTC}
		var parts []check.Part
		var list []Count
		var want Total
		for range rapid.IntRange(0, 4).Draw(t, "conditions") {
			a := drawAward(t, rapid.IntRange(1, 3))
			c := check.Condition{Points: a.Points}
			var mine []Count
			for _, f := range a.Children {
				c.Children = append(c.Children, check.Child{Each: f.Each, Every: f.Every, Min: f.Min, Max: f.Max})
				mine = append(mine, f.Of(counts().Draw(t, "count")))
			}
			a.AddTo(&want, a.Multiplier(mine...))
			list = append(list, mine...)
			parts = append(parts, check.ConditionPart(len(m.Conditions)))
			m.Conditions = append(m.Conditions, c)
		}
		for _, m.Parts = range [][]check.Part{nil, parts} {
			var got Outcome
			if ProgramOf(m).Score(0, list, &got, nil); got.Score != want.Clamp() {
				t.Fatalf("the score is %d, want %d", got.Score, want.Clamp())
			}
		}
	})
}
