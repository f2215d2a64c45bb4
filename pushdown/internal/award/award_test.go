package award_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/internal/points/pointstest"
	"github.com/leadscore/leadscore/pushdown/internal/award"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// A result is what a model gives to a lead.
type result struct {
	Status       string
	Score        int64
	Grade, Label string
	SalesReady   bool
	Scores       []int64 // of the dimensions
	Grades       []string
}

// A lead is a model, what a lead counts, and when.
type lead struct {
	model            *check.Model
	counts           [][]*big.Int // by condition: raw, as award.Counts wants them
	audience         []*big.Int
	asOf             int64
	contact, account bool
}

// draw draws a lead, aimed at edges: numbers that do not fit in 64 bits, halves, and limits
// that are met.
func draw(t *rapid.T) *lead {
	l := &lead{model: pointstest.Model(t), asOf: rapid.Int64Range(0, 3).Draw(t, "as of")}
	l.model.Target = dsl.TargetKind(rapid.IntRange(0, 3).Draw(t, "target"))
	l.contact, l.account = rapid.Bool().Draw(t, "contact"), rapid.Bool().Draw(t, "account")
	if rapid.IntRange(0, 3).Draw(t, "season") == 0 {
		l.model.Season = &check.Window{Lo: check.Bound{Kind: check.Fixed, At: rapid.Int64Range(0, 3).Draw(t, "from")}}
	}
	if rapid.IntRange(0, 3).Draw(t, "large limits") == 0 {
		l.model.Limit = check.Limit{Lo: -1_000_000_000_000, HasLo: true, Hi: 1_000_000_000_000, HasHi: rapid.Bool().Draw(t, "up to")}
	}
	if rapid.IntRange(0, 5).Draw(t, "ends") == 0 {
		scale, err := grades.NewScale(grades.Between("lowest", math.MinInt64, math.MinInt64), grades.Between("low", math.MinInt64+1, -1),
			grades.Between("high", 0, math.MaxInt64-1), grades.AtLeast("highest", math.MaxInt64))
		if err != nil {
			t.Fatal(err)
		}
		l.model.Grades = scale
	}
	if rapid.IntRange(0, 3).Draw(t, "audience") == 0 {
		l.drawAudience(t)
	}
	l.counts = pointstest.Counts(t, l.model)
	for i, c := range l.model.Conditions {
		for k, ch := range c.Children {
			if ch.Every > 1 { // points.Program counts whole Everys
				n := new(big.Int).Mul(l.counts[i][k], new(big.Int).SetUint64(ch.Every))
				l.counts[i][k] = n.Add(n, new(big.Int).SetUint64(rapid.Uint64Range(0, ch.Every-1).Draw(t, "over")))
			}
		}
	}
	return l
}

// drawAudience draws an audience of children that hold, some of them in a block.
func (l *lead) drawAudience(t *rapid.T) {
	c := &check.Condition{}
	block := &check.Block{Any: rapid.Bool().Draw(t, "any")}
	for i := range rapid.IntRange(1, 4).Draw(t, "children") {
		low := rapid.Uint64Range(0, 2).Draw(t, "min")
		c.Children = append(c.Children, check.Child{Min: low, Max: rapid.Uint64Range(0, 3).Draw(t, "max")})
		l.audience = append(l.audience, new(big.Int).SetUint64(rapid.Uint64Range(0, 4).Draw(t, "count")))
		if i < 2 {
			block.Items = append(block.Items, check.ChildItem(i))
		} else {
			c.Items = append(c.Items, check.ChildItem(i))
		}
	}
	if c.Items = append(c.Items, block); rapid.Bool().Draw(t, "no block") {
		c.Items = nil
	}
	l.model.Audience = c
}

func countOf(n *big.Int) points.Count { return points.FractionOf(new(big.Rat).SetInt(n)).Count }

