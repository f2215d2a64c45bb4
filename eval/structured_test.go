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
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/traverse"
)

// structuredModels returns two models of the conditions 1 to 5 and an audience: one
// adds them up, one has a dimension, a group, tiers and a label.
func structuredModels(t *testing.T) []*check.Model {
	t.Helper()
	rules := evaltest.Model("Plain", "contact", `each EmailOpened score +10`) +
		evaltest.Model("Parts", "contact",
			`each EmailOpened score +10`,
			`each EmailClicked score +7`,
			`has Lead.ParentContact where City = "Boston" score +20`,
			`has Lead.ParentContact where City = "Chicago" score +5`,
			`each Lead.ParentContact.Leads score -1`, // needs routes
			`none EmailUnsubscribed score +1`)
	models := evaltest.Models(t, rules)
	m := models[1]
	audience := m.Conditions[5]
	m.Conditions, m.Audience = m.Conditions[:5], &audience
	scale, err := grades.NewScale(grades.Below("C", 20), grades.AtLeast("A", 20))
	if err != nil {
		t.Fatal(err)
	}
	m.Conditions[1].Bound = 14
	engagement := &check.Dimension{
		Name: "Engagement", Weight: 50, Limit: check.Limit{Hi: 30, HasHi: true}, Grades: scale,
		Parts: []check.Part{&check.Group{Name: "Emails", Parts: []check.Part{check.ConditionPart(0), check.ConditionPart(1)}}},
	}
	m.Parts = []check.Part{engagement, &check.Tiers{Name: "Town", Conditions: []int{2, 3}}, check.ConditionPart(4)}
	m.Label = []*check.Dimension{engagement}
	m.Grades = scale
	m.Decision = check.HoldsDecision{Condition: 3}
	m.Season = &check.Window{Hi: check.Bound{Kind: check.Fixed, At: evaltest.AsOf.UnixMicro()}}
	return models
}

const structuredRecords = `
	Contact ada City=Boston
	Contact bob City=Chicago
	Contact cid
	Lead ada-lead ParentContact=ada
	Lead bob-lead ParentContact=bob
	Lead cid-lead ParentContact=cid
	Lead deal ParentAccount=a
	Lead none
	EmailOpened o1 Contact=ada Timestamp=2026-05-01T08:00:00Z
	EmailOpened o2 Contact=ada Timestamp=2026-05-02T08:00:00Z
	EmailClicked k1 Contact=ada Timestamp=2026-05-01T08:00:00Z
	EmailClicked k2 Contact=ada Timestamp=2026-05-02T08:00:00Z
	EmailClicked k3 Contact=ada Timestamp=2026-05-03T08:00:00Z
	EmailOpened o3 Contact=bob Timestamp=2026-05-01T08:00:00Z
	EmailUnsubscribed u1 Contact=cid Timestamp=2026-05-01T08:00:00Z`

// structuredText writes the outcome of the structured model for a lead.
func structuredText(m *eval.ModelOutcome) string {
	if m.Status != eval.Scored {
		return fmt.Sprint("status ", m.Status)
	}
	o := m.Explained.Outcome()
	text := fmt.Sprintf("%d %s ready=%t label=%q", m.Score, o.Grade, o.SalesReady, o.Label)
	for _, d := range o.Dimensions {
		text += fmt.Sprintf(" %s=%d %s", d.Name, d.Score, d.Grade)
	}
	return text
}

// TestStructuredModel scores by a structured model beside another one, in every way.
func TestStructuredModel(t *testing.T) {
	models := structuredModels(t)
	data := evaltest.Data(t, models[0].Schema, structuredRecords)
	program := eval.New(models)
	ids := []string{"ada-lead", "bob-lead", "cid-lead", "deal", "none"}
	early := []string{
		// 2 x 10 and 3 x 7 up to 14 are 34, up to 30, of which half is 15; 20 for Boston; -1
		`34 A ready=false label="A" Engagement=30 A`,
		`9 C ready=true label="C" Engagement=10 C`,
		fmt.Sprint("status ", eval.NotInAudience), fmt.Sprint("status ", eval.NotTargeted), fmt.Sprint("status ", eval.NoParent),
	}
	late := slices.Clone(early)
	for i := range 3 {
		late[i] = fmt.Sprint("status ", eval.NotActive)
	}
	for name, opts := range options {
		for kind, source := range map[string]traverse.Source{"lent": data, "fetched": &evaltest.Recorder{Source: data}} {
			for after, want := range map[time.Duration][]string{0: early, time.Microsecond: late} {
				opts.AsOf = evaltest.AsOf.Add(after)
				var out eval.Outcomes
				if err := program.Run(t.Context(), source, ids, &opts, &out); err != nil {
					t.Fatal(err)
				}
				var got []string
				for i := range ids {
					if out.Errs[i] != nil {
						t.Fatal(out.Errs[i])
					}
					got = append(got, structuredText(&out.Models(i)[1]))
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, %s, %v later (-want +got):\n%s", name, kind, after, diff)
				}
				if plain := out.Models(0)[0]; plain.Status != eval.Scored || plain.Score != 20 || plain.Explained.Outcome() != nil {
					t.Errorf("%s, %s: the other model gives %+v", name, kind, plain)
				}
			}
		}
	}
}

