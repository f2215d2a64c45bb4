package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/traverse"
)

// severalKinds holds more of oddPaths, with roots of several kinds.
var severalKinds = [][]string{
	{"EmailOpened or EmailClicked", "EmailOpened", "EmailClicked", "Interaction"},
	{"EmailOpened", "EmailClicked or EmailOpened or WebsiteVisited", "EmailOpened or EmailClicked"},
}

// parts draws the parts of a model of the second layer.
func (g *odd) parts(b *strings.Builder) {
	if g.chance(3, "season") {
		b.WriteString(g.season(g.scene))
	}
	if g.chance(2, "audience") {
		b.WriteString("audience {\n")
		paths := g.paths()
		path := pick(g.generator, "path", paths...)
		for range g.number("audience", 1, 2) {
			g.holding(b, paths, path, []string{g.oddReference(path)}, 1)
		}
		b.WriteString("}\n")
	}
	for range g.number("parts", 1, 3) {
		g.part(b, 1)
	}
	if g.chance(2, "limit") {
		b.WriteString(g.limit(false))
	}
}

// part draws a part of a model, group or dimension.
func (g *odd) part(b *strings.Builder, depth int) {
	kinds := []string{"condition", "condition", "condition", "first of", "table"}
	if depth <= 2 {
		kinds = append(kinds, "group")
	}
	if depth == 1 {
		kinds = append(kinds, "dimension")
	}
	seasonal := func() {
		if g.chance(2, "season") {
			b.WriteString(g.season(g.scene))
		}
	}
	switch pick(g.generator, "part", kinds...) {
	case "condition":
		g.condition(b)
	case "first of":
		fmt.Fprintf(b, "first of %q {\n", g.scene.name("F"))
		seasonal()
		for n := range g.number("tiers", 2, 3) {
			if n > 0 && g.chance(1, "again") {
				g.again(b)
			} else {
				g.condition(b)
			}
		}
		b.WriteString("}\n")
	case "table":
		g.table(b)
	case "group":
		fmt.Fprintf(b, "group %q {\n", g.scene.name("G"))
		seasonal()
		if g.chance(1, "limit") {
			b.WriteString(g.limit(false))
		}
		for range g.number("group", 1, 2) {
			g.part(b, depth+1)
		}
		b.WriteString("}\n")
	case "dimension":
		name := g.scene.name("D")
		fmt.Fprintf(b, "dimension %q {\n", name)
		seasonal()
		outOf := g.chance(1, "out of")
		if outOf || g.chance(1, "limit") {
			b.WriteString(g.limit(outOf))
		}
		if outOf {
			fmt.Fprintf(b, "out of %d\n", pick(g.generator, "out of", 100, 1, 7, 10))
		}
		if g.chance(1, "weight") {
			fmt.Fprintf(b, "weight %d%%\n", pick(g.generator, "weight", 50, 1, 33, 150))
		}
		for range g.number("dimension", 1, 2) {
			g.part(b, depth+1)
		}
		g.grades(b)
		b.WriteString("}\n")
	}
}

// again writes the last condition again, perhaps without its season.
func (g *odd) again(b *strings.Builder) {
	name := g.scene.name("C")
	g.scene.conditions = append(g.scene.conditions, name)
	fmt.Fprintf(b, "    condition %q {\n", name)
	without := g.chance(1, "without season")
	for line := range strings.Lines(g.bodies[len(g.bodies)-1]) {
		if !without || !strings.HasPrefix(line, "active ") {
			b.WriteString(line)
		}
	}
}

// table draws a table whose rows are about few values.
func (g *odd) table(b *strings.Builder) {
	paths := g.paths()
	path := pick(g.generator, "path", paths...)
	fmt.Fprintf(b, "table %q by ", g.scene.name("T"))
	row := g.countRow
	if g.chance(1, "by number") || strings.Contains(path, " or ") {
		steps := g.oddSteps(path)
		capped := ""
		if g.chance(1, "cap") {
			capped = " " + g.cap(g.drawn(path, steps))
		}
		fmt.Fprintf(b, "number of %s%s%s%s", path, g.oddRange(path), capped, g.oddWhere(path, nil))
	} else {
		var own []string
		for _, ref := range g.oddReferences(path) {
			if !strings.Contains(ref, ".") {
				own = append(own, ref)
			}
		}
		ref := pick(g.generator, "field", own...)
		fmt.Fprintf(b, "%s.%s", path, ref)
		field := g.fieldOf(g.oddSteps(path), ref)
		row = func() string { return g.oddOperator(field, g.moments, g.spans, g.scene.zone) }
	}
	b.WriteString(" {\n")
	for range g.number("rows", 1, 4) {
		fmt.Fprintf(b, "%s %s\n", row(), g.rowPoints())
	}
	if g.chance(1, "otherwise") {
		fmt.Fprintf(b, "otherwise %s\n", g.rowPoints())
	}
	b.WriteString("}\n")
}

