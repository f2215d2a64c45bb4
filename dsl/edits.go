package dsl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// ApplyEdits returns text, the whole text of a file, with edits made, all of them at once:
// their spans are places in text as it is now, and only the offsets of these count. Edits
// that insert at one place keep their order. It fails if a span does not lie within text, or
// if two of them overlap.
func ApplyEdits(text string, edits []Edit) (string, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset), cmp.Compare(a.Span.End.Offset, b.Span.End.Offset))
	})
	var b strings.Builder
	last := 0
	for _, e := range sorted {
		from, to := e.Span.Start.Offset, e.Span.End.Offset
		switch {
		case from < 0 || from > to || to > len(text):
			return "", fmt.Errorf("dsl: the edit of bytes %d to %d does not lie within the text of %d bytes", from, to, len(text))
		case from < last:
			return "", fmt.Errorf("dsl: the edit of bytes %d to %d overlaps another one", from, to)
		}
		b.WriteString(text[last:from])
		b.WriteString(e.Text)
		last = to
	}
	b.WriteString(text[last:])
	return b.String(), nil
}

// Fixes returns the fixes of those problems that are in the file with that name, in the
// order of the text, for [ApplyEdits]. Of fixes that overlap it returns the first: when that
// is made and the file is checked again, the problem of the other is still there or is gone.
func (ds Diagnostics) Fixes(file string) []Edit {
	var edits []Edit
	for _, d := range ds {
		if d.File == file && d.Fix != nil {
			edits = append(edits, *d.Fix)
		}
	}
	slices.SortStableFunc(edits, func(a, b Edit) int { return cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset) })
	last := -1
	return slices.DeleteFunc(edits, func(e Edit) bool {
		if e.Span.Start.Offset <= last { // also of two at one place, which may insert the same
			return true
		}
		last = max(e.Span.End.Offset, e.Span.Start.Offset)
		return false
	})
}

// FormatEdits returns the edits that bring text into the canonical form, as [Format] does,
// in the order of the text and as small as whole lines allow. name is the name of the file
// in diagnostics.
//
// If text does not parse, FormatEdits also returns its problems, and the edits are those of
// the blocks at its top level that could be read as a whole. All else stays as it is.
func FormatEdits(name, text string) ([]Edit, Diagnostics) {
	f, diags := Parse(name, text, Limits{})
	lines := NewLines(text)
	if len(diags) == 0 {
		return lines.edits(0, len(text), formatted(f)), nil
	}
	var edits []Edit
	for _, b := range f.Blocks {
		from, to := b.At().Start.Offset, b.At().End.Offset
		if !sound(b, text, diags) {
			continue
		}
		for from > 0 && (text[from-1] == ' ' || text[from-1] == '\t') {
			from--
		}
		if from > 0 && text[from-1] != '\n' {
			continue // something else is on its line
		}
		var p printer
		p.block(b, false)
		inside := slices.DeleteFunc(slices.Clone(f.Comments), func(c Comment) bool { return c.Start.Offset < from || c.Start.Offset >= to })
		edits = append(edits, lines.edits(from, to, strings.TrimSuffix(p.print(inside), "\n"))...)
	}
	return edits, diags
}

// sound reports whether a block of text has no problem. One that comes right after the block may
// be that something is missing in it.
func sound(b Block, text string, diags Diagnostics) bool {
	at := b.At()
	at.End.Offset = len(text) - len(strings.TrimLeft(text[at.End.Offset:], " \t\r\n"))
	for _, d := range diags {
		if d.More != 0 || d.Span.Start.Offset <= at.End.Offset && d.Span.End.Offset >= at.Start.Offset {
			return false
		}
		for _, r := range d.Related {
			if r.Span.Start.Offset <= at.End.Offset && r.Span.End.Offset >= at.Start.Offset {
				return false
			}
		}
	}
	whole := true
	Walk(b, func(n Node) bool {
		whole = whole && !incomplete(n)
		return whole
	})
	return whole
}

// incomplete reports whether something of a node itself could not be read.
func incomplete(n Node) bool {
	switch n := n.(type) {
	case *Let:
		return n.Value == nil
	case *Entity:
		return n.Incomplete || n.Name == nil
	case *Model:
		return n.Incomplete || n.Name == nil
	case *Test:
		return n.Incomplete || n.Name == nil
	case *Stages:
		return n.Incomplete || n.Name == nil
	case *LeadCreation:
		return n.Incomplete || n.Name == nil
	case *Assignment:
		return n.Incomplete || n.Name == nil
	case *AssignmentRule:
		return n.Incomplete || n.Name == nil || n.Set == nil
	case *ChooseModel:
		return n.Incomplete
	case *Group:
		return n.Incomplete || n.Name == nil
	case *FirstOf:
		return n.Incomplete || n.Name == nil
	case *Table:
		return n.Incomplete || n.Name == nil
	case *Dimension:
		return n.Incomplete || n.Name == nil
	case *Audience:
		return n.Incomplete
	case *Condition:
		return n.Incomplete || n.Name == nil || n.Score == nil
	case *ItemBlock:
		return n.Incomplete
	case *Child:
		return n.Incomplete
	case *Comparison:
		return n.Incomplete
	}
	return false
}

// edits returns the edits that turn the text between two offsets into other text.
func (l *Lines) edits(from, to int, other string) []Edit {
	var edits []Edit
	old, now := splitLines(l.text[from:to]), splitLines(other)
	at := from
	for len(old) > 0 || len(now) > 0 {
		if len(old) > 0 && len(now) > 0 && old[0] == now[0] {
			at += len(old[0])
			old, now = old[1:], now[1:]
			continue
		}
		i, j := meeting(old, now)
		removed, added := strings.Join(old[:i], ""), strings.Join(now[:j], "")
		edits = append(edits, l.edit(at, removed, added))
		at += len(removed)
		old, now = old[i:], now[j:]
	}
	return edits
}

// edit returns the edit that replaces one text, which begins at an offset, with another,
// without what both begin and end with.
func (l *Lines) edit(at int, removed, added string) Edit {
	head := 0
	for head < len(removed) && head < len(added) && removed[head] == added[head] {
		head++
	}
	for head > 0 && (head < len(removed) && !utf8.RuneStart(removed[head]) || head < len(added) && !utf8.RuneStart(added[head])) {
		head--
	}
	removed, added = removed[head:], added[head:]
	at += head
	tail := 0
	for tail < len(removed) && tail < len(added) && removed[len(removed)-1-tail] == added[len(added)-1-tail] {
		tail++
	}
	for tail > 0 && !utf8.RuneStart(removed[len(removed)-tail]) {
		tail--
	}
	return Edit{l.Span(at, at+len(removed)-tail), added[:len(added)-tail]}
}

// splitLines splits text into lines with their ends.
func splitLines(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// meeting returns how many lines of each of two lists come before the next ones that are
// equal and not blank; or all of them, if there are none near.
func meeting(a, b []string) (i, j int) {
	const near = 50 // lines in all
	for sum := 1; sum <= near; sum++ {
		for i := range sum + 1 {
			j := sum - i
			if i < len(a) && j < len(b) && a[i] == b[j] && strings.TrimSpace(a[i]) != "" {
				return i, j
			}
		}
	}
	for n := 1; n <= min(len(a), len(b)); n++ {
		if n < len(a) && n < len(b) && strings.TrimSpace(a[n]) == strings.TrimSpace(b[n]) {
			return n, n // only white space differs
		}
	}
	return len(a), len(b)
}
