package traverse_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/traverse"
)

// TestCommon checks what interactions have in common: what is of the same type in all
// of them, and always Timestamp.
func TestCommon(t *testing.T) {
	type (
		definition = traverse.Definition
		field      = traverse.Field
		rel        = traverse.Relationship
	)
	choice := func(values ...string) field {
		return field{Name: "Choice", Type: traverse.Choice, Values: values}
	}
	schema, err := traverse.NewSchema(append(base(),
		definition{Name: "A", Kind: traverse.Interaction, Relationships: []rel{{Name: "To", Target: "Account"}, {Name: "Of", Target: "Lead"}, {Name: "Bs", Target: "B", Via: "A"}},
			Fields: []field{{Name: "Text", Type: traverse.Text}, {Name: "Number", Type: traverse.Number}, choice("x", "Y"), {Name: "Own", Type: traverse.Bool}}},
		definition{Name: "B", Kind: traverse.Interaction, Relationships: []rel{{Name: "Of", Target: "Lead"}, {Name: "To", Target: "Contact"}, {Name: "A", Target: "A"}},
			Fields: []field{choice("y", "X"), {Name: "Text", Type: traverse.Text, Exact: true}, {Name: "Number", Type: traverse.Number}}},
		definition{Name: "C", Kind: traverse.Interaction, Passive: true, Relationships: []rel{{Name: "Of", Target: "Lead"}},
			Fields: []field{choice("x"), {Name: "Number", Type: traverse.Number, Derived: traverse.Rollup}, {Name: "Timestamp", Type: traverse.Time, Derived: traverse.Calculated}}},
	)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ kinds, want string }{
		{"A", "Text Number Choice Own Timestamp To Of Bs Contact"},
		{"A B", "Number Choice Timestamp Of Contact"},
		{"B A", "Choice Number Timestamp Of Contact"},
		{"A C", "Timestamp Of Contact"},
		{"A B C", "Timestamp Of Contact"},
	} {
		var kinds []*traverse.Entity
		for name := range strings.FieldsSeq(test.kinds) {
			kinds = append(kinds, schema.Entity(name))
		}
		e := traverse.Common(kinds...)
		var names []string
		for f := range e.Fields() {
			names = append(names, f.Name)
			if got, ok := e.Field(f.Name); !ok || !got.Like(f) {
				t.Errorf("%s: field %s is %v", test.kinds, f.Name, got)
			}
		}
		for r := range e.Relationships() {
			names = append(names, r.Name)
			if got, ok := e.Relationship(r.Name); !ok || got != r {
				t.Errorf("%s: relationship %s is %v", test.kinds, r.Name, got)
			}
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: in common are %s, want %s", test.kinds, got, test.want)
		}
		if want := strings.ReplaceAll(test.kinds, " ", " or "); e.Name() != want || e.Kind() != traverse.Interaction || e.Passive() {
			t.Errorf("%s is %s, a %s", want, e.Name(), e.Kind())
		}
		dated, ok := e.Dated()
		computed := strings.Contains(test.kinds, "C")
		if !ok || dated.Name != traverse.Timestamp || computed != (dated.Derived == traverse.Calculated) {
			t.Errorf("%s is dated by %v", test.kinds, dated)
		}
	}
}
