package eval_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// options are the ways to score, by name.
var options = map[string]eval.Options{
	"scores": {AsOf: evaltest.AsOf, Keys: 100},
	"counts": {AsOf: evaltest.AsOf, Keys: 100, Explain: true},
	"lists":  {AsOf: evaltest.AsOf, Keys: 100, Explain: true, Occurrences: 10},
}

// A fixture is a program and the data that it scores.
type fixture struct {
	program *eval.Program
	data    *memory.Source
}

func newFixture(t testing.TB, rules, records string) fixture {
	t.Helper()
	models := evaltest.Models(t, rules)
	schema := traverse.Standard()
	if len(models) > 0 {
		schema = models[0].Schema
	}
	return fixture{eval.New(models), evaltest.Data(t, schema, records)}
}

// fetched returns the data as a source that lends nothing.
func (f fixture) fetched() *evaltest.Recorder { return &evaltest.Recorder{Source: f.data} }

// run scores leads in batches of a size. It returns the outcome of each lead as text,
// and the contributions by lead and model, without leads that fail.
func (f fixture) run(t testing.TB, source traverse.Source, opts eval.Options, size int, ids ...string) (texts []string, explained [][]eval.Contribution) {
	t.Helper()
	var out eval.Outcomes
	for batch := range slices.Chunk(ids, size) {
		if err := f.program.Run(t.Context(), source, batch, &opts, &out); err != nil {
			t.Fatal(err)
		}
		if len(out.Errs) != len(batch) {
			t.Fatalf("%d outcomes of %d leads", len(out.Errs), len(batch))
		}
		for i, id := range batch {
			texts = append(texts, outcome(id, &out, i))
			if out.Errs[i] == nil {
				explained = append(explained, contributions(t, out.Models(i), opts)...)
			}
		}
	}
	return texts, explained
}

// outcome writes the outcome of a lead, such as
//
//	ada-lead: 5, not targeted
func outcome(id string, out *eval.Outcomes, i int) string {
	if err := out.Errs[i]; err != nil {
		if err.Lead != id {
			return fmt.Sprintf("%s: an error of %s", id, err.Lead)
		}
		return err.Error()
	}
	var list []string
	for _, m := range out.Models(i) {
		switch m.Status {
		case eval.Scored:
			list = append(list, fmt.Sprint(m.Score))
		case eval.NotTargeted:
			list = append(list, "not targeted")
		case eval.NoParent:
			list = append(list, "no parent")
		}
	}
	return id + ": " + strings.Join(list, ", ")
}

