package dsl_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// TestClauseHints checks the messages for what people write in place of a clause of a
// model, and that the fixes lead to rules without a problem.
func TestClauseHints(t *testing.T) {
	const condition = `condition "C" { has Lead score +1 }`
	for _, test := range []struct{ clause, message, fixed string }{
		// Groups, dimensions and first of.
		{`group { ` + condition + ` }`, `unexpected {; expected a text in double quotes; give it a name, such as group "Emails" {`, ``},
		{`group Emails { ` + condition + ` }`, `write "Emails"`, `group "Emails" { ` + condition + ` }`},
		{`first of { ` + condition + ` }`, `give it a name, such as first of "Seniority" {`, ``},
		{`first of "F" { }`, `first of "F" has no condition`, ``},
		{`group "G" { grade "A" from 3 }`, `grade belongs in a model or a dimension, and not in a group`, ``},
		{`group "G" { score +5 }`, `unexpected score; expected condition, group, first of, table, limit or active; children and scores belong in a condition`, ``},
		{`group "G" { has Lead }`, `children and scores belong in a condition`, ``},
		{`group "G" { dimension "D" { ` + condition + ` } }`, `dimension belongs in a model, and not in a group; put it outside of the group`, ``},
		{`group "G" { weight 50% }`, `weight belongs in a dimension, and not in a group; put it into the dimension that it is meant for`, ``},
		{`group "G" { sales ready at 5 }`, `sales ready belongs in a model, and not in a group`, ``},
		{`group "G" { let N = 3 }`, `let belongs in a model, and not in a group`, ``},
		{`dimension "D" { let N = 3 }`, `let belongs in a model, and not in a dimension`, ``},
		{`dimension "D" { target contact }`, `target belongs in a model, and not in a dimension`, ``},
		{`weight 50%`, `weight belongs in a dimension, and not in a model`, ``},
		{`first "F" { ` + condition + ` }`, `unexpected "F"; expected of`, ``},
		{`first of "F" { "C" { has Lead score +1 } }`, `a condition begins with that word; write condition "C" {`, `first of "F" { ` + condition + ` }`},
		{`"C" { has Lead score +1 }`, `a condition begins with that word`, condition},
		{`first of "F" { group "G" { ` + condition + ` } }`, `group belongs in a model or a dimension, and not in a first of`, ``},
		{`first of "F" { has Lead score +5 }`, `unexpected has; expected condition; children and scores belong in a condition`, ``},
		{`first of "F" { otherwise score +5 }`, `write a last condition that holds for every lead, such as has Lead`, ``},
		{`first of "F" { ` + condition + ` active from 2026-01-01 }`, `the season of first of "F" must come before its first condition`, ``},
		{`first of "F" { active from 2026-01-01 active from 2026-01-01 ` + condition + ` }`, `first of "F" has a second season`, ``},

		// Limits, weights and scales.
		{`limit 40`, `unexpected 40; did you mean up to?`, `limit up to 40`},
		{`limit to 40`, `did you mean up to?`, `limit up to 40`},
		{`limit up 40`, `did you mean up to?`, `limit up to 40`},
		{`limit 0 to 40`, `did you mean from?`, `limit from 0 to 40`},
		{`limit from 0 up to 40`, `did you mean to?`, `limit from 0 to 40`},
		{`limit at most 40`, `did you mean up to?`, `limit up to 40`},
		{`limit at least 0`, `did you mean from?`, `limit from 0`},
		{`limit <= 40`, `did you mean up to?`, `limit up to 40`},
		{`limit between 0 and 40`, `write from 0 to 40`, ``},
		{`limit { }`, `a limit is written limit up to 40, limit from 0 or limit from 0 to 100`, ``},
		{`max 40`, `did you mean limit up to 40?`, `limit up to 40`},
		{`min 0`, `did you mean limit from 0?`, `limit from 0`},
		{`dimension "D" { weight 50 }`, `% is missing after 50; write weight 50%`, `dimension "D" { weight 50% }`},
		{`dimension "D" { weight 0.5 }`, `a weight is written in percent: weight 50%`, `dimension "D" { weight 50% }`},
		{`dimension "D" { weight 1.5 }`, `weight 150%`, `dimension "D" { weight 150% }`},
		{`dimension "D" { weight Half }`, `expected a whole number`, ``},
		{`dimension "D" { out of 10% }`, `% cannot be used here; numbers are written without it`, `dimension "D" { out of 10 }`},
		{`dimension "D" { out 10 }`, `expected of`, ``},

		// Labels, targets, seasons and audiences.
		{`label "A" "B"`, `a comma is missing before "B"`, `label "A", "B"`},
		{`label "A" and "B"`, `did you mean ,?`, `label "A", "B"`},
		{`label`, `something is missing after label; expected a text in double quotes; a label is made of the grades of dimensions`, ``},
		{`label Fit`, `write "Fit"`, ``},
		{`target leads`, `unexpected leads; did you mean lead?`, `target lead`},
		{`target lead and contact`, `unexpected and; did you mean with?`, `target lead with contact`},
		{`target lead with account`, `unexpected account; expected contact`, ``},
		{`active 2026-05-01 to 2026-06-01`, `did you mean from?`, `active from 2026-05-01 to 2026-06-01`},
		{`active since 2026-05-01`, `did you mean from?`, `active from 2026-05-01`},
		{`active to 2026-05-01`, `did you mean until?`, `active until 2026-05-01`},
		{`audience { }`, `the audience has no child`, ``},
		{`audience { Lead where City = "X" }`, `there is no frequency before Lead`, ``},
		{`audience has Lead`, `the audience has no {; put its children into braces: audience { has … }`, ``},

		// Lets.
		{`let N 90 days`, `unexpected 90; expected =`, `let N = 90 days`},
		{`let N := 3`, `did you mean =?`, `let N = 3`},
		{`let N: 3`, `did you mean =?`, `let N = 3`},
		{`N = 3`, `a name is declared with let; write let N = …`, `let N = 3`},
		{`let N = older than 30 days`, `an operator is written where the name is used`, ``},
		{`let N = 3 let O = N`, `the value of a let is written out, and not taken from another one; write 3`, `let N = 3 let O = 3`},
		{`let N is 3`, `did you mean =?`, `let N = 3`},
		{`let N == 3`, `== is not an operator; did you mean =?`, `let N = 3`},
		{`let "N" = 3`, `unexpected "N"; did you mean N? (expected a name without quotes)`, `let N = 3`},
		{`let "two words" = 3`, "did you mean `two words`?", "let `two words` = 3"},
		{`let Lead.City = "X"`, `a let gives a value a name, and does not set a field`, ``},
		{`let N = Lead.City`, `a value must be here, not the field Lead.City`, ``},
		{`let N = true`, `unexpected true; expected a number, a text, a list, a length of time or a date; true is written where it is needed`, ``},
		{`let N =`, `something is missing after =; expected a number, a text, a list, a length of time or a date`, ``},
		{`let = 3`, `a name for a value is written let Recent = 90 days`, ``},
		{`set N = 3`, `unexpected set; did you mean let?`, `let N = 3`},
		{`let from = 3`, `from is a word of the language; take another name, or write it in back quotes, here and where it is used`, ``},
	} {
		checkHint(t, "model \"M\" {\n    target contact\n    %\n}\n", test.clause, test.message, test.fixed)
	}
	const lists = `let L = ("A", "B") let S = "A" let N = 3 model "M" { condition "C" { has Lead where City % score +1 } }`
	for _, test := range []struct{ operation, message, fixed string }{
		{`= L`, `one value must be here, and L is a list; did you mean in L?`, `in L`},
		{`!= L`, `did you mean not in L?`, `not in L`},
		{`ends with L`, `did you mean ends with any L?`, `ends with any L`},
		{`contains word L`, `did you mean contains any word L?`, ``},
		{`in S`, `a list must be here, and S is "A"; write (S)`, `in (S)`},
		{`in (L, "C")`, `a value must be here, and L is a list`, ``},
		{`within last L`, `a length of time must be here, and L is a list`, ``},
		{`within last N days`, `a length of time must be here, and N is 3; a name is the whole length of time: declare let N = 3 days, and leave out days here`, ``},
		{`after S`, `a date must be here, and S is "A"`, ``},
		{`= M`, `text is written in double quotes: "M"`, ``},
	} {
		checkHint(t, lists, test.operation, test.message, test.fixed)
	}
	for _, test := range []struct{ row, message string }{
		{`L, "C" score +1`, `L is a list, and is all values of its row; write a row for it, and one for the other values`},
		{`"C", L score +1`, `a value must be here, and L is a list`},
		{`"C" score +S`, `a whole number must be here, and S is "A"`},
	} {
		checkHint(t, `let L = ("A", "B") let S = "A" model "M" { table "T" by Lead.City { % } }`, test.row, test.message, "")
	}
	for _, test := range []struct{ block, message, fixed string }{
		{`let N 3`, `expected =`, `let N = 3`},
		{`let "N" = 3`, `did you mean N?`, `let N = 3`},
		{`N = 3`, `a name is declared with let`, `let N = 3`},
		{`const N = 3`, `did you mean let?`, `let N = 3`},
		{`group "G" { }`, `it is outside of any model`, ``},
		{`limit up to 40`, `it is outside of any model`, ``},
	} {
		checkHint(t, "%\nmodel \"M\" {\n    target contact\n}\n", test.block, test.message, test.fixed)
	}
}

