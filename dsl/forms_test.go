package dsl

import (
	"regexp"
	"strings"
	"testing"
)

// shells holds a text for each place of a form, with % for its words.
var shells = map[formPlace]string{
	beginsBlock:   "%\nmodel \"M\" {\n    target contact\n}\n",
	beginsClause:  "model \"M\" {\n    %\n    target contact\n}\n",
	beginsChild:   "model \"M\" {\n    condition \"C\" {\n        %\n        score +1\n    }\n}\n",
	afterPath:     "model \"M\" {\n    condition \"C\" {\n        each EmailOpened %\n        score +1\n    }\n}\n",
	afterExpr:     "model \"M\" {\n    condition \"C\" {\n        each EmailOpened where EmailName = \"A\" %\n        score +1\n    }\n}\n",
	afterScore:    "model \"M\" {\n    condition \"C\" {\n        each EmailOpened\n        score +1 %\n    }\n}\n",
	beginsExpr:    "model \"M\" {\n    condition \"C\" {\n        has Lead where %\n        score +1\n    }\n}\n",
	beginsOp:      "model \"M\" {\n    condition \"C\" {\n        has Lead where CreatedOn %\n        score +1\n    }\n}\n",
	beginsOperand: "model \"M\" {\n    condition \"C\" {\n        has Lead where City contains %\n        score +1\n    }\n}\n",
}

// tails is what follows the words of a form at a place.
var tails = map[formPlace]string{
	beginsBlock: " X = 1", beginsChild: " EmailOpened",
	afterScore: " 15", beginsExpr: ` City = "A"`, beginsOp: ` = 1`, beginsOperand: ` "A"`,
}

// tailOf returns what follows the words of a form at a place.
func tailOf(words string, place formPlace) string {
	switch {
	case strings.HasSuffix(words, "{"):
		return " has EmailOpened }"
	case strings.HasSuffix(words, "ago"):
		return ""
	case place != afterPath:
		return tails[place]
	case strings.HasSuffix(words, " per"):
		return " day"
	case words == "loses":
		return " 25% every 1 week"
	case strings.HasSuffix(words, " every"), strings.HasSuffix(words, " over"):
		return " 30 days"
	}
	return ""
}

// placeholder matches what is replaced in a message.
var placeholder = regexp.MustCompile(`\{[a-z]`)

// TestForms writes each form in each of its places. It is reported once, at its
// words, with no placeholder left in the message, and if it has a fix, the rules
// have no problem after it.
func TestForms(t *testing.T) {
	sample := strings.NewReplacer("#", "3", "@", "2026-12-31", "UNIT", "days", "*", "EventName")
	for _, table := range [][]otherForm{laterForms, otherForms} {
		for _, f := range table {
			for place, shell := range shells {
				if f.at&place == 0 {
					continue
				}
				words := sample.Replace(f.words)
				text := strings.Replace(shell, "%", words+tailOf(words, place), 1)
				_, diags := Parse("rules.score", text, Limits{})
				if len(diags) != 1 {
					t.Errorf("%d problems, not one:\n%s\n%v", len(diags), text, diags)
					continue
				}
				d := diags[0]
				message := d.Message()
				if at := strings.Index(text, words); d.Span.Start.Offset != at || placeholder.MatchString(message) {
					t.Errorf("%s at %d, not %d:\n%s", message, d.Span.Start.Offset, at, text)
				}
				if f.means == "" && d.Fix != nil || f.keeps != "" && d.Fix == nil {
					t.Errorf("%q: the fix is %v", f.words, d.Fix)
				}
				if d.Fix == nil {
					continue
				}
				fixed := d.Fix.Apply(text)
				if _, diags := Parse("rules.score", fixed, Limits{}); len(diags) > 0 {
					t.Errorf("the fix of %q gives\n%s\n%v", f.words, fixed, diags)
				}
			}
		}
	}
}

func TestFormsFill(t *testing.T) {
	for _, c := range []struct{ line, nearest, help string }{
		{"each EmailOpened after 2026-12-31", "since 2027-01-01", ""},
		{"each EmailOpened after 2024-02-28", "since 2024-02-29", ""},
		{"each EmailOpened after 9999-12-31", "", "since and a time includes"},
		{"each EmailOpened after 2026-12-31T10:00", "", "since and a time includes"},
		{"each EmailOpened on 2026-12-31T10:00", "", "write between and two dates"},
		{"each EmailOpened from 2026-01-01 to 2026-03-31", "between 2026-01-01 and 2026-03-31", ""},
		{"each EmailOpened from 2026-01-01", "since", ""},
		{"more than 99999999999999999999 EmailOpened", "", "write at least and a number"},
		{"each EmailOpened up to 2", "", "write up to 2 per day"},
		{"each EmailOpened once", "", "has in place of each, which counts once"},
		{"each EmailOpened once a day", "per", ""},
		{"each EmailOpened up to 3 each week", "per", ""},
		{"exactly 3 times EmailClicked.Contact", "", "leave out times"},
		{"fewer than 3 EmailClicked", "at most 2", ""},
		{"fewer than 1 EmailClicked", "", "write none"},
		{"not has EmailOpened", "none", ""},
		{"not each EmailOpened", "none", ""},
		{"not EmailOpened", "none", ""},
		{"has no EmailOpened", "none", ""},
		{"has 3 EmailOpened", "", "write at least 3 EmailOpened"},
		{"has Lead where not City contains \"A\"", "", "write City does not contain …"},
		{"has Lead where not NumberOfEmployees < 3", "", "write NumberOfEmployees >= …"},
		{"has Lead where not City is empty", "", "write City is not empty"},
		{"has Lead where not DoNotEmail", "", "DoNotEmail = false"},
	} {
		text := "model \"M\" {\n    target contact\n    condition \"C\" {\n        " + c.line + "\n        score +1\n    }\n}\n"
		_, diags := Parse("rules.score", text, Limits{})
		if len(diags) != 1 || diags[0].Nearest != c.nearest || !strings.Contains(diags[0].Help, c.help) {
			t.Errorf("%s:\n%v", c.line, diags)
		}
	}
}
