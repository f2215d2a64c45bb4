// Package command is the command line of leadscore: what its commands do, and what
// they print. It is thin over the packages that score, explain and compare.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
)

// A Program is a command with the commands of this package.
type Program struct {
	Name string // as people call it

	// Open returns the database at a URL, to which it does not connect yet. The error
	// says what is wrong with the URL. If Open is nil, the program reads no databases, and
	// has no flag --database.
	Open func(url string) (Database, error)

	// Formats are further formats in which score writes results, by the names that
	// --format has for them.
	Formats map[string]func(w io.Writer) (ResultWriter, error)
}

// A ResultWriter writes results in a format.
type ResultWriter interface {
	// Write writes the results of models for a lead.
	Write(results ...leadscore.Result) error

	// WriteError writes why a lead could not be scored.
	WriteError(*leadscore.LeadError) error

	// Close ends the results. If a command fails, it is not called.
	Close() error
}

// formats returns the names of the formats of score, the default first.
func (p *Program) formats() []string {
	return slices.Concat([]string{"table", "json", "csv"}, slices.Sorted(maps.Keys(p.Formats)))
}

// Main runs the command line of the process and returns its exit status. The first
// SIGINT or SIGTERM interrupts the command, and a second one ends the process at once.
func (p *Program) Main() (status int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	return p.run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
}

// Run runs a command line and returns its exit status. It is what Main does, with other
// streams and arguments than those of the process. The arguments have no name of the program.
func (p *Program) Run(ctx context.Context, in io.Reader, out, err io.Writer, args []string) (status int) {
	return p.run(ctx, streams{in, out, err}, args)
}

// commands returns the commands, in the order of the help text.
func (p *Program) commands() []command {
	from, records, parts := "--data DIR|FILE", "a folder or file of CRM data", ""
	folder, drafted := "--data DIR", "a folder of exports"
	if p.Open != nil {
		from, records = "--data DIR|FILE|--database URL [--keyed]", "a folder or file of CRM data, or in a database"
		parts = " [--max-records N]"
		folder, drafted = "--data DIR|--database URL", "a folder of exports or the tables of a database"
	}
	data := from + " [--mapping FILE] [--skip-bad] [--strict] [--as-of TIME] [--zone NAME]"
	checkData := from + " [--mapping FILE] [--skip-bad] [--as-of TIME] [--zone NAME]"
	return slices.Concat([]command{
		{
			name:  "score",
			usage: "[--schema FILE] " + data + parts + "\n[--lead ID]... [--model NAME]... [--grade NAME]... [--label NAME]... [--ready]\n[--sort data|score|lead] [--top N]\n[--format " + strings.Join(p.formats(), "|") + "] [--explain] [-o FILE] [--color WHEN] FILE|DIR...",
			more:  rulesHelp + " The command works with one set, and fails if there are several.",
			about: "score the leads in " + records,
			run:   runScore,
		},
	}, explaining(from, data), giving(data, records), []command{
		{
			name:  "check",
			usage: "[--schema FILE] [" + checkData + "]\n[--strict] [--advice] [--watch] [--format text|json] [--color WHEN] [FILE|DIR...]",
			more:  rulesHelp + " check judges those, too, each on its own.",
			about: "report errors in rule files, rules that are valid but odd, and data that does not meet the rules",
			run:   runCheck,
		},
		{
			name:  "test",
			usage: "[--schema FILE] [-v] [--watch] [--format text|json] [--color WHEN] FILE|DIR...",
			more:  rulesHelp + " test runs the tests of those, too, each on its own.",
			about: "run the tests in rule files",
			run:   runTest,
		},
		{
			name:    "diff",
			usage:   "[--schema FILE] [" + data + "]\n[--format text|json] [--limit N] [--exit-code] [--color WHEN] OLD NEW",
			more:    "OLD and NEW are each a file, a folder with the rule files of one set, or -, for standard input.",
			about:   "show how two versions of rules differ, and what that changes for leads",
			run:     runDiff,
			differs: "with --exit-code: the versions differ, in their rules or in the results of leads",
		},
		{
			name:    "fmt",
			usage:   "[-l] [-d] [-w] [--fail] [--color WHEN] [FILE|DIR...]",
			more:    "Without operands, and for -, fmt reads standard input. DIR stands for the .score files in it and in all folders below it.",
			about:   "format rule files",
			run:     runFmt,
			differs: "with --fail: a file is not formatted",
		},
		{
			name:  "mapping",
			usage: "init [--schema FILE] " + folder + " [--color WHEN] [FILE|DIR...]",
			about: "write a first mapping for " + drafted + ", for a person to correct",
			run:   runMapping,
		},
		{
			name:  "schema",
			usage: "[--schema FILE] [--format text|json] [--color WHEN] [FILE|DIR...]",
			more:  "Without operands, that is the standard schema, or that of --schema. " + rulesHelp + " The command works with one set, and fails if there are several.",
			about: "print the entities, fields, choices and hops that rules can use",
			run:   runSchema,
		},
		p.statements(),
	}, p.aroundRules())
}

