package check

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// maxPoints is the most that one condition adds or subtracts.
const maxPoints = 1_000_000

// maxSpan is the largest count of each unit: a hundred years.
var maxSpan = map[dsl.Unit]int64{
	dsl.Minutes: 52_596_000, dsl.Hours: 876_600, dsl.Days: 36_525,
	dsl.Weeks: 5_218, dsl.Months: 1_200, dsl.Years: 100,
}

type named struct {
	file *dsl.File
	span dsl.Span
}

func (c *checker) models(files []*dsl.File) []*Model {
	var models []*Model
	names := map[string]named{}
	for _, f := range files {
		c.file = f
		for _, b := range f.Blocks {
			m, ok := b.(*dsl.Model)
			if !ok || c.enough() {
				continue
			}
			if m.Name != nil {
				c.unique(names, m.Name, "model")
			}
			models = append(models, c.model(m))
		}
	}
	return models
}

// unique reports an empty name, and one that stands in names already.
func (c *checker) unique(names map[string]named, name *dsl.String, what string) {
	if name.Bad {
		return
	}
	if name.Value == "" {
		c.problem(name.Span, dsl.CodeEmpty, "the name of a %s must not be empty", what)
		return
	}
	if first, ok := names[name.Value]; ok {
		d := c.problem(name.Span, CodeDuplicate, "there are two %ss called %s", what, name.Raw)
		d.Related = []dsl.Related{{Summary: "the first is here", File: first.file.Name, Span: first.span}}
		return
	}
	names[name.Value] = named{c.file, name.Span}
}

func (c *checker) model(m *dsl.Model) *Model {
	model := &Model{Schema: c.schema, Zone: time.UTC, Source: m, File: c.file.Name}
	head := m.Span
	if m.Name != nil {
		model.Name, head = m.Name.Value, m.Name.Span
	}
	once := map[string]dsl.Span{}
	first := func(what string, at dsl.Span) bool {
		if before, ok := once[what]; ok {
			d := c.problem(at, dsl.CodeRepeated, "a model has one %s", what)
			d.Related = []dsl.Related{{Summary: "the first is here", File: c.file.Name, Span: before}}
			return false
		}
		once[what] = at
		return true
	}
	// The time zone comes first: dates mean nothing without it.
	for _, clause := range m.Clauses {
		if z, ok := clause.(*dsl.TimeZone); ok && first("time zone", z.Span) {
			c.zone(model, z.Zone)
		}
	}
	conditions := map[string]named{}
	var bands []*dsl.Grade
	for _, clause := range m.Clauses {
		switch cl := clause.(type) {
		case *dsl.Description:
			if first("description", cl.Span) {
				model.Description = cl.Text.Value
			}
		case *dsl.Target:
			if first("target", cl.Span) {
				model.Account = cl.Account
			}
		case *dsl.SalesReady:
			if n, ok := c.integer(cl.Threshold); ok && first("sales-ready score", cl.Span) {
				model.SalesReady = grades.ReadyAt(n)
			}
		case *dsl.Grade:
			bands = append(bands, cl)
		case *dsl.Condition:
			if cl.Name != nil {
				c.unique(conditions, cl.Name, "condition")
			}
			model.Conditions = append(model.Conditions, c.condition(model, cl))
		}
	}
	if _, ok := once["target"]; !ok && !m.Incomplete {
		c.problem(head, CodeMissing, "the model has no target").Expected = []string{"target contact", "target account"}
	}
	model.Grades = c.grades(bands)
	return model
}

func (c *checker) zone(model *Model, zone *dsl.String) {
	if zone.Bad {
		return
	}
	if loc := location(zone.Value); loc != nil {
		model.Zone = loc
		return
	}
	d := c.problem(zone.Span, CodeTimeZone, "%s is no time zone of the IANA database", zone.Raw)
	if d.Nearest = nearest.Name(zone.Value, slices.Values(zoneNames)); d.Nearest == "" {
		d.Expected = []string{"a name such as Europe/Berlin or UTC"}
	}
}

// locations holds the zones that models have asked for, so that one zone is
// one pointer.
var locations sync.Map // name -> *time.Location

