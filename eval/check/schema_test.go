package check_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// TestSchema checks what declarations become.
func TestSchema(t *testing.T) {
	files := parse(t, map[string]string{"schema.score": `
profile Lead {
    Topic    text
    Code     text exact
    Rating   choice ("Hot", "Cold")
    Likes    choices ("Tea", "Milk")
    Size     number calculated
    Deals    number rollup
    Good     bool
    Born     date
    Made     time
    ParentContact -> Contact
    ParentAccount -> Account
    Orders <- Order.Lead
    dated by Made
}
profile Contact { ParentAccount -> Account }
profile Account { }
profile Order { Lead -> Lead }
interaction Opened { Url text }
interaction Sent passive { }`})
	schema, models, diags := check.Files(nil, files...)
	if len(diags) > 0 || len(models) > 0 {
		t.Fatal(models, diags)
	}
	lead := schema.Entity(traverse.Lead)
	want := []traverse.Field{
		{Name: "Topic", Type: traverse.Text},
		{Name: "Code", Type: traverse.Text, Exact: true},
		{Name: "Rating", Type: traverse.Choice, Values: []string{"Hot", "Cold"}},
		{Name: "Likes", Type: traverse.Choices, Values: []string{"Tea", "Milk"}},
		{Name: "Size", Type: traverse.Number, Derived: traverse.Calculated},
		{Name: "Deals", Type: traverse.Number, Derived: traverse.Rollup},
		{Name: "Good", Type: traverse.Bool},
		{Name: "Born", Type: traverse.Date},
		{Name: "Made", Type: traverse.Time},
	}
	if diff := cmp.Diff(want, slices.Collect(lead.Fields())); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	orders, ok := lead.Relationship("Orders")
	if !ok || orders.Target != "Order" || orders.Via != "Lead" || !orders.Many() {
		t.Errorf("Orders is %+v", orders)
	}
	if f, ok := lead.Dated(); !ok || f.Name != "Made" {
		t.Errorf("Lead is dated by %+v", f)
	}
	for name, passive := range map[string]bool{"Opened": false, "Sent": true} {
		if e := schema.Entity(name); e.Kind() != traverse.Interaction || e.Passive() != passive {
			t.Errorf("%s is of kind %v, passive: %t", name, e.Kind(), e.Passive())
		}
	}
}

func TestSchemaProblems(t *testing.T) {
	for _, test := range []struct {
		rules string
		want  []problem
	}{
		{`profile Thing { «A» text ‹A› number }`, []problem{{code: check.CodeSchema, says: "A", related: 1}}},
		{`profile Lead { ‹City› number }`, []problem{{code: check.CodeSchema, says: "it is declared in the schema that this one extends"}}},
		{`profile Thing { ‹Owner -> Contct› }`, []problem{{code: check.CodeSchema, says: "did you mean Contact?"}}},
		{`profile Thing { ‹Owners <- Contact.Thing› }`, []problem{{code: check.CodeSchema}}},
		{`profile Thing { On time ‹dated by Onn› }`, []problem{{code: check.CodeSchema, says: "did you mean On?"}}},
		{`profile Thing { On time Off time «dated by On» ‹dated by Off› }`, []problem{{code: check.CodeSchema, says: "dated twice: by On and by Off", related: 1}}},
		{`profile Thing { ‹A number calculated rollup› }`, []problem{{code: check.CodeSchema, says: "A is either calculated or rollup, not both"}}},
		{`profile Thing { ‹A› choice ("x", "X") }`, []problem{{code: check.CodeSchema}}},
		{`interaction ‹Account› { }`, []problem{{code: check.CodeSchema}}},
	} {
		expect(t, test.rules, test.want...)
	}
}

// TestSchemaWithoutTheThree checks that what a schema lacks as a whole is reported
// where the first file begins, and not at all if a part of a file could not be read.
func TestSchemaWithoutTheThree(t *testing.T) {
	const lead = `profile Lead { ParentContact -> Contact ParentAccount -> Account } profile Contact { ParentAccount -> Account } `
	_, _, diags := check.Files(nil, parse(t, map[string]string{"a.score": lead, "b.score": `model "M" { target contact }`})...)
	if len(diags) != 3 || diags[0].Code != check.CodeMissing || diags[1].Code != check.CodeSchema {
		t.Fatal(diags)
	}
	if d := diags[0]; d.File != "a.score" || d.Span != (dsl.Span{}) || !strings.Contains(d.Message(), "Account") {
		t.Errorf("in %s at %v: %s", d.File, d.Span, d.Message())
	}
	broken, parsed := dsl.Parse("a.score", lead+` profil Account { }`, dsl.Limits{})
	if len(parsed) == 0 || !broken.Incomplete {
		t.Fatalf("the text parses: %v", parsed)
	}
	_, _, diags = check.Files(nil, broken)
	for _, d := range diags {
		if d.Code == check.CodeMissing {
			t.Errorf("of a file that could not be read whole: %s", d.Message())
		}
	}
	if _, _, diags := check.Files(nil); len(diags) == 0 || diags[0].File != "" {
		t.Errorf("of no files: %v", diags)
	}
}

// TestBadValueOfAChoice checks that nothing is said of a choice one of whose
// values could not be read.
func TestBadValueOfAChoice(t *testing.T) {
	file, parsed := dsl.Parse("a.score", `profile Lead { Kind choice ("A", "\q") } `+where("Lead", `Kind = "C"`), dsl.Limits{})
	if len(parsed) == 0 {
		t.Fatal("the text parses")
	}
	if _, _, diags := check.Files(traverse.Standard(), file); len(diags) > 0 {
		t.Errorf("got %v", diags)
	}
}