// contributions returns the contributions to the scores of a lead, by model. It fails
// the test if they do not add up to the score, or if there are some where none are
// asked for.
func contributions(t testing.TB, models []eval.ModelOutcome, opts eval.Options) [][]eval.Contribution {
	t.Helper()
	var all [][]eval.Contribution
	for _, m := range models {
		if (m.Explained != nil) != (opts.Explain && m.Status == eval.Scored) {
			t.Fatalf("there is an explanation: %t", m.Explained != nil)
		}
		if m.Explained == nil {
			if m.Status != eval.Scored && m.Score != 0 {
				t.Fatalf("a lead without a score has the score %d", m.Score)
			}
			all = append(all, nil)
			continue
		}
		for c := range m.Explained.All() {
			for _, ch := range c.Children {
				if ch.Occurrences != nil || ch.Nearest != nil || ch.Missing != nil || ch.Full != nil {
					t.Fatalf("lists are there before they are read: %+v", ch)
				}
			}
		}
		detailed, err := m.Explained.Detailed(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		list, sum := slices.Collect(detailed.All()), int64(0)
		for _, c := range list {
			sum += c.Score
		}
		if sum != m.Score {
			t.Fatalf("the contributions add up to %d, and the score is %d", sum, m.Score)
		}
		lines := new(big.Int)
		for l := range m.Explained.Lines() {
			lines.Add(lines, l.Amount)
		}
		if lines.Cmp(big.NewInt(m.Score)) != 0 {
			t.Fatalf("the lines add up to %d, and the score is %d", lines, m.Score)
		}
		all = append(all, list)
	}
	return all
}

// counted returns contributions without occurrences and near misses.
func counted(list [][]eval.Contribution) [][]eval.Contribution {
	var out [][]eval.Contribution
	for _, model := range list {
		model = slices.Clone(model)
		for i := range model {
			model[i].Children = slices.Clone(model[i].Children)
			for j := range model[i].Children {
				model[i].Children[j].Occurrences, model[i].Children[j].Nearest, model[i].Children[j].Missing = nil, nil, nil
			}
		}
		out = append(out, model)
	}
	return out
}

// scoreEveryWay scores leads over lent columns and over fetched records, for scores,
// counts and lists, in batches of several sizes. All ways must give the same outcomes
// and the same explanations.
func (f fixture) scoreEveryWay(t *testing.T, ids []string, want []string) {
	t.Helper()
	var explained [][]eval.Contribution // of the first way that explains
	lists := map[string][][]eval.Contribution{}
	for _, source := range []struct {
		name string
		traverse.Source
	}{{"lent", f.data}, {"fetched", struct{ traverse.Source }{f.data}}} {
		for _, name := range []string{"scores", "counts", "lists"} {
			for _, size := range []int{len(ids), 1, 2, 3} {
				got, list := f.run(t, source.Source, options[name], size, ids...)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, %s, batches of %d (-want +got):\n%s", source.name, name, size, diff)
				}
				switch {
				case name == "scores":
					continue
				case explained == nil:
					explained = list
				}
				equal := func(a, b []eval.Contribution) bool { return slices.EqualFunc(a, b, eval.Contribution.Equal) }
				if !slices.EqualFunc(counted(explained), counted(list), equal) {
					t.Errorf("%s, %s, batches of %d: the explanation is\n%v, and in another way\n%v", source.name, name, size, list, explained)
				}
				if lists[name] == nil {
					lists[name] = list
				}
				if !slices.EqualFunc(lists[name], list, equal) {
					t.Errorf("%s, %s, batches of %d: the lists are\n%v, and in another way\n%v", source.name, name, size, list, lists[name])
				}
			}
		}
	}
}

// people has leads of each kind. As of evaltest.AsOf the email future does not exist
// yet.
const people = `
Lead ada-lead  ParentContact=ada City=Chicago
Lead ben-lead  ParentContact=ben ParentAccount=beanhouse
Lead lost-lead ParentContact=lost
Lead deal      ParentAccount=beanhouse
Lead small     ParentAccount=corner
Lead nothing
Contact ada  City=Chicago JobTitle="Director of Retail" ParentAccount=beanhouse
Contact ben  City=Boston  JobTitle=Buyer                ParentAccount=corner
Contact cleo City=Chicago                               ParentAccount=beanhouse
Account beanhouse Industry=Retail NumberOfEmployees=800
Account corner    Industry=Food   NumberOfEmployees=4
EmailOpened o1 Contact=ada  Timestamp=2026-05-30T08:00:00Z EmailName=News
EmailOpened o2 Contact=ada  Timestamp=2026-05-01T08:00:00Z EmailName=Offer
EmailOpened o3 Contact=ada  EmailName=News
EmailOpened o4 Contact=ben  Timestamp=2026-05-30T08:00:00Z EmailName=Offer
EmailOpened o5 Contact=cleo Timestamp=2026-05-29T08:00:00Z EmailName=News
EmailOpened o6 Contact=lost Timestamp=2026-05-29T08:00:00Z EmailName=News
EmailOpened future Contact=ada Timestamp=2026-06-01T08:00:00Z EmailName=News
EmailClicked k1 Contact=ada Timestamp=2026-05-30T08:01:00Z Url=/pricing
EmailSent s1 Contact=ada Timestamp=2026-05-30T08:00:00Z
WebsiteVisited v1 Contact=cleo Timestamp=2026-05-20T08:00:00Z
`

var everyLead = []string{"ada-lead", "ben-lead", "lost-lead", "deal", "small", "nothing"}

