package eval_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval"
)

// TestMissingString checks the sentence for each reason.
func TestMissingString(t *testing.T) {
	for _, test := range []struct {
		missing eval.Missing
		want    string
	}{
		{eval.Missing{Reason: eval.Later, Entity: "EmailOpened", Count: 1, ID: "e1", When: "2026-06-01T09:00:00Z"},
			`EmailOpened "e1" is later than as of, at 2026-06-01T09:00:00Z`},
		{eval.Missing{Reason: eval.Later, Entity: "EmailOpened", Count: 2, ID: "e1", When: "2026-06-01T09:00:00Z"},
			`2 EmailOpened are later than as of, the first at 2026-06-01T09:00:00Z`},
		{eval.Missing{Reason: eval.Before, Entity: "Visit", Count: 3, ID: "v1", When: "2026-01-31"},
			`3 Visit are before the date range, the last at 2026-01-31`},
		{eval.Missing{Reason: eval.After, Entity: "Visit", Count: 3, ID: "v1", When: "2026-01-31"},
			`3 Visit are after the date range, the first at 2026-01-31`},
		{eval.Missing{Reason: eval.Undated, Entity: "Visit", Count: 1, ID: "v1"}, `Visit "v1" has no date`},
		{eval.Missing{Reason: eval.Undated, Entity: "Visit", Count: 2, ID: "v1"}, `2 Visit have no date`},
		{eval.Missing{Reason: eval.NoRecord, Entity: "Contact", Reference: "ParentContact", Count: 1, ID: "c2 "}, `ParentContact "c2 " is not a Contact`},
		{eval.Missing{Reason: eval.NoRecord, Entity: "Contact", Reference: "Contact", Count: 1, ID: "c"}, `there is no Contact "c"`},
		{eval.Missing{Reason: eval.NoRecord, Entity: "Account", Reference: "ParentAccount", Count: 1, ID: "a"}, `ParentAccount "a" is not an Account`},
		{eval.Missing{Reason: eval.NoRecord, Entity: "Account", Reference: "ParentAccount", Count: 2, ID: "\u00a0a"},
			`2 ids of ParentAccount name no Account, such as "\u00a0a"`},
		{eval.Missing{Reason: eval.Empty, Entity: "Lead", Reference: "ParentContact", Count: 1, ID: "l"}, `ParentContact is empty`},
		{eval.Missing{Reason: eval.Empty, Entity: "Contact", Reference: "Manager", Count: 7, ID: "c"}, `Manager is empty in 7 Contact`},
		{eval.Missing{Reason: eval.Unreferenced, Entity: "EmailOpened", Reference: "Contact", Count: 1, ID: "c"}, `no EmailOpened has "c" as its Contact`},
		{eval.Missing{Reason: eval.Unreferenced, Entity: "EmailOpened", Reference: "Contact", Count: 2, ID: "c"},
			`no EmailOpened has one of 2 ids as its Contact, such as "c"`},
	} {
		if got := test.missing.String(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// TestReasons: what keeps the nearest record from counting is not said twice.
func TestReasons(t *testing.T) {
	c := eval.ChildResult{
		Nearest: []eval.Unmet{{Rule: "since 2026-05-01", Entity: "EmailOpened", ID: "e1", Value: "2026-04-01T00:00:00Z", Kind: "time"}},
		Missing: []eval.Missing{
			{Reason: eval.Later, Entity: "EmailOpened", Count: 1, ID: "e1", When: "2026-06-01T00:00:00Z"},
			{Reason: eval.Before, Entity: "EmailOpened", Count: 1, ID: "e1", When: "2026-04-01T00:00:00Z"},
			{Reason: eval.Before, Entity: "EmailClicked", Count: 1, ID: "e1", When: "2026-04-01T00:00:00Z"},
			{Reason: eval.Undated, Entity: "EmailOpened", Count: 2, ID: "e1"},
		},
	}
	want := []string{
		`not met: since 2026-05-01: EmailOpened "e1" has 2026-04-01T00:00:00Z`,
		`EmailOpened "e1" is later than as of, at 2026-06-01T00:00:00Z`,
		`EmailClicked "e1" is before the date range, at 2026-04-01T00:00:00Z`,
		`2 EmailOpened have no date`,
	}
	if diff := cmp.Diff(want, c.Reasons()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if lines := new(eval.ChildResult).Reasons(); lines != nil {
		t.Errorf("a child without reasons has %q", lines)
	}
}
