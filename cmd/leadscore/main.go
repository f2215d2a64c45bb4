// Command leadscore scores leads by rule files. It also checks, tests, compares and
// formats rule files, and explains scores.
//
//	leadscore score [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] [--format table|json|csv] [--explain] [--color WHEN] FILE|DIR...
//	leadscore explain [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME] --lead ID [--format text|json] [--what-if] [--color WHEN] FILE|DIR...
//	leadscore check [--schema FILE] [--data DIR|FILE [--mapping FILE] [--skip-bad] [--as-of TIME] [--zone NAME]] [--strict] [--advice] [--format text|json] [--color WHEN] [FILE|DIR...]
//	leadscore test [--schema FILE] [-v] [--format text|json] [--color WHEN] FILE|DIR...
//	leadscore diff [--schema FILE] [--data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME]] [--format text|json] [--limit N] [--color WHEN] OLD NEW
//	leadscore fmt [-l] [-d] [-w] [--color WHEN] [FILE|DIR...]
//
// Problems in rules are written to standard error, in colour if that is a terminal.
// With check --format json they are written to standard output, one object per line.
//
// The exit status is 0 on success; 1 if the rules or the data have errors, a test
// fails, or a lead cannot be scored; and 2 if the command line is wrong. Warnings of
// check do not change it, unless --strict is set.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

// Exit statuses.
const (
	statusOK    = 0
	statusWrong = 1 // the rules or the data have errors, or a lead failed
	statusUsage = 2 // the command line is wrong
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(status)
}

var commands = []command{
	{"score", "[--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME]\n                  [--format table|json|csv] [--explain] [--color WHEN] FILE|DIR...", "score the leads in a folder or file of CRM data", runScore},
	{"explain", "[--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME]\n                    --lead ID [--format text|json] [--what-if] [--color WHEN] FILE|DIR...", "explain why a lead has its score, and what would make it sales ready", runExplain},
	{"check", "[--schema FILE] [--data DIR|FILE [--mapping FILE] [--skip-bad] [--as-of TIME] [--zone NAME]]\n                  [--strict] [--advice] [--format text|json] [--color WHEN] [FILE|DIR...]", "report errors in rule files, rules that are valid but odd, and data that does not meet the rules", runCheck},
	{"test", "[--schema FILE] [-v] [--format text|json] [--color WHEN] FILE|DIR...", "run the tests in rule files", runTest},
	{"diff", "[--schema FILE] [--data DIR|FILE [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME]]\n                 [--format text|json] [--limit N] [--color WHEN] OLD NEW", "show how two versions of rules differ, and what that changes for leads", runDiff},
	{"fmt", "[-l] [-d] [-w] [--color WHEN] [FILE|DIR...]", "format rule files", runFmt},
}

func commandCalled(name string) *command {
	for i := range commands {
		if commands[i].name == name {
			return &commands[i]
		}
	}
	return nil
}

// run runs a command line and returns its exit status.
func run(ctx context.Context, s streams, args []string) int {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	switch name {
	case "":
		usage(s.err)
		return statusUsage
	case "help", "-h", "-help", "--help":
		if len(args) < 2 {
			usage(s.out)
			return statusOK
		}
		name, args = args[1], []string{args[1], "-h"}
	}
	c := commandCalled(name)
	if c == nil {
		fmt.Fprintf(s.err, "leadscore: unknown command %s\n\n", name)
		usage(s.err)
		return statusUsage
	}
	inv := newInvocation(s, c, args[1:])
	err := c.run(ctx, inv)
	bad, isUsage := errors.AsType[*usageError](err)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return statusOK
	case isUsage:
		inv.complain(bad)
		fmt.Fprintf(s.err, "usage: leadscore %s %s\n", c.name, c.usage)
		return statusUsage
	case errors.Is(err, errReported):
	case ctx.Err() != nil:
		inv.complain(errors.New("interrupted"))
	default:
		inv.complain(err)
	}
	return statusWrong
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "leadscore scores leads by rules that marketing and sales agree on.\n\nUsage:")
	for _, c := range commands {
		fmt.Fprintf(w, "\n  leadscore %s %s\n      %s\n", c.name, c.usage, c.about)
	}
	fmt.Fprintln(w, "\nRun leadscore COMMAND -h for the flags of a command.")
}
