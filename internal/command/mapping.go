package command

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/tables"
)

// runMapping makes a first mapping of a folder of exports, or of a database.
func runMapping(ctx context.Context, inv *invocation) error {
	rules, from := inv.ruleFlags(), inv.draftFlags()
	args, err := inv.parse()
	if err != nil {
		return err
	}
	if len(args) == 0 || args[0] != "init" {
		return badUsage("write mapping init: it is all that mapping can do")
	}
	if err := from.open(); err != nil {
		return err
	}
	set, err := rules.compileOne(ctx, args[1:])
	if err != nil {
		return inv.report(err)
	}
	text, notes, err := from.draft(ctx, inv, set)
	for _, n := range notes {
		fmt.Fprintf(inv.err, "note: %s\n", n)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(inv.out, "%s\n", text)
	return err
}

// A draftInput is the flags that say of what a mapping is drafted.
type draftInput struct {
	program  *Program
	folder   *string
	database *string // nil if the program reads none
	db       Database
}

func (inv *invocation) draftFlags() *draftInput {
	in := &draftInput{program: inv.program, folder: inv.flags.String("data", "", "look at the files in `DIR`: their names, headers and first rows")}
	if inv.program.Open != nil {
		in.database = inv.flags.String("database", "", "look at the tables of the database at `URL`: their names, columns and first rows")
	}
	return in
}

// open opens the database, if a flag names one. It fails if no flag, or more than one,
// names something.
func (in *draftInput) open() (err error) {
	given := in.database != nil && *in.database != ""
	switch {
	case given && *in.folder != "":
		return badUsage("choose one of --data and --database")
	case !given && *in.folder == "" && in.database != nil:
		return badUsage("--data or --database is required")
	case !given && *in.folder == "":
		return badUsage("--data is required")
	case given:
		if in.db, err = in.program.Open(*in.database); err != nil {
			return badUsage("--database: %v", err)
		}
	}
	return nil
}

// draft returns a first mapping, and notes about it.
func (in *draftInput) draft(ctx context.Context, inv *invocation, set *leadscore.Set) ([]byte, []string, error) {
	if in.db == nil {
		m, notes, err := tables.Draft(ctx, *in.folder, set.Schema())
		if err != nil {
			return nil, notes, err
		}
		text, err := json.MarshalIndent(m, "", "  ")
		return text, notes, err
	}
	defer in.db.Close()
	p := startProgress(inv.streams)
	defer p.stop()
	return in.db.Draft(ctx, Request{Schema: set.Schema(), Queries: set.Queries(time.Now()), Zone: time.UTC, Progress: p.say})
}