// TestTableHints is TestClauseHints for tables.
func TestTableHints(t *testing.T) {
	for _, test := range []struct{ head, message, fixed string }{
		{`table "T" on Lead.City`, `unexpected on; did you mean by?`, `table "T" by Lead.City`},
		{`table "T" Lead.City`, `did you mean by?`, `table "T" by Lead.City`},
		{`table "T"`, `a table is written`, ``},
		{`table by Lead.City`, `expected a text in double quotes`, ``},
		{`table "T" by count of EmailOpened`, `did you mean number of?`, `table "T" by number of EmailOpened`},
		{`table "T" by number EmailOpened`, `did you mean number of?`, `table "T" by number of EmailOpened`},
		{`table "T" by number of each EmailOpened`, `leave out each`, `table "T" by number of EmailOpened`},
		{`table "T" by Lead.City where City = "X"`, `where cannot follow the field of a table; it belongs to by number of, which counts occurrences`, ``},
	} {
		checkHint(t, "model \"M\" {\n    % {\n        otherwise score +1\n    }\n}\n", test.head, test.message, test.fixed)
	}
	for _, test := range []struct{ row, message, fixed string }{
		{`from 10`, `this row has no score; end it with score +10, for example`, ``},
		{`"A", "B"`, `this row has no score`, ``},
		{`from 10 +5`, `did you mean score?`, `from 10 score +5`},
		{`"A": 5`, `did you mean score?`, `"A" score 5`},
		{`"A" -> 5`, `did you mean score?`, `"A" score 5`},
		{`"A" then 5`, `did you mean score?`, `"A" score 5`},
		{`"A" or "B" score 5`, `did you mean ,?`, `"A", "B" score 5`},
		{`10 to 20 score 5`, `bounds begin with from; write from 10 to 20`, `from 10 to 20 score 5`},
		{`10 below 20 score 5`, `bounds begin with from`, `from 10 below 20 score 5`},
		{`from 10 until 20 score 5`, `did you mean to?`, `from 10 to 20 score 5`},
		{`from 10 up to 20 score 5`, `did you mean to?`, `from 10 to 20 score 5`},
		{`10 - 20 score 5`, `did you mean from 10 to 20?`, `from 10 to 20 score 5`},
		{`above 10 score 5`, `did you mean >?`, `> 10 score 5`},
		{`under 10 score 5`, `did you mean below?`, `below 10 score 5`},
		{`at least 10 score 5`, `did you mean from?`, `from 10 score 5`},
		{`more than 10 score 5`, `did you mean >?`, `> 10 score 5`},
		{`up to 10 score 5`, `did you mean <=?`, `<= 10 score 5`},
		{`else score 5`, `unexpected else; did you mean otherwise?`, `otherwise score 5`},
		{`default score 5`, `did you mean otherwise?`, `otherwise score 5`},
		{`empty score 5`, `did you mean is empty?`, `is empty score 5`},
		{`City = "A" score 5`, `a row is written without the field City; leave it out`, `= "A" score 5`},
		{`Lead.City contains "A" score 5`, `a row is written without the field Lead.City`, `contains "A" score 5`},
		{`Chicago score 5`, `text is written in double quotes: "Chicago"`, ``},
		{`score 5`, `a row says before its score what must hold`, ``},
		{`"A" score five`, `expected a whole number`, ``},
		{`otherwise score 1 "A" score 5`, `a row comes after otherwise, which holds if no other row does; put otherwise last`, ``},
		{`otherwise score 1 otherwise score 5`, `a table has one otherwise at most`, ``},
		{`"A" score 5 active from 2026-01-01`, `the season of table "T" must come before its first row`, ``},
		{`"A" score 5 up to +10`, `the points of a row have no bound; leave it out`, `"A" score 5`},
		{`each EmailOpened score 5`, `a table holds rows; conditions are outside of it`, ``},
	} {
		checkHint(t, "model \"M\" {\n    table \"T\" by Lead.City {\n        %\n    }\n}\n", test.row, test.message, test.fixed)
	}
}

