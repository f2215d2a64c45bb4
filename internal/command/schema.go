package command

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/traverse"
)

func runSchema(ctx context.Context, inv *invocation) error {
	rules := inv.ruleFlags()
	inv.formatFlag("text", "print the schema as `FORMAT`: text or json (one object per entity)", "json")
	names, err := inv.parse()
	if err != nil {
		return err
	}
	set, err := rules.compileOne(ctx, names)
	if err != nil {
		return inv.report(err)
	}
	schema := set.Schema()
	if inv.json != nil {
		return linesOf(inv.json, lineEntity, entitiesOf(schema))
	}
	for i, entity := range entitiesOf(schema) {
		if i > 0 {
			fmt.Fprintln(inv.out)
		}
		if err := printEntity(inv.out, entity); err != nil {
			return err
		}
	}
	return nil
}

// entitiesOf returns what is known of each entity of a schema, in its order.
func entitiesOf(schema *leadscore.Schema) []entityJSON {
	var list []entityJSON
	for e := range schema.Entities() {
		list = append(list, entityOf(e))
	}
	return list
}

// An entityJSON is an entity of leadscore schema --format json.
type entityJSON struct {
	Name    string      `json:"name"`
	Kind    string      `json:"kind"`               // profile or interaction
	Passive bool        `json:"passive"`            // an interaction done to the contact, not by them
	DatedBy string      `json:"dated_by,omitempty"` // the field that dates its records
	Fields  []fieldJSON `json:"fields"`
	Hops    []hopJSON   `json:"hops"`
}

// A fieldJSON is a field of an entity.
type fieldJSON struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`              // as in the rule language
	Values  []string `json:"values,omitempty"`  // of a choice, or choices
	Exact   bool     `json:"exact"`             // letter case matters
	Derived string   `json:"derived,omitempty"` // calculated or rollup: rules cannot use it
}

// A hopJSON is a relationship that leads from an entity to another one.
type hopJSON struct {
	Name        string `json:"name"`
	To          string `json:"to"`
	Cardinality string `json:"cardinality"`   // one or many
	Via         string `json:"via,omitempty"` // of many: the reference of the other entity that leads back
}

// entityOf returns what is known of an entity.
func entityOf(e *traverse.Entity) entityJSON {
	j := entityJSON{Name: e.Name(), Kind: e.Kind().String(), Passive: e.Passive(), Fields: []fieldJSON{}, Hops: []hopJSON{}}
	if dated, ok := e.Dated(); ok {
		j.DatedBy = dated.Name
	}
	for f := range e.Fields() {
		j.Fields = append(j.Fields, fieldJSON{f.Name, f.Type.String(), f.Values, f.Exact, f.Derived.String()})
	}
	for r := range e.Relationships() {
		hop := hopJSON{Name: r.Name, To: r.Target, Cardinality: "one"}
		if r.Many() {
			hop.Cardinality, hop.Via = "many", r.Via
		}
		j.Hops = append(j.Hops, hop)
	}
	return j
}

// printEntity prints an entity as text: a line for each field and each hop.
func printEntity(w io.Writer, e entityJSON) error {
	head := e.Kind + " " + e.Name
	if e.Passive {
		head += " passive"
	}
	if e.DatedBy != "" {
		head += ", dated by " + e.DatedBy
	}
	var rows [][]string
	for _, f := range e.Fields {
		words := []string{f.Type}
		if f.Exact {
			words = append(words, "exact")
		}
		if f.Derived != "" {
			words = append(words, f.Derived)
		}
		row := []string{"  " + f.Name, strings.Join(words, " ")}
		if len(f.Values) > 0 {
			quoted := make([]string, len(f.Values))
			for i, v := range f.Values {
				quoted[i] = fmt.Sprintf("%q", v)
			}
			row = append(row, strings.Join(quoted, ", "))
		}
		rows = append(rows, row)
	}
	for _, h := range e.Hops {
		row := []string{"  " + h.Name, h.Cardinality + " " + h.To}
		if h.Via != "" {
			row = append(row, "by "+h.To+"."+h.Via)
		}
		rows = append(rows, row)
	}
	_, err := io.WriteString(w, head+"\n"+aligned(rows))
	return err
}