// location returns the zone called name, or nil if the IANA database has none.
func location(name string) *time.Location {
	if loc, ok := locations.Load(name); ok {
		return loc.(*time.Location)
	}
	if !slices.Contains(zoneNames, name) {
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	first, _ := locations.LoadOrStore(name, loc)
	return first.(*time.Location)
}

// integer reads a whole number of 64 bits, and reports any other.
func (c *checker) integer(n *dsl.Number) (int64, bool) {
	if n.Bad {
		return 0, false
	}
	v, err := strconv.ParseInt(n.Text, 10, 64)
	if err != nil {
		d := c.problem(n.Span, dsl.CodeNumber, "%s is too large", brief(n.Text))
		if strings.HasPrefix(n.Text, "-") {
			d.Summary = fmt.Sprintf("%s is too small", brief(n.Text))
		}
		d.Help = fmt.Sprintf("whole numbers go from %d to %d", math.MinInt64, math.MaxInt64)
		return 0, false
	}
	return v, true
}

// brief shortens a hostile text for a message.
func brief(s string) string {
	const longest = 40
	runes := []rune(s[:min(len(s), 8*longest)])
	if len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return string(runes)
}

func (c *checker) grades(clauses []*dsl.Grade) grades.Scale {
	var bands []grades.Band
	whole := true
	for _, g := range clauses {
		band := grades.Band{Name: g.Name.Value}
		number := func(n *dsl.Number) int64 {
			v, ok := c.integer(n)
			whole = whole && ok
			return v
		}
		switch {
		case g.Below != nil:
			band = grades.Below(band.Name, number(g.Below))
		case g.To != nil:
			band = grades.Between(band.Name, number(g.From), number(g.To))
		default:
			band = grades.AtLeast(band.Name, number(g.From))
		}
		whole = whole && !g.Name.Bad
		bands = append(bands, band)
	}
	if !whole {
		return grades.Scale{} // judged without one of them, the others would seem to have a gap
	}
	scale, err := grades.NewScale(bands...)
	problems, _ := errors.AsType[grades.Error](err)
	for _, p := range problems {
		d := c.problem(clauses[p.Band].Span, CodeGrades, "%s", p.Summary)
		if p.Other >= 0 {
			d.Related = []dsl.Related{{Summary: "the other grade is here", File: c.file.Name, Span: clauses[p.Other].Span}}
		}
	}
	return scale
}

func (c *checker) condition(model *Model, cond *dsl.Condition) Condition {
	out := Condition{Source: cond}
	if cond.Name != nil {
		out.Name = cond.Name.Value
	}
	if cond.Score != nil {
		out.Points = c.points(cond.Score.Points)
	}
	for _, ch := range cond.Children {
		if c.enough() {
			break
		}
		out.Children = append(out.Children, c.child(model, ch))
	}
	return out
}

func (c *checker) points(n *dsl.Number) int64 {
	if n.Bad {
		return 0
	}
	v, err := strconv.ParseInt(n.Text, 10, 64)
	switch {
	case err != nil || v > maxPoints || v < -maxPoints:
		c.problem(n.Span, CodePoints, "%s is too much for one condition; points go from -1000000 to 1000000", brief(n.Text))
	case v == 0:
		c.problem(n.Span, CodePoints, "a score of 0 changes nothing; write the points to add or subtract")
	}
	return v
}

func (c *checker) child(model *Model, ch *dsl.Child) Child {
	out := Child{Source: ch, Dated: -1}
	if l := ch.Label; l != nil {
		out.Label = l.Value
		if l.Value == "" && !l.Bad {
			c.problem(l.Span, dsl.CodeEmpty, "an empty display name says nothing; leave it out")
		}
	}
	switch f := ch.Frequency; f.Kind {
	case dsl.Each:
		out.Each = true
	case dsl.AtLeast:
		out.Min = 1
		if f.Count != nil {
			if n, ok := c.integer(f.Count); ok && n < 1 {
				d := c.problem(f.Span, CodeFrequency, "at least %s holds always", f.Count.Text)
				d.Help = "write at least 1, or none for what must not occur"
			} else if ok {
				out.Min = uint64(n)
			}
		}
	}
	path := c.path(ch.Path)
	if path == nil {
		c.rangeAlone(model, ch.Range)
		return out
	}
	out.Path = path
	out.Dated = datedStep(path)
	if ch.Range != nil {
		out.Range = c.dateRange(model, path, out.Dated, ch.Range)
	}
	for _, e := range ch.Where {
		if t := c.test(model, ch, path, e.(*dsl.Comparison)); t != nil {
			out.Tests = append(out.Tests, *t)
		}
	}
	return out
}

// path resolves a child's path, or reports why it cannot and returns nil.
func (c *checker) path(names []*dsl.Name) traverse.Path {
	texts := make([]string, len(names))
	for i, n := range names {
		if n.Bad {
			return nil
		}
		texts[i] = n.Text
	}
	path, err := c.schema.Path(texts...)
	if bad, ok := errors.AsType[*traverse.PathError](err); ok {
		if c.undeclared(texts[:bad.Index], texts[bad.Index]) {
			return nil
		}
		code := CodePath
		if bad.Index == 0 {
			code = CodeName
		}
		d := c.problem(names[bad.Index].Span, code, "%s", bad.Summary)
		d.Nearest = bad.Nearest
		if at, err := c.schema.Path(texts[:bad.Index]...); err == nil && bad.Index == len(texts)-1 {
			if _, ok := at.Last().Entity.Field(texts[bad.Index]); ok {
				d.Help = fmt.Sprintf("test it behind where: %s where %s …", pathText(names[:bad.Index]), names[bad.Index])
			}
		}
		if bad.Index == 0 && bad.Nearest == "" {
			if via := c.wayTo(texts[0]); via != "" {
				d.Help = fmt.Sprintf("write %s", via)
			}
		}
		return nil
	}
	if hops := path.Hops(); hops > traverse.MaxHops {
		over := dsl.Span{Start: names[traverse.MaxHops+1].Start, End: names[len(names)-1].End}
		c.problem(over, CodeHops, "the path takes %s; %s are the most", counted(hops, "hop"), spelled(traverse.MaxHops))
		return nil
	}
	return path
}

// undeclared reports whether a name is that of a field whose declaration could
// not be read: the parser has said all there is to say.
func (c *checker) undeclared(before []string, name string) bool {
	if len(before) == 0 {
		return false
	}
	path, err := c.schema.Path(before...)
	if err != nil {
		return false
	}
	f, ok := path.Last().Entity.Field(name)
	return ok && f.Type == traverse.NoType
}

// wayTo returns the shortest path from Lead to a profile that no path starts at.
func (c *checker) wayTo(entity string) string {
	for r := range relationships(c.schema.Entity(traverse.Lead)) {
		if r.Target == entity {
			return traverse.Lead + "." + r.Name
		}
	}
	return ""
}

func relationships(e *traverse.Entity) func(func(traverse.Relationship) bool) {
	if e == nil {
		return func(func(traverse.Relationship) bool) {}
	}
	return e.Relationships()
}

func counted(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return spelled(n) + " " + what + "s"
}

func spelled(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// datedStep returns the step that a date range speaks of: the first
// interaction, or else the last step that is dated by a field, or else -1.
func datedStep(path traverse.Path) int {
	last := -1
	for i, s := range path {
		if s.Entity.Kind() == traverse.Interaction {
			return i
		}
		if _, ok := s.Entity.Dated(); ok {
			last = i
		}
	}
	return last
}

func (c *checker) dateRange(model *Model, path traverse.Path, step int, r *dsl.Range) *Window {
	if step < 0 {
		d := c.problem(r.Span, CodeDateRange, "nothing on the path says when it came to be, so it has no date range")
		d.Help = fmt.Sprintf("declare `dated by` for %s in the schema, or test a date behind where", path.Last().Entity.Name())
		c.rangeAlone(model, r)
		return nil
	}
	field, _ := path[step].Entity.Dated()
	days := field.Type == traverse.Date
	what := path[step].Entity.Name() + "." + field.Name
	switch r.Kind {
	case dsl.WithinLast:
		if n, ok := c.timeSpan(r.Last, days, what); ok {
			return &Window{Days: days, Lo: relative(-n, r.Last.Unit, 0), Hi: relative(0, r.Last.Unit, 0)}
		}
	case dsl.Since:
		if !r.From.Bad {
			return &Window{Days: days, Lo: fixed(startOf(r.From, days, model.Zone))}
		}
	case dsl.Between:
		if w, ok := c.between(model, r.From, r.To, days); ok {
			return &w
		}
	}
	return nil
}

// rangeAlone checks what can be checked of a date range whose path is unknown.
func (c *checker) rangeAlone(model *Model, r *dsl.Range) {
	switch {
	case r == nil:
	case r.Last != nil:
		c.timeSpan(r.Last, false, "")
	case r.To != nil:
		c.between(model, r.From, r.To, false)
	}
}

func relative(n int64, unit dsl.Unit, plus int64) Bound {
	return Bound{Kind: Relative, N: n, Unit: unit, Plus: plus}
}

func fixed(at int64) Bound { return Bound{Kind: Fixed, At: at} }

// timeSpan reads the count of a length of time, and reports one outside its
// limits, or in minutes or hours where days are counted. what names the field.
func (c *checker) timeSpan(s *dsl.TimeSpan, days bool, what string) (int64, bool) {
	if s.Count.Bad {
		return 0, false
	}
	limit := maxSpan[s.Unit]
	n, err := strconv.ParseInt(s.Count.Text, 10, 64)
	if err != nil || n < 1 || n > limit {
		c.problem(s.Span, CodeTimeSpan, "%s %s is no length of time here; %s go from 1 to %d",
			brief(s.Count.Text), s.Unit, s.Unit, limit)
		return 0, false
	}
	if days && (s.Unit == dsl.Minutes || s.Unit == dsl.Hours) {
		d := c.problem(s.Span, CodeTimeSpan, "%s is a date: it counts in whole days, not in %s", what, s.Unit)
		d.Expected = []string{"days", "weeks", "months", "years"}
		return 0, false
	}
	return n, true
}

// between makes a window of two bounds, and reports those out of order.
func (c *checker) between(model *Model, from, to *dsl.Moment, days bool) (Window, bool) {
	if from.Bad || to.Bad {
		return Window{}, false
	}
	w := Window{Days: days, Lo: fixed(startOf(from, days, model.Zone)), Hi: fixed(endOf(to, days, model.Zone))}
	disorder := w.Lo.At > w.Hi.At
	if !from.HasTime && !to.HasTime {
		// A day that the zone left out is empty, but in order.
		disorder = dayNumber(from) > dayNumber(to)
	}
	if disorder {
		d := c.problem(dsl.Span{Start: from.Start, End: to.End}, CodeBounds, "the bounds are out of order: %s is after %s", from.Raw, to.Raw)
		d.Help = fmt.Sprintf("write between %s and %s", to.Raw, from.Raw)
		return w, false
	}
	return w, true
}

// test checks one expression, or reports why it is none and returns nil.
func (c *checker) test(model *Model, ch *dsl.Child, path traverse.Path, cmp *dsl.Comparison) *Test {
	t, ok := c.reference(ch, path, cmp)
	if !ok {
		return nil
	}
	if t.Field.Derived != traverse.Stored {
		field := cmp.Ref[len(cmp.Ref)-1]
		c.problem(field.Span, CodeDerived, "%s is a %s field: an expression may not use it", t.Field.Name, t.Field.Derived)
		return nil
	}
	if t.Field.Type == traverse.NoType {
		return nil
	}
	p := c.predicate(model, t.Field, cmp)
	if p == nil {
		return nil
	}
	t.Predicate = p
	return &t
}

// reference resolves the field that an expression speaks of.
func (c *checker) reference(ch *dsl.Child, path traverse.Path, cmp *dsl.Comparison) (Test, bool) {
	names := cmp.Ref
	for _, n := range names {
		if n.Bad {
			return Test{}, false
		}
	}
	last := path.Last()
	t := Test{Step: len(path) - 1}
	if len(names) == 1 {
		return c.finish(ch, path, cmp, t, last.Entity)
	}
	at := last.Entity
	hops := names[:len(names)-1]
	if _, ok := at.Relationship(hops[0].Text); !ok {
		// No relationship of the last entity: it must be a step of the path.
		step, ok := c.namedStep(path, hops[0], names[1:])
		if !ok {
			return Test{}, false
		}
		t.Step, at = step, path[step].Entity
		hops = hops[1:]
	}
	for _, n := range hops {
		step, err := c.schema.Hop(at, n.Text)
		if err != nil {
			if f, ok := at.Field(n.Text); !ok || f.Type != traverse.NoType {
				c.problem(n.Span, CodePath, "%s", err.Summary).Nearest = err.Nearest
			}
			return Test{}, false
		}
		if step.Via.Many() {
			d := c.problem(n.Span, CodePath, "%s.%s leads to many records: an expression follows references to one", at.Name(), n.Text)
			switch {
			case slices.ContainsFunc(path, func(s traverse.Step) bool { return s.Name == n.Text }):
				d.Help = fmt.Sprintf("behind %s the name means this relationship, not the step of the path", pathText(ch.Path))
			case t.Step == len(path)-1 && len(t.Hops) == 0 && path.Hops() < traverse.MaxHops:
				d.Help = fmt.Sprintf("hop there in the path: %s.%s", pathText(ch.Path), n)
			}
			return Test{}, false
		}
		t.Hops = append(t.Hops, step)
		at = step.Entity
	}
	if total := path.Hops() + len(t.Hops); total > traverse.MaxHops {
		c.problem(dsl.Span{Start: names[0].Start, End: names[len(names)-1].End}, CodeHops,
			"the path takes %s and this reference %s; together %s are the most",
			counted(path.Hops(), "hop"), counted(len(t.Hops), "hop"), spelled(traverse.MaxHops))
		return Test{}, false
	}
	return c.finish(ch, path, cmp, t, at)
}

// namedStep finds the step of the path that a reference begins with.
func (c *checker) namedStep(path traverse.Path, name *dsl.Name, rest []*dsl.Name) (int, bool) {
	found := -1
	for i, s := range path {
		if s.Name != name.Text {
			continue
		}
		if found >= 0 {
			c.problem(name.Span, CodePath, "two steps of the path are called %s; which one is meant cannot be said", name.Text)
			return 0, false
		}
		found = i
	}
	if found >= 0 {
		return found, true
	}
	last := path.Last().Entity
	if f, ok := last.Field(name.Text); ok {
		if f.Type != traverse.NoType {
			c.problem(name.Span, CodePath, "%s.%s is a field: it leads nowhere", last.Name(), name.Text)
		}
		return 0, false
	}
	candidates := slices.Collect(last.RelationshipNames())
	for _, s := range path {
		candidates = append(candidates, s.Name)
	}
	d := c.problem(name.Span, CodePath, "%s is neither a relationship of %s nor a step of the path", name.Text, last.Name())
	if d.Nearest = nearest.Name(name.Text, slices.Values(candidates)); d.Nearest == "" {
		d.Expected = candidates
	}
	return 0, false
}

// finish resolves the reference's last name as a field of at.
func (c *checker) finish(ch *dsl.Child, path traverse.Path, cmp *dsl.Comparison, t Test, at *traverse.Entity) (Test, bool) {
	name := cmp.Ref[len(cmp.Ref)-1]
	field, ok := at.Field(name.Text)
	if ok {
		t.Field = field
		return t, true
	}
	if _, ok := at.Relationship(name.Text); ok {
		d := c.problem(name.Span, CodeType, "%s.%s is a relationship, not a field", at.Name(), name.Text)
		// Behind the path's last entity the same can be asked with a frequency.
		if t.Step == len(path)-1 && path.Hops()+len(t.Hops) < traverse.MaxHops {
			whole := pathText(ch.Path)
			for _, h := range t.Hops {
				whole += "." + (&dsl.Name{Text: h.Name}).String()
			}
			whole += "." + name.String()
			// Behind none, what must not be missing must be there.
			missing := (cmp.Op == dsl.IsEmpty) != (ch.Frequency.Kind == dsl.None)
			switch {
			case (cmp.Op == dsl.IsEmpty || cmp.Op == dsl.IsNotEmpty) && missing:
				d.Help = fmt.Sprintf("write none %s", whole)
			case cmp.Op == dsl.IsEmpty || cmp.Op == dsl.IsNotEmpty:
				d.Help = fmt.Sprintf("write has %s", whole)
			default:
				d.Help = fmt.Sprintf("name a field behind it: %s.…", name)
			}
		}
		return Test{}, false
	}
	d := c.problem(name.Span, CodeName, "%s has no field %s", at.Name(), name.Text)
	d.Nearest = nearest.Name(name.Text, at.FieldNames())
	if d.Nearest == "" && len(cmp.Ref) == 1 {
		c.elsewhere(d, path, name)
	}
	return Test{}, false
}

// elsewhere helps with a field that a step of the path, or what it refers to, has.
func (c *checker) elsewhere(d *dsl.Diagnostic, path traverse.Path, name *dsl.Name) {
	for r := range path.Last().Entity.Relationships() {
		if to := c.schema.Entity(r.Target); to != nil && !r.Many() && path.Hops() < traverse.MaxHops {
			if _, ok := to.Field(name.Text); ok {
				d.Nearest = (&dsl.Name{Text: r.Name}).String() + "." + name.String()
				return
			}
		}
	}
	for _, s := range path[:len(path)-1] {
		if _, ok := s.Entity.Field(name.Text); ok {
			d.Nearest = (&dsl.Name{Text: s.Name}).String() + "." + name.String()
			return
		}
	}
	fields := slices.Collect(path.Last().Entity.FieldNames())
	const few = 12
	if len(fields) <= few {
		d.Expected = fields
	}
}

func pathText(names []*dsl.Name) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.String()
	}
	return strings.Join(texts, ".")
}

