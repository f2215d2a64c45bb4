package language

import (
	"os"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// TestMeaningsAreQuotations finds what constructs mean in the language reference, below the
// heading that is given.
func TestMeaningsAreQuotations(t *testing.T) {
	text, err := os.ReadFile("../../docs/language.md")
	if err != nil {
		t.Fatal(err)
	}
	plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	sections := map[string]string{}
	for _, section := range strings.Split("\n"+string(text), "\n#")[1:] {
		heading, body, _ := strings.Cut(strings.TrimLeft(section, "#"), "\n")
		sections[strings.TrimSpace(heading)] = plain(body)
	}
	quotations := 0
	find := func(construct, heading, quote string) {
		body, ok := sections[heading]
		if quotations++; !ok {
			t.Errorf("%s: there is no heading %s", construct, heading)
		} else if !strings.Contains(body, plain(quote)) {
			t.Errorf("%s: %q is not below %s", construct, quote, heading)
		}
	}
	for construct, m := range meanings {
		for _, q := range m.quotes {
			find(construct, m.heading, q)
		}
		if quoted(construct) == "" {
			t.Errorf("%s means nothing", construct)
		}
	}
	for _, row := range expectations {
		find("expect", "Expectations", row)
	}
	if quotations < 100 || len(expectations) != int(dsl.ExpectSet)+1 {
		t.Errorf("there are %d quotations and %d expectations", quotations, len(expectations))
	}
}

// TestEveryKeywordHasAMeaning hovers over every keyword, operator and unit of the documents
// and of the conformance cases, and over every name.
func TestEveryKeywordHasAMeaning(t *testing.T) {
	words, missing := 0, map[string]int{}
	for _, w := range sound(t) {
		s := New(nil, w.base, w.files)
		f := s.file(w.last().Name)
		for _, token := range f.tokens() {
			switch token.Kind {
			case dsl.KindKeyword, dsl.KindOperator, dsl.KindUnit, dsl.KindRoot, dsl.KindHop, dsl.KindField, dsl.KindReference, dsl.KindLet:
			default:
				continue
			}
			if at := token.Start.Offset; token.End.Offset == at+1 && at > 0 && f.Text[at-1] > ' ' {
				continue // there the hover is over the word before
			}
			words++
			h, ok := s.Hover(f.Name, (token.Start.Offset+token.End.Offset)/2)
			if !ok || strings.TrimSpace(h.Markdown) == "" {
				missing[token.Kind.String()+" "+token.Text]++
				continue
			}
			if h.Start > token.Start.Offset || h.End < token.End.Offset {
				t.Errorf("%s: the hover over %s is of %v", w.name, token.Text, h.Range)
			}
		}
	}
	t.Logf("%d words", words)
	for _, word := range sortedKeys(missing) {
		t.Errorf("%d times the %s has no meaning", missing[word], word)
	}
}

func TestHover(t *testing.T) {
	const text = `let Recent = 90 days
let Free = ("@gmail.com", "@web.de")

model "B2B" {
    description "For teams"
    target contact

    condition "Opened" {
        each EmailOpened within last Recent
        score +7
    }

    condition "Sent" {
        has EmailSent.Contact
            where Email ends with any Free
              and ParentAccount.OpenDeals is empty
        score -2
    }

    grade "Hot" from 70
    sales ready when grade is "Hot"
}
`
	for _, test := range []struct {
		at   string
		want []string
	}{
		{"Re‸cent\n", []string{"let Recent = 90 days", "Declared in a.score:1."}},
		{"Email‸Opened", []string{"interaction EmailOpened {", "Timestamp time", "Lead -> Lead", "Declared by the standard schema."}},
		{"EmailS‸ent", []string{"interaction EmailSent passive {"}},
		{"Sent.Con‸tact", []string{"EmailSent.Contact leads to one Contact, or to none (N:1)."}},
		{"Ema‸il ends", []string{"Field of Contact: text", "Declared by the standard schema."}},
		{"OpenD‸eals", []string{"Field of Account: number rollup", "no expression may use it"}},
		{"\"B2‸B\"", []string{"For teams", "Target: contact", "Declared in a.score:4."}},
		{"is \"H‸ot\"", []string{"**grade \"Hot\"** of model \"B2B\"", "Scores from 70.", "Declared in a.score:20."}},
		{"\"Op‸ened\"", []string{"**condition \"Opened\"** of model \"B2B\"", "each EmailOpened within last Recent\nscore +7"}},
		{"ea‸ch", []string{"`each`: any count; it contributes the count", "Language reference, Frequencies and points"}},
		{"wit‸hin", []string{"`within last SPAN`: *as of* minus the length of time to *as of*"}},
		{"end‸s with", []string{"`ends with any`", "one of the values must match"}},
		{"sales re‸ady", []string{"makes a lead sales ready if the decision holds"}},
		{"‸    condition \"Sent\"", nil},
	} {
		before, after, _ := strings.Cut(test.at, "‸")
		offset := strings.Index(text, before+after)
		if offset < 0 {
			t.Fatalf("there is no %s", test.at)
		}
		offset += len(before)
		s := New(nil, traverse.Standard(), []File{{"a.score", text}})
		h, ok := s.Hover("a.score", offset)
		if ok != (test.want != nil) {
			t.Errorf("%s: the hover is %v", test.at, ok)
		}
		for _, want := range test.want {
			if !strings.Contains(h.Markdown, want) {
				t.Errorf("%s: the hover has no %q:\n%s", test.at, want, h.Markdown)
			}
		}
	}
}
