package leadscore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/traverse"
)

// counting counts the queries to a source.
type counting struct {
	leadscore.Source
	queries atomic.Int64
}

func (c *counting) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	c.queries.Add(1)
	return c.Source.Fetch(ctx, q, out)
}

// Models that were compiled one by one share the pass over the data when their
// schemas are equal, and take one each when they are not.
func TestSetSharesThePass(t *testing.T) {
	compiled := func(name, schema string) *leadscore.Model {
		t.Helper()
		m, err := leadscore.Compile(name, strings.Replace(coffee, "Coffee geeks", name, 1)+schema, leadscore.StandardSchema())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	const block = "profile Lead { Segment text }"
	for _, test := range []struct {
		name    string
		models  []*leadscore.Model
		queries int64
		schema  bool // the set has one
	}{
		{"no schema blocks", []*leadscore.Model{compiled("A", ""), compiled("B", ""), compiled("C", "")}, 3, true},
		{"equal schema blocks", []*leadscore.Model{compiled("A", block), compiled("B", block)}, 3, true},
		{"different schema blocks", []*leadscore.Model{compiled("A", block), compiled("B", "")}, 6, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, err := leadscore.NewSet(test.models...)
			if err != nil {
				t.Fatal(err)
			}
			data := &counting{Source: crm()}
			r, err := set.Score(t.Context(), "lead-42", data, may)
			if err != nil {
				t.Fatal(err)
			}
			for i, m := range test.models {
				if got := r.Results[i]; got.Model != m.Name() || got.Score != 35 {
					t.Errorf("%s: %s scored %d", m.Name(), got.Model, got.Score)
				}
			}
			if n := data.queries.Load(); n != test.queries {
				t.Errorf("%d queries, want %d", n, test.queries)
			}
			if (set.Schema() != nil) != test.schema {
				t.Errorf("schema: %v", set.Schema())
			}
		})
	}
}

func TestModelSaysWhatItIs(t *testing.T) {
	m, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	var bands []string
	for b := range m.Grades().Bands() {
		bands = append(bands, b.String())
	}
	at, ok := m.SalesReady().At()
	got := fmt.Sprint(m.Name(), m.Target(), bands, at, ok)
	if want := `Coffee geekscontact["Cold" below 20 "Hot" from 20]30true`; strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("got %s", got)
	}
}

func TestSetResultJSON(t *testing.T) {
	m, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.NewSet(m)
	if err != nil {
		t.Fatal(err)
	}
	r, err := set.Score(t.Context(), "lead-42", crm(), may)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"lead":"lead-42","sales_ready":true,"results":[{"model":"Coffee geeks","lead":"lead-42","status":"scored","score":35,"grade":"Hot","sales_ready":true}]}`
	if string(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// fanOut adds every record of a reference twice, as a query with one join too
// many does.
type fanOut struct{ leadscore.Source }

func (f fanOut) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if err := f.Source.Fetch(ctx, q, out); err != nil || q.By == "" {
		return err
	}
	return f.Source.Fetch(ctx, q, out)
}

// A record that comes twice would count twice: the lead fails instead.
func TestFanOut(t *testing.T) {
	m, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Score(t.Context(), "lead-42", fanOut{crm()}, may)
	if bad, ok := errors.AsType[*leadscore.LeadError](err); !ok || bad.Entity != "EmailOpened" ||
		!strings.Contains(err.Error(), `added EmailOpened "`) || !strings.Contains(err.Error(), `twice under the key "ada"`) {
		t.Errorf("got %v", err)
	}
}

func TestScoreRefuses(t *testing.T) {
	m, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Score(t.Context(), "lead-42", nil); err == nil || err.Error() != "leadscore: the source is nil" {
		t.Errorf("a nil source: %v", err)
	}
	for _, at := range []time.Time{time.Unix(1<<40, 0), time.Unix(-1<<40, 0)} {
		if _, err := m.Score(t.Context(), "lead-42", crm(), leadscore.AsOf(at)); err == nil || !strings.Contains(err.Error(), "years go from 0 to 9999") {
			t.Errorf("as of %v: %v", at, err)
		}
	}
}

// However many problems there are, those that are not shown are counted.
func TestProblemsAreCounted(t *testing.T) {
	var rules strings.Builder
	rules.WriteString("model \"M\" {\n    target contact\n")
	for i := range 1500 {
		fmt.Fprintf(&rules, "    condition \"C%d\" { has Nothing score +1 }\n", i)
	}
	rules.WriteString("}\n")
	_, err := leadscore.Compile("many.score", rules.String(), leadscore.StandardSchema())
	diags, ok := errors.AsType[leadscore.Diagnostics](err)
	if !ok || len(diags) != 101 {
		t.Fatalf("%d diagnostics", len(diags))
	}
	if last := diags[100]; last.More != 1400 || last.Summary != "1400 more problems are not shown" || last.File != "many.score" {
		t.Errorf("got %+v", last)
	}
}

// TestPlan: the plan tells what is judged together, and what needs routes.
func TestPlan(t *testing.T) {
	set := compileSet(t, `model "A" { target contact
		condition "1" { each EmailOpened within last 30 days score +1 }
		condition "2" { has EmailOpened where EmailName contains "x" score +1 }
		condition "3" { has EmailClicked.Contact where City = "Chicago" score +1 }
		condition "4" { has Lead.ParentContact where City = "Berlin" and JobTitle is empty score +1 }
		condition "5" { none EmailOpened where EmailName contains "y" none EmailOpened within last 30 days score -1 }
		condition "6" { has Lead.ParentAccount.Contacts score +1 } }`,
		`model "B" { target account
		condition "1" { each EmailOpened score +1 } }`)
	want := `contact-based leads
  Lead.ParentContact, once: 2 tests on City, JobTitle
  Contact, for each owner of interactions: 1 test on City
  EmailOpened, in one pass: 1 count by window alone; 3 counts in word 0 by EmailName
  EmailClicked, in one pass: 1 count in word 0 by no field
  1 condition of several counts
account-based leads
  EmailOpened, in one pass: 1 count in word 0 by no field
1 condition left to counting routes
`
	if diff := cmp.Diff(want, set.Plan()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
