package leadscore

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// ErrNoAccount is the error that a [CreationError] wraps for a contact without an account,
// whose interactions ask for a lead of its account.
var ErrNoAccount = eval.ErrNoAccount

// Names of package eval that are needed to create leads.
type (
	// Proposal is a lead that is to be created: its ID; Creation, the lead creation that
	// proposes it; ParentContact or ParentAccount; Reference and Context, the reference that
	// tells leads of one parent apart, and what it holds; Values, the fields that are set; and
	// Cause, the interaction because of which it is proposed.
	Proposal = eval.Proposal

	// CreationError says that no lead is proposed for a contact or an account. It does not
	// affect others.
	CreationError = eval.CreationError
)

// A Creation is a block `lead creation` in the rule files of a set: which leads to create
// (language reference, Which leads to create). It is immutable and safe for concurrent use.
type Creation struct {
	checked *check.Creation
	creator *eval.Creator
}

func newCreation(c *check.Creation) *Creation { return &Creation{c, eval.NewCreator(c)} }

// Name returns the name of the block.
func (c *Creation) Name() string { return c.checked.Name }

// Checked returns the checked block, for tools that inspect rules. The caller must not
// change it.
func (c *Creation) Checked() *check.Creation { return c.checked }

// Needs returns everything that [Set.Create] can ask a source for because of the block.
func (c *Creation) Needs() []*traverse.Need { return c.creator.Needs() }

// Creations returns the lead creations in the rule files of the set, in their order. A set
// that [NewSet] makes of models has none.
func (s *Set) Creations() []*Creation {
	if s.blocks == nil {
		return nil
	}
	return slices.Clone(s.blocks.creations)
}

// Contacts yields the ids of the contacts with interactions from which [Set.Creations] create
// leads, each once, for [Set.Create]. The source must hold its records in memory, as
// source/memory and source/tables do. For any other source it yields an error, as it does
// once ctx is done.
func (s *Set) Contacts(ctx context.Context, data Source) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var creations []*check.Creation
		for _, c := range s.Creations() {
			creations = append(creations, c.checked)
		}
		if err := eval.Contacts(ctx, data, creations, func(id string) bool { return yield(id, nil) }); err != nil {
			yield("", fmt.Errorf("leadscore: %w", err))
		}
	}
}

// Create yields the leads that are to be created because of what contacts did, for each of
// [Set.Creations] (language reference, Which leads to create). contacts are the ids of the
// contacts whose interactions are looked at, such as those that did something since leads
// were created last, or all of them. Where leads are created for accounts, the interactions
// of all contacts of their accounts are looked at. Which lead is proposed for a contact or
// account, and because of which interaction, does not depend on the order of contacts, nor
// on which others are among them.
//
// Create writes nothing: who creates the leads does so under the ID of each proposal. Until
// then it is proposed again. Of the options it takes [AsOf]: an interaction or lead that is
// later does not exist; [Batch], how many contacts it looks at together; and [MaxRecords],
// which limits what is asked for because of one contact or account.
//
// For a contact or account for which no lead can be proposed it yields a [*CreationError],
// and continues: because what the contact did asks for a lead of an account that it does not
// have ([ErrNoAccount]), or because its data cannot be read. After any other error it ends:
// it yields an error of contacts after what came before it, and ctx.Err() once ctx is done.
// If data is nil, or the year of AsOf is not between 0 and 9999, it yields that error alone.
//
// Create keeps the ids of contacts and accounts that it has looked at, as it proposes nothing
// twice. It ranges over contacts and asks data on the caller's goroutine.
func (s *Set) Create(ctx context.Context, contacts iter.Seq2[string, error], data Source, opts ...Option) iter.Seq2[Proposal, error] {
	o := settingsOf(opts).Options
	return func(yield func(Proposal, error) bool) {
		if err := refuse(ctx, data, &o); err != nil {
			yield(Proposal{}, err)
			return
		}
		var runs []*eval.Creating
		for _, c := range s.Creations() {
			runs = append(runs, c.creator.Begin())
		}
		propose := func(ids []string) bool {
			for _, r := range runs {
				more, err := r.Propose(ctx, data, ids, o, yield)
				if err != nil {
					yield(Proposal{}, err)
				}
				if err != nil || !more {
					return false
				}
			}
			return true
		}
		var batch []string
		var failed error
		for id, err := range contacts {
			if failed = err; err != nil {
				break
			}
			if batch = append(batch, id); len(batch) == o.Keys {
				if !propose(batch) {
					return
				}
				batch = batch[:0]
			}
		}
		if len(batch) > 0 && !propose(batch) {
			return
		}
		if failed == nil {
			failed = ctx.Err() // contacts may have ended because of it
		}
		if failed != nil {
			yield(Proposal{}, failed)
		}
	}
}