// TestDecisionHints is TestClauseHints for decisions.
func TestDecisionHints(t *testing.T) {
	for _, test := range []struct{ decision, message, fixed string }{
		{`70`, `did you mean score >= 70?`, `score >= 70`},
		{`>= 70`, `did you mean score?`, `score >= 70`},
		{`score 70`, `did you mean >=?`, `score >= 70`},
		{`score is 70`, `did you mean =?`, `score = 70`},
		{`score at least 70`, `did you mean >=?`, `score >= 70`},
		{`score above 70`, `did you mean >?`, `score > 70`},
		{`score from 10 to 20`, `write between 10 and 20`, ``},
		{`score is empty`, `expected an operator of numbers such as >=`, ``},
		{`score "Fit" >= 3`, `did you mean of "Fit"?`, `score of "Fit" >= 3`},
		{`score of Fit >= 3`, `write "Fit"`, ``},
		{`grade = "A"`, `unexpected =; did you mean is?`, `grade is "A"`},
		{`grade != "A"`, `did you mean is not?`, `grade is not "A"`},
		{`grade "A"`, `did you mean is?`, `grade is "A"`},
		{`grade not "A"`, `did you mean is not?`, `grade is not "A"`},
		{`grade >= "A"`, `grades have no order`, ``},
		{`grade is in ("A", "B")`, `did you mean in?`, `grade in ("A", "B")`},
		{`grade is not in ("A", "B")`, `did you mean not in?`, `grade not in ("A", "B")`},
		{`grade is A`, `write "A"`, ``},
		{`label is A1`, `write "A1"`, ``},
		{`condition "C"`, `holds is missing after "C"`, `condition "C" holds`},
		{`condition "C" does not hold`, `write not (condition "C" holds)`, `not (condition "C" holds)`},
		{`condition "C" is met`, `did you mean holds?`, ``},
		{`"C" holds`, `did you mean condition?`, `condition "C" holds`},
		{`not condition "C" holds`, `not is written with parentheses; write not ( … )`, ``},
		{`score >= 7 or grade is "A" and label is "B"`, `and and or are side by side without parentheses`, `score >= 7 or (grade is "A" and label is "B")`},
		{`Lead.City = "X"`, `a decision asks for scores, grades, the label and conditions`, ``},
		{`has EmailOpened`, `give it a condition of its own, and write condition "…" holds`, ``},
		{`dimension "Fit" >= 3`, `write score of "Fit" or grade of "Fit"`, ``},
	} {
		checkHint(t, "model \"M\" {\n    sales ready when %\n}\n", test.decision, test.message, test.fixed)
	}
	for _, test := range []struct{ clause, message, fixed string }{
		{`sales ready if score >= 70`, `did you mean sales ready when?`, ``},
		{`is ready when score >= 70`, `did you mean sales ready when?`, ``},
		{`sales ready score >= 70`, `expected at or when`, ``},
		{`disqualify when score < 3`, `write sales ready when score >= 70 and not (condition "…" holds), for example`, ``},
	} {
		checkHint(t, "model \"M\" {\n    %\n}\n", test.clause, test.message, test.fixed)
	}
}

