package points

import (
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
)

// A modeler draws models with all that the second layer of the language has.
type modeler struct {
	t     *rapid.T
	m     *check.Model
	names int
}

func (d *modeler) name(kind string) string {
	d.names++
	return fmt.Sprintf("%s %d", kind, d.names)
}

func (d *modeler) chance(what string) bool { return rapid.IntRange(0, 3).Draw(d.t, what) == 0 }

// season draws a season, or nil. As of is from 0 to 3.
func (d *modeler) season() *check.Window {
	if !d.chance("season") {
		return nil
	}
	w := &check.Window{}
	at := rapid.Int64Range(0, 3)
	if rapid.Bool().Draw(d.t, "from") {
		w.Lo = check.Bound{Kind: check.Fixed, At: at.Draw(d.t, "lo")}
	}
	if rapid.Bool().Draw(d.t, "until") {
		w.Hi = check.Bound{Kind: check.Fixed, At: at.Draw(d.t, "hi")}
	}
	return w
}

func (d *modeler) limit() check.Limit {
	var l check.Limit
	if d.chance("limit") {
		l.HasLo, l.HasHi = rapid.Bool().Draw(d.t, "from"), rapid.Bool().Draw(d.t, "up to")
		l.Lo = rapid.Int64Range(-40, 20).Draw(d.t, "lo")
		l.Hi = rapid.Int64Range(max(l.Lo, 1), 60).Draw(d.t, "hi")
	}
	return l
}

func (d *modeler) scale() grades.Scale {
	if d.chance("no grades") {
		return grades.Scale{}
	}
	low := rapid.Int64Range(-20, 40).Draw(d.t, "low")
	bands := []grades.Band{grades.Below("C", low), grades.Between("B", low, low+10), grades.AtLeast("A", low+11)}
	s, err := grades.NewScale(bands[rapid.IntRange(0, 1).Draw(d.t, "first grade"):]...)
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// holding draws a child that holds or does not.
func (d *modeler) holding() check.Child {
	low := rapid.Uint64Range(0, 3).Draw(d.t, "min")
	high := rapid.Uint64Range(0, 4).Draw(d.t, "max")
	return check.Child{Min: low, Max: high}
}

func (d *modeler) aging() *check.Aging {
	kind := check.AgingKind(rapid.IntRange(0, 3).Draw(d.t, "kind"))
	return &check.Aging{Kind: kind, Percent: 30, Newest: rapid.Bool().Draw(d.t, "newest"), Steps: rapid.IntRange(1, 33).Draw(d.t, "steps")}
}

// condition draws a condition and returns its index.
func (d *modeler) condition(row bool) int {
	c := check.Condition{Name: d.name("condition"), Points: rapid.Int64Range(-30, 30).Draw(d.t, "points")}
	if rapid.IntRange(0, 9).Draw(d.t, "large points") == 0 {
		c.Points = rapid.SampledFrom([]int64{-1_000_000_000, 1_000_000_000}).Draw(d.t, "points")
	}
	if !row {
		c.Season = d.season()
		if d.chance("bound") {
			c.Bound = c.Points * rapid.Int64Range(1, 4).Draw(d.t, "bound")
		}
	}
	add := func(ch check.Child) check.ChildItem {
		c.Children = append(c.Children, ch)
		return check.ChildItem(len(c.Children) - 1)
	}
	var block func(depth int) *check.Block
	block = func(depth int) *check.Block {
		b := &check.Block{Any: rapid.Bool().Draw(d.t, "any")}
		for range rapid.IntRange(1, 3).Draw(d.t, "items") {
			if depth < 3 && d.chance("block") {
				b.Items = append(b.Items, block(depth+1))
			} else {
				b.Items = append(b.Items, add(d.holding()))
			}
		}
		return b
	}
	decays := d.chance("decays")
	blocks := false
	for range rapid.IntRange(0, 3).Draw(d.t, "items") {
		switch kind := rapid.IntRange(0, 6).Draw(d.t, "item"); {
		case kind == 0:
			c.Items, blocks = append(c.Items, block(1)), true
		case kind == 1 && !decays:
			c.Items, blocks = append(c.Items, &check.Same{Children: []int{int(add(d.holding()))}}), true
		case kind < 4 && !decays:
			every := rapid.SampledFrom([]uint64{0, 0, 2}).Draw(d.t, "every")
			c.Items = append(c.Items, add(check.Child{Each: true, Every: every}))
		default:
			c.Items = append(c.Items, add(d.holding()))
		}
	}
	if decays {
		a := d.aging()
		c.Items = append(c.Items, add(check.Child{Each: !a.Newest, Min: 1, Aging: a}))
	}
	if !blocks {
		c.Items = nil
	}
	d.m.Conditions = append(d.m.Conditions, c)
	return len(d.m.Conditions) - 1
}

func (d *modeler) parts(depth int) []check.Part {
	list := []check.Part{}
	for range rapid.IntRange(1, 4).Draw(d.t, "parts") {
		switch kind := rapid.IntRange(0, 6).Draw(d.t, "part"); {
		case kind == 0 && depth < 3:
			list = append(list, &check.Group{Name: d.name("group"), Season: d.season(), Limit: d.limit(), Parts: d.parts(depth + 1)})
		case kind == 1 && depth == 0:
			dim := &check.Dimension{Name: d.name("dimension"), Season: d.season(), Limit: d.limit(), Parts: d.parts(1), Grades: d.scale()}
			dim.Weight = rapid.SampledFrom([]int64{100, 100, 1, 50, 33, 150, 1000}).Draw(d.t, "weight")
			if dim.Limit.HasHi && rapid.Bool().Draw(d.t, "out of") {
				dim.OutOf = rapid.Int64Range(1, 120).Draw(d.t, "out of")
			}
			list = append(list, dim)
			if rapid.Bool().Draw(d.t, "in label") {
				d.m.Label = append(d.m.Label, dim)
			}
		case kind == 2:
			tiers := &check.Tiers{Name: d.name("tiers"), Season: d.season()}
			for range rapid.IntRange(1, 4).Draw(d.t, "tiers") {
				tiers.Conditions = append(tiers.Conditions, d.condition(false))
			}
			list = append(list, tiers)
		default:
			list = append(list, check.ConditionPart(d.condition(false)))
		}
	}
	return list
}

func (d *modeler) decision(depth int) check.Decision {
	several := func() (list []check.Decision) {
		for range rapid.IntRange(1, 3).Draw(d.t, "terms") {
			list = append(list, d.decision(depth+1))
		}
		return list
	}
	var of *check.Dimension
	if len(d.m.Label) > 0 && rapid.Bool().Draw(d.t, "of") {
		of = rapid.SampledFrom(d.m.Label).Draw(d.t, "dimension")
	}
	switch kind := rapid.IntRange(0, 5).Draw(d.t, "decision"); {
	case kind == 0 && depth < 3:
		return check.AllDecisions(several())
	case kind == 1 && depth < 3:
		return check.AnyDecision(several())
	case kind == 2 && depth < 3:
		return check.NotDecision{Decision: d.decision(depth + 1)}
	case kind == 3 && len(d.m.Conditions) > 0:
		return check.HoldsDecision{Condition: rapid.IntRange(0, len(d.m.Conditions)-1).Draw(d.t, "condition")}
	case kind == 4:
		values := rapid.SliceOfN(rapid.SampledFrom([]string{"A", "B", "C", "AA", "AB", "CA"}), 1, 3).Draw(d.t, "values")
		g := check.GradeDecision{Of: of, Values: values, Not: rapid.Bool().Draw(d.t, "not")}
		if of == nil {
			g.Label = rapid.Bool().Draw(d.t, "label")
		}
		return g
	}
	bound := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.Int64Range(-30, 60).Draw(t, "bound")) })
	if rapid.Bool().Draw(d.t, "in") {
		return check.ScoreDecision{Of: of, Predicate: check.NumberIn{Values: []float64{0, bound.Draw(d.t, "value")}, Not: rapid.Bool().Draw(d.t, "not")}}
	}
	p := check.NumberBetween{Lo: bound.Draw(d.t, "lo"), Hi: bound.Draw(d.t, "hi"), LoOpen: rapid.Bool().Draw(d.t, "open"), HiOpen: rapid.Bool().Draw(d.t, "open")}
	return check.ScoreDecision{Of: of, Predicate: p}
}

