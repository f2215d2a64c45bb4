package command

import (
	"fmt"
	"slices"
	"strings"
)

// diffContext is how many unchanged lines surround a change.
const diffContext = 3

// unifiedDiff returns the difference of two lists of lines, which include their line
// ends, in the unified format of diff -u.
func unifiedDiff(nameA, nameB string, a, b []string) string {
	a, b = dropEmptyLast(a), dropEmptyLast(b)
	edits := diffLines(a, b)
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", nameA, nameB)
	for start := 0; start < len(edits); {
		if edits[start].kind == ' ' {
			start++
			continue
		}
		// A hunk goes on until more unchanged lines follow than two contexts hold.
		end, same := start, 0
		for i := start; i < len(edits) && same <= 2*diffContext; i++ {
			if edits[i].kind == ' ' {
				same++
			} else {
				same, end = 0, i+1
			}
		}
		from, to := max(start-diffContext, 0), min(end+diffContext, len(edits))
		var countA, countB int
		for _, e := range edits[from:to] {
			if e.kind != '+' {
				countA++
			}
			if e.kind != '-' {
				countB++
			}
		}
		fmt.Fprintf(&out, "@@ -%s +%s @@\n", hunkRange(edits[from].a, countA), hunkRange(edits[from].b, countB))
		for _, e := range edits[from:to] {
			out.WriteByte(e.kind)
			out.WriteString(e.line)
			if !strings.HasSuffix(e.line, "\n") {
				out.WriteString("\n\\ No newline at end of file\n")
			}
		}
		start = to
	}
	return out.String()
}

// hunkRange returns the range of a hunk's lines: the first, counted from 1, and their
// number.
func hunkRange(at, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", at)
	case 1:
		return fmt.Sprint(at + 1)
	}
	return fmt.Sprintf("%d,%d", at+1, count)
}

func dropEmptyLast(lines []string) []string {
	if n := len(lines); n > 0 && lines[n-1] == "" {
		return lines[:n-1]
	}
	return lines
}

// An edit is one line that is kept (' '), deleted ('-') or inserted ('+'). a and b
// are the numbers of lines before it on either side.
type edit struct {
	kind byte
	line string
	a, b int
}

// maxEdits limits the search for a shortest list of edits, which takes memory in
// proportion to the square of its length.
const maxEdits = 4000

// diffLines returns a shortest list of edits from a to b, by the algorithm of Myers.
// If a and b have little in common, the list deletes all of a and inserts all of b.
func diffLines(a, b []string) []edit {
	// furthest[k+most] is the index in a that the best path on diagonal k reaches.
	most := len(a) + len(b)
	furthest := make([]int, 2*most+2)
	var trace [][]int // furthest[-d..d] before step d
	x, y := 0, 0
search:
	for d := 0; ; d++ {
		if d > maxEdits {
			return replaceAll(a, b)
		}
		trace = append(trace, slices.Clone(furthest[most-d:most+d+1]))
		for k := -d; k <= d; k += 2 {
			if k == -d || k != d && furthest[most+k-1] < furthest[most+k+1] {
				x = furthest[most+k+1]
			} else {
				x = furthest[most+k-1] + 1
			}
			y = x - k
			for x < len(a) && y < len(b) && a[x] == b[y] {
				x++
				y++
			}
			furthest[most+k] = x
			if x >= len(a) && y >= len(b) {
				break search
			}
		}
	}
	// Walk back along the trace.
	var edits []edit
	for d := len(trace) - 1; d >= 0; d-- {
		before := func(k int) int {
			if i := k + d; i >= 0 && i < len(trace[d]) {
				return trace[d][i]
			}
			return 0
		}
		k := x - y
		previous := k - 1
		if k == -d || k != d && before(k-1) < before(k+1) {
			previous = k + 1
		}
		fromX := before(previous)
		fromY := fromX - previous
		if d == 0 {
			fromX, fromY = 0, 0
		}
		for x > fromX && y > fromY {
			x--
			y--
			edits = append(edits, edit{' ', a[x], x, y})
		}
		if d == 0 {
			break
		}
		if x > fromX {
			x--
			edits = append(edits, edit{'-', a[x], x, y})
		} else {
			y--
			edits = append(edits, edit{'+', b[y], x, y})
		}
	}
	slices.Reverse(edits)
	return edits
}

func replaceAll(a, b []string) []edit {
	var edits []edit
	for i, line := range a {
		edits = append(edits, edit{'-', line, i, 0})
	}
	for i, line := range b {
		edits = append(edits, edit{'+', line, len(a), i})
	}
	return edits
}
