package dsl_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// TestOneMessage checks what is said of rules that other tools write in another way.
// Each has one problem, at the text between the marks ‹ and ›.
func TestOneMessage(t *testing.T) {
	const (
		condition = "model \"M\" {\n    condition \"C\" {\n        %\n        score +1\n    }\n}\n"
		points    = "model \"M\" {\n    condition \"C\" {\n        each A\n        %\n    }\n}\n"
		table     = "model \"M\" {\n    table \"T\" by Lead.City {\n        %\n        otherwise score +1\n    }\n}\n"
		clause    = "model \"M\" {\n    %\n    target contact\n}\n"
		audience  = "model \"M\" {\n    audience {\n        %\n    }\n}\n"
	)
	const inAnyOf = "write the children, without or, in any of { … }"
	for _, test := range []struct{ shell, text, message, fixed string }{
		{condition, "each A ‹more than 30 days ago›", "unexpected more than 30 days ago; write it after where, with the field that holds the date, such as where Timestamp older than 30 days", ""},
		{condition, "each A\n        ‹over 3 weeks ago›", "such as where Timestamp older than 3 weeks", ""},
		{condition, "each A where B ‹at least 3 days ago›", "unexpected at least 3 days ago; did you mean older than 3 days?", ""},

		{condition, "has A where B ‹not =› 1", "unexpected not =; did you mean !=?", "has A where B != 1"},
		{condition, "has A where B ‹is older than› 3 days", "did you mean older than?", "has A where B older than 3 days"},
		{condition, "has A where B ‹is not in› (1, 2)", "did you mean not in?", "has A where B not in (1, 2)"},
		{condition, "has A where B ‹not begins with› \"C\"", "did you mean does not begin with?", "has A where B does not begin with \"C\""},
		{condition, "has A where B ‹not <=› 1", "did you mean >?", ""},
		{condition, "has A where B ‹is not within last› 1 day", "write not ( … ), with the field and within last in the parentheses", ""},

		{condition, "has A\n        ‹or› has B", "or does not join children; " + inAnyOf, ""},
		{condition, "has A or B\n        ‹or› at least 2 C", "or does not join children; " + inAnyOf, ""},
		{condition, "has A where B = 1\n        ‹or› has B", "or does not join children; " + inAnyOf, ""},
		{condition, "‹either› has A or has B", "unexpected either; " + inAnyOf, ""},
		{condition, "‹either› has A\n        or has B where C = 1 or at least 2 D", "unexpected either; " + inAnyOf, ""},
		{condition, "‹either› at least 3 A or\n        has B\n        has C", "unexpected either; " + inAnyOf, ""},
		{condition, "‹either› A or B.C", "leave it out, and begin with a frequency, such as has A or B.C", ""},
		{condition, "‹either› A", "leave it out, and begin with a frequency, such as has A", ""},

		{condition, "has A where ‹average of› B > 1", "there is no \"average of\"; compare a field that already holds the average", ""},
		{condition, "has A where B = 1 and ‹number of› C > 1", "there is no \"number of\"; write a child that counts, such as at least 3 C", ""},
		{condition, "has A where score of ‹model \"N\"› > 50", "scores of several models cannot be asked in one rule", ""},

		{points, "score +5 ‹halving› every 30 days", "unexpected halving; a decay is written at the child, after its path", ""},
		{points, "score +5 ‹once› per day", "unexpected once; a cap is written at the child, after its path", ""},
		{points, "score +5 ‹since› 2026-01-01", "unexpected since; a date range is written at the child, after its path", ""},
		{points, "score +‹NumberOfEmployees›", "unexpected NumberOfEmployees; expected a whole number; write it in digits, such as +10; points cannot be taken from a field", ""},
		{points, "score +5 up to +‹Most›", "unexpected Most; expected a whole number", ""},
		{points, "score ‹+› 5", "unexpected +; a sign is written directly before its digits", "score +5"},

		{table, "‹1000+› score +5", "unexpected 1000+; did you mean from 1000?", "from 1000 score +5"},
		{table, "‹from 1000 +› score +5", "did you mean from 1000?", "from 1000 score +5"},
		{table, "‹10 - 20› score +5", "unexpected 10 - 20; did you mean from 10 to 20?", "from 10 to 20 score +5"},
		{table, "‹10 – 20.5› score +5", "did you mean from 10 to 20.5?", "from 10 to 20.5 score +5"},
		{table, "‹10-20› score +5", "unexpected 10-20; did you mean from 10 to 20?", "from 10 to 20 score +5"},
		{table, "‹from 0-9:› 5", "did you mean from 0 to 9 score?", "from 0 to 9 score 5"},
		{table, "‹10..20› score +5", "did you mean from 10 to 20?", "from 10 to 20 score +5"},

		{clause, "sales ready when score of ‹model \"M\"› > 50", "scores of several models cannot be asked in one rule", ""},
		{clause, "sales ready when grade is \"A\" or ‹model \"M\"› score > 50", "scores of several models cannot be asked in one rule", ""},
		{clause, "‹audience› has A where B = 1", "the audience has no {; put its children into braces: audience { has … }", ""},
		{clause, "‹audience›\n        has A where B = 1\n        any of { has C has D }\n        none E", "the audience has no {; put its children into braces: audience { … }", ""},

		{condition, "‹foo› A", "expected each, has, none, at least, at most, exactly, from, every, any of, all of, same or score", ""},
		{condition, "each A ‹foo›", "expected within last, since, between, where, another child or score", ""},
		{condition, "each A where B = 1 ‹foo›", "expected and, another child or score", ""},
		{condition, "each A within last 1 day\n        ‹foo› A", "expected where, each, has, none, at least, at most, exactly, from, every, any of, all of, same or score", ""},
		{condition, "same A { ‹foo› B }", "expected has, none, at least, at most, exactly, from or }", ""},
		{audience, "‹foo› A", "expected has, none, at least, at most, exactly, from, any of, all of or }", ""},
		{audience, "‹Lead› where B = 1", "there is no frequency before Lead; write has Lead, at least 2 Lead or none Lead", ""},
	} {
		plain := strings.NewReplacer("‹", "", "›", "").Replace(test.text)
		text := strings.Replace(test.shell, "%", plain, 1)
		_, diags := dsl.Parse("m", text, dsl.Limits{})
		if len(diags) != 1 {
			t.Errorf("%s: %d problems, not one:\n%v", test.text, len(diags), diags)
			continue
		}
		d := diags[0]
		first, rest, _ := strings.Cut(test.text, "‹")
		marked, _, _ := strings.Cut(rest, "›")
		start := strings.Index(test.shell, "%") + len(first)
		if got := text[d.Span.Start.Offset:d.Span.End.Offset]; d.Span.Start.Offset != start || got != marked {
			t.Errorf("%s: the problem is at %s", test.text, got)
		}
		if !strings.Contains(d.Message(), test.message) {
			t.Errorf("%s: got %s; want %s", test.text, d.Message(), test.message)
		}
		switch {
		case test.fixed == "" && d.Fix != nil:
			t.Errorf("%s: the fix is %s", test.text, d.Fixed())
		case test.fixed != "" && d.Fix == nil:
			t.Errorf("%s: no fix", test.text)
		case test.fixed != "":
			fixed := d.Fix.Apply(text)
			if want := strings.Replace(test.shell, "%", test.fixed, 1); fixed != want {
				t.Errorf("%s: the fix gives\n%swant\n%s", test.text, fixed, want)
			}
			if _, diags := dsl.Parse("m", fixed, dsl.Limits{}); len(diags) > 0 {
				t.Errorf("%s: after the fix: %v", test.text, diags)
			}
		}
	}
}
