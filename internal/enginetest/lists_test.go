package enginetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// counting lends its records, and counts the queries that it is asked.
type counting struct {
	*memory.Source
	asked int
}

func (c *counting) Lend(traverse.Source) *columns.Store { return c.Source.Lend(c.Source) }

func (c *counting) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	c.asked++
	return c.Source.Fetch(ctx, q, out)
}

const listsRules = `model "M" {
    target contact

    condition "Opened" {
        each EmailOpened
        score +1
    }

    condition "Colleagues" {
        each Lead.ParentContact.ParentAccount.Contacts
        score +10
    }

    condition "Clicked" {
        each EmailClicked where Url contains "pricing"
        score +100
    }
}
`

func listsSource(t *testing.T) *counting {
	t.Helper()
	return &counting{Source: scoretest.Source(t, scoretest.Records{
		"Lead":        {"l": {"ParentContact": "ada"}, "other": {"ParentContact": "ben"}},
		"Contact":     {"ada": {"ParentAccount": "acme"}, "ben": {"ParentAccount": "acme"}},
		"Account":     {"acme": {}},
		"EmailOpened": {"o1": {"Contact": "ada"}, "o2": {"Contact": "ada"}},
	}).Source.(*memory.Source)}
}

// listed returns the ids of the records that the contributions of a result list, by
// condition.
func listed(r leadscore.Result) string {
	var texts []string
	for c := range r.Contributions() {
		text := c.Condition + ":"
		for _, ch := range c.Children {
			for _, o := range ch.Occurrences {
				text += " " + o.ID
			}
			for _, m := range ch.Missing {
				text += " " + string(m.Reason)
			}
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// TestListsAreMadeWhenRead: a source that lends its records is asked for nothing until
// lists are read, once for all that are read together, and not again.
func TestListsAreMadeWhenRead(t *testing.T) {
	m := scoretest.Compile(t, strings.Replace(listsRules, "each Lead.ParentContact.ParentAccount.Contacts", "has Lead.ParentContact", 1))
	src := listsSource(t)
	r, err := m.Score(t.Context(), "l", src, scoretest.AsOf, leadscore.Explain(5))
	if err != nil || src.asked != 0 {
		t.Fatalf("%v after %d queries", err, src.asked)
	}
	if got, want := listed(r), "Opened:, Colleagues:, Clicked:"; got != want || src.asked != 0 {
		t.Errorf("without lists: %s after %d queries", got, src.asked)
	}
	some, err := r.Detailed(t.Context(), "Clicked", "Opened")
	if got, want := listed(some), "Opened: o1 o2, Colleagues:, Clicked: unreferenced"; err != nil || got != want || src.asked == 0 {
		t.Errorf("lists of two conditions: %s, %v", got, err)
	}
	src.asked = 0
	if again, err := some.Detailed(t.Context(), "Opened"); err != nil || listed(again) != listed(some) || src.asked != 0 {
		t.Errorf("the same lists again: %s, %v after %d queries", listed(again), err, src.asked)
	}
	all, err := some.Detailed(t.Context())
	if got, want := listed(all), "Opened: o1 o2, Colleagues: ada, Clicked: unreferenced"; err != nil || got != want {
		t.Errorf("all lists: %s, %v", got, err)
	}
	src.asked = 0
	if _, err := json.Marshal(all); err != nil || src.asked != 0 {
		t.Errorf("JSON of a result with all lists: %v after %d queries", err, src.asked)
	}
	if got := listed(r); got != "Opened:, Colleagues:, Clicked:" {
		t.Errorf("the result itself has lists: %s", got)
	}
	if r.Equal(all) || !all.Equal(scoretest.Detailed(t, r)) {
		t.Error("results are compared without their lists")
	}
	var ledger explain.Ledger
	text, err := json.Marshal(r)
	if err := errors.Join(err, json.Unmarshal(text, &ledger)); err != nil || !slices.EqualFunc(ledger.Contributions, slices.Collect(all.Contributions()), leadscore.Contribution.Equal) {
		t.Errorf("JSON lacks lists: %s, %v", text, err)
	}
}

// TestListsOfARowSource: what a source returned from queries is listed when the lead is
// scored, whatever happens to the source.
func TestListsOfARowSource(t *testing.T) {
	m := scoretest.Compile(t, listsRules)
	src := listsSource(t)
	rows := scoretest.Recorder{Source: struct{ leadscore.Source }{src}}
	r, err := m.Score(t.Context(), "l", &rows, scoretest.AsOf, leadscore.Explain(5))
	if err != nil {
		t.Fatal(err)
	}
	want := listed(scoretest.Detailed(t, r))
	asked := len(rows.Asked)
	if _, err := src.Delete("EmailOpened", "o1"); err != nil {
		t.Fatal(err)
	}
	if got := listed(r); got != "Opened:, Colleagues:, Clicked:" {
		t.Errorf("lists are there before they are read: %s", got)
	}
	if some, err := r.Detailed(t.Context(), "Opened"); err != nil || listed(some) != "Opened: o1 o2, Colleagues:, Clicked:" {
		t.Errorf("lists of one condition: %s, %v", listed(some), err)
	}
	if got := listed(scoretest.Detailed(t, r)); got != want || len(rows.Asked) != asked || r.Moved() {
		t.Errorf("lists %s, want %s after %d queries more; moved: %t", got, want, len(rows.Asked)-asked, r.Moved())
	}
}

// TestMoved: lists are refused if the records that they are of count something else than
// when the lead was scored.
func TestMoved(t *testing.T) {
	text := strings.Replace(listsRules, "target contact", `target contact
    active from 2020-01-01
    limit up to 1000`, 1)
	for _, rules := range []string{listsRules, text} {
		m := scoretest.Compile(t, rules)
		for _, test := range []struct {
			how    string
			change func(s *memory.Source) error
			moved  bool   // the data has changed
			want   string // what the error says, or ""
		}{
			{"nothing", func(*memory.Source) error { return nil }, false, ""},
			{"another lead's email", func(s *memory.Source) error { return s.Add("EmailOpened", "o9", memory.Record{"Contact": "ben"}) }, true, ""},
			{"an email later than as of", func(s *memory.Source) error {
				return s.Add("EmailOpened", "o9", memory.Record{"Contact": "ada", "Timestamp": "2027-01-01T00:00:00Z"})
			}, true, ""},
			{"an email", func(s *memory.Source) error { return s.Add("EmailOpened", "o9", memory.Record{"Contact": "ada"}) }, true,
				`lead "l": the records have changed since the lead was scored: each EmailOpened counts 3 now, and counted 2`},
			{"a colleague less", func(s *memory.Source) error { _, err := s.Delete("Contact", "ben"); return err }, true,
				`lead "l": the records have changed since the lead was scored: each Lead.ParentContact.ParentAccount.Contacts counts 1 now, and counted 2`},
			{"no lead", func(s *memory.Source) error { _, err := s.Delete("Lead", "l"); return err }, true,
				`lead "l": the records have changed since the lead was scored: no such lead`},
			{"another kind of lead", func(s *memory.Source) error { return s.Put("Lead", "l", memory.Record{"ParentAccount": "acme"}) }, true,
				`lead "l": the records have changed since the lead was scored: the model does not score it any more`},
		} {
			src := listsSource(t)
			r, err := m.Score(t.Context(), "l", src, scoretest.AsOf, leadscore.Explain(5))
			if err != nil || r.Score != 22 || r.Moved() {
				t.Fatalf("%s: %v, %v, moved: %t", test.how, r, err, r.Moved())
			}
			if err := test.change(src.Source); err != nil {
				t.Fatal(err)
			}
			detailed, err := r.Detailed(t.Context())
			if got := r.Moved(); got != test.moved || detailed.Moved() != got {
				t.Errorf("%s: moved: %t", test.how, got)
			}
			if test.want == "" {
				if err != nil || !strings.HasPrefix(listed(detailed), "Opened: o1 o2, Colleagues: ada ben, ") {
					t.Errorf("%s: %s, %v", test.how, listed(detailed), err)
				}
				continue
			}
			if bad, ok := errors.AsType[*leadscore.LeadError](err); !ok || !errors.Is(err, leadscore.ErrMoved) || bad.Error() != test.want {
				t.Errorf("%s: %v, want %s", test.how, err, test.want)
			}
			if listed(detailed) != "Opened:, Colleagues:, Clicked:" || detailed.Score != 22 {
				t.Errorf("%s: the result is %v with lists %s", test.how, detailed, listed(detailed))
			}
			if _, err := json.Marshal(r); !errors.Is(err, leadscore.ErrMoved) {
				t.Errorf("%s: JSON: %v", test.how, err)
			}
			if _, err := explain.Of(t.Context(), r); !errors.Is(err, leadscore.ErrMoved) {
				t.Errorf("%s: a ledger: %v", test.how, err)
			}
		}
	}
}

// TestOtherListsStay: a change of what one condition counts does not matter for the lists
// of another.
func TestOtherListsStay(t *testing.T) {
	src := listsSource(t)
	r, err := scoretest.Compile(t, listsRules).Score(t.Context(), "l", src, scoretest.AsOf, leadscore.Explain(5))
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Add("EmailOpened", "o9", memory.Record{"Contact": "ada"}); err != nil {
		t.Fatal(err)
	}
	if some, err := r.Detailed(t.Context(), "Colleagues"); err != nil || listed(some) != "Opened:, Colleagues: ada ben, Clicked:" {
		t.Errorf("%s, %v", listed(some), err)
	}
	if _, err := r.Detailed(t.Context(), "Opened"); !errors.Is(err, leadscore.ErrMoved) {
		t.Error(err)
	}
}

// TestDetailedFails: lists are asked for of conditions that there are, while the context
// lasts. Without lists to read nothing fails.
func TestDetailedFails(t *testing.T) {
	m, src := scoretest.Compile(t, listsRules), listsSource(t)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for name, src := range map[string]leadscore.Source{"lent": src, "rows": struct{ leadscore.Source }{src}} {
		r, err := m.Score(t.Context(), "l", src, scoretest.AsOf, leadscore.Explain(1))
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Detailed(t.Context(), "Opened", "Openned")
		if want := `leadscore: model "M" has no condition "Openned"; did you mean Opened?`; err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
		if _, err := r.Detailed(done); name == "lent" && err != context.Canceled {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, opts := range [][]leadscore.Option{nil, {leadscore.Explain(0)}} {
		r, err := m.Score(t.Context(), "l", src, append(opts, scoretest.AsOf)...)
		if err != nil {
			t.Fatal(err)
		}
		if detailed, err := r.Detailed(done, "no condition"); err != nil || !detailed.Equal(r) || r.Moved() {
			t.Errorf("without lists: %v, %v", detailed, err)
		}
	}
	if r, err := (leadscore.Result{}).Detailed(done); err != nil || r.Moved() {
		t.Errorf("a zero Result: %v", err)
	}
}

// TestAudienceLists: why a lead does not belong to the audience has lists, too, once they
// are read.
func TestAudienceLists(t *testing.T) {
	m := scoretest.Compile(t, strings.Replace(listsRules, "target contact", `target contact
    audience {
        at least 3 EmailOpened
    }`, 1))
	src := listsSource(t)
	for name, from := range map[string]leadscore.Source{"lent": src, "rows": struct{ leadscore.Source }{src}} {
		r, err := m.Score(t.Context(), "l", from, scoretest.AsOf, leadscore.Explain(1))
		if err != nil || r.Status != leadscore.NotInAudience {
			t.Fatalf("%s: %v, %v", name, r, err)
		}
		if a := r.Audience(); a.Children[0].Count != 2 || a.Children[0].Occurrences != nil {
			t.Errorf("%s: %+v", name, a)
		}
		if a := scoretest.Detailed(t, r).Audience(); len(a.Children[0].Occurrences) != 1 {
			t.Errorf("%s, with lists: %+v", name, a)
		}
	}
	r, err := m.Score(t.Context(), "l", src, scoretest.AsOf, leadscore.Explain(1))
	if err := errors.Join(err, src.Add("EmailOpened", "o3", memory.Record{"Contact": "ada"})); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Detailed(t.Context()); !errors.Is(err, leadscore.ErrMoved) {
		t.Error(err)
	}
}

// TestExplainedAgain: explain.Lead scores a lead again whose records change between
// scoring and listing, and gives up if they always do.
func TestExplainedAgain(t *testing.T) {
	set := scoretest.CompileSet(t, listsRules)
	for _, changes := range []int{3, 1000} {
		src := &restless{counting: listsSource(t), left: changes}
		ledgers, err := explain.Lead(t.Context(), set, "l", src, scoretest.AsOf)
		if changes == 1000 {
			if !errors.Is(err, leadscore.ErrMoved) {
				t.Error(err)
			}
			continue
		}
		if err != nil || ledgers[0].Score != 25 || len(ledgers[0].Contributions[0].Children[0].Occurrences) != 5 {
			t.Errorf("%v, %v", ledgers, err)
		}
	}
}

// restless gets another email each time it is asked for leads with all their records.
type restless struct {
	*counting
	left int
}

func (s *restless) Lend(traverse.Source) *columns.Store { return s.Source.Lend(s.Source) }

func (s *restless) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if q.Entity == "EmailOpened" && s.left > 0 {
		s.left--
		if err := s.Add("EmailOpened", fmt.Sprint("new ", s.left), memory.Record{"Contact": "ada"}); err != nil {
			return err
		}
	}
	return s.Source.Fetch(ctx, q, out)
}
