package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/answer"
)

// Exit statuses.
const (
	statusOK    = 0
	statusWrong = 1 // the rules or the data have errors, or a lead failed
	statusUsage = 2 // the command line is wrong
	statusDiffs = 3 // on request: the versions differ, or a file is not formatted

	statusInterrupted = 130 // as shells have it for a command that SIGINT ends
)

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// A command is a subcommand of leadscore.
type command struct {
	name    string
	usage   string // the arguments, in lines
	about   string
	run     func(context.Context, *invocation) error
	more    string // about, with more detail; may be empty
	differs string // when the exit status is 3; empty if it never is
}

// An invocation is one use of a command. A command defines its flags on it, and
// then calls parse.
type invocation struct {
	streams
	program *Program
	command *command
	args    []string
	flags   *flag.FlagSet
	checks  []func() error      // of values of flags
	values  map[string][]string // of flags that have a choice, by name
	collect bool                // only define the flags
	color   *string             // --color, which every command has
	format  *string             // --format, if the command has it
	json    *answer.Lines       // the output, if --format is json
	stdin   *string             // the text of standard input, once it is read
	data    *dataInput          // the data, if the command has flags for it

	operands []string // as they were given, once they are parsed
	watch    *bool    // --watch, if the command has it
	watching bool     // the command is run by --watch
}

func (p *Program) newInvocation(s streams, c *command, args []string) *invocation {
	inv := &invocation{streams: s, program: p, command: c, args: args, flags: flag.NewFlagSet(c.name, flag.ContinueOnError), values: map[string][]string{}}
	inv.flags.SetOutput(io.Discard)
	inv.color = inv.choice("color", "auto", "use colour for problems `WHEN`: auto (on a terminal, unless NO_COLOR is set or TERM is dumb), always or never", "always", "never")
	return inv
}

// A usageError is a mistake on the command line.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func badUsage(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// errReported is the error of a command that has already reported its errors.
var errReported = errors.New("reported already")

// errLeadsFailed is the error of a command that could not score some leads, and has
// reported them.
var errLeadsFailed = fmt.Errorf("leads could not be scored: %w", errReported)

// errCollected is the error of a command whose flags are wanted.
var errCollected = errors.New("the flags are defined")

// errDiffers is the error of a command that has found a difference, if a difference
// is to give a status of its own.
var errDiffers = errors.New("there are differences")

// choice defines a flag whose value must be value, which is the default, or one of
// others.
func (inv *invocation) choice(name, value, about string, others ...string) *string {
	values := append([]string{value}, others...)
	inv.values[name] = values
	p := inv.flags.String(name, value, about)
	inv.checks = append(inv.checks, func() error {
		if slices.Contains(values, *p) {
			return nil
		}
		last := len(values) - 1
		return badUsage("--%s must be %s or %s, not %q", name, strings.Join(values[:last], ", "), values[last], *p)
	})
	return p
}

// formatFlag defines --format, whose values are value, which is the default, and
// others, of which one is json.
func (inv *invocation) formatFlag(value, about string, others ...string) {
	inv.format = inv.choice("format", value, about, others...)
}

// parse parses the flags and returns the operands. Flags may come before, between
// and after operands; after -- everything is an operand. If the arguments ask for
// help, parse prints it and returns [flag.ErrHelp].
func (inv *invocation) parse() ([]string, error) {
	if inv.collect {
		return nil, errCollected
	}
	args, tail := inv.args, []string(nil)
	if at := slices.Index(args, "--"); at >= 0 {
		args, tail = args[:at], args[at+1:]
	}
	var operands []string
	for {
		if err := inv.flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				inv.help()
				return nil, err
			}
			return nil, badUsage("%s", inv.flagMessage(err))
		}
		if inv.flags.NArg() == 0 {
			break
		}
		operands = append(operands, inv.flags.Arg(0))
		args = inv.flags.Args()[1:]
	}
	inv.operands = append(operands, tail...)
	operands, bad := inv.useProject(inv.operands)
	for _, check := range inv.checks {
		if err := check(); err != nil {
			return nil, err
		}
	}
	if inv.watch != nil && *inv.watch && !inv.watching {
		return operands, errWatch
	}
	if inv.format != nil && *inv.format == "json" {
		j, err := answer.Begin(inv.out, inv.command.name)
		if err != nil {
			return nil, err
		}
		inv.json = j
	}
	if bad != nil {
		return nil, inv.report(bad)
	}
	return operands, nil
}

// complain prints an error of the command to standard error and, as JSON, to the
// output.
func (inv *invocation) complain(err error) {
	if inv.json != nil {
		_ = inv.json.Line(answer.KeyError, answer.Error{Message: err.Error()}) // the encoder keeps its error for the last line
	}
	fmt.Fprintf(inv.err, "%s %s: %v\n", inv.program.Name, inv.command.name, err)
}

// failures reports how many leads could not be scored, if there are any, and
// returns errLeadsFailed then.
func (inv *invocation) failures(failed, leads int) error {
	if failed == 0 {
		return nil
	}
	inv.complain(fmt.Errorf("%d of %d leads could not be scored", failed, leads))
	return errLeadsFailed
}