// operators says which operators a type has, in the order of the language
// reference.
var operators = map[traverse.Type][]dsl.Op{
	traverse.Text: {dsl.Equal, dsl.NotEqual, dsl.In, dsl.NotIn, dsl.Contains, dsl.ContainsAny, dsl.BeginsWith, dsl.BeginsWithAny,
		dsl.EndsWith, dsl.EndsWithAny, dsl.NotContains, dsl.NotContainsAny, dsl.NotBeginsWith, dsl.NotBeginsWithAny,
		dsl.NotEndsWith, dsl.NotEndsWithAny},
	traverse.Choice:  {dsl.Equal, dsl.NotEqual, dsl.In, dsl.NotIn},
	traverse.Choices: {dsl.Contains, dsl.NotContains, dsl.ContainsAny, dsl.NotContainsAny, dsl.ContainsAll},
	traverse.Number: {dsl.Equal, dsl.NotEqual, dsl.Less, dsl.LessEqual, dsl.Greater, dsl.GreaterEqual, dsl.InRange,
		dsl.In, dsl.NotIn},
	traverse.Bool: {dsl.Equal, dsl.NotEqual},
	traverse.Time: timeOps,
	traverse.Date: timeOps,
}

var timeOps = []dsl.Op{dsl.On, dsl.Before, dsl.After, dsl.OnOrBefore, dsl.OnOrAfter, dsl.InRange,
	dsl.InLast, dsl.InNext, dsl.OlderThan}

