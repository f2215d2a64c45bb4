package enginetest_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/traverse"
)

// TestNearest: a child that does not hold says what kept the nearest route from
// counting, and the value, whether the source lends it or not.
func TestNearest(t *testing.T) {
	day := func(month, day int) time.Time { return time.Date(2026, time.Month(month), day, 12, 0, 0, 0, time.UTC) }
	data := scoretest.Records{
		"Lead":    {"lead-1": {"ParentContact": "ada", "ParentAccount": "acme", "Topic": "Grinders"}, "lead-2": {"ParentContact": "gone"}},
		"Contact": {"ada": {"City": "BERLIN", "ParentAccount": "acme"}, "ben": {"City": "Chicago", "JobTitle": "Clerk", "ParentAccount": "acme"}},
		"Account": {"acme": {"Industry": "Retail"}},
		"EmailOpened": {
			"1": {"Contact": "ada", "Timestamp": day(5, 30), "EmailName": "Spring"},
			"2": {"Contact": "ada", "Timestamp": day(3, 1), "EmailName": "Winter"},
			"3": {"Contact": "ada", "Timestamp": day(2, 1), "EmailName": "Winter"},
			"4": {"Contact": "ada", "EmailName": "Winter"},
		},
	}
	for _, test := range []struct{ child, want string }{
		{`has Lead.ParentContact where City = "Chicago"`, `[City = "Chicago": Contact "ada" has "BERLIN"]`},
		{`has Lead.ParentContact where City = "Chicago" and JobTitle contains "director"`,
			`[City = "Chicago": Contact "ada" has "BERLIN" JobTitle contains "director": Contact "ada" has nothing]`},
		{`has Lead.ParentContact where JobTitle contains "director" and City = "Berlin"`, `[JobTitle contains "director": Contact "ada" has nothing]`},
		{`has Lead.ParentContact where City = "Berlin"`, `[]`},
		{`none Lead.ParentContact where City = "Berlin"`, `[]`},
		{`has Lead where ParentContact.ParentAccount.Industry = "Coffee"`, `[ParentContact.ParentAccount.Industry = "Coffee": Lead "lead-1" has "Retail"]`},
		{`has Lead.ParentAccount.Contacts where City = "Chicago" and JobTitle = "Boss"`, `[JobTitle = "Boss": Contact "ben" has "Clerk"]`},
		{`each EmailOpened within last 30 days where EmailName = "Winter"`, `[EmailName = "Winter": EmailOpened "1" has "Spring"]`},
		{`each EmailOpened within last 1 hour where EmailName = "Winter"`, `[within last 1 hour: EmailOpened "2" has 2026-03-01T12:00:00Z]`},
		{`at least 3 EmailOpened within last 365 days where EmailName = "Winter"`, `[EmailName = "Winter": EmailOpened "1" has "Spring"]`},
		{`at least 4 EmailOpened where EmailName = "Winter"`, `[EmailName = "Winter": EmailOpened "1" has "Spring"]`},
		{`at least 5 EmailOpened where EmailName in ("Winter", "Spring")`, `[]`},
		{`each EmailClicked where Url contains "x"`, `[]`},
		{`has EmailOpened.Contact.ParentAccount within last 1 hour where Industry = "Coffee" and EmailOpened.EmailName = "Spring"`,
			`[within last 1 hour: EmailOpened "1" has 2026-05-30T12:00:00Z Industry = "Coffee": Account "acme" has "Retail"]`},
	} {
		m := scoretest.Compile(t, scoretest.Model("M", test.child))
		for how, src := range map[string]leadscore.Source{"lent": scoretest.Source(t, data), "rows": struct{ leadscore.Source }{scoretest.Source(t, data)}} {
			r, err := m.Score(t.Context(), "lead-1", src, scoretest.AsOf, leadscore.Explain(1))
			if err != nil {
				t.Fatal(err)
			}
			c := slices.Collect(scoretest.Detailed(t, r).Contributions())[0]
			if got := fmt.Sprint(c.Children[0].Nearest); got != test.want {
				t.Errorf("%s, %s: got %s, want %s", test.child, how, got, test.want)
			}
			r, err = m.Score(t.Context(), "lead-1", src, scoretest.AsOf, leadscore.Explain(0))
			if c := slices.Collect(r.Contributions())[0]; err != nil || c.Children[0].Nearest != nil {
				t.Errorf("%s, %s: without lists: %v, %v", test.child, how, c.Children[0].Nearest, err)
			}
		}
	}
}

// nameless returns opened emails without ids.
type nameless struct{ leadscore.Source }

func (n nameless) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if q.Entity != "EmailOpened" {
		return n.Source.Fetch(ctx, q, out)
	}
	for _, key := range q.Keys {
		for i := range 20 {
			values := make([]traverse.Value, len(q.Fields))
			for j, f := range q.Fields {
				if f == "EmailName" {
					values[j] = traverse.TextValue(fmt.Sprint("Letter ", i))
				}
			}
			out.Add(key, "", values...)
		}
	}
	return nil
}

// TestNearestOfNameless: the nearest route is always the same, even if records have
// no ids.
func TestNearestOfNameless(t *testing.T) {
	m := scoretest.Compile(t, scoretest.Model("M", `each EmailOpened where EmailName = "Spring"`))
	src := nameless{scoretest.Source(t, scoretest.Records{"Lead": {"l": {"ParentContact": "ada"}}, "Contact": {"ada": {}}})}
	for range 30 {
		r, err := m.Score(t.Context(), "l", src, scoretest.AsOf, leadscore.Explain(1))
		if err != nil {
			t.Fatal(err)
		}
		c := slices.Collect(scoretest.Detailed(t, r).Contributions())[0]
		if got := fmt.Sprint(c.Children[0].Nearest); got != `[EmailName = "Spring": EmailOpened "" has "Letter 0"]` {
			t.Fatal(got)
		}
	}
}
