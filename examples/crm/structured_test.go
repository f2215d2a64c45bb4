package main

import (
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

const structuredRules = `model "Fit" {
    target contact
    audience {
        none Lead where LastName is empty
    }
    dimension "=Size" {
        condition "Opened" {
            each EmailOpened
            score +5 up to +40
        }
        condition "There" {
            has Lead
            score +1
        }
        grade "A" from 10
        grade "B" below 10
    }
    table "Visits" by number of WebsiteVisited {
        from 1       score +3
        otherwise    score 0
    }
    label "=Size"
    sales ready when label is "A"
}
`

// A model with dimensions, a label and an audience: lists and exports show all of its
// results. Leads outside of the audience have no stored score, and out of season no lead
// has one.
func TestStructuredModel(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		rules := copyRules(t)
		write(t, filepath.Join(rules, "fit.score"), structuredRules)
		flags := append(append(open(t), fixed...), "-seed", "30", "-rules", rules)
		start(t, flags...).stop(t)
		db := openStore(t, flags)
		before := len(startedList(t, flags, "Fit"))
		if _, err := db.write.Exec("UPDATE lead SET last_name = NULL WHERE id IN (SELECT lead_id FROM score WHERE model = 'Fit' ORDER BY lead_id LIMIT 1)"); err != nil {
			t.Fatal(err)
		}
		s := start(t, append(flags, "-rescore", "100ms")...)
		var listed []lead
		eventually(t, "one lead has left the audience", func() bool {
			listed = s.list(t, "Fit", "limit=1000", nil)
			return len(listed) == before-1
		})
		graded := map[string]int{}
		for _, l := range listed {
			if len(l.Dimensions) != 1 || l.Dimensions[0].Name != "=Size" || l.Dimensions[0].Grade != l.Label || l.SalesReady != (l.Label == "A") {
				t.Errorf("got %+v", l)
			}
			graded[l.Label]++
		}
		if graded["A"] == 0 || graded["B"] == 0 {
			t.Errorf("the labels are %v", graded)
		}
		_, text := s.call(t, "GET", "/models/Fit/leads.csv", "")
		lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		_, raw := s.call(t, "GET", "/models/Fit/leads.xlsx", "")
		book, err := excelize.OpenReader(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		rows, err := book.GetRows("Leads", excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) != len(listed)+1 || len(rows) != len(lines) {
			t.Fatalf("%d leads, %d lines of CSV, %d rows of XLSX", len(listed), len(lines), len(rows))
		}
		more := len(columns)
		if got := fmt.Sprint(lines[0][more:], rows[0][more:]); got != "[label '=Size '=Size grade] [label =Size =Size grade]" {
			t.Errorf("the columns are %s", got)
		}
		for i, l := range listed {
			want := []string{l.Label, fmt.Sprint(l.Dimensions[0].Score), l.Label}
			if !slices.Equal(lines[i+1][more:], want) || !slices.Equal(rows[i+1][more:], want) {
				t.Errorf("CSV has %q and XLSX %q instead of %q", lines[i+1][more:], rows[i+1][more:], want)
			}
		}

		write(t, filepath.Join(rules, "fit.score"), strings.Replace(structuredRules, "target contact", "target contact\n    active until 2026-05-01", 1))
		s.expect(t, "POST", "/rules/reload", "", 200, `"Fit"`)
		eventually(t, "the model is over", func() bool { return len(s.list(t, "Fit", "limit=1000", nil)) == 0 })
		s.expect(t, "GET", "/leads/"+listed[0].ID+"/scores", "", 200, `"status": "not active"`)
	})
}

// startedList returns the leads that a service lists, which it stops.
func startedList(t *testing.T, flags []string, model string) []lead {
	s := start(t, flags...)
	defer s.stop(t)
	return s.list(t, model, "limit=1000", nil)
}

// The interactions of this service have no reference to a lead: rules that score leads
// by their own interactions are refused, and the message names what is missing. Others
// with this target are not.
func TestTargetLead(t *testing.T) {
	rules := copyRules(t)
	file := filepath.Join(rules, "lead.score")
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "5", "-rules", rules)...)
	const model = "model \"Own\" {\n    target lead\n    condition \"C\" {\n        has Lead where LastName is not empty\n        score +7\n    }\n}\n"
	write(t, file, strings.Replace(model, "has Lead where LastName is not empty", "each EmailOpened", 1))
	s.expect(t, "POST", "/rules/reload", "", 422, `"field": "EmailOpened.Lead"`)
	write(t, file, model)
	s.expect(t, "POST", "/rules/reload", "", 200, `"target": "lead"`)
	eventually(t, "all leads have the score 7", func() bool {
		leads := s.list(t, "Own", "limit=1000", nil)
		return len(leads) == 5 && !slices.ContainsFunc(leads, func(l lead) bool { return l.Score != 7 })
	})
}
