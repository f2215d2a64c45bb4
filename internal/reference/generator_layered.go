package reference

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// A scene is the model for which rules are drawn.
type scene struct {
	zone, target string
	conditions   []string       // the names of its conditions
	graded       []string       // the dimensions that have grades
	grades       map[string]int // how many, by dimension; "" is the model
	labelled     []string       // the dimensions of the label
	names        int            // how many names are taken
}

func (s *scene) name(kind string) string {
	s.names++
	return fmt.Sprintf("%s%d", kind, s.names)
}

// layeredRules draws models of the second layer of the language.
func (g *generator) layeredRules() string {
	g.fileLets = &strings.Builder{}
	g.plain = g.chance(1, "plain")
	if g.chance(1, "few words") {
		g.fewFragments = []string{"a", "A", "k", "\u212a", " "}
	}
	var b strings.Builder
	for m := range g.number("models", 1, 2) {
		s := &scene{zone: "UTC", grades: map[string]int{}}
		s.target = pick(g, "target", "contact", "account", "lead", "lead with contact")
		var model strings.Builder
		fmt.Fprintf(&model, "target %s\n", s.target)
		if !g.chance(3, "no zone") {
			s.zone = g.zone
			fmt.Fprintf(&model, "time zone %q\n", s.zone)
		}
		g.modelLets = &strings.Builder{}
		if g.chance(3, "season") {
			model.WriteString(g.season(s))
		}
		if g.chance(3, "audience") {
			model.WriteString("audience {\n")
			for range g.number("audience", 1, 2) {
				g.holding(&model, s, 1)
			}
			model.WriteString("}\n")
		}
		for range g.number("parts", 1, 4) {
			if g.chance(1, "dimension") {
				g.dimension(&model, s)
			} else {
				g.part(&model, s, 1)
			}
		}
		if g.chance(2, "limit") {
			model.WriteString(g.limit(false))
		}
		s.grades[""] = g.grades(&model)
		if len(s.graded) > 0 && g.chance(1, "label") {
			s.labelled = s.graded[:g.number("labelled", 1, len(s.graded))]
			fmt.Fprintf(&model, "label \"%s\"\n", strings.Join(s.labelled, `", "`))
		}
		switch pick(g, "sales ready", "at", "when", "when", "never") {
		case "at":
			fmt.Fprintf(&model, "sales ready at %s\n", g.let(pick(g, "threshold", "1", "0", "-1", "7", "50")))
		case "when":
			fmt.Fprintf(&model, "sales ready when %s\n", g.logic(2, "", func() string { return g.judgment(s) }))
		}
		fmt.Fprintf(&b, "model \"M%d\" {\n%s%s}\n", m, model.String(), g.modelLets)
	}
	b.WriteString(g.fileLets.String())
	return b.String()
}

// layeredSharpRules draws models of conditions with one child or block each, so that
// nothing hides the effect of its cap, burst, decay or values.
func (g *generator) layeredSharpRules() string {
	g.fileLets, g.modelLets = &strings.Builder{}, &strings.Builder{}
	g.plain = true
	if g.chance(1, "few words") {
		g.fewFragments = []string{"a", "A", "k", "\u212a"}
	}
	s := &scene{zone: g.zone, grades: map[string]int{}, target: pick(g, "target", "contact", "account", "lead", "lead with contact")}
	var b strings.Builder
	fmt.Fprintf(&b, "model \"M\" {\ntarget %s\ntime zone %q\n", s.target, s.zone)
	for range g.number("conditions", 1, 6) {
		d := g.sharpPath(s)
		fmt.Fprintf(&b, "condition %q {\n", s.name("C"))
		bounded := g.chance(1, "bounded")
		switch pick(g, "kind", "cap", "cap", "decay", "decay", "without", "burst", "same", "lead") {
		case "lead":
			// Under `target lead` the names mean the lead that is scored.
			lead := step{traverse.Lead, g.schema.Entity(traverse.Lead), false}
			fmt.Fprintf(&b, "each Lead.ParentContact.Clicks once per Lead.%s where Lead.%s\n", g.x(lead, 1), g.comparison(lead, s.zone))
		case "cap":
			g.write(&b, s, pick(g, "frequency", "each", "each", "every 2", "every 3"), d, "cap")
		case "decay":
			g.write(&b, s, pick(g, "frequency", "each", "each", "has"), d, "cap", "decay")
		case "without":
			g.write(&b, s, "every "+g.decaySpan(d)+" without", d)
			bounded = true
		case "burst":
			g.write(&b, s, fmt.Sprintf("at least %d", g.number("burst", 2, 9)), d, "burst")
		case "same":
			g.sameValue(&b, s)
		}
		b.WriteString(g.points(bounded) + "}\n")
	}
	fmt.Fprintf(&b, "%s}\n%s", g.modelLets, g.fileLets)
	return b.String()
}

