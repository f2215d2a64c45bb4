package modeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/shown"
)

// notAssigned returns how what an assignment gives to the lead of the test differs from an
// expectation, or "" if it meets it.
func (s *stager) notAssigned(ctx context.Context, x *check.Expectation) (string, error) {
	if s.set == nil {
		return "", errors.New("a test of who gets the lead needs the set of its model: run it by Results")
	}
	assignments := s.set.Assignments()
	i := slices.IndexFunc(assignments, func(a *leadscore.Assignment) bool { return a.Checked() == x.Assignment })
	if i < 0 {
		return "", errors.New("a test of who gets the lead needs the set of its model: run it by Results")
	}
	r, err := s.set.Score(ctx, s.lead, s.data, leadscore.AsOf(s.test.AsOf))
	if err != nil {
		return "", err
	}
	got, err := assignments[i].Assign(r)
	if err != nil {
		return "", err
	}
	if x.Kind == dsl.ExpectAssigned {
		if got.Rule == x.Name {
			return "", nil
		}
		return fmt.Sprintf("rule %q does not apply%s", x.Name, why(got)), nil
	}
	want := x.Set.Value
	for _, v := range got.Values {
		if v.Field != x.Set.Field.Name {
			continue
		}
		if v.Value.String() == want.String() {
			return "", nil
		}
		return fmt.Sprintf("%s is set to %s, not to %s%s", v.Field, shown.Printable(v.Value.String()), shown.Printable(want.String()), why(got)), nil
	}
	return fmt.Sprintf("%s is not set%s", x.Set.Field.Name, why(got)), nil
}

// why says what applies, and of the rules why.
func why(a leadscore.Assigned) string {
	var b strings.Builder
	switch {
	case a.Rule != "":
		fmt.Fprintf(&b, ": rule %q applies", a.Rule)
	case a.Otherwise:
		b.WriteString(": no rule holds")
	default:
		b.WriteString(": the lead is not in the audience")
	}
	for _, r := range a.Reasons {
		b.WriteString("; " + r.String())
	}
	return b.String()
}
