package language

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A completion is the candidates at a place.
type completion struct {
	candidates
	place *place
}

// value adds a value as it is written.
func (c *completion) value(text, detail string) {
	c.add(strings.TrimPrefix(text, `"`), Candidate{Label: text, Insert: text, Detail: detail, Kind: CandidateValue})
}

// text adds a text that names something.
func (c *completion) text(value, detail string) {
	quoted := strconv.Quote(value)
	c.add(value, Candidate{Label: quoted, Insert: quoted, Detail: detail, Kind: CandidateName})
}

// named adds what a name is the name of, if it has one.
func (c *completion) named(name *dsl.String, detail string) {
	if name != nil && !name.Bad && name.Value != "" {
		c.text(name.Value, detail)
	}
}

// word kinds, and what they are as candidates.
var wordKinds = map[dsl.Kind]CandidateKind{
	dsl.KindKeyword: CandidateKeyword, dsl.KindOperator: CandidateOperator, dsl.KindSign: CandidateSign, dsl.KindUnit: CandidateUnit,
}

// words adds keywords, operators, units and signs. Of the operators it adds those of the
// type of the field.
func (c *completion) words(kind dsl.Kind) {
	for _, w := range c.inOrder() {
		if w.Kind != kind || kind == dsl.KindOperator && !c.applies(w) || w.Text == "ago" && !c.isAfterUnit() {
			continue
		}
		text := w.Text
		if kind == dsl.KindUnit {
			if !c.fits(text) {
				continue
			}
			if before := strings.TrimRight(c.place.f.Text[:c.at.Start], " \t"); strings.HasSuffix(before, " 1") {
				text = strings.TrimSuffix(text, "s")
			}
		}
		c.add(text, Candidate{Label: text, Insert: text, Kind: wordKinds[kind], Doc: wordDoc(c.place, w)})
	}
}

// goesOn are keywords with which people seldom begin a line: they go on with the one before.
var goesOn = []string{"within last", "since", "between", "within any", "once", "up to", "halving every", "losing", "fading over", "to", "down to"}

// inOrder returns the words that can be at the place. On a new line those that go on with the
// line before come last, and in a model the clauses that it has already.
func (c *completion) inOrder() []dsl.Word {
	words := slices.Clone(c.place.Words)
	line := c.place.f.Text[:c.at.Start]
	if line = line[strings.LastIndexByte(line, '\n')+1:]; strings.TrimSpace(line) != "" {
		return words
	}
	isExpression := slices.ContainsFunc(words, func(w dsl.Word) bool { return w.Text == "and" })
	given := c.place.givenOnce()
	sortBy(words, func(w dsl.Word) int {
		if slices.Contains(goesOn, w.Text) || w.Text == "or" && !isExpression || slices.Contains(given, w.Text) {
			return 1
		}
		return 0
	})
	return words
}

// givenOnce returns the clauses that the model has which the place is in, and that it cannot
// have twice.
func (p *place) givenOnce() []string {
	if !p.in("model") {
		return nil
	}
	m := p.model()
	if m == nil {
		return nil
	}
	var words []string
	for _, clause := range m.model.Clauses {
		switch clause.(type) {
		case *dsl.Target:
			words = append(words, "target")
		case *dsl.Description:
			words = append(words, "description")
		case *dsl.TimeZone:
			words = append(words, "time zone")
		case *dsl.SalesReady:
			words = append(words, "sales ready at", "sales ready when")
		case *dsl.Limit:
			words = append(words, "limit")
		case *dsl.Active:
			words = append(words, "active")
		case *dsl.Audience:
			words = append(words, "audience")
		case *dsl.Label:
			words = append(words, "label")
		}
	}
	return words
}

// isAfterUnit reports whether a unit of time is before the place.
func (c *completion) isAfterUnit() bool {
	switch strings.TrimSuffix(c.place.wordBefore(), "s") {
	case "minute", "hour", "day", "week", "month", "year":
		return true
	}
	return false
}

// applies reports whether an operator applies to the field at the place, as far as that is
// known.
func (c *completion) applies(w dsl.Word) bool {
	if !c.place.known || c.place.field.Type == traverse.NoType {
		return true
	}
	if c.place.field.Name == "" && (w.Op == dsl.IsEmpty || w.Op == dsl.IsNotEmpty) {
		return false // a number of occurrences
	}
	for op := range check.OperatorsOf(c.place.field.Type) {
		if op == w.Op {
			return true
		}
	}
	return false
}

