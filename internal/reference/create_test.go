package reference

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

const creationSchema = `profile Lead {
    Topic text
    Due date
    CreatedOn time
    ParentContact -> Contact
    ParentAccount -> Account
    Campaign -> Campaign
    %s
}
profile Contact { City text  ParentAccount -> Account }
profile Account { Name text }
profile Campaign { Name text  Start date  %s }
interaction Form { Create bool  Campaign -> Campaign }
interaction Event { Create bool  Size number  Campaign -> Campaign }
interaction Call { Campaign -> Campaign  Lead -> Lead }
`

// drawCreations draws a schema and lead creations.
func (g *generator) drawCreations() (schema, rules string) {
	schema = fmt.Sprintf(creationSchema, pick(g, "lead dated", "", "dated by CreatedOn", "dated by Due"), pick(g, "campaign dated", "", "dated by Start"))
	var text strings.Builder
	for i := range g.number("creations", 1, 3) {
		from := pick(g, "from",
			"Form", "Event", "Call", "Form, Event", "Call, Event, Form", "Form where Create = true", "Form, Event where Create = true",
			`Form, Call where Campaign.Name = "Spring"`, `Event where Size > 1 or not (Create = false)`, `Call where Lead.Topic is empty`,
			`Form, Event where Timestamp within last 2 days and Contact.City is not empty`, "Form, Call where Campaign.Start within last 3 days")
		fmt.Fprintf(&text, "lead creation \"C%d\" {\n    from %s\n    scope %s\n    per %s\n", i, from, pick(g, "scope", "contact", "account"), pick(g, "per", "company", "Campaign"))
		if g.chance(1, "set") {
			text.WriteString("    set Topic = \"New\", Due = 2026-05-31\n")
		}
		text.WriteString("}\n")
	}
	return schema, text.String()
}

// creationData draws few records with few ids.
func (g *generator) creationData(schema *traverse.Schema) Data {
	ids := map[string][]string{
		traverse.Contact: {"ada", "bob", "eve", "", "gone"}, traverse.Account: {"acme", "beans", "", "gone"},
		"Campaign": {"spring", "summer", "", "gone"}, traverse.Lead: {"lead-0", "lead-1", ""},
	}
	day := func(label string) time.Time { return g.asOf.AddDate(0, 0, g.number(label, -4, 1)) }
	data := Data{}
	for e := range schema.Entities() {
		records := g.number(e.Name(), 0, 8)
		switch known := ids[e.Name()]; {
		case e.Name() == traverse.Lead:
			records = g.number("leads", 0, 3)
		case known != nil:
			records = min(records, slices.Index(known, ""))
		}
		for i := range records {
			r := Record{ID: fmt.Sprintf("%s-%d", strings.ToLower(e.Name()), i), Values: map[string]traverse.Value{}}
			if known := ids[e.Name()]; known != nil && e.Name() != traverse.Lead {
				r.ID = known[i]
			}
			for f := range e.Fields() {
				if g.chance(2, "null") {
					continue
				}
				switch f.Type {
				case traverse.Bool:
					r.Values[f.Name] = traverse.BoolValue(g.chance(1, f.Name))
				case traverse.Number:
					r.Values[f.Name] = traverse.NumberValue(float64(g.number(f.Name, 0, 3)))
				case traverse.Date:
					r.Values[f.Name] = traverse.DateValue(day(f.Name).UTC().Date())
				case traverse.Time:
					r.Values[f.Name] = traverse.TimeValue(day(f.Name).Add(pick(g, "finer", -time.Microsecond, 0, time.Microsecond)))
				default:
					r.Values[f.Name] = traverse.TextValue(pick(g, f.Name, "Spring", "Other"))
				}
			}
			for rel := range e.Relationships() {
				if !rel.Many() && !g.chance(2, "no reference") {
					r.Values[rel.Name] = traverse.TextValue(pick(g, rel.Name, ids[rel.Target]...))
				}
			}
			data[e.Name()] = append(data[e.Name()], r)
		}
	}
	return data
}

