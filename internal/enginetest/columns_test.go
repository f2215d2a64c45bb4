package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// TestPlan: a plan says which conditions are evaluated together, and which need
// routes.
func TestPlan(t *testing.T) {
	set := scoretest.CompileSet(t, `model "A" { target contact
		condition "1" { each EmailOpened within last 30 days score +1 }
		condition "2" { has EmailOpened where EmailName contains "x" score +1 }
		condition "3" { has EmailClicked.Contact where City = "Chicago" score +1 }
		condition "4" { has Lead.ParentContact where City = "Berlin" and JobTitle is empty score +1 }
		condition "5" { none EmailOpened where EmailName contains "y" none EmailOpened within last 30 days score -1 }
		condition "6" { has Lead.ParentAccount.Contacts score +1 } }`,
		`model "B" { target account
		condition "1" { each EmailOpened score +1 } }`)
	want := `contact-based leads
  Lead.ParentContact, once: 2 expressions on City, JobTitle
  Contact, for each owner of interactions: 1 expression on City
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

// lending lends the columns of the source that it embeds, and records the queries for
// conditions that need routes.
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

// TestNeedsOfLender: a source that lends is asked only for what Needs returns, too.
func TestNeedsOfLender(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each Lead.ParentContact.Leads"), scoretest.Model("N", "each EmailOpened\n        each Interaction.Contact.Leads"))
	src := scoretest.Source(t, scoretest.Records{
		"Lead": {"l": {"ParentContact": "c"}}, "Contact": {"c": {}}, "EmailOpened": {"o": {"Contact": "c"}},
	})
	l := &lending{Source: src.Source.(*memory.Source), needs: map[*traverse.Need]bool{}}
	for _, n := range set.Needs() {
		l.needs[n] = true
	}
	r, err := set.Score(t.Context(), "l", l, scoretest.AsOf)
	if err != nil || r.Results[0].Score != 1 || r.Results[1].Score != 1 || l.asked == 0 {
		t.Errorf("%+v, %v after %d queries", r, err, l.asked)
	}
}

// TestPlanShares: counts that several conditions and models need are shared.
func TestPlanShares(t *testing.T) {
	const opened = `each EmailOpened where EmailName contains "x"`
	set := scoretest.CompileSet(t, scoretest.Model("A", opened), scoretest.Model("B", opened), scoretest.Model("C", opened+"\n        has Lead"))
	want := `contact-based leads
  EmailOpened, in one pass: 1 count in word 0 by EmailName
  1 condition of several counts
0 conditions left to counting routes
`
	if diff := cmp.Diff(want, set.Plan()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLenderIsNotAsked: if nothing needs routes, a source that lends is not asked,
// whether its columns are new to the set or not, with and without explanations.
func TestLenderIsNotAsked(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", `each EmailOpened where EmailName = "A"`), scoretest.Model("N", `has Lead.ParentContact where City = "Chicago"`))
	src := scoretest.Source(t, scoretest.Records{
		"Lead": {"l": {"ParentContact": "c"}}, "Contact": {"c": {"City": "Chicago"}},
		"EmailOpened": {"1": {"Contact": "c", "EmailName": "a"}, "2": {"Contact": "c", "EmailName": "b"}},
	})
	l := &lending{Source: src.Source.(*memory.Source)}
	for range 3 {
		for _, opts := range [][]leadscore.Option{{scoretest.AsOf}, {scoretest.AsOf, leadscore.Explain(0)}} {
			r, err := set.Score(t.Context(), "l", l, opts...)
			if err != nil || r.Results[0].Score != 1 || r.Results[1].Score != 1 || l.asked != 0 {
				t.Errorf("%+v, %v after %d queries", r, err, l.asked)
			}
		}
	}
}

// TestLenderIsNotAskedForEveryLead: neither is it for models with target lead.
func TestLenderIsNotAskedForEveryLead(t *testing.T) {
	of := func(target, rule string) string {
		return strings.Replace(scoretest.Model(target, rule), "target contact", "target "+target, 1)
	}
	set := scoretest.CompileSet(t, of("lead", `each EmailOpened where Lead.City = "Chicago"`), of("lead with contact", "each EmailOpened"), scoretest.Model("contact", "each EmailOpened"))
	src := scoretest.Source(t, scoretest.Records{
		"Lead":    {"l": {"ParentContact": "c", "City": "Chicago"}, "free": {}},
		"Contact": {"c": {}},
		"EmailOpened": {
			"1": {"Contact": "c"}, "2": {"Lead": "l"}, "3": {"Lead": "l", "Contact": "c"}, "4": {"Lead": "free", "Contact": "c"}, "5": {"Lead": "l", "Contact": "d"},
		},
	})
	l := &lending{Source: src.Source.(*memory.Source)}
	for range 2 {
		for _, opts := range [][]leadscore.Option{{scoretest.AsOf}, {scoretest.AsOf, leadscore.Explain(0)}} {
			for lead, want := range map[string][3]int64{"l": {3, 5, 3}, "free": {0, 1, 0}} {
				r, err := set.Score(t.Context(), lead, l, opts...)
				if err != nil || r.Results[0].Score != want[0] || r.Results[1].Score != want[1] || r.Results[2].Score != want[2] || l.asked != 0 {
					t.Errorf("%+v, %v after %d queries", r, err, l.asked)
				}
				if len(opts) == 1 {
					continue
				}
				for c := range r.Results[1].Contributions() {
					if c.Children[0].Count != uint64(want[1]) {
						t.Errorf("%s counts %d emails, want %d", lead, c.Children[0].Count, want[1])
					}
				}
			}
		}
	}
}

// TestLenderOfAnotherSchema: a source is asked for what its columns lack, and fails
// because it does not have it.
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
		set := scoretest.CompileSet(t, item+scoretest.Model("M", rule))
		_, err := set.Score(t.Context(), "m", data, scoretest.AsOf)
		if bad, ok := errors.AsType[*leadscore.LeadError](err); !ok || bad.Lead != "m" {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

// lentAndNot scores one lead from columns, from rows and with explanations. The
// results must be equal.
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
		for _, opts := range [][]leadscore.Option{{scoretest.AsOf}, {scoretest.AsOf, leadscore.Explain(100)}} {
			if r, err := m.Score(t.Context(), "l", src, opts...); err != nil || r.Score != want {
				t.Errorf("%s, %d options: %d, %v, want %d", how, len(opts), r.Score, err, want)
			}
		}
	}
}

// TestFieldNamesInPlans: conditions do not share counts by mistake, whatever the
// names of fields are.
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

// TestFarFuture: the last possible instant is in no window.
func TestFarFuture(t *testing.T) {
	lentAndNot(t, "", `model "M" { target contact condition "1" { none EmailOpened score +1 }
		condition "2" { has EmailClicked where Timestamp is empty score +10 } }`,
		func(s *memory.Source) error {
			last := memory.Record{"Contact": "c", "Timestamp": time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)}
			return errors.Join(s.Add("Lead", "l", memory.Record{"ParentContact": "c"}),
				s.Add("EmailClicked", "p", last), s.Add("EmailOpened", "p", last), s.Add("WebsiteVisited", "p", last))
		}, 1)
}

// TestStoresComeAndGo: sources are garbage collected while others are scored, and the
// set notices.
func TestStoresComeAndGo(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", `each EmailOpened where EmailName = "A"`))
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
				if r, err := set.Score(t.Context(), "1", src, scoretest.AsOf); err != nil || r.Results[0].Score != 1 {
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

// TestLongLists: lists have the same meaning, however long they are.
func TestLongLists(t *testing.T) {
	data := scoretest.Source(t, scoretest.Records{
		"Lead": {"l": {"ParentContact": "c", "City": "Chicago", "NumberOfEmployees": 7}}, "Contact": {"c": {}},
	})
	texts, numbers := "", ""
	for i := range 20 {
		for where, want := range map[string]int64{
			"City in (" + texts + `"CHICAGO")`: 1, "City not in (" + texts + `"CHICAGO")`: 0,
			"City in (" + texts + `"Chicag")`: 0, "City not in (" + texts + `"Chicag")`: 1,
			"City begins with any (" + texts + `"chicag")`: 1, "City does not begin with any (" + texts + `"chicag")`: 0,
			"JobTitle in (" + texts + `"x")`: 0, "JobTitle not in (" + texts + `"x")`: 0, // it is empty
			"NumberOfEmployees in (" + numbers + "7)": 1, "NumberOfEmployees not in (" + numbers + "7)": 0,
		} {
			r, err := scoretest.Compile(t, scoretest.Model("M", "has Lead where "+where)).Score(t.Context(), "l", data, scoretest.AsOf)
			if err != nil || r.Score != want {
				t.Errorf("%s: got %d, %v, want %d", where, r.Score, err, want)
			}
		}
		texts += fmt.Sprintf(`"x%d", `, i)
		numbers += fmt.Sprintf("%d, ", -i)
	}
}

// TestNoInteractionsOfEveryLead: if no interaction refers to a lead, none counts.
func TestNoInteractionsOfEveryLead(t *testing.T) {
	schema, err := leadscore.ParseSchema("s.score", `profile Lead { ParentContact -> Contact ParentAccount -> Account } profile Contact { ParentAccount -> Account } profile Account { Name text }
		interaction Ping { A text }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := leadscore.Compile("m.score", `model "M" { target lead
		condition "none" { none Interaction score +1 } condition "each" { each Interaction score +10 } }`, schema)
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(schema)
	if err := errors.Join(data.Add("Lead", "l", memory.Record{"ParentContact": "c"}), data.Add("Ping", "p", memory.Record{"Contact": "c"})); err != nil {
		t.Fatal(err)
	}
	for how, src := range map[string]leadscore.Source{"columns": data, "rows": struct{ leadscore.Source }{data}} {
		for _, opts := range [][]leadscore.Option{{scoretest.AsOf}, {scoretest.AsOf, leadscore.Explain(0)}} {
			if r, err := m.Score(t.Context(), "l", src, opts...); err != nil || r.Score != 1 {
				t.Errorf("%s, %d options: %d, %v, want 1", how, len(opts), r.Score, err)
			}
		}
	}
}
