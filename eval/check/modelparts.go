package check

import (
	"strconv"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/internal/zones"
)

// A modelChecker checks one model.
type modelChecker struct {
	*checker
	model *Model
	// names holds conditions, groups, tables, first of blocks and dimensions.
	names map[string]named
	// flat is set if no clause is one that only models with Parts have.
	flat       bool
	dimensions []*Dimension
	gradeList  []string // the names of the model's grades
	label      *dsl.Label
}

// A section is a model, a dimension or a group while its clauses are checked.
type section struct {
	what   string // "model", "dimension" or "group"
	once   map[string]dsl.Span
	parts  []Part
	limit  Limit
	season *Window
	bands  []*dsl.Grade
}

func (c *checker) model(m *dsl.Model) *Model {
	k := &modelChecker{
		checker: c,
		model:   &Model{Schema: c.schema, Zone: time.UTC, Source: m, File: c.file.Name},
		names:   make(map[string]named, len(m.Clauses)), // nearly all of them are conditions
		flat:    isFlat(m),
	}
	model := k.model
	head := m.Span
	if m.Name != nil {
		model.Name, head = m.Name.Value, m.Name.Span
		if c.byName != nil && c.byName[model.Name] == nil {
			c.byName[model.Name] = k
		}
	}
	s := k.section("model")
	// These come first: the meaning of dates and paths depends on them.
	for _, clause := range m.Clauses {
		switch cl := clause.(type) {
		case *dsl.TimeZone:
			if k.first(s, "time zone", cl.Span) {
				k.zone(model, cl.Zone)
			}
		case *dsl.Target:
			if k.first(s, "target", cl.Span) {
				model.Target = cl.Kind
			}
		}
	}
	c.target = model.Target
	model.Conditions = make([]Condition, 0, len(m.Clauses))
	c.allocate(m)
	var ready *dsl.SalesReady
	for _, clause := range m.Clauses {
		switch cl := clause.(type) {
		case *dsl.Description:
			if k.first(s, "description", cl.Span) {
				model.Description = cl.Text.Value
			}
		case *dsl.SalesReady:
			if k.salesReady(s, cl) {
				ready = cl
			}
		case *dsl.Label:
			if k.first(s, "label", cl.Span) {
				k.label = cl
			}
		case *dsl.Audience:
			if k.first(s, "audience", cl.Span) {
				model.Audience = k.audience(cl)
			}
		case *dsl.Dimension:
			k.dimension(s, cl)
		default:
			k.clause(s, clause)
		}
	}
	if _, ok := s.once["target"]; !ok && !m.Incomplete {
		c.problem(head, CodeMissing, "the model has no target").Expected = []string{
			"target contact", "target account", "target lead", "target lead with contact"}
	}
	model.Limit, model.Season = s.limit, s.season
	model.Grades = c.grades(s.bands)
	k.gradeList = gradeNames(s.bands)
	k.labelled()
	if ready != nil {
		model.Decision = k.decision(ready.When)
	}
	model.Parts = k.parts(s)
	return model
}

