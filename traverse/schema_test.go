package traverse_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/traverse"
)

// base is the smallest valid schema.
func base() []traverse.Definition {
	return []traverse.Definition{
		{Name: "Lead", Relationships: []traverse.Relationship{{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"}}},
		{Name: "Contact", Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}}},
		{Name: "Account"},
	}
}

func schema(t *testing.T, defs ...traverse.Definition) *traverse.Schema {
	t.Helper()
	s, err := traverse.NewSchema(append(base(), defs...)...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaProblems(t *testing.T) {
	type (
		definition = traverse.Definition
		field      = traverse.Field
		rel        = traverse.Relationship
	)
	tests := []struct {
		name string
		def  definition
		want []string
	}{
		{"a bare profile", definition{Name: "Order"}, nil},
		{"any name on one line", definition{Name: "my order №1", Fields: []field{{Name: "where", Type: traverse.Text}}}, nil},
		{"an inverse of an implied reference", definition{Name: "Click", Kind: traverse.Interaction}, nil},
		{"no name", definition{}, []string{`"" cannot name an entity`}},
		{"a back quote", definition{Name: "a`b"}, []string{"\"a`b\" cannot name an entity"}},
		{"a line end", definition{Name: "A", Fields: []field{{Name: "a\nb", Type: traverse.Text}}},
			[]string{`"a\nb" cannot name a field or relationship of A`}},
		{"a name too long", definition{Name: strings.Repeat("x", 300)}, []string{"a name of 300 bytes is too long for an entity: 256 are the most"}},
		{"the longest name", definition{Name: strings.Repeat("x", 256)}, nil},
		{"a name one byte too long", definition{Name: "A", Fields: []field{{Name: strings.Repeat("x", 257), Type: traverse.Text}}},
			[]string{"a name of 257 bytes is too long for a field or relationship of A: 256 are the most"}},
		{"the longest name, and bad", definition{Name: strings.Repeat("`", 256)}, []string{`"` + strings.Repeat("`", 256) + `" cannot name an entity`}},
		{"the reserved name", definition{Name: "Interaction"},
			[]string{"Interaction is a reserved name: as a path's root it means every interaction that is not passive"}},
		{"another kind", definition{Name: "Lead", Kind: traverse.Interaction},
			[]string{"Lead is declared both as a profile and as an interaction"}},
		{"a passive profile", definition{Name: "Order", Passive: true}, []string{"Order is a profile: only an interaction can be passive"}},
		{"a field twice", definition{Name: "A", Fields: []field{{Name: "F", Type: traverse.Text}, {Name: "F", Type: traverse.Number}}},
			[]string{"A.F is declared twice"}},
		{"a field and a relationship", definition{Name: "A", Fields: []field{{Name: "Lead", Type: traverse.Text}}, Relationships: []rel{{Name: "Lead", Target: "Lead"}}},
			[]string{"A.Lead is declared twice"}},
		{"no type", definition{Name: "A", Fields: []field{{Name: "F"}}}, []string{"A.F has no type"}},
		{"an unknown type", definition{Name: "A", Fields: []field{{Name: "F", Type: 99}}}, []string{"A.F has an unknown type"}},
		{"an exact number", definition{Name: "A", Fields: []field{{Name: "F", Type: traverse.Number, Exact: true}}},
			[]string{"A.F is a number: only text, choice and choices can be exact"}},
		{"values of text", definition{Name: "A", Fields: []field{{Name: "F", Type: traverse.Text, Values: []string{"x"}}}},
			[]string{"A.F is text: only choice and choices list values"}},
		{"a choice without values", definition{Name: "A", Fields: []field{{Name: "F", Type: traverse.Choice}}}, []string{"A.F lists no values"}},
		{"open choices", definition{Name: "A", Fields: []field{{Name: "F", Type: traverse.Choices}, {Name: "G", Type: traverse.Choices, Exact: true}}}, nil},
		{"values twice", definition{Name: "A", Fields: []field{{Name: "F", Type: traverse.Choices, Values: []string{"x", "x", "X", ""}}}},
			[]string{`A.F lists "x" twice`, `A.F lists "x" and "X", which differ by letter case only`, "A.F lists the empty text: an empty field has no value"}},
		{"values that differ by case where that counts", definition{Name: "A", Fields: []field{{Name: "F", Type: traverse.Choice, Exact: true, Values: []string{"x", "X"}}}}, nil},
		{"a timestamp that is no time", definition{Name: "A", Kind: traverse.Interaction, Fields: []field{{Name: "Timestamp", Type: traverse.Date}}},
			[]string{"A.Timestamp is every interaction's instant: it must be a time, not a date"}},
		{"a contact that is a field", definition{Name: "A", Kind: traverse.Interaction, Fields: []field{{Name: "Contact", Type: traverse.Text}}},
			[]string{"A.Contact is every interaction's reference to its contact: it must be declared Contact -> Contact"}},
		{"a contact that leads elsewhere", definition{Name: "A", Kind: traverse.Interaction, Relationships: []rel{{Name: "Contact", Target: "Lead"}}},
			[]string{"A.Contact is every interaction's reference to its contact: it must be declared Contact -> Contact"}},
		{"a timestamp of a profile is free", definition{Name: "A", Fields: []field{{Name: "Timestamp", Type: traverse.Text}}}, nil},
		{"no target", definition{Name: "A", Relationships: []rel{{Name: "R", Target: "Conact"}}}, []string{"A.R leads to Conact, which is not an entity; did you mean Contact?"}},
		{"to Interaction", definition{Name: "A", Relationships: []rel{{Name: "R", Target: "Interaction"}}},
			[]string{"A.R leads to Interaction, which means any interaction; name one"}},
		{"an inverse of nothing", definition{Name: "Account", Relationships: []rel{{Name: "R", Target: "Contact", Via: "ParentAcount"}}},
			[]string{"Account.R is the inverse of Contact.ParentAcount, which is not a reference; did you mean ParentAccount?"}},
		{"an inverse of another's reference", definition{Name: "Lead", Relationships: []rel{{Name: "R", Target: "Contact", Via: "ParentAccount"}}},
			[]string{"Lead.R is the inverse of Contact.ParentAccount, which leads to Account, not to Lead"}},
		{"an inverse of an inverse", definition{Name: "Account", Relationships: []rel{{Name: "R", Target: "Contact", Via: "ParentAccount"}, {Name: "Q", Target: "Account", Via: "R"}}},
			[]string{"Account.Q is the inverse of Account.R, which is an inverse itself"}},
		{"dated by nothing", definition{Name: "A", Fields: []field{{Name: "Date", Type: traverse.Date}}, DatedBy: "Dat"}, []string{"A is dated by Dat, which is not one of its fields; did you mean Date?"}},
		{"dated by text", definition{Name: "A", Fields: []field{{Name: "D", Type: traverse.Text}}, DatedBy: "D"}, []string{"A is dated by D, which is text: it must be a time or a date"}},
		{"a dated interaction", definition{Name: "A", Kind: traverse.Interaction, DatedBy: "Timestamp"}, []string{"A is an interaction: it is dated by its Timestamp"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := traverse.NewSchema(append(base(), test.def)...)
			if diff := cmp.Diff(test.want, summaries(err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if s == nil {
				t.Error("no schema comes with the problems")
			}
		})
	}
}

// summaries returns the lines of a SchemaError without their prefix.
func summaries(err error) []string {
	if err == nil {
		return nil
	}
	problems, ok := errors.AsType[traverse.SchemaError](err)
	if !ok {
		return []string{"not a SchemaError: " + err.Error()}
	}
	return strings.Split(strings.ReplaceAll(problems.Error(), "schema: ", ""), "\n")
}

func TestSchemaNeedsTheThree(t *testing.T) {
	_, err := traverse.NewSchema()
	if diff := cmp.Diff([]string{"a schema must declare Lead, Contact and Account: missing Lead, Contact, Account"}, summaries(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	defs := base()
	defs[0].Relationships = defs[0].Relationships[:1]
	defs[1].Relationships[0].Target = "Lead"
	_, err = traverse.NewSchema(defs...)
	want := []string{"Lead must have the reference ParentAccount -> Account", "Contact must have the reference ParentAccount -> Account"}
	if diff := cmp.Diff(want, summaries(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// An inverse leads to the right entity, but to many records of it.
	defs = base()
	defs[0].Relationships[0].Via = "Lead"
	defs[1].Relationships = append(defs[1].Relationships, traverse.Relationship{Name: "Lead", Target: "Lead"})
	_, err = traverse.NewSchema(defs...)
	if diff := cmp.Diff([]string{"Lead must have the reference ParentContact -> Contact"}, summaries(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSchemaPlaces checks the place of a problem, and where the name was first
// declared.
func TestSchemaPlaces(t *testing.T) {
	s := schema(t)
	_, err := s.Extend(
		traverse.Definition{Name: "Lead", Relationships: []traverse.Relationship{{Name: "ParentContact", Target: "Contact"}}},
		traverse.Definition{Name: "A", Fields: []traverse.Field{{Name: "F", Type: traverse.Text}}},
		traverse.Definition{
			Name: "A", Fields: []traverse.Field{{Name: "G", Type: traverse.Text}, {Name: "F", Type: traverse.Text}},
			Relationships: []traverse.Relationship{{Name: "G", Target: "Lead"}},
		},
	)
	problems, _ := errors.AsType[traverse.SchemaError](err)
	want := traverse.SchemaError{
		{At: traverse.Place{Definition: 0, Part: traverse.PartRelationship}, Summary: "Lead.ParentContact is declared twice", Previous: &traverse.Place{Definition: -1}},
		{At: traverse.Place{Definition: 2, Part: traverse.PartField, Index: 1}, Summary: "A.F is declared twice", Previous: &traverse.Place{Definition: 1, Part: traverse.PartField}},
		{At: traverse.Place{Definition: 2, Part: traverse.PartRelationship}, Summary: "A.G is declared twice", Previous: &traverse.Place{Definition: 2, Part: traverse.PartField}},
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestExtend checks that order decides nothing, that the extended schema stays
// as it is, and that Definitions give the schema back.
func TestExtend(t *testing.T) {
	s := schema(t)
	order := traverse.Definition{Name: "Order", Fields: []traverse.Field{{Name: "On", Type: traverse.Date}}, Relationships: []traverse.Relationship{{Name: "Lead", Target: "Lead"}}, DatedBy: "On"}
	lead := traverse.Definition{Name: "Lead", Relationships: []traverse.Relationship{{Name: "Orders", Target: "Order", Via: "Lead"}}}
	more := traverse.Definition{Name: "Order", Fields: []traverse.Field{{Name: "Amount", Type: traverse.Number}}}
	a, err := s.Extend(lead, order, more)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Extend(more, order, lead); err != nil {
		t.Errorf("in another order: %v", err)
	}
	if _, ok := s.Entity("Lead").Relationship("Orders"); ok || s.Entity("Order") != nil {
		t.Error("the extended schema has changed")
	}
	again, err := traverse.NewSchema(a.Definitions()...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a.Definitions(), again.Definitions()); diff != "" {
		t.Errorf("Definitions do not give the schema back (-was +is):\n%s", diff)
	}
	if f, ok := again.Entity("Order").Dated(); !ok || f.Name != "On" {
		t.Errorf("Order is dated by %v", f)
	}
	if _, ok := again.Entity("Lead").Dated(); ok {
		t.Error("Lead is dated")
	}
}

// TestSchemaEqual: whatever differs, schemas are not equal.
func TestSchemaEqual(t *testing.T) {
	definitions := func() []traverse.Definition {
		return []traverse.Definition{
			{
				Name: "Thing", DatedBy: "On",
				Fields: []traverse.Field{
					{Name: "On", Type: traverse.Time}, {Name: "Off", Type: traverse.Time},
					{Name: "Size", Type: traverse.Choice, Values: []string{"S", "M"}},
				},
				Relationships: []traverse.Relationship{{Name: "Lead", Target: "Lead"}, {Name: "To", Target: "Lead"}},
			},
			{Name: "Click", Kind: traverse.Interaction, Fields: []traverse.Field{{Name: "Url", Type: traverse.Text}}},
			{Name: "Lead", Relationships: []traverse.Relationship{{Name: "Things", Target: "Thing", Via: "Lead"}}},
		}
	}
	a, again := schema(t, definitions()...), schema(t, definitions()...)
	if !a.Equal(a) || !a.Equal(again) || !again.Equal(a) {
		t.Error("the same definitions make schemas that are not equal")
	}
	if more := schema(t, append(definitions(), traverse.Definition{Name: "More"})...); a.Equal(more) || more.Equal(a) {
		t.Error("one has an entity more, and they are equal")
	}
	var none *traverse.Schema
	if a.Equal(none) || none.Equal(a) || !none.Equal(none) {
		t.Error("nil equals nil, and nothing else")
	}
	for name, change := range map[string]func(d []traverse.Definition){
		"the order of entities": func(d []traverse.Definition) { d[0], d[1] = d[1], d[0] },
		"an entity's name":      func(d []traverse.Definition) { d[1].Name = "Tap" },
		"an entity's kind": func(d []traverse.Definition) { // alone, as members that an interaction has implicitly are declared
			d[1].Kind, d[1].DatedBy = traverse.Profile, "Timestamp"
			d[1].Fields = append(d[1].Fields, traverse.Field{Name: "Timestamp", Type: traverse.Time})
			d[1].Relationships = []traverse.Relationship{{Name: "Contact", Target: "Contact"}}
		},
		"passive":                 func(d []traverse.Definition) { d[1].Passive = true },
		"dated by":                func(d []traverse.Definition) { d[0].DatedBy = "Off" },
		"dated by nothing":        func(d []traverse.Definition) { d[0].DatedBy = "" },
		"the number of fields":    func(d []traverse.Definition) { d[1].Fields = nil },
		"the order of fields":     func(d []traverse.Definition) { slices.Reverse(d[0].Fields) },
		"a field's name":          func(d []traverse.Definition) { d[1].Fields[0].Name = "Uri" },
		"a field's type":          func(d []traverse.Definition) { d[1].Fields[0].Type = traverse.Number },
		"exact":                   func(d []traverse.Definition) { d[1].Fields[0].Exact = true },
		"derived":                 func(d []traverse.Definition) { d[1].Fields[0].Derived = traverse.Rollup },
		"the values":              func(d []traverse.Definition) { d[0].Fields[2].Values[1] = "L" },
		"the order of values":     func(d []traverse.Definition) { slices.Reverse(d[0].Fields[2].Values) },
		"a relationship's name":   func(d []traverse.Definition) { d[0].Relationships[1].Name = "From" },
		"a relationship's target": func(d []traverse.Definition) { d[0].Relationships[1].Target = "Contact" },
		"the way back":            func(d []traverse.Definition) { d[2].Relationships[0].Via = "To" },
	} {
		defs := definitions()
		change(defs)
		b := schema(t, defs...)
		if a.Equal(b) || b.Equal(a) {
			t.Errorf("%s differs, and they are equal", name)
		}
	}
}

// TestSchemaKeepsItsValues checks that changing the definitions that a schema was made
// of, or that it returns, does not change the schema.
func TestSchemaKeepsItsValues(t *testing.T) {
	values := []string{"S", "M"}
	s := schema(t, traverse.Definition{Name: "Thing", Fields: []traverse.Field{{Name: "Size", Type: traverse.Choice, Values: values}}})
	was := s.Definitions()
	values[0] = "changed"
	for _, d := range s.Definitions() {
		for i := range d.Fields {
			for j := range d.Fields[i].Values {
				d.Fields[i].Values[j] = "changed"
			}
			d.Fields[i].Name = "changed"
		}
		for i := range d.Relationships {
			d.Relationships[i].Name = "changed"
		}
	}
	if diff := cmp.Diff(was, s.Definitions()); diff != "" || was[3].Fields[0].Values[0] != "S" {
		t.Errorf("the schema has changed (-was +is):\n%s", diff)
	}
}

// TestExtendTwice: extensions of one schema know nothing of each other, however
// many members it has.
func TestExtendTwice(t *testing.T) {
	text := func(name string) traverse.Field { return traverse.Field{Name: name, Type: traverse.Text} }
	to := func(name string) traverse.Relationship { return traverse.Relationship{Name: name, Target: "Lead"} }
	thing := traverse.Definition{Name: "Thing"}
	for n := range 10 {
		s := schema(t, thing)
		var extended []*traverse.Schema
		for _, name := range []string{"a", "b"} {
			e, err := s.Extend(traverse.Definition{
				Name: "Thing", Fields: []traverse.Field{text("F" + name)}, Relationships: []traverse.Relationship{to("R" + name)},
			})
			if err != nil {
				t.Fatal(err)
			}
			extended = append(extended, e)
		}
		for i, name := range []string{"a", "b"} {
			want := thing
			want.Fields = append(slices.Clone(thing.Fields), text("F"+name))
			want.Relationships = append(slices.Clone(thing.Relationships), to("R"+name))
			if diff := cmp.Diff(schema(t, want).Definitions(), extended[i].Definitions()); diff != "" {
				t.Errorf("%d members and one more, extension %s (-want +got):\n%s", n, name, diff)
			}
		}
		if diff := cmp.Diff(schema(t, thing).Definitions(), s.Definitions()); diff != "" {
			t.Errorf("%d members: the extended schema has changed (-was +is):\n%s", n, diff)
		}
		thing.Fields = append(thing.Fields, text(fmt.Sprint("F", n)))
		thing.Relationships = append(thing.Relationships, to(fmt.Sprint("R", n)))
	}
}

// TestPassive: any block of an entity may say that it is passive, but a schema
// that is extended has said it, or not.
func TestPassive(t *testing.T) {
	click := traverse.Definition{Name: "Click", Kind: traverse.Interaction}
	sent := traverse.Definition{Name: "Sent", Kind: traverse.Interaction, Passive: true}
	passive := click
	passive.Passive = true
	if s := schema(t, click, passive); !s.Entity("Click").Passive() {
		t.Error("one of two blocks says passive, and it is not")
	}
	s, err := schema(t, sent, click).Extend(sent, passive)
	want := traverse.SchemaError{{
		At: traverse.Place{Definition: 1}, Summary: "Click is declared without passive in the schema that this one extends",
	}}
	problems, _ := errors.AsType[traverse.SchemaError](err)
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !s.Entity("Sent").Passive() || s.Entity("Click").Passive() {
		t.Error("the extension has made an interaction passive, or active")
	}
}

func TestImpliedMembers(t *testing.T) {
	s := schema(t,
		traverse.Definition{Name: "Click", Kind: traverse.Interaction},
		traverse.Definition{Name: "Sent", Kind: traverse.Interaction, Passive: true,
			Fields:        []traverse.Field{{Name: "Timestamp", Type: traverse.Time}},
			Relationships: []traverse.Relationship{{Name: "Contact", Target: "Contact"}}},
		traverse.Definition{Name: "Contact", Relationships: []traverse.Relationship{{Name: "Clicks", Target: "Click", Via: "Contact"}}},
	)
	for _, name := range []string{"Click", "Sent", "Interaction"} {
		e := s.Root(name)
		if f, ok := e.Field("Timestamp"); !ok || f.Type != traverse.Time {
			t.Errorf("%s.Timestamp is %v", name, f)
		}
		if r, ok := e.Relationship("Contact"); !ok || r.Target != "Contact" || r.Many() {
			t.Errorf("%s.Contact is %v", name, r)
		}
		if f, ok := e.Dated(); !ok || f.Name != "Timestamp" {
			t.Errorf("%s is dated by %v", name, f)
		}
	}
	if diff := cmp.Diff([]string{"Lead", "Interaction", "Click", "Sent"}, slices.Collect(s.Roots())); diff != "" {
		t.Errorf("roots (-want +got):\n%s", diff)
	}
	var active []string
	for e := range s.Active() {
		active = append(active, e.Name())
	}
	if diff := cmp.Diff([]string{"Click"}, active); diff != "" {
		t.Errorf("active (-want +got):\n%s", diff)
	}
}

func TestPath(t *testing.T) {
	s := traverse.Standard()
	for _, test := range []struct {
		path string
		want string // the entities, or the error
	}{
		{"Lead", "Lead"},
		{"Lead.ParentContact.ParentAccount.Contacts", "Lead Contact Account Contact"},
		{"EmailClicked.Contact.Leads", "EmailClicked Contact Lead"},
		{"Interaction.Contact", "Interaction Contact"},
		{"Lead.ParentAccount.ParentAccount.ParentAccount.ParentAccount.ParentAccount.ParentAccount", "Lead Account Account Account Account Account Account"},
		{"Leed", "0: unknown entity Leed; did you mean Lead?"},
		{"EmailOpend.Contact", "0: unknown entity EmailOpend; did you mean EmailOpened?"},
		{"Whatever", "0: unknown entity Whatever"},
		{"Contact", "0: a path cannot start at Contact: it starts at Lead, at an interaction or at Interaction"},
		{"Lead.ParentContakt", "1: Lead has no relationship ParentContakt; did you mean ParentContact?"},
		{"Lead.parentContact", "1: Lead has no relationship parentContact; did you mean ParentContact?"},
		{"Lead.ParentContact.City", "2: Contact.City is a field: a path hops along relationships"},
		{"Lead.ParentContact.Nothing", "2: Contact has no relationship Nothing"},
	} {
		path, err := s.Path(strings.Split(test.path, ".")...)
		var got string
		if bad, ok := errors.AsType[*traverse.PathError](err); ok {
			got = string(rune('0'+bad.Index)) + ": " + bad.Error()
		} else if err != nil {
			got = err.Error()
		} else {
			var names []string
			for _, step := range path {
				names = append(names, step.Entity.Name())
			}
			got = strings.Join(names, " ")
			if path.Hops() != len(names)-1 || path.Last().Entity.Name() != names[len(names)-1] {
				t.Errorf("%s: %d hops, the last step is %s", test.path, path.Hops(), path.Last().Name)
			}
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.path, got, test.want)
		}
	}
	if _, err := s.Path(); err == nil {
		t.Error("a path without a name resolves")
	}
}

func TestStandard(t *testing.T) {
	s := traverse.Standard()
	if s != traverse.Standard() {
		t.Error("the standard schema is built twice")
	}
	if _, err := traverse.NewSchema(s.Definitions()...); err != nil {
		t.Errorf("its definitions make no schema: %v", err)
	}
	for name, passive := range map[string]bool{
		"EmailSent": true, "EmailDelivered": true, "EmailHardBounced": true, "EmailSoftBounced": true,
		"EmailOpened": false, "EmailClicked": false, "WebsiteVisited": false, "FormSubmitted": false, "EventCheckedIn": false,
	} {
		if e := s.Entity(name); e == nil || e.Kind() != traverse.Interaction || e.Passive() != passive {
			t.Errorf("%s: %v", name, e)
		}
	}
	for _, name := range []string{"Lead", "Contact", "Account"} {
		e := s.Entity(name)
		if e.Kind() != traverse.Profile {
			t.Errorf("%s is no profile", name)
		}
		for r := range e.Relationships() {
			if s.Entity(r.Target) == nil {
				t.Errorf("%s.%s leads nowhere", name, r.Name)
			}
		}
	}
	if f, _ := s.Entity("Account").Field("OpenDeals"); f.Derived != traverse.Rollup {
		t.Errorf("Account.OpenDeals is %v", f)
	}
}

// TestEarlyBreak checks that the sequences end when the caller has enough.
func TestEarlyBreak(t *testing.T) {
	s := traverse.Standard()
	e := s.Entity("Lead")
	for name, seq := range map[string]iter.Seq[string]{
		"Names": s.Names(), "Roots": s.Roots(), "FieldNames": e.FieldNames(), "RelationshipNames": e.RelationshipNames(),
	} {
		n := 0
		for range seq {
			if n++; n == 1 {
				break
			}
		}
		if n != 1 {
			t.Errorf("%s yields %d after a break", name, n)
		}
	}
	for range s.Active() {
		break
	}
}

func TestEntityKindString(t *testing.T) {
	if p, i := traverse.Profile.String(), traverse.Interaction.String(); p != "profile" || i != "interaction" {
		t.Errorf("got %s and %s", p, i)
	}
}

func TestDatedTwice(t *testing.T) {
	when := []traverse.Field{{Name: "A", Type: traverse.Time}, {Name: "B", Type: traverse.Time}}
	_, err := schema(t).Extend(
		traverse.Definition{Name: "Order", Fields: when, DatedBy: "A"},
		traverse.Definition{Name: "Order", DatedBy: "B"},
	)
	problems, _ := errors.AsType[traverse.SchemaError](err)
	want := traverse.SchemaError{{
		At: traverse.Place{Definition: 1, Part: traverse.PartDatedBy}, Summary: "Order is dated twice: by A and by B",
		Previous: &traverse.Place{Definition: 0, Part: traverse.PartDatedBy},
	}}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
