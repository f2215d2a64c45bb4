package check_test

import (
	"testing"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// expectInside is like expect for a child in a condition with a sound score, and with
// the entities of inside.
func expectInside(t *testing.T, child string, want ...problem) {
	t.Helper()
	expect(t, inside+`model "M" { target contact condition "C" { `+child+` score 1 } }`, want...)
}

func TestFrequencyProblems(t *testing.T) {
	for _, test := range []struct {
		child string
		want  problem
	}{
		{"‹at most 0› EmailOpened", problem{code: check.CodeFrequency, says: "at most 0 holds where there is none; write none"}},
		{"‹at most -1› EmailOpened", problem{code: check.CodeFrequency, says: "at most -1 never holds; write none, or at most 1"}},
		{"‹exactly 0› EmailOpened", problem{code: check.CodeFrequency, says: "exactly 0 holds where there is none; write none"}},
		{"‹exactly -3› EmailOpened", problem{code: check.CodeFrequency, says: "exactly -3 never holds; write none, or exactly 1"}},
		{"‹from 0 to 3› EmailOpened", problem{code: check.CodeFrequency, says: "from 0 to 3 holds for none, too; write at most 3"}},
		{"‹from 3 to 0› EmailOpened", problem{code: check.CodeFrequency, says: "write at most 3"}},
		{"‹from 0 to 0› EmailOpened", problem{code: check.CodeFrequency, says: "write none"}},
		{"‹from 2 to 2› EmailOpened", problem{code: check.CodeFrequency, says: "from 2 to 2 is one count; write exactly 2"}},
		{"‹from 3 to 2› EmailOpened", problem{code: check.CodeBounds, says: "the bounds are out of order: 3 is more than 2; write from 2 to 3"}},
		{"‹from -1 to 2› EmailOpened", problem{code: check.CodeFrequency, says: "a count is never below 0; write from 1 to 3, for example"}},
		{"‹every 1› EmailOpened", problem{code: check.CodeFrequency, says: "every 1 counts each occurrence; write each"}},
		{"‹every 0› EmailOpened", problem{code: check.CodeFrequency, says: "every 0 counts nothing; write each, or every 2 to count pairs"}},
		{"every ‹9223372036854775808› EmailOpened", problem{code: dsl.CodeNumber, says: "9223372036854775808 is too large"}},
		{"from 1 to ‹9223372036854775808› EmailOpened", problem{code: dsl.CodeNumber, says: "is too large"}},
	} {
		expectInside(t, test.child, test.want)
	}
}

// TestWithoutProblems: every SPAN without needs a date, no other child that counts, and
// an end.
func TestWithoutProblems(t *testing.T) {
	const end = " score -5 down to -20"
	condition := func(items, score string) string {
		return inside + `model "M" { target contact condition "C" { ` + items + score + ` } }`
	}
	expect(t, condition("every 30 days without Interaction ", "‹score -5›"),
		problem{code: check.CodePoints, says: "the longer nothing occurs, the more often every 30 days without counts, so its points need an end; write score -5 down to -50, for example"})
	expect(t, condition("every 30 days without Interaction ", "‹score 2›"), problem{code: check.CodePoints, says: "write score +2 up to +20, for example"})
	expect(t, condition("‹every 30 days without› Lead.ParentContact", end),
		problem{code: check.CodeDateRange, says: "nothing on the path to Contact has a date of its own, and every 30 days without needs one; declare `dated by` for Contact in a schema block"})
	expect(t, condition("every ‹3 hours› without Lead.Orders", end),
		problem{code: check.CodeTimeSpan, says: "Order.PlacedOn is a date: it counts in whole days, not in hours"})
	expect(t, condition("every ‹0 days› without EmailOpened", end), problem{code: check.CodeTimeSpan, says: "days go from 1 to 36525"})
	expect(t, condition("«every 30 days without» Interaction ‹each› EmailOpened ‹every 2› EmailOpened has Lead", end),
		problem{code: check.CodeFrequency, says: "every 30 days without must be the only child that counts, and each counts, too; write a condition of its own for each of them", related: 1},
		problem{code: check.CodeFrequency, says: "every 30 days without must be the only child that counts, and every 2 counts, too", related: 1})
	expect(t, condition("has EmailOpened ‹halving every 3 days› «every 30 days without» Interaction ‹every 30 days without› EmailOpened", end),
		problem{code: check.CodeFrequency, says: "and a child with a decay counts, too", related: 1},
		problem{code: check.CodeFrequency, says: "a condition has only one child with every 30 days without", related: 1})
	expect(t, condition("«every 30 days without» Interaction ‹same EmailName› { has EmailOpened }", end),
		problem{code: check.CodeFrequency, says: "and same counts, too", related: 1})
}

func TestKindProblems(t *testing.T) {
	const alike = "; after several kinds, use what all of them have in common, or write a child for each of them in any of { … }"
	for _, test := range []struct {
		child string
		want  []problem
	}{
		{"has EmailOpened or ‹Interaction›", []problem{{code: check.CodeKinds,
			says: "Interaction is any interaction that is not passive, so it cannot be beside others; write Interaction alone, or leave it out"}}},
		{"has EmailOpened or EmailClicked or ‹EmailOpened›", []problem{{code: check.CodeKinds, says: "EmailOpened is named twice; leave it out"}}},
		{"has EmailOpened or ‹Lead›", []problem{{code: check.CodeKinds,
			says: "Lead is not an interaction: only interactions can have or between them; write two children in any of { … }"}}},
		{"has ‹Order› or EmailOpened", []problem{{code: check.CodeKinds, says: "Order is not an interaction"}}},
		{"has EmailOpened or ‹EmailClickd›", []problem{{code: check.CodeName, says: "unknown entity EmailClickd; did you mean EmailClicked?"}}},
		{"has ‹EmailOpend› or ‹Xyzzy›.Contact within last ‹0 days›", []problem{{code: check.CodeName, says: "did you mean EmailOpened?"},
			{code: check.CodeName, says: "unknown entity Xyzzy"}, {code: check.CodeTimeSpan}}},
		{`has EmailOpened or EmailClicked where ‹Url› = "A"`, []problem{{code: check.CodeName, says: "EmailOpened has no Url, and EmailClicked has" + alike}}},
		{`has EmailOpened or EmailClicked or EmailSent where ‹Url› = "A"`, []problem{{code: check.CodeName,
			says: "EmailOpened and EmailSent have no Url, and EmailClicked has" + alike}}},
		{`has Called or Wrote where ‹Code› = "A"`, []problem{{code: check.CodeName, says: "Called.Code is a number, and Wrote.Code is text" + alike}}},
		{`has Wrote or Tweeted where ‹Code› = "A"`, []problem{{code: check.CodeName, says: "Wrote.Code is text, and Tweeted.Code is text and exact" + alike}}},
		{`has Called or Tweeted where ‹Seconds› > 1`, []problem{{code: check.CodeName, says: "Tweeted.Seconds is a number and calculated" + alike}}},
		{`has Called or Tweeted where ‹Kind› = "A"`, []problem{{code: check.CodeName, says: "Kind lists other values in Tweeted than in Called" + alike}}},
		{`has Called or Wrote.‹Agent›`, []problem{{code: check.CodePath, says: "Called.Agent leads to Contact, and Wrote.Agent leads to Account" + alike}}},
		{`has Called or EmailOpened where ‹Agent›.City = "A"`, []problem{{code: check.CodePath, says: "EmailOpened has no Agent, and Called has" + alike}}},
		{`has Called or Wrote once per ‹Code›`, []problem{{code: check.CodeName, says: "Called.Code is a number, and Wrote.Code is text" + alike}}},
		{`same ‹Code› { has Called or Wrote }`, []problem{{code: check.CodeName, says: "Called.Code is a number, and Wrote.Code is text" + alike}}},
		{`has Called or Wrote where ‹Xyzzy› = "A"`, []problem{{code: check.CodeName, says: "Called or Wrote has no field Xyzzy; expected Seconds, Kind or Timestamp"}}},
		{`has Called or Wrote.‹Contct›`, []problem{{code: check.CodePath, says: "Called or Wrote has no relationship Contct; did you mean Contact?"}}},
		{`has Called or Wrote.‹Seconds›`, []problem{{code: check.CodePath, says: "test it after where: Called or Wrote where Seconds …"}}},
		{`has Called or Wrote.Contact where ‹Called›.Seconds > 1`, []problem{{code: check.CodePath, says: "Called is neither a relationship of Contact nor a step of the path"}}},
		{`has Called or Wrote.Contact.ParentAccount.PrimaryContact.ParentAccount.PrimaryContact.‹ParentAccount›`,
			[]problem{{code: check.CodeHops, says: "the path takes six hops"}}},
	} {
		expectInside(t, test.child, test.want...)
	}
}

func TestBetweenAgoProblems(t *testing.T) {
	for _, test := range []struct {
		child string
		want  []problem
	}{
		{"has EmailOpened ‹between 7 and 90 days ago›", []problem{{code: check.CodeBounds,
			says: "the bounds are out of order: 7 days ago is after 90 days ago; write between 90 and 7 days ago"}}},
		{"has EmailOpened ‹between 7 and 7 days ago›", []problem{{code: check.CodeBounds, says: "both bounds are 7 days ago; write between 8 and 7 days ago, for example"}}},
		{"has EmailOpened ‹between 7 and 0 days ago›", []problem{{code: check.CodeTimeSpan, says: "0 days ago is as of itself; write within last 7 days"}}},
		{"has Lead where CreatedOn ‹between 1 and 3 weeks ago›", []problem{{code: check.CodeBounds, says: "write between 3 and 1 week ago"}}},
		{"has Lead where Due ‹between 0 and 3 weeks ago›", []problem{{code: check.CodeTimeSpan, says: "0 weeks ago is as of itself; write within last 3 weeks"}}},
		{"has Lead where Due between ‹0› and 0 weeks ago", []problem{{code: check.CodeTimeSpan, says: "weeks go from 1 to 5218"}}},
		{"has Lead where Due between ‹90› and 7 hours ago", []problem{{code: check.CodeTimeSpan, says: "Due is a date"}}},
		{"has Lead where NumberOfEmployees ‹between 90 and 7 days ago›", []problem{{code: check.CodeType, says: "NumberOfEmployees is a number: between … ago does not apply to it"}}},
		{"has Lead where City ‹between 90 and 7 days ago›", []problem{{code: check.CodeType, says: "City is text: between does not apply to it"}}},
		{"has Lead ‹between 90 and 7 days ago›", []problem{{code: check.CodeDateRange, says: "write where CreatedOn between 90 and 7 days ago"}}},
		{"has ‹EmailOpend› ‹between 7 and 90 days ago›", []problem{{code: check.CodeName}, {code: check.CodeBounds}}},
	} {
		expectInside(t, test.child, test.want...)
	}
}

func TestBurstProblems(t *testing.T) {
	for _, test := range []struct {
		child string
		want  []problem
	}{
		{"has EmailOpened ‹within any 2 hours›", []problem{{code: check.CodeBurst,
			says: "within any needs at least 2: one occurrence is always within 2 hours of itself; write at least 2 EmailOpened within any 2 hours, or leave out within any 2 hours"}}},
		{"at least 1 EmailOpened ‹within any 2 hours›", []problem{{code: check.CodeBurst, says: "within any needs at least 2"}}},
		{"each EmailOpened ‹within any 2 hours›", []problem{{code: check.CodeBurst,
			says: "within any needs at least N: it asks how many lie close to each other, which each does not; write at least 3 EmailOpened within any 2 hours, for example"}}},
		{"exactly 3 EmailOpened or EmailClicked ‹within any 2 hours›", []problem{{code: check.CodeBurst,
			says: "which exactly 3 does not; write at least 3 EmailOpened or EmailClicked within any 2 hours"}}},
		{"‹at least 0› EmailOpened within any 2 hours", []problem{{code: check.CodeFrequency, says: "at least 0 always holds"}}},
		{"at least 3 EmailOpened within any ‹2 months›", []problem{{code: check.CodeTimeSpan, says: "within any does not take months; expected minutes, hours, days or weeks"}}},
		{"at least 3 Lead.Orders within any ‹2 hours›", []problem{{code: check.CodeTimeSpan,
			says: "Order.PlacedOn is a date: it counts in whole days, not in hours; expected days or weeks"}}},
		{"at least 3 Lead.Orders within any ‹2 months›", []problem{{code: check.CodeTimeSpan, says: "within any does not take months; expected days or weeks"}}},
		{"at least 3 EmailOpened within any ‹0 hours›", []problem{{code: check.CodeTimeSpan, says: "hours go from 1 to 876600"}}},
		{"at least 3 Lead.ParentContact ‹within any 2 hours›", []problem{{code: check.CodeDateRange,
			says: "nothing on the path to Contact has a date of its own, and within any needs one"}}},
		{"at least 3 Lead ‹within any 2 hours›", []problem{{code: check.CodeDateRange, says: "Lead has no date of its own, and within any needs one"}}},
		{"at least 3 EmailOpened ‹within any 2 hours› once per day", []problem{{code: check.CodeBurst, says: "within any cannot be together with a cap; leave out one of them"}}},
	} {
		expectInside(t, test.child, test.want...)
	}
}

func TestCapProblems(t *testing.T) {
	const five = "Lead.ParentContact.ParentAccount.PrimaryContact.ParentAccount.PrimaryContact"
	for _, test := range []struct {
		child string
		want  problem
	}{
		{"each EmailOpened up to ‹0› per day", problem{code: check.CodeCap, says: "up to 0 counts nothing; a cap is 1 or more"}},
		{"each EmailOpened up to ‹-3› per EmailName", problem{code: check.CodeCap, says: "up to -3 counts nothing"}},
		{"each EmailOpened up to ‹9223372036854775808› per day", problem{code: dsl.CodeNumber}},
		{"each Lead.Orders ‹once per hour›", problem{code: check.CodeCap,
			says: "Order.PlacedOn is a date: it counts in whole days, not in hours; expected per day, per week, per month or per year"}},
		{"each Lead.ParentContact ‹up to 2 per day›", problem{code: check.CodeDateRange,
			says: "nothing on the path to Contact has a date of its own, and up to 2 per day needs one; declare `dated by` for Contact in a schema block"}},
		{"each Lead ‹once per Month›", problem{code: check.CodeDateRange, says: "Lead has no date of its own, and once per month needs one"}},
		{"each Lead.Orders once per ‹Tags›", problem{code: check.CodeCap,
			says: "Tags is a list of choices: a cap takes a field with one value; use another field, or a relationship"}},
		{"each Lead.Orders once per ‹Sum›", problem{code: check.CodeDerived, says: "Sum is a rollup field: a cap cannot use it; use a field that is stored"}},
		{"each Lead.Orders once per Lead.‹Worth›", problem{code: check.CodeDerived, says: "Worth is a calculated field: a cap cannot use it"}},
		{"each Lead.Orders once per ‹Amout›", problem{code: check.CodeName,
			says: "Amout is neither a field or relationship of Order nor a step of the path or a period; did you mean Amount?"}},
		{"each EmailOpened once per ‹days›", problem{code: check.CodeName, says: "did you mean day?"}},
		{"each EmailOpened once per ‹`day`›", problem{code: check.CodeName, says: "day is neither a field or relationship of EmailOpened nor a step of the path or a period"}},
		{"each EmailOpened once per ‹Xyzzy›", problem{code: check.CodeName,
			says: "nor a step of the path or a period; expected EmailName, CustomerJourney, Timestamp, "}},
		{"each EmailOpened once per Contact.‹Cty›", problem{code: check.CodeName, says: "Contact has no field or relationship Cty; did you mean City?"}},
		{"each EmailOpened once per ‹Contct›.City", problem{code: check.CodePath, says: "did you mean Contact?"}},
		{"each Lead.ParentContact once per ‹Leads›", problem{code: check.CodePath, says: "Contact.Leads leads to many records: a reference must lead to one"}},
		{"each Lead.ParentContact once per ‹Leads›.City", problem{code: check.CodePath, says: "Contact.Leads leads to many records: a reference must lead to one"}},
		{"each " + five + " once per ‹ParentAccount›", problem{code: check.CodeHops, says: "the path takes five hops and this reference one hop; the limit is five in all"}},
		{"each " + five + " once per ‹Lead.ParentAccount›", problem{code: check.CodeHops, says: "the path takes five hops and this reference one hop"}},
		{"each Lead.ParentContact.Leads.ParentContact.Calls once per ‹ParentContact›", problem{code: check.CodePath,
			says: "two steps of the path are called ParentContact, so it is not clear which one is meant"}},
	} {
		expectInside(t, test.child, test.want)
	}
	// Where the path has a problem, the rest is judged by itself.
	expectInside(t, "each ‹EmailOpend› up to ‹0› per Xyzzy", problem{code: check.CodeName}, problem{code: check.CodeCap})
	// A field of the last entity costs no hop.
	expectInside(t, "each "+five+" once per City")
}

func TestDecayProblems(t *testing.T) {
	for _, test := range []struct {
		child string
		want  []problem
	}{
		{"at least 2 EmailOpened ‹halving every 3 days›", []problem{{code: check.CodeDecay,
			says: "a decay needs each or has: it weighs occurrences, and at least 2 only asks how many there are; write each for the sum of the weights, or has for the weight of the newest"}}},
		{"none EmailOpened ‹fading over 3 days›", []problem{{code: check.CodeDecay, says: "and none only asks how many there are"}}},
		{"every 2 EmailOpened ‹fading over 3 days›", []problem{{code: check.CodeDecay, says: "a decay needs each or has"}}},
		{"at least 1 EmailOpened ‹losing 3% every 1 day›", []problem{{code: check.CodeDecay, says: "a decay needs each or has, and at least 1 is has; write has"}}},
		{"each EmailOpened losing ‹0›% every 3 days", []problem{{code: check.CodeDecay, says: "0% cannot be lost; the loss goes from 1% to 100%"}}},
		{"each EmailOpened losing ‹101›% every 3 days", []problem{{code: check.CodeDecay, says: "101% cannot be lost"}}},
		{"each EmailOpened losing 10% every ‹0 days›", []problem{{code: check.CodeTimeSpan, says: "days go from 1 to 36525"}}},
		{"each EmailOpened fading over ‹367 days›", []problem{{code: check.CodeTimeSpan, says: "fading takes 366 steps at most, one for each day, not 367; use a longer unit"}}},
		{"each EmailOpened fading over ‹101 years›", []problem{{code: check.CodeTimeSpan, says: "years go from 1 to 100"}}},
		{"each Lead.Orders halving every ‹3 hours›", []problem{{code: check.CodeTimeSpan, says: "Order.PlacedOn is a date: it counts in whole days, not in hours"}}},
		{"has Lead.ParentContact ‹halving every 3 days›", []problem{{code: check.CodeDateRange, says: "nothing on the path to Contact has a date of its own, and halving needs one"}}},
		{"has Lead ‹losing 5% every 3 days›", []problem{{code: check.CodeDateRange, says: "Lead has no date of its own, and losing needs one"}}},
		{"each EmailOpened «halving every 3 days» has EmailOpened ‹fading over 3 days›", []problem{{code: check.CodeDecay,
			says: "a condition has only one child with a decay; write a condition of its own for each of them", related: 1}}},
		{"each EmailOpened «halving every 3 days» ‹each› EmailClicked ‹every 2› EmailSent ‹same EmailName› { has EmailOpened } none Lead",
			[]problem{{code: check.CodeDecay, says: "a child with a decay must be the only child that counts, and each counts, too; write a condition of its own for each of them", related: 1},
				{code: check.CodeDecay, says: "and every 2 counts, too", related: 1}, {code: check.CodeDecay, says: "and same counts, too", related: 1}}},
		{"each ‹EmailOpend› halving every ‹0 days›", []problem{{code: check.CodeName}, {code: check.CodeTimeSpan}}},
	} {
		expectInside(t, test.child, test.want...)
	}
}

func TestBlockProblems(t *testing.T) {
	for _, test := range []struct {
		items string
		want  []problem
	}{
		{"any of { ‹each› EmailOpened has Lead }", []problem{{code: check.CodeBlock, says: "each counts, and any of takes only children that hold; write has"}}},
		{"any of { all of { ‹every 2› EmailOpened } }", []problem{{code: check.CodeBlock, says: "every 2 counts, and all of takes only children that hold; write at least 2"}}},
		{"all of { ‹every 3 days without› EmailOpened }", []problem{{code: check.CodeBlock,
			says: "every 3 days without counts, and all of takes only children that hold; write none EmailOpened within last 3 days"}}},
		{"all of { ‹every 3 days without› EmailOpened since 2026-01-01 }", []problem{{code: check.CodeBlock, says: "write a condition of its own for it"}}},
		{"any of { has EmailOpened ‹halving every 3 days› }", []problem{{code: check.CodeBlock,
			says: "a decaying child counts, and any of takes only children that hold; leave out the decay, or write the child outside, beside any of"}}},
		{"any of { ‹same EmailName› { has EmailOpened } }", []problem{{code: check.CodeBlock,
			says: "same counts, and any of takes only children that hold; write it outside, beside any of"}}},
		{`‹""›: any of { has Lead }`, []problem{{code: dsl.CodeEmpty, says: "a display name must not be empty"}}},

		{"same EmailName { ‹each› EmailOpened }", []problem{{code: check.CodeBlock, says: "each counts, and same takes only children that hold; write has"}}},
		{"same EmailName { has EmailOpened ‹fading over 3 days› }", []problem{{code: check.CodeBlock, says: "leave out the decay, or write the child outside, beside same"}}},
		{"‹same EmailName› { none EmailOpened at most 3 EmailClicked }", []problem{{code: check.CodeBlock,
			says: "same needs a child that finds values: has, at least N, exactly N or from A to B; the values counted are those of the occurrences of such children"}}},
		{"same ‹Code› { has Called has Wrote has Tweeted }", []problem{{code: check.CodeBlock,
			says: "Called.Code is a number, and Wrote.Code is text: same needs one type in all its children"}}},
		{"same ‹Code› { has Wrote has Tweeted }", []problem{{code: check.CodeBlock, says: "Tweeted.Code is text and exact: same needs one type"}}},
		{"same ‹Kind› { has Called has Tweeted }", []problem{{code: check.CodeBlock, says: "Tweeted.Kind lists other values than Called.Kind: same needs one type in all its children"}}},
		{"same Kind { has Called has Wrote }", nil},
		{"same ‹Agent› { has Called has Wrote }", []problem{{code: check.CodeBlock, says: "Called.Agent leads to Contact, and Wrote.Agent leads to Account: same needs one type"}}},
		{"same ‹Agent› { has Called.Contact.Leads has Called }", []problem{{code: check.CodeName, says: "Lead has no field or relationship Agent"}}},
		{"same ‹Seconds› { has Called has Tweeted }", []problem{{code: check.CodeDerived, says: "Seconds is a calculated field: same cannot use it"}}},
		{"same ‹Tags› { has Lead.Orders }", []problem{{code: check.CodeCap, says: "Tags is a list of choices: same takes a field with one value"}}},
		{"same Contact.‹Leads› { has Called }", []problem{{code: check.CodePath, says: "Contact.Leads leads to many records: a reference must lead to one"}}},
		{"same ‹Calls› { has Lead.ParentContact }", []problem{{code: check.CodePath, says: "Contact.Calls leads to many records"}}},
		{"same ‹Called›.Code { has Called }", []problem{{code: check.CodePath, says: "same begins at the last entity of each path, not at a step"}}},
		{"same ‹Called› { has Called.Contact }", []problem{{code: check.CodeName, says: "Contact has no field or relationship Called"}}},
		{"same ‹day› { has Called }", []problem{{code: check.CodeName, says: "Called has no field or relationship day"}}},
		{"same ‹EmailNam› { has EmailOpened has EmailClicked }", []problem{{code: check.CodeName, says: "EmailOpened has no field or relationship EmailNam; did you mean EmailName?"}}},
		{"same ‹EmailName› { has EmailOpened has WebsiteVisited has ‹EmailOpend› }", []problem{
			{code: check.CodeName, says: "WebsiteVisited has no field or relationship EmailName"}, {code: check.CodeName}}},
	} {
		expectInside(t, test.items, test.want...)
	}
}

func TestScoreProblems(t *testing.T) {
	for _, test := range []struct {
		score string
		want  problem
	}{
		{"score +5 up to ‹-30›", problem{code: check.CodePoints, says: "points above 0 end at a bound above 0; write up to +30"}},
		{"score -5 down to ‹20›", problem{code: check.CodePoints, says: "points below 0 end at a bound below 0; write down to -20"}},
		{"score -5 up to ‹30›", problem{code: check.CodePoints, says: "points below 0 end at a bound below 0; write score -5 down to -30, or score +5 up to +30"}},
		{"score 5 ‹down to 30›", problem{code: check.CodePoints, says: "points above 0 go up to their bound, not down to; write up to +30"}},
		{"score -5  ‹Up  to -30›", problem{code: check.CodePoints, says: "points below 0 go down to their bound, not up to; write down to -30"}},
		{"score +50 up to ‹30›", problem{code: check.CodePoints,
			says: "the bound +30 is nearer to 0 than the points, +50: not even one occurrence would count in full; write score +30, or a bound that is a multiple of the points"}},
		{"score -50 down to ‹-49›", problem{code: check.CodePoints, says: "write score -49, or a bound"}},
		{"score -5 down to ‹0›", problem{code: check.CodePoints, says: "with a bound of 0 the condition would add nothing; write the most that it adds in all, down to -25 for example"}},
		{"score +5 up to ‹1000000001›", problem{code: check.CodePoints, says: "1000000001 is too much for the bound of a score; bounds go from -1000000000 to 1000000000"}},
		{"score ‹0› up to 3", problem{code: check.CodePoints, says: "a score of 0 changes nothing"}},
		{"active from ‹2026-05-01 to 2026-04-01› score 1", problem{code: check.CodeBounds,
			says: "the season ends before it begins: 2026-05-01 is after 2026-04-01; write active from 2026-04-01 to 2026-05-01"}},
		{"active from ‹2026-05-01T12:00 to 2026-05-01T11:00› score 1", problem{code: check.CodeBounds}},
	} {
		expect(t, `model "M" { target contact condition "C" { each EmailOpened `+test.score+` } }`, test.want)
	}
}

// TestNestedExpressionProblems: all problems of an expression are reported, and it is
// left out whole.
func TestNestedExpressionProblems(t *testing.T) {
	expectInside(t, `has Lead where (Rating = ‹"Hott"› or City = ‹5›) and not (‹Citty› = "x" and Topic = "y") and not (‹ParentContact› is empty)`,
		problem{code: check.CodeValue, says: `did you mean "Hot"?`}, problem{code: check.CodeType}, problem{code: check.CodeName, says: "did you mean City?"},
		problem{code: check.CodeType, says: "a child asks whether it leads anywhere: has Lead.ParentContact or none Lead.ParentContact"})
}
