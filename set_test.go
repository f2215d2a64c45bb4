package leadscore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
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
		if _, err := m.Score(t.Context(), "lead-42", crm(), leadscore.AsOf(at)); err == nil || !strings.Contains(err.Error(), "is not between 0 and 9999") {
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

// lending lends what it embeds, and is asked for what needs routes.
type lending struct {
	*memory.Source
	needs map[*traverse.Need]bool
	asked int
}

func (l *lending) Lend(traverse.Source) *columns.Store { return l.Source.Lend(l.Source) }

func (l *lending) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if l.asked++; !l.needs[q.Need] {
		return errors.New("a need that Set.Needs did not name")
	}
	return l.Source.Fetch(ctx, q, out)
}

// TestNeedsOfLender: also a source that lends meets only needs that it was told of.
func TestNeedsOfLender(t *testing.T) {
	set := compileSet(t, model("M", "each Lead.ParentContact.Leads"), model("N", "each EmailOpened\n        each Interaction.Contact.Leads"))
	src := source(t, records{
		"Lead": {"l": {"ParentContact": "c"}}, "Contact": {"c": {}}, "EmailOpened": {"o": {"Contact": "c"}},
	})
	l := &lending{Source: src.Source.(*memory.Source), needs: map[*traverse.Need]bool{}}
	for _, n := range set.Needs() {
		l.needs[n] = true
	}
	r, err := set.Score(t.Context(), "l", l, asOf)
	if err != nil || r.Results[0].Score != 1 || r.Results[1].Score != 1 || l.asked == 0 {
		t.Errorf("%+v, %v after %d queries", r, err, l.asked)
	}
}