// TestStructuredExplanation: each condition has a contribution, the lines add up to the
// score, and say what changed a sum.
func TestStructuredExplanation(t *testing.T) {
	models := structuredModels(t)
	data := evaltest.Data(t, models[0].Schema, structuredRecords)
	for name, opts := range options {
		var out eval.Outcomes
		if err := eval.New(models).Run(t.Context(), data, []string{"ada-lead"}, &opts, &out); err != nil {
			t.Fatal(err)
		}
		e := out.Models(0)[1].Explained
		var contributions, lines []string
		for c := range e.All() {
			contributions = append(contributions, fmt.Sprintf("%s: %s x %d = %d %s taken=%t", c.Condition, c.Times(), c.Points, c.Score, c.Why, c.Taken()))
		}
		sum := new(big.Int)
		for l := range e.Lines() {
			var in []string
			for _, p := range l.In {
				in = append(in, p.Kind+" "+p.Name)
			}
			lines = append(lines, fmt.Sprintf("%s: %s %s%s %v %s", strings.Join(in, ", "), l.Kind, l.Condition, l.Rule, l.Amount, l.Why))
			sum.Add(sum, l.Amount)
		}
		if !opts.Explain {
			if len(contributions)+len(lines) > 0 {
				t.Errorf("%s: %q %q", name, contributions, lines)
			}
			continue
		}
		wantContributions := []string{
			"1: 2 x 10 = 20  taken=true",
			"2: 3 x 7 = 14 its bound was reached taken=true",
			"3: 1 x 20 = 20  taken=true",
			"4: 0 x 5 = 0 an earlier tier was taken taken=false",
			"5: 1 x -1 = -1  taken=true",
		}
		wantLines := []string{
			"dimension Engagement, group Emails: condition 1 20 ",
			"dimension Engagement, group Emails: condition 2 14 its bound was reached",
			"dimension Engagement: limit limit up to 30 -4 ",
			"dimension Engagement: weight weight 50% -15 ",
			"first of Town: condition 3 20 ",
			"first of Town: condition 4 0 an earlier tier was taken",
			": condition 5 -1 ",
		}
		if diff := cmp.Diff(wantContributions, contributions); diff != "" {
			t.Errorf("%s: contributions (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(wantLines, lines); diff != "" {
			t.Errorf("%s: lines (-want +got):\n%s", name, diff)
		}
		if sum.Cmp(big.NewInt(out.Models(0)[1].Score)) != 0 {
			t.Errorf("%s: the lines add up to %v", name, sum)
		}
	}
}

// TestLinesOfSum: the lines of a model that is not structured are its conditions, and
// what 64 bits take off.
func TestLinesOfSum(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", `each EmailOpened score +10`, `none EmailSent score -3`),
		"Contact c\nLead l ParentContact=c\nEmailOpened o Contact=c\nEmailOpened p Contact=c")
	for name, opts := range options {
		var out eval.Outcomes
		if err := f.program.Run(t.Context(), f.data, []string{"l"}, &opts, &out); err != nil {
			t.Fatal(err)
		}
		if !opts.Explain {
			continue
		}
		var lines []string
		for l := range out.Models(0)[0].Explained.Lines() {
			lines = append(lines, fmt.Sprintf("%s %s %s x %+d = %+d", l.Kind, l.Condition, l.Times, l.Points, l.Amount))
		}
		if diff := cmp.Diff([]string{"condition 1 2 x +10 = +20", "condition 2 1 x -3 = -3"}, lines); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestStructuredInParts checks that counts over columns find their leads again where the
// rest is fetched in parts: an audience and conditions that need routes, caps and blocks.
func TestStructuredInParts(t *testing.T) {
	rules := `model "M" {
		target contact
		audience { at least 1 Lead.ParentContact.Leads }
		condition "Names" { each EmailOpened once per EmailName score +10 up to +30 }
		condition "Leads" { each Lead.ParentContact.Leads score +1 }
		condition "Both" { same EmailName { has EmailOpened has EmailClicked } score +100 }
		condition "Colleagues" { has Lead.ParentContact.ParentAccount.Contacts score +1000 }
	}` + evaltest.Model("N", "contact", `each EmailOpened score +1`, `each Lead.ParentContact.Leads score +5`) + `
	model "O" { target contact limit up to 7 condition "C" { each EmailOpened score +3 } }`
	records := "Account a\n"
	var ids, want []string
	for i := range 20 {
		id := fmt.Sprint(i)
		account := []string{"", "ParentAccount=a"}[i%2]
		records += fmt.Sprintf("Contact c%s %s\nLead %s ParentContact=c%s\n", id, account, id, id)
		for j := range i % 5 {
			records += fmt.Sprintf("EmailOpened o%d-%d Contact=c%s EmailName=%d\nEmailOpened p%d-%d Contact=c%s EmailName=%d\n", i, j, id, j, i, j, id, j)
		}
		if i%3 == 0 {
			records += fmt.Sprintf("EmailClicked k%d Contact=c%s EmailName=1\n", i, id)
		}
		score := min(10*(i%5), 30) + 1
		if i%3 == 0 && i%5 > 1 {
			score += 100
		}
		if i%2 == 1 {
			score += 1000
		}
		ids, want = append(ids, id), append(want, fmt.Sprintf("%s: %d, %d, %d", id, score, 2*(i%5)+5, min(6*(i%5), 7)))
	}
	f := newFixture(t, rules, records)
	for name, opts := range options {
		for _, limit := range []int{0, 1, 3, 1000} {
			opts.Records = limit
			var out eval.Outcomes
			if err := f.program.Run(t.Context(), f.data, ids, &opts, &out); err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, id := range ids {
				got = append(got, outcome(id, &out, i))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, at most %d records (-want +got):\n%s", name, limit, diff)
			}
		}
	}
}
