package points

import (
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/check"
)

// A Program turns what the conditions of a model counted for a lead into the outcome:
// the score, those of the dimensions, the grades and the label. It is immutable and safe
// for concurrent use.
//
// The counts of a lead are one list: for each condition, in the order of
// check.Model.Conditions, one for each child, and then one for each check.Same of its
// items. What a child counts is said by [Frequency.Of], and for `every SPAN without` it
// is how often the span has passed. A child with a decay has the sum of the weights of
// its occurrences, or for `has` the weight of the newest, as a multiple of
// 1/check.Aging.Scale. The counts of children that a check.Same holds mean nothing.
type Program struct {
	model      *check.Model
	season     season
	audience   condition
	conditions []condition
	counts     int
	root       part // whose parts are those of the model
	places     int  // with sums
	dimensions []*check.Dimension
	label      []int // indexes of dimensions
}

// A condition is what is needed to score by a condition.
type condition struct {
	*check.Condition
	first  int // of its counts
	counts int
	award  Award
	items  []check.Item // those of the condition, or its children
	decay  int          // index of the child with a decay, or -1
	needs  int          // index of a child without which the condition gives nothing, or -1
	of     uint64       // what that child's weights are multiples of one of
	adds   bool         // it only adds: see Program.Adds
	season season
	// What holds the condition must be in season, too, and in tiers no earlier one may
	// be taken.
	in *part
}

// A part adds to the sum of the part that holds it: a condition if place is nil, or else
// a model, group, dimension or tiers.
type part struct {
	place     *Place
	condition int   // index
	tiers     []int // indexes of conditions, of tiers
	parts     []part
	sum       int // index of the place, of one that has parts
	season    season
	limit     check.Limit
	dimension *check.Dimension
	index     int // of the dimension
	in        *part
}

// A season is the instants, in microseconds, at which something counts.
type season struct{ from, to int64 }

func (s season) holds(asOf int64) bool { return s.from <= asOf && asOf <= s.to }

func seasonOf(w *check.Window, zone *time.Location) season {
	if w == nil {
		w = &check.Window{}
	}
	from, to := w.Resolve(time.Time{}, zone) // no season depends on as of
	return season{from, to}
}

// ProgramOf returns the program of a checked model.
func ProgramOf(m *check.Model) *Program {
	p := &Program{model: m, season: seasonOf(m.Season, m.Zone)}
	if m.Audience != nil {
		p.audience = conditionOf(m.Audience, m.Zone, 0)
	}
	for i := range m.Conditions {
		c := conditionOf(&m.Conditions[i], m.Zone, p.counts)
		p.counts += c.counts
		p.conditions = append(p.conditions, c)
	}
	parts := m.Parts
	if parts == nil {
		for i := range m.Conditions {
			parts = append(parts, check.ConditionPart(i))
		}
	}
	p.root = part{place: &Place{Kind: ModelPlace, Name: m.Name}, season: p.season, limit: m.Limit}
	holding(m.Decision, func(i int) { p.conditions[i].adds = false })
	p.place(&p.root, parts)
	for _, d := range m.Label {
		p.label = append(p.label, p.indexOf(d))
	}
	return p
}

// indexOf returns the index of a dimension.
func (p *Program) indexOf(d *check.Dimension) int { return slices.Index(p.dimensions, d) }

func conditionOf(c *check.Condition, zone *time.Location, first int) condition {
	out := condition{Condition: c, first: first, counts: len(c.Children), award: AwardOf(c, nil), decay: -1, needs: -1, season: seasonOf(c.Season, zone)}
	for i := range c.Children {
		if ch := &c.Children[i]; Decays(ch) {
			out.decay, out.of = i, ch.Aging.Scale()
		}
	}
	if out.items = c.Items; c.Items == nil {
		for i := range c.Children {
			out.items = append(out.items, check.ChildItem(i))
		}
		out.needs = slices.IndexFunc(out.award.Children, func(f Frequency) bool { return f.Each || f.Min > 0 })
	}
	for _, item := range c.Items {
		if _, ok := item.(*check.Same); ok {
			out.counts++
		}
	}
	out.adds = c.Season == nil && c.Bound == 0 && c.Items == nil && out.decay < 0
	return out
}

