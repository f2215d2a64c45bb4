package reference

import (
	"cmp"
	"slices"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A Missing says what is missing at one step of a path. Its texts are those of the
// engine's.
type Missing struct {
	Reason, Path, Entity, Reference string
	Count                           int
	ID, When                        string

	at time.Time // of When, to find the earliest or latest; not set in a result
}

// missing lists what is missing where a path leads: "records that do not exist yet",
// records "outside the date range", and references that lead to no record. It follows
// the path whatever the date range and the expressions are.
func (s *scoring) missing(c *dsl.Child) []Missing {
	var list []Missing
	root := c.Path[0].Text
	entity, path := s.schema.Root(root), root
	for _, other := range c.Or {
		path += " or " + other.Text
	}
	name := path // of the entity
	dated := s.datedStep(c.Path)
	var found []Stop // candidates for the step, whether or not they exist
	var step []Missing
	if root == traverse.Lead {
		found = []Stop{{root, entity, s.lead}}
	} else {
		found, step = s.interactions(c.Path[0], c.Or)
	}
	for i := range c.Path {
		if i > 0 {
			rel, _ := entity.Relationship(c.Path[i].Text)
			target := s.schema.Entity(rel.Target)
			path += "." + c.Path[i].Text
			found, step = s.reached(found, name, target, rel)
			name = target.Name()
			entity = target
		}
		var reached []Stop
		for _, stop := range found {
			field, hasDate := stop.Entity.Dated()
			value := stop.Record.Values[field.Name]
			switch {
			case (i > 0 || root != traverse.Lead) && !s.exists(stop.Entity, stop.Record):
				step = append(step, Missing{Reason: "later", Entity: stop.Entity.Name(), ID: stop.Record.ID, When: s.shown(value), at: value.Time()})
				continue
			case i != dated || !hasDate || s.inRange(c.Range, []Stop{stop}):
			case empty(value):
				step = append(step, Missing{Reason: "no date", Entity: stop.Entity.Name(), ID: stop.Record.ID})
			case value.Time().Before(s.rangeStart(c.Range, field.Type)):
				step = append(step, Missing{Reason: "before range", Entity: stop.Entity.Name(), ID: stop.Record.ID, When: s.shown(value), at: value.Time()})
			default:
				step = append(step, Missing{Reason: "after range", Entity: stop.Entity.Name(), ID: stop.Record.ID, When: s.shown(value), at: value.Time()})
			}
			reached = append(reached, stop)
		}
		none := c.Frequency.Kind == dsl.None
		step = slices.DeleteFunc(step, func(m Missing) bool {
			return m.Reason == "empty reference" && (none || len(reached) > 0) || m.Reason == "unreferenced" && none
		})
		for _, m := range together(step) {
			m.Path = path
			list = append(list, m)
		}
		if found = reached; len(found) == 0 {
			break
		}
	}
	return list
}

// datedStep returns the position of the step to which a date range applies: that of
// [Dated].
func (s *scoring) datedStep(path []*dsl.Name) int {
	entity, last := s.schema.Root(path[0].Text), -1
	for i, name := range path {
		if i > 0 {
			rel, _ := entity.Relationship(name.Text)
			entity = s.schema.Entity(rel.Target)
		}
		if entity.Kind() == traverse.Interaction {
			return i
		}
		if _, ok := entity.Dated(); ok {
			last = i
		}
	}
	return last
}

// interactions returns the lead's interactions of a root, or who has none.
func (s *scoring) interactions(root *dsl.Name, or []*dsl.Name) (found []Stop, missing []Missing) {
	name := root.Text
	for _, other := range or {
		name += " or " + other.Text
	}
	for _, e := range s.kinds(root, or) {
		for i := range s.data[e.Name()] {
			if r := &s.data[e.Name()][i]; s.owns(e, r) {
				found = append(found, Stop{name, e, r})
			}
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	unreferenced := func(entity, reference, id string) {
		missing = append(missing, Missing{Reason: "unreferenced", Entity: entity, Reference: reference, ID: id})
	}
	switch s.target {
	case dsl.TargetContact:
		unreferenced(name, traverse.Contact, s.lead.text(traverse.ParentContact))
		return nil, missing
	case dsl.TargetLead, dsl.TargetLeadWithContact:
		if slices.ContainsFunc(s.kinds(root, or), namesLead) {
			unreferenced(name, traverse.Lead, s.lead.ID)
		}
		if contact := s.lead.text(traverse.ParentContact); s.target == dsl.TargetLeadWithContact && contact != "" {
			unreferenced(name, traverse.Contact, contact)
		}
		return nil, missing
	}
	account := s.lead.text(traverse.ParentAccount)
	for _, c := range s.data[traverse.Contact] {
		if c.text(traverse.ParentAccount) == account {
			unreferenced(name, traverse.Contact, c.ID)
		}
	}
	if missing == nil {
		unreferenced(traverse.Contact, traverse.ParentAccount, account)
	}
	return nil, missing
}

// reached returns the records to which a relationship leads from others, each once, and
// the references that lead nowhere.
func (s *scoring) reached(from []Stop, entity string, target *traverse.Entity, rel traverse.Relationship) (found []Stop, missing []Missing) {
	named := map[string]bool{} // ids that name no record
	for _, stop := range from {
		there := 0
		for i := range s.data[rel.Target] {
			r := &s.data[rel.Target][i]
			here, key := stop.Record.text(rel.Name), r.ID
			if rel.Via != "" {
				here, key = stop.Record.ID, r.text(rel.Via)
			}
			if here == "" || here != key {
				continue
			}
			there++
			if !slices.ContainsFunc(found, func(s Stop) bool { return s.Record == r }) {
				found = append(found, Stop{rel.Name, target, r})
			}
		}
		switch id := stop.Record.text(rel.Name); {
		case rel.Via != "" || there > 0:
		case id == "":
			missing = append(missing, Missing{Reason: "empty reference", Entity: entity, Reference: rel.Name, ID: stop.Record.ID})
		case !named[id]:
			named[id] = true
			missing = append(missing, Missing{Reason: "no record", Entity: target.Name(), Reference: rel.Name, ID: id})
		}
	}
	if rel.Via != "" && len(found) == 0 {
		for _, stop := range from {
			missing = append(missing, Missing{Reason: "unreferenced", Entity: target.Name(), Reference: rel.Via, ID: stop.Record.ID})
		}
	}
	return found, missing
}

// together counts what is missing at a step for one reason, and keeps the id and the
// date of one: of the earliest, or before a range the latest; of several the least id.
func together(step []Missing) []Missing {
	order := []string{"later", "before range", "after range", "no date", "no record", "empty reference", "unreferenced"}
	slices.SortFunc(step, func(a, b Missing) int {
		when := a.at.Compare(b.at)
		if a.Reason == "before range" {
			when = -when
		}
		return cmp.Or(slices.Index(order, a.Reason)-slices.Index(order, b.Reason), cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Reference, b.Reference), when, cmp.Compare(a.ID, b.ID))
	})
	var list []Missing
	for _, m := range step {
		if last := len(list) - 1; last >= 0 && list[last].Reason == m.Reason && list[last].Entity == m.Entity && list[last].Reference == m.Reference {
			list[last].Count++
			continue
		}
		m.Count, m.at = 1, time.Time{}
		list = append(list, m)
	}
	return list
}

// shown writes a date: an instant in the model's time zone, if clocks there differ from
// UTC by whole minutes.
func (s *scoring) shown(v traverse.Value) string {
	at := v.Time().In(s.zone)
	if _, offset := at.Zone(); v.Kind() == traverse.KindDate || offset%60 != 0 {
		return v.String()
	}
	return at.Format(time.RFC3339Nano)
}
