package enginetest_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// fewProfiles are the profiles that a schema must have.
const fewProfiles = `
	profile Lead { ParentContact -> Contact  ParentAccount -> Account }
	profile Contact { ParentAccount -> Account }
	profile Account { Name text }
`

// parseSchema returns a schema of fewProfiles and more. If it is not valid, the test fails.
func parseSchema(t *testing.T, more string) *traverse.Schema {
	t.Helper()
	s, err := leadscore.ParseSchema("s.score", fewProfiles+more, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLenderWithoutReferenceToLead: a source whose interactions do not refer to leads, as
// those of the model's schema do, fails whether it lends its columns or not.
func TestLenderWithoutReferenceToLead(t *testing.T) {
	schema := parseSchema(t, "interaction Opened { Lead -> Lead }")
	src := memory.New(parseSchema(t, "interaction Opened { Name text }"))
	if err := src.Add("Lead", "l", nil); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"lead", "lead with contact"} {
		model, err := leadscore.Compile("m.score", `model "M" { target `+target+` condition "C" { each Opened score +1 } }`, schema)
		if err != nil {
			t.Fatal(err)
		}
		for _, source := range []leadscore.Source{src, &scoretest.Recorder{Source: src}} {
			if r, err := model.Score(t.Context(), "l", source, scoretest.AsOf); err == nil || !strings.Contains(err.Error(), "Lead") {
				t.Errorf("target %s from %T: %v, %v, want an error about the reference Lead", target, source, r, err)
			}
		}
	}
}

// TestReferenceLeadToContact: interactions whose reference Lead leads to a contact do not
// belong to the lead with the same id.
func TestReferenceLeadToContact(t *testing.T) {
	schema := parseSchema(t, "interaction Mail { Lead -> Contact }\n profile Contact { Got <- Mail.Lead }")
	src := memory.New(schema)
	for _, r := range []struct {
		entity, id string
		record     memory.Record
	}{
		{"Lead", "x", memory.Record{"ParentContact": "x"}},
		{"Contact", "x", nil},
		{"Mail", "1", memory.Record{"Lead": "x", "Contact": "x"}},
		{"Mail", "2", memory.Record{"Lead": "x", "Contact": "y"}},
	} {
		if err := src.Add(r.entity, r.id, r.record); err != nil {
			t.Fatal(err)
		}
	}
	model, err := leadscore.Compile("m.score", `model "M" { target lead with contact
		condition "Own" { each Mail score +1 }
		condition "Got" { each Lead.ParentContact.Got score +100 } }`, schema)
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range []leadscore.Source{src, &scoretest.Recorder{Source: src}} {
		for _, opts := range [][]leadscore.Option{nil, {leadscore.Explain(0)}, {leadscore.Explain(10)}} {
			if r, err := model.Score(t.Context(), "x", source, append(opts, scoretest.AsOf)...); err != nil || r.Score != 201 {
				t.Errorf("from %T: %v, %v, want a score of 201", source, r, err)
			}
		}
	}
}