// fits reports whether a unit fits the dates at the place: those that are days have no
// hours.
func (c *completion) fits(unit string) bool {
	days := c.place.known && c.place.field.Type == traverse.Date
	return !days || unit != "hours" && unit != "minutes"
}

// roots adds the entities that a path can begin with.
func (c *completion) roots() {
	taken := map[string]bool{}
	for _, n := range append(slices.Clone(c.place.Path), c.place.Or...) {
		taken[n.Text] = true
	}
	schema := c.place.schema
	var passive []*traverse.Entity
	for e := range schema.Entities() {
		_, ofLead := e.Relationship(traverse.Lead)
		switch {
		case schema.Root(e.Name()) == nil, taken[e.Name()], len(taken) > 0 && e.Kind() == traverse.Profile:
		case e.Kind() == traverse.Interaction && c.place.target() == dsl.TargetLead && !ofLead:
		case e.Passive():
			passive = append(passive, e)
		default:
			c.entity(e)
		}
	}
	if len(taken) == 0 {
		any := traverse.AnyInteraction
		c.add(any, Candidate{Label: any, Insert: any, Detail: "every interaction that is not passive", Kind: CandidateEntity, Doc: quoted("root Interaction")})
	}
	for _, e := range passive {
		c.entity(e)
	}
}

// entity adds an entity.
func (c *completion) entity(e *traverse.Entity) {
	name := &dsl.Name{Text: e.Name()}
	c.add(e.Name(), Candidate{Label: e.Name(), Insert: name.String(), Detail: entityDetail(e), Kind: CandidateEntity, Doc: entityDoc(e)})
}

// entityDetail returns in short what an entity is.
func entityDetail(e *traverse.Entity) string {
	if e.Passive() {
		return "passive " + e.Kind().String()
	}
	return e.Kind().String()
}

// entities adds entities of a test or schema block, or interactions because of which leads are
// created.
func (c *completion) entities(k dsl.Kind) {
	only := k == dsl.KindInteraction || c.after("interaction")
	profiles := c.after("profile")
	for e := range c.place.schema.Entities() {
		interaction := e.Kind() == traverse.Interaction
		if interaction && profiles || !interaction && only {
			continue
		}
		c.entity(e)
	}
}

// after reports whether the word before the place is a keyword.
func (c *completion) after(word string) bool { return c.place.wordBefore() == word }

// hops adds the relationships that a path can go on with, while hops are left.
func (c *completion) hops() {
	e, left := c.place.last(), c.place.hopsLeft(0)
	if e == nil || left < 1 || len(c.place.steps) < len(c.place.Path) {
		return
	}
	for r := range e.Relationships() {
		c.relationship(e, r, left-1)
	}
}

// relationship adds a relationship, after which so many hops are left.
func (c *completion) relationship(e *traverse.Entity, r traverse.Relationship, left int) {
	name := &dsl.Name{Text: r.Name}
	number := "one"
	if r.Many() {
		number = "many"
	}
	c.add(r.Name, Candidate{
		Label: r.Name, Insert: name.String(), Kind: CandidateRelationship,
		Detail: fmt.Sprintf("%s %s, %s left", number, r.Target, counted(left, "hop")),
		Doc:    relationshipDoc(e, r),
	})
}

// counted returns a number and a noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// field adds a field.
func (c *completion) field(e *traverse.Entity, f traverse.Field) {
	name := &dsl.Name{Text: f.Name}
	c.add(f.Name, Candidate{Label: f.Name, Insert: name.String(), Kind: CandidateField, Detail: fieldDetail(&f), Doc: fieldDoc(e, &f)})
}

