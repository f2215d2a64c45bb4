package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
)

// alone leaves out a test in which one goroutine asks one database: with the race detector,
// which has nothing to find there, SQLite in Go takes minutes.
func alone(t *testing.T) {
	if raced {
		t.Skip("nothing runs at the same time here")
	}
	if testing.Short() {
		t.Skip("it takes long")
	}
}

// setting returns the number that a variable of the environment holds, or another one.
func setting(t testing.TB, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// A tally counts models.
type tally struct {
	equal, refused, rows int
	failed, different    int
	explanations         int
	asked, changed       int            // leads that may have changed, by time alone
	reasons              map[string]int // of refusals
	took                 map[string]time.Duration
}

func (c *tally) models() int { return c.equal + c.refused + c.failed + c.different }

// String says how many models were compared, and what kept others from being compared.
func (c *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d models: %d equal in %d rows, %d refused (%.1f %%), %d failed, %d different; %d explanations equal; of %d leads %d may have changed", c.models(), c.equal, c.rows, c.refused,
		100*float64(c.refused)/float64(max(c.models(), 1)), c.failed, c.different, c.explanations, c.asked, c.changed)
	reasons := slices.SortedFunc(maps.Keys(c.reasons), func(x, y string) int { return c.reasons[y] - c.reasons[x] })
	for i, reason := range reasons {
		if i == 15 {
			break
		}
		fmt.Fprintf(&b, "\n%7d refused: %s", c.reasons[reason], reason)
	}
	return b.String()
}

// A comparison compares a database with the other evaluators.
type comparison struct {
	tally
	d       *database
	s       *style
	w       *world
	dialect *pushdown.Dialect
	db      *sql.DB
	// report is called for a model that fails or differs.
	report func(c *testCase, set *leadscore.Set, what string)
}

// compareCase compares the outcomes of all leads of the world with the engine, and of those of
// the case with the reference.
func (p *comparison) compareCase(c *testCase) {
	sets := []*leadscore.Set{c.set}
	for len(sets) > 0 {
		set := sets[0]
		sets = sets[1:]
		statement, err := pushdown.New(set, p.dialect, p.s.mapping(p.w.schema))
		refusals, refused := errors.AsType[pushdown.Refusals](err)
		long := err == nil && p.d.longest > 0 && len(statement.Text()) > p.d.longest
		if models := set.Models(); len(models) > 1 && (refused || long) { // it may be one of them
			for _, m := range models {
				one, err := leadscore.NewSet(m)
				if err != nil {
					p.report(c, set, err.Error())
					return
				}
				sets = append(sets, one)
			}
			continue
		}
		if refused {
			p.refused++
			for _, r := range refusals {
				p.reasons[quoted.ReplaceAllString(r.Reason, "…")]++
			}
			continue
		}
		if err == nil {
			err = p.compareSet(c, set, statement)
		}
		n := len(set.Models())
		var different *differentError
		switch {
		case errors.As(err, &different):
			p.different += n
			p.report(c, set, err.Error())
		case err != nil:
			p.failed += n
			p.report(c, set, "it fails: "+err.Error())
		default:
			p.equal += n
		}
	}
}

// A differentError says where outcomes differ.
type differentError struct{ from, differences string }

func (e *differentError) Error() string { return "it differs from " + e.from + ":\n" + e.differences }

