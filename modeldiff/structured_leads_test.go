package modeldiff_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeldiff"
)

const fitOlder = `model "M" {
	target contact
	dimension "Fit" {
		limit up to 20
		table "Mails" by number of EmailOpened {
			1, 2 score +15
			otherwise score 0
		}
		condition "Known" { has Lead.ParentContact score +10 }
		grade "A" from 20
		grade "B" below 20
	}
	group "Sent" {
		limit up to 5
		condition "Opened" { each EmailOpened score +4 }
	}
	label "Fit"
}`

// TestStructuredLeads: differences of dimensions, labels and limits are shown, in the new
// names, and what conditions and lines change adds up to the change of the score.
func TestStructuredLeads(t *testing.T) {
	data, ids := population(t, 4)
	for _, test := range []struct {
		name     string
		old, now string
		want     string
	}{
		{"new names alone", fitOlder, strings.NewReplacer(`"Fit"`, `"Size"`, `"Mails"`, `"Opens"`, `"Sent"`, `"Post"`).Replace(fitOlder), `0 of 4 leads score differently
  sales ready: 0 more, 0 no longer
`},
		{"scores alone", fitOlder, strings.Replace(fitOlder, "limit up to 5", "limit up to 6", 1), `2 of 4 leads score differently
  sales ready: 0 more, 0 no longer
`},
		{"a dimension whose score alone differs", fitOlder, strings.Replace(fitOlder, "+10", "+9", 1), `2 of 4 leads score differently
  sales ready: 0 more, 0 no longer
`},
		{"a limit that tells grades apart", fitOlder, strings.Replace(fitOlder, "limit up to 20", "limit up to 19", 1), `"lead-1", M: 24, label A, Fit 20 A -> 23, label B, Fit 19 B
  limit of dimension "Fit": -5 -> -6
"lead-2", M: 25, label A, Fit 20 A -> 24, label B, Fit 19 B
  limit of dimension "Fit": -5 -> -6
2 of 4 leads score differently
  sales ready: 0 more, 0 no longer
  label A to B: 2
  Fit grade A to B: 2
`},
		{"another row, and another dimension", fitOlder, strings.NewReplacer(`"Fit"`, `"Size"`, `"Mails"`, `"Opens"`, "1, 2 score", "2 score").Replace(fitOlder), `"lead-0", M: 10, label B, Fit 10 B -> 10, label B, Size 10 B
"lead-1", M: 24, label A, Fit 20 A -> 14, label B, Size 10 B
  Mails: +15 -> +0
  limit of dimension "Fit": -5 -> +0
"lead-2", M: 25, label A, Fit 20 A -> 25, label A, Size 20 A
  Mails: +15 -> +0
  Opens: +0 -> +15
  limit of dimension "Fit": -5 -> +0
  limit of dimension "Size": +0 -> -5
"lead-3", M: 15, label B, Fit 10 B -> 15, label B, Size 10 B
4 of 4 leads score differently
  sales ready: 0 more, 0 no longer
  label A to B: 1
  Fit grade A to none: 2
  Fit grade B to none: 2
  Size grade none to B: 3
  Size grade none to A: 1
`},
		{"an audience", fitOlder, strings.Replace(fitOlder, "target contact", "target contact audience { at most 2 EmailOpened }", 1), `"lead-3", M: 15, label B, Fit 10 B -> not in audience
  Opened: +12 -> +0
  Known: +10 -> +0
  limit of group "Sent": -7 -> +0
1 of 4 leads score differently
  sales ready: 0 more, 0 no longer
  status scored to not in audience: 1
  label B to none: 1
  Fit grade B to none: 1
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got strings.Builder
			var sum modeldiff.Summary
			was, is := modeldiff.Version{Set: compile(t, test.old), Data: data}, modeldiff.Version{Set: compile(t, test.now), Data: data}
			for l, err := range modeldiff.Leads(t.Context(), was, is, leadscore.IDs(ids...), june) {
				if err != nil {
					t.Fatal(err)
				}
				sum.Add(l)
				for _, c := range l.Changes {
					fmt.Fprint(&got, c)
					if !addsUp(c) {
						t.Errorf("this does not add up:\n%s", c)
					}
				}
			}
			fmt.Fprint(&got, sum)
			if diff := cmp.Diff(test.want, got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			text, err := json.Marshal(sum)
			var read modeldiff.Summary
			if err == nil {
				err = json.Unmarshal(text, &read)
			}
			if again, _ := json.Marshal(read); string(again) != string(text) || err != nil {
				t.Errorf("%s is read as %s, %v", text, again, err)
			}
		})
	}
}

// addsUp reports whether conditions and lines add up to the change of a score.
func addsUp(c modeldiff.LeadChange) bool {
	sum := big.NewInt(c.From.Score)
	add := func(from, to int64) {
		sum.Add(sum, big.NewInt(to))
		sum.Sub(sum, big.NewInt(from))
	}
	for _, x := range c.Conditions {
		add(x.From, x.To)
	}
	for _, x := range c.Lines {
		add(x.From, x.To)
	}
	return sum.Cmp(big.NewInt(c.To.Score)) == 0
}