// programCounts returns the counts as points.Program wants them.
func (l *lead) programCounts() []points.Count {
	var counts []points.Count
	for i := range l.model.Conditions {
		children := l.model.Conditions[i].Children
		for k, n := range l.counts[i] {
			c := countOf(n)
			if k < len(children) {
				c = points.FrequencyOf(&children[k]).Of(c)
			}
			counts = append(counts, c)
		}
	}
	return counts
}

// want returns what points.Program gives.
func (l *lead) want() result {
	p := points.ProgramOf(l.model)
	var audience []points.Count
	for _, n := range l.audience {
		audience = append(audience, countOf(n))
	}
	switch contact := l.model.Target == dsl.TargetContact; {
	case contact || l.model.Target == dsl.TargetAccount:
		if !l.contact && !l.account {
			return result{Status: "no parent"}
		}
		if contact != l.contact {
			return result{Status: "not targeted"}
		}
	}
	switch {
	case !p.Active(l.asOf):
		return result{Status: "not active"}
	case !p.InAudience(audience):
		return result{Status: "not in audience"}
	}
	var out points.Outcome
	p.Score(l.asOf, l.programCounts(), &out, nil)
	r := result{Status: "scored", Score: out.Score, Grade: p.Grade(&out), Label: p.Label(&out), SalesReady: out.SalesReady}
	for i, d := range out.Dimensions {
		r.Scores, r.Grades = append(r.Scores, d.Score), append(r.Grades, p.DimensionGrade(i, &out))
	}
	return r
}

// An expressed is the expressions of a lead's model, in columns.
type expressed struct {
	builder *scalar.Builder
	award   *award.Award
	columns []scalar.Column
	row     map[string]scalar.Value
}

func (e *expressed) env() scalar.Env {
	return scalar.EnvFunc(func(x *scalar.Expr, _ []scalar.Value) scalar.Value { return e.row[x.Name()] })
}

// express returns the expressions. span returns the range of a count.
func (l *lead) express(span func(*big.Int) scalar.Range) *expressed {
	e := &expressed{builder: &scalar.Builder{}, row: map[string]scalar.Value{}}
	b := e.builder
	e.award = award.Of(b, l.model, func(condition, child int) *scalar.Expr {
		name, list := fmt.Sprintf("c%d_%d", condition, child), l.audience
		if condition != award.Audience {
			list = l.counts[condition]
		} else {
			name = fmt.Sprintf("a%d", child)
		}
		n := list[child]
		if _, ok := e.row[name]; !ok {
			e.row[name] = scalar.BigOf(n)
			return b.Ref(name, scalar.Whole, span(n))
		}
		return b.Ref(name, scalar.Whole, span(n))
	})
	for name, s := range e.award.Seasons {
		e.row[name] = scalar.TruthOf(s.Holds(time.UnixMicro(l.asOf)))
	}
	e.row["contact"], e.row["account"] = scalar.TruthOf(l.contact), scalar.TruthOf(l.account)
	parent := func(name string) *scalar.Expr { return b.Ref(name, scalar.Truth, scalar.Range{}) }
	a := e.award
	e.columns = []scalar.Column{
		{Name: "status", Expr: a.Status(b, l.model.Target, parent("contact"), parent("account"))}, {Name: "score", Expr: a.Score}, {Name: "grade", Expr: a.Grade},
		{Name: "label", Expr: a.Label}, {Name: "ready", Expr: a.SalesReady},
	}
	for i, d := range a.Dimensions {
		e.columns = append(e.columns, scalar.Column{Name: fmt.Sprintf("score%d", i), Expr: d.Score}, scalar.Column{Name: fmt.Sprintf("grade%d", i), Expr: d.Grade})
	}
	return e
}

// resultOf returns what columns say: those of express.
func resultOf(values []scalar.Value) result {
	r := result{Status: values[0].Text}
	if r.Status != "scored" {
		return r
	}
	r.Score, r.Grade, r.Label, r.SalesReady = values[1].Whole.Int64(), values[2].Text, values[3].Text, values[4].Truth
	for i := 5; i < len(values); i += 2 {
		r.Scores, r.Grades = append(r.Scores, values[i].Whole.Int64()), append(r.Grades, values[i+1].Text)
	}
	return r
}