// meant maps an operator that a type lacks to one that it has.
var meant = map[traverse.Type]map[dsl.Op]dsl.Op{
	traverse.Time: timeMeant, traverse.Date: timeMeant,
	traverse.Choices: {dsl.Equal: dsl.Contains, dsl.NotEqual: dsl.NotContains, dsl.In: dsl.ContainsAny, dsl.NotIn: dsl.NotContainsAny},
	traverse.Choice: {dsl.Contains: dsl.Equal, dsl.NotContains: dsl.NotEqual, dsl.ContainsAny: dsl.In, dsl.NotContainsAny: dsl.NotIn,
		dsl.BeginsWith: dsl.Equal, dsl.EndsWith: dsl.Equal},
	traverse.Text:   {dsl.ContainsAll: dsl.ContainsAny},
	traverse.Number: {dsl.After: dsl.Greater, dsl.Before: dsl.Less, dsl.OlderThan: dsl.Greater},
}

var timeMeant = map[dsl.Op]dsl.Op{dsl.Equal: dsl.On, dsl.Less: dsl.Before, dsl.LessEqual: dsl.OnOrBefore,
	dsl.Greater: dsl.After, dsl.GreaterEqual: dsl.OnOrAfter}

// predicate checks operator and operands against the field's type, or reports
// what does not fit and returns nil.
func (c *checker) predicate(model *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
	op := cmp.Op
	if op == dsl.IsEmpty || op == dsl.IsNotEmpty {
		return IsEmpty{Not: op == dsl.IsNotEmpty}
	}
	if !slices.Contains(operators[f.Type], op) {
		d := c.problem(dsl.Span{Start: cmp.OpSpan.Start, End: cmp.End}, CodeType, "%s is %s: %s does not apply to it", f.Name, f.Type.Noun(), op)
		if right, ok := meant[f.Type][op]; ok {
			d.Nearest = right.String()
		}
		for _, o := range operators[f.Type] {
			d.Expected = append(d.Expected, o.String())
		}
		d.Expected = append(d.Expected, dsl.IsEmpty.String(), dsl.IsNotEmpty.String())
		return nil
	}
	if op.List() && len(cmp.Operands) == 0 {
		c.problem(dsl.Span{Start: cmp.OpSpan.Start, End: cmp.End}, dsl.CodeEmpty, "the list is empty: %s needs at least one value", op)
		return nil
	}
	switch f.Type {
	case traverse.Text, traverse.Choice, traverse.Choices:
		return c.textPredicate(f, cmp)
	case traverse.Number:
		return c.numberPredicate(f, cmp)
	case traverse.Bool:
		b, ok := cmp.Operands[0].(*dsl.Bool)
		if !ok {
			c.misfit(f, cmp.Operands[0], "true", "false")
			return nil
		}
		return IsBool{Want: b.Value == (op == dsl.Equal)}
	default:
		return c.timePredicate(model, f, cmp)
	}
}

