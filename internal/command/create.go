package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
)

func runCreate(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.dataFlags()
	var contacts list
	inv.list(&contacts, "contact", "look only at what the contact with this `ID` did; may be given several times. A database needs it")
	inv.formatFlag("table", "print leads as `FORMAT`: table, json (one object per line) or csv", "json", "csv")
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if err := data.required(); err != nil {
		return err
	}
	if len(names) == 0 {
		return badUsage("name at least one rule file or folder")
	}
	if data.db != nil && len(contacts) == 0 {
		return badUsage("create needs --contact with --database: it does not look for all contacts in a database")
	}
	set, err := rules.compileOne(ctx, names)
	if err != nil {
		return inv.report(err)
	}
	if len(set.Creations()) == 0 {
		return fmt.Errorf("there is no lead creation in %s", strings.Join(names, ", "))
	}
	p := startProgress(inv.streams)
	defer p.stop()
	data.resolve(set)
	loaded, err := data.load(ctx, p, someLeads, false, set)
	if err != nil {
		return err
	}
	ids := leadscore.IDs(contacts...)
	if len(contacts) == 0 {
		ids = set.Contacts(ctx, loaded)
	}
	out := &leadTable{inv: inv, head: []string{"ID", "LEAD CREATION", "PARENT CONTACT", "PARENT ACCOUNT", "CONTEXT", "BECAUSE OF", "ON", "VALUES"}}
	if err := out.begin(set); err != nil {
		return err
	}
	failed := 0
	for lead, err := range set.Create(ctx, ids, loaded, data.options(loaded)...) {
		if bad, ok := errors.AsType[*leadscore.CreationError](err); ok {
			failed++
			if err := inv.notProposed(p, bad); err != nil {
				return err
			}
			continue
		}
		if err == nil {
			err = out.proposed(lead)
		}
		if err != nil {
			return err
		}
	}
	p.stop()
	if err := out.end(); err != nil {
		return err
	}
	if failed > 0 {
		return errLeadsFailed
	}
	return nil
}

// proposed prints a lead that is to be created.
func (t *leadTable) proposed(p leadscore.Proposal) error {
	if t.inv.json != nil {
		return t.inv.json.Line(answer.KeyProposal, p)
	}
	context, on := p.Context, ""
	if p.Reference != "" && t.csv == nil {
		context = p.Reference + " " + context
	}
	if !p.Cause.Time.IsZero() {
		on = p.Cause.Time.UTC().Format(time.RFC3339Nano)
	}
	return t.row([]string{p.ID, p.Creation, p.ParentContact, p.ParentAccount, context, p.Cause.Entity + " " + p.Cause.ID, on}, p.Values)
}

// An unproposed says for whom no lead is proposed, and why.
type unproposed struct {
	Creation string `json:"creation"`
	Contact  string `json:"contact,omitempty"`
	Account  string `json:"account,omitempty"`
	Error    string `json:"error"`
}

// notProposed reports a contact or account for which no lead is proposed.
func (inv *invocation) notProposed(p *progress, bad *leadscore.CreationError) error {
	p.printf("%s %s: %v\n", inv.program.Name, inv.command.name, bad)
	if inv.json == nil {
		return nil
	}
	return inv.json.Line(answer.KeyUnproposed, unproposed{bad.Creation, bad.Contact, bad.Account, bad.Err.Error()})
}
