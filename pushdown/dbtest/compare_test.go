package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/pushdown"
)

// A pair is a lead and a model.
type pair struct{ lead, model string }

// outcomes holds what each model gives to each lead, as a text of all fields.
type outcomes map[pair]string

// outcomeOf writes all fields of a result of the engine.
func outcomeOf(r leadscore.Result) string {
	label, _ := r.Label()
	return outcome(r.Status.String(), r.Score, r.Grade, r.SalesReady, label, r.Dimensions())
}

// outcome writes all fields of a result. What is meaningful only for a lead that is scored is
// left out for another.
func outcome(status string, score int64, grade string, ready bool, label string, dimensions []leadscore.Dimension) string {
	if status != "scored" {
		return status
	}
	text := fmt.Sprintf("scored %d, grade %q, sales ready %t, label %q", score, grade, ready, label)
	for _, d := range dimensions {
		text += fmt.Sprintf(", %s %d %q", d.Name, d.Score, d.Grade)
	}
	return text
}

// ofReference returns the outcomes of the leads of a case.
func ofReference(w *world, c *testCase) (outcomes, error) {
	all := outcomes{}
	for _, lead := range c.leads {
		results, err := reference.Score([]*dsl.File{c.File}, w.schema, c.Data, lead, c.AsOf)
		if err != nil {
			return nil, err
		}
		for _, r := range results {
			var dimensions []leadscore.Dimension
			for _, d := range r.Dimensions {
				dimensions = append(dimensions, leadscore.Dimension{Name: d.Name, Score: d.Score, Grade: d.Grade})
			}
			all[pair{lead, r.Model}] = outcome(r.Status, r.Score, r.Grade, r.SalesReady, r.Label, dimensions)
		}
	}
	return all, nil
}

// ofEngine returns the outcomes of leads.
func ofEngine(set *leadscore.Set, source leadscore.Source, leads []string, asOf time.Time) (outcomes, error) {
	all := outcomes{}
	for r, err := range set.ScoreAll(context.Background(), leadscore.IDs(leads...), source, leadscore.AsOf(asOf)) {
		if err != nil {
			return nil, err
		}
		for _, one := range r.Results {
			all[pair{r.Lead, one.Model}] = outcomeOf(one)
		}
	}
	return all, nil
}

// longestRun is how long a statement may run. Most take milliseconds.
const longestRun = 10 * time.Minute

// ofStatement runs a statement, and returns the outcomes of all rows.
func ofStatement(db *sql.DB, statement *pushdown.Statement, asOf time.Time, leads ...string) (outcomes, error) {
	ctx, cancel := context.WithTimeout(context.Background(), longestRun)
	defer cancel()
	all := outcomes{}
	for row, err := range statement.Query(ctx, db, asOf, leads...) {
		if err != nil {
			return nil, err
		}
		if err := all.add(row); err != nil {
			return nil, err
		}
		result, err := statement.Result(row, asOf)
		if err != nil {
			return nil, err
		}
		if text := outcomeOf(result); text != all[pair{row.Lead, row.Model}] {
			return nil, fmt.Errorf("the result of %+v is %s", row, text)
		}
	}
	return all, nil
}

// ofLiteral runs a statement without parameters.
func ofLiteral(db *sql.DB, statement *pushdown.Statement, asOf time.Time) (outcomes, error) {
	text, err := statement.Literal(asOf)
	if err != nil {
		return nil, err
	}
	return ofText(db, statement, text, nil)
}

// ofText runs a text in place of that of a statement.
func ofText(db *sql.DB, statement *pushdown.Statement, text string, args []any) (outcomes, error) {
	ctx, cancel := context.WithTimeout(context.Background(), longestRun)
	defer cancel()
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := outcomes{}
	for rows.Next() {
		row, err := statement.Scan(rows)
		if err != nil {
			return nil, err
		}
		if err := all.add(row); err != nil {
			return nil, err
		}
	}
	return all, rows.Err()
}

var errTwoRows = errors.New("there are two rows")

func (o outcomes) add(r pushdown.Row) error {
	key := pair{r.Lead, r.Model}
	if _, ok := o[key]; ok {
		return fmt.Errorf("%w of lead %q and model %q", errTwoRows, r.Lead, r.Model)
	}
	if r.Status != leadscore.Scored && (r.SalesReady || len(r.Dimensions) > 0 || r.Label != "" || r.Grade != "") {
		return fmt.Errorf("lead %q is %s, and has the outcome %+v", r.Lead, r.Status, r)
	}
	o[key] = outcome(r.Status.String(), r.Score, r.Grade, r.SalesReady, r.Label, r.Dimensions)
	return nil
}

// of returns the outcomes of some leads.
func (o outcomes) of(leads []string) outcomes {
	some := outcomes{}
	for key, what := range o {
		if slices.Contains(leads, key.lead) {
			some[key] = what
		}
	}
	return some
}

// differences lists where two sets of outcomes differ, at most ten of them, or returns "".
func differences(want, got outcomes) string {
	var keys []pair
	for key := range maps.Keys(want) {
		if want[key] != got[key] {
			keys = append(keys, key)
		}
	}
	for key := range maps.Keys(got) {
		if _, ok := want[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b pair) int {
		if c := strings.Compare(a.model, b.model); c != 0 {
			return c
		}
		return strings.Compare(a.lead, b.lead)
	})
	var b strings.Builder
	for i, key := range keys {
		if i == 10 {
			fmt.Fprintf(&b, "… %d more\n", len(keys)-i)
			break
		}
		fmt.Fprintf(&b, "model %q, lead %q:\n  want %s\n  got  %s\n", key.model, key.lead, or(want[key], "no row"), or(got[key], "no row"))
	}
	return b.String()
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