// TestPlanShares: what several conditions and models want is counted once.
func TestPlanShares(t *testing.T) {
	const opened = `each EmailOpened where EmailName contains "x"`
	set := compileSet(t, model("A", opened), model("B", opened), model("C", opened+"\n        has Lead"))
	want := `contact-based leads
  EmailOpened, in one pass: 1 count in word 0 by EmailName
  1 condition of several counts
0 conditions left to counting routes
`
	if diff := cmp.Diff(want, set.Plan()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLenderIsNotAsked: where nothing needs routes, a source that lends is never
// asked, whether its columns are new to the set or not, and also to explain.
func TestLenderIsNotAsked(t *testing.T) {
	set := compileSet(t, model("M", `each EmailOpened where EmailName = "A"`), model("N", `has Lead.ParentContact where City = "Chicago"`))
	src := source(t, records{
		"Lead": {"l": {"ParentContact": "c"}}, "Contact": {"c": {"City": "Chicago"}},
		"EmailOpened": {"1": {"Contact": "c", "EmailName": "a"}, "2": {"Contact": "c", "EmailName": "b"}},
	})
	l := &lending{Source: src.Source.(*memory.Source)}
	for range 3 {
		for _, opts := range [][]leadscore.Option{{asOf}, {asOf, leadscore.Explain(0)}} {
			r, err := set.Score(t.Context(), "l", l, opts...)
			if err != nil || r.Results[0].Score != 1 || r.Results[1].Score != 1 || l.asked != 0 {
				t.Errorf("%+v, %v after %d queries", r, err, l.asked)
			}
		}
	}
}

// TestLenderOfAnotherSchema: what the columns lack is asked for, and the source
// says that it does not have it.
func TestLenderOfAnotherSchema(t *testing.T) {
	const item = "profile Item { Name text }\nprofile Lead { Item -> Item }\n"
	data := memory.New(leadscore.StandardSchema())
	for entity, id := range map[string]string{"Lead": "l", "Contact": "c"} {
		if err := data.Add(entity, id, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := data.Add("Lead", "m", memory.Record{"ParentContact": "c"}); err != nil {
		t.Fatal(err)
	}
	for _, rule := range []string{`has Lead.Item where Name = "x"`, `has Lead where Item.Name = "x"`} {
		set := compileSet(t, item+model("M", rule))
		_, err := set.Score(t.Context(), "m", data, asOf)
		if bad, ok := errors.AsType[*leadscore.LeadError](err); !ok || bad.Lead != "m" {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

// lentAndNot scores one lead from columns, by rows and explained, which must give
// the same.
func lentAndNot(t *testing.T, schemaText, rules string, add func(*memory.Source) error, want int64) {
	t.Helper()
	schema, err := leadscore.ParseSchema("s.score", schemaText, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	m, err := leadscore.Compile("m.score", rules, schema)
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(schema)
	if err := add(data); err != nil {
		t.Fatal(err)
	}
	for how, src := range map[string]leadscore.Source{"columns": data, "rows": struct{ leadscore.Source }{data}} {
		for _, opts := range [][]leadscore.Option{{asOf}, {asOf, leadscore.Explain(100)}} {
			if r, err := m.Score(t.Context(), "l", src, opts...); err != nil || r.Score != want {
				t.Errorf("%s, %d options: %d, %v, want %d", how, len(opts), r.Score, err, want)
			}
		}
	}
}

// TestFieldNamesInPlans: whatever fields are called, what is counted for one
// condition is not taken for another's.
func TestFieldNamesInPlans(t *testing.T) {
	lentAndNot(t, "interaction Ping { A text B text `A check.IsEmpty {false} B` text }",
		"model \"M\" { target contact"+
			" condition \"1\" { has Ping where `A check.IsEmpty {false} B` is not empty score +1 }"+
			" condition \"2\" { has Ping where A is empty and B is not empty score +10 } }",
		func(s *memory.Source) error {
			return errors.Join(s.Add("Lead", "l", memory.Record{"ParentContact": "c"}),
				s.Add("Ping", "p", memory.Record{"Contact": "c", "A check.IsEmpty {false} B": "x"}))
		}, 1)

	var schema, rules strings.Builder
	for i := 1; i <= 11; i++ {
		fmt.Fprintf(&schema, "R%d -> Order ", i)
		fmt.Fprintf(&rules, `condition "n%d" { has Lead where R%d.st = "nothing" score +1000 } `, i, i)
	}
	lentAndNot(t, "profile Lead { "+schema.String()+"} profile Order { `1st` text st text }",
		`model "M" { target contact `+rules.String()+
			"condition \"a\" { has Lead where R1.`1st` = \"x\" score +1 } condition \"b\" { has Lead where R11.st = \"x\" score +10 } }",
		func(s *memory.Source) error {
			return errors.Join(s.Add("Order", "o", memory.Record{"1st": "x"}),
				s.Add("Lead", "l", memory.Record{"ParentContact": "c", "R1": "o"}))
		}, 1)
}

// TestFarFuture: the last instant there is lies in nobody's window.
func TestFarFuture(t *testing.T) {
	lentAndNot(t, "", `model "M" { target contact condition "1" { none EmailOpened score +1 }
		condition "2" { has EmailClicked where Timestamp is empty score +10 } }`,
		func(s *memory.Source) error {
			last := memory.Record{"Contact": "c", "Timestamp": traverse.MicrosValue(math.MaxInt64)}
			return errors.Join(s.Add("Lead", "l", memory.Record{"ParentContact": "c"}),
				s.Add("EmailClicked", "p", last), s.Add("EmailOpened", "p", last), s.Add("WebsiteVisited", "p", last))
		}, 1)
}

// TestManyTables: totals that would need a table each are counted like others.
func TestManyTables(t *testing.T) {
	var rules strings.Builder
	rules.WriteString(`model "M" { target contact `)
	for i := 1; i <= 200; i++ {
		fmt.Fprintf(&rules, `condition "%d" { at least %d EmailOpened within last %d days score +1 } `, i, i, i)
	}
	rules.WriteString("}")
	lentAndNot(t, "", rules.String(), func(s *memory.Source) error {
		err := s.Add("Lead", "l", memory.Record{"ParentContact": "c"})
		for i := range 150 {
			err = errors.Join(err, s.Add("EmailOpened", fmt.Sprint(i), memory.Record{"Contact": "c", "Timestamp": "2026-05-31T11:00:00Z"}))
		}
		return err
	}, 150)
}

// TestStoresComeAndGo: sources are dropped while others are scored, and the
// collector tells the set of it.
func TestStoresComeAndGo(t *testing.T) {
	set := compileSet(t, model("M", `each EmailOpened where EmailName = "A"`))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 100 {
				src := memory.New(set.Schema())
				for entity, record := range map[string]memory.Record{
					"Lead": {"ParentContact": "c"}, "EmailOpened": {"Contact": "c", "EmailName": "A"},
				} {
					if err := src.Add(entity, "1", record); err != nil {
						t.Error(err)
					}
				}
				if r, err := set.Score(t.Context(), "1", src, asOf); err != nil || r.Results[0].Score != 1 {
					t.Error(r, err)
				}
				if i%10 == 0 {
					runtime.GC()
				}
			}
		})
	}
	group.Wait()
}
