package eval

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/traverse"
)

// A Creator proposes leads (language reference, Which leads to create). It is immutable and
// safe for concurrent use.
type Creator struct {
	plan   *plan.Creation
	values []FieldValue
}

// NewCreator plans a lead creation.
func NewCreator(c *check.Creation) *Creator {
	out := &Creator{plan: plan.NewCreation(c)}
	for _, v := range c.Values {
		out.values = append(out.values, FieldValue{v.Field.Name, v.Value})
	}
	return out
}

// Name returns the name of the lead creation.
func (c *Creator) Name() string { return c.plan.Checked.Name }

// Needs returns everything that the creator can request from a source.
func (c *Creator) Needs() []*traverse.Need { return asked(c.plan.Routes) }

// A Creating is one run of a [Creator], over one batch of contacts after the other.
type Creating struct {
	creator  *Creator
	contacts map[string]struct{} // that have been looked at
	accounts map[string]struct{} // for which leads have been proposed
}

// Begin returns a run that has proposed nothing.
func (c *Creator) Begin() *Creating {
	return &Creating{c, map[string]struct{}{}, map[string]struct{}{}}
}

// Propose yields the leads that are to be created because of interactions of some contacts,
// or of all contacts of their accounts; and a [*CreationError] for each of those for which
// none can be proposed. What an earlier call has yielded is not yielded again. It returns
// false once yield does, and fails only when ctx ends.
//
// It asks for a number of queries that does not depend on how many contacts there are, in as
// many parts as opts.Keys says.
func (c *Creating) Propose(ctx context.Context, source traverse.Source, contacts []string, opts Options, yield func(Proposal, error) bool) (bool, error) {
	if c.creator.plan.Checked.Account {
		return c.forAccounts(ctx, source, contacts, opts, yield)
	}
	var parents []parent
	for _, id := range contacts {
		if id != "" && isNew(c.contacts, id) {
			parents = append(parents, parent{contact: id, owners: []string{id}})
		}
	}
	return c.propose(ctx, source, parents, opts, yield)
}

// isNew adds an id to a set and reports whether it was not there.
func isNew(ids map[string]struct{}, id string) bool {
	_, ok := ids[id]
	ids[id] = struct{}{}
	return !ok
}

// A parent is who leads are proposed for: a contact or an account. A contact without an
// account, where leads are created for accounts, is one, too.
type parent struct {
	contact, account string
	owners           []string // the contacts whose interactions ask for leads
	failed           *CreationError
}

// forAccounts proposes leads for the accounts of contacts.
func (c *Creating) forAccounts(ctx context.Context, source traverse.Source, contacts []string, opts Options, yield func(Proposal, error) bool) (bool, error) {
	p := c.creator.plan
	var b fetch.Batch
	b.Begin(p.Routes, opts.AsOf, fetch.Options{MaxKeys: opts.Keys})
	if err := b.Ask(ctx, source, p.Accounts, contacts); err != nil {
		return false, err
	}
	var parents []parent
	var accounts []string
	for _, id := range contacts {
		if id == "" || !isNew(c.contacts, id) {
			continue
		}
		g := b.Group(p.Accounts, id)
		if g.Err != nil {
			parents = append(parents, parent{contact: id, failed: c.failed(id, "", traverse.Contact, g.Err)})
			continue
		}
		account := ""
		if len(g.Records) > 0 {
			account = g.Records[0].Values[p.Account].Text()
		}
		switch {
		case account == "": // its interactions may be such that it is told
			parents = append(parents, parent{contact: id, owners: []string{id}})
		case isNew(c.accounts, account):
			accounts = append(accounts, account)
			parents = append(parents, parent{account: account})
		}
	}
	if err := b.Ask(ctx, source, p.Members, accounts); err != nil {
		return false, err
	}
	for i := range parents {
		at := &parents[i]
		if at.account == "" {
			continue
		}
		g := b.Group(p.Members, at.account)
		if g.Err != nil {
			at.failed = c.failed("", at.account, traverse.Contact, g.Err)
			continue
		}
		for _, r := range g.Records {
			at.owners = append(at.owners, r.ID)
		}
	}
	return c.propose(ctx, source, parents, opts, yield)
}

func (c *Creating) failed(contact, account, entity string, err error) *CreationError {
	return &CreationError{Creation: c.creator.Name(), Contact: contact, Account: account, Entity: entity, Err: err}
}

