package audit_test

import (
	"slices"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/source/memory"
)

func TestOwners(t *testing.T) {
	const rules = `profile Lead { Owner text  BackupOwner text exact }
assignment "A" {
	rule "R" { has Lead where City = "Rome" set Owner = one of ("mia", "Noah"), BackupOwner = "Mia", Topic = "new" }
	otherwise set Owner = "noha"
}
lead creation "L" { from FormSubmitted scope contact per company set Owner = "mia", BackupOwner = "zoe" }`
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "a.score", Text: rules}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		leads []memory.Record
		want  []string
	}{
		{[]memory.Record{{}}, nil},
		{[]memory.Record{{"Owner": "mia"}, {"Owner": "NOAH"}}, []string{`warning: Lead.Owner: 1 of 3 values that rules set are borne by no lead, such as "noha"; did you mean "NOAH"?`}},
		{[]memory.Record{{"Owner": "mia"}, {"Owner": "noah"}, {"Owner": "noha", "BackupOwner": "mia"}}, []string{
			`warning: Lead.BackupOwner: 2 of 2 values that rules set are borne by no lead, such as "Mia"; did you mean "mia"?`}},
	} {
		data := memory.New(set.Schema())
		for i, r := range test.leads {
			if err := data.Add("Lead", string(rune('a'+i)), r); err != nil {
				t.Fatal(err)
			}
		}
		found, err := audit.Records(t.Context(), set, data, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			if f.Code == audit.CodeUnknownOwner {
				got = append(got, f.String())
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%v: got %q, want %q", test.leads, got, test.want)
		}
	}
}
