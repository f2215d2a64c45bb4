package fetch

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/traverse"
)

// TestUnwanted checks what is asked for if some models need nothing more of some leads,
// and who fails then.
func TestUnwanted(t *testing.T) {
	rules := evaltest.Model("A", "contact", `each EmailOpened.Contact.ParentAccount score +1`) +
		evaltest.Model("B", "contact", `each EmailOpened within last 7 days score +1`) +
		evaltest.Model("C", "account", `each EmailOpened score +1`, `each Lead.ParentAccount score +1`)
	const accounts, owners = "Account by id: beanhouse", "Contact by ParentAccount: beanhouse"
	all := []bool{true, true, true}
	for _, test := range []struct {
		unwanted [3][]bool // of l1, l2 and deal
		want     []string  // but the leads
		failed   []string
	}{
		{[3][]bool{nil, nil, nil}, []string{"EmailOpened by Contact: ada ben", accounts, owners}, []string{"l1", "deal"}},
		{[3][]bool{all, all, all}, nil, nil},
		{[3][]bool{{true, false, false}, {true, false, false}, all}, []string{"EmailOpened by Contact: ada ben"}, nil},
		{[3][]bool{all, nil, {false, true, false}}, []string{"EmailOpened by Contact: ben", "EmailOpened by Contact: ada", accounts, owners}, []string{"deal"}},
		{[3][]bool{{true, false, false}, nil, {true, true, false}}, []string{"EmailOpened by Contact: ada ben", accounts, owners}, []string{"deal"}},
		{[3][]bool{nil, all, all}, []string{"EmailOpened by Contact: ada", accounts}, []string{"l1"}},
	} {
		f := newFixture(t, rules, people)
		f.source.Before = func(q *traverse.Query, out *traverse.Rows) error {
			if q.Entity == traverse.Account {
				return errors.New("down")
			}
			return nil
		}
		var found []string
		b := f.load(t, Options{MaxKeys: 9, Unwanted: func(at int, l *Lead) []bool {
			found = append(found, l.ID)
			return test.unwanted[at]
		}}, "l1", "l2", "deal", "nobody")
		var failed, asked []string
		for _, l := range b.Leads[:3] {
			if l.Failed != nil {
				failed = append(failed, l.ID)
			}
		}
		for _, q := range cut(f.source.Asked)[1:] {
			if q == accounts || q == owners || q[:5] == "Email" {
				asked = append(asked, q)
			}
		}
		slices.Sort(test.want)
		slices.Sort(asked)
		if diff := cmp.Diff(test.want, slices.Compact(asked)); diff != "" {
			t.Errorf("%v: queries (-want +got):\n%s\n%q", test.unwanted, diff, f.source.Asked)
		}
		if !slices.Equal(failed, test.failed) || !slices.Equal(found, []string{"l1", "l2", "deal"}) {
			t.Errorf("%v: %q fail, want %q; asked about %q", test.unwanted, failed, test.failed, found)
		}
	}
}