// TestScores checks the outcomes of rules and records, in every way to score.
func TestScores(t *testing.T) {
	for _, test := range []struct {
		name, rules, records string
		ids, want            []string
	}{
		{
			name:  "a model without conditions",
			rules: evaltest.Model("M", "contact"),
			want:  []string{"ada-lead: 0", "ben-lead: 0", "lost-lead: 0", "deal: not targeted", "small: not targeted", "nothing: no parent"},
		},
		{
			name: "every frequency, over columns",
			rules: evaltest.Model("M", "contact",
				`each EmailOpened score +1`,
				`has EmailOpened score +10`,
				`at least 3 EmailOpened score +100`,
				`none EmailOpened within last 1 day score +1000`,
				`none EmailClicked score -10000`),
			// none … within last 1 day: since noon of 30 May
			want: []string{"ada-lead: 1113", "ben-lead: -8989", "lost-lead: -8989", "deal: not targeted", "small: not targeted", "nothing: no parent"},
		},
		{
			name: "all contacts of an account",
			rules: evaltest.Model("M", "account",
				`each EmailOpened score +1`,
				`each EmailOpened.Contact where City = "Chicago" and EmailOpened.EmailName = "news" score +10`,
				`at least 4 EmailOpened score +100`,
				`has Lead.ParentAccount where NumberOfEmployees > 500 score +1000`),
			want: []string{"ada-lead: not targeted", "ben-lead: not targeted", "lost-lead: not targeted", "deal: 1134", "small: 1", "nothing: no parent"},
		},
		{
			name: "conditions that need routes beside those over columns",
			rules: evaltest.Model("M", "contact",
				`each EmailOpened where EmailName = "News" score +1`,
				`each Lead.ParentContact.ParentAccount.Contacts score +10`,
				`has Lead where City = "Chicago" score +100`,
				`each EmailOpened has Lead.ParentContact.ParentAccount.Contacts where City = "Boston" score +1000`,
				`none Lead.ParentAccount.Contacts score -5`),
			want: []string{"ada-lead: 117", "ben-lead: 1010", "lost-lead: -4", "deal: not targeted", "small: not targeted", "nothing: no parent"},
		},
		{
			name:  "routes alone",
			rules: evaltest.Model("M", "account", `each Lead.ParentAccount.Contacts.ParentAccount.Contacts score +1`),
			want:  []string{"ada-lead: not targeted", "ben-lead: not targeted", "lost-lead: not targeted", "deal: 4", "small: 1", "nothing: no parent"},
		},
		{
			name: "every interaction that is not passive",
			rules: evaltest.Model("M", "contact", `each Interaction score +1`, `each EmailSent score +10`,
				`each Interaction where Contact.ParentAccount.Industry = "Retail" score +100`) +
				evaltest.Model("N", "account", `each Interaction within last 7 days score +1`, `none Interaction since 2026-05-31 score +10`),
			want: []string{"ada-lead: 414, not targeted", "ben-lead: 1, not targeted", "lost-lead: 1, not targeted",
				"deal: not targeted, 13", "small: not targeted, 11", "nothing: no parent, no parent"},
		},
		{
			name: "several models, in columns and by routes, in two zones",
			rules: evaltest.Model("M", "contact", `each EmailOpened since 2026-05-30 score +1`) +
				strings.Replace(evaltest.Model("N", "contact", `each EmailOpened since 2026-05-30 score +10`, `each Lead.ParentContact.Leads score +1`),
					"target", `time zone "Pacific/Honolulu" target`, 1) +
				evaltest.Model("O", "account", `each Lead.ParentAccount.Leads score -7`),
			// 8:00 of 30 May in UTC is late on 29 May in Honolulu.
			want: []string{"ada-lead: 1, 1, not targeted", "ben-lead: 1, 1, not targeted", "lost-lead: 0, 0, not targeted",
				"deal: not targeted, not targeted, -14", "small: not targeted, not targeted, -7", "nothing: no parent, no parent, no parent"},
		},
		{
			name:  "leads that are unknown, and asked for twice",
			rules: evaltest.Model("M", "contact", `each EmailOpened score +1`, `each Lead.ParentContact.Leads score +10`),
			ids:   []string{"ada-lead", "nobody", "ada-lead", "", "ben-lead", "nobody", "ada-lead"},
			want: []string{"ada-lead: 13", `lead "nobody": no such lead`, "ada-lead: 13", `lead "": no such lead`, "ben-lead: 11",
				`lead "nobody": no such lead`, "ada-lead: 13"},
		},
		{
			name: "records that do not exist yet",
			rules: `profile Lead { Orders <- Order.Buyer } profile Contact { dated by CreatedOn }
				profile Order { PlacedOn date Buyer -> Lead dated by PlacedOn }` +
				evaltest.Model("M", "contact", `each Lead.Orders score +1`, `has Lead.ParentContact score +10`,
					`each EmailOpened.Contact score +100`, `each EmailOpened score +1000`, `each Lead.Orders within last 7 days score +10000`),
			records: `
				Lead now ParentContact=ada
				Lead later ParentContact=ben
				Contact ada CreatedOn=2026-05-31T12:00:00Z
				Contact ben CreatedOn=2026-05-31T12:00:01Z
				EmailOpened o1 Contact=ada
				EmailOpened o2 Contact=ben
				Order p1 Buyer=now PlacedOn=2026-05-31
				Order p2 Buyer=now PlacedOn=2026-06-01
				Order p3 Buyer=now`,
			ids:  []string{"now", "later"},
			want: []string{"now: 11112", "later: 1000"},
		},
		{
			name:  "no lead",
			rules: evaltest.Model("M", "contact", `each EmailOpened score +1`, `each Lead.ParentContact.Leads score +10`),
			ids:   []string{},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			records, ids := test.records, test.ids
			if records == "" {
				records = people
			}
			if ids == nil {
				ids = everyLead
			}
			if len(ids) == 0 {
				f := newFixture(t, test.rules, records)
				var out eval.Outcomes
				if err := f.program.Run(t.Context(), f.data, nil, new(options["counts"]), &out); err != nil || len(out.Errs) != 0 {
					t.Errorf("%d outcomes, %v", len(out.Errs), err)
				}
				return
			}
			newFixture(t, test.rules, records).scoreEveryWay(t, ids, test.want)
		})
	}
}

