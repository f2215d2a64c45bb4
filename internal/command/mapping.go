package command

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/leadscore/leadscore/source/tables"
)

// runMapping makes a first mapping of a folder of exports.
func runMapping(ctx context.Context, inv *invocation) error {
	rules := inv.ruleFlags()
	data := inv.flags.String("data", "", "look at the files in `DIR`: their names, headers and first rows")
	args, err := inv.parse()
	if err != nil {
		return err
	}
	if len(args) == 0 || args[0] != "init" {
		return badUsage("write mapping init: it is all that mapping can do")
	}
	if *data == "" {
		return badUsage("--data is required")
	}
	set, err := rules.compileOne(ctx, args[1:])
	if err != nil {
		return inv.report(err)
	}
	m, notes, err := tables.Draft(ctx, *data, set.Schema())
	for _, n := range notes {
		fmt.Fprintf(inv.err, "note: %s\n", n)
	}
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(inv.out, "%s\n", text)
	return err
}
