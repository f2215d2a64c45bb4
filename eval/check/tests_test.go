package check_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

const tested = `model "M" { target contact
    time zone "Europe/Berlin"
    condition "Opened" { each EmailOpened score 10 }
    grade "Cold" below 40
    grade "Hot" from 40
    sales ready at 70
}
`

// TestTest checks what a test becomes: its records and what it expects.
func TestTest(t *testing.T) {
	models := sound(t, tested+`test "All" {
    as of 2026-05-31T12:00
    Lead with ParentContact = "ada" and Rating = "hot" and BudgetAmount = -1.5 and DecisionMaker = true and Interests = ("Tea", "Milk") and Due = in 1 week and Worth = 3
    Contact "ada" with City = "Paris" and CreatedOn = 2026-05-01 and Birthday = 2000-02-29
    3 EmailOpened 2 hours ago
    EmailOpened on 2026-05-30T09:00Z by "ada" with EmailName = "News"
    EmailOpened with Contact = "ada" and Timestamp = 2026-05-29
    Order "o" 1 month ago
    Order in 2 days with Buyer = "ada"
    Bag with Order = "o"
    expect score -5
    expect grade "Cold"
    expect no grade
    expect sales ready
    expect not sales ready
    expect "Opened" holds
    expect "Opened" does not hold
    expect "Opened" 3 times
    expect not targeted
    expect no parent
}`)
	if len(models[0].Tests) != 1 {
		t.Fatalf("%d tests", len(models[0].Tests))
	}
	got := models[0].Tests[0]
	if got.Name != "All" || got.Source.Name.Value != "All" || got.File.Name != "rules.score" {
		t.Errorf("the test is %q of %s", got.Name, got.File.Name)
	}
	if want := time.Date(2026, 5, 31, 10, 0, 0, 0, time.UTC); !got.AsOf.Equal(want) {
		t.Errorf("as of %v, want %v", got.AsOf, want)
	}
	text, number := traverse.TextValue, traverse.NumberValue
	at := func(s string) traverse.Value { return traverse.MicrosValue(micros(t, s)) }
	day := func(s string) traverse.Value {
		return traverse.DayValue(micros(t, s+"T00:00:00Z") / 86_400_000_000)
	}
	records := []check.TestRecord{
		{Entity: "Lead", Count: 1, Values: map[string]traverse.Value{
			"ParentContact": text("ada"), "Rating": text("hot"), "BudgetAmount": number(-1.5), "DecisionMaker": traverse.BoolValue(true),
			"Interests": traverse.ChoicesValue("Tea", "Milk"), "Due": day("2026-06-07"), "Worth": number(3),
		}},
		{Entity: "Contact", Count: 1, ID: "ada", Values: map[string]traverse.Value{
			"City": text("Paris"), "CreatedOn": at("2026-04-30T22:00:00Z"), "Birthday": day("2000-02-29"),
		}},
		{Entity: "EmailOpened", Count: 3, Values: map[string]traverse.Value{"Timestamp": at("2026-05-31T08:00:00Z"), "Contact": text("ada")}},
		{Entity: "EmailOpened", Count: 1, Values: map[string]traverse.Value{
			"Timestamp": at("2026-05-30T09:00:00Z"), "Contact": text("ada"), "EmailName": text("News"),
		}},
		{Entity: "EmailOpened", Count: 1, Values: map[string]traverse.Value{"Timestamp": at("2026-05-28T22:00:00Z"), "Contact": text("ada")}},
		{Entity: "Order", Count: 1, ID: "o", Values: map[string]traverse.Value{"PlacedOn": day("2026-04-30")}},
		{Entity: "Order", Count: 1, Values: map[string]traverse.Value{"PlacedOn": day("2026-06-02"), "Buyer": text("ada")}},
		{Entity: "Bag", Count: 1, Values: map[string]traverse.Value{"Order": text("o")}},
	}
	for i := range got.Records {
		if r := &got.Records[i]; r.Source == nil || r.Source.Entity.Text != r.Entity {
			t.Errorf("the source of record %d is %v", i, r.Source)
		}
		got.Records[i].Source = nil
	}
	if diff := cmp.Diff(records, got.Records, cmp.Comparer(func(a, b traverse.Value) bool {
		return a.Kind() == b.Kind() && a.String() == b.String()
	})); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	var expectations []check.Expectation
	for i, x := range got.Expectations {
		if line := got.File.Line(x.Source.Start); !strings.Contains(line, x.Source.String()) {
			t.Errorf("expectation %d, %s, is on the line %q", i, x.Source, line)
		}
		x.Source = nil
		expectations = append(expectations, x)
	}
	if diff := cmp.Diff([]check.Expectation{
		{Kind: dsl.ExpectScore, Number: -5}, {Kind: dsl.ExpectGrade, Name: "Cold"}, {Kind: dsl.ExpectNoGrade},
		{Kind: dsl.ExpectSalesReady}, {Kind: dsl.ExpectNotSalesReady}, {Kind: dsl.ExpectHolds, Name: "Opened"},
		{Kind: dsl.ExpectDoesNotHold, Name: "Opened"}, {Kind: dsl.ExpectTimes, Name: "Opened", Number: 3},
		{Kind: dsl.ExpectNotTargeted}, {Kind: dsl.ExpectNoParent},
	}, expectations); diff != "" {
		t.Errorf("expectations (-want +got):\n%s", diff)
	}
}