// describe writes contributions, with their occurrences and near misses.
func describe(list []eval.Contribution) []string {
	var lines []string
	for _, c := range list {
		lines = append(lines, fmt.Sprintf("%s: %d times %+d is %d", c.Condition, c.Multiplier, c.Points, c.Score))
		for _, ch := range c.Children {
			holds := "holds"
			if !ch.Holds {
				holds = "does not hold"
			}
			lines = append(lines, fmt.Sprintf("  %s: %d, %s", ch.Rule, ch.Count, holds))
			for _, o := range ch.Occurrences {
				when := "no date"
				if !o.Time.IsZero() {
					when = o.Time.UTC().Format(time.RFC3339)
				}
				lines = append(lines, fmt.Sprintf("    %s %s, %s, %d", o.Entity, o.ID, when, o.Routes))
			}
			for _, u := range ch.Nearest {
				lines = append(lines, "    not "+u.String())
			}
		}
	}
	return lines
}

// TestExplanation checks the counts, occurrences and near misses of contributions.
func TestExplanation(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact",
		`"Opened": each EmailOpened none WebsiteVisited score +5`,
		`has EmailClicked.Contact within last 30 days where City = "Boston" and EmailClicked.Url = "/plans" score +20`,
		`at least 3 Lead.ParentContact.ParentAccount.Contacts where City = "Chicago" score -3`), people)
	for _, test := range []struct {
		how         string
		occurrences int
		want        []string
	}{
		{"counts", 0, []string{
			"1: 3 times +5 is 15",
			`  "Opened": each EmailOpened: 3, holds`,
			"  none WebsiteVisited: 0, holds",
			"2: 0 times +20 is 0",
			`  has EmailClicked.Contact within last 30 days where City = "Boston" and EmailClicked.Url = "/plans": 0, does not hold`,
			"3: 0 times -3 is 0",
			`  at least 3 Lead.ParentContact.ParentAccount.Contacts where City = "Chicago": 2, does not hold`,
		}},
		{"lists", 10, []string{
			"1: 3 times +5 is 15",
			`  "Opened": each EmailOpened: 3, holds`,
			"    EmailOpened o3, no date, 1",
			"    EmailOpened o2, 2026-05-01T08:00:00Z, 1",
			"    EmailOpened o1, 2026-05-30T08:00:00Z, 1",
			"  none WebsiteVisited: 0, holds",
			"2: 0 times +20 is 0",
			`  has EmailClicked.Contact within last 30 days where City = "Boston" and EmailClicked.Url = "/plans": 0, does not hold`,
			`    not City = "Boston": Contact "ada" has "Chicago"`,
			`    not EmailClicked.Url = "/plans": EmailClicked "k1" has "/pricing"`,
			"3: 0 times -3 is 0",
			`  at least 3 Lead.ParentContact.ParentAccount.Contacts where City = "Chicago": 2, does not hold`,
			"    Contact ada, no date, 1",
			"    Contact cleo, no date, 1",
		}},
		{"two records", 2, []string{
			"1: 3 times +5 is 15",
			`  "Opened": each EmailOpened: 3, holds`,
			"    EmailOpened o3, no date, 1",
			"    EmailOpened o2, 2026-05-01T08:00:00Z, 1",
			"  none WebsiteVisited: 0, holds",
			"2: 0 times +20 is 0",
			`  has EmailClicked.Contact within last 30 days where City = "Boston" and EmailClicked.Url = "/plans": 0, does not hold`,
			`    not City = "Boston": Contact "ada" has "Chicago"`,
			`    not EmailClicked.Url = "/plans": EmailClicked "k1" has "/pricing"`,
			"3: 0 times -3 is 0",
			`  at least 3 Lead.ParentContact.ParentAccount.Contacts where City = "Chicago": 2, does not hold`,
			"    Contact ada, no date, 1",
			"    Contact cleo, no date, 1",
		}},
	} {
		opts := options["counts"]
		opts.Occurrences = test.occurrences
		for name, source := range map[string]traverse.Source{"lent": f.data, "fetched": f.fetched()} {
			_, explained := f.run(t, source, opts, 1, "ada-lead")
			if diff := cmp.Diff(test.want, describe(explained[0])); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, test.how, diff)
			}
		}
	}
}

