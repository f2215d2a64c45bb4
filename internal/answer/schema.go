package answer

import (
	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/traverse"
)

// Entities returns what is known of each entity of a schema, in its order.
func Entities(schema *leadscore.Schema) []Entity {
	var list []Entity
	for e := range schema.Entities() {
		list = append(list, entityOf(e))
	}
	return list
}

// An Entity is an entity of leadscore schema --format json.
type Entity struct {
	Name    string  `json:"name"`
	Kind    string  `json:"kind"`               // profile or interaction
	Passive bool    `json:"passive"`            // an interaction done to the contact, not by them
	DatedBy string  `json:"dated_by,omitempty"` // the field that dates its records
	Fields  []Field `json:"fields"`
	Hops    []Hop   `json:"hops"`
}

// A Field is a field of an entity.
type Field struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`              // as in the rule language
	Values  []string `json:"values,omitempty"`  // of a choice, or choices
	Exact   bool     `json:"exact"`             // letter case matters
	Derived string   `json:"derived,omitempty"` // calculated or rollup: rules cannot use it
}

// A Hop is a relationship that leads from an entity to another one.
type Hop struct {
	Name        string `json:"name"`
	To          string `json:"to"`
	Cardinality string `json:"cardinality"`   // one or many
	Via         string `json:"via,omitempty"` // of many: the reference of the other entity that leads back
}

// entityOf returns what is known of an entity.
func entityOf(e *traverse.Entity) Entity {
	j := Entity{Name: e.Name(), Kind: e.Kind().String(), Passive: e.Passive(), Fields: []Field{}, Hops: []Hop{}}
	if dated, ok := e.Dated(); ok {
		j.DatedBy = dated.Name
	}
	for f := range e.Fields() {
		j.Fields = append(j.Fields, Field{f.Name, f.Type.String(), f.Values, f.Exact, f.Derived.String()})
	}
	for r := range e.Relationships() {
		hop := Hop{Name: r.Name, To: r.Target, Cardinality: "one"}
		if r.Many() {
			hop.Cardinality, hop.Via = "many", r.Via
		}
		j.Hops = append(j.Hops, hop)
	}
	return j
}
