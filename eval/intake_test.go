package eval_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/traverse"
)

// TestSkipIDs checks which queries do without ids: those for interactions that are only
// counted, unless an explanation lists them.
func TestSkipIDs(t *testing.T) {
	models := evaltest.Models(t, evaltest.Model("M", "contact",
		`each EmailOpened score +1`,
		`each EmailClicked where Contact.City = "A" score +10`,
		`each WebsiteVisited.Contact.Leads score +100`,
		`has Lead.ParentContact where City = "A" score +1000`))
	data := evaltest.Data(t, models[0].Schema, `
Lead l1 ParentContact=ada
Contact ada City=A
EmailOpened o1 Contact=ada
EmailOpened o2 Contact=ada
EmailClicked k1 Contact=ada
WebsiteVisited w1 Contact=ada
`)
	for _, test := range []struct {
		opts eval.Options
		want string
	}{
		{eval.Options{}, "EmailOpened by Contact"},
		{eval.Options{Explain: true}, "EmailOpened by Contact"},
		{eval.Options{Explain: true, Occurrences: 1}, ""},
	} {
		var skipped []string
		source := &evaltest.Recorder{Source: data, Before: func(q *traverse.Query, _ *traverse.Rows) error {
			if q.SkipIDs {
				skipped = append(skipped, q.Entity+" by "+q.By)
			}
			return nil
		}}
		test.opts.Keys, test.opts.Records, test.opts.AsOf = 10, 100, evaltest.AsOf
		var out eval.Outcomes
		if err := eval.New(models).Run(t.Context(), source, []string{"l1"}, &test.opts, &out); err != nil {
			t.Fatal(err)
		}
		if out.Errs[0] != nil || out.Models(0)[0].Score != 1112 {
			t.Errorf("the score is %d, %v", out.Models(0)[0].Score, out.Errs[0])
		}
		if got := strings.Join(skipped, ", "); got != test.want {
			t.Errorf("%+v: %q do without ids, want %q", test.opts, got, test.want)
		}
	}
}

// spoiled is a source some texts of which are not UTF-8.
type spoiled struct {
	traverse.Source
	fields []string
}

func (s spoiled) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	rows := traverse.NewRows(q)
	if err := s.Source.Fetch(ctx, q, rows); err != nil {
		return err
	}
	for row := range rows.All() {
		for i, name := range q.Fields {
			if slices.Contains(s.fields, name) {
				row.Values[i] = traverse.TextValue("\xff")
			}
		}
		out.Add(row.Key, row.ID, row.Values...)
	}
	return nil
}

// TestTextThatIsNotUTF8 checks that it fails the leads whose profile has it. Interactions
// with it are like others that no rule speaks of.
func TestTextThatIsNotUTF8(t *testing.T) {
	for _, more := range []string{`has Lead where Topic = "A" score +1000`, `has Lead.ParentContact.Leads score +1000`} {
		models := evaltest.Models(t, evaltest.Model("M", "contact", `has Lead.ParentContact where City = "A" score +1`,
			`each EmailOpened where EmailName = "A" score +10`, `each EmailOpened score +100`, more))
		data := evaltest.Data(t, models[0].Schema, "Lead l1 ParentContact=ada Topic=A\nContact ada City=A\nEmailOpened e Contact=ada EmailName=A")
		for _, test := range []struct{ field, want string }{
			{"EmailName", "1101, <nil>"},
			{"City", `0, lead "l1": Lead.ParentContact (Contact): Contact "ada": City: "\xff" is not UTF-8`},
			{"ParentContact", `0, lead "l1": Lead (Lead): Lead "l1": ParentContact: "\xff" is not UTF-8`},
		} {
			var out eval.Outcomes
			opts := eval.Options{Keys: 10, Records: 100, AsOf: evaltest.AsOf}
			if err := eval.New(models).Run(t.Context(), spoiled{data, []string{test.field}}, []string{"l1"}, &opts, &out); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%d, %v", out.Models(0)[0].Score, out.Errs[0]); got != test.want {
				t.Errorf("%s: %s, want %s", test.field, got, test.want)
			}
		}
	}
}
