package command

import (
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/modeldiff"
)

const (
	plotColumns = 64
	plotLines   = 8
)

// blocks are eighths of a line, from none to eight.
var blocks = []rune(" ▁▂▃▄▅▆▇█")

// plot returns the course of the score of each model as a plot: a column stands for a piece
// of the period, and shows the score at its end. Where the lead is not scored there is
// nothing.
func plot(h *answer.History) string {
	var b strings.Builder
	for _, r := range h.First.Results {
		c := &course{from: h.From, to: h.To, zone: r.AsOf().Location()}
		first := modeldiff.Between(r, r).To
		c.add(h.From, &first)
		for i := range h.Changes {
			if x := &h.Changes[i]; x.Model == r.Model {
				c.add(x.AsOf, &x.To)
			}
		}
		fmt.Fprintf(&b, "%s, %s: %s", shown.QuoteAll(r.Lead), shown.Printable(r.Model), first)
		if n := len(c.steps); n > 1 {
			fmt.Fprintf(&b, " -> %s", c.steps[n-1].outcome)
		}
		b.WriteString("\n")
		c.write(&b)
	}
	return b.String()
}

// A course is the outcomes of a model for a lead in a period.
type course struct {
	from, to time.Time
	zone     *time.Location
	steps    []step
}

// A step is an outcome, and since when it is so.
type step struct {
	at      time.Time
	outcome *modeldiff.Outcome
}

func (c *course) add(at time.Time, o *modeldiff.Outcome) { c.steps = append(c.steps, step{at, o}) }

// at returns the score as of an instant, or false if the lead is not scored then.
func (c *course) at(t time.Time) (score int64, ok bool) {
	o := c.steps[0].outcome
	for _, s := range c.steps {
		if s.at.After(t) {
			break
		}
		o = s.outcome
	}
	return o.Score, o.Status == leadscore.Scored
}

// write writes the plot, unless the lead is never scored.
func (c *course) write(b *strings.Builder) {
	var least, most int64
	some := false
	for _, s := range c.steps {
		if s.outcome.Status != leadscore.Scored {
			continue
		}
		n := s.outcome.Score
		if !some {
			least, most, some = min(n, 0), max(n, 0), true
		}
		least, most = min(least, n), max(most, n)
	}
	if !some {
		return
	}
	heights := make([]int, plotColumns) // in eighths of a line; -1 if there is no score
	length := c.to.Sub(c.from) / plotColumns
	for i := range heights {
		end := c.from.Add(length * time.Duration(i+1))
		if i == plotColumns-1 {
			end = c.to
		}
		heights[i] = -1
		if score, ok := c.at(end); ok {
			heights[i] = eighths(score, least, most)
		}
	}
	high, low := fmt.Sprint(most), fmt.Sprint(least)
	width := max(len(high), len(low))
	for line := plotLines - 1; line >= 0; line-- {
		label := ""
		switch line {
		case plotLines - 1:
			label = high
		case 0:
			label = low
		}
		var row strings.Builder
		for _, n := range heights {
			row.WriteRune(blocks[min(max(n-8*line, 0), 8)])
		}
		fmt.Fprintf(b, "  %*s |%s\n", width, label, strings.TrimRight(row.String(), " "))
	}
	from, to := c.shown(c.from), c.shown(c.to)
	gap := max(plotColumns-utf8.RuneCountInString(from)-utf8.RuneCountInString(to), 1)
	fmt.Fprintf(b, "  %*s +%s\n  %*s  %s%*s%s\n", width, "", strings.Repeat("-", plotColumns), width, "", from, gap, "", to)
}

// shown returns the day of an instant, or the time if it is not the start of a day.
func (c *course) shown(t time.Time) string {
	local := calendar.Local(t, c.zone)
	if local.Format("15:04:05.999999") == "00:00:00" {
		return local.Format(time.DateOnly)
	}
	return local.Format("2006-01-02T15:04")
}

// eighths returns the height of a score in the plot: an eighth for the least, and all for
// the greatest.
func eighths(score, least, most int64) int {
	const all = 8 * plotLines
	if least == most {
		return 1
	}
	at, length := new(big.Int).Sub(big.NewInt(score), big.NewInt(least)), new(big.Int).Sub(big.NewInt(most), big.NewInt(least))
	at.Mul(at, big.NewInt(all-1))
	return 1 + int(at.Quo(at, length).Int64())
}
