package dbtest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
)

// explainedByEngine returns the explanations of leads without lists, as JSON.
func explainedByEngine(set *leadscore.Set, source leadscore.Source, leads []string, asOf time.Time) (outcomes, error) {
	all := outcomes{}
	for r, err := range set.ScoreAll(context.Background(), leadscore.IDs(leads...), source, leadscore.AsOf(asOf), leadscore.Explain(0)) {
		if err != nil {
			return nil, err
		}
		for _, one := range r.Results {
			text, err := json.Marshal(one)
			if err != nil {
				return nil, err
			}
			all[pair{r.Lead, one.Model}] = string(text)
		}
	}
	return all, nil
}

// compareExplained compares what a statement counts for each condition with the explanations of the
// engine.
func (p *comparison) compareExplained(c *testCase, set *leadscore.Set) error {
	statement, err := pushdown.New(set, p.dialect, p.s.mapping(p.w.schema), pushdown.Explain())
	if err != nil {
		return fmt.Errorf("with explanations: %w", err)
	}
	if p.d.longest > 0 && len(statement.Text()) > p.d.longest {
		return nil // that without explanations is compared
	}
	got, err := p.timed("database", func() (outcomes, error) { return p.explained(c, statement) })
	if err != nil {
		return fmt.Errorf("with explanations: %w", err)
	}
	want, err := p.timed("engine", func() (outcomes, error) { return explainedByEngine(set, p.w.source, p.w.leads, c.AsOf) })
	if err != nil {
		return err
	}
	if text := differences(want, got); text != "" {
		return &differentError{"the explanations of the engine", text}
	}
	p.explanations += len(got)
	return nil
}

// explained runs a statement with explanations, and returns them as JSON.
func (p *comparison) explained(c *testCase, statement *pushdown.Statement) (outcomes, error) {
	ctx, cancel := context.WithTimeout(context.Background(), longestRun)
	defer cancel()
	all := outcomes{}
	for row, err := range statement.Query(ctx, p.db, c.AsOf) {
		if err != nil {
			return nil, err
		}
		result, err := statement.Result(row, c.AsOf)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(result)
		if err != nil {
			return nil, err
		}
		all[pair{row.Lead, row.Model}] = string(text)
		if row.Status != leadscore.Scored {
			continue
		}
		i := 0
		for want := range result.Contributions() {
			if wrong := differs(&row.Explanation.Conditions[i], &want); wrong != "" {
				return nil, fmt.Errorf("lead %q, model %q, condition %d: %s, want %+v", row.Lead, row.Model, i+1, wrong, want)
			}
			i++
		}
	}
	return all, nil
}

// differs returns how a condition of a row differs from a contribution, or "".
func differs(got *pushdown.Condition, want *leadscore.Contribution) string {
	times := new(big.Rat).SetFrac(got.Times, new(big.Int).SetUint64(got.Of))
	holds := new(big.Rat).SetUint64(want.Multiplier)
	if want.Fraction != "" {
		holds.SetString(want.Fraction)
	}
	points := got.Points
	switch {
	case points.Cmp(big.NewInt(math.MaxInt64)) > 0:
		points = big.NewInt(math.MaxInt64)
	case points.Cmp(big.NewInt(math.MinInt64)) < 0:
		points = big.NewInt(math.MinInt64)
	}
	switch {
	case got.Name != want.Condition || (got.Row == "") != (want.Row == ""):
		return fmt.Sprintf("it is %q, %q", got.Name, got.Row)
	case want.Multiplier < math.MaxUint64 && times.Cmp(holds) != 0:
		return "its points count " + times.String() + " times"
	case points.Int64() != want.Score:
		return "it adds " + got.Points.String()
	}
	return ""
}
