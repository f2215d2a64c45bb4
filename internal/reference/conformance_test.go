package reference

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/conformance"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// TestConformance compares the reference with answers worked out by hand.
func TestConformance(t *testing.T) {
	cases, err := conformance.Read(os.DirFS("../../testdata/conformance"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range cases {
		if want, ok := c.Assigned(); ok {
			t.Run(c.Name+"/assign", func(t *testing.T) {
				if got := assignedText(t, c); got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
		if want, ok := c.Created(); ok {
			t.Run(c.Name+"/create", func(t *testing.T) {
				if got := createdText(t, c); got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
		if !c.Scores() {
			continue
		}
		n++
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Run(t.Context(), answer); err != nil {
				t.Error(err)
			}
			if want, ok := c.Stages(); ok {
				if got := staged(t, c); got != want {
					t.Errorf("the stages are\n%s\nwant\n%s", got, want)
				}
			}
		})
	}
	if n == 0 {
		t.Error("no case scores")
	}
}

// given is what a case gives.
type given struct {
	files  []*dsl.File
	schema *traverse.Schema
	data   Data
	leads  []string
}

// read reads what a case gives.
func read(ctx context.Context, c *conformance.Case) (*given, error) {
	g := &given{}
	for _, f := range c.Files {
		file, diags := dsl.Parse(f.Name, f.Text, dsl.Limits{})
		if len(diags) > 0 {
			return nil, diags
		}
		g.files = append(g.files, file)
	}
	var diags dsl.Diagnostics
	if g.schema, _, diags = check.Files(c.Base, g.files...); len(diags) > 0 {
		return nil, diags
	}
	loaded, err := c.Load(g.schema)
	if err != nil {
		return nil, err
	}
	if g.leads, err = c.Leads(ctx, loaded); err != nil {
		return nil, err
	}
	g.data, err = reachable(ctx, loaded.Source, g.schema, g.leads, c.Contacts...)
	return g, err
}

// staged returns the stages of the leads of a case.
func staged(t *testing.T, c *conformance.Case) string {
	g, err := read(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var rows []conformance.StageRow
	for _, lead := range g.leads {
		list, err := Stage(g.files, g.schema, g.data, lead, c.AsOf, func(stages string) string { return c.Before[lead][stages] }, c.Stopped...)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			rows = append(rows, conformance.StageRow(s))
		}
	}
	return conformance.StagesText(rows)
}

// answer is a [conformance.Evaluator].
func answer(ctx context.Context, c *conformance.Case) ([]conformance.Row, error) {
	g, err := read(ctx, c)
	if err != nil {
		return nil, err
	}
	files := g.files
	var rows []conformance.Row
	for _, lead := range g.leads {
		results, err := Score(files, g.schema, g.data, lead, c.AsOf)
		if unknown, ok := errors.AsType[*UnknownModel](err); ok {
			rows = append(rows, conformance.Row{Lead: lead, Err: fmt.Errorf("lead %q: %s (%s): the set has no such model: the %s of %q names %q%s",
				lead, unknown.Path, unknown.Entity, unknown.Field, unknown.Record, unknown.Name, meant(files, unknown.Name))})
		} else if err != nil {
			rows = append(rows, conformance.Row{Lead: lead, Err: fmt.Errorf("lead %q: no such lead", lead)})
		}
		for _, r := range Stopped(results, c.Stopped...) {
			rows = append(rows, conformance.Row{
				Lead: r.Lead, Model: r.Model, Status: r.Status, Score: r.Score, Grade: r.Grade, Ready: r.SalesReady,
				Labeled: labeled(files, r.Model), Label: r.Label, Dimensions: dimensions(r.Dimensions),
				Contributions: explained(r.Contributions),
			})
		}
	}
	return rows, nil
}

// meant returns what the error for a model that is not there adds.
func meant(files []*dsl.File, name string) string {
	var names []string
	for _, f := range files {
		for _, b := range f.Blocks {
			if m, ok := b.(*dsl.Model); ok {
				names = append(names, m.Name.Value)
			}
		}
	}
	if near := nearest.Name(name, slices.Values(names)); near != "" {
		return nearest.Hint(strconv.Quote(near))
	}
	return ""
}

// createdText returns the leads that are to be created in a case.
func createdText(t *testing.T, c *conformance.Case) string {
	g, err := read(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var list []conformance.Created
	for _, r := range Create(g.files, g.schema, g.data, c.Contacts, c.AsOf) {
		out := conformance.Created{Parent: "contact", ID: r.Parent, Creation: r.Creation, Proposal: r.ID, Ref: r.Ref, Context: r.Context, Entity: r.Entity, Cause: r.Cause}
		switch {
		case r.NoAccount:
			out.Err = leadscore.ErrNoAccount
		case r.Account:
			out.Parent = "account"
		}
		for _, v := range r.Values {
			out.Values = append(out.Values, v.Field.Text+" = "+literalsText(v.Values))
		}
		list = append(list, out)
	}
	return conformance.CreatedText(list)
}

// literalsText returns what is set as values of the engine are written.
func literalsText(values []dsl.Literal) string {
	var texts []string
	for _, value := range values {
		switch value := value.(type) {
		case *dsl.String:
			texts = append(texts, value.Value)
		case *dsl.Number:
			texts = append(texts, value.Text)
		case *dsl.Bool:
			texts = append(texts, strconv.FormatBool(value.Value))
		case *dsl.Moment:
			texts = append(texts, value.Raw)
		}
	}
	return strings.Join(texts, "; ")
}

// assignedText returns what the assignments of a case give to its leads.
func assignedText(t *testing.T, c *conformance.Case) string {
	g, err := read(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var list []conformance.Assigned
	for _, lead := range g.leads {
		all, err := Assign(g.files, g.schema, g.data, lead, c.AsOf, c.Stopped...)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			out := conformance.Assigned{Lead: a.Lead, Assignment: a.Assignment, Rule: a.Rule, Otherwise: a.NoRule}
			for _, v := range a.Values {
				out.Values = append(out.Values, v.Field+" = "+literalsText(v.Values))
			}
			list = append(list, out)
		}
	}
	return conformance.AssignedText(list)
}

// labeled reports whether a model has a label.
func labeled(files []*dsl.File, name string) bool {
	for _, f := range files {
		for _, b := range f.Blocks {
			m, ok := b.(*dsl.Model)
			if !ok || m.Name.Value != name {
				continue
			}
			return slices.ContainsFunc(m.Clauses, func(c dsl.Clause) bool { _, ok := c.(*dsl.Label); return ok })
		}
	}
	return false
}

func dimensions(list []Dimension) []conformance.Dimension {
	var out []conformance.Dimension
	for _, d := range list {
		out = append(out, conformance.Dimension(d))
	}
	return out
}

// explained returns nil if the reference lists what it counts in another way: all
// occurrences for a burst or an age, and each occurrence for a row by a number.
func explained(contributions []Contribution) []conformance.Contribution {
	var out []conformance.Contribution
	for _, c := range contributions {
		for _, ch := range c.Children {
			if c.Row != nil || strings.Contains(ch.Rule, " within any ") || strings.Contains(ch.Rule, " without ") {
				return nil
			}
		}
		e := conformance.Contribution{
			Condition: c.Condition, Multiplier: c.Multiplier.RatString(), Points: c.Points, Score: Clamp(c.Score),
		}
		if c.Row != nil {
			e.Row, _, _ = strings.Cut(fmt.Sprint(c.Row), " score ")
		}
		left := 100 // the most occurrences that a condition lists
		for _, ch := range c.Children {
			child := conformance.Child{Rule: ch.Rule, Count: saturate(ch.Count), Holds: ch.Holds, Occurrences: counted(ch.Routes)}
			if ch.Label != "" && !strings.HasPrefix(ch.Rule, `"`) {
				child.Rule = fmt.Sprintf("%q: %s", ch.Label, ch.Rule)
			}
			if ch.Weight != nil {
				child.Weight = ch.Weight.RatString()
			}
			child.Occurrences = child.Occurrences[:min(left, len(child.Occurrences))]
			left -= len(child.Occurrences)
			for _, m := range ch.Missing {
				child.Missing = append(child.Missing, eval.Missing{
					Reason: eval.Reason(m.Reason), Path: m.Path, Entity: m.Entity, Reference: m.Reference, Count: m.Count, ID: m.ID, When: m.When,
				}.String())
			}
			e.Children = append(e.Children, child)
		}
		out = append(out, e)
	}
	return out
}

// counted returns the records that date the routes, by time, entity and id.
func counted(routes [][]Stop) []conformance.Occurrence {
	var out []conformance.Occurrence
	for _, route := range routes {
		stop := Dated(route)
		same := func(o conformance.Occurrence) bool { return o.Entity == stop.Entity.Name() && o.ID == stop.Record.ID }
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].Routes++
			continue
		}
		var at time.Time
		if f, ok := stop.Entity.Dated(); ok {
			at = stop.Record.Values[f.Name].Time()
		}
		out = append(out, conformance.Occurrence{Entity: stop.Entity.Name(), ID: stop.Record.ID, Time: at, Routes: 1})
	}
	slices.SortFunc(out, func(a, b conformance.Occurrence) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		if c := strings.Compare(a.Entity, b.Entity); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// reachable reads from a source everything that is connected with leads and contacts: the
// records that a reference leads to, those whose reference leads to one, and so on.
func reachable(ctx context.Context, source *memory.Source, schema *traverse.Schema, leads []string, contacts ...string) (Data, error) {
	data := Data{}
	have := map[string]bool{}           // entity and id of the records read
	ids := map[string]map[string]bool{} // ids that occur somewhere, by entity
	for e := range schema.Entities() {
		ids[e.Name()] = map[string]bool{}
	}
	for _, id := range leads {
		ids[traverse.Lead][id] = true
	}
	for _, id := range contacts {
		ids[traverse.Contact][id] = true
	}
	for grown := true; grown; {
		grown = false
		for e := range schema.Entities() {
			fields := slices.Collect(e.FieldNames())
			leadsTo := map[string]string{"": e.Name()} // by reference; "" is the id itself
			for r := range e.Relationships() {
				if !r.Many() {
					fields = append(fields, r.Name)
					leadsTo[r.Name] = r.Target
				}
			}
			for by, target := range leadsTo {
				need, err := schema.NewNeed(e.Name(), by, fields, "")
				if err != nil {
					return nil, err
				}
				query := &traverse.Query{Need: need}
				for id := range ids[target] {
					query.Keys = append(query.Keys, id)
				}
				rows := traverse.NewRows(query)
				if err := source.Fetch(ctx, query, rows); err != nil {
					return nil, err
				}
				for row := range rows.All() {
					key := e.Name() + " " + row.ID
					if have[key] {
						continue
					}
					have[key], grown = true, true
					ids[e.Name()][row.ID] = true
					record := Record{ID: row.ID, Values: map[string]traverse.Value{}}
					for i, name := range fields {
						record.Values[name] = row.Values[i]
						if to, ok := leadsTo[name]; ok && name != "" && row.Values[i].Text() != "" {
							ids[to][row.Values[i].Text()] = true
						}
					}
					data[e.Name()] = append(data[e.Name()], record)
				}
			}
		}
	}
	return data, nil
}
