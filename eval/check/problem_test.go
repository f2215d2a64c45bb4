package check_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// own adds to the standard schema what the tests need.
const own = `
profile Lead {
    Code      text exact
    Interests choices ("Coffee", "Tea", "Milk")
    Grape     choice ("Merlot", "merlot noir") exact
    Due       date
    Worth     number calculated
    Orders <- Order.Lead
}
profile Contact { Orders <- Order.Buyer }
profile Order {
    Lead     -> Lead
    Buyer    -> Contact
    PlacedOn date
    Amount   number
    dated by PlacedOn
}
profile Bag { Order -> Order  Weight number }
profile Order { Bags <- Bag.Order }
interaction Tasting { Room text }
`

// A problem is what a test expects of a diagnostic.
type problem struct {
	code    dsl.Code
	says    string // a part of its message
	related int    // which of the places marked with « » it refers to, from 1; 0 for none
}

// marked takes the marks out of a text. The diagnostics that are expected lie at
// the places marked with ‹ ›, in their order, and refer to those marked with « ».
func marked(t *testing.T, text string) (plain string, problems, related []dsl.Span) {
	t.Helper()
	var b strings.Builder
	var open []*dsl.Span
	var all []*dsl.Span
	isRelated := map[*dsl.Span]bool{}
	for _, r := range text {
		switch r {
		case '‹', '«':
			s := &dsl.Span{}
			s.Start.Offset = b.Len()
			open, all = append(open, s), append(all, s)
			isRelated[s] = r == '«'
		case '›', '»':
			s := open[len(open)-1]
			open = open[:len(open)-1]
			s.End.Offset = b.Len()
		default:
			b.WriteRune(r)
		}
	}
	if len(open) > 0 {
		t.Fatalf("a mark is not closed in %s", text)
	}
	for _, s := range all {
		if isRelated[s] {
			related = append(related, *s)
		} else {
			problems = append(problems, *s)
		}
	}
	return b.String(), problems, related
}

// parse parses texts that must parse, and names them.
func parse(t *testing.T, texts map[string]string) []*dsl.File {
	t.Helper()
	var files []*dsl.File
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		f, diags := dsl.Parse(name, texts[name], dsl.Limits{})
		if len(diags) > 0 {
			t.Fatalf("%v\n%s", diags, texts[name])
		}
		files = append(files, f)
	}
	return files
}

// expect checks rules, in which the places of problems are marked, against the
// standard schema and own.
func expect(t *testing.T, rules string, want ...problem) {
	t.Helper()
	plain, places, related := marked(t, rules)
	_, _, diags := check.Files(traverse.Standard(), parse(t, map[string]string{"own.score": own, "rules.score": plain})...)
	if len(want) != len(places) {
		t.Fatalf("%d problems are expected, %d places are marked: %s", len(want), len(places), rules)
	}
	if len(diags) != len(want) {
		t.Errorf("%d problems, want %d: %s\n%v", len(diags), len(want), rules, diags)
		return
	}
	same := func(a, b dsl.Span) bool { return a.Start.Offset == b.Start.Offset && a.End.Offset == b.End.Offset }
	for i, w := range want {
		d := diags[i]
		if d.Code != w.code {
			t.Errorf("%s: the code is %s, want %s: %s", rules, d.Code, w.code, d.Message())
		}
		if d.File != "rules.score" || !same(d.Span, places[i]) {
			t.Errorf("%s: the problem is at %q in %s, want %q: %s", rules,
				plain[d.Span.Start.Offset:d.Span.End.Offset], d.File, plain[places[i].Start.Offset:places[i].End.Offset], d.Message())
		}
		if !strings.Contains(d.Message(), w.says) {
			t.Errorf("%s: the message is %q, want %q", rules, d.Message(), w.says)
		}
		if (w.related > 0) != (len(d.Related) == 1) || w.related > 0 && !same(d.Related[0].Span, related[w.related-1]) {
			t.Errorf("%s: the problem refers to %v, want place %d", rules, d.Related, w.related)
		}
	}
}