// place puts checked parts into a part.
func (p *Program) place(in *part, list []check.Part) {
	in.parts, in.sum = make([]part, len(list)), p.places
	p.places++
	zone := p.model.Zone
	for i, from := range list {
		at := &in.parts[i]
		at.in = in
		switch from := from.(type) {
		case check.ConditionPart:
			at.condition, at.season = int(from), p.conditions[from].season
			p.conditions[from].in = in
		case *check.Group:
			at.place = &Place{GroupPlace, from.Name, in.place}
			at.season, at.limit = seasonOf(from.Season, zone), from.Limit
			p.place(at, from.Parts)
		case *check.Tiers:
			at.place = &Place{FirstOfPlace, from.Name, in.place}
			if from.Table != nil {
				at.place.Kind = TablePlace
			}
			at.season, at.tiers = seasonOf(from.Season, zone), from.Conditions
			for _, c := range from.Conditions {
				p.conditions[c].in, p.conditions[c].adds = at, false
			}
		case *check.Dimension:
			at.place = &Place{DimensionPlace, from.Name, in.place}
			at.season, at.limit, at.dimension, at.index = seasonOf(from.Season, zone), from.Limit, from, len(p.dimensions)
			p.dimensions = append(p.dimensions, from)
			p.place(at, from.Parts)
		}
	}
}

// Counts returns how many counts a lead has, of all conditions.
func (p *Program) Counts() int { return p.counts }

// First returns the index of the first count of a condition.
func (p *Program) First(condition int) int { return p.conditions[condition].first }

// Children returns how many children a condition has, and how many of its counts are
// those of children.
func (p *Program) Children(condition int) int { return len(p.conditions[condition].Children) }

// Active reports whether the model is in season as of an instant, in microseconds.
func (p *Program) Active(asOf int64) bool { return p.season.holds(asOf) }

// Dimensions returns the dimensions of the model, in the order of outcomes. The caller must
// not change the list.
func (p *Program) Dimensions() []*check.Dimension { return p.dimensions }

// HasLabel reports whether the model has a label.
func (p *Program) HasLabel() bool { return len(p.model.Label) > 0 }

// HasAudience reports whether the model has an audience.
func (p *Program) HasAudience() bool { return p.audience.Condition != nil }

// InAudience reports whether a lead belongs to the model's audience. counts are those of
// the audience's children. A model without one scores all leads.
func (p *Program) InAudience(counts []Count) bool {
	return !p.HasAudience() || !p.audience.multiplier(counts).IsZero()
}

// Multiplier returns how often the points of a condition count, whatever the season and
// the tiers before it.
func (p *Program) Multiplier(condition int, counts []Count) Fraction {
	c := &p.conditions[condition]
	return c.multiplier(counts[c.first : c.first+c.counts])
}

// Decays reports whether a child counts the weights of its occurrences.
func Decays(c *check.Child) bool { return c.Aging != nil && c.Aging.Kind != check.Without }

// BlockHolds reports whether a block of a condition holds.
func (p *Program) BlockHolds(condition int, b *check.Block, counts []Count) bool {
	c := &p.conditions[condition]
	return c.holds(b, counts[c.first:])
}

// AudienceHolds reports whether a block of the audience holds. counts are those of the
// audience's children.
func (p *Program) AudienceHolds(b *check.Block, counts []Count) bool {
	return p.audience.holds(b, counts)
}

// multiplier returns how often the points of the condition count. counts are its own.
func (c *condition) multiplier(counts []Count) Fraction {
	if c.needs >= 0 && counts[c.needs].IsZero() {
		return Whole(Count{}) // as of most conditions for most leads
	}
	var m Multiplier
	same := len(c.Children)
	for _, item := range c.items {
		switch item := item.(type) {
		case check.ChildItem:
			if int(item) != c.decay {
				m.Add(c.award.Children[item], counts[item])
			}
		case *check.Same:
			m.Add(Frequency{Each: true}, counts[same])
			same++
		case *check.Block:
			m.fails = m.fails || !c.holds(item, counts)
		}
	}
	n := m.Count()
	if c.decay < 0 || n.IsZero() {
		return Whole(n)
	}
	return Fraction{counts[c.decay], c.of} // all its siblings hold, and none of them counts
}

// holds reports whether a block holds.
func (c *condition) holds(b *check.Block, counts []Count) bool {
	for _, item := range b.Items {
		var holds bool
		switch item := item.(type) {
		case check.ChildItem:
			holds = c.award.Children[item].Holds(counts[item])
		case *check.Block:
			holds = c.holds(item, counts)
		}
		if holds == b.Any {
			return b.Any
		}
	}
	return !b.Any
}

// contribution returns what the condition adds for a multiplier, if it counts.
func (c *condition) contribution(m Fraction) Total {
	if m.IsZero() {
		return Total{}
	}
	sum := m.Worth(c.Points)
	switch {
	case c.Bound > 0:
		return sum.Within(check.Limit{Hi: c.Bound, HasHi: true})
	case c.Bound < 0:
		return sum.Within(check.Limit{Lo: c.Bound, HasLo: true})
	}
	return sum
}
