package dbtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
)

// compareChanged compares the results of all leads with those of leads that may have changed since an
// earlier instant, among the results as of that.
func (p *comparison) compareChanged(c *testCase, set *leadscore.Set) error {
	changed, err := pushdown.NewChanged(set, p.dialect, p.s.mapping(p.w.schema))
	if err != nil {
		return fmt.Errorf("for leads that changed: %w", err)
	}
	statement, err := pushdown.New(set, p.dialect, p.s.mapping(p.w.schema), pushdown.ForLeads())
	if err != nil {
		return err
	}
	spans := [][2]time.Duration{{-time.Microsecond, 0}, {0, time.Microsecond}, {-time.Hour, 0}, {0, 25 * time.Hour}, {-40 * 24 * time.Hour, 0}}
	some := [][2]time.Duration{spans[c.number/8%2], spans[2+(c.number/8+p.w.seed)%3]}
	if strings.Contains(c.kind, "edges") {
		some = spans[:2]
	}
	for i, between := range some {
		since, asOf := c.AsOf.Add(between[0]), c.AsOf.Add(between[1])
		if since.Year() < 0 || asOf.Year() > 2149 { // in which clocks are known
			continue
		}
		ids, err := p.changedLeads(changed, since, asOf)
		if err != nil {
			return fmt.Errorf("for leads that changed: %w", err)
		}
		merged, err := p.timed("engine", func() (outcomes, error) { return ofEngine(set, p.w.source, p.w.leads, since) })
		if err != nil {
			return err
		}
		got, err := p.timed("database", func() (outcomes, error) { return ofStatement(p.db, statement, asOf, ids...) })
		if err != nil {
			return err
		}
		maps.Copy(merged, got)
		want, err := p.timed("engine", func() (outcomes, error) { return ofEngine(set, p.w.source, p.w.leads, asOf) })
		if err != nil {
			return err
		}
		if text := differences(want, merged); text != "" {
			return &differentError{fmt.Sprintf("the engine for leads that changed between %v and %v", since, asOf), text}
		}
		if i == 0 { // of a microsecond
			p.asked, p.changed = p.asked+len(p.w.leads), p.changed+len(ids)
		}
	}
	return nil
}

func (p *comparison) changedLeads(changed *pushdown.Changed, since, asOf time.Time) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), longestRun)
	defer cancel()
	var ids []string
	for id, err := range changed.Leads(ctx, p.db, since, asOf) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

const changingRules = `model "Window" {
    target contact
    condition "Lately" {
        each Called within last 2 days
        score +1
    }
}
`

// TestChanged: the leads whose results may differ between two instants, to the microsecond.
func TestChanged(t *testing.T) {
	schema, err := leadscore.ParseSchema("schema", mappedSchema, nil)
	if err != nil {
		t.Fatal(err)
	}
	const microsecond = time.Microsecond
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	all := []string{"1", "2", "3", "4"}
	const season = "model \"Season\" {\n    target contact\n    active from 2026-06-01 to 2026-06-30\n    condition \"Lead\" {\n        has Lead\n        score +1\n    }\n}\n"
	const aging = "model \"Aging\" {\n    target contact\n    condition \"Called\" {\n        each Called losing 25% every 1 week\n        score +100\n    }\n}\n"
	const monthly = "model \"Aging\" {\n    target contact\n    condition \"Called\" {\n        each Called losing 50% every 1 month\n        score +100\n    }\n}\n"
	forDatabases(t, func(t *testing.T, d *database) {
		d.found(t)
		db := d.open(t, d.styles[0])
		mappedTables(t, d, db) // calls of 1 on May 30 and 29, of 2 on May 28, and of 3 on May 31
		mapping := pushdown.MappingOf(d.opened(t, db, schema, sqldb.Options{Mapping: mappedTo(d)}))
		for _, test := range []struct {
			what, rules string
			since, asOf time.Time
			want        []string
		}{
			{"a call comes to be", changingRules, day(5, 30).Add(-microsecond), day(5, 30), []string{"1"}},
			{"a call leaves the window", changingRules, day(5, 30), day(5, 30).Add(microsecond), []string{"2"}},
			{"nothing happens", changingRules, day(5, 30).Add(microsecond), day(5, 31).Add(-microsecond), nil},
			{"two days", changingRules, day(5, 30), day(6, 1), []string{"1", "2", "3"}},
			{"long after", changingRules, day(7, 1), day(8, 1), nil},
			{"a season begins", season, day(6, 1).Add(-microsecond), day(6, 1), all},
			{"in season", season, day(6, 1), day(6, 30), nil},
			{"a season ends", season, day(7, 1).Add(-microsecond), day(7, 1), all},
			{"a season is over", season, day(5, 31), day(7, 1), nil},
			{"a call is a week old", aging, day(6, 7), day(6, 7).Add(microsecond), []string{"3"}},
			{"no call gets a week older", aging, day(6, 7).Add(microsecond), day(6, 11), nil},
			{"all calls weigh nothing", aging, day(9, 1), day(10, 1), nil},
			{"calls may get a month older", monthly, day(6, 10), day(6, 11), []string{"1", "2", "3"}},
			{"calls have no weight left", monthly, day(6, 10).AddDate(3, 0, 0), day(6, 11).AddDate(3, 0, 0), nil},
			{"several models", changingRules + aging, day(6, 7), day(6, 7).Add(microsecond), []string{"3"}},
		} {
			set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: test.rules}})
			if err != nil {
				t.Fatal(err)
			}
			changed, err := pushdown.NewChanged(set, d.dialect(), mapping)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for id, err := range changed.Leads(t.Context(), db, test.since, test.asOf) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, id)
			}
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("%s: the leads %q, want %q\n%s", test.what, got, test.want, changed.Text())
			}
			literal, err := changed.Literal(test.since, test.asOf)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			if err := db.QueryRow("SELECT COUNT(*) FROM (" + literal + ") AS c").Scan(&n); err != nil || n != len(test.want) {
				t.Errorf("%s: without parameters %d leads, error %v", test.what, n, err)
			}
			if _, err := changed.Args(test.asOf, test.since); err == nil {
				t.Error("no error for a first instant that is not before the second one")
			}
		}
	})
}
