package walk

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
)

// A lookedAt is a context that counts how often it is looked at.
type lookedAt struct {
	context.Context
	looks *int
}

func (c lookedAt) Err() error {
	*c.looks++
	return c.Context.Err()
}

// TestKeptLooksAtContext checks that the context is looked at not only while records are
// walked through, but also while it is looked up what tells them apart, and for which
// values a block holds.
func TestKeptLooksAtContext(t *testing.T) {
	const records = 4100 // a look for each 4096
	var b strings.Builder
	b.WriteString("Lead l ParentContact=c\n")
	for i := range records {
		b.WriteString("EmailOpened o" + strconv.Itoa(i) + " Contact=c Timestamp=2026-05-01 EmailName=n" + strconv.Itoa(i) + "\n")
	}
	for _, test := range []struct {
		child string
		count func(*fixture)
		want  int
	}{
		{"each EmailOpened once per EmailName", func(f *fixture) { f.walker.Count(f.child(0), &f.batch.Leads[0]) }, 2},
		{"each EmailOpened once per day", func(f *fixture) { f.walker.Full(f.child(0), &f.batch.Leads[0]) }, 2},
		{"same EmailName { has EmailOpened }", func(f *fixture) {
			c := &f.model.Conditions[0]
			f.walker.Same(c, &c.Sames[0], &f.batch.Leads[0])
		}, 3},
	} {
		f := newFixture(t, evaltest.Model("M", "contact", test.child+" score +1"), b.String(), "l")
		looks := 0
		f.walker.Begin(lookedAt{t.Context(), &looks}, &f.batch)
		test.count(f)
		if looks != test.want {
			t.Errorf("%s: the context is looked at %d times, want %d", test.child, looks, test.want)
		}
	}
}
