package explain

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/internal/shown"
)

// A row is a row of the table of lines.
type row struct {
	depth  int
	name   string
	times  string
	each   string
	points string
	note   string
}

// table writes the lines as a table: for each dimension, group, first of and table a
// heading, its lines and their sum; and the sum of all. Of the tiers and rows only the
// one that was taken has a line.
func (l Ledger) table(b *strings.Builder) {
	if len(l.Lines) == 0 {
		return
	}
	t := tabler{dimensions: l.Dimensions, sums: []*big.Int{new(big.Int)}}
	for i := range l.Lines {
		t.add(&l.Lines[i])
	}
	t.leave(0)
	t.rows = append(t.rows, row{name: "score", points: signed(t.sums[0])})
	write(b, t.rows)
}

// A tabler makes the rows of a table.
type tabler struct {
	dimensions eval.Dimensions
	rows       []row
	open       []eval.Place // the places that hold the line before
	sums       []*big.Int   // of the model and of these
	weighted   bool         // the last of the places is a dimension whose weight has a row
}

// add adds a line. The weight of a dimension follows the sum that is its score.
func (t *tabler) add(l *leadscore.Line) {
	same := 0
	for same < min(len(l.In), len(t.open)) && l.In[same] == t.open[same] {
		same++
	}
	t.leave(same)
	for _, p := range l.In[same:] {
		t.rows = append(t.rows, row{depth: len(t.open), name: fmt.Sprintf("%s %s", p.Kind, shown.Quote(p.Name))})
		t.open, t.sums = append(t.open, p), append(t.sums, new(big.Int))
	}
	amount := l.Amount
	if amount == nil { // a line of a ledger that was read need not have one
		amount = new(big.Int)
	}
	r := row{depth: len(t.open), name: l.Rule, points: signed(amount), note: string(l.Why)}
	switch l.Kind {
	case "condition":
		if place := t.kind(); (place == "first of" || place == "table") && amount.Sign() == 0 && !taken(l) {
			return
		}
		r.name, r.times, r.each = cmp.Or(l.Row, l.Condition), l.Times, fmt.Sprintf("%+d", l.Points)
	case "weight":
		t.sum()
		t.weighted = true
	}
	t.rows = append(t.rows, r)
	sum := t.sums[len(t.open)]
	sum.Add(sum, amount)
}

// taken reports whether the tier or row of a line was taken, which it may be and add
// nothing.
func taken(l *leadscore.Line) bool {
	return l.Times != "" && l.Times != "0" && (l.Why == "" || l.Why == eval.BoundReached)
}

// kind returns the kind of the last of the places, or "" for the model itself.
func (t *tabler) kind() string {
	if len(t.open) == 0 {
		return ""
	}
	return t.open[len(t.open)-1].Kind
}

// sum adds a row for the sum of the last of the places.
func (t *tabler) sum() {
	n := len(t.open)
	r := row{depth: n, name: "sum", points: signed(t.sums[n])}
	if t.kind() == "dimension" && !t.weighted {
		at := slices.IndexFunc(t.dimensions, func(d eval.Dimension) bool { return d.Name == t.open[n-1].Name })
		if at >= 0 && t.dimensions[at].Grade != "" {
			r.note = "grade " + t.dimensions[at].Grade
		}
	}
	t.rows = append(t.rows, r)
}

// leave ends the places that hold the line before, but for the first of them: each has
// its sum, which is added to that of the place around it.
func (t *tabler) leave(keep int) {
	for n := len(t.open); n > keep; n-- {
		t.sum()
		t.sums[n-1].Add(t.sums[n-1], t.sums[n])
		t.open, t.sums, t.weighted = t.open[:n-1], t.sums[:n], false
	}
}

func signed(n *big.Int) string {
	if n.Sign() == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", n)
}

// write writes rows with their columns lined up: numbers end below each other.
func write(b *strings.Builder, rows []row) {
	texts := make([][4]string, len(rows))
	widths := [4]int{}
	for i, r := range rows {
		texts[i] = [4]string{strings.Repeat("  ", r.depth+1) + shown.Printable(r.name), r.times, r.each, r.points}
		if r.each != "" {
			texts[i][2] = "x " + r.each
		}
		for j, text := range texts[i] {
			widths[j] = max(widths[j], utf8.RuneCountInString(text))
		}
	}
	for i, text := range texts {
		line := text[0]
		for j := 1; j < len(text); j++ {
			before := widths[j-1] - utf8.RuneCountInString(text[j-1])
			if j > 1 {
				before = 0 // numbers end at the end of their column
			}
			line += strings.Repeat(" ", before+2+widths[j]-utf8.RuneCountInString(text[j])) + text[j]
		}
		if rows[i].note != "" {
			line += "  " + shown.Printable(rows[i].note)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}