// misfit reports an operand of the wrong kind.
func (c *checker) misfit(f traverse.Field, l dsl.Literal, expected ...string) {
	text := ""
	if c.file != nil {
		text = c.file.Text[l.At().Start.Offset:l.At().End.Offset]
	}
	d := c.problem(l.At(), CodeType, "%s is %s, and %s is none", f.Name, f.Type.Noun(), brief(text))
	d.Expected = expected
	switch l := l.(type) {
	case *dsl.Number, *dsl.Bool, *dsl.Moment:
		if f.Type == traverse.Text || f.Type == traverse.Choice || f.Type == traverse.Choices {
			d.Help = fmt.Sprintf("write %q", brief(text))
		}
	case *dsl.String:
		if _, err := strconv.ParseFloat(l.Value, 64); err == nil && f.Type == traverse.Number {
			d.Help = fmt.Sprintf("write %s", brief(l.Value))
		}
	}
}

func (c *checker) textPredicate(f traverse.Field, cmp *dsl.Comparison) Predicate {
	fold := traverse.Fold
	if f.Exact {
		fold = func(s string) string { return s }
	}
	listed := map[string]bool{}
	for _, v := range f.Values {
		listed[fold(v)] = true
	}
	var values []string
	sound := true
	for _, o := range cmp.Operands {
		s, ok := o.(*dsl.String)
		switch {
		case !ok:
			c.misfit(f, o, "a text in double quotes")
			sound = false
		case s.Bad:
			sound = false
		case s.Value == "":
			d := c.problem(s.Span, CodeValue, "the empty text equals nothing")
			d.Help = fmt.Sprintf("write %s %s", pathText(cmp.Ref), emptyTest(cmp.Op))
			sound = false
		case f.Type != traverse.Text && !listed[fold(s.Value)]:
			d := c.problem(s.Span, CodeValue, "%s does not list %s", f.Name, brief(s.Raw))
			if near := nearest.Name(s.Value, slices.Values(f.Values)); near != "" {
				d.Nearest = strconv.Quote(near)
			} else {
				const few = 12
				for _, v := range f.Values[:min(few, len(f.Values))] {
					d.Expected = append(d.Expected, strconv.Quote(v))
				}
				if len(f.Values) > few {
					d.Expected = append(d.Expected, "another of its values")
				}
			}
			sound = false
		default:
			values = append(values, fold(s.Value))
		}
	}
	if !sound {
		return nil
	}
	if f.Type == traverse.Choices {
		switch cmp.Op {
		case dsl.ContainsAll:
			return ChoicesMatch{Values: values, All: true}
		case dsl.NotContains, dsl.NotContainsAny:
			return ChoicesMatch{Values: values, Not: true}
		}
		return ChoicesMatch{Values: values}
	}
	p := TextMatch{Values: values}
	switch cmp.Op {
	case dsl.NotEqual, dsl.NotIn, dsl.NotContains, dsl.NotContainsAny, dsl.NotBeginsWith, dsl.NotBeginsWithAny, dsl.NotEndsWith, dsl.NotEndsWithAny:
		p.Not = true
	}
	switch cmp.Op {
	case dsl.Contains, dsl.ContainsAny, dsl.NotContains, dsl.NotContainsAny:
		p.How = Contains
	case dsl.BeginsWith, dsl.BeginsWithAny, dsl.NotBeginsWith, dsl.NotBeginsWithAny:
		p.How = BeginsWith
	case dsl.EndsWith, dsl.EndsWithAny, dsl.NotEndsWith, dsl.NotEndsWithAny:
		p.How = EndsWith
	}
	return p
}