// TestRecordsWithoutADate checks that a record is dated as of the test unless it
// says when it came to be.
func TestRecordsWithoutADate(t *testing.T) {
	models := sound(t, tested+`test "T" { as of 2026-05-31T23:00Z Lead with ParentContact = "ada" Contact "ada" EmailOpened Order "o" expect score 0 }`)
	records := models[0].Tests[0].Records
	if got := records[2].Values["Timestamp"]; got.Micros() != micros(t, "2026-05-31T23:00:00Z") {
		t.Errorf("the interaction is dated %v", got)
	}
	if got, want := records[3].Values["PlacedOn"].Day(), micros(t, "2026-06-01T00:00:00Z")/86_400_000_000; got != want { // in Berlin
		t.Errorf("the order is of day %d, want %d", got, want)
	}
	if got := records[0].Values["CreatedOn"]; !got.IsEmpty() {
		t.Errorf("the lead is dated %v", got)
	}
}

// TestWhichModel checks which model a test belongs to.
func TestWhichModel(t *testing.T) {
	const body = ` as of 2026-05-31 Lead expect no parent }`
	model := func(name string) string { return `model "` + name + `" { target contact } ` }
	for _, test := range []struct {
		name  string
		files map[string]string
		want  map[string][]string // tests by model
		code  dsl.Code            // of the problem
	}{
		{"the one it names", map[string]string{"a.score": model("A") + model("B") + `test "T" { model "B"` + body}, map[string][]string{"B": {"T"}}, ""},
		{"the only one of its file", map[string]string{"a.score": model("A"), "b.score": model("B") + `test "T" {` + body}, map[string][]string{"B": {"T"}}, ""},
		{"the only one of all files", map[string]string{"a.score": model("A"), "b.score": `test "T" {` + body}, map[string][]string{"A": {"T"}}, ""},
		{"the order of the files", map[string]string{"a.score": model("A") + `test "T" {` + body, "b.score": `test "S" {` + body},
			map[string][]string{"A": {"T", "S"}}, ""},
		{"one of two", map[string]string{"a.score": model("A") + model("B") + `test "T" {` + body}, nil, check.CodeMissing},
		{"none", map[string]string{"a.score": `test "T" {` + body}, nil, check.CodeMissing},
		{"of another name", map[string]string{"a.score": model("Coffee") + `test "T" { model "Cofee"` + body}, nil, check.CodeName},
	} {
		_, models, diags := check.Files(traverse.Standard(), parse(t, test.files)...)
		var code dsl.Code
		if len(diags) > 0 {
			code = diags[0].Code
		}
		if code != test.code || len(diags) > 1 {
			t.Errorf("%s: %v, want %q", test.name, diags, test.code)
		}
		if code == check.CodeName && diags[0].Nearest != `"Coffee"` {
			t.Errorf("%s: the nearest name is %s", test.name, diags[0].Nearest)
		}
		var got map[string][]string
		for _, m := range models {
			for _, test := range m.Tests {
				if got == nil {
					got = map[string][]string{}
				}
				got[m.Name] = append(got[m.Name], test.Name)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestClauseProblems checks what is wrong with a test as a whole.
func TestClauseProblems(t *testing.T) {
	const rest = ` Lead with ParentContact = "ada" Contact "ada" expect score 0 }`
	for _, test := range []struct {
		text string
		want []problem
	}{
		{`test «"T"» { as of 2026-05-31` + rest + ` test ‹"T"› { as of 2026-05-31` + rest, []problem{{code: check.CodeDuplicate, related: 1}}},
		{`test ‹""› { as of 2026-05-31` + rest, []problem{{code: dsl.CodeEmpty}}},
		{`test ‹‹‹"T"››› { }`, []problem{{code: check.CodeMissing, says: "expected as of 2026-05-31"}, {code: check.CodeMissing, says: "lead"},
			{code: check.CodeMissing, says: "the test expects nothing"}}},
		{`test "T" { «as of 2026-05-31» ‹as of 2026-06-01› «model "M"» ‹model "M"›` + rest,
			[]problem{{code: dsl.CodeRepeated, related: 1}, {code: dsl.CodeRepeated, related: 2}}},
	} {
		expect(t, tested+test.text, test.want...)
	}
}

// TestRecordProblems checks what is wrong with records.
func TestRecordProblems(t *testing.T) {
	for _, test := range []struct {
		records string
		want    []problem
	}{
		{`‹EmailOpend› 3 days ago`, []problem{{code: check.CodeName, says: "unknown entity EmailOpend; did you mean EmailOpened?"}}},
		{`‹Interaction› 3 days ago`, []problem{{code: check.CodeName, says: "write a kind such as EmailOpened"}}},
		{`Lead ‹""›`, []problem{{code: dsl.CodeEmpty}}},
		{`Contact ‹"ada"›`, []problem{{code: check.CodeDuplicate, says: `"ada"`}}},
		{`‹0› EmailOpened`, []problem{{code: dsl.CodeLimit, says: "leave the record out"}}},
		{`‹99999999999999999999› EmailOpened`, []problem{{code: dsl.CodeNumber}}},
		{`2 EmailOpened ‹"two"›`, []problem{{code: check.CodeDuplicate, says: "2 records cannot share an id"}}},
		{`‹20000 EmailOpened› EmailClicked`, []problem{{code: dsl.CodeLimit, says: "10000"}}},

		// When.
		{`Lead ‹3 days ago›`, []problem{{code: check.CodeDateRange, says: "declare `dated by` in the schema"}}},
		{`EmailOpened ‹3 days ago› with «Timestamp» = 2026-05-01`, []problem{{code: dsl.CodeRepeated, related: 1}}},
		{`EmailOpened ‹5000 years› ago`, []problem{{code: check.CodeTimeSpan}}},
		{`Order ‹3 hours› ago`, []problem{{code: check.CodeTimeSpan, says: "Order.PlacedOn is a date"}}},
		{`EmailOpened with Timestamp = 5 months ago`, nil},
		{`Lead with Due = ‹"soon"›`, []problem{{code: check.CodeType, says: "a length of time such as 3 days ago"}}},

		// Whose.
		{`Account by ‹"ada"›`, []problem{{code: check.CodeType, says: "set its references"}}},
		{`EmailOpened with Contact = "ada"`, nil},
		{`EmailOpened by ‹"ada"› with «Contact» = "ada"`, []problem{{code: dsl.CodeRepeated, related: 1}}},
		{`EmailOpened by ‹"eve"›`, []problem{{code: check.CodeName, says: `add Contact "eve"`}}},
		{`EmailOpened by ‹"adda"›`, []problem{{code: check.CodeName, says: `did you mean "ada"?`}}},
		{`Contact "ben" ‹EmailOpened›`, []problem{{code: check.CodeMissing, says: `expected by "…"`}}},

		// Values.
		{`Lead with ‹Ctiy› = "A"`, []problem{{code: check.CodeName, says: "did you mean City?"}}},
		{`Lead with «City» = "A" and ‹City› = "B"`, []problem{{code: dsl.CodeRepeated, related: 1}}},
		{`Lead with City = ‹5›`, []problem{{code: check.CodeType, says: `write "5"`}}},
		{`Lead with City = ‹""›`, []problem{{code: check.CodeValue, says: "leave the field out"}}},
		{`Lead with ‹City = ("A", "B")›`, []problem{{code: check.CodeType}}},
		{`Lead with City = ‹3 days ago›`, []problem{{code: check.CodeType, says: "City is text, not a date"}}},
		{`Lead with Rating = ‹"Hott"›`, []problem{{code: check.CodeValue, says: `did you mean "Hot"?`}}},
		{`Lead with Interests = ("Tea", ‹"Juice"›, ‹5›)`, []problem{{code: check.CodeValue}, {code: check.CodeType}}},
		{`Lead with BudgetAmount = ‹"many"›`, []problem{{code: check.CodeType, says: "expected a number"}}},
		{`Lead with DecisionMaker = ‹1›`, []problem{{code: check.CodeType, says: "expected true or false"}}},
		{`Lead with ParentContact = ‹"eve"›`, []problem{{code: check.CodeName, says: `add Contact "eve"`}}},
		{`Lead with ‹ParentContact = 5›`, []problem{{code: check.CodeType, says: "write its id in double quotes"}}},
		{`Contact "ben" with ‹Leads› = "x"`, []problem{{code: check.CodeType, says: "set ParentContact of each Lead instead"}}},
	} {
		expect(t, tested+`test "T" { as of 2026-05-31 Lead with ParentContact = "ada" Contact "ada" `+test.records+` expect score 0 }`, test.want...)
	}
	for _, test := range []struct{ asOf, when, says string }{
		{"9999-12-31", "in 2 days", "in the year 10000"}, {"0001-06-01", "2 years ago", "in the year -1"}, {"9999-12-31T23:59Z", "in 1 day", "in the year 10000"},
	} {
		expect(t, tested+`test "T" { as of `+test.asOf+` Lead with ParentContact = "ada" Contact "ada" EmailOpened ‹`+test.when+`› expect score 0 }`,
			problem{code: check.CodeTimeSpan, says: test.says})
		expect(t, tested+`test "T" { as of `+test.asOf+` Lead with ParentContact = "ada" Contact "ada" Order ‹`+test.when+`› expect score 0 }`,
			problem{code: check.CodeTimeSpan, says: test.says})
	}
	expect(t, tested+`test "T" { as of 2026-05-31 Lead Contact ‹EmailOpened› expect score 0 }`,
		problem{code: check.CodeMissing, says: `EmailOpened needs a contact, and the test has none with an id; add Contact "…"`})
}

// TestExpectationProblems checks what cannot be expected of a model.
func TestExpectationProblems(t *testing.T) {
	for _, test := range []struct {
		model, expectation string
		want               problem
	}{
		{tested, `expect score ‹99999999999999999999›`, problem{code: dsl.CodeNumber}},
		{tested, `expect "Opened" ‹-1› times`, problem{code: check.CodeFrequency}},
		{tested, `expect grade ‹"Clod"›`, problem{code: check.CodeName, says: `did you mean "Cold"?`}},
		{tested, `expect ‹"Opend"› holds`, problem{code: check.CodeName, says: `did you mean "Opened"?`}},
		{tested, `expect ‹"Xyzzy"› does not hold`, problem{code: check.CodeName, says: `has no condition "Xyzzy"`}},
		{`model "M" { target contact } `, `‹expect not sales ready›`, problem{code: check.CodeMissing, says: "sales-ready score"}},
	} {
		expect(t, test.model+`test "T" { as of 2026-05-31 Lead `+test.expectation+` }`, test.want)
	}
}

// TestBrokenTests checks that nothing follows from what the parser reported, and
// that a test which could not be read whole is not run.
func TestBrokenTests(t *testing.T) {
	for _, clauses := range []string{
		`as of 2026-02-30 Lead expect score 0`,
		`as of 2026-02-30 Lead with CreatedOn = 3 days ago expect score 0`,
		`as of 2026-05-31 Lead with CreatedOn = 2026-02-30 expect score 0`,
		`as of 2026-05-31 Lead with City = "\q" expect score 0`,
		`as of 2026-05-31 Lead with ParentContact = "\q" expect score 0`,
		`as of 2026-05-31 Lead expect grade "\q"`,
		`as of 2026-05-31 Lead expect score 0_1`,
		`as of 2026-05-31 Lead expect`,
		`Lead with ParentContact = "ada" and`,
	} {
		file, parsed := dsl.Parse("rules.score", tested+`test "T" { `+clauses+` }`, dsl.Limits{})
		if len(parsed) == 0 {
			t.Fatalf("%s parses", clauses)
		}
		_, models, diags := check.Files(traverse.Standard(), file)
		if len(diags) > 0 {
			t.Errorf("%s: %v", clauses, diags)
		}
		if len(models[0].Tests) > 0 {
			t.Errorf("%s is fit to run", clauses)
		}
	}
}
