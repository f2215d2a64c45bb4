package findings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/findings"
)

// TestTexts lists expressions, and the codes about their texts.
func TestTexts(t *testing.T) {
	const (
		blank   = string(findings.CodeBlank)
		hidden  = string(findings.CodeInvisible)
		mixed   = string(findings.CodeMixed)
		equal   = string(findings.CodeSameValue)
		implied = string(findings.CodeImpliedValue)
		within  = string(findings.CodeWithinWords)
	)
	for _, test := range []struct {
		where string
		codes []string
	}{
		{`City = "Oslo"`, nil},
		{`City = "Oslo "`, []string{blank}},
		{`City in ("Oslo", " Bergen")`, []string{blank}},
		{`City begins with "San "`, nil},
		{`City begins with " San"`, []string{blank}},
		{`City ends with " City"`, nil},
		{`City ends with "City "`, []string{blank}},
		{`JobTitle contains any (" cto", "cto ")`, nil},
		{"City = \"O\u200bslo\"", []string{hidden}},
		{"City = \"Nowy\u00a0S\u0105cz\"", []string{hidden}},
		{"City = \"\u202eolsO\"", []string{hidden}},
		{`City = "Nowy\u00a0Targ"`, nil},
		{"City = \"O\u0455lo\"", []string{mixed}},
		{"City = \"\u039fslo\"", []string{mixed}},
		{"City = \"\u041c\u043e\u0441\u043a\u0432\u0430 Moscow\"", nil},
		{"CompanyName = \"3M \u03b2 10\u00b5m\"", nil},
		{`City in ("Oslo", "Bergen", "OSLO")`, []string{equal}},
		{`City in ("Oslo", "Oslo")`, []string{equal}},
		{`Code in ("a", "A")`, nil},
		{`Rating in ("Hot", "hot")`, []string{equal}},
		{`Interests contains any ("Tea", "TEA")`, []string{equal}},
		{`JobTitle contains any ("director", "managing director")`, []string{implied}},
		{`JobTitle does not contain any ("Managing Director", "director")`, []string{implied}},
		{`Email ends with any (".com", "@example.com")`, []string{implied}},
		{`City begins with any ("San", "San Francisco", "Fran")`, []string{implied}},
		{`City in ("San", "San Francisco")`, nil},
		{`JobTitle contains "cto"`, []string{within}},
		{`JobTitle contains any ("CIO", "ceo", "hr")`, []string{within, within}},
		{`JobTitle does not contain "intern"`, nil},
		{`JobTitle contains "dev"`, nil},
		{`JobTitle = "cto"`, nil},
		{`Email contains "@hr"`, nil},
		{`Interests contains "Tea"`, nil},
	} {
		m, files := models(t, "model \"M\" {\n target contact\n condition \"C\" {\n has Lead where "+test.where+"\n score +1\n }\n}\n")
		var got []string
		for _, d := range findings.Of(m, files...) {
			if d.Severity == dsl.Warning || d.Code == findings.CodeWithinWords {
				got = append(got, string(d.Code))
			}
			if strings.ContainsAny(d.Error(), "\u202e") {
				t.Errorf("%s: a raw character is shown: %q", test.where, d.Error())
			}
		}
		if diff := cmp.Diff(test.codes, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.where, diff)
		}
	}
}

// TestUnsafeCharacters checks that direction marks and control characters are found
// anywhere in a file, once on a line, and in no great number.
func TestUnsafeCharacters(t *testing.T) {
	rules := "// \u202e\u2066reversed\nmodel \"M\" {\n\ttarget contact\r\n condition \"\u202eC\" {\n has Lead where City = \"\u202eA\"\n score +1 // \x1b[2J\n }\n}\n"
	m, files := models(t, rules)
	var lines []int
	for _, d := range findings.Of(m, files...) {
		if d.Code == findings.CodeInvisible {
			lines = append(lines, d.Span.Start.Line)
			if strings.ContainsAny(d.Error(), "\u202e\u2066\x1b") {
				t.Errorf("raw: %q", d.Error())
			}
		}
	}
	if diff := cmp.Diff([]int{1, 4, 5, 6}, lines); diff != "" {
		t.Error(diff)
	}
	m, files = models(t, strings.Repeat("// \u202e\n", 1000)+rules)
	if n := len(findings.Of(m, files...)); n > 20 {
		t.Errorf("%d findings", n)
	}
}

// TestLaterThanAsOf checks which records of tests are reported.
func TestLaterThanAsOf(t *testing.T) {
	for _, test := range []struct {
		record string
		later  bool
	}{
		{`EmailOpened on 2026-06-01`, true},
		{`EmailOpened on 2026-05-31T10:00`, true},
		{`EmailOpened on 2026-05-31`, false},
		{`EmailOpened 1 day ago`, false},
		{`EmailOpened`, false},
		{`EmailOpened with Timestamp = 2026-07-01`, true},
		{`Order "o" with Lead = "l" and PlacedOn = 2026-06-01`, true},
		{`Order "o" with Lead = "l" and PlacedOn = 2026-05-31`, false},
		{`Lead "m" with CreatedOn = 2027-01-01`, false},
		{`Lead "m" with Due = 2027-01-01`, false},
	} {
		m, files := models(t, `model "M" { target contact time zone "Europe/Oslo" condition "C" { has EmailOpened score +1 } }
test "T" {
    as of 2026-05-31
    Lead "l" with ParentContact = "c" and CreatedOn = 2027-01-01
    Contact "c"
    `+test.record+`
    expect score 0
}`)
		later := false
		for _, d := range findings.Of(m, files...) {
			later = later || d.Code == findings.CodeLater && d.Span.Start.Line == 6
			if d.Code == findings.CodeLater && d.Line == "" {
				t.Errorf("%s: no line", test.record)
			}
		}
		if later != test.later {
			t.Errorf("%s: later is %v", test.record, later)
		}
	}
}