// a child in a model of its own.
func child(text string) string {
	return `model "M" { target contact condition "C" { ` + text + ` score 1 } }`
}

// where writes expressions on a path.
func where(path, exprs string) string { return child("has " + path + " where " + exprs) }

func TestPathProblems(t *testing.T) {
	const long = "Lead.ParentContact.ParentAccount.PrimaryContact.ParentAccount.ParentAccount"
	for _, test := range []struct {
		path string
		want problem
	}{
		{"‹EmailOpend›", problem{code: check.CodeName, says: "did you mean EmailOpened?"}},
		{"‹Email›", problem{code: check.CodeName, says: "expected EmailSent, EmailDelivered, EmailOpened"}},
		{"‹Contact›", problem{code: check.CodeName, says: "write Lead.ParentContact"}},
		{"‹Order›", problem{code: check.CodeName, says: ""}},
		{"‹Xyzzy›", problem{code: check.CodeName, says: "Xyzzy"}},
		{"Lead.‹ParentContct›", problem{code: check.CodePath, says: "did you mean ParentContact?"}},
		{"Lead.‹Contact›.Leads", problem{code: check.CodePath, says: "Contact"}},
		{"Lead.ParentContact.‹City›", problem{code: check.CodePath, says: "where: Lead.ParentContact where City …"}},
		{"Lead.‹City›.Leads", problem{code: check.CodePath}},
		{long + ".‹Contacts›", problem{code: check.CodeHops, says: "the path takes six hops; the limit is five; each dot is a hop; end the path at ParentAccount"}},
		{long + ".‹Contacts.ParentAccount.Contacts.ParentAccount.Contacts.ParentAccount›", problem{code: check.CodeHops, says: "the path takes 11 hops"}},
	} {
		expect(t, child("has "+test.path), test.want)
	}
}

func TestReferenceProblems(t *testing.T) {
	const five = "Lead.ParentContact.ParentAccount.PrimaryContact.ParentAccount.ParentAccount"
	for _, test := range []struct {
		path, exprs string
		want        problem
	}{
		// The field.
		{"Lead", `‹Ctiy› = "A"`, problem{code: check.CodeName, says: "did you mean City?"}},
		{"Lead", `‹OpenDeals› > 1`, problem{code: check.CodeName, says: "did you mean ParentAccount.OpenDeals?"}},
		{"Lead.ParentContact.Leads", `‹Birthday› is empty`, problem{code: check.CodeName, says: "did you mean ParentContact.Birthday?"}},
		{"Lead.Orders.Bags", `‹Code› = "A"`, problem{code: check.CodeName, says: "did you mean Lead.Code?"}},
		{"Lead", `‹Xyzzy› = "A"`, problem{code: check.CodeName, says: "in a schema block: profile Lead { Xyzzy … }"}},
		{"Tasting", `‹Xyzzy› = "A"`, problem{code: check.CodeName, says: "expected Room or Timestamp"}},
		{"Lead.ParentContact", `ParentAccount.‹Nmae› = "A"`, problem{code: check.CodeName, says: "did you mean Name?"}},
		{"Lead", `‹Worth› > 1`, problem{code: check.CodeDerived, says: "Worth is a calculated field"}},
		{"Lead.ParentAccount", `‹OpenDeals› > 1`, problem{code: check.CodeDerived, says: "OpenDeals is a rollup field"}},

		// A relationship in its place.
		{"Lead", `‹ParentContact› is empty`, problem{code: check.CodeType, says: "write none Lead.ParentContact"}},
		{"Lead", `‹ParentContact› is not empty`, problem{code: check.CodeType, says: "write has Lead.ParentContact"}},
		{"Lead.ParentContact", `ParentAccount.‹PrimaryContact› is empty`, problem{code: check.CodeType, says: "write none Lead.ParentContact.ParentAccount.PrimaryContact"}},
		{"Lead", `‹ParentContact› = "ada"`, problem{code: check.CodeType, says: "ParentContact.…"}},
		{five, `‹PrimaryContact› is empty`, problem{code: check.CodeType, says: "Account.PrimaryContact is a relationship, not a field"}},

		// The way to it.
		{"Lead", `ParentContact.‹ParentAcount›.Name = "A"`, problem{code: check.CodePath, says: "did you mean ParentAccount?"}},
		{"Lead", `‹ParentContct›.City = "A"`, problem{code: check.CodePath, says: "did you mean ParentContact?"}},
		{"Lead.ParentContact", `‹Xyzzy›.City = "A"`, problem{code: check.CodePath, says: "expected ParentAccount, Leads, Orders, Lead or ParentContact"}},
		{"Lead.ParentContact", `‹City›.Name = "A"`, problem{code: check.CodePath, says: "Contact.City is a field"}},
		{"Lead.ParentAccount", `‹Contacts›.City = "A"`, problem{code: check.CodePath, says: "hop there in the path: Lead.ParentAccount.Contacts where City …"}},
		{"Lead.ParentContact.Leads.ParentContact", `‹Leads›.City = "A"`, problem{code: check.CodePath, says: "Lead.ParentContact.Leads.ParentContact"}},
		{"Lead.ParentContact.Leads.ParentContact", `‹ParentContact›.City = "A"`, problem{code: check.CodePath, says: "two steps of the path are called ParentContact"}},
		{"Lead.ParentContact.ParentAccount.PrimaryContact", `‹ParentAccount.ParentAccount.PrimaryContact.City› = "A"`,
			problem{code: check.CodeHops, says: "the path takes three hops and this reference three hops; the limit is five in all"}},
		{five, `‹ParentAccount.Name› = "A"`, problem{code: check.CodeHops, says: "the path takes five hops and this reference one hop"}},
	} {
		expect(t, where(test.path, test.exprs), test.want)
	}
	// Where none asks for what is missing, something is there.
	expect(t, child("none Lead where ‹ParentContact› is empty"), problem{code: check.CodeType, says: "write has Lead.ParentContact"})
	expect(t, child("none Lead where ‹ParentContact› is not empty"), problem{code: check.CodeType, says: "write none Lead.ParentContact"})
}