// propose proposes leads for parents. If they reach too many records together, it does so in
// parts.
func (c *Creating) propose(ctx context.Context, source traverse.Source, parents []parent, opts Options, yield func(Proposal, error) bool) (bool, error) {
	if len(parents) == 0 {
		return true, nil
	}
	b, err := c.load(ctx, source, parents, opts)
	limit, tooMany := errors.AsType[*fetch.LimitError](err)
	switch {
	case tooMany && len(parents) > 1:
		half := len(parents) / 2
		if more, err := c.propose(ctx, source, parents[:half], opts, yield); !more || err != nil {
			return more, err
		}
		return c.propose(ctx, source, parents[half:], opts, yield)
	case tooMany:
		at := &parents[0]
		at.failed = c.failed(at.contact, at.account, limit.Entity, fmt.Errorf("%w: the limit is %d", ErrTooManyRecords, opts.Records))
		return yield(Proposal{}, at.failed), nil
	case err != nil:
		return false, err
	}
	var w walk.Walker
	w.Begin(ctx, b)
	n := 0
	for i := range parents {
		at := &parents[i]
		owners := b.Leads[n : n+len(at.owners)]
		n += len(at.owners)
		proposals, failed := c.of(b, &w, at, owners)
		if err := ctx.Err(); err != nil { // what was counted means nothing then
			return false, err
		}
		if failed != nil && !yield(Proposal{}, failed) {
			return false, nil
		}
		for _, p := range proposals {
			if !yield(p, nil) {
				return false, nil
			}
		}
	}
	return true, nil
}

// load fetches the interactions and the leads of parents.
func (c *Creating) load(ctx context.Context, source traverse.Source, parents []parent, opts Options) (*fetch.Batch, error) {
	p := c.creator.plan
	b := new(fetch.Batch)
	b.Begin(p.Routes, opts.AsOf, fetch.Options{MaxKeys: opts.Keys, MaxRecords: opts.Records})
	var owners, ids []string
	for i := range parents {
		at := &parents[i]
		owners = append(owners, at.owners...)
		if id := at.parent(p.Checked.Account); id != "" && at.failed == nil {
			ids = append(ids, id)
		}
	}
	if err := b.LoadOwned(ctx, source, owners); err != nil {
		return nil, err
	}
	return b, b.Ask(ctx, source, p.Leads, ids)
}

// parent returns the id of the parent of the leads, or "" for a contact without an account.
func (p *parent) parent(account bool) string {
	if account {
		return p.account
	}
	return p.contact
}

// of returns the leads that are proposed for a parent, by the time of their causes, or why
// none are.
func (c *Creating) of(b *fetch.Batch, w *walk.Walker, at *parent, owners []fetch.Lead) ([]Proposal, *CreationError) {
	p := c.creator.plan
	if at.failed != nil {
		return nil, at.failed
	}
	causes := map[string]Cause{} // by context
	for i := range owners {
		l := &owners[i]
		if f := l.Failed; f != nil {
			return nil, c.failed(at.contact, at.account, f.Entity, f.Err)
		}
		for _, r := range w.Passing(p.Child, l) {
			layout, id := p.Child.Steps[0].Node.Layout, ""
			if p.Ref >= 0 {
				id = r.Values[layout.Place(r.Entity, p.Ref)].Text()
			}
			cause := Cause{Entity: r.Entity.Name(), ID: r.ID, Contact: l.ID, Time: r.Time(layout)}
			if old, ok := causes[id]; !ok || cause.compare(&old) < 0 {
				causes[id] = cause
			}
		}
	}
	parent := at.parent(p.Checked.Account)
	switch {
	case len(causes) == 0:
		return nil, nil
	case parent == "":
		return nil, c.failed(at.contact, "", "", ErrNoAccount)
	}
	g := b.Group(p.Leads, parent)
	if g.Err != nil {
		return nil, c.failed(at.contact, at.account, traverse.Lead, g.Err)
	}
	for _, r := range g.Records {
		// A lead with a parent contact is that of the contact, whatever its account is.
		if !b.Exists(p.Leads.Layout, r) || p.Checked.Account && r.Values[p.LeadContact].Text() != "" {
			continue
		}
		id := ""
		if p.LeadRef >= 0 {
			id = r.Values[p.LeadRef].Text()
		}
		delete(causes, id)
	}
	var list []Proposal
	for id, cause := range causes {
		lead := Proposal{Creation: p.Checked.Name, Reference: p.Checked.Ref, Context: id, Values: c.creator.values, Cause: cause}
		if p.Checked.Account {
			lead.ParentAccount = parent
		} else {
			lead.ParentContact = parent
		}
		lead.setID()
		list = append(list, lead)
	}
	slices.SortFunc(list, func(a, b Proposal) int { return a.Cause.compare(&b.Cause) })
	return list, nil
}