// layeredManyRules draws models of many conditions that count interactions, in groups,
// dimensions and tables.
func (g *generator) layeredManyRules() string {
	g.random = g.seeded("rules")
	if !g.databases && g.chance(8, "large") { // scoring one takes a second or two
		g.large = pick(g, "large", byHops, byHops, byHops, byInteractions)
		return g.largeRules()
	}
	g.fileLets = &strings.Builder{}
	left := pick(g, "conditions", 5, 10, 20, 40, 70, 100)
	models := pick(g, "models", 1, 1, 2, 5)
	var b strings.Builder
	for m := range models {
		s := &scene{zone: pick(g, "zone", "UTC", g.zone), grades: map[string]int{}}
		s.target = pick(g, "target", "contact", "account", "lead", "lead with contact")
		g.modelLets = &strings.Builder{}
		fmt.Fprintf(&b, "model \"M%d\" {\ntarget %s\ntime zone %q\n", m, s.target, s.zone)
		for s.names < max(left/models, 1) {
			if g.chance(2, "dimension") {
				g.dimension(&b, s)
			} else {
				g.part(&b, s, 1)
			}
		}
		s.grades[""] = g.grades(&b)
		if len(s.graded) > 0 {
			s.labelled = s.graded[:1]
			fmt.Fprintf(&b, "label %q\n", s.labelled[0])
		}
		fmt.Fprintf(&b, "sales ready when %s\n%s}\n", g.logic(2, "", func() string { return g.judgment(s) }), g.modelLets)
	}
	return b.String() + g.fileLets.String()
}

// sharpPath draws a short path whose occurrences have a date.
func (g *generator) sharpPath(s *scene) drawn {
	paths := []string{"EmailOpened", "WebsiteVisited", "Interaction", "EmailOpened or WebsiteVisited", "Lead.Orders", "Lead.Orders.Lead"}
	if s.target != "account" {
		paths = append(paths, "Lead.ParentContact.Visits", "Lead.ParentContact.Visits")
	}
	text := pick(g, "path", paths...)
	return newDrawn(text, g.stepsOfText(text))
}

// let returns a value, or a name that is declared for it in the model or the file.
func (g *generator) let(value string) string {
	if g.fileLets == nil || !g.chance(4, "let") {
		return value
	}
	lets := pick(g, "lets", g.fileLets, g.modelLets)
	g.lets++
	name := fmt.Sprintf("Let%d", g.lets)
	fmt.Fprintf(lets, "let %s = %s\n", name, value)
	return name
}

// season draws a season that often contains as of, or begins or ends there.
func (g *generator) season(s *scene) string {
	now := g.asOf.In(zoneNamed(s.zone))
	moment := func() string {
		switch pick(g, "season", "exact", "day", "before", "other") {
		case "exact":
			return now.UTC().Format("2006-01-02T15:04:05.999999Z")
		case "day":
			return now.Format(time.DateOnly)
		case "before":
			return now.AddDate(0, -1, 0).Format(time.DateOnly)
		}
		return g.moment(s.zone)
	}
	switch pick(g, "season form", "from", "until", "both") {
	case "from":
		return "active from " + g.let(moment()) + "\n"
	case "until":
		return "active until " + g.let(moment()) + "\n"
	}
	from, to := g.inOrder(moment(), moment(), s.zone, traverse.Time)
	return fmt.Sprintf("active from %s to %s\n", from, to)
}

// limit draws a limit, with an upper bound above 0 if that is needed.
func (g *generator) limit(upper bool) string {
	from := pick(g, "least", -1000, -40, 0, 1, 10)
	to := pick(g, "most", 10, 30, 7, 100, 1_000_000_000_000)
	form := pick(g, "limit form", "up to", "both", "from")
	switch {
	case form == "up to":
		return fmt.Sprintf("limit up to %s\n", g.let(fmt.Sprint(to)))
	case form == "both" || upper:
		return fmt.Sprintf("limit from %d to %d\n", min(from, to), to)
	}
	return fmt.Sprintf("limit from %s\n", g.let(fmt.Sprint(from)))
}