func TestOperandProblems(t *testing.T) {
	for _, test := range []struct {
		exprs string
		want  problem
	}{
		{`City ‹< "A"›`, problem{code: check.CodeType, says: "expected =, !=, in, not in, contains"}},
		{`City ‹contains all ("A")›`, problem{code: check.CodeType, says: "did you mean contains any?"}},
		{`Rating ‹begins with "H"›`, problem{code: check.CodeType, says: "did you mean =? (expected =, !=, in, not in, is empty or is not empty)"}},
		{`Interests ‹not in ("Tea")›`, problem{code: check.CodeType, says: "did you mean does not contain any?"}},
		{`BudgetAmount ‹older than 3 days›`, problem{code: check.CodeType, says: "did you mean >?"}},
		{`CreatedOn ‹>= 2026-05-31›`, problem{code: check.CodeType, says: "did you mean on or after?"}},
		{`CreatedOn ‹!= "May"›`, problem{code: check.CodeType, says: "expected on, before, after"}},
		{`DecisionMaker ‹contains true›`, problem{code: check.CodeType, says: "expected =, !=, is empty or is not empty"}},
		{`City ‹in ()›`, problem{code: dsl.CodeEmpty, says: "in needs at least one value"}},

		{`City = ‹5›`, problem{code: check.CodeType, says: `write "5"`}},
		{`City in ("A", ‹true›)`, problem{code: check.CodeType, says: `write "true"`}},
		{`Rating = ‹2026-05-31›`, problem{code: check.CodeType, says: `write "2026-05-31"`}},
		{`BudgetAmount = ‹"12.5"›`, problem{code: check.CodeType, says: "write 12.5"}},
		{`BudgetAmount = ‹"0012"›`, problem{code: check.CodeType, says: "write 0012"}},
		{`BudgetAmount > ‹"many"›`, problem{code: check.CodeType, says: "expected a number"}},
		{`DecisionMaker = ‹"true"›`, problem{code: check.CodeType, says: "write true"}},
		{`DecisionMaker = ‹"yes"›`, problem{code: check.CodeType, says: "expected true or false"}},
		{`CreatedOn between ‹1› and 2026-05-31`, problem{code: check.CodeType, says: "expected a date such as 2026-05-31"}},
		{`CreatedOn between 2026-05-31 and ‹"May"›`, problem{code: check.CodeType, says: "expected a date such as 2026-05-31"}},

		{`City = ‹""›`, problem{code: check.CodeValue, says: "write City is empty"}},
		{`City not in ("A", ‹""›)`, problem{code: check.CodeValue, says: "write City is not empty"}},
		{`Interests contains ‹""›`, problem{code: check.CodeValue, says: "write Interests is empty"}},
		{`Rating = ‹"Hott"›`, problem{code: check.CodeValue, says: `did you mean "Hot"?`}},
		{`Rating in ("Hot", ‹"Xyzzy"›)`, problem{code: check.CodeValue, says: `expected "Hot", "Warm" or "Cold"`}},
		{`Interests contains all ("tea", ‹"Juice"›)`, problem{code: check.CodeValue, says: `expected "Coffee", "Tea" or "Milk"`}},
		{`Grape = ‹"MERLOT"›`, problem{code: check.CodeValue, says: `did you mean "Merlot"?`}},

		{`BudgetAmount = ‹9007199254740993›`, problem{code: dsl.CodeNumber, says: "9007199254740992"}},
		{`BudgetAmount between ‹2 and 1›`, problem{code: check.CodeBounds, says: "write between 1 and 2"}},
		{`CreatedOn between ‹2026-05-31 and 2026-05-30›`, problem{code: check.CodeBounds, says: "write between 2026-05-30 and 2026-05-31"}},
		{`CreatedOn between ‹2026-05-31T23:30-05:00 and 2026-05-31›`, problem{code: check.CodeBounds}}, // June has begun
		{`CreatedOn within last ‹0 days›`, problem{code: check.CodeTimeSpan, says: "days go from 1 to 36525"}},
		{`Due within next ‹3 hours›`, problem{code: check.CodeTimeSpan, says: "Due is a date"}},
	} {
		expect(t, where("Lead", test.exprs), test.want)
	}
	// Of many values the first are listed.
	values := make([]string, 20)
	for i := range values {
		values[i] = `"` + strings.Repeat(string(rune('a'+i)), 6) + `"`
	}
	expect(t, "profile Lead { Letter choice ("+strings.Join(values, ", ")+") } "+where("Lead", `Letter = ‹"zzzzzz"›`),
		problem{code: check.CodeValue, says: `"llllll" or another of its values`})
	// A long text is shortened, and then not put into quotes.
	expect(t, where("Lead", "City = ‹"+strings.Repeat("1", 60)+"›"), problem{code: check.CodeType, says: strings.Repeat("1", 40) + "…"})
}

