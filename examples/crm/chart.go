package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
)

// A point is the score that a lead has from an instant on.
type point struct {
	At     time.Time
	Score  int64
	Grade  string
	Scored bool // otherwise there is no score
}

const (
	chartDays            = 182 // before now
	chartWide, chartHigh = 640, 200
	chartLeft, chartTop  = 48, 12
	chartRight, chartLow = 628, 170
)

// histories returns the scores of a lead by each model of the rules during the last
// half year: those at its beginning, and then each change. They are what the data and
// the rules of now give: a record that was entered late counts from its own date on.
func histories(ctx context.Context, live *registry.Live, lead string, asOf time.Time) ([][]point, error) {
	from := asOf.AddDate(0, 0, -chartDays)
	first, err := live.Set.Score(ctx, lead, dataOf(live), leadscore.AsOf(from))
	if err != nil {
		return nil, err
	}
	zone := zoneOf(live)
	list := make([][]point, len(first.Results))
	add := func(at time.Time, results []leadscore.Result) {
		for i, r := range results {
			p := point{at.In(zone), r.Score, r.Grade, r.Status == leadscore.Scored}
			if n := len(list[i]); n > 0 && p.equal(list[i][n-1]) {
				continue // another model's result changes
			}
			list[i] = append(list[i], p)
		}
	}
	add(from, first.Results)
	for change, err := range live.Set.Changes(ctx, lead, dataOf(live), from, asOf) {
		if err != nil {
			return nil, err
		}
		add(change.AsOf, change.After.Results)
	}
	return list, nil
}

// equal reports whether the score is the same at two instants.
func (p point) equal(q point) bool {
	return p.Score == q.Score && p.Grade == q.Grade && p.Scored == q.Scored
}

// A chart is the history of a score as a line of steps.
type chart struct {
	Points  []point // the score at the beginning, and the changes
	Summary string
	Line    string // the d of a path
	Ticks   []tick
	Ready   *tick // the sales-ready score
	From    time.Time
	To      time.Time

	W, H, Left, Right, Low int
}

// A tick is a value of the vertical axis.
type tick struct {
	Y     int
	Label string
}

// newChart draws points, or returns nil if there is no score among them.
func newChart(m *leadscore.Model, points []point, to time.Time) *chart {
	scored := false
	var least, most int64
	for _, p := range points {
		if !p.Scored {
			continue
		}
		if !scored {
			least, most, scored = p.Score, p.Score, true
		}
		least, most = min(least, p.Score), max(most, p.Score)
	}
	if !scored {
		return nil
	}
	c := &chart{Points: points, From: points[0].At, To: to, W: chartWide, H: chartHigh, Left: chartLeft, Right: chartRight, Low: chartLow}
	c.Summary = fmt.Sprintf("The score was between %d and %d.", least, most)
	low, high := float64(min(least, 0)), float64(most)
	ready, has := m.SalesReady().At()
	if has {
		high = max(high, float64(ready))
	}
	if high <= low {
		high = low + 1
	}
	y := func(v float64) int {
		return chartLow - int((v-low)/(high-low)*float64(chartLow-chartTop)+0.5)
	}
	c.Ticks = []tick{{y(low), fmt.Sprintf("%.0f", low)}, {y(high), fmt.Sprintf("%.0f", high)}}
	if has {
		c.Ready = &tick{y(float64(ready)), fmt.Sprintf("sales ready at %d", ready)}
	}
	c.draw(points, y)
	return c
}

// draw makes the line, which is broken where there is no score.
func (c *chart) draw(points []point, y func(float64) int) {
	length := float64(c.To.Sub(c.From))
	x := func(t time.Time) int {
		if length <= 0 {
			return chartLeft
		}
		return chartLeft + int(float64(t.Sub(c.From))/length*float64(chartRight-chartLeft))
	}
	var line strings.Builder
	var before point
	for _, p := range points {
		switch {
		case p.Scored && before.Scored:
			fmt.Fprintf(&line, "H%d V%d ", x(p.At), y(float64(p.Score)))
		case p.Scored:
			fmt.Fprintf(&line, "M%d %d ", x(p.At), y(float64(p.Score)))
		case before.Scored:
			fmt.Fprintf(&line, "H%d ", x(p.At))
		}
		before = p
	}
	if before.Scored {
		fmt.Fprintf(&line, "H%d", chartRight)
	}
	c.Line = line.String()
}
