package structs_test

import (
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/structs"
)

type topic string

func (topic) Choices() []string { return []string{"Coffee", "Tea"} }

// TestOpenChoices: a field that is an open set in the schema takes values of a type that
// lists some, and others.
func TestOpenChoices(t *testing.T) {
	type Contact struct {
		ID     string
		Tags   []topic
		Labels []string
	}
	schema, err := leadscore.ParseSchema("s.score", "profile Contact { Tags choices Labels choices }", leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	s, err := structs.Load(schema, Contact{ID: "c", Tags: []topic{"Tea", "Cocoa"}, Labels: []string{"any", "text"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "Contact", "c"); got != "Tags=Tea; Cocoa Labels=any; text" {
		t.Errorf("got %q", got)
	}
}

// TestInteractionsOfLeads: the interactions of the standard schema may be a lead's, by a
// slice in it or by a reference, and need not be.
func TestInteractionsOfLeads(t *testing.T) {
	type FormSubmitted struct {
		ID       string
		FormName string
		Lead     string
	}
	type EmailOpened struct{ ID string }
	type Lead struct {
		ID     string
		Opened []EmailOpened
	}
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: `model "M" {
		target lead
		condition "Opened" { each EmailOpened score +1 }
		condition "Form" { each FormSubmitted score +10 }
		condition "None" { none WebsiteVisited score +100 }
	}`}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := structs.Load(leadscore.StandardSchema(), Lead{ID: "l", Opened: []EmailOpened{{ID: "1"}, {ID: "2"}}}, FormSubmitted{ID: "f", Lead: "l"}, FormSubmitted{ID: "g"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := set.Score(t.Context(), "l", s)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Results[0].Score; got != 112 {
		t.Errorf("the score is %d", got)
	}
}