func TestDateRangeProblems(t *testing.T) {
	for _, test := range []struct {
		child string
		want  problem
	}{
		{`has Lead ‹within last 30 days›`, problem{code: check.CodeDateRange, says: "write where CreatedOn within last 30 days"}},
		{`has Lead ‹since 2026-01-01›`, problem{code: check.CodeDateRange, says: "write where CreatedOn on or after 2026-01-01"}},
		{`has Lead.ParentContact ‹between 2026-01-01 and 2026-02-01›`,
			problem{code: check.CodeDateRange, says: "write where CreatedOn between 2026-01-01 and 2026-02-01"}},
		{`has Lead.Orders.Bags within last ‹0 days›`, problem{code: check.CodeTimeSpan}},
		{`has Lead.Orders within last ‹3 minutes›`, problem{code: check.CodeTimeSpan, says: "Order.PlacedOn is a date"}},
		{`each EmailOpened within last ‹1201 months›`, problem{code: check.CodeTimeSpan, says: "months go from 1 to 1200"}},
		{`each EmailOpened between ‹2026-02-01 and 2026-01-01›`, problem{code: check.CodeBounds, says: "write between 2026-01-01 and 2026-02-01"}},
	} {
		expect(t, child(test.child), test.want)
	}
	// An entity without a time of its own.
	expect(t, `profile Thing { Size number } profile Lead { Thing -> Thing } `+child("has Lead.Thing ‹since 2026-01-01›"),
		problem{code: check.CodeDateRange, says: "declare `dated by` for Thing in a schema block"})
	// A range is judged by itself where the path has a problem, or no date.
	expect(t, child("has ‹EmailOpend› within last ‹0 days›"), problem{code: check.CodeName}, problem{code: check.CodeTimeSpan})
	expect(t, child("has ‹EmailOpend› between ‹2026-02-01 and 2026-01-01›"), problem{code: check.CodeName}, problem{code: check.CodeBounds})
	expect(t, child("has ‹EmailOpend› since 2026-02-01"), problem{code: check.CodeName})
	expect(t, child("has Lead ‹within last ‹0 days››"), problem{code: check.CodeDateRange}, problem{code: check.CodeTimeSpan})
}

