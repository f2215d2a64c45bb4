package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/bench/cmd/table/row"
)

func TestFormatsHaveTheSameRows(t *testing.T) {
	c := config{runs: 1, leads: 20, seed: 1, length: time.Microsecond, rows: []string{"memory", "cores"},
		match: regexp.MustCompile("/7/|cores/(100|scaling)")}
	var text, lines bytes.Buffer
	if err := c.run(&text); err != nil {
		t.Fatal(err)
	}
	c.json = true
	if err := c.run(&lines); err != nil {
		t.Fatal(err)
	}
	rows, err := row.Read(&lines)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"memory/7/cold: leadscore against hand-written",
		"memory/7/hot: leadscore against hand-written",
		"cores/100/cold: leadscore against hand-written",
		"cores/hand-written: hand-written, 2 cores against hand-written, one core",
		"cores/leadscore: leadscore, 2 cores against leadscore, one core",
		"cores/scaling: leadscore against hand-written",
	}
	if len(rows) != len(want) {
		t.Fatalf("%d rows: %v", len(rows), rows)
	}
	for i, r := range rows {
		if r.ID() != want[i] {
			t.Errorf("row %d is %q, not %q", i, r.ID(), want[i])
		}
		if r.Ratio <= 0 || r.Least > r.Ratio || r.Most < r.Ratio || r.Scaling != (i == 5) || (r.Time <= 0 || r.AgainstTime <= 0) != r.Scaling {
			t.Errorf("row %+v", r)
		}
		line := "| " + r.Name + " | " + r.What + " | "
		if strings.Contains(text.String(), line) == r.Scaling {
			t.Errorf("the Markdown has a line %q: %t", line, r.Scaling)
		}
	}
	if strings.Contains(text.String(), "| 20/cold |") || !strings.Contains(text.String(), "that scales") {
		t.Errorf("Markdown:\n%s", text.String())
	}
}

func TestRowsThatAreNotThere(t *testing.T) {
	c := config{runs: 1, leads: 20, rows: []string{"away"}, match: regexp.MustCompile("")}
	if err := c.run(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), `unknown rows "away"; -rows takes memory, `) {
		t.Error(err)
	}
}
