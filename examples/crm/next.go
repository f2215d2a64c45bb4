package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeldiff"
	"github.com/leadscore/leadscore/registry"
)

const (
	nextDays  = 90 // how far a page looks ahead
	shownNext = 5  // changes of a model
)

// A nextChange is a change that comes by time alone, if nothing else happens.
type nextChange struct {
	At     time.Time
	Text   string
	Causes []string
}

// nextChanges returns the next changes of a lead's result by each model of the rules.
func nextChanges(ctx context.Context, live *registry.Live, lead string, asOf time.Time) ([][]nextChange, error) {
	models := live.Set.Models()
	list := make([][]nextChange, len(models))
	place := map[string]int{}
	for i, m := range models {
		place[m.Name()] = i
	}
	zone := zoneOf(live)
	for change, err := range live.Set.Changes(ctx, lead, dataOf(live), asOf, asOf.AddDate(0, 0, nextDays), leadscore.Explain(0)) {
		if err != nil {
			return nil, err
		}
		for before, after := range change.Changed() {
			if i := place[after.Model]; len(list[i]) < shownNext {
				list[i] = append(list[i], nextOf(change.AsOf.In(zone), before, after))
			}
		}
	}
	return list, nil
}

// nextOf says in words what changes between two results of a model.
func nextOf(at time.Time, before, after leadscore.Result) nextChange {
	n := nextChange{At: at}
	if before.Status != leadscore.Scored || after.Status != leadscore.Scored {
		n.Text = fmt.Sprintf("%s instead of %s", after.Status, before.Status)
		if after.Status == leadscore.Scored {
			n.Text += fmt.Sprintf(", with %d points", after.Score)
		}
		return n
	}
	var parts []string
	if before.Score != after.Score {
		parts = append(parts, fmt.Sprintf("%d points instead of %d", after.Score, before.Score))
	}
	if before.Grade != after.Grade {
		parts = append(parts, fmt.Sprintf("grade %s instead of %s", gradeName(after.Grade), gradeName(before.Grade)))
	}
	if was, _ := before.Label(); was != "" {
		if is, _ := after.Label(); is != was {
			parts = append(parts, fmt.Sprintf("label %s instead of %s", is, was))
		}
	}
	switch {
	case before.SalesReady && !after.SalesReady:
		parts = append(parts, "no longer sales ready")
	case !before.SalesReady && after.SalesReady:
		parts = append(parts, "sales ready")
	}
	difference := modeldiff.Between(before, after)
	if parts == nil { // a dimension alone
		parts = append(parts, difference.To.String())
	}
	n.Text = strings.Join(parts, ", ")
	for _, c := range difference.Conditions {
		n.Causes = append(n.Causes, fmt.Sprintf("“%s” adds %d instead of %d", c.Condition, c.To, c.From))
	}
	for _, l := range difference.Lines {
		n.Causes = append(n.Causes, fmt.Sprintf("the %s changes the sum by %+d instead of %+d", l.What, l.To, l.From))
	}
	return n
}

func gradeName(grade string) string {
	if grade == "" {
		return "none"
	}
	return grade
}
