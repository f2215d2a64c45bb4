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
	chartWeeks           = 26
	chartWide, chartHigh = 640, 200
	chartLeft, chartTop  = 48, 12
	chartRight, chartLow = 628, 170
)

// histories returns the score of a lead by each model of the rules at the end of each
// of the last weeks, the earliest first.
func (s *service) histories(ctx context.Context, live *registry.Live, lead string, asOf time.Time) ([][]point, error) {
	list := make([][]point, len(live.Set.Models()))
	for week := chartWeeks; week >= 0; week-- {
		at := asOf.AddDate(0, 0, -7*week)
		scores, err := live.Set.Score(ctx, lead, dataOf(live), leadscore.AsOf(at))
		if err != nil {
			return nil, err
		}
		for i, result := range scores.Results {
			list[i] = append(list[i], point{at.In(zoneOf(live)), result.Score, result.Grade, result.Status == leadscore.Scored})
		}
	}
	return list, nil
}

// A chart is the history of a score as a line of steps.
type chart struct {
	Points  []point // those at which the score changes
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
	c := &chart{From: points[0].At, To: to, W: chartWide, H: chartHigh, Left: chartLeft, Right: chartRight, Low: chartLow}
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

// draw makes the line, which is broken where there is no score, and keeps the points
// at which the score changes.
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
		if p.Scored != before.Scored || p.Score != before.Score || len(c.Points) == 0 {
			c.Points = append(c.Points, p)
		}
		before = p
	}
	if before.Scored {
		fmt.Fprintf(&line, "H%d", chartRight)
	}
	c.Line = line.String()
}
