package conformance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A StageRow is the stage of a lead in a block of stages.
type StageRow struct {
	Lead, Stages, Stage string
	From                string // the stage before, if the lead moved, or ""
	Then                string // the text after then of the stage that it entered, or ""
}

// readBefore reads the stages of leads before.
func (c *Case) readBefore(text string) error {
	c.Before = map[string]map[string]string{}
	for line := range strings.Lines(text) {
		var names []string
		for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimSpace(rest) {
			name, _, _ := strings.Cut(rest, " ")
			quoted := name
			if q, err := strconv.QuotedPrefix(rest); err == nil {
				quoted = q
				name, _ = strconv.Unquote(q)
			}
			names, rest = append(names, name), rest[len(quoted):]
		}
		if len(names) != 3 {
			return fmt.Errorf("before: %q is not a lead, a block of stages and a stage", strings.TrimSpace(line))
		}
		if c.Before[names[0]] == nil {
			c.Before[names[0]] = map[string]string{}
		}
		c.Before[names[0]][names[1]] = names[2]
	}
	return nil
}

// Stages returns the stages of leads, if the case has them.
func (c *Case) Stages() (string, bool) {
	f := c.archive.get(stagesFile)
	if f == nil {
		return "", false
	}
	return f.text, true
}

// SetStages sets the stages of leads.
func (c *Case) SetStages(text string) { c.archive.set(stagesFile, text) }

// StagesText returns the stages of leads as a case has them.
func StagesText(rows []StageRow) string {
	cells := make([][]string, len(rows))
	for i, r := range rows {
		cells[i] = r.columns()
	}
	return aligned(cells)
}

func (r StageRow) columns() []string {
	line := []string{quoted(r.Lead), quoted(r.Stages), quoted(r.Stage)}
	if r.From != "" {
		line = append(line, "from "+quoted(r.From))
	}
	if r.Then != "" {
		line = append(line, "then "+strconv.Quote(r.Then))
	}
	return line
}

// Moves returns the moves of leads after the instant of the case, up to another, if the case
// has that.
func (c *Case) Moves() (to time.Time, text string, ok bool, err error) {
	f := c.archive.get(movesFile)
	if f == nil {
		return time.Time{}, "", false, nil
	}
	first, _, _ := strings.Cut(f.text, "\n")
	to, err = time.Parse("to "+time.RFC3339Nano, first)
	return to, f.text, true, err
}

// SetMoves sets the moves of leads.
func (c *Case) SetMoves(text string) { c.archive.set(movesFile, text) }

// MovesText returns moves up to an instant as a case has them.
func MovesText(to time.Time, at []time.Time, moves []StageRow) string {
	cells := make([][]string, len(moves))
	for i, r := range moves {
		cells[i] = slices.Insert(r.columns(), 1, at[i].UTC().Format(time.RFC3339Nano))
	}
	return to.Format("to "+time.RFC3339Nano) + "\n" + aligned(cells)
}
