package enginetest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// TestRounds: a path of five hops takes six queries, or eight if it belongs to an
// account, whatever the number of leads.
func TestRounds(t *testing.T) {
	data := func() scoretest.Records {
		d := scoretest.Records{
			"Lead": {"lead-1": {"ParentContact": "c1"}, "lead-2": {"ParentContact": "c1"}, "account-lead": {"ParentAccount": "a1"}},
			"Contact": {
				"c1": {"ParentAccount": "a1"}, "c2": {"ParentAccount": "a4"},
			},
			"Account": {
				"a1": {"ParentAccount": "a2"}, "a2": {"ParentAccount": "a3"}, "a3": {"PrimaryContact": "c2"}, "a4": {},
			},
			"EmailClicked": {"e1": {"Contact": "c1"}},
		}
		return d
	}
	for _, test := range []struct {
		name, target, path string
		leads              []string
		want               []string
	}{
		{"from the lead", "contact", "Lead.ParentContact.ParentAccount.ParentAccount.ParentAccount.PrimaryContact", []string{"lead-1", "lead-2"},
			[]string{"Lead", "Contact", "Account", "Account", "Account", "Contact"}},
		{"from an interaction", "contact", "EmailClicked.Contact.ParentAccount.ParentAccount.ParentAccount.PrimaryContact", []string{"lead-1"},
			[]string{"Lead", "EmailClicked", "Contact", "Account", "Account", "Account", "Contact"}},
		{"owned by an account", "account", "EmailClicked.Contact.ParentAccount.ParentAccount.ParentAccount.PrimaryContact", []string{"account-lead"},
			[]string{"Lead", "Contact", "EmailClicked", "Contact", "Account", "Account", "Account", "Contact"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			src := scoretest.Source(t, data())
			set := scoretest.CompileSet(t, strings.Replace(scoretest.Model("M", "each "+test.path), "contact", test.target, 1))
			for _, got := range scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs(test.leads...), src, scoretest.AsOf)) {
				if !strings.HasSuffix(got, " 1") {
					t.Errorf("got %s", got)
				}
			}
			if diff := cmp.Diff(test.want, src.Entities()); diff != "" {
				t.Errorf("queries (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNeedsCoverQueries: a source is asked only for what Needs returns, with the same
// pointers, and a query asks for nothing that is not in its need.
func TestNeedsCoverQueries(t *testing.T) {
	set := scoretest.CompileSet(t,
		scoretest.Model("A", scoretest.Accounts),
		scoretest.Model("B", `each EmailClicked.Contact within last 7 days where EmailClicked.Url contains "x" and ParentAccount.Name is empty`),
		scoretest.Model("C", "none Interaction within last 30 days"),
		strings.Replace(scoretest.Model("D", `each EmailOpened where Contact.Birthday older than 1 year`), "target contact", "target account", 1),
		scoretest.Model("E", "each Lead.ParentContact.Leads.ParentAccount.Contacts"),
	)
	needs := map[*traverse.Need]bool{}
	for _, n := range set.Needs() {
		if needs[n] {
			t.Errorf("%+v is needed twice", n)
		}
		needs[n] = true
		if n.Time != "" && !slices.Contains(n.Fields, n.Time) {
			t.Errorf("%s is not among the fields of %+v", n.Time, n)
		}
	}
	if diff := cmp.Diff(len(needs), len(set.Needs())); diff != "" {
		t.Error("Needs gives other pointers the second time")
	}
	for _, n := range set.Needs() {
		if !needs[n] {
			t.Error("Needs gives other pointers the second time")
		}
	}
	data := scoretest.ThreeLeads()
	data["Lead"]["account-lead"] = memory.Record{"ParentAccount": "contoso"}
	data["Lead"]["lead-b"]["ParentAccount"] = "contoso"
	data["EmailClicked"] = map[string]memory.Record{"c1": {"Contact": "anna", "Timestamp": time.Date(2026, 5, 30, 0, 0, 0, 0, time.UTC)}}
	src := scoretest.Source(t, data)
	for r, err := range set.ScoreAll(t.Context(), leadscore.IDs("lead-a", "lead-b", "account-lead"), src, scoretest.AsOf) {
		if err != nil {
			t.Errorf("%s: %v", r.Lead, err)
		}
	}
	asked := map[*traverse.Need]bool{}
	for _, q := range src.Asked {
		if !needs[q.Need] {
			t.Errorf("Needs does not return %+v", q.Need)
		}
		asked[q.Need] = true
		if q.Time == "" && (!q.From.IsZero() || !q.To.IsZero()) {
			t.Errorf("%+v has a range without a field", q)
		}
	}
	if len(asked) != len(needs) {
		t.Errorf("%d needs, %d of them asked for", len(needs), len(asked))
	}
}

// TestOwnersAreIDs: for the interactions of an account's contacts only the ids of
// these contacts are needed, whatever their dates, even if a path needs more of
// contacts.
func TestOwnersAreIDs(t *testing.T) {
	schema, err := leadscore.ParseSchema("s.score", "profile Contact { Since date dated by Since }", leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	m, err := leadscore.Compile("m.score", `model "M" { target account
		condition "C" { each EmailOpened score +1 }
		condition "D" { each Lead.ParentAccount.Contacts where City = "Chicago" score +1 } }`, schema)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range m.Needs() {
		if n.Entity == "Contact" {
			got = append(got, fmt.Sprintf("by %s, dated %q, %q", n.By, n.Time, n.Fields))
		}
	}
	want := []string{`by ParentAccount, dated "", []`, `by ParentAccount, dated "Since", ["Since" "City"]`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHint: a query says which dates conditions reach; the source may omit others.
func TestHint(t *testing.T) {
	src := scoretest.Source(t, scoretest.ThreeLeads())
	set := scoretest.CompileSet(t, scoretest.Model("A", "each EmailOpened within last 7 days"), scoretest.Model("B", "each EmailOpened within last 30 days"), scoretest.Model("C", "each EmailClicked"))
	if got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs("lead-a"), src, scoretest.AsOf)); len(got) != 1 {
		t.Fatal(got)
	}
	at := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	to := at.Add(time.Microsecond - 1) // a source may know finer instants, which are cut off
	for _, q := range src.Asked {
		switch q.Entity {
		case "EmailOpened":
			if !q.From.Equal(at.AddDate(0, 0, -30)) || !q.To.Equal(to) || q.Time != "Timestamp" {
				t.Errorf("EmailOpened from %v to %v", q.From, q.To)
			}
		case "EmailClicked":
			if !q.From.IsZero() || !q.To.Equal(to) {
				t.Errorf("EmailClicked from %v to %v", q.From, q.To)
			}
		}
	}
}

// TestKeysByKind: a model asks only for what leads of its own kind reach.
func TestKeysByKind(t *testing.T) {
	data := scoretest.Source(t, scoretest.Records{
		"Lead": {
			"person":  {"ParentContact": "anna", "ParentAccount": "contoso"},
			"company": {"ParentContact": "", "ParentAccount": "fabrikam"},
		},
		"Contact": {"anna": {"ParentAccount": "contoso"}, "carl": {"ParentAccount": "fabrikam"}},
		"Account": {"contoso": {}, "fabrikam": {}},
	})
	set := scoretest.CompileSet(t, scoretest.Model("M", "has Lead.ParentContact"),
		strings.Replace(scoretest.Model("N", "has Lead.ParentAccount.Contacts has EmailOpened"), "target contact", "target account", 1))
	got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs("person", "company", "nobody"), data, scoretest.AsOf))
	if want := []string{"person 1 0", "company 0 0", `nobody error lead "nobody": no such lead`}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, q := range data.Asked {
		want := map[string]string{
			"Lead ": "person company nobody", "Contact ": "anna", "Account ": "fabrikam",
			"Contact ParentAccount": "fabrikam", "EmailOpened Contact": "carl",
		}
		if keys := strings.Join(q.Keys, " "); keys != want[q.Entity+" "+q.By] {
			t.Errorf("%s by %q is asked for %q", q.Entity, q.By, keys)
		}
	}
}

// TestManyTables: totals are right, even if each needs a table of its own.
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