// aroundRules returns the commands that are not about certain rules.
func (p *Program) aroundRules() []command {
	return []command{
		{
			name:  "lsp",
			usage: "[--stdio] [--color WHEN]",
			more:  "An editor starts it, and ends it. It speaks the Language Server Protocol, on standard input and output: problems while people type, fixes, completion, what a word means, where a name is used, other names for things, formatting, and tests to run. A file leadscore.json says which files belong together; see the folder editors for settings of editors.",
			about: "serve an editor in which people write rules",
			run:   runLSP,
		},
		{
			name:  "completion",
			usage: "[--color WHEN] bash|zsh|fish",
			about: "print a script that completes commands, flags and their values in a shell",
			more:  "To use it, write source <(" + p.Name + " completion bash) into ~/.bashrc, source <(" + p.Name + " completion zsh) into ~/.zshrc after compinit, or " + p.Name + " completion fish | source into ~/.config/fish/config.fish.",
			run:   runCompletion,
		},
		{
			name:  "version",
			about: "print the version of the command",
			run:   runVersion,
		},
	}
}

// giving returns the commands that say in which stages leads are, who gets them, and which leads there are to be. data
// are the flags about the data, and records what they name.
func giving(data, records string) []command {
	return []command{
		{
			name:  "stages",
			usage: "[--schema FILE] " + data + "\n[--before FILE] [--lead ID]... [--why]\n[--format table|json|csv] [--color WHEN] FILE|DIR...",
			more:  "To move leads on from where they are, print stages as json each time, and name the file with --before the next time. " + rulesHelp + " The command works with one set, and fails if there are several.",
			about: "say in which stages the leads in " + records + " are, and which moved",
			run:   runStages,
		},
		{
			name:  "assign",
			usage: "[--schema FILE] " + data + "\n[--lead ID]... [--why]\n[--format table|json|csv] [--color WHEN] FILE|DIR...",
			more:  "It prints, and writes nothing. " + rulesHelp + " The command works with one set, and fails if there are several.",
			about: "say who gets the leads in " + records + ", by assignments",
			run:   runAssign,
		},
		{
			name:  "create",
			usage: "[--schema FILE] " + data + "\n[--contact ID]...\n[--format table|json|csv] [--color WHEN] FILE|DIR...",
			more:  "It prints, and creates nothing. " + rulesHelp + " The command works with one set, and fails if there are several.",
			about: "list the leads that are to be created, by lead creations",
			run:   runCreate,
		},
	}
}

