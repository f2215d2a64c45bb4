// Command leadscore scores leads by rule files, and checks, tests and formats them.
//
//	leadscore score [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--as-of TIME] [--format table|json|csv] [--explain] [--color WHEN] MODEL...
//	leadscore explain [--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--as-of TIME] --lead ID [--format text|json] [--what-if] [--color WHEN] MODEL...
//	leadscore check [--schema FILE] [--strict] [--advice] [--format text|json] [--color WHEN] [FILE|DIR...]
//	leadscore test [--schema FILE] [-v] [--format text|json] [--color WHEN] FILE|DIR...
//	leadscore diff [--schema FILE] [--data DIR|FILE [--mapping FILE] [--skip-bad] [--as-of TIME]] [--format text|json] [--limit N] [--color WHEN] OLD NEW
//	leadscore fmt [-l] [-d] [-w] [--color WHEN] [FILE|DIR...]
//
// What is wrong with rules goes to standard error, in colour if that is a
// terminal; with check --format json it goes to standard output, an object a line.
//
// Exit status 0 means that all went well; 1 that the rules or the data are
// wrong, that a test failed, or that a lead could not be scored; 2 that the
// command line is wrong.
// What check warns of is not wrong, unless --strict says so.
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
	statusWrong = 1 // the rules or the data are wrong, or a lead failed
	statusUsage = 2 // the command line is wrong
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(status)
}

var commands = []command{
	{"score", "[--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--as-of TIME]\n                  [--format table|json|csv] [--explain] [--color WHEN] MODEL...", "score the leads of a folder or file of CRM data", runScore},
	{"explain", "[--schema FILE] --data DIR|FILE [--mapping FILE] [--skip-bad] [--as-of TIME]\n                    --lead ID [--format text|json] [--what-if] [--color WHEN] MODEL...", "say why a lead has its score, and what would make it sales ready", runExplain},
	{"check", "[--schema FILE] [--strict] [--advice] [--format text|json]\n                  [--color WHEN] [FILE|DIR...]", "report what is wrong with rule files, or odd about them", runCheck},
	{"test", "[--schema FILE] [-v] [--format text|json] [--color WHEN] FILE|DIR...", "run the tests that stand in rule files", runTest},
	{"diff", "[--schema FILE] [--data DIR|FILE [--mapping FILE] [--skip-bad] [--as-of TIME]]\n                 [--format text|json] [--limit N] [--color WHEN] OLD NEW", "say how two versions of rules differ, and what that does to leads", runDiff},
	{"fmt", "[-l] [-d] [-w] [--color WHEN] [FILE|DIR...]", "write rule files in their canonical form", runFmt},
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
		fmt.Fprintf(s.err, "leadscore: there is no command %s\n\n", name)
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
	fmt.Fprintln(w, "\nleadscore COMMAND -h tells more of one command.")
}