func (p *comparison) compareSet(c *testCase, set *leadscore.Set, statement *pushdown.Statement) error {
	got, err := p.timed("database", func() (outcomes, error) { return ofStatement(p.db, statement, c.AsOf) })
	if err != nil {
		return err
	}
	want, err := p.timed("engine", func() (outcomes, error) { return ofEngine(set, p.w.source, p.w.leads, c.AsOf) })
	if err != nil {
		return err
	}
	if text := differences(want, got); text != "" {
		return &differentError{"the engine", text}
	}
	p.rows += len(got)
	if len(set.Models()) == len(c.set.Models()) {
		want, err := p.timed("reference", func() (outcomes, error) { return ofReference(p.w, c) })
		if err != nil {
			return err
		}
		if text := differences(want, got.of(c.leads)); text != "" {
			return &differentError{"the reference", text}
		}
	}
	switch c.number % 8 {
	case 4:
		return p.compareSome(c, set, want)
	case 6:
		return p.compareExplained(c, set)
	case 2:
		return p.compareChanged(c, set)
	case 0:
		literal, err := p.timed("database", func() (outcomes, error) { return ofLiteral(p.db, statement, c.AsOf) })
		if err != nil {
			return fmt.Errorf("without parameters: %w", err)
		}
		if text := differences(got, literal); text != "" {
			return &differentError{"the statement with parameters if it has none", text}
		}
	case 5:
		if strings.Contains(c.kind, "edges") { // where a microsecond matters
			return p.compareChanged(c, set)
		}
	}
	return nil
}

// compareSome compares the outcomes of the leads that a statement is asked for.
func (p *comparison) compareSome(c *testCase, set *leadscore.Set, want outcomes) error {
	statement, err := pushdown.New(set, p.dialect, p.s.mapping(p.w.schema), pushdown.ForLeads())
	if err != nil {
		return fmt.Errorf("for some leads: %w", err)
	}
	for _, leads := range [][]string{append([]string{"nobody", "", `{"a'\`}, c.leads...), {"nobody"}, {}} {
		got, err := p.timed("database", func() (outcomes, error) { return ofStatement(p.db, statement, c.AsOf, leads...) })
		if err != nil {
			return fmt.Errorf("for the leads %q: %w", leads, err)
		}
		if text := differences(want.of(leads), got); text != "" {
			return &differentError{fmt.Sprintf("the engine for the leads %q", leads), text}
		}
	}
	return nil
}

func (p *comparison) timed(what string, work func() (outcomes, error)) (outcomes, error) {
	start := time.Now()
	defer func() { p.took[what] += time.Since(start) }()
	return work()
}

// quoted is what differs between reasons that are alike.
var quoted = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// modelsByDefault is how many models are compared in each database, unless it says otherwise.
const modelsByDefault = 1200

// TestEqual compares statements for random models over random data with the reference and with
// the engine.
func TestEqual(t *testing.T) {
	alone(t)
	from, only := setting(t, "LEADSCORE_FROM", 0), setting(t, "LEADSCORE_CASE", -1)
	models := setting(t, "LEADSCORE_CASES", modelsByDefault)
	forDatabases(t, func(t *testing.T, d *database) {
		models := models
		if d.models > 0 && os.Getenv("LEADSCORE_CASES") == "" {
			models = d.models
		}
		total := tally{reasons: map[string]int{}, took: map[string]time.Duration{}}
		problems := 0
		seed := from
		for ; total.models() < models && problems < 10; seed++ {
			s := d.styles[seed%len(d.styles)]
			start := time.Now()
			w := newWorld(t, seed, s.ids)
			total.took["drawing"] += time.Since(start)
			start = time.Now()
			p := &comparison{tally: total, d: d, s: s, w: w, dialect: d.dialect(), db: d.load(t, s, w)}
			p.took["loading"] += time.Since(start)
			p.report = func(c *testCase, set *leadscore.Set, what string) {
				if problems++; problems <= 10 {
					t.Errorf("%s", p.describe(c, set, what))
				}
			}
			for _, c := range w.cases {
				if only < 0 || only == c.number {
					p.compareCase(c)
				}
			}
			p.db.Close()
			total = p.tally
			if only >= 0 {
				models = 0 // this was all
			}
		}
		t.Logf("LEADSCORE_FROM=%d to %d, in %v: %v", from, seed-1, total.took, &total)
		if total.equal == 0 || total.explanations == 0 && only < 0 {
			t.Error("no model is equal")
		}
	})
}