// TestNearMissesHaveAnyDate checks that a record outside of the date range can be the
// near miss.
func TestNearMissesHaveAnyDate(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `has EmailOpened within last 7 days where EmailName = "Offer" score +1`), people)
	for name, source := range map[string]traverse.Source{"lent": f.data, "fetched": f.fetched()} {
		_, explained := f.run(t, source, options["lists"], 1, "ada-lead")
		want := []string{
			"1: 0 times +1 is 0",
			`  has EmailOpened within last 7 days where EmailName = "Offer": 0, does not hold`,
			`    not EmailName = "Offer": EmailOpened "o1" has "News"`,
		}
		if diff := cmp.Diff(want, describe(explained[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		_, explained = f.run(t, source, options["lists"], 1, "lost-lead")
		if diff := cmp.Diff(`    not EmailName = "Offer": EmailOpened "o6" has "News"`, describe(explained[0])[2]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	f = newFixture(t, evaltest.Model("M", "contact", `has EmailOpened within last 7 days where EmailName = "Offer" score +1`),
		"Lead l ParentContact=c\nEmailOpened old Contact=c Timestamp=2025-01-01 EmailName=Offer\nEmailOpened none Contact=c")
	for name, source := range map[string]traverse.Source{"lent": f.data, "fetched": f.fetched()} {
		_, explained := f.run(t, source, options["lists"], 1, "l")
		if diff := cmp.Diff(`    not within last 7 days: EmailOpened "old" has 2025-01-01T00:00:00Z`, describe(explained[0])[2]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
