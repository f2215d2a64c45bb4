package command

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/traverse"
)

func TestSchema(t *testing.T) {
	setUp(t)
	write(t, "shop.score", `profile Lead {
    Rating choice ("Hot", "Warm") exact
    Worth number rollup
    ParentContact -> Contact
    ParentAccount -> Account
}
profile Contact {
    ParentAccount -> Account
    Orders <- Order.Buyer
}
profile Account {
}
profile Order {
    PlacedOn date
    Tags choices ("Gift")
    Buyer -> Contact
    dated by PlacedOn
}
interaction Called passive {
}
`)
	const want = `profile Lead
  Rating         choice exact   "Hot", "Warm"
  Worth          number rollup
  ParentContact  one Contact
  ParentAccount  one Account

profile Contact
  ParentAccount  one Account
  Orders         many Order   by Order.Buyer

profile Account

profile Order, dated by PlacedOn
  PlacedOn  date
  Tags      choices      "Gift"
  Buyer     one Contact

interaction Called passive, dated by Timestamp
  Timestamp  time
  Contact    one Contact
`
	out, errs, status := call(t, "", "schema", "--schema", "shop.score")
	if diff := cmp.Diff(want, out); diff != "" || status != statusOK || errs != "" {
		t.Errorf("status %d, %s (-want +got):\n%s", status, errs, diff)
	}
	out, _, _ = call(t, "", "schema", "extended.score")
	if !strings.HasSuffix(out, "interaction Met, dated by Timestamp\n  Place      text\n  Timestamp  time\n  Contact    one Contact\n") {
		t.Errorf("a rule file adds nothing to the standard schema:\n%s", out)
	}
	for _, args := range []string{"schema wrong.score", "schema --schema coffee.score", "schema data"} {
		if out, _, status := call(t, "", strings.Fields(args)...); out != "" || status != statusWrong {
			t.Errorf("%s: status %d, %q", args, status, out)
		}
	}
}

// The standard schema can be made again from its JSON.
func TestSchemaJSON(t *testing.T) {
	out, errs, status := call(t, "", "schema", "--format", "json")
	if status != statusOK || errs != "" {
		t.Fatalf("status %d, %s", status, errs)
	}
	types := map[string]traverse.Type{}
	for _, typ := range traverse.Types() {
		types[typ.String()] = typ
	}
	var defs []traverse.Definition
	for line := range strings.Lines(out) {
		var v struct{ Entity *answer.Entity }
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		e := v.Entity
		if e == nil {
			continue
		}
		d := traverse.Definition{Name: e.Name, Passive: e.Passive, DatedBy: e.DatedBy}
		if e.Kind == traverse.Interaction.String() {
			d.Kind, d.DatedBy = traverse.Interaction, ""
		}
		for _, f := range e.Fields {
			derived := traverse.Stored
			for _, way := range []traverse.Derived{traverse.Calculated, traverse.Rollup} {
				if way.String() == f.Derived {
					derived = way
				}
			}
			d.Fields = append(d.Fields, traverse.Field{Name: f.Name, Type: types[f.Type], Values: f.Values, Exact: f.Exact, Derived: derived})
		}
		for _, h := range e.Hops {
			if (h.Cardinality == "many") != (h.Via != "") {
				t.Errorf("%s.%s: %s via %q", e.Name, h.Name, h.Cardinality, h.Via)
			}
			d.Relationships = append(d.Relationships, traverse.Relationship{Name: h.Name, Target: h.To, Via: h.Via})
		}
		defs = append(defs, d)
	}
	schema, err := traverse.NewSchema(defs...)
	if err != nil || !schema.Equal(leadscore.StandardSchema()) {
		t.Errorf("another schema: %v", err)
	}
}