// got returns what the expressions give.
func (e *expressed) got() result {
	var list []*scalar.Expr
	for _, c := range e.columns {
		list = append(list, c.Expr)
	}
	return resultOf(scalar.Eval(e.env(), list...))
}

// natural says nothing of a count but that it is not negative; near says nearly what it is.
func natural(*big.Int) scalar.Range { return scalar.Natural }

func near(n *big.Int) scalar.Range {
	return scalar.Range{Lo: new(big.Int).Rsh(n, 1), Hi: new(big.Int).Add(n, big.NewInt(2))}
}

// TestOf: what the expressions give is what points.Program gives, in every field, whatever is
// known of the counts.
func TestOf(t *testing.T) {
	seen := map[string]int{}
	for range 20 {
		rapid.Check(t, func(t *rapid.T) {
			l := draw(t)
			want := l.want()
			for name, span := range map[string]func(*big.Int) scalar.Range{"natural": natural, "near": near} {
				if diff := cmp.Diff(want, l.express(span).got(), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("with %s counts, the expressions do not give what the program does (-program +expressions):\n%s", name, diff)
				}
			}
			seen[want.Status]++
			for name, is := range map[string]bool{
				"label": want.Label != "", "grade": want.Grade != "", "ready": want.SalesReady, "decided": want.SalesReady && l.model.Decision != nil,
				"clamped": want.Score == math.MaxInt64 || want.Score == math.MinInt64, "dimensions": len(want.Scores) > 0,
			} {
				if is {
					seen[name]++
				}
			}
		})
	}
	for _, want := range []string{"scored", "no parent", "not targeted", "not active", "not in audience", "label", "grade", "ready", "decided", "clamped", "dimensions"} {
		if seen[want] == 0 {
			t.Errorf("%s was never tried", want)
		}
	}
}

// TestConditions: what the conditions add is what the ledger of points.Program says.
func TestConditions(t *testing.T) {
	for range 5 {
		rapid.Check(t, func(t *rapid.T) {
			l := draw(t)
			e := l.express(natural)
			var ledger points.Ledger
			p := points.ProgramOf(l.model)
			p.Score(l.asOf, l.programCounts(), &points.Outcome{}, &ledger)
			got := e.award.Conditions()
			for _, line := range ledger.Lines {
				if line.Kind != points.ConditionLine {
					continue
				}
				c := got[line.Condition]
				values := scalar.Eval(e.env(), c.Times, c.Taken, c.Amount)
				times := new(big.Rat).SetFrac(values[0].Whole, new(big.Int).SetUint64(c.Of))
				if times.Cmp(line.Multiplier.Rat()) != 0 || values[1].Truth != line.Taken || values[2].Whole.Cmp(line.Amount.Big()) != 0 {
					t.Fatalf("condition %d has the multiplier %v, adds %v, and is taken: %v; want %v, %v and %t",
						line.Condition, times, values[2], values[1], line.Multiplier.Rat(), line.Amount.Big(), line.Taken)
				}
			}
		})
	}
}

// TestSubstituted: with seasons that are known, the expressions have no parameter and give the
// same.
func TestSubstituted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := draw(t)
		e := l.express(natural)
		for i, c := range e.columns {
			e.columns[i].Expr = e.builder.Substitute(c.Expr, func(x *scalar.Expr) *scalar.Expr {
				if s, ok := e.award.Seasons[x.Name()]; ok && x.Op() == scalar.Param {
					return e.builder.Truth(s.Holds(time.UnixMicro(l.asOf)))
				}
				return nil
			})
		}
		for name := range e.award.Seasons {
			delete(e.row, name) // an expression that asked for it would panic
		}
		if diff := cmp.Diff(l.want(), e.got(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the expressions do not give what the program does (-program +expressions):\n%s", diff)
		}
	})
}