// fields adds the fields at the place, and what else can begin the way to one.
func (c *completion) fields() {
	p := c.place
	switch {
	case p.in("choose model"):
		c.choice()
		return
	case len(p.Path) > 0 && slices.Contains(p.Kinds, dsl.KindHop): // the way to the field of a table
		if p.last() != nil && len(p.steps) == len(p.Path) {
			c.fieldsOf(p.last(), isStored)
		}
		return
	case p.in("profile") || p.in("interaction"): // dated by
		if e := p.subject(); e != nil {
			c.fieldsOf(e, func(f *traverse.Field) bool { return f.Type == traverse.Time || f.Type == traverse.Date })
		}
		return
	}
	e, hops := p.follow(p.Ref)
	if e == nil {
		return
	}
	if p.in("test") {
		c.fieldsOf(e, isKnown)
		for r := range e.Relationships() {
			if !r.Many() && p.Entity != nil {
				c.relationship(e, r, 0)
			}
		}
		return
	}
	c.fieldsOf(e, isStored)
	if len(p.Path) > 0 {
		c.onward(e, hops)
	}
}

// onward adds the relationships that may come before a field, and the steps of the path.
func (c *completion) onward(e *traverse.Entity, hops int) {
	if left := c.place.hopsLeft(hops); left > 0 {
		for r := range e.Relationships() {
			if !r.Many() {
				c.relationship(e, r, left-1)
			}
		}
	}
	if len(c.place.Ref) > 0 {
		return
	}
	names := map[string]int{}
	for _, s := range c.place.steps {
		names[s.Name]++
	}
	for _, s := range c.place.steps {
		_, shadowed := e.Relationship(s.Name)
		if s.Name == "" || names[s.Name] > 1 || shadowed {
			continue
		}
		name := &dsl.Name{Text: s.Name}
		c.add(s.Name, Candidate{Label: s.Name, Insert: name.String(), Detail: "step of the path", Kind: CandidateRelationship, Doc: quoted("step")})
	}
}

func isKnown(f *traverse.Field) bool  { return f.Type != traverse.NoType }
func isStored(f *traverse.Field) bool { return isKnown(f) && f.Derived == traverse.Stored }

// fieldsOf adds those fields of an entity for which fit returns true.
func (c *completion) fieldsOf(e *traverse.Entity, fit func(*traverse.Field) bool) {
	for f := range e.Fields() {
		if fit(&f) {
			c.field(e, f)
		}
	}
}

// isShared reports whether an interaction has a relationship of Lead, too.
func (p *place) isShared(r traverse.Relationship) bool {
	if r.Many() {
		return false
	}
	for e := range p.schema.Entities() {
		if of, ok := e.Relationship(r.Name); ok && e.Kind() == traverse.Interaction && !of.Many() && of.Target == r.Target {
			return true
		}
	}
	return false
}

// choice adds what a line of a block choose model can go on with.
func (c *completion) choice() {
	e, hops := c.place.follow(c.place.Ref)
	if e == nil {
		return
	}
	for r := range e.Relationships() {
		if !r.Many() {
			c.relationship(e, r, max(0, traverse.MaxHops-hops-1))
		}
	}
	if hops > 0 {
		c.fieldsOf(e, func(f *traverse.Field) bool { return isStored(f) && f.Type == traverse.Text })
	}
}

// references adds what a cap can count once per, what a block same can be about, and the
// references that an inverse can name.
func (c *completion) references() {
	p := c.place
	tellsApart := func(f *traverse.Field) bool { return isStored(f) && f.Type != traverse.Choices }
	switch {
	case p.in("choose model"):
		c.choice()
	case p.in("profile") || p.in("interaction"):
		if e := p.subject(); e != nil {
			for r := range e.Relationships() {
				if !r.Many() && r.Target == p.Blocks[len(p.Blocks)-1].Name {
					c.relationship(e, r, 0)
				}
			}
		}
	case p.in("lead creation"):
		if lead := p.schema.Entity(traverse.Lead); lead != nil {
			for r := range lead.Relationships() {
				if p.isShared(r) {
					c.relationship(lead, r, 0)
				}
			}
		}
	case len(p.Path) > 0:
		if e, hops := p.follow(p.Ref); e != nil {
			c.fieldsOf(e, tellsApart)
			c.onward(e, hops)
		}
	case len(p.Ref) == 0: // same, whose children come later
		for e := range p.schema.Active() {
			c.fieldsOf(e, tellsApart)
			for r := range e.Relationships() {
				if !r.Many() {
					c.relationship(e, r, traverse.MaxHops-1)
				}
			}
		}
	default:
		for e := range p.schema.Active() {
			if r, ok := e.Relationship(p.Ref[0].Text); ok && !r.Many() {
				c.fieldsOf(p.schema.Entity(r.Target), tellsApart)
				break
			}
		}
	}
}
