package findings_test

import (
	"testing"

	"github.com/leadscore/leadscore/eval/findings"
)

// TestIdleCaps checks which caps change nothing.
func TestIdleCaps(t *testing.T) {
	for _, test := range []struct {
		items, score string
		want         int
	}{
		{"has EmailOpened once per day", "score +1", 1},
		{"at least 1 EmailOpened up to 3 per EmailName", "score +1", 1},
		{"none EmailOpened once per day", "score +1", 1},
		{"has EmailOpened once per day halving every 3 days", "score +1", 1},
		{"every 3 days without EmailOpened once per day", "score +1 up to +2", 1},
		{"any of { has EmailOpened once per day none EmailSent once per day }", "score +1", 2},
		{"same EmailName { has EmailOpened once per day at least 2 EmailClicked once per day }", "score +1", 1},
		{"at least 3 EmailOpened up to 3 per day", "score +1", 1},
		{"at most 2 EmailOpened up to 3 per day", "score +1", 1},
		{"exactly 2 EmailOpened up to 3 per day", "score +1", 1},
		{"from 1 to 2 EmailOpened up to 3 per day", "score +1", 1},
		{"each EmailOpened once per EmailOpened", "score +1", 1},
		{"each EmailOpened.Contact once per EmailOpened", "score +1", 1},
		{"each Lead.ParentContact.Leads once per Leads", "score +1", 1},
		{"each EmailOpened.Contact.Leads once per EmailOpened", "score +1", 0},
		{"each EmailOpened.Contact.Leads once per Leads", "score +1", 0},
		{"each Lead.ParentContact.Leads.ParentAccount once per ParentAccount", "score +1", 0},
		{"each EmailOpened once per Contact", "score +1", 0},
		{"at most 3 EmailOpened up to 3 per day", "score +1", 0},
		{"from 1 to 3 EmailOpened up to 3 per day", "score +1", 0},
		{"each EmailOpened once per day", "score +1", 0},
		{"each EmailOpened once per day halving every 3 days", "score +1", 0},
		{"every 2 EmailOpened once per day", "score +1", 0},
		{"at least 2 EmailOpened once per day", "score +1", 0},
		{"at most 1 EmailOpened once per day", "score +1", 0},
		{"exactly 1 EmailOpened once per day", "score +1", 0},
		{"from 1 to 2 EmailOpened once per day", "score +1", 0},
		{"has EmailOpened", "score +1", 0},
	} {
		list, files := models(t, `model "M" { target contact condition "C" { `+test.items+" "+test.score+` } }`)
		got := 0
		for _, d := range findings.Of(list, files...) {
			if d.Code == findings.CodeIdleCap {
				got++
			}
		}
		if got != test.want {
			t.Errorf("%s: %d findings, want %d", test.items, got, test.want)
		}
	}
	list, files := models(t, `model "M" { target contact audience { has EmailOpened once per day } condition "C" { has Lead score +1 } }`)
	if ds := findings.Of(list, files...); len(ds) == 0 || ds[0].Code != findings.CodeIdleCap {
		t.Errorf("an audience has %v", ds)
	}
}

// TestIdleTableCaps checks which caps of tables change nothing.
func TestIdleTableCaps(t *testing.T) {
	for _, test := range []struct {
		cap, rows string
		want      int
	}{
		{"once per day", "0 score 1 otherwise score 2", 1},
		{"once per day", "below 1 score 1 from 1 score 2", 1},
		{"once per day", "0 score 1 from 1 to 3 score 2 otherwise score 3", 0},
		{"once per day", "below 1 score 1 from 2 score 2", 0},
		{"up to 4 per day", "0 score 1 from 1 to 3 score 2 otherwise score 3", 1},
		{"up to 3 per day", "0 score 1 from 1 to 3 score 2 otherwise score 3", 0},
		{"once per EmailOpened", "0 score 1 from 1 to 3 score 2 otherwise score 3", 1},
	} {
		list, files := models(t, `model "M" { target contact table "T" by number of EmailOpened `+test.cap+` { `+test.rows+` } }`)
		got := 0
		for _, d := range findings.Of(list, files...) {
			if d.Code == findings.CodeIdleCap {
				got++
			}
		}
		if got != test.want {
			t.Errorf("%s, %s: %d findings, want %d", test.cap, test.rows, got, test.want)
		}
	}
}
