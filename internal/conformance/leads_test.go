package conformance_test

import (
	"errors"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/conformance"
)

// created returns the leads that are to be created in a case. It fails if they depend on the
// order of the contacts, or on how many are looked at together.
func created(t *testing.T, c *conformance.Case) string {
	var files []leadscore.File
	for _, f := range c.Files {
		files = append(files, leadscore.File{Name: f.Name, Text: f.Text})
	}
	set, err := leadscore.CompileSet(c.Base, files)
	if err != nil {
		t.Fatal(err)
	}
	data, err := c.Load(schemaOf(c))
	if err != nil {
		t.Fatal(err)
	}
	run := func(contacts []string, batch int) string {
		var list []conformance.Created
		for p, err := range set.Create(t.Context(), leadscore.IDs(contacts...), data, leadscore.AsOf(c.AsOf), leadscore.Batch(batch)) {
			list = append(list, proposed(t, p, err))
		}
		return conformance.CreatedText(list)
	}
	all := run(c.Contacts, 256)
	backwards := slices.Clone(c.Contacts)
	slices.Reverse(backwards)
	for _, batch := range []int{1, 2, 256} {
		for _, contacts := range [][]string{c.Contacts, backwards, slices.Concat(c.Contacts, backwards)} {
			if diff := gocmp.Diff(all, run(contacts, batch)); diff != "" {
				t.Errorf("for %q, %d together (-want +got):\n%s", contacts, batch, diff)
			}
		}
	}
	return all
}

// proposed returns a proposal, or why there is none, as a case has it.
func proposed(t *testing.T, p leadscore.Proposal, err error) conformance.Created {
	if bad, ok := errors.AsType[*leadscore.CreationError](err); ok {
		out := conformance.Created{Parent: "contact", ID: bad.Contact, Creation: bad.Creation, Err: bad.Err}
		if bad.Account != "" {
			out.Parent, out.ID = "account", bad.Account
		}
		return out
	} else if err != nil {
		t.Fatal(err)
	}
	out := conformance.Created{
		Parent: "contact", ID: p.ParentContact, Creation: p.Creation, Proposal: p.ID, Ref: p.Reference, Context: p.Context, Entity: p.Cause.Entity, Cause: p.Cause.ID,
	}
	if p.ParentAccount != "" {
		out.Parent, out.ID = "account", p.ParentAccount
	}
	for _, v := range p.Values {
		out.Values = append(out.Values, v.Field+" = "+v.Value.String())
	}
	return out
}

// assigned returns what the assignments of a case give to its leads.
func assigned(t *testing.T, c *conformance.Case) string {
	var files []leadscore.File
	for _, f := range c.Files {
		files = append(files, leadscore.File{Name: f.Name, Text: f.Text})
	}
	set, err := leadscore.CompileSet(c.Base, files)
	if err != nil {
		t.Fatal(err)
	}
	if set, err = set.Stop(c.Stopped...); err != nil {
		t.Fatal(err)
	}
	data, err := c.Load(schemaOf(c))
	if err != nil {
		t.Fatal(err)
	}
	ids, err := c.Leads(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	var list []conformance.Assigned
	for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, leadscore.AsOf(c.AsOf)) {
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range set.Assignments() {
			got, err := a.Assign(r)
			if err != nil {
				t.Fatal(err)
			}
			out := conformance.Assigned{Lead: got.Lead, Assignment: got.Assignment, Rule: got.Rule, Otherwise: got.Otherwise}
			for _, v := range got.Values {
				out.Values = append(out.Values, v.Field+" = "+v.Value.String())
			}
			list = append(list, out)
		}
	}
	return conformance.AssignedText(list)
}