// part draws a part of a model, group or dimension.
func (g *generator) part(b *strings.Builder, s *scene, depth int) {
	kinds := []string{"condition", "condition", "condition", "first of", "table", "table"}
	if depth <= 3 {
		kinds = append(kinds, "group")
	}
	switch pick(g, "part", kinds...) {
	case "condition":
		g.condition(b, s)
	case "first of":
		fmt.Fprintf(b, "first of %q {\n", s.name("F"))
		if g.chance(3, "season") {
			b.WriteString(g.season(s))
		}
		for range g.number("tiers", 1, 3) {
			g.condition(b, s)
		}
		b.WriteString("}\n")
	case "table":
		g.table(b, s)
	case "group":
		fmt.Fprintf(b, "group %q {\n", s.name("G"))
		if g.chance(3, "season") {
			b.WriteString(g.season(s))
		}
		if g.chance(1, "limit") {
			b.WriteString(g.limit(false))
		}
		for range g.number("group", 1, 2) {
			g.part(b, s, depth+1)
		}
		b.WriteString("}\n")
	}
}

func (g *generator) dimension(b *strings.Builder, s *scene) {
	name := s.name("D")
	fmt.Fprintf(b, "dimension %q {\n", name)
	if g.chance(3, "season") {
		b.WriteString(g.season(s))
	}
	outOf := g.chance(1, "out of")
	if outOf || g.chance(1, "limit") {
		b.WriteString(g.limit(outOf))
	}
	if outOf {
		fmt.Fprintf(b, "out of %d\n", pick(g, "out of", 100, 1, 7, 10, 1_000_000))
	}
	if g.chance(1, "weight") {
		fmt.Fprintf(b, "weight %d%%\n", pick(g, "weight", 50, 1, 33, 100, 150, 1000))
	}
	for range g.number("dimension", 1, 3) {
		g.part(b, s, 1)
	}
	if s.grades[name] = g.grades(b); s.grades[name] > 0 {
		s.graded = append(s.graded, name)
	}
	b.WriteString("}\n")
}

// logic draws an expression of leaves. outer is the word between the expression and
// others, or "".
func (g *generator) logic(depth int, outer string, leaf func() string) string {
	kind := "leaf"
	if depth > 0 {
		kind = pick(g, "logic", "leaf", "leaf", "and", "or", "not")
	}
	switch kind {
	case "leaf":
		if g.chance(4, "parentheses") {
			return "(" + leaf() + ")"
		}
		return leaf()
	case "not":
		return "not (" + g.logic(depth-1, "", leaf) + ")"
	}
	var terms []string
	for range g.number("terms", 2, 3) {
		terms = append(terms, g.logic(depth-1, kind, leaf))
	}
	text := strings.Join(terms, " "+kind+" ")
	if outer != "" && outer != kind || g.chance(2, "parentheses") {
		return "(" + text + ")"
	}
	return text
}

// judgment draws a part of a decision.
func (g *generator) judgment(s *scene) string {
	kinds := []string{"score"}
	if len(s.conditions) > 0 {
		kinds = append(kinds, "condition", "condition")
	}
	if s.grades[""] > 0 || len(s.graded) > 0 {
		kinds = append(kinds, "grade", "grade")
	}
	if len(s.labelled) > 0 {
		kinds = append(kinds, "label", "label")
	}
	names := func(one func() string) string {
		if g.chance(1, "one") {
			return pick(g, "is", "is ", "is not ") + one()
		}
		return pick(g, "in", "in ", "not in ") + g.let("("+one()+", "+one()+")")
	}
	gradeOf := func(dimension string) string { return fmt.Sprintf("G%d", g.number("grade", 0, s.grades[dimension]-1)) }
	switch pick(g, "judgment", kinds...) {
	case "condition":
		return fmt.Sprintf("condition %q holds", pick(g, "condition", s.conditions...))
	case "grade":
		of := slices.Clone(s.graded)
		if s.grades[""] > 0 {
			of = append(of, "")
		}
		dimension := pick(g, "grade of", of...)
		subject := "grade "
		if dimension != "" {
			subject = fmt.Sprintf("grade of %q ", dimension)
		}
		return subject + names(func() string { return fmt.Sprintf("%q", gradeOf(dimension)) })
	case "label":
		return "label " + names(func() string {
			label := ""
			for _, d := range s.labelled {
				label += gradeOf(d)
			}
			return fmt.Sprintf("%q", label)
		})
	}
	subject := "score "
	if len(s.graded) > 0 && g.chance(1, "of") {
		subject = fmt.Sprintf("score of %q ", pick(g, "score of", s.graded...))
	}
	n := func() string { return g.let(pick(g, "score", "0", "1", "7", "10", "-20", "50", "+100")) }
	if g.chance(2, "among") {
		return subject + pick(g, "among", "in (", "not in (") + n() + ", " + n() + ")"
	}
	if g.chance(2, "between") {
		return subject + "between 0 and " + pick(g, "to", "7", "50", "1000")
	}
	return subject + pick(g, "comparison", "= ", "!= ", "< ", "<= ", "> ", ">= ") + n()
}
