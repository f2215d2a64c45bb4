package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

const (
	maxPoints = 1_000_000_000 // the most points that one condition adds or subtracts for each occurrence
	maxBound  = 1_000_000_000 // the farthest end of what it adds in all
)

// score reads the points of a condition and their bound, which is 0 if there is none.
func (c *checker) score(s *dsl.Score) (points, bound int64) {
	if s == nil {
		return 0, 0
	}
	points, ok := c.points(s.Points)
	if s.Bound == nil {
		return points, 0
	}
	return points, c.bound(s, points, ok)
}

// points reads the points of a condition. ok is false if there is a problem with them.
func (c *checker) points(n *dsl.Number) (points int64, ok bool) {
	if n.Bad {
		return 0, false
	}
	v, err := strconv.ParseInt(n.Text, 10, 64)
	switch {
	case err != nil || v > maxPoints || v < -maxPoints:
		c.problem(n.Span, CodePoints, "%s is too much for one condition; points go from -1000000000 to 1000000000", brief(n.Text))
		return v, false
	case v == 0:
		c.problem(n.Span, CodePoints, "a score of 0 changes nothing; write the points to add or subtract")
		return v, false
	}
	return v, true
}

// bound reads the bound of a score, `up to` or `down to`. It is compared with the
// points if these are sound.
func (c *checker) bound(s *dsl.Score, points int64, sound bool) int64 {
	n := s.Bound
	if n.Bad {
		return 0
	}
	v, err := strconv.ParseInt(n.Text, 10, 64)
	if err != nil || v > maxBound || v < -maxBound {
		c.problem(n.Span, CodePoints, "%s is too much for the bound of a score; bounds go from -1000000000 to 1000000000", brief(n.Text))
		return 0
	}
	if !sound {
		return v
	}
	words, right := "up to", "up to"
	if s.Down {
		words = "down to"
	}
	above := "above"
	if points < 0 {
		above, right = "below", "down to"
	}
	same := v != 0 && (v < 0) == (points < 0)
	flipped := fmt.Sprintf("%+d", -v)
	switch {
	case !same && v != 0 && words == right:
		d := c.problem(n.Span, CodePoints, "points %s 0 end at a bound %s 0", above, above)
		d.Help = fmt.Sprintf("write %s %s", right, flipped)
		if n.Let == nil {
			d.Replace(flipped)
		}
	case !same && v != 0: // either the points or the bound may be wrong
		d := c.problem(n.Span, CodePoints, "points %s 0 end at a bound %s 0", above, above)
		d.Help = fmt.Sprintf("write score %+d %s %s, or score %+d %s %+d", points, right, flipped, -points, words, v)
	case v == 0:
		c.problem(n.Span, CodePoints, "with a bound of 0 the condition would add nothing; write the most that it adds in all, %s %+d for example",
			right, 5*points)
	case words != right:
		at := dsl.Span{Start: s.Points.End, End: n.Start}
		d := c.problem(dsl.Span{Start: s.Points.End, End: n.End}, CodePoints, "points %s 0 go %s their bound, not %s", above, right, words)
		d.Span.Start = wordsStart(c.file, at)
		d.Help = fmt.Sprintf("write %s %+d", right, v)
		if c.onlyWords(at, words) {
			d.ReplaceAt(at, " "+right+" ")
		}
	case max(v, -v) < max(points, -points):
		d := c.problem(n.Span, CodePoints, "the bound %+d is nearer to 0 than the points, %+d: not even one occurrence would count in full", v, points)
		d.Help = fmt.Sprintf("write score %+d, or a bound that is a multiple of the points", v)
	}
	return v
}

// text returns the source of a span in the file that is checked.
func (c *checker) text(at dsl.Span) string {
	if c.file == nil || at.Start.Offset < 0 || at.End.Offset > len(c.file.Text) || at.Start.Offset > at.End.Offset {
		return ""
	}
	return c.file.Text[at.Start.Offset:at.End.Offset]
}

// onlyWords reports whether a span holds these words, with blanks around them.
func (c *checker) onlyWords(at dsl.Span, words string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(c.text(at)), " "), words)
}

// wordsStart returns where, after blanks, the words of a span begin.
func wordsStart(file *dsl.File, at dsl.Span) dsl.Pos {
	start := at.Start
	if file == nil || start.Offset > len(file.Text) {
		return start
	}
	for _, b := range []byte(file.Text[start.Offset:min(at.End.Offset, len(file.Text))]) {
		if b != ' ' && b != '\t' {
			break
		}
		start.Offset++
		start.Column++
	}
	return start
}