// checkHint checks that wrong, in place of the % of text, has a message as its first
// problem, and that the fix of that leads to fixed in its place, without a problem, or
// that there is no fix if fixed is "".
func checkHint(t *testing.T, text, wrong, message, fixed string) {
	t.Helper()
	whole := strings.Replace(text, "%", wrong, 1)
	_, diags := dsl.Parse("f", whole, dsl.Limits{})
	if len(diags) == 0 {
		t.Errorf("%s: no problem", wrong)
		return
	}
	d := diags[0]
	if !strings.Contains(d.Message(), message) {
		t.Errorf("%s: got %s; want %s", wrong, d.Message(), message)
	}
	switch {
	case fixed == "" && d.Fix != nil:
		t.Errorf("%s: the fix is %s", wrong, d.Fixed())
	case fixed == "":
		return
	case d.Fix == nil:
		t.Errorf("%s: no fix", wrong)
		return
	}
	got := d.Fix.Apply(whole)
	if want := strings.Replace(text, "%", fixed, 1); got != want {
		t.Errorf("%s: the fix gives\n%swant\n%s", wrong, got, want)
	}
	if _, diags := dsl.Parse("f", got, dsl.Limits{}); len(diags) > 0 {
		t.Errorf("%s: after the fix: %v", wrong, diags)
	}
}