// emptyTest is the operator that was meant by an operator with "".
func emptyTest(op dsl.Op) dsl.Op {
	switch op {
	case dsl.NotEqual, dsl.NotIn:
		return dsl.IsNotEmpty
	}
	return dsl.IsEmpty
}

func (c *checker) numberPredicate(f traverse.Field, cmp *dsl.Comparison) Predicate {
	var values []float64
	sound := true
	for _, o := range cmp.Operands {
		n, ok := o.(*dsl.Number)
		if !ok {
			c.misfit(f, o, "a number")
			sound = false
			continue
		}
		v, ok := c.float(n)
		values = append(values, v)
		sound = sound && ok
	}
	if !sound {
		return nil
	}
	infinity := math.Inf(1)
	switch cmp.Op {
	case dsl.Less:
		return NumberBetween{Lo: -infinity, Hi: values[0], HiOpen: true}
	case dsl.LessEqual:
		return NumberBetween{Lo: -infinity, Hi: values[0]}
	case dsl.Greater:
		return NumberBetween{Lo: values[0], LoOpen: true, Hi: infinity}
	case dsl.GreaterEqual:
		return NumberBetween{Lo: values[0], Hi: infinity}
	case dsl.InRange:
		if values[0] > values[1] {
			a, b := cmp.Operands[0], cmp.Operands[1]
			c.problem(dsl.Span{Start: a.At().Start, End: b.At().End}, CodeBounds, "the bounds are out of order: %s is more than %s",
				brief(a.(*dsl.Number).Text), brief(b.(*dsl.Number).Text))
			return nil
		}
		return NumberBetween{Lo: values[0], Hi: values[1]}
	}
	return NumberIn{Values: values, Not: cmp.Op == dsl.NotEqual || cmp.Op == dsl.NotIn}
}

