package reference

import (
	"slices"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// routes visits every route through a path: "An occurrence is one route through
// the path, without de-duplication".
func (s *scoring) routes(path, or []*dsl.Name, visit func(route []Stop)) {
	// "A path starts at `Lead`, at an interaction entity, or at `Interaction`."
	if path[0].Text == traverse.Lead {
		// "the lead itself is always scored, whatever its `dated by` says"
		s.walk([]Stop{{traverse.Lead, s.schema.Entity(traverse.Lead), s.lead}}, path[1:], visit)
		return
	}
	name := path[0].Text
	if len(or) > 0 {
		name = "" // "Such a root gives no step name"
	}
	for _, e := range s.kinds(path[0], or) {
		for i := range s.data[e.Name()] {
			if r := &s.data[e.Name()][i]; s.owns(e, r) && s.exists(e, r) {
				s.walk([]Stop{{name, e, r}}, path[1:], visit)
			}
		}
	}
}

// kinds returns the interactions that a root means: "It means the records of all of
// them, as `Interaction` does".
func (s *scoring) kinds(root *dsl.Name, or []*dsl.Name) []*traverse.Entity {
	var list []*traverse.Entity
	for e := range s.schema.Entities() {
		named := func(n *dsl.Name) bool { return n.Text == e.Name() }
		switch {
		case named(root), slices.ContainsFunc(or, named):
			list = append(list, e)
		case root.Text != traverse.AnyInteraction || e.Kind() != traverse.Interaction || e.Passive():
		case s.target == dsl.TargetLead && !namesLead(e):
			// "`Interaction` means all that have one and are not passive (with contact: all
			// that are not passive)"
		default:
			// "`Interaction` … means every interaction entity that is not passive, together"
			list = append(list, e)
		}
	}
	return list
}

// namesLead reports whether an entity has "a reference `Lead -> Lead`".
func namesLead(e *traverse.Entity) bool {
	r, ok := e.Relationship(traverse.Lead)
	return ok && r.Target == traverse.Lead && !r.Many()
}

func (s *scoring) walk(route []Stop, rest []*dsl.Name, visit func(route []Stop)) {
	if len(rest) == 0 {
		visit(route)
		return
	}
	for _, next := range s.hop(route[len(route)-1], rest[0].Text) {
		s.walk(append(route[:len(route):len(route)], next), rest[1:], visit)
	}
}

// hop follows one relationship: "`->` is a reference to one record (N:1), `<-` its
// inverse (1:N)."
func (s *scoring) hop(from Stop, name string) []Stop {
	rel, ok := from.Entity.Relationship(name)
	if !ok {
		panic("reference: " + from.Entity.Name() + " has no " + name)
	}
	target := s.schema.Entity(rel.Target)
	var stops []Stop
	for i := range s.data[rel.Target] {
		r := &s.data[rel.Target][i]
		here, there := from.Record.text(name), r.ID
		if rel.Via != "" {
			here, there = from.Record.ID, r.text(rel.Via)
		}
		if here != "" && here == there && s.exists(target, r) {
			stops = append(stops, Stop{name, target, r})
		}
	}
	return stops
}

// owns reports whether an interaction is the lead's: "Interactions are those of the
// parent contact (contact target), or of every contact whose `ParentAccount` is
// the lead's account (account target)", and "Ownership looks at stored ids alone".
func (s *scoring) owns(e *traverse.Entity, interaction *Record) bool {
	contact := interaction.text(traverse.Contact)
	ofParent := contact != "" && contact == s.lead.text(traverse.ParentContact)
	// "Its interactions are those whose reference `Lead` names it"
	ofLead := namesLead(e) && interaction.text(traverse.Lead) == s.lead.ID
	switch s.target {
	case dsl.TargetContact:
		return ofParent
	case dsl.TargetLead:
		return ofLead
	case dsl.TargetLeadWithContact:
		// "`target lead with contact` adds those of its parent contact (a record that is
		// both counts once)."
		return ofLead || ofParent
	}
	c := s.data.find(traverse.Contact, contact)
	return c != nil && c.text(traverse.ParentAccount) == s.lead.text(traverse.ParentAccount)
}

// exists reports whether a record exists as of the scoring instant: "an interaction later than
// *as of*, or a record whose `dated by` field is (a `date`: a later day than *as
// of*'s in the model's time zone), does not exist for that scoring". An empty
// date is not later.
func (s *scoring) exists(e *traverse.Entity, r *Record) bool {
	dated, ok := e.Dated()
	if !ok || empty(r.Values[dated.Name]) {
		return true
	}
	return r.Values[dated.Name].Time().Before(s.now(dated.Type).to)
}

// inRange reports whether a route lies in a date range.
func (s *scoring) inRange(r *dsl.Range, route []Stop) bool {
	if r == nil {
		return true
	}
	stop := Dated(route)
	field, _ := stop.Entity.Dated()
	value := stop.Record.Values[field.Name]
	if empty(value) { // "A record with an empty date is outside every range"
		return false
	}
	start := s.rangeStart(r, field.Type)
	switch r.Kind {
	case dsl.WithinLast: // "from (as of − 30 days) to as of, both ends included"
		return stretch{start, s.now(field.Type).to}.contains(value.Time())
	case dsl.BetweenAgo:
		return s.ago(r.Last, r.Next, field.Type).contains(value.Time())
	case dsl.Between: // "`between D and E` includes both"
		return stretch{start, s.literal(r.To, field.Type).to}.contains(value.Time())
	}
	return !value.Time().Before(start)
}

// rangeStart returns where a date range starts: "`since D` starts at D".
func (s *scoring) rangeStart(r *dsl.Range, t traverse.Type) time.Time {
	if r.Last != nil {
		return s.shift(r.Last, -1, t).from
	}
	return s.literal(r.From, t).from
}

// Dated returns the stop to which a date range applies: "The range applies to the first
// interaction on the path; without one, to the last step of the path whose entity
// is `dated by` a field". Without one it is the last stop.
func Dated(route []Stop) Stop {
	for _, stop := range route {
		if stop.Entity.Kind() == traverse.Interaction {
			return stop
		}
	}
	for i := len(route) - 1; i >= 0; i-- {
		if _, ok := route[i].Entity.Dated(); ok {
			return route[i]
		}
	}
	return route[len(route)-1]
}