func TestModelProblems(t *testing.T) {
	for _, test := range []struct {
		rules string
		want  []problem
	}{
		{`model ‹"M"› { }`, []problem{{code: check.CodeMissing, says: "expected target contact, target account, target lead or target lead with contact"}}},
		{`model ‹""› { target contact }`, []problem{{code: dsl.CodeEmpty}}},
		{`model «"M"» { target contact } model ‹"M"› { target account }`, []problem{{code: check.CodeDuplicate, related: 1}}},
		{`model "M" { «target contact» ‹target account› }`, []problem{{code: dsl.CodeRepeated, says: "target", related: 1}}},
		{`model "M" { target contact «description "a"» ‹description "b"› «sales ready at 1» ‹sales ready at 2› «time zone "UTC"» ‹time zone "UTC"› }`,
			[]problem{{code: dsl.CodeRepeated, says: "description", related: 1}, {code: dsl.CodeRepeated, says: "sales-ready score", related: 2},
				{code: dsl.CodeRepeated, says: "time zone", related: 3}}},
		{`model "M" { target contact sales ready at ‹9223372036854775808› }`, []problem{{code: dsl.CodeNumber, says: "9223372036854775807"}}},
		{`model "M" { target contact condition «"C"» { has Lead score 1 } condition ‹"C"› { has Lead score 2 } condition ‹""› { has Lead score 3 } }`,
			[]problem{{code: check.CodeDuplicate, related: 1}, {code: dsl.CodeEmpty}}},
		{`model "M" { target contact condition "C" { has Lead score ‹0› } condition "D" { has Lead score ‹1000000001› } condition "E" { has Lead score ‹-99999999999999999999› } }`,
			[]problem{{code: check.CodePoints, says: "a score of 0"}, {code: check.CodePoints, says: "points go from -1000000000 to 1000000000"}, {code: check.CodePoints}}},
		{child(`‹""›: has Lead`), []problem{{code: dsl.CodeEmpty}}},
		{child(`‹at least 0› EmailOpened`), []problem{{code: check.CodeFrequency, says: "write at least 1, or none"}}},
		{child(`at least ‹99999999999999999999› EmailOpened`), []problem{{code: dsl.CodeNumber}}},
	} {
		expect(t, test.rules, test.want...)
	}
}

func TestZoneProblems(t *testing.T) {
	for name, says := range map[string]string{
		"Europe/Belrin": "did you mean Europe/Berlin?",
		"berlin":        "did you mean Europe/Berlin?",
		"new york":      "did you mean America/New_York?",
		"Xyzzy/Plugh":   "expected a name such as Europe/Berlin or UTC",
		"PST":           "expected a name such as Europe/Berlin or UTC", // EST is another time
		"CETT":          "expected a name such as Europe/Berlin or UTC",
	} {
		expect(t, `model "M" { target contact time zone ‹"`+name+`"› }`, problem{code: check.CodeTimeZone, says: says})
	}
}

