package plan

import (
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A Creation is the plan of a `lead creation`.
type Creation struct {
	Checked *check.Creation
	Routes  *Routes
	Child   *Child // the interactions that create leads
	Ref     int    // of the reference that tells leads apart, in the layout of the root; or -1

	Leads       *Need // Lead by its parent
	LeadRef     int   // of the reference, in the layout of Lead; or -1
	LeadContact int   // of ParentContact, in the layout of Lead

	// Accounts and Members are nil if leads are created for contacts.
	Accounts *Need // Contact by its id
	Account  int   // of ParentAccount, in the layout of Contact
	Members  *Need // Contact by ParentAccount, ids alone
}

// NewCreation plans which leads to create.
func NewCreation(c *check.Creation) *Creation {
	r := &Routes{layouts: map[string]*Layout{}}
	for i := range r.Trees {
		r.Trees[i] = &HopTree{roots: map[string]*Node{}}
	}
	b := builder{routes: r, needs: map[needKey]*Need{}, hops: map[hopKey]*Node{}, schema: c.Model.Schema}
	out := &Creation{Checked: c, Routes: r, Ref: -1, LeadRef: -1}
	lead := b.layout(traverse.Lead)
	out.LeadContact = lead.field(traverse.ParentContact)
	r.Models = []*Model{b.model(c.Model)}
	out.Child = &r.Models[0].Conditions[0].Children[0]
	if c.Ref != "" {
		out.Ref = out.Child.Steps[0].Node.Layout.field(c.Ref)
		out.LeadRef = lead.field(c.Ref)
	}
	parent := traverse.ParentContact
	if c.Account {
		parent = traverse.ParentAccount
		out.Account = b.layout(traverse.Contact).field(parent)
		out.Accounts = b.need(traverse.Contact, "", false)
		out.Members = b.need(traverse.Contact, parent, true)
	}
	out.Leads = b.need(traverse.Lead, parent, false)
	b.finish(nil)
	return out
}