// explaining returns the commands that say why scores are as they are, and how they change.
// from are the flags that name the data, and data those and others about the data.
func explaining(from, data string) []command {
	period := from + " [--mapping FILE] [--skip-bad] [--strict] [--zone NAME]"
	return []command{
		{
			name:  "explain",
			usage: "[--schema FILE] " + data + "\n--lead ID [--format text|json] [--what-if] [--color WHEN] FILE|DIR...",
			more:  rulesHelp + " The command works with one set, and fails if there are several.",
			about: "explain why a lead has its score, and what would make it sales ready",
			run:   runExplain,
		},
		{
			name:  "history",
			usage: "[--schema FILE] " + period + "\n--lead ID --from TIME [--to TIME]\n[--format table|plot|json] [--color WHEN] FILE|DIR...",
			more:  "The data are those of now: the history is what time does to records that stay as they are. It may lead into the future. " + rulesHelp + " The command works with one set, and fails if there are several.",
			about: "show when and why the score of one lead changes",
			run:   runHistory,
		},
		{
			name:  "next",
			usage: "[--schema FILE] " + data + "\n[--to TIME] [--lead ID]... [--format table|json] [--color WHEN] FILE|DIR...",
			more:  "A result is listed once, with its first change after --as-of. What happens until then may change that: what is not in the data yet is not known. " + rulesHelp + " The command works with one set, and fails if there are several.",
			about: "list which results will change, when, to what and why",
			run:   runNext,
		},
		{
			name:  "changes",
			usage: "[--schema FILE] " + period + "\n--from TIME [--to TIME] [--scores] [--limit N]\n[--format text|json] [--color WHEN] FILE|DIR...",
			more:  "The data are those of now. Results as of --from are compared with those as of --to, so that what changes and changes back is not listed. " + rulesHelp + " The command works with one set, and fails if there are several.",
			about: "list which results differ between two days, and why",
			run:   runChanges,
		},
	}
}

// rulesHelp describes the operands of commands that compile rules.
const rulesHelp = "FILE is a rule file, or - for standard input. DIR stands for the .score files in it. All that are named together are one set: they are compiled together. Folders below DIR are sets of their own. If DIR has a file leadscore.json, that says which rule files, schema and data are used."

func (p *Program) commandCalled(name string) *command {
	for _, c := range p.commands() {
		if c.name == name {
			return &c
		}
	}
	return nil
}

// run runs a command line and returns its exit status.
func (p *Program) run(ctx context.Context, s streams, args []string) int {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	switch name {
	case "":
		p.usage(s.err)
		return statusUsage
	case "help", "-h", "-help", "--help":
		if len(args) < 2 {
			p.usage(s.out)
			return statusOK
		}
		name, args = args[1], []string{args[1], "-h"}
	case "-version", "--version":
		name = "version"
	}
	c := p.commandCalled(name)
	if c == nil {
		near := nearest.Name(name, func(yield func(string) bool) {
			for _, c := range p.commands() {
				if !yield(c.name) {
					return
				}
			}
		})
		fmt.Fprintf(s.err, "%s: unknown command %s%s\nRun %[1]s help for the commands.\n", p.Name, shown.Printable(name), nearest.Hint(near))
		return statusUsage
	}
	inv := p.newInvocation(s, c, args[1:])
	err := c.run(ctx, inv)
	if err == errWatch {
		return inv.runAgain(ctx)
	}
	inv.closeData()
	return inv.conclude(ctx, err)
}

// conclude reports the error of a command, if there is one, and returns the exit
// status.
func (inv *invocation) conclude(ctx context.Context, err error) int {
	status := statusWrong
	bad, isUsage := errors.AsType[*usageError](err)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		status = statusOK
	case isUsage:
		inv.json = nil // which holds nothing yet
		inv.complain(bad)
		fmt.Fprintf(inv.err, "usage: %s\n", inv.command.synopsis(inv.program.Name, "       "))
		return statusUsage
	case errors.Is(err, errReported):
	case errors.Is(err, errDiffers):
		status = statusDiffs
	case ctx.Err() != nil:
		inv.complain(errors.New("interrupted"))
		status = statusInterrupted
	default:
		inv.complain(err)
	}
	if inv.json == nil {
		return status
	}
	if failed := inv.json.End(status); failed != nil && !errors.Is(err, failed) {
		inv.json = nil
		inv.complain(failed)
		status = statusWrong
	}
	return status
}