// createdLines writes what the engine proposes, in any order.
func createdLines(t *rapid.T, set *leadscore.Set, source leadscore.Source, contacts []string, opts ...leadscore.Option) (lines []string, all []leadscore.Proposal) {
	for p, err := range set.Create(context.Background(), leadscore.IDs(contacts...), source, opts...) {
		if bad, ok := errors.AsType[*leadscore.CreationError](err); ok && errors.Is(err, leadscore.ErrNoAccount) {
			lines = append(lines, fmt.Sprintf("%s %s: no account", bad.Creation, bad.Contact))
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
		lines = append(lines, fmt.Sprintf("%s %q %q %s %s because of %s %s, %d values, id %s",
			p.Creation, p.ParentContact, p.ParentAccount, p.Reference, p.Context, p.Cause.Entity, p.Cause.ID, len(p.Values), p.ID))
	}
	slices.Sort(lines)
	return lines, all
}

// TestCreationMatchesReference compares proposals with those of the reference; in another
// order of the records and of the contacts, and in batches of any size, they are the same.
// Once the leads that are proposed exist, none are proposed.
func TestCreationMatchesReference(t *testing.T) {
	proposed, none := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := &generator{T: t, asOf: time.Date(2026, 4, 8, 4, 0, 0, 0, time.UTC)}
		schemaText, rules := g.drawCreations()
		schema, err := leadscore.ParseSchema("schema.score", schemaText, nil)
		if err != nil {
			t.Fatal(err)
		}
		file, problems := dsl.Parse("creation.score", rules, dsl.Limits{})
		if problems.Err() != nil {
			t.Fatal(problems)
		}
		set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "creation.score", Text: rules}})
		if err != nil {
			t.Fatal(err)
		}
		data := g.creationData(schema)
		contacts := []string{"ada", "bob", "eve", "gone", "nobody"}
		if g.chance(1, "some") {
			contacts = rapid.SliceOfN(rapid.SampledFrom([]string{"ada", "bob", "eve", "gone", "nobody"}), 0, 4).Draw(t, "contacts")
		}
		t.Logf("as of %s\n%s\n%s%s", g.asOf, rules, schemaText, described(data))
		var want []string
		for _, c := range Create([]*dsl.File{file}, schema, data, contacts, g.asOf) {
			if c.NoAccount {
				want = append(want, fmt.Sprintf("%s %s: no account", c.Creation, c.Parent))
				none++
				continue
			}
			contact, account := c.Parent, ""
			if c.Account {
				contact, account = "", c.Parent
			}
			want = append(want, fmt.Sprintf("%s %q %q %s %s because of %s %s, %d values, id %s", c.Creation, contact, account, c.Ref, c.Context, c.Entity, c.Cause, len(c.Values), c.ID))
			proposed++
		}
		slices.Sort(want)
		asOf := leadscore.AsOf(g.asOf)
		got, all := createdLines(t, set, g.source(schema, data), contacts, asOf)
		if !slices.Equal(got, want) {
			t.Fatalf("the engine proposes\n%s\nand the reference\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		shuffled := Data{}
		for e, records := range data {
			shuffled[e] = rapid.Permutation(records).Draw(t, "records of "+e)
		}
		mixed := rapid.Permutation(slices.Concat(contacts, contacts)).Draw(t, "contacts")
		if again, _ := createdLines(t, set, g.source(schema, shuffled), mixed, asOf, leadscore.Batch(g.number("batch", 1, 3)), leadscore.MaxRecords(pick(g, "records", 60, 1000))); !slices.Equal(again, got) {
			t.Fatalf("in another order\n%s\nand before\n%s", strings.Join(again, "\n"), strings.Join(got, "\n"))
		}
		created := maps.Clone(data)
		for _, p := range all {
			values := map[string]traverse.Value{traverse.ParentContact: traverse.TextValue(p.ParentContact), traverse.ParentAccount: traverse.TextValue(p.ParentAccount)}
			if p.Reference != "" {
				values[p.Reference] = traverse.TextValue(p.Context)
			}
			created[traverse.Lead] = append(slices.Clip(created[traverse.Lead]), Record{p.ID, values})
		}
		if _, again := createdLines(t, set, g.source(schema, created), contacts, asOf); len(again) > 0 {
			t.Fatalf("proposed again, although they exist: %+v", again)
		}
	})
	if proposed == 0 || none == 0 {
		t.Errorf("%d leads were proposed, and %d contacts had no account", proposed, none)
	}
}