// isFlat reports whether a model has only clauses of models whose score is the sum of
// their conditions.
func isFlat(m *dsl.Model) bool {
	for _, clause := range m.Clauses {
		switch cl := clause.(type) {
		case *dsl.Condition, *dsl.Description, *dsl.Target, *dsl.TimeZone, *dsl.Grade, *dsl.Let:
		case *dsl.SalesReady:
			if cl.When != nil {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// parts returns the parts of the model, or nil if it has none but conditions that need
// no parts.
func (k *modelChecker) parts(s *section) []Part {
	if !k.flat {
		if s.parts == nil {
			return []Part{}
		}
		return s.parts
	}
	for i := range k.model.Conditions {
		if needsParts(&k.model.Conditions[i]) {
			for i := range k.model.Conditions {
				s.parts = append(s.parts, ConditionPart(i))
			}
			return s.parts
		}
	}
	return nil
}

// needsParts reports whether a condition is more than points for a smallest count.
func needsParts(c *Condition) bool {
	if c.Bound != 0 || c.Season != nil || c.Items != nil {
		return true
	}
	for i := range c.Children {
		if ch := &c.Children[i]; ch.Aging != nil || ch.Every != 0 {
			return true
		}
	}
	return false
}

func (k *modelChecker) section(what string) *section {
	return &section{what: what, once: map[string]dsl.Span{}}
}

// first reports a clause that occurs again in a section that may have only one.
func (k *modelChecker) first(s *section, what string, at dsl.Span) bool {
	if before, ok := s.once[what]; ok {
		d := k.problem(at, dsl.CodeRepeated, "a %s has only one %s", s.what, what)
		d.Related = []dsl.Related{{Summary: "the first is here", File: k.file.Name, Span: before}}
		return false
	}
	s.once[what] = at
	return true
}

// clause checks a clause that a model, a dimension or a group may have.
func (k *modelChecker) clause(s *section, clause dsl.Clause) {
	switch cl := clause.(type) {
	case *dsl.Condition:
		at := k.addCondition(cl)
		if !k.flat {
			s.parts = append(s.parts, ConditionPart(at))
		}
	case *dsl.Group:
		s.parts = append(s.parts, k.group(cl))
	case *dsl.FirstOf:
		s.parts = append(s.parts, k.firstOf(cl))
	case *dsl.Table:
		s.parts = append(s.parts, k.table(cl))
	case *dsl.Grade:
		s.bands = append(s.bands, cl)
	case *dsl.Limit:
		if k.first(s, "limit", cl.Span) {
			s.limit = k.limit(cl)
		}
	case *dsl.Active:
		if k.first(s, "season", cl.Span) {
			s.season = k.season(k.model, cl)
		}
	}
}

// name notes the name of a part, which no other part of the model may have.
func (k *modelChecker) name(name *dsl.String, what string) string {
	if name == nil {
		return ""
	}
	k.unique(k.names, name, what)
	return name.Value
}

// addCondition checks a condition and returns its index.
func (k *modelChecker) addCondition(cond *dsl.Condition) int {
	k.name(cond.Name, "condition")
	at := k.add(Condition{Source: cond})
	k.condition(k.model, &k.model.Conditions[at])
	return at
}

// add adds a condition and returns its index.
func (k *modelChecker) add(c Condition) int {
	k.model.Conditions = append(k.model.Conditions, c)
	return len(k.model.Conditions) - 1
}

func (k *modelChecker) group(g *dsl.Group) *Group {
	s := k.section("group")
	out := &Group{Name: k.name(g.Name, "group"), Source: g}
	for _, clause := range g.Clauses {
		k.clause(s, clause)
	}
	out.Season, out.Limit, out.Parts = s.season, s.limit, s.parts
	return out
}

func (k *modelChecker) firstOf(f *dsl.FirstOf) *Tiers {
	out := &Tiers{Name: k.name(f.Name, "first of block"), FirstOf: f}
	if f.Active != nil {
		out.Season = k.season(k.model, f.Active)
	}
	for _, cond := range f.Tiers {
		out.Conditions = append(out.Conditions, k.addCondition(cond))
	}
	return out
}

// salesReady checks a sales-ready score. It reports whether a decision is there in its
// place, which is to be checked when everything else is known.
func (k *modelChecker) salesReady(s *section, cl *dsl.SalesReady) bool {
	if cl.When != nil {
		return k.first(s, "sales-ready score", cl.Span)
	}
	if n, ok := k.integer(cl.Threshold); ok && k.first(s, "sales-ready score", cl.Span) {
		k.model.SalesReady = grades.ReadyAt(n)
	}
	return false
}

// maxLimit is the largest bound of a limit.
const maxLimit = 1_000_000_000_000

func (k *modelChecker) limit(l *dsl.Limit) Limit {
	var out Limit
	bound := func(n *dsl.Number) (int64, bool) {
		if n == nil || n.Bad {
			return 0, false
		}
		v, err := strconv.ParseInt(n.Text, 10, 64)
		if err != nil || v > maxLimit || v < -maxLimit {
			k.problem(n.Span, CodePoints, "%s is too much for a limit; limits go from -%d to %d", brief(n.Text), maxLimit, maxLimit)
			return 0, false
		}
		return v, true
	}
	out.Lo, out.HasLo = bound(l.From)
	out.Hi, out.HasHi = bound(l.To)
	if out.HasLo && out.HasHi && out.Lo > out.Hi {
		d := k.problem(dsl.Span{Start: l.From.Start, End: l.To.End}, CodeBounds,
			"the bounds are out of order: %s is more than %s", brief(l.From.Text), brief(l.To.Text))
		d.Help = "write limit from " + brief(l.To.Text) + " to " + brief(l.From.Text)
		return Limit{}
	}
	return out
}

func (c *checker) zone(model *Model, zone *dsl.String) {
	if zone.Bad {
		return
	}
	if loc := zones.Location(zone.Value); loc != nil {
		model.Zone = loc
		return
	}
	d := c.problem(zone.Span, CodeTimeZone, "%s is not a time zone of the IANA database", brief(zone.Raw))
	var hint zones.Hint
	if len(c.diags) <= maxSuggestions {
		hint = zones.Suggest(zone.Value)
	}
	if d.Help, d.Nearest = hint.Help, hint.Nearest; hint == (zones.Hint{}) {
		d.Expected = []string{"a name such as Europe/Berlin or UTC"}
	}
	if hint.Sure {
		d.Replace(strconv.Quote(hint.Nearest))
	}
}