func drawModel(t *rapid.T) *check.Model {
	d := &modeler{t: t, m: &check.Model{Name: "M", Zone: time.UTC, Limit: check.Limit{}}}
	d.m.Parts = d.parts(0)
	d.m.Limit, d.m.Grades = d.limit(), d.scale()
	if rapid.Bool().Draw(t, "decides") {
		d.m.Decision = d.decision(0)
	} else {
		d.m.SalesReady = grades.ReadyAt(rapid.Int64Range(-10, 40).Draw(t, "ready"))
	}
	return d.m
}

// drawCounts draws what the conditions of a model counted: for the naive evaluation and
// for the program.
func drawCounts(t *rapid.T, m *check.Model) (naively [][]*big.Rat, list []Count) {
	count := rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64Range(0, 3), rapid.Uint64Range(0, 200), rapid.Uint64())
	if rapid.IntRange(0, 3).Draw(t, "all small") > 0 {
		count = rapid.Uint64Range(0, 4)
	}
	for i := range m.Conditions {
		c := &m.Conditions[i]
		n := len(c.Children)
		for _, item := range c.Items {
			if _, ok := item.(*check.Same); ok {
				n++
			}
		}
		var mine []*big.Rat
		for k := range n {
			x := CountOf(count.Draw(t, "count"))
			if k < len(c.Children) {
				if a := c.Children[k].Aging; a != nil {
					x = x.Times(CountOf(a.Weight(rapid.IntRange(0, 33).Draw(t, "age"))))
				}
			}
			if rapid.IntRange(0, 50).Draw(t, "huge") == 0 {
				x = x.Times(CountOf(math.MaxUint64))
			}
			mine = append(mine, new(big.Rat).SetInt(x.Big()))
			list = append(list, x)
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
		m := drawModel(t)
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
