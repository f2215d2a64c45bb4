package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
)

// A Runner is a [Database] that runs statements, and so can score leads itself.
type Runner interface {
	// Pushdown connects to the database, unless it is connected, and looks up the tables
	// that a request asks for.
	Pushdown(ctx context.Context, r Request) (*Pushdown, error)
}

// A Pushdown is a database that runs statements.
type Pushdown struct {
	Dialect *pushdown.Dialect
	Mapping pushdown.Mapping // of its tables, with their types

	// Begin returns what runs statements, until the database is closed.
	Begin func(ctx context.Context) (pushdown.Queryer, error)
}

// results runs a statement and prints the results.
func (in *statementInput) results(ctx context.Context, inv *invocation, p *progress, set *leadscore.Set, s *pushed) error {
	db, err := s.runs.Begin(ctx)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(inv.out)
	printer, err := inv.newPrinter(ctx, out, set.Models(), *in.explained)
	if err != nil {
		return err
	}
	printer = in.selected.printer(printer, set.Models())
	p.say("the database scores the leads")
	leads, failed, err := in.printRows(ctx, inv, p, db, s, printer)
	p.stop()
	if err == nil {
		err = printer.end()
	}
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	return inv.failures(failed, leads)
}

// printRows runs a statement and prints its rows. It returns how many leads were asked for, and
// how many of them the database does not have; both are 0 for all leads.
func (in *statementInput) printRows(ctx context.Context, inv *invocation, p *progress, db pushdown.Queryer, s *pushed, printer printer) (leads, failed int, err error) {
	missing, ids := map[string]bool{}, slices.Clone([]string(in.selected.leads))
	if s.changed != nil {
		for id, err := range s.changed.Leads(ctx, db, s.since, s.asOf) {
			if err != nil {
				return 0, 0, readableRun(ctx, err)
			}
			ids = append(ids, id)
		}
	}
	for _, id := range in.selected.leads {
		missing[id] = true
	}
	rows := 0
	for row, err := range s.Query(ctx, db, s.asOf, ids...) {
		if err != nil {
			return 0, 0, readableRun(ctx, err)
		}
		delete(missing, row.Lead)
		result, err := s.Result(row, s.asOf)
		if err != nil {
			return 0, 0, err
		}
		if err := printer.print(outcome{result, nil}); err != nil {
			return 0, 0, err
		}
		rows++
		p.say(fmt.Sprintf("%d results", rows))
	}
	for _, id := range in.selected.leads {
		if !missing[id] {
			continue
		}
		bad := &leadscore.LeadError{Lead: id, Entity: "Lead", Path: "Lead", Err: leadscore.ErrNoLead}
		p.printf("%s %s: %v\n", inv.program.Name, inv.command.name, bad)
		if err := printer.print(outcome{leadscore.Result{Lead: id}, bad}); err != nil {
			return 0, 0, err
		}
	}
	return len(in.selected.leads), len(missing), nil
}

// readableRun returns the error of a statement that ran, for people who do not know the package.
func readableRun(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the database could not run the statement: %s", strings.TrimPrefix(err.Error(), "pushdown: "))
}