func TestGradeProblems(t *testing.T) {
	for _, test := range []struct {
		grades string
		want   []problem
	}{
		{`«grade "A" below 10» ‹grade "B" from 12›`, []problem{{code: check.CodeGrades, says: `let "B" begin at 10`, related: 1}}},
		{`grade "A" below ‹9223372036854775808› grade "B" from 12`, []problem{{code: dsl.CodeNumber}}},
		{`‹grade "A" from 0 to -5›`, []problem{{code: check.CodeGrades, says: "write from -5 to 0"}}},
		{`‹grade "A" from 5 to -1›`, []problem{{code: check.CodeGrades, says: "write from -1 to 5"}}},
		{`‹grade "A" from 20 to 10›`, []problem{{code: check.CodeGrades, says: "write from 10 to 20"}}},
		{`‹grade "A" below -9223372036854775808›`, []problem{{code: check.CodeGrades}}},
		{`«grade "A" from 1 to 5» ‹grade "A" from 6 to 9›`, []problem{{code: check.CodeGrades, related: 1}}},
		{`«grade "A" from 1 to 9» ‹grade "B" from 3 to 4›`, []problem{{code: check.CodeGrades, related: 1}}},
		{`«grade "A" from 1 to 5» ‹grade "B" from 4 to 9›`, []problem{{code: check.CodeGrades, says: `let "B" begin at 6`, related: 1}}},
	} {
		expect(t, `model "M" { target contact `+test.grades+` }`, test.want...)
	}
}

// TestWrongExpressions checks that an expression with a problem is left out of the
// model, wherever the problem is, and the others are not.
func TestWrongExpressions(t *testing.T) {
	for _, wrong := range []string{
		`BudgetAmount in (true, 1)`, `BudgetAmount in (1, 9007199254740993, 2)`, `BudgetAmount between true and 1`, `City in (5, "A")`,
		`City in ("A", "", "B")`, `Rating in ("Hott", "Hot")`, `City in ()`, `Ctiy = "A"`, `Xyzzy.City = "A"`, `ParentContact.Xyzzy.City = "A"`, `Worth > 1`, `ParentContact is empty`,
		`CreatedOn between 1 and 2026-05-31`, `CreatedOn within last 0 days`, `DecisionMaker = 1`, `City > 1`,
	} {
		rules := where("Lead", `Topic = "first" and `+wrong+` and Topic = "last"`)
		_, models, diags := check.Files(traverse.Standard(), parse(t, map[string]string{"own.score": own, "rules.score": rules})...)
		var got []string
		for _, e := range models[0].Conditions[0].Children[0].Where {
			got = append(got, resolved(t, e))
		}
		if len(diags) != 1 || !slices.Equal(got, []string{"0 Topic", "0 Topic"}) {
			t.Errorf("%s: %d problems, left are %q", wrong, len(diags), got)
		}
	}
}

// TestUnknownFieldOfALongReference checks that a field is not looked for elsewhere
// if the reference says where it should be.
func TestUnknownFieldOfALongReference(t *testing.T) {
	_, _, diags := check.Files(traverse.Standard(), parse(t, map[string]string{"rules.score": where("Lead", `ParentContact.Xyzzy = "A"`)})...)
	if len(diags) != 1 || diags[0].Message() != "Contact has no field Xyzzy" {
		t.Errorf("got %v", diags)
	}
}

// TestManyProblems checks that of very many problems all are counted, a thousand
// are kept, and the first hundred get a suggestion.
func TestManyProblems(t *testing.T) {
	var b strings.Builder
	b.WriteString(`model "M" { target contact `)
	for i := range 1100 {
		b.WriteString("condition \"C" + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + "\" { has EmailOpend score 1 }\n")
	}
	b.WriteString("}")
	_, _, diags := check.Files(traverse.Standard(), parse(t, map[string]string{"rules.score": b.String()})...)
	named, suggested, more := 0, 0, 0
	for _, d := range diags {
		switch {
		case d.More > 0:
			more = d.More
		case d.Code == check.CodeName:
			named++
			if d.Nearest != "" {
				suggested++
			}
		}
	}
	if len(diags) != 1001 || more < 100 || named == 0 || suggested == 0 || suggested > 100 {
		t.Errorf("%d problems, %d of them names, %d with a suggestion, and %d more", len(diags), named, suggested, more)
	}
}