// drawn returns a path to which a cap, burst or decay may be added.
func (g *odd) drawn(path string, steps []step) drawn {
	d := newDrawn(path, steps)
	if steps[0].name == traverse.AnyInteraction {
		d.steps = slices.Clone(steps)
		d.steps[0].any = true
	}
	return d
}

// items draws the items of a condition, and reports whether its points need a bound.
func (g *odd) items(b *strings.Builder, paths []string, path string, references []string) (bounded bool) {
	if g.chance(3, "season") {
		b.WriteString(g.season(g.scene))
	}
	another := func() string {
		if g.chance(1, "another") {
			return pick(g.generator, "another path", paths...)
		}
		return path
	}
	kind := pick(g.generator, "kind", "count", "count", "decay", "without", "same", "hold", "hold", "hold")
	at := another()
	_, dated := rangeType(g.oddSteps(at))
	if !dated && (kind == "decay" || kind == "without") {
		kind = "hold"
	}
	switch kind {
	case "count":
		for range pick(g.generator, "counting", 1, 1, 2) {
			g.child(b, pick(g.generator, "frequency", "each", "each", "every 2"), another(), references, "cap")
		}
	case "decay":
		g.child(b, pick(g.generator, "frequency", "each", "has"), at, references, "cap", "decay")
	case "without":
		typ, _ := rangeType(g.oddSteps(at))
		g.child(b, "every "+g.inUnitsOf(typ, pick(g.generator, "span", g.spans...))+" without", at, references)
		bounded = true
	case "same":
		g.sameValue(b, g.scene)
	}
	holding := g.number("holding", 0, 2)
	if kind == "hold" {
		holding = pick(g.generator, "holding", 1, 2, 2, 3)
	}
	for range holding {
		g.holding(b, paths, another(), references, 1)
	}
	return bounded
}

// holding draws a child that holds, or a block of such children.
func (g *odd) holding(b *strings.Builder, paths []string, path string, references []string, depth int) {
	if depth > 2 || !g.chance(2, "block") {
		if _, dated := rangeType(g.oddSteps(path)); dated && g.chance(3, "burst") {
			g.child(b, "at least 2", path, references, "burst")
			return
		}
		frequency := pick(g.generator, "frequency", "has", "has", "none", "at least 2", "at least 3", "at most 1", "at most 2", "exactly 1", "from 1 to 2")
		g.child(b, frequency, path, references, "cap")
		return
	}
	b.WriteString(pick(g.generator, "block", "any of {\n", "any of {\n", "all of {\n"))
	for range g.number("block", 1, 3) {
		at := path
		if g.chance(1, "another") {
			at = pick(g.generator, "another path", paths...)
		}
		g.holding(b, paths, at, references, depth+1)
	}
	b.WriteString("}\n")
}

// child draws a child with some additions.
func (g *odd) child(b *strings.Builder, frequency, path string, references []string, additions ...string) {
	steps := g.oddSteps(path)
	d := g.drawn(path, steps)
	text := g.oddRange(path)
	for _, a := range additions {
		switch {
		case a == "burst":
			text += " within any " + g.burstSpan(d.typ)
		case a == "decay":
			span := g.inUnitsOf(d.typ, pick(g.generator, "span", g.spans...))
			text += " " + pick(g.generator, "decay", "halving every "+span, "losing 100% every "+span, "losing 50% every "+span, "fading over 5 days")
		case g.chance(2, a):
			text += " " + g.cap(d)
		}
	}
	fmt.Fprintf(b, "        %s %s%s%s\n", frequency, path, text, g.oddWhere(path, references))
}