// float reads a number, and reports a whole number that a float cannot hold.
func (c *checker) float(n *dsl.Number) (float64, bool) {
	if n.Bad {
		return 0, false
	}
	v, err := strconv.ParseFloat(n.Text, 64)
	if err != nil {
		c.problem(n.Span, dsl.CodeNumber, "%s is too large for a number", brief(n.Text))
		return 0, false
	}
	if n.Whole() && (v >= 1<<53 || v <= -(1<<53)) {
		exact, _ := new(big.Float).SetFloat64(v).Int(nil)
		if written, ok := new(big.Int).SetString(strings.TrimPrefix(n.Text, "+"), 10); !ok || written.Cmp(exact) != 0 {
			d := c.problem(n.Span, dsl.CodeNumber, "%s cannot be held exactly", brief(n.Text))
			d.Help = fmt.Sprintf("the nearest number that can is %s", exact)
			return 0, false
		}
	}
	return v, true
}

func (c *checker) timePredicate(model *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
	days := f.Type == traverse.Date
	w := Window{Days: days}
	if s, ok := cmp.Operands[0].(*dsl.TimeSpan); ok {
		n, ok := c.timeSpan(s, days, f.Name)
		if !ok {
			return nil
		}
		switch cmp.Op {
		case dsl.InLast:
			w.Lo, w.Hi = relative(-n, s.Unit, 0), relative(0, s.Unit, 0)
		case dsl.InNext:
			w.Lo, w.Hi = relative(0, s.Unit, 0), relative(n, s.Unit, 0)
		default:
			w.Hi = relative(-n, s.Unit, -1)
		}
		return InWindow{w}
	}
	moments := make([]*dsl.Moment, len(cmp.Operands))
	for i, o := range cmp.Operands {
		m, ok := o.(*dsl.Moment)
		if !ok {
			c.misfit(f, o, "a date such as 2026-05-31")
			return nil
		}
		if m.Bad {
			return nil
		}
		moments[i] = m
	}
	m := moments[0]
	start, end := fixed(startOf(m, days, model.Zone)), fixed(endOf(m, days, model.Zone))
	switch cmp.Op {
	case dsl.On:
		w.Lo, w.Hi = start, end
	case dsl.Before:
		w.Hi = fixed(start.At - 1)
	case dsl.After:
		w.Lo = fixed(end.At + 1)
	case dsl.OnOrBefore:
		w.Hi = end
	case dsl.OnOrAfter:
		w.Lo = start
	case dsl.InRange:
		var ok bool
		if w, ok = c.between(model, moments[0], moments[1], days); !ok {
			return nil
		}
	}
	return InWindow{w}
}
